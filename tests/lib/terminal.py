"""A program on a terminal of its own: keys in, screen out, with the time at which each thing was on the screen.

A thread reads what the program writes, as it writes it, and keeps the screen; so a latency measured here is from the
key or the request to the byte that completed the text, not to the next look."""

import fcntl
import glob
import os
import pty
import re
import select
import shutil
import signal
import struct
import tempfile
import termios
import threading
import time

import pyte

from server import SLOW

KEYS = {
    "enter": "\r", "escape": "\x1b", "tab": "\t", "backtab": "\x1b[Z", "backspace": "\x7f", "delete": "\x1b[3~",
    "up": "\x1bOA", "down": "\x1bOB", "right": "\x1bOC", "left": "\x1bOD", "home": "\x1bOH", "end": "\x1bOF",
    "pageup": "\x1b[5~", "pagedown": "\x1b[6~", "space": " ",
    "f1": "\x1bOP", "f2": "\x1bOQ", "f3": "\x1bOR", "f4": "\x1bOS", "f5": "\x1b[15~", "f6": "\x1b[17~",
    "f7": "\x1b[18~", "f8": "\x1b[19~", "f9": "\x1b[20~", "f10": "\x1b[21~", "f11": "\x1b[23~", "f12": "\x1b[24~",
    **{f"ctrl-{letter}": chr(ord(letter) - 96) for letter in "abcdefghijklmnopqrstuvwxyz"},
}


class Screen(pyte.Screen):
    """pyte's screen and the few sequences of xterm that it lacks."""

    def draw(self, data):
        if data:
            self.last_drawn = data[-1]
        super().draw(data)

    def repeat(self, count=1):
        self.draw(getattr(self, "last_drawn", " ") * (count or 1))

    def scroll_up(self, count=1):
        for _ in range(count or 1):
            x, y = self.cursor.x, self.cursor.y
            top, bottom = self.margins or (0, self.lines - 1)
            self.cursor.y = bottom
            self.index()
            self.cursor.x, self.cursor.y = x, y

    def scroll_down(self, count=1):
        for _ in range(count or 1):
            x, y = self.cursor.x, self.cursor.y
            top, _ = self.margins or (0, self.lines - 1)
            self.cursor.y = top
            self.reverse_index()
            self.cursor.x, self.cursor.y = x, y

    def set_margins(self, *args, **kwargs):
        kwargs.pop("private", None)
        super().set_margins(*args, **kwargs)

    def select_graphic_rendition(self, *attributes, **_):
        super().select_graphic_rendition(*attributes)

    def report_device_status(self, *_, **__):
        pass

    def report_device_attributes(self, *_, **__):
        pass


class Stream(pyte.ByteStream):
    csi = dict(pyte.ByteStream.csi, b="repeat", S="scroll_up", T="scroll_down")
    events = pyte.ByteStream.events | {"repeat", "scroll_up", "scroll_down"}


# What pyte 0.8 would print as text: CSI with the private marks > < =, and OSC and DCS strings.
PRIVATE = re.compile(rb"\x1b\[[<>=][0-9;:]*[a-zA-Z]|\x1b\[\?[0-9;]*\$[a-z]|\x1b[\]P][^\x07\x1b]*(\x07|\x1b\\)")
UNFINISHED = re.compile(rb"\x1b(\[[0-9;:?<>=$]*|[\]P][^\x07\x1b]*\x1b?)?$")


class Terminal:
    def __init__(self, command, environment=None, rows=40, columns=120, folder=None):
        self.rows, self.columns = rows, columns
        self.screen = Screen(columns, rows)
        self.stream = Stream(self.screen)
        self.changed = threading.Condition()
        self.raw = bytearray()      # everything it ever wrote
        self.last_output = 0.0
        self.first_output = None
        self.exit_code = None
        # What a sanitizer has to say would be lost among the cells.
        self.report = os.path.join(tempfile.mkdtemp(prefix="serenity-report-"), "report")
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            self.become(command, environment or {}, folder)
        self.resize(rows, columns)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def become(self, command, environment, folder):
        try:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", self.rows, self.columns, 0, 0))
            if folder:
                os.chdir(folder)
            clean = {key: value for key, value in os.environ.items() if not key.startswith(("TMUX", "NO_COLOR"))}
            os.execvpe(command[0], command, {**clean, "TERM": "xterm-256color", "COLORTERM": "truecolor",
                                             "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8",
                                             **self.sanitizer_options(), **environment})
        finally:
            os._exit(127)

    def sanitizer_options(self):
        return {name: ":".join(filter(None, [os.environ.get(name), f"log_path={self.report}"]))
                for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS")}

    def reports(self):
        return "".join(open(path, errors="replace").read() for path in sorted(glob.glob(self.report + "*")))

    def resize(self, rows, columns):
        with self.changed:
            self.rows, self.columns = rows, columns
            self.screen.resize(rows, columns)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self):
        pending = b""
        while True:
            try:
                select.select([self.fd], [], [])
                data = os.read(self.fd, 65536)
            except (OSError, ValueError):
                data = b""
            if not data:
                break
            now = time.monotonic()
            with self.changed:
                self.raw += data
                data = pending + data
                cut = UNFINISHED.search(data)
                pending = data[cut.start():] if cut else b""
                whole = data[:cut.start()] if cut else data
                self.stream.feed(PRIVATE.sub(b"", whole))
                self.last_output = now
                self.first_output = self.first_output or now
                self.changed.notify_all()
        with self.changed:
            self.exit_code = self.reap()
            self.changed.notify_all()

    def reap(self):
        try:
            return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        except ChildProcessError:
            return self.exit_code

    def text(self):
        with self.changed:
            return "\n".join(line.rstrip() for line in self.screen.display)

    def line(self, number):
        return self.text().splitlines()[number]

    def wait_for(self, wanted, seconds=10):
        """Waits until the text (or compiled pattern, or function of the screen's text) is there; monotonic time of
        the output that completed it."""
        return self.wait(lambda text: holds(wanted, text), seconds, f"{wanted!r} on the screen")

    def wait_gone(self, unwanted, seconds=10):
        return self.wait(lambda text: not holds(unwanted, text), seconds, f"{unwanted!r} gone from the screen")

    def wait(self, condition, seconds, what):
        end = time.monotonic() + seconds * SLOW
        with self.changed:
            while True:
                text = "\n".join(line.rstrip() for line in self.screen.display)
                if condition(text):
                    return self.last_output
                left = end - time.monotonic()
                if left <= 0 or self.exit_code is not None:
                    state = "" if self.exit_code is None else f" (it exited with {self.exit_code})"
                    raise AssertionError(f"not within {seconds} s: {what}{state}\n{frame(text, self.columns)}\n"
                                         f"{self.reports()}")
                self.changed.wait(left)

    def wait_quiet(self, quiet=0.1, seconds=5):
        """Waits until nothing was written for a while; time of the last byte."""
        end, began = time.monotonic() + seconds * SLOW, time.monotonic()
        while time.monotonic() < end:
            with self.changed:
                last = self.last_output
            if last and time.monotonic() - max(last, began) >= quiet:
                return last
            time.sleep(quiet / 10)
        return self.last_output

    def type(self, text):
        """Plain text, as if typed."""
        os.write(self.fd, text.encode())

    def press(self, *keys):
        """Keys by name (enter, f9, ctrl-p) or as one character."""
        for key in keys:
            os.write(self.fd, KEYS.get(key, key).encode())
            time.sleep(0.03 * SLOW)     # so that escape and what follows stay two keys

    def kill(self, number=signal.SIGKILL):
        """kill -9, or another signal; waits until it is gone."""
        if self.exit_code is None:
            os.kill(self.pid, number)
            self.reader.join(10 * SLOW)
        return self.exit_code

    def close(self):
        self.kill()
        try:
            os.close(self.fd)
        except OSError:
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
        reports = self.reports()
        shutil.rmtree(os.path.dirname(self.report), ignore_errors=True)
        assert not reports, reports


def holds(wanted, text):
    if callable(wanted):
        return wanted(text)
    if isinstance(wanted, re.Pattern):
        return wanted.search(text) is not None
    return wanted in text


def frame(text, columns):
    edge = "+" + "-" * columns + "+"
    return "\n".join([edge, *(f"|{line:<{columns}}|" for line in text.splitlines()), edge])
