"""A consultant joins another one's session: it comes to their terminal, and goes from it with all its notes."""

import time
import unittest

from server import SLOW
from story import JANE, JOHN, Story, booking, consultant_named, free_slots


class CoConsultants(Story):
    def setUp(self):
        self.serenityd = self.server("--rate-per-minute", "0")
        self.jane = self.serenityd.api(JANE)
        self.other = next(a.email for a in self.serenityd.accounts.values()
                          if "consultant" in a.role and a.email != JOHN)
        self.john_id = consultant_named(self.jane, "John Expert")["id"]
        self.other_id = self.serenityd.api(self.other).get("/api/consultants/me")["consultant"]["id"]
        self.other_name = self.serenityd.api(self.other).get("/api/consultants/me")["consultant"]["name"]
        self.start = self.free_together()
        self.code = self.jane.post("/api/consultations/book", booking(self.start, self.john_id))["consultation"][
            "consultationCode"]
        self.john, self.mary = self.client(self.serenityd, JOHN), self.client(self.serenityd, self.other)

    def free_together(self):
        both = set(free_slots(self.jane, self.john_id)) & set(free_slots(self.jane, self.other_id))
        return sorted(both)[0]

    def sees(self, client):
        return self.code in [c["code"] for c in client.json("agenda", "--days", 30)["consultations"]]

    def wait_until(self, holds):
        end = time.time() + 10 * SLOW
        while not holds():
            self.assertLess(time.time(), end)

    def test_it_comes_and_goes(self):
        self.john.run("note", self.code, "-m", "for John alone")
        self.john.run("note", self.code, "--kind", "preparation", "-m", "for both")
        self.assertFalse(self.sees(self.mary))
        self.assertEqual(self.john.json("co-consultant", self.code, self.other_id)["status"], "saved")
        self.wait_until(lambda: self.sees(self.mary))
        shown = self.mary.json("show", self.code)["consultation"]
        self.assertEqual(shown["notes"].get("preparation"), "for both")
        self.assertNotIn("consultant", shown["notes"])
        self.assertEqual([c["id"] for c in shown["coConsultants"]], [self.other_id])
        self.mary.run("note", self.code, "--kind", "live", "-m", "Mary was here")
        self.wait_until(lambda: "Mary was here" in self.john.json("show", self.code)["consultation"]["notes"].get(
            "live", ""))
        self.assertNotIn(self.start, free_slots(self.jane, self.other_id))
        self.assertEqual(self.mary.json("co-consultant", self.code, "me", "--remove")["status"], "saved")
        self.wait_until(lambda: not self.sees(self.mary))
        self.assertIn("there is no consultation", self.mary.run("show", self.code, status=None).stderr)
        self.assertIn(self.start, free_slots(self.jane, self.other_id))
        self.assertEqual(self.john.json("show", self.code)["consultation"]["coConsultants"], [])

    def test_access_ends_while_she_is_away(self):
        self.john.run("note", self.code, "--kind", "preparation", "-m", "for both")
        self.john.run("co-consultant", self.code, self.other_id)
        self.wait_until(lambda: self.sees(self.mary))
        self.john.run("co-consultant", self.code, self.other_id, "--remove")
        self.john.run("note", self.code, "--kind", "preparation", "-m", "after she left")
        self.john.run("sync", "--wait", "20")
        self.wait_until(lambda: not self.sees(self.mary))
        cache = b"".join(part.read_bytes() for part in self.mary.home.glob("cache.db*"))
        self.assertNotIn(b"after she left", cache)
        self.assertNotIn(self.code, self.mary.run("agenda", "--days", 60))

    def test_who_is_busy_does_not_join(self):
        beta = next(a.email for a in self.serenityd.accounts.values() if a.role == "client" and a.email != JANE)
        admin, client = self.admin(self.serenityd), self.serenityd.api(beta).get("/api/clients/me")["client"]["id"]
        admin.post(f"/api/clients/{client}/credits", {"packageId": "PKG-DISCOVERY-ASSESSMENT", "credits": 1})
        admin.post("/api/consultations/book", booking(self.start, self.other_id, clientId=client))
        done = self.john.json("co-consultant", self.code, self.other_id, status=4)
        self.assertEqual(done["status"], "refused")
        self.assertIn("cannot join", done["message"])
        self.assertFalse(self.sees(self.mary))

    def test_with_the_keys_of_the_screens(self):
        with self.john.open() as screen:
            screen.wait_for("online")
            screen.press("2", "/")
            screen.type(self.code)
            screen.press("enter")
            screen.wait_for("D decline")
            screen.press("+")
            screen.wait_for("Who joins?")
            screen.type(self.other_name)
            screen.press("enter")
            screen.wait_for(f"{self.other_name}  co-consultant")
            with self.mary.open() as hers:
                hers.wait_for("online")
                hers.press("2", "/")
                hers.type(self.code)
                hers.wait_for("+ Acme Corporation")
                hers.press("enter")
                hers.wait_for("co-consultant")
                screen.press("-")
                screen.wait_for("Who no longer joins?")
                screen.press("enter")
                screen.wait_gone(f"{self.other_name}  co-consultant")
                hers.wait_for("not on this device any more")
        self.assertFalse(self.sees(self.mary))

    def test_only_consultants_join_sessions(self):
        done = self.client(self.serenityd, JANE).run("co-consultant", self.code, self.other_id, status=None)
        self.assertEqual(done.returncode, 1)
        self.assertIn("only the consultant or an administrator may add a co-consultant", done.stderr)


if __name__ == "__main__":
    unittest.main()
