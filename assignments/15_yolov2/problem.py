"""15_yolov2, the mathematics: inputs of one call -> what every output must hold, and what it would hold after a well-known mistake.

Students have it without its STAFF parts: `grader check` needs it at home. The formulas are those of grader/darknet, in float64; what stands
here is how fp32 may differ from them, how inputs are made, and in which ways the formulas are usually misread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.assignment import Case
from grader.checks.closeness import Expected
from grader.checks.tolerances import GEMM_RMS, elementwise_bound, exact, gemm_bound, gemm_worst, order_free
from grader.darknet import boxes as darknet_boxes
from grader.darknet import layers as darknet
from grader.darknet import mistakes
from grader.darknet.average_precision import average_precision, matched
from grader.darknet.cfg import parse_cfg
from grader.darknet.errors import DarknetError
from grader.darknet.letterbox import fit, letterbox, undo
from grader.darknet.network import Convolutional, Layer, Maxpool, Network, Region, Reorg, Route, Shape
from grader.darknet.scenes import scene
from grader.darknet.weights import Header, Parameters, file_size_bytes, read_header, read_weights, write_weights

Array = NDArray[Any]
Floats = NDArray[np.float64]
Outputs = dict[str, Array]

U = 2.0**-24
TINY = 2.0**-126  # below it fp32 has few bits or none
COLUMNS = 16
KINDS: dict[type[Layer], int] = {Convolutional: 1, Maxpool: 2, Reorg: 3, Route: 4, Region: 5}
OK, TRUNCATED, TRAILING, NUMBER = 0, 10, 11, 12  # CK_WEIGHTS_… in ck/yolov2.h
ALMOST_0 = 1e-30  # a bound for zeros: a mistake's numbers are compared to within rounding, then


# ---- networks, as short texts: one layer a word ----

ANCHORS = "1.08,1.19, 3.42,4.41, 6.63,11.38, 9.42,5.11, 16.62,10.52"
NETS = {
    # convolutions c FILTERS SIZE (b: batch normalisation, l: leaky), m SIZE STRIDE: maxpool, r STRIDE: reorg, f LAYERS: route
    "tiny": "3 32 32 | c 8 3 bl | m 2 2 | c 12 3 bl | m 2 2 | c 16 3 bl | m 2 1 | c 16 3 bl | c 16 1 - | region 2 3",
    "pass": "3 24 40 | c 8 3 bl | m 2 2 | c 8 3 bl | m 2 2 | c 16 3 bl | f -3 | c 4 1 bl | r 2 | f -1,-4 | c 16 3 bl | c 14 1 -"
    " | region 2 2",
    "files": "3 16 16 | c 5 3 bl | m 2 2 | c 7 1 - | c 4 3 bl",
    "plain": "2 9 9 | c 3 3 l | c 4 1 -",
    "tiny_voc": "3 416 416 | c 16 3 bl | m 2 2 | c 32 3 bl | m 2 2 | c 64 3 bl | m 2 2 | c 128 3 bl | m 2 2 | c 256 3 bl | m 2 2"
    " | c 512 3 bl | m 2 1 | c 1024 3 bl | c 1024 3 bl | c 125 1 - | region 5 20",
    "voc": "3 416 416 | c 32 3 bl | m 2 2 | c 64 3 bl | m 2 2 | c 128 3 bl | c 64 1 bl | c 128 3 bl | m 2 2 | c 256 3 bl | c 128 1 bl"
    " | c 256 3 bl | m 2 2 | c 512 3 bl | c 256 1 bl | c 512 3 bl | c 256 1 bl | c 512 3 bl | m 2 2 | c 1024 3 bl | c 512 1 bl"
    " | c 1024 3 bl | c 512 1 bl | c 1024 3 bl | c 1024 3 bl | c 1024 3 bl | f -9 | c 64 1 bl | r 2 | f -1,-4 | c 1024 3 bl | c 125 1 -"
    " | region 5 20",
}


def cfg_of(net: str) -> str:
    """Darknet's text of one of NETS, with what only training uses in it as well."""
    head, *rest = (word.split() for word in NETS[net].split("|"))
    lines = ["[net]", "batch=64", "subdivisions=8", *(f"{k}={v}" for k, v in zip(("channels", "height", "width"), head, strict=True))]
    lines += ["learning_rate=0.001", "policy=steps", "steps=-1,100,80000"]
    for kind, *words in rest:
        lines.append("")
        if kind == "c":
            lines += ["[convolutional]", *(["batch_normalize=1"] if "b" in words[2] else []), f"filters={words[0]}", f"size={words[1]}"]
            lines += ["stride=1", "pad=1", f"activation={'leaky' if 'l' in words[2] else 'linear'}"]
        elif kind == "m":
            lines += ["[maxpool]", f"size={words[0]}", f"stride={words[1]}"]
        elif kind == "region":
            anchors = ", ".join(ANCHORS.split(", ")[: int(words[0])])
            lines += ["[region]", f"anchors = {anchors}", "bias_match=1", f"classes={words[1]}", "coords=4", f"num={words[0]}", "softmax=1"]
            lines += ["jitter=.2", "rescore=1"]
        else:
            lines += ["[reorg]", f"stride={words[0]}"] if kind == "r" else ["[route]", f"layers={words[0]}"]
    return "\n".join(lines) + "\n"


def network_named(net: str) -> Network:
    return parse_cfg(TRAINED.with_suffix(".cfg").read_bytes() if net == "shapes" else cfg_of(net))


TRAINED = Path(__file__).with_name("shapes")  # .cfg and .weights: a small network that finds rectangles and circles
PICTURE = 1_000_003  # seed of what it is shown in public; it was trained on others (reference/15_yolov2/shapes)


# ---- inputs ----


def inputs(case: Case, rng: np.random.Generator) -> dict[str, Array]:
    """What needs more than the default fill, by the case's name: cfg_tiny, weights_plain, nms_random, forward_pass, ..."""
    kind, _, name = case.id.partition("_")
    makers: dict[str, Callable[[Case, str, np.random.Generator], dict[str, Array]]] = {
        "cfg": _cfg_inputs,
        "weights": _file_inputs,
        "nms": _nms_inputs,
        "ap": _ap_inputs,
        "pool": _pool_inputs,
        "region": _region_inputs,
        "decode": _decode_inputs,
        "letterbox": _image_inputs,
        "forward": _forward_inputs,
        "detect": _detect_inputs,
    }
    return makers[kind](case, name, rng) if kind in makers else {}


def _text(case: Case, text: str) -> dict[str, Array]:
    """The cfg, filled up with empty lines."""
    return {"cfg": np.frombuffer(text.encode().ljust(case.sizes["bytes"], b"\n"), np.uint8)}


def _cfg_inputs(case: Case, name: str, rng: np.random.Generator) -> dict[str, Array]:
    # BEGIN STAFF
    if name in SPOILED:
        net, before, after = SPOILED[name]
        text = cfg_of(net)
        assert before in text, (name, before)
        return _text(case, text.replace(before, after, 1))
    if name == "empty":
        return _text(case, "")
    if name == "crlf":
        text = cfg_of("pass").replace("=", " = ").replace("[", "  [").replace("\n", "\r\n")
        return _text(case, "# a comment\r\n; and another one\r\n" + text)
    if name == "sizes":  # windows and paddings that aren't YOLOv2's
        lines = ["[network]", "width=30", "height=21", "channels=4", "[convolutional]", "filters=6", "size=5", "stride=2", "padding=1"]
        lines += ["activation=linear", "[maxpool]", "size=3", "padding=1", "[maxpool]", "size=2", "stride=2", "padding=0"]
        lines += ["[convolutional]", "size=2", "filters=8", "pad=1", "activation=leaky", "[route]", "layers = 0", "[route]", "layers=1"]
        return _text(case, "\n".join(lines))
    # END STAFF
    return _text(case, cfg_of(name))


# BEGIN STAFF
SPOILED = {  # name: (net, what is replaced once, by what)
    "unknown": ("tiny", "[maxpool]", "[shortcut]"),
    "classes": ("tiny", "classes=3", "classes=0"),
    "channels": ("pass", "filters=14", "filters=15"),
    "number": ("tiny", "filters=12", "filters=12x"),
    "key": ("pass", "stride=2\n\n[route]", "stride\n\n[route]"),
    "ahead": ("pass", "layers=-3", "layers=6"),
    "before": ("pass", "layers=-3", "layers=-6"),
    "shapes": ("pass", "layers=-1,-4", "layers=-1,2"),
    "activation": ("tiny", "activation=leaky", "activation=mish"),
    "anchors": ("tiny", "1.08,1.19, ", "1.08, "),
    "reorg": ("pass", "height=24", "height=26"),
    "twice": ("tiny", "size=2\n", "size=2\nsize=2\n"),
    "net": ("tiny", "[net]", "[convolutional]"),
}
# END STAFF


def _folded_parameters(network: Network, rng: np.random.Generator) -> Array:
    """As many and as large as keep the outputs of every layer around 1."""
    if network == network_named("shapes"):
        return _folded(network, read_weights(network, TRAINED.with_suffix(".weights").read_bytes())[1])[0].astype(np.float32)
    found = [np.zeros(0)]
    for layer in network.layers:
        if isinstance(layer, Convolutional):
            terms = layer.inputs.channels * layer.size**2
            found += [rng.standard_normal(layer.filters * terms) * np.sqrt(2 / terms), 0.2 * rng.standard_normal(layer.filters)]
    return np.concatenate(found).astype(np.float32)


def _file_inputs(case: Case, name: str, rng: np.random.Generator) -> dict[str, Array]:
    network = network_named("plain" if name == "plain" else "files")
    parameters: list[Parameters | None] = []
    for layer in network.layers:
        own = None
        if isinstance(layer, Convolutional):
            filters = layer.filters
            normal = [rng.standard_normal(filters).astype(np.float32) for _ in range(4)]
            own = Parameters(bias=normal[0], weights=rng.standard_normal(layer.weights_shape).astype(np.float32))
            if layer.batch_normalize:
                variance = np.exp(normal[3]).astype(np.float32)
                own = replace(own, scale=(1 + normal[1] / 4).astype(np.float32), mean=normal[2], variance=variance)
        parameters.append(own)
    header = Header(seen=32013312)
    # BEGIN STAFF
    if name == "nan":
        parameters[2].weights[3, 1] = np.nan  # type: ignore[union-attr]
    if name == "infinite":
        parameters[3].bias[2] = np.inf  # type: ignore[union-attr]
    if name == "variance":
        parameters[0].variance[4] = -0.5  # type: ignore[union-attr, index]
    if name in VERSIONS:
        header = Header(*VERSIONS[name], seen=64000)
    # END STAFF
    data = write_weights(network, parameters, header)
    data = data[: case.sizes["bytes"]].ljust(case.sizes["bytes"], b"\0")  # cut off, or longer, where the case says so
    return {"file": np.frombuffer(data, np.uint8), "table": table_of(network)}


# BEGIN STAFF
VERSIONS = {"old": (0, 1, 0), "first": (0, 0, 5), "major": (1, 0, 0), "thousand": (1000, 0, 0)}
# END STAFF


def _boxes(n: int, rng: np.random.Generator, objects: int) -> Array:
    """Boxes around so many objects, in 64ths: what is computed from them is exact in fp32, whatever the order."""
    centres, sizes = rng.integers(8, 57, (objects, 2)), rng.integers(2, 13, (objects, 2)) * 2
    of = rng.integers(0, objects, n) if objects else np.zeros(0, int)
    centre, size = centres[of] + rng.integers(-3, 4, (n, 2)), np.maximum(2, sizes[of] + 2 * rng.integers(-2, 3, (n, 2)))
    return np.concatenate([centre, size], axis=1).astype(np.float32) / 64


def _nms_inputs(case: Case, name: str, rng: np.random.Generator) -> dict[str, Array]:
    n, classes = case.sizes["n"], case.sizes["classes"]
    boxes = _boxes(n, rng, max(1, n // 6))
    scores = rng.random((n, classes)).astype(np.float32)
    # BEGIN STAFF
    if name == "ties":
        scores = np.round(scores * 4) / 4
    if name == "outside":
        boxes[:, :2] += rng.integers(-64, 65, (n, 2)) / 32
    if name == "flat":
        boxes[::3, 2] = boxes[1::4, 3] = 0
    if name == "equal":  # pairs that share exactly half of their union
        boxes[:, 2:] = 0.75, 0.5
        boxes[:, 0], boxes[:, 1] = np.arange(n) % 2 * 0.25, np.arange(n) // 2 * 2.0
    if name == "many":
        boxes = np.repeat(_boxes(n // 4, rng, n // 64), 4, axis=0)
        scores *= rng.random((n, classes)) < 0.004
    # END STAFF
    return {"boxes": boxes, "scores": scores}


def _ap_inputs(case: Case, name: str, rng: np.random.Generator) -> dict[str, Array]:
    """Truths in three pictures, and detections near some of them, near none, or near one that has been found already."""
    d, t, classes = (case.sizes[key] for key in ("d", "t", "classes"))
    known = max(1, classes - 1)  # the last class has no truth, if there are several
    truths = np.zeros((t, 6), np.float32)
    truths[:, 0], truths[:, 1] = rng.integers(0, 3, t), np.arange(t) % known
    truths[:, 2:] = _boxes(t, rng, t)
    detections = np.zeros((d, 7), np.float32)
    detections[:, 0], detections[:, 1] = rng.integers(0, 3, d), rng.integers(0, classes, d)
    detections[:, 2], detections[:, 3:] = rng.permutation(d) / max(1, d), _boxes(d, rng, max(1, d // 2))
    near = rng.random(d) < 0.75 if t else np.zeros(d, bool)
    of = truths[rng.integers(0, t, near.sum())] if t else truths
    moved = of[:, 2:] + rng.integers(-2, 3, (len(of), 4)) / np.array([128, 128, 64, 64])
    detections[near] = np.concatenate([of[:, :2], detections[near, 2:3], np.maximum(moved, 1 / 64)], axis=1)
    return {"detections": detections, "truths": truths}


def _pool_inputs(case: Case, name: str, rng: np.random.Generator) -> dict[str, Array]:
    x = rng.standard_normal([case.sizes[key] for key in "CHW"])
    # BEGIN STAFF
    if name == "negative":
        x = -1 - np.abs(x)
    # END STAFF
    return {"x": x.astype(np.float32)}


def _region_inputs(case: Case, name: str, rng: np.random.Generator) -> dict[str, Array]:
    x = rng.standard_normal([case.sizes[key] for key in "DHW"])
    # BEGIN STAFF
    if name == "extreme":
        x *= 10.0 ** rng.integers(0, 5, x.shape)
    if name == "large":
        x += 300
    # END STAFF
    return {"x": x.astype(np.float32)}


def _decode_inputs(case: Case, name: str, rng: np.random.Generator) -> dict[str, Array]:
    s = case.sizes
    region = darknet.region(rng.standard_normal([s["D"], s["H"], s["W"]]), s["A"], s["classes"])
    return {"region": region, "anchors": rng.uniform(0.5, 6, 2 * s["A"])}


def _image_inputs(case: Case, name: str, rng: np.random.Generator) -> dict[str, Array]:
    return {"image": rng.random((3, case.sizes["image_h"], case.sizes["image_w"]))}


def _forward_inputs(case: Case, name: str, rng: np.random.Generator) -> dict[str, Array]:
    network = network_named(name.partition("_")[0])
    return {"table": table_of(network), "parameters": _folded_parameters(network, rng), "image": rng.random(tuple(network.inputs))}


def _detect_inputs(case: Case, name: str, rng: np.random.Generator) -> dict[str, Array]:
    network = network_named(name.partition("_")[0])
    made = {"table": table_of(network), "parameters": _folded_parameters(network, rng), **_image_inputs(case, name, rng)}
    if name.startswith("shapes"):
        seed = PICTURE if name == "shapes" else int(rng.integers(1 << 30))
        made["image"] = scene(seed, case.sizes["image_w"], case.sizes["image_h"]).image
    return made | {"anchors": anchors_of(network)[: 2 * case.sizes["A"]]}


# ---- the ways of computing that a mistake may replace ----


def _convolve(x: Array, weights: Array, bias: Array, stride: int, padding: int, leaky: bool) -> Floats:
    y = darknet.cross_correlation(x.astype(np.float64), weights, stride, padding) + bias[:, None, None]
    return np.where(y > 0, y, darknet.LEAK * y) if leaky else y


def _decode(y: Array, anchors: Array, classes: int, image: tuple[int, int], net: tuple[int, int]) -> tuple[Floats, Floats]:
    """Boxes of the original image and scores; sizes are (height, width)."""
    shape = Shape(*y.shape)
    layer = Region(0, shape, shape, tuple((float(w), float(h)) for w, h in anchors.reshape(-1, 2)), classes)
    found, scores = darknet_boxes.decode(layer, y)
    return undo(found, fit(image[1], image[0], net[1], net[0])), scores


def _letterbox(image: Array, net_h: int, net_w: int) -> Floats:
    if 0 in image.shape:
        return np.full((image.shape[0], net_h, net_w), 0.5)
    return np.asarray(letterbox(image, net_w, net_h)[0])


def _route(a: Array, b: Array) -> Array:
    return np.concatenate([a, b])


@dataclass(frozen=True)
class Ways:
    convolve: Callable[..., Floats] = _convolve
    pool: Callable[..., Floats] = darknet.maxpool
    reorg: Callable[..., Floats] = darknet.reorg
    route: Callable[..., Array] = _route
    region: Callable[..., Floats] = darknet.region
    decode: Callable[..., tuple[Floats, Floats]] = _decode
    letterbox: Callable[..., Floats] = _letterbox


RIGHT = Ways()


def rows_of(arrays: dict[str, Array], layers: int) -> list[list[int]]:
    return [[int(v) for v in row] for row in arrays["table"][:layers]]


def forward(rows: list[list[int]], parameters: Array, image: Floats, error: Floats, ways: Ways = RIGHT) -> list[tuple[Floats, Floats]]:
    """Each layer's output and the standard error of an fp32 forward pass: rounding errors of different terms are independent, so a
    convolution adds up their squares, and puts its own to it."""
    found: list[tuple[Floats, Floats]] = []
    at = 0
    for row in rows:
        kind, filters, size, stride, padding, _, leaky, first, second, channels, *_ = row
        x, e = found[first - 1] if first else (image, error)
        if kind == KINDS[Convolutional]:
            count = filters * channels * size * size
            weights, bias = (
                parameters[at : at + count].reshape(filters, channels, size, size),
                parameters[at + count : at + count + filters],
            )
            at += count + filters
            y = ways.convolve(x, weights, bias, stride, padding, leaky)
            own = gemm_bound(_magnitude(x, weights, bias, stride, padding), channels * size * size, c=1)
            e = np.sqrt(darknet.cross_correlation(e**2, weights.astype(np.float64) ** 2, stride, padding)) + own
        elif kind == KINDS[Maxpool]:
            y, e = ways.pool(x, size, stride, padding), darknet.maxpool(e, size, stride, padding)
        elif kind == KINDS[Reorg]:
            y, e = ways.reorg(x, stride), darknet.reorg(e, stride)
        elif kind == KINDS[Route]:
            y = ways.route(x, found[second - 1][0]) if second else x
            e = np.concatenate([e, found[second - 1][1]]) if second else e
        else:
            y = ways.region(x, filters, row[15])
            e = _region_error(x, darknet.region(x, filters, row[15]), filters, e)
        found.append((y, e))
    return found


def _magnitude(x: Array, weights: Array, bias: Array, stride: int, padding: int) -> Floats:
    return darknet.cross_correlation(np.abs(x), np.abs(weights), stride, padding) + np.abs(bias)[:, None, None]


def _region_error(x: Array, y: Floats, anchors: int, error: Array | float = 0.0) -> Floats:
    """Of sigmoid and softmax in fp32, where the input errs by `error`."""
    split = (anchors, -1, *x.shape[1:])
    x, y, e = x.reshape(split), y.reshape(split), np.broadcast_to(error, x.shape).reshape(split)
    result = e / 4 + 2 * U * y * (1 + np.abs(x)) + TINY
    result[:, 2:4] = e[:, 2:4]
    logits, p = x[:, 5:].astype(np.float64), y[:, 5:]
    down = logits.max(axis=1, keepdims=True) - logits  # the argument of exp is rounded, and so is the sum
    mean = (p * (e[:, 5:] + U * down)).sum(axis=1, keepdims=True)
    result[:, 5:] = p * (e[:, 5:] + U * (down + 4 + np.sqrt(p.shape[1])) + mean) + TINY
    return result.reshape(error.shape if isinstance(error, np.ndarray) else (-1, *x.shape[2:]))


# ---- what is right ----


def expected(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    return EXPECTED[case.entry](case, arrays)


def _expect_convolution(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    s = case.sizes
    x, weights, bias = arrays["x"], arrays["weights"], arrays["bias"]
    value = values(case, arrays)["y"]
    terms = s["C"] * s["size"] ** 2
    whole = case.fill == "small_integers" and not s["leaky"] and order_free(8, terms)
    bound = exact(value) if whole else gemm_bound(_magnitude(x, weights, bias, s["stride"], s["padding"]), terms)
    return {"y": Expected(value=value, bound=bound, rms=GEMM_RMS, worst=gemm_worst(terms))}


def _expect_exact(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    return {name: Expected(value=value, bound=exact(value)) for name, value in values(case, arrays).items()}


def _expect_region(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    y = values(case, arrays)["y"]
    bound = 4 * _region_error(arrays["x"], y, case.sizes["anchors"])
    return {"y": Expected(value=y, bound=bound.reshape(y.shape))}


def _decode_bounds(case: Case, boxes: Floats, scores: Floats, e: Floats) -> tuple[Floats, Floats]:
    """`e`: the standard error of the region's output. Centres are differences of positions in the input, which is a share of a side."""
    s = case.sizes
    net_h, net_w = s.get("net_h", s.get("H", 0)), s.get("net_w", s.get("W", 0))
    place = fit(s["image_w"], s["image_h"], net_w, net_h)
    grow = np.array([net_w / place.width, net_h / place.height] * 2)
    e = e.reshape(-1, 5 + scores.shape[1], e.shape[1] * e.shape[2]).transpose(0, 2, 1).reshape(len(boxes), -1)
    bound = 4 * (np.abs(boxes) + grow) * (4 * U)
    bound[:, :2] += 4 * e[:, :2] * grow[:2]  # in cells, which are smaller than the image
    bound[:, 2:] += 4 * e[:, 2:4] * np.abs(boxes[:, 2:])
    return bound, 4 * (e[:, 4:5] + e[:, 5:]) + elementwise_bound(scores, 2) + TINY


def _expect_decode(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    found = values(case, arrays)
    bounds = _decode_bounds(case, found["boxes"], found["scores"], np.zeros(arrays["region"].shape))
    return {name: Expected(value=found[name], bound=bound) for name, bound in zip(("boxes", "scores"), bounds, strict=True)}


def _letterbox_error(image: Array, shape: tuple[int, ...]) -> Floats:
    """Bilinear: a position errs by some ulps of itself, which between two pixels changes the result by a share of their difference."""
    largest = float(np.abs(image).max(initial=0.5))
    return np.full(shape, U * largest * (2 + 2 * max(image.shape[1:])))


def _expect_letterbox(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    y = values(case, arrays)["y"]
    return {"y": Expected(value=y, bound=4 * _letterbox_error(arrays["image"], y.shape))}


def _expect_forward(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    image = arrays["image"].astype(np.float64)
    pairs = forward(rows_of(arrays, case.sizes["layers"]), arrays["parameters"], image, np.zeros(image.shape))
    value, error = (np.concatenate([np.ravel(pair[i]) for pair in pairs]) for i in (0, 1))
    return {"outputs": Expected(value=value, bound=4 * error + TINY)}


def _expect_detect(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    s, rows = case.sizes, rows_of(arrays, case.sizes["layers"])
    boxed = _letterbox(arrays["image"], *rows[0][10:12])
    y, error = forward(rows, arrays["parameters"], boxed, _letterbox_error(arrays["image"], boxed.shape))[-1]
    boxes, scores = _decode(y, arrays["anchors"], s["classes"], (s["image_h"], s["image_w"]), (rows[0][10], rows[0][11]))
    net = replace_sizes(case, net_h=rows[0][10], net_w=rows[0][11])
    bounds = _decode_bounds(net, boxes, scores, error)
    return {"boxes": Expected(value=boxes, bound=bounds[0]), "scores": Expected(value=scores, bound=bounds[1])}


def replace_sizes(case: Case, **sizes: int) -> Case:
    import msgspec

    return msgspec.structs.replace(case, sizes={**case.sizes, **sizes})


def values(case: Case, arrays: dict[str, Array], ways: Ways = RIGHT) -> dict[str, Floats]:
    """The outputs of a device function, with the right ways of computing or others."""
    s = case.sizes
    image = arrays["image"].astype(np.float64) if "image" in arrays else np.zeros(0)
    match case.entry.removeprefix("ck_yolo_"):
        case "convolution":
            return {"y": ways.convolve(arrays["x"], arrays["weights"], arrays["bias"], s["stride"], s["padding"], s["leaky"])}
        case "maxpool":
            return {"y": ways.pool(arrays["x"].astype(np.float64), s["size"], s["stride"], s["padding"])}
        case "reorg":
            return {"y": ways.reorg(arrays["x"].astype(np.float64), s["stride"]).reshape(arrays["x"].shape)}
        case "route":
            return {"y": ways.route(arrays["a"], arrays["b"]).astype(np.float64)}
        case "region":
            return {"y": ways.region(arrays["x"].astype(np.float64), s["anchors"], s["classes"])}
        case "decode":
            sizes = (s["image_h"], s["image_w"]), (s["net_h"], s["net_w"])
            boxes, scores = ways.decode(arrays["region"].astype(np.float64), arrays["anchors"], s["classes"], *sizes)
            return {"boxes": boxes, "scores": scores}
        case "letterbox":
            return {"y": ways.letterbox(image, s["net_h"], s["net_w"])}
    rows = rows_of(arrays, s["layers"])
    if case.entry == "ck_yolo_forward":
        pairs = forward(rows, arrays["parameters"], image, np.zeros(image.shape), ways)
        return {"outputs": np.concatenate([np.ravel(y) for y, _ in pairs])}
    net = rows[0][10], rows[0][11]
    y = forward(rows, arrays["parameters"], ways.letterbox(image, *net), np.zeros((rows[0][9], *net)), ways)[-1][0]
    boxes, scores = ways.decode(y, arrays["anchors"], s["classes"], (s["image_h"], s["image_w"]), net)
    return {"boxes": boxes, "scores": scores}


# ---- the host's part: text, file, boxes ----


def table_of(network: Network) -> Array:
    """The rows that ck/yolov2.h describes."""
    table = np.zeros((64, COLUMNS), np.int32)
    for number, layer in enumerate(network.layers):
        first = layer.sources[0] + 1 if isinstance(layer, Route) else number
        inputs = network.layers[layer.sources[0]].outputs if isinstance(layer, Route) else layer.inputs
        row = [KINDS[type(layer)], 0, 0, 0, 0, 0, 0, first, 0, *inputs, *layer.outputs, 0]
        match layer:
            case Convolutional():
                row[1:7] = [layer.filters, layer.size, layer.stride, layer.padding, layer.batch_normalize, layer.activation == "leaky"]
            case Maxpool():
                row[2:5] = [layer.size, layer.stride, layer.padding]
            case Reorg():
                row[3] = layer.stride
            case Route():
                row[8] = layer.sources[1] + 1 if len(layer.sources) > 1 else 0
            case Region():
                row[1], row[15] = len(layer.anchors), layer.classes
        table[number] = row
    return table


def anchors_of(network: Network) -> Array:
    anchors = np.zeros(32, np.float32)
    found = np.ravel(network.region.anchors if network.region else [])
    anchors[: len(found)] = found
    return anchors


def network_of(table: Array, layers: int) -> Network:
    """Of a table's rows, what a file of weights depends on."""
    made: list[Layer] = []
    for row in table[:layers].tolist():
        kind, filters, size, stride, padding, normalized, leaky, *_ = row
        inputs, outputs = Shape(*row[9:12]), Shape(*row[12:15])
        activation = "leaky" if leaky else "linear"
        convolution = Convolutional(0, inputs, outputs, filters, size, stride, padding, 1, bool(normalized), activation)
        made.append(convolution if kind == KINDS[Convolutional] else Layer(0, inputs, outputs))
    return Network(made[0].inputs, tuple(made))


def _expect_cfg(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    try:
        network = parse_cfg(arrays["cfg"].tobytes())
        table, anchors, status = table_of(network), anchors_of(network), [0, len(network.layers)]
    except DarknetError as error:
        table, anchors, status = np.zeros((64, COLUMNS), np.int32), np.zeros(32, np.float32), [error.line or 1, 0]
    made = {"table": table, "anchors": anchors, "status": np.array(status)}
    return {
        name: Expected(value=value.astype(np.float64), bound=elementwise_bound(value, 0.5) * (name == "anchors"))
        for name, value in made.items()
    }


def _folded(network: Network, parameters: list[Parameters | None]) -> tuple[Floats, Floats]:
    """W and bias of each convolution, one after another, and the magnitudes that their rounding errors go by."""
    found, magnitude = [np.zeros(0)], [np.zeros(0)]
    for own in parameters:
        if own is not None:
            folded = darknet.fold_batch_norm(own)
            found += [folded.weights.ravel(), folded.bias]
            magnitude += [np.abs(folded.weights).ravel(), np.abs(own.bias) + np.abs(folded.bias - own.bias)]
    return np.concatenate(found), np.concatenate(magnitude)


def _expect_weights(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    network, data = network_of(arrays["table"], case.sizes["layers"]), arrays["file"].tobytes()
    value = magnitude = np.zeros(case.sizes["total"])
    status = OK
    try:
        value, magnitude = _folded(network, read_weights(network, data)[1])
    except DarknetError:
        status = _length_of(network, data) or NUMBER
    result = {"status": Expected(value=np.array([float(status)]), bound=np.zeros(1))}
    bound = elementwise_bound(magnitude, 4) if status == OK else np.full(magnitude.shape, ALMOST_0)
    return result | {"parameters": Expected(value=value, bound=bound)}


def _length_of(network: Network, data: bytes) -> int:
    """What a file's length says about it."""
    try:
        wanted = file_size_bytes(network, read_header(data))
    except DarknetError:
        return TRUNCATED
    return TRUNCATED if len(data) < wanted else TRAILING if len(data) > wanted else OK


def _expect_nms(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    least, above = (float(np.float32(case.scalars[name])) for name in ("least", "threshold"))
    found = darknet_boxes.detect(arrays["boxes"], arrays["scores"], least, above)
    kept = np.zeros(arrays["scores"].shape)
    kept[found.candidates, found.classes] = found.scores
    return {"kept": Expected(value=kept, bound=np.full(kept.shape, ALMOST_0))}


def precisions(case: Case, arrays: dict[str, Array], matched: Callable[..., Array], area: Callable[..., float]) -> dict[str, Floats]:
    """The average precision of each class, 0 for one without a truth, and the mean over those that have any."""
    rows, truths = arrays["detections"].astype(np.float64), arrays["truths"].astype(np.float64)
    above, ap, counted = float(np.float32(case.scalars["threshold"])), np.zeros(case.sizes["classes"]), []
    for number in range(len(ap)):
        mine, theirs = rows[rows[:, 1] == number], truths[truths[:, 1] == number]
        right = np.zeros(len(mine), bool)
        for image in np.unique(mine[:, 0]):
            own = mine[:, 0] == image
            right[own] = matched(mine[own, 3:], mine[own, 2], theirs[theirs[:, 0] == image, 2:], above)
        if len(theirs):
            ap[number] = area(right[np.argsort(-mine[:, 2], kind="stable")], len(theirs))
            counted.append(ap[number])
    return {"ap": ap, "map": np.array([np.mean(counted) if counted else 0.0])}


def _expect_precision(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    found = precisions(case, arrays, matched, average_precision)
    return {name: Expected(value=value, bound=np.full(value.shape, 1e-9)) for name, value in found.items()}


EXPECTED: dict[str, Callable[[Case, dict[str, Array]], dict[str, Expected]]] = {
    "ck_yolo_parse_cfg": _expect_cfg,
    "ck_yolo_read_weights": _expect_weights,
    "ck_yolo_nms": _expect_nms,
    "ck_yolo_average_precision": _expect_precision,
    "ck_yolo_convolution": _expect_convolution,
    "ck_yolo_maxpool": _expect_exact,
    "ck_yolo_reorg": _expect_exact,
    "ck_yolo_route": _expect_exact,
    "ck_yolo_region": _expect_region,
    "ck_yolo_decode": _expect_decode,
    "ck_yolo_letterbox": _expect_letterbox,
    "ck_yolo_forward": _expect_forward,
    "ck_yolo_detect": _expect_detect,
}


# ---- what well-known mistakes give ----


def hypotheses(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    """Verdict code, a colon and a variant -> the buffers that this mistake leaves behind. Variants that change nothing here aren't among
    them."""
    right = expected(case, arrays)
    found: dict[str, dict[str, Array]] = {}
    for name, wrong in _mistakes(case, arrays):
        changed = {buffer: value for buffer, value in wrong.items() if _differs(value, right[buffer])}
        if changed:
            found[name] = changed
    return found


def _differs(value: Array, right: Expected) -> bool:
    with np.errstate(invalid="ignore"):
        same = np.abs(np.ma.getdata(value) - right.value) <= right.bound
    return not (same | np.ma.getmaskarray(value)).all()


MOST_ELEMENTS = 1 << 17  # of a case's arrays: larger ones tell nothing more


def _mistakes(case: Case, arrays: dict[str, Array]) -> Iterator[tuple[str, dict[str, Array]]]:
    if sum(a.size for a in arrays.values()) > MOST_ELEMENTS or any(0 in a.shape for a in arrays.values()):
        return
    if case.entry in HOST_MISTAKES:
        with np.errstate(all="ignore"):
            yield from HOST_MISTAKES[case.entry](case, arrays)
        return
    uses = USES.get(case.entry, tuple(DEVICE_MISTAKES))
    for field in uses:
        for name, way in DEVICE_MISTAKES[field].items():
            try:
                with np.errstate(all="ignore"):
                    yield name, values(case, arrays, replace(RIGHT, **{field: way}))
            except (ValueError, IndexError):  # this mistake leads out of the arrays here: memcheck tells of it
                continue


USES: dict[str, tuple[str, ...]] = {
    "ck_yolo_convolution": ("convolve",),
    "ck_yolo_maxpool": ("pool",),
    "ck_yolo_reorg": ("reorg",),
    "ck_yolo_route": ("route",),
    "ck_yolo_region": ("region",),
    "ck_yolo_decode": ("decode",),
    "ck_yolo_letterbox": ("letterbox",),
    "ck_yolo_forward": ("convolve", "pool", "reorg", "route", "region"),
}

DEVICE_MISTAKES = {
    "convolve": mistakes.CONVOLVE,
    "pool": mistakes.POOL,
    "reorg": mistakes.REORG,
    "route": mistakes.ROUTE,
    "region": mistakes.REGION,
    "decode": mistakes.DECODE,
    "letterbox": mistakes.LETTERBOX,
}
MANY_BOXES = 2000


def _wrong_suppressions(case: Case, arrays: dict[str, Array]) -> Iterator[tuple[str, dict[str, Array]]]:
    if case.sizes["n"] <= MANY_BOXES:
        limits = [float(np.float32(case.scalars[name])) for name in ("least", "threshold")]
        for name, way in mistakes.NMS.items():
            yield name, {"kept": way(arrays["boxes"], arrays["scores"], *limits)}


def _wrong_precisions(case: Case, arrays: dict[str, Array]) -> Iterator[tuple[str, dict[str, Array]]]:
    for name, way in mistakes.MATCHING.items():
        yield name, precisions(case, arrays, way, average_precision)
    for name, area in mistakes.AREA.items():
        yield name, precisions(case, arrays, matched, area)


ORDERS = {
    "scale and mean exchanged": ("bias", "mean", "scale", "variance", "weights"),
    "mean and variance exchanged": ("bias", "scale", "variance", "mean", "weights"),
    "scale and variance exchanged": ("bias", "variance", "mean", "scale", "weights"),
    "bias and scale exchanged": ("scale", "bias", "mean", "variance", "weights"),
    "bias and mean exchanged": ("mean", "scale", "bias", "variance", "weights"),
    "bias last of the four": ("scale", "mean", "variance", "bias", "weights"),
    "weights first": ("weights", "bias", "scale", "mean", "variance"),
    "weights behind the bias": ("bias", "weights", "scale", "mean", "variance"),
}


def _read_as(network: Network, data: bytes, at: int, order: tuple[str, ...]) -> tuple[Floats, bool]:
    """Parameters folded as if the numbers began at byte `at` and stood in this order; NaN where the file has ended. And whether a variance
    is below 0."""
    count = (file_size_bytes(network, Header()) - 20) // 4
    numbers = np.full(count, np.nan)
    there = np.frombuffer(data[at : at + 4 * count], "<f4", offset=0, count=min(count, max(0, len(data) - at) // 4))
    numbers[: len(there)] = there
    own, place, negative = [], 0, False
    for layer in network.layers:
        if not isinstance(layer, Convolutional):
            own.append(None)
            continue
        sizes = dict.fromkeys(("bias", "scale", "mean", "variance") if layer.batch_normalize else ("bias",), (layer.filters,))
        shapes: dict[str, tuple[int, ...]] = {**sizes, "weights": layer.weights_shape}
        found = {}
        for name in order:
            if name in shapes:
                size = int(np.prod(shapes[name]))
                found[name] = numbers[place : place + size].reshape(shapes[name])
                place += size
        negative |= "variance" in found and bool((found["variance"] < 0).any())
        own.append(Parameters(**found))
    return _folded(network, own)[0], negative


def _wrong_files(case: Case, arrays: dict[str, Array]) -> Iterator[tuple[str, dict[str, Array]]]:
    network, data = network_of(arrays["table"], case.sizes["layers"]), arrays["file"].tobytes()
    total = case.sizes["total"]

    def refused(status: int) -> dict[str, Array]:
        return {"parameters": np.zeros(total), "status": np.array([status])}

    try:
        right = read_header(data).size_bytes
    except DarknetError:
        return
    usual = ("bias", "scale", "mean", "variance", "weights")
    for at in (0, 12, 16, 20, 24):
        if at != right:
            length = len(data) - at - (file_size_bytes(network, Header()) - 20)
            yield f"HEADER_OFFSET:numbers from byte {at} on, length seen", refused(TRAILING if length > 0 else TRUNCATED)
            value, negative = _read_as(network, data, at, usual)
            yield f"HEADER_OFFSET:numbers from byte {at} on", {"parameters": np.ma.masked_invalid(value), "status": np.array([OK])}
            if negative:
                yield f"HEADER_OFFSET:numbers from byte {at} on, variance seen", refused(NUMBER)
    if _length_of(network, data) != OK:
        return
    for name, order in ORDERS.items():
        value, negative = _read_as(network, data, right, order)
        yield f"WEIGHT_ORDER:{name}", {"parameters": value, "status": np.array([OK])}
        if negative:
            yield f"WEIGHT_ORDER:{name}, variance seen", refused(NUMBER)


HOST_MISTAKES: dict[str, Callable[[Case, dict[str, Array]], Iterator[tuple[str, dict[str, Array]]]]] = {
    "ck_yolo_nms": _wrong_suppressions,
    "ck_yolo_average_precision": _wrong_precisions,
    "ck_yolo_read_weights": _wrong_files,
    "ck_yolo_parse_cfg": lambda case, arrays: iter(()),
}


# BEGIN STAFF
# ---- what `verify` holds the bounds against ----


def calibration(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    """Whole networks and single convolutions in fp32 must pass; in half precision, or without the last terms, they must fail somewhere."""
    if case.entry not in ("ck_yolo_convolution", "ck_yolo_forward", "ck_yolo_detect") or any(0 in a.shape for a in arrays.values()):
        return {}
    ways: dict[str, Callable[..., Floats]] = {
        "passes:single precision": _single,
        "fails:half precision": mistakes.CONVOLVE["LOW_PRECISION:half precision"],
        "fails:the sum stops at a whole tile": mistakes.CONVOLVE["WRONG_TAIL:the sum stops at a whole tile of 4"],
    }
    made = {name: values(case, arrays, replace(RIGHT, convolve=way)) for name, way in ways.items()}
    return {name: {buffer: value.astype(np.float32) for buffer, value in buffers.items()} for name, buffers in made.items()}


def _single(x: Array, weights: Array, bias: Array, stride: int, padding: int, leaky: bool) -> Floats:
    """One matrix product in fp32, as the linear algebra library orders it."""
    padded = np.pad(x.astype(np.float32), ((0, 0), (padding, padding), (padding, padding)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, weights.shape[2:], axis=(1, 2))[:, ::stride, ::stride]
    y = np.tensordot(weights.astype(np.float32), windows, axes=([1, 2, 3], [0, 3, 4])) + bias.astype(np.float32)[:, None, None]
    return np.where(y > 0, y, np.float32(darknet.LEAK) * y) if leaky else y


# END STAFF
