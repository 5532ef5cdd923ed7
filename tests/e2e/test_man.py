"""The man pages are made from what the programs say of themselves, and are good man pages."""

import os
import shutil
import subprocess
import unittest

from server import BIN

MADE = BIN.parent / "made"


@unittest.skipUnless(MADE.exists(), "this build makes no man pages")
@unittest.skipUnless(shutil.which("man"), "this machine has no man")
class Man(unittest.TestCase):
    def render(self, page):
        done = subprocess.run(["man", "--warnings", "-l", str(MADE / page)], capture_output=True, text=True,
                              env={**os.environ, "LC_ALL": "C.UTF-8", "MANWIDTH": "120", "MAN_KEEP_FORMATTING": ""})
        self.assertEqual((done.returncode, done.stderr), (0, ""), page)
        return done.stdout

    def test_serenityd(self):
        text = self.render("serenityd.8")
        self.assertNotIn("@", text.replace("@insightserenity", ""))
        for word in ("--data", "--listen", "--test-clock", "--trusted-proxies", "create-admin", "backup FILE", "restore FILE", "check",
                     "openapi", "SIGTERM"):
            self.assertIn(word, text)

    def test_serenity(self):
        text = self.render("serenity.1")
        self.assertNotIn("@", text)
        for word in ("agenda [", "note CODE", "sync [", "--wait SECONDS", "--json", "EXIT STATUS", "SERENITY_HOME"):
            self.assertIn(word, text)

    def test_bash_completions_are_bash(self):
        subprocess.run(["bash", "-n", str(MADE / "bash/serenity")], check=True)


if __name__ == "__main__":
    unittest.main()
