"""diagnosis: each class of wrong output is named on its own bug, and not on lookalikes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.records import KernelCounters

CASES: dict[str, dict[str, Any]] = {
    "square": {"M": 32, "N": 32, "K": 32},
    "wide": {"M": 32, "N": 64, "K": 48, "alpha": 2.0},
    "odd": {"M": 33, "N": 65, "K": 17, "alpha": 0.5},
    "odd_beta": {"M": 40, "N": 24, "K": 37, "alpha": 1.5, "beta": -0.5},
    "padded": {"M": 20, "N": 30, "K": 16, "lda": 24, "ldb": 36, "ldc": 40},
    "poisoned": {"M": 24, "N": 20, "K": 16, "ldc": 25, "poison": ["C"]},
    "twice": {"M": 24, "N": 20, "K": 32, "beta": 0.5, "calls": 3},
    "exact": {"M": 16, "N": 24, "K": 32, "fill": "small_integers"},
    "mantissa": {"M": 16, "N": 16, "K": 256, "fill": "mantissa_rich"},
}
PLAIN = {name: CASES[name] for name in ("square", "wide", "odd", "odd_beta", "exact")}
HYPOTHESES = """

def hypotheses(case, arrays):
    m, n, k = (case.sizes[name] for name in "MNK")
    a, b, old = (arrays[name].astype(float) for name in "ABC")
    found = {}
    if k >= n:  # B read as (N, K)
        c = old.copy()
        c[:, :n] = case.scalars["alpha"] * a[:, :k] @ b.reshape(-1)[: n * k].reshape(n, k).T + case.scalars["beta"] * old[:, :n]
        found["TRANSPOSED"] = {"C": c}
    for tile in (8, 16):
        kept = k // tile * tile
        if kept != k:
            c = old.copy()
            c[:, :n] = case.scalars["alpha"] * a[:, :kept] @ b[:kept, :n] + case.scalars["beta"] * old[:, :n]
            found[f"WRONG_TAIL:{tile}"] = {"C": c}
    return found
"""


def product(case: Any, arrays: Any, a: Any = None, b: Any = None) -> Any:
    n, k = case.sizes["N"], case.sizes["K"]
    a = arrays["A"][:, :k] if a is None else a
    b = arrays["B"][:, :n] if b is None else b
    c = arrays["C"].copy()
    scaled = np.float32(case.scalars["alpha"]) * (a @ b)
    beta = np.float32(case.scalars["beta"])
    c[:, :n] = scaled + beta * c[:, :n] if beta else scaled
    return c


def halves(case: Any, arrays: Any, call: int) -> Any:
    return product(
        case,
        arrays,
        arrays["A"][:, : case.sizes["K"]].astype(np.float16).astype(np.float32),
        arrays["B"][:, : case.sizes["N"]].astype(np.float16).astype(np.float32),
    )


def half_sums(case: Any, arrays: Any, call: int) -> Any:
    n, k = case.sizes["N"], case.sizes["K"]
    total = np.zeros((case.sizes["M"], n), np.float16)
    for i in range(k):
        total = (total + (arrays["A"][:, i : i + 1] * arrays["B"][i : i + 1, :n]).astype(np.float16)).astype(np.float16)
    c = arrays["C"].copy()
    c[:, :n] = np.float32(case.scalars["alpha"]) * total.astype(np.float32) + (
        case.scalars["beta"] * c[:, :n] if case.scalars["beta"] else 0
    )
    return c


def dropped_tail(tile: int) -> Any:
    def kernel(case: Any, arrays: Any, call: int) -> Any:
        kept = case.sizes["K"] // tile * tile
        return product(case, arrays, arrays["A"][:, :kept], arrays["B"][:kept, : case.sizes["N"]])

    return kernel


def garbage_tail(case: Any, arrays: Any, call: int) -> Any:
    c = product(case, arrays)
    if case.sizes["K"] % 16:
        c[:, : case.sizes["N"]] += 3.5
    return c


def unwritten(case: Any, arrays: Any, call: int) -> Any:
    return arrays["C"]


def floor_grid(case: Any, arrays: Any, call: int) -> Any:
    c, old = product(case, arrays), arrays["C"]
    c[case.sizes["M"] // 16 * 16 :] = old[case.sizes["M"] // 16 * 16 :]
    c[:, case.sizes["N"] // 16 * 16 :] = old[:, case.sizes["N"] // 16 * 16 :]
    return c


def reads_poison(case: Any, arrays: Any, call: int) -> Any:
    n = case.sizes["N"]
    c = product(case, arrays)
    with np.errstate(invalid="ignore"):
        c[:, :n] = (
            np.float32(case.scalars["alpha"]) * (arrays["A"][:, : case.sizes["K"]] @ arrays["B"][:, :n])
            + case.scalars["beta"] * arrays["C"][:, :n]
        )
    width = c[:, :n]
    width[np.isnan(width)] = np.frombuffer(np.uint32(0x7FFFFFFF).tobytes(), np.float32)[0]  # the NaN that a GPU's arithmetic gives
    return c


class Remembers:
    """Adds to what the last call computed."""

    def __init__(self) -> None:
        self.total: Any = 0.0

    def __call__(self, case: Any, arrays: Any, call: int) -> Any:
        c = product(case, arrays)
        self.total = c if call == 0 else self.total + c
        return np.asarray(self.total)


def ignores_padding(case: Any, arrays: Any, call: int) -> Any:
    m, k = case.sizes["M"], case.sizes["K"]
    return product(case, arrays, arrays["A"].reshape(-1)[: m * k].reshape(m, k))


def transposed(case: Any, arrays: Any, call: int) -> Any:
    n, k = case.sizes["N"], case.sizes["K"]
    return product(case, arrays, None, arrays["B"].reshape(-1)[: n * k].reshape(n, k).T)


def off_by_one(case: Any, arrays: Any, call: int) -> Any:
    c = product(case, arrays)
    c[0, 0] += 1
    return c


def slightly_scaled(case: Any, arrays: Any, call: int) -> Any:
    c = product(case, arrays)
    c[:, : case.sizes["N"]] *= np.float32(1.001)
    return c


def nan(case: Any, arrays: Any, call: int) -> Any:
    return product(case, arrays) * np.float32("nan")


def infinite(case: Any, arrays: Any, call: int) -> Any:
    c = product(case, arrays)
    c[:, case.sizes["N"] - 1] = np.inf
    return c


def needs_beta(case: Any, arrays: Any, call: int) -> Any:
    """Wrong where beta isn't 0: with these cases also where K is no multiple of a tile, and that proves nothing."""
    return product(case, arrays) + np.float32(0.25 if case.scalars["beta"] else 0)


def verdict_of(bench: Any, runs: Any) -> str:
    (result,) = bench.judge(runs)
    assert result.outcome == "failed"
    return str(result.verdict)


@pytest.mark.parametrize(
    ("expected", "cases", "kernel"),
    [
        ("UNWRITTEN_OUTPUT", CASES, unwritten),
        ("UNWRITTEN_OUTPUT", {"poisoned": CASES["poisoned"]}, unwritten),
        ("UNWRITTEN_TAIL", {name: CASES[name] for name in ("square", "odd", "odd_beta")}, floor_grid),
        ("UNWRITTEN_TAIL", {"poisoned": CASES["poisoned"]}, floor_grid),
        ("NAN_PROPAGATION", CASES, reads_poison),
        ("NAN_OUTPUT", CASES, nan),
        ("WRONG_ANSWER", PLAIN, infinite),
        ("STATE_LEAK", CASES, Remembers()),
        ("WRONG_TAIL", PLAIN, dropped_tail(16)),
        ("WRONG_TAIL", PLAIN, garbage_tail),
        ("LEADING_DIM", {name: CASES[name] for name in ("square", "odd", "padded")}, ignores_padding),
        ("LOW_PRECISION", CASES, halves),
        ("LOW_PRECISION", CASES, half_sums),
        ("LOW_PRECISION", {"mantissa": CASES["mantissa"]}, halves),
        ("WRONG_ANSWER", CASES, off_by_one),
        ("WRONG_ANSWER", CASES, slightly_scaled),
        ("WRONG_ANSWER", {name: CASES[name] for name in ("square", "wide", "odd_beta")}, needs_beta),
        ("WRONG_ANSWER", {"odd": CASES["odd"]}, garbage_tail),  # one case alone says nothing about sizes
    ],
)
def test_without_hypotheses(make: Any, expected: str, cases: Any, kernel: Any) -> None:
    bench = make(cases)
    assert verdict_of(bench, bench.runs(kernel)) == expected


@pytest.mark.parametrize(
    ("expected", "kernel"),
    [
        ("TRANSPOSED", transposed),
        ("WRONG_TAIL", dropped_tail(16)),
        ("WRONG_TAIL", dropped_tail(8)),
        ("LOW_PRECISION", halves),
        ("WRONG_ANSWER", off_by_one),
    ],
)
@pytest.mark.parametrize("only", [("square", "odd", "odd_beta"), ("odd_beta",), ("odd_beta", "exact", "mantissa")])
def test_with_hypotheses(make: Any, expected: str, kernel: Any, only: tuple[str, ...]) -> None:
    bench = make({name: CASES[name] for name in only}, extra=HYPOTHESES)
    assert verdict_of(bench, bench.runs(kernel)) == expected


def storing(requests: float) -> dict[str, Any]:
    metrics = {"l1tex__t_requests_pipe_lsu_mem_global_op_st.sum": requests}
    return {"kernels": (KernelCounters(name="g", base="g", launches=1, metrics=metrics),)}


def test_an_unwritten_buffer_is_told_from_one_that_got_its_own_bits_back(make: Any) -> None:
    """A sum over no terms with beta = 1 gives C back: the kernel stored, so the output isn't unwritten."""
    bench = make({"one": {"M": 8, "N": 8, "K": 5, "beta": 1.0}, "two": {"M": 8, "N": 8, "K": 13}}, extra=HYPOTHESES)
    assert verdict_of(bench, bench.runs(dropped_tail(8), **storing(2))) == "WRONG_TAIL"
    runs = [bench.run("one", dropped_tail(8), **storing(0)), bench.run("two", **storing(2))]
    assert verdict_of(bench, runs) == "UNWRITTEN_OUTPUT"
    assert verdict_of(bench, bench.runs(unwritten, **storing(2))) == "UNWRITTEN_OUTPUT"  # it stored, but never there


def test_poison_that_is_still_there_was_never_written_over_whatever_else_was_stored(make: Any) -> None:
    """A result that stays in a workspace: stores are counted, and fp32 arithmetic would have given the canonical NaN."""
    bench = make({"square": CASES["square"], "poisoned": CASES["poisoned"]})
    runs = [bench.run("square", **storing(2)), bench.run("poisoned", unwritten, **storing(2))]
    assert verdict_of(bench, runs) == "UNWRITTEN_OUTPUT"


def test_nan_in_other_cases_is_no_propagation(make: Any) -> None:
    bench = make({name: CASES[name] for name in ("square", "poisoned")})
    assert verdict_of(bench, [bench.run("square", nan), bench.run("poisoned", reads_poison)]) == "NAN_OUTPUT"


def test_two_hypotheses_that_agree_are_no_diagnosis(make: Any) -> None:
    both = HYPOTHESES.replace("    return found", "    found['LEADING_DIM'] = found['TRANSPOSED']\n    return found")
    bench = make({"odd_beta": CASES["odd_beta"]}, extra=both)
    assert verdict_of(bench, bench.runs(transposed)) == "WRONG_ANSWER"


def zero(case: Any, arrays: Any, call: int) -> Any:
    return arrays["C"] * 0


def test_a_hypothesis_must_explain_every_case_or_say_something(make: Any) -> None:
    """Zeros are what a dropped tail leaves where K is less than a tile, and of other cases they aren't."""
    cases = {"short": {"M": 8, "N": 4, "K": 5}, "long": {"M": 8, "N": 9, "K": 37}}
    bench = make(cases, extra=HYPOTHESES)
    assert verdict_of(bench, bench.runs(zero)) == "WRONG_ANSWER"
    assert verdict_of(bench, bench.runs(dropped_tail(8))) == "WRONG_TAIL"
    # two bugs: each case keeps its own
    assert verdict_of(bench, [bench.run("short", off_by_one), bench.run("long", dropped_tail(8))]) == "WRONG_TAIL"


def test_a_race_explains_a_wrong_output_but_not_a_right_one(make: Any, finding: Any) -> None:
    bench = make({"odd": CASES["odd"]})
    race = finding("RACE_SHARED", line=23, other_line=27)
    (result,) = bench.judge([bench.run("odd", off_by_one, problems=(race,))])
    assert (result.verdict, result.line, result.other_line) == ("RACE_SHARED", 23, 27) and "C[0][0]" in result.message
    (result,) = bench.judge([bench.run("odd", problems=(race,))])
    assert result.outcome == "passed"
    (result,) = bench.judge([bench.run("odd", off_by_one, problems=(finding("RACE_SHARED", note=True), finding("LEAK")))])
    assert result.verdict == "WRONG_ANSWER"


def test_what_ended_a_run_comes_before_its_outputs(make: Any, finding: Any) -> None:
    bench = make({name: CASES[name] for name in ("square", "odd")})
    runs = [
        bench.run("square", off_by_one),
        bench.run("odd", lambda *_: None, problems=(finding("OOB_WRITE", line=9), finding("HOST_CRASH", line=None))),
    ]
    (result,) = bench.judge(runs)
    assert (result.verdict, result.points) == ("HOST_CRASH", 0)
    (result,) = bench.judge([bench.run("square", returned=(9,)), bench.run("odd", lambda *_: None)])
    assert result.verdict == "EARLY_EXIT"
    (result,) = bench.judge([bench.run("square", returned=(9,)), bench.run("odd")])
    assert result.verdict == "LAUNCH_FAILED" and "ck_gemm returned cudaErrorInvalidConfiguration (9)" in result.message
    (result,) = bench.judge([bench.run("square", returned=(9,), problems=(finding("LAUNCH_ERROR_UNREPORTED"),)), bench.run("odd")])
    assert result.verdict == "LAUNCH_ERROR_UNREPORTED"


def test_an_empty_matrix_says_nothing_of_leading_dimensions(make: Any) -> None:
    """Its rows lie further apart than they are wide, and nothing can be wrong with it."""
    cases = {**PLAIN, "padded": {**CASES["padded"], "alpha": 0.5}, "empty": {"M": 8, "N": 0, "K": 4, "ldb": 3, "ldc": 3}}
    bench = make(cases)
    results = bench.judge(bench.runs(ignores_padding))
    assert {result.verdict for result in results} == {"LEADING_DIM"}


def test_writing_into_padding_is_noticed(make: Any) -> None:
    def spills(case: Any, arrays: Any, call: int) -> Any:
        c = product(case, arrays)
        c[:, case.sizes["N"]] = 0
        return c

    for name in ("padded", "poisoned"):
        bench = make({name: CASES[name]})
        (result,) = bench.judge(bench.runs(spills))
        assert result.verdict == "PADDING_WRITTEN" and "elements between its rows were changed" in result.message
        assert "is padding that must stay as it was" in result.message


def with_offset(size: float) -> Any:
    """An accumulator that begins far from 0 loses low bits in each addition: fp32 throughout, and a bad order of it."""

    def kernel(case: Any, arrays: Any, call: int) -> Any:
        n, k = case.sizes["N"], case.sizes["K"]
        offset = np.float32(size * k)
        total = np.full((case.sizes["M"], n), offset, np.float32)
        for i in range(k):
            total = total + arrays["A"][:, i : i + 1] * arrays["B"][i, :n]
        c = arrays["C"].copy()
        c[:, :n] = total - offset
        return c

    return kernel


WORST = """

from dataclasses import replace
from grader.checks.tolerances import gemm_worst
plain = expected

def expected(case, arrays):
    return {name: replace(each, worst=gemm_worst(case.sizes["K"])) for name, each in plain(case, arrays).items()}
"""


@pytest.mark.parametrize(("size", "expected"), [(4, "NUMERIC_ERROR"), (400, "LOW_PRECISION")])
def test_a_bad_order_of_summation_is_told_from_a_lesser_precision_by_its_size(make: Any, size: float, expected: str) -> None:
    cases = {f"k{k}": {"M": 16, "N": 24, "K": k} for k in (256, 320, 512)} | {"exact": {"M": 8, "N": 8, "K": 64, "fill": "small_integers"}}
    bench = make(cases, extra=WORST)
    assert verdict_of(bench, bench.runs(with_offset(size))) == expected
    assert [r.outcome for r in bench.judge(bench.runs())] == ["passed"]
    plain = make(cases)  # without `worst` nobody can tell an order from a precision
    assert verdict_of(plain, plain.runs(with_offset(size))) in ("LOW_PRECISION", "WRONG_ANSWER")


def test_a_few_bits_in_the_output_itself_show_a_narrow_type(make: Any) -> None:
    """Errors of bf16 sums are too large for rounding alone; that the outputs end in zeros tells."""

    def bf16_sums(case: Any, arrays: Any, call: int) -> Any:
        n = case.sizes["N"]
        total = np.zeros((case.sizes["M"], n), np.float32)
        for i in range(case.sizes["K"]):
            word = (total + arrays["A"][:, i : i + 1] * arrays["B"][i, :n]).view(np.uint32) + np.uint32(0x8000)
            total = (word & np.uint32(0xFFFF0000)).view(np.float32)
        c = arrays["C"].copy()
        c[:, :n] = total
        return c

    bench = make({f"k{k}": {"M": 16, "N": 24, "K": k} for k in (64, 128, 256)})
    assert verdict_of(bench, bench.runs(bf16_sums)) == "LOW_PRECISION"
    assert verdict_of(bench, bench.runs(lambda case, arrays, call: np.rint(product(case, arrays)))) == "WRONG_ANSWER"


def test_large_cases_are_asked_only_if_small_ones_leave_a_question(make: Any) -> None:
    asked = "\n\nasked = []\n_all = hypotheses\n\ndef hypotheses(case, arrays):\n    asked.append(case.id)\n"
    asked += "    assert case.sizes['M'] < 300, 'too large to ask'\n    return _all(case, arrays)\n"
    cases = {"one": {"M": 16, "N": 20, "K": 37}, "two": {"M": 20, "N": 16, "K": 21}, "three": {"M": 8, "N": 9, "K": 13}}
    bench = make(cases | {"large": {"M": 300, "N": 300, "K": 9}}, extra=HYPOTHESES + asked)
    assert verdict_of(bench, bench.runs(dropped_tail(8))) == "WRONG_TAIL"
    assert verdict_of(bench, bench.runs(off_by_one)) == "WRONG_ANSWER"
