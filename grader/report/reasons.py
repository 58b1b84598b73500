"""Reasons for lost points, the dearest first: failed checks grouped by verdict, each group with what shows its cause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grader.records import Grade
from grader.report.check_view import CheckView, VerdictView, verdict_view
from grader.report.error_map import Map
from grader.report.pairs import Pair
from grader.report.picture import Picture
from grader.verdicts import rank

LISTED = 6  # checks of one cause that are shown unfolded
# Verdicts whose cause a picture of the accesses shows, with the memory that it is about.
PICTURED = {"UNCOALESCED": "global", "BANK_CONFLICT": "shared"}


@dataclass(frozen=True)
class Place:
    name: str
    anchor: str


@dataclass(frozen=True)
class Loss:
    """One reason for missing points: all failed checks with the same verdict."""

    verdict: VerdictView
    id: str
    main: bool
    lost: float
    message_ko: str  # the same in Korean, "" if it is told in English only
    message: str  # what the device said at its first check; "" for the main verdict, whose message is in the page's head
    checks: tuple[CheckView, ...]
    places: tuple[Place, ...]
    pairs: tuple[Pair, ...]
    map: Map | None
    picture: Picture | None

    @property
    def long(self) -> bool:
        """Whether the list of checks is folded: one cause that cost them all needs no list of all to be seen."""
        return len(self.checks) > LISTED


def losses(
    checks: Sequence[CheckView], grade: Grade, pairs: Sequence[Pair], pictures: Sequence[Picture], language: str
) -> tuple[Loss, ...]:
    """By points lost; equal ones by gravity."""
    groups: dict[str, list[CheckView]] = {}
    for each in checks:
        if each.check.outcome == "failed":
            groups.setdefault(each.check.verdict or grade.verdict, []).append(each)
    order = sorted(groups, key=lambda code: (-round(sum(each.lost for each in groups[code]), 6), code != grade.verdict, rank(code)))
    found: list[Loss] = []
    for number, code in enumerate(order, start=1):
        taken = {loss.picture.id for loss in found if loss.picture}
        picture = _picture(code, groups[code], [each for each in pictures if each.id not in taken])
        found.append(_loss(f"reason-{number}", verdict_view(code, language), groups[code], grade, pairs, picture))
    return tuple(found)


def _picture(code: str, checks: Sequence[CheckView], pictures: Sequence[Picture]) -> Picture | None:
    """The one of the line that a check names, else the worst of the memory that the verdict is about."""
    fitting = [each for each in pictures if each.pattern.space == PICTURED.get(code)]
    places = {each.place for each in checks}
    return next(iter([each for each in fitting if each.place in places] or fitting), None)


def _loss(anchor: str, verdict: VerdictView, checks: list[CheckView], grade: Grade, pairs: Sequence[Pair], picture: Picture | None) -> Loss:
    maps = [each for each in checks if each.map is not None]
    main = verdict.code == grade.verdict
    open_maps = [each for each in maps if not each.check.hidden]  # which show values
    return Loss(
        verdict=verdict,
        id=anchor,
        main=main,
        lost=sum(each.lost for each in checks),
        message="" if main and grade.message else checks[0].check.message,
        message_ko=checks[0].check.message_ko,
        checks=tuple(checks),
        places=tuple({each.place: Place(each.place, each.anchor) for each in checks if each.place}.values()),
        pairs=tuple(dict.fromkeys(pair for pair in pairs if pair.problem.verdict == verdict.code and not pair.note)),
        map=next((each.map for each in (*open_maps, *maps)), None),
        picture=picture,
    )
