"""Percent: the text of a master, cell by cell -> MasterCells, and back. Standard library only: a script may use it without our package's.

Whatever stands before the first cell is for whoever reads the master: a docstring, `# ruff: noqa`.

# %% [markdown] id=intro
# # Optimisers
# Text in Markdown.

# %% id=adam kind=solution
def adam(w, g, m, v, t):
    # BEGIN SOLUTION the update, with both corrections
    ...
    # END SOLUTION
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, field

KINDS = ("given", "setup", "solution", "free", "test", "manual")
CODE_ONLY = ("setup", "solution", "test")
ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
_HEADER = re.compile(r"# %%(?:\s(?P<rest>.*))?")
_KEYS = ("id", "kind", "points", "time_s", "after", "names")


class MasterError(ValueError):
    """A master that can't be read. The message names file and line."""


@dataclass(frozen=True)
class MasterCell:
    """One cell as its author wrote it.

    kind: "given" students read and run it, it is restored before grading; "setup" as given, and it runs before all others; "solution" is
    theirs to write, between the fences; "free" is theirs altogether; "test" is locked, worth `points` where an nbgrader course grades it;
    "manual" is theirs, and a person gives up to `points`.
    """

    id: str
    source: str
    type: str = "code"  # "code" or "markdown"
    kind: str = "given"
    points: float | None = None
    time_s: float | None = None  # how long it may run; the assignment's limit if left out
    line: int = 0  # of its header in the master
    attributes: dict[str, str] = field(default_factory=dict)  # whatever else the header says, for those who allow it


@dataclass(frozen=True)
class Block:
    """One piece of a percent text before anyone asks what its words mean."""

    line: int  # of the header, from 1
    markdown: bool
    words: dict[str, str]  # id=adam -> {"id": "adam"}; a bare word -> {"word": ""}
    source: str


def blocks(text: str, name: str) -> list[Block]:
    """The pieces of a percent text, in order. `name` is for messages. Raises MasterError."""
    found: list[tuple[int, str, list[str]]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.fullmatch(line.rstrip()):
            found.append((number, header["rest"] or "", []))
        elif found:
            found[-1][2].append(line.rstrip())
    return [_block(number, rest, body, name) for number, rest, body in found]


def read_master(text: str, name: str) -> list[MasterCell]:
    """The cells of a master. `name` is for messages. Raises MasterError with the line of what is wrong."""
    cells = [_cell(block, name) for block in blocks(text, name)]
    if not cells:
        raise MasterError(f"{name}: has no cell; a cell begins with a line as `# %% id=imports kind=given`")
    seen: dict[str, int] = {}
    for cell in cells:
        if cell.id in seen:
            raise MasterError(f"{name}:{cell.line}: the id {cell.id} is taken by the cell of line {seen[cell.id]}; ids are unique")
        seen[cell.id] = cell.line
    return cells


def write_master(cells: Iterable[MasterCell], head: str = "") -> str:
    """The text of a master: what `read_master` reads back as the same cells. `head` stands before the first."""
    parts = [head.rstrip() + "\n\n"] if head.strip() else []
    for cell in cells:
        words = ["# %%"] + ["[markdown]"] * (cell.type == "markdown") + [f"id={cell.id}"]
        if cell.kind != "given":
            words.append(f"kind={cell.kind}")
        words += [f"{key}={value:g}" for key, value in (("points", cell.points), ("time_s", cell.time_s)) if value is not None]
        lines = cell.source.split("\n")
        if cell.type == "markdown":
            lines = [f"# {line}".rstrip() for line in lines]
        parts.append("\n".join([" ".join(words), *lines]) + "\n\n")
    return "".join(parts).rstrip("\n") + "\n"


def _block(number: int, rest: str, body: list[str], name: str) -> Block:
    try:
        listed = shlex.split(rest)
    except ValueError as error:
        raise MasterError(f"{name}:{number}: the cell's header can't be read: {error}") from None
    markdown = "[markdown]" in listed
    words = dict(word.partition("=")[::2] for word in listed if word != "[markdown]")
    while body and not body[-1]:
        body.pop()
    while body and not body[0]:
        body.pop(0)
    if markdown:
        for offset, line in enumerate(body):
            if not line.startswith("#"):
                raise MasterError(
                    f"{name}: the markdown cell of line {number} has a line without `# `: {line[:40]!r} (its line {offset + 1})"
                )
        body = [line[2:] if line.startswith("# ") else line[1:] for line in body]
    return Block(line=number, markdown=markdown, words=words, source="\n".join(body))


def _cell(block: Block, name: str) -> MasterCell:
    place = f"{name}:{block.line}"
    words = block.words
    if unknown := [word for word in words if word not in _KEYS[:4]]:
        raise MasterError(f"{place}: unknown word {unknown[0]!r} in a cell's header; known are [markdown], {', '.join(_KEYS[:4])}")
    kind = words.get("kind", "given")
    if kind not in KINDS:
        raise MasterError(f"{place}: unknown kind {kind!r}; known are {', '.join(KINDS)}")
    if block.markdown and kind in CODE_ONLY:
        raise MasterError(f"{place}: a markdown cell can't be of kind {kind}")
    if not ID.fullmatch(words.get("id", "")):
        raise MasterError(f"{place}: a cell needs id=NAME of small letters, digits and _, at most 40, beginning with a letter")
    numbers = {key: _number(place, key, words[key]) for key in ("points", "time_s") if key in words}
    if (kind in ("test", "manual")) != ("points" in numbers):
        remedy = "give it points=…" if kind in ("test", "manual") else "points belong to kinds test and manual, or to the checks"
        raise MasterError(f"{place}: a cell of kind {kind}: {remedy}")
    return MasterCell(
        id=words["id"],
        source=block.source,
        type="markdown" if block.markdown else "code",
        kind=kind,
        points=numbers.get("points"),
        time_s=numbers.get("time_s"),
        line=block.line,
    )


def _number(place: str, key: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e6:
        raise MasterError(f"{place}: {key}={text}: not a number from 0 on")
    return value
