"""The overview: Standings and statistics of a course -> what index.html shows. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from grader.gradebook.records import Standing
from grader.records import Record
from grader.report.course.outliers import Outlier
from grader.report.course.people import Person, page_name
from grader.report.course.phrasing import Score, Title, Total, moment, score, title, total
from grader.report.course.pieces import Card, Lists, card, figures, lists
from grader.report.course.scene import Scene
from grader.report.course.sighted import Sighted
from grader.report.course.statistics import AssignmentStatistics, hardest, verdict_counts

SHOWN = 10  # rows of a list; an assignment's page has all


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


def index_page(
    by_student: Mapping[str, Mapping[str, Standing]],
    found: Sequence[AssignmentStatistics],
    odd: Sequence[Outlier],
    scene: Scene,
    seen: Sequence[Sighted] = (),
) -> Index:
    """The overview. `by_student`: login -> assignment -> standing; `found`: of each assignment, in order; `seen`: by the static look."""
    language, zone = scene.language, scene.course.zone
    abouts = scene.course.assignments
    standings = [each for mine in by_student.values() for each in mine.values()]
    graded = [each.grade.at for each in standings if each.grade is not None]
    return Index(
        language=language,
        anonymous=scene.audience == "anonymous",
        course=title(scene.course.title, language, scene.course.id),
        latest=moment(max(graded, default=None), zone) if scene.audience == "staff" else "",
        figures=(("students", len(by_student)), ("assignments", len(abouts)), *figures(found)),
        cards=tuple(card(about, each, scene) for about, each in zip(abouts, found, strict=True)),
        lists=lists(
            hardest([rate for each in found for rate in each.checks], SHOWN),
            verdict_counts(standings)[:SHOWN],
            sorted((slow for each in found for slow in each.slowest), key=lambda slow: (-slow.wall_s, slow.login))[:SHOWN],
            [each for per in found for each in per.not_run],
            odd,
            scene,
            shown=SHOWN,
            seen=seen,
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
