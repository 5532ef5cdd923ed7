"""A server that breaks the protocol in every way: the client drops it, keeps what it has, says so, and never falls."""

import json
import os
import random
import socket
import sqlite3
import ssl
import subprocess
import threading
import time
import unittest
import zlib

from fake_server import BINARY, TEXT, page
from probe import SLOW, Probe
from test_session import BASE, HOUR, Story, consultation, until, uuid

BOMB = b"S" + zlib.compress(b'{"t":"snap","pad":"' + b"x" * (64 << 20) + b'"}')


def row(**more):
    return {"id": uuid(1, 0), "rev": 11, **consultation(0), **more}


def chg(*rows, seq=10, **more):
    return {"t": "chg", "from": seq, "to": seq + 1, "more": False, "rows": list(rows), **more}


# What comes in the place of a change, after a good session began at seq 10.
BAD_MESSAGES = {
    "no JSON": b"{",
    "no UTF-8": b'{"t":"chg","x":"\xff\xfe"}',
    "no object": b"[1,2,3]",
    "no type": {"x": 1},
    "a type that is none": {"t": 7},
    "deep": b'{"t":"chg","rows":' + b"[" * 5000 + b"]" * 5000 + b"}",
    "a name twice": b'{"t":"chg","t":"chg"}',
    "an unknown table": chg(["put", "passwords", uuid(1, 0), 11, row()]),
    "a kind that is none": chg(["steal", "consultation", uuid(1, 0), 11]),
    "a row that is none": chg(["put", "consultation", uuid(1, 0), 11, 7]),
    "another row's id": chg(["put", "consultation", uuid(1, 1), 11, row()]),
    "no row": chg(["put", "consultation", uuid(1, 0), 11]),
    "an id with a path": chg(["put", "consultation", "../../etc", 11, {**row(), "id": "../../etc"}]),
    "numbers for text": chg(["put", "consultation", uuid(1, 0), 11, row(purpose=5)]),
    "text for numbers": chg(["put", "consultation", uuid(1, 0), 11, row(start="soon")]),
    "a status that is none": chg(["put", "consultation", uuid(1, 0), 11, row(status="gone")]),
    "escapes in a name": chg(["put", "consultation", uuid(1, 0), 11, row(clientName="\x1b]0;owned\x07")]),
    "a newline in a name": chg(["put", "consultation", uuid(1, 0), 11, row(clientName="a\nb")]),
    "a long name": chg(["put", "consultation", uuid(1, 0), 11, row(clientName="x" * 50000)]),
    "a negative rev": chg(["put", "consultation", uuid(1, 0), -5, row(rev=-5)]),
    "a huge rev": chg(["put", "consultation", uuid(1, 0), 1e300, row(rev=1e300)]),
    "a gap": chg(["put", "consultation", uuid(1, 0), 99, row(rev=99)], seq=98),
    "a change backward": {"t": "chg", "from": 10, "to": 3, "rows": []},
    "a scope with a blank": {"t": "chg", "from": 10, "to": 10, "rows": [["scope+", "a b"]]},
    "a scope that is a number": {"t": "chg", "from": 10, "to": 10, "rows": [["scope-", 5]]},
    "a scope moved elsewhere": {"t": "chg", "from": 10, "to": 10, "rows": [["scope?", "pub"]]},
    "a negative seq": {"t": "chg", "from": -1, "to": 11, "rows": []},
    "rows that are none": {"t": "chg", "from": 10, "to": 11, "rows": {"a": 1}},
    "a page in text": {"t": "snap", "at": 10, "table": "consultation", "rows": []},
    "a second welcome": {"t": "welcome", "protocol": 1, "epoch": "e1", "head": 10, "mode": "snapshot"},
    "an answer that is none": {"t": "res", "results": [{"n": 1, "status": "maybe"}]},
    "an answer without a number": {"t": "res", "results": [{"status": "ok"}]},
    "answers that are none": {"t": "res", "results": [5]},
}

BAD_PAGES = {
    "no page": b"hello",
    "an empty frame": b"",
    "no zlib": b"S" + b"\0" * 50,
    "half of a page": page({"t": "snap", "at": 10, "table": "consultation", "rows": [row()]})[:-5],
    "a bomb": BOMB,
    "more behind it": page({"t": "snap", "at": 10, "table": "consultation", "rows": []}) + b"xx",
    "an unknown table": page({"t": "snap", "at": 10, "table": "passwords", "rows": []}),
    "no rows": page({"t": "snap", "at": 10, "table": "consultation"}),
    "a bad row": page({"t": "snap", "at": 10, "table": "consultation", "rows": [{"id": "x"}]}),
    "a change in a page": page(chg()),
}


class Hostile(Story):
    def keeps_its_rows(self, probe):
        rows = self.list(probe)
        self.assertEqual(len(rows), 5)
        self.assertEqual(rows[uuid(1, 0)]["row"]["purpose"], "talk 0")

    def test_bad_messages_are_dropped_and_the_client_goes_on(self):
        probe = self.signed_in()
        for name, message in BAD_MESSAGES.items():
            with self.subTest(name):
                hellos = len(self.server.hellos)
                connection = self.server.connections[0]
                if isinstance(message, bytes):
                    connection.frame(TEXT, message)
                else:
                    connection.send(message)
                until(lambda: len(self.server.hellos) > hellos and self.server.connections)
                probe.wait("online")
                self.keeps_its_rows(probe)
        trouble = [e["message"] for e in probe.ask("events")["list"] if e["kind"] == "trouble"]
        self.assertTrue(any("unknown table" in message for message in trouble))

    def test_bad_pages_are_dropped_and_never_shown(self):
        for name, frame in BAD_PAGES.items():
            with self.subTest(name):
                home = self.folder.name + "/" + name.replace(" ", "-")
                sent = []

                def bad(server, connection, hello):
                    if sent:
                        return False
                    sent.append(hello)
                    server.welcome(connection, "snapshot")
                    connection.frame(BINARY, frame)
                    return True
                self.server.on_hello = bad
                probe = self.probe(home)
                probe.must("login", "john@example.com", "secret")
                probe.wait("online")
                self.keeps_its_rows(probe)
                probe.close()

    def test_a_snapshot_without_a_reset_is_refused(self):
        """Only a reset says whether what is there may stay; the cursor is kept and the next server believed."""
        probe = self.signed_in()
        hellos = []

        def bad(server, connection, hello):
            hellos.append(hello)
            if len(hellos) > 1:
                return False
            server.welcome(connection, "snapshot")
            return True
        self.server.on_hello = bad
        self.server.drop_all()
        until(lambda: len(hellos) > 1)
        self.assertGreater(hellos[1]["cursor"], 0)
        probe.wait("online")
        self.keeps_its_rows(probe)

    def test_a_flood_in_one_message_is_cut(self):
        probe = self.signed_in()
        hellos = len(self.server.hellos)
        connection = self.server.connections[0]
        for _ in range(40):
            connection.frame(0 if _ else TEXT, b"x" * 65536, final=False)
        until(lambda: len(self.server.hellos) > hellos)
        probe.wait("online")
        self.keeps_its_rows(probe)

    def test_noise_after_the_handshake(self):
        probe = self.signed_in()
        rng = random.Random(7)
        for _ in range(20):
            until(lambda: self.server.connections)
            hellos = len(self.server.hellos)
            connection = self.server.connections[0]
            with connection.lock:
                try:
                    connection.stream.sendall(bytes(rng.randrange(256) for _ in range(rng.randrange(1, 400))))
                except OSError:
                    pass
            connection.close()
            until(lambda: len(self.server.hellos) > hellos, 20)
        probe.wait("online")
        self.keeps_its_rows(probe)

    def test_mutated_messages(self):
        """Good messages with bytes changed, as a fuzzer would."""
        probe = self.signed_in()
        rng = random.Random(11)
        good = json.dumps(chg(["put", "consultation", uuid(1, 0), 11, row(purpose="talk 0")])).encode()
        for _ in range(60):
            data = bytearray(good)
            for _ in range(rng.randrange(1, 6)):
                data[rng.randrange(len(data))] = rng.randrange(256)
            until(lambda: self.server.connections)
            self.server.connections[0].frame(TEXT, bytes(data))
            time.sleep(0.01)
        self.server.put("consultation", uuid(1, 3), **consultation(3, purpose="still here"))
        self.server.drop_all()
        until(lambda: self.list(probe).get(uuid(1, 3), {"row": {}})["row"].get("purpose") == "still here", 30)

    def test_a_silent_server_does_not_hold_the_client(self):
        probe = self.signed_in()
        self.server.on_hello = lambda server, connection, hello: True
        self.server.drop_all()
        begun = time.time()
        self.keeps_its_rows(probe)
        probe.must("start", uuid(1, 0))
        self.assertLess(time.time() - begun, 1 * SLOW)
        until(lambda: probe.ask("connection")["state"] in ("connecting", "offline"))

    def test_strange_answers_over_http(self):
        answers = {
            "no JSON": (200, b"<html>"), "not successful": (200, b'{"success":false}'), "no data": (200, b'{"success":true}'),
            "no tokens": (200, b'{"success":true,"data":{"user":{"id":"x"}}}'),
            "endless life": (200, b'{"success":true,"data":{"user":{"id":"x"},"tokens":{"accessToken":"a",'
                                  b'"refreshToken":"b","expiresIn":1e300}}}'),
            "a status of its own": (799, b"{}"), "nothing": (204, b""),
        }
        probe = self.probe()
        for name, (status, body) in answers.items():
            with self.subTest(name):
                original = self.server.serve

                def serve(stream, status=status, body=body):
                    stream.recv(65536)
                    stream.sendall(f"HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
                                   .encode() + body)
                    stream.close()
                self.server.serve = serve
                answer = probe.ask("login", "john@example.com", "secret")
                self.server.serve = original
                self.assertEqual(answer["ok"], "no")
                self.assertTrue(answer["message"])
        probe.must("login", "john@example.com", "secret")

    def test_the_password_and_tokens_stay_out_of_plain_sight(self):
        probe = self.signed_in()
        for name in os.listdir(self.home):
            path = os.path.join(self.home, name)
            self.assertEqual(os.stat(path).st_mode & 0o77, 0, name)
            with open(path, "rb") as file:
                self.assertNotIn(b"secret", file.read())
        with open(f"/proc/{probe.process.pid}/cmdline", "rb") as file:
            self.assertNotIn(b"secret", file.read())


class Addresses(Story):
    def test_plain_http_is_for_this_machine_only(self):
        for url in ("http://example.com", "http://127.evil.com:80", "http://10.0.0.1:8180", "ftp://127.0.0.1",
                    "http://user@127.0.0.1", "127.0.0.1:8180", "https://"):
            with self.subTest(url):
                probe = Probe(self.folder.name + "/" + str(abs(hash(url))), url)
                self.probes.append(probe)
                self.assertEqual(probe.ask("login", "a@example.com", "secret")["code"], "BAD_REQUEST")

    def test_tokens_of_one_server_are_not_shown_to_another(self):
        from fake_server import FakeServer
        self.signed_in().close()
        other = FakeServer()
        probe = Probe(self.home, other.url)
        self.probes.append(probe)
        probe.wait("signed_out")
        time.sleep(0.5)
        self.assertEqual((other.hellos, other.refreshes), ([], []))
        other.stop()


class Certificates(Story):
    """A server with a certificate that nobody vouches for hears neither password nor token."""

    def setUp(self):
        super().setUp()
        self.certificate = self.folder.name + "/certificate.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-keyout", self.certificate + ".key", "-out", self.certificate, "-days", "2", "-subj",
                        "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.certificate + ".key")
        self.listener, self.tried, self.heard = socket.create_server(("127.0.0.1", 0)), [], []
        self.url = f"https://localhost:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.listen, args=(context,), daemon=True).start()

    def listen(self, context):
        while True:
            try:
                stream, _ = self.listener.accept()
            except OSError:
                return
            self.tried.append(1)
            try:
                with context.wrap_socket(stream, server_side=True) as secure:
                    self.heard.append(secure.recv(4096))
            except OSError:
                pass

    def tearDown(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        super().tearDown()

    def test_signing_in_is_refused(self):
        probe = Probe(self.home, self.url)
        self.probes.append(probe)
        answer = probe.ask("login", "john@example.com", "secret")
        self.assertEqual((answer["ok"], answer["code"]), ("no", "OFFLINE"))
        self.assertIn("certificate", answer["message"])
        self.assertEqual([data for data in self.heard if data], [])

    def test_a_session_is_refused(self):
        self.signed_in().close()
        with sqlite3.connect(self.home + "/outbox.db") as outbox:
            outbox.execute("UPDATE device SET server = ?", (self.url,))
        probe = Probe(self.home)
        self.probes.append(probe)
        until(lambda: len(self.tried) >= 2)
        self.assertEqual([data for data in self.heard if data], [])
        self.assertNotEqual(probe.ask("connection")["state"], "online")
        # The same with somebody who vouches for it: then it speaks.
        probe.close()
        trusting = Probe(self.home, environment={"SSL_CERT_FILE": self.certificate})
        self.probes.append(trusting)
        until(lambda: any(data.startswith(b"GET /sync") for data in self.heard))


if __name__ == "__main__":
    unittest.main()
