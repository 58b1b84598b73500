"""The index and the assignments' pages: statistics and Standings -> what their templates show. Pure.

In the anonymous report a row of a list shows a pseudonym, and neither messages nor places nor times of day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

from grader.gradebook.records import Standing
from grader.records import Record
from grader.report.course.about import About
from grader.report.course.histogram import Histogram, histogram
from grader.report.course.outliers import Outlier
from grader.report.course.people import Person, anchor, one_line, page_name
from grader.report.course.phrasing import Score, Title, Total, Verdict, moment, score, title, total, verdict
from grader.report.course.statistics import AssignmentStatistics, CheckRate, NotRun, Slow, Spread, VerdictCount, hardest, verdict_counts
from grader.report.course.student_view import Scene
from grader.report.course.words import COURSE_WORDS
from grader.report.source import place
from grader.report.text import duration, excerpt, number

SHOWN = 10  # rows of an overview's list; an assignment's page has all
NAMED = 3  # people beside a verdict
LONGEST_MESSAGE = 600


class Rate(Record, frozen=True, kw_only=True):
    """A check with how often it passes."""

    assignment: Title
    page: str
    title: Title
    hidden: bool
    percent: float | None  # None: run for nobody
    text: str  # "12 / 40"
    not_run: int


class Common(Record, frozen=True, kw_only=True):
    """A verdict with how many have it, and a few of those."""

    verdict: Verdict
    count: int
    share: float  # of the commonest, 0 … 100, for the bar
    people: tuple[Person, ...]
    more: int


class Row(Record, frozen=True, kw_only=True):
    """One line of a list: who, where, and what there is to say."""

    person: Person
    assignment: Title
    anchor: str  # on the student's page
    text: str
    lang: str = ""
    amount: str = ""
    second: str = ""


class Listed(Record, frozen=True, kw_only=True):
    """People under a heading: who is late, who is missing."""

    key: str  # of the words table
    people: tuple[Person, ...]


class Lists(Record, frozen=True, kw_only=True):
    """What the overview and an assignment's page both have."""

    rates: tuple[Rate, ...]
    verdicts: tuple[Common, ...]
    slowest: tuple[Row, ...]
    not_run: tuple[Row, ...]
    not_run_more: int
    outliers: tuple[Row, ...]
    outliers_more: int


class Card(Record, frozen=True, kw_only=True):
    """One assignment on the overview."""

    slug: str
    page: str
    title: Title
    weight: str
    due: str
    figures: tuple[tuple[str, int], ...]  # (key of the words table, count)
    spread: Spread
    mean: str
    median: str
    quartiles: str
    histogram: Histogram


class Member(Record, frozen=True, kw_only=True):
    """One student in the big table."""

    person: Person
    scores: tuple[Score | None, ...]  # by column; None: the assignment is none of theirs
    total: Total


class Index(Record, frozen=True, kw_only=True):
    """index.html"""

    language: str
    anonymous: bool
    course: Title
    latest: str  # when the last grade was given
    figures: tuple[tuple[str, int], ...]
    cards: tuple[Card, ...]
    lists: Lists
    columns: tuple[tuple[str, Title, str], ...]  # slug, title, page
    members: tuple[Member, ...]
    sections: bool
    out_of: str


class Entry(Record, frozen=True, kw_only=True):
    """One student in an assignment's table."""

    person: Person
    score: Score
    raw: str
    days: int
    verdict: Verdict | None
    place: str
    handed: str
    wall: str
    wall_s: float
    details: str


class AssignmentPage(Record, frozen=True, kw_only=True):
    """assignment-SLUG.html"""

    language: str
    anonymous: bool
    course: Title
    anchor: str  # of this assignment on a student's page
    card: Card
    lists: Lists
    listed: tuple[Listed, ...]
    entries: tuple[Entry, ...]
    sections: bool
    timed: bool


def index_page(
    by_student: Mapping[str, Mapping[str, Standing]], found: Sequence[AssignmentStatistics], odd: Sequence[Outlier], scene: Scene
) -> Index:
    """The overview. `by_student`: login -> assignment -> standing; `found`: of each assignment, in order."""
    language, zone = scene.language, scene.course.zone
    abouts = scene.course.assignments
    standings = [each for mine in by_student.values() for each in mine.values()]
    graded = [each.grade.at for each in standings if each.grade is not None]
    figures = _figures(found)
    people = len(by_student)
    return Index(
        language=language,
        anonymous=scene.audience == "anonymous",
        course=title(scene.course.title, language, scene.course.id),
        latest=moment(max(graded, default=None), zone) if scene.audience == "staff" else "",
        figures=(("students", people), ("assignments", len(abouts)), *figures),
        cards=tuple(_card(about, each, scene) for about, each in zip(abouts, found, strict=True)),
        lists=_lists(
            hardest([rate for each in found for rate in each.checks], SHOWN),
            verdict_counts(standings)[:SHOWN],
            sorted((slow for each in found for slow in each.slowest), key=lambda slow: (-slow.wall_s, slow.login))[:SHOWN],
            [each for per in found for each in per.not_run],
            odd,
            scene,
            shown=SHOWN,
        ),
        columns=tuple((about.slug, title(about.title, language, about.slug), page_name("assignment", about.slug)) for about in abouts),
        members=tuple(
            Member(
                person=person,
                scores=tuple(score(mine[about.slug], language) if about.slug in mine else None for about in abouts),
                total=total(mine, scene.in_play),
            )
            for login, person in scene.people.items()
            if (mine := by_student.get(login)) is not None
        ),
        sections=any(person.section for person in scene.people.values()),
        out_of=scene.out_of,
    )


def assignment_page(
    about: About, standings: Mapping[str, Standing], found: AssignmentStatistics, odd: Sequence[Outlier], scene: Scene
) -> AssignmentPage:
    """One assignment. `standings`: login -> standing; `odd`: the outliers in it."""
    language, zone, named = scene.language, scene.course.zone, scene.audience != "anonymous"
    entries = tuple(
        _entry(person, standing, scene, zone, named)
        for login, person in scene.people.items()
        if (standing := standings.get(login)) is not None
    )
    lists = (
        ("who_waiting", found.waiting),
        ("who_undecided", found.undecided),
        ("who_late", found.late),
        ("who_closed", found.closed),
        ("who_missing", found.missing),
        ("who_overridden", found.overridden),
    )
    return AssignmentPage(
        language=language,
        anonymous=not named,
        course=title(scene.course.title, language, scene.course.id),
        anchor=anchor("a", about.slug),
        card=_card(about, found, scene),
        lists=_lists(found.checks, found.verdicts, found.slowest, found.not_run, odd, scene),
        listed=tuple(Listed(key=key, people=_in_order(logins, scene)) for key, logins in lists),
        entries=entries,
        sections=any(entry.person.section for entry in entries),
        timed=any(entry.wall for entry in entries),
    )


def _figures(found: Sequence[AssignmentStatistics]) -> tuple[tuple[str, int], ...]:
    """How many are in which state; what nobody is in is left out, but for the first."""
    counts = (
        ("graded_n", sum(each.graded for each in found)),
        ("waiting_n", sum(len(each.waiting) for each in found)),
        ("undecided_n", sum(len(each.undecided) for each in found)),
        ("late_n", sum(len(each.late) for each in found)),
        ("missing_n", sum(len(each.missing) for each in found)),
        ("overridden_n", sum(len(each.overridden) for each in found)),
    )
    return tuple((key, count) for key, count in counts if count or key == "graded_n")


def _card(about: About, found: AssignmentStatistics, scene: Scene) -> Card:
    language, spread = scene.language, found.spread
    shown = title(about.title, language, about.slug)
    return Card(
        slug=about.slug,
        page=page_name("assignment", about.slug),
        title=shown,
        weight=number(about.weight) if about.weight else "",
        due=moment(about.due, scene.course.zone),
        figures=_figures([found]),
        spread=spread,
        mean=number(spread.mean, 1),
        median=number(spread.median, 1),
        quartiles=f"{number(spread.low, 1)}–{number(spread.high, 1)}",
        histogram=histogram(anchor("h", about.slug), spread, shown.text, language),
    )


def _lists(
    rates: Sequence[CheckRate],
    verdicts: Sequence[VerdictCount],
    slowest: Sequence[Slow],
    not_run: Sequence[NotRun],
    odd: Sequence[Outlier],
    scene: Scene,
    shown: int | None = None,
) -> Lists:
    titles = {each.slug: title(each.title, scene.language, each.slug) for each in scene.course.assignments}
    most = max((len(each.logins) for each in verdicts), default=1)

    def row(login: str, slug: str, text: str, lang: str = "", amount: str = "", second: str = "") -> Row:
        return Row(
            person=scene.people[login],
            assignment=titles[slug],
            anchor=anchor("a", slug),
            text=text,
            lang=lang,
            amount=amount,
            second=second,
        )

    return Lists(
        rates=tuple(_rate(each, titles, scene.language) for each in rates),
        verdicts=tuple(_common(each, most, scene) for each in verdicts),
        slowest=tuple(
            row(each.login, each.assignment, "", amount=duration(each.wall_s), second=duration(each.cpu_s) if each.cpu_s else "")
            for each in slowest
        ),
        not_run=tuple(row(each.login, each.assignment, *_cause(each, scene), amount=_checks(each, scene)) for each in not_run[:shown]),
        not_run_more=max(0, len(not_run) - len(not_run[:shown])),
        outliers=tuple(row(each.login, each.assignment, _odd(each, scene.language)) for each in odd[:shown]),
        outliers_more=max(0, len(odd) - len(odd[:shown])),
    )


def _checks(each: NotRun, scene: Scene) -> str:
    return COURSE_WORDS[scene.language]["checks_of"].format(count=each.checks, of=each.of)


def _cause(each: NotRun, scene: Scene) -> tuple[str, str]:
    """The message where there is one that may be told, else the verdicts' titles; and its language, if it isn't the page's."""
    language = scene.language
    if scene.audience != "anonymous" and each.message:
        korean = language == "ko" and each.message_ko
        text = each.message_ko if korean else each.message
        return excerpt(one_line(text), LONGEST_MESSAGE)[0], "" if language == "en" or korean else "en"
    return ", ".join(verdict(code, language).title for code in each.causes) or verdict("NOT_RUN", language).title, ""


def _odd(each: Outlier, language: str) -> str:
    phrase = COURSE_WORDS[language][f"outlier_{each.kind}"]
    if each.kind == "verdict":
        return phrase.format(verdict=verdict(each.verdict, language).title)
    value, usual = (duration(each.value), duration(each.usual)) if each.kind == "time" else (number(each.value, 1), number(each.usual, 0))
    return phrase.format(value=value, usual=usual)


def _rate(each: CheckRate, titles: Mapping[str, Title], language: str) -> Rate:
    korean = each.title_ko if language == "ko" else ""
    judged = each.passed + each.failed
    return Rate(
        assignment=titles[each.assignment],
        page=page_name("assignment", each.assignment),
        title=Title(text=korean or each.title, lang="" if language == "en" or korean else "en"),
        hidden=each.hidden,
        percent=None if each.rate is None else round(100 * each.rate, 1),
        text=f"{each.passed} / {judged}",
        not_run=each.not_run,
    )


def _common(each: VerdictCount, most: int, scene: Scene) -> Common:
    people = _in_order(dict.fromkeys(each.logins), scene)
    return Common(
        verdict=verdict(each.verdict, scene.language),
        count=len(each.logins),
        share=round(100 * len(each.logins) / most, 1),
        people=people[:NAMED],
        more=max(0, len(people) - NAMED),
    )


def _in_order(logins: Iterable[str], scene: Scene) -> tuple[Person, ...]:
    wanted = set(logins)
    return tuple(person for login, person in scene.people.items() if login in wanted)


def _entry(person: Person, standing: Standing, scene: Scene, zone: dt.tzinfo, named: bool) -> Entry:
    grade, submission = standing.grade, standing.submission
    changed = standing.raw_points is not None and standing.points != standing.raw_points
    return Entry(
        person=person,
        score=score(standing, scene.language),
        raw=number(standing.raw_points or 0.0, 1) if changed else "",
        days=standing.lateness.days,
        verdict=verdict(grade.verdict, scene.language) if grade is not None else None,
        place=one_line(place(grade.file, grade.line)) if grade is not None and named else "",
        handed=moment(submission.received_at, zone) if submission is not None and named else "",
        wall=duration(grade.wall_s) if grade is not None and grade.wall_s > 0 else "",
        wall_s=grade.wall_s if grade is not None else 0.0,
        details=scene.details.get(grade.id, "") if grade is not None else "",
    )
