"""One person, two client organisations: on the screen, on the command line, and gone when it ends."""

import contextlib
import sqlite3
import unittest

from story import JANE, Story, consultant_named, free_slots

BOSS = "coo@betaindustries.example"
BETA, ACME = "Beta Industries", "Acme Corporation"


class Organisations(Story):
    def setUp(self):
        self.serenityd = self.server()
        self.boss, self.api = self.serenityd.api(BOSS), self.serenityd.api(JANE)
        self.beta = self.boss.get("/api/clients/me")["client"]["id"]
        self.path = f"/api/v1/clients/{self.beta}/members"
        self.jane = self.client(self.serenityd, JANE)

    def add_jane(self):
        self.boss.post(self.path, {"email": JANE})

    def remove_jane(self):
        self.boss.call("DELETE", f"{self.path}/{self.api.get('/api/users/me')['user']['id']}", status=200)

    def test_on_the_screen(self):
        screen = self.enterContext(self.jane.open())
        screen.press("3")
        screen.wait_for("Statement")
        screen.wait_for(ACME)
        screen.wait_for("online")
        screen.press("ctrl-o")
        screen.wait_for("you belong to one organisation")
        self.add_jane()
        self.switch(screen, BETA)
        free = self.boss.get("/api/clients/me/credits")["availableCredits"]
        screen.wait_for(f"{free:g} free")
        self.switch(screen, ACME)
        self.switch(screen, BETA)
        self.remove_jane()
        screen.wait_for(ACME)
        self.assertNotIn(BETA, screen.text())
        screen.press("ctrl-q")
        screen.close()
        with contextlib.closing(sqlite3.connect(self.jane.home / "cache.db")) as db:
            left = db.execute("SELECT count(*) FROM lot WHERE gen = (SELECT gen FROM state) AND clientId = ?", (self.beta,))
            self.assertEqual(left.fetchone(), (0,))

    def switch(self, screen, organisation):
        """Presses the key until that organisation is in the header; at first it may not be here yet."""
        for _ in range(5):
            screen.press("ctrl-o")
            try:
                screen.wait_for(organisation, seconds=3)
                return
            except AssertionError:
                continue
        self.fail(f"{organisation} does not come:\n{screen.text()}")

    def test_on_the_command_line(self):
        self.assertNotEqual(self.jane.run("credits", "--organisation", BETA, status=None).returncode, 0)
        self.add_jane()
        self.jane.run("sync", "--wait", "10")
        acme, beta = self.jane.json("credits"), self.jane.json("credits", "--organisation", "beta industries")
        self.assertEqual((acme["organizationName"], beta["organizationName"]), (ACME, BETA))
        self.assertEqual(beta["free"], self.boss.get("/api/clients/me/credits")["availableCredits"])
        john = consultant_named(self.api, "John Expert")["id"]
        done = self.jane.json("book", "--consultant", "John Expert", "--start", free_slots(self.api, john, 60)[-1],
                              "--minutes", 60, "--organisation", BETA)
        self.assertEqual(done["status"], "booked")
        self.assertEqual(self.boss.get(f"/api/consultations/{done['id']}")["consultation"]["clientId"], self.beta)
        self.assertEqual(self.jane.json("credits"), acme)
        self.assertLess(self.jane.json("credits", "--organisation", BETA)["free"], beta["free"])
        self.remove_jane()
        self.jane.run("sync", "--wait", "10")
        self.assertNotIn(done["id"], str(self.jane.json("agenda", "--days", "60")))

    def test_booked_offline(self):
        """The credit is set aside in the organisation that pays, before the server has spoken and after."""
        self.add_jane()
        self.jane.run("sync", "--wait", "10")
        acme, beta = self.jane.json("credits"), self.jane.json("credits", "--organisation", BETA)
        john = consultant_named(self.api, "John Expert")["id"]
        start = free_slots(self.api, john, 60)[-1]
        self.serenityd.stop()
        self.jane.json("book", "--consultant", "John Expert", "--start", start, "--minutes", 60, "--organisation", BETA)
        waiting = self.jane.json("credits", "--organisation", BETA)
        self.assertEqual((waiting["pending"], self.jane.json("credits")["pending"]), (1, 0))
        self.serenityd.start()
        self.jane.run("sync", "--wait", "20")
        self.assertEqual(self.jane.json("credits", "--organisation", BETA), {**waiting, "pending": 0,
                         "lots": self.jane.json("credits", "--organisation", BETA)["lots"]})
        self.assertEqual(self.jane.json("credits"), acme)
        self.assertEqual(waiting["free"], beta["free"] - 1)


if __name__ == "__main__":
    unittest.main()
