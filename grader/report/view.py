"""What the templates show: Grade → Submission, with every link, number and grouping decided here so that templates only lay out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from grader.records import CheckResult, Grade
from grader.report.counters import BASES, Basis, Counter, counters
from grader.report.source import Finding, SourceFile, Sources, kind_of, place
from grader.report.text import excerpt
from grader.verdicts import VERDICTS, rank

LOG_CHARACTERS = 40_000
LISTED = 10  # checks of one cause that are shown unfolded
CATEGORIES = ("correctness", "cleanliness", "performance")


@dataclass(frozen=True)
class VerdictView:
    """A verdict in one language. A code that the table doesn't know shows as itself, without explanation."""

    code: str
    title: str
    explanation: str
    look_at: str
    kind: str  # "passed", "not_run" or a mark's kind


@dataclass(frozen=True)
class CheckView:
    check: CheckResult
    status: str  # passed | partly | failed | not_run
    verdict: VerdictView | None
    place: str
    anchor: str  # of its line in the source
    id: str  # of its own row
    scaled: bool  # passed, and still below its points: counted in proportion to correctness
    told: str = ""  # "already": the page has this very message above; "again": it has the same verdict and place, in other words


@dataclass(frozen=True)
class CheckGroup:
    category: str
    checks: tuple[CheckView, ...]
    points: float
    max_points: float


@dataclass(frozen=True)
class Place:
    name: str
    anchor: str


@dataclass(frozen=True)
class Loss:
    """One reason for missing points: all failed checks with the same verdict."""

    verdict: VerdictView
    main: bool
    lost: float
    checks: tuple[CheckView, ...]
    places: tuple[Place, ...]

    @property
    def long(self) -> bool:
        """Whether the list of checks is folded: one cause that cost them all needs no list of all to be seen."""
        return len(self.checks) > LISTED


@dataclass(frozen=True)
class Submission:
    """One page."""

    grade: Grade
    name: str  # the last part of the label
    folder: str  # the rest of it
    page: str
    verdict: VerdictView
    place: str
    anchor: str
    losses: tuple[Loss, ...]
    groups: tuple[CheckGroup, ...]
    not_run: int
    scaled_lost: float  # points of passed checks that correctness scaled away
    findings: tuple[Finding, ...]
    files: tuple[SourceFile, ...]
    kernels: tuple[tuple[str, tuple[Counter, ...]], ...]
    titles: dict[str, str]  # verdict code -> title, of everything that the page mentions
    build_log: str
    build_log_dropped: int
    full: bool  # full marks

    @property
    def bases(self) -> list[Basis]:
        """The remarks on counters that this page has: a legend names no other."""
        used = {row.basis for _, rows in self.kernels for row in rows}
        return [basis for basis in BASES if basis in used]

    @property
    def shelf(self) -> str:
        """Where it stands: assignment and folder."""
        return f"{self.grade.assignment} · {self.folder}" if self.folder else self.grade.assignment

    @property
    def way(self) -> tuple[str, str]:
        """How it was graded, as the index tells it."""
        return self.grade.device, self.grade.isolation.level

    @property
    def share(self) -> float:
        """Score in percent of the maximum, 0 … 100, for the gauge."""
        return max(0.0, min(100.0, 100 * self.grade.score / self.grade.max_score)) if self.grade.max_score > 0 else 0.0


def verdict_view(code: str, language: str) -> VerdictView:
    row = VERDICTS.get(code)
    if row is None:
        return VerdictView(code, code, "", "", "error")
    kind = row.category if row.category in ("passed", "not_run") else kind_of(code, False)
    return VerdictView(code, row.title[language], row.explanation[language], row.look_at[language], kind)


def _check_view(number: int, check: CheckResult, sources: Sources, language: str) -> CheckView:
    status: str = check.outcome
    if check.outcome == "failed" and check.points > 0:
        status = "partly"
    verdict = verdict_view(check.verdict, language) if check.verdict and check.verdict != "PASSED" else None
    scaled = check.outcome == "passed" and check.points < check.max_points - 1e-9
    return CheckView(
        check=check,
        status=status,
        verdict=verdict,
        place=place(check.file, check.line),
        anchor=sources.link(check.file, check.line),
        id=f"check-{number}",
        scaled=scaled,
    )


def _told_once(checks: Sequence[CheckView], grade: Grade) -> list[CheckView]:
    """A cause with a line is told in full where it first stands; so is a message that says the same for every check."""
    messages, causes = {grade.message}, {(grade.verdict, grade.file, grade.line)}
    views = []
    for view in checks:
        check, told = view.check, ""
        if check.outcome != "passed" and check.message:
            cause = (check.verdict, check.file, check.line)
            told = "already" if check.message in messages else "again" if check.line is not None and cause in causes else ""
            messages.add(check.message)
            causes.add(cause)
        views.append(replace(view, told=told))
    return views


def _losses(checks: Sequence[CheckView], grade: Grade, language: str) -> tuple[Loss, ...]:
    """Failed checks grouped by verdict: the main verdict first, then by gravity, then in order of their checks."""
    groups: dict[str, list[CheckView]] = {}
    for view in checks:
        if view.check.outcome == "failed":
            groups.setdefault(view.check.verdict or grade.verdict, []).append(view)

    def gravity(code: str) -> tuple[bool, int]:
        return code != grade.verdict, rank(code)

    losses = []
    for code in sorted(groups, key=gravity):
        members = groups[code]
        places = {view.place: Place(view.place, view.anchor) for view in members if view.place}
        lost = sum(view.check.max_points - view.check.points for view in members)
        losses.append(Loss(verdict_view(code, language), code == grade.verdict, lost, tuple(members), tuple(places.values())))
    return tuple(losses)


def _groups(checks: Sequence[CheckView]) -> tuple[CheckGroup, ...]:
    groups = []
    for category in CATEGORIES:
        members = tuple(view for view in checks if view.check.category == category)
        counted = [view.check for view in members if view.check.outcome != "not_run"]
        if members:
            groups.append(CheckGroup(category, members, sum(c.points for c in counted), sum(c.max_points for c in counted)))
    return tuple(groups)


def split_label(label: str) -> tuple[str, str]:
    """A label, which is a path as given, as (folder, last part). A label that ends in nothing stays whole."""
    folder, separator, name = label.rstrip("/").rpartition("/")
    return (folder + separator, name) if name else ("", label or "?")


def submission(grade: Grade, page: str, language: str) -> Submission:
    """The page of one grade. Pure: reads nothing but the record and the table of verdicts."""
    sources = Sources(grade)
    checks = _told_once([_check_view(number, check, sources, language) for number, check in enumerate(grade.checks, start=1)], grade)
    folder, name = split_label(grade.submission)
    log, dropped = excerpt(grade.build_log.strip("\n"), LOG_CHARACTERS)
    kernels: list[tuple[str, tuple[Counter, ...]]] = [
        (kernel, tuple(counters(v, language))) for kernel, v in sorted(grade.counters.items())
    ]
    return Submission(
        grade=grade,
        name=name,
        folder=folder,
        page=page,
        verdict=verdict_view(grade.verdict, language),
        place=place(grade.file, grade.line),
        anchor=sources.link(grade.file, grade.line),
        losses=_losses(checks, grade, language),
        groups=_groups(checks),
        not_run=sum(check.outcome == "not_run" for check in grade.checks),
        scaled_lost=sum(view.check.max_points - view.check.points for view in checks if view.scaled),
        findings=tuple(sources.findings),
        files=tuple(sources.files),
        kernels=tuple(kernels),
        titles={code: verdict_view(code, language).title for code in sources.codes},
        build_log=log,
        build_log_dropped=dropped,
        full=grade.max_score > 0 and grade.score >= grade.max_score - 1e-9,
    )


def index_order(submissions: Sequence[Submission]) -> list[Submission]:
    """By assignment and label, whatever their case; equal ones stay in the order in which they were given."""

    def key(item: Submission) -> tuple[Any, ...]:
        return item.grade.assignment.casefold(), item.grade.submission.casefold(), item.grade.submission

    return sorted(submissions, key=key)
