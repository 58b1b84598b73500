"""What the index and the assignments' pages both show: statistics -> cards, and lists of checks, verdicts and people. Pure.

In the anonymous report a row of a list shows a pseudonym, and neither messages nor places.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from grader.records import Record
from grader.report.course.about import About
from grader.report.course.histogram import Histogram, histogram
from grader.report.course.outliers import Outlier
from grader.report.course.people import Person, anchor, one_line, page_name
from grader.report.course.phrasing import Title, Verdict, moment, title, told, verdict
from grader.report.course.scene import Scene
from grader.report.course.sighted import Sighted
from grader.report.course.statistics import AssignmentStatistics, CheckRate, NotRun, Slow, Spread, VerdictCount
from grader.report.course.words import COURSE_WORDS
from grader.report.sightings import in_short
from grader.report.text import duration, excerpt, number

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
    link: str = ""  # to what is told in full


class Lists(Record, frozen=True, kw_only=True):
    """What the overview and an assignment's page both have."""

    rates: tuple[Rate, ...]
    verdicts: tuple[Common, ...]
    slowest: tuple[Row, ...]
    not_run: tuple[Row, ...]
    not_run_more: int
    outliers: tuple[Row, ...]
    outliers_more: int
    sighted: tuple[Row, ...] = ()
    sighted_more: int = 0


class Card(Record, frozen=True, kw_only=True):
    """One assignment: on the overview, and at the head of its own page."""

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


def figures(found: Sequence[AssignmentStatistics]) -> tuple[tuple[str, int], ...]:
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


def card(about: About, found: AssignmentStatistics, scene: Scene) -> Card:
    """One assignment's card."""
    language, spread = scene.language, found.spread
    shown = title(about.title, language, about.slug)
    return Card(
        slug=about.slug,
        page=page_name("assignment", about.slug),
        title=shown,
        weight=number(about.weight) if about.weight else "",
        due=moment(about.due, scene.course.zone),
        figures=figures([found]),
        spread=spread,
        mean=number(spread.mean, 1),
        median=number(spread.median, 1),
        quartiles=f"{number(spread.low, 1)}–{number(spread.high, 1)}",
        histogram=histogram(anchor("h", about.slug), spread, shown.text, language),
    )


def lists(
    rates: Sequence[CheckRate],
    verdicts: Sequence[VerdictCount],
    slowest: Sequence[Slow],
    not_run: Sequence[NotRun],
    odd: Sequence[Outlier],
    scene: Scene,
    shown: int | None = None,
    seen: Sequence[Sighted] = (),
) -> Lists:
    """`shown`: rows of a list of people, if there may be more of them than a page should have."""
    titles = {each.slug: title(each.title, scene.language, each.slug) for each in scene.course.assignments}
    most = max((len(each.logins) for each in verdicts), default=1)

    def row(login: str, slug: str, text: str, lang: str = "", amount: str = "", second: str = "", link: str = "") -> Row:
        return Row(
            person=scene.people[login],
            assignment=titles[slug],
            anchor=anchor("a", slug),
            text=text,
            lang=lang,
            amount=amount,
            second=second,
            link=link,
        )

    return Lists(
        rates=tuple(_rate(each, titles, scene.language) for each in rates),
        verdicts=tuple(_common(each, most, scene) for each in verdicts),
        slowest=tuple(
            row(each.login, each.assignment, "", amount=duration(each.wall_s), second=duration(each.cpu_s) if each.cpu_s else "")
            for each in slowest
        ),
        not_run=tuple(row(each.login, each.assignment, *_cause(each, scene), amount=_checks(each, scene)) for each in not_run[:shown]),
        not_run_more=len(not_run) - len(not_run[:shown]),
        outliers=tuple(row(each.login, each.assignment, _odd(each, scene.language)) for each in odd[:shown]),
        outliers_more=len(odd) - len(odd[:shown]),
        sighted=tuple(
            row(each.login, each.assignment, in_short(each.sightings, scene.language), link=_in_full(each, scene)) for each in seen[:shown]
        ),
        sighted_more=len(seen) - len(seen[:shown]),
    )


def _checks(each: NotRun, scene: Scene) -> str:
    return COURSE_WORDS[scene.language]["checks_of"].format(count=each.checks, of=each.of)


def _cause(each: NotRun, scene: Scene) -> tuple[str, str]:
    """The message where there is one that may be told, else the verdicts' titles; and its language, if it isn't the page's."""
    language = scene.language
    if scene.audience != "anonymous" and each.message:
        said = told(each.message, each.message_ko, language)
        return excerpt(one_line(said.text), LONGEST_MESSAGE)[0], said.lang
    return ", ".join(verdict(code, language).title for code in each.causes) or verdict("NOT_RUN", language).title, ""


def _in_full(each: Sighted, scene: Scene) -> str:
    details = scene.details.get(each.grade)
    return f"{details}#sightings" if details else ""


def _odd(each: Outlier, language: str) -> str:
    phrase = COURSE_WORDS[language][f"outlier_{each.kind}"]
    if each.kind == "verdict":
        return phrase.format(verdict=verdict(each.verdict, language).title)
    value, usual = (duration(each.value), duration(each.usual)) if each.kind == "time" else (number(each.value, 1), number(each.usual, 0))
    return phrase.format(value=value, usual=usual)


def _rate(each: CheckRate, titles: Mapping[str, Title], language: str) -> Rate:
    judged = each.passed + each.failed
    return Rate(
        assignment=titles[each.assignment],
        page=page_name("assignment", each.assignment),
        title=told(each.title, each.title_ko, language),
        hidden=each.hidden,
        percent=None if each.rate is None else round(100 * each.rate, 1),
        text=f"{each.passed} / {judged}",
        not_run=each.not_run,
    )


def _common(each: VerdictCount, most: int, scene: Scene) -> Common:
    people = in_order(each.logins, scene)
    return Common(
        verdict=verdict(each.verdict, scene.language),
        count=len(each.logins),
        share=round(100 * len(each.logins) / most, 1),
        people=people[:NAMED],
        more=max(0, len(people) - NAMED),
    )


def in_order(logins: Iterable[str], scene: Scene) -> tuple[Person, ...]:
    """These people, each once, in the order of the report's lists."""
    wanted = set(logins)
    return tuple(person for login, person in scene.people.items() if login in wanted)
