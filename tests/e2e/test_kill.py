"""kill -9 of the server under load, again and again: what was acknowledged is there, once; what was not, can be sent
again under the same key and is there once as well."""

import collections
import http.client
import random
import threading
import time
import uuid

from server import SLOW
from story import JANE, JOHN, Story, booking, consultant_named, free_slots

ROUNDS, WRITERS = 6, 6


class Writer(threading.Thread):
    """Adds action items with ids and keys of its own until the server is gone."""

    def __init__(self, api, consultation):
        super().__init__(daemon=True)
        self.api, self.consultation = api, consultation
        self.acknowledged, self.unknown = [], None
        self.odd = []

    def run(self):
        while True:
            key = str(uuid.uuid4())
            self.unknown = key
            try:
                reply = add_item(self.api, self.consultation, key)
            except (OSError, http.client.HTTPException):
                return
            if reply.status == 503:
                return
            if reply.status != 201:
                self.odd.append(repr(reply))
                return
            self.acknowledged.append(key)
            self.unknown = None


def add_item(api, consultation, key):
    body = {"description": f"item {key}", "assignedTo": "client", "priority": "low"}
    return api.call("POST", f"/api/consultations/{consultation}/action-items", body, {"Idempotency-Key": key})


class Kill(Story):
    def test_every_acknowledged_operation_is_there_exactly_once(self):
        server = self.server("--rate-per-minute", "0")
        jane, john = server.api(JANE), server.api(JOHN)
        who = consultant_named(jane, "John Expert")["id"]
        consultation = jane.post("/api/consultations/book", booking(free_slots(jane, who)[0], who))["consultation"]["id"]
        chance = random.Random(20261123)
        acknowledged, retried = [], []
        for _ in range(ROUNDS):
            writers = [Writer(self.another(server, john), consultation) for _ in range(WRITERS)]
            for writer in writers:
                writer.start()
            time.sleep(chance.uniform(0.05, 0.6) * min(SLOW, 4))
            server.kill()
            for writer in writers:
                writer.join(60)
            self.assertEqual([odd for writer in writers for odd in writer.odd], [])
            server.check()
            server.start()
            john.close()
            for writer in writers:
                acknowledged += writer.acknowledged
                if writer.unknown:
                    reply = add_item(john, consultation, writer.unknown)
                    self.assertEqual(reply.status, 201, reply)
                    retried.append(writer.unknown)
        self.assertGreater(len(acknowledged), ROUNDS * WRITERS)
        self.assertEqual(self.count_items(john, consultation), {f"item {key}": 1 for key in acknowledged + retried})
        server.stop()
        server.check()
        server.start()

    def another(self, server, api):
        """A connection of its own for the same session."""
        other = server.api()
        other.token = api.token
        return other

    def count_items(self, api, consultation):
        items = api.get(f"/api/consultations/{consultation}")["consultation"]["actionItems"]
        return collections.Counter(item["description"] for item in items)
