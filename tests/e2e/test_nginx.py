"""The nginx file that ships, in a real nginx, in front of a real server."""

import datetime
import pathlib
import shutil
import socket
import sqlite3
import ssl
import subprocess
import unittest

from api import Api, wait_until
from server import SLOW
from story import JANE, JOHN, Story, booking, consultant_named, free_slots
from test_server_cli import store_path
from websocket import WebSocket

SHIPPED = pathlib.Path(__file__).resolve().parents[2] / "assets/nginx/serenity.conf"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin")

MAIN = """
worker_processes 1;
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/serenity.conf;
}}
"""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class TlsApi(Api):
    """Api over TLS, whose certificate is believed because it is given."""

    def __init__(self, port, certificate):
        super().__init__("127.0.0.1", port)
        self.context = ssl.create_default_context(cafile=certificate)

    def connect(self):
        import http.client
        self.connection = http.client.HTTPSConnection(self.host, self.port, timeout=20, context=self.context)


@unittest.skipUnless(NGINX, "nginx is not installed")
class Nginx(Story):
    def setUp(self):
        self.serenityd = self.server("--trusted-proxies", "127.0.0.1")
        self.home = self.folder()
        self.tls, self.plain = free_port(), free_port()
        self.certificate = self.make_certificate()
        self.write_configuration()
        self.nginx = subprocess.Popen([NGINX, "-p", str(self.home), "-c", str(self.home / "nginx.conf")],
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(self.nginx.wait)
        self.addCleanup(self.nginx.terminate)
        wait_until(lambda: self.answers(self.tls), 10 * SLOW, f"nginx; {self.errors()}")

    def make_certificate(self):
        certificate, key = self.home / "cert.pem", self.home / "key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                        "-nodes", "-days", "2", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                        "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
        return certificate

    def write_configuration(self):
        """The shipped file with nothing changed but what an administrator changes."""
        text = SHIPPED.read_text()
        for old, new in (("server 127.0.0.1:8180;", f"server 127.0.0.1:{self.serenityd.port};"),
                         ("listen 80;", f"listen 127.0.0.1:{self.plain};"),
                         ("listen 443 ssl http2;", f"listen 127.0.0.1:{self.tls} ssl http2;"),
                         ("server_name serenity.example.com;", "server_name localhost;"),
                         ("/etc/serenity/tls/fullchain.pem", str(self.certificate)),
                         ("/etc/serenity/tls/privkey.pem", str(self.home / "key.pem"))):
            self.assertIn(old, text)
            text = text.replace(old, new)
        (self.home / "serenity.conf").write_text(text)
        (self.home / "nginx.conf").write_text(MAIN.format(folder=self.home))

    def errors(self):
        log = self.home / "error.log"
        return log.read_text() if log.exists() else ""

    def answers(self, port):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            return False

    def api(self, email=None):
        api = TlsApi(self.tls, self.certificate)
        if email:
            api.login(email, self.serenityd.accounts[email].password)
        return api

    def dial(self, *protocols):
        context = ssl.create_default_context(cafile=self.certificate)
        if protocols:
            context.set_alpn_protocols(list(protocols))
        return context.wrap_socket(socket.create_connection(("127.0.0.1", self.tls), 10), server_hostname="localhost")

    def test_requests_pass_over_tls(self):
        jane = self.api(JANE)
        john = consultant_named(jane, "John Expert")["id"]
        booked = jane.post("/api/consultations/book", booking(free_slots(jane, john)[0], john))
        self.assertIn("consultation", booked)

    def test_plain_http_is_sent_to_https(self):
        reply = Api("127.0.0.1", self.plain).call("GET", "/healthz")
        self.assertEqual(reply.status, 301)
        self.assertTrue(reply.headers["Location"].startswith("https://"))

    def test_http2_and_only_new_tls(self):
        with self.dial("h2", "http/1.1") as connection:
            self.assertEqual(connection.selected_alpn_protocol(), "h2")
            self.assertIn(connection.version(), ("TLSv1.2", "TLSv1.3"))

    def test_a_chunked_body_reaches_the_server_whole(self):
        with self.dial("http/1.1") as connection:
            connection.sendall(b"POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                               b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                               b"8\r\n{\"email\"\r\n3\r\n:1}\r\n0\r\n\r\n")
            self.assertIn(b" 400 ", connection.recv(4096).split(b"\r\n")[0])

    def test_a_body_over_the_limit_is_refused(self):
        reply = self.api().call("POST", "/api/v1/auth/login", b"x" * (1024 * 1024 + 1))
        self.assertEqual(reply.status, 413)

    def test_the_websocket_passes_and_is_live(self):
        jane, john = self.api(JANE), self.api(JOHN)
        with self.dial("http/1.1") as connection:
            channel = WebSocket(connection)
            welcome = channel.hello(john.token)
            self.assertEqual(welcome["t"], "welcome")
            channel.receive_until("ready")
            who = consultant_named(jane, "John Expert")["id"]
            booked = jane.post("/api/consultations/book", booking(free_slots(jane, who)[0], who))["consultation"]
            rows = [row for row in channel.receive_until("chg")[-1]["rows"] if row[1] == "consultation"]
            self.assertIn(booked["id"], [row[2] for row in rows])

    def test_what_is_not_for_outside_is_not_there(self):
        self.assertEqual(self.api().call("POST", "/api/v1/test/clock", {}).status, 404)
        self.assertEqual(self.api().call("POST", "/api/test/clock", {}).status, 404)

    def test_nobody_lies_about_his_address(self):
        self.api().call("POST", "/api/v1/auth/login", {"email": JANE, "password": self.serenityd.accounts[JANE].password},
                        headers={"X-Forwarded-For": "203.0.113.9"}, status=200)
        self.assertEqual(self.last_login_address(), "127.0.0.1")

    def last_login_address(self):
        with sqlite3.connect(store_path(self.serenityd.data)) as store:
            return store.execute("SELECT address FROM audit WHERE op = 'auth.login' ORDER BY n DESC").fetchone()[0]


class Proxies(Story):
    def address_of_login(self, *options):
        server = self.server(*options)
        server.api().call("POST", "/api/v1/auth/login", {"email": JANE, "password": server.accounts[JANE].password},
                          headers={"X-Forwarded-For": "203.0.113.9"}, status=200)
        with sqlite3.connect(store_path(server.data)) as store:
            return store.execute("SELECT address FROM audit WHERE op = 'auth.login' ORDER BY n DESC").fetchone()[0]

    def test_a_forwarded_address_counts_from_a_known_proxy_only(self):
        self.assertEqual(self.address_of_login(), "127.0.0.1")
        self.assertEqual(self.address_of_login("--trusted-proxies", "127.0.0.1"), "203.0.113.9")
