"""Websocket frames and messages that a decent program never sends: the connection ends with a reason, nobody else is
disturbed, and nothing grows."""

import json
import os
import struct
import time
import unittest

from syncing import CLIENT, CONSULTANT, WithSync
from websocket import Closed, WebSocket

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


def frame(opcode, data=b"", fin=True, masked=True, rsv=0, size=None):
    """A frame's bytes. size: what the header says, when that is not the truth."""
    size = len(data) if size is None else size
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    mask_bit = 0x80 if masked else 0
    if size < 126:
        head += bytes([mask_bit | size])
    elif size < 65536:
        head += struct.pack("!BH", mask_bit | 126, size)
    else:
        head += struct.pack("!BQ", mask_bit | 127, size)
    if not masked:
        return head + data
    mask = os.urandom(4)
    return head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))


def text(message):
    return frame(TEXT, json.dumps(message).encode() if not isinstance(message, bytes) else message)


# name: bytes sent after a good hello; each ends the connection
FRAMES = {
    "binary": frame(BINARY, b"{}"),
    "a reserved opcode": frame(3, b"x"),
    "a reserved control opcode": frame(11, b"x"),
    "reserved bits": frame(TEXT, b"{}", rsv=4),
    "a deflated frame": frame(TEXT, b"\x00", rsv=4),
    "a fragmented ping": frame(PING, b"x", fin=False),
    "a long ping": frame(PING, b"x" * 200),
    "continuation of nothing": frame(0, b"{}"),
    "a text within a text": frame(TEXT, b"{", fin=False) + frame(TEXT, b"}"),
    "more than a frame may be": frame(TEXT, b"[" * 65537),
    "a length of 2^62": frame(TEXT, b"x" * 100, size=1 << 62),
    "a length of 2^63": bytes([0x81, 0xFF]) + b"\xff" * 8 + b"abcd" + b"x" * 100,
    "a megabyte in fragments": frame(TEXT, b"x" * 30000, fin=False) + frame(0, b"x" * 30000, fin=False) * 40,
    "a flood of fragments": frame(TEXT, b"", fin=False) + frame(0, b"", fin=False) * 5000,
    "a flood of small fragments": frame(TEXT, b"{", fin=False) + frame(0, b" ", fin=False) * 5000,
    "invalid UTF-8": frame(TEXT, b'{"t":"ping\xff\xfe"}'),
    "UTF-8 cut in the middle": frame(TEXT, '{"t":"ü"}'.encode()[:-3]),
    "no JSON": text(b"hello"),
    "an empty message": text(b""),
    "an array": text(b"[]"),
    "nested too deep": text(b"[" * 60000),
    "a duplicate key": text(b'{"t":"ping","t":"op"}'),
    "no type": text({}),
    "a type that is a number": text({"t": 1}),
    "an unknown type": text({"t": "drop tables"}),
    "a server's message": text({"t": "welcome"}),
    "another hello that is none": text({"t": "hello"}),
    "a cursor from the future": text({"t": "cur", "at": 10 ** 12}),
    "a cursor that is text": text({"t": "cur", "at": "1"}),
    "no operations": text({"t": "op", "ops": []}),
    "operations that are no list": text({"t": "op", "ops": {"n": 1}}),
    "an operation that is no object": text({"t": "op", "ops": [1]}),
    "an operation without a number": text({"t": "op", "ops": [{"name": "consultation.confirm", "args": {}}]}),
    "an operation numbered 0": text({"t": "op", "ops": [{"n": 0, "name": "consultation.confirm", "args": {}}]}),
    "an operation numbered 1.5": text({"t": "op", "ops": [{"n": 1.5, "name": "consultation.confirm", "args": {}}]}),
    "an operation numbered 1e300": text({"t": "op", "ops": [{"n": 1e300, "name": "consultation.confirm"}]}),
    "arguments that are no object": text({"t": "op", "ops": [{"n": 1, "name": "consultation.confirm", "args": []}]}),
    "too many operations": text({"t": "op", "ops": [{"n": n, "name": "x"} for n in range(1, 52)]}),
    "presence in no room": text({"t": "presence", "room": "../etc", "state": "viewing"}),
    "presence without a state": text({"t": "presence", "room": "01a20909-2a77-708f-8d75-5c0c9048a402"}),
    "an unknown state": text({"t": "presence", "room": "01a20909-2a77-708f-8d75-5c0c9048a402", "state": "dancing"}),
    "a flood of messages": text({"t": "ping"}) * 2000,
    "a close": frame(CLOSE, struct.pack("!H", 1000)),
    "a close with a code that is none": frame(CLOSE, struct.pack("!H", 5)),
    "a close with bad words": frame(CLOSE, struct.pack("!H", 1000) + b"\xff\xfe"),
    "HTTP again": b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
    "noise": bytes(range(256)) * 8,
}

# sent in place of a good hello
FIRST = {
    "an operation": {"t": "op", "ops": [{"n": 1, "name": "consultation.confirm", "args": {}}]},
    "a cursor": {"t": "cur", "at": 1},
    "presence": {"t": "presence", "room": ""},
    "a token alone": {"t": "auth", "token": "x"},
    "no device": {"t": "hello", "protocol": 1, "token": "x"},
    "an empty device": {"t": "hello", "protocol": 1, "token": "x", "device": ""},
    "a device with an escape": {"t": "hello", "protocol": 1, "token": "x", "device": "\x1b[2J"},
    "a long device": {"t": "hello", "protocol": 1, "token": "x", "device": "d" * 65},
    "a long token": {"t": "hello", "protocol": 1, "token": "x" * 4001, "device": "d"},
    "no token": {"t": "hello", "protocol": 1, "device": "d"},
    "a token that is none": {"t": "hello", "protocol": 1, "token": "a.b.c", "device": "d"},
    "an unsigned token": {"t": "hello", "protocol": 1, "token": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.", "device": "d"},
    "a cursor beyond all numbers": {"t": "hello", "protocol": 1, "token": "x", "device": "d", "cursor": 1e300},
}


class Hostile(WithSync):
    def wait_for_end(self, program, seconds=6):
        """Reads until the connection ends; what was said last."""
        last = None
        program.connection.settimeout(seconds)
        try:
            while True:
                last = program.receive()
        except (Closed, ConnectionError, BrokenPipeError):
            return last

    def test_frames(self):
        witness = self.program(CONSULTANT, device="witness")
        witness.until_ready()
        for name, data in FRAMES.items():
            with self.subTest(name):
                program = self.program(CLIENT, device="hostile")
                program.until_ready()
                try:
                    program.connection.sendall(data)
                except OSError:
                    pass
                try:
                    self.wait_for_end(program)
                except TimeoutError:
                    self.fail("the connection goes on")
                finally:
                    program.close()
                witness.send({"t": "ping"})
                self.assertEqual(witness.receive(), {"t": "pong"})
        self.assert_alive()

    def test_first_messages(self):
        for name, message in FIRST.items():
            with self.subTest(name):
                program = WebSocket.dial(self.port)
                program.send(message)
                last = self.wait_for_end(program)
                self.assertEqual(last["t"], "err")
                self.assertIn(last["code"], ("BAD_REQUEST", "UNAUTHENTICATED"))
                program.close()
        self.assert_alive()

    def test_unmasked_frames_do_no_harm(self):
        """libwebsockets takes them; what they say is checked like any other."""
        program = self.program(CLIENT)
        program.until_ready()
        program.connection.sendall(frame(TEXT, b'{"t":"ping"}', masked=False))
        try:
            self.assertEqual(program.receive(), {"t": "pong"})
        except Closed:
            pass
        self.assert_alive()

    def test_fragments_are_joined(self):
        program = self.program(CLIENT)
        program.until_ready()
        program.connection.sendall(frame(TEXT, b'{"t":', fin=False) + frame(PING, b"between") +
                                   frame(0, b'"ping"', fin=False) + frame(0, b"}"))
        self.assertEqual(program.receive(), {"t": "pong"})
        program.connection.sendall(frame(TEXT, b'{"t":"ping"' + b" " * 65000 + b"}"))
        self.assertEqual(program.receive(), {"t": "pong"})

    def test_the_silent_are_sent_away(self):
        """Who sends no hello has 10 s. Who answers no ping is gone after 35 s."""
        greeted = self.program(CLIENT, device="deaf")
        greeted.until_ready()
        began = time.monotonic()
        silent = WebSocket.dial(self.port, timeout=20)
        self.assertEqual(silent.receive()["code"], "UNAUTHENTICATED")
        self.assertGreater(time.monotonic() - began, 8)
        self.assertLess(time.monotonic() - began, 13)
        with self.assertRaises(Closed):
            silent.receive()
        silent.close()
        greeted.connection.settimeout(60)
        heard = b""
        while data := greeted.connection.recv(65536):
            heard += data
        self.assertTrue(heard.startswith(bytes([0x80 | PING])), heard[:20])
        self.assertGreater(time.monotonic() - began, 25)
        self.assertLess(time.monotonic() - began, 45)

    def test_more_operations_than_may_be_under_way_wait(self):
        """Nothing more is read while 50 are under way; every one is answered in the end."""
        john = self.program(CONSULTANT, device="eager")
        john.until_ready()
        booking = self.book()
        for start in range(1, 401, 20):
            john.send({"t": "op", "ops": [{"n": n, "name": "consultation.patch",
                                           "args": {"id": booking, "notes": {"consultant": str(n)}}}
                                          for n in range(start, start + 20)]})
        john.until(lambda cache: len(cache.results) == 400)
        self.assertEqual({result["status"] for result in john.cache.results.values()}, {"ok"})
        john.until(lambda cache: cache.rows.get(("note", f"{booking}:consultant"), {}).get("head") == 400)
        self.assertEqual(self.note(CONSULTANT, booking, "consultant")["text"], "400")

    def test_only_what_may_wait_offline_is_taken(self):
        """Signing in above all has its limits on the REST side; a socket is no way around them."""
        john = self.program(CONSULTANT, device="guessing")
        john.until_ready()
        names = ["auth.login", "auth.register", "auth.resend_verification", "credit.grant", "package.list", "test.clock"]
        john.send({"t": "op", "ops": [{"n": n, "name": name, "args": {"email": CONSULTANT, "password": "x"}}
                                      for n, name in enumerate(names, 1)]})
        john.until(lambda cache: len(cache.results) == len(names))
        self.assertEqual({(r["status"], r["code"]) for r in john.cache.results.values()}, {("rejected", "BAD_REQUEST")})

    def test_nothing_that_is_sent_makes_memory_grow(self):
        def attack():
            programs = [self.program(CLIENT, device=f"g{i}") for i in range(20)]
            for program in programs:
                program.until_ready()
                try:
                    program.connection.sendall(frame(TEXT, b"x" * 60000, fin=False))
                    program.connection.sendall(text({"t": "ping"}) * 60)
                except OSError:
                    pass
            for program in programs:
                program.close()
        attack()
        time.sleep(0.5)
        before = self.server.rss_kb()
        for _ in range(5):
            attack()
        time.sleep(0.5)
        self.assert_grown_less(before, 6000)
        self.assert_alive()

    def test_leaving_in_the_middle_of_everything(self):
        booking = self.book()
        for n in range(1, 40):
            program = self.program(CONSULTANT, device=f"leaver{n}")
            if n % 3 != 0:
                program.until_ready()
                program.send({"t": "op", "ops": [{"n": 1, "name": "consultation.patch", "args": {
                    "id": booking, "notes": {"consultant": f"leaver {n}"}}}]})
                program.send({"t": "presence", "room": booking, "state": "viewing"})
            program.close()
        self.assert_alive()


if __name__ == "__main__":
    unittest.main()
