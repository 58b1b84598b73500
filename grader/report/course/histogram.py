"""Histogram: a Spread -> bars with their geometry and words, for a drawing that says the same to everybody. Pure.

The drawing's own units: WIDTH x HEIGHT, with the axis' labels below the bars.
"""

from __future__ import annotations

from grader.gradebook.records import FULL_POINTS
from grader.records import Record
from grader.report.course.statistics import BINS, Spread
from grader.report.course.words import COURSE_WORDS
from grader.report.text import number

WIDTH, HEIGHT = 300, 112
TOP, FLOOR = 16, 92  # of the bars; above stands a count, below the axis
GAP = 3
STEP = WIDTH / BINS


class Bar(Record, frozen=True, kw_only=True):
    x: float
    y: float
    width: float
    height: float
    count: int
    label: str  # "80–90"


class Histogram(Record, frozen=True, kw_only=True):
    """`id` makes the ids of its title and description, which readers hear in place of the drawing."""

    id: str
    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str, str], ...]  # x, text, SVG's text-anchor
    median_x: float | None
    title: str
    description: str


def histogram(id: str, spread: Spread, of: str, language: str) -> Histogram:
    """`of`: the assignment's title."""
    t = COURSE_WORDS[language]
    most = max(spread.bins)
    labels = [f"{number(i * FULL_POINTS / BINS)}–{number((i + 1) * FULL_POINTS / BINS)}" for i in range(BINS)]
    bars = []
    for index, count in enumerate(spread.bins):
        # one student is seen, however many the others are
        height = max(2.0, (FLOOR - TOP) * count / most) if count else 0.0
        x = index * STEP + GAP / 2
        bars.append(Bar(x=x, y=round(FLOOR - height, 2), width=STEP - GAP, height=round(height, 2), count=count, label=labels[index]))
    fullest = spread.bins.index(most)
    description = t["distribution_desc"].format(
        count=spread.count, mean=number(spread.mean, 1), median=number(spread.median, 1), range=labels[fullest], most=most
    )
    return Histogram(
        id=id,
        bars=tuple(bars),
        ticks=((0.0, "0", "start"), (WIDTH / 2, number(FULL_POINTS / 2), "middle"), (float(WIDTH), number(FULL_POINTS), "end")),
        median_x=round(min(WIDTH, max(0.0, WIDTH * spread.median / FULL_POINTS)), 2) if spread.count else None,
        title=t["distribution_of"].format(title=of),
        description=description if spread.count else t["no_points"],
    )
