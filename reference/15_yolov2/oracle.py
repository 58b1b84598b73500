"""15_yolov2 by PyTorch, in double precision: an oracle that we did not write. It speaks of single layers, of the letterbox and of whole
networks; of boxes, files and texts it says nothing (docs/design/yolov2.md has what OpenCV says of those).

Darknet's reorg is `unfold` of the input seen as C / s² channels of s times the size, its blocks' places before its channels; its scaling is
`interpolate` with corners on corners, but for a side of one pixel, where PyTorch takes the first pixel and Darknet the last.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.assignment import Case

CONVOLUTIONAL, MAXPOOL, REORG, ROUTE, REGION = range(1, 6)


def oracle(case: Case, arrays: dict[str, np.ndarray[Any, Any]]) -> dict[str, np.ndarray[Any, Any]]:
    import torch

    s, given = case.sizes, {name: torch.from_numpy(array.astype(np.float64)) for name, array in arrays.items()}
    if any(0 in array.shape for name, array in arrays.items() if name != "b"):
        return {}
    what = case.entry.removeprefix("ck_yolo_")
    if what == "letterbox" or what == "forward":
        return _whole(what, s, given, arrays)
    layers = {
        "convolution": lambda: _convolution(given["x"], given["weights"], given["bias"], s["stride"], s["padding"], s["leaky"]),
        "maxpool": lambda: _maxpool(given["x"], s["size"], s["stride"], s["padding"]),
        "reorg": lambda: _reorg(given["x"], s["stride"]).reshape(given["x"].shape),
        "route": lambda: torch.cat([given["a"], given["b"]]),
        "region": lambda: _region(given["x"], s["anchors"], s["classes"]),
    }
    return {"y": layers[what]().numpy()} if what in layers else {}


def _whole(what: str, s: dict[str, int], given: dict[str, Any], arrays: dict[str, np.ndarray[Any, Any]]) -> dict[str, np.ndarray[Any, Any]]:
    import torch

    if what == "letterbox":
        y = _letterbox(given["image"], s["net_h"], s["net_w"])
        return {} if y is None else {"y": y.numpy()}
    outputs = _forward(arrays["table"][: s["layers"]].tolist(), given["parameters"], given["image"])
    return {"outputs": torch.cat([y.flatten() for y in outputs]).numpy()}


def _convolution(x: Any, weights: Any, bias: Any, stride: int, padding: int, leaky: int) -> Any:
    import torch.nn.functional as F

    y = F.conv2d(x[None], weights, bias, stride, padding)[0]
    return F.leaky_relu(y, 0.1) if leaky else y


def _maxpool(x: Any, size: int, stride: int, padding: int) -> Any:
    import torch
    import torch.nn.functional as F

    before, after = padding // 2, padding - padding // 2
    return F.max_pool2d(F.pad(x, (before, after, before, after), value=-torch.inf)[None], size, stride)[0]


def _reorg(x: Any, stride: int) -> Any:
    import torch.nn.functional as F

    channels, height, width = x.shape
    seen = x.reshape(1, channels // stride**2, height * stride, width * stride)
    blocks = F.unfold(seen, stride, stride=stride).reshape(channels // stride**2, stride**2, height * width)
    return blocks.transpose(0, 1).reshape(channels * stride**2, height // stride, width // stride)


def _region(x: Any, anchors: int, classes: int) -> Any:
    import torch

    y = x.reshape(anchors, 5 + classes, *x.shape[1:])
    parts = [torch.sigmoid(y[:, :2]), y[:, 2:4], torch.sigmoid(y[:, 4:5]), torch.softmax(y[:, 5:], dim=1)]
    return torch.cat(parts, dim=1).reshape(x.shape)


def _letterbox(image: Any, net_h: int, net_w: int) -> Any:
    import torch
    import torch.nn.functional as F

    _, h, w = image.shape
    scale = min(net_h / h, net_w / w)
    high, wide = (net_h, max(1, w * net_h // h)) if net_w * h >= net_h * w else (max(1, h * net_w // w), net_w)
    assert abs(high - scale * h) <= 1 and abs(wide - scale * w) <= 1
    if (high == 1 < h) or (wide == 1 < w):
        return None
    y = torch.full((len(image), net_h, net_w), 0.5, dtype=torch.float64)
    top, left = (net_h - high) // 2, (net_w - wide) // 2
    y[:, top : top + high, left : left + wide] = F.interpolate(image[None], (high, wide), mode="bilinear", align_corners=True)[0]
    return y


def _forward(rows: list[list[int]], parameters: Any, image: Any) -> list[Any]:
    import torch

    outputs: list[Any] = []
    at = 0
    for kind, filters, size, stride, padding, _, leaky, first, second, channels, *rest in rows:
        x = outputs[first - 1] if first else image
        if kind == CONVOLUTIONAL:
            count = filters * channels * size * size
            weights = parameters[at : at + count].reshape(filters, channels, size, size)
            y = _convolution(x, weights, parameters[at + count : at + count + filters], stride, padding, leaky)
            at += count + filters
        elif kind == MAXPOOL:
            y = _maxpool(x, size, stride, padding)
        elif kind == REORG:
            y = _reorg(x, stride)
        elif kind == ROUTE:
            y = torch.cat([x, outputs[second - 1]]) if second else x
        else:
            y = _region(x, filters, rest[-1])
        outputs.append(y)
    return outputs


def shapes() -> Any:
    """Random small cases of the single layers and of the letterbox."""
    from hypothesis import strategies as st

    @st.composite
    def shape(draw: Any) -> dict[str, Any]:
        def number(low: int, high: int) -> int:
            return int(draw(st.integers(low, high)))

        what = draw(st.sampled_from(["convolution", "maxpool", "reorg", "route", "region", "letterbox"]))
        sizes: dict[str, int] = {}
        if what == "convolution":
            size, stride, padding = number(1, 5), number(1, 3), number(0, 3)
            height, width = number(max(1, size - 2 * padding), 12), number(max(1, size - 2 * padding), 40)
            sizes = {"C": number(1, 9), "H": height, "W": width, "F": number(0, 40), "size": size, "stride": stride, "padding": padding}
            sizes |= {
                "leaky": number(0, 1),
                "OH": (height + 2 * padding - size) // stride + 1,
                "OW": (width + 2 * padding - size) // stride + 1,
            }
        elif what == "maxpool":
            size, stride = number(1, 5), number(1, 4)
            padding = number(0, size - 1)
            height, width = number(size - padding, 20), number(size - padding, 40)
            sizes = {"C": number(0, 4), "H": height, "W": width, "size": size, "stride": stride, "padding": padding}
            sizes |= {"OH": (height + padding - size) // stride + 1, "OW": (width + padding - size) // stride + 1}
        elif what == "reorg":
            stride = number(1, 3)
            sizes = {"C": number(1, 3) * stride**2, "H": number(1, 5) * stride, "W": number(1, 7) * stride, "stride": stride}
        elif what == "route":
            sizes = {"CA": number(1, 9), "CB": number(0, 9), "H": number(1, 9), "W": number(1, 20)}
            sizes["CY"] = sizes["CA"] + sizes["CB"]
        elif what == "region":
            sizes = {"anchors": number(1, 5), "classes": number(1, 9), "H": number(1, 9), "W": number(1, 9)}
            sizes["D"] = sizes["anchors"] * (5 + sizes["classes"])
        else:
            sizes = {"image_h": number(1, 40), "image_w": number(1, 40), "net_h": number(1, 32), "net_w": number(1, 32)}
        return {"entry": f"ck_yolo_{what}", "sizes": sizes, "scalars": {}}

    return shape()
