"""The flow: what is cached, what a fault of ours costs, what the command prints and returns."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from grader.assignment import Assignment
from grader.cli.main import run as command
from grader.devices.contract import DeviceOptions
from grader.errors import HarnessError
from grader.pipeline import Judge, grade, open_judge
from grader.records import Exit, Isolation
from grader.run.seeds import public_seed
from grader.sandbox.contract import Command
from tests import scale_course as course


@pytest.fixture(scope="module")
def judge(folder: Path, scale: Assignment) -> Judge:
    return open_judge(scale, seed=public_seed(scale.course, scale.slug), cache=folder / "cache")


@pytest.fixture(scope="module")
def good(folder: Path) -> Path:
    return course.submission(folder, "good", course.GOOD)


class Broken:
    """A device that can't be opened `times` times."""

    name = kind = "emulated"

    def __init__(self, real: Any, times: int) -> None:
        self.real, self.times = real, times

    def label(self, profile: str) -> str:
        return f"{self.name}:{profile}"

    def oracle(self, problem: Path) -> None: ...

    def open(self, options: DeviceOptions) -> AbstractContextManager[Any]:
        self.times -= 1
        if self.times >= 0:
            raise HarnessError("the emulated GPU did not get ready")
        return self.real.open(options)


class NoSandbox:
    name = "broken"

    def isolation(self) -> Isolation:
        return Isolation(level="broken")

    def run(self, command: Command) -> Exit:
        raise HarnessError("bubblewrap can't work here; enable user namespaces")


def test_an_unchanged_submission_comes_from_the_cache(scale: Assignment, judge: Judge, good: Path, folder: Path) -> None:
    first, second = grade(good, scale, judge), grade(good, scale, judge)
    assert first.verdict == "PASSED" and not first.from_cache and second.from_cache
    assert second.checks == first.checks and second.counters == first.counters and second.source == first.source
    assert second.timings_s["total"] < 0.3
    other = course.submission(folder, "copy", course.GOOD)
    assert grade(other, scale, judge).submission == str(other)


def test_what_makes_a_grade_anew(scale: Assignment, judge: Judge, good: Path) -> None:
    grade(good, scale, judge)
    assert grade(good, scale, judge).from_cache
    seeded = msgspec.structs.replace(judge, seed=public_seed("another", "01_scale"))
    assert not grade(good, scale, seeded).from_cache
    test = scale.folder / "test_public.py"
    old = test.read_text(encoding="utf-8")
    try:
        test.write_text(old.replace("points(6)", "points(8)"), encoding="utf-8")
        changed = grade(good, scale, judge)
        assert not changed.from_cache and changed.max_score == 12
    finally:
        test.write_text(old, encoding="utf-8")


def test_a_fault_of_ours_costs_nothing(scale: Assignment, judge: Judge, good: Path, folder: Path) -> None:
    broken = msgspec.structs.replace(judge, device=Broken(judge.device, 10**9), grades=None)
    result = grade(good, scale, broken)
    assert result.max_score == 0 and {c.outcome for c in result.checks} == {"not_run"}
    assert all("did not get ready" in c.message for c in result.checks)
    fresh = course.submission(folder, "unbuilt", course.GOOD + "// not in the build cache\n")
    unbuilt = grade(fresh, scale, msgspec.structs.replace(judge, sandbox=NoSandbox(), grades=None))
    assert {c.outcome for c in unbuilt.checks} == {"not_run"} and "user namespaces" in unbuilt.checks[0].message


def test_a_fault_of_ours_is_tried_again(scale: Assignment, judge: Judge, good: Path) -> None:
    once = msgspec.structs.replace(judge, device=Broken(judge.device, 1), grades=None, workers=1)
    assert grade(good, scale, once).verdict == "PASSED"


def test_only_public_cases_for_a_student(scale: Assignment, judge: Judge, good: Path) -> None:
    result = grade(good, scale, msgspec.structs.replace(judge, hidden=False))
    assert result.max_score == 7 and not any(check.hidden for check in result.checks)


def test_results_do_not_depend_on_how_many_run_at_a_time(scale: Assignment, judge: Judge, good: Path) -> None:
    one, four = (grade(good, scale, msgspec.structs.replace(judge, workers=n, grades=None)) for n in (1, 4))
    assert one.checks == four.checks and one.counters == four.counters and one.lines == four.lines


@pytest.fixture
def shell(folder: Path, monkeypatch: pytest.MonkeyPatch, scale: Assignment) -> None:
    monkeypatch.setenv("GRADER_COURSE", str(folder / "course"))
    monkeypatch.setenv("GRADER_CACHE", str(folder / "cache"))
    monkeypatch.setenv("GRADER_DATA", str(folder / "data"))
    monkeypatch.chdir(folder)


def test_json_of_one_and_of_several(shell: None, good: Path, folder: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert command(["grade", "scale", str(good), "--json"]) == 0
    one = json.loads(capfdbinary.readouterr().out)
    pinned = {"assignment", "score", "max_score", "verdict", "device", "isolation", "seed_id", "checks", "counters", "timings_s"}
    assert pinned <= set(one) and one["verdict"] == "PASSED" and one["device"] == "emulated:a100" and one["isolation"].startswith("local")
    pinned = {"id", "title", "points", "max_points", "outcome", "verdict", "message", "file", "line", "hidden"}
    assert set(one["checks"][0]) == pinned | {"title_ko", "message_ko", "hint", "hint_ko", "other_file", "other_line"}
    (folder / "none").mkdir(exist_ok=True)
    assert command(["grade", "scale", str(folder / "none"), str(good), "--json"]) == 1
    several = json.loads(capfdbinary.readouterr().out)["grades"]
    assert [g["verdict"] for g in several] == ["MISSING_FILE", "PASSED"] and several[0]["score"] == 0 < several[0]["max_score"]


def test_a_file_of_another_name_is_taken_and_told(shell: None, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    other = folder / "handed_in" / "mine.cu"
    other.parent.mkdir()
    other.write_text(course.GOOD)
    assert command(["grade", "scale", str(other)]) == 0
    assert "mine.cu was taken as scale.cu" in capfd.readouterr().out
    assert command(["grade", "scale", str(other), "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["verdict"] == "PASSED"


def test_what_is_printed_and_reported(shell: None, good: Path, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    bad = course.submission(folder, "bad", course.GOOD.replace("i < N", "i < N + 1"))
    assert command(["grade", "scale", str(bad), "--report", str(folder / "out")]) == 1
    text = capfd.readouterr().out
    assert "OOB_READ" in text and "scale.cu:3" in text and "No access outside" in text and "\x1b" not in text
    assert (folder / "out" / "index.html").is_file()
    assert command(["grade", "scale", "-q", str(bad), str(good)]) == 1
    lines = capfd.readouterr().out.strip().splitlines()
    assert len(lines) == 2 and lines[1].startswith("10/10  PASSED")


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["grade", "scal", "good"], "Did you mean scale? Known are: scale"),
        (["grade", "scale", "nowhere.cu"], "there is no file or folder nowhere.cu"),
        (["grade", "scale", "good", "--sandbox", "jail"], "unknown sandbox 'jail'; known are docker, local, none"),
        (["grade", "scale", "good", "--device", "abacus"], "unknown device 'abacus'"),
        (["grade", "scale", "good", "--profile", "gtx"], "unknown device profile 'gtx'"),
        (["grade", "scale", "good", "--report", "/dev/null/here"], "--report /dev/null/here is not a folder that you may write to"),
        (["grade", "scale", "good", "--lang", "fr"], "unknown language 'fr'"),
    ],
)
def test_usage(shell: None, good: Path, argv: list[str], says: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert command(argv) == 2
    assert says in capfd.readouterr().err
