"""Notes as texts that merge, over the wire: edits as they are typed, what a replica lacks, carets, and REST."""

import random
import sqlite3
import statistics
import string
import time
import unittest
import uuid

from server import SLOW
from syncing import CLIENT, CONSULTANT, Typist, WithSync, padded, unpadded

ADMIN = "admin@insightserenity.com"
STRANGER = "coo@betaindustries.example"
MARIA = "maria@insightserenity.com"


class Texts(WithSync):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls("grant").grant()

    def runTest(self):
        pass

    def ready(self, email, device):
        program = self.program(email, device=device)
        program.until_ready()
        return program

    def heard(self, program, kind):
        while True:
            message = program.step()
            if message["t"] == kind:
                return message

    def state(self, program, *docs):
        """Asks for texts; their answers by note."""
        program.send({"t": "doc.sync", "docs": list(docs)})
        answers = [self.heard(program, "doc.state") for _ in docs]
        return {answer["note"]: answer for answer in answers}

    # Edits

    def test_what_is_typed_reaches_another_program_within_100_ms(self):
        booking = self.book()
        john, jane = self.ready(CONSULTANT, "typist"), self.ready(CLIENT, "reader")
        typist, name, took = Typist(booking, "shared"), f"{booking}:shared", []
        for n in range(1, 31):
            began = time.monotonic()
            john.send({"t": "op", "ops": [{"n": n, "name": "note.edit", "args": typist.type(f"word {n} ")}]})
            jane.until(lambda cache: cache.rows.get(("note", name), {}).get("head") == n)
            took.append((time.monotonic() - began) * 1000)
            john.until(lambda cache: n in cache.results)
            typist.heard(john.cache.results[n])
            time.sleep(0.03) # bursts wait for one another
        row = jane.cache.rows["note", name]
        self.assertTrue(padded(row["tail"]).endswith(b"word 30 "))
        self.assertEqual(row["authorName"], "John Expert")
        self.assertEqual(row["epoch"], typist.epoch)
        self.assertLess(statistics.quantiles(took, n=20)[-1], 100 * SLOW, took)
        steps = [row for (table, _), row in jane.cache.rows.items()
                 if table == "note_revision" and row["noteId"] == name]
        self.assertEqual([(step["ord"], step["added"]) for step in steps], [(1, len(typist.typed))])
        print(f"\nan edit reaches another program in {statistics.median(took):.1f} ms")

    def test_who_was_away_while_much_was_typed_goes_on_from_there(self):
        """The log keeps one entry of what changed with every key, and is never too short for that."""
        booking = self.book()
        john, jane = self.ready(CONSULTANT, "keys"), self.ready(CLIENT, "gone")
        typist, n = Typist(booking, "shared"), 0
        for _ in range(3):
            jane.close()
            for n in range(n + 1, n + 21):
                typist.heard(john.run((n, "note.edit", typist.type("k")))[0])
            jane = self.program(CLIENT, device="gone", cache=jane.cache)
            jane.until_ready()
            jane.until(lambda cache: cache.rows.get(("note", f"{booking}:shared"), {}).get("head") == n)
            self.assertFalse(jane.cache.resets)
        self.assertEqual(jane.cache.rows, self.ready(CLIENT, "fresh").cache.rows)

    def test_an_edit_that_was_not_answered_is_sent_again(self):
        booking = self.book()
        john = self.ready(CONSULTANT, "again")
        typist = Typist(booking, "live")
        op = (1, "note.edit", typist.type("once"))
        first = john.run(op)[0]
        john.cache.results.clear()
        second = john.run(op)[0]
        self.assertEqual((first["status"], second["status"]), ("ok", "ok"))
        self.assertEqual(first["data"], second["data"])
        self.assertEqual(self.note(CONSULTANT, booking, "live")["text"], "once")

    def test_refusals(self):
        booking = self.book()
        john, jane = self.ready(CONSULTANT, "refused"), self.ready(CLIENT, "refused")
        typist = Typist(booking, "shared")
        typist.heard(john.run((1, "note.edit", typist.type("mine")))[0])
        later = typist.type(" lost")
        waits = john.run((2, "note.edit", typist.type(" and more")))[0]
        self.assertEqual((waits["status"], waits["code"]), ("retry", "UNAVAILABLE"))
        self.assertGreater(waits["after"], 0)
        stolen = jane.run((1, "note.edit", later))[0]
        self.assertEqual((stolen["status"], stolen["code"]), ("rejected", "FORBIDDEN"))
        anew = john.run((3, "note.edit", {**later, "epoch": typist.epoch + 1}))[0]
        self.assertEqual((anew["status"], anew["code"]), ("rejected", "CONFLICT"))
        hidden = jane.run((2, "note.edit", Typist(booking, "consultant").type("x")))[0]
        self.assertEqual((hidden["status"], hidden["code"]), ("rejected", "NOT_FOUND"))
        reader = jane.run((3, "note.edit", Typist(booking, "live").type("x")))[0]
        self.assertEqual((reader["status"], reader["code"]), ("rejected", "FORBIDDEN"))

    def test_a_note_waits_for_the_booking_it_belongs_to(self):
        """Booked and noted without a network: sent in one message, in that order."""
        jane, taken = self.ready(CLIENT, "offline"), self.book()
        schedule = self.api(CLIENT).get(f"/api/consultations/{taken}")["consultation"]["schedule"]
        schedule = {key: schedule[key] for key in ("scheduledStart", "scheduledEnd", "timezone")}

        def send(first, ident):
            book = {"id": ident, "consultantId": self.john(), "useCredits": True, "schedule": schedule}
            return jane.run((first, "consultation.book", book),
                            (first + 1, "note.edit", Typist(ident, "client").type("please")),
                            (first + 2, "note.edit", Typist(ident, "shared").type("agenda")))
        results = send(1, str(uuid.uuid4())) # the time is taken
        self.assertEqual([result["code"] for result in results], ["SLOT_TAKEN", "NOT_FOUND", "NOT_FOUND"])
        self.api(CLIENT).post(f"/api/consultations/{taken}/cancel", {})
        ident = str(uuid.uuid4())
        self.assertEqual([result["status"] for result in send(4, ident)], ["ok"] * 3)
        self.assertEqual(self.note(CONSULTANT, ident, "client")["text"], "please")

    # What a replica lacks

    def test_what_a_replica_lacks(self):
        booking = self.book()
        john, jane = self.ready(CONSULTANT, "lacks"), self.ready(CLIENT, "lacks")
        name, typist = f"{booking}:shared", Typist(booking, "shared")
        nothing = self.state(jane, {"note": name, "epoch": 0})[name]
        self.assertEqual((nothing["epoch"], nothing["head"]), (0, 0))
        typist.heard(john.run((1, "note.edit", typist.type("first ")))[0])
        seen = typist.version()
        typist.heard(john.run((2, "note.edit", typist.type("second")))[0])
        state = self.state(jane, {"note": name, "epoch": 0})[name]
        self.assertEqual((state["epoch"], state["head"]), (typist.epoch, 2))
        self.assertTrue(padded(state["snapshot"]).startswith(b"IST"))
        self.assertEqual(state["version"], typist.version())
        state = self.state(jane, {"note": name, "epoch": typist.epoch, "version": seen})[name]
        self.assertNotIn("snapshot", state)
        self.assertIn(b"second", padded(state["update"]))
        self.assertNotIn(b"first", padded(state["update"]))
        state = self.state(jane, {"note": name, "epoch": typist.epoch, "version": typist.version()})[name]
        self.assertEqual([key for key in ("snapshot", "update", "code") if key in state], [])
        state = self.state(jane, {"note": name, "epoch": typist.epoch + 1, "version": seen})[name]
        self.assertIn("snapshot", state) # a replica of another generation

    def test_texts_that_may_not_be_read_are_none(self):
        booking = self.book()
        john = self.ready(CONSULTANT, "secret")
        john.run((1, "note.edit", Typist(booking, "consultant").type("SECRET")))
        docs = [{"note": f"{booking}:consultant", "epoch": 0}, {"note": "01890000-0000-7000-8000-00000000dead:live"},
                {"note": "nonsense"}, {"note": f"{booking}:nonsense"}, {"note": f"{booking}:live", "version": "!"},
                {"note": f"{booking}:live", "epoch": "x"}, {"note": f"{booking}:shared"}]
        for email in (CLIENT, STRANGER):
            program = self.ready(email, "secret")
            program.send({"t": "doc.sync", "docs": docs})
            codes = sorted(str(self.heard(program, "doc.state").get("code")) for _ in docs)
            expected = ["NOT_FOUND"] * 3 + ["BAD_REQUEST"] * 3 + ["None" if email == CLIENT else "NOT_FOUND"]
            self.assertEqual(codes, sorted(expected))

    def test_malformed_questions_close_the_connection(self):
        for docs in (None, [], "x", [{}], [{"note": 1}], [{"note": ""}], [{"note": "x" * 65}], [{"note": "a:live"}] * 51):
            program = self.ready(CLIENT, "malformed")
            program.send({"t": "doc.sync", "docs": docs})
            self.assertEqual(self.heard(program, "err")["code"], "BAD_REQUEST", docs)

    def test_large_texts_come_as_pages(self):
        booking = self.book()
        words = "".join(random.choices(string.ascii_letters + " \n", k=200_000))
        self.api(CONSULTANT).patch(f"/api/consultations/{booking}/notes/shared", {"text": words})
        jane = self.ready(CLIENT, "large")
        name = f"{booking}:shared"
        for answer in (self.state(jane, {"note": name, "epoch": 0})[name],
                       self.state(jane, {"note": name, "epoch": 0})[name]):
            self.assertGreater(len(padded(answer["snapshot"])), 100_000)
            self.assertEqual(answer["head"], 1)

    def test_fifty_texts_at_once(self):
        booking = self.book()
        john = self.ready(CONSULTANT, "fifty")
        john.run((1, "note.edit", Typist(booking, "live").type("x" * 20_000)))
        jane = self.ready(CLIENT, "fifty")
        began = time.monotonic()
        for _ in range(2):
            jane.send({"t": "doc.sync", "docs": [{"note": f"{booking}:live", "epoch": 0}] * 50})
        for _ in range(100):
            self.assertEqual(self.heard(jane, "doc.state")["head"], 1)
        self.assertLess(time.monotonic() - began, 5 * SLOW)
        self.assert_alive()

    # Carets

    def presence(self, program, condition):
        while not condition(message := self.heard(program, "presence")):
            pass
        return message

    def test_carets_are_shown_to_who_may_read_the_note(self):
        booking = self.book()
        john, jane, boss = self.ready(CONSULTANT, "c1"), self.ready(CLIENT, "c2"), self.ready(ADMIN, "c3")
        agent = "00112233445566ff"
        at = lambda kind, seq: {"t": "presence", "room": booking, "state": "writing", "note": kind, "agent": agent,
                                "seq": seq}
        for program in (jane, boss):
            program.send({"t": "presence", "room": booking, "state": "viewing"})
        seen = {"shared": "jane boss", "live": "jane boss", "internal": "boss", "consultant": "", "preparation": ""}
        for seq, (kind, readers) in enumerate(seen.items(), 1):
            john.send(at(kind, seq))
            time.sleep(0.25) # another room may be told in between
            for name, program in (("jane", jane), ("boss", boss)):
                program.send({"t": "ping"})
                last = None
                while (message := program.step())["t"] != "pong":
                    last = message if message["t"] == "presence" else last
                if last is None:
                    self.assertNotIn(name, readers)
                    continue
                who = next(who for who in last["who"] if who["name"] == "John Expert")
                self.assertEqual(who["state"], "writing")
                self.assertGreater(who["device"], 0)
                if name in readers:
                    self.assertEqual((who["note"], who["agent"], who["seq"]), (kind, agent, seq))
                else:
                    self.assertEqual({"note", "agent", "seq"} & set(who), set(), kind)

    def test_a_co_consultant_sees_what_he_may_read_until_he_leaves(self):
        booking, maria = self.book(), self.api(MARIA).get("/api/consultants/me")["consultant"]["id"]
        api = self.api(CONSULTANT)
        api.post(f"/api/consultations/{booking}/co-consultants", {"consultantId": maria})
        john, co = self.ready(CONSULTANT, "lead"), self.ready(MARIA, "co")
        co.send({"t": "presence", "room": booking, "state": "viewing"})
        self.heard(co, "presence")
        for seq, kind in enumerate(("consultant", "preparation"), 1):
            john.send({"t": "presence", "room": booking, "state": "writing", "note": kind, "agent": "0" * 16, "seq": seq})
            shown = self.presence(co, lambda message: any(who["name"] == "John Expert" and who.get("note") == (
                None if kind == "consultant" else kind) for who in message["who"]))
            self.assertEqual(len(shown["who"]), 2)
        api.call("DELETE", f"/api/consultations/{booking}/co-consultants/{maria}", status=200)
        self.presence(john, lambda message: len(message["who"]) == 1)
        co.until(lambda cache: booking not in cache.ids("consultation"))
        john.send({"t": "presence", "room": booking, "state": "session"})
        co.send({"t": "ping"})
        while (message := co.step())["t"] != "pong":
            self.assertNotEqual(message["t"], "presence")

    def test_a_moving_caret_is_told_ten_times_a_second(self):
        booking = self.book()
        john, jane = self.ready(CONSULTANT, "m1"), self.ready(CLIENT, "m2")
        jane.send({"t": "presence", "room": booking, "state": "viewing"})
        self.heard(jane, "presence")
        for seq in range(1, 41):
            john.send({"t": "presence", "room": booking, "state": "writing", "note": "shared",
                       "agent": "00112233445566ff", "seq": seq})
            time.sleep(0.025)
        frames = 0
        while True: # the last place arrives without another message
            message, frames = self.heard(jane, "presence"), frames + 1
            if any(who.get("seq") == 40 for who in message["who"]):
                break
        self.assertLessEqual(frames, 15 * SLOW)

    def test_malformed_carets_close_the_connection(self):
        booking = self.book()
        good = {"t": "presence", "room": booking, "state": "writing", "note": "live", "agent": "00112233445566ff",
                "seq": 1}
        for change in ({"note": "nonsense"}, {"agent": "short"}, {"agent": "0011223344556\"ff"}, {"agent": None},
                       {"seq": -1}, {"seq": 1 << 40}):
            program = self.ready(CONSULTANT, "badcaret")
            program.send({**good, **change})
            self.assertEqual(self.heard(program, "err")["code"], "BAD_REQUEST", change)

    # REST

    def test_a_note_by_rest(self):
        booking = self.book()
        john, jane = self.api(CONSULTANT), self.api(CLIENT)
        path = f"/api/consultations/{booking}/notes/shared"
        empty = jane.get(path)["note"]
        self.assertEqual((empty["text"], empty["head"], empty["epoch"]), ("", 0, 0))
        written = john.patch(path, {"text": "Goals\n- grow\n"})["note"]
        self.assertEqual((written["head"], written["authorName"]), (1, "John Expert"))
        hers = jane.patch(path, {"baseHead": 1, "text": "Goals\n- grow\n- and rest\n"})
        self.assertFalse(hers["merged"])
        his = john.patch(path, {"baseHead": 1, "text": "Our goals\n- grow\n"})
        self.assertTrue(his["merged"])
        self.assertEqual(his["note"]["text"], "Our goals\n- grow\n- and rest\n")
        history = jane.get(path + "/history")
        self.assertEqual([(step["ord"], step["authorName"]) for step in history["revisions"]],
                         [(1, "John Expert"), (2, "Jane Smith")]) # his second time is the same sitting
        self.assertEqual(jane.get(path + "/history/1")["note"]["text"], his["note"]["text"])
        self.assertEqual(jane.get(path + "/history/2")["note"]["text"], "Goals\n- grow\n- and rest\n")
        state = jane.get(path + "/sync")
        self.assertEqual(state["head"], 3)
        self.assertEqual(jane.get(f"{path}/sync?epoch={state['epoch']}&version={state['version']}").get("update"), None)
        typist = Typist(booking, "shared")
        args = typist.type("More. ")
        john.post(path + "/updates", {"updates": args["updates"]})
        self.assertIn("More. ", jane.get(path)["note"]["text"])
        for wrong in ({"text": "x", "baseHead": 99}, {"text": "x", "baseHead": -1}, {"text": "bell \a"}, {}):
            self.assertGreaterEqual(jane.call("PATCH", path, wrong).status, 400, wrong)
        self.assertEqual(jane.call("GET", f"/api/consultations/{booking}/notes/internal").status, 404)
        self.assertEqual(jane.call("GET", f"/api/consultations/{booking}/notes/nonsense").status, 400)
        self.assertEqual(jane.call("PATCH", f"/api/consultations/{booking}/notes/live", {"text": "x"}).status, 403)

    def test_notes_of_older_stores_become_texts_at_the_start(self):
        booking = self.book()
        code, _ = self.server.stop()
        self.assertEqual(code, 0)
        store = sqlite3.connect(self.server.data / "store.db")
        store.execute("UPDATE consultation SET client_notes = 'Please come early' WHERE id = ?", [booking])
        store.execute("INSERT INTO note (id, tenant, rev, audience, consultation_id, kind, text, author_name, updated_at) "
                      "SELECT id || ':live', tenant, rev, audience, id, 1, 'Plain words', 'John Expert', 1750000000000 "
                      "FROM consultation WHERE id = ?", [booking])
        store.commit()
        store.close()
        for _ in range(2):
            self.server.start()
            self.sessions.clear()
            shown = self.api(CLIENT).get(f"/api/consultations/{booking}")["consultation"]
            self.assertEqual(shown["notes"]["client"], "Please come early")
            live = self.note(CLIENT, booking, "live")
            self.assertEqual((live["text"], live["head"], live["authorName"]), ("Plain words", 1, "John Expert"))
            self.server.stop()
        self.server.start()
        self.sessions.clear()
        row = self.ready(CLIENT, "older").cache.rows["note", f"{booking}:client"]
        self.assertTrue(padded(row["tail"]).endswith(b"Please come early"))

    def test_unpadded_is_what_it_says(self):
        self.assertEqual(padded(unpadded(b"\0\1\2\3")), b"\0\1\2\3")


if __name__ == "__main__":
    unittest.main()
