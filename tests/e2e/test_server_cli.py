"""serenityd as its administrator meets it on the command line."""

import ctypes
import errno
import json
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess

from server import BIN, SLOW, Server, run_tool
from story import JANE, JOHN, Story, booking, consultant_named, free_slots


class ServerCommandLine(Story):
    def test_starts_with_nothing_and_ends_on_sigterm(self):
        server = Server(self.folder()).start()
        health = server.api().call("GET", "/healthz")
        self.assertEqual(health.status, 200)
        code, seconds = server.stop()
        self.assertEqual(code, 0)
        self.assertLess(seconds, 5 * SLOW)

    def test_listens_on_loopback_only_and_refuses_anything_else(self):
        server = self.server(demo=False)
        listening = subprocess.run(["/usr/bin/env", "cat", "/proc/net/tcp", "/proc/net/tcp6"], capture_output=True,
                                   text=True).stdout
        port = f":{server.port:04X}"
        bound = [line.split()[1] for line in listening.splitlines()
                 if line.split()[1].endswith(port) and line.split()[3] == "0A"]
        self.assertEqual(bound, [f"0100007F{port}"])
        for address in ("0.0.0.0:0", "192.0.2.1:8180", "[::]:0"):
            done = self.try_to_start("--listen", address)
            self.assertNotEqual(done.returncode, 0, address)
            self.assertIn("loopback", done.stdout + done.stderr)

    def test_never_listens_beyond_loopback_where_netlink_is_forbidden(self):
        """There libwebsockets binds every interface, whatever it was told: then nothing must start."""
        data = self.folder() / "data"
        done = subprocess.run([str(BIN / "serenityd"), "--data", str(data), "--listen", "127.0.0.1:0"],
                              preexec_fn=forbid_netlink, capture_output=True, text=True, timeout=20 * SLOW)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("loopback", done.stderr)

    def try_to_start(self, *options):
        command = [str(BIN / "serenityd"), "--data", str(self.folder() / "data"), *options]
        return subprocess.run(command, capture_output=True, text=True, timeout=20 * SLOW)

    def test_listens_on_a_unix_socket(self):
        path = self.folder() / "socket"
        process = subprocess.Popen([str(BIN / "serenityd"), "--data", str(self.folder() / "data"), "--listen",
                                    f"unix:{path}"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.assertIn("listening on", process.stdout.readline())
        # Nobody but the owner and the group (nginx) may connect.
        self.assertEqual(path.stat().st_mode & 0o007, 0)
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(path))
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            self.assertRegex(connection.recv(4096), b"^HTTP/1.1 200 ")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(10 * SLOW), 0)

    def test_demo_is_idempotent_and_prints_the_accounts(self):
        data = self.folder() / "data"
        first = run_tool("demo", data=data)
        again = run_tool("demo", data=data)
        self.assertEqual(first, again)
        accounts = {line.split()[0]: line.split()[2] for line in first.splitlines()}
        self.assertIn(JOHN, accounts)
        self.assertIn(JANE, accounts)
        self.assertTrue(any("admin" in role for role in accounts.values()))
        run_tool("check", data=data)

    def test_data_folder_is_closed_to_others(self):
        data = self.folder() / "data"
        run_tool("demo", data=data)
        self.assertEqual(data.stat().st_mode & 0o777, 0o700)
        for path in data.rglob("*"):
            self.assertEqual(path.stat().st_mode & 0o077, 0, path)

    def test_create_admin(self):
        server = Server(self.folder())
        run_tool("create-admin", "--email", "root@example.com", "--password-stdin", data=server.data,
                 stdin="a long enough passphrase\n")
        with server:
            me = server.api("root@example.com", "a long enough passphrase").get("/api/users/me")
            self.assertIn("admin", json.dumps(me))

    def test_create_admin_refuses_a_short_password_and_a_second_of_the_same(self):
        data = self.folder() / "data"
        create = ["create-admin", "--email", "root@example.com", "--password-stdin"]
        self.assertNotEqual(self.exit_code(data, create, "short\n"), 0)
        self.assertEqual(self.exit_code(data, create, "a long enough passphrase\n"), 0)
        self.assertNotEqual(self.exit_code(data, create, "a long enough passphrase\n"), 0)

    def exit_code(self, data, words, stdin):
        return subprocess.run([str(BIN / "serenityd"), "--data", str(data), *words], input=stdin,
                              capture_output=True, text=True, timeout=20 * SLOW).returncode

    def test_unknown_words_and_options_are_refused(self):
        for words in (["no-such-command"], ["--no-such-option"], ["--listen"]):
            done = subprocess.run([str(BIN / "serenityd"), *words], capture_output=True, text=True,
                                  cwd=self.folder(), timeout=20 * SLOW)
            self.assertNotEqual(done.returncode, 0, words)
            self.assertTrue(done.stderr, words)

    def test_help_names_every_command_and_option(self):
        text = run_tool("--help")
        for word in ("--data", "--listen", "--config", "--test-clock", "demo", "create-admin", "check", "backup", "restore",
                     "openapi"):
            self.assertIn(word, text)

    def test_openapi_lists_every_operation_with_its_path(self):
        document = json.loads(run_tool("openapi"))
        self.assertTrue(document["openapi"].startswith("3.1"))
        for path, method in (("/api/consultations/book", "post"), ("/api/consultations/{id}/complete", "post"),
                             ("/api/consultations/{id}", "patch"), ("/api/v1/auth/login", "post"),
                             ("/api/consultants/{id}/availability", "get"), ("/api/clients/me/credits", "get")):
            self.assertIn(method, document["paths"][path], path)
        operations = [o for methods in document["paths"].values() for o in methods.values()]
        self.assertGreaterEqual(len({o["operationId"] for o in operations}), 34)
        for operation in operations:
            self.assertTrue(operation.get("summary") or operation.get("description"), operation)

    def test_the_test_clock_needs_its_switch(self):
        plain, clocked = self.server(), self.server("--test-clock")
        move = {"now": "2031-01-01T00:00:00Z"}
        refused = self.admin(plain).call("POST", "/api/v1/test/clock", move)
        self.assertIn(refused.status, (403, 404))
        self.assertEqual(clocked.api(JANE).call("POST", "/api/v1/test/clock", move).status, 403)
        admin = self.admin(clocked)
        admin.post("/api/v1/test/clock", move)
        self.assertIn("test", clocked.log_tail().lower())

    def test_refuses_a_store_that_is_newer(self):
        data = self.folder() / "data"
        run_tool("demo", data=data)
        store = sqlite3.connect(store_path(data))
        table, column = next((t, c) for t, c in (("schema_migration", "version"), ("migration", "version"),
                                                 ("schema", "version"))
                             if store.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (t,)).fetchone())
        columns = [row[1] for row in store.execute(f"PRAGMA table_info({table})")]
        values = ["9999" if name == column else "'x'" if "at" not in name else "0" for name in columns]
        store.execute(f"INSERT INTO {table} VALUES ({', '.join(values)})")
        store.commit()
        store.close()
        done = subprocess.run([str(BIN / "serenityd"), "--data", str(data), "--listen", "127.0.0.1:0"],
                              capture_output=True, text=True, timeout=20 * SLOW)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("newer", done.stdout + done.stderr)


def forbid_netlink():
    """From here on socket(AF_NETLINK, ...) fails, as under a unit's RestrictAddressFamilies (seccomp, x86-64)."""
    def step(code, yes, no, value):
        return struct.pack("HBBI", code, yes, no, value)
    load, equal, answer = 0x20, 0x15, 0x06
    program = b"".join([step(load, 0, 0, 0),                            # the system call
                        step(equal, 0, 3, 41),                          # socket?
                        step(load, 0, 0, 16),                           # its first argument
                        step(equal, 0, 1, socket.AF_NETLINK),
                        step(answer, 0, 0, 0x00050000 | errno.EAFNOSUPPORT),
                        step(answer, 0, 0, 0x7FFF0000)])                # allow
    steps = ctypes.create_string_buffer(program)
    filter_program = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(steps))
    libc = ctypes.CDLL(None)
    assert libc.prctl(38, 1, 0, 0, 0) == 0                              # no new privileges
    assert libc.prctl(22, 2, filter_program, 0, 0) == 0                 # seccomp, filter


class Check(Story):
    """`serenityd check` finds what it is there to find, and says what."""

    DAMAGE = {
        "a balance that its postings do not prove":
            "UPDATE lot SET free = free - 1, expired = expired + 1 WHERE free > 0",
        "a posting that does not sum to zero":
            "DROP TRIGGER ledger_posting_no_update;"
            "UPDATE ledger_posting SET minutes = minutes + 1 WHERE rowid = (SELECT max(rowid) FROM ledger_posting)",
        "an audit entry that was rewritten":
            "DROP TRIGGER audit_no_update; UPDATE audit SET op = 'nothing.to.see' WHERE n = (SELECT max(n) FROM audit)",
        "an audit entry that was taken out":
            "DROP TRIGGER audit_no_delete; DELETE FROM audit WHERE n = (SELECT max(n) - 1 FROM audit)",
        "two sessions of one consultant at once":
            "DROP TRIGGER consultation_no_overlap_update;"
            "UPDATE consultation SET consultant_id = (SELECT consultant_id FROM consultation WHERE blocks = 1 LIMIT 1),"
            " starts_at = (SELECT starts_at FROM consultation WHERE blocks = 1 LIMIT 1),"
            " ends_at = (SELECT ends_at FROM consultation WHERE blocks = 1 LIMIT 1) WHERE blocks = 1",
    }

    def test_finds_planted_damage(self):
        whole = self.folder() / "data"
        server = Server(whole.parent, demo=True)
        with server:
            jane = server.api(JANE)
            john = consultant_named(jane, "John Expert")["id"]
            jane.post("/api/consultations/book", booking(free_slots(jane, john)[0], john))
        run_tool("check", data=whole)
        for what, statements in self.DAMAGE.items():
            with self.subTest(what):
                data = self.folder() / "data"
                shutil.copytree(whole, data)
                store = sqlite3.connect(store_path(data))
                store.executescript(statements)
                store.commit()
                store.close()
                self.assertTrue(run_tool("check", data=data, status=1).strip())

    def test_finds_a_broken_file(self):
        data = self.folder() / "data"
        run_tool("demo", data=data)
        with open(store_path(data), "r+b") as store:
            size = os.fstat(store.fileno()).st_size
            for page in range(8, size // 4096, 7):
                store.seek(page * 4096)
                store.write(b"\xff" * 200)
        done = subprocess.run([str(BIN / "serenityd"), "--data", str(data), "check"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertTrue((done.stdout + done.stderr).strip())


class Backup(Story):
    def test_a_backup_while_running_holds_what_was_acknowledged_before(self):
        server = self.server()
        jane = server.api(JANE)
        john = consultant_named(jane, "John Expert")["id"]
        slots = free_slots(jane, john)
        before = jane.post("/api/consultations/book", booking(slots[0], john))["consultation"]
        file = self.folder() / "copy.db"
        run_tool("backup", file, data=server.data)
        after = jane.post("/api/consultations/book", booking(slots[-1], john))["consultation"]
        self.assertEqual(file.stat().st_mode & 0o077, 0)

        restored = Server(self.folder())
        restored.accounts = server.accounts
        restored.data.mkdir(mode=0o700)
        shutil.copy(file, restored.data / pathlib.Path(store_path(server.data)).name)
        run_tool("check", data=restored.data)
        with restored:
            jane = restored.api(JANE)
            jane.get(f"/api/consultations/{before['id']}")
            jane.call("GET", f"/api/consultations/{after['id']}", status=404)

    def test_a_backup_when_nothing_runs(self):
        data, file = self.folder() / "data", self.folder() / "copy.db"
        run_tool("demo", data=data)
        run_tool("backup", file, data=data)
        self.assertEqual(sqlite3.connect(file).execute("PRAGMA integrity_check").fetchone(), ("ok",))


def store_path(data):
    """The SQLite file of a data folder."""
    return next(str(path) for path in sorted(pathlib.Path(data).iterdir())
                if path.is_file() and path.read_bytes()[:15] == b"SQLite format 3")
