"""19_quant_binary, the mathematics: inputs of one call -> what the outputs must hold, and what they would hold after a well-known mistake.

Students have it without its STAFF parts: `grader check` needs it at home. Everything is exact: all bounds are 0.
Shapes: x, q, code (n,); fraction (groups,); bits, A (M, words), B (N, words), C (M, N); of ck_run_length code (words, 7), count (1,);
layer (layers, 5), cost (layers, 4), accesses (layers, 12).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.assignment import Case
from grader.checks.closeness import Expected

Array = NDArray[Any]
Outputs = dict[str, Any]
Mistake = tuple[str, str, Outputs]  # code, variant, what it leaves in the buffers that it changes

EXAMPLE = (0, 0, 12, 0, 0, 0, 0, 53, 0, 0, 22)
MOBILENET = ((3, 32, 64, 112, 112), (3, 64, 128, 56, 56), (3, 512, 512, 14, 14), (3, 1024, 1024, 7, 7))
LONGEST = 31  # zeros that a run's five bits count
TILES = (2, 4, 8, 16, 32, 64)  # words that a student's loop may take at a time


# ---- inputs ----


def inputs(case: Case, rng: np.random.Generator) -> dict[str, Array]:
    """By the entry, and where a case needs something special by the case's name."""
    # BEGIN STAFF
    if case.id in SPECIAL:
        return SPECIAL[case.id](case, rng)
    # END STAFF
    return FILLS[case.entry](case, rng)


def _spread(case: Case, rng: np.random.Generator) -> dict[str, Array]:
    """A third of the numbers lies outside of what 8 bits hold, in int8_plain none."""
    scale, n = case.scalars["scale"], case.sizes["n"]
    if case.id == "int8_plain":
        return {"x": rng.uniform(-124, 124, n) * scale}
    return {"x": rng.standard_normal(n) * 128 * scale}


def _groups(case: Case, rng: np.random.Generator) -> dict[str, Array]:
    """Each group has a magnitude of its own."""
    groups, group, n = case.sizes["groups"], case.sizes["group"], case.sizes["n"]
    exponents = np.repeat(rng.permutation(groups) % 23 - 11, group)[:n]
    return {"x": np.ldexp(rng.standard_normal(n), exponents)}


def _magnitudes(case: Case, rng: np.random.Generator) -> dict[str, Array]:
    """Up to eight times the largest power, down to an eighth of the smallest."""
    n = case.sizes["n"]
    return {"x": rng.choice((-1, 1), n) * 2.0 ** (case.sizes["top"] + rng.uniform(-9, 3, n))}


def _bits(case: Case, rng: np.random.Generator) -> dict[str, Array]:
    """Rows of bits, zeros behind their ends."""
    k, words = case.sizes["K"], case.sizes["words"]
    mask = np.full(words, 0xFFFFFFFF, np.uint32)
    if k % 32:
        mask[-1] = (1 << k % 32) - 1
    return {name: rng.integers(0, 2**32, (case.sizes[rows], words), np.uint32) & mask for name, rows in (("A", "M"), ("B", "N"))}


def _sparse(case: Case, rng: np.random.Generator) -> dict[str, Array]:
    """A level at every twentieth place, on average."""
    if case.id == "run_length_example":
        return {"x": np.array(EXAMPLE, np.int32)}
    n = case.sizes["n"]
    levels = rng.integers(1, 1000, n) * rng.choice((-1, 1), n)
    return {"x": np.where(rng.random(n) < 0.05, levels, 0)}


def _layers(case: Case, rng: np.random.Generator) -> dict[str, Array]:
    if case.id == "cost_mobilenet":
        return {"layer": np.array(MOBILENET, np.int32)}
    rows, largest = case.sizes["layers"], 7 if case.entry == "ck_data_reuse" else 40
    return {"layer": np.stack([rng.choice((1, 3, 5, 7), rows), *rng.integers(2, largest, (4, rows))], axis=1)}


FILLS: dict[str, Callable[[Case, np.random.Generator], dict[str, Array]]] = {
    "ck_quantise_int8": _spread,
    "ck_dequantise": lambda case, rng: {"q": rng.integers(-128, 128, case.sizes["n"])},
    "ck_dynamic_fixed_point": _groups,
    "ck_quantise_log2": _magnitudes,
    "ck_binarise": lambda case, rng: {"x": rng.standard_normal((case.sizes["M"], case.sizes["K"]))},
    "ck_xnor_gemm": _bits,
    "ck_run_length": _sparse,
    "ck_majority": lambda case, rng: {name: rng.integers(0, 2**32, case.sizes["n"], np.uint32) for name in "abc"},
    "ck_depthwise_cost": _layers,
    "ck_data_reuse": _layers,
}

# BEGIN STAFF
LARGEST = float(np.finfo(np.float32).max)
NEAR_ONE = float(np.nextafter(np.float32(1), np.float32(0)))  # rounds to 128 of 127
EDGES = (1.0, -1.0, NEAR_ONE, -NEAR_ONE, 0.0, 1e-40, 2.0**-119, 2.0**-120, LARGEST, 127.5 / 128)  # largest of a group each
RUNS = (30, 31, 32, 33, 63, 64, 65, 96, 0, 1, 0)


def _shuffled(values: Any, case: Case, rng: np.random.Generator) -> dict[str, Array]:
    """These values again and again, in another order, in an array of the case's size."""
    size = int(np.prod([case.sizes[name] for name in ("n", "M", "K") if name in case.sizes]))
    array = rng.permutation(np.resize(np.asarray(values, np.float64), size))
    return {"x": array.reshape(case.sizes["M"], case.sizes["K"]) if "M" in case.sizes else array}


def _beside_halves(case: Case, rng: np.random.Generator) -> dict[str, Array]:
    """Products of scale and halves, and what lies on either side of them: here x / scale and x * (1 / scale) part."""
    scale = np.float32(case.scalars["scale"])
    x = (rng.integers(-127, 127, case.sizes["n"]).astype(np.float32) + np.float32(0.5)) * scale
    return {"x": np.nextafter(x, rng.choice((-np.inf, np.inf), x.size).astype(np.float32))}


def _edges(case: Case, rng: np.random.Generator) -> dict[str, Array]:
    """In each group one number has the largest magnitude, the others may be anything up to it."""
    groups, group = case.sizes["groups"], case.sizes["group"]
    x = np.resize(np.array(EDGES), groups)[:, None] * rng.uniform(-1, 1, (groups, group))
    x[np.arange(groups), rng.integers(0, group, groups)] = np.resize(np.array(EDGES), groups)
    return {"x": x.reshape(-1)}


def _ties(case: Case, rng: np.random.Generator) -> dict[str, Array]:
    """1.5 * 2^e, and the floats beside it."""
    powers = np.float32(1.5) * np.float32(2) ** np.arange(case.sizes["top"] - 9, case.sizes["top"] + 2, dtype=np.float32)
    beside = [np.nextafter(powers, np.float32(side)) for side in (0, np.inf)]
    return _shuffled(np.concatenate([powers, -powers, *beside, *(-b for b in beside)]), case, rng)


def _runs(case: Case, rng: np.random.Generator) -> dict[str, Array]:
    """Runs of RUNS in a random order, again and again."""
    n = case.sizes["n"]
    runs = np.concatenate([rng.permutation(np.array(RUNS)) for _ in range(n // sum(RUNS) + 1)])
    places = np.cumsum(runs + 1) - 1
    x = np.zeros(int(places[-1]) + 1)
    x[places] = rng.integers(1, 500, places.size)
    return {"x": x[:n]}


def _far(case: Case, rng: np.random.Generator) -> dict[str, Array]:
    """Few levels: first and last of pieces of 256 and 1024 among them, then zeros to the end."""
    x = np.zeros(case.sizes["n"])
    x[[7, 255, 256, 1023, 1024, 1537, 3071, 4000]] = rng.integers(1, 500, 8)
    return {"x": x}


def _large(case: Case, rng: np.random.Generator) -> dict[str, Array]:
    rows = case.sizes["layers"]
    channels, sizes = rng.integers(500, 1500, (2, rows)), rng.integers(300, 900, (2, rows))
    return {"layer": np.stack([rng.choice((3, 5, 7), rows), *channels, *sizes], axis=1)}


FAR = (100, -100, 3e9, -3e9, 1e30, -1e30)
ODD = (np.nan, -np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-45, -1e-45)
SPECIAL: dict[str, Callable[[Case, np.random.Generator], dict[str, Array]]] = {
    "int8_ties": lambda case, rng: {"x": rng.integers(-1100, 1100, case.sizes["n"]) / 32},
    "int8_special": lambda case, rng: _shuffled((*ODD, *FAR, 63.75, -64.25, 63.5, -64.5, 1.2, -3.7), case, rng),
    "int8_divided": _beside_halves,
    "int8_one": lambda case, rng: {"x": rng.uniform(0.5, 2, 1)},
    "dequantise_all": lambda case, rng: {"q": rng.permutation(np.arange(-128, 128))},
    "fixed_edges": _edges,
    "log2_ties": _ties,
    "log2_special": lambda case, rng: _shuffled((*ODD, LARGEST, -LARGEST, 1e-39, -1e-39, 1.0, -3.0, 0.2, 15.0, -11.9), case, rng),
    "binarise_zeros": lambda case, rng: _shuffled((*ODD, 1.0, -1.0), case, rng),
    "run_length_runs": _runs,
    "run_length_dense": lambda case, rng: {"x": rng.integers(1, 500, case.sizes["n"]) * rng.choice((-1, 1), case.sizes["n"])},
    "run_length_long": _far,
    "run_length_zeros": lambda case, rng: {"x": np.zeros(case.sizes["n"])},
    "run_length_whole": lambda case, rng: {"x": np.where(np.arange(case.sizes["n"]) % 10 == 9, rng.integers(1, 500, case.sizes["n"]), 0)},
    "majority_table": lambda case, rng: {name: (np.arange(8) >> i & 1) * 0xFFFFFFFF for i, name in enumerate("abc")},
    "cost_large": _large,
    "reuse_large": _large,
}
# END STAFF


# ---- what is right ----


def expected(case: Case, arrays: dict[str, Any]) -> dict[str, Expected]:
    """Every output in float64, exact."""
    return {
        name: Expected(value=value.astype(np.float64), bound=np.zeros_like(value, dtype=np.float64))
        for name, value in RIGHT[case.entry](case, arrays).items()
    }


def _single(case: Case) -> Any:
    return np.float32(case.scalars["scale"])


def _scaled(case: Case, arrays: Outputs) -> Any:
    with np.errstate(over="ignore", invalid="ignore"):
        return arrays["x"] / _single(case)


def _saturated(rounded: Any, low: int = -128) -> Any:
    return np.where(np.isnan(rounded), 0, np.clip(rounded, low, 127))


def _dequantised(case: Case, arrays: Outputs) -> Outputs:
    return {"y": arrays["q"].astype(np.float32) * _single(case)}


def _largest(case: Case, x: Any) -> Any:
    """Of each group (groups,)."""
    groups, group = case.sizes["groups"], case.sizes["group"]
    return np.pad(x, (0, groups * group - case.sizes["n"])).reshape(groups, group).max(axis=1)


def _fraction(largest: Any) -> Any:
    return np.where(largest == 0, 0, np.minimum(7 - np.frexp(largest)[1], 126))


def _fixed(case: Case, x: Any, fraction: Any, rounding: Callable[[Any], Any] = np.rint) -> Any:
    """x with its group's fractional length, rounded but not saturated."""
    return rounding(np.ldexp(x.astype(np.float64), np.repeat(fraction, case.sizes["group"])[: case.sizes["n"]]))


def _fixed_point(case: Case, arrays: Outputs) -> Outputs:
    fraction = _fraction(_largest(case, abs(arrays["x"])))
    return {"q": _saturated(_fixed(case, arrays["x"], fraction)), "fraction": fraction}


def _level(case: Case, x: Any, halfway: float = 0.75, tie_up: bool = True) -> Any:
    """Not saturated: level 1 is 2^(top - 6). `halfway`: from this fraction in [0.5, 1) on the next power counts."""
    fraction, exponent = np.frexp(abs(x.astype(np.float64)))
    exponent = exponent - 1 + (fraction >= halfway if tie_up else fraction > halfway)
    exponent = np.where(np.isinf(x), 128, exponent)
    return np.where(np.isnan(x) | (x == 0), 0, np.maximum(exponent - (case.sizes["top"] - 7), 0))


def _log2_code(x: Any, level: Any) -> Any:
    return np.where(level > 0, level + 8 * (x < 0), 0)


def _packed(positive: Any, words: int, tail: Any = 0) -> Any:
    """Truths (M, K) -> words (M, words), bit 0 the lowest; `tail` fills the last ones."""
    m, k = positive.shape
    bits = np.pad(positive.astype(np.float64), ((0, 0), (0, 32 * words - k)), constant_values=tail)
    return bits.reshape(m, words, 32) @ np.exp2(np.arange(32, dtype=np.float64, like=bits))


def _signs(words: Any, k: int) -> Any:
    """Words (rows, W) -> +1 and -1 (rows, K)."""
    bits = words[:, :, None] >> np.arange(32, dtype=np.uint32, like=words) & np.uint32(1)
    return bits.reshape(words.shape[0], 32 * words.shape[1])[:, :k].astype(np.float32) * 2 - 1


def _dot(case: Case, arrays: Outputs, k: int | None = None) -> Any:
    """Sums of at most 2^24 products of ±1 are exact in single precision, whatever the order."""
    k = case.sizes["K"] if k is None else k
    return (_signs(arrays["A"], k) @ _signs(arrays["B"], k).T).astype(np.float64)


def _coded(case: Case, x: Array, longest: int = LONGEST, every_term: int | None = None, end: bool = False) -> Outputs:
    """The words of x's levels; every pair (longest, 0) stands for longest + 1 zeros. `every_term` in all words that are needed instead of
    a 1 in the last; with `end` zeros behind the last level are coded too."""
    code = np.zeros((case.sizes["words"], 7))
    at = np.flatnonzero(x)
    before = np.concatenate([[-1], at[:-1]])
    zeros = at - before - 1
    ends = np.cumsum(zeros // (longest + 1) + 1)
    total = int(ends[-1]) if at.size else 0
    runs, levels = np.full(total, float(longest)), np.zeros(total)
    runs[ends - 1], levels[ends - 1] = zeros % (longest + 1), x[at]
    rest = x.size - 1 - int(at[-1]) if at.size else x.size
    if end and rest:
        more = -(-rest // (longest + 1))
        runs = np.concatenate([runs, np.full(more - 1, float(longest)), [(rest - 1) % (longest + 1)]])
        levels = np.concatenate([levels, np.zeros(more)])
        total += more
    place = np.arange(total)
    code[place // 3, place % 3 * 2], code[place // 3, place % 3 * 2 + 1] = runs, levels
    needed = -(-total // 3)
    if needed:
        code[:needed, 6] = every_term or 0
        code[needed - 1, 6] = 1 if every_term is None else every_term
    return {"code": code, "count": np.array([needed])}


def _majority(case: Case, arrays: Outputs) -> Outputs:
    a, b, c = (arrays[name] for name in "abc")
    return {"majority": a & b | b & c | c & a, "conjunction": a & b, "disjunction": a | b}


def _convolution(arrays: Outputs) -> tuple[Any, ...]:
    """Of each layer: k * k, input channels, output channels, positions of the output; int64."""
    k, c, n, h, w = arrays["layer"].astype(np.int64).T
    return k * k, c, n, h * w


def _cost(case: Case, arrays: Outputs) -> Outputs:
    filter_, c, n, positions = _convolution(arrays)
    plain, separable = filter_ * c * n, filter_ * c + c * n
    return {"cost": np.stack([plain, plain * positions, separable, separable * positions], axis=1)}


def _accesses(case: Case, arrays: Outputs) -> Outputs:
    """For each dataflow weights read, inputs read, partial sums read and written."""
    filter_, c, n, positions = _convolution(arrays)
    weights, outputs = filter_ * c * n, n * positions
    steps = weights * positions
    none = [steps, steps, steps - outputs, steps]
    weight_stationary = [weights, steps, steps - outputs, steps]
    output_stationary = [steps, steps, 0 * steps, outputs]
    return {"accesses": np.stack([*none, *weight_stationary, *output_stationary], axis=1)}


RIGHT: dict[str, Callable[[Case, Outputs], Outputs]] = {
    "ck_quantise_int8": lambda case, arrays: {"q": _saturated(np.rint(_scaled(case, arrays)))},
    "ck_dequantise": _dequantised,
    "ck_dynamic_fixed_point": _fixed_point,
    "ck_quantise_log2": lambda case, arrays: {"code": _log2_code(arrays["x"], np.minimum(_level(case, arrays["x"]), 7))},
    "ck_binarise": lambda case, arrays: {"bits": _packed(arrays["x"] >= 0, case.sizes["words"])},
    "ck_xnor_gemm": lambda case, arrays: {"C": _dot(case, arrays)},
    "ck_run_length": lambda case, arrays: _coded(case, arrays["x"]),
    "ck_majority": _majority,
    "ck_depthwise_cost": _cost,
    "ck_data_reuse": _accesses,
}


# ---- what well-known mistakes give ----


def hypotheses(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    """Verdict code, a colon and a variant -> the buffers that this mistake leaves behind. Variants that change nothing here aren't among
    them. WRONG_ANSWER stands for mistakes that are of no class, so that they can be said in words."""
    right = RIGHT[case.entry](case, arrays)
    found: dict[str, dict[str, Array]] = {}
    for code, variant, wrong in MISTAKES[case.entry](case, arrays):
        guesses: dict[str, Array] = {name: np.ma.asarray(value, dtype=np.float64) for name, value in wrong.items()}
        changed = {name: g for name, g in guesses.items() if (~np.ma.getmaskarray(g) & (np.ma.getdata(g) != right[name])).any()}
        if changed:
            found[f"{code}:{variant}"] = changed
    return found


def _wrapped(rounded: Array) -> Array:
    """What is left of whole numbers in their lowest 8 bits; the conversion to int before that saturates."""
    whole = np.clip(np.where(np.isnan(rounded), 0, rounded), -(2.0**31), 2.0**31 - 1)
    return np.asarray(whole.astype(np.int64).astype(np.int8))


def _away(x: Array) -> Array:
    return np.asarray(np.copysign(np.floor(abs(x.astype(np.float64)) + 0.5), x))


def _wrong_int8(case: Case, arrays: Outputs) -> Iterator[Mistake]:
    scaled = _scaled(case, arrays)
    rounded = np.rint(scaled)
    yield "NO_SATURATION", "wraps", {"q": _wrapped(rounded)}
    yield "NO_SATURATION", "wraps above", {"q": np.where(rounded > 127, _wrapped(rounded), _saturated(rounded))}
    yield "NO_SATURATION", "wraps below", {"q": np.where(rounded < -128, _wrapped(rounded), _saturated(rounded))}
    with np.errstate(over="ignore", invalid="ignore"):
        product = arrays["x"] * (np.float32(1) / _single(case))
        multiplied = arrays["x"] * _single(case)
    roundings = {"cut off": np.trunc(scaled), "downwards": np.floor(scaled), "halves away from 0": _away(scaled)}
    roundings |= {"halves upwards": np.floor(scaled.astype(np.float64) + 0.5), "times the reciprocal": np.rint(product)}
    for variant, other in roundings.items():
        yield "WRONG_ROUNDING", variant, {"q": _saturated(other)}
    yield "WRONG_ANSWER", "a lowest value of -127", {"q": _saturated(rounded, -127)}
    yield "WRONG_ANSWER", "x * scale", {"q": _saturated(np.rint(multiplied))}
    for value in (-128, 127):
        yield "WRONG_ANSWER", f"{value} for NaN", {"q": np.where(np.isnan(rounded), value, _saturated(rounded))}


def _wrong_fixed_point(case: Case, arrays: Outputs) -> Iterator[Mistake]:
    x = arrays["x"]
    right = _fraction(_largest(case, abs(x)))
    yield "NO_SATURATION", "wraps", {"q": _wrapped(_fixed(case, x, right))}
    roundings: dict[str, Callable[[Any], Any]] = {"cut off": np.trunc, "downwards": np.floor, "halves away from 0": _away}
    for variant, rounding in roundings.items():
        yield "WRONG_ROUNDING", variant, {"q": _saturated(_fixed(case, x, right, rounding))}
    others = {
        "one bit less than fits": right - 1,
        "one bit more than fits": right + 1,
        "one fractional length for all groups": np.full_like(right, right.min(initial=126)),
        "the largest number's, not the largest magnitude's": _fraction(np.maximum(_largest(case, x), 0)),
    }
    for variant, fraction in others.items():
        yield "WRONG_ANSWER", variant, {"q": _saturated(_fixed(case, x, fraction)), "fraction": fraction}


def _wrong_log2(case: Case, arrays: Outputs) -> Iterator[Mistake]:
    x, level = arrays["x"], _level(case, arrays["x"])
    yield "NO_SATURATION", "the level runs into the sign", {"code": np.where(level > 0, (level | 8 * (x < 0)) % 256, 0)}
    yield "NO_SATURATION", "the level's low bits", {"code": np.where(level > 0, level % 8 + 8 * (x < 0), 0)}
    for variant, other in {
        "cut off": _level(case, x, 1.0),
        "halfway between logarithms": _level(case, x, 0.5**0.5),
        "the smaller one at 1.5": _level(case, x, tie_up=False),
    }.items():
        yield "WRONG_ROUNDING", variant, {"code": _log2_code(x, np.minimum(other, 7))}
    yield "WRONG_ANSWER", "a sign of nothing", {"code": np.minimum(level, 7) + 8 * (x < 0)}
    yield "WRONG_ANSWER", "the smallest power for nothing", {"code": _log2_code(x, np.clip(level, 1, 7))}


def _wrong_bits(case: Case, arrays: Outputs) -> Iterator[Mistake]:
    x, (m, k), words = arrays["x"], arrays["x"].shape, case.sizes["words"]
    positive = x >= 0
    yield "TAIL_BITS", "1 behind the end", {"bits": _packed(positive, words, 1)}
    if k % 32:
        flat = np.concatenate([positive.reshape(-1), np.zeros(32 * words)])
        rows = flat[np.arange(m)[:, None] * k + np.arange(32 * words)]
        wrong = np.ma.asarray(_packed(rows, words))
        wrong[np.arange(m) * k + 32 * words > m * k, -1] = np.ma.masked  # beyond the matrix
        yield "TAIL_BITS", "the next row's", {"bits": wrong}
        yield "WRONG_TAIL", "no word for the rest", {"bits": np.where(np.arange(words) < k // 32, _packed(positive, words), 0)}
    yield "WRONG_ANSWER", "-1 for 0", {"bits": _packed(x > 0, words)}
    yield "WRONG_ANSWER", "the sign bit", {"bits": _packed(~np.signbit(x), words)}
    yield "WRONG_ANSWER", "+1 for NaN", {"bits": _packed(~(x < 0), words)}
    yield "WRONG_ANSWER", "1 for -1", {"bits": _packed(x < 0, words)}
    backwards = np.pad(positive, ((0, 0), (0, 32 * words - k))).reshape(m, words, 32)[:, :, ::-1]
    yield "WRONG_ANSWER", "bit 0 the highest", {"bits": _packed(backwards.reshape(m, 32 * words), words)}


def _wrong_xnor(case: Case, arrays: Outputs) -> Iterator[Mistake]:
    k, words = case.sizes["K"], case.sizes["words"]
    dot = _dot(case, arrays)
    equal, tail = (dot + k) / 2, 32 * words - k
    formulas: dict[str, Callable[[Any], Any]] = {
        "equal - K": lambda e: e - k,
        "equal": lambda e: e,
        "2 * equal": lambda e: 2 * e,
        "K - equal": lambda e: k - e,
        "K - 2 * equal": lambda e: k - 2 * e,
    }
    for variant, formula in formulas.items():
        yield "XNOR_FORMULA", variant, {"C": formula(equal)}
        yield "XNOR_FORMULA", f"{variant}, with the tail", {"C": formula(equal + tail)}
    yield "TAIL_BITS", "2 * (equal + tail) - K", {"C": dot + 2 * tail}
    yield "TAIL_BITS", "2 * (equal + tail) - 32 * W", {"C": dot + tail}
    yield "TAIL_BITS", "taken off twice", {"C": dot - 2 * tail}
    for tile in (1, *TILES):
        kept = k // 32 if tile == 1 else words // tile * tile
        if kept < words:
            differ = (min(k, 32 * kept) - _dot(case, arrays, min(k, 32 * kept))) / 2
            yield "WRONG_TAIL", f"pieces of {tile} words, what differs", {"C": k - 2 * differ}
            yield "WRONG_TAIL", f"pieces of {tile} words, what is equal", {"C": 2 * (min(k, 32 * kept) - differ) - k}
    m, n = dot.shape
    if min(m, n) > 1:
        yield "TRANSPOSED", "C", {"C": dot.T.reshape(m, n)}


def _wrong_run_length(case: Case, arrays: Outputs) -> Iterator[Mistake]:
    x = arrays["x"]
    yield "WRONG_ANSWER", "runs of any length", _coded(case, x, x.size)
    yield "WRONG_ANSWER", "zeros behind the last level coded too", _coded(case, x, end=True)
    yield "WRONG_ANSWER", "term in all words", {"code": _coded(case, x, every_term=1)["code"]}
    yield "WRONG_ANSWER", "no term", {"code": _coded(case, x, every_term=0)["code"]}


def _wrong_majority(case: Case, arrays: Outputs) -> Iterator[Mistake]:
    a, b, c = (arrays[name] for name in "abc")
    yield "WRONG_ANSWER", "0 and 1 exchanged", {"conjunction": a | b, "disjunction": a & b}
    yield "WRONG_ANSWER", "the parity", {"majority": a ^ b ^ c, "conjunction": a ^ b, "disjunction": ~(a ^ b)}
    yield "WRONG_ANSWER", "all of the three", {"majority": a & b & c, "conjunction": np.zeros_like(a), "disjunction": a & b}


def _wrong_cost(case: Case, arrays: Outputs) -> Iterator[Mistake]:
    filter_, c, n, positions = _convolution(arrays)
    right = _cost(case, arrays)["cost"]
    yield "WRONG_ANSWER", "32 bits", {"cost": right.astype(np.int32)}
    for variant, separable in {
        "the depthwise half alone": filter_ * c,
        "the pointwise half alone": c * n,
        "a product": filter_ * c * c * n,
    }.items():
        yield "WRONG_ANSWER", variant, {"cost": np.stack([right[:, 0], right[:, 1], separable, separable * positions], axis=1)}


def _wrong_reuse(case: Case, arrays: Outputs) -> Iterator[Mistake]:
    right = _accesses(case, arrays)["accesses"]
    exchanged = right[:, [0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7]]
    yield "WRONG_ANSWER", "the dataflows exchanged", {"accesses": exchanged}
    first = right.copy()
    first[:, [2, 6]] = right[:, [3, 7]]
    yield "WRONG_ANSWER", "a partial sum read before the first addition", {"accesses": first}


MISTAKES: dict[str, Callable[[Case, Outputs], Iterator[Mistake]]] = {
    "ck_quantise_int8": _wrong_int8,
    "ck_dequantise": lambda case, arrays: iter(()),
    "ck_dynamic_fixed_point": _wrong_fixed_point,
    "ck_quantise_log2": _wrong_log2,
    "ck_binarise": _wrong_bits,
    "ck_xnor_gemm": _wrong_xnor,
    "ck_run_length": _wrong_run_length,
    "ck_majority": _wrong_majority,
    "ck_depthwise_cost": _wrong_cost,
    "ck_data_reuse": _wrong_reuse,
}
