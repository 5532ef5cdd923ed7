"""The real serenityd and clients without a screen, for stories that need both."""

import tempfile
import time
import unittest

from probe import SLOW, Probe
from server import Server

HOUR = 3_600_000
DAY = 24 * HOUR
JOHN, JANE = "john@insightserenity.com", "cfo@acmecorp.com"
# What of a consultation the overlay foretells; times of acting are this machine's and compared loosely.
SAME = ("start", "end", "status", "minutes", "purpose", "consultantId", "clientId", "consultantName",
        "clientName", "cancelReason", "creditConsumed", "freeTrial", "sequence", "reschedules")
CLOSE = ("actualStart", "actualEnd", "confirmedAt", "cancelledAt", "bookedAt")


class WithClients(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.server = Server(self.folder.name, "--rate-per-minute", 0, "--login-rate-per-minute", 0, demo=True).start()
        self.probes = []
        self.now = int(time.time() * 1000)

    def tearDown(self):
        for probe in self.probes:
            probe.__exit__()
        self.server.kill() if self.server.running() else None
        self.folder.cleanup()

    def probe(self, email, name=None):
        probe = Probe(f"{self.folder.name}/{name or email}", self.server.url)
        self.probes.append(probe)
        return probe

    def signed_in(self, email):
        probe = self.probe(email)
        probe.must("login", email, self.server.accounts[email].password)
        probe.wait("online")
        return probe

    def list(self, probe):
        return {c["row"]["id"]: c for c in probe.ask("list", self.now - 400 * DAY, self.now + 400 * DAY)["list"]}

    def offline(self, *probes):
        self.server.kill()
        for probe in probes:
            probe.wait("offline")

    def online(self, *probes):
        self.server.start()
        for probe in probes:
            probe.wait("online")
            probe.settled()

    def wait_until(self, holds, seconds=10, pause=0.02):
        end = time.time() + seconds * SLOW
        while not holds():
            self.assertLess(time.time(), end, "it did not come to pass")
            time.sleep(pause)

    def same(self, foretold, became):
        for name in SAME:
            self.assertEqual(foretold.get(name), became.get(name), name)
        for name in CLOSE:
            self.assertEqual(name in foretold, name in became, name)
            if name in foretold:
                self.assertLess(abs(foretold[name] - became[name]), 60000 * SLOW, name)

    def free_start(self, probe, consultant, minutes=90, after=3):
        answer = probe.ask("slots", consultant, self.now + after * DAY, self.now + (after + 20) * DAY, minutes)
        self.assertEqual(answer["state"], 2, answer)
        self.assertGreater(answer["count"], 0)
        return answer["first"]

    def booked(self, jane, consultant, minutes=90, after=3):
        """A booking of Jane's, online."""
        start = self.free_start(jane, consultant, after=after)
        booked = jane.must("book", consultant, start, start + minutes * 60000)["id"]
        jane.settled()
        self.assertEqual(jane.ask("refusals")["list"], [])
        return booked

    def john_id(self):
        return next(c["row"]["consultantId"] for c in self.list(self.signed_in(JOHN)).values())
