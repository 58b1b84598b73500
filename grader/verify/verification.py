"""Verification: assignments -> whether each keeps its promises: full marks for the reference, none to speak of for the starter, every
mutant its verdict.

Grading itself is passed in, so this module decides and a test needs no compiler.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from grader.assignment import Assignment
from grader.errors import AssignmentError
from grader.lanes import Missing, find
from grader.records import CheckResult, Grade, Record
from grader.verdicts import VERDICTS, rank
from grader.verify.independent import SecondOpinion, second_opinion
from grader.verify.selftest import self_test
from grader.verify.subjects import Subject, subjects

STARTER_SHARE = 0.10  # a starter may score so much of the maximum
TINY = 1e-6


class Scored(Record, frozen=True, kw_only=True):
    """Points of one solution that is right."""

    name: str
    score: float
    max_score: float


class MutantResult(Record, frozen=True, kw_only=True):
    """What a known-wrong solution got. `got_line` is the line that matched, else the verdict's line."""

    name: str
    expected: str
    got: str
    expected_lines: tuple[int, ...]
    got_line: int | None
    ok: bool
    score: float = 0.0
    blind: bool = False  # written by someone who saw only the hand-out


class AssignmentResult(Record, frozen=True, kw_only=True):
    """One assignment. `troubles`: a sentence for each promise that isn't kept."""

    slug: str
    ok: bool
    reference: Scored
    starter: Scored
    rungs: tuple[Scored, ...]
    honest: tuple[Scored, ...]
    mutants: tuple[MutantResult, ...]
    opinion: SecondOpinion | None = None  # of a library that we did not write; None if the assignment asks none
    troubles: tuple[str, ...]


class Verification(Record, frozen=True, kw_only=True):
    """All assignments that were asked for."""

    ok: bool
    assignments: tuple[AssignmentResult, ...]
    left_out: dict[str, str] = {}  # slug -> which lane isn't there, and what makes it


GradeAll = Callable[[Sequence[tuple[Subject, Assignment]]], Iterator[Grade]]


def verify(assignments: Sequence[Assignment], grade_all: GradeAll, blind: bool = True) -> Verification:
    """Grades every solution of every assignment and judges the grades. `grade_all` yields a grade for each subject, in order. Without
    `blind` the mutants that were written from the hand-out alone are left out: they take nearly as long as all the rest.

    Raises AssignmentError for a folder that can't be used, HarnessError if grading itself fails.
    """
    left_out = {each.slug: why for each in assignments if (why := missing_lane(each))}
    assignments = [each for each in assignments if each.slug not in left_out]
    found = [(subject, assignment) for assignment in assignments for subject in subjects(assignment)]
    work = [(subject, assignment) for subject, assignment in found if blind or subject.mutant is None or not subject.mutant.blind]
    grades = list(grade_all(work))
    if len(grades) != len(work):
        raise RuntimeError(f"{len(grades)} grades for {len(work)} solutions")
    results = []
    for assignment in assignments:
        mine = [(subject, grade) for (subject, owner), grade in zip(work, grades, strict=True) if owner.slug == assignment.slug]
        results.append(judged(assignment, mine))
    return Verification(ok=all(r.ok for r in results), assignments=tuple(results), left_out=left_out)


def missing_lane(assignment: Assignment) -> str:
    """Why an assignment's code can't run here, with the remedy; "" if all of its lanes are there."""
    found = (find(name) for name in assignment.lanes)
    return next((each.remedy for each in found if isinstance(each, Missing)), "")


def judged(assignment: Assignment, graded: Sequence[tuple[Subject, Grade]]) -> AssignmentResult:
    """One assignment's grades -> its result."""
    troubles: list[str] = []
    scored: dict[str, list[Scored]] = {"reference": [], "rung": [], "starter": [], "honest": []}
    mutants = []
    for subject, grade in graded:
        troubles += _undecided(subject, grade)
        if subject.kind == "mutant":
            result = mutant_result(subject, grade, assignment)
            mutants.append(result)
            if not result.ok:
                troubles.append(_mutant_trouble(result, grade))
            continue
        partly = subject.kind in ("rung", "honest")
        line = _points(subject.name, [c for c in grade.checks if not partly or c.category != "performance"])
        scored[subject.kind].append(line)
        if subject.kind == "starter":
            troubles += _starter_troubles(line, grade)
        elif line.max_score <= 0 or line.score < line.max_score - TINY:
            what = "correctness and cleanliness" if partly else "all checks"
            troubles.append(f"{subject.kind} {subject.name}: {line.score:g} of {line.max_score:g} points for {what}: {_why(grade, partly)}")
    opinion = None
    try:
        troubles += self_test(assignment)
        opinion = second_opinion(assignment)
        troubles += opinion.troubles if opinion else ()
    except AssignmentError as error:
        troubles.append(str(error))
    return AssignmentResult(
        slug=assignment.slug,
        ok=not troubles,
        reference=scored["reference"][0],
        starter=scored["starter"][0],
        rungs=tuple(scored["rung"]),
        honest=tuple(scored["honest"]),
        mutants=tuple(mutants),
        opinion=opinion,
        troubles=tuple(troubles),
    )


def _points(name: str, checks: Iterable[CheckResult]) -> Scored:
    ran = [c for c in checks if c.outcome != "not_run"]
    return Scored(name=name, score=round(sum(c.points for c in ran), 4), max_score=round(sum(c.max_points for c in ran), 4))


def _why(grade: Grade, partly: bool) -> str:
    lost = [c for c in grade.checks if c.outcome == "failed" and not (partly and c.category == "performance")]
    if not lost:
        return grade.message or "nothing was run"
    first = min(lost, key=lambda c: rank(c.verdict))
    return f"{first.verdict} in {first.id}: {first.message.splitlines()[0] if first.message else ''}"


def _undecided(subject: Subject, grade: Grade) -> Iterator[str]:
    for check in grade.checks:
        if check.outcome == "not_run" and check.verdict != "AWAITS_GRADING":  # a text's points are a person's to give
            yield f"{subject.kind} {subject.name}: {check.id} was not run: {check.message}"
    if not grade.checks:
        yield f"{subject.kind} {subject.name}: no check was run"


def _starter_troubles(line: Scored, grade: Grade) -> Iterator[str]:
    row = VERDICTS.get(grade.verdict)
    if row is not None and row.category == "build":
        yield f"starter: it doesn't build: {grade.verdict}: {grade.message}"
    if line.score > STARTER_SHARE * line.max_score + TINY:
        yield f"starter: {line.score:g} of {line.max_score:g} points; at most {STARTER_SHARE:.0%} may come for nothing"


def mutant_result(subject: Subject, grade: Grade, assignment: Assignment) -> MutantResult:
    """Whether a mutant got its verdict, at one of its lines, in a check that looks at one of its cases."""
    mutant = subject.mutant
    assert mutant is not None
    checks = [c for c in grade.checks if c.outcome == "failed" and c.verdict == mutant.verdict]
    if mutant.cases:
        checks = [c for c in checks if set(c.cases) & set(mutant.cases)]
    places = [(c.file, line) for c in checks for line in (c.line, c.other_line)]
    places += [(p.file, line) for p in grade.problems if p.verdict == mutant.verdict and not p.note for line in (p.line, p.other_line)]
    # a line of a notebook is one of a cell: "x.ipynb#cell"
    in_student = [line for file, line in places if line is not None and file and file.partition("#")[0] in assignment.files]
    matched = next((line for line in in_student if line in mutant.lines), None)
    place_ok = not mutant.lines or matched is not None
    return MutantResult(
        name=mutant.name,
        expected=mutant.verdict,
        got=grade.verdict,
        expected_lines=mutant.lines,
        got_line=matched if matched is not None else grade.line,
        ok=grade.verdict == mutant.verdict and bool(checks) and place_ok,
        score=grade.score,
        blind=mutant.blind,
    )


def _mutant_trouble(result: MutantResult, grade: Grade) -> str:
    wanted = result.expected + (f" at line {' or '.join(map(str, result.expected_lines))}" if result.expected_lines else "")
    got = result.got + (f" at line {result.got_line}" if result.got_line else "")
    return f"mutant {result.name}: expected {wanted}, got {got}: {grade.message.splitlines()[0] if grade.message else 'nothing was found'}"


class Confusion(Record, frozen=True, kw_only=True):
    """The confusion matrix of mutants: `matrix[i][j]` of those that must get `codes[i]` got `codes[j]`. Gravest code first."""

    codes: tuple[str, ...]
    matrix: tuple[tuple[int, ...], ...]
    blind: tuple[int, ...]  # of the mutants that must get each code: written by someone who saw only the hand-out


def confusion(results: Sequence[MutantResult]) -> Confusion:
    """Counts each pair of expected and given code. Off the diagonal no mutant is `ok`."""
    codes = tuple(sorted({code for r in results for code in (r.expected, r.got)}, key=lambda code: (rank(code), code)))
    pairs = Counter((r.expected, r.got) for r in results)
    blind = Counter(r.expected for r in results if r.blind)
    return Confusion(
        codes=codes,
        matrix=tuple(tuple(pairs[expected, got] for got in codes) for expected in codes),
        blind=tuple(blind[code] for code in codes),
    )


def as_json(verification: Verification) -> dict[str, object]:
    """The pinned JSON of `verify`, with `rungs`, `troubles` and `ok` for each assignment and the confusion matrix of all beside it."""

    def points(scored: Scored) -> dict[str, object]:
        return {"score": scored.score, "max_score": scored.max_score}

    matrix = confusion([m for a in verification.assignments for m in a.mutants])
    return {
        "ok": verification.ok,
        "left_out": verification.left_out,
        "confusion": {"codes": list(matrix.codes), "matrix": [list(row) for row in matrix.matrix], "blind": list(matrix.blind)},
        "assignments": [
            {
                "slug": a.slug,
                "ok": a.ok,
                "reference": points(a.reference),
                "starter": points(a.starter),
                "rungs": [{"name": r.name, **points(r)} for r in a.rungs],
                "honest": [{"name": h.name, **points(h)} for h in a.honest],
                "mutants": [
                    {
                        "name": m.name,
                        "expected": m.expected,
                        "got": m.got,
                        "expected_lines": list(m.expected_lines),
                        "got_line": m.got_line,
                        "ok": m.ok,
                        "blind": m.blind,
                    }
                    for m in a.mutants
                ],
                "second_opinion": a.opinion and {"cases": a.opinion.cases, "outputs": a.opinion.outputs, "missing": a.opinion.missing},
                "troubles": list(a.troubles),
            }
            for a in verification.assignments
        ],
    }
