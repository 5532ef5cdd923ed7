"""What a decent program gets: the shapes, headers, aliases and statuses of RULES 25 and 26."""

import json
import re
import unittest
import uuid

from common import ADMIN, CLIENT, CONSULTANT, PACKAGES, WithServer
from raw import Raw, ask, request

SECURITY = {"cache-control": "no-store", "x-content-type-options": "nosniff", "x-frame-options": "DENY",
            "referrer-policy": "no-referrer"}


class Answers(WithServer):
    def ask(self, method, path, body=None, *headers, email=None):
        headers = list(headers) + ([f"Authorization: Bearer {self.token(email)}"] if email else [])
        return ask(self.port, request(method, path, json.dumps(body).encode() if body is not None else b"", headers))

    def test_success_and_failure_have_their_shapes(self):
        good = self.ask("GET", PACKAGES + "/PKG-FREE-TRIAL")
        self.assertEqual(good.status, 200)
        answer = json.loads(good.body)
        self.assertEqual(set(answer), {"success", "data"})
        self.assertIs(answer["success"], True)
        bad = self.ask("GET", PACKAGES + "/PKG-NONE")
        self.assertEqual(bad.status, 404)
        answer = json.loads(bad.body)
        self.assertEqual(set(answer), {"success", "error"})
        self.assertIs(answer["success"], False)
        self.assertEqual(set(answer["error"]), {"code", "message", "details"})

    def test_every_answer_has_its_headers(self):
        for path in ("/healthz", PACKAGES, "/nothing", "/sync", "/api/consultations/me"):
            answer = self.ask("GET", path)
            for name, value in SECURITY.items():
                self.assertEqual(answer.headers.get(name), value, path)
            self.assertIn("default-src 'none'", answer.headers["content-security-policy"])
            self.assertRegex(answer.headers["date"], r"^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$")
            self.assertNotIn("server", answer.headers)
        self.assertEqual(self.ask("GET", PACKAGES).headers["content-type"], "application/json; charset=utf-8")

    def test_the_link_of_a_verification_mail_opens_a_page(self):
        page = self.ask("GET", "/verify-email")
        self.assertEqual((page.status, page.headers["content-type"]), (200, "text/html; charset=utf-8"))
        for kind in ("js", "css"):
            self.assertIn(f"/verify-email.{kind}".encode(), page.body)
            self.assertEqual(self.ask("GET", f"/verify-email.{kind}").status, 200)
            self.assertIn("-src 'self'", page.headers["content-security-policy"])
        self.assertNotIn("unsafe", page.headers["content-security-policy"])
        self.assertEqual(self.ask("POST", "/verify-email", {}).status, 405)
        self.assertEqual(self.ask("GET", "/verify-email.txt").status, 404)

    def test_every_path_answers_under_its_alias(self):
        for path in ("consultations/packages", "consultations/packages/featured", "consultants"):
            plain = self.ask("GET", "/api/" + path, email=CLIENT)
            alias = self.ask("GET", "/api/v1/" + path, email=CLIENT)
            self.assertEqual((plain.status, plain.body), (alias.status, alias.body), path)
            self.assertEqual(plain.status, 200, path)
        for path in ("/api/auth/login", "/api/v1/auth/login"):
            self.assertEqual(self.ask("POST", path, {"email": "a@b.cd", "password": "x"}).status, 401, path)

    def test_a_fixed_word_is_no_id(self):
        featured = json.loads(self.ask("GET", PACKAGES + "/featured").body)
        self.assertIn("packages", featured["data"])
        mine = self.ask("GET", "/api/consultations/me", email=CLIENT)
        self.assertEqual(mine.status, 200)
        self.assertIn("consultations", json.loads(mine.body)["data"])

    def test_the_request_id_comes_back(self):
        own = self.ask("GET", "/healthz", None, "X-Request-Id: my-id.7:a_B")
        self.assertEqual(own.headers["x-request-id"], "my-id.7:a_B")
        made = {self.ask("GET", "/healthz").headers["x-request-id"] for _ in range(5)}
        self.assertEqual(len(made), 5)
        for bad in ("a b", "a\tb", "<script>", "x" * 65, ""):
            answer = self.ask("GET", "/healthz", None, f"X-Request-Id: {bad}")
            self.assertRegex(answer.headers["x-request-id"], r"^[0-9a-f]{8}-[0-9a-f]+$", bad)

    def test_head_is_get_without_a_body(self):
        with Raw(self.port) as raw:
            for path in (PACKAGES, "/healthz", "/nothing"):
                get = raw.send(request("GET", path)).response()
                head = raw.send(request("HEAD", path)).response(head=True)
                self.assertEqual(head.status, get.status)
                self.assertEqual(head.headers["content-length"], get.headers["content-length"])
                self.assertEqual(int(get.headers["content-length"]), len(get.body))
            # nothing but the headers came: the connection is in step
            self.assertEqual(raw.send(request("GET", "/healthz")).response().body, b"ok\n")

    def test_405_says_what_there_is(self):
        answer = self.ask("PATCH", PACKAGES)
        self.assertEqual(answer.status, 405)
        self.assertEqual(answer.headers["allow"], "GET, HEAD")
        answer = self.ask("DELETE", "/healthz")
        self.assertEqual((answer.status, answer.headers["allow"]), (405, "GET, HEAD"))

    def test_queries_are_read_by_kind(self):
        good = self.ask("GET", "/api/consultations/me?limit=2&status=completed", email=CONSULTANT)
        self.assertEqual(good.status, 200, good)
        self.assertLessEqual(len(json.loads(good.body)["data"]["consultations"]), 2)
        for query in ("limit=two", "limit=2.5", "limit=", "limit=1&limit=2", "from=yesterday", "limit=1e3", "limit=0x1",
                      "limit=99999999999999999999", "status=%0a", "nothing=1"):
            answer = self.ask("GET", "/api/consultations/me?" + query, email=CONSULTANT)
            self.assertEqual(answer.status, 400, query)
        answer = self.ask("GET", "/api/consultations/me?from=2025-01-01T00%3A00%3A00Z", email=CONSULTANT)
        self.assertEqual(answer.status, 200, answer)

    def test_encoded_text_arrives_as_it_was(self):
        for text in ("a&b=c", "a;b", "100%", "ü", "a+b"):
            encoded = "".join(f"%{byte:02x}" for byte in text.encode())
            answer = self.ask("GET", "/api/consultations/me?cursor=" + encoded, email=CONSULTANT)
            self.assertIn(answer.status, (200, 400), text)
            if answer.status == 400:
                self.assertEqual(json.loads(answer.body)["error"]["details"].get("field", "cursor"), "cursor", text)

    def test_401_names_the_scheme(self):
        answer = self.ask("GET", "/api/consultations/me")
        self.assertEqual((answer.status, answer.headers["www-authenticate"]), (401, "Bearer"))

    def test_a_role_may_not(self):
        answer = self.ask("GET", "/api/clients/me/credits", email=CONSULTANT)
        self.assertEqual(answer.status, 403)
        self.assertEqual(json.loads(answer.body)["error"]["code"], "FORBIDDEN")

    def test_an_idempotency_key_gives_one_effect(self):
        key = f"Idempotency-Key: {uuid.uuid4()}"
        client = json.loads(self.ask("GET", "/api/clients/me", email=CLIENT).body)["data"]["client"]
        path = f"/api/clients/{client['id']}/credits"
        body = {"packageId": "PKG-DISCOVERY-ASSESSMENT", "credits": 1, "reason": "test"}
        before = self.ask("GET", "/api/clients/me/credits", email=CLIENT).body
        first = self.ask("POST", path, body, key, email=ADMIN)
        self.assertIn(first.status, (200, 201), first)
        again = self.ask("POST", path, body, key, email=ADMIN)
        self.assertEqual((again.status, again.body), (first.status, first.body))
        once = self.ask("GET", "/api/clients/me/credits", email=CLIENT).body
        self.assertNotEqual(before, once)
        self.ask("POST", path, body, key, email=ADMIN)
        self.assertEqual(self.ask("GET", "/api/clients/me/credits", email=CLIENT).body, once)
        other = self.ask("POST", path, {**body, "credits": 2}, key, email=ADMIN)
        self.assertEqual(other.status, 422)
        self.assertEqual(json.loads(other.body)["error"]["code"], "IDEMPOTENCY_MISMATCH")

    def test_metrics_are_readable(self):
        answer = self.ask("GET", "/metrics")
        self.assertEqual(answer.status, 200)
        for line in answer.body.decode().splitlines():
            self.assertRegex(line, r"^(#.*|[a-z_]+(\{[^}]*\})? [-+0-9.eE]+(Inf)?)$")
        self.assertTrue(re.search(r"_http_\w*", answer.body.decode()))

    def test_sync_without_a_websocket(self):
        answer = self.ask("GET", "/sync")
        self.assertEqual(answer.status, 426)
        self.assertEqual(answer.headers["upgrade"], "websocket")
        self.assertEqual(json.loads(answer.body)["error"]["code"], "UPGRADE_REQUIRED")


if __name__ == "__main__":
    unittest.main()
