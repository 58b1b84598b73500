"""Trains assignments/15_yolov2/shapes.weights on generated pictures: a few minutes on one core, the same weights each time on one machine.

    .venv/bin/python reference/15_yolov2/shapes/train.py            (wants torch: `make test-oracles` installs it)
    .venv/bin/python reference/15_yolov2/shapes/train.py --measure  the mAP of the weights that are there

The loss is YOLOv2's (Redmon & Farhadi, 2017): squares for the box of the anchor whose shape fits the truth best, squares for the
objectness, with less weight where nothing is, cross-entropy for the class.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np

from grader.darknet.average_precision import Truths, mean_average_precision
from grader.darknet.boxes import decode, detect
from grader.darknet.cfg import parse_cfg
from grader.darknet.layers import forward
from grader.darknet.letterbox import Fit, letterbox, undo
from grader.darknet.network import Convolutional, Maxpool, Network, Reorg, Route
from grader.darknet.scenes import scene
from grader.darknet.weights import Header, Parameters, read_weights, write_weights

FOLDER = Path(__file__).resolve().parents[3] / "assignments/15_yolov2"
PICTURES = 6000
EPOCHS = 40
BATCH = 32
HELD_OUT = range(1_000_000, 1_000_500)  # seeds; training takes 0 to PICTURES - 1
SEED = 15


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--measure", action="store_true", help="train nothing")
    network = parse_cfg((FOLDER / "shapes.cfg").read_bytes())
    if not options.parse_args().measure:
        parameters = train(network)
        (FOLDER / "shapes.weights").write_bytes(write_weights(network, parameters, Header(seen=PICTURES * EPOCHS)))
    _, parameters = read_weights(network, (FOLDER / "shapes.weights").read_bytes())
    for kind in ("area", "11 points"):
        print(f"mAP ({kind}) on {len(HELD_OUT)} pictures that it hasn't seen: {measure(network, parameters, kind):.4f}")


def measure(network: Network, parameters: list[Parameters | None], kind: str) -> float:
    assert network.region is not None
    found, truths = [], []
    for seed in HELD_OUT:
        picture = scene(seed)
        field, place = letterbox(picture.image, network.inputs.width, network.inputs.height)
        boxes, scores = decode(network.region, forward(network, parameters, field)[-1])
        found.append(detect(undo(boxes, place), scores, 0.005))
        truths.append(Truths(picture.boxes, picture.classes))
    return mean_average_precision(found, truths, network.region.classes, kind=kind).mean


def train(network: Network) -> list[Parameters | None]:
    import torch
    from torch import nn
    from torch.nn import functional

    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    region = network.region
    assert region is not None

    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.convolutions, self.norms = nn.ModuleDict(), nn.ModuleDict()
            for number, layer in enumerate(network.layers):
                if isinstance(layer, Convolutional):
                    channels = layer.inputs.channels
                    self.convolutions[str(number)] = nn.Conv2d(
                        channels,
                        layer.filters,
                        layer.size,
                        layer.stride,
                        layer.padding,
                        groups=layer.groups,
                        bias=not layer.batch_normalize,
                    )
                    if layer.batch_normalize:
                        self.norms[str(number)] = nn.BatchNorm2d(layer.filters)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            outputs: list[torch.Tensor] = []
            for number, layer in enumerate(network.layers):
                match layer:
                    case Convolutional():
                        x = self.convolutions[str(number)](x)
                        x = self.norms[str(number)](x) if layer.batch_normalize else x
                        x = functional.leaky_relu(x, 0.1) if layer.activation == "leaky" else x
                    case Maxpool():
                        low, high = layer.padding // 2, layer.padding - layer.padding // 2
                        even = layer.stride > 1  # then nothing of an even side is padded
                        x = functional.max_pool2d(
                            x if even else functional.pad(x, (low, high, low, high), value=-1e30), layer.size, layer.stride
                        )
                    case Route():
                        x = torch.cat([outputs[source] for source in layer.sources], 1)
                    case Reorg():
                        s, (c, h, w) = layer.stride, layer.inputs
                        blocks = x.reshape(-1, c // s**2, h, s, w, s)
                        x = blocks.permute(0, 3, 5, 1, 2, 4).reshape(-1, c * s**2, h // s, w // s)
                outputs.append(x)
            return x  # what goes into the region layer

    def loss(raw: torch.Tensor, truth: torch.Tensor, shape: torch.Tensor, kind: torch.Tensor, here: torch.Tensor) -> torch.Tensor:
        """`truth` (n, anchors, 4, H, W): x and y in the cell, logarithms of w and h over the anchor's; `here`: the responsible anchors."""
        y = raw.reshape(len(raw), len(region.anchors), 5 + region.classes, *raw.shape[2:])
        box = torch.cat([y[:, :, :2].sigmoid(), y[:, :, 2:4]], 2)
        boxes = ((box - truth) ** 2).sum(2)
        objectness = y[:, :, 4].sigmoid()
        classes = functional.cross_entropy(y[:, :, 5:].movedim(2, 1), kind, reduction="none")
        there = here * ((2 - shape) * boxes * 2.5 + 5 * (objectness - 1) ** 2 + classes)
        return (there + (1 - here) * 0.5 * objectness**2).sum() / len(raw)

    started = time.time()
    data = [torch.from_numpy(array) for array in _samples(network, PICTURES)]
    model = Model()
    optimizer = torch.optim.Adam(model.parameters(), 2e-3, weight_decay=1e-5)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 6e-3, total_steps=EPOCHS * (PICTURES // BATCH))
    for epoch in range(EPOCHS):
        total = 0.0
        for rows in torch.randperm(PICTURES)[: PICTURES // BATCH * BATCH].reshape(-1, BATCH):
            image, *target = (array[rows] for array in data)
            value = loss(model(image), *target)
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
            schedule.step()
            total += value.item()
        print(f"epoch {epoch + 1} of {EPOCHS}: loss {total / (PICTURES // BATCH):.3f} ({time.time() - started:.0f} s)", flush=True)
    return _as_darknet(network, model)


def _samples(network: Network, count: int) -> tuple[np.ndarray, ...]:
    """Images, and what the loss compares with: boxes, their areas in shares of the image, classes, and where a shape is."""
    region = network.region
    assert region is not None
    anchors = np.array(region.anchors)
    _, height, width = region.outputs
    images = np.empty((count, *network.inputs), np.float32)
    truth = np.zeros((count, len(anchors), 4, height, width), np.float32)
    area, here = (np.zeros((count, len(anchors), height, width), np.float32) for _ in range(2))
    kinds = np.zeros((count, len(anchors), height, width), np.int64)
    for number in range(count):
        picture = scene(number)
        images[number], place = letterbox(picture.image, network.inputs.width, network.inputs.height)
        for (x, y, w, h), kind in zip(_into(picture.boxes, place), picture.classes, strict=True):
            x, y, w, h = x * width, y * height, w * width, h * height
            cell = int(y), int(x)
            common = np.minimum(anchors, [w, h]).prod(axis=1)
            anchor = int(np.argmax(common / (anchors.prod(axis=1) + w * h - common)))
            at = number, anchor, *cell
            truth[number, anchor, :, *cell] = x - cell[1], y - cell[0], *np.log([w, h] / anchors[anchor])
            area[at], kinds[at], here[at] = w * h / (width * height), kind, 1
    return images, truth, area, kinds, here


def _into(boxes: np.ndarray, place: Fit) -> np.ndarray:
    """The inverse of `undo`: from shares of the image to shares of the network's input."""
    pixels = boxes * ([place.width, place.height] * 2) + [place.left, place.top, 0, 0]
    return np.asarray(pixels / ([place.network_width, place.network_height] * 2))


def _as_darknet(network: Network, model) -> list[Parameters | None]:  # type: ignore[no-untyped-def]
    """Every layer's parameters as Darknet's file holds them; None where a layer has none."""
    layers = enumerate(network.layers)
    return [_trained(model, str(number), layer) if isinstance(layer, Convolutional) else None for number, layer in layers]


def _trained(model, number: str, layer: Convolutional) -> Parameters:  # type: ignore[no-untyped-def]
    """torch divides by sqrt(v + eps), Darknet by sqrt(v) + 1e-6: the variance that is written makes both the same."""
    convolution = model.convolutions[number]
    weights = convolution.weight.detach().numpy()
    if not layer.batch_normalize:
        return Parameters(convolution.bias.detach().numpy(), weights)
    norm = model.norms[number]
    bias, scale, mean, variance = (a.detach().numpy() for a in (norm.bias, norm.weight, norm.running_mean, norm.running_var))
    variance = (np.sqrt(variance.astype(np.float64) + norm.eps) - 1e-6) ** 2
    return Parameters(bias, weights, scale, mean, variance.astype(np.float32))


if __name__ == "__main__":
    main()
