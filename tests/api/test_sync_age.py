"""The change log as it grows old: who comes back after a month goes on, who comes back after half a year starts anew."""

import contextlib
import copy
import datetime
import sqlite3
import unittest

from api import wait_until
from common import ADMIN
from server import SLOW, run_tool
from syncing import CLIENT, CONSULTANT, WithSync


class WithTime(WithSync):
    options = (*WithSync.options, "--test-clock")

    def later(self, days):
        """Moves the server's clock and waits until the log was tidied."""
        now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days)
        self.api(ADMIN).post("/api/v1/test/clock", {"now": now.strftime("%Y-%m-%dT%H:%M:%SZ")})
        while self.sessions:  # none lives longer than 30 days
            self.sessions.popitem()[1].close()
        for table, kept in (("change", 30), ("old_change", 180)):
            limit = int((now - datetime.timedelta(days=kept)).timestamp() * 1000)
            wait_until(lambda: not self.count(f"SELECT count(*) FROM {table} WHERE at < {limit}"), 30 * SLOW, table)

    def count(self, sql):
        with contextlib.closing(sqlite3.connect(self.server.data / "store.db", timeout=10)) as db:
            return db.execute(sql).fetchone()[0]


class Age(WithTime):
    def seen_by(self, email, device, caches):
        """What a program knows at this moment, kept to come back with."""
        program = self.program(email, device=device)
        program.until_ready()
        program.close()
        caches.append((email, device, program.cache))

    def come_back(self, email, device, cache, resets):
        cache = copy.deepcopy(cache)
        program = self.program(email, device=device, cache=cache)
        program.until_ready()
        self.assertEqual(cache.resets, resets)
        fresh = self.program(email).until_ready()
        program.until(lambda _: cache.cursor >= fresh.cursor)
        self.assertEqual(cache.rows, fresh.rows)

    def test_coming_back(self):
        caches = []
        self.grant()
        for number in range(6):
            self.seen_by(CLIENT, f"jane{number}", caches)
            self.seen_by(CONSULTANT, f"john{number}", caches)
            booking = self.book()
            if number % 2 == 0:
                self.api(CLIENT).post(f"/api/consultations/{booking}/cancel", {"reason": "test"})
        before = self.count("SELECT count(*) FROM change")
        self.later(days=31)
        self.assertGreater(self.count("SELECT count(*) FROM old_change"), 0)
        self.assertLess(self.count("SELECT count(*) FROM old_change"), before)
        for email, device, cache in caches:
            with self.subTest(after=31, device=device):
                self.come_back(email, device, cache, [])
        self.later(days=31 + 181)
        self.assertGreaterEqual(self.count("SELECT log_floor FROM tenant"), max(cache.cursor for _, _, cache in caches))
        for email, device, cache in caches:
            with self.subTest(after=212, device=device):
                self.come_back(email, device, cache, ["cursor"])


class Purge(WithTime):
    def test_deleted_words_go_after_30_days(self):
        """Their day's round of the job finds them, and the store's file has them nowhere."""
        self.grant()
        booking = f"/api/consultations/{self.book()}"
        path = f"{booking}/notes/shared"
        self.api(CLIENT).patch(path, {"text": "Buy Initech, quietly\nAgenda"})
        self.api(CLIENT).patch(path, {"text": "Agenda"})
        for key, words in (("first", "Buy Initech, quietly"), ("second", "Agenda")):
            reply = self.api(CLIENT).call("PATCH", booking, {"notes": {"client": words}}, {"Idempotency-Key": key}, status=200)
            self.assertEqual(reply.data["consultation"]["notes"]["client"], words)
        self.api(CLIENT).call("PATCH", booking, {"notes": {"client": "x"}}, {"Idempotency-Key": "first"}, status=422)
        self.assertEqual(self.count("SELECT count(*) FROM request_result WHERE reply LIKE '%Initech%'"), 1)
        self.assertEqual(self.count("SELECT count(*) FROM audit WHERE args LIKE '%Initech%'"), 0)
        self.later(days=33)
        wait_until(lambda: not self.count("SELECT count(*) FROM note WHERE purge_at > 0"), 30 * SLOW, "purge")
        self.assertEqual(self.api(CLIENT).get(path)["note"]["text"], "Agenda")
        wait_until(lambda: not self.count("SELECT count(*) FROM request_result WHERE reply LIKE '%Initech%'"), 30 * SLOW, "words")
        reply = self.api(CLIENT).call("PATCH", booking, {"notes": {"client": "Buy Initech, quietly"}}, {"Idempotency-Key": "first"},
                                      status=200)
        self.assertEqual(reply.data, {})  # it was done; what was said then is gone
        self.server.stop()
        files = [file.read_bytes() for file in self.server.data.iterdir() if file.is_file()]
        self.assertFalse(any(b"Initech" in data for data in files))
        self.assertTrue(any(b"Agenda" in data for data in files))
        run_tool("check", data=self.server.data)
        self.server.start()


if __name__ == "__main__":
    unittest.main()
