"""Subjects: an assignment's folders -> every solution that verify grades, as files by the student's names. Reads only.

- reference/NN_slug/<student files>: the reference
- reference/NN_slug/*.cu: the other rungs of the ladder (single-file assignments), or those that `ladder` in mutants.toml lists
- reference/NN_slug/honest/*: a file or a folder each, correct solutions in other styles
- reference/NN_slug/mutants.toml: known-wrong solutions with the verdict they must get
- assignments/NN_slug/starter/: what the student starts from
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

import msgspec

from grader.assignment import Assignment
from grader.errors import AssignmentError
from grader.notebook.mutate import SUFFIX as CELLS
from grader.notebook.mutate import mutated
from grader.notebook.percent import MasterError
from grader.records import Record
from grader.verdicts import VERDICTS
from grader.verify.patch import apply

Kind = Literal["reference", "rung", "starter", "honest", "mutant"]


class Mutant(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One [[mutant]] of mutants.toml."""

    name: str
    verdict: str
    file: str = ""  # .cu, .patch or a folder, relative to the reference's folder or its mutants/; default: mutants/<name>.cu or .patch
    rung: str = ""  # what a patch is applied to, and where files come from that a folder hasn't got; default: the reference
    lines: tuple[int, ...] = ()  # in the mutant's own file; the verdict's line or other_line is one of them
    cases: tuple[str, ...] = ()  # the check with the verdict looks at one of them
    blind: bool = False  # written by someone who saw only the hand-out: it is no edit of a rung


class MutantsFile(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """mutants.toml."""

    mutant: tuple[Mutant, ...] = ()
    ladder: tuple[str, ...] = ()
    counters: tuple[str, ...] = ()  # the cases whose counters `verify --ladder` sums


class Subject(Record, frozen=True, kw_only=True):
    """One solution to grade."""

    slug: str
    kind: Kind
    name: str
    files: dict[str, bytes]
    mutant: Mutant | None = None


def subjects(assignment: Assignment) -> list[Subject]:
    """Every solution of one assignment: reference first. Raises AssignmentError naming what is missing or wrong."""
    if not assignment.reference.is_dir():
        raise AssignmentError(f"{assignment.reference} is missing; verify needs the reference solution of {assignment.slug}")
    table = _read(assignment)
    reference = _student_files(assignment, assignment.reference)
    found = [_subject(assignment, "reference", "reference", reference)]
    found += [_subject(assignment, "rung", name, files) for name, files in _ladder(assignment, table).items()]
    starter = assignment.folder / "starter"
    if not starter.is_dir():
        raise AssignmentError(f"{starter} is missing; students begin with it")
    found.append(_subject(assignment, "starter", "starter", _student_files(assignment, starter)))
    honest = assignment.reference / "honest"
    for path in sorted(honest.iterdir()) if honest.is_dir() else ():
        if path.suffix == CELLS:
            found.append(_subject(assignment, "honest", path.stem, _with_cells(path, reference)))
        elif path.is_dir() or path.suffix == Path(assignment.files[0]).suffix:
            found.append(_subject(assignment, "honest", path.stem, _solution(assignment, path)))
    rungs = {s.name: s.files for s in found if s.kind in ("rung", "honest")} | {
        "": reference,
        "reference": reference,
        Path(assignment.files[0]).stem: reference,
    }
    names = [m.name for m in table.mutant]
    for mutant in table.mutant:
        if names.count(mutant.name) > 1:
            raise AssignmentError(f"{_toml(assignment)}: two mutants are called {mutant.name!r}")
        found.append(_subject(assignment, "mutant", mutant.name, _mutated(assignment, mutant, rungs), mutant))
    return found


def ladder_of(assignment: Assignment) -> tuple[list[Subject], tuple[str, ...]]:
    """Every rung in the ladder's order, the reference in its place, and the cases whose counters are told. Raises AssignmentError if
    mutants.toml doesn't say which."""
    table = _read(assignment)
    if not table.ladder or not table.counters:
        raise AssignmentError(f'{_toml(assignment)}: ladder = ["first.cu", …] and counters = ["case", …] are needed at its top')
    known = [case.id for case in assignment.cases]
    if unknown := [case for case in table.counters if case not in known]:
        raise AssignmentError(f"{_toml(assignment)}: counters: no case is called {', '.join(unknown)}; known are {', '.join(known)}")
    return [
        _subject(assignment, "rung", Path(name).stem, _solution(assignment, assignment.reference / name)) for name in table.ladder
    ], table.counters


def _subject(assignment: Assignment, kind: Kind, name: str, files: dict[str, bytes], mutant: Mutant | None = None) -> Subject:
    return Subject(slug=assignment.slug, kind=kind, name=name, files=files, mutant=mutant)


def _toml(assignment: Assignment) -> Path:
    return assignment.reference / "mutants.toml"


def _read(assignment: Assignment) -> MutantsFile:
    path = _toml(assignment)
    if not path.is_file():
        return MutantsFile()
    try:
        table = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), MutantsFile)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise AssignmentError(f"{path}: {error}") from None
    known = {case.id for case in assignment.cases}
    for mutant in table.mutant:
        if mutant.verdict not in VERDICTS:
            raise AssignmentError(
                f"{path}: mutant {mutant.name}: unknown verdict {mutant.verdict!r}; known are {', '.join(sorted(VERDICTS))}"
            )
        if unknown := [c for c in mutant.cases if c not in known]:
            raise AssignmentError(
                f"{path}: mutant {mutant.name}: no case is called {', '.join(unknown)}; known are {', '.join(sorted(known))}"
            )
    return table


def _student_files(assignment: Assignment, folder: Path) -> dict[str, bytes]:
    files = {}
    for name in assignment.files:
        path = folder / name
        if not path.is_file():
            raise AssignmentError(f"{path} is missing; {assignment.slug} asks for {', '.join(assignment.files)}")
        files[name] = path.read_bytes()
    return files


def _solution(assignment: Assignment, path: Path) -> dict[str, bytes]:
    """A whole solution: a folder with the student's files, or one file that stands for the only one."""
    if path.is_dir():
        return _student_files(assignment, path)
    if not path.is_file():
        raise AssignmentError(f"{path} is missing")
    if len(assignment.files) != 1:
        raise AssignmentError(f"{path}: {assignment.slug} has {len(assignment.files)} files, so a solution is a folder that holds them")
    return {assignment.files[0]: path.read_bytes()}


def _ladder(assignment: Assignment, table: MutantsFile) -> dict[str, dict[str, bytes]]:
    if table.ladder:
        paths = [assignment.reference / name for name in table.ladder]
    elif len(assignment.files) == 1:
        paths = sorted(assignment.reference.glob(f"*{Path(assignment.files[0]).suffix}"))
    else:
        paths = []
    return {path.stem: _solution(assignment, path) for path in paths if path.name not in assignment.files}


def _mutated(assignment: Assignment, mutant: Mutant, rungs: dict[str, dict[str, bytes]]) -> dict[str, bytes]:
    base = assignment.reference
    names = (
        [mutant.file] if mutant.file else [f"{mutant.name}{suffix}" for suffix in (Path(assignment.files[0]).suffix, ".patch", CELLS, "")]
    )
    path = next((p for name in names for p in (base / name, base / "mutants" / name) if p.exists()), None)
    if path is None:
        raise AssignmentError(
            f"{_toml(assignment)}: mutant {mutant.name}: {' or '.join(names)} is missing in {base} and {base / 'mutants'}"
        )
    rung = Path(mutant.rung).stem
    if rung not in rungs:
        raise AssignmentError(
            f"{_toml(assignment)}: mutant {mutant.name}: unknown rung {mutant.rung!r}; known are {', '.join(sorted(filter(None, rungs)))}"
        )
    if path.is_dir() and (own := {name for name in assignment.files if (path / name).is_file()}):
        # one wrong file of several: the others are the rung's
        return {name: (path / name).read_bytes() if name in own else rungs[rung][name] for name in assignment.files}
    if path.suffix == CELLS:
        return _with_cells(path, rungs[rung])
    if path.suffix not in (".patch", ".diff"):
        return _solution(assignment, path)
    texts = {name: content.decode("utf-8") for name, content in rungs[rung].items()}
    patched = apply(path.read_text(encoding="utf-8"), texts, str(path))
    if patched == texts:
        raise AssignmentError(f"{path} changes nothing")
    return {name: text.encode() for name, text in patched.items()}


def _with_cells(path: Path, files: dict[str, bytes]) -> dict[str, bytes]:
    """The files with some of their notebook's cells replaced."""
    name = next((name for name in files if name.endswith(".ipynb")), None)
    if name is None:
        raise AssignmentError(f"{path} replaces cells, and the solution has no notebook: {', '.join(files)}")
    try:
        return files | {name: mutated(files[name].decode("utf-8"), path.read_text(encoding="utf-8"), str(path)).encode()}
    except MasterError as error:
        raise AssignmentError(str(error)) from None
