"""Two people in one note, each at a real terminal."""

import stat
import time
import unittest

from server import SLOW
from story import JANE, JOHN, Story, booking, consultant_named, free_slots


class Together(Story):
    def setUp(self):
        self.serenityd = self.server()
        jane = self.serenityd.api(JANE)
        expert = consultant_named(jane, "John Expert")["id"]
        body = booking(free_slots(jane, expert)[0], expert)
        self.code = jane.post("/api/consultations/book", body, status=201)["consultation"]["consultationCode"]

    def open(self, email, **environment):
        screen = self.enterContext(self.client(self.serenityd, email).open(**environment))
        screen.wait_for("online")
        screen.press("/")
        screen.wait_for("client, consultant, purpose or code")
        screen.type(self.code)
        screen.wait_for("1 found")
        screen.press("enter")
        screen.wait_for("Notes and results")
        return screen

    def shared(self, email, **environment):
        screen = self.open(email, **environment)
        screen.press("d")
        screen.wait_for("Shared document")
        return screen

    def body(self, screen):
        """What stands in the box, without borders, scroll bar and the names of carets."""
        rows = [line.strip("│▐ ") for line in screen.text().splitlines()[2:-3]]
        return [row.split("‹")[0].rstrip() for row in rows if row]

    def same(self, one, other, *wanted):
        for screen in (one, other):
            for text in wanted:
                screen.wait_for(text)
            screen.wait_for("on the server")
        end = time.monotonic() + 10 * SLOW
        while self.body(one) != self.body(other) and time.monotonic() < end:
            time.sleep(0.05)
        self.assertEqual(self.body(one), self.body(other))

    def test_both_type_at_once_and_end_the_same(self):
        john, jane = self.shared(JOHN), self.shared(JANE)
        john.type("first line\r")
        jane.wait_for("first line")
        jane.press("ctrl-p", "escape")
        for letter in "from the client":
            jane.type(letter)
            john.type("x")
        john.type("END")
        jane.type("DONE")
        self.same(john, jane, "first line")
        john.wait_for("‹ Jane")
        jane.wait_for("‹ John")
        text = "".join(self.body(john))
        self.assertEqual(sorted(text.replace(" ", "")),
                         sorted(("first line" + "from the client" + "x" * 15 + "ENDDONE").replace(" ", "")))

    def test_undo_takes_back_ones_own_words_alone(self):
        john, jane = self.shared(JOHN), self.shared(JANE)
        john.type("kept\r")
        jane.wait_for("kept")
        jane.type("janes")
        john.wait_for("janes")
        john.wait_quiet()
        john.press("ctrl-z")
        john.press("ctrl-z")
        for screen in (john, jane):
            screen.wait_gone("kept")
            screen.wait_for("janes")
        john.press("ctrl-y")
        self.same(john, jane, "kept", "janes")
        jane.press("ctrl-z")
        john.wait_gone("janes")
        jane.wait_for("kept")

    def test_what_is_read_stays_and_those_out_of_sight_are_told_of(self):
        john, jane = self.shared(JOHN), self.shared(JANE)
        john.type("".join(f"line {i} of it\r" for i in range(60)))
        jane.wait_for("line 1 of it")
        jane.wait_for("↓ John Expert")
        john.type("\x1b[1;5A")          # to the beginning, and much above what Jane looks at
        end = time.monotonic() + 10 * SLOW
        while "line 59 of it" not in jane.text() and time.monotonic() < end:
            jane.type("\x1b[1;5B")      # lines may still be on their way
            jane.wait_quiet()
        jane.wait_for("line 59 of it")
        jane.wait_for("↑ John Expert")
        jane.wait_quiet()
        before = self.body(jane)
        john.type("above\rall\r")
        john.wait_for("above")
        john.wait_for("on the server")
        time.sleep(0.5 * SLOW)
        self.assertEqual(self.body(jane), before)

    def test_the_client_reads_the_session_notes(self):
        john, jane = self.open(JOHN), self.open(JANE)
        jane.press("v")
        jane.wait_for("read only")
        john.press("w")
        john.wait_for("F3 session")
        john.press("f3")
        john.type("only John writes")
        jane.wait_for("only John writes")
        jane.type("nothing")
        jane.wait_quiet()
        self.assertNotIn("nothing of", jane.text())
        self.assertEqual(self.body(jane)[0], "only John writes")

    def test_an_editor_gives_back_its_difference_alone(self):
        folder = self.folder()
        editor, gate = folder / "editor", folder / "gate"
        editor.write_text(f'#!/bin/sh\nwhile [ ! -e {gate} ]; do sleep 0.05; done\n'
                          'sed "s/two/TWO/" "$1" > "$1.new"; mv "$1.new" "$1"\n')
        editor.chmod(editor.stat().st_mode | stat.S_IXUSR)
        john, jane = self.shared(JOHN, VISUAL=str(editor)), self.shared(JANE)
        john.type("one\rtwo\rthree")
        jane.wait_for("three")
        john.wait_for("on the server")
        john.press("ctrl-e")
        time.sleep(0.3 * SLOW)
        jane.type("\x1b[1;5Azero ")
        jane.wait_for("zero one")
        jane.wait_for("on the server")
        gate.touch()
        self.same(john, jane, "zero one", "TWO", "three")
        john.press("ctrl-z")
        self.same(john, jane, "zero one", "two", "three")

    def test_history_tells_and_brings_back(self):
        john, jane = self.shared(JOHN), self.shared(JANE)
        john.type("old words")
        john.wait_for("on the server")
        jane.wait_for("old words")
        jane.type("\x1b[1;5B and new ones")
        jane.wait_for("on the server")
        john.wait_for("and new ones")
        john.press("ctrl-r")
        john.wait_for("Jane Smith")
        john.wait_for("+ old words and new ones")
        john.press("down")
        john.wait_for("As you left it")
        john.press("b")
        john.wait_for("Bring this version back?")
        john.press("y")
        john.wait_for("The note is again what it was")
        jane.wait_gone("and new ones")
        jane.wait_for("old words")
        jane.press("ctrl-t")
        jane.wait_for("John")


if __name__ == "__main__":
    unittest.main()
