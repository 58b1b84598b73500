"""A gallery of bugs in matrix multiplication, as outputs: each is diagnosed as its class over all cases of 09_gemm, and over any part of
the cases as its class or as WRONG_ANSWER, never as another class.

Kernels are NumPy in fp32; nobody looks at a source. Inputs, cases, expected values and hypotheses are the assignment's own.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grader.assignment import Case, load_assignment
from grader.checks.closeness import compare
from grader.checks.diagnosis import diagnose
from grader.checks.observation import Observation
from grader.run.inputs import load_problem, make_inputs, width
from grader.run.seeds import public_seed
from grader.verdicts import rank

GEMM = load_assignment(Path(__file__).parents[2] / "assignments" / "09_gemm")
PROBLEM: Any = load_problem(GEMM)
CASES = {case.id: case for case in GEMM.cases if case.on in (None, "emulated") and not case.sparse and case.sizes["M"] and case.sizes["N"]}
Arrays = dict[str, np.ndarray]
F32 = np.float32
NAN = np.frombuffer(np.uint32(0x7FFFFFFF).tobytes(), F32)[0]  # the one that a GPU's arithmetic gives


@cache
def inputs(case: str, call: int) -> Arrays:
    return make_inputs(GEMM, CASES[case], call, public_seed("gallery", GEMM.slug))


@cache
def oracle(case: str, call: int) -> Any:
    return PROBLEM.expected(CASES[case], inputs(case, call))["C"]


@cache
def hypotheses(case: str, call: int) -> Any:
    return PROBLEM.hypotheses(CASES[case], inputs(case, call))


def observed(kernel: Callable[..., np.ndarray], cases: list[str]) -> list[Observation]:
    found = []
    entry = GEMM.entry("ck_gemm")
    buffer = next(b for b in entry.buffers() if b.name == "C")
    for name in cases:
        case, comparisons = CASES[name], []
        for call in range(case.calls):
            arrays = inputs(name, call)
            with np.errstate(all="ignore"):
                got = np.asarray(kernel(case, arrays, call), dtype=F32)
            comparisons.append(
                compare(
                    name,
                    call,
                    "C",
                    got,
                    arrays["C"],
                    oracle(name, call),
                    poisoned="C" in case.poison,
                    direction="inout",
                    width=width(buffer, entry, case),
                )
            )
        elements = sum(array.size for array in inputs(name, 0).values())
        found.append(
            Observation(
                case=case,
                comparisons=tuple(comparisons),
                hypotheses=lambda call, name=name: hypotheses(name, call),  # type: ignore[misc]
                widths=entry.widths,
                elements=elements,
            )
        )
    return found


def verdict(kernel: Callable[..., np.ndarray], cases: list[str]) -> str:
    """The gravest diagnosis, as the student is told; "" if all is right."""
    found = diagnose(observed(kernel, cases))
    return min((d.verdict for d in found.values()), key=rank, default="")


# ---- parts of a kernel


def parts(case: Case, arrays: Arrays) -> tuple[np.ndarray, np.ndarray]:
    return arrays["A"][:, : case.sizes["K"]], arrays["B"][: case.sizes["K"], : case.sizes["N"]]


def in_order(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    total = np.zeros((a.shape[0], b.shape[1]), F32)
    for k in range(a.shape[1]):
        total = total + a[:, k : k + 1] * b[k]
    return total


def stored(case: Case, arrays: Arrays, total: np.ndarray, alpha: Any = None, beta: Any = None) -> np.ndarray:
    c, n = arrays["C"].copy(), case.sizes["N"]
    alpha = F32(case.scalars["alpha"] if alpha is None else alpha)
    beta = F32(case.scalars["beta"] if beta is None else beta)
    c[:, :n] = alpha * total if beta == 0 else alpha * total + beta * c[:, :n]
    return c


def right(case: Case, arrays: Arrays, call: int = 0) -> np.ndarray:
    return stored(case, arrays, in_order(*parts(case, arrays)))


def of_product(change: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
    """A bug in the sum: `change(a, b)` replaces the product."""
    return lambda case, arrays, call: stored(case, arrays, change(*parts(case, arrays)))


def of_inputs(change: Callable[[np.ndarray], np.ndarray]) -> Callable[..., np.ndarray]:
    return of_product(lambda a, b: in_order(change(a), change(b)))


def of_result(change: Callable[..., None]) -> Callable[..., np.ndarray]:
    """A bug in storing: `change(c, old, n)` edits C after a right kernel."""

    def kernel(case: Case, arrays: Arrays, call: int) -> np.ndarray:
        c = right(case, arrays)
        change(c, arrays["C"], case.sizes["N"])
        return c

    return kernel


# ---- WRONG_TAIL


def dropped(tile: int) -> Callable[..., np.ndarray]:
    return of_product(lambda a, b: in_order(a[:, : a.shape[1] // tile * tile], b[: a.shape[1] // tile * tile]))


def stale(tile: int) -> Callable[..., np.ndarray]:
    """What the tile before left counts again; in a first tile there are zeros."""

    def product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        k = a.shape[1]
        kept = k // tile * tile
        again = slice(k - tile, kept) if kept and kept < k else slice(0, 0)
        return in_order(a, b) + in_order(a[:, again], b[again])

    return of_product(product)


def clamped(tile: int) -> Callable[..., np.ndarray]:
    """k beyond the edge reads the last k."""

    def product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        missing = -a.shape[1] % tile
        return in_order(a, b) + F32(missing) * (a[:, -1:] @ b[-1:] if a.shape[1] else F32(0))

    return of_product(product)


def zero_columns(strip: int) -> Callable[..., np.ndarray]:
    def product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        total = in_order(a, b)
        total[:, total.shape[1] // strip * strip :] = 0
        return total

    return of_product(product)


def twice(tile: int) -> Callable[..., np.ndarray]:
    """The rest is added by the loop and by the code for the rest; not where there is nothing but a rest."""

    def product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        kept = a.shape[1] // tile * tile
        return in_order(a, b) + (in_order(a[:, kept:], b[kept:]) if kept else F32(0))

    return of_product(product)


# ---- UNWRITTEN_TAIL, UNWRITTEN_OUTPUT


def uncovered(rows: int, columns: int, least: int = 0) -> Callable[..., np.ndarray]:
    def change(c: np.ndarray, old: np.ndarray, n: int) -> None:
        down, across = max(c.shape[0] // rows, least) * rows, max(n // columns, least) * columns
        c[down:], c[:, across:] = old[down:], old[:, across:]

    return of_result(change)


def uncovered_blocks(block: int) -> Callable[..., np.ndarray]:
    """A thread an element, in order; the grid is rounded down."""

    def change(c: np.ndarray, old: np.ndarray, n: int) -> None:
        flat, before = c[:, :n].reshape(-1).copy(), old[:, :n].reshape(-1)
        flat[flat.size // block * block :] = before[flat.size // block * block :]
        c[:, :n] = flat.reshape(-1, n)

    return of_result(change)


def missing(where: Callable[[int, int, int], np.ndarray]) -> Callable[..., np.ndarray]:
    def change(c: np.ndarray, old: np.ndarray, n: int) -> None:
        mask = np.zeros(c.shape, bool)
        mask[:, :n] = where(*np.ogrid[: c.shape[0], :n], c.shape[0])  # type: ignore[arg-type]
        c[mask] = old[mask]

    return of_result(change)


# ---- TRANSPOSED, LEADING_DIM


def seen(array: np.ndarray, shape: tuple[int, int], strides: tuple[int, int]) -> np.ndarray:
    index = np.arange(shape[0])[:, None] * strides[0] + np.arange(shape[1])[None, :] * strides[1]
    return np.asarray(array.reshape(-1).take(index, mode="clip"))


def placed(case: Case, arrays: Arrays, a: np.ndarray, b: np.ndarray, strides: tuple[int, int]) -> np.ndarray:
    """C read and written at other strides; of several writers of an element the last one stays."""
    shape = (case.sizes["M"], case.sizes["N"])
    total, old = in_order(a, b), seen(arrays["C"], shape, strides)
    flat = arrays["C"].reshape(-1).copy()
    index = np.arange(shape[0])[:, None] * strides[0] + np.arange(shape[1])[None, :] * strides[1]
    alpha, beta = F32(case.scalars["alpha"]), F32(case.scalars["beta"])
    np.put(flat, index, alpha * total if beta == 0 else alpha * total + beta * old, mode="clip")
    return flat.reshape(arrays["C"].shape)


def strided(
    a: Callable[..., tuple[Any, Any]] | None = None,
    b: Callable[..., tuple[Any, Any]] | None = None,
    c: Callable[..., tuple[Any, Any]] | None = None,
) -> Callable[..., np.ndarray]:
    """Each of A, B, C at the strides that its function makes of the sizes."""

    def kernel(case: Case, arrays: Arrays, call: int) -> np.ndarray:
        s = case.sizes
        left = seen(arrays["A"], (s["M"], s["K"]), a(s) if a else (s["lda"], 1))
        right_ = seen(arrays["B"], (s["K"], s["N"]), b(s) if b else (s["ldb"], 1))
        return placed(case, arrays, left, right_, c(s) if c else (s["ldc"], 1))

    return kernel


def turned_tiles(tile: int) -> Callable[..., np.ndarray]:
    def turned(matrix: np.ndarray) -> np.ndarray:
        out = np.zeros((-(-matrix.shape[0] // tile) * tile, -(-matrix.shape[1] // tile) * tile), F32)
        out[: matrix.shape[0], : matrix.shape[1]] = matrix
        blocks = out.reshape(out.shape[0] // tile, tile, out.shape[1] // tile, tile).transpose(0, 3, 2, 1)
        return np.asarray(blocks.reshape(out.shape)[: matrix.shape[0], : matrix.shape[1]])

    return of_product(lambda a, b: in_order(a, turned(b)))


# ---- STATE_LEAK


def keeps(what: str) -> Callable[..., np.ndarray]:
    def kernel(case: Case, arrays: Arrays, call: int) -> np.ndarray:
        n, now = case.sizes["N"], right(case, arrays)
        if call == 0:
            return now
        first = inputs(case.id, 0)
        before = right(case, first)
        if what == "sum":
            now[:, :n] += before[:, :n]
        elif what == "result":
            now[:, :n] = before[:, :n]
        elif what == "nothing written":
            now = arrays["C"].copy()
        else:
            now = stored(case, arrays, in_order(parts(case, first)[0], parts(case, arrays)[1]))
        return now

    return kernel


# ---- precision


def half(x: np.ndarray) -> np.ndarray:
    return x.astype(np.float16).astype(F32)


def cut(bits: int, nearest: bool = False) -> Callable[[np.ndarray], np.ndarray]:
    def change(x: np.ndarray) -> np.ndarray:
        drop = np.uint32(24 - bits)
        word = np.ascontiguousarray(x, dtype=F32).view(np.uint32) + (np.uint32(1 << (23 - bits)) if nearest else np.uint32(0))
        return np.asarray((word >> drop << drop).view(F32))

    return change


def narrow_sum(change: Callable[[np.ndarray], np.ndarray]) -> Callable[..., np.ndarray]:
    def product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        total = np.zeros((a.shape[0], b.shape[1]), F32)
        for k in range(a.shape[1]):
            total = change(total + a[:, k : k + 1] * b[k])
        return total

    return of_product(product)


# ---- others


def always_beta(case: Case, arrays: Arrays, call: int) -> np.ndarray:
    c, n = arrays["C"].copy(), case.sizes["N"]
    c[:, :n] = F32(case.scalars["alpha"]) * in_order(*parts(case, arrays)) + F32(case.scalars["beta"]) * c[:, :n]
    c[:, :n][np.isnan(c[:, :n])] = NAN
    return c


def zero_over_zero(case: Case, arrays: Arrays, call: int) -> np.ndarray:
    c, n = right(case, arrays), case.sizes["N"]
    c[:, :n][::3, ::2] = NAN
    return c


def exchanged(case: Case, arrays: Arrays, call: int) -> np.ndarray:
    """A and B swapped in the launcher's argument list."""
    s = case.sizes
    left, right_ = seen(arrays["B"], (s["M"], s["K"]), (s["lda"], 1)), seen(arrays["A"], (s["K"], s["N"]), (s["ldb"], 1))
    return stored(case, arrays, in_order(left, right_))


def garbage(case: Case, arrays: Arrays, call: int) -> np.ndarray:
    c, n = arrays["C"].copy(), case.sizes["N"]
    c[:, :n] = np.random.default_rng(case.index).standard_normal(c[:, :n].shape) * 10
    return c


def shifted(case: Case, arrays: Arrays, call: int) -> np.ndarray:
    c, n = arrays["C"].copy(), case.sizes["N"]
    c[:, :n] = np.roll(right(case, arrays)[:, :n], 1, axis=0)
    return c


def one_too_many(case: Case, arrays: Arrays, call: int) -> np.ndarray:
    a, b = parts(case, arrays)
    return stored(case, arrays, in_order(a[:, 1:], b[1:]))


def other_column(case: Case, arrays: Arrays, call: int) -> np.ndarray:
    c = right(case, arrays)
    if c.shape[1] > case.sizes["N"]:
        c[:, case.sizes["N"]] = 0
    return c


def result(change: Callable[[np.ndarray], np.ndarray]) -> Callable[..., np.ndarray]:
    def edit(c: np.ndarray, old: np.ndarray, n: int) -> None:
        c[:, :n] = change(c[:, :n])

    return of_result(edit)


GALLERY: dict[str, dict[str, Callable[..., np.ndarray]]] = {
    "WRONG_TAIL": {
        **{f"K dropped behind tiles of {t}": dropped(t) for t in (4, 8, 16, 32, 64)},
        **{f"stale tiles of {t}": stale(t) for t in (8, 16, 32)},
        **{f"clamped in tiles of {t}": clamped(t) for t in (8, 16)},
        **{f"rest of {t} added twice": twice(t) for t in (4, 16)},
        "columns behind strips of 4 are zero": zero_columns(4),
        "columns behind strips of 8 are zero": zero_columns(8),
    },
    "UNWRITTEN_TAIL": {
        **{f"grid rounded down, tiles of {t}": uncovered(t, t) for t in (8, 16, 32)},
        "grid rounded down, at least one": uncovered(16, 16, least=1),
        "tiles of 12 rows and 24 columns": uncovered(12, 24),
        "strips of 4 columns": uncovered(1, 4),
        "strips of 8 rows": uncovered(8, 1),
        "blocks of 256 in order": uncovered_blocks(256),
        "blocks of 100 in order": uncovered_blocks(100),
    },
    "UNWRITTEN_OUTPUT": {
        "nothing": lambda case, arrays, call: arrays["C"],
        "the lower half": missing(lambda i, j, m: (i >= m / 2) & (j >= 0)),
        "every second block": missing(lambda i, j, m: (i // 8 + j // 8) % 2 == 1),
        "every third row": missing(lambda i, j, m: (i % 3 == 2) & (j >= 0)),
        "the first row": missing(lambda i, j, m: (i == 0) & (j >= 0)),
        "the last row": missing(lambda i, j, m: (i == m - 1) & (j >= 0)),
    },
    "TRANSPOSED": {
        "A, columns M apart": strided(a=lambda s: (1, s["M"])),
        "B, columns K apart": strided(b=lambda s: (1, s["K"])),
        "C, columns M apart": strided(c=lambda s: (1, s["M"])),
        "A and B": strided(a=lambda s: (1, s["M"]), b=lambda s: (1, s["K"])),
        "all of them": strided(a=lambda s: (1, s["M"]), b=lambda s: (1, s["K"]), c=lambda s: (1, s["M"])),
        "tiles of B": turned_tiles(16),
        "tiles of 32 of B": turned_tiles(32),
    },
    "LEADING_DIM": {
        "lda is K": strided(a=lambda s: (s["K"], 1)),
        "ldb is N": strided(b=lambda s: (s["N"], 1)),
        "ldc is N": strided(c=lambda s: (s["N"], 1)),
        "lda and ldb": strided(a=lambda s: (s["K"], 1), b=lambda s: (s["N"], 1)),
        "all": strided(a=lambda s: (s["K"], 1), b=lambda s: (s["N"], 1), c=lambda s: (s["N"], 1)),
    },
    "STATE_LEAK": {what: keeps(what) for what in ("sum", "result", "nothing written", "A")},
    "NAN_PROPAGATION": {"beta * C always": always_beta},
    "NAN_OUTPUT": {"some": zero_over_zero},
    "LOW_PRECISION": {
        "fp16 inputs": of_inputs(half),
        "TF32 inputs": of_inputs(cut(11, nearest=True)),
        "TF32 inputs, cut off": of_inputs(cut(11)),
        "bf16 inputs": of_inputs(cut(8, nearest=True)),
        "fp16 sums": narrow_sum(half),
        "bf16 sums": narrow_sum(cut(8, nearest=True)),
        "fp16 outputs": result(half),
        "TF32 in B only": of_product(lambda a, b: in_order(a, cut(11, nearest=True)(b))),
        "fp16 in A only": of_product(lambda a, b: in_order(half(a), b)),
    },
    "PADDING_WRITTEN": {"a column beyond": other_column},
    "WRONG_ANSWER": {
        "alpha forgotten": lambda case, arrays, call: stored(case, arrays, in_order(*parts(case, arrays)), alpha=1),
        "beta ignored": lambda case, arrays, call: stored(case, arrays, in_order(*parts(case, arrays)), beta=0),
        "alpha for beta": lambda case, arrays, call: stored(case, arrays, in_order(*parts(case, arrays)), alpha=case.scalars["beta"]),
        "A and B exchanged": exchanged,
        "garbage": garbage,
        "rows off by one": shifted,
        "the sum begins at 1": one_too_many,
        "offset": result(lambda c: c + F32(0.001)),
        "factor": result(lambda c: c * F32(1.001)),
        "sign": result(lambda c: -c),
        "absolute values": result(np.abs),
        "whole numbers": result(np.rint),
        "cut to whole numbers": result(np.trunc),
        "one element": of_result(lambda c, old, n: c.__setitem__((c.shape[0] // 2, n // 2), c[c.shape[0] // 2, n // 2] + 1)),
        "infinite": result(lambda c: c + F32(np.inf)),
        "zeros": result(lambda c: c * 0),
        "ones": result(lambda c: c * 0 + 1),
        "every third k": of_product(lambda a, b: in_order(a[:, ::3], b[::3])),
    },
}
# What is as true where the cases are few: a grid that covers nothing of the only cases with a rest has written nothing.
ALSO = {"UNWRITTEN_TAIL": ("UNWRITTEN_OUTPUT",)}
NAMES = [(expected, name) for expected, bugs in GALLERY.items() for name in bugs]


def test_a_right_kernel_is_right() -> None:
    assert verdict(right, list(CASES)) == ""


@pytest.mark.parametrize(("expected", "name"), NAMES)
def test_every_bug_of_the_gallery_is_named_over_all_cases(expected: str, name: str) -> None:
    assert verdict(GALLERY[expected][name], list(CASES)) == expected


@pytest.mark.parametrize(("expected", "name"), NAMES)
def test_and_over_the_public_cases_it_is_named_or_nothing_is(expected: str, name: str) -> None:
    public = [case.id for case in CASES.values() if case.visibility == "public"]
    assert verdict(GALLERY[expected][name], public) in (expected, *ALSO.get(expected, ()), "WRONG_ANSWER", "")


@settings(max_examples=40, deadline=None)
@example(("UNWRITTEN_TAIL", "strips of 4 columns"), {"alpha_beta", "beta_zero", "column_vector", "perf"})
@given(st.sampled_from(NAMES), st.sets(st.sampled_from(sorted(CASES)), min_size=4))
def test_over_any_cases_it_is_never_another_class(bug: tuple[str, str], cases: set[str]) -> None:
    expected, name = bug
    assert verdict(GALLERY[expected][name], [c for c in CASES if c in cases]) in (expected, *ALSO.get(expected, ()), "WRONG_ANSWER", "")


def thin(case: Case, arrays: Arrays, call: int) -> np.ndarray:
    """C = A @ B as most course kernels do it: no alpha, no beta, and rows that lie as far apart as they are wide."""
    m, n, k = (case.sizes[name] for name in "MNK")
    flat = arrays["C"].reshape(-1).copy()
    flat[: m * n] = in_order(seen(arrays["A"], (m, k), (k, 1)), seen(arrays["B"], (k, n), (n, 1))).reshape(-1)
    return flat.reshape(arrays["C"].shape)


def test_two_gaps_at_once_are_told_apart_by_the_cases_that_show_one() -> None:
    found = diagnose(observed(thin, list(CASES)))
    assert {case for (case, *_), d in found.items() if d.verdict == "LEADING_DIM"} >= {"lda", "ldb"}
    told = {case: d.remark for (case, *_), d in found.items() if d.verdict == "WRONG_ANSWER"}
    assert told["alpha_beta"] == "it is the result with alpha ignored and beta * C left out"
    assert told["tails"] == "it is the result with beta * C left out"  # alpha is 1 there
