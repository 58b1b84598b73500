"""Notes: two grades -> what differs and mustn't matter, where a difference came about, what can't be told, and what chance may have done.
Pure."""

from __future__ import annotations

from collections.abc import Iterator

from grader.audit.sides import Side
from grader.grades import TIMED


def machines(old: Side, new: Side) -> Iterator[str]:
    """The machine must not matter on the emulated GPU."""
    names = {"cpu": "processor", "kernel": "system"}
    for name, word in names.items():
        was, now = (side.grade.environment.get(name, "") for side in (old, new))
        if was and now and was != now:
            yield f"graded on different machines; the {word} was {was} and is {now}, which mustn't change a grade"


def outputs(old: Side, new: Side, *, results: bool) -> Iterator[str]:
    """Where a difference came about: in the runs, or in what was made of them."""
    if not results or old.evidence is None or new.evidence is None:
        return
    before, after = ({run.case: run for run in side.evidence.runs} for side in (old, new) if side.evidence)
    both = [name for name in before if name in after and before[name].inputs == after[name].inputs and not before[name].not_run]
    if not both:
        return
    other = [name for name in both if before[name].outputs != after[name].outputs]
    if other:
        yield f"with equal inputs the recorded outputs differ in {', '.join(other[:10])}{', …' if len(other) > 10 else ''}"
    elif len(both) == len(before) == len(after):
        yield "inputs and recorded outputs are equal in every case: the difference came about in what was made of them"


def unknown(old: Side, new: Side) -> Iterator[str]:
    for side in (old, new):
        if side.grade.grounds is None:
            yield (
                f"grade {side.stored.id} was stored without what it rests on, part by part: of the assignment, its checks and limits only "
                f"whether all is equal can be told{'' if side.stored.key else ', and not even that'}"
            )
        if side.lost:
            yield f"the recorded runs of grade {side.stored.id} are lost: {side.lost}"
    before, after = (side.stored.why for side in (old, new))
    if after.startswith("evaluated again"):
        yield f"grade {new.stored.id} evaluates recorded runs again ({after}), it ran nothing"
    elif new.stored.same_as is not None:
        yield f"grade {new.stored.id} was taken from grade {new.stored.same_as}, of equal files"
    elif before != after and before.startswith("evaluated again"):
        yield f"grade {old.stored.id} evaluated recorded runs again ({before}), it ran nothing"


def chance(old: Side, new: Side) -> list[str]:
    """Why equal grounds may give unequal results without a fault in what we grade with."""
    found = []
    for side in (old, new):
        if not side.stored.decided:
            found.append(
                f"grade {side.stored.id} is undecided: a fault of ours or of a machine kept checks from running, which costs no points"
            )
        timed = sorted({check.verdict for check in side.grade.checks} & TIMED)
        if timed:
            found.append(f"grade {side.stored.id} has {', '.join(timed)}, which a slower or fuller machine can bring about")
    if old.grade.device.startswith("cuda"):
        found.append("a real GPU: times, and the order in which threads run, differ from run to run")
    return found
