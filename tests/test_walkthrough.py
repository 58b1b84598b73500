"""docs/first-assignment.md shows what the commands really print: each is run again. Real compiler, real sandbox, emulated GPU."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tools import walkthrough

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("page", [walkthrough.PAGES[0], pytest.param(walkthrough.PAGES[1], marks=pytest.mark.slow)], ids=lambda p: p.name)
def test_every_output_is_as_it_stands(page: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert walkthrough.rewritten(page, tmp_path).splitlines() == page.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("page", ["README.md", "README.ko.md"])
def test_the_first_example_is_what_it_prints(page: str) -> None:
    example = (ROOT / page).read_text(encoding="utf-8").split("$ grader grade ", 1)[1].splitlines()
    command = [sys.executable, "-c", "from grader.cli.main import main; main()", "grade", *example[0].split()]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    assert printed.strip() == example[1]


def test_it_goes_from_nothing_to_full_marks() -> None:
    text = walkthrough.PAGES[0].read_text(encoding="utf-8")
    assert (
        text.index("\n0/60  KERNEL_NOT_RUN") < text.index("RACE_SHARED") < text.index("\n60/60  PASSED") < text.index("\n100/100  PASSED")
    )


def test_both_pages_take_the_same_steps() -> None:
    english, korean = (
        [line for line in page.read_text(encoding="utf-8").splitlines() if walkthrough.MARK.fullmatch(line)] for page in walkthrough.PAGES
    )
    assert english == korean


def test_no_page_gives_a_solution_away() -> None:
    from grader.assignment import find_assignment
    from grader.release import leaks

    assert leaks({page.name: page.read_bytes() for page in walkthrough.PAGES}, [find_assignment("gemm")]) == []
