"""10_conv2d, the mathematics: inputs of one call -> what the outputs must hold, and what they would hold after a well-known mistake.

Students have it without its STAFF parts: `grader check` needs it at home. Arrays are float32: x [N, C, H, W], w [K, C / groups, R, S],
y [N, K, P, Q] and gradients alike; the tables of networks are int32 [count, 12] (ck_layer_column of ck/conv2d.h).
`expected` also takes arrays of a GPU library that follows NumPy's protocols (CuPy).

Everything goes through `taps`: the numbers of x under each tap of each window, [N, C, R, S, P, Q]. The forward pass multiplies them by w,
the gradient of w multiplies them by dy, and the gradient of x sends products of dy and w back to where they came from (`untap`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.assignment import Case
from grader.checks.closeness import Expected
from grader.checks.tolerances import GEMM_RMS, exact, gemm_bound, gemm_worst, order_free

Array = NDArray[Any]
Mistake = tuple[str, str, dict[str, Any]]  # code, variant, outputs; masked where nobody can tell

FORWARD = ("ck_conv2d_forward", "ck_conv2d_im2col_gemm", "ck_conv2d_cudnn")  # three ways to the same y
PARTS = (2, 3, 4, 8)  # blocks that share a sum
TILES = (2, 4, 8, 16, 32, 64, 128)  # the edges of tiles, vectors and splits that students choose


@dataclass(frozen=True)
class Window:
    """Where tap (r, s) of output (p, q) lies: p * stride - pad + r * dilation, in each direction; R x S taps, P x Q outputs."""

    taps: tuple[int, int]
    outputs: tuple[int, int]
    stride: tuple[int, int]
    pad: tuple[int, int]
    dilation: tuple[int, int]

    def first(self, axis: int, tap: int) -> int:
        return tap * self.dilation[axis] - self.pad[axis]

    def last(self, axis: int, tap: int) -> int:
        return self.first(axis, tap) + (self.outputs[axis] - 1) * self.stride[axis]

    def margins(self, extents: tuple[int, int]) -> list[tuple[int, int]]:
        """How far the windows reach beyond an image of H x W, before and behind, in each direction."""
        return [(max(0, -self.first(axis, 0)), max(0, self.last(axis, self.taps[axis] - 1) - extents[axis] + 1)) for axis in (0, 1)]

    def slices(self, margins: list[tuple[int, int]]) -> Iterator[tuple[tuple[int, int], tuple[slice, slice]]]:
        """Each tap and where its numbers lie in an image with margins."""
        for r in range(self.taps[0]):
            for s in range(self.taps[1]):
                at = [
                    slice(self.first(i, t) + margins[i][0], self.last(i, t) + margins[i][0] + 1, self.stride[i])
                    for i, t in ((0, r), (1, s))
                ]
                yield (r, s), (at[0], at[1])


def window_of(case: Case) -> Window:
    z = case.sizes
    pairs = [(z[f"{name}_h"], z[f"{name}_w"]) for name in ("stride", "pad", "dilation")]
    return Window((z["R"], z["S"]), (z["P"], z["Q"]), *pairs)


def taps(x: Any, window: Window, mode: str = "constant") -> Any:
    """[N, C, H, W] -> [N, C, R, S, P, Q] in float64; what lies outside of x counts as 0, or as `mode` of numpy.pad says."""
    margins = window.margins(x.shape[2:])
    wide = np.pad(x.astype(np.float64), [(0, 0), (0, 0), *margins], mode=mode)  # type: ignore[call-overload]
    pieces = [wide[:, :, rows, cols] for _, (rows, cols) in window.slices(margins)]
    return np.stack(pieces, axis=2).reshape(*x.shape[:2], *window.taps, *window.outputs)


def untap(pieces: Any, window: Window, extents: tuple[int, int]) -> Any:
    """The reverse, transposed: [N, C, R, S, P, Q] is added up where each number came from -> [N, C, H, W]."""
    margins = window.margins(extents)
    shape = (*pieces.shape[:2], *(sum(margins[i]) + extents[i] for i in (0, 1)))
    wide = np.zeros_like(pieces, shape=shape)
    for (r, s), (rows, cols) in window.slices(margins):
        wide[:, :, rows, cols] += pieces[:, :, r, s]
    return wide[:, :, margins[0][0] : margins[0][0] + extents[0], margins[1][0] : margins[1][0] + extents[1]]


# ---- the three products, group by group ----


def correlate(columns: Any, w: Any, groups: int) -> Any:
    """[N, C, R, S, P, Q] and [K, C / groups, R, S] -> [N, K, P, Q]."""
    n, *_, p, q = columns.shape
    depth = int(np.prod(w.shape[1:]))
    product = w.astype(np.float64).reshape(1, groups, -1, depth) @ columns.reshape(n, groups, depth, p * q)
    return product.reshape(n, w.shape[0], p, q)


def spread(dy: Any, w: Any, groups: int) -> Any:
    """[N, K, P, Q] and [K, C / groups, R, S] -> what each output sends back to each of its taps, [N, C, R, S, P, Q]."""
    n, k, p, q = dy.shape
    depth = int(np.prod(w.shape[1:]))
    back = w.astype(np.float64).reshape(1, groups, k // groups, depth).swapaxes(2, 3)
    pieces = back @ dy.astype(np.float64).reshape(n, groups, k // groups, p * q)
    return pieces.reshape(n, w.shape[1] * groups, *w.shape[2:], p, q)


def weigh(columns: Any, dy: Any, groups: int) -> Any:
    """[N, C, R, S, P, Q] and [N, K, P, Q] -> dw [K, C / groups, R, S]."""
    n, c, r, s, p, q = columns.shape
    k = dy.shape[1]
    flat = columns.reshape(n, groups, c // groups * r * s, p * q).swapaxes(2, 3)
    each = dy.astype(np.float64).reshape(n, groups, k // groups, p * q) @ flat
    return each.sum(axis=0).reshape(k, c // groups, r, s)


# ---- what is right ----


def expected(case: Case, arrays: dict[str, Any]) -> dict[str, Expected]:
    """Each output in float64 and its bound. Small integers are exact in fp32 in whatever order they are added: bound 0."""
    if case.entry == "ck_conv_cost":
        return {name: Expected(value=value, bound=exact(value)) for name, value in cost(arrays["layers"]).items()}
    values = results(case, arrays)
    magnitudes = results(case, {name: abs(array) for name, array in arrays.items()})
    terms = terms_of(case)
    whole = case.fill == "small_integers" and order_free(8, terms)
    return {
        name: Expected(
            value=value,
            bound=exact(value) if whole else gemm_bound(magnitudes[name], terms),
            rms=GEMM_RMS,
            worst=gemm_worst(terms),
        )
        for name, value in values.items()
    }


def terms_of(case: Case) -> int:
    """How many products the sum of one output has; a bias counts as one."""
    z = case.sizes
    if case.entry == "ck_conv2d_backward_data":
        return z["K"] // z["groups"] * z["R"] * z["S"]
    if case.entry == "ck_conv2d_backward_weight":
        return z["N"] * z["P"] * z["Q"]
    return z["C"] // z["groups"] * z["R"] * z["S"] + 1


def results(case: Case, arrays: dict[str, Any], window: Window | None = None, mode: str = "constant") -> dict[str, Any]:
    """The outputs of an entry, right unless `window` or `mode` is another."""
    z, groups = case.sizes, case.sizes["groups"]
    window = window or window_of(case)
    if case.entry == "ck_conv2d_backward_data":
        return {"dx": untap(spread(arrays["dy"], arrays["w"], groups), window, (z["H"], z["W"]))}
    if case.entry == "ck_conv2d_backward_weight":
        return {
            "dw": weigh(taps(arrays["x"], window, mode), arrays["dy"], groups),
            "db": arrays["dy"].astype(np.float64).sum(axis=(0, 2, 3)),
        }
    bias = arrays["bias"].astype(np.float64).reshape(1, -1, 1, 1)
    return {"y": correlate(taps(arrays["x"], window, mode), arrays["w"], groups) + bias}


# ---- what a network costs ----

LAYER = "C H W K R S stride_h stride_w pad_h pad_w groups extra".split()


def layer(c: int, h: int, k: int, r: int = 1, stride: int = 1, pad: int = 0, groups: int = 1, extra: int = 1) -> list[int]:
    """A row of a network's table: a square image and a square filter."""
    return [c, h, h, k, r, r, stride, stride, pad, pad, groups, extra]


def alexnet() -> list[list[int]]:
    """Krizhevsky, Sutskever, Hinton (2012) as Caffe has it: 227 x 227, two groups in the second, fourth and fifth layer, biases."""
    convolutions = [layer(3, 227, 96, 11, 4), layer(96, 27, 256, 5, 1, 2, 2), layer(256, 13, 384, 3, 1, 1)]
    convolutions += [layer(384, 13, 384, 3, 1, 1, 2), layer(384, 13, 256, 3, 1, 1, 2)]
    return [*convolutions, layer(256, 6, 4096, 6), layer(4096, 1, 4096), layer(4096, 1, 1000)]


def vgg16() -> list[list[int]]:
    """Simonyan, Zisserman (2014), configuration D: 224 x 224, biases."""
    rows, c, h = [], 3, 224
    for k, count in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(count):
            rows.append(layer(c, h, k, 3, 1, 1))
            c = k
        h //= 2
    return [*rows, layer(512, 7, 4096, 7), layer(4096, 1, 4096), layer(4096, 1, 1000)]


def cost(layers: Array) -> dict[str, Array]:
    """Parameters and MACs of each row, and both totals, as whole numbers of 64 bits."""
    z = dict(zip(LAYER, layers.astype(np.int64).T, strict=True))
    p, q = ((z[e] + 2 * z[f"pad_{d}"] - z[t]) // z[f"stride_{d}"] + 1 for e, t, d in (("H", "R", "h"), ("W", "S", "w")))
    weights = z["K"] * (z["C"] // z["groups"]) * z["R"] * z["S"]
    parameters, macs = weights + z["K"] * z["extra"], weights * p * q
    return {"parameters": parameters, "macs": macs, "totals": np.array([parameters.sum(), macs.sum()])}


NETWORKS: dict[str, Callable[[], list[list[int]]]] = {"alexnet": alexnet, "vgg16": vgg16}


# BEGIN STAFF
def resnet50() -> list[list[int]]:
    """He, Zhang, Ren, Sun (2015): 224 x 224; a block's stride stands in its first 1 x 1 layer, as in the paper; batch normalisation
    behind each convolution, none of which has a bias; the last layer has one."""
    rows, c, h = [layer(3, 224, 64, 7, 2, 3, extra=2)], 64, 56
    for width, blocks in ((64, 3), (128, 4), (256, 6), (512, 3)):
        for block in range(blocks):
            stride = 2 if block == 0 and width > 64 else 1
            if block == 0:
                rows.append(layer(c, h, 4 * width, 1, stride, extra=2))
            rows.append(layer(c, h, width, 1, stride, extra=2))
            h //= stride
            rows += [layer(width, h, width, 3, 1, 1, extra=2), layer(width, h, 4 * width, extra=2)]
            c = 4 * width
    return [*rows, layer(2048, 1, 1000)]


def mobilenet() -> list[list[int]]:
    """Howard and others (2017), width 1: 224 x 224; thirteen pairs of a depthwise and a 1 x 1 layer, with batch normalisation."""
    rows, c, h = [layer(3, 224, 32, 3, 2, 1, extra=2)], 32, 112
    for k, stride in ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1)):
        rows.append(layer(c, h, c, 3, stride, 1, c, extra=2))
        h //= stride
        rows.append(layer(c, h, k, extra=2))
        c = k
    return [*rows, layer(1024, 1, 1000)]


def unusual() -> list[list[int]]:
    """Nothing square, nothing that divides, no parameter but weights; and a layer of more MACs than 32 bits hold."""
    return [
        [3, 17, 40, 8, 3, 5, 2, 3, 1, 0, 1, 0],
        [12, 31, 7, 18, 1, 7, 4, 1, 3, 3, 6, 1],
        [5, 2, 3, 5, 2, 3, 1, 1, 2, 4, 5, 2],
        [512, 200, 301, 512, 3, 3, 1, 1, 1, 1, 1, 1],
        [64, 9, 9, 128, 4, 4, 7, 5, 0, 0, 2, 2],
        [65536, 1, 1, 65536, 1, 1, 1, 1, 0, 0, 1, 1],
    ]


NETWORKS |= {"resnet50": resnet50, "mobilenet": mobilenet, "unusual": unusual}
# END STAFF


def inputs(case: Case, rng: np.random.Generator) -> dict[str, Array]:
    """A network's table, by the case's name; everything else has the default fill."""
    if case.entry != "ck_conv_cost":
        return {}
    rows = NETWORKS[case.id.removeprefix("cost_")]() if case.sizes["count"] else []
    return {"layers": np.array(rows, np.int32).reshape(-1, len(LAYER))}


# ---- what well-known mistakes give ----


def hypotheses(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    """Verdict code, a colon and a variant -> the buffers that this mistake leaves behind. Variants that change nothing here aren't among
    them, nor those that leave an allocation: memcheck tells those."""
    right = expected(case, arrays)
    found: dict[str, dict[str, Array]] = {}
    for code, variant, outputs in _mistakes(case, arrays):
        wrong = {name: array for name, array in outputs.items() if not (abs(array - right[name].value) <= right[name].bound).all()}
        if wrong:
            found[f"{code}:{variant}"] = wrong
    return found


def _mistakes(case: Case, arrays: dict[str, Array]) -> Iterator[Mistake]:
    if case.entry == "ck_conv_cost":
        yield from _costs(arrays["layers"])
        return
    if not case.sizes["N"]:
        return
    yield from _windows(case, arrays)
    yield from _groups(case, arrays)
    for name, narrow in NARROW.items():
        yield "LOW_PRECISION", f"operands in {name}", results(case, {key: narrow(array) for key, array in arrays.items()})
    if case.entry == "ck_conv2d_backward_data":
        yield from _wrong_data(case, arrays)
    elif case.entry == "ck_conv2d_backward_weight":
        yield from _wrong_weight(case, arrays)
    else:
        yield from _wrong_forward(case, arrays)


def _windows(case: Case, arrays: dict[str, Array]) -> Iterator[Mistake]:
    """Windows that lie elsewhere: by the padding, or by the steps between them and within them."""
    right = window_of(case)
    (down, right_), (stride, dilation) = right.pad, (right.stride, right.dilation)
    pads = {
        "added": (-down, -right_),
        "left out": (0, 0),
        "exchanged": (right_, down),
        "in rows only": (down, 0),
        "in columns only": (0, right_),
        "added in rows": (-down, right_),
        "added in columns": (down, -right_),
        "twice": (2 * down, 2 * right_),
        "by dilation": (down * dilation[0], right_ * dilation[1]),
        "by stride": (down * stride[0], right_ * stride[1]),
    }
    for variant, pad in pads.items():
        yield "WRONG_PADDING", variant, results(case, arrays, replace(right, pad=pad))
    if case.entry != "ck_conv2d_backward_data":
        yield "WRONG_PADDING", "the edge repeated", results(case, arrays, mode="edge")
    steps = {
        "strides exchanged": (stride[::-1], dilation),
        "no stride": ((1, 1), dilation),
        "rows' stride for both": ((stride[0],) * 2, dilation),
        "columns' stride for both": ((stride[1],) * 2, dilation),
        "dilations exchanged": (stride, dilation[::-1]),
        "no dilation": (stride, (1, 1)),
        "rows' dilation for both": (stride, (dilation[0],) * 2),
        "columns' dilation for both": (stride, (dilation[1],) * 2),
        "stride and dilation exchanged": (dilation, stride),
        "dilation off by one": (stride, (dilation[0] + 1, dilation[1] + 1)),
    }
    for variant, (strides, dilations) in steps.items():
        yield "WRONG_WINDOW", variant, results(case, arrays, replace(right, stride=strides, dilation=dilations))


def _groups(case: Case, arrays: dict[str, Array]) -> Iterator[Mistake]:
    """Channels of other groups: the first group's for all, or channels dealt to the groups in turn."""
    z, groups = case.sizes, case.sizes["groups"]
    if groups == 1:
        return
    first = np.arange(z["C"]) % (z["C"] // groups)
    dealt_c = np.arange(z["C"]).reshape(-1, groups).T.ravel()  # group g has the channels g, g + groups, ...
    dealt_k = np.arange(z["K"]).reshape(-1, groups).T.ravel()
    turned = np.roll(np.arange(z["C"]), -(z["C"] // groups))
    if case.entry != "ck_conv2d_backward_data":
        for variant, order in (
            ("the first group's input for all", first),
            ("input channels in turn", dealt_c),
            ("the next group's input", turned),
        ):
            yield "WRONG_GROUPS", variant, results(case, {**arrays, "x": arrays["x"][:, order]})
    if case.entry in FORWARD:  # output channel k belongs to group k % groups
        w = arrays["w"][dealt_k]
        y = correlate(taps(arrays["x"], window_of(case)), w, groups)[:, np.argsort(dealt_k)]
        yield "WRONG_GROUPS", "output channels in turn", {"y": y + arrays["bias"].astype(np.float64).reshape(1, -1, 1, 1)}
    elif case.entry == "ck_conv2d_backward_data":
        dx = results(case, {**arrays, "dy": arrays["dy"][:, dealt_k], "w": arrays["w"][dealt_k]})["dx"]
        yield "WRONG_GROUPS", "output channels in turn", {"dx": dx}
        yield "WRONG_GROUPS", "the first group's gradient for all", {"dx": results(case, arrays)["dx"][:, first]}


def _flips(w: Array) -> Iterator[tuple[str, Array]]:
    yield "both ways", w[:, :, ::-1, ::-1]
    yield "rows", w[:, :, ::-1]
    yield "columns", w[:, :, :, ::-1]


def _wrong_forward(case: Case, arrays: dict[str, Array]) -> Iterator[Mistake]:
    w, columns = arrays["w"], taps(arrays["x"], window_of(case))
    groups, bias = case.sizes["groups"], arrays["bias"].astype(np.float64).reshape(1, -1, 1, 1)
    for variant, flipped in _flips(w):
        yield "NOT_CROSS_CORRELATION", variant, {"y": correlate(columns, flipped, groups) + bias}
    if w.shape[2] == w.shape[3]:
        yield "WRONG_ANSWER", "filter transposed", {"y": correlate(columns, w.swapaxes(2, 3), groups) + bias}
    yield "WRONG_ANSWER", "bias left out", {"y": correlate(columns, w, groups)}
    depth = int(np.prod(w.shape[1:]))
    for tile in TILES:
        if depth % tile:
            kept = np.arange(depth).reshape(w.shape[1:]) < depth // tile * tile
            yield "WRONG_TAIL", f"taps stop at the last whole {tile}", {"y": correlate(columns, w * kept, groups) + bias}


def _wrong_data(case: Case, arrays: dict[str, Array]) -> Iterator[Mistake]:
    z, window, groups = case.sizes, window_of(case), case.sizes["groups"]
    dy, w, extents = arrays["dy"], arrays["w"], (case.sizes["H"], case.sizes["W"])
    for variant, flipped in _flips(w):
        yield "GRADIENT_WRONG", f"filter turned, {variant}", {"dx": untap(spread(dy, flipped, groups), window, extents)}
    if window.stride != (1, 1):  # a quotient rounded down stands for inputs that the stride stepped over
        held = dy.repeat(z["stride_h"], axis=2).repeat(z["stride_w"], axis=3)
        every = replace(window, stride=(1, 1), outputs=held.shape[2:])
        yield "GRADIENT_WRONG", "gaps of the stride filled", {"dx": untap(spread(held, w, groups), every, extents)}
    kg, depth = z["K"] // groups, z["K"] // groups * z["R"] * z["S"]
    for tile in TILES:
        if depth % tile:
            kept = np.arange(depth).reshape(kg, 1, z["R"], z["S"]) < depth // tile * tile
            yield (
                "WRONG_TAIL",
                f"sums stop at the last whole {tile}",
                {"dx": untap(spread(dy, w * np.tile(kept, (groups, 1, 1, 1)), groups), window, extents)},
            )


def _wrong_weight(case: Case, arrays: dict[str, Array]) -> Iterator[Mistake]:
    z, groups = case.sizes, case.sizes["groups"]
    columns, dy = taps(arrays["x"], window_of(case)), arrays["dy"].astype(np.float64)
    right = results(case, arrays)
    for variant, flipped in _flips(right["dw"]):
        yield "GRADIENT_WRONG", f"filter turned, {variant}", {"dw": flipped, "db": right["db"]}
    for variant, image in (("first", slice(0, 1)), ("last", slice(-1, None))):
        some = weigh(columns[image], dy[image], groups)
        yield "GRADIENT_WRONG", f"only the {variant} image", {"dw": some, "db": dy[image].sum(axis=(0, 2, 3))}
        yield "GRADIENT_WRONG", f"of the bias, only the {variant} image", {"dw": right["dw"], "db": dy[image].sum(axis=(0, 2, 3))}
        yield "GRADIENT_WRONG", f"of the weights, only the {variant} image", {"dw": some, "db": right["db"]}
    for variant, count in (("images", z["N"]), ("pixels", z["P"] * z["Q"]), ("both", z["N"] * z["P"] * z["Q"])):
        yield "SCALE_WRONG", f"the mean over {variant}", {name: value / count for name, value in right.items()}
        yield "GRADIENT_WRONG", f"of the bias, the mean over {variant}", {"dw": right["dw"], "db": right["db"] / count}
    pixels = z["N"] * z["P"] * z["Q"]
    place = np.arange(pixels).reshape(z["N"], 1, z["P"], z["Q"])
    for parts in PARTS:  # blocks share the sum, and one of them overwrote what the others had put there
        for share in {-(-pixels // parts), -(-pixels // parts // 16) * 16} - {z["P"] * z["Q"]}:
            for part in range(-(-pixels // share)):
                kept = dy * (place // share == part)
                lost = {"dw": weigh(columns, kept, groups), "db": kept.sum(axis=(0, 2, 3))}
                yield "LOST_UPDATE", f"part {part} of {share} pixels stays", lost
    for tile in TILES:
        if pixels % tile:
            kept = dy * (place < pixels // tile * tile)
            yield (
                "WRONG_TAIL",
                f"pixels stop at the last whole {tile}",
                {"dw": weigh(columns, kept, groups), "db": kept.sum(axis=(0, 2, 3))},
            )


def _significant(x: Array, bits: int) -> Array:
    """x with so many significant bits, rounded to nearest (ties away)."""
    dropped = np.uint32(24 - bits)
    word = np.ascontiguousarray(x, dtype=np.float32).view(np.uint32) + np.uint32(1 << (23 - bits))
    return np.asarray((word >> dropped << dropped).view(np.float32))


def _half(x: Array) -> Array:
    return np.asarray(x.astype(np.float16), dtype=np.float32)


NARROW: dict[str, Callable[[Array], Array]] = {"fp16": _half, "TF32": lambda x: _significant(x, 11), "bf16": lambda x: _significant(x, 8)}


def _costs(layers: Array) -> Iterator[Mistake]:
    """The counts after a slip: groups ignored, two operations a product, 32 bits, the input's size for the output's."""
    right, places = cost(layers), np.arange(layers.shape[0])

    def with_totals(parameters: Array, macs: Array) -> dict[str, Array]:
        return {"parameters": parameters, "macs": macs, "totals": np.array([parameters.sum(), macs.sum()])}

    whole = layers.copy()
    whole[:, LAYER.index("groups")] = 1
    yield "WRONG_GROUPS", "every filter sees every channel", cost(whole)
    yield "SCALE_WRONG", "two operations a product", with_totals(right["parameters"], 2 * right["macs"])
    unpadded = layers.copy()
    unpadded[places[:, None], [LAYER.index("pad_h"), LAYER.index("pad_w")]] = 0
    yield "WRONG_PADDING", "left out", cost(unpadded)
    single = {name: value.astype(np.int32).astype(np.int64) for name, value in right.items()}
    yield "WRONG_ANSWER", "32 bits for each", single
    yield "WRONG_ANSWER", "32 bits for each product", with_totals(single["parameters"], single["macs"])


# BEGIN STAFF
def calibration(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    """Two orders of summation in single precision must pass; narrower operands, a lost tail and a flipped filter must fail somewhere."""
    if case.entry not in FORWARD or not case.sizes["N"]:
        return {}
    w, groups, bias = arrays["w"], case.sizes["groups"], arrays["bias"].reshape(1, -1, 1, 1)
    columns = taps(arrays["x"], window_of(case)).astype(np.float32)
    n, c, r, s, p, q = columns.shape
    depth = c // groups * r * s
    flat = columns.reshape(n, groups, 1, depth, p * q)
    filters = w.reshape(1, groups, -1, depth, 1)
    found = {}
    for name, order in (("in order", range(depth)), ("backwards", range(depth - 1, -1, -1))):
        total = np.zeros((n, groups, w.shape[0] // groups, p * q), np.float32)
        for k in order:
            total += filters[..., k, :] * flat[..., k, :]
        found[f"passes:{name}"] = {"y": total.reshape(n, -1, p, q) + bias}
    for name, narrow in NARROW.items():
        wrong = results(case, {key: narrow(array) for key, array in arrays.items()})
        found[f"fails:{name}"] = {key: value.astype(np.float32) for key, value in wrong.items()}
    for code, variant, outputs in _wrong_forward(case, arrays):
        if code in ("NOT_CROSS_CORRELATION", "WRONG_TAIL"):
            found[f"fails:{code} {variant}"] = {key: value.astype(np.float32) for key, value in outputs.items()}
    return found


# END STAFF
