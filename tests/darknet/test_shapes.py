"""The trained network that students get: small, whole, and it finds what is there."""

from __future__ import annotations

from pathlib import Path

from grader.darknet.average_precision import Truths, mean_average_precision
from grader.darknet.boxes import decode, detect
from grader.darknet.cfg import parse_cfg
from grader.darknet.layers import forward
from grader.darknet.letterbox import letterbox, undo
from grader.darknet.scenes import NAMES, scene
from grader.darknet.weights import count, file_size_bytes, read_weights

FOLDER = Path(__file__).parents[2] / "assignments/15_yolov2"


def test_the_trained_network_finds_rectangles_and_circles() -> None:
    network = parse_cfg((FOLDER / "shapes.cfg").read_bytes())
    data = (FOLDER / "shapes.weights").read_bytes()
    header, parameters = read_weights(network, data)
    assert header.size_bytes == 20
    assert file_size_bytes(network) == len(data) < 300_000
    assert count(network) < 60_000
    assert network.region is not None
    assert network.region.classes == len(NAMES)
    found, truths = [], []
    for seed in range(1_000_000, 1_000_060):  # none of the pictures of the training
        picture = scene(seed)
        field, place = letterbox(picture.image, network.inputs.width, network.inputs.height)
        boxes, scores = decode(network.region, forward(network, parameters, field)[-1])
        found.append(detect(undo(boxes, place), scores, 0.005))
        truths.append(Truths(picture.boxes, picture.classes))
    assert mean_average_precision(found, truths, len(NAMES)).mean > 0.8
    assert mean_average_precision(found, truths, len(NAMES), kind="11 points").mean > 0.8
