"""grader/darknet against libraries that we did not write: OpenCV's Darknet reader and suppression, torch's interpolation, a package's mAP.

`make test-oracles`. docs/design/yolov2.md has what was measured.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.darknet.average_precision import Truths, mean_average_precision
from grader.darknet.boxes import Detections, decode, detect
from grader.darknet.cfg import parse_cfg
from grader.darknet.invented import invented_parameters
from grader.darknet.known import yolov2_tiny_voc, yolov2_voc
from grader.darknet.layers import cross_correlation, forward, maxpool
from grader.darknet.letterbox import letterbox, resize, undo
from grader.darknet.network import Convolutional, Layer, Network
from grader.darknet.scenes import scene
from grader.darknet.weights import Header, Parameters, read_weights, write_weights
from tests.darknet.cfgs import random_cfg

pytestmark = pytest.mark.oracle

NETS = 50
RELATIVE = 1e-4  # of the largest number in a layer's output
SHAPES = Path(__file__).parents[2] / "assignments/15_yolov2"


@pytest.fixture(scope="module")
def cv2() -> Any:
    module = pytest.importorskip("cv2", reason="`make test-oracles` installs opencv-python-headless")
    module.setNumThreads(1)
    return module


class OpenCV:
    """A network as OpenCV reads it from the files that we write."""

    def __init__(self, cv2: Any, folder: Path, cfg: str, weights: bytes) -> None:
        (folder / "net.cfg").write_text(cfg)
        (folder / "net.weights").write_bytes(weights)
        self.net = cv2.dnn.readNetFromDarknet(str(folder / "net.cfg"), str(folder / "net.weights"))
        self.net.setPreferableBackend(cv2.dnn.DNN_BACKEND_OPENCV)
        self.names = list(self.net.getLayerNames())

    def outputs(self, image: np.ndarray) -> dict[str, np.ndarray]:
        self.net.setInput(image.astype(np.float32)[None])
        return dict(zip(self.names, self.net.forward(self.names), strict=True))

    def name(self, number: int, layer: Layer) -> str:
        """Of the output of one of our layers. OpenCV counts an activation as the layer after its convolution."""
        if isinstance(layer, Convolutional) and layer.activation == "leaky":
            return f"leaky_{number + 1}"
        return next(name for kind in ("bn", "conv", "pool", "reorg", "concat", "identity") if (name := f"{kind}_{number}") in self.names)


def worst(opencv: OpenCV, network: Network, parameters: list[Parameters | None], image: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
    """The largest difference of any layer, over the layer's largest number; and the region layer's outputs, ours and OpenCV's."""
    theirs = opencv.outputs(image)
    ours = forward(network, parameters, image)
    differences = [0.0]
    for number, (layer, output) in enumerate(zip(network.layers, ours, strict=True)):
        if layer is not network.region:
            difference = np.abs(theirs[opencv.name(number, layer)][0] - output).max() / np.abs(output).max()
            assert difference <= RELATIVE, f"layer {number}: {layer}"
            differences.append(float(difference))
    return max(differences), ours[-1], theirs["detection_out"]


def in_our_order(network: Network, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """OpenCV's rows (x, y, w, h, objectness, scores of the classes), cell by cell, as boxes and scores with the anchors outermost."""
    assert network.region is not None
    anchors = len(network.region.anchors)
    rows = rows.reshape(-1, anchors, rows.shape[1]).transpose(1, 0, 2).reshape(len(rows), -1)
    return rows[:, :4], rows[:, 5:]


def suppressed(boxes: np.ndarray, scores: np.ndarray, threshold: float, above: float) -> np.ndarray:
    """The scores with 0 for all that our suppression takes away: what OpenCV's region layer gives out, with its 0.4."""
    found = detect(boxes, scores, threshold, above)
    left = np.zeros_like(scores)
    left[found.candidates, found.classes] = found.scores
    return left


def kept_by(cv2: Any, boxes: np.ndarray, scores: np.ndarray, threshold: float) -> list[tuple[int, int]]:
    """(class, candidate) of all that OpenCV's NMSBoxes keeps at 0.45, class by class, best first."""
    corners = np.concatenate([boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, 2:]], axis=1).tolist()
    kept: list[tuple[int, int]] = []
    for number in range(scores.shape[1]):
        of = scores[:, number].astype(np.float32).tolist()
        kept += [(number, int(candidate)) for candidate in cv2.dnn.NMSBoxes(corners, of, threshold, 0.45)]
    return kept


def compare_detections(cv2: Any, network: Network, ours: np.ndarray, rows: np.ndarray, threshold: float) -> Detections:
    """Decoding and suppression, against OpenCV's region layer (boxes, objectness, scores suppressed at 0.4) and its NMSBoxes (0.45)."""
    assert network.region is not None
    boxes, scores = decode(network.region, ours)
    their_boxes, their_scores = in_our_order(network, rows)
    assert np.abs(boxes / their_boxes - 1).max() <= 1e-3
    assert np.abs(suppressed(boxes, scores, 0.001, 0.4) - their_scores).max() <= RELATIVE
    found = detect(boxes, scores, threshold)
    assert by_class(found) == kept_by(cv2, boxes, scores, threshold)
    return found


def by_class(found: Detections) -> list[tuple[int, int]]:
    order = np.argsort(found.classes, kind="stable")
    return list(zip(found.classes[order].tolist(), found.candidates[order].tolist(), strict=True))


@pytest.mark.parametrize("seed", range(NETS))
def test_a_random_network_layer_by_layer_and_its_detections(cv2: Any, tmp_path: Path, record_property: Any, seed: int) -> None:
    random = np.random.default_rng([15, seed])
    text = random_cfg(random)
    network = parse_cfg(text)
    assert network.region is not None
    parameters = invented_parameters(network, random)
    header = Header(0, int(random.integers(0, 4)), 0, int(random.integers(1 << 31)))  # 16 or 20 bytes
    opencv = OpenCV(cv2, tmp_path, text, write_weights(network, parameters, header))
    image = random.random(tuple(network.inputs)).astype(np.float32)
    difference, ours, rows = worst(opencv, network, parameters, image)
    record_property("difference", difference)
    found = compare_detections(cv2, network, ours, rows, 0.1)
    assert len(found.scores) > 10


@pytest.mark.parametrize(("cfg", "side"), [(yolov2_tiny_voc(), 416), (yolov2_voc(), 96)])
def test_the_networks_of_the_paper(cv2: Any, tmp_path: Path, cfg: str, side: int) -> None:
    """Shapes don't depend on the weights, so these are random. Full size for tiny-voc."""
    cfg = cfg.replace("=416", f"={side}")
    network = parse_cfg(cfg)
    random = np.random.default_rng(2017)
    parameters = invented_parameters(network, random)
    opencv = OpenCV(cv2, tmp_path, cfg, write_weights(network, parameters))
    _, ours, rows = worst(opencv, network, parameters, random.random(tuple(network.inputs)))
    compare_detections(cv2, network, ours, rows, 0.1)


@pytest.fixture(scope="module")
def shapes() -> tuple[Network, list[Parameters | None]]:
    network = parse_cfg((SHAPES / "shapes.cfg").read_bytes())
    return network, read_weights(network, (SHAPES / "shapes.weights").read_bytes())[1]


def test_the_trained_network(cv2: Any, tmp_path: Path, shapes: tuple[Network, list[Parameters | None]]) -> None:
    network, parameters = shapes
    assert network.region is not None
    opencv = OpenCV(cv2, tmp_path, (SHAPES / "shapes.cfg").read_text(), (SHAPES / "shapes.weights").read_bytes())
    several = 0
    for seed in range(2_000_000, 2_000_050):
        field, _ = letterbox(scene(seed).image, network.inputs.width, network.inputs.height)
        _, ours, rows = worst(opencv, network, parameters, field.astype(np.float32))
        several += len(compare_detections(cv2, network, ours, rows, 0.3).scores) > 1
    assert several > 10


# mean average precision


def package_says(found: list[Detections], truths: list[Truths], classes: int, kind: str) -> tuple[float, list[float]]:
    """mean-average-precision counts pixels inclusively (+ 1 on each side): corners in large units, the far ones moved by 1, take that
    out."""
    package = pytest.importorskip("mean_average_precision", reason="`make test-oracles` installs mean-average-precision")
    metric = package.MetricBuilder.build_evaluation_metric("map_2d", async_mode=False, num_classes=classes)

    def corners(boxes: np.ndarray) -> np.ndarray:
        near, far = boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2
        return np.concatenate([near * 1000, far * 1000 - 1], axis=1)

    for own, true in zip(found, truths, strict=True):
        zeros = np.zeros((len(true.classes), 2))  # neither difficult nor a crowd
        metric.add(
            np.concatenate([corners(own.boxes), own.classes[:, None], own.scores[:, None]], axis=1),
            np.concatenate([corners(true.boxes), true.classes[:, None], zeros], axis=1),
        )
    recalls = np.array([k / 10 for k in range(11)]) if kind == "11 points" else None
    value = metric.value(iou_thresholds=0.5, recall_thresholds=recalls)
    return value["mAP"], [value[0.5][number]["ap"] for number in range(classes)]


def random_set(random: np.random.Generator, classes: int) -> tuple[list[Detections], list[Truths]]:
    """Some detections near a truth, some of them two of one truth, some of another class, some anywhere. All classes have a truth; no two
    scores are equal."""
    found, truths = [], []
    for picture in range(random.integers(1, 12)):
        count = int(random.integers(0, 6)) + (classes if picture == 0 else 0)
        boxes = np.concatenate([random.random((count, 2)), random.uniform(0.1, 0.5, (count, 2))], axis=1)
        kinds = (
            np.concatenate([np.arange(classes), random.integers(0, classes, count)])[:count]
            if picture == 0
            else random.integers(0, classes, count)
        )
        truths.append(Truths(boxes, kinds))
        near = random.integers(0, count, random.integers(0, 3 * count + 1)) if count else np.empty(0, np.int64)
        moved = boxes[near] * random.uniform(0.8, 1.25, (len(near), 4))
        anywhere = np.concatenate([random.random((3, 2)), random.uniform(0.1, 0.5, (3, 2))], axis=1)
        right_kind = np.where(random.random(len(near)) < 0.8, kinds[near], random.integers(0, classes, len(near)))
        own = np.concatenate([moved, anywhere])
        found.append(
            Detections(own, random.random(len(own)), np.concatenate([right_kind, random.integers(0, classes, 3)]), np.arange(len(own)))
        )
    return found, truths


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("kind", ["area", "11 points"])
def test_mean_average_precision_of_a_random_set(kind: str, seed: int) -> None:
    random = np.random.default_rng([7, seed])
    classes = int(random.integers(1, 5))
    found, truths = random_set(random, classes)
    ours = mean_average_precision(found, truths, classes, kind=kind)
    mean, per_class = package_says(found, truths, classes, kind)
    assert ours.mean == pytest.approx(mean, abs=1e-6)
    assert ours.per_class == pytest.approx(per_class, abs=1e-6)


def test_mean_average_precision_of_the_trained_network(shapes: tuple[Network, list[Parameters | None]]) -> None:
    network, parameters = shapes
    assert network.region is not None
    found, truths = [], []
    for seed in range(1_000_000, 1_000_100):
        picture = scene(seed)
        field, place = letterbox(picture.image, network.inputs.width, network.inputs.height)
        boxes, scores = decode(network.region, forward(network, parameters, field)[-1])
        found.append(detect(undo(boxes, place), scores, 0.005))
        truths.append(Truths(picture.boxes, picture.classes))
    for kind in ("area", "11 points"):
        ours = mean_average_precision(found, truths, network.region.classes, kind=kind).mean
        assert ours == pytest.approx(package_says(found, truths, network.region.classes, kind)[0], abs=1e-6)
        assert ours >= 0.8


# torch, in float64


@pytest.fixture(scope="module")
def torch() -> Any:
    return pytest.importorskip("torch", reason="`make test-oracles` installs torch")


@pytest.mark.parametrize(
    ("size", "target"), [((3, 7, 5), (4, 9)), ((1, 1, 6), (8, 3)), ((2, 64, 48), (31, 64)), ((3, 10, 10), (10, 10)), ((1, 2, 2), (50, 50))]
)
def test_resizing_is_bilinear_with_aligned_corners(torch: Any, size: tuple[int, ...], target: tuple[int, int]) -> None:
    image = np.random.default_rng(4).random(size)
    expected = torch.nn.functional.interpolate(torch.from_numpy(image)[None], target, mode="bilinear", align_corners=True)[0].numpy()
    assert np.abs(resize(image, target[1], target[0]) - expected).max() < 1e-12


@pytest.mark.parametrize("seed", range(20))
def test_convolution_and_pool(torch: Any, seed: int) -> None:
    random = np.random.default_rng(seed)
    groups, size, stride = int(random.integers(1, 4)), int(random.integers(1, 6)), int(random.integers(1, 4))
    padding = int(random.integers(0, size))
    x = random.normal(size=(groups * 2, int(random.integers(size, 12)), int(random.integers(size, 12))))
    weights = random.normal(size=(groups * 3, 2, size, size))
    expected = torch.nn.functional.conv2d(torch.from_numpy(x)[None], torch.from_numpy(weights), None, stride, padding, 1, groups)[0].numpy()
    assert np.abs(cross_correlation(x, weights, stride, padding, groups) - expected).max() < 1e-12
    low, high = (size - 1) // 2, size - 1 - (size - 1) // 2
    padded = torch.nn.functional.pad(torch.from_numpy(x)[None], (low, high, low, high), value=-np.inf)
    assert np.array_equal(maxpool(x, size, stride, size - 1), torch.nn.functional.max_pool2d(padded, size, stride)[0].numpy())
