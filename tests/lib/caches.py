"""What a client has on its disk, looked at from outside, and how it differs from what the server says."""

import contextlib
import json
import sqlite3


def opened(path):
    return contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10))


def rows_of(home):
    """The cache: {(table, id): row} of what is visible, columns as SQLite has them."""
    with opened(home / "cache.db") as cache:
        cache.row_factory = sqlite3.Row
        cache.execute("BEGIN")
        gen = cache.execute("SELECT gen FROM state").fetchone()[0]
        tables = [name for name, in cache.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
                  if name not in ("state", "link", "slots")]
        return {(table, row["id"]): dict(row) for table in tables
                for row in cache.execute(f'SELECT * FROM "{table}" WHERE gen = ?', (gen,))}


def operations(home):
    """The outbox: {n: (name, the arguments as text)} of all that it still holds."""
    with opened(home / "outbox.db") as outbox:
        return {n: (name, args) for n, name, args in outbox.execute("SELECT n, name, args FROM operation")}


def differs(cached, told):
    """Whether a column holds something else than the server's value; words of enumerations are numbers there."""
    if isinstance(told, (dict, list)):
        return json.loads(cached or "null") != told
    if isinstance(told, str):
        return isinstance(cached, str) and cached != told
    return cached != told


def differences(cache, truth):
    """Words about what is missing, too much or different; nothing when they are the same."""
    lacks = [f"lacks {key}" for key in truth.keys() - cache.keys()]
    keeps = [f"still has {key}" for key in cache.keys() - truth.keys()]
    other = [f"{key} has {name}={cache[key][name]!r}, not {told!r}" for key in truth.keys() & cache.keys()
             for name, told in truth[key].items() if name in cache[key] and differs(cache[key][name], told)]
    return sorted(lacks + keeps + other)
