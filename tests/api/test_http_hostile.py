"""Requests that a decent program never sends: each has its answer, changes nothing, and the server goes on."""

import json
import unittest

from common import CLIENT, PACKAGES, WithServer
from raw import Raw, ask, request

CLOSED = None # without an answer
LOGIN = "/api/v1/auth/login"
BOOK = "/api/consultations/book"


def post(path, body, *headers):
    return request("POST", path, body if isinstance(body, bytes) else body.encode(), headers)


def bare(*lines, body=b""):
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


DEEP = "[" * 5000 + "]" * 5000
# name: (bytes, allowed statuses, code of the answer or None)
TABLE = {
    # JSON
    "no JSON": (post(LOGIN, "email=a"), {400}, "BAD_REQUEST"),
    "half an object": (post(LOGIN, '{"email": "a"'), {400}, "BAD_REQUEST"),
    "an array": (post(LOGIN, "[]"), {400}, "BAD_REQUEST"),
    "a bare word": (post(LOGIN, "null"), {400}, "BAD_REQUEST"),
    "two values": (post(LOGIN, "{}{}"), {400}, "BAD_REQUEST"),
    "a trailing comma": (post(LOGIN, '{"email":"a",}'), {400}, "BAD_REQUEST"),
    "a duplicate key": (post(LOGIN, '{"email":"a@b.c","email":"d@e.f","password":"x"}'), {400}, "BAD_REQUEST"),
    "a byte order mark": (post(LOGIN, b"\xef\xbb\xbf{}"), {400}, "BAD_REQUEST"),
    "invalid UTF-8": (post(LOGIN, b'{"email":"\xff\xfe","password":"x"}'), {400}, "BAD_REQUEST"),
    "an overlong slash": (post(LOGIN, b'{"email":"\xc0\xaf","password":"x"}'), {400}, "BAD_REQUEST"),
    "a lone surrogate": (post(LOGIN, '{"email":"\\ud800","password":"x"}'), {400}, "BAD_REQUEST"),
    "a zero byte": (post(LOGIN, b'{"email":"a\0b","password":"x"}'), {400}, "BAD_REQUEST"),
    "an escaped zero": (post(LOGIN, '{"email":"a\\u0000b","password":"x"}'), {400}, "BAD_REQUEST"),
    "an escape sequence in a name": (post(LOGIN, '{"email":"\\u001b[2J@b.c","password":"x"}'), {400}, "BAD_REQUEST"),
    "leading zero": (post(BOOK, '{"useCredits": 01}'), {400}, "BAD_REQUEST"),
    "nested too deep": (post(LOGIN, '{"email":' + DEEP + "}"), {400}, "BAD_REQUEST"),
    "depth 33": (post(LOGIN, '{"a":' + "[" * 33 + "]" * 33 + "}"), {400}, "BAD_REQUEST"),
    "a thousand keys": (post(LOGIN, json.dumps({f"k{i}": i for i in range(5000)})), {400}, "BAD_REQUEST"),
    "the wrong type": (post(LOGIN, '{"email":1,"password":"x"}'), {400}, "BAD_REQUEST"),
    "an unknown field": (post(LOGIN, '{"email":"a@b.c","password":"x","admin":true}'), {400}, "BAD_REQUEST"),
    "__proto__": (post(LOGIN, '{"__proto__":{"a":1},"email":"a@b.c","password":"x"}'), {400}, "BAD_REQUEST"),
    "a missing field": (post(LOGIN, '{"email":"a@b.c"}'), {400}, "BAD_REQUEST"),
    "a body of spaces": (post(LOGIN, " " * 1000), {400}, "BAD_REQUEST"),
    # framing
    "chunked": (bare(f"POST {LOGIN} HTTP/1.1", "Host: a", "Transfer-Encoding: chunked", body=b"0\r\n\r\n"), {501},
                "NOT_IMPLEMENTED"),
    "chunked and a length": (bare(f"POST {LOGIN} HTTP/1.1", "Host: a", "Content-Length: 5",
                                  "Transfer-Encoding: chunked", body=b"0\r\n\r\n"), {501}, "NOT_IMPLEMENTED"),
    "a length and chunked": (bare(f"POST {LOGIN} HTTP/1.1", "Host: a", "Transfer-Encoding: chunked",
                                  "Content-Length: 5", body=b"0\r\n\r\n"), {501}, "NOT_IMPLEMENTED"),
    "chunked in disguise": (bare(f"POST {LOGIN} HTTP/1.1", "Host: a", "Content-Length: 5",
                                 "Transfer-Encoding : chunked", body=b"0\r\n\r\n"), {501}, "NOT_IMPLEMENTED"),
    "transfer-encoding: identity": (bare(f"POST {LOGIN} HTTP/1.1", "Host: a", "Content-Length: 0",
                                         "Transfer-Encoding: identity"), {501}, "NOT_IMPLEMENTED"),
    "chunked GET": (bare("GET /healthz HTTP/1.1", "Host: a", "Transfer-Encoding: chunked"), {501}, "NOT_IMPLEMENTED"),
    "no length": (bare(f"POST {LOGIN} HTTP/1.1", "Host: a"), {411}, "LENGTH_REQUIRED"),
    "no length on PATCH": (bare("PATCH /api/consultations/x HTTP/1.1", "Host: a"), {411}, "LENGTH_REQUIRED"),
    "no length on DELETE": (bare("DELETE /api/consultations/x HTTP/1.1", "Host: a"), {411}, "LENGTH_REQUIRED"),
    "a negative length": (bare(f"POST {LOGIN} HTTP/1.1", "Host: a", "Content-Length: -1"), {400}, "BAD_REQUEST"),
    "a length in words": (bare(f"POST {LOGIN} HTTP/1.1", "Host: a", "Content-Length: two"), {400}, "BAD_REQUEST"),
    "a signed length": (bare(f"POST {LOGIN} HTTP/1.1", "Host: a", "Content-Length: +2", body=b"{}"), {400},
                        "BAD_REQUEST"),
    "a hex length": (bare(f"POST {LOGIN} HTTP/1.1", "Host: a", "Content-Length: 0x2", body=b"{}"), {400},
                     "BAD_REQUEST"),
    "a huge length": (bare(f"POST {LOGIN} HTTP/1.1", "Host: a", "Content-Length: 99999999999999999999"), {400},
                      "BAD_REQUEST"),
    "two lengths": (bare(f"POST {LOGIN} HTTP/1.1", "Host: a", "Content-Length: 2", "Content-Length: 20",
                         body=b"{}"), {400}, "BAD_REQUEST"),
    "a list of lengths": (bare(f"POST {LOGIN} HTTP/1.1", "Host: a", "Content-Length: 2, 2", body=b"{}"), {400},
                          "BAD_REQUEST"),
    "a length in disguise": (bare(f"POST {LOGIN} HTTP/1.1", "Host: a", "Content-Length: 2",
                                  "Content-Length : 20", body=b"{}"), {400}, "BAD_REQUEST"),
    "a body on GET": (bare("GET /healthz HTTP/1.1", "Host: a", "Content-Length: 2", body=b"{}"), {400},
                      "BAD_REQUEST"),
    "more than 1 MB": (bare(f"POST {LOGIN} HTTP/1.1", "Host: a", "Content-Type: application/json",
                            "Content-Length: 1048577"), {413}, "TOO_LARGE"),
    "no host": (bare("GET /healthz HTTP/1.1", "User-Agent: a"), {400}, "BAD_REQUEST"),
    "two hosts": (bare("GET /healthz HTTP/1.1", "Host: a", "Host: b"), {400}, "BAD_REQUEST"),
    # types and headers
    "no type": (bare(f"POST {LOGIN} HTTP/1.1", "Host: a", "Content-Length: 2", body=b"{}"), {415},
                "UNSUPPORTED_TYPE"),
    "a form": (bare(f"POST {LOGIN} HTTP/1.1", "Host: a", "Content-Length: 2",
                    "Content-Type: application/x-www-form-urlencoded", body=b"{}"), {415}, "UNSUPPORTED_TYPE"),
    "another charset": (bare(f"POST {LOGIN} HTTP/1.1", "Host: a", "Content-Length: 2",
                             "Content-Type: application/json; charset=utf-16", body=b"{}"), {415},
                        "UNSUPPORTED_TYPE"),
    "jsonish": (bare(f"POST {LOGIN} HTTP/1.1", "Host: a", "Content-Length: 2",
                     "Content-Type: application/jsonp", body=b"{}"), {415}, "UNSUPPORTED_TYPE"),
    "a large cookie": (bare("GET /healthz HTTP/1.1", "Host: a", "Cookie: " + "a" * 13000), {431},
                       "HEADERS_TOO_LARGE"),
    "a large path": (bare("GET /" + "a" * 13000 + " HTTP/1.1", "Host: a"), {431}, "HEADERS_TOO_LARGE"),
    "a header bomb": (bare("GET /healthz HTTP/1.1", "Host: a", "X-Bomb: " + "a" * 300000), {CLOSED, 431}, None),
    "many headers": (bare("GET /healthz HTTP/1.1", "Host: a", *[f"X-{i}: {'a' * 40}" for i in range(5000)]),
                     {CLOSED, 431}, None),
    "a known header again and again": (bare("GET /healthz HTTP/1.1", "Host: a", *["Accept: a/b"] * 500),
                                       {CLOSED, 431}, None),
    "many query parameters": (bare("GET /healthz?" + "&".join(f"a{i}=1" for i in range(50)) + " HTTP/1.1",
                                   "Host: a"), {431}, "HEADERS_TOO_LARGE"),
    "a bad idempotency key": (post(BOOK, "{}", "Idempotency-Key: a b", "Authorization: Bearer x"), {400},
                              "BAD_REQUEST"),
    "a long idempotency key": (post(BOOK, "{}", "Idempotency-Key: " + "k" * 129, "Authorization: Bearer x"), {400},
                               "BAD_REQUEST"),
    # tokens
    "no token": (request("GET", "/api/consultations/me"), {401}, "UNAUTHENTICATED"),
    "another scheme": (request("GET", "/api/consultations/me", headers=["Authorization: Basic YTpi"]), {401},
                       "UNAUTHENTICATED"),
    "a broken token": (request("GET", "/api/consultations/me", headers=["Authorization: Bearer a.b.c"]), {401},
                       "UNAUTHENTICATED"),
    "an unsigned token": (request("GET", "/api/consultations/me", headers=[
        "Authorization: Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9."]), {401}, "UNAUTHENTICATED"),
    "a token of 8 KB": (request("GET", "/api/consultations/me", headers=["Authorization: Bearer " + "a" * 8000]), {401},
                        "UNAUTHENTICATED"),
    # paths and queries
    "an unknown path": (request("GET", "/api/nothing"), {404}, "NOT_FOUND"),
    "outside /api": (request("GET", "/consultations/packages"), {404}, "NOT_FOUND"),
    "a file": (request("GET", "/../../../../etc/passwd"), {404, 403}, None),
    "a file, encoded": (request("GET", "/%2e%2e/%2e%2e/etc/passwd"), {404, 403}, None),
    "half an escape": (request("GET", "/api/%4"), {CLOSED, 400, 403}, None),
    "no escape": (request("GET", "/api/%zz"), {CLOSED, 400, 403}, None),
    "a zero byte in the path": (request("GET", "/api/%00x"), {CLOSED, 400, 404}, None),
    "a newline in the path": (request("GET", "/api/%0a%0dSet-Cookie:x"), {400}, "BAD_REQUEST"),
    "invalid UTF-8 in the path": (request("GET", "/api/%ff%fe"), {400}, "BAD_REQUEST"),
    "an unknown parameter": (request("GET", PACKAGES + "?evil=1"), {400}, "BAD_REQUEST"),
    "a parameter without a name": (request("GET", PACKAGES + "?=1"), {400}, "BAD_REQUEST"),
    "a method that it does not take": (request("PATCH", PACKAGES), {405}, "METHOD_NOT_ALLOWED"),
    "OPTIONS": (request("OPTIONS", PACKAGES), {405}, "METHOD_NOT_ALLOWED"),
    # lines
    "an unknown method": (bare("BREW /healthz HTTP/1.1", "Host: a"), {CLOSED, 403, 501}, None),
    "CONNECT": (bare("CONNECT example.com:443 HTTP/1.1", "Host: a"), {CLOSED, 400, 403, 501}, None),
    "no version": (b"GET /healthz\r\n\r\n", {CLOSED, 400, 403}, None),
    "an absolute address": (bare("GET http://evil/ HTTP/1.1", "Host: a"), {CLOSED, 400, 403, 404}, None),
    "TLS": (bytes.fromhex("16030100c8010000c40303") + bytes(200), {CLOSED, 400, 403}, None),
    "binary noise": (bytes(range(1, 256)) * 20 + b"\r\n\r\n", {CLOSED, 400, 403, 431}, None),
    "only newlines": (b"\r\n" * 1000, {CLOSED, 400}, None),
    "two methods": (b"GET /healthz HTTP/1.1\r\nHost: a\r\nPOST /healthz HTTP/1.1\r\n\r\n", {CLOSED, 400}, None),
}


class Hostile(WithServer):
    def test_table(self):
        for name, (data, statuses, code) in TABLE.items():
            with self.subTest(name):
                answer = self.send(data)
                self.assertIn(answer.status if answer else CLOSED, statuses, answer)
                if code:
                    error = json.loads(answer.body)
                    self.assertFalse(error["success"])
                    self.assertEqual(error["error"]["code"], code)
                    self.assertTrue(error["error"]["message"])
                self.assert_alive()

    def send(self, data):
        """The answer; a server that only waits for more is one that has not understood: the peer hangs up."""
        with Raw(self.port, timeout=4) as raw:
            try:
                return raw.send(data).response()
            except TimeoutError:
                return None

    def test_errors_tell_nothing_of_the_inside(self):
        answer = ask(self.port, request("POST", LOGIN, b'{"email":"x' + b"'" * 50 + b'@b.cd","password":"x"}'))
        text = answer.body.decode()
        for word in ("sql", "SQL", "/work", ".c:", "0x"):
            self.assertNotIn(word, text)

    def test_field_is_named(self):
        answer = ask(self.port, request("POST", LOGIN, b'{"email":1,"password":"x"}'))
        self.assertEqual(json.loads(answer.body)["error"]["details"]["field"], "email")

    def test_a_megabyte_is_read(self):
        """The limit is the limit: one byte less is parsed and refused for what it says."""
        body = b'{"email":"' + b"a" * (1024 * 1024 - 12) + b'"}'
        self.assertEqual(len(body), 1024 * 1024)
        self.assertEqual(ask(self.port, request("POST", LOGIN, body)).status, 400)

    def test_too_large_is_answered_though_it_is_sent(self):
        """Whoever sends all of it before he reads still gets the answer, not a reset."""
        body = b" " * (2 * 1024 * 1024)
        with Raw(self.port) as raw:
            raw.send(request("POST", LOGIN, body))
            self.assertEqual(raw.response().status, 413)
            self.assertTrue(raw.closed())

    def test_nothing_of_a_refused_request_is_done(self):
        before = self.api(CLIENT).get("/api/clients/me/credits")
        for data, _, _ in TABLE.values():
            self.send(data)
        self.assertEqual(self.api(CLIENT).get("/api/clients/me/credits"), before)


if __name__ == "__main__":
    unittest.main()
