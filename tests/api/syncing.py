"""What the sync tests share: signed-in websockets, a cache that converges, things to change."""

import base64
import datetime
import json
import os

from common import CLIENT, CONSULTANT, WithServer
from websocket import WebSocket

MASK = (1 << 64) - 1


def fnv(value, data):
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & MASK
    return value


def row_sum(table, key, rev):
    value = fnv(0xCBF29CE484222325, table.encode() + b"\0")
    return fnv(fnv(value, key.encode() + b"\0"), rev.to_bytes(8, "little"))


class Cache:
    """What a client program knows: rows and a cursor, fed with messages. Refuses what a real one refuses."""

    def __init__(self):
        self.rows, self.cursor, self.epoch, self.head = {}, 0, "", 0
        self.staged, self.ready, self.resets, self.results = None, False, [], {}
        self.scopes, self.next_scopes = [], []

    def take(self, message):
        kind = message["t"]
        if kind == "welcome":
            self.epoch, self.head, self.ready = message["epoch"], message["head"], False
            self.staged = {} if message["mode"] == "snapshot" else None
            self.next_scopes = message["scopes"]
        elif kind == "reset":
            self.rows, self.cursor = {}, 0
            self.resets.append(message["why"])
        elif kind == "snap":
            for row in message["rows"]:
                self.staged[message["table"], row["id"]] = row
        elif kind == "ready":
            self.finish(message)
        elif kind == "chg":
            self.change(message)
        elif kind == "res":
            self.results.update({result["n"]: result for result in message["results"]})
        return message

    def finish(self, message):
        if self.staged is not None:
            self.rows, self.staged, self.scopes = self.staged, None, self.next_scopes
            self.cursor = message["at"]
        for table, total in message["sums"].items():
            assert total == self.sums(table), (table, total, self.sums(table))
        self.ready = True

    def change(self, message):
        assert message["from"] <= self.cursor <= message["to"], (self.cursor, message["from"], message["to"])
        for kind, *change in message["rows"]:
            if kind.startswith("scope"):
                self.scopes = [scope for scope in self.scopes if scope != change[0]] + change * (kind == "scope+")
                continue
            table, key, rev, *row = change
            if kind == "put":
                assert row[0]["id"] == key and row[0]["rev"] == rev
                self.rows[table, key] = row[0]
            else:
                self.rows.pop((table, key), None)
        self.cursor = message["to"]

    def sums(self, table):
        rows = [(key, row["rev"]) for (name, key), row in self.rows.items() if name == table]
        return [len(rows), f"{sum(row_sum(table, key, rev) for key, rev in rows) & MASK:016x}"]

    def ids(self, table):
        return {key for name, key in self.rows if name == table}


def varint(number):
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(out + bytes([number]))


def unpadded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def padded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Typist:
    """Types a text from its start to its end, at one replica: the simplest updates there are (shared/text/update.h)."""

    def __init__(self, booking, kind, agent=None):
        self.booking, self.kind, self.agent = booking, kind, agent or os.urandom(8)
        self.typed, self.epoch = b"", 0

    def type(self, words):
        """The arguments of note.edit that add the words."""
        words, at = words.encode(), len(self.typed)
        head = bytes([0x43]) + self.agent if at == 0 else b"\0" + self.agent[:4] + varint(at)
        self.typed += words
        update = head + words
        return {"id": self.booking, "kind": self.kind, "epoch": self.epoch,
                "updates": unpadded(varint(len(update)) + update)}

    def heard(self, result):
        self.epoch = result["data"]["epoch"]

    def version(self):
        return unpadded(b"\1" + self.agent + varint(len(self.typed)) if self.typed else b"\0")


class Program(WebSocket):
    """A client program: a websocket with its cache."""

    def start(self, token, device, cache=None, **more):
        self.cache = cache or Cache()
        self.cache.ready = False
        self.send({"t": "hello", "protocol": 1, "schema": 2, "device": device, "token": token,
                   "epoch": self.cache.epoch, "cursor": self.cache.cursor, "scopes": self.cache.scopes,
                   "nextOp": 1, **more})
        return self

    def step(self):
        return self.cache.take(self.receive())

    def until(self, condition):
        """Takes messages until the cache fulfils it."""
        while not condition(self.cache):
            self.step()
        return self.cache

    def until_ready(self):
        return self.until(lambda cache: cache.ready)

    def run(self, *ops):
        """Sends operations (n, name, args) in one message; their results in order."""
        self.send({"t": "op", "ops": [{"n": n, "name": name, "args": args} for n, name, args in ops]})
        self.until(lambda cache: all(n in cache.results for n, _, _ in ops))
        return [self.cache.results[n] for n, _, _ in ops]


class WithSync(WithServer):
    def program(self, email=None, device="test", token=None, cache=None, **more):
        program = Program.dial(self.port, timeout=30)
        self.addCleanup(program.close)
        return program.start(token or self.token(email), device, cache, **more)

    def book(self, email=CLIENT):
        """A consultation of Jane's with John, made by her; its id."""
        consultant = self.john()
        begin = datetime.datetime.now(datetime.timezone.utc).replace(minute=0, second=0, microsecond=0)
        for hour in range(48, 24 * 60):
            start = begin + datetime.timedelta(hours=hour)
            schedule = {"scheduledStart": start.strftime("%Y-%m-%dT%H:%M:%SZ"),
                        "scheduledEnd": (start + datetime.timedelta(minutes=90)).strftime("%Y-%m-%dT%H:%M:%SZ"),
                        "timezone": "UTC"}
            reply = self.api(email).call("POST", "/api/consultations/book", {
                "consultantId": consultant, "schedule": schedule, "purpose": "test", "useCredits": True})
            if reply.status == 201:
                return reply.data["consultation"]["id"]
            assert reply.status == 409, reply
        raise AssertionError("John has no time")

    def note(self, email, booking, kind):
        """A note as REST tells it."""
        return self.api(email).get(f"/api/consultations/{booking}/notes/{kind}")["note"]

    def john(self):
        consultants = self.api(CLIENT).get("/api/consultants")["consultants"]
        return next(each["id"] for each in consultants if "John" in json.dumps(each))

    def grant(self, credits=50):
        client = self.api(CLIENT).get("/api/clients/me")["client"]["id"]
        self.api("admin@insightserenity.com").post(f"/api/clients/{client}/credits", {
            "packageId": "PKG-DISCOVERY-ASSESSMENT", "credits": credits, "reason": "test"})


__all__ = ["CLIENT", "CONSULTANT", "Cache", "Program", "Typist", "WithSync", "padded", "unpadded"]
