"""How often one may ask: by address, by person, and more strictly when signing in."""

import json
import unittest

from common import CLIENT, CONSULTANT, PACKAGES, WithServer
from raw import Raw, ask, request
from websocket import Closed, WebSocket


class WithLimits(WithServer):
    def ask(self, *headers, path=PACKAGES + "/PKG-FREE-TRIAL"):
        return ask(self.port, request("GET", path, headers=headers))

    def until_refused(self, *headers, path=PACKAGES + "/PKG-FREE-TRIAL", most=200):
        """How many requests are answered before the first refusal; the refusal."""
        with Raw(self.port) as raw:
            for count in range(most):
                answer = raw.send(request("GET", path, headers=headers)).response()
                if answer.status == 429:
                    return count, answer
        raise AssertionError("never refused")


class ByAddress(WithLimits):
    options = ("--rate-per-minute", 60, "--login-rate-per-minute", 5, "--trusted-proxies", "127.0.0.1",
               "--log-level", "warn")

    def from_(self, address):
        return f"X-Forwarded-For: {address}"

    def test_a_minute_of_requests(self):
        count, answer = self.until_refused(self.from_("10.0.0.1"))
        self.assertGreaterEqual(count, 60)
        self.assertLessEqual(count, 62)
        self.assertEqual(json.loads(answer.body)["error"]["code"], "RATE_LIMITED")
        self.assertRegex(answer.headers["retry-after"], r"^[1-9][0-9]*$")

    def test_others_are_not_concerned(self):
        self.until_refused(self.from_("10.0.0.2"))
        self.assertEqual(self.ask(self.from_("10.0.0.3")).status, 200)

    def test_a_forged_chain_does_not_help(self):
        """The proxy appends; what stands left of its word is the client's own invention."""
        count, _ = self.until_refused(self.from_("10.0.0.4"))
        self.assertGreaterEqual(count, 60)
        self.assertEqual(self.ask(self.from_("1.2.3.4, 10.0.0.4")).status, 429)

    def test_health_is_always_told(self):
        self.until_refused(self.from_("10.0.0.5"))
        for path in ("/healthz", "/readyz", "/metrics"):
            self.assertEqual(self.ask(self.from_("10.0.0.5"), path=path).status, 200)

    def test_signing_in_is_counted_more_strictly(self):
        body = b'{"email":"nobody@example.com","password":"wrong wrong wrong"}'
        statuses = [ask(self.port, request("POST", "/api/v1/auth/login", body, [self.from_("10.0.0.6")])).status
                    for _ in range(7)]
        self.assertEqual(statuses[5:], [429, 429])
        self.assertIn(401, statuses[:5])
        self.assertEqual(self.ask(self.from_("10.0.0.6")).status, 200)

    def test_refused_requests_are_read_to_their_end(self):
        self.until_refused(self.from_("10.0.0.7"))
        with Raw(self.port) as raw:
            for _ in range(3):
                answer = raw.send(request("GET", PACKAGES, headers=[self.from_("10.0.0.7")])).response()
                self.assertEqual(answer.status, 429)
            self.assertEqual(raw.send(request("GET", "/healthz")).response().status, 200)


class ByPerson(WithLimits):
    options = ("--rate-per-minute", 40, "--login-rate-per-minute", 0, "--trusted-proxies", "127.0.0.0/8",
               "--log-level", "warn")

    def as_(self, email, address):
        return f"Authorization: Bearer {self.token(email)}", f"X-Forwarded-For: {address}"

    def test_a_person_with_many_addresses_is_one(self):
        served = 0
        for i in range(50):
            served += self.ask(*self.as_(CLIENT, f"10.1.0.{i}")).status == 200
        self.assertLessEqual(served, 43)
        self.assertEqual(self.ask(*self.as_(CONSULTANT, "10.1.0.1")).status, 200)


    def test_a_person_with_two_tokens_is_one(self):
        tokens = [self.server.api("priya@insightserenity.com").token for _ in range(2)]
        served = 0
        for i in range(60):
            served += self.ask(f"Authorization: Bearer {tokens[i % 2]}", f"X-Forwarded-For: 10.1.1.{i}",
                               path="/api/users/me").status == 200
        self.assertLessEqual(served, 44)

    def test_websockets_are_counted_too(self):
        statuses = []
        for _ in range(50):
            try:
                WebSocket.dial(self.port, headers=["X-Forwarded-For: 10.3.0.1"]).close()
                statuses.append(101)
            except Closed as closed:
                statuses.append(closed.code)
        self.assertIn(429, statuses)
        self.assertGreaterEqual(statuses.count(101), 40)


class Untrusted(WithLimits):
    options = ("--rate-per-minute", 50, "--log-level", "warn")
    demo = False

    def test_the_header_of_a_stranger_is_not_believed(self):
        for i in range(60):
            answer = self.ask(f"X-Forwarded-For: 10.2.0.{i}", path="/api/nothing")
        self.assertEqual(answer.status, 429)


if __name__ == "__main__":
    unittest.main()
