"""Worlds that are larger than the demo: made by copying rows of the demo world in a store that no server has open."""

import contextlib
import json
import random
import sqlite3
import time
import uuid

DAY_MS = 86400000


def new_id(at_ms):
    """A UUIDv7."""
    noise = uuid.uuid4().int
    value = (at_ms & ((1 << 48) - 1)) << 80 | 7 << 76 | (noise >> 64 & 0xFFF) << 64 | 2 << 62 | noise & ((1 << 62) - 1)
    return str(uuid.UUID(int=value))


@contextlib.contextmanager
def store(path):
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA foreign_keys = OFF")
    try:
        yield connection
        connection.commit()
    finally:
        connection.close()


def row_of(db, table, where, *values):
    row = db.execute(f"SELECT * FROM {table} WHERE {where}", values).fetchone()
    assert row is not None, f"the demo world has no such row: {table} where {where}"
    return dict(row)


def insert(db, table, row):
    marks = ", ".join("?" for _ in row)
    db.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))


def with_ids(row, ids, **changes):
    """A copy of the row in which every old id, alone or inside a text, is the new one."""
    def swap(value):
        if isinstance(value, str):
            for old, new in ids.items():
                value = value.replace(old, new)
        return value
    return {**{key: swap(value) for key, value in row.items()}, **changes}


def add_pairs(path, count, client_email, consultant_email):
    """`count` clients and as many consultants who can be booked at any hour of any day, with no cap and no buffer.
    All have the passwords of those they are copied from. Returns [(client e-mail, consultant id)]."""
    now, pairs = int(time.time() * 1000), []
    with store(path) as db:
        client_person = row_of(db, "person", "email = ?", client_email)
        client = row_of(db, "client", "id = ?", client_person["client_id"])
        consultant_person = row_of(db, "person", "email = ?", consultant_email)
        consultant = row_of(db, "consultant", "person_id = ?", consultant_person["id"])
        rule = row_of(db, "availability", "consultant_id = ? AND kind = 0", consultant["id"])
        for i in range(count):
            email = f"client{i}@bench.example"
            ids = {client_person["id"]: new_id(now), client["id"]: new_id(now)}
            insert(db, "person", with_ids(client_person, ids, email=email, email_key=email))
            insert(db, "client", with_ids(client, ids, code=f"CLI-BENCH-{i:05d}", primary_email=email))

            other = f"consultant{i}@bench.example"
            ids = {consultant_person["id"]: new_id(now), consultant["id"]: new_id(now)}
            insert(db, "person", with_ids(consultant_person, ids, email=other, email_key=other))
            insert(db, "consultant", with_ids(consultant, ids, code=f"EXP-BENCH-{i:05d}", name=f"Consultant {i}"))
            today = now // DAY_MS
            insert(db, "availability", with_ids(rule, ids, id=new_id(now), start_date=today - 1, end_date=today + 400,
                                                days=127, slots="[[0,1440]]", timezone="Etc/UTC", max_per_day=0,
                                                buffer=0))
            pairs.append((email, ids[consultant["id"]]))
        db.execute("UPDATE tenant SET max_per_day = 0, buffer_minutes = 0")
    return pairs


WORDS = """assessment audit board budget capability change cloud coaching cost culture customer data delivery design
digital executive finance forecast gap governance growth hiring innovation inventory leadership margin market migration
model network operating organisation partner people performance planning platform portfolio pricing process product
quality regulation reporting resilience retention revenue review risk roadmap sales sourcing stakeholder strategy supply
system talent team technology training transformation vendor vision warehouse workflow workshop""".split()


def add_consultations(path, count, consultant_email, notes=False):
    """`count` past sessions of the consultant, each unlike the others: an hour each, one after the other, back from the
    earliest there is. notes: most with a note of the client's, which the server makes a merging text with a history."""
    now, chance = int(time.time() * 1000), random.Random(count)
    with store(path) as db:
        person = row_of(db, "person", "email = ?", consultant_email)
        patterns = [dict(row) for row in db.execute("SELECT * FROM consultation WHERE consultant_id = ? AND "
                                                    "status = 4", (person["consultant_id"],))]
        assert len(patterns) > 5, "the demo world has too few completed sessions"
        start = db.execute("SELECT min(starts_at) FROM consultation").fetchone()[0]
        db.execute("DROP TRIGGER IF EXISTS consultation_no_overlap_insert")
        for i in range(count):
            start -= chance.choice((90, 105, 120, 150)) * 60000
            pattern, ident = chance.choice(patterns), new_id(now - count + i)
            begun = start + chance.randrange(600000)
            insert(db, "consultation", with_ids(
                pattern, {pattern["id"]: ident}, code=f"CONS-BENCH-{i:06d}", starts_at=start, ends_at=start + 3600000,
                actual_start=begun, actual_end=begun + chance.randrange(3000000, 4500000), blocks=0,
                booked_at=start - chance.randrange(30 * DAY_MS), confirmed_at=start - chance.randrange(DAY_MS),
                minutes=60, purpose=" ".join(chance.choices(WORDS, k=chance.randrange(3, 9))).capitalize(),
                client_notes=" ".join(chance.choices(WORDS, k=chance.randrange(15) if notes else 0))))


def requests(lines):
    """Lines for bench_http from (method, path, token, body)."""
    return "\n".join("\t".join([method, path, token or "-", json.dumps(body) if body is not None else "-"])
                     for method, path, token, body in lines) + "\n"
