"""A session that lives: snapshot, changes as they happen, operations and their answers, presence, the end of it."""

import socket
import time
import unittest

from server import SLOW
from syncing import CLIENT, CONSULTANT, WithSync, padded
from websocket import Closed

ADMIN = "admin@insightserenity.com"


class Live(WithSync):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls("grant").grant()

    def runTest(self):
        pass

    def test_the_snapshot_is_what_the_sums_say(self):
        for email in (CLIENT, CONSULTANT, ADMIN):
            cache = self.program(email).until_ready() # the cache compares the sums
            self.assertGreater(len(cache.rows), 10)
            self.assertEqual(len(cache.ids("me")), 1)
            self.assertGreaterEqual(cache.cursor, cache.head)

    def test_everyone_sees_only_what_is_his(self):
        jane = self.program(CLIENT).until_ready()
        john = self.program(CONSULTANT).until_ready()
        self.assertFalse(john.ids("lot"), "credits are the client's")
        self.assertEqual({row["id"] for (table, _), row in jane.rows.items() if table == "me"} &
                         {row["id"] for (table, _), row in john.rows.items() if table == "me"}, set())
        for (table, key), row in jane.rows.items():
            if table == "note":
                self.assertIn(row["kind"], ("live", "client", "shared"), "a private note reached the client")

    def test_a_booking_reaches_both_at_once(self):
        jane, john, other = self.program(CLIENT), self.program(CONSULTANT), self.program("coo@betaindustries.example")
        for program in (jane, john, other):
            program.until_ready()
        booking = self.book()
        began = time.monotonic()
        for program in (jane, john):
            program.until(lambda cache: booking in cache.ids("consultation"))
        self.assertLess(time.monotonic() - began, 0.1 * SLOW)
        self.assertNotIn(booking, self.program("coo@betaindustries.example").until_ready().ids("consultation"))
        other.connection.settimeout(0.3)
        with self.assertRaises(TimeoutError):
            other.receive()

    def test_operations_are_answered_in_order(self):
        booking = self.book()
        john = self.program(CONSULTANT, device="order")
        john.until_ready()
        before = john.cache.cursor
        results = john.run((1, "consultation.confirm", {"id": booking}),
                           (2, "consultation.patch", {"id": booking, "notes": {"consultant": "private"}}),
                           (3, "consultation.confirm", {"id": booking}),
                           (4, "no.such", {"id": booking}),
                           (5, "consultation.patch", {"id": booking, "nonsense": 1}),
                           (6, "consultation.mine", {}))
        self.assertEqual([result["status"] for result in results],
                         ["ok", "ok", "rejected", "rejected", "rejected", "rejected"])
        self.assertEqual(results[2]["code"], "WRONG_STATE")
        self.assertTrue(results[2]["message"])
        self.assertEqual(results[4]["field"], "nonsense")
        self.assertGreater(results[1]["seq"], results[0]["seq"])
        self.assertGreater(results[0]["seq"], before)
        john.until(lambda cache: cache.cursor >= results[1]["seq"])
        self.assertEqual(john.cache.rows["note", f"{booking}:consultant"]["head"], 1)
        self.assertEqual(self.note(CONSULTANT, booking, "consultant")["text"], "private")

    def test_an_operation_is_done_once_however_often_it_comes(self):
        booking = self.book()
        john = self.program(CONSULTANT, device="again")
        john.until_ready()
        op = (7, "consultation.confirm", {"id": booking})
        first = john.run(op)[0]
        john.cache.results.clear()
        self.assertEqual(john.run(op)[0], first)
        later = self.program(CONSULTANT, device="again")
        later.until_ready()
        self.assertEqual(later.run(op)[0], first)
        later.cache.results.clear()
        other = later.run((7, "consultation.start", {"id": booking}))[0]
        self.assertEqual((other["status"], other["code"]), ("rejected", "IDEMPOTENCY_MISMATCH"))

    def test_the_floor_of_operations_is_told(self):
        john = self.program(CONSULTANT, device="floor")
        welcome = john.step()
        self.assertEqual(welcome["opFloor"], 0)
        john.until_ready()
        john.run((41, "consultation.confirm", {"id": self.book()}))
        again = self.program(CONSULTANT, device="floor").step()
        self.assertEqual(again["opFloor"], 41)
        self.assertEqual(self.program(CLIENT, device="floor").step()["opFloor"], 0)

    def test_private_words_stay_private(self):
        booking = self.book()
        jane, john = self.program(CLIENT), self.program(CONSULTANT, device="private")
        jane.until_ready(), john.until_ready()
        john.run((1, "consultation.patch", {"id": booking, "notes": {"consultant": "SECRET"}}),
                 (2, "consultation.patch", {"id": booking, "liveNotes": {"text": "shared words"}}))
        jane.until(lambda cache: ("note", f"{booking}:live") in cache.rows)
        tails = b"".join(padded(row["tail"]) for (table, _), row in jane.cache.rows.items()
                         if table == "note" and "tail" in row)
        self.assertNotIn("SECRET", repr(jane.cache.rows))
        self.assertNotIn(b"SECRET", tails)
        self.assertIn(b"shared words", tails)
        self.assertNotIn(f"{booking}:consultant", repr(jane.cache.rows)) # nor that there is one

    def test_a_burst_comes_in_few_frames_and_whole(self):
        booking = self.book()
        jane, john = self.program(CLIENT), self.program(CONSULTANT, device="burst")
        jane.until_ready(), john.until_ready()
        ops = [(n, "consultation.patch", {"id": booking, "liveNotes": {"text": f"text {n}"}}) for n in range(1, 51)]
        began = time.monotonic()
        last = john.run(*ops)[-1]["seq"]
        took = time.monotonic() - began
        frames = 0
        while jane.cache.cursor < last:
            frames += jane.step()["t"] == "chg"
        self.assertLessEqual(frames, took / 0.03 + 3)
        self.assertEqual(jane.cache.rows["note", f"{booking}:live"]["head"], 50)
        self.assertEqual(self.note(CLIENT, booking, "live")["text"], "text 50")

    def test_what_is_missed_while_away_is_told_later(self):
        jane = self.program(CLIENT, device="away")
        jane.until_ready()
        jane.close()
        bookings = {self.book() for _ in range(3)}
        back = self.program(CLIENT, device="away", cache=jane.cache)
        back.until_ready()
        self.assertFalse(back.cache.resets)
        self.assertLessEqual(bookings, back.cache.ids("consultation"))
        fresh = self.program(CLIENT).until_ready()
        self.assertEqual(back.cache.rows, fresh.rows)

    def test_nothing_new_is_one_round_trip(self):
        jane = self.program(CLIENT, device="idle")
        jane.until_ready()
        jane.close()
        back = self.program(CLIENT, device="idle", cache=jane.cache)
        self.assertEqual([back.step()["t"] for _ in range(2)], ["welcome", "ready"])

    def test_presence(self):
        booking = self.book()
        jane, john = self.program(CLIENT, device="p1"), self.program(CONSULTANT, device="p2")
        stranger = self.program("coo@betaindustries.example", device="p3")
        for program in (jane, john, stranger):
            program.until_ready()
        john.send({"t": "presence", "room": booking, "state": "writing"})
        self.assertEqual([(who["name"], who["state"]) for who in self.presence(john)["who"]], [("John Expert", "writing")])
        jane.send({"t": "presence", "room": booking, "state": "viewing"})
        names = lambda message: {(who["name"], who["state"]) for who in message["who"]}
        both = {("John Expert", "writing"), ("Jane Smith", "viewing")}
        self.assertEqual(names(self.presence(jane)), both)
        self.assertEqual(names(self.presence(john)), both)
        stranger.send({"t": "presence", "room": booking, "state": "viewing"})
        stranger.send({"t": "presence", "room": "01a20909-2a77-708f-8d75-5c0c9048a402", "state": "viewing"})
        stranger.connection.settimeout(0.5)
        with self.assertRaises(TimeoutError):
            stranger.receive()
        jane.close()
        self.assertEqual(names(self.presence(john)), {("John Expert", "writing")})
        john.send({"t": "presence", "room": ""})
        back = self.program(CLIENT, device="p4")
        back.until_ready()
        back.send({"t": "presence", "room": booking, "state": "session"})
        self.assertEqual(names(self.presence(back)), {("Jane Smith", "session")})

    def presence(self, program):
        while True:
            message = program.step()
            if message["t"] == "presence":
                return message

    def test_ping_is_answered(self):
        jane = self.program(CLIENT)
        jane.until_ready()
        jane.send({"t": "ping"})
        self.assertEqual(jane.receive(), {"t": "pong"})

    def test_signing_out_closes_its_sockets_at_once(self):
        one, two = self.server.api(CLIENT), self.server.api(CLIENT)
        mine, mine_too = self.program(token=one.token, device="a"), self.program(token=one.token, device="b")
        others = self.program(token=two.token, device="c")
        for program in (mine, mine_too, others):
            program.until_ready()
        one.post("/api/v1/auth/logout")
        began = time.monotonic()
        for program in (mine, mine_too):
            self.assertEqual(program.receive()["code"], "UNAUTHENTICATED")
            with self.assertRaises(Closed):
                program.receive()
        self.assertLess(time.monotonic() - began, 0.5 * SLOW)
        others.send({"t": "ping"})
        self.assertEqual(others.receive(), {"t": "pong"})

    def test_a_fresh_token_keeps_the_session(self):
        api = self.server.api(CLIENT)
        jane = self.program(token=api.token, device="fresh")
        jane.until_ready()
        tokens = api.post("/api/v1/auth/refresh-token", {"refreshToken": api.tokens["refreshToken"]})["tokens"]
        jane.send({"t": "auth", "token": tokens["accessToken"]})
        jane.send({"t": "ping"})
        self.assertEqual(jane.receive(), {"t": "pong"})
        jane.send({"t": "auth", "token": self.token(CONSULTANT)})
        self.assertEqual(jane.receive()["code"], "FORBIDDEN")
        with self.assertRaises(Closed):
            jane.receive()

    def test_a_reader_that_does_not_read_costs_nothing(self):
        """Hundreds of changes wait for one who reads nothing: the server keeps a cursor, not a queue."""
        booking = self.book()
        lazy, john = self.program(CLIENT, device="lazy"), self.program(CONSULTANT, device="busy")
        lazy.until_ready(), john.until_ready()
        lazy.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        text = "x" * 3000
        before = self.server.rss_kb()
        for start in range(1, 601, 10):
            john.run(*[(n, "consultation.patch", {"id": booking, "liveNotes": {"text": f"{text} {n}"}})
                       for n in range(start, start + 10)])
        self.assert_grown_less(before, 20000)
        lazy.until(lambda cache: cache.rows.get(("note", f"{booking}:live"), {}).get("head") == 600)
        self.assertEqual(self.note(CLIENT, booking, "live")["text"], f"{text} 600")

    def test_with_256_kb_unsent_one_is_only_poked(self):
        booking = self.book()
        lazy, john = self.program(CLIENT, device="poked"), self.program(CONSULTANT, device="busy2")
        lazy.until_ready(), john.until_ready()
        lazy.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        last, heard = 150, []
        for n in range(1, last + 1):
            john.run((n, "consultation.add_action_item", {"id": booking, "description": f"{n:03} " * 900}))
        wanted = max(result["seq"] for result in john.cache.results.values())
        while lazy.cache.cursor < wanted:
            heard.append(lazy.step()["t"])
        self.assertIn("poke", heard)
        self.assertLess(heard.count("chg"), last // 2)

    def test_the_same_rows_for_everyone_in_the_end(self):
        """Three programs of one person, one of them away half the time, hold the same in the end."""
        programs = [self.program(CONSULTANT, device=f"d{i}") for i in range(3)]
        for program in programs:
            program.until_ready()
        away = programs[2]
        away.close()
        for n in range(1, 6):
            booking = self.book()
            programs[0].run((n, "consultation.confirm", {"id": booking}),
                            (n + 100, "consultation.patch", {"id": booking, "notes": {"consultant": f"n{n}"}}))
        target = max(result["seq"] for result in programs[0].cache.results.values())
        programs[2] = self.program(CONSULTANT, device="d2", cache=away.cache)
        for program in programs:
            program.until(lambda cache: cache.ready and cache.cursor >= target)
        fresh = self.program(CONSULTANT).until_ready()
        for program in programs:
            self.assertEqual(program.cache.rows, fresh.rows)


if __name__ == "__main__":
    unittest.main()
