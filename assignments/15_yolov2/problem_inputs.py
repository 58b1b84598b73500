"""What the calls are given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.assignment import Case
from grader.darknet import boxes as darknet_boxes
from grader.darknet import layers as darknet
from grader.darknet.misread import folded_numbers
from grader.darknet.network import Convolutional, Network
from grader.darknet.scenes import PUBLIC_SEED, scene
from grader.darknet.table import anchors_of, table_of
from grader.darknet.weights import Header, Parameters, read_weights, write_weights

from .problem_networks import TRAINED, cfg_of, network_named

Array = NDArray[Any]


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
