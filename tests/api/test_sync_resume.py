"""Starting anew and going on: snapshots in pages, interrupted ones, cursors that are no good, the test of time."""

import pathlib
import sqlite3
import unittest

from common import ADMIN
from server import run_tool
from syncing import CLIENT, CONSULTANT, Cache, WithSync
from websocket import Closed

MANY = 1100


def fill(store):
    """Many notifications of John's, as if they had always been there."""
    with sqlite3.connect(store) as db:
        person, tenant, audience = db.execute(
            "SELECT id, tenant, 'u:' || id FROM person WHERE email_key = ?", (CONSULTANT,)).fetchone()
        db.executemany(
            "INSERT INTO notification (id, tenant, rev, audience, person_id, kind, title, body, at) "
            "VALUES (?, ?, 1, ?, ?, 'test', ?, ?, 1750000000000)",
            [(f"01900000-0000-7000-8000-{n:012x}", tenant, audience, person, f"title {n}", "words " * 20)
             for n in range(MANY)])


class Resume(WithSync):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server.stop()
        fill(cls.server.data / "store.db")
        cls.server.start()

    def test_pages_hold_at_most_200_rows_and_all_of_them(self):
        john = self.program(CONSULTANT)
        pages = []
        while not john.cache.ready:
            message = john.step()
            if message["t"] == "snap":
                pages.append(message)
        self.assertEqual(len(john.cache.ids("notification")) >= MANY, True)
        self.assertLessEqual(max(len(page["rows"]) for page in pages), 200)
        of_table = [page for page in pages if page["table"] == "notification"]
        self.assertGreater(len(of_table), MANY // 200)
        self.assertEqual([page["last"] for page in of_table], [False] * (len(of_table) - 1) + [True])
        self.assertEqual(len({page["at"] for page in pages}), 1)
        ids = [row["id"] for page in of_table for row in page["rows"]]
        self.assertEqual(ids, sorted(set(ids)))

    def test_an_interrupted_snapshot_goes_on(self):
        whole = self.program(CONSULTANT).until_ready()
        first = self.program(CONSULTANT, device="cut")
        rows, at, place = {}, 0, None
        while sum(1 for table, _ in rows if table == "notification") < 400:
            message = first.step()
            if message["t"] == "snap":
                at, place = message["at"], (message["table"], message["rows"][-1]["id"])
                rows.update({(message["table"], row["id"]): row for row in message["rows"]})
        first.close()
        second = self.program(CONSULTANT, device="cut", epoch=first.cache.epoch, cursor=0,
                              resume={"at": at, "table": place[0], "after": place[1]})
        message = second.step()
        self.assertEqual((message["t"], message["mode"]), ("welcome", "snapshot"))
        while True:
            message = second.receive()
            if message["t"] == "ready":
                break
            for row in message["rows"]:
                self.assertNotIn((message["table"], row["id"]), rows, "sent twice")
                rows[message["table"], row["id"]] = row
        self.assertEqual((message["at"], message["sums"]), (at, {}))
        self.assertEqual(rows, whole.rows)

    def test_bad_places_to_resume_start_anew(self):
        for resume in ({"at": 1, "table": "none", "after": ""}, {"at": 10 ** 9, "table": "lot", "after": ""},
                       {"at": -1, "table": "lot", "after": ""}, {}, {"at": 1, "table": "notification", "after": "~" * 127}):
            john = self.program(CONSULTANT, resume=resume)
            john.step()
            if resume.get("after", "").startswith("~"):
                continue
            self.assertGreaterEqual(len(john.until_ready().rows), MANY, resume)

    def hello_with(self, epoch, cursor):
        cache = Cache()
        cache.epoch, cache.cursor = epoch, cursor
        program = self.program(CLIENT, cache=cache)
        program.until_ready()
        return program.cache

    def test_cursors_that_are_no_good(self):
        good = self.program(CLIENT).until_ready()
        self.assertEqual(self.hello_with("another-epoch", good.cursor).resets, ["epoch"])
        self.assertEqual(self.hello_with(good.epoch, good.cursor + 1000).resets, ["cursor"])
        self.assertEqual(self.hello_with(good.epoch, -5).resets, [])
        self.assertEqual(self.hello_with("", good.cursor).resets, [])
        for cache in (self.hello_with("another-epoch", 1), self.hello_with("", 0)):
            self.assertEqual(cache.rows, good.rows)

    def test_versions(self):
        for protocol, code in ((2, "UPGRADE_REQUIRED"), (-1, "UPGRADE_REQUIRED"),
                               ("1", "BAD_REQUEST"), (None, "BAD_REQUEST")):
            program = self.program(CLIENT, protocol=protocol)
            answer = program.receive()
            self.assertEqual((answer["t"], answer["code"]), ("err", code), protocol)
            with self.assertRaises(Closed):
                program.receive()

    def test_some_tables_come_again(self):
        """What was told meanwhile is told once more behind them."""
        self.grant()
        jane = self.program(CLIENT, device="again")
        at = jane.until_ready().cursor
        before = {table for table, _ in jane.cache.rows}
        booking = self.book()
        jane.until(lambda cache: booking in cache.ids("consultation"))
        jane.send({"t": "again", "tables": ["lot", "policy", "of a newer server"]})
        pages = []
        while (message := jane.receive())["t"] != "ready":
            pages.append(message)
        self.assertEqual({page["table"] for page in pages if page["t"] == "snap"}, {"lot", "policy"} & before)
        self.assertEqual((message["at"], set(message["sums"])), (at, {"lot", "policy"}))
        change = jane.receive()
        self.assertEqual((change["t"], change["from"]), ("chg", at))
        self.assertIn(booking, [row[2] for row in change["rows"]])
        jane.send({"t": "again", "tables": ["nothing"]})
        self.assertEqual(jane.receive()["t"], "err")

    def test_an_older_program_sends_what_it_holds_and_is_told_to_upgrade(self):
        program = self.program(CLIENT, device="ancient", protocol=0)
        welcome = program.receive()
        self.assertEqual((welcome["t"], welcome["mode"], welcome["protocol"]), ("welcome", "outbox", 0))
        self.assertIn("upgrade", welcome["message"])
        booking = self.book()
        program.send({"t": "op", "ops": [{"n": 1, "name": "consultation.cancel", "args": {"id": booking}}]})
        answer = program.receive()  # and nothing before it
        self.assertEqual((answer["t"], answer["results"][0]["status"]), ("res", "ok"))
        self.assertEqual(self.api(CLIENT).get(f"/api/consultations/{booking}")["consultation"]["status"]["current"],
                         "cancelled")
        program.send({"t": "ping"})
        self.assertEqual(program.receive(), {"t": "pong"})

    def test_another_schema_needs_no_resync(self):
        good = self.program(CLIENT, device="schema").until_ready()
        for schema in (0, 7):
            self.assertEqual(self.program(CLIENT, device="schema", cache=good, schema=schema).until_ready().resets, [])

    def test_changes_during_a_snapshot_are_not_lost(self):
        """Every page is of another moment; with what follows the programs hold the truth."""
        john = self.program(CONSULTANT, device="during")
        bookings = []
        while not john.cache.ready:
            if john.step()["t"] == "snap" and len(bookings) < 3:
                bookings.append(self.book())
        john.until(lambda cache: set(bookings) <= cache.ids("consultation"))
        fresh = self.program(CONSULTANT).until_ready()
        john.until(lambda cache: cache.cursor >= fresh.cursor)
        self.assertEqual(john.cache.rows, fresh.rows)

    def restart(self):
        self.server.kill()
        self.server.start()

    def test_a_killed_server_forgets_nothing(self):
        jane = self.program(CLIENT, device="killed")
        jane.until_ready()
        booking = self.book()
        self.restart()
        back = self.program(CLIENT, device="killed", cache=jane.cache)
        back.until_ready()
        self.assertFalse(back.cache.resets)
        self.assertIn(booking, back.cache.ids("consultation"))

    def test_each_start_begins_an_epoch_and_says_what_it_holds_of_the_one_before(self):
        good = self.program(CLIENT).until_ready()
        self.restart()
        back = self.program(CLIENT, epoch=good.epoch, cursor=good.cursor, scopes=good.scopes)
        welcome = back.receive()
        self.assertEqual((welcome["t"], welcome["mode"]), ("welcome", "tail"))
        self.assertNotEqual(welcome["epoch"], good.epoch)
        self.assertGreaterEqual(welcome["restoredTo"], good.cursor)
        reach = welcome["restoredTo"]
        self.grant()  # the head goes on; what the program heard of the other epoch does not
        self.assertEqual(self.hello_with(good.epoch, reach).resets, [])
        self.assertEqual(self.hello_with(good.epoch, reach + 1).resets, ["epoch"])
        unknown = self.program(CLIENT, epoch="another", cursor=1)
        self.assertEqual(unknown.receive()["t"], "reset")
        self.assertNotIn("restoredTo", unknown.receive())
        self.assertNotIn("restoredTo", self.program(CLIENT, epoch=welcome["epoch"], cursor=reach).receive())

    def test_an_interrupted_snapshot_goes_on_after_a_restart(self):
        first = self.program(CONSULTANT)
        while (message := first.step())["t"] != "snap":
            pass
        first.close()
        self.restart()
        place = {"at": message["at"], "table": message["table"], "after": message["rows"][-1]["id"]}
        for epoch, at in ((first.cache.epoch, place["at"]), ("another", place["at"]),
                          (first.cache.epoch, place["at"] + 10 ** 6)):
            second = self.program(CONSULTANT, epoch=epoch, cursor=0, resume={**place, "at": at})
            second.until_ready()
            sent_again = (message["table"], place["after"]) in second.cache.rows
            self.assertEqual(sent_again, (epoch, at) != (first.cache.epoch, place["at"]), (epoch, at))


class Checked(WithSync):
    def test_check_is_content_afterwards(self):
        """What the tests above do by hand to a store is theirs alone; this one is left as the server made it."""
        self.program(ADMIN).until_ready()
        self.book()
        self.assertTrue(pathlib.Path(self.server.data / "store.db").exists())
        run_tool("check", data=self.server.data)


if __name__ == "__main__":
    unittest.main()
