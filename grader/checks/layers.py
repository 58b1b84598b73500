"""Layers: one buffer that holds the outputs of a network's layers, one after another -> which layer is the first that is wrong.

Everything behind it is computed from what it left, so that a mistake in an early layer makes all later ones wrong too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from grader.checks.closeness import Comparison
from grader.errors import AssignmentError
from grader.records import LayerError

Piece = tuple[str, tuple[int, ...]]  # what a layer is called, and its output's shape


def layer_comparisons(whole: Comparison, pieces: Sequence[Piece]) -> list[Comparison]:
    """The comparison of each layer, shaped as its output. Raises AssignmentError if the layers don't fill the buffer."""
    sizes = [math.prod(shape) for _, shape in pieces]
    if sum(sizes) != whole.got.size:
        raise AssignmentError(f"judge.layers: the layers have {sum(sizes)} elements together; {whole.buffer} has {whole.got.shape}")
    starts = np.cumsum([0, *sizes])
    return [
        _part(whole, slice(int(start), int(start) + size), name, shape)
        for start, size, (name, shape) in zip(starts, sizes, pieces, strict=False)
    ]


def _part(whole: Comparison, where: slice, name: str, shape: tuple[int, ...]) -> Comparison:
    arrays = {field: getattr(whole, field).ravel()[where].reshape(shape) for field in ("got", "old", "value", "bound", "nan")}
    return replace(whole, buffer=f"{whole.buffer}, layer {name}", rms=1.0, width=None, **arrays)


def layer_errors(layers: Sequence[Comparison], pieces: Sequence[Piece], hidden: bool) -> Iterator[LayerError]:
    """A row for each layer. A hidden case's says how much is wrong, never how far."""
    for each, (name, shape) in zip(layers, pieces, strict=True):
        error = math.nan if hidden else _relative(each)
        yield LayerError(
            name=name,
            shape=shape,
            wrong=each.wrong_count,
            total=each.got.size,
            error=error if math.isfinite(error) else None,  # JSON has no infinity
            undefined=math.isinf(error),
        )


def _relative(layer: Comparison) -> float:
    """The largest error as a share of the largest value that is expected."""
    values = np.abs(layer.value[np.isfinite(layer.value)])
    scale, error = float(values.max(initial=0.0)), float(layer.error.max(initial=0.0))
    return error / scale if scale else error
