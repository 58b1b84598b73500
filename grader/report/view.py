"""What the templates show: Grade → Submission, with every link, number and grouping decided here so that templates only lay out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup

from grader.records import Grade
from grader.report.check_view import CheckGroup, VerdictView, check_groups, check_views, told_once, verdict_view
from grader.report.counters import BASES, Basis, Counter, counters
from grader.report.network import Network, network
from grader.report.pairs import Pair, pairs
from grader.report.picture import Picture, pictures, reading
from grader.report.reasons import Loss, losses
from grader.report.sightings import SightingView, sighting_views
from grader.report.source import Finding, SourceFile, Sources, place
from grader.report.text import excerpt
from grader.report.words import WORDS

LOG_CHARACTERS = 40_000
PICTURES = 10  # of accesses, on one page


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
    networks: tuple[Network, ...]  # of failed checks first
    pictures: tuple[Picture, ...]  # those that no reason shows, the worst first
    pairs: dict[int, Pair]  # index of a finding -> its two accesses
    groups: tuple[CheckGroup, ...]
    not_run: int
    not_measured: int
    scaled_lost: float  # points of passed checks that correctness scaled away
    findings: tuple[Finding, ...]
    files: tuple[SourceFile, ...]
    kernels: tuple[tuple[str, tuple[Counter, ...]], ...]
    titles: dict[str, str]  # verdict code -> title, of everything that the page mentions
    build_log: str
    build_log_dropped: int
    full: bool  # full marks
    sightings: tuple[SightingView, ...]  # for the staff
    sources: Sources
    language: str

    def line_anchor(self, picture: Picture) -> str:
        return self.sources.link(picture.file, picture.line)

    def line_html(self, picture: Picture) -> Markup:
        """The source line that a picture is about."""
        return next((html for _, html, hit in self.sources.excerpt(picture.file, picture.line, 0) if hit), Markup(""))

    def reading(self, picture: Picture) -> str:
        return reading(picture, WORDS[self.language])

    @property
    def reason(self) -> Loss | None:
        """The one that explains the main verdict; without it the page's head does."""
        return next((loss for loss in self.losses if loss.main), None)

    @property
    def pictured(self) -> bool:
        """Whether a reason shows a picture of accesses."""
        return any(loss.picture for loss in self.losses)

    @property
    def has_maps(self) -> bool:
        return any(each.map for group in self.groups for each in group.checks)

    def pair_first(self, pair: Pair, index: int) -> bool:
        """Whether this finding is the first of those that share the pair."""
        return min(number for number, each in self.pairs.items() if each is pair) == index

    def pair_above(self, pair: Pair) -> bool:
        """Whether a reason shows it."""
        return any(pair in loss.pairs for loss in self.losses)

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


def _networks(grade: Grade, language: str) -> tuple[Network, ...]:
    """One picture of each scene, one table of each network: several checks may look at the same case."""
    found: list[Network] = []
    for number, check in enumerate(sorted(grade.checks, key=lambda each: each.outcome != "failed"), start=1):
        each = network(check, f"scene-{number}", WORDS[language])
        if each is not None and not any((o.check.layers, o.check.detections) == (check.layers, check.detections) for o in found):
            found.append(each)
    return tuple(found)


def split_label(label: str, files: Collection[str] = ()) -> tuple[str, str]:
    """A label, which is a path as given, as (folder, name). The name is the last part, or the last two where the last is a file that
    everyone hands in. A label that ends in nothing stays whole."""
    folder, separator, name = label.rstrip("/").rpartition("/")
    if name in files and folder:
        folder, separator, parent = folder.rpartition("/")
        name = f"{parent}/{name}"
    return (folder + separator, name) if name else ("", label or "?")


def submission(grade: Grade, page: str, language: str) -> Submission:
    """The page of one grade. Pure: reads nothing but the record and the table of verdicts."""
    drawn = pictures(grade.lines)[:PICTURES]
    sources = Sources(grade, drawn)
    found = pairs(grade.problems, sources)
    checks = check_views(grade, sources, language)
    reasons = losses(checks, grade, tuple(found.values()), drawn, language)
    maps_above = {reason.map.id for reason in reasons if reason.map}
    told = told_once(checks, {grade.message, *(reason.message for reason in reasons)}, {(grade.verdict, grade.file, grade.line)})
    shown = [replace(each, map_above=each.map is not None and each.map.id in maps_above) for each in told]
    folder, name = split_label(grade.submission, grade.source)
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
        losses=reasons,
        networks=_networks(grade, language),
        pictures=tuple(each for each in drawn if each not in [reason.picture for reason in reasons]),
        pairs=found,
        groups=check_groups(shown),
        not_run=sum(each.status == "not_run" for each in checks),
        not_measured=sum(each.status == "not_measured" for each in checks),
        scaled_lost=sum(each.lost for each in checks if each.scaled),
        findings=tuple(sources.findings),
        files=tuple(sources.files),
        kernels=tuple(kernels),
        titles={code: verdict_view(code, language).title for code in sources.codes},
        build_log=log,
        build_log_dropped=dropped,
        sightings=sighting_views(grade.sightings, sources, language),
        full=grade.max_score > 0 and grade.score >= grade.max_score - 1e-9,
        sources=sources,
        language=language,
    )


def index_order(submissions: Sequence[Submission]) -> list[Submission]:
    """By assignment and label, whatever their case; equal ones stay in the order in which they were given."""

    def key(item: Submission) -> tuple[Any, ...]:
        return item.grade.assignment.casefold(), item.grade.submission.casefold(), item.grade.submission

    return sorted(submissions, key=key)
