"""How long a program on a terminal takes: to its first full frame, and from a key to the last byte of the frame.

The bytes are only read and stamped while it is measured; what they draw is looked at afterwards."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

from terminal import PRIVATE, Screen, Stream

ROWS, COLUMNS = 40, 120
FRAME_END = b"\x1b[?2026l"
QUIET = 0.08
# Moves about as a person does: days, weeks, the agenda and back, a palette opened and left.
KEYS = ["\x1bOB", "\x1bOB", "\x1bOA", "\x1bOC", "\x1bOC", "\x1bOD", "j", "k", "l", "h", "]", "]", "[", "a", "j", "j", "j",
        "\x1b[6~", "\x1b[5~", "w", "d", "w"]


class Raw:
    def __init__(self, command):
        self.began = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
            os.execvpe(command[0], command, {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor",
                                             "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"})
        self.all = bytearray()

    def read(self, quiet, seconds, until=None):
        """Reads until it is quiet (or the bytes were seen); the time of the last byte, None when none came."""
        last, end, seen = None, time.perf_counter() + seconds, len(self.all)
        while time.perf_counter() < end:
            ready, _, _ = select.select([self.fd], [], [], quiet)
            if not ready:
                if last is not None and until is None:
                    break
                continue
            self.all += os.read(self.fd, 65536)
            last = time.perf_counter()
            if until is not None and until in self.all[max(0, seen - len(until)):]:
                break
        return last

    def screen(self, size=None):
        screen = Screen(COLUMNS, ROWS)
        Stream(screen).feed(PRIVATE.sub(b"", bytes(self.all[:size])))
        return [line.rstrip() for line in screen.display]

    def memory_kb(self):
        with open(f"/proc/{self.pid}/status") as status:
            return int(next(line.split()[1] for line in status if line.startswith("VmRSS")))

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def measure_start(command):
    """Milliseconds from exec to the end of the first frame that fills the screen."""
    raw = Raw(command)
    try:
        at = raw.read(QUIET, 20, until=FRAME_END)
        lines = raw.screen(raw.all.index(FRAME_END))
        full = sum(1 for line in lines if line) > ROWS / 2 and "help" in lines[-1]
        assert full, "the first frame is not full:\n" + "\n".join(lines)
        return (at - raw.began) * 1000
    finally:
        raw.close()


def measure_keys(command, rounds=8):
    """([milliseconds a key], resident KB after them). Keys that change nothing on the screen do not count."""
    raw = Raw(command)
    try:
        raw.read(0.5, 20)
        times = []
        for key in KEYS * rounds:
            pressed = time.perf_counter()
            os.write(raw.fd, key.encode())
            last = raw.read(QUIET, 0.4)
            if last is not None:
                times.append((last - pressed) * 1000)
        return times, raw.memory_kb()
    finally:
        raw.close()
