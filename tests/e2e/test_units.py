"""The systemd units are valid and shut in as tightly as systemd can judge without starting them."""

import pathlib
import re
import shutil
import subprocess
import unittest

UNITS = pathlib.Path(__file__).resolve().parents[2] / "assets/systemd"


@unittest.skipUnless(shutil.which("systemd-analyze"), "this machine has no systemd-analyze")
class Units(unittest.TestCase):
    def test_every_directive_is_known(self):
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", *map(str, sorted(UNITS.iterdir()))],
                              capture_output=True, text=True)
        odd = [line for line in done.stderr.splitlines()
               if "serenity" in line and "is not executable" not in line]
        self.assertEqual(odd, [])

    def test_exposure_is_small(self):
        for unit in sorted(UNITS.glob("*.service")):
            done = subprocess.run(["systemd-analyze", "security", "--offline=yes", "--no-pager", str(unit)],
                                  capture_output=True, text=True)
            exposure = float(re.search(r"exposure level for \S+: ([0-9.]+)", done.stdout).group(1))
            self.assertLess(exposure, 2.0, unit.name)


if __name__ == "__main__":
    unittest.main()
