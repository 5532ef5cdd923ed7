"""What every end-to-end test starts from: a folder that goes away, a server in it, dates that can be booked."""

import datetime
import pathlib
import shutil
import tempfile
import unittest

from client import Client
from server import Server

JOHN = "john@insightserenity.com"
JANE = "cfo@acmecorp.com"


class Story(unittest.TestCase):
    longMessage = True
    maxDiff = None

    def folder(self):
        """A new folder for this test, removed at its end."""
        path = pathlib.Path(tempfile.mkdtemp(prefix="serenity-"))
        self.addCleanup(shutil.rmtree, path, ignore_errors=True)
        return path

    def server(self, *options, demo=True):
        """A started server that is stopped, and must end well, when the test is over."""
        return self.enterContext(Server(self.folder(), *options, demo=demo))

    def client(self, server, email):
        """The terminal client of that person, logged in, with a home of its own."""
        return Client(server, self.folder() / "home", email).login()

    def admin(self, server):
        """Calls as an administrator of the demo world."""
        email = next(a.email for a in server.accounts.values() if "admin" in a.role)
        return server.api(email)


def iso(moment):
    return moment.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def free_slots(api, consultant, minutes=90, days=14):
    """Starts that a consultant can be booked at, soonest first, as the API lists them."""
    begin = now()
    query = f"from={iso(begin)}&to={iso(begin + datetime.timedelta(days=days))}&minutes={minutes}"
    return [slot["start"] for slot in api.get(f"/api/consultants/{consultant}/availability?{query}")["slots"]]


def booking(start, consultant=None, minutes=90, **more):
    """The specification's payload (3.1)."""
    end = moment(start) + datetime.timedelta(minutes=minutes)
    body = {
        "consultantId": consultant,
        "schedule": {"scheduledStart": start, "scheduledEnd": iso(end), "timezone": "America/New_York"},
        "purpose": "Organizational capability assessment",
        "notes": "We need help with digital transformation strategy",
        "useCredits": True,
        **more,
    }
    return {key: value for key, value in body.items() if value is not None}


def consultant_named(api, name):
    return next(c for c in api.get("/api/consultants")["consultants"] if c.get("name") == name)
