"""The terminal client as a test uses it: its home in a folder, its screens on a terminal, its command line."""

import json
import pathlib
import subprocess

from server import BIN, SLOW
from terminal import Terminal


class Client:
    def __init__(self, server, home, account=None):
        self.server, self.home, self.account = server, pathlib.Path(home), account
        self.home.mkdir(parents=True, exist_ok=True)

    def command(self, *words):
        return [str(BIN / "serenity"), "--server", self.server.url, "--home", str(self.home), *map(str, words)]

    def run(self, *words, stdin="", status=0):
        """A subcommand; what it printed on stdout. None as the status takes any: a CompletedProcess."""
        done = subprocess.run(self.command(*words), input=stdin, capture_output=True, text=True, timeout=60 * SLOW)
        if status is None:
            return done
        if done.returncode != status:
            raise AssertionError(f"serenity {' '.join(map(str, words))} exits {done.returncode}, not {status}\n"
                                 f"{done.stdout}{done.stderr}")
        return done.stdout

    def json(self, *words, status=0):
        return json.loads(self.run(*words, "--json", status=status))

    def login(self):
        account = self.server.accounts[self.account] if isinstance(self.account, str) else self.account
        self.run("login", "--email", account.email, "--password-stdin", stdin=account.password + "\n")
        return self

    def open(self, rows=40, columns=120, **environment):
        """The screens."""
        return Terminal(self.command(), environment, rows=rows, columns=columns)
