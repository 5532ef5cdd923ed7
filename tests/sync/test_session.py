"""The client against a server that follows the protocol: snapshots, changes, operations, answers, tokens, presence."""

import tempfile
import threading
import time
import unittest

from fake_server import FakeServer
from probe import SLOW, Probe

BASE = 1_900_000_000_000
HOUR = 3_600_000


def uuid(kind, n):
    return f"0190{kind:04x}-0000-7000-8000-{n:012x}"


def consultation(n, **more):
    return {"code": f"CONS-{n:05d}", "clientId": uuid(2, 1), "clientName": "Acme Corporation",
            "consultantId": uuid(3, 1), "consultantName": "John Expert", "start": BASE + n * HOUR,
            "end": BASE + n * HOUR + HOUR, "timezone": "UTC", "status": "scheduled", "minutes": 60,
            "purpose": f"talk {n}", **more}


def until(holds, seconds=10):
    end = time.time() + seconds * SLOW
    while time.time() < end:
        if holds():
            return
        time.sleep(0.02)
    raise AssertionError("it did not come to pass")


class Story(unittest.TestCase):
    roles = "consultant,user"

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.home = self.folder.name + "/home"
        self.server = FakeServer()
        self.fill()
        self.probes = []

    def fill(self):
        self.server.seed("me", self.server.user, email="john@example.com", firstName="John", lastName="Expert",
                         roles=self.roles, consultantId=uuid(3, 1), clientId=uuid(2, 1), timezone="UTC", verified=True)
        self.server.seed("policy", "default", noticeMinutes=240, windowDays=90, stepMinutes=15, cancelMinutes=1440,
                         graceMinutes=15, rescheduleLimit=2, returnDays=7)
        for n in range(5):
            self.server.seed("consultation", uuid(1, n), **consultation(n))

    def tearDown(self):
        for probe in self.probes:
            probe.__exit__()
        self.server.stop()
        self.folder.cleanup()

    def probe(self, home=None):
        probe = Probe(home or self.home, self.server.url)
        self.probes.append(probe)
        return probe

    def signed_in(self):
        probe = self.probe()
        probe.must("login", "john@example.com", "secret")
        probe.wait("online")
        return probe

    def list(self, probe):
        return {c["row"]["id"]: c for c in probe.ask("list", BASE - HOUR, BASE + 100000 * HOUR)["list"]}


class Rows(Story):
    def test_a_wrong_password_is_said(self):
        answer = self.probe().ask("login", "john@example.com", "wrong")
        self.assertEqual(answer["code"], "BAD_CREDENTIALS")
        self.assertIn("password", answer["message"])

    def test_a_snapshot_fills_an_empty_cache(self):
        probe = self.signed_in()
        rows = self.list(probe)
        self.assertEqual(len(rows), 5)
        self.assertEqual(rows[uuid(1, 3)]["row"]["purpose"], "talk 3")
        self.assertEqual(self.server.hellos[0]["epoch"], "")

    def test_the_cache_is_there_without_a_server(self):
        self.signed_in().close()
        self.server.stop()
        probe = self.probe()
        self.assertEqual(len(self.list(probe)), 5)
        probe.wait("offline")
        until(lambda: probe.ask("connection")["why"])     # offline is also said before the first try

    def test_an_interrupted_snapshot_goes_on_where_it_was(self):
        for n in range(5, 1000):
            self.server.seed("consultation", uuid(1, n), **consultation(n))
        self.server.page_rows, self.server.cut_after_pages = 100, 6
        probe = self.signed_in()
        self.assertEqual(len(self.list(probe)), 1000)
        resumed = [hello for hello in self.server.hellos if "resume" in hello]
        self.assertEqual(len(resumed), 1)
        self.assertEqual(resumed[0]["resume"]["table"], "consultation")
        self.assertEqual(resumed[0]["resume"]["after"], uuid(1, 399))

    def test_a_page_that_is_missing_is_noticed_and_fetched(self):
        for n in range(5, 1000):
            self.server.seed("consultation", uuid(1, n), **consultation(n))
        self.server.page_rows, self.server.lose_page, self.server.cut_after_pages = 100, 3, 6
        probe = self.signed_in()
        self.assertEqual(len(self.list(probe)), 1000)

    def test_tables_that_come_again_are_whole_after_a_cut(self):
        self.server.bad_sums, self.server.cut_again = 1, True
        probe = self.signed_in()
        self.assertEqual(self.server.agains, [["consultation"]])
        self.assertEqual(len(self.server.hellos), 2)
        self.assertEqual(len(self.list(probe)), 5)

    def test_nothing_shows_before_the_snapshot_is_whole(self):
        for n in range(5, 400):
            self.server.seed("consultation", uuid(1, n), **consultation(n))
        self.server.cut_after_pages = 4
        original, self.server.snapshot = self.server.snapshot, None
        seen = []

        def snapshot(connection, resume):
            done = original(connection, resume)
            if done is False:
                seen.append(len(self.list(probe)))
                self.server.snapshot = original
            return done
        self.server.snapshot = snapshot
        probe = self.probe()
        probe.must("login", "john@example.com", "secret")
        until(lambda: seen)
        self.assertEqual(seen, [0])
        probe.wait("online")
        self.assertEqual(len(self.list(probe)), 400)

    def test_changes_arrive_put_del_and_hide(self):
        probe = self.signed_in()
        self.server.put("consultation", uuid(1, 77), **consultation(77))
        self.server.remove("consultation", uuid(1, 0))
        self.server.remove("consultation", uuid(1, 1), kind="hide")
        until(lambda: set(self.list(probe)) == {uuid(1, 2), uuid(1, 3), uuid(1, 4), uuid(1, 77)})

    def test_what_was_missed_arrives_after_a_restart(self):
        probe = self.signed_in()
        self.server.stop()
        probe.wait("offline")
        self.server.put("consultation", uuid(1, 2), **consultation(2, purpose="moved on"))
        self.server.start()
        probe.wait("online")
        self.assertEqual(self.list(probe)[uuid(1, 2)]["row"]["purpose"], "moved on")
        self.assertGreater(self.server.hellos[-1]["cursor"], 0)

    def test_a_wrong_sum_reads_that_table_again(self):
        self.server.bad_sums = 1
        probe = self.signed_in()
        self.assertEqual(len(self.list(probe)), 5)
        self.assertEqual((len(self.server.hellos), self.server.agains), (1, [["consultation"]]))
        self.server.put("consultation", uuid(1, 7), **consultation(7))
        until(lambda: len(self.list(probe)) == 6)

    def test_a_sum_that_stays_wrong_reads_everything_again(self):
        self.server.bad_sums = 2
        probe = self.signed_in()
        self.assertEqual(len(self.list(probe)), 5)
        self.assertEqual(self.server.agains, [["consultation"]])
        self.assertGreaterEqual(len(self.server.hellos), 2)

    def test_unknown_fields_of_a_newer_server_are_passed_over(self):
        probe = self.signed_in()
        self.server.put("consultation", uuid(1, 2), **consultation(2), mood="sunny", nested={"deep": [1, 2]})
        self.server.put("consultation", uuid(1, 3), **consultation(3, purpose="after it"))
        until(lambda: self.list(probe)[uuid(1, 3)]["row"]["purpose"] == "after it")

    def test_a_new_notification_is_a_toast_and_an_old_one_is_not(self):
        self.server.seed("notification", uuid(9, 1), userId=self.server.user, title="old", at=BASE)
        probe = self.signed_in()
        self.server.put("notification", uuid(9, 2), userId=self.server.user, title="Booked", body="by Jane",
                        at=BASE + 1, consultationId=uuid(1, 2))
        toasts = []
        until(lambda: toasts.extend(e for e in probe.ask("events")["list"] if e["kind"] == "toast") or toasts)
        self.assertEqual([(t["title"], t["body"]) for t in toasts], [("Booked", "by Jane")])

    def test_a_reset_for_changed_roles_leaves_nothing_behind(self):
        probe = self.signed_in()
        held = threading.Event()
        self.server.on_hello = lambda server, connection, hello: held.wait(10) and False
        for n in range(5):
            del self.server.rows["consultation"][uuid(1, n)]
        for connection in list(self.server.connections):
            connection.send({"t": "reset", "why": "roles"})
        until(lambda: not self.list(probe))
        held.set()
        probe.wait("online")
        self.assertEqual(self.list(probe), {})


class Operations(Story):
    def start(self, server, op):
        row = {k: v for k, v in server.rows["consultation"][op["args"]["id"]].items() if k not in ("id", "rev")}
        row["status"] = "in_progress"
        return {"status": "ok", "seq": server.put("consultation", op["args"]["id"], **row)}

    def note(self, server, op):
        return {"status": "ok", "seq": server.seq}

    def test_an_operation_shows_at_once_and_arrives_once(self):
        probe = self.signed_in()
        self.server.on_op = self.start
        probe.must("start", uuid(1, 0))
        shown = self.list(probe)[uuid(1, 0)]
        self.assertEqual(shown["row"]["status"], "in_progress")
        probe.settled()
        until(lambda: not self.list(probe)[uuid(1, 0)]["waits"])
        self.assertEqual(self.list(probe)[uuid(1, 0)]["row"]["status"], "in_progress")
        self.assertEqual([name for _, name, _ in self.server.effects], ["consultation.start"])

    def test_offline_acts_wait_and_arrive_in_order_once_each(self):
        probe = self.signed_in()
        self.server.on_op = lambda server, op: (self.start if op["name"].endswith("start") else self.note)(server, op)
        self.server.stop()
        probe.wait("offline")
        probe.must("start", uuid(1, 0))
        for i in range(20):
            probe.must("note", uuid(1, 0), "live", "typed " + "x" * i)
        self.assertEqual(probe.ask("outbox")["waiting"], 2)
        self.server.start()
        probe.wait("online")
        probe.settled()
        self.assertEqual([name for _, name, _ in self.server.effects], ["consultation.start", "note.edit"])
        self.assertEqual({n["kind"]: n["text"] for n in probe.ask("show", uuid(1, 0))["notes"]}, {"live": "typed " + "x" * 19})

    def test_killed_between_sending_and_hearing_it_sends_the_same_again(self):
        probe = self.signed_in()
        self.server.on_op = self.start
        self.server.answers = False
        probe.must("start", uuid(1, 0))
        until(lambda: self.server.received)
        probe.kill()
        self.server.answers = True
        again = self.probe()
        again.wait("online")
        again.settled()
        self.assertEqual(len(self.server.received), 2)
        self.assertEqual(self.server.received[0], self.server.received[1])
        self.assertEqual(len(self.server.effects), 1)

    def test_what_was_sent_does_not_change_with_further_typing(self):
        probe = self.signed_in()
        self.server.on_op = self.note
        self.server.answer_op = False
        probe.must("note", uuid(1, 0), "live", "first")
        until(lambda: self.server.received)
        probe.must("note", uuid(1, 0), "live", "first and second")
        probe.must("note", uuid(1, 0), "live", "first and second and third")
        self.assertEqual(probe.ask("outbox")["waiting"], 2)
        self.server.answer_op = True
        self.server.drop_all()
        probe.settled()
        self.assertEqual([name for _, name, _ in self.server.effects], ["note.edit", "note.edit"])
        self.assertEqual(self.server.received[0], self.server.received[1])
        self.assertNotEqual(self.server.effects[0][2]["updates"], self.server.effects[1][2]["updates"])

    def test_what_is_typed_while_an_edit_is_under_way_goes_together(self):
        probe = self.signed_in()
        self.server.on_op = self.note
        self.server.answer_op = False
        probe.must("note", uuid(1, 0), "live", "t")
        until(lambda: self.server.received)
        for i in range(2, 20):
            probe.must("note", uuid(1, 0), "live", "typed with patience"[:i])
        self.server.answer_op = True
        self.server.drop_all()
        probe.settled()
        self.assertEqual(len(self.server.effects), 2)

    def test_the_last_words_leave_before_the_program_ends(self):
        probe = self.signed_in()
        self.server.on_op = self.note
        probe.must("note", uuid(1, 0), "live", "goodbye")
        probe.close()
        self.assertEqual([name for _, name, _ in self.server.effects], ["note.edit"])

    def test_a_refusal_is_final_and_shown_with_alternatives(self):
        probe = self.signed_in()
        start = {"scheduledStart": "2030-03-18T10:00:00Z", "scheduledEnd": "2030-03-18T11:00:00Z"}
        looked = threading.Event()
        self.server.on_op = lambda server, op: looked.wait(20) and {
            "status": "rejected", "code": "SLOT_TAKEN", "message": "Somebody has that time.", "field": "schedule",
            "details": {"alternatives": [start, start]}}
        probe.must("reschedule", uuid(1, 0), BASE + 90 * HOUR, BASE + 91 * HOUR)
        self.assertEqual(self.list(probe)[uuid(1, 0)]["row"]["start"], BASE + 90 * HOUR)
        looked.set()
        probe.settled()
        self.assertEqual(self.list(probe)[uuid(1, 0)]["row"]["start"], BASE)
        refusal, = probe.ask("refusals")["list"]
        self.assertEqual((refusal["code"], refusal["message"], refusal["alternatives"]),
                         ("SLOT_TAKEN", "Somebody has that time.", 2))
        self.assertEqual([e["code"] for e in probe.ask("events")["list"] if e["kind"] == "refused"], ["SLOT_TAKEN"])
        time.sleep(0.5)
        self.assertEqual(len(self.server.received), 1)
        self.server.on_op = lambda server, op: {"status": "ok"}
        probe.must("resend", refusal["n"])
        probe.settled()
        self.assertEqual(probe.ask("outbox")["refused"], 0)
        self.assertNotEqual(self.server.received[0]["n"], self.server.received[1]["n"])

    def test_a_retry_delays_its_own_lane_only(self):
        probe = self.signed_in()
        tries = []

        def busy(server, op):
            if op["args"]["id"] == uuid(1, 0):
                tries.append(time.time())
                if len(tries) == 1:
                    return {"status": "retry", "after": 1000, "code": "UNAVAILABLE", "message": "Busy."}
            return self.start(server, op)
        self.server.on_op = busy
        probe.must("start", uuid(1, 0))
        until(lambda: tries)
        begun = time.time()
        probe.must("start", uuid(1, 1))
        until(lambda: len(self.server.effects) == 1)
        self.assertLess(time.time() - begun, 0.9 * SLOW)
        self.assertEqual(self.server.effects[0][2]["id"], uuid(1, 1))
        probe.settled()
        self.assertGreaterEqual(tries[1] - tries[0], 0.9)
        self.assertEqual(len(self.server.effects), 2)

    def test_refused_words_of_a_note_are_kept_and_can_be_typed_again(self):
        probe = self.signed_in()
        self.server.on_op = lambda server, op: {"status": "rejected", "code": "CONFLICT", "message": "Changed."}
        probe.must("note", uuid(1, 0), "live", "mine")
        probe.settled()
        refusal, = probe.ask("refusals")["list"]
        self.assertEqual(refusal["text"], "mine")
        self.assertEqual(probe.ask("show", uuid(1, 0))["notes"], [])
        self.server.on_op = self.note
        probe.must("resend", refusal["n"])
        probe.settled()
        self.assertEqual(probe.ask("outbox")["refused"], 0)
        self.assertEqual([n["text"] for n in probe.ask("show", uuid(1, 0))["notes"]], ["mine"])

    def test_after_a_restore_acknowledged_operations_are_offered_again(self):
        probe = self.signed_in()
        self.server.on_op = self.start
        probe.must("start", uuid(1, 0))
        probe.settled()
        # The server goes back to a backup made before that.
        self.server.stop()
        probe.wait("offline")
        self.server.epoch, self.server.seq = "e2", 10
        self.server.log, self.server.results = [], {}
        self.server.rows["consultation"][uuid(1, 0)] = {"id": uuid(1, 0), "rev": 10, **consultation(0)}
        self.server.start()
        probe.wait("online")
        until(lambda: self.server.rows["consultation"][uuid(1, 0)]["status"] == "in_progress")
        self.assertEqual(self.server.received[0], self.server.received[1])

    def test_a_cursor_that_is_too_old_leaves_screens_full_and_the_outbox_whole(self):
        probe = self.signed_in()
        self.server.stop()
        probe.wait("offline")
        probe.must("start", uuid(1, 2))
        self.server.seed("consultation", uuid(1, 9), **consultation(9))
        original, seen = self.server.snapshot, []

        def snapshot(connection, resume):
            seen.append(set(self.list(probe)))
            return original(connection, resume)

        def too_old(server, connection, hello):
            connection.send({"t": "reset", "why": "cursor"})
            server.welcome(connection, "snapshot")
            server.snapshot(connection, None)
            connection.live = True
            return True
        self.server.snapshot, self.server.on_hello, self.server.on_op = snapshot, too_old, self.start
        self.server.start()
        until(lambda: seen)
        probe.wait("online")
        probe.settled()
        self.assertEqual(seen, [{uuid(1, n) for n in range(5)}])
        self.assertEqual(set(self.list(probe)), {uuid(1, n) for n in (0, 1, 2, 3, 4, 9)})
        self.assertEqual([effect[1] for effect in self.server.effects], ["consultation.start"])

    def test_a_server_that_goes_says_when_to_come_back(self):
        """Not before, and spread over a quarter more, so that not all come at once."""
        probe = self.signed_in()
        came, after = [], 1.2
        self.server.on_hello = lambda server, connection, hello: came.append(time.monotonic())
        began = time.monotonic()
        self.server.connections[0].send({"t": "bye", "after": int(after * 1000), "why": "restart"})
        until(lambda: came)
        self.assertGreaterEqual(came[0] - began, after)
        self.assertLess(came[0] - began, after * 1.25 + 0.6 * SLOW)
        probe.wait("online")

    def test_a_program_that_is_too_old_sends_what_it_holds(self):
        """The screens stay as they were; what was and is written leaves; the status says what to do."""
        probe = self.signed_in()
        self.server.stop()
        probe.wait("offline")
        probe.must("start", uuid(1, 2))

        def only_operations(server, connection, hello):
            server.welcome(connection, "outbox", message="Please upgrade.")
            return True
        self.server.on_hello, self.server.on_op = only_operations, self.start
        self.server.start()
        probe.wait("too_old")
        until(lambda: len(self.server.effects) == 1)
        probe.must("start", uuid(1, 3))
        until(lambda: len(self.server.effects) == 2)
        self.assertEqual(probe.ask("connection")["why"], "Please upgrade.")
        self.assertEqual(len(self.list(probe)), 5)
        self.assertEqual(self.list(probe)[uuid(1, 3)]["row"]["status"], "in_progress")
        self.assertEqual(len(self.server.hellos), 2)

    def test_a_program_that_is_much_too_old_does_not_try_again_and_again(self):
        probe = self.signed_in()
        self.server.stop()
        probe.wait("offline")
        probe.must("start", uuid(1, 2))

        def nothing(server, connection, hello):
            connection.send({"t": "err", "code": "UPGRADE_REQUIRED", "message": "Much too old; please upgrade."})
            connection.close()
            return True
        self.server.on_hello = nothing
        self.server.start()
        probe.wait("too_old")
        time.sleep(1.5)
        self.assertEqual(len(self.server.hellos), 2)
        said = probe.ask("connection")
        self.assertEqual((said["state"], said["why"]), ("too_old", "Much too old; please upgrade."))
        self.assertGreater(said["nextTry"] if said["nextTry"] else said["now"] + 1, said["now"])
        self.assertEqual(len(self.list(probe)), 5)
        # Once it is upgraded, or the server is, all is well.
        self.server.on_hello, self.server.on_op = None, self.start
        probe.kill()
        again = self.probe()
        again.wait("online")
        again.settled()
        self.assertEqual(len(self.server.effects), 1)

    def test_a_copied_outbox_takes_new_numbers(self):
        probe = self.signed_in()
        self.server.on_op = self.start
        welcome = self.server.welcome
        self.server.welcome = lambda connection, mode: welcome(connection, mode, opFloor=500)
        self.server.stop()
        probe.wait("offline")
        probe.must("start", uuid(1, 0))
        self.server.start()
        probe.settled()
        self.assertGreater(self.server.received[0]["n"], 500)


class Tokens(Story):
    def test_an_access_token_is_renewed_before_it_ends(self):
        self.server.life = 22
        probe = self.signed_in()
        until(lambda: len(self.server.refreshes) >= 1, 15)
        self.assertEqual(self.server.refreshes[0], "R1")
        self.assertEqual(probe.ask("connection")["state"], "online")

    def test_a_refused_token_is_renewed_and_the_session_goes_on(self):
        self.signed_in().close()
        self.server.deny_tokens = {"A1"}
        probe = self.probe()
        probe.wait("online")
        self.assertEqual(self.server.refreshes, ["R1"])
        self.assertEqual(self.server.hellos[-1]["token"], "A2")

    def test_killed_in_the_middle_of_a_renewal_it_stays_signed_in(self):
        self.signed_in().close()
        self.server.deny_tokens = {"A1"}
        self.server.hold_refresh = threading.Event()
        probe = self.probe()
        until(lambda: self.server.refreshes)
        probe.kill()
        self.server.hold_refresh.set()
        again = self.probe()
        again.wait("online")
        self.assertEqual(self.server.refreshes, ["R1", "R1"])
        self.assertEqual(self.server.hellos[-1]["token"], "A2")

    def test_a_session_that_is_over_keeps_what_waits(self):
        probe = self.signed_in()
        self.server.stop()
        probe.wait("offline")
        probe.must("start", uuid(1, 0))
        self.server.deny_tokens = {"A1"}
        self.server.tokens = {"access": "none", "refresh": "none"}
        self.server.start()
        probe.wait("signed_out")
        self.assertEqual(probe.ask("outbox")["waiting"], 1)
        self.server.tokens, self.server.deny_tokens = {"access": "A9", "refresh": "R9"}, set()
        probe.must("login", "john@example.com", "secret")
        probe.wait("online")
        probe.settled()
        self.assertEqual(len(self.server.effects), 1)

    def test_somebody_else_does_not_send_what_waits_here(self):
        probe = self.signed_in()
        self.server.stop()
        probe.wait("offline")
        probe.must("start", uuid(1, 0))
        self.server.start()
        self.server.answer_op = False
        self.server.user = uuid(7, 7)
        answer = probe.ask("login", "jane@example.com", "secret")
        self.assertEqual(answer["code"], "CONFLICT")
        self.assertIn("john@example.com", answer["message"])

    def test_signing_out_leaves_nothing_and_tells_the_server(self):
        probe = self.signed_in()
        probe.must("logout")
        self.assertEqual(self.list(probe), {})
        probe.wait("signed_out")
        until(lambda: self.server.revoked)
        self.assertEqual(self.server.revoked, ["Bearer A1"])

    def test_signing_out_asks_before_it_discards(self):
        probe = self.signed_in()
        self.server.stop()
        probe.wait("offline")
        probe.must("start", uuid(1, 0))
        self.assertEqual(probe.ask("logout")["code"], "CONFLICT")
        probe.must("logout", "discard")
        self.assertEqual(probe.ask("outbox")["waiting"], 0)


class Together(Story):
    def test_two_programs_of_one_home_share_one_session(self):
        first = self.signed_in()
        self.server.on_op = lambda server, op: {"status": "ok"}
        second = self.probe()
        second.wait("online")
        self.assertEqual(len(self.server.connections), 1)
        begun = time.time()
        second.must("start", uuid(1, 0))
        until(lambda: self.server.effects)
        self.assertLess(time.time() - begun, 0.5 * SLOW)
        self.server.put("consultation", uuid(1, 1), **consultation(1, purpose="for both"))
        for probe in (first, second):
            until(lambda: self.list(probe)[uuid(1, 1)]["row"]["purpose"] == "for both")
        first.close()
        second.wait("online")
        self.server.put("consultation", uuid(1, 1), **consultation(1, purpose="taken over"))
        until(lambda: self.list(second)[uuid(1, 1)]["row"]["purpose"] == "taken over")

    def test_the_session_passes_on_when_its_holder_is_killed(self):
        first = self.signed_in()
        second = self.probe()
        second.wait("online")
        first.kill()
        until(lambda: len(self.server.hellos) == 2)
        self.server.put("consultation", uuid(1, 1), **consultation(1, purpose="after the kill"))
        until(lambda: self.list(second)[uuid(1, 1)]["row"]["purpose"] == "after the kill")

    def test_presence_is_said_kept_up_and_heard(self):
        probe = self.signed_in()
        probe.ask("enter", uuid(1, 0))
        until(lambda: self.server.presence)
        self.assertEqual(self.server.presence[0]["room"], uuid(1, 0))
        self.assertEqual(self.server.presence[0]["state"], "writing")
        for connection in self.server.connections:
            connection.send({"t": "presence", "room": uuid(1, 0), "who": [
                {"user": self.server.user, "name": "John Expert", "state": "writing"},
                {"user": uuid(8, 8), "name": "Jane Smith", "state": "viewing"}]})
        until(lambda: probe.ask("present", uuid(1, 0))["count"] == 1)
        self.assertEqual(probe.ask("present", uuid(1, 0))["name"], "Jane Smith")
        probe.ask("enter", "-")
        until(lambda: self.server.presence[-1]["room"] == "")

    def test_free_slots_are_fetched_and_kept(self):
        self.server.slots = [{"start": "2030-03-18T10:00:00Z", "end": "2030-03-18T11:00:00Z"}]
        probe = self.signed_in()
        answer = probe.ask("slots", uuid(3, 1), BASE, BASE + 24 * HOUR)
        self.assertEqual((answer["state"], answer["count"], answer["first"]), (2, 1, 1900058400000))
        probe.close()
        self.server.stop()
        again = self.probe()
        self.assertEqual(again.ask("slots", uuid(3, 1), BASE, BASE + 24 * HOUR)["count"], 1)


class Client(Story):
    roles = "client,user"

    def fill(self):
        super().fill()
        self.server.seed("lot", uuid(4, 1), clientId=uuid(2, 1), packageId="PKG-DISCOVERY-ASSESSMENT",
                         packageName="Discovery & Assessment", minutesPerCredit=90, total=360, free=360,
                         purchasedAt=BASE - 1000 * HOUR, expiresAt=BASE + 10000 * HOUR)
        self.server.seed("lot", uuid(4, 2), clientId=uuid(2, 1), packageId="PKG-FREE-TRIAL", packageName="Free trial",
                         minutesPerCredit=15, total=15, free=15, freeTrial=True, purchasedAt=BASE - 1000 * HOUR,
                         expiresAt=BASE + 10000 * HOUR)

    def test_a_queued_booking_shows_its_credit_as_pending_and_never_twice(self):
        probe = self.signed_in()
        start = BASE + 800 * HOUR
        before = probe.ask("credits")
        self.assertEqual((before["free"], before["reserved"], before["trialMinutes"]), (400, 0, 15))
        self.server.stop()
        probe.wait("offline")
        booked = probe.must("book", uuid(3, 1), start, start + 90 * 60000)["id"]
        self.assertEqual(probe.ask("credits"), {"free": 300, "reserved": 100, "pending": 100, "trialMinutes": 15})
        self.assertEqual(self.list(probe)[booked]["row"]["minutes"], 90)

        def book(server, op):
            args = op["args"]
            lot = {k: v for k, v in server.rows["lot"][uuid(4, 1)].items() if k not in ("id", "rev")}
            lot.update(free=270, reserved=90)
            server.put("lot", uuid(4, 1), **lot)
            return {"status": "ok", "seq": server.put(
                "consultation", args["id"], **consultation(800, start=start, end=start + 90 * 60000, minutes=90))}
        self.server.on_op = book
        seen = set()
        self.server.start()
        until(lambda: seen.add((lambda c: (c["free"], c["reserved"]))(probe.ask("credits"))) or
              not self.list(probe)[booked]["waits"])
        self.assertEqual(seen, {(300, 100)})
        self.assertEqual(probe.ask("credits")["pending"], 0)

    def test_what_needed_a_refused_booking_says_so(self):
        probe = self.signed_in()
        self.server.stop()
        probe.wait("offline")
        booked = probe.must("book", uuid(3, 1), BASE + 500 * HOUR, BASE + 501 * HOUR)["id"]
        self.assertTrue(self.list(probe)[booked]["onlyHere"])
        probe.must("note", booked, "client", "please")
        self.server.on_op = lambda server, op: {"status": "rejected", "code": "SLOT_TAKEN", "message": "Taken."}
        self.server.start()
        probe.settled()
        first, second = probe.ask("refusals")["list"]
        self.assertEqual((first["name"], second["name"]), ("consultation.book", "note.edit"))
        self.assertEqual(second["becauseOf"], first["n"])
        self.assertEqual(second["text"], "please")
        self.assertEqual(len(self.server.received), 1)
        # It stays in sight, as refused, until it is sent again or thrown away.
        shown = self.list(probe)[booked]
        self.assertEqual((shown["row"]["status"], shown["onlyHere"], shown["refused"]), ("declined", True, True))
        probe.must("discard", first["n"])
        self.assertNotIn(booked, self.list(probe))

    def test_a_client_may_not_confirm(self):
        probe = self.signed_in()
        self.assertEqual(probe.ask("confirm", uuid(1, 0))["code"], "FORBIDDEN")
        self.assertEqual(probe.ask("outbox")["waiting"], 0)


if __name__ == "__main__":
    unittest.main()
