"""A client that is too old for its server says so, and what to do, on its status line and its command line."""

import pathlib
import sys
import unittest

from client import Client
from server import Account
from story import Story

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "sync"))
from fake_server import FakeServer  # noqa: E402

WORDS = "Much too old; please upgrade."


class TooOld(Story):
    def setUp(self):
        self.fake = FakeServer()
        self.addCleanup(self.fake.stop)
        self.fake.seed("me", self.fake.user, email="john@example.com", firstName="John", lastName="Expert",
                       roles="consultant,user", timezone="UTC", verified=True)
        self.john = Client(self.fake, self.folder() / "home", Account("john@example.com", "secret", "consultant")).login()

    def test_its_own_state(self):
        def refuse(server, connection, hello):
            connection.send({"t": "err", "code": "UPGRADE_REQUIRED", "message": WORDS})
            return True
        self.fake.on_hello = refuse
        screen = self.enterContext(self.john.open())
        screen.wait_for("too old for the server: please upgrade")
        self.assertNotIn("offline", screen.text())
        screen.press("ctrl-q")
        hellos = len(self.fake.hellos)
        said = self.john.run("sync", "--wait", "3", status=None)
        self.assertIn(f"too old: {WORDS}", said.stdout)
        self.assertLessEqual(len(self.fake.hellos), hellos + 1)


if __name__ == "__main__":
    unittest.main()
