"""A small SMTP server for tests: takes mail on loopback and tells what it got.

    smtp_sink.py MODE [CERTIFICATE]

MODE is plain (no TLS, no login), auth (login wanted: user "mailer", password "s3cret"), reject (refuses every
recipient), silent (never speaks), starttls (offers STARTTLS with the certificate), tls (speaks TLS at once). Prints its
port in one line; after each connection one line of JSON: {"from", "to", "data", "user", "tls", "ehlo"}.
"""

import base64
import json
import socket
import ssl
import sys
import time


class Session:
    def __init__(self, connection, mode, context):
        self.connection, self.mode, self.context = connection, mode, context
        self.tls = False
        self.got = {"from": None, "to": [], "data": None, "user": None, "tls": False, "ehlo": None}
        self.wrap() if mode == "tls" else None
        self.file = self.connection.makefile("rwb", buffering=0)

    def wrap(self):
        self.connection = self.context.wrap_socket(self.connection, server_side=True)
        self.got["tls"] = self.tls = True

    def say(self, text):
        self.file.write(text.encode() + b"\r\n")

    def read(self):
        line = self.file.readline()
        if not line:
            raise EOFError
        return line.rstrip(b"\r\n").decode("utf-8", "replace")

    def run(self):
        if self.mode == "silent":
            time.sleep(3)
            return
        self.say("220 sink ready")
        while True:
            verb, _, rest = self.read().partition(" ")
            handler = getattr(self, "do_" + verb.lower(), None)
            if handler is None:
                self.say("500 what?")
            elif handler(rest) == "quit":
                return

    def do_ehlo(self, rest):
        self.got["ehlo"] = rest
        lines = ["sink"]
        if self.mode == "starttls" and not self.tls:
            lines.append("STARTTLS")
        if self.mode == "auth":
            lines.append("AUTH PLAIN LOGIN")
        for line in lines[:-1]:
            self.say(f"250-{line}")
        self.say(f"250 {lines[-1]}")

    do_helo = do_ehlo

    def do_starttls(self, _):
        self.say("220 go ahead")
        self.wrap()
        self.file = self.connection.makefile("rwb", buffering=0)

    def do_auth(self, rest):
        kind, _, first = rest.partition(" ")
        if kind != "PLAIN":
            self.say("504 only PLAIN")
            return
        if not first:
            self.say("334 ")
            first = self.read()
        _, user, password = base64.b64decode(first).split(b"\0")
        if (user, password) != (b"mailer", b"s3cret"):
            self.say("535 no")
            return
        self.got["user"] = user.decode()
        self.say("235 yes")

    def do_mail(self, rest):
        if self.mode == "auth" and self.got["user"] is None:
            self.say("530 log in first")
            return
        self.got["from"] = rest
        self.say("250 ok")

    def do_rcpt(self, rest):
        if self.mode == "reject":
            self.say("550 no such user")
            return
        self.got["to"].append(rest)
        self.say("250 ok")

    def do_data(self, _):
        self.say("354 go on")
        lines = []
        while (line := self.read()) != ".":
            lines.append(line[1:] if line.startswith(".") else line)
        self.got["data"] = "\r\n".join(lines)
        self.say("250 taken")

    def do_quit(self, _):
        self.say("221 bye")
        return "quit"


def main():
    mode = sys.argv[1]
    context = None
    if len(sys.argv) > 2:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[2])
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        connection, _ = listener.accept()
        session = None
        try:
            session = Session(connection, mode, context)
            session.run()
        except (EOFError, OSError):
            pass
        connection.close()
        print(json.dumps(session.got if session else {}), flush=True)


main()
