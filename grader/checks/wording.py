"""Wording: a comparison -> the sentence that a student reads: which element is worst, how many differ, and where they lie."""

from __future__ import annotations

import numpy as np

from grader.checks.closeness import Comparison, Mask


def element(buffer: str, index: tuple[int, ...]) -> str:
    """C[32][5], as the student would write it for a two-dimensional array."""
    return buffer + "".join(f"[{i}]" for i in index)


def number(value: float) -> str:
    """Short and exact enough to tell 7.5 from 7.50001."""
    return f"{value:.7g}"


def magnitude(value: float) -> str:
    return "not a number" if np.isnan(value) else "infinite" if np.isinf(value) else f"{value:.2g}"


def region(mask: Mask, within: Mask | None = None) -> str:
    """Where the marked elements lie, in words: "all in the last row", "all in columns 64 to 72", "every element", or "spread over the
    array"."""
    inside = np.ones_like(mask) if within is None else within
    marked = int(np.count_nonzero(mask))
    if marked == 0:
        return "nowhere"
    if marked == int(np.count_nonzero(inside)) and not (mask & ~inside).any():
        return "every element"
    names = {1: ("elements",), 2: ("rows", "columns")}.get(mask.ndim, tuple(f"indices of dimension {d}" for d in range(mask.ndim)))
    best: tuple[float, str] = (0.75, "spread over the array")  # a range that spans most of the dimension says nothing
    for axis, name in enumerate(names):
        others = tuple(a for a in range(mask.ndim) if a != axis)
        hit = np.flatnonzero(mask.any(axis=others))
        used = np.flatnonzero(inside.any(axis=others))
        if used.size < 2:
            continue
        first, last, end = int(hit[0]), int(hit[-1]), int(used[-1])
        share = (last - first + 1) / used.size
        if share < best[0]:
            single = name.removesuffix("s") if mask.ndim <= 2 else name.replace("indices", "index")
            if first == last == end:
                best = (share, f"all in the last {single}")
            elif first == last:
                best = (share, f"all in {single} {first}")
            elif last == end:
                best = (share, f"all in the last {last - first + 1} {name}")
            else:
                best = (share, f"all in {name} {first} to {last}")
    return best[1]


def _share(wrong: int, total: int, where: str) -> str:
    if total == 1:
        return "the only element"
    if wrong == total:
        return f"all {total} elements differ"
    where = "every one that must be written" if where == "every element" else where
    return f"{wrong} of {total} elements differ, {where}"


def describe(comparison: Comparison, hidden: bool) -> str:
    """One sentence: the worst element, how many are wrong and where. For a hidden case no values, which could be learned by heart: sizes
    of errors only."""
    index = comparison.worst
    inside = comparison.required | comparison.wrong if comparison.required.any() else None
    share = _share(comparison.wrong_count, comparison.got.size, region(comparison.wrong, inside))
    got, value, bound, error = (float(a[index]) for a in (comparison.got64, comparison.value, comparison.bound, comparison.error))
    call = f" after call {comparison.call + 1}" if comparison.call else ""
    if np.isnan(value) and not comparison.guarded[index]:
        what = "is a number" if hidden else f"got {number(got)}"
        return f"{element(comparison.buffer, index)}{call}: {what}, expected NaN; {share}"
    if comparison.nan[index]:
        held = "" if hidden else f": got {number(got)}"
        return f"{element(comparison.buffer, index)}{call}{held}, where a NaN is asked for; {share}"
    if np.isnan(value) or comparison.only_padding:
        what = f"{element(comparison.buffer, index)}{call}: is padding that must stay as it was, but it was overwritten"
        return f"{what}; {share}"
    if hidden:
        size = magnitude(error / abs(value)) if value else magnitude(error)
        kind = "not a number" if np.isnan(got) else f"the worst {'relative ' if value else ''}error is {size}"
        kind = "not the expected infinity" if np.isinf(value) else kind
        return f"{comparison.buffer}{call}: {kind}; {share}"
    if np.isnan(got) or np.isinf(got):
        return f"{element(comparison.buffer, index)}{call}: got {number(got)}, expected {number(value)}; {share}"
    limit = f"error {error:.3g} > bound {bound:.3g}" if bound else "must be equal"
    return f"{element(comparison.buffer, index)}{call}: got {number(got)}, expected {number(value)} ({limit}); {share}"
