"""15_yolov2, the mathematics: inputs of one call -> what every output must hold, and what it would hold after a well-known mistake.

Students have it without its STAFF parts: `grader check` needs it at home. The formulas are those of grader/darknet, in float64; what stands
here is how fp32 may differ from them, how inputs are made, and in which ways the formulas are usually misread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
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
from grader.darknet.letterbox import fit
from grader.darknet.misread import ORDERS, USUAL, folded_numbers, read_as
from grader.darknet.network import Convolutional, Network
from grader.darknet.rounding import (
    BOUND,
    RIGHT,
    TINY,
    Ways,
    boxed,
    decode_bounds,
    decoded,
    forward,
    letterbox_error,
    magnitude,
    region_error,
)
from grader.darknet.scenes import PUBLIC_SEED, scene
from grader.darknet.table import ANCHOR_NUMBERS, COLUMNS, ROWS, anchors_of, network_of, table_of
from grader.darknet.weights import Header, Parameters, file_size_bytes, read_header, read_weights, write_weights

Array = NDArray[Any]
Floats = NDArray[np.float64]
Outputs = dict[str, Array]

OK, TRUNCATED, TRAILING, NUMBER = 0, 10, 11, 12  # CK_WEIGHTS_… in ck/yolov2.h
AP_BOUND = 1e-5  # of a precision: what sums of a few hundred of them in fp32 stay far below, and a box more or less far above
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
        return folded_numbers(network, read_weights(network, TRAINED.with_suffix(".weights").read_bytes())[1])[0].astype(np.float32)
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
    while (tied := _between_two(detections, truths, case.scalars["threshold"])).any():
        detections[tied, 3:] = _boxes(int(tied.sum()), rng, max(1, d // 2))
    return {"detections": detections, "truths": truths}


def _between_two(detections: Array, truths: Array, above: float) -> Array:
    """Which detections overlap two truths so much and equally, as far as fp32 can tell: what counts there is the order of the rows, which
    shall not be for a seed to ask."""
    if len(truths) < 2:
        return np.zeros(len(detections), bool)
    share = darknet_boxes.iou(detections[:, None, 3:], truths[None, :, 2:]) * (detections[:, None, :2] == truths[None, :, :2]).all(axis=2)
    second, first = np.sort(share, axis=1)[:, -2:].T
    return np.asarray((first >= above) & (first - second < 1e-5))


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
        seed = PUBLIC_SEED if name == "shapes" else int(rng.integers(1 << 30))
        made["image"] = scene(seed, case.sizes["image_w"], case.sizes["image_h"]).image
    return made | {"anchors": anchors_of(network)[: 2 * case.sizes["A"]]}


def rows_of(arrays: dict[str, Array], layers: int) -> list[list[int]]:
    return [[int(v) for v in row] for row in arrays["table"][:layers]]


# ---- what is right ----


def expected(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    return EXPECTED[case.entry](case, arrays)


def _expect_convolution(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    s = case.sizes
    x, weights, bias = arrays["x"], arrays["weights"], arrays["bias"]
    value = values(case, arrays)["y"]
    terms = s["C"] * s["size"] ** 2
    whole = case.fill == "small_integers" and not s["leaky"] and order_free(8, terms)
    bound = exact(value) if whole else gemm_bound(magnitude(x, weights, bias, s["stride"], s["padding"]), terms)
    return {"y": Expected(value=value, bound=bound, rms=GEMM_RMS, worst=gemm_worst(terms))}


def _expect_exact(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    return {name: Expected(value=value, bound=exact(value)) for name, value in values(case, arrays).items()}


def _expect_region(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    y = values(case, arrays)["y"]
    bound = BOUND * region_error(arrays["x"], y, case.sizes["anchors"])
    return {"y": Expected(value=y, bound=bound.reshape(y.shape))}


def _expect_decode(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    found = values(case, arrays)
    s = case.sizes
    place = fit(s["image_w"], s["image_h"], s["net_w"], s["net_h"])
    bounds = decode_bounds(found["boxes"], found["scores"], place, np.zeros(arrays["region"].shape))
    return {name: Expected(value=found[name], bound=bound) for name, bound in zip(("boxes", "scores"), bounds, strict=True)}


def _expect_letterbox(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    y = values(case, arrays)["y"]
    return {"y": Expected(value=y, bound=BOUND * letterbox_error(arrays["image"], y.shape))}


def _expect_forward(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    image = arrays["image"].astype(np.float64)
    pairs = forward(rows_of(arrays, case.sizes["layers"]), arrays["parameters"], image, np.zeros(image.shape))
    value, error = (np.concatenate([np.ravel(pair[i]) for pair in pairs]) for i in (0, 1))
    return {"outputs": Expected(value=value, bound=BOUND * error + TINY)}


def _expect_detect(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    s, rows = case.sizes, rows_of(arrays, case.sizes["layers"])
    field = boxed(arrays["image"], *rows[0][10:12])
    y, error = forward(rows, arrays["parameters"], field, letterbox_error(arrays["image"], field.shape))[-1]
    boxes, scores = decoded(y, arrays["anchors"], s["classes"], (s["image_h"], s["image_w"]), (rows[0][10], rows[0][11]))
    bounds = decode_bounds(boxes, scores, fit(s["image_w"], s["image_h"], rows[0][11], rows[0][10]), error)
    return {"boxes": Expected(value=boxes, bound=bounds[0]), "scores": Expected(value=scores, bound=bounds[1])}


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


def _expect_cfg(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    try:
        network = parse_cfg(arrays["cfg"].tobytes())
        table, anchors, status = table_of(network), anchors_of(network), [0, len(network.layers)]
    except DarknetError as error:
        table, anchors, status = np.zeros((ROWS, COLUMNS), np.int32), np.zeros(ANCHOR_NUMBERS, np.float32), [error.line or 1, 0]
    made = {"table": table, "anchors": anchors, "status": np.array(status)}
    return {
        name: Expected(value=value.astype(np.float64), bound=elementwise_bound(value, 1) * (name == "anchors"))
        for name, value in made.items()
    }


def _expect_weights(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    network, data = network_of(arrays["table"], case.sizes["layers"]), arrays["file"].tobytes()
    value = magnitude = np.zeros(case.sizes["total"])
    status = OK
    try:
        value, magnitude = folded_numbers(network, read_weights(network, data)[1])
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
    return {name: Expected(value=value, bound=np.full(value.shape, AP_BOUND)) for name, value in found.items()}


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


def _wrong_files(case: Case, arrays: dict[str, Array]) -> Iterator[tuple[str, dict[str, Array]]]:
    network, data = network_of(arrays["table"], case.sizes["layers"]), arrays["file"].tobytes()
    total = case.sizes["total"]

    def refused(status: int) -> dict[str, Array]:
        return {"parameters": np.zeros(total), "status": np.array([status])}

    try:
        right = read_header(data).size_bytes
    except DarknetError:
        return
    for at in (0, 12, 16, 20, 24):
        if at != right:
            length = len(data) - at - (file_size_bytes(network, Header()) - 20)
            yield f"HEADER_OFFSET:numbers from byte {at} on, length seen", refused(TRAILING if length > 0 else TRUNCATED)
            value, negative = read_as(network, data, at, USUAL)
            yield f"HEADER_OFFSET:numbers from byte {at} on", {"parameters": np.ma.masked_invalid(value), "status": np.array([OK])}
            if negative:
                yield f"HEADER_OFFSET:numbers from byte {at} on, variance seen", refused(NUMBER)
    if _length_of(network, data) != OK:
        return
    for name, order in ORDERS.items():
        value, negative = read_as(network, data, right, order)
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
