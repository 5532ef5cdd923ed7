"""What is written about the command line is what it does: man page and completions against the program's own table."""

import pathlib
import re
import subprocess
import unittest

from probe import BIN

ASSETS = pathlib.Path(__file__).resolve().parents[2] / "assets"


def run(*words):
    return subprocess.run([str(BIN / "serenity"), *words], capture_output=True, text=True, timeout=60)


def commands():
    listed = run("--help").stdout.split("Commands:\n")[1].split("\n\n")[0]
    return [line.split()[0] for line in listed.splitlines()]


class Commands(unittest.TestCase):
    def test_the_man_page_names_every_command_and_option(self):
        page = (ASSETS / "man" / "serenity.1").read_text().replace("\\-", "-")
        self.assertGreater(len(commands()), 5)
        for command in commands():
            self.assertIn(f"\n\\fB{command}\\fR", page)
            part = page.split(f"\n\\fB{command}\\fR")[1].split("\n.TP")[0]
            for option in re.findall(r"\[(-[-a-z]+)", run(command, "--help").stdout.splitlines()[0]):
                if option != "--json":
                    self.assertIn(option, part, command)
        for status in range(5):
            self.assertIn(f"\n.B {status}\n", page)

    def test_the_completions_are_those_that_the_program_prints(self):
        for shell, name in (("bash", "serenity.bash"), ("zsh", "_serenity"), ("fish", "serenity.fish")):
            self.assertEqual(run("completions", shell).stdout, (ASSETS / "completions" / name).read_text(),
                             f"serenity completions {shell} > assets/completions/{name}")

    def test_bash_completes_commands_and_options(self):
        script = f"""source {ASSETS}/completions/serenity.bash
            try() {{ COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _serenity; echo "${{COMPREPLY[*]}}"; }}
            try serenity ag; try serenity --home /x sy; try serenity agenda --f; try serenity completions z"""
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=20)
        self.assertEqual(done.stdout.splitlines(), ["agenda", "sync", "--from", "zsh"], done.stderr)

    def test_the_pages_are_well_formed(self):
        for page in ("serenity.1", "serenityd.8"):
            done = subprocess.run(["man", "--warnings", "-l", str(ASSETS / "man" / page)], capture_output=True, text=True,
                                  timeout=20)
            self.assertEqual((done.returncode, done.stderr), (0, ""), page)


if __name__ == "__main__":
    unittest.main()
