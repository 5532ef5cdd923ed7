"""The client program without a screen (probe.c), held by a test."""

import json
import os
import pathlib
import signal
import subprocess

BIN = pathlib.Path(os.environ.get("SERENITY_BIN", "build/release/bin")).resolve()
SLOW = float(os.environ.get("SERENITY_SLOW", "1"))


class Probe:
    def __init__(self, home, server=None, environment=None):
        words = [str(BIN / "probe"), str(home)] + ([server] if server else [])
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env={**os.environ, **(environment or {})})

    def ask(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f"probe ended with {self.process.wait()} at {words}")
        return json.loads(line)

    def must(self, *words):
        answer = self.ask(*words)
        if answer.get("ok") != "yes":
            raise AssertionError(f"{words}: {answer}")
        return answer

    def wait(self, state, ms=10000):
        return self.must("wait", state, int(ms * SLOW))

    def settled(self, ms=10000):
        answer = self.ask("settled", int(ms * SLOW))
        if answer.get("ok") != "yes":
            raise AssertionError(f"not settled: {self.ask('outbox')} {self.ask('connection')}")
        return answer

    def kill(self):
        """As a power cut for the program: nothing is said any more."""
        self.process.send_signal(signal.SIGKILL)
        self.close_pipes()

    def close(self):
        if self.process.stdin and not self.process.stdin.closed:
            self.process.stdin.close()
        code = self.process.wait(20 * SLOW)
        self.process.stdout.close()
        if code not in (0, -signal.SIGKILL):
            raise AssertionError(f"probe exits {code}")

    def close_pipes(self):
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.close()
        elif not self.process.stdout.closed:
            self.close_pipes()
