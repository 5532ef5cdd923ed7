"""The real program on a terminal: what it writes, how it takes keys, how it leaves.

Bytes are looked at as they come out of the pty, so what is proved here holds for any terminal."""

import os
import re
import signal
import sqlite3
import stat
import statistics
import time
import unittest

from server import SLOW
from story import JANE, JOHN, Story, booking, consultant_named, free_slots

# Everything that may begin with an escape: CSI, character sets, cursor keys mode, and the two questions of our own.
ALLOWED = re.compile(rb"\x1b(\[[0-9;?<>=]*[a-zA-Z]|[()][0AB]|[=>78M]|\]11;\?\x1b\\)")
COLOUR = re.compile(rb"\x1b\[[0-9;]*\b(3[0-7]|4[0-7]|9[0-7]|10[0-7]|38;5|48;5)(;[0-9]+)*m")
HOSTILE = "Evil\x1b]0;owned\x07\x9b31m\x1b[2J\u202e Corp\r\n\x08"


class OnATerminal(Story):
    def john_offline(self):
        """John's home after one sync, with the server gone."""
        server = self.server()
        client = self.client(server, JOHN)
        client.run("sync", "--wait", "20")
        server.stop()
        return client

    def open(self, client, **options):
        screen = self.enterContext(client.open(**options))
        screen.wait_for("Week ")
        return screen

    def test_hostile_data_never_becomes_an_escape(self):
        client = self.john_offline()
        with sqlite3.connect(client.home / "cache.db") as db:
            for column in ("clientName", "contactName", "purpose", "packageName", "code", "timezone"):
                db.execute(f"UPDATE consultation SET {column} = ? || {column}", (HOSTILE,))
            db.execute("UPDATE notification SET title = ? || title, body = ?", (HOSTILE, HOSTILE))
            db.execute("UPDATE me SET firstName = ?, organizationName = ?", (HOSTILE, HOSTILE))
        screen = self.open(client)
        screen.wait_for("Evil\ufffd")
        for key in ("tab", "enter", "escape", "m", "a", "2", "escape", "enter", "escape", "5", "enter", "6", "1"):
            screen.press(key)
        screen.wait_quiet()
        screen.press("ctrl-q")
        screen.wait_quiet()
        raw = bytes(screen.raw)
        for forbidden in (b"\x1b]0;", b"\x07", "\u202e".encode(), b"\xc2\x9b"):
            self.assertEqual(raw.count(forbidden), 0, forbidden)
        rest = ALLOWED.sub(b"", raw)
        at = rest.find(b"\x1b")
        self.assertEqual(at, -1, rest[at - 40:at + 40])

    def test_every_way_of_ending_gives_the_terminal_back(self):
        client = self.john_offline()
        for number, wanted in ((signal.SIGTERM, 0), (signal.SIGHUP, 0), (signal.SIGINT, 0),
                               (signal.SIGSEGV, -signal.SIGSEGV), (signal.SIGABRT, -signal.SIGABRT)):
            with self.subTest(number=number), client.open() as screen:
                screen.wait_for("Week ")
                screen.wait_quiet()
                screen.kill(number)
                deadline = time.monotonic() + 10 * SLOW
                while screen.exit_code is None and time.monotonic() < deadline:
                    time.sleep(0.02)
                end = bytes(screen.raw)[-200:]
                self.assertIn(b"\x1b[?1049l", end)
                self.assertIn(b"\x1b[?2004l", end)
                self.assertIn(b"\x1b[?1004l", end)
                if not os.environ.get("ASAN_OPTIONS") and SLOW == 1:
                    self.assertEqual(screen.exit_code, wanted)

    def test_escape_is_quick_and_sequences_are_not_escapes(self):
        screen = self.open(self.john_offline())
        took = []
        for _ in range(5):      # the median: one of them may meet a machine that does something else
            screen.press("?")
            screen.wait_for("Everywhere")
            began = time.monotonic()
            screen.type("\x1b")
            took.append(screen.wait_gone("Everywhere") - began)
        self.assertLess(statistics.median(took), 0.06 * SLOW)
        screen.press("?")
        screen.wait_for("Everywhere")
        screen.type("\x1b[B\x1bOB\x1b[1;5C\x1b[5~")     # arrows of both kinds, with control, page up
        screen.wait_quiet()
        self.assertIn("Everywhere", screen.text())

    def test_a_window_that_is_too_small_says_so_and_comes_back(self):
        screen = self.open(self.john_offline())
        screen.resize(10, 40)
        screen.wait_for("The window is too small")
        screen.wait_for("40 x 10")
        screen.resize(24, 80)
        screen.wait_for("Week ")
        screen.wait_gone("too small")
        screen.wait_for(lambda text: "quit" in text.split("\n")[23])
        screen.resize(50, 160)
        screen.wait_for(lambda text: "quit" in text.split("\n")[49])

    def test_pasting_and_the_mouse(self):
        screen = self.open(self.john_offline())
        screen.type("\x1b[<0;28;1M\x1b[<0;28;1m")       # a click on the second tab
        screen.wait_for("client, consultant, purpose or code")
        screen.type("\x1b[200~CONS-\nq\x1b[201~")        # what is pasted is text, whatever keys it would be
        screen.wait_for("CONS- q")
        screen.press("ctrl-u")
        screen.press("enter")
        screen.wait_for("Notes and results")
        screen.press("p")
        screen.wait_for("Preparation ·")
        screen.type("\x1b[200~first\nsecond\x1b]0;x\x07 line\n\x1b[201~third")
        screen.wait_for("second]0;x line")
        screen.wait_for("third")
        lines = screen.text().splitlines()
        first = next(i for i, line in enumerate(lines) if "first" in line)
        self.assertIn("second", lines[first + 1])
        self.assertIn("third", lines[first + 2])

    def test_the_own_editor(self):
        client = self.john_offline()
        editor = self.folder() / "editor"
        editor.write_text("#!/bin/sh\nprintf 'from the editor: %s' \"$(cat \"$1\")\" > \"$1.new\"; mv \"$1.new\" \"$1\"\n")
        editor.chmod(editor.stat().st_mode | stat.S_IXUSR)
        screen = self.open(client, VISUAL=str(editor))
        screen.press("2", "enter")
        screen.wait_for("Notes and results")
        screen.press("p")
        screen.wait_for("Preparation ·")
        screen.wait_quiet()
        screen.press("ctrl-e")
        screen.wait_for("from the editor: ")
        screen.wait_for("saved here, queued")
        screen.type(" and on")
        screen.wait_for(" and on")

    def test_no_colour(self):
        client = self.john_offline()
        plain = self.open(client, NO_COLOR="1")
        plain.press("tab", ":", "escape", "2", "enter", "enter")
        plain.wait_quiet()
        self.assertIsNone(COLOUR.search(bytes(plain.raw)))
        self.assertTrue(re.search(rb"\x1b\[[0-9;]*7m", bytes(plain.raw)), "what is chosen is reversed")
        plain.close()
        coloured = self.open(client)
        coloured.wait_quiet()
        self.assertIsNotNone(COLOUR.search(bytes(coloured.raw)))

    def test_keys_and_theme_of_ones_own(self):
        client = self.john_offline()
        (client.home / "config").write_text("theme = light\n[keys]\ncalendar.agenda = Y\n")
        screen = self.open(client)
        screen.press("a")
        screen.wait_quiet()
        self.assertNotIn("Agenda from", screen.text())
        screen.press("Y")
        screen.wait_for("Agenda from")
        screen.press("T")
        screen.wait_for("Theme: high-contrast")
        self.assertEqual((client.home / "config").read_text(),
                         "theme = high-contrast\n[keys]\ncalendar.agenda = Y\n")
        screen.close()
        (client.home / "config").write_text("nonsense\n")
        screen = self.open(client)
        screen.wait_for("line 1 of the config file makes no sense")

    def test_a_bell_only_when_nobody_looks(self):
        server = self.server()
        jane = server.api(JANE)
        expert = consultant_named(jane, "John Expert")["id"]
        slots = free_slots(jane, expert)
        screen = self.open(self.client(server, JOHN), TERM_PROGRAM="", TERM="xterm-256color")
        screen.wait_for("online")
        jane.post("/api/consultations/book", booking(slots[0], expert), status=201)
        screen.wait_for("New booking")
        self.assertEqual(screen.raw.count(b"\x07"), 0)
        screen.type("\x1b[O")                            # the window loses the focus
        screen.wait_quiet()
        jane.post("/api/consultations/book", booking(slots[-1], expert), status=201)
        deadline = time.monotonic() + 5 * SLOW
        while b"\x07" not in bytes(screen.raw) and time.monotonic() < deadline:
            time.sleep(0.02)
        self.assertEqual(screen.raw.count(b"\x07"), 1)

    def test_what_was_typed_into_a_form_survives_a_kill(self):
        server = self.server()
        jane, john = server.api(JANE), server.api(JOHN)
        expert = consultant_named(jane, "John Expert")["id"]
        booked = jane.post("/api/consultations/book", booking(free_slots(jane, expert)[0], expert), status=201)
        code, path = booked["consultation"]["consultationCode"], f"/api/consultations/{booked['consultation']['id']}"
        john.post(f"{path}/start", {})
        client = self.client(server, JOHN)
        for attempt in range(2):
            screen = self.open(client)
            screen.wait_for("online")
            screen.press("/")
            screen.wait_for("client, consultant, purpose or code")
            screen.type(code)
            screen.wait_for("1 found")
            screen.press("enter")
            screen.wait_for("F2 private")
            screen.press("f9")
            screen.wait_for("Complete the session")
            if attempt == 0:
                screen.type("Three areas were found.")
                screen.press("tab")
                screen.type("Gaps in the data")
                screen.wait_for("Gaps in the data")
                screen.kill()
            else:
                screen.wait_for("Three areas were found.")
                screen.wait_for("Gaps in the data")

    def test_without_a_terminal_it_says_so(self):
        client = self.john_offline()
        done = client.run(status=None)
        self.assertEqual(done.returncode, 1)
        self.assertIn("terminal", done.stderr)


if __name__ == "__main__":
    unittest.main()
