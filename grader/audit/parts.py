"""Parts: two grades -> what differs in what they rest on, part by part, by a table. Pure.

A grade that was stored by an older grader says less; then a part is told from what it does say, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from operator import itemgetter

from grader.audit.lines import differing
from grader.audit.sides import Side
from grader.records import Grounds, Isolation, Run

Found = list[tuple[str, list[str]]]  # what differs, and the details


def _submission(old: Side, new: Side) -> Found:
    details = []
    for name, was, now in sorted(_pairs(*_files(old, new)), key=itemgetter(0)):
        if was is None or now is None:
            details.append(f"{name} {_fate(was, now)}")
        else:
            told = differing(old.grade.source.get(name, ""), new.grade.source.get(name, ""))
            details.append(f"{name}: {told or 'bytes that the eye does not see'}")
    if old.evidence and new.evidence and old.evidence.source.ignored != new.evidence.source.ignored:
        details.append("other files came along that the assignment doesn't ask for")
    return [("what was handed in", details)] if details else []


def _files(old: Side, new: Side) -> tuple[Mapping[str, object], Mapping[str, object]]:
    """By digest, where both have them; else by text."""
    one, two = old.grade.grounds, new.grade.grounds
    if one is not None and two is not None and one.submission and two.submission:
        return one.submission, two.submission
    return old.grade.source, new.grade.source


def _assignment(old: Side, new: Side) -> Found:
    if old.stored.assignment != new.stored.assignment:
        return [(f"the assignment: {old.stored.assignment} and {new.stored.assignment}", [])]
    return _table("the assignment's files", old, new, lambda grounds: grounds.assignment) if _hidden_alike(old, new) else []


def _cases(old: Side, new: Side) -> Found:
    if old.evidence is None or new.evidence is None or old.stored.assignment != new.stored.assignment:
        return []
    before, after = ({run.case: run for run in side.evidence.runs} for side in (old, new) if side.evidence)
    if not before or not after:  # one of them didn't build: there is nothing to compare
        return []
    details = []
    for name in {**before, **after}:
        one, two = before.get(name), after.get(name)
        if one is None or two is None:
            details.append(f"{name} {_fate(one, two)}")
        elif told := list(_of_case(one, two)):
            details.append(f"{name}: {', '.join(told)}")
    return [("the cases", details)] if details else []


def _of_case(old: Run, new: Run) -> Iterator[str]:
    for before, after in ((old.sizes, new.sizes), (old.scalars, new.scalars)):
        yield from _changes(before, after)
    if old.calls != new.calls:
        yield f"calls were {old.calls} and are {new.calls}"
    if old.visibility != new.visibility:
        yield f"it was {old.visibility} and is {new.visibility}"
    if not old.not_run and not new.not_run and old.inputs != new.inputs and old.sizes == new.sizes:
        yield "other values in " + ", ".join(sorted({n.partition(".")[0] for n, _ in {*old.inputs.items()} ^ {*new.inputs.items()}}))


def _checks(old: Side, new: Side) -> Found:
    return _table("the checks", old, new, lambda grounds: grounds.checks) if _hidden_alike(old, new) else []


def _limits(old: Side, new: Side) -> Found:
    return _values("the limits of a case", old, new, lambda grounds: grounds.limits)


def _compiler(old: Side, new: Side) -> Found:
    if found := _values("the compiler", old, new, lambda grounds: grounds.toolchain):
        return found
    before, after = (side.grade.environment.get("compiler", "") for side in (old, new))
    return [("the compiler", [f"was {before} and is {after}"])] if before and after and before != after else []


def _libraries(old: Side, new: Side) -> Found:
    """A stand-in's digest says nothing to a reader."""
    if old.grade.grounds is None or new.grade.grounds is None:
        return []
    return [
        (f"the library {name}", [f"it {_fate(was, now)}"])
        for name, was, now in _pairs(old.grade.grounds.libraries, new.grade.grounds.libraries)
    ]


def _device(old: Side, new: Side) -> Found:
    before, after = old.grade.device, new.grade.device
    if before != after:
        return [(f"the device: {before} and {after}", [])]
    profiles = [side.grade.grounds.profile for side in (old, new) if side.grade.grounds]
    return [(f"the figures of the device {before}", [])] if len({*profiles}) == 2 else []


def _sandbox(old: Side, new: Side) -> Found:
    before, after = old.grade.isolation, new.grade.isolation
    if before == after:
        return []
    details = [f"{what} was {_shown(a)} and is {_shown(b)}" for what, a, b in _words(before, after) if a != b]
    for text, a, b in (("in force", before.enforced, after.enforced), ("not in force", before.not_enforced, after.not_enforced)):
        details += [f"no longer {text}: {each}" for each in a if each not in b] + [f"now {text}: {each}" for each in b if each not in a]
    return [("the sandbox", details)]


def _words(before: Isolation, after: Isolation) -> tuple[tuple[str, str, str], ...]:
    return (("it", before.level, after.level), ("its image", before.image, after.image), ("its engine", before.engine, after.engine))


def _seed(old: Side, new: Side) -> Found:
    before, after = old.grade.seed_id, new.grade.seed_id
    return [(f"the secret seed, so that inputs have other values: {before} and {after}", [])] if before != after else []


_OURS = {
    "version": "Warpgrade's version",
    "runs": "our code that builds and runs",
    "checks": "our code that judges",
    "programs": "our native programs",
}


def _grader(old: Side, new: Side) -> Found:
    if old.grade.grounds is None or new.grade.grounds is None:
        names = ("grader", "python", "numpy")
        before, after = ({name: side.grade.environment.get(name, "") for name in names} for side in (old, new))
        details = list(_changes(before, after)) if all(before.values()) and all(after.values()) else []
    else:
        details = []
        for name, was, now in _pairs(old.grade.grounds.grader, new.grade.grounds.grader):
            digest = name in _OURS and name != "version"
            details.append(
                f"{_OURS.get(name, name)} changed" if digest else f"{_OURS.get(name, name)} was {_shown(was)} and is {_shown(now)}"
            )
    return [("the grader itself", details)] if details else []


def _visible(old: Side, new: Side) -> Found:
    if _hidden_alike(old, new):
        return []
    return [("which checks: one was graded with the public ones only", [])]


# In the order in which somebody would ask.
PARTS: dict[str, Callable[[Side, Side], Found]] = {
    "submission": _submission,
    "assignment": _assignment,
    "cases": _cases,
    "checks": _checks,
    "visible": _visible,
    "limits": _limits,
    "compiler": _compiler,
    "libraries": _libraries,
    "device": _device,
    "sandbox": _sandbox,
    "seed": _seed,
    "grader": _grader,
}


def _hidden_alike(old: Side, new: Side) -> bool:
    return len({side.grade.grounds.hidden for side in (old, new) if side.grade.grounds}) < 2


def _table(what: str, old: Side, new: Side, of: Callable[[Grounds], Mapping[str, str]]) -> Found:
    """Files by digest."""
    if old.grade.grounds is None or new.grade.grounds is None:
        return []
    details = [f"{name} {_fate(was, now)}" for name, was, now in _pairs(of(old.grade.grounds), of(new.grade.grounds))]
    return [(what, details)] if details else []


def _values(what: str, old: Side, new: Side, of: Callable[[Grounds], Mapping[str, object]]) -> Found:
    if old.grade.grounds is None or new.grade.grounds is None:
        return []
    details = list(_changes(of(old.grade.grounds), of(new.grade.grounds)))
    return [(what, details)] if details else []


def _changes(before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[str]:
    for name, was, now in _pairs(before, after):
        yield f"{name} was {_shown(was)} and is {_shown(now)}"


def _pairs(before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[tuple[str, object, object]]:
    """Names whose values differ, with both; None where there is none."""
    for name in {**before, **after}:
        if before.get(name) != after.get(name):
            yield name, before.get(name), after.get(name)


def _fate(was: object, now: object) -> str:
    return "is new" if was is None else "is no longer there" if now is None else "changed"


def _shown(value: object) -> str:
    return "nothing" if value in (None, "") else f"{value:g}" if isinstance(value, float) else str(value)
