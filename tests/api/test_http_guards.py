"""The guards that libwebsockets 4.1.6 needs (handbook LIBRARIES), each with what it guards against."""

import os
import pathlib
import select
import socket
import stat
import subprocess
import tempfile
import threading
import time
import unittest

from common import PACKAGES, WithServer
from raw import Raw, ask, request
from server import BIN, SLOW, Server
from websocket import Closed, WebSocket

LOGIN = b'{"email":"nobody@example.com","password":"x"}'
POST = b'{ }'


def listening(pid):
    """Addresses of the TCP sockets that the process listens on, from both address families."""
    inodes = {os.readlink(f"/proc/{pid}/fd/{fd}") for fd in os.listdir(f"/proc/{pid}/fd")}
    found = []
    for name in ("tcp", "tcp6"):
        for line in pathlib.Path(f"/proc/net/{name}").read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == "0A" and f"socket:[{words[9]}]" in inodes:
                found.append((name, words[1].split(":")[0]))
    return found


class Bound(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="serenity-bound-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_only_loopback_is_bound(self):
        with Server(self.folder) as server:
            self.assertEqual(listening(server.process.pid), [("tcp", "0100007F")])

    def test_other_addresses_are_refused(self):
        for address in ("0.0.0.0:0", "[::]:0", "[::1]:0", "192.168.1.1:0", "example.com:80", "8180", ":8180",
                        "127.0.0.1", "127.0.0.1:x", "127.0.0.1:70000", "127.0.0.1:-1", "unix:", "unix:" + "a" * 200):
            done = subprocess.run([BIN / "serenityd", "--data", self.folder / "data", "--listen", address],
                                  capture_output=True, text=True, timeout=20 * SLOW)
            self.assertEqual(done.returncode, 1, address)
            self.assertEqual(done.stdout, "", address)
            self.assertTrue(done.stderr.strip(), address)

    def test_a_taken_port_is_an_error(self):
        with Server(self.folder) as server:
            done = subprocess.run([BIN / "serenityd", "--data", self.folder / "other", "--listen",
                                   f"127.0.0.1:{server.port}"], capture_output=True, text=True, timeout=20 * SLOW)
            self.assertEqual((done.returncode, done.stdout), (1, ""))

    def unix_server(self, path):
        process = subprocess.Popen([BIN / "serenityd", "--data", self.folder / "data", "--listen", f"unix:{path}"],
                                   stdout=subprocess.PIPE, text=True, stderr=subprocess.DEVNULL)
        self.addCleanup(process.stdout.close)
        self.assertEqual(process.stdout.readline(), f"serenityd listening on unix:{path}\n")
        return process

    def test_a_unix_socket(self):
        path = self.folder / "socket"
        process = self.unix_server(path)
        try:
            self.assertEqual(listening(process.pid), [])
            self.assertEqual(stat.S_IMODE(path.stat().st_mode) & 0o007, 0, "others may not connect")
            self.assertEqual(ask(path, request("GET", "/healthz")).body, b"ok\n")
            second = subprocess.run([BIN / "serenityd", "--data", self.folder / "other", "--listen", f"unix:{path}"],
                                    capture_output=True, text=True, timeout=20 * SLOW)
            self.assertEqual(second.returncode, 1, "a living server's socket is not taken away")
            self.assertEqual(ask(path, request("GET", "/healthz")).status, 200)
        finally:
            process.kill()
            process.wait()
        self.assertTrue(path.exists())
        process = self.unix_server(path) # what a killed server left behind is cleared away
        self.assertEqual(ask(path, request("GET", "/healthz")).status, 200)
        process.terminate()
        self.assertEqual(process.wait(10 * SLOW), 0)
        self.assertFalse(path.exists())

    def test_a_file_in_the_way_is_left_alone(self):
        path = self.folder / "precious"
        path.write_text("text")
        done = subprocess.run([BIN / "serenityd", "--data", self.folder / "data", "--listen", f"unix:{path}"],
                              capture_output=True, text=True, timeout=20 * SLOW)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(path.read_text(), "text")


class Guards(WithServer):
    def cpu_seconds(self):
        """Of the loop's thread."""
        words = (self.process_folder() / f"task/{self.server.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")

    def test_pipelined_requests_are_each_answered(self):
        get, empty = request("GET", "/healthz"), request("POST", "/api/consultations/x/confirm")
        for name, sequence in {"GET": [get] * 10, "operations": [request("GET", PACKAGES + "/PKG-FREE-TRIAL")] * 8,
                               "large answers": [request("GET", PACKAGES)] * 40,
                               "POST without a body": [empty] * 3, "mixed": [get, empty, get, empty, get]}.items():
            with self.subTest(name), Raw(self.port) as raw:
                raw.send(b"".join(sequence))
                statuses = [raw.response().status for _ in sequence]
                self.assertEqual(statuses, [401 if data is empty else 200 for data in sequence])
        self.assert_alive()

    def test_a_pipelined_body_is_not_mistaken(self):
        """libwebsockets takes the headers of a body that came with an earlier request for the body: such a request is
        not answered, the connection ends, and the client sends it again."""
        get, post = request("GET", "/healthz"), request("POST", "/api/consultations/x/confirm", POST)
        for sequence in ([get, post], [post, post], [post, get], [post, post, get, post]):
            with self.subTest(sequence), Raw(self.port) as raw:
                raw.send(b"".join(sequence))
                expected = [401 if data is post else 200 for data in sequence]
                got = []
                while len(got) < len(sequence) and (answer := raw.response()):
                    got.append(answer.status)
                self.assertEqual(got, expected[:len(got)])
                self.assertGreaterEqual(len(got), 1)
                self.assert_alive()

    def test_one_after_the_other_on_one_connection(self):
        with Raw(self.port) as raw:
            for _ in range(20):
                for data, status in ((request("POST", "/api/consultations/x/confirm", POST), 401),
                                     (request("GET", PACKAGES), 200), (request("HEAD", "/healthz"), 200)):
                    answer = raw.send(data).response(head=data.startswith(b"HEAD"))
                    self.assertEqual(answer.status, status)

    def test_bytes_beyond_the_body_do_no_harm(self):
        """libwebsockets re-enters body completion for ever when more than Content-Length came."""
        before = self.cpu_seconds()
        for tail in (b"x", b"}" * 100, b"\r\n", b"GET ", b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab"):
            with self.subTest(tail), Raw(self.port) as raw:
                raw.send(request("POST", "/api/consultations/x/confirm", POST) + tail)
                answer = raw.response()
                self.assertIn(answer.status if answer else None, (401, None))
                self.assert_alive()
                time.sleep(0.2)
        self.assertLess(self.cpu_seconds() - before, 3.0 * SLOW, "the loop spins")

    def test_a_waiting_pipeline_does_not_spin(self):
        with Raw(self.port) as raw:
            raw.send(request("GET", "/healthz") + b"GET /hea")
            self.assertEqual(raw.response().status, 200)
            before = self.cpu_seconds()
            time.sleep(1)
            self.assertLess(self.cpu_seconds() - before, 0.5)
            raw.send(b"lthz HTTP/1.1\r\nHost: a\r\n\r\n")
            self.assertEqual(raw.response().status, 200)

    def test_no_h2c(self):
        upgrade = ["Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA"]
        answer = ask(self.port, request("GET", "/healthz", headers=upgrade))
        self.assertNotEqual(answer.status if answer else None, 101)
        self.assert_alive()

    def test_no_h2_by_prior_knowledge(self):
        with Raw(self.port, timeout=4) as raw:
            raw.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9))
            try:
                while raw.more():
                    pass
            except TimeoutError:
                pass
            self.assertFalse(raw.buffer.startswith(b"\0"), "an HTTP/2 settings frame came back")
        self.assert_alive()

    def test_only_websocket_is_an_upgrade(self):
        for word in ("h2c", "HTTP/2.0", "TLS/1.0", "irc/6.9", "websocket2", "WebSocket, h2c", "x" * 3000):
            with self.subTest(word[:20]):
                headers = [f"Upgrade: {word}", "Connection: Upgrade", "Sec-WebSocket-Key: AAECAwQFBgcICQoLDA0ODw==",
                           "Sec-WebSocket-Version: 13", "Sec-WebSocket-Protocol: serenity-sync.1"]
                answer = ask(self.port, request("GET", "/sync", headers=headers))
                self.assertNotEqual(answer.status if answer else None, 101)
                # pipelined, so that libwebsockets finds more bytes behind the refused one (CVE-2025-11677)
                with Raw(self.port, timeout=4) as raw:
                    raw.send(request("GET", "/sync", headers=headers) + request("GET", "/healthz") * 3)
                    raw.closed()
                self.assert_alive()

    def test_bad_handshakes(self):
        good = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
                "Sec-WebSocket-Key": "AAECAwQFBgcICQoLDA0ODw==", "Sec-WebSocket-Protocol": "serenity-sync.1"}
        bad = {
            "another path": ("/", good), "a path of the API": (PACKAGES, good),
            "a longer path": ("/sync/", good), "no subprotocol": ("/sync", {**good, "Sec-WebSocket-Protocol": None}),
            "another subprotocol": ("/sync", {**good, "Sec-WebSocket-Protocol": "chat"}),
            "our own protocol's name": ("/sync", {**good, "Sec-WebSocket-Protocol": "http"}),
            "a list of subprotocols": ("/sync", {**good, "Sec-WebSocket-Protocol": "http, serenity-sync.1"}),
            "an old version": ("/sync", {**good, "Sec-WebSocket-Version": "8"}),
            "no version": ("/sync", {**good, "Sec-WebSocket-Version": None}),
            "no key": ("/sync", {**good, "Sec-WebSocket-Key": None}),
            "a short key": ("/sync", {**good, "Sec-WebSocket-Key": "AA=="}),
            "a long key": ("/sync", {**good, "Sec-WebSocket-Key": "A" * 4000}),
            "no connection header": ("/sync", {**good, "Connection": None}),
            "keep-alive": ("/sync", {**good, "Connection": "keep-alive"}),
        }
        for name, (path, headers) in bad.items():
            with self.subTest(name):
                lines = [f"{key}: {value}" for key, value in headers.items() if value is not None]
                answer = ask(self.port, request("GET", path, headers=lines))
                self.assertNotEqual(answer.status if answer else None, 101)
                self.assert_alive()
        post = ask(self.port, request("POST", "/sync", headers=[f"{key}: {value}" for key, value in good.items()]))
        self.assertNotEqual(post.status if post else None, 101)
        self.assert_alive()

    def test_no_extensions(self):
        """permessage-deflate crashes the process, so it is never agreed on."""
        connection = socket.create_connection(("127.0.0.1", self.port), 10)
        connection.sendall(request("GET", "/sync", headers=[
            "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: AAECAwQFBgcICQoLDA0ODw==", "Sec-WebSocket-Protocol: serenity-sync.1",
            "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits, deflate-frame"]))
        answer = connection.recv(65536).decode()
        connection.close()
        self.assertTrue(answer.startswith("HTTP/1.1 101"), answer)
        self.assertNotIn("extensions", answer.lower())

    def test_the_slow_are_cut(self):
        """A byte every 0.2 s is not fast enough: after 10 s the connection ends, though something always came. Who
        does not read his answers has 30 s at most."""
        headers = "GET /healthz HTTP/1.1\r\nHost: a\r\n" + "X-A: b\r\n" * 100
        post = ("POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                "Content-Length: 1000\r\n\r\n")
        again = (request("GET", "/healthz") + headers.encode()[:20]).decode()
        cases = {
            "silent": ("", "", (8, 14)),
            "slow headers": ("", headers, (8, 14)),
            "slow body": (post, "{" + " " * 900, (8, 14)),
            "slow headers of a second request": (again, headers[20:], (8, 14)),
            "no reader": (request("GET", PACKAGES).decode() * 3000, None, (8, 40)),
        }
        took = {}
        threads = [threading.Thread(target=self.dribble, args=(name, *case[:2], took))
                   for name, case in cases.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for name, (_, _, (least, most)) in cases.items():
            self.assertGreater(took[name], least, name)
            self.assertLess(took[name], most, name)
        self.assert_alive()

    def dribble(self, name, begin, text, took):
        start = time.monotonic()
        with Raw(self.port, timeout=0.2) as raw:
            if text is None:
                raw.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            raw.send(begin.encode())
            letters = iter(text or "")
            while time.monotonic() - start < 45 and not self.is_over(raw, text is None):
                raw.send(next(letters, "").encode())
        took[name] = time.monotonic() - start

    def is_over(self, raw, blind):
        """blind: without reading."""
        if blind:
            time.sleep(0.2)
            poller = select.poll()
            poller.register(raw.socket, 0)
            return bool(poller.poll(0))
        try:
            return not raw.more()
        except TimeoutError:
            return False

    def test_slow_senders_do_not_hold_up_others(self):
        slow = [Raw(self.port) for _ in range(100)]
        for raw in slow:
            raw.send(b"POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Le")
        start = time.monotonic()
        self.assert_alive()
        self.assertLess(time.monotonic() - start, 1 * SLOW)
        for raw in slow:
            raw.close()

    def test_expect_and_old_versions(self):
        answer = ask(self.port, request("GET", "/healthz", version="HTTP/1.0"))
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers.get("connection"), "close")
        with Raw(self.port) as raw:
            raw.send(request("GET", "/healthz", headers=["Connection: close"]))
            self.assertEqual(raw.response().status, 200)
            self.assertTrue(raw.closed())

    def test_a_peer_that_leaves_early(self):
        """The answer of an operation comes when nobody is there any more."""
        for _ in range(30):
            with Raw(self.port) as raw:
                raw.send(request("POST", "/api/v1/auth/login", LOGIN))
        for _ in range(200):
            with Raw(self.port) as raw:
                raw.send(request("GET", PACKAGES))
        self.assert_alive()

    def test_many_connections_come_and_go(self):
        def churn():
            for _ in range(50):
                ask(self.port, request("GET", PACKAGES + "/PKG-FREE-TRIAL"))
        threads = [threading.Thread(target=churn) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assert_alive()

    def test_the_token_of_a_websocket_is_needed(self):
        socket_ = WebSocket.dial(self.port)
        answer = socket_.hello("none")
        self.assertEqual((answer["t"], answer["code"]), ("err", "UNAUTHENTICATED"))
        with self.assertRaises(Closed):
            socket_.receive()


class Capped(WithServer):
    options = ("--connections", 24, "--log-level", "error")
    demo = False

    def test_more_connections_than_allowed_are_closed(self):
        held = [Raw(self.port, timeout=3) for _ in range(60)]
        answers = []
        for raw in held:
            try:
                answer = raw.send(request("GET", "/healthz")).response()
            except TimeoutError:
                answer = None
            answers.append(answer is not None and answer.status == 200)
        self.assertEqual(answers.count(True), 24)
        for raw in held:
            raw.close()
        time.sleep(0.5 * SLOW)
        self.assertEqual(ask(self.port, request("GET", "/healthz")).status, 200)


if __name__ == "__main__":
    unittest.main()
