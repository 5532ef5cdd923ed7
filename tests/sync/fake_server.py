"""A server that says what a test tells it to: HTTP for tokens, the sync protocol over a websocket, good or hostile.

It keeps rows and a change log as the real one does, so that a client can converge to it; what an operation does is the
test's to say.
"""

import base64
import hashlib
import json
import socket
import struct
import threading
import time
import zlib

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
MASK64 = (1 << 64) - 1
TABLES = ["me", "policy", "package", "consultant", "availability", "lot", "consultation", "outcome", "note",
          "action_item", "deliverable", "attendee", "statement", "notification"]


def fnv(value, data):
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & MASK64
    return value


def row_sum(table, key, rev):
    value = fnv(0xCBF29CE484222325, table.encode() + b"\0")
    return fnv(fnv(value, key.encode() + b"\0"), struct.pack("<q", rev))


def page(message):
    return b"S" + zlib.compress(json.dumps(message).encode())


class Connection:
    """One websocket, from the server's side."""

    def __init__(self, stream):
        self.stream, self.buffer, self.lock = stream, b"", threading.Lock()

    def take(self, size):
        while len(self.buffer) < size:
            data = self.stream.recv(65536)
            if not data:
                raise ConnectionError
            self.buffer += data
        data, self.buffer = self.buffer[:size], self.buffer[size:]
        return data

    def receive(self):
        """The next message as a dict; None at the end."""
        try:
            whole = b""
            while True:
                first, second = self.take(2)
                size = second & 0x7F
                if size == 126:
                    size = struct.unpack("!H", self.take(2))[0]
                elif size == 127:
                    size = struct.unpack("!Q", self.take(8))[0]
                mask, data = self.take(4), None
                data = bytes(byte ^ mask[i % 4] for i, byte in enumerate(self.take(size)))
                opcode = first & 0x0F
                if opcode == CLOSE:
                    return None
                if opcode == PING:
                    self.frame(PONG, data)
                elif opcode != PONG:
                    whole += data
                    if first & 0x80:
                        return json.loads(whole)
        except (OSError, ConnectionError):
            return None

    def frame(self, opcode, data, final=True):
        head = bytes([(0x80 if final else 0) | opcode])
        if len(data) < 126:
            head += bytes([len(data)])
        elif len(data) < 65536:
            head += struct.pack("!BH", 126, len(data))
        else:
            head += struct.pack("!BQ", 127, len(data))
        with self.lock:
            try:
                self.stream.sendall(head + data)
            except OSError:
                pass

    def send(self, message):
        self.frame(TEXT, json.dumps(message).encode())

    def send_page(self, message):
        self.frame(BINARY, page(message))

    def close(self):
        try:
            self.stream.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.stream.close()


class FakeServer:
    def __init__(self, page_rows=200):
        self.epoch, self.seq, self.page_rows = "e1", 10, page_rows
        self.rows = {table: {} for table in TABLES}
        self.log = []                # (seq, kind, table, id)
        self.results = {}            # (device, n) -> result
        self.lose_page, self.cut_again = None, False  # a page of the next snapshot; the tables that come again
        self.effects = []            # (n, name, args): what really ran, once each
        self.received = []           # every operation as it came, resent ones too
        self.hellos, self.presence, self.cursors = [], [], []
        self.refreshes, self.logins, self.revoked = [], [], []
        self.tokens = {"access": "A1", "refresh": "R1"}
        self.successors = {}         # refresh -> (access, refresh)
        self.life = 900
        self.password = "secret"
        self.user = "0190aaaa-0000-7000-8000-000000000001"
        self.slots = []
        # what a test may bend
        self.on_op = lambda server, op: {"status": "ok"}
        self.on_hello = None         # (server, connection, hello) -> True when it was dealt with
        self.cut_after_pages = None
        self.answers = True          # False: operations run, nobody hears of it
        self.answer_op = True        # False: operations do not even run
        self.hold_refresh = None     # an Event: the answer waits for it
        self.deny_tokens = set()
        self.bad_sums = 0
        self.agains = []
        self.connections = []
        self.lock = threading.RLock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.running = True
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    # --- life

    def accept(self, listener):
        while True:
            try:
                stream, _ = listener.accept()
            except OSError:
                return
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.serve, args=(stream,), daemon=True).start()

    def stop(self):
        """As a crash: sockets vanish, what was stored stays."""
        self.running = False
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        self.drop_all()

    def start(self):
        self.running = True
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def drop_all(self):
        with self.lock:
            connections, self.connections = self.connections, []
        for connection in connections:
            connection.close()

    # --- HTTP

    def serve(self, stream):
        data = b""
        try:
            while b"\r\n\r\n" not in data:
                more = stream.recv(65536)
                if not more:
                    return stream.close()
                data += more
            head, rest = data.split(b"\r\n\r\n", 1)
            lines = head.decode().split("\r\n")
            method, path, _ = lines[0].split(" ")
            headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
            if headers.get("upgrade", "").lower() == "websocket":
                return self.upgrade(stream, headers, rest)
            while len(rest) < int(headers.get("content-length", 0)):
                rest += stream.recv(65536)
            status, answer = self.http(method, path, headers, json.loads(rest) if rest else {})
            body = json.dumps(answer).encode()
            stream.sendall(f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nConnection: close\r\n"
                           f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
            stream.close()
        except (OSError, ValueError):
            stream.close()

    def tokens_answer(self, access, refresh):
        return {"accessToken": access, "refreshToken": refresh, "expiresIn": self.life}

    def http(self, method, path, headers, body):
        def refuse(status, code, message):
            return status, {"success": False, "error": {"code": code, "message": message}}
        if path.endswith("/auth/login"):
            self.logins.append(body)
            if body.get("password") != self.password:
                return refuse(401, "BAD_CREDENTIALS", "The e-mail address or the password is wrong.")
            return 200, {"success": True, "data": {"user": {"id": self.user, "email": body["email"]},
                                                   "tokens": self.tokens_answer(self.tokens["access"],
                                                                                self.tokens["refresh"])}}
        if path.endswith("/auth/refresh-token"):
            return self.refresh(body, refuse)
        if path.endswith("/auth/logout"):
            self.revoked.append(headers.get("authorization"))
            return 200, {"success": True, "data": {"signedOut": True}}
        if "/availability" in path:
            if headers.get("authorization") != "Bearer " + self.tokens["access"]:
                return refuse(401, "UNAUTHENTICATED", "Sign in.")
            return 200, {"success": True, "data": {"availability": [], "total": 0, "slots": self.slots}}
        return refuse(404, "NOT_FOUND", "There is no such path.")

    def refresh(self, body, refuse):
        """Rotates; the same refresh token gets the same successor again."""
        given = body.get("refreshToken")
        with self.lock:
            self.refreshes.append(given)
            if given in self.successors:
                access, refresh = self.successors[given]
            elif given == self.tokens["refresh"]:
                n = len(self.successors) + 2
                access, refresh = f"A{n}", f"R{n}"
                self.successors[given] = (access, refresh)
                self.tokens = {"access": access, "refresh": refresh}
            else:
                return refuse(401, "UNAUTHENTICATED", "That refresh token is not good.")
        if self.hold_refresh is not None:
            self.hold_refresh.wait(20)
        return 200, {"success": True, "data": {"tokens": self.tokens_answer(access, refresh)}}

    # --- rows

    def put(self, table, key, **fields):
        """Changes a row, logs it, tells everyone."""
        with self.lock:
            self.seq += 1
            self.rows[table][key] = {"id": key, "rev": self.seq, **fields}
            self.log.append((self.seq, "put", table, key))
            self.tell([["put", table, key, self.seq, self.rows[table][key]]])
            return self.seq

    def seed(self, table, key, **fields):
        """A row that was always there."""
        self.rows[table][key] = {"id": key, "rev": self.seq, **fields}

    def remove(self, table, key, kind="del"):
        with self.lock:
            self.seq += 1
            del self.rows[table][key]
            self.log.append((self.seq, kind, table, key))
            self.tell([[kind, table, key, self.seq]])

    def tell(self, rows):
        for connection in self.connections:
            if getattr(connection, "live", False):
                connection.send({"t": "chg", "from": self.seq - 1, "to": self.seq, "more": False, "rows": rows})

    def sums(self, tables=TABLES):
        sums = {}
        for table in tables:
            total = sum(row_sum(table, key, row["rev"]) for key, row in self.rows[table].items()) & MASK64
            sums[table] = [len(self.rows[table]), f"{total:016x}"]
        return sums

    # --- the websocket

    def upgrade(self, stream, headers, rest):
        accept = base64.b64encode(hashlib.sha1(headers["sec-websocket-key"].encode() + GUID).digest()).decode()
        stream.sendall(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        f"Sec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Protocol: serenity-sync.1\r\n\r\n").encode())
        connection = Connection(stream)
        connection.buffer = rest
        with self.lock:
            self.connections.append(connection)
        try:
            self.talk(connection)
        finally:
            with self.lock:
                if connection in self.connections:
                    self.connections.remove(connection)
            connection.close()

    def talk(self, connection):
        while True:
            message = connection.receive()
            if message is None:
                return
            kind = message["t"]
            if kind == "hello":
                self.hellos.append(message)
                connection.device = message["device"]
                if message["token"] in self.deny_tokens or message["token"] != self.tokens["access"]:
                    connection.send({"t": "err", "code": "UNAUTHENTICATED", "message": "Sign in again."})
                    return
                if self.on_hello is not None and self.on_hello(self, connection, message):
                    continue
                if self.greet(connection, message) is False:
                    return
            elif kind == "op":
                with self.lock:
                    self.run(connection, message["ops"])
            elif kind == "again":
                self.agains.append(message["tables"])
                self.tables_again(connection, message["tables"])
            elif kind == "cur":
                self.cursors.append(message["at"])
            elif kind == "presence":
                self.presence.append(message)
            elif kind == "ping":
                connection.send({"t": "pong"})

    def welcome(self, connection, mode, **more):
        connection.send({"t": "welcome", "protocol": 1, "epoch": self.epoch, "head": self.seq, "oldest": 1,
                         "scopes": ["mine"], "opFloor": 0, "now": int(time.time() * 1000),
                         "limits": {"frame": 65536, "ops": 50}, "mode": mode, **more})

    def greet(self, connection, hello):
        with self.lock:
            if hello["epoch"] == self.epoch and 0 < hello["cursor"] <= self.seq:
                self.welcome(connection, "tail")
                self.catch_up(connection, hello["cursor"])
                connection.live = True
                return True
            if hello["epoch"] and hello["cursor"] > 0:
                connection.send({"t": "reset", "why": "epoch"})
            self.welcome(connection, "snapshot")
            if self.snapshot(connection, hello.get("resume") if hello["epoch"] == self.epoch else None) is False:
                return False
            connection.live = True
            return True

    def catch_up(self, connection, cursor):
        latest = {}
        for seq, kind, table, key in self.log:
            if seq > cursor:
                latest[table, key] = (seq, kind)
        rows = [[kind, table, key, seq] + ([self.rows[table][key]] if kind == "put" else [])
                for (table, key), (seq, kind) in latest.items()]
        if rows:
            connection.send({"t": "chg", "from": cursor, "to": self.seq, "more": False, "rows": rows})
        connection.send({"t": "ready", "at": self.seq, "sums": {}})

    def snapshot(self, connection, resume):
        at, pages = self.seq, 0
        skip = resume if resume and resume["at"] == at else None
        for table in TABLES:
            if skip and TABLES.index(table) < TABLES.index(skip["table"]):
                continue
            keys = sorted(self.rows[table])
            if skip and table == skip["table"]:
                keys = [key for key in keys if key > skip["after"]]
            for start in range(0, len(keys), self.page_rows):
                part = keys[start:start + self.page_rows]
                if pages == self.lose_page:
                    self.lose_page, pages = None, pages + 1
                    continue
                connection.send_page({"t": "snap", "scope": "mine", "at": at, "n": pages, "table": table, "after": "",
                                      "rows": [self.rows[table][key] for key in part],
                                      "last": start + self.page_rows >= len(keys)})
                pages += 1
                if self.cut_after_pages is not None and pages >= self.cut_after_pages:
                    self.cut_after_pages = None
                    time.sleep(0.3)
                    return False
        sums = self.sums()
        if self.bad_sums > 0:
            self.bad_sums -= 1
            sums["consultation"][0] += 1
        connection.send({"t": "ready", "at": at, "pages": pages, "sums": {} if skip else sums})
        return True

    def tables_again(self, connection, tables):
        """Whatever was told in between is void; here is one more such thing."""
        connection.send({"t": "chg", "from": self.seq + 5, "to": self.seq + 6, "more": False, "rows": []})
        if self.cut_again:
            self.cut_again = False
            connection.close()
            return
        for table in tables:
            connection.send_page({"t": "snap", "scope": "mine", "at": self.seq, "table": table, "after": "",
                                  "rows": [self.rows[table][key] for key in sorted(self.rows[table])], "last": True})
        sums = self.sums(tables)
        if self.bad_sums > 0:
            self.bad_sums -= 1
            sums[tables[0]][0] += 1
        connection.send({"t": "ready", "at": self.seq, "sums": sums})

    def run(self, connection, ops):
        results = []
        for op in ops:
            self.received.append(op)
            if not self.answer_op:
                continue
            key = (connection.device, op["n"])
            if key not in self.results:
                result = self.on_op(self, op)
                if result["status"] == "ok":
                    self.effects.append((op["n"], op["name"], op["args"]))
                    result.setdefault("seq", self.seq)
                if result["status"] != "retry":
                    self.results[key] = result
            else:
                result = self.results[key]
            results.append({"n": op["n"], **result})
        if self.answers and results:
            connection.send({"t": "res", "results": results})
