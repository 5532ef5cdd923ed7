"""Belonging to several organisations: who may add and remove members, for whom they then act, and what is left after."""

import contextlib
import sqlite3
import unittest

from common import ADMIN, CLIENT, CONSULTANT
from story import booking, free_slots
from syncing import WithSync

BOSS = "coo@betaindustries.example"  # the primary contact of Beta Industries


class Members(WithSync):
    def setUp(self):
        self.acme = self.api(CLIENT).get("/api/clients/me")["client"]["id"]
        self.beta = self.api(BOSS).get("/api/clients/me")["client"]["id"]
        self.jane = self.api(CLIENT).get("/api/users/me")["user"]["id"]

    def tearDown(self):
        self.api(ADMIN).call("DELETE", self.path(self.beta, self.jane))

    def path(self, client, user=None):
        return f"/api/v1/clients/{client}/members" + (f"/{user}" if user else "")

    def add_jane(self, by=BOSS):
        return self.api(by).call("POST", self.path(self.beta), {"email": "CFO@acmecorp.com"})

    def members(self, by=BOSS):
        return [member["email"] for member in self.api(by).get(self.path(self.beta))["members"]]

    def one(self, sql, *args):
        with contextlib.closing(sqlite3.connect(self.server.data / "store.db", timeout=10)) as db:
            return db.execute(sql, args).fetchone()

    def test_the_primary_contact_adds_and_removes(self):
        self.assertEqual(self.add_jane().status, 201)
        self.assertEqual(self.members(), [BOSS, CLIENT])
        self.assertEqual(self.members(by=CLIENT), [BOSS, CLIENT])
        self.assertEqual(self.add_jane().code, "ALREADY_EXISTS")
        reply = self.api(BOSS).call("DELETE", self.path(self.beta, self.jane))
        self.assertEqual((reply.status, reply.data), (200, {"removed": True}))
        self.assertEqual(self.members(), [BOSS])
        self.assertEqual(self.api(BOSS).call("DELETE", self.path(self.beta, self.jane)).code, "NOT_FOUND")

    def test_administrators_may_too_and_it_is_audited(self):
        self.assertEqual(self.add_jane(by=ADMIN).status, 201)
        op, target, args = self.one("SELECT op, target, args FROM audit ORDER BY n DESC LIMIT 1")
        self.assertEqual((op, target), ("client.add_member", self.beta))
        self.assertIn("CFO@acmecorp.com", args)

    def test_members_and_strangers_may_not(self):
        for by, code in ((CLIENT, "NOT_FOUND"), (CONSULTANT, "FORBIDDEN")):
            self.assertEqual(self.api(by).call("GET", self.path(self.beta)).code, code)
            self.assertEqual(self.add_jane(by=by).code, code)
        self.add_jane()
        boss = self.api(BOSS).get("/api/users/me")["user"]["id"]
        self.assertEqual(self.add_jane(by=CLIENT).code, "FORBIDDEN")
        self.assertEqual(self.api(CLIENT).call("DELETE", self.path(self.beta, boss)).code, "FORBIDDEN")
        self.assertEqual(self.api(ADMIN).call("DELETE", self.path(self.beta, boss)).code, "WRONG_STATE")

    def test_who_can_be_added(self):
        for email in ("nobody@example.com", CONSULTANT):
            reply = self.api(BOSS).call("POST", self.path(self.beta), {"email": email})
            self.assertEqual((reply.status, reply.code), (400, "BAD_REQUEST"), email)

    def test_everyone_may_leave(self):
        self.add_jane()
        self.assertEqual(self.api(CLIENT).call("DELETE", self.path(self.beta, self.jane)).status, 200)
        self.assertEqual(self.members(), [BOSS])

    def test_acting_for_the_chosen_one(self):
        jane, admin = self.api(CLIENT), self.api(ADMIN)
        for client in (self.acme, self.beta):
            admin.post(f"/api/clients/{client}/credits", {"packageId": "PKG-DISCOVERY-ASSESSMENT", "credits": 9})
        self.assertEqual(jane.call("GET", f"/api/clients/me/credits?clientId={self.beta}").code, "NOT_FOUND")
        self.add_jane()
        credits = {client: jane.get(f"/api/clients/me/credits?clientId={client}") for client in (self.acme, self.beta)}
        self.assertEqual(credits[self.acme], jane.get("/api/clients/me/credits"))
        self.assertEqual(credits[self.beta], self.api(BOSS).get("/api/clients/me/credits"))
        booked = self.book_for(self.beta)
        self.assertEqual(booked["clientId"], self.beta)
        self.assertIn(booked["id"], self.mine(f"?clientId={self.beta}"))
        self.assertNotIn(booked["id"], self.mine(""))
        after = jane.get(f"/api/clients/me/credits?clientId={self.beta}")
        self.assertLess(after["availableCredits"], credits[self.beta]["availableCredits"])
        self.assertEqual(jane.get("/api/clients/me/credits"), credits[self.acme])
        self.assertEqual(self.book_for(None)["clientId"], self.acme)
        jane.get(f"/api/consultations/{booked['id']}")
        self.api(BOSS).call("DELETE", self.path(self.beta, self.jane))
        self.assertEqual(jane.call("GET", f"/api/consultations/{booked['id']}").code, "NOT_FOUND")
        self.assertEqual(jane.call("GET", f"/api/consultations/me?clientId={self.beta}").code, "NOT_FOUND")

    def mine(self, query):
        listed = self.api(CLIENT).get("/api/consultations/me" + query)
        return [each["id"] for each in listed["consultations"]]

    def book_for(self, client):
        jane, john = self.api(CLIENT), self.john()
        body = booking(free_slots(jane, john)[-1], john, clientId=client)
        return jane.post("/api/consultations/book", body)["consultation"]

    def test_who_leaves_the_one_they_acted_for_acts_for_another(self):
        self.add_jane()
        boss = self.api(BOSS)
        other = {"email": "second@beta.example", "password": "correct horse battery staple", "userType": "client",
                 "profile": {"firstName": "Second", "lastName": "Member", "title": "CTO", "organizationName": "Gamma"}}
        person = self.server.api().post("/api/v1/auth/register", other)["user"]["id"]
        boss.post(self.path(self.beta), {"email": "second@beta.example"})
        gamma, = self.one("SELECT client_id FROM person WHERE id = ?", person)
        self.assertEqual(self.api(ADMIN).call("DELETE", self.path(gamma, person)).code, "WRONG_STATE")
        boss.call("DELETE", self.path(self.beta, person))
        self.assertEqual(self.one("SELECT client_id FROM person WHERE id = ?", person), (gamma,))


if __name__ == "__main__":
    unittest.main()
