"""Pairs: a finding with two places (a race) → its two accesses, each with the source around it and who made it, for side by side."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from grader.records import Problem
from grader.report.source import Sources, acts, place, several_others, short_kernel, triple

CONTEXT_LINES = 2  # around each access


@dataclass(frozen=True)
class Access:
    """One of the two. `act` is read, write, atomic, or access where the finding doesn't say."""

    act: str
    place: str
    anchor: str  # of its line in the source, or ""
    thread: str  # "(0, 1, 0)", "several", or ""
    lines: tuple[tuple[int, Markup, bool], ...]  # number, HTML, whether it is the line itself


@dataclass(frozen=True)
class Pair:
    id: str
    problem: Problem
    note: bool
    first: Access
    second: Access
    block: str
    kernel: str
    count: int


def pairs(problems: tuple[Problem, ...], sources: Sources) -> dict[int, Pair]:
    """Index of the problem → its pair. A race that was found from both sides is one pair, under both indices."""
    found: dict[int, Pair] = {}
    sides: dict[object, Pair] = {}
    for index, problem in enumerate(problems):
        if not problem.verdict.startswith("RACE_"):  # two waits at barriers are no accesses
            continue
        other_file = problem.other_file or problem.file
        here, there = (problem.file, problem.line), (other_file, problem.other_line)
        known = sides.get((problem.verdict, problem.note, there, here))
        if known is not None:
            found[index] = known
            continue
        first, second = sources.excerpt(*here, CONTEXT_LINES), sources.excerpt(*there, CONTEXT_LINES)
        if not first or not second:
            continue
        mine, theirs = acts(problem)
        other = "several" if several_others(problem) else triple(problem.other_thread)
        pair = Pair(
            id=f"pair-{index + 1}",
            problem=problem,
            note=problem.note,
            first=Access(mine, place(*here), sources.link(*here), triple(problem.thread), first),
            second=Access(theirs, place(*there), sources.link(*there), other, second),
            block=triple(problem.block),
            kernel=short_kernel(problem.kernel or ""),
            count=problem.count,
        )
        found[index] = sides[(problem.verdict, problem.note, here, there)] = pair
    return found
