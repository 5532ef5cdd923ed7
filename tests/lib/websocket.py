"""A websocket in plain sight (RFC 6455): enough to speak the sync protocol, and to speak it badly."""

import base64
import json
import os
import socket
import struct
import zlib

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class Closed(Exception):
    def __init__(self, code=None, reason=b""):
        super().__init__(f"closed {code} {reason!r}")
        self.code = code


class WebSocket:
    def __init__(self, connection, path="/sync", subprotocol="serenity-sync.1", host="localhost", headers=()):
        """connection: a connected socket, TLS or not."""
        self.connection, self.buffer = connection, b""
        lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Upgrade: websocket", "Connection: Upgrade",
                 "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Protocol: {subprotocol}",
                 "Sec-WebSocket-Key: " + base64.b64encode(os.urandom(16)).decode(), *headers]
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        while b"\r\n\r\n" not in self.buffer:
            self.more()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        self.status = int(head.split()[1])
        if self.status != 101:
            raise Closed(self.status, head)

    @classmethod
    def dial(cls, port, timeout=10, **options):
        connection = socket.create_connection(("127.0.0.1", port), timeout)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return cls(connection, **options)

    def more(self):
        data = self.connection.recv(65536)
        if not data:
            raise Closed()
        self.buffer += data

    def take(self, size):
        while len(self.buffer) < size:
            self.more()
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def send(self, message, opcode=None):
        """A dict goes as JSON text; bytes as they are."""
        if isinstance(message, dict):
            message, opcode = json.dumps(message).encode(), TEXT
        size, mask = len(message), os.urandom(4)
        head = bytes([0x80 | (BINARY if opcode is None else opcode)])
        if size < 126:
            head += bytes([0x80 | size])
        elif size < 65536:
            head += struct.pack("!BH", 0x80 | 126, size)
        else:
            head += struct.pack("!BQ", 0x80 | 127, size)
        masked = bytes(b ^ mask[i % 4] for i, b in enumerate(message))
        self.connection.sendall(head + mask + masked)

    def frame(self):
        """The next message: (opcode, bytes), fragments joined, pings answered."""
        whole, kind = b"", None
        while True:
            first, second = self.take(2)
            size = second & 0x7F
            if size == 126:
                size = struct.unpack("!H", self.take(2))[0]
            elif size == 127:
                size = struct.unpack("!Q", self.take(8))[0]
            data = self.take(size)
            opcode = first & 0x0F
            if opcode == CLOSE:
                raise Closed(struct.unpack("!H", data[:2])[0] if len(data) >= 2 else None, data[2:])
            if opcode == PING:
                self.send(data, PONG)
            elif opcode != PONG:
                kind = kind or opcode
                whole += data
                if first & 0x80:
                    return kind, whole

    def receive(self):
        """The next message as a dict; a snapshot page is inflated."""
        kind, data = self.frame()
        return json.loads(zlib.decompress(data[1:]) if kind == BINARY else data)

    def receive_until(self, kind):
        """All messages up to the first of that type, included."""
        seen = []
        while not seen or seen[-1]["t"] != kind:
            seen.append(self.receive())
        return seen

    def hello(self, token, device="test-device", epoch="", cursor=0, **more):
        self.send({"t": "hello", "protocol": 1, "schema": 1, "device": device, "token": token, "epoch": epoch,
                   "cursor": cursor, "nextOp": 1, **more})
        return self.receive()

    def close(self):
        self.connection.close()
