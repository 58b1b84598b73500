"""Checks and verdicts as the page shows them, in one language: titles, places, what was told above already. CheckResult → CheckView."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from grader.gradebook.records import CheckSummary
from grader.records import CheckResult, Grade
from grader.report.error_map import Map, view
from grader.report.source import Sources, kind_of, place
from grader.report.words import WORDS
from grader.verdicts import VERDICTS

CATEGORIES = ("correctness", "cleanliness", "performance")
NOT_MEASURED = "NOT_MEASURED"  # the verdict of what this kind of device can't tell: nobody's fault
LEFT = {NOT_MEASURED: "not_measured", "AWAITS_GRADING": "awaits"}


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
    title: str
    title_lang: str  # of the title, if it isn't the page's; "" otherwise
    hint: str
    hint_lang: str
    status: str  # passed | partly | failed | not_run | not_measured | awaits
    verdict: VerdictView | None
    place: str
    anchor: str  # of its line in the source
    id: str  # of its own row
    scaled: bool  # passed, and still below its points: counted in proportion to correctness
    map: Map | None  # where its output is wrong
    told: str = ""  # "already": the page has this very message above; "again": it has the same verdict and place, in other words
    map_above: bool = False  # the map stands with the reason

    @property
    def lost(self) -> float:
        return self.check.max_points - self.check.points


@dataclass(frozen=True)
class CheckGroup:
    category: str
    checks: tuple[CheckView, ...]
    points: float
    max_points: float


def verdict_view(code: str, language: str) -> VerdictView:
    row = VERDICTS.get(code)
    if row is None:
        return VerdictView(code, code, "", "", "error")
    kind = row.category if row.category in ("passed", "not_run") else kind_of(code, False)
    return VerdictView(code, row.title[language], row.explanation[language], row.look_at[language], kind)


def status_of(check: CheckResult | CheckSummary) -> str:
    """The outcome, and what pages tell apart: partly passed, not measured by this kind of device, left to a person."""
    if check.outcome == "failed" and check.points > 0:
        return "partly"
    return LEFT.get(check.verdict, check.outcome) if check.outcome == "not_run" else check.outcome


def check_views(grade: Grade, sources: Sources, language: str) -> list[CheckView]:
    return [_check_view(number, check, sources, language) for number, check in enumerate(grade.checks, start=1)]


def _check_view(number: int, check: CheckResult, sources: Sources, language: str) -> CheckView:
    judged = check.verdict not in ("", "PASSED", NOT_MEASURED)
    korean = language == "ko"
    title_ko, hint_ko = (check.title_ko, check.hint_ko) if korean else ("", "")
    return CheckView(
        check=check,
        title=title_ko or check.title,
        title_lang="en" if korean and not title_ko else "",
        hint=hint_ko or check.hint,
        hint_lang="en" if korean and not hint_ko else "",
        status=status_of(check),
        verdict=verdict_view(check.verdict, language) if judged else None,
        place=place(check.file, check.line),
        anchor=sources.link(check.file, check.line),
        id=f"check-{number}",
        scaled=check.outcome == "passed" and check.points < check.max_points - 1e-9,
        map=view(check.error_map, f"map-{number}", WORDS[language]) if check.error_map is not None and check.outcome == "failed" else None,
    )


def told_once(checks: Sequence[CheckView], messages: set[str], causes: set[tuple[str, str | None, int | None]]) -> list[CheckView]:
    """A cause with a line is told in full where it first stands; so is a message that says the same for every check. `messages` and
    `causes` are what the page has told before."""
    messages, causes = set(messages), set(causes)
    views = []
    for each in checks:
        check, told = each.check, ""
        if check.outcome != "passed" and check.message:
            cause = (check.verdict, check.file, check.line)
            told = "already" if check.message in messages else "again" if check.line is not None and cause in causes else ""
            messages.add(check.message)
            causes.add(cause)
        views.append(replace(each, told=told))
    return views


def check_groups(checks: Sequence[CheckView]) -> tuple[CheckGroup, ...]:
    """By category, each with its sums; what was not run leaves them."""
    groups = []
    for category in CATEGORIES:
        members = tuple(each for each in checks if each.check.category == category)
        counted = [each.check for each in members if each.check.outcome != "not_run"]
        if members:
            groups.append(CheckGroup(category, members, sum(c.points for c in counted), sum(c.max_points for c in counted)))
    return tuple(groups)
