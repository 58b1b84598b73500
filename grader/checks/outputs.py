"""Outputs: raw files of a recorded run -> arrays, by the assignment's argument specs. Sizes are checked; nothing is unpickled, no file
says its own shape."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.argument_spec import Argument
from grader.assignment import Assignment, Case, held_shape
from grader.errors import AssignmentError, HarnessError
from grader.records import Run

Array = NDArray[Any]


def read_raw(path: str | Path, dtype: str, shape: tuple[int, ...]) -> Array:
    """A raw little-endian file as a read-only array. Raises HarnessError if the file isn't exactly as long as the shape asks: the trusted
    side wrote it."""
    kind = np.dtype(dtype)
    count = 1
    for extent in shape:
        count *= extent
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise HarnessError(f"can't read the recorded buffer {path}: {error.strerror}; grade the submission again") from None
    if len(data) != count * kind.itemsize:
        raise HarnessError(
            f"the recorded buffer {path} has {len(data)} bytes instead of {count * kind.itemsize}; grade the submission again"
        )
    return np.frombuffer(data, dtype=kind).reshape(shape)


class Arrays:
    """The buffers of recorded runs, read once each. One object serves all checks of one submission."""

    def __init__(self, assignment: Assignment) -> None:
        self.assignment = assignment
        self._cache: dict[str, Array] = {}

    def case(self, run: Run) -> Case:
        return self.assignment.case(run.case)

    def buffers(self, run: Run) -> tuple[Argument, ...]:
        return self.assignment.entry(self.case(run).entry).buffers()

    def written(self, run: Run) -> tuple[Argument, ...]:
        """The buffers that the launcher may write: out and inout."""
        return tuple(b for b in self.buffers(run) if b.written)

    def _argument(self, run: Run, name: str) -> Argument:
        for argument in self.buffers(run):
            if argument.name == name:
                return argument
        raise AssignmentError(f"case {run.case} has no buffer {name!r}; known are {', '.join(b.name for b in self.buffers(run))}")

    def _read(self, path: str, run: Run, argument: Argument) -> Array:
        if path not in self._cache:
            self._cache[path] = read_raw(path, argument.dtype, self._shape(run, argument))
        return self._cache[path]

    def input(self, run: Run, name: str, call: int = 0) -> Array:
        """What was uploaded into a buffer before a call, the old content or the poison of outputs included."""
        argument = self._argument(run, name)
        path = run.inputs.get(f"{name}.{call}")
        if path is None and argument.byte_count(self.case(run).sizes) == 0:
            return self._nothing(run, argument)
        if path is None:
            raise HarnessError(f"case {run.case}: what {name} held before call {call} was not recorded; grade the submission again")
        return self._read(path, run, argument)

    def inputs(self, run: Run, call: int = 0) -> dict[str, Array]:
        """Every buffer before a call, by name; scratch buffers hold nothing worth a name."""
        return {argument.name: self.input(run, argument.name, call) for argument in self.buffers(run) if argument.direction != "scratch"}

    def output(self, run: Run, name: str, call: int = 0) -> Array | None:
        """What a buffer held after a call; None if the program ended before it could be read."""
        argument = self._argument(run, name)
        path = run.outputs.get(f"{name}.{call}")
        if path is None and argument.byte_count(self.case(run).sizes) == 0:
            return self._nothing(run, argument)  # a copy of no bytes leaves no record
        return None if path is None else self._read(path, run, argument)

    def _nothing(self, run: Run, argument: Argument) -> Array:
        return np.empty(self._shape(run, argument), dtype=argument.dtype)

    def _shape(self, run: Run, argument: Argument) -> tuple[int, ...]:
        case = self.case(run)
        return held_shape(argument, self.assignment.entry(case.entry), case)
