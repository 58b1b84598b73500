"""The red-team corpus on disk: tests/hostile/<name>/trick.toml and its files -> Trick; tests/hostile/honest/<name>/ -> Control.

A trick's source may say `//@ shared/NAME`: that file stands in place of the line. `@WORD@` stands for something of the lab's
(tests/hostile/lab.py): an attacker who knows every path of the machine. A folder with make.py writes its submission itself:
`make(folder) -> Path`. A file's suffix `.txt` goes, so that no tool takes a hostile conftest.py for ours.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from grader.records import Record

T = TypeVar("T")
HERE = Path(__file__).parent
GROUPS = (
    "clock",
    "result channel",
    "oracle theft",
    "skipped work",
    "process and resources",
    "python",
    "archives",
    "reports and exports",
)
MAKER = "make.py"
_SHARED = re.compile(r"^//@ (shared/\w+\.h)\n", re.M)
_WORD = re.compile(r"@([A-Z_]+)@")


class Trick(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """trick.toml. Defeated: one of `verdicts`, at most `max_score` points, and nothing reached that lies outside of the sandbox.

    A `known` one works and is accepted (head.md says why): it gets exactly `max_score`, or what is written of it isn't true any more.
    """

    title: str
    group: str
    gains: str  # where it works
    defeated_by: str  # here
    verdicts: tuple[str, ...]
    max_score: float = 0.0  # what its honest part earns
    assignment: str = "scale"
    gpu: bool = False  # a clock that can be cheated is needed: not run on the emulated device
    alone: bool = False  # may slow down what runs beside it
    says: str = ""  # a part of the message, where the verdict alone doesn't show that the right thing was seen
    undecided: bool = False  # checks are not run for a reason of ours: no points until a person has looked
    known: bool = False  # not defeated, and counted apart


class Control(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """control.toml of an honest submission: full marks and PASSED, or it is a false positive."""

    title: str
    assignment: str = "scale"


def tricks() -> dict[str, Trick]:
    """Every trick by its folder's name."""
    return {file.parent.name: _read(file, Trick) for file in sorted(HERE.glob("*/trick.toml"))}


def controls() -> dict[str, Control]:
    return {file.parent.name: _read(file, Control) for file in sorted(HERE.glob("honest/*/control.toml"))}


def _read(file: Path, kind: type[T]) -> T:
    try:
        return msgspec.toml.decode(file.read_bytes(), type=kind)
    except msgspec.MsgspecError as error:
        raise ValueError(f"{file}: {error}") from None


def text(file: Path, words: Mapping[str, str]) -> str:
    """A source with what it shares and the lab's words put in. Raises ValueError for a word that the lab doesn't know."""

    def word(found: re.Match[str]) -> str:
        if found[1] not in words:
            raise ValueError(f"{file}: the lab has no {found[0]}; it has {', '.join(words)}")
        return words[found[1]]

    whole = _SHARED.sub(lambda found: (HERE / found[1]).read_text(encoding="utf-8"), file.read_text(encoding="utf-8"))
    return _WORD.sub(word, whole)


def lay_out(source: Path, folder: Path, words: Mapping[str, str]) -> Path:
    """The submission of a trick or control, written into `folder`; returns what is to be graded."""
    folder.mkdir(parents=True, exist_ok=True)
    if (source / MAKER).is_file():
        spec = importlib.util.spec_from_file_location(f"hostile_{source.name}", source / MAKER)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        made: Path = module.make(folder)
        return made
    for file in sorted(source.rglob("*")):
        if file.is_file() and file.suffix != ".toml" and "__pycache__" not in file.parts:
            target = folder / str(file.relative_to(source)).removesuffix(".txt")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text(file, words), encoding="utf-8")
    return folder
