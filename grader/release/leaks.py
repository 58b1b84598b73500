"""Leaks: what students get and what they mustn't -> every place where an answer stands in it. Text against text; runs nothing.

An answer is a line between SOLUTION or STAFF fences, or of a ladder's rung, an honest solution or a mutant, that the starter doesn't have.
Two such lines in a row, or a long one, count: `int i = threadIdx.x;` alone is nobody's solution.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from grader.assignment import Assignment
from grader.errors import AssignmentError
from grader.fences import COMMENTS, FenceError, inside, without
from grader.handout import header_names
from grader.records import Record
from grader.starters import starter_text

SHORT, LONG = 16, 72  # characters of a line that means something beside another, and by itself
HIDDEN_CHECKS = "test_hidden.py"


class Leak(Record, frozen=True, kw_only=True):
    """A place in the release that gives an answer away."""

    file: str  # in the release
    line: int | None
    what: str  # which answer, and where it comes from


class Answer(Record, frozen=True, kw_only=True):
    """One piece of text that may stand nowhere in a release."""

    lines: tuple[str, ...]  # in a row, without blanks at the ends
    source: str


def answers_of(assignment: Assignment) -> list[Answer]:
    """Every piece of an assignment's answers. Raises AssignmentError for fences that don't pair up."""
    texts = [_begun(assignment, name) for name in assignment.files] + [_text(file) for file in _public(assignment)]
    begun = {place: text for name in assignment.files for place, text in texts_of(name, _begun(assignment, name).encode()).items()}
    known = {_bare(line) for text in (*texts, *begun.values()) for line in text.splitlines()}
    found: list[Answer] = []
    for file in _files(assignment.reference):
        text, name = _text(file), str(file.relative_to(assignment.reference.parent))
        if file.suffix == ".md":
            continue
        if file.parent == assignment.reference and file.name in assignment.files and file.suffix in COMMENTS:
            try:
                numbered = inside(text, str(file), "SOLUTION")
            except FenceError as error:
                raise AssignmentError(str(error)) from None
        else:  # a whole solution, right or wrong, or answers, which have no fences
            numbered = [
                (number, line.lstrip("+- ") if file.suffix == ".patch" else line) for number, line in enumerate(text.splitlines(), 1)
            ]
        found += _pieces(numbered, known, name, exact=file.suffix == ".json")
    for file in (*assignment.problem_files, assignment.folder / "test_public.py"):
        if file.is_file():
            try:
                public = {_bare(line) for line in without(_text(file), str(file), "STAFF").splitlines()}
                found += _pieces(inside(_text(file), str(file), "STAFF"), public, f"{assignment.slug}/{file.name}", exact=False)
            except FenceError as error:
                raise AssignmentError(str(error)) from None
    return found


def _public(assignment: Assignment) -> Iterator[Path]:
    """What is meant for students whatever else it resembles: the headers that the assignment hands out, and programs to be looked at."""
    yield from (assignment.include / name for name in header_names(assignment))
    for folder in assignment.includes:
        if folder != assignment.include:  # the assignment's own
            yield from _files(folder)
    for given in assignment.given:
        yield from (assignment.folder / "starter" / name for name in given.sources)


def _begun(assignment: Assignment, name: str) -> str:
    """What students begin a file with: what the reference's fences leave, not what lies in starter/, which may be the leak itself."""
    reference, starter = assignment.reference / name, assignment.folder / "starter" / name
    given = {source for program in assignment.given for source in program.sources}
    if reference.is_file():
        with contextlib.suppress(FenceError):
            if (text := starter_text(name, _text(reference), given)) is not None:
                return text
    return _text(starter) if starter.is_file() else ""


def leaks(files: Mapping[str, bytes], assignments: Sequence[Assignment]) -> list[Leak]:
    """Every place of `files` (relative path -> content) that holds an answer, a hidden check or a hidden case of one of the assignments.

    What lies in the folder of one assignment is held against its own answers: elsewhere the same line may be there to be read."""
    found = [Leak(file=name, line=None, what=what) for name in files for what in _by_name(name)]
    texts = {name: content.decode("utf-8", "replace") for name, content in files.items()}
    for assignment in assignments:
        singles: dict[str, str] = {}
        pairs: dict[tuple[str, str], str] = {}
        for answer in answers_of(assignment):
            if len(answer.lines) == 1:
                singles.setdefault(answer.lines[0], answer.source)
            else:
                pairs.setdefault((answer.lines[0], answer.lines[1]), answer.source)
        for name, text in texts.items():
            owner = re.search(r"(?:^|/)assignments/(\d\d_\w+)/", name)
            if owner is None or owner[1] == assignment.slug:
                found += _in_text(name, text, singles, pairs)
                if name.endswith("assignment.toml"):
                    found += _hidden_cases(name, text, assignment)
    return found


def _hidden_cases(name: str, text: str, assignment: Assignment) -> Iterator[Leak]:
    hidden = {case.id for case in assignment.cases if case.visibility == "hidden"}
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r'\s*id\s*=\s*"(\w+)"|\s*visibility\s*=\s*"(hidden)"', line)
        if match and (match[2] or match[1] in hidden):
            yield Leak(file=name, line=number, what=f"a hidden case: {line.strip()}")


def _by_name(name: str) -> Iterator[str]:
    path = Path(name)
    if path.name == HIDDEN_CHECKS:
        yield "the hidden checks"
    if "reference" in path.parts or {"mutants", "honest", "blind"} & set(path.parts):
        yield "a solution, right or wrong"
    if path.name == "mutants.toml":
        yield "the list of mutants"


def _in_text(name: str, text: str, singles: Mapping[str, str], pairs: Mapping[tuple[str, str], str]) -> Iterator[Leak]:
    before = ""
    for number, line in enumerate(text.splitlines(), 1):
        here = _bare(line)
        if not here:
            continue
        if here in singles:
            yield Leak(file=name, line=number, what=f"a line of {singles[here]}")
        elif (before, here) in pairs:
            yield Leak(file=name, line=number, what=f"lines of {pairs[before, here]}")
        before = here


def _pieces(numbered: Sequence[tuple[int, str]], known: set[str], name: str, *, exact: bool) -> Iterator[Answer]:
    """`exact`: every line that the starter doesn't have is an answer by itself, however short."""
    last, before = 0, ""
    for number, line in numbered:
        here = _bare(line)
        if not here:
            continue
        source = f"{name}:{number}"
        fresh = here not in known
        if fresh and (len(here) >= LONG or (exact and len(here) >= 8)):
            yield Answer(lines=(here,), source=source)
        elif fresh and len(here) >= SHORT and len(before) >= SHORT and before not in known and last:
            yield Answer(lines=(before, here), source=f"{name}:{last}")
        last, before = number, here


def texts_of(name: str, content: bytes) -> dict[str, str]:
    """A file's text by its name; of a notebook the text of each cell by "x.ipynb#cell": its lines are what people call lines."""
    text = content.decode("utf-8", "replace")
    if not name.endswith(".ipynb"):
        return {name: text}
    try:
        return {f"{name}#{cell['id']}": "".join(cell["source"]) for cell in json.loads(text)["cells"]}
    except (ValueError, KeyError, TypeError):
        return {name: text}


def _bare(line: str) -> str:
    """A line of code without blanks at its ends; nothing for comments, includes, the contract's own declarations and what stands
    everywhere."""
    text = " ".join(line.split())
    everywhere = ("//", "#", "import ", "from ", "if __name__ ==", '"""', "@pytest.mark.", 'extern "C"')
    if text.startswith(everywhere) or not re.search(r"[A-Za-z0-9]{2}", text):
        return ""
    return text


def _text(file: Path) -> str:
    return file.read_bytes().decode("utf-8", "replace")


def _files(folder: Path) -> list[Path]:
    return sorted(f for f in folder.rglob("*") if f.is_file() and "__pycache__" not in f.parts) if folder.is_dir() else []
