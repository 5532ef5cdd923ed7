"""The life of the process: ready, draining, gone; what it prints; what it costs while nothing happens."""

import os
import pathlib
import signal
import subprocess
import tempfile
import threading
import time
import unittest

from raw import Raw, ask, request
from server import BIN, SLOW, Server
from syncing import CLIENT, CONSULTANT, Program, WithSync
from websocket import Closed


class Draining(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="serenity-serving-")
        self.addCleanup(folder.cleanup)
        self.server = Server(folder.name, "--rate-per-minute", 0, "--log-level", "warn")

    def begin_request(self):
        """A request whose body is still on its way: it has begun, so it will be finished."""
        raw = Raw(self.server.port)
        raw.send(b"POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                 b"Content-Length: 50\r\n\r\n")
        time.sleep(0.2)
        return raw

    def test_one_line_says_where(self):
        with self.server as server:
            self.assertRegex(server.url, r"^http://127\.0\.0\.1:\d+$")
            code, seconds = server.stop()
        self.assertEqual(code, 0)
        self.assertLess(seconds, 2 * SLOW)

    def test_nothing_else_is_printed(self):
        process = subprocess.Popen([BIN / "serenityd", "--data", self.server.data, "--listen", "127.0.0.1:0"],
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        first = process.stdout.readline()
        ask(int(first.rsplit(":", 1)[1]), request("GET", "/healthz"))
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        process.stdout.close()
        self.assertEqual(process.wait(10 * SLOW), 0)
        self.assertEqual(rest, "")

    def test_while_draining_it_is_alive_and_not_ready(self):
        with self.server as server:
            self.assertEqual(ask(server.port, request("GET", "/readyz")).status, 200)
            held = self.begin_request()
            server.process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
            self.assertEqual(ask(server.port, request("GET", "/readyz")).status, 503)
            self.assertEqual(ask(server.port, request("GET", "/healthz")).status, 200)
            answer = ask(server.port, request("GET", "/api/consultations/packages"))
            self.assertEqual(answer.status, 503)
            self.assertIn("retry-after", answer.headers)
            self.assertEqual(answer.headers["connection"], "close")
            held.send(b'{"email":"nobody@example.com","password":"xxxxx"}'.ljust(50))
            finished = held.response()
            self.assertEqual(finished.status, 401)
            self.assertEqual(server.process.wait(5 * SLOW), 0)

    def test_a_request_that_never_ends_does_not_hold_it(self):
        with self.server as server:
            held = self.begin_request()
            code, seconds = server.stop()
            self.assertEqual(code, 0)
            self.assertLess(seconds, 5 * SLOW)
            held.close()

    def test_idle_connections_do_not_hold_it(self):
        with self.server as server:
            idle = [Raw(server.port) for _ in range(10)]
            for raw in idle[:5]:
                raw.send(request("GET", "/healthz")).response()
            code, seconds = server.stop()
            self.assertEqual(code, 0)
            self.assertLess(seconds, 2 * SLOW)
            for raw in idle:
                raw.close()

    def test_it_costs_nothing_while_nothing_happens(self):
        with self.server as server:
            ask(server.port, request("GET", "/healthz"))
            stat = pathlib.Path(f"/proc/{server.process.pid}/stat")
            used = lambda: sum(int(word) for word in stat.read_text().rsplit(")", 1)[1].split()[11:13])
            before = used()
            time.sleep(2)
            self.assertLessEqual((used() - before) / os.sysconf("SC_CLK_TCK"), 0.1 * SLOW)


class Goodbye(WithSync):
    def test_programs_are_told_and_operations_end(self):
        programs = [self.program(CLIENT, device=f"g{i}") for i in range(20)]
        john = self.program(CONSULTANT, device="last")
        for program in [*programs, john]:
            program.until_ready()
        booking = self.book()
        john.send({"t": "op", "ops": [{"n": n, "name": "consultation.patch", "args": {
            "id": booking, "notes": {"consultant": f"word {n}"}}} for n in range(1, 41)]})
        time.sleep(0.02)
        self.server.process.send_signal(signal.SIGTERM)
        waits = set()
        for program in [*programs, john]:
            while (message := program.step())["t"] != "bye":
                pass
            self.assertEqual(message["why"], "restart")
            waits.add(message["after"])
            with self.assertRaises((Closed, ConnectionError)):
                program.receive()
        self.assertGreater(len(waits), 10, "all would come back at once")
        self.assertEqual(self.server.process.wait(5 * SLOW), 0)
        self.server.start()
        answered = set(john.cache.results)
        back = self.program(CONSULTANT, device="last", cache=john.cache)
        back.until_ready()
        results = back.run(*[(n, "consultation.patch", {"id": booking, "notes": {"consultant": f"word {n}"}})
                             for n in range(1, 41) if n not in answered])
        self.assertTrue(all(result["status"] == "ok" for result in results))
        back.until(lambda cache: cache.cursor >= max(r["seq"] for r in cache.results.values()))
        self.assertEqual(self.note(CONSULTANT, booking, "consultant")["text"], "word 40")

    def test_many_programs_and_a_kill(self):
        """Killed with programs connected, it starts again, and everyone goes on from where he was."""
        programs = [self.program(CLIENT, device=f"k{i}") for i in range(30)]
        for program in programs:
            program.until_ready()
        self.server.kill()
        self.server.start()

        def come_back(program, i):
            back = Program.dial(self.port, timeout=30)
            back.start(self.token(CLIENT), f"k{i}", program.cache)
            back.until_ready()
            back.close()
        threads = [threading.Thread(target=come_back, args=(program, i)) for i, program in enumerate(programs)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        self.assertTrue(all(program.cache.ready and not program.cache.resets for program in programs))


if __name__ == "__main__":
    unittest.main()
