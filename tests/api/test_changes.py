"""GET /api/v1/changes: the change log for programs that ask over REST. What it tells is what sync tells."""

import concurrent.futures
import time
import unittest

from common import ADMIN
from raw import Raw, request
from server import SLOW
from syncing import CLIENT, CONSULTANT, WithSync

BOSS = "coo@betaindustries.example"
PATH = "/api/v1/changes"


class Changes(WithSync):
    def setUp(self):
        self.grant(credits=2)

    def page(self, email, since=None, wait=None, status=200):
        asked = [f"{name}={value}" for name, value in (("since", since), ("wait", wait)) if value is not None]
        reply = self.api(email).call("GET", PATH + ("?" + "&".join(asked) if asked else ""), status=status)
        return reply.data["page"] if status == 200 else reply

    def now(self, email):
        page = self.page(email)
        self.assertEqual((page["changes"], page["more"]), ([], False))
        return page["nextSince"]

    def follow(self, email, since):
        """All changes since, page by page, and where the reader is then."""
        changes = []
        while True:
            page = self.page(email, since)
            changes += page["changes"]
            since = page["nextSince"]
            if not page["more"]:
                return changes, since

    def asked(self, since, wait, token):
        return request("GET", f"{PATH}?since={since}&wait={wait}", headers=[f"Authorization: Bearer {token}"])

    def asking(self, email, since, wait):
        """An answer to come, on a connection of its own."""
        started, asked = time.monotonic(), self.asked(since, wait, self.token(email))

        def ask():
            connection = Raw(self.port, timeout=60 * SLOW).send(asked)
            response = connection.response()
            connection.socket.close()
            return response, time.monotonic() - started
        pool = concurrent.futures.ThreadPoolExecutor(1)
        self.addCleanup(pool.shutdown)
        return pool.submit(ask)

    def test_a_reader_ends_with_what_a_program_has(self):
        places = {email: self.now(email) for email in (CLIENT, CONSULTANT)}
        fresh = {email: self.program(email).until_ready().rows for email in places}
        booked = self.book()
        john = self.api(CONSULTANT)
        john.post(f"/api/consultations/{booked}/confirm", {})
        john.patch(f"/api/consultations/{booked}/notes/consultant", {"text": "for his eyes"})
        john.patch(f"/api/consultations/{booked}/notes/shared", {"text": "for both"})
        john.post(f"/api/consultations/{booked}/action-items", {"description": "x", "assignedTo": "client", "priority": "low"})
        self.api(CLIENT).post(f"/api/consultations/{self.book()}/cancel", {"reason": "test"})
        for email, since in places.items():
            rows = fresh[email]
            changes, since = self.follow(email, since)
            self.assertGreater(len(changes), 3)
            for change in changes:
                key = change["table"], change["id"]
                if change["kind"] == "put":
                    self.assertEqual((change["row"]["id"], change["row"]["rev"]), (change["id"], change["rev"]))
                    rows[key] = change["row"]
                else:
                    self.assertNotIn("row", change)
                    rows.pop(key, None)
            self.assertEqual(rows, self.program(email).until_ready().rows)
            self.assertEqual(self.follow(email, since)[0], [])
        kinds = {email: {key for table, key in fresh[email] if table == "note" and key.startswith(booked)} for email in fresh}
        self.assertIn(f"{booked}:consultant", kinds[CONSULTANT])
        self.assertNotIn(f"{booked}:consultant", kinds[CLIENT])

    def test_what_goes_out_of_sight_is_hidden(self):
        booked, mary = self.book(), next(c["id"] for c in self.api(CLIENT).get("/api/consultants")["consultants"]
                                         if c["id"] != self.john())
        path = f"/api/consultations/{booked}/co-consultants"
        email = next(a.email for a in self.server.accounts.values() if a.role == "consultant" and a.email != CONSULTANT
                     and self.api(a.email).get("/api/consultants/me")["consultant"]["id"] == mary)
        self.api(CONSULTANT).post(path, {"consultantId": mary})
        since = self.now(email)
        self.api(CONSULTANT).call("DELETE", f"{path}/{mary}", status=200)
        self.assertIn(("hide", "consultation", booked), [(c["kind"], c["table"], c["id"]) for c in self.follow(email, since)[0]])

    def test_it_waits_for_a_change(self):
        since = self.now(CLIENT)
        coming = self.asking(CLIENT, since, 40)
        time.sleep(0.3)
        self.assertFalse(coming.done())
        booked = self.book()
        response, took = coming.result()
        self.assertEqual(response.status, 200)
        self.assertLess(took, 20)
        self.assertIn(booked, response.body.decode())

    def test_it_does_not_wait_for_what_is_there(self):
        since = self.now(CLIENT)
        self.book()
        _, took = self.asking(CLIENT, since, 40).result()
        self.assertLess(took, 20)

    def test_others_changes_wake_nobody_and_time_ends(self):
        since = self.now(BOSS)
        coming = self.asking(BOSS, since, 2)
        self.book()
        response, took = coming.result()
        self.assertGreaterEqual(took, 2)
        self.assertIn('"changes":[]', response.body.decode())
        self.assertNotIn(since, response.body.decode())  # the reader need not look at those again

    def test_a_session_that_ended_is_told_nothing(self):
        api = self.server.api(CLIENT)
        page = api.get(PATH)["page"]
        connection = Raw(self.port, timeout=60 * SLOW).send(self.asked(page["nextSince"], 40, api.token))
        time.sleep(0.3)
        api.post("/api/auth/logout")
        self.book()
        self.assertEqual(connection.response().status, 401)

    def test_readers_that_go_away_and_too_many_of_one(self):
        since = self.now(CONSULTANT)
        ask = self.asked(since, 30, self.token(CONSULTANT))
        readers = [Raw(self.port).send(ask)]
        time.sleep(0.5)
        readers += [Raw(self.port).send(ask) for _ in range(7)]
        time.sleep(0.5)
        coming = self.asking(CONSULTANT, since, 30)  # the ninth
        self.assertEqual(readers[0].response().status, 200)  # gives way to it
        self.assertFalse(coming.done())
        for connection in readers:
            connection.socket.close()
        self.book()
        self.assertIn("put", coming.result()[0].body.decode())
        self.assert_alive()

    def test_places_that_are_no_good(self):
        since = self.now(CLIENT)
        epoch, seq, sign = since.split(".")
        for text in ("x", f"{epoch}.{seq}", f"{epoch}.-1.{sign}", f"{since}.1", f"{epoch}.{seq}.{sign}0", ""):
            self.page(CLIENT, text, status=400)
        for wait in (-1, 51, "x"):
            self.page(CLIENT, since, wait, status=400)
        for text in (f"{epoch}.{int(seq) + 10 ** 6}.{sign}", f"another.{seq}.{sign}", f"{epoch}.{seq}.0123456789abcdef"):
            self.assertEqual(self.page(CLIENT, text, status=410).code, "GONE")
        self.page(CONSULTANT, since, status=410)  # what another may see
        self.server.api().call("GET", PATH, status=401)

    def test_more_to_see_is_said_and_a_restart_is_not_noticed(self):
        since = self.now(CLIENT)
        self.server.kill()
        self.server.start()
        for api in self.sessions.values():
            api.close()
            api.port = self.server.port
        booked = self.book()
        self.assertIn(booked, [change["id"] for change in self.follow(CLIENT, since)[0]])
        beta = self.api(BOSS).get("/api/clients/me")["client"]["id"]
        self.api(BOSS).post(f"/api/clients/{beta}/members", {"email": CLIENT})
        self.assertIn("no longer the same", self.page(CLIENT, since, status=410).text)
        jane = self.api(CLIENT).get("/api/users/me")["user"]["id"]
        self.api(BOSS).call("DELETE", f"/api/clients/{beta}/members/{jane}", status=200)

    def test_a_server_that_stops_answers_first(self):
        coming = self.asking(ADMIN, self.now(ADMIN), 40)
        time.sleep(0.3)
        self.server.stop()
        response, took = coming.result()
        self.assertEqual(response.status, 200)
        self.assertLess(took, 15)
        self.server.start()
        for api in self.sessions.values():
            api.close()
            api.port = self.server.port


if __name__ == "__main__":
    unittest.main()
