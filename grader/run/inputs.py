"""Inputs: a case, a call and the seed -> one array per buffer, at its full shape (leading dimensions included). Judge's side only."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from grader.argument_spec import Argument
from grader.assignment import Assignment, Case, Entry, held_shape
from grader.errors import AssignmentError
from grader.module_file import load
from grader.run.seeds import Seed

Array = np.ndarray[Any, Any]
Override = Callable[[Case, np.random.Generator], dict[str, Array]]


def make_inputs(assignment: Assignment, case: Case, call: int, seed: Seed, override: Override | None = None) -> dict[str, Array]:
    """The values that every buffer of the case's entry holds before call `call`; a scratch buffer holds none unless it is poisoned.

    Raises AssignmentError if problem.py's `inputs` fails or returns what doesn't fit the buffers.
    """
    entry = assignment.entry(case.entry)
    rng = np.random.Generator(np.random.PCG64(seed.generator_key(assignment.slug, case.id, call)))
    filled = [b for b in entry.buffers() if b.direction != "scratch" or b.name in case.poison]
    arrays = {} if override is None else _overridden(assignment, case, entry, rng, override)
    arrays |= {b.name: default_fill(b, case, entry, rng) for b in filled if b.name not in arrays}
    for buffer in filled:
        if buffer.direction == "out" or buffer.name in case.poison:
            logical = arrays[buffer.name][..., : width(buffer, entry, case)]
            logical[...] = poison(buffer)
    return arrays


def width(buffer: Argument, entry: Entry, case: Case) -> int:
    """The logical width of a buffer's last dimension: what lies beyond is padding."""
    last = buffer.dimensions[-1]
    name = entry.widths.get(str(last[0])) if len(last) == 1 else None
    return case.sizes[name] if name is not None else buffer.shape(case.sizes)[-1]


def default_fill(buffer: Argument, case: Case, entry: Entry, rng: np.random.Generator) -> Array:
    """Values of the case's kind, and canaries in padding columns: finite, large, each different from its neighbours."""
    shape = held_shape(buffer, entry, case)
    array = np.asarray(_fill(case.fill, np.dtype(buffer.dtype), shape, rng))
    padding = array[..., width(buffer, entry, case) :]
    count = np.arange(padding.size, dtype=np.int64).reshape(padding.shape)
    if array.dtype.kind == "f":
        padding[...] = (4096 + 8 * (count % 257)).astype(array.dtype)
    else:
        padding[...] = (0x5A + count % 31).astype(array.dtype)
    return array


def _fill(fill: str, dtype: np.dtype[Any], shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    if dtype.kind != "f" or fill == "small_integers":
        low = 0 if dtype.kind == "u" else -8
        return rng.integers(low, 9, size=shape).astype(dtype)
    if fill == "normal":
        return rng.standard_normal(size=shape).astype(dtype)
    # mantissa_rich: ±[1, 2) with a random significand whose last bit is set, so that no narrower format holds it
    bits = np.finfo(dtype).nmant
    significand = rng.integers(0, 1 << bits, size=shape, dtype=np.int64) | 1
    sign = 1 - 2 * rng.integers(0, 2, size=shape, dtype=np.int64)
    return (sign * (1.0 + np.ldexp(significand.astype(np.float64), -bits))).astype(dtype)


# NaNs whose payload no arithmetic makes (NVIDIA's own NaN is 0x7FFFFFFF): an element that still holds these bits was never written.
_POISON = {"f16": 0x7EAD, "f32": 0x7FC0DEAD, "f64": 0x7FF8DEADDEADDEAD}


def poison(buffer: Argument) -> Array:
    """What unwritten elements hold, as an array of one: a NaN, or for integers the bytes 0x5A."""
    pattern = _POISON.get(buffer.type, int.from_bytes(b"\x5a" * buffer.item_bytes, "little"))
    return np.frombuffer(pattern.to_bytes(buffer.item_bytes, "little"), dtype=buffer.dtype)


def _overridden(assignment: Assignment, case: Case, entry: Entry, rng: np.random.Generator, override: Override) -> dict[str, Array]:
    where = f"{assignment.problem}: inputs() of case {case.id!r}"
    try:
        made = override(case, rng)
    except Exception as error:  # the instructor's code: any failure is theirs and named so
        raise AssignmentError(f"{where} failed: {type(error).__name__}: {error}") from error
    buffers = {b.name: b for b in entry.buffers()}
    result = {}
    for name, value in made.items():
        if name not in buffers:
            raise AssignmentError(f"{where} returns {name!r}; the buffers are {', '.join(buffers)}")
        array = np.array(value, dtype=buffers[name].dtype, order="C")  # a copy: poison is written into it
        shape = held_shape(buffers[name], entry, case)
        if array.shape != shape:
            raise AssignmentError(f"{where} returns {name} of shape {array.shape}; its shape is {shape}")
        result[name] = array
    return result


def load_problem(assignment: Assignment) -> ModuleType | None:
    """problem.py, executed anew; None if the assignment has none. Raises AssignmentError with its line if it doesn't load."""
    path = assignment.problem
    if not path.is_file():
        return None
    try:
        return load(path, f"grader_problem_{assignment.slug}")
    except Exception as error:
        frames = reversed(traceback.extract_tb(error.__traceback__))
        place = next((f for f in frames if Path(f.filename).parent == path.parent), None)  # in one that it imports, maybe
        named, line = (place.filename, place.lineno) if place else (str(path), None)
        if isinstance(error, SyntaxError):
            named, line = error.filename or named, error.lineno
        raise AssignmentError(f"{named}{f':{line}' if line else ''}: {type(error).__name__}: {error}") from error


def override_of(assignment: Assignment) -> Override | None:
    """problem.py's `inputs`, if it has one."""
    module = load_problem(assignment)
    return getattr(module, "inputs", None)
