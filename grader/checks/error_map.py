"""Error map: a wrong output -> a small picture of where it differs: at most 16 rows of at most 32 characters, one a cell of elements.

A cell spans a power of two of rows and of columns, so that the edges of tiles fall on the edges of cells.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from grader.checks.closeness import Comparison, Mask
from grader.checks.wording import number
from grader.records import ErrorMap

ROWS, COLUMNS = 16, 32


def error_map(comparison: Comparison, hidden: bool) -> ErrorMap:
    """The map of one wrong output. A hidden case's says where, never what."""
    shape = comparison.got.shape
    rows, columns = _extents(shape)
    high, wide = _cell(rows, ROWS), _cell(columns, COLUMNS)
    unwritten = comparison.wrong & comparison.same_bits

    def count(mask: Mask) -> NDArray[np.int64]:
        return _counts(mask, rows, columns, high, wide)

    inside, wrong = count(~comparison.padding), count(comparison.wrong & ~comparison.padding)
    spilled, kept = count(comparison.wrong & comparison.padding), count(unwritten & ~comparison.padding)
    numberless = count(comparison.wrong & ~unwritten & np.isnan(comparison.got64))
    # the first that fits: what says most of a cell comes first
    marks = np.select([spilled > 0, inside == 0, wrong == 0, kept == wrong, numberless > 0, wrong == inside], list("g .unx"), default="+")
    first = tuple(int(i) for i in np.unravel_index(int(np.argmax(comparison.wrong)), shape))
    return ErrorMap(
        case=comparison.case,
        call=comparison.call,
        buffer=comparison.buffer,
        shape=shape,
        rows=tuple("".join(row) for row in marks.tolist()),
        row_elements=high,
        column_elements=wide,
        wrong=comparison.wrong_count,
        total=comparison.got.size,
        first=first,
        got="" if hidden else number(float(comparison.got64[first])),
        expected="" if hidden else _expected(comparison, first),
    )


def _expected(comparison: Comparison, index: tuple[int, ...]) -> str:
    return number(float(comparison.old[index] if comparison.guarded[index] else comparison.value[index]))


def _extents(shape: tuple[int, ...]) -> tuple[int, int]:
    """Rows and columns of the picture: one dimension is folded, more than two count as rows of the last."""
    size = int(np.prod(shape))
    if len(shape) > 1:
        return size // max(1, shape[-1]), shape[-1]
    width = max(COLUMNS, 1 << (-(-size // ROWS) - 1).bit_length()) if size else 1
    return (1, max(1, size)) if size <= COLUMNS else (-(-size // width), width)


def _cell(extent: int, most: int) -> int:
    """The smallest power of two of which at most `most` cover the extent."""
    return 1 << (-(-extent // most) - 1).bit_length() if extent > most else 1


def _counts(mask: Mask, rows: int, columns: int, high: int, wide: int) -> NDArray[np.int64]:
    """How many elements of each cell are marked."""
    down, across = -(-rows // high), -(-columns // wide)
    flat = np.zeros(rows * columns, dtype=np.bool_)
    flat[: mask.size] = mask.ravel()  # a folded buffer may end within its last row: what lies beyond is no element
    padded = np.zeros((down * high, across * wide), dtype=np.bool_)
    padded[:rows, :columns] = flat.reshape(rows, columns)
    return np.asarray(padded.reshape(down, high, across, wide).sum(axis=(1, 3)), dtype=np.int64)
