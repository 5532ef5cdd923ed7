"""A client books without a connection: queued, then held or refused, then confirmed or declined; and what can be had
instead of a time that was lost."""

import time
import unittest

from server import SLOW
from story import JANE, JOHN, Story, consultant_named, free_slots

REFUSED = 4


class OfflineBooking(Story):
    def setUp(self):
        self.serenityd = self.server("--rate-per-minute", "0")
        self.api = self.serenityd.api(JANE)
        self.expert = consultant_named(self.api, "John Expert")["id"]
        other = next(a.email for a in self.serenityd.accounts.values() if a.role == "client" and a.email != JANE)
        client = self.serenityd.api(other).get("/api/clients/me")["client"]["id"]
        self.admin(self.serenityd).post(f"/api/clients/{client}/credits",
                                        {"packageId": "PKG-DISCOVERY-ASSESSMENT", "credits": 2})
        self.jane, self.rival = self.client(self.serenityd, JANE), self.client(self.serenityd, other)
        self.john = self.client(self.serenityd, JOHN)
        self.reserved = self.rival.json("credits")["reserved"]

    def book(self, client, start):
        return client.json("book", "--consultant", "John Expert", "--start", start, "--minutes", "90")

    def one(self, client, ident):
        listed = client.json("agenda", "--days", "60")["consultations"]
        return next((c for c in listed if c["id"] == ident), {"stage": "not there"})

    def wait_for_stage(self, client, ident, stage):
        end = time.time() + 10 * SLOW
        while (now := self.one(client, ident))["stage"] != stage:
            self.assertLess(time.time(), end, now)
        return now

    def test_two_want_the_same_time_offline(self):
        start = free_slots(self.api, self.expert)[0]
        self.serenityd.stop()
        booked = {client: self.book(client, start) for client in (self.jane, self.rival)}
        for client, answer in booked.items():
            self.assertEqual((answer["status"], answer["stage"]), ("queued", "queued"))
            self.assertIn("  queued\n", client.run("agenda", "--days", "60"))
        self.serenityd.start()
        self.jane.run("sync", "--wait", "20")
        self.assertEqual(self.wait_for_stage(self.jane, booked[self.jane]["id"], "held")["status"], "scheduled")
        self.rival.run("sync", "--wait", "20", status=REFUSED)
        lost = self.one(self.rival, booked[self.rival]["id"])
        self.assertEqual((lost["stage"], lost["refused"], lost["onlyHere"]), ("refused", True, True))
        self.assertIn("refused", self.rival.run("agenda", "--days", "60"))
        refusal, = self.rival.json("changes", status=REFUSED)["refused"]
        self.assertEqual(refusal["code"], "SLOT_TAKEN")
        self.assertTrue(refusal["alternatives"])
        self.rival.run("changes", "--take", refusal["n"])
        held = self.wait_for_stage(self.rival, booked[self.rival]["id"], "held")
        self.assertEqual(held["start"], refusal["alternatives"][0]["start"])
        self.assertEqual(self.rival.json("changes")["refused"], [])
        self.confirm_one_and_decline_the_other(self.one(self.jane, booked[self.jane]["id"]), held)
        self.serenityd.check()

    def confirm_one_and_decline_the_other(self, first, second):
        self.serenityd.api(JOHN).post(f"/api/consultations/{first['id']}/confirm", {})
        self.wait_for_stage(self.jane, first["id"], "confirmed")
        self.assertEqual(self.john.json("decline", second["code"], "--reason", "I am ill that day.")["status"], "saved")
        declined = self.wait_for_stage(self.rival, second["id"], "refused")
        self.assertEqual((declined["status"], declined["cancelReason"]), ("declined", "I am ill that day."))
        self.assertEqual(self.rival.json("credits")["reserved"], self.reserved)
        late = self.john.run("decline", first["code"], "--reason", "x", status=None)
        self.assertIn("confirmed but has not started cannot be declined", late.stderr)

    def test_a_lost_time_is_replaced_with_one_key(self):
        start = free_slots(self.api, self.expert)[0]
        self.serenityd.stop()
        booked = self.book(self.rival, start)["id"]
        self.serenityd.start()
        self.assertEqual(self.book(self.jane, start)["status"], "booked")
        self.rival.run("sync", "--wait", "20", status=REFUSED)
        with self.rival.open() as screen:
            screen.wait_for("online")
            screen.press("6")
            screen.wait_for("take the nearest")
            screen.press("enter")
            screen.wait_for("! refused")
            screen.wait_for("Free times near it (t takes the first)")
            screen.press("t")
            screen.wait_for("◐ held")
        self.wait_for_stage(self.rival, booked, "held")
        self.serenityd.check()


if __name__ == "__main__":
    unittest.main()
