"""Oracles on the card: `python -m grader.devices.cuda.arrays PROBLEM`. Enters, a line of JSON each: a case and the files of its inputs.
Leaves, a line each: the files of what problem.py's `expected` makes of them with CuPy arrays, or why not.

A process of its own: CuPy makes whoever imports it a client of CUDA, and a card that fails then fails nobody else. Says `ready NAME` first,
or what is missing. An `expected` that doesn't take CuPy's arrays is no error: the judge computes it with NumPy.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import numpy as np

from grader.assignment import Case
from grader.module_file import load
from grader.records import Record


class Request(Record, frozen=True, kw_only=True):
    """One call of `expected`. Files hold raw values; shapes and types come with them."""

    case: Case
    inputs: dict[str, tuple[str, str, tuple[int, ...]]]  # buffer -> file, dtype, shape
    folder: str  # for the results


class Result(Record, frozen=True, kw_only=True):
    """One output's expectation: files of float64 (`nan`: of bool) in numpy's own format."""

    value: str
    bound: str
    nan: str
    rms: float
    worst: float


class Answer(Record, frozen=True, kw_only=True):
    """All outputs, or why there are none."""

    results: dict[str, Result] = {}
    error: str = ""


def main() -> int:
    try:
        library = importlib.import_module("cupy")
        problem = load(Path(sys.argv[1]), "grader_problem_on_the_card")
        library.zeros(1).sum()  # makes the context: a card that can't be used says so now
    except Exception as error:
        print(f"not ready: {type(error).__name__}: {' '.join(str(error).split())[:300]}", flush=True)
        return 0
    print("ready", flush=True)
    for line in sys.stdin.buffer:
        try:
            answer = _answer(msgspec.json.decode(line, type=Request), problem, library)
        except Exception as error:  # the instructor's code, or CuPy's refusal of what it does: NumPy will tell which
            answer = Answer(error=f"{type(error).__name__}: {error}")
        sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
        sys.stdout.buffer.flush()
    return 0


def _answer(request: Request, problem: ModuleType, library: Any) -> Answer:
    arrays = {name: library.asarray(np.fromfile(file, dtype=kind).reshape(shape)) for name, (file, kind, shape) in request.inputs.items()}
    results = {}
    for name, expected in problem.expected(request.case, arrays).items():
        files = {}
        for part, kind in (("value", np.float64), ("bound", np.float64), ("nan", np.bool_)):
            array = getattr(expected, part)
            host = library.asnumpy(array) if isinstance(array, library.ndarray) else np.asarray(array)
            files[part] = str(Path(request.folder, f"{name}.{part}.npy"))
            np.save(files[part], host.astype(kind), allow_pickle=False)
        results[name] = Result(rms=float(expected.rms), worst=float(expected.worst), **files)
    return Answer(results=results)


if __name__ == "__main__":
    sys.exit(main())
