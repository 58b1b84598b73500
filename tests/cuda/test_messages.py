"""The whole line that `grader exec` prints, word for word, of one case of each code: tests/cuda/checkers/messages.txt.

Messages name kernel, block, thread, address and allocation, and both accesses of a race. After a change that is meant:
`python -m tests.cuda.test_messages` writes the file anew.
"""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.cuda.corpus import FOLDER
from tests.cuda.test_checkers import FAULTY, INSTRUCTIONS, Case, programs

GOLDEN = FOLDER / "messages.txt"
_HOST_ADDRESS = re.compile(r"0x[567][0-9a-f]{11}\b")


def cases() -> dict[str, Case]:
    """Code -> the first case that is about it."""
    found: dict[str, Case] = {}
    for case in FAULTY:
        for mark in case.marks:
            if case.file.stem.upper() == mark.verdict:
                found.setdefault(mark.verdict, case)
    return found


CASES = cases()


def said(verdict: str) -> str:
    """What `grader exec` prints of it."""
    case = CASES[verdict]
    checks = "all,leak" if verdict == "LEAK" else "all"
    command = [sys.executable, "-m", "grader.cli.main", "exec", "-q", "--check", checks, "--max-instructions", str(INSTRUCTIONS), "--"]
    done = subprocess.run(
        [*command, str(programs()[case.file]), "plain", case.name], cwd=FOLDER, capture_output=True, text=True, timeout=60, check=False
    )
    line = next(line for line in done.stderr.splitlines() if f"{verdict}: " in line)
    return _HOST_ADDRESS.sub("0x…", line)


def golden() -> dict[str, str]:
    lines = GOLDEN.read_text(encoding="utf-8").splitlines()
    return {next(word for word in line.replace(":", " ").split() if word.isupper() and word in CASES): line for line in lines}


@pytest.mark.parametrize("verdict", sorted(CASES))
def test_message(verdict: str) -> None:
    assert said(verdict) == golden()[verdict]


if __name__ == "__main__":
    GOLDEN.write_text("".join(f"{said(verdict)}\n" for verdict in sorted(CASES)), encoding="utf-8")
