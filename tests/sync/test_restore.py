"""The server goes back to a backup: what it had acknowledged since is offered again by the clients, and is there once."""

import collections
import contextlib
import shutil
import sqlite3
import unittest

from real_world import JANE, JOHN, WithClients
from server import run_tool


class Restore(WithClients):
    def items(self, booked):
        found = self.server.api(JOHN).get(f"/api/consultations/{booked}")["consultation"]
        return collections.Counter(item["description"] for item in found["actionItems"])

    def work_before_and_after(self, jane, john, backup):
        """A booking, an item and a note before the backup; more of each after it. All of it is acknowledged."""
        who = next(c["row"]["consultantId"] for c in self.list(john).values())
        before = self.booked(jane, who)
        self.wait_until(lambda: before in self.list(john))
        john.must("item", before, "before")
        john.must("note", before, "live", "first words")
        john.settled()
        backup()
        after = self.booked(jane, who, after=9)
        self.wait_until(lambda: after in self.list(john))
        for words in (("item", before, "later"), ("item", after, "new"),
                      ("note", before, "live", "first words and more"), ("note", after, "live", "other words")):
            john.must(*words)
        john.settled()
        jane.settled()
        return before, after

    def both_again(self, jane, john):
        self.server.start()
        for probe in (jane, john):
            self.settles(probe)

    def settles(self, probe):
        probe.wait("online")
        probe.settled(30000)
        self.assertEqual(probe.ask("refusals")["list"], [])

    def proves_all_is_there_once(self, jane, john, before, after):
        self.assertEqual(self.items(before), {"before": 1, "later": 1})
        self.assertEqual(self.items(after), {"new": 1})
        texts = {n["kind"]: n["text"] for n in jane.ask("show", before)["notes"]}
        self.assertEqual(texts["live"], "first words and more")
        for probe in (jane, john):
            self.wait_until(lambda: {before, after} <= set(self.list(probe)))
        self.assertEqual(self.count(f"SELECT count(*) FROM consultation WHERE id IN ('{before}', '{after}')"), 2)
        self.server.check()

    def count(self, sql):
        with contextlib.closing(sqlite3.connect(self.server.data / "store.db", timeout=10)) as db:
            return db.execute(sql).fetchone()[0]

    def results(self):
        """How many operations of the clients the server remembers."""
        return self.count("SELECT count(*) FROM request_result")

    def test_serenityd_restore(self):
        jane, john = self.signed_in(JANE), self.signed_in(JOHN)
        file = self.server.folder / "copy.db"
        before, after = self.work_before_and_after(jane, john, lambda: run_tool("backup", file, data=self.server.data))
        acknowledged = self.results()
        run_tool("restore", file, data=self.server.data, status=1)  # not while it runs
        self.offline(jane, john)
        run_tool("restore", file, data=self.server.data)
        self.assertTrue((self.server.data / "store.db.before").exists())
        self.assertLess(self.results(), acknowledged)
        self.both_again(jane, john)
        self.proves_all_is_there_once(jane, john, before, after)
        self.assertEqual(self.results(), acknowledged)

    def test_a_backup_put_in_place_by_hand_is_noticed(self):
        jane, john = self.signed_in(JANE), self.signed_in(JOHN)
        file = self.server.folder / "copy.db"
        before, after = self.work_before_and_after(jane, john, lambda: run_tool("backup", file, data=self.server.data))
        self.offline(jane, john)
        for suffix in ("-wal", "-shm"):
            (self.server.data / ("store.db" + suffix)).unlink(missing_ok=True)
        shutil.copy(file, self.server.data / "store.db")
        self.both_again(jane, john)
        self.proves_all_is_there_once(jane, john, before, after)

    def test_a_copy_that_nobody_marked_is_noticed_by_the_clients(self):
        """An old store.db, from a snapshot of the disk say: the server cannot know, its clients can."""
        jane, john = self.signed_in(JANE), self.signed_in(JOHN)
        file = self.server.folder / "copy.db"

        def copy():
            self.server.stop()
            shutil.copy(self.server.data / "store.db", file)
            self.online(jane, john)
        before, after = self.work_before_and_after(jane, john, copy)
        self.offline(jane, john)
        jane.kill()
        john.kill()
        heard = self.count("SELECT seq FROM tenant")
        for suffix in ("-wal", "-shm"):
            (self.server.data / ("store.db" + suffix)).unlink(missing_ok=True)
        shutil.copy(file, self.server.data / "store.db")
        self.server.start()
        # By the time that they are back the log is longer than what they heard of: that deceives nobody.
        api, file_of = self.server.api(JOHN), f"/api/consultations/{before}/deliverables"
        while self.count("SELECT seq FROM tenant") <= heard:
            api.post(file_of, {"type": "report", "name": "What was found", "file": {"url": "https://example.com/found"}})
        jane, john = self.probe(JANE), self.probe(JOHN)
        for probe in (jane, john):
            self.settles(probe)
        self.proves_all_is_there_once(jane, john, before, after)

    def test_restored_twice(self):
        """Who was away for both is offered the lower of the two seqs."""
        jane, john = self.signed_in(JANE), self.signed_in(JOHN)
        first, second = self.server.folder / "first.db", self.server.folder / "second.db"
        before, after = self.work_before_and_after(jane, john, lambda: run_tool("backup", first, data=self.server.data))
        self.offline(jane, john)
        jane.kill()
        run_tool("restore", first, data=self.server.data)
        self.server.start()
        john.wait("online")
        self.wait_until(lambda: self.items(before)["later"] == 1)
        run_tool("backup", second, data=self.server.data)
        self.offline(john)
        run_tool("restore", second, data=self.server.data)
        jane = self.probe(JANE)
        self.both_again(jane, john)
        refused = john.ask("refusals")["list"]
        self.assertEqual(refused, [])
        self.assertEqual(self.items(before), {"before": 1, "later": 1})
        self.assertIn(after, self.list(jane))
        self.server.check()

    def test_nobody_is_signed_out_by_it(self):
        """A token that was renewed after the backup is one that the backup does not know."""
        api = self.server.api(JANE)
        file = self.server.folder / "copy.db"
        run_tool("backup", file, data=self.server.data)
        refresh = api.tokens["refreshToken"]
        for _ in range(3):
            refresh = api.post("/api/v1/auth/refresh-token", {"refreshToken": refresh})["tokens"]["refreshToken"]
        self.server.kill()
        run_tool("restore", file, data=self.server.data)
        self.server.start()
        again = self.server.api().post("/api/v1/auth/refresh-token", {"refreshToken": refresh})["tokens"]
        same = self.server.api().post("/api/v1/auth/refresh-token", {"refreshToken": refresh})["tokens"]
        self.assertEqual(again["refreshToken"], same["refreshToken"])
        # From here on it is as ever: an older one ends the session.
        self.server.api().post("/api/v1/auth/refresh-token", {"refreshToken": api.tokens["refreshToken"]}, status=401)
        self.server.api().post("/api/v1/auth/refresh-token", {"refreshToken": again["refreshToken"]}, status=401)


if __name__ == "__main__":
    unittest.main()
