"""serenityd for a test: in a folder of its own, on a port of its own, stopped and killed at will."""

import json
import os
import pathlib
import signal
import subprocess
import threading
import time

from api import Api

BIN = pathlib.Path(os.environ.get("SERENITY_BIN", "build/release/bin")).resolve()
# How much slower than a release build this one may be (sanitizers).
SLOW = float(os.environ.get("SERENITY_SLOW", "1"))


def run_tool(*words, data=None, stdin="", status=0):
    """Runs `serenityd [--data DIR] words`; what it printed. AssertionError when it exits otherwise."""
    command = [str(BIN / "serenityd")] + (["--data", str(data)] if data else []) + [str(word) for word in words]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=60 * SLOW)
    if status is not None and done.returncode != status:
        raise AssertionError(f"{' '.join(command)} exits {done.returncode}, not {status}\n{done.stdout}{done.stderr}")
    return done.stdout


class Account:
    def __init__(self, email, password, role):
        self.email, self.password, self.role = email, password, role


class Server:
    """with Server(folder, demo=True) as server: server.api("cfo@acmecorp.com").get("/api/users/me")"""

    def __init__(self, folder, *options, demo=False):
        self.folder = pathlib.Path(folder)
        self.data = self.folder / "data"
        self.options = [str(option) for option in options]
        self.port = 0
        self.process = None
        self.accounts = {}
        self.log = self.folder / "serenityd.log"
        if demo:
            self.fill_demo()

    def fill_demo(self):
        for line in run_tool("demo", data=self.data).splitlines():
            email, password, role = [word.strip(",;") for word in line.split()][:3]
            self.accounts[email] = Account(email, password, role)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        """Starts it, on the same port as before, and waits until it listens."""
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [str(BIN / "serenityd"), "--data", str(self.data), "--listen", f"127.0.0.1:{self.port}", *self.options],
                stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.read_line(20 * SLOW)
        if not line.startswith("serenityd listening on http://127.0.0.1:"):
            self.kill()
            raise AssertionError(f"serenityd says {line!r}\n{self.log_tail()}")
        self.port = int(line.rsplit(":", 1)[1])
        return self

    def read_line(self, seconds):
        lines = []
        reader = threading.Thread(target=lambda: lines.append(self.process.stdout.readline()), daemon=True)
        reader.start()
        reader.join(seconds)
        return lines[0].rstrip("\n") if lines else ""

    def log_tail(self):
        return self.log.read_text(errors="replace")[-4000:] if self.log.exists() else ""

    def stop(self):
        """SIGTERM; the exit code and the seconds it took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(30 * SLOW)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("serenityd does not end on SIGTERM\n" + self.log_tail()) from None
        self.close()
        return code, time.monotonic() - began

    def kill(self):
        """kill -9."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.close()

    def close(self):
        self.process.stdout.close()
        self.process = None

    def running(self):
        return self.process is not None and self.process.poll() is None

    def rss_kb(self, pid=None):
        status = pathlib.Path(f"/proc/{pid or self.process.pid}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))

    def api(self, email=None, password=None):
        """Calls as that person (of the demo world, unless a password is given), or as a stranger."""
        api = Api("127.0.0.1", self.port)
        if email is not None:
            api.login(email, password or self.accounts[email].password)
        return api

    def check(self, status=0):
        """`serenityd check`; fails the test with what it printed unless it exits with that status."""
        return run_tool("check", data=self.data, status=status)

    def mails(self):
        """The mails written so far, oldest first."""
        folder = self.data / "mail"
        return sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns) if folder.exists() else []

    def wait_for_mail(self, to, containing, seconds=10):
        """Text of the newest mail to that address with those words in it."""
        import email
        import email.policy
        end = time.monotonic() + seconds * SLOW
        while time.monotonic() < end:
            for path in reversed(self.mails()):
                message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
                body = message.get_body(("plain", "html"))
                text = body.get_content() if body else ""
                if to in str(message["To"]) and (containing in text or containing in str(message["Subject"])):
                    return text
            time.sleep(0.05)
        raise AssertionError(f"no mail to {to} with {containing!r} in {[p.name for p in self.mails()]}")

    def openapi(self):
        return json.loads(run_tool("openapi", data=self.data))

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process is None:
            return
        died = self.process.poll()
        if died is None:
            code, _ = self.stop()
        else:
            code = died
            self.close()
        # What a sanitizer reports, leaks and races at the end included, makes the exit code.
        assert code == 0, f"serenityd {'ends' if died is None else 'died'} with {code}\n{self.log_tail()}"
