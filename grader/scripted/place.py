"""Place: a case -> the folders that its command will see, on the judge's disk, and the command. Runs nothing."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from grader.assignment import HIDDEN_ROOM, ROOM, Assignment, Case
from grader.errors import AssignmentError
from grader.lanes import Found
from grader.run.inputs import load_problem
from grader.run.seeds import Seed
from grader.sandbox.contract import Bind, Command, Limits

TASK, HOME, OUT = "/task", "/home/student", "/out"
_INSIDE = Path(__file__).with_name("inside")  # what the grader itself puts into every room
MAX_INPUT_BYTES = 64 << 20
FILE_MIB = 64  # of what a command may leave in its home and in /out, together


class Placed:
    """Folders of one case: `task` is shown read-only, `home` and `out` are the command's. `inputs`: what problem.py made, by name."""

    def __init__(self, folder: Path) -> None:
        self.task, self.home, self.out, self.given = (folder / name for name in ("task", "home", "out", "given"))
        for each in (self.task, self.home, self.out):
            each.mkdir()
            each.chmod(0o755)
        self.given.mkdir(mode=0o700)
        self.inputs: dict[str, str] = {}

    def binds(self, lane: Found | None, programs: Mapping[str, str]) -> tuple[Bind, ...]:
        """What the command sees beside the system."""
        return (
            Bind(source=self.task, target=TASK),
            *(Bind(source=Path(path), target=f"{TASK}/lib/{name}") for name, path in programs.items()),
            *(Bind(source=part.folder, target=part.inside) for part in (lane.parts if lane else ())),
            Bind(source=self.home, target=HOME, writable=True),
            Bind(source=self.out, target=OUT, writable=True),
        )


def place(folder: Path, assignment: Assignment, case: Case, files: Mapping[str, bytes], programs: Mapping[str, str], seed: Seed) -> Placed:
    """Writes everything that the case's command will see. Raises AssignmentError for a problem.py or a room/ that doesn't do."""
    placed = Placed(folder)
    parts = [_INSIDE, assignment.folder / ROOM, *([assignment.folder / HIDDEN_ROOM] if case.visibility == "hidden" else [])]
    for part in parts:
        for path in sorted(part.rglob("*")) if part.is_dir() else ():
            if path.is_file() and "__pycache__" not in path.parts:
                # by its first line, not by its mode: a release, an archive or a wheel may have lost that
                content = path.read_bytes()
                _write(placed.task, path.relative_to(part).as_posix(), content, content.startswith(b"#!"))
    for name, content in files.items():
        _write(placed.task, f"student/{name}", content)
    for name, content in _notebook(files, assignment, case).items():
        _write(placed.task, name, content)
    for name in programs:  # somewhere to bind it to
        _write(placed.task, f"lib/{name}", b"")
    for name, content in made(assignment, case, seed).items():
        top, _, inner = name.partition("/")
        _write(placed.task if top == "task" else placed.home, inner, content)
        kept = placed.given / f"{len(placed.inputs)}"
        kept.write_bytes(content)
        placed.inputs[name] = str(kept)
    return placed


def _notebook(files: Mapping[str, bytes], assignment: Assignment, case: Case) -> Mapping[str, bytes]:
    """Of an assignment with a notebook: what is executed in its place, with the staff's cells as they should be."""
    if not any(name.endswith(".ipynb") for name in files):
        return {}
    from grader.notebook.prepare import prepare

    return prepare(files, assignment, case)


def made(assignment: Assignment, case: Case, seed: Seed) -> dict[str, bytes]:
    """What problem.py's `room` adds, as bytes. Raises AssignmentError naming what is wrong with it."""
    module = load_problem(assignment)
    if module is None or not hasattr(module, "room"):
        return {}
    where = f"{assignment.problem}: room() of case {case.id!r}"
    rng = np.random.Generator(np.random.PCG64(seed.generator_key(assignment.slug, case.id, 0)))
    try:
        told = module.room(case, rng)
        found = {name: as_bytes(name, value) for name, value in told.items()}
    except Exception as error:  # the instructor's code: any failure is theirs and named so
        raise AssignmentError(f"{where} failed: {type(error).__name__}: {error}") from error
    for name in found:
        parts = PurePosixPath(name).parts
        if len(parts) < 2 or parts[0] not in ("task", "home") or ".." in parts:
            raise AssignmentError(f"{where} returns {name!r}; names begin with task/ or home/")
    if sum(map(len, found.values())) > MAX_INPUT_BYTES:
        raise AssignmentError(f"{where} returns more than {MAX_INPUT_BYTES >> 20} MiB")
    return found


def as_bytes(name: str, value: Any) -> bytes:
    """A value as its file holds it: bytes and text as they are, arrays as .npy without pickle, all else as JSON."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    if isinstance(value, np.ndarray):
        stream = io.BytesIO()
        np.save(stream, np.ascontiguousarray(value) if value.ndim else value, allow_pickle=False)
        return stream.getvalue()
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def command(case: Case, placed: Placed, lane: Found | None, programs: Mapping[str, str], limits: Limits) -> Command:
    """The case's command with all that it sees."""
    argv = case.run
    environment = {
        "HOME": HOME,
        "USER": "student",
        "LOGNAME": "student",
        "SHELL": "/bin/bash",
        "PATH": f"{TASK}/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        "TMPDIR": "/tmp",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",  # the home is the student's
        **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "CUDA_VISIBLE_DEVICES": "",
    }
    if lane is not None:
        argv = (lane.interpreter, *argv[1:]) if argv[0] == "python" else argv
        environment["PYTHONPATH"] = ":".join((*lane.python_path, TASK))
        environment["LD_LIBRARY_PATH"] = f"{lane.parts[0].inside}/base/lib"
        environment["LANE_PYTHON"] = lane.interpreter
    return Command(argv=argv, cwd=HOME, binds=placed.binds(lane, programs), env=environment, limits=limits)


def _write(folder: Path, name: str, content: bytes, executable: bool = False) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    for parent in path.relative_to(folder).parents:
        (folder / parent).chmod(0o755)
    path.write_bytes(content)
    path.chmod(0o755 if executable else 0o644)
