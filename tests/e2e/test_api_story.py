"""The platform over REST as a stranger with curl meets it: from registration to a completed session."""

import datetime
import json
import re
import unittest
import uuid

from story import JANE, JOHN, Story, booking, consultant_named, free_slots, iso, moment, now

NEWCOMER = {
    "email": "ceo@newclient.example",
    "password": "correct horse battery staple",
    "userType": "client",
    "profile": {"firstName": "Nora", "lastName": "Newman", "title": "CEO", "organizationName": "New Client A"},
}


class Stranger(Story):
    def setUp(self):
        self.serenityd = self.server()
        self.api = self.serenityd.api()

    def register(self, **changes):
        data = self.api.post("/api/v1/auth/register", {**NEWCOMER, **changes}, status=201)
        return data

    def verify(self, email=NEWCOMER["email"]):
        text = self.serenityd.wait_for_mail(email, "verif")
        token = re.search(r"token=([A-Za-z0-9_.~-]+)", text).group(1)
        self.api.post("/api/v1/auth/verify-email", {"token": token}, status=200)
        return token

    def test_from_registration_to_a_free_trial_and_back(self):
        registered = self.register()
        self.assertEqual(set(registered), {"user", "client", "tokens"})
        self.assertEqual(registered["client"]["organizationName"], "New Client A")
        self.assertRegex(registered["client"]["clientCode"], r"^CLI-[A-Z]+-\d{8}-\d{3}$")
        self.assertEqual(set(registered["tokens"]) & {"accessToken", "refreshToken", "expiresIn"},
                         {"accessToken", "refreshToken", "expiresIn"})

        nora = self.serenityd.api()
        nora.token = registered["tokens"]["accessToken"]
        john = consultant_named(self.serenityd.api(JANE), "John Expert")["id"]
        start = free_slots(self.serenityd.api(JANE), john, minutes=15, days=21)[-1]
        trial = booking(start, minutes=15, useCredits=None, useFreeTrialCredit=True)
        self.assertIn(nora.call("POST", "/api/consultations/book", trial).status, (402, 403, 409, 422),
                      "nobody books before the address is verified")

        token = self.verify()
        self.assertEqual(self.api.call("POST", "/api/v1/auth/verify-email", {"token": token}).status // 100, 4,
                         "a token works once")

        nora.login(NEWCOMER["email"], NEWCOMER["password"])
        credits = nora.get("/api/clients/me/credits")
        self.assertTrue(find(credits, "eligible"), credits)
        booked = nora.post("/api/consultations/book", trial, status=201)["consultation"]
        self.assertFalse(find(nora.get("/api/clients/me/credits"), "eligible"))
        again = booking(free_slots(nora, john, minutes=15, days=21)[-1], minutes=15, useCredits=None,
                        useFreeTrialCredit=True)
        self.assertIn(nora.call("POST", "/api/consultations/book", again).status, (402, 409, 422))

        nora.post(f"/api/consultations/{booked['id']}/cancel", {"reason": "Another time"}, status=200)
        self.assertTrue(find(nora.get("/api/clients/me/credits"), "eligible"), "cancelled in time, it returns")

    def test_a_free_trial_is_fifteen_minutes(self):
        self.register()
        self.verify()
        nora = self.serenityd.api(NEWCOMER["email"], NEWCOMER["password"])
        john = consultant_named(nora, "John Expert")["id"]
        start = free_slots(nora, john, minutes=30)[-1]
        reply = nora.call("POST", "/api/consultations/book",
                          booking(start, john, minutes=30, useCredits=None, useFreeTrialCredit=True))
        self.assertIn(reply.status, (400, 402, 409, 422), reply)

    def test_the_seven_packages(self):
        data = self.api.get("/api/consultations/packages")
        self.assertEqual(data["total"], 7)
        rows = {p["packageId"]: (p["pricing"]["amount"], p["credits"]["total"], p["credits"]["duration"]["minutes"],
                                 p["credits"]["expiresAfterDays"]) for p in data["packages"]}
        self.assertEqual(rows["PKG-FREE-TRIAL"], (0, 1, 15, 30))
        self.assertEqual(rows["PKG-DISCOVERY-ASSESSMENT"], (4500, 4, 90, 60))
        self.assertEqual(sorted(row[:3] for row in rows.values()),
                         [(0, 1, 15), (4500, 4, 90), (8900, 16, 60), (9800, 6, 180), (12500, 8, 120),
                          (24900, 12, 120), (32900, 80, 60)])
        self.assertEqual(self.api.get("/api/v1/consultations/packages"), data)
        one = self.api.get("/api/consultations/packages/PKG-DISCOVERY-ASSESSMENT")["package"]
        self.assertIn("4 strategic consultation sessions (90 minutes each)", one["details"]["features"])
        self.assertTrue(self.api.get("/api/consultations/packages/featured")["packages"])
        self.assertEqual(self.api.get("/api/consultations/packages/free-trial")["package"]["packageId"],
                         "PKG-FREE-TRIAL")

    def test_a_session_from_booking_to_completion(self):
        jane, john = self.serenityd.api(JANE), self.serenityd.api(JOHN)
        who = consultant_named(jane, "John Expert")["id"]
        self.assertEqual(jane.get("/api/clients/me/credits")["availableCredits"], 4)
        start = free_slots(jane, who)[0]
        booked = jane.post("/api/consultations/book", booking(start, who), status=201)["consultation"]
        path = f"/api/consultations/{booked['id']}"
        self.assertRegex(booked["consultationCode"], r"^CONS-\d{8}-\d{3}$")
        self.assertEqual(moment(booked["schedule"]["scheduledStart"]), moment(start))
        self.assertEqual(jane.get("/api/clients/me/credits")["availableCredits"], 3)
        self.assertEqual(jane.get(f"/api/consultations/{booked['consultationCode']}")["consultation"]["id"], booked["id"])

        listed = john.get("/api/consultations/me?status=scheduled,confirmed&sortBy=scheduledStart&limit=200")
        self.assertIn(booked["id"], [c["id"] for c in listed["consultations"]])

        john.post(path + "/confirm", {"preparationNotes": "Will review the org structure beforehand"})
        john.patch(path, {"notes": {"consultant": "Reviewed the annual report."}})
        john.post(path + "/start", {"attendees": {"additional": [
            {"name": "Michael Johnson", "role": "CTO", "email": "cto@acmecorp.com"}]}})
        john.patch(path, {"liveNotes": {"keyDiscussionPoints": ["legacy ERP"], "opportunitiesIdentified": ["cloud"]}})
        seen = jane.get(path)["consultation"]
        self.assertEqual(status_of(seen), "in_progress")
        self.assertNotIn("annual report", json.dumps(seen), "the consultant's notes are his")
        self.assertNotIn("org structure beforehand", json.dumps(seen), "and so are his preparations")
        self.assertIn("legacy ERP", json.dumps(seen))

        john.post(path + "/complete", {
            "outcomes": {"summary": "Three areas", "keyPoints": ["one", "two"], "recommendations": ["three"]},
            "deliverables": [{"type": "assessment_report", "name": "Assessment", "status": "completed",
                              "file": {"url": "s3://bucket/a.pdf"}}],
            "actionItems": [{"description": "Share the inventory", "assignedTo": "client", "dueDate": "2031-01-06",
                             "priority": "high"}],
            "nextSteps": "Second session", "internalNotes": "Excellent engagement."})
        done = jane.get(path)["consultation"]
        self.assertEqual(status_of(done), "completed")
        self.assertEqual([item["description"] for item in done["actionItems"]], ["Share the inventory"])
        self.assertEqual([d["name"] for d in done["deliverables"]], ["Assessment"])
        self.assertNotIn("Excellent engagement", json.dumps(done))
        credits = jane.get("/api/clients/me/credits")
        self.assertEqual(credits["availableCredits"], 3)
        self.serenityd.wait_for_mail(JANE, booked["consultationCode"])

    def test_one_slot_is_won_once(self):
        jane = self.serenityd.api(JANE)
        john = consultant_named(jane, "John Expert")["id"]
        start = free_slots(jane, john)[0]
        jane.post("/api/consultations/book", booking(start, john), status=201)
        lost = jane.call("POST", "/api/consultations/book", booking(start, john), status=409)
        self.assertEqual(lost.code, "SLOT_TAKEN")
        later = iso(moment(start) + datetime.timedelta(minutes=30))
        self.assertEqual(jane.call("POST", "/api/consultations/book", booking(later, john)).status, 409)
        self.assertTrue(lost.json["error"]["details"]["alternatives"], lost)
        self.assertEqual(jane.get("/api/clients/me/credits")["availableCredits"], 3)

    def test_a_repeated_request_has_one_effect(self):
        jane = self.serenityd.api(JANE)
        john = consultant_named(jane, "John Expert")["id"]
        slots = free_slots(jane, john)
        key = {"Idempotency-Key": str(uuid.uuid4())}
        body = booking(slots[0], john)
        first = jane.call("POST", "/api/consultations/book", body, key, status=201)
        second = jane.call("POST", "/api/consultations/book", body, key, status=201)
        self.assertEqual(first.json["data"], second.json["data"])
        self.assertEqual(jane.call("POST", "/api/consultations/book", booking(slots[-1], john), key).status, 422)
        self.assertEqual(jane.get("/api/clients/me/credits")["availableCredits"], 3)

    def test_rescheduling_keeps_the_id_and_frees_the_slot(self):
        jane = self.serenityd.api(JANE)
        john = consultant_named(jane, "John Expert")["id"]
        slots = [s for s in free_slots(jane, john, days=21) if moment(s) > now() + datetime.timedelta(days=2)]
        booked = jane.post("/api/consultations/book", booking(slots[0], john))["consultation"]
        end = iso(moment(slots[-1]) + datetime.timedelta(minutes=90))
        moved = jane.patch(f"/api/consultations/{booked['id']}/reschedule",
                           {"schedule": {"scheduledStart": slots[-1], "scheduledEnd": end}})["consultation"]
        self.assertEqual(moved["id"], booked["id"])
        self.assertEqual(moment(moved["schedule"]["scheduledStart"]), moment(slots[-1]))
        again = free_slots(jane, john, days=21)
        self.assertIn(slots[0], again)
        self.assertNotIn(slots[-1], again)

    def test_sessions_end_when_they_are_ended(self):
        jane = self.serenityd.api(JANE)
        tokens = jane.tokens
        renewed = jane.post("/api/v1/auth/refresh-token", {"refreshToken": tokens["refreshToken"]})
        renewed = renewed.get("tokens", renewed)
        self.assertNotEqual(renewed["refreshToken"], tokens["refreshToken"])
        jane.token = renewed["accessToken"]
        jane.get("/api/users/me")
        jane.post("/api/v1/auth/logout")
        self.assertEqual(jane.call("GET", "/api/users/me").status, 401)
        self.assertEqual(jane.call("POST", "/api/v1/auth/refresh-token",
                                   {"refreshToken": renewed["refreshToken"]}).status, 401)

    def test_bad_passwords_and_unknown_people_sound_alike(self):
        known = self.api.call("POST", "/api/v1/auth/login", {"email": JANE, "password": "not the password"})
        unknown = self.api.call("POST", "/api/v1/auth/login", {"email": "no@body.example", "password": "not it at all"})
        self.assertEqual((known.status, known.json["error"]["message"]),
                         (unknown.status, unknown.json["error"]["message"]))
        self.assertEqual(known.status, 401)

    def test_bad_input_is_refused_with_its_reason_and_changes_nothing(self):
        jane = self.serenityd.api(JANE)
        good = booking(iso(now() + datetime.timedelta(days=3)))
        bad = {
            "no JSON": b"{\"schedule\"",
            "not an object": b"[]",
            "twice the same": b'{"email": "a@b.c", "email": "d@e.f", "password": "x"}',
            "invalid UTF-8": b'{"purpose": "\xff\xfe"}',
            "an unknown field": {**good, "discount": 100},
            "a wrong type": {**good, "useCredits": "yes"},
            "no schedule": {"useCredits": True},
            "an end before the start": booking(iso(now() + datetime.timedelta(days=3)), minutes=-90),
            "no such zone": {**good, "schedule": {**good["schedule"], "timezone": "Mars/Olympus"}},
            "too deep": b"[" * 40 + b"]" * 40,
            "an escape sequence": {**good, "purpose": "\x1b[2J"},
        }
        for what, body in bad.items():
            with self.subTest(what):
                reply = jane.call("POST", "/api/consultations/book", body)
                self.assertIn(reply.status, (400, 422), reply)
                self.assertFalse(reply.json["success"])
                self.assertTrue(reply.json["error"]["code"] and reply.json["error"]["message"])
        self.assertEqual(jane.call("POST", "/api/consultations/book", b"x" * (1024 * 1024 + 1)).status, 413)
        self.assertEqual(jane.call("GET", "/api/no/such/path").status, 404)
        self.assertEqual(jane.call("DELETE", "/api/consultations/packages").status, 405)
        self.assertEqual(jane.call("GET", "/api/users/me", headers={"Authorization": "Bearer x.y.z"}).status, 401)
        self.assertEqual(jane.get("/api/clients/me/credits")["availableCredits"], 4)

    def test_a_second_account_of_one_address_is_not_made(self):
        self.register()
        self.assertEqual(self.api.call("POST", "/api/v1/auth/register", NEWCOMER).status, 409)

    def test_weak_passwords_are_refused(self):
        for password in ("short", "passwordpassword", "aaaaaaaaaaaa"):
            reply = self.api.call("POST", "/api/v1/auth/register", {**NEWCOMER, "password": password})
            self.assertEqual(reply.status, 400, password)


def find(value, name):
    """The first member of that name, however deep."""
    if isinstance(value, dict):
        if name in value:
            return value[name]
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            found = find(item, name)
            if found is not None:
                return found
    return None


def status_of(consultation):
    status = consultation["status"]
    return status["current"] if isinstance(status, dict) else status


if __name__ == "__main__":
    unittest.main()
