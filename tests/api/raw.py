"""HTTP as bytes: what a broken or hostile program sends, and what comes back."""

import socket
import time


class Response:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def __repr__(self):
        return f"{self.status} {self.body[:200]!r}"


class Raw:
    """One connection. target: a port of 127.0.0.1 or the path of a unix socket."""

    def __init__(self, target, timeout=15):
        if isinstance(target, int):
            self.socket = socket.create_connection(("127.0.0.1", target), timeout)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        else:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(timeout)
            self.socket.connect(str(target))
        self.buffer = b""

    def send(self, data):
        """A server that has closed already is not this side's failure: what it said is read afterwards."""
        try:
            self.socket.sendall(data)
        except OSError:
            pass
        return self

    def more(self):
        """False at the end."""
        try:
            data = self.socket.recv(65536)
        except ConnectionError:
            data = b""
        self.buffer += data
        return bool(data)

    def response(self, head=False):
        """The next response; None when the connection ends without one."""
        while b"\r\n\r\n" not in self.buffer:
            if not self.more():
                return None
        text, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = text.decode("latin-1").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, value = line.split(": ", 1)
            headers[name.lower()] = value
        size = 0 if head else int(headers.get("content-length", 0))
        while len(self.buffer) < size:
            if not self.more():
                raise AssertionError(f"the body ends after {len(self.buffer)} of {size} bytes")
        body, self.buffer = self.buffer[:size], self.buffer[size:]
        return Response(int(lines[0].split()[1]), headers, body)

    def closed(self, seconds=5):
        """True when the server ends the connection within that time."""
        end = time.monotonic() + seconds
        try:
            while True:
                self.socket.settimeout(max(0.01, end - time.monotonic()))
                if not self.more():
                    return True
        except TimeoutError:
            return False

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def request(method, path, body=b"", headers=(), version="HTTP/1.1"):
    """A request's bytes, with the headers that a decent program sends."""
    lines = [f"{method} {path} {version}", "Host: localhost", *headers]
    if body or method not in ("GET", "HEAD", "OPTIONS"):
        lines.append(f"Content-Length: {len(body)}")
    if body:
        lines.append("Content-Type: application/json")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def ask(target, data):
    """The response to these bytes on a fresh connection, None when it is closed without one."""
    with Raw(target) as raw:
        return raw.send(data).response()
