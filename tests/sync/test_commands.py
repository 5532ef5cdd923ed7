"""The completions complete what the program takes."""

import subprocess
import unittest

from probe import BIN


class Commands(unittest.TestCase):
    def test_bash_completes_commands_and_options(self):
        script = f"""source <({BIN}/serenity completions bash)
            try() {{ COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _serenity; echo "${{COMPREPLY[*]}}"; }}
            try serenity ag; try serenity --home /x sy; try serenity agenda --f; try serenity completions z"""
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=20)
        self.assertEqual(done.stdout.splitlines(), ["agenda", "sync", "--from", "zsh"], done.stderr)


if __name__ == "__main__":
    unittest.main()
