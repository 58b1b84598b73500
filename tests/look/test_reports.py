"""Where sightings show: the staff's page of a submission, the course report's lists, a line of `grader grade`. And where they must not."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import msgspec
import pytest
from rich.console import Console

from grader.blobs import Blobs
from grader.cli.grade import as_json
from grader.cli.grade_report import in_full
from grader.cli.words import Words
from grader.export.record import Graded
from grader.gradebook.contents import NO_SIGHTINGS
from grader.look import look
from grader.records import Grade, Sighting
from grader.report.course import render_course
from grader.report.course.sighted import recorded, sighted
from grader.spool.contract import ShownGrade
from tests.report import fixtures
from tests.report.course.synthetic import Course, course
from tests.report.pages import Node, page_of

FILES = {"gemm.cu": fixtures.GEMM.encode() + b'\nint p = fork();\nconst char* s = "<script>alert(1)</script>"; long t = time(0);\n'}
SEEN = look(FILES)
FORK = fixtures.GEMM.count("\n") + 2
BUILT = Sighting(code="environment", file=None, line=None, excerpt="imports getenv <b>", why="It reads the environment.")
UNKNOWN = Sighting(code="of-another-version", file="gemm.cu", line=1, excerpt="x", why="A reason of another version.")


def seen_grade(*more: Sighting) -> Grade:
    return fixtures.grade(source={name: text.decode() for name, text in FILES.items()}, sightings=(*SEEN, *more))


def section(page: Node) -> Node:
    (found,) = [each for each in page.all("section") if each.attributes.get("aria-labelledby") == "sightings"]
    return found


@pytest.mark.parametrize(("language", "title"), [("en", "Other processes"), ("ko", "다른 프로세스")])
def test_the_staffs_page_tells_and_leads_to_the_line(language: str, title: str, tmp_path: Path) -> None:
    part = section(page_of(seen_grade(BUILT), tmp_path, language))
    text = part.text()
    assert title in text and "int p = fork();" in text and "<script>alert(1)</script>" in text and "imports getenv <b>" in text
    links = [node.attributes["href"] for node in part.all("a")]
    assert len(links) == 2 and all(link.startswith("#") for link in links)
    assert ("staff only" if language == "en" else "조교용") in text


def test_a_rule_of_another_version_is_told_as_it_was_seen(tmp_path: Path) -> None:
    part = section(page_of(seen_grade(UNKNOWN), tmp_path, "ko"))
    assert "A reason of another version." in part.text()
    assert [node.attributes.get("lang") for node in part.all("li")[-1].all("div")] == ["en"]


def test_a_page_without_sightings_says_nothing_of_them(tmp_path: Path) -> None:
    page = page_of(fixtures.grade(), tmp_path)
    assert not [node for node in page.all() if node.attributes.get("id") == "sightings"]


def test_a_grade_of_before_has_none() -> None:
    old = msgspec.to_builtins(fixtures.grade())
    del old["sightings"]
    assert msgspec.json.decode(msgspec.json.encode(old), type=Grade).sightings == ()
    assert msgspec.json.decode(msgspec.json.encode(seen_grade()), type=Grade) == seen_grade()


# ---- the course report


def first_graded(made: Course) -> int:
    return next(each.grade.id for each in made.standings if each.grade)


def pages(made: Course, folder: Path, **changed: Any) -> dict[str, str]:
    render_course(made.standings, made.about, folder, submissions=made.submissions, grades=made.grades, **changed)
    return {str(file.relative_to(folder)): file.read_text(encoding="utf-8") for file in folder.rglob("*.html")}


def test_the_staffs_overview_lists_whom_to_look_at(tmp_path: Path) -> None:
    made = course(6, 2)
    number = first_graded(made)
    found = pages(made, tmp_path, sightings={number: SEEN})
    standing = next(each for each in made.standings if each.grade and each.grade.id == number)
    for name in ("index.html", f"assignment-{standing.assignment}.html"):
        assert "Seen in the source" in found[name] and f"Other processes: gemm.cu:{FORK}" in found[name]
    other = next(each.slug for each in made.about.assignments if each.slug != standing.assignment)
    assert "Seen in the source" not in found[f"assignment-{other}.html"]
    assert "소스에서 보인 점" in pages(made, tmp_path, sightings={number: SEEN}, language="ko")["index.html"]


def test_the_list_leads_to_the_full_report_where_there_is_one(tmp_path: Path) -> None:
    made = course(4, 1)
    number = first_graded(made)
    found = pages(made, tmp_path, sightings={number: SEEN}, full=lambda stored: seen_grade())
    assert f'href="grades/{number}.html#sightings"' in found["index.html"]
    assert 'id="sightings"' in found[f"grades/{number}.html"]


def test_no_student_sees_any(tmp_path: Path) -> None:
    made = course(4, 1)
    number = first_graded(made)
    standing = next(each for each in made.standings if each.grade and each.grade.id == number)
    sightings = {each.grade.id: SEEN for each in made.standings if each.grade}
    own = pages(
        made,
        tmp_path / "own",
        audience="students",
        student=standing.student.login,
        sightings=sightings,
        full=lambda stored: seen_grade(BUILT),
    )
    assert len(own) == 2  # the student's page, and the full report
    nameless = pages(made, tmp_path / "nameless", audience="anonymous", key=b"k" * 32, sightings=sightings)
    for text in (*own.values(), *nameless.values()):
        assert "sightings" not in text.partition("</style>")[2] and "Other processes" not in text and "imports getenv" not in text


def test_what_leaves_the_staff_has_no_place_for_them() -> None:
    assert "sightings" not in ShownGrade.__struct_fields__ and "sightings" not in Graded.__struct_fields__
    assert "sightings" not in as_json(seen_grade())  # `grader check --json` prints that


def test_whoever_has_most_that_is_rare_in_honest_work_comes_first() -> None:
    graded = [each for each in course(5, 1).standings if each.grade][:3]
    numbers = [each.grade.id for each in graded if each.grade]
    clock, fork = (look({"a.cu": text}) for text in (b"long t = clock64();\nlong u = clock64();\n", b"int p = fork();\n"))
    found = sighted(graded, {numbers[0]: clock, numbers[2]: fork})
    assert [each.grade for each in found] == [numbers[2], numbers[0]]
    assert sighted(graded, {numbers[0]: (), 99: fork}) == ()


def test_records_are_read_once_and_those_without_are_remembered(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "blobs")
    made = course(3, 1)
    graded = [each for each in made.standings if each.grade]
    records = [blobs.put(msgspec.json.encode(grade)) for grade in (seen_grade(), fixtures.grade())]
    standings = [
        msgspec.structs.replace(each, grade=msgspec.structs.replace(each.grade, record=records[at]))
        for at, each in enumerate(graded[:2])
        if each.grade
    ]
    number = graded[0].grade.id if graded[0].grade else 0
    assert recorded(blobs, standings) == {number: SEEN}
    assert msgspec.json.decode((blobs.folder / NO_SIGHTINGS).read_bytes()) == [records[1]]
    assert recorded(blobs, standings) == {number: SEEN}
    blobs.drop(records[0])  # gone: nothing to tell
    assert recorded(blobs, standings) == {}
    (blobs.folder / NO_SIGHTINGS).write_text("{damaged")
    assert recorded(blobs, standings) == {}


# ---- the command line


def printed(grade: Grade, language: str) -> str:
    out = io.StringIO()
    assignment: Any = type("Assignment", (), {"title": {"en": "Matrix product", "ko": "행렬 곱"}, "files": ("gemm.cu",)})()
    in_full(Console(file=out, width=200, highlight=False), grade, assignment, Words(language))
    return out.getvalue()


def test_one_line_for_the_staff() -> None:
    lines = [line for line in printed(seen_grade(BUILT), "en").splitlines() if "worth a look" in line]
    assert len(lines) == 1 and f"Other processes (gemm.cu:{FORK})" in lines[0] and "Environment (imports getenv <b>)" in lines[0]
    assert "살펴볼 점" in printed(seen_grade(), "ko") and "worth a look" not in printed(fixtures.grade(), "en")
