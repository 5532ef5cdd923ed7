"""A bad network: eight devices of two organisations and two consultants go on acting while their connections are cut,
delayed, truncated, dribbled, swallowed and refused, while some of them are killed, and the server too. Then the network
heals, and within half a minute everyone knows the same, every operation happened once or was refused with a reason.

    SERENITY_CHAOS_SEED=N     the schedule of an earlier run
    test_chaos.py --rounds N  longer: so many rounds of chaos and healing"""

import argparse
import os
import pathlib
import random
import sys
import time
import unittest
import uuid

sys.path += [str(pathlib.Path(__file__).resolve().parent.parent / folder) for folder in ("lib", "sync", "api")]

from caches import differences, operations, rows_of  # noqa: E402
from chaos_proxy import FAULTS, ChaosProxy  # noqa: E402
from probe import Probe  # noqa: E402
from server import SLOW  # noqa: E402
from story import JANE, JOHN, Story, consultant_named, free_slots, moment  # noqa: E402
from syncing import Program  # noqa: E402

BETA, MARIA = "coo@betaindustries.example", "maria@insightserenity.com"
DEVICES = [JANE, JANE, BETA, BETA, JOHN, JOHN, MARIA, MARIA]
CONVERGED_S = 30
PHASES, ACTS = 6, 32    # of a round; acts of a phase
ROUNDS = 1
MINUTES = 90
NAMES = {"book": "consultation.book", "cancel": "consultation.cancel", "confirm": "consultation.confirm",
         "start": "consultation.start", "complete": "consultation.complete", "note": "note.edit",
         "item": "consultation.add_action_item"}
# The states of a consultation after it was done, whatever came later.
AFTER = {"confirm": ("confirmed", "in_progress", "completed", "cancelled"), "start": ("in_progress", "completed"),
         "complete": ("completed",), "cancel": ("cancelled",),
         "book": ("scheduled", "confirmed", "in_progress", "completed", "cancelled")}


class Device:
    """One program of one person, its lane to the server, and what it was told is queued."""

    def __init__(self, story, number, email):
        self.story, self.number, self.email = story, number, email
        self.lane = story.proxy.lanes[number]
        self.home = story.folder() / "home"
        self.is_client = email in (JANE, BETA)
        self.queued = []        # (what, marker): an id or a word that names it
        self.probe = None

    def start(self):
        self.probe = Probe(self.home, f"http://127.0.0.1:{self.lane.port}")
        return self

    def sign_in(self):
        self.probe.must("login", self.email, self.story.serenityd.accounts[self.email].password)
        self.probe.wait("online")

    def restart(self):
        self.probe.kill()
        self.start()

    def act(self, chance):
        acts = [self.book, self.cancel, self.note, self.note, self.item, self.item]
        if not self.is_client:
            acts = [self.confirm, self.confirm, self.start_session, self.complete, *acts[2:]]
        chance.choice(acts)(chance)

    def queue(self, what, marker, *words):
        """What the program says is queued must come to its end; what it refuses at once is no matter."""
        answer = self.probe.ask(*words)
        if answer.get("ok") == "yes":
            self.queued.append((what, answer.get("id") or marker))

    def some(self, chance, *states):
        """One of the consultations that it shows in those states; None without any."""
        listed = self.probe.ask("list", self.story.begin, self.story.end)["list"]
        fitting = sorted(c["row"]["id"] for c in listed if c["row"]["status"] in states)
        return chance.choice(fitting) if fitting else None

    def book(self, chance):
        consultant, start = chance.choice(self.story.slots)
        self.queue("book", None, "book", consultant, start, start + MINUTES * 60000)

    def move(self, chance, verb, *states, words=()):
        which = self.some(chance, *states)
        if which is not None:
            self.queue(verb, which, verb, which, *words)

    def cancel(self, chance):
        if chance.random() < 0.4:
            self.move(chance, "cancel", "scheduled", "confirmed")

    def confirm(self, chance):
        self.move(chance, "confirm", "scheduled")

    def start_session(self, chance):
        self.move(chance, "start", "confirmed")

    def complete(self, chance):
        if chance.random() < 0.3:
            self.move(chance, "complete", "in_progress", words=["three areas"])

    def item(self, chance):
        which, word = self.some(chance, "scheduled", "confirmed", "in_progress"), self.story.word()
        if which is not None:
            self.queue("item", word, "item", which, word)

    def note(self, chance):
        """A line more at the end of what its editor shows."""
        which = self.some(chance, "scheduled", "confirmed", "in_progress")
        if which is None:
            return
        kind = chance.choice(["shared", "client"] if self.is_client else ["shared", "live", "consultant"])
        word = self.story.word()
        shown = next((n for n in self.probe.ask("show", which)["notes"] if n["kind"] == kind), {"text": ""})
        text = (shown["text"] + "\n" + word).strip().replace("\n", "\\n")
        self.queue("note", word, "note", which, kind, text)

    def waiting(self):
        return self.probe.ask("outbox")["waiting"]

    def online(self):
        return self.probe.ask("connection")["state"] == "online"


class Chaos(Story):
    def test_everyone_converges_and_nothing_is_lost_or_done_twice(self):
        self.seed = int(os.environ.get("SERENITY_CHAOS_SEED") or random.SystemRandom().randrange(1 << 32))
        print(f"SERENITY_CHAOS_SEED={self.seed}", flush=True)
        self.chance = random.Random(self.seed)
        self.words = 0
        self.open_the_world()
        for number in range(ROUNDS):
            self.chaos(number)
            self.heal()
            self.everything_happened_once_or_was_refused()
        for device in self.devices:
            device.probe.close()
        self.serenityd.stop()
        self.serenityd.check()

    def word(self):
        self.words += 1
        return f"word-{self.words}-{self.seed}"

    # Eight devices, credits, and few enough slots that people run into each other.
    def open_the_world(self):
        self.serenityd = self.server("--rate-per-minute", "0", "--login-rate-per-minute", "0", "--log-level", "warn")
        jane = self.serenityd.api(JANE)
        self.begin = int(time.time() * 1000)
        self.end = self.begin + 60 * 24 * 3600 * 1000
        self.slots = []
        for name in ("John Expert", "Maria Okafor"):
            who = consultant_named(jane, name)["id"]
            starts = [int(moment(start).timestamp() * 1000) for start in free_slots(jane, who, MINUTES, 20)]
            self.slots += [(who, start) for start in self.chance.sample(starts, 12)]
        admin = self.admin(self.serenityd)
        for email in (JANE, BETA):
            client = self.serenityd.api(email).get("/api/clients/me")["client"]["id"]
            admin.post(f"/api/clients/{client}/credits", {
                "packageId": "PKG-DISCOVERY-ASSESSMENT", "credits": 50, "reason": "for a bad network"})
        self.proxy = self.enterContext(ChaosProxy(self.serenityd.port, len(DEVICES), self.seed))
        self.devices = [Device(self, number, email).start() for number, email in enumerate(DEVICES)]
        for device in self.devices:
            self.addCleanup(lambda device=device: device.probe.__exit__())
            device.sign_in()

    def chaos(self, number):
        """In each phase every lane has another fault, or none; somebody dies in each."""
        for phase in range(PHASES):
            faults = self.chance.sample([*FAULTS, "clean"], len(FAULTS) + 1)
            for device, fault in zip(self.devices, faults):
                device.lane.suffer(fault)
            print(f"round {number}, phase {phase}: {' '.join(faults)}", flush=True)
            dies = self.chance.randrange(ACTS)
            for act in range(ACTS):
                if act == dies:
                    self.somebody_dies(phase)
                self.chance.choice(self.devices).act(self.chance)
                time.sleep(self.chance.uniform(0, 0.1))
            if not self.serenityd.running():
                self.serenityd.start()

    def somebody_dies(self, phase):
        if phase in (1, 4):
            self.serenityd.kill()
            self.serenityd.check()
        else:
            self.chance.choice(self.devices).restart()
        if phase == 4:
            self.serenityd.start()

    def heal(self):
        """From the moment on at which the network is well; prints when each device knew all."""
        tokens = {email: self.serenityd.api(email).token for email in set(DEVICES)}
        healed = time.monotonic()
        self.proxy.heal()
        late = {device.number: device for device in self.devices}
        sent = {}
        while len(sent) < len(late):
            for device in self.devices:
                if device.number not in sent and device.online() and device.waiting() == 0:
                    sent[device.number] = time.monotonic() - healed
            self.not_too_late(healed, {n: f"{d.ask('connection')} {d.ask('outbox')}" for n, d in
                                       ((n, d.probe) for n, d in late.items()) if n not in sent})
            time.sleep(0.05)
        print("sent after", " ".join(f"{sent[n]:.1f}" for n in sorted(sent)), "s", flush=True)
        self.truth = {email: self.what_the_server_says(token) for email, token in tokens.items()}
        while late:
            odd = {n: differences(rows_of(d.home), self.truth[d.email]) for n, d in late.items()}
            late = {n: late[n] for n, difference in odd.items() if difference}
            self.not_too_late(healed, odd)
            time.sleep(0.05)
        print(f"converged after {time.monotonic() - healed:.1f} s", flush=True)

    def not_too_late(self, healed, what):
        self.assertLess(time.monotonic() - healed, CONVERGED_S * SLOW, what)

    def what_the_server_says(self, token):
        """Everything a new device with that token is given, straight from the server: {(table, id): row}."""
        program = Program.dial(self.serenityd.port, timeout=30)
        program.start(token, str(uuid.uuid4()))
        rows = program.until_ready().rows
        program.close()
        return rows

    def everything_happened_once_or_was_refused(self):
        refused = done = 0
        texts, items, consultations = self.what_there_is()
        for device in self.devices:
            told = self.refusals(device)
            for what, marker in device.queued:
                if any(name == NAMES[what] and marker in args for name, args in told):
                    refused += 1
                    continue
                done += 1
                if what == "item":
                    self.assertEqual(items.count(marker), 1, (device.number, marker))
                elif what == "note":
                    self.assertEqual(texts.count(marker), 1, (device.number, marker, told))
                else:
                    self.assertIn(marker, consultations, device.number)
                    self.assertIn(consultations[marker]["status"], AFTER[what], (device.number, marker))
            for name, args in told:
                self.assertFalse(name == NAMES["item"] and any(item in args for item in items), args)
        print(f"{done} operations done, {refused} refused", flush=True)
        self.assertGreater(done, PHASES * ACTS // 4)
        self.nobody_is_booked_twice(consultations)

    def refusals(self, device):
        """What the program shows as refused, each with a reason: (name, arguments)."""
        shown = device.probe.ask("refusals")["list"]
        for refusal in shown:
            self.assertTrue(refusal["code"] and refusal["message"], refusal)
        kept = operations(device.home)
        return [(kept[refusal["n"]][0], kept[refusal["n"]][1] + (refusal.get("text") or "")) for refusal in shown]

    def what_there_is(self):
        rows = {key: row for truth in self.truth.values() for key, row in truth.items()}
        texts = "\n".join(self.every_device_shows_the_same_notes().values())
        items = [row["description"] for (table, _), row in rows.items() if table == "action_item"]
        return texts, items, {key: row for (table, key), row in rows.items() if table == "consultation"}

    def every_device_shows_the_same_notes(self):
        """{note: text} as the server answers who may read it; each device that may shows just that."""
        notes = {}
        for device in self.devices:
            api = self.serenityd.api(device.email)
            for note in [key for table, key in self.truth[device.email] if table == "note"]:
                which, kind = note.split(":")
                if note not in notes:
                    notes[note] = api.get(f"/api/v1/consultations/{which}/notes/{kind}")["note"]["text"]
                until = time.monotonic() + 5 * SLOW # what a row does not carry is on its way
                while (shown := self.shown(device, which, kind)) != notes[note] and time.monotonic() < until:
                    time.sleep(0.05)
                self.assertEqual(shown, notes[note], (device.number, note))
        return notes

    def shown(self, device, which, kind):
        return {n["kind"]: n["text"] for n in device.probe.ask("show", which)["notes"]}.get(kind)

    def nobody_is_booked_twice(self, consultations):
        held = [row for row in consultations.values() if row["status"] in ("scheduled", "confirmed", "in_progress")]
        for one in held:
            for other in held:
                if one["id"] < other["id"] and one["consultantId"] == other["consultantId"]:
                    self.assertTrue(one["end"] <= other["start"] or other["end"] <= one["start"], (one, other))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options, rest = parser.parse_known_args()
    ROUNDS = options.rounds
    unittest.main(argv=[sys.argv[0], *rest])
