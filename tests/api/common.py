"""One server with the demo world for all tests of a file."""

import pathlib
import tempfile
import unittest

from raw import ask, request
from server import SLOW, Server

CLIENT, CONSULTANT, ADMIN = "cfo@acmecorp.com", "john@insightserenity.com", "admin@insightserenity.com"
PACKAGES = "/api/consultations/packages"


class WithServer(unittest.TestCase):
    options = ("--rate-per-minute", 0, "--login-rate-per-minute", 0, "--log-level", "warn")
    demo = True

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="serenity-api-")
        cls.server = Server(cls.folder.name, *cls.options, demo=cls.demo)
        cls.server.start()
        cls.sessions = {}

    @classmethod
    def tearDownClass(cls):
        try:
            code, _ = cls.server.stop()
            assert code == 0, f"serenityd exits {code}\n{cls.server.log_tail()}"
        finally:
            cls.folder.cleanup()

    @property
    def port(self):
        return self.server.port

    def api(self, email):
        """Signed in once a file; passwords take long to check."""
        if email not in self.sessions:
            self.sessions[email] = self.server.api(email)
        return self.sessions[email]

    def token(self, email):
        return self.api(email).token

    def assert_alive(self):
        self.assertTrue(self.server.running(), self.server.log_tail())
        answer = ask(self.port, request("GET", "/healthz"))
        self.assertEqual(answer.status, 200)
        answer = ask(self.port, request("GET", PACKAGES + "/PKG-FREE-TRIAL"))
        self.assertEqual(answer.status, 200)

    def assert_grown_less(self, before, kb):
        """Only where memory is the server's own: a sanitizer holds on to what was freed."""
        if SLOW == 1:
            self.assertLess(self.server.rss_kb() - before, kb)

    def process_folder(self):
        return pathlib.Path(f"/proc/{self.server.process.pid}")
