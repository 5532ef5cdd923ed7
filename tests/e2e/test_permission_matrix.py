"""Every operation of the OpenAPI document x nobody, client, consultant, administrator x own and other people's things.

What a role may is read from the document (it is made from the operation table); what must hold is that nobody gets in
without a token (401), that a role outside the operation's is told so (403), and that another's thing answers exactly
as one that does not exist (RULES 24)."""

import base64
import unittest

from story import JANE, JOHN, Story, booking, consultant_named, free_slots

ABSENT = "01890000-0000-7000-8000-00000000dead"

# A valid body for each operation that takes one, so that nothing but the permission decides.
SLOT = {"scheduledStart": "2031-03-03T15:00:00Z", "scheduledEnd": "2031-03-03T16:30:00Z"}
BODIES = {
    "client.add_member": {"email": "nobody@example.com"},
    "auth.login": {"email": "a@b.example", "password": "no such password"},
    "auth.refresh": {"refreshToken": "no-such-token-at-all-0123456789"},
    "auth.register": {},
    "auth.resend_verification": {"email": "nobody@example.com"},
    "auth.verify_email": {"token": "no-such-token-at-all-0123456789"},
    "consultant.availability_add": {"type": "time_off", "period": {"startDate": "2031-07-01", "endDate": "2031-07-14"}},
    "consultation.add_action_item": {"description": "x", "assignedTo": "client", "priority": "low"},
    "consultation.add_co_consultant": {"consultantId": ABSENT},
    "consultation.add_deliverable": {"name": "x"},
    "consultation.book": {"schedule": SLOT, "useCredits": True},
    "consultation.cancel": {},
    "consultation.complete": {"outcomes": {"summary": "x"}},
    "consultation.confirm": {},
    "consultation.decline": {"reason": "x"},
    "consultation.patch": {"purpose": "x"},
    "consultation.reschedule": {"schedule": SLOT},
    "consultation.start": {},
    "credit.grant": {"packageId": "PKG-DISCOVERY-ASSESSMENT", "reason": "x"},
    "note.edit": {"updates": base64.urlsafe_b64encode(b"\x0a\x43mallory!x").decode().rstrip("=")},
    "note.write": {"text": "x"},
    "notification.read": {},
    "test.clock": {"now": "2020-01-01T00:00:00Z"},
}


class Operation:
    def __init__(self, method, path, entry):
        self.method, self.path, self.name = method.upper(), path, entry["operationId"]
        self.roles = set(entry["x-roles"])
        self.area = self.name.split(".")[0]

    @property
    def public(self):
        return "public" in self.roles

    @property
    def takes_id(self):
        return "{id}" in self.path

    def at(self, ident):
        return (self.path.replace("{id}", ident).replace("{kind}", "shared").replace("{ord}", "1")
                .replace("{consultantId}", ABSENT).replace("{userId}", ABSENT))

    def __repr__(self):
        return f"{self.name} ({self.method} {self.path})"


def operations(document):
    return [Operation(method, path, entry) for path, methods in document["paths"].items()
            for method, entry in methods.items() if not path.startswith("/api/v1/") or
            path.replace("/api/v1/", "/api/", 1) not in document["paths"]]


class Matrix(Story):
    def setUp(self):
        self.serenityd = self.server("--test-clock", "--rate-per-minute", "0", "--login-rate-per-minute", "0")
        self.operations = [o for o in operations(self.serenityd.openapi()) if o.area not in ("system",)]
        self.people = {"client": self.serenityd.api(JANE), "consultant": self.serenityd.api(JOHN),
                       "admin": self.admin(self.serenityd)}

    def call(self, api, operation, ident=ABSENT):
        body = None if operation.method == "GET" else BODIES[operation.name] if operation.name in BODIES else None
        return api.call(operation.method, operation.at(ident), body)

    def test_every_operation_that_takes_a_body_has_one_here(self):
        missing = [o.name for o in self.operations if o.method in ("POST", "PATCH", "PUT")
                   and o.name not in BODIES and o.name != "auth.logout"]
        self.assertEqual(missing, [])
        self.assertGreaterEqual(len(self.operations), 35)

    def test_nobody_gets_in_without_a_token(self):
        nobody = self.serenityd.api()
        for operation in self.operations:
            with self.subTest(repr(operation)):
                reply = self.call(nobody, operation)
                if operation.public:
                    self.assertNotEqual(reply.status, 403, reply)
                    self.assertFalse(reply.status == 401 and reply.code == "UNAUTHENTICATED" and
                                     operation.area == "package", reply)
                else:
                    self.assertEqual(reply.status, 401, reply)

    def test_a_role_outside_the_operation_is_told_so(self):
        tried = 0
        for operation in self.operations:
            for role, api in self.people.items():
                if operation.public or role in operation.roles:
                    continue
                tried += 1
                with self.subTest(f"{role}: {operation}"):
                    self.assertEqual(self.call(api, operation).status, 403)
        self.assertGreater(tried, 10)

    def test_a_role_of_the_operation_is_let_in(self):
        for operation in self.operations:
            if operation.name == "auth.logout":
                continue
            for role, api in self.people.items():
                if role in operation.roles and not operation.takes_id:
                    with self.subTest(f"{role}: {operation}"):
                        self.assertNotIn(self.call(api, operation).status, (401, 403, 405, 500, 501))

    def things(self):
        """One of each kind of thing that belongs to Jane and John, and people who have no part in it."""
        jane, john = self.people["client"], self.people["consultant"]
        who = consultant_named(jane, "John Expert")["id"]
        booked = jane.post("/api/consultations/book", booking(free_slots(jane, who)[0], who))["consultation"]["id"]
        jane.patch(f"/api/consultations/{booked}/notes/shared", BODIES["note.write"])
        noted = john.get("/api/users/me/notifications")["notifications"]
        ids = {"consultation": booked, "note": booked, "client": jane.get("/api/clients/me")["client"]["id"],
               "notification": noted[0]["id"], "consultant": who}
        return ids

    def strangers(self):
        api = self.serenityd.api()
        client = {"email": "mallory@other.example", "password": "correct horse battery staple", "userType": "client",
                  "profile": {"firstName": "Mallory", "lastName": "Other", "title": "CEO", "organizationName": "Other"}}
        people = {"client": self.serenityd.api()}
        people["client"].token = api.post("/api/v1/auth/register", client)["tokens"]["accessToken"]
        other = next(a for a in self.serenityd.accounts.values() if "consultant" in a.role and a.email != JOHN)
        people["consultant"] = self.serenityd.api(other.email)
        return people

    def test_anothers_thing_answers_like_one_that_does_not_exist(self):
        ids, strangers, tried = self.things(), self.strangers(), 0
        for operation in self.operations:
            # Everyone who is signed in sees consultants and packages; changing them is another test's.
            if not operation.takes_id or operation.area in ("package", "consultant"):
                continue
            for role, api in strangers.items():
                if role not in operation.roles:
                    continue
                tried += 1
                with self.subTest(f"{role}: {operation}"):
                    ident = ids["client" if operation.area == "credit" else operation.area]
                    there, absent = self.call(api, operation, ident), self.call(api, operation)
                    self.assertIn(there.status, (403, 404), there)
                    self.assertEqual((there.status, there.json["error"]["code"], there.json["error"]["message"]),
                                     (absent.status, absent.json["error"]["code"], absent.json["error"]["message"]))
        self.assertGreater(tried, 10)

    def test_a_consultant_changes_no_other_consultants_hours(self):
        john, other = self.things()["consultant"], self.strangers()["consultant"]
        before = self.people["consultant"].get(f"/api/consultants/{john}/availability")
        changing = [o for o in self.operations if o.area == "consultant" and o.takes_id and o.method != "GET"]
        self.assertTrue(changing)
        for operation in changing:
            self.assertEqual(self.call(other, operation, john).status, 403, operation)
        self.assertEqual(self.people["consultant"].get(f"/api/consultants/{john}/availability"), before)

    def test_ones_own_thing_is_let_in(self):
        ids = self.things()
        for operation in self.operations:
            if operation.takes_id and operation.method == "GET" and operation.area in ids:
                for role, api in self.people.items():
                    if role in operation.roles:
                        with self.subTest(f"{role}: {operation}"):
                            self.assertEqual(self.call(api, operation, ids[operation.area]).status, 200)


if __name__ == "__main__":
    unittest.main()
