"""Prepare: a student's notebook, ours, and a case's probes -> the list of cells that is executed, as `notebook.json` in the room.

- The order is the student's, as after "Restart & run all"; cells of kind setup come first, whatever the order.
- A locked cell (given, setup, test) has our text, wherever it stands; one that was deleted comes back behind the cell it follows in ours.
- A solution cell has the student's text. One that was deleted stays away: the probes that need it don't run, and say so.
- Cells that a student added stay where they are. Of several cells of one name the first has it, the others are added ones.
- Probes are injected: behind a cell (`after=`), or at the end. They are ours, and hold no expected value.

Nothing of the student's metadata is believed but a cell's name; points, locks and limits come from our version.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

from grader.errors import AssignmentError
from grader.notebook.cells import Cell, labels, own_name, read
from grader.notebook.percent import Block, MasterError, blocks

CELL_TIME_S = 20.0
CELL_OUTPUT_KIB = 256
MARGIN_S = 3.0  # of the case's time: for starting the shell, and for writing down what became of a cell that never ends
_INSIDE = Path(__file__).with_name("inside")
LOCKED = ("given", "setup", "test")


class _Case(Protocol):
    @property
    def visibility(self) -> str: ...
    @property
    def given(self) -> Mapping[str, Any]: ...


class _Assignment(Protocol):
    @property
    def folder(self) -> Path: ...
    @property
    def files(self) -> Sequence[str]: ...


@dataclass(frozen=True)
class OwnCell:
    """A cell of our version of the notebook."""

    name: str
    kind: str
    source: str
    time_s: float | None = None
    points: float = 0.0
    type: str = "code"


@dataclass(frozen=True)
class Step:
    """One piece of code to execute, as notebook.json has it."""

    name: str  # "adam", "adam+1", "probe 3"
    kind: str  # given, setup, test, solution, free, manual, added, probe
    source: str
    time_s: float
    saves: list[str] = field(default_factory=list)  # of a probe: the results that it leaves
    needs: list[str] = field(default_factory=list)  # of a probe: the cells without which it isn't run


@dataclass(frozen=True)
class Plan:
    """What is executed, and how the notebook differed from ours."""

    notebook: str
    steps: list[Step]
    missing: list[str]  # cells of ours that the student's version hasn't got and that aren't restored
    restored: list[str]  # locked cells that were changed or deleted
    doubled: list[str]  # names that several cells have
    unanswered: list[str]  # cells for a person to grade, text or code, that are missing or as we handed them out
    time_s: float  # for everything
    output_kib: int  # for each cell


def prepare(student: bytes | Mapping[str, bytes], assignment: _Assignment, case: _Case) -> dict[str, bytes]:
    """The files that the case's room gets at /task beside the assignment's own. `student` is the notebook's content, or all the student's
    files by name. Raises SubmissionError for a notebook that can't be read, AssignmentError for mistakes of the assignment's."""
    laid_out = json.dumps(asdict(plan(student, assignment, case)), ensure_ascii=False).encode()
    return {"notebook.json": laid_out, "execute.py": (_INSIDE / "execute.py").read_bytes()}


def plan(student: bytes | Mapping[str, bytes], assignment: _Assignment, case: _Case) -> Plan:
    """As `prepare`, before it is written down."""
    name = notebook_of(assignment, case)
    data = student if isinstance(student, bytes) else student[name]
    every = own_cells(assignment, case, name)
    own = [cell for cell in every if cell.type == "code"]
    limit = float(case.given.get("cell_time_s", CELL_TIME_S))
    cells = read(data, name)
    steps, missing, restored = _merged(cells, own, limit)
    known = {cell.name for cell in own}
    names = [own_name(cell) for cell in cells]
    said = {label: cell.source for label, cell in zip(labels(cells), cells, strict=True)}
    # Where a student split or copied a cell, the last of the pieces has the last word: probes come behind that one.
    last = {own_name(cell): label for label, cell in zip(labels(cells), cells, strict=True)}
    behind: dict[str, list[Step]] = {step.name: [] for step in steps}
    at_end: list[Step] = []
    for file, block in _probes(assignment, case):
        step, after = _probe(block, file, limit, known)
        behind.get(last.get(after, after), at_end).append(step)
    ordered = [each for step in steps for each in (step, *behind[step.name])] + at_end
    total = float(getattr(getattr(assignment, "limits", None), "time_s", 20.0))
    return Plan(
        notebook=name,
        steps=ordered,
        missing=missing,
        restored=restored,
        unanswered=[cell.name for cell in every if cell.kind == "manual" and cell.source == said.get(cell.name, cell.source)],
        doubled=[cell.name for cell in own if names.count(cell.name) > 1],
        time_s=max(total - MARGIN_S, total / 2),
        output_kib=int(case.given.get("cell_output_kib", CELL_OUTPUT_KIB)),
    )


def notebook_of(assignment: _Assignment, case: _Case) -> str:
    """The notebook that a case executes: the one it names in its `given`, or the assignment's only one."""
    names = [name for name in assignment.files if name.endswith(".ipynb")]
    wanted = case.given.get("notebook", names[0] if len(names) == 1 else None)
    if wanted not in names:
        raise AssignmentError(f'{assignment.folder}: a case needs given = {{ notebook = "…" }}, one of {", ".join(names) or "(no .ipynb)"}')
    return str(wanted)


def own_cells(assignment: _Assignment, case: _Case, name: str) -> list[OwnCell]:
    """The cells of our version: what students were given, or, for a hidden case, room_hidden/<name> if there is one."""
    places = [assignment.folder / "starter" / name]
    if case.visibility == "hidden":
        places.insert(0, assignment.folder / "room_hidden" / name)
    path = next((place for place in places if place.is_file()), None)
    if path is None:
        raise AssignmentError(f"{places[-1]} is missing; locked cells are restored from it: python -m grader.notebook.build makes it")
    try:
        book = json.loads(path.read_text(encoding="utf-8"))
        return [_own(cell) for cell in book["cells"]]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise AssignmentError(f"{path}: no notebook of ours: {type(error).__name__}: {error}") from None


def _own(cell: dict[str, Any]) -> OwnCell:
    flags, ours = cell["metadata"].get("nbgrader", {}), cell["metadata"].get("warpgrade", {})
    solution, grade, locked = (bool(flags.get(key)) for key in ("solution", "grade", "locked"))
    if solution:
        kind = "manual" if grade else "solution"
    elif grade:
        kind = "test"
    else:
        kind = ours.get("kind", "given") if locked else "free"
    source = cell["source"]
    return OwnCell(
        name=str(flags.get("grade_id") or cell.get("id", "")),
        kind=kind,
        source=source if isinstance(source, str) else "".join(source),
        time_s=ours.get("time_s"),
        points=float(flags.get("points") or 0),
        type=cell["cell_type"],
    )


def _merged(cells: list[Cell], own: list[OwnCell], limit: float) -> tuple[list[Step], list[str], list[str]]:
    """The student's cells in their order with our locked ones; the names of those that are missing, and of those that were restored."""
    ours = {cell.name: cell for cell in own}
    steps: list[Step] = []
    restored: list[str] = []
    for name, cell in zip(labels(cells), cells, strict=True):
        known = ours.get(name)
        if known is None:
            if cell.type == "code":
                steps.append(Step(name, "added", cell.source, limit))
        elif known.kind in LOCKED:
            if (cell.type, cell.source) != ("code", known.source):
                restored.append(name)
            steps.append(_step(known, known.source, limit))
        elif cell.type == "code":
            steps.append(_step(known, cell.source, limit))
    missing = []
    before = ""
    for known in own:
        there = {step.name: place for place, step in enumerate(steps)}
        if known.name in there:
            before = known.name
        elif known.kind in LOCKED:
            restored.append(known.name)
            steps.insert(there.get(before, -1) + 1, _step(known, known.source, limit))
            before = known.name
        elif known.kind != "free":
            missing.append(known.name)
    return [s for s in steps if s.kind == "setup"] + [s for s in steps if s.kind != "setup"], missing, restored


def _step(cell: OwnCell, source: str, limit: float) -> Step:
    return Step(cell.name, cell.kind, source, cell.time_s or limit)


def _probes(assignment: _Assignment, case: _Case) -> list[tuple[str, Block]]:
    """The case's probe blocks, with the file that each is of."""
    names = case.given.get("probes")
    found: list[tuple[str, Block]] = []
    for name in [f"probes_{case.visibility}.py"] if names is None else names:
        folders = ("room_hidden", "room") if case.visibility == "hidden" else ("room",)
        path = next((p for folder in folders if (p := assignment.folder / folder / name).is_file()), None)
        if path is None:
            if names is None:
                continue
            raise AssignmentError(f"{assignment.folder / folders[-1] / name} is missing; a {case.visibility} case names it as its probes")
        try:
            found += [(str(path), block) for block in blocks(path.read_text(encoding="utf-8"), str(path))]
        except MasterError as error:
            raise AssignmentError(str(error)) from None
    return found


def _probe(block: Block, file: str, limit: float, known: set[str]) -> tuple[Step, str]:
    """A probe and the cell that it comes behind, "" for the end."""
    place, words = f"{file}:{block.line}", block.words
    if unknown := [word for word in words if word not in ("after", "needs", "time_s")]:
        raise AssignmentError(f"{place}: unknown word {unknown[0]!r} in a probe's header; known are after, needs, time_s")
    after = words.get("after", "")
    needs = list(dict.fromkeys([*filter(None, [after]), *filter(None, words.get("needs", "").split(","))]))
    if strange := [name for name in needs if name not in known]:
        raise AssignmentError(f"{place}: no code cell of the notebook is called {strange[0]}; known are {', '.join(sorted(known))}")
    try:
        tree = ast.parse(block.source)
    except SyntaxError as error:
        raise AssignmentError(f"{file}:{block.line + (error.lineno or 1)}: {error.msg}") from None
    time_s = float(words.get("time_s", limit))
    return Step(f"probe {block.line}", "probe", block.source, time_s, _saved(tree), needs), after


def _saved(tree: ast.Module) -> list[str]:
    """The names in `room.save("name", …)` and `room.part("name")`."""
    found = [
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("save", "part")
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "room"
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    ]
    return list(dict.fromkeys(found))
