"""10_conv2d's mathematics beside numbers made by hand, and the totals of networks that the hand-out promises."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from grader.assignment import Case, load_assignment

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "assignments" / "10_conv2d"


@pytest.fixture(scope="module")
def problem() -> ModuleType:
    spec = importlib.util.spec_from_file_location("_conv2d_problem", FOLDER / "problem.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def case(entry: str, **sizes: int) -> Case:
    plain = {"N": 1, "C": 1, "K": 1, "groups": 1, "stride_h": 1, "stride_w": 1, "pad_h": 0, "pad_w": 0, "dilation_h": 1, "dilation_w": 1}
    z = plain | sizes
    for out, extent, taps, axis in (("P", "H", "R", "h"), ("Q", "W", "S", "w")):
        z[out] = (z[extent] + 2 * z[f"pad_{axis}"] - z[f"dilation_{axis}"] * (z[taps] - 1) - 1) // z[f"stride_{axis}"] + 1
    return Case(id="made", visibility="public", entry=entry, sizes=z, fill="small_integers")


def f32(*rows: list[float]) -> Any:
    return np.array(rows, np.float32)[None, None]


IMAGE, FILTER = f32([1, 2, 3], [4, 5, 6]), f32([1, 10], [100, 1000])


def test_the_filter_lies_on_the_image_as_it_is(problem: ModuleType) -> None:
    made = case("ck_conv2d_forward", H=2, W=3, R=2, S=2)
    y = problem.expected(made, {"x": IMAGE, "w": FILTER, "bias": np.array([0.5], np.float32)})["y"]
    assert y.value.tolist() == [[[[5421.5, 6532.5]]]] and not y.bound.any()


def test_padding_stride_and_dilation_by_hand(problem: ModuleType) -> None:
    made = case("ck_conv2d_forward", H=2, W=3, R=2, S=2, pad_h=1, pad_w=1, stride_w=2, dilation_w=2)
    assert (made.sizes["P"], made.sizes["Q"]) == (3, 2)
    y = problem.expected(made, {"x": IMAGE, "w": FILTER, "bias": np.zeros(1, np.float32)})["y"].value
    # columns -1 and 1, then 1 and 3 under the two taps; rows -1 and 0, 0 and 1, 1 and 2
    assert y[0, 0].tolist() == [[2000, 200], [5020, 502], [50, 5]]


def test_each_output_sends_back_what_it_took(problem: ModuleType) -> None:
    made = case("ck_conv2d_backward_data", H=2, W=3, R=2, S=2)
    dx = problem.expected(made, {"dy": f32([1, 2]), "w": FILTER})["dx"].value
    assert dx[0, 0].tolist() == [[1, 12, 20], [100, 1200, 2000]]


def test_a_weight_collects_from_all_pixels_and_images(problem: ModuleType) -> None:
    made = case("ck_conv2d_backward_weight", N=2, H=2, W=3, R=2, S=2)
    found = problem.expected(made, {"x": np.concatenate([IMAGE, 10 * IMAGE]), "dy": np.concatenate([f32([1, 2]), f32([0, 1])])})
    assert found["dw"].value[0, 0].tolist() == [[1 + 4 + 20, 2 + 6 + 30], [4 + 10 + 50, 5 + 12 + 60]]
    assert found["db"].value.tolist() == [4]


def test_groups_see_their_own_channels(problem: ModuleType) -> None:
    made = case("ck_conv2d_forward", C=4, K=2, groups=2, H=1, W=1, R=1, S=1)
    x, w = np.array([1, 2, 3, 4], np.float32).reshape(1, 4, 1, 1), np.array([1, 10, 1, 10], np.float32).reshape(2, 2, 1, 1)
    assert problem.expected(made, {"x": x, "w": w, "bias": np.zeros(2, np.float32)})["y"].value.ravel().tolist() == [21, 43]


@pytest.mark.parametrize(
    ("network", "parameters", "macs"),
    [
        ("alexnet", 60_965_224, 724_406_816),
        ("vgg16", 138_357_544, 15_470_264_320),
        ("resnet50", 25_557_032, 3_857_973_248),
        ("mobilenet", 4_231_976, 568_740_352),
    ],
)
def test_totals_are_those_of_the_hand_out(problem: ModuleType, network: str, parameters: int, macs: int) -> None:
    totals = problem.cost(np.array(problem.NETWORKS[network](), np.int32))["totals"]
    assert totals.tolist() == [parameters, macs]
    for name in ("README.md", "README.ko.md"):
        text = (FOLDER / name).read_text(encoding="utf-8")
        assert f"{parameters:,}" in text and f"{macs:,}" in text


def test_outputs_are_as_large_as_the_contract_says() -> None:
    for made in load_assignment(FOLDER).cases:
        if made.entry != "ck_conv_cost":
            assert made.sizes == made.sizes | case(made.entry, **made.sizes).sizes, made.id
            assert made.sizes["Cg"] * made.sizes["groups"] == made.sizes["C"] and made.sizes["K"] % made.sizes["groups"] == 0
