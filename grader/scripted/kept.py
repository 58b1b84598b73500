"""Kept: all that a command sees -> what it did the last time that it saw just this. A student who changes op.cu doesn't wait for TensorFlow
again, nor does the next one whose op.py is the same.

The key is the room itself, file by file, with command, lane, limits and sandbox; so nothing that could change a run is left out of it. Kept
is only what came to an end by itself: a limit of time may be the machine's load. A driver that ended something by its own clock says so
by a file, /out/limited.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from grader.assignment import Case
from grader.build.cache import Cache, digest_of
from grader.lanes import digest
from grader.records import Isolation, Run
from grader.sandbox.contract import Command
from grader.scripted.place import Placed

_RUN = "run.json"
LIMITED = "limited"
FORMAT = "room-2"


def key_of(case: Case, placed: Placed, command: Command, programs: Mapping[str, str], isolation: Isolation) -> str:
    """The content address of a room that is laid out and not yet run. Of the system it has when programs last came or went."""
    parts: list[bytes | str] = [FORMAT, *command.argv, command.cwd, *case.needs, case.lane and digest(case.lane)]
    parts += [str(os.stat(folder).st_mtime_ns) for folder in ("/usr/bin", "/usr/lib") if os.path.isdir(folder)]
    parts += [msgspec.json.encode((sorted(command.env.items()), command.limits, isolation))]
    for folder in (placed.task, placed.home):
        parts += _content(folder)
    for name, path in sorted(programs.items()):
        parts += [name, Path(path).read_bytes()]
    return digest_of(parts)


def recall(cache: Cache, key: str, folder: Path) -> Run | None:
    """The run of that key with its outputs in `folder`; None if it isn't kept."""
    entry = cache.get(key)
    if entry is None:
        return None
    try:
        run = msgspec.json.decode((entry / _RUN).read_bytes(), type=Run)
        outputs = {}
        for number, (name, file) in enumerate(run.outputs.items()):
            (folder / f"kept-{number}").write_bytes((entry / file).read_bytes())
            outputs[name] = str(folder / f"kept-{number}")
    except (OSError, msgspec.MsgspecError):
        cache.drop(key)
        return None
    return msgspec.structs.replace(run, outputs=outputs)


def keep(cache: Cache, key: str, run: Run) -> None:
    """Keeps a run that came to an end by itself. A full disk is no fault of the run's."""
    if run.exit is None or run.exit.cause != "exited" or LIMITED in run.outputs:
        return
    files = {f"{number}.out": Path(path).read_bytes() for number, path in enumerate(run.outputs.values())}
    named = {name: f"{number}.out" for number, name in enumerate(run.outputs)}
    cache.put(key, {**files, _RUN: msgspec.json.encode(msgspec.structs.replace(run, inputs={}, outputs=named))})


def _content(folder: Path) -> Iterator[bytes | str]:
    for path in sorted(folder.rglob("*")):
        yield f"{path.relative_to(folder)}\0{path.stat().st_mode & 0o777:o}"
        if path.is_file():
            yield path.read_bytes()
