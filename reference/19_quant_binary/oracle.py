"""19_quant_binary, a second opinion: PyTorch's rounding, quantisers and products; coders written from the definitions.

Nothing here is vectorised by hand or shared with problem.py: what can be said by torch is said by torch, the rest in plain Python.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import torch
from hypothesis import strategies as st
from numpy.typing import NDArray

from grader.assignment import Case

Array = NDArray[Any]


def oracle(case: Case, arrays: dict[str, Array]) -> dict[str, Array]:
    """Every output of the case's entry; {} where the numbers are too many for Python's pace."""
    return OPINIONS[case.entry](case, arrays)


# ---- fewer bits ----


def _int8(case: Case, arrays: dict[str, Array]) -> dict[str, Array]:
    """torch.round goes to the even number. Where the reciprocal of the scale is exact, torch's fake quantisation rounds and saturates all
    numbers of ordinary size; elsewhere it multiplies and may fall on the other side of a half."""
    x, scale = torch.tensor(arrays["x"]), torch.tensor(case.scalars["scale"], dtype=torch.float32)
    q = torch.nan_to_num(torch.round(torch.div(x, scale)), nan=0.0).clamp(-128, 127)
    if float(scale) == 2.0 ** round(float(torch.log2(scale))):
        fair = torch.isfinite(x) & (x.abs() < 1e6)
        quantised = torch.fake_quantize_per_tensor_affine(torch.where(fair, x, 0.0), float(scale), 0, -128, 127) / scale
        q = torch.where(fair, quantised, q)
    return {"q": q.numpy()}


def _dequantise(case: Case, arrays: dict[str, Array]) -> dict[str, Array]:
    scale = torch.tensor(case.scalars["scale"], dtype=torch.float32)
    return {"y": torch.mul(torch.tensor(arrays["q"]).to(torch.float32), scale).numpy()}


def _fixed_point(case: Case, arrays: dict[str, Array]) -> dict[str, Array]:
    """By exact fractions: tries fractional lengths downwards until the largest magnitude fits. Python's round goes to the even number."""
    group = case.sizes["group"]
    q, fraction = [], []
    for first in range(0, case.sizes["n"], group):
        numbers = [Fraction(float(v)) for v in arrays["x"][first : first + group]]
        largest = max(map(abs, numbers))
        f = 126 if largest else 0
        while largest * Fraction(2) ** f >= 128:
            f -= 1
        fraction.append(f)
        q += [max(-128, min(127, round(v * Fraction(2) ** f))) for v in numbers]
    return {"q": np.array(q), "fraction": np.array(fraction)}


def _log2(case: Case, arrays: dict[str, Array]) -> dict[str, Array]:
    """The nearest power by distance, the larger one if two are as near. One power beyond either end of the code is looked at too: what is
    nearest to it, or lies beyond, is saturated or nothing."""
    top = case.sizes["top"]
    powers = [Fraction(2) ** e for e in range(top - 7, top + 2)]

    def code(v: float) -> int:
        if np.isnan(v) or v == 0:
            return 0
        magnitude = powers[-1] if np.isinf(v) else abs(Fraction(v))
        level = min(7, min(range(len(powers)), key=lambda i: (abs(powers[i] - magnitude), -i)))
        return level + 8 if level and v < 0 else level

    known = {float(v): code(float(v)) for v in np.unique(arrays["x"][~np.isnan(arrays["x"])])}
    return {"code": np.array([known.get(float(v), 0) for v in arrays["x"]])}


# ---- one bit ----


def _binarise(case: Case, arrays: dict[str, Array]) -> dict[str, Array]:
    m, k, words = (case.sizes[name] for name in ("M", "K", "words"))
    bits = torch.zeros(m, 32 * words, dtype=torch.int64)
    bits[:, :k] = torch.ge(torch.tensor(arrays["x"]), 0).to(torch.int64)
    shifted = torch.bitwise_left_shift(bits.reshape(m, words, 32), torch.arange(32))
    return {"bits": shifted.sum(dim=2).numpy()}


def _xnor_gemm(case: Case, arrays: dict[str, Array]) -> dict[str, Array]:
    """Bits -> +1 and -1 by torch.sign of bit - 1/2, then a matrix product in double precision."""
    k = case.sizes["K"]

    def signs(words: Array) -> torch.Tensor:
        wide = torch.tensor(words.astype(np.int64)).repeat_interleave(32, dim=1)[:, :k]
        bits = torch.bitwise_right_shift(wide, torch.arange(k) % 32) & 1
        return torch.sign(bits.to(torch.float64) - 0.5)

    return {"C": (signs(arrays["A"]) @ signs(arrays["B"]).T).numpy()}


# ---- few numbers, logic and counts ----


def _run_length(case: Case, arrays: dict[str, Array]) -> dict[str, Array]:
    """Number by number, as the coder of a chip sees them."""
    pairs: list[tuple[int, int]] = []
    waiting: list[tuple[int, int]] = []  # pairs of zeros that no level follows yet
    run = 0
    for v in arrays["x"].tolist():
        if v:
            pairs += [*waiting, (run, v)]
            waiting, run = [], 0
        elif run == 31:
            waiting.append((31, 0))
            run = 0
        else:
            run += 1
    words = [pairs[i : i + 3] for i in range(0, len(pairs), 3)]
    rows = []
    for number, word in enumerate(words):
        fields = [field for pair in word for field in pair]
        rows.append([*fields, *[0] * (6 - len(fields)), int(number == len(words) - 1)])
    rows += [[0] * 7] * (case.sizes["words"] - len(rows))
    return {"code": np.array(rows, dtype=np.int64).reshape(-1, 7), "count": np.array([len(words)])}


def _majority(case: Case, arrays: dict[str, Array]) -> dict[str, Array]:
    """Bit by bit: the sum of three bits is 2 or more."""
    a, b, c = (torch.tensor(arrays[name].astype(np.int64)) for name in "abc")

    def vote(*words: torch.Tensor) -> Array:
        bits = [torch.bitwise_right_shift(w[:, None], torch.arange(32)) & 1 for w in words]
        most = (torch.stack(bits).sum(dim=0) >= 2).to(torch.int64)
        return np.asarray(torch.bitwise_left_shift(most, torch.arange(32)).sum(dim=1))

    zeros, ones = torch.zeros_like(a), torch.full_like(a, 0xFFFFFFFF)
    return {"majority": vote(a, b, c), "conjunction": vote(a, b, zeros), "disjunction": vote(a, b, ones)}


def _depthwise_cost(case: Case, arrays: dict[str, Array]) -> dict[str, Array]:
    """The weights are those that torch's own layers have."""
    rows = []
    for k, c, n, h, w in arrays["layer"].tolist():
        with torch.device("meta"):  # shapes without memory
            plain = torch.nn.Conv2d(c, n, k, bias=False)
            separable = [torch.nn.Conv2d(c, c, k, groups=c, bias=False), torch.nn.Conv2d(c, n, 1, bias=False)]
        weights = [plain.weight.numel(), sum(layer.weight.numel() for layer in separable)]
        rows.append([count for weight in weights for count in (weight, weight * h * w)])
    return {"cost": np.array(rows, dtype=np.int64).reshape(-1, 4)}


def _data_reuse(case: Case, arrays: dict[str, Array]) -> dict[str, Array]:
    """Layers of few steps are walked through, one multiply-accumulate at a time, with a register for what the dataflow keeps."""
    rows = []
    for k, c, n, h, w in arrays["layer"].tolist():
        steps = k * k * c * n * h * w
        if steps > 200_000:
            return {}
        weight, spot = range(k * k * c * n), range(h * w)
        orders = {
            "none": [(f, p) for f in weight for p in spot],
            "weight": [(f, p) for f in weight for p in spot],  # a weight meets all positions, then the next one comes
            "output": sorted(((f, p) for f in weight for p in spot), key=lambda s: (s[0] // (k * k * c), s[1])),  # an output is completed
        }
        row: list[int] = []
        for keeps, order in orders.items():
            weights = inputs = read = written = 0
            held: Any = None  # the weight, or the output, in the register
            begun: set[tuple[int, int]] = set()  # outputs that have a partial sum
            for f, p in order:
                output = (f // (k * k * c), p)
                inputs += 1
                if keeps == "output":
                    weights += 1
                    written += held is not None and held != output
                    held = output
                    continue
                weights += keeps == "none" or held != f
                held = f
                read += output in begun
                begun.add(output)
                written += 1
            row += [weights, inputs, read, written + (keeps == "output")]
        rows.append(row)
    return {"accesses": np.array(rows, dtype=np.int64).reshape(-1, 12)}


OPINIONS: dict[str, Callable[[Case, dict[str, Array]], dict[str, Array]]] = {
    "ck_quantise_int8": _int8,
    "ck_dequantise": _dequantise,
    "ck_dynamic_fixed_point": _fixed_point,
    "ck_quantise_log2": _log2,
    "ck_binarise": _binarise,
    "ck_xnor_gemm": _xnor_gemm,
    "ck_run_length": _run_length,
    "ck_majority": _majority,
    "ck_depthwise_cost": _depthwise_cost,
    "ck_data_reuse": _data_reuse,
}


# ---- random small cases ----


@st.composite
def shapes(draw: st.DrawFn) -> dict[str, Any]:
    """An entry with sizes and scalars of a small case."""
    entry = draw(st.sampled_from(sorted(OPINIONS)))
    sizes: dict[str, int] = {}
    scalars: dict[str, float] = {}
    if entry in ("ck_binarise", "ck_xnor_gemm"):
        sizes = {name: draw(st.integers(0, 40)) for name in (("M", "N") if entry == "ck_xnor_gemm" else ("M",))}
        sizes["K"] = draw(st.one_of(st.integers(0, 100), st.sampled_from([31, 32, 33, 64, 96])))
        sizes["words"] = -(-sizes["K"] // 32)
    elif entry in ("ck_depthwise_cost", "ck_data_reuse"):
        sizes = {"layers": draw(st.integers(0, 6))}
    else:
        sizes = {"n": draw(st.one_of(st.integers(0, 700), st.sampled_from([255, 256, 257, 1023])))}
        if entry == "ck_run_length":
            sizes["words"] = -(-sizes["n"] // 3)
        elif entry == "ck_dynamic_fixed_point":
            sizes["group"] = draw(st.integers(1, 300))
            sizes["groups"] = -(-sizes["n"] // sizes["group"])
        elif entry == "ck_quantise_log2":
            sizes["top"] = draw(st.integers(-100, 100))
        elif entry in ("ck_quantise_int8", "ck_dequantise"):
            scalars = {"scale": draw(st.sampled_from([0.03125, 0.1, 0.7, 1.0, 3.0]))}
    return {"entry": entry, "sizes": sizes, "scalars": scalars}
