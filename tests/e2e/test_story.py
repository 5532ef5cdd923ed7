"""The story that everything else serves: book, see it live, run the session with no server, lose nothing, write it up.

One test, told in its five steps, with the real programs: serenityd, John's and Jane's terminals, Jane's REST calls.
Both the server and John's terminal are ended by kill -9."""

import datetime
import re
import time
import unittest
import zoneinfo

from client import Client
from server import SLOW, run_tool
from story import JANE, JOHN, Story, booking, consultant_named, free_slots, moment

TOAST_MS = 100 * SLOW
NEW_YORK = zoneinfo.ZoneInfo("America/New_York")

PRIVATE = ["# Current state", "- legacy ERP, no cloud infrastructure; month-end takes 9 days", "Ünïcødé – ✓ 漢字"]
SHARED = ["Executive buy-in: CFO and CTO aligned", "Cloud migration for scalability"]
ITEMS = ["Share technology inventory spreadsheet", "Prepare RPA vendor comparison"]
SUMMARY = "Completed comprehensive digital transformation assessment."
KEY_POINTS = ["Current digital maturity: Level 2 (Developing)", "Strategic priority: cloud migration as foundation"]
RECOMMENDATIONS = ["Conduct detailed technology audit (next session)"]
NEXT_STEPS = "Schedule second session (90 min) for detailed technology audit."
INTERNAL = "Excellent engagement. Client is highly motivated."
DELIVERABLES = ["Digital Transformation Readiness Assessment", "12-Month Digital Transformation Roadmap"]


class TheMainJob(Story):
    def test_book_push_cache_note_offline_sync(self):
        self.the_server_holds_the_demo_world()
        self.john_sees_his_week()
        self.jane_books_and_john_sees_it_at_once()
        self.john_goes_on_with_no_server_and_loses_nothing()
        self.everything_arrives_once_and_john_completes()

    # 1
    def the_server_holds_the_demo_world(self):
        self.serenityd = self.server("--test-clock")
        self.jane_api = self.serenityd.api(JANE)
        self.assertEqual(self.jane_api.get("/api/consultations/packages")["total"], 7)
        me = self.jane_api.get("/api/users/me")["user"]
        self.assertEqual((me["profile"]["displayName"], me["profile"]["title"]), ("Jane Smith", "CFO"))
        credits = self.jane_api.get("/api/clients/me/credits")
        self.assertEqual(credits["availableCredits"], 4)
        self.assertIn("Discovery & Assessment", credits["activePackages"][0]["packageName"])
        consultants = self.jane_api.get("/api/consultants")["consultants"]
        self.assertGreaterEqual(len(consultants), 3)
        for one in consultants:
            hours = self.jane_api.get(f"/api/consultants/{one['id']}/availability")["availability"]
            self.assertIn("regular", [rule["type"] for rule in hours], one["name"])
        self.expert = consultant_named(self.jane_api, "John Expert")["id"]
        mine = self.serenityd.api(JOHN).get("/api/consultations/me?limit=200")["consultations"]
        states = {c["status"]["current"] for c in mine}
        self.assertTrue({"completed", "confirmed"} <= states, states)

    # 2
    def john_sees_his_week(self):
        self.john = self.client(self.serenityd, JOHN)
        self.screen = self.enterContext(self.john.open())
        self.start = moment(free_slots(self.jane_api, self.expert)[0])
        self.screen.wait_for("Week ")
        self.screen.wait_for("online")
        self.turn_to_the_week_of(self.start)

    def turn_to_the_week_of(self, start):
        week = f"Week {start.astimezone(NEW_YORK).isocalendar().week} ·"
        for _ in range(4):
            self.screen.wait_quiet()
            if week in self.screen.text():
                return
            self.screen.press("]")
        self.screen.wait_for(week)

    # 3
    def jane_books_and_john_sees_it_at_once(self):
        def cells(text):
            return sum(line[:83].count("▌Acme") for line in text.splitlines())
        before = cells(self.screen.text())
        body = booking(self.start.strftime("%Y-%m-%dT%H:%M:%SZ"), self.expert)
        self.screen.wait_quiet()
        self.jane_api.get("/api/users/me")      # the connection is there already, as a browser's would be
        sent = time.monotonic()
        self.booked = self.jane_api.post("/api/consultations/book", body, status=201)["consultation"]
        shown = self.screen.wait_for(lambda text: "New booking" in text and cells(text) > before)
        took = (shown - sent) * 1000
        print(f"from Jane's request to John's screen with cell and toast: {took:.1f} ms")
        self.assertLess(took, TOAST_MS)
        self.assertGreater(took, 0)
        self.screen.wait_for("Jane Smith (Acme Corporation)")
        self.code, self.path = self.booked["consultationCode"], f"/api/consultations/{self.booked['id']}"

        self.jane = self.client(self.serenityd, JANE)
        self.assertIn("3 free  1 reserved", self.jane.run("credits"))
        # From here on Jane's two terminals stay open, and nobody touches a key of them.
        self.jane_session = self.enterContext(self.jane.open(rows=60))
        self.open_consultation(self.jane_session)
        self.jane_credits = self.enterContext(Client(self.serenityd, self.folder() / "credits", JANE).login().open())
        self.jane_credits.press("3")
        self.jane_credits.wait_for("3 free")
        self.jane_credits.wait_for("1 reserved")

    def open_consultation(self, screen):
        screen.wait_for("online")
        self.find(screen)
        screen.wait_for("Notes and results")

    def find(self, screen):
        screen.press("/")
        screen.wait_for("client, consultant, purpose or code")
        screen.type(self.code)
        screen.wait_for("1 found")
        screen.press("enter")

    def open_workbench(self, screen):
        """A session that runs opens there by itself."""
        self.find(screen)
        screen.wait_for(re.compile("Notes and results|F2 private"))
        if "Notes and results" in screen.text():
            screen.press("enter")
        screen.wait_for("F2 private")

    # 4
    def john_goes_on_with_no_server_and_loses_nothing(self):
        screen = self.screen
        self.open_workbench(screen)
        screen.press("f8")
        screen.wait_for("Start the session")
        screen.type("Michael Johnson, CTO, cto@acmecorp.com")
        screen.wait_for("cto@acmecorp.com")
        self.serenityd.kill()
        screen.wait_for("offline")
        screen.press("ctrl-s")
        screen.wait_for("in progress")
        self.type_lines(screen, PRIVATE)
        screen.press("f3")
        screen.wait_for("F2 private")
        self.type_lines(screen, SHARED)
        screen.press("f5")
        screen.wait_for("Action item ")
        screen.type(ITEMS[0])
        screen.press("ctrl-s")
        screen.wait_for(self.on_the_panel(ITEMS[0]))
        screen.press("f5")
        screen.wait_for("Action item ")
        screen.type(ITEMS[1])
        screen.press("tab", "right", "tab", "tab", "right", "ctrl-s")
        screen.wait_for(self.on_the_panel(ITEMS[1]))
        waits = self.offline_and_waiting(screen)
        screen.type("; the last words")
        screen.wait_for("; the last words")
        screen.kill()
        SHARED[-1] += "; the last words"

        # Still without a server: every character is there, and as much waits as before.
        self.screen = screen = self.enterContext(self.john.open())
        screen.wait_for("offline")
        self.open_workbench(screen)
        screen.wait_for("in progress")
        for line in PRIVATE:
            screen.wait_for(line)
        for item in ITEMS:
            screen.wait_for(self.on_the_panel(item))
        screen.wait_for("Michael Johnson")
        screen.press("f3")
        for line in SHARED:
            screen.wait_for(line)
        self.assertEqual(self.offline_and_waiting(screen), waits)
        self.assertEqual(self.john.json("status")["waiting"], waits)

    def type_lines(self, screen, lines):
        for i, line in enumerate(lines):
            if i > 0:
                screen.press("enter")
            screen.type(line)
            screen.wait_for(line)

    def on_the_panel(self, words):
        """The words, however the session's side panel breaks them into lines."""
        def there(text):
            panel = " ".join(line[1:37].strip(" │") for line in text.splitlines())
            return words in " ".join(panel.split())
        return there

    def offline_and_waiting(self, screen):
        """How many changes the status line says wait."""
        pattern = re.compile(r"offline since .* (\d+) changes? waits?, saved here")
        screen.wait_for(pattern)
        return int(pattern.search(screen.text()).group(1))

    # 5
    def everything_arrives_once_and_john_completes(self):
        self.serenityd.start()
        self.jane_api.close()
        screen = self.screen
        screen.wait_for("online · nothing waits", seconds=20)
        self.look_at_what_arrived()
        self.jane_session.wait_for("in progress", seconds=20)
        self.jane_session.wait_for(SHARED[0])
        self.assertNotIn(PRIVATE[1], self.jane_session.text())

        # An hour and three quarters later, with a screen that is opened anew.
        started = moment(self.arrived["schedule"]["actualStart"])
        later = started + datetime.timedelta(minutes=105, seconds=1)
        self.admin(self.serenityd).post("/api/v1/test/clock", {"now": later.strftime("%Y-%m-%dT%H:%M:%SZ")})
        screen.kill()
        self.screen = screen = self.enterContext(self.john.open())
        screen.wait_for("online")
        self.open_workbench(screen)
        self.add_deliverables(screen)
        self.complete(screen)
        self.look_at_the_completed_session()
        self.jane_saw_it_all()
        code, _ = self.serenityd.stop()
        self.assertEqual(code, 0)
        run_tool("check", data=self.serenityd.data)

    def look_at_what_arrived(self):
        john = self.serenityd.api(JOHN)
        self.arrived = john.get(self.path)["consultation"]
        history = [entry["status"] for entry in self.arrived["status"]["history"]]
        self.assertEqual(history.count("in_progress"), 1, history)
        self.assertEqual(self.arrived["notes"]["consultant"].rstrip("\n"), "\n".join(PRIVATE))
        self.assertEqual(self.arrived["liveNotes"]["text"].rstrip("\n"), "\n".join(SHARED))
        self.assertEqual(sorted(item["description"] for item in self.arrived["actionItems"]), sorted(ITEMS))
        people = [a["name"] for a in self.arrived["attendees"]["additional"]]
        self.assertEqual(people, ["Michael Johnson"])
        run_tool("check", data=self.serenityd.data)

    def add_deliverables(self, screen):
        for i, name in enumerate(DELIVERABLES):
            screen.press("f6")
            screen.wait_for("Deliverable ─")
            screen.type(name)
            screen.press("tab", *["right"] * i, "tab")
            screen.type("15-page analysis of current state")
            screen.press("tab", "right", "right", "tab", "tab")
            screen.type(f"report-{i}.pdf")
            screen.press("tab")
            screen.type(f"s3://bucket/reports/report-{i}.pdf")
            screen.press("ctrl-s")
            screen.wait_for(self.on_the_panel(name))

    def complete(self, screen):
        screen.press("f9")
        screen.wait_for("Complete the session")
        screen.wait_for(re.compile(r"it took 1 h 4\d.* 1 h 30 of credit of Discovery & Assessment Program are used. +2"))
        for lines in ([SUMMARY], KEY_POINTS, RECOMMENDATIONS, [], [NEXT_STEPS], [INTERNAL]):
            for i, line in enumerate(lines):
                if i > 0:
                    screen.press("enter")
                screen.type(line)
            screen.press("tab")
        screen.wait_for(INTERNAL)
        screen.press("ctrl-s")
        screen.wait_for("completed", seconds=20)
        screen.wait_for("online · nothing waits", seconds=20)

    def look_at_the_completed_session(self):
        john, jane = self.serenityd.api(JOHN), self.serenityd.api(JANE)
        done = john.get(self.path)["consultation"]
        self.assertEqual(done["status"]["current"], "completed")
        when = done["schedule"]
        took = moment(when["actualEnd"]) - moment(when["actualStart"])
        self.assertEqual(when["duration"], {"scheduled": 90, "actual": took // datetime.timedelta(minutes=1)})
        self.assertGreaterEqual(when["duration"]["actual"], 105)
        self.assertTrue(done["billing"]["creditConsumed"])
        self.assertEqual(done["billing"]["creditsUsed"], 1)
        outcomes = done["outcomes"]
        self.assertEqual((outcomes["summary"], outcomes["keyPoints"], outcomes["recommendations"]),
                         (SUMMARY, KEY_POINTS, RECOMMENDATIONS))
        self.assertEqual(done["nextSteps"], NEXT_STEPS)
        self.assertIn(INTERNAL, done["notes"]["internal"])
        self.assertEqual([(d["name"], d["status"], d["file"]["url"]) for d in
                          sorted(done["deliverables"], key=lambda d: d["file"]["url"])],
                         [(name, "completed", f"s3://bucket/reports/report-{i}.pdf")
                          for i, name in enumerate(DELIVERABLES)])
        items = {i["description"]: (i["assignedTo"], i["priority"]) for i in done["actionItems"]}
        self.assertEqual(set(items), set(ITEMS))
        self.assertEqual(len(done["actionItems"]), 2)
        self.assertEqual(items[ITEMS[1]][0], "consultant")
        self.assertEqual(jane.get("/api/clients/me/credits")["availableCredits"], 3)
        self.assertIn("3 free  0 reserved", self.jane.run("credits"))
        self.assertNotIn(INTERNAL, str(jane.get(self.path)))

    def jane_saw_it_all(self):
        seen = self.jane_session
        seen.wait_for("completed", seconds=20)
        for words in [SUMMARY, *KEY_POINTS, *RECOMMENDATIONS, *DELIVERABLES, *ITEMS]:
            seen.wait_for(lambda text, words=words: words in flat(text))
        self.assertNotIn(INTERNAL, flat(seen.text()))
        self.jane_credits.wait_gone("1 reserved", seconds=20)
        self.jane_credits.wait_for("Session completed")
        self.jane_credits.wait_for("3 free")


def flat(text):
    """The right-hand panel's text, its line breaks undone."""
    lines = [line.split("│")[-2] if line.count("│") >= 2 else "" for line in text.splitlines()]
    return " ".join(" ".join(lines).split())


if __name__ == "__main__":
    unittest.main()
