"""REST as a stranger with curl would speak it: JSON in, JSON out, over one kept connection."""

import http.client
import json
import socket
import time


class Reply:
    def __init__(self, status, headers, text):
        self.status, self.headers, self.text = status, headers, text
        try:
            self.json = json.loads(text) if text else None
        except ValueError:
            self.json = None

    @property
    def data(self):
        return self.json["data"]

    @property
    def code(self):
        """The error's word, None when there is none."""
        error = (self.json or {}).get("error")
        return error["code"] if error else None

    def __repr__(self):
        return f"{self.status} {self.text[:600]}"


class Api:
    def __init__(self, host, port, token=None, timeout=30):
        self.host, self.port, self.token, self.timeout = host, port, token, timeout
        self.tokens = None
        self.connection = None

    def connect(self):
        self.connection = http.client.HTTPConnection(self.host, self.port, timeout=self.timeout)
        self.connection.connect()
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def call(self, method, path, body=None, headers=None, status=None):
        """One request; fails when a status is given and another comes."""
        headers = dict(headers or {})
        if self.token:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        content = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        if content is not None:
            headers.setdefault("Content-Type", "application/json")
        elif method != "GET":
            headers.setdefault("Content-Length", "0")
        reply = self.exchange(method, path, content, headers)
        if status is not None:
            assert reply.status == status, f"{method} {path} answers {reply}, not {status}"
        return reply

    def exchange(self, method, path, content, headers):
        for attempt in (1, 2):
            if self.connection is None:
                self.connect()
                attempt = 2
            try:
                self.connection.request(method, path, content, headers)
                answer = self.connection.getresponse()
                return Reply(answer.status, answer.headers, answer.read().decode())
            except (http.client.HTTPException, OSError):
                # A kept connection that was closed meanwhile tells nothing: once more on a fresh one.
                self.close()
                if attempt == 2:
                    raise

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def get(self, path, status=200):
        return self.call("GET", path, status=status).data

    def post(self, path, body=None, status=(200, 201), **headers):
        reply = self.call("POST", path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        wanted = status if isinstance(status, tuple) else (status,)
        assert reply.status in wanted, f"POST {path} answers {reply}, not {wanted}"
        return reply.data if reply.status < 300 else reply

    def patch(self, path, body, status=200):
        reply = self.call("PATCH", path, body, status=status)
        return reply.data if reply.status < 300 else reply

    def login(self, email, password):
        data = self.post("/api/v1/auth/login", {"email": email, "password": password})
        self.tokens = data["tokens"]
        self.token = self.tokens["accessToken"]
        return data


def wait_until(condition, seconds, what):
    """Polls until condition() holds; returns its value."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)
