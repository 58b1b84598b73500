"""18_caffe_caffe2: the oracle by hand and against Caffe's own layers, the layer runtime's rules, the keys of the answers."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Literal

import numpy as np
import pytest

from grader.assignment import Case, load_assignment
from grader.checks.failed import CheckFailed
from grader.checks.rooms import Room
from grader.lanes import Found, find
from grader.module_file import load
from grader.records import Problem, Run
from grader.toolchain import host_compiler

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "assignments" / "18_caffe_caffe2"
REFERENCE = ROOT / "reference" / "18_caffe_caffe2"


@pytest.fixture(scope="module")
def problem() -> ModuleType:
    return load(FOLDER / "problem.py", "_caffe_problem")


def test_the_oracle_by_hand(problem: ModuleType) -> None:
    x = np.arange(1, 13, dtype=np.float32).reshape(1, 1, 3, 4)
    scale, dy = np.array([2], np.float32), np.array([[[[10, 100]]]], np.float32)
    assert problem.forward(x, scale, (1, 1)).tolist() == [[[[12, 14]]]]
    assert problem.backward_data(x, scale, dy, (1, 1)).tolist() == [[[[0, 0, 0, 0], [0, 20, 200, 0], [0, 0, 0, 0]]]]
    assert problem.backward_scale(x, dy, (1, 1)).tolist() == [6 * 10 + 7 * 100]


def test_gradients_are_derivatives(problem: ModuleType) -> None:
    rng = np.random.default_rng(1)
    x, scale, dy = rng.normal(size=(2, 3, 5, 6)), rng.normal(size=3), rng.normal(size=(2, 3, 3, 2))
    crop, step = (1, 2), 1e-6

    def loss(x: np.ndarray, scale: np.ndarray) -> float:
        return float((problem.forward(x, scale, crop) * dy).sum())

    dx, dscale = problem.backward_data(x, scale, dy, crop), problem.backward_scale(x, dy, crop)
    for place in ((0, 1, 2, 3), (1, 2, 1, 2), (1, 0, 0, 0)):
        moved = x.copy()
        moved[place] += step
        assert dx[place] == pytest.approx((loss(moved, scale) - loss(x, scale)) / step, abs=1e-4)
    for c in range(3):
        moved = scale.copy()
        moved[c] += step
        assert dscale[c] == pytest.approx((loss(x, moved) - loss(x, scale)) / step, abs=1e-4)


def test_no_known_mistake_passes_for_right(problem: ModuleType) -> None:
    """In each of the rooms' cases, at each shape: a mistake that can't be told from the right answer would never be named."""
    rng = np.random.default_rng(2)
    for case in (case for case in load_assignment(FOLDER).cases if case.run):
        files = problem.room(case, rng)
        crop, shapes = problem.plan_of(case)
        for k in range(len(shapes)):
            x, dy, old = (files[f"task/{name}{k}.npy"] for name in ("x", "dy", "old_dx"))
            if not dy.size:  # nothing is left of the images
                continue
            scale, before = files["task/scale.npy"], files["task/old_dscale.npy"]
            right = problem.backward_data(x, scale, dy, crop)
            for code, variant, wrong in problem.data_mistakes(x, scale, dy, crop, old):
                assert not (wrong == right).all() or (crop == (0, 0) and "margin" in variant), (case.id, k, code, variant)
            right = before + problem.backward_scale(x, dy, crop)
            bound = problem.scale_bound(x, dy, crop, before)
            for code, variant, wrong in problem.scale_mistakes(x, dy, crop, before):
                if not (variant == "the first image's" and shapes[k][0] == 1):
                    assert not (abs(wrong - right) <= bound).all(), (case.id, k, code, variant)


def test_each_check_looks_at_one_runtime() -> None:
    runtimes = {case.id: case.lane or case.runtime or "gpu" for case in load_assignment(FOLDER).cases}
    for file in ("test_public.py", "test_hidden.py"):
        for marked in re.findall(r"@pytest\.mark\.cases\(([^)]*)\)", (FOLDER / file).read_text(encoding="utf-8")):
            names = re.findall(r'"(\w+)"', marked)
            assert len({runtimes[name] for name in names}) == 1, names


def test_keys_and_reviewed_files_are_the_same_everywhere() -> None:
    starter = json.loads((FOLDER / "starter" / "answers.json").read_text(encoding="utf-8"))
    assert set(starter.values()) == {None}
    assert list(json.loads((REFERENCE / "answers.json").read_text(encoding="utf-8"))) == list(starter)
    reviewed = {file.name for file in (FOLDER / "starter" / "review").iterdir()}
    for name in ("README.md", "README.ko.md"):
        rows = re.findall(r"^\| `(review_\w+)` \| `([\w.]+)` \|", (FOLDER / name).read_text(encoding="utf-8"), re.MULTILINE)
        assert [key for key, _ in rows] == list(starter)
        assert {file for _, file in rows} == reviewed
        assert all(key == f"review_{file.partition('.')[0]}" for key, file in rows)


PROGRAM = r"""
#include <cstdio>
#include "caffe/layer_factory.hpp"
using namespace caffe;
template <typename T> struct TwiceLayer : Layer<T> {
  using Layer<T>::Layer;
  int reshaped = 0;
  int ExactNumBottomBlobs() const override { return 1; }
  void Reshape(const vector<Blob<T>*>& b, const vector<Blob<T>*>& t) override { ++reshaped; t[0]->ReshapeLike(*b[0]); }
  void Forward_cpu(const vector<Blob<T>*>& b, const vector<Blob<T>*>& t) override {
    for (int i = 0; i < b[0]->count(); ++i) t[0]->mutable_cpu_data()[i] = 2 * b[0]->cpu_data()[i];
  }
  void Backward_cpu(const vector<Blob<T>*>&, const vector<bool>&, const vector<Blob<T>*>&) override {}
};
INSTANTIATE_CLASS(TwiceLayer);
REGISTER_LAYER_CLASS(Twice);
template <typename F> void fails(const char* what, F f) {
  try { f(); std::printf("%s passed\n", what); } catch (const CheckFailed& e) { std::printf("%s: %s\n", what, e.what()); }
}
int main() {
  LayerParameter p;
  p.set_type("Twice");
  Blob<float> bottom(1, 2, 3, 4), top;
  auto layer = LayerRegistry<float>::CreateLayer(p);
  layer->SetUp({&bottom}, {&top});
  bottom.Reshape(2, 2, 3, 5);
  layer->Forward({&bottom}, {&top});
  std::printf("%s %d\n", top.shape_string().c_str(), static_cast<TwiceLayer<float>&>(*layer).reshaped);
  std::printf("%d %d %d %d\n", bottom.offset(1, 1, 2, 4), bottom.count(2), bottom.shape(-1), int(bottom.ck_guards_intact()));
  bottom.mutable_cpu_diff()[60] = 1;
  std::printf("%d\n", int(bottom.ck_guards_intact()));
  fails("negative", [&] { bottom.Reshape(1, -1, 2, 2); });
  fails("unknown", [&] { p.set_type("Thrice"); LayerRegistry<double>::CreateLayer(p); });
  fails("bottoms", [&] { layer->SetUp({&bottom, &top}, {&top}); });
  fails("said", [&] { CHECK_EQ(1 + 1, 3) << "by hand"; });
}
"""


def test_the_layer_runtime(tmp_path: Path) -> None:
    """Reshape before each pass, Caffe's offsets, guards, and checks that throw what they say."""
    (tmp_path / "main.cpp").write_text(PROGRAM, encoding="utf-8")
    build = [str(host_compiler()), "-std=c++17", "-O0", "-Wall", "-Werror", f"-I{FOLDER / 'room'}", "main.cpp", "-o", "main"]
    subprocess.run(build, cwd=tmp_path, check=True)
    said = subprocess.run([str(tmp_path / "main")], capture_output=True, text=True, check=True).stdout.splitlines()
    assert said[:3] == ["2 2 3 5 (60) 2", "59 15 5 1", "0"]
    assert said[3].startswith("negative: Check failed: dimension >= 0 (-1 vs. 0) a blob has no negative dimension")
    assert said[4].startswith("unknown: Check failed") and "Thrice" in said[4]
    assert said[5].startswith("bottoms: Check failed")
    assert said[6] == "said: Check failed: 1 + 1 == 3 (2 vs. 3) by hand"


STOCK = """
import sys
import numpy as np
import caffe
x, scale, dy = (np.load(sys.argv[1] + "/" + name + ".npy") for name in ("x", "scale", "dy"))
shape = lambda a: " ".join("dim: %d" % n for n in a.shape)
text = '''force_backward: true
layer { name: "x" type: "Input" top: "x" input_param { shape { %s } } }
layer { name: "like" type: "Input" top: "like" input_param { shape { %s } } }
layer { name: "crop" type: "Crop" bottom: "x" bottom: "like" top: "c" crop_param { axis: 2 offset: 1 offset: 2 } }
layer { name: "scale" type: "Scale" bottom: "c" top: "y" scale_param { axis: 1 } }
''' % (shape(x), shape(dy))
open(sys.argv[1] + "/net.prototxt", "w").write(text)
net = caffe.Net(sys.argv[1] + "/net.prototxt", caffe.TRAIN)
net.blobs["x"].data[...] = x
net.params["scale"][0].data[...] = scale
net.params["scale"][0].diff[...] = 100
net.forward()
net.blobs["y"].diff[...] = dy
net.blobs["x"].diff[...] = 1000
net.backward()
for name, value in (("y", net.blobs["y"].data), ("dx", net.blobs["x"].diff), ("dscale", net.params["scale"][0].diff)):
    np.save(sys.argv[1] + "/" + name + ".npy", value)
"""


@pytest.mark.legacy
def test_the_oracle_agrees_with_caffes_own_layers(problem: ModuleType, tmp_path: Path) -> None:
    """Caffe's Crop and Scale, one behind the other: an oracle that we did not write, down to what it leaves of old diffs."""
    lane = find("caffe")
    assert isinstance(lane, Found), "grader lane make caffe"
    rng = np.random.default_rng(3)
    x, scale = rng.normal(size=(2, 3, 7, 9)).astype(np.float32), rng.normal(size=3).astype(np.float32)
    dy = rng.normal(size=(2, 3, 5, 5)).astype(np.float32)
    for name, value in (("x", x), ("scale", scale), ("dy", dy)):
        np.save(tmp_path / f"{name}.npy", value)
    (tmp_path / "stock.py").write_text(STOCK, encoding="utf-8")
    home = lane.parts[0].folder
    python = home / "base" / "bin" / Path(lane.interpreter).name
    environment = {"PYTHONPATH": str(home / "packages"), "LD_LIBRARY_PATH": str(home / "base" / "lib"), "GLOG_minloglevel": "2"}
    subprocess.run([str(python), str(tmp_path / "stock.py"), str(tmp_path)], env=environment, check=True, timeout=120)
    assert (np.load(tmp_path / "y.npy") == problem.forward(x, scale, (1, 2))).all()
    assert (np.load(tmp_path / "dx.npy") == problem.backward_data(x, scale, dy, (1, 2))).all()
    old = np.full(3, 100, np.float32)
    error = abs(np.load(tmp_path / "dscale.npy") - old - problem.backward_scale(x, dy, (1, 2)))
    assert (error <= problem.scale_bound(x, dy, (1, 2), old)).all()


def looked_at(problem: ModuleType, folder: Path, told: str, visibility: Literal["public", "hidden"]) -> list[Problem]:
    """What the two looks at a shape say of one that a room tells."""
    (folder / "told").write_text(told)
    outputs = dict.fromkeys(("step0/shape.json", "cc/inferred/step0/shape.json"), str(folder / "told"))
    run = Run(case="c", visibility=visibility, sizes={}, scalars={}, inputs={}, outputs=outputs, command=True)
    room = Room(run, Case(id="c", visibility=visibility, entry="", sizes={}, run=("true",)))
    step = SimpleNamespace(k=0, crop=(1, 1), shape=(1, 2, 5, 5), shapes=[(1, 2, 5, 5)])
    found = []
    for look in (lambda: problem.look_shape(room, step, "layer.py"), lambda: problem.look_inferred(room, step)):
        with pytest.raises(CheckFailed) as failed:
            look()
        found.append(failed.value.problem)
    return found


@pytest.mark.parametrize("told", ["5", '"many"', '[1, 2, "x"]', "[[1]]", json.dumps(list(range(100)))])
def test_a_forged_shape_is_a_missing_result(problem: ModuleType, tmp_path: Path, told: str) -> None:
    """And no fault of the check's, which would leave all checks undecided."""
    assert [found.verdict for found in looked_at(problem, tmp_path, told, "hidden")] == ["UNWRITTEN_OUTPUT"] * 2


def test_a_hidden_case_passes_no_shape_on(problem: ModuleType, tmp_path: Path) -> None:
    """It could be made of the inputs' numbers."""
    told = "[1, 2, 777, 888]"
    assert [found.verdict for found in looked_at(problem, tmp_path, told, "hidden")] == ["WRONG_ANSWER", "INFERENCE_WRONG"]
    assert not [found for found in looked_at(problem, tmp_path, told, "hidden") if "777" in found.message + found.message_ko]
    assert not [found for found in looked_at(problem, tmp_path, told, "public") if "777" not in found.message]
