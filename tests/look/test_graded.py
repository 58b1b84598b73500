"""Sightings of graded submissions, end to end: in the staff's grade, from the cache, of a failed build, replayed; in no student's check."""

from __future__ import annotations

from pathlib import Path

import msgspec

from grader.assignment import Assignment
from grader.blobs import Blobs
from grader.pipeline import Judge, grade, grade_recorded, open_judge, replay
from grader.run.seeds import public_seed
from grader.unpack import unpack
from tests import scale_course as course

PASTED = '#define JOIN(a, b) a##b\nextern "C" char* JOIN(get, env)(const char*);\nstatic bool asked = JOIN(get, env)("X") != nullptr;\n'
ODD = PASTED + course.GOOD + "\nstatic int later() { return fork(); }\n"


def judge_of(folder: Path, scale: Assignment, **changed: object) -> Judge:
    judge = open_judge(scale, seed=public_seed(scale.course, scale.slug), cache=folder / "cache")
    return msgspec.structs.replace(judge, **changed)


def written(folder: Path, name: str, text: str) -> Path:
    (folder / name).mkdir()
    (folder / name / "scale.cu").write_text(text)
    return folder / name


def test_in_the_grade_from_the_cache_and_replayed_but_in_no_students_check(folder: Path, scale: Assignment) -> None:
    work, judge = written(folder, "odd", "#include <unistd.h>\n" + ODD), judge_of(folder, scale)
    first = grade(work, scale, judge)
    assert first.verdict == "PASSED" and first.score == first.max_score  # no points depend on it
    assert {(each.code, each.line, each.excerpt.split()[0]) for each in first.sightings} >= {("environment", None, "imports")}
    assert [each.file for each in first.sightings if each.code == "processes"] == ["scale.cu"]
    again = grade(work, scale, judge)
    assert again.from_cache and again.sightings == first.sightings
    blobs = Blobs(folder / "blobs")
    recorded, evidence = grade_recorded(unpack(work, scale), scale, judge, "odd", blobs.put)
    replayed, _ = replay(evidence, blobs.get, scale, judge.builds, "odd")
    assert recorded.sightings == first.sightings == replayed.sightings
    assert grade(work, scale, judge_of(folder, scale, hidden=False)).sightings == ()


def test_also_if_the_build_failed(folder: Path, scale: Assignment) -> None:
    broken = grade(written(folder, "broken", ODD + "int x = ;\n"), scale, judge_of(folder, scale))
    assert broken.verdict == "COMPILE_ERROR" and [each.code for each in broken.sightings] == ["processes"]


def test_honest_work_has_none(folder: Path, scale: Assignment) -> None:
    assert grade(written(folder, "good", course.GOOD), scale, judge_of(folder, scale)).sightings == ()
