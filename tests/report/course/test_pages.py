"""The pages' content: who may see what, hostile names and texts, odd grades, links that lead somewhere, both languages."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest

from grader.errors import HarnessError
from grader.gradebook.records import CheckSummary, Comment, Lateness, Override, Standing, StoredGrade
from grader.records import Grade
from grader.report.course import render_course
from grader.report.course.about import CourseAbout
from grader.report.course.words import COURSE_WORDS, PHRASES
from grader.report.words import LANGUAGES, WORDS
from grader.toolchain import UsageError
from tests.report import fixtures
from tests.report.course.synthetic import NOW, Course, course

KEY = b"k" * 32
HOSTILE = "<script>alert(1)</script>\"'&\u202eevil\nsecond\x1b[31m"


def write(made: Course, folder: Path, **changed: Any) -> dict[str, str]:
    """Name of a page -> its text."""
    render_course(made.standings, made.about, folder, submissions=made.submissions, grades=made.grades, **changed)
    return {str(file.relative_to(folder)): file.read_text(encoding="utf-8") for file in sorted(folder.rglob("*.html"))}


def graded(made: Course) -> int:
    return next(at for at, each in enumerate(made.standings) if each.grade and each.state == "graded" and each.grade.file)


def change(
    made: Course, at: int, *, grade: dict[str, Any] | None = None, student: dict[str, Any] | None = None, **changed: Any
) -> Standing:
    old = made.standings[at]
    if grade is not None:
        assert old.grade
        changed["grade"] = msgspec.structs.replace(old.grade, **grade)
    if student is not None:
        changed["student"] = msgspec.structs.replace(old.student, **student)
    made.standings[at] = msgspec.structs.replace(old, **changed)
    return made.standings[at]


class Reader(HTMLParser):
    """Elements with their attributes, and what refers to the outside."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if "id" in dict(attrs):
            self.ids.append(dict(attrs)["id"] or "")


# ---- every page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("audience", ["staff", "anonymous"])
def test_links_lead_somewhere_and_ids_are_unique(language: str, audience: str, tmp_path: Path) -> None:
    pages = write(course(25, 5), tmp_path, language=language, audience=audience, key=KEY)
    read = {name: Reader(text) for name, text in pages.items()}
    for name, reader in read.items():
        assert len(set(reader.ids)) == len(reader.ids), name
        for tag, attributes in reader.elements:
            if tag == "a":
                file, _, anchor = (attributes["href"] or "").partition("#")
                assert (file or name) in read, (name, file)
                assert not anchor or anchor in read[file or name].ids, (name, file, anchor)
            for key in ("aria-labelledby", "aria-describedby"):
                assert set((attributes.get(key) or "").split()) <= set(reader.ids)


@pytest.mark.parametrize("audience", ["staff", "students", "anonymous"])
def test_pages_are_self_contained_under_a_strict_policy(audience: str, tmp_path: Path) -> None:
    for name, text in write(course(12, 3), tmp_path, audience=audience, student="s0001" * (audience == "students"), key=KEY).items():
        reader = Reader(text)
        assert not [a for _, a in reader.elements if "src" in a or "style" in a or any(key.startswith("on") for key in a)]
        assert [a["href"] for tag, a in reader.elements if tag == "link"] == ["data:,"]
        assert "http:" not in text and "https:" not in text and "@import" not in text and "url(" not in text
        (policy,) = [a["content"] or "" for tag, a in reader.elements if a.get("http-equiv") == "Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; ") and "unsafe" not in policy
        scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
        assert len(scripts) == (0 if name.startswith("student-") else 1) == len([1 for tag, _ in reader.elements if tag == "script"])
        assert ("script-src" in policy) == bool(scripts)
        for kind, content in [("script", each) for each in scripts] + [("style", re.findall(r"<style>(.*?)</style>", text, re.DOTALL)[0])]:
            digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
            assert f"{kind}-src 'sha256-{digest}'" in policy


def test_phrases_are_of_their_own_and_whole() -> None:
    assert not set(PHRASES) & set(WORDS["en"])
    for key, (english, korean) in PHRASES.items():
        assert english and korean and set(re.findall(r"{(\w+)}", english)) == set(re.findall(r"{(\w+)}", korean)), key
    templates = Path(__file__).parents[3] / "grader" / "report" / "templates" / "course"
    modules = [file for file in Path(render_course.__code__.co_filename).parent.glob("*.py") if file.name != "words.py"]
    text = "".join(file.read_text(encoding="utf-8") for file in [*templates.iterdir(), *modules])
    for key in PHRASES:
        assert re.search(rf'\bt\.{key}\b|"{key}"', text) or key.startswith(("state_", "long_", "outlier_", "why_")), f"{key} is never used"


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_the_languages(language: str, tmp_path: Path) -> None:
    pages = write(course(12, 3), tmp_path, language=language)
    t = COURSE_WORDS[language]
    assert f'<html lang="{language}">' in pages["index.html"]
    for key in ("all_students", "hardest_checks", "common_verdicts"):
        assert t[key] in pages["index.html"]
    if language == "ko":
        assert (
            "정사각 행렬" in pages["assignment-02_device_info.html"]
            and '<span lang="en">A small matrix' in pages["assignment-02_device_info.html"]
        )


def test_an_unknown_language_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match="en, ko"):
        write(course(1, 1), tmp_path, language="fr")


# ---- odd content


def test_nothing_of_anybody_is_markup(tmp_path: Path) -> None:
    made = course(6, 2)
    at = graded(made)
    said = Comment(id=1, student="s0000", assignment="02_device_info", text=HOSTILE, author=HOSTILE, at=NOW, private=True)
    over = Override(id=1, student="s0000", assignment="02_device_info", points=50.0, reason=HOSTILE, author=HOSTILE, at=NOW)
    old = made.standings[at].grade
    assert old
    check = msgspec.structs.replace(old.checks[0], title=HOSTILE, verdict=HOSTILE, category=HOSTILE)
    login = made.standings[at].student.login
    for place in [n for n, each in enumerate(made.standings) if each.student.login == login]:
        change(made, place, student={"name": HOSTILE, "section": HOSTILE})
    change(
        made,
        at,
        grade={"verdict": HOSTILE, "message": HOSTILE, "file": HOSTILE, "checks": (check, *old.checks), "why": HOSTILE, "author": HOSTILE},
        comments=(said,),
        override=over,
        lateness=Lateness(days=1, text=HOSTILE, text_ko=HOSTILE),
    )
    about = msgspec.structs.replace(made.about.assignments[0], title={"en": HOSTILE, "ko": HOSTILE})
    made = made._replace(about=msgspec.structs.replace(made.about, title={"en": HOSTILE}, assignments=(about, *made.about.assignments[1:])))
    for submission in made.submissions:
        made.submissions[submission.id - 1] = msgspec.structs.replace(submission, filename=HOSTILE, label=HOSTILE)
    for name, text in write(made, tmp_path).items():
        assert "<script>alert" not in text and "\u202e" not in text and "\x1b" not in text, name
        assert text.count("<script") == (0 if name.startswith("student-") else 1)
    assert "⟨U+202E⟩" in (tmp_path / f"student-{login}.html").read_text()


@pytest.mark.parametrize("name", ["", " ", "x" * 500, "👩‍💻 Ada", "김 민수", "a\nb\tc", "\u202eabc", "\u200b", "%s {0} {{x}}"])
@pytest.mark.parametrize("login", ["plain", "Ünï cödé", "x" * 120, "<b>"])
def test_any_name_gives_pages(name: str, login: str, tmp_path: Path) -> None:
    made = course(1, 2)
    for at in range(len(made.standings)):
        change(made, at, student={"name": name, "login": login})
    pages = write(made, tmp_path)
    assert len(pages) == 4
    for text in pages.values():
        assert "x" * 200 not in text


def test_people_of_one_name_stand_with_their_logins(tmp_path: Path) -> None:
    made = course(2, 1)
    for at in range(2):
        change(made, at, student={"name": "Kim Minsu"})
    index = write(made, tmp_path)["index.html"]
    assert "s0000</span>" in index and "s0001</span>" in index


def test_an_empty_gradebook_and_assignments_without_grades(tmp_path: Path) -> None:
    made = course(0, 3)
    pages = write(made, tmp_path / "empty")
    assert set(pages) == {"index.html", *(f"assignment-{each.slug}.html" for each in made.about.assignments)}
    assert COURSE_WORDS["en"]["no_students"] in pages["index.html"]
    nothing = CourseAbout(title={}, id="none", time_zone="UTC", assignments=())
    assert set(write(Course(nothing, [], [], []), tmp_path / "nothing")) == {"index.html"}
    some = course(3, 2)
    for at in range(len(some.standings)):
        change(some, at, state="missing", submission=None, grade=None, points=None, raw_points=None)
    pages = write(some, tmp_path / "some")
    assert COURSE_WORDS["en"]["no_points"] in pages["assignment-02_device_info.html"]
    assert " / 0</span>" in pages["student-s0000.html"]


def test_a_grade_of_nothing_counts_for_nothing(tmp_path: Path) -> None:
    made = course(4, 1)
    at = graded(made)
    changed = change(
        made,
        at,
        grade={"score": 0.0, "max_score": 0.0, "checks": (), "verdict": "NOT_RUN", "file": None, "line": None},
        state="undecided",
        raw_points=None,
        points=None,
    )
    pages = write(made, tmp_path)
    assert COURSE_WORDS["en"]["long_undecided"] in pages[f"student-{changed.student.login}.html"]
    assert COURSE_WORDS["en"]["partial_total"] in pages["index.html"]


def test_an_assignment_that_the_course_no_longer_has_comes_last_and_weighs_nothing(tmp_path: Path) -> None:
    made = course(4, 2)
    kept = made._replace(about=made.about.only("03_vector_matrix"))
    pages = write(kept, tmp_path)
    assert "assignment-02_device_info.html" in pages
    index = pages["index.html"]
    assert index.index("assignment-03_vector_matrix.html") < index.index("assignment-02_device_info.html") and "/ 5</span>" in index


def test_points_beyond_the_scale(tmp_path: Path) -> None:
    made = course(4, 1)
    for at, points in enumerate((120.0, -5.0)):
        change(made, at, points=points, state="graded")
    pages = write(made, tmp_path)
    assert ">120</strong>" in pages["student-s0000.html"] and ">-5</strong>" in pages["student-s0001.html"]


def test_an_unknown_assignment_or_student_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="02_device_info"):
        write(course(1, 1), tmp_path, assignment="nope")
    with pytest.raises(UsageError, match="s0000"):
        write(course(1, 1), tmp_path, audience="students", student="nope")
    assert not list(tmp_path.iterdir())


# ---- what a page tells


def test_lateness_override_and_comments_are_told_in_words(tmp_path: Path) -> None:
    made = course(40, 4)
    late = next(each for each in made.standings if each.lateness.days and each.raw_points and not each.override)
    page = write(made, tmp_path)[f"student-{late.student.login}.html"]
    assert "1 day late" in page and "it costs 10 %" in page and "points before lateness" in page
    over = next(each for each in made.standings if each.override)
    page = (tmp_path / f"student-{over.student.login}.html").read_text()
    assert (
        "90 points" in page
        and "asked for more than the hand-out said." in page
        and "computed points" in page
        and "Well explained.\nSee you." in page
        and "Asked twice" in page
    )
    (tmp_path / "ko").mkdir()
    assert "1일 지각" in write(made, tmp_path / "ko", language="ko")[f"student-{late.student.login}.html"]


def test_history_has_every_grade_and_submission_and_what_counts(tmp_path: Path) -> None:
    made = course(3, 1)
    at = graded(made)
    standing = made.standings[at]
    assert standing.grade and standing.submission
    assert COURSE_WORDS["en"]["history_caption"] not in write(made, tmp_path / "one")[f"student-{standing.student.login}.html"]
    first = msgspec.structs.replace(standing.submission, id=900, number=1)
    second = msgspec.structs.replace(standing.submission, id=901, number=2)
    old = msgspec.structs.replace(standing.grade, id=900, submission=901, score=1.0)
    new = msgspec.structs.replace(standing.grade, id=901, submission=901, why="regraded: test_odd asked too much", author="prof")
    change(made, at, submission=second, grade={"id": 901, "submission": 901, "why": new.why, "author": "prof"})
    made = made._replace(submissions=[first, second], grades=[old, new])
    for language, word in (("en", "regraded: test_odd"), ("ko", "재채점: test_odd")):
        page = write(made, tmp_path / language, language=language)[f"student-{standing.student.login}.html"]
        rows = re.findall(r'<tr( class="counts")?><th scope="row" class="num">(\d)', page)
        assert rows == [("", "1"), ("", "2"), (' class="counts"', "2")]
        assert word in page and "prof" in page


def test_a_groups_shared_submission_is_on_every_members_page(tmp_path: Path) -> None:
    made = course(2, 1)
    at = graded(made)
    other = 1 - at
    change(made, other, submission=made.standings[at].submission, grade=None, state="graded")
    made.standings[other] = msgspec.structs.replace(made.standings[other], grade=made.standings[at].grade, points=50.0, raw_points=50.0)
    own = msgspec.structs.replace(made.submissions[0], id=99, student=made.standings[other].student.login, number=1)
    pages = write(made._replace(submissions=[*made.submissions, own]), tmp_path)
    page = pages[f"student-{made.standings[other].student.login}.html"]
    assert f"by {made.standings[at].student.name}" in page


def test_hidden_checks_show_title_and_verdict_and_are_marked(tmp_path: Path) -> None:
    pages = write(course(20, 1), tmp_path, audience="students", student="s0001")
    (page,) = pages.values()
    assert re.search(r'divide evenly</span> <span class="tag">hidden</span>', page)


# ---- audiences


def remarked() -> Course:
    made = course(12, 2)
    at = graded(made)
    said = Comment(id=1, student="x", assignment="x", text="private thought", author="ta-kim", at=NOW, private=True)
    over = Override(id=1, student="x", assignment="x", points=77.0, reason="appeal of Minsu", author="prof-park", at=NOW)
    change(
        made,
        at,
        comments=(said, msgspec.structs.replace(said, text="public remark", private=False)),
        override=over,
        points=77.0,
        grade={
            "same_as": made.grades[-1].id,
            "why": "regraded: because of Minsu",
            "message": "in `minsu_kernel` of minsu.cu",
            "file": "minsu.cu",
        },
    )
    old = made.standings[at].grade
    assert old
    made.grades.append(msgspec.structs.replace(old, id=10_000, why="graded", author="prof-park"))  # an earlier one: there is a history
    # a fault of ours, whose message names a place of somebody
    other = next(n for n, each in enumerate(made.standings) if n > at and each.grade and each.student != made.standings[at].student)
    broken = made.standings[other].grade
    assert broken
    away = msgspec.structs.replace(broken.checks[0], outcome="not_run", verdict="NOT_RUN")
    fault = {
        "checks": (away, *broken.checks[1:]),
        "verdict": "NOT_RUN",
        "message": "no room in /srv/minsu",
        "message_ko": "/srv/minsu 공간 부족",
    }
    change(made, other, grade=fault, state="undecided")
    return made


def test_a_student_sees_their_page_and_no_private_remark_nor_anybody_else(tmp_path: Path) -> None:
    made = remarked()
    standing = made.standings[graded(made)]
    login = standing.student.login
    pages = write(made, tmp_path, audience="students", student=login)
    assert list(pages) == [f"student-{login}.html"]
    (page,) = pages.values()
    assert "public remark" in page and "private thought" not in page and "appeal of Minsu" in page and 'href="index.html"' not in page
    others = {each.student.login: each.student for each in made.standings if each.student.login != login}
    written = b"".join(file.read_bytes() for file in tmp_path.iterdir()).decode()
    assert not [other for other in others if other in written]
    staff = write(made, tmp_path / "staff")[f"student-{login}.html"]
    assert "private thought" in staff and "The same files as a submission of" in staff


def test_nothing_in_an_anonymous_report_tells_who_somebody_is(tmp_path: Path) -> None:
    made = remarked()
    told = {"private thought", "public remark", "Minsu", "minsu", "ta-kim", "prof-park", "Profsection"}
    for at, each in enumerate(made.standings):
        number = int(each.student.login[1:])
        named = {"name": f"Namestem{number} 김가{number}", "login": f"zqlogin{number}", "email": f"zqmail{number}@example.edu"}
        change(made, at, student={**named, "ids": {"canvas": f"{90000 + number}-7"}, "section": "Profsection"})
        told |= {*named.values(), f"{90000 + number}-7", f"Namestem{number}"}
    made = made._replace(
        submissions=[msgspec.structs.replace(each, student=f"zqlogin{int(each.student[1:])}") for each in made.submissions]
    )
    made = made._replace(grades=[msgspec.structs.replace(each, student=f"zqlogin{int(each.student[1:])}") for each in made.grades])
    render_course(made.standings, made.about, tmp_path, submissions=made.submissions, grades=made.grades, audience="anonymous", key=KEY)
    for submission in made.submissions:
        told |= {submission.filename, submission.label}
    for standing in made.standings:
        if standing.grade:
            told |= {
                standing.grade.message,
                standing.grade.message_ko,
                standing.grade.file or "",
                standing.grade.key,
                standing.grade.record,
            }
            told.add(f"{standing.grade.file}:{standing.grade.line}")
    told -= {""}
    files = list(tmp_path.rglob("*"))
    assert len(files) == 12 + 2 + 2
    for file in files:
        content = file.read_bytes()
        found = [text for text in told if text.encode() in content or text in file.name]
        assert not found, (file.name, found)


def test_pseudonyms_stay_when_the_report_is_written_anew_and_others_join(tmp_path: Path) -> None:
    small = set(write(course(5, 1), tmp_path / "a", audience="anonymous", key=KEY))
    large = set(write(course(9, 1), tmp_path / "b", audience="anonymous", key=KEY))
    assert small < large
    assert not {name for name in write(course(5, 1), tmp_path / "c", audience="anonymous", key=b"z" * 32) if "student" in name} & small


# ---- full reports


def full_of(label: str = "/home/ta/mallory/gemm.cu") -> Grade:
    return msgspec.structs.replace(fixtures.racing(), submission=label)


def test_full_reports_are_linked_lead_back_and_bear_their_own_students_name(tmp_path: Path) -> None:
    made = course(4, 2)
    asked: list[int] = []

    def full(stored: StoredGrade) -> Grade:
        asked.append(stored.id)
        return full_of()

    pages = write(made, tmp_path, full=full)
    counting = [each for each in made.standings if each.grade]
    assert sorted(asked) == sorted(each.grade.id for each in counting if each.grade)
    for each in counting:
        assert each.grade
        page = pages[f"grades/{each.grade.id}.html"]
        assert f'href="../student-{each.student.login}.html"' in page and "mallory" not in page and "/home/ta" not in page
        assert "script-src" not in page
        assert f'href="grades/{each.grade.id}.html"' in pages[f"student-{each.student.login}.html"]
        assert f'href="grades/{each.grade.id}.html"' in pages[f"assignment-{each.assignment}.html"]
    asked.clear()
    write(made, tmp_path, full=full)
    assert asked == [], "a grade never changes: its page neither"
    pages = write(made, tmp_path)
    assert not [name for name in pages if name.startswith("grades/")] and "grades/" not in pages["student-s0000.html"]


def test_a_record_that_is_gone_costs_one_page(tmp_path: Path) -> None:
    made = course(3, 1)
    lost = made.grades[0].id

    def full(stored: StoredGrade) -> Grade:
        if stored.id == lost:
            raise HarnessError("blob is gone or damaged; restore it")
        return full_of()

    done = render_course(made.standings, made.about, tmp_path, full=full)
    assert len(done.faults) == 1 and f"grade {lost}" in done.faults[0] and "restore it" in done.faults[0]
    assert not (tmp_path / "grades" / f"{lost}.html").exists() and f"grades/{lost}.html" not in (tmp_path / "index.html").read_text()
    assert f"grades/{lost}.html" not in (tmp_path / ".report.json").read_text()


def test_an_anonymous_report_has_no_source(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="source"):
        write(course(1, 1), tmp_path, audience="anonymous", key=KEY, full=lambda stored: full_of())


def test_every_outcome_has_a_row(tmp_path: Path) -> None:
    made = course(2, 1)
    at = graded(made)
    old = made.standings[at].grade
    assert old

    def check(name: str, outcome: str, verdict: str, points: float) -> CheckSummary:
        return msgspec.structs.replace(old.checks[0], id=name, title=name, outcome=outcome, verdict=verdict, points=points, max_points=10.0)

    checks = (
        check("full", "passed", "", 10.0),
        check("half", "failed", "WRONG_TAIL", 5.0),
        check("none", "failed", "RACE_SHARED", 0.0),
        check("away", "not_run", "NOT_RUN", 0.0),
        check("blind", "not_run", "NOT_MEASURED", 0.0),
    )
    changed = change(made, at, grade={"checks": checks})
    page = write(made, tmp_path)[f"student-{changed.student.login}.html"]
    assert re.findall(r'<tr class="(\w+)"><td class="outcome">', page) == ["passed", "partly", "failed", "not_run", "not_measured"]
