"""docs/instructor.md: its commands run, one block after the other in one shell, and each prints the lines that stand below it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "instructor.md").read_text(encoding="utf-8")
MARK = "==== block {}"


def test_every_command_does_what_the_page_says() -> None:
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.S | re.M)
    commands = [text for kind, text in blocks if kind == "sh"]
    script = "set -e\n" + "".join(f"echo '{MARK.format(number)}'\n{text}" for number, text in enumerate(commands))
    with tempfile.TemporaryDirectory(prefix="warpgrade-test-") as made:
        Path(made).chmod(0o755)
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("GRADER_", "PYTEST_"))}
        environment |= {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "GRADER_LANG": "en", "GRADER_DATA": f"{made}/data"}
        done = subprocess.run(["bash", "-c", script], cwd=made, env=environment, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    printed = re.split(r"^==== block \d+\n", done.stdout, flags=re.M)[1:]
    assert len(printed) == len(commands) >= 8
    at, promised = -1, 0
    for kind, text in blocks:
        if kind == "sh":
            at += 1
        elif kind == "text":
            for line in text.splitlines():
                promised += 1
                assert line.strip() in printed[at], f"{commands[at]}prints no line\n{line}\nbut\n{printed[at]}"
    assert promised >= 8, "and the page promises something"
