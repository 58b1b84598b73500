"""The red-team corpus is well-formed, its page is up to date, and a handful of its quick tricks and controls, on `local`. `make redteam`
runs all of it."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from grader.verdicts import VERDICTS
from tests.hostile import run
from tests.hostile.corpus import GROUPS, HERE, MAKER, Trick, controls, lay_out, text, tricks
from tests.hostile.document import document
from tests.hostile.lab import Lab, opened
from tests.hostile.shown import export_faults, log_faults, page_faults

PAGE = Path(__file__).parents[2] / "docs" / "design" / "red-team.md"
QUICK = ("archive_symlink_folder", "exit_zero", "expected_files", "values_by_address")
HONEST = ("own_streams", "device_printf")


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with opened("local") as made:
        yield made


def test_there_are_as_many_as_promised() -> None:
    every = tricks()
    assert sum(not trick.gpu for trick in every.values()) >= 70
    assert len(controls()) >= 30
    groups = Counter(trick.group for trick in every.values())
    assert set(groups) == set(GROUPS), groups
    assert all(trick.gpu == (trick.group == "clock") for trick in every.values())
    assert not any(trick.known and (trick.gpu or len(trick.verdicts) > 1) for trick in every.values())


@pytest.mark.parametrize("name", tricks())
def test_a_trick_is_well_formed(name: str, tmp_path: Path, lab: Lab) -> None:
    trick = tricks()[name]
    assert set(trick.verdicts) <= VERDICTS.keys() | {"PASSED"}, trick.verdicts
    assert trick.title and trick.gains and trick.defeated_by and trick.assignment in lab.assignments
    assert "|" not in trick.title
    source = HERE / name
    if not (source / MAKER).is_file():
        wanted = lab.assignments[trick.assignment].files
        assert all((source / file).is_file() for file in wanted)
        path = lay_out(source, tmp_path / "made", lab.words)
        assert not any(re.search(r"@[A-Z_]+@|^//@", (path / file).read_text(), re.M) for file in wanted), "a word was left"


def test_a_word_that_the_lab_does_not_know_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "scale.cu").write_text("// @NOWHERE@\n")
    with pytest.raises(ValueError, match="the lab has no @NOWHERE@"):
        text(tmp_path / "scale.cu", {"CANARY": "/x"})


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == document(), "python -m tests.hostile.document > docs/design/red-team.md"


@pytest.mark.parametrize("name", QUICK)
def test_a_quick_trick_is_defeated(name: str, lab: Lab) -> None:
    found = lab.trick(name, tricks()[name])
    assert not found.faults, found


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_program_is_no_trick(name: str, lab: Lab) -> None:
    found = lab.control(name, controls()[name])
    assert not found.faults, found
    assert found.verdict == "PASSED"


def test_the_lab_sees_what_a_trick_gets(lab: Lab) -> None:
    """The traps themselves: points that weren't earned, another verdict, an honest program taken for a trick, a plant, a changed file."""
    wrong = Trick(title="t", group="clock", gains="g", defeated_by="d", verdicts=("TIMEOUT",))
    faults = " ".join(lab.trick("archive_names_dash", wrong).faults)
    assert "got PASSED, not TIMEOUT" in faults and "earned 10 points" in faults
    known = msgspec.structs.replace(wrong, verdicts=("PASSED",), max_score=10.5, known=True)
    assert lab.trick("archive_names_dash", known).faults == ("is known to earn 10.5 points, and earned 10",)
    before = lab.canary.read_text(encoding="utf-8")
    planted = lab.root / "work" / "wg-owned-here"
    try:
        planted.touch()
        lab.canary.write_text("other", encoding="utf-8")
        told = " ".join(lab.changed())
        assert f"{planted} was planted" in told and f"{lab.canary} was changed" in told
    finally:
        planted.unlink()
        lab.canary.write_text(before, encoding="utf-8")
    assert lab.changed() == []


ACTS = (
    "<script>owned()</script>",
    "<p onclick=owned()>x</p>",
    "<a href='javascript:owned()'>x</a>",
    "<img src=x>",
    "<a href=//owned>x</a>",
    "<iframe></iframe>",
    "<p>\x1b[2J</p>",
)


@pytest.mark.parametrize("text", ACTS)
def test_the_lab_sees_what_acts_in_a_page(text: str) -> None:
    assert list(page_faults(f"<!doctype html><body>{text}"))
    assert not list(page_faults(f"<!doctype html><body>{html.escape(text)}".replace("\x1b", "")))


@pytest.mark.parametrize("text", ["\x1b]0;owned\x07", "a\x9b2J", "\u202e", "x\n::set-output name=a::b", "::add-mask::x", "##[command]x"])
def test_the_lab_sees_what_acts_in_a_log(text: str) -> None:
    assert list(log_faults(text))
    assert not list(log_faults("::error file=a.cu,line=3::said ::set-output\n"))


def test_the_lab_sees_what_acts_in_an_export() -> None:
    assert not list(export_faults("canvas", "a.csv", b"name,points\r\n'=1+1,-3.5\r\n"))
    for name, content in (("a.csv", b"x,=1+1\r\n"), ("../a.csv", b""), ("a.csv", b"\x1b[2J"), ("a.xml", b"<a><owned/></a>")):
        assert list(export_faults("canvas", name, content)), content


def test_the_command_counts_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["--only", "archive_absolute", "--only", "clock_superbatch", "--only", "order_of_lanes"]) == 0
    *_, known, counts = capsys.readouterr().out.splitlines()
    assert known.startswith("known") and known.endswith("order_of_lanes")
    assert counts == "tried 1 defeated 1 honest 0 false-positives 0 not-run 1"
    with pytest.raises(SystemExit):
        run.main(["--only", "nothing_of_that_name"])
    assert "known are" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        run.main(["--sandbox", "none"])
