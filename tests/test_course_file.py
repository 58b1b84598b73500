"""course.toml: what is read, and that each mistake is told with file, line and key."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from grader import course_file
from grader.course import find_course, folder_of
from grader.course_file import SubmitRules
from grader.errors import AssignmentError

ROOT = Path(__file__).resolve().parent.parent
TEXT = """\
id = "mine"
title = { en = "My course", ko = "내 강의" }
time_zone = "Europe/Berlin"
order = [
  "01_scale",
  "02_sum",
]
total_weight = 10

[weights]
01_scale = 4
"02_sum" = 6

[dates.01_scale]
release = 2026-10-01T09:00:00
due = 2026-10-15T23:59:00

[dates."02_sum"]
due = 2026-11-15T23:59:00+01:00
closes = 2026-11-20T00:00:00

[late]
budget_days = 5
budget_days_each = 2
penalty_per_day = 0.1
grace_minutes = 15
closes_after_days = 7
max_penalty = 0.5

[submit]
counts = "best"
max_count = 20
cool_down_minutes = 5

[submit.each.01_scale]
counts = "last"
cool_down_minutes = 0

[submit.each."02_sum"]
max_count = 0
"""


def written(folder: Path, text: str = TEXT) -> Path:
    file = folder / "course.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_what_is_read(tmp_path: Path) -> None:
    course = find_course(written(tmp_path).parent)
    assert (course.id, course.title["ko"], course.order) == ("mine", "내 강의", ("01_scale", "02_sum"))
    table = course.table
    assert table.weights == {"01_scale": 4, "02_sum": 6} and table.total_weight == 10 and table.late.budget_days_each == 2
    due = table.dates["01_scale"].due
    assert due is not None and due.astimezone(dt.UTC) == dt.datetime(2026, 10, 15, 21, 59, tzinfo=dt.UTC), "summer time in Berlin"
    closes = table.dates["02_sum"].closes
    assert closes is not None and closes.utcoffset() == dt.timedelta(hours=1)


def test_the_rules_of_handing_in_are_the_courses_unless_an_assignment_has_its_own(tmp_path: Path) -> None:
    table = find_course(written(tmp_path).parent).table
    assert table.submit_rules("01_scale") == SubmitRules(counts="last", max_count=20, cool_down_minutes=0)
    assert table.submit_rules("02_sum") == SubmitRules(counts="best", max_count=None, cool_down_minutes=5)
    assert table.submit_rules("03_other") == SubmitRules(counts="best", max_count=20, cool_down_minutes=5)
    assert course_file.CourseFile(id="x").submit_rules("01_scale") == SubmitRules(counts="last", max_count=None, cool_down_minutes=0)
    assert str(table.zone) == "Europe/Berlin" and course_file.CourseFile(id="x").zone is dt.UTC


def test_nothing_but_an_id_is_needed(tmp_path: Path) -> None:
    assert find_course(written(tmp_path, 'id = "x"\n').parent).table == course_file.CourseFile(id="x")


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('id = "mine"', 'ids = "mine"', 1, "ids: unknown key; known here are id, title"),
        ('id = "mine"', 'id = "../mine"', 1, "id: Expected `str` matching regex"),
        (', ko = "내 강의"', "", 2, "title: Object missing required field `ko`"),
        ("Europe/Berlin", "Europe/Brelin", 3, "time_zone: 'Europe/Brelin' is no time zone that this machine knows; write a name such as"),
        ("Europe/Berlin", "+01:00", 3, "an offset changes with the season"),
        ('"02_sum",', '"sum",', 4, "order[1]: Expected `str` matching regex"),
        ('"02_sum",', '"01_scale",', 4, "order: '01_scale' stands twice"),
        ('"02_sum" = 6', '"02_sum" = "six"', 12, "weights.02_sum: Expected `float`, got `str`"),
        ('"02_sum" = 6', '"02_sum" = -6', 12, "weights.02_sum: Expected `float` > 0.0"),
        ("due = 2026-10", "until = 2026-10", 16, "dates.01_scale.until: unknown key; known here are release, due, closes"),
        ("2026-10-15T23:59:00", "2026-10-15", 16, "dates.01_scale.due: Expected `datetime`, got `date`; write a time of day too"),
        ("2026-10-15T23:59:00", '"15 October"', 16, "dates.01_scale.due: Invalid RFC3339 encoded datetime"),
        ("2026-10-15T23:59:00", "2026-09-15T23:59:00", 16, "dates.01_scale.due: 2026-09-15 23:59:00+02:00 must come after release"),
        ("closes = 2026-11-20", "closes = 2026-11-10", 20, "dates.02_sum.closes: 2026-11-10 00:00:00+01:00 must come after due"),
        ("2026-10-15T23:59:00", "2027-03-28T02:30:00", 16, "doesn't exist in Europe/Berlin: clocks go forward"),
        ("2026-10-15T23:59:00", "2026-10-25T02:30:00", 16, "comes twice in Europe/Berlin: clocks go back then; write the offset, as 2026"),
        ("budget_days_each = 2", "budget_days_each = 6", 24, "late.budget_days_each: must lie between 0 and budget_days = 5"),
        ("penalty_per_day = 0.1", "penalty_per_day = 10", 25, "late.penalty_per_day: Expected `float` <= 1.0"),
        ("closes_after_days = 7", "closes_after_days = -7", 27, "late.closes_after_days: must be 0 or more"),
        ("closes_after_days = 7", "closes_after_days = 9000000000", 27, "must be 0 or more, and 3650 at most"),
        ("max_penalty = 0.5", "max_penalty = 50", 28, "late.max_penalty: Expected `float` <= 1.0"),
        ('counts = "best"', 'counts = "first"', 31, "submit.counts: Invalid enum value 'first'; allowed are last, best"),
        ("max_count = 20", "max_count = -1", 32, "submit.max_count: Expected `int` >= 0"),
        ("cool_down_minutes = 5", "cool_down = 5", 33, "submit.cool_down: unknown key; known here are counts, max_count, cool_down"),
        ('counts = "last"', 'count = "last"', 36, "submit.each.01_scale.count: unknown key; known here are counts, max_count"),
        ("max_count = 0", 'max_count = "no"', 40, "submit.each.02_sum.max_count: Expected `int`, got `str`"),
        ("[late]", "[late", 22, "not TOML"),
        ("grace_minutes = 15", "grace_minutes = 15\ngrace_minutes = 15", 27, "not TOML: Cannot overwrite a value"),
    ],
)
def test_each_mistake_has_its_place(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    assert TEXT.count(old) == 1
    file = written(tmp_path, TEXT.replace(old, new))
    with pytest.raises(AssignmentError) as caught:
        find_course(tmp_path)
    assert str(caught.value).startswith(f"{file}:{line}: ") and says in str(caught.value)


def test_a_name_that_two_assignments_share_must_be_said_whole(tmp_path: Path) -> None:
    written(tmp_path, 'id = "x"\n')
    for slug in ("01_scale", "02_scale"):
        (tmp_path / slug).mkdir()
        (tmp_path / slug / "assignment.toml").touch()
    course = find_course(tmp_path)
    with pytest.raises(AssignmentError, match=r"'scale' could be 01_scale or 02_scale in .*: say the whole name"):
        folder_of("scale", course)
    assert folder_of("02_scale", course)[0] == tmp_path / "02_scale"


def test_the_published_schema_is_up_to_date() -> None:
    file = ROOT / "docs" / "course.schema.json"
    assert file.read_text(encoding="utf-8") == course_file.schema_text(), (
        "write it again: python -c 'from grader.course_file import *; print(schema_text(), end=\"\")' > docs/course.schema.json"
    )
