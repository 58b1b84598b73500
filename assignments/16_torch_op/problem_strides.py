"""Tensors in flat memory: what sizes and strides make of it, and what somebody sees who walks it by other strides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from .problem_swiglu import Array


def view(memory: Any, sizes: tuple[int, ...], strides: tuple[int, ...], begin: int = 0) -> Any:
    """Flat memory seen as a tensor, in float64. A copy."""
    if 0 in sizes:
        return memory[:0].reshape(sizes).astype(np.float64)
    if begin == 0 and strides == contiguous(sizes):
        return memory[: int(np.prod(sizes))].reshape(sizes).astype(np.float64)
    index = np.full(sizes, begin, dtype=np.int64)
    for axis, (size, stride) in enumerate(zip(sizes, strides, strict=True)):
        index += (np.arange(size) * stride).reshape(-1, *(1,) * (len(sizes) - 1 - axis))
    return memory.take(index).astype(np.float64)


def contiguous(sizes: tuple[int, ...]) -> tuple[int, ...]:
    """The strides of a tensor whose last index varies fastest."""
    strides = [1]
    for size in reversed(sizes[1:]):
        strides.insert(0, strides[0] * max(size, 1))
    return tuple(strides) if sizes else ()


def _misread(memory: Array, sizes: tuple[int, ...], strides: tuple[int, ...], begin: int = 0) -> Array | None:
    """What somebody reads who uses other strides than the tensor's; None beyond the end of its memory."""
    last = begin + sum((size - 1) * stride for size, stride in zip(sizes, strides, strict=True))
    return view(memory, sizes, strides, begin) if last < len(memory) or 0 in sizes else None


def other_strides(
    sizes: tuple[int, ...], tensors: Mapping[str, tuple[Array, tuple[int, ...], int]]
) -> Iterator[tuple[str, dict[str, Array]]]:
    """Operands read with strides that aren't theirs: as if contiguous, one or all; and all with the strides of one of them."""
    dense = {name: _misread(memory, sizes, contiguous(sizes), begin) for name, (memory, _, begin) in tensors.items()}
    found = {name: values for name, values in dense.items() if values is not None}
    if len(found) == len(tensors):
        yield "all as if contiguous", found
    for name, values in found.items():
        yield f"{name} as if contiguous", {name: values}
    for left_out in found:
        yield f"all but {left_out} as if contiguous", {name: values for name, values in found.items() if name != left_out}
    for name, (_, strides, _) in tensors.items():
        others = {other: _misread(memory, sizes, strides, begin) for other, (memory, _, begin) in tensors.items()}
        if all(values is not None for values in others.values()):
            yield f"all with the strides of {name}", {other: values for other, values in others.items() if values is not None}
