"""What `grader verify` tells on the way: a line a solution, and with -v where the time went and what the sandbox kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.assignment import Assignment
from grader.cli.main import run
from grader.records import Grade, Isolation
from grader.verify import Subject, grading
from tests import scale_course

ISOLATION = Isolation(level="local: test", enforced=("network: none",), not_enforced=("disk: no quota",))


def full_marks(subject: Subject, assignment: Assignment, settings: object, workers: int) -> Grade:
    """No compiler: the reference gets all, the starter nothing."""
    points = 0.0 if subject.kind == "starter" else 7.0
    return Grade(
        assignment=assignment.slug,
        submission=subject.name,
        score=points,
        max_score=7.0,
        verdict="PASSED" if points else "UNWRITTEN_OUTPUT",
        message="",
        file=None,
        line=None,
        device="emulated:a100",
        isolation=ISOLATION,
        seed_id="1",
        checks=(),
        problems=(),
        counters={},
        lines=(),
        timings_s={"build": 0.9, "run": 0.25},
        source={},
    )


@pytest.fixture(autouse=True)
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = scale_course.write_course(tmp_path / "course")
    for place in (folder / "starter", tmp_path / "course" / "reference" / "01_scale"):
        place.mkdir(parents=True)
        (place / "scale.cu").write_text(scale_course.GOOD)
    monkeypatch.setenv("GRADER_COURSE", str(tmp_path / "course"))
    monkeypatch.setattr(grading, "grade_one", full_marks)
    monkeypatch.chdir(tmp_path)


def test_a_line_a_solution_in_a_pipe(capfd: pytest.CaptureFixture[str]) -> None:
    run(["verify", "scale", "--jobs", "1"])
    err = capfd.readouterr().err
    assert "01_scale starter" in err and "0/7 UNWRITTEN_OUTPUT" in err and "build 0.90 s" not in err and "network" not in err


def test_time_and_isolation_on_request(capfd: pytest.CaptureFixture[str]) -> None:
    run(["verify", "scale", "--jobs", "1", "-v"])
    err = capfd.readouterr().err
    assert "build 0.90 s, run 0.25 s" in err
    assert err.count("in force: network: none") == 1 and "not in force: disk: no quota" in err, "what stays the same is said once"


def test_quiet_and_json_say_nothing_on_the_way(capfd: pytest.CaptureFixture[str]) -> None:
    run(["verify", "scale", "--jobs", "1", "-q"])
    assert "starter" not in capfd.readouterr().err
    run(["verify", "scale", "--jobs", "1", "--json"])
    assert capfd.readouterr().err == ""
