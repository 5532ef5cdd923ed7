"""serenity's command line: what it prints, how it exits, what it does with no server in reach."""

import json
import pathlib
import stat
import time
import unittest

from client import Client
from server import SLOW
from story import JANE, JOHN, Story, booking, consultant_named, free_slots, moment

OK, FAILED, USAGE, WAITS, REFUSED = 0, 1, 2, 3, 4


class CommandLine(Story):
    def setUp(self):
        self.serenityd = self.server()
        self.jane_api, self.john_api = self.serenityd.api(JANE), self.serenityd.api(JOHN)
        self.expert = consultant_named(self.jane_api, "John Expert")["id"]

    def john(self):
        return self.client(self.serenityd, JOHN)

    def jane(self):
        return self.client(self.serenityd, JANE)

    def book(self, index=0):
        start = free_slots(self.jane_api, self.expert)[index]
        return self.jane_api.post("/api/consultations/book", booking(start, self.expert))["consultation"]

    def live_notes(self, booked):
        return self.john_api.get(f"/api/consultations/{booked['id']}")["consultation"]

    def test_help_and_wrong_words(self):
        client = self.john()
        text = client.run("--help")
        for word in ("login", "logout", "status", "sync", "agenda", "show", "note", "credits", "book", "--server",
                     "--home"):
            self.assertIn(word, text)
        for words in (["no-such-command"], ["--no-such-option"], ["agenda", "--days", "many"], ["login"],
                      ["show"], ["agenda", "--days", "0"]):
            done = client.run(*words, status=None)
            self.assertEqual(done.returncode, USAGE, words)
            self.assertTrue(done.stderr, words)

    def test_logging_in_and_out(self):
        client = Client(self.serenityd, self.folder() / "home", JOHN)
        nobody = client.run("agenda", status=None)
        self.assertEqual(nobody.returncode, FAILED)
        self.assertIn("login", nobody.stderr)
        wrong = client.run("login", "--email", JOHN, "--password-stdin", stdin="not the password\n", status=None)
        self.assertEqual(wrong.returncode, FAILED)
        self.assertFalse(client.json("status")["signedIn"])
        client.login()
        status = client.json("status")
        self.assertEqual((status["signedIn"], status["online"], status["email"], status["waiting"],
                          status["refused"]), (True, True, JOHN, 0, 0))
        client.run("logout")
        self.assertEqual(client.run("agenda", status=None).returncode, FAILED)

    def test_what_it_keeps_is_nobody_elses(self):
        client = self.john()
        self.assertEqual(stat.S_IMODE(client.home.stat().st_mode), 0o700)
        files = [path for path in client.home.rglob("*") if path.is_file()]
        self.assertTrue(files)
        for path in files:
            self.assertEqual(stat.S_IMODE(path.stat().st_mode) & 0o077, 0, path)

    def test_the_password_is_not_on_the_disk(self):
        client = self.john()
        for path in client.home.rglob("*"):
            if path.is_file():
                self.assertNotIn(self.serenityd.accounts[JOHN].password.encode(), path.read_bytes(), path)

    def test_agenda_and_show(self):
        booked, john = self.book(), self.john()
        listed = john.json("agenda", "--days", "30")
        mine = [c for c in listed["consultations"] if c["id"] == booked["id"]]
        self.assertEqual(len(mine), 1)
        self.assertEqual(moment(mine[0]["start"]), moment(booked["schedule"]["scheduledStart"]))
        self.assertEqual(mine[0]["clientName"], "Acme Corporation")
        self.assertEqual(listed["total"], len(listed["consultations"]))
        self.assertIn(booked["consultationCode"], john.run("agenda", "--days", "30"))
        shown = john.json("show", booked["consultationCode"])["consultation"]
        self.assertEqual((shown["id"], shown["status"]), (booked["id"], "scheduled"))
        self.assertIn("Organizational capability assessment", john.run("show", booked["consultationCode"]))
        self.assertEqual(john.run("show", "CONS-19990101-001", status=None).returncode, FAILED)

    def test_a_past_week_can_be_asked_for(self):
        past = self.john().json("agenda", "--from", "2020-01-01", "--days", "36500")["consultations"]
        self.assertIn("completed", {c["status"] for c in past})

    def test_credits_after_a_booking(self):
        self.book()
        jane = self.jane()
        credits = jane.json("credits")
        self.assertEqual((credits["free"], credits["reserved"]), (3, 1))
        self.assertIn("3 free  1 reserved", jane.run("credits"))

    def test_booking_a_slot_and_losing_one(self):
        jane, slots = self.jane(), free_slots(self.jane_api, self.expert)
        done = jane.json("book", "--consultant", "John Expert", "--start", slots[0], "--minutes", "90", "--purpose",
                         "Planning")
        self.assertEqual(done["status"], "booked")
        self.assertEqual(self.jane_api.get(f"/api/consultations/{done['id']}")["consultation"]["purpose"], "Planning")
        lost = jane.run("book", "--consultant", "John Expert", "--start", slots[0], "--minutes", "90", status=None)
        self.assertNotEqual(lost.returncode, OK)
        self.assertTrue(lost.stdout + lost.stderr)
        self.assertEqual(jane.json("credits")["reserved"], 1)

    def test_a_note_online_is_saved(self):
        booked, john = self.book(), self.john()
        said = john.run("note", booked["consultationCode"], "-m", "Reviewed the annual report")
        self.assertIn("saved", said)
        self.assertIn("Reviewed the annual report", json.dumps(self.live_notes(booked)))

    def test_a_note_that_everyone_writes_and_its_history(self):
        booked, john, jane = self.book(), self.john(), self.jane()
        note = ["note", booked["consultationCode"], "--kind", "shared"]
        john.run(*note, "-m", "one\ntwo\nthree")
        self.assertEqual(jane.json(*note)["text"], "one\ntwo\nthree")
        jane.run(*note, "--file", "-", stdin="four\n")
        self.assertEqual(john.run(*note).rstrip("\n"), "one\ntwo\nthree\nfour")
        john.run(*note, "--replace", "--file", "-", stdin="one\nTWO\nthree\nfour\n")
        history = jane.json(*note, "--history")["history"]
        self.assertEqual({step["author"] for step in history}, {"John Expert", "Jane Smith"})
        self.assertEqual({step["mine"] for step in history}, {True, False})
        self.assertIn("John Expert", jane.run(*note, "--history"))
        mine = next(step["version"] for step in history if step["mine"])
        self.assertEqual(jane.json(*note, "--at", mine)["text"], "one\ntwo\nthree\nfour\n")
        for words in (["--kind", "nonsense"], ["--replace"], ["-m", "x", "--file", "-"], ["--at", "none"]):
            self.assertEqual(john.run("note", booked["consultationCode"], *words, status=None).returncode, USAGE)
        self.assertEqual(john.run(*note, "--at", "99", status=None).returncode, FAILED)
        refused = jane.run("note", booked["consultationCode"], "--kind", "live", "-m", "x", status=None)
        self.assertEqual(refused.returncode, FAILED)

    def test_replacing_leaves_what_others_typed_meanwhile(self):
        booked, john, jane = self.book(), self.john(), self.jane()
        note = ["note", booked["consultationCode"], "--kind", "shared"]
        john.run(*note, "-m", "one\ntwo\nthree")
        jane.run(*note)
        self.serenityd.kill()
        jane.run(*note, "--replace", "-m", "ONE\ntwo\nthree")
        john.run(*note, "--replace", "-m", "one\ntwo\nTHREE")
        self.serenityd.start()
        for client in (jane, john, jane):
            client.run("sync", "--wait", "20")
        for client in (jane, john):
            self.assertEqual(client.json(*note)["text"], "ONE\ntwo\nTHREE")

    def test_a_note_offline_waits_and_arrives_once(self):
        booked, john = self.book(), self.john()
        code = booked["consultationCode"]
        self.serenityd.kill()
        self.assertIn("queued", john.run("note", code, "-m", "First offline line"))
        self.assertIn("queued", john.run("note", code, "-m", "Second offline line"))
        status = john.json("status")
        self.assertFalse(status["online"])
        self.assertGreaterEqual(status["waiting"], 1)
        self.assertIn("First offline line", john.run("show", code))
        waits = john.run("sync", "--wait", "1", status=None)
        self.assertEqual(waits.returncode, WAITS, waits)

        self.serenityd.start()
        self.john_api.close()
        john.run("sync", "--wait", "20")
        john.run("sync", "--wait", "20")
        text = json.dumps(self.live_notes(booked))
        self.assertEqual((text.count("First offline line"), text.count("Second offline line")), (1, 1), text)
        self.assertEqual(john.json("status")["waiting"], 0)
        self.serenityd.check()

    def test_a_refusal_is_said_and_final(self):
        jane, slots = self.jane(), free_slots(self.jane_api, self.expert)
        port_holder = self.serenityd
        port_holder.stop()
        queued = jane.json("book", "--consultant", "John Expert", "--start", slots[0], "--minutes", "90")
        self.assertEqual(queued["status"], "queued")
        port_holder.start()
        self.jane_api.close()
        self.jane_api.post("/api/consultations/book", booking(slots[0], self.expert))
        refused = jane.run("sync", "--wait", "20", status=None)
        self.assertEqual(refused.returncode, REFUSED, refused)
        self.assertIn("SLOT_TAKEN", refused.stdout)
        status = jane.json("status")
        self.assertEqual((status["waiting"], status["refused"]), (0, 1))
        detail = json.loads(jane.run("sync", "--json", status=REFUSED))["refused"][0]
        self.assertEqual(detail["code"], "SLOT_TAKEN")
        self.assertTrue(detail["alternatives"])
        jane.run("changes", "--discard", str(detail["n"]))
        self.assertEqual(jane.run("sync", status=None).returncode, OK)

    def test_every_command_speaks_json(self):
        booked, john, jane = self.book(), self.john(), self.jane()
        for client, words in ((john, ["status"]), (john, ["agenda"]), (john, ["sync"]),
                              (john, ["show", booked["consultationCode"]]),
                              (john, ["note", booked["consultationCode"], "-m", "x"]), (jane, ["credits"]),
                              (john, ["logout"])):
            with self.subTest(words[0]):
                self.assertIsInstance(client.json(*words), dict)
        failed = jane.run("show", "CONS-19990101-001", "--json", status=None)
        self.assertEqual(json.loads(failed.stdout)["error"]["code"], "NOT_FOUND")

    def test_a_server_that_is_not_there_is_no_hang(self):
        john = self.john()
        self.serenityd.stop()
        began = time.monotonic()
        john.run("agenda")
        john.run("status")
        self.assertLess(time.monotonic() - began, 4 * SLOW)


if __name__ == "__main__":
    unittest.main()
