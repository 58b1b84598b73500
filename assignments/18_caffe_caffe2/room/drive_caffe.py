"""drive_caffe.py: takes layer.py through the life of a layer in a net of real Caffe, and writes down what comes of it. It knows no right
answers. Reads and writes the same names as drive_layer.cpp; Python 3.8, the interpreter that this Caffe was built for."""

import contextlib
import os
import sys

os.environ["GLOG_minloglevel"] = "2"  # noqa: SIM112 - else Caffe tells the whole net

import numpy as np
from ck_room import OUT, STUDENT, TASK, error, load, place_of, save
from ck_room import part as plain_part

sys.path.insert(0, STUDENT)  # Caffe imports the layer's module by its name

NET = """
name: "scaled_crop"
layer { name: "x" type: "Input" top: "x" input_param { shape { %(shape)s } } }
layer { name: "crop" type: "Python" bottom: "x" top: "y" propagate_down: %(wanted)s
        python_param { module: "layer" layer: "ScaledCropLayer" param_str: '{"crop_h": %(crop_h)d, "crop_w": %(crop_w)d}' } }
"""
LOSS = 'layer { name: "loss" type: "Reduction" bottom: "y" top: "loss" loss_weight: 1 }\n'  # so that there is a way back


@contextlib.contextmanager
def part(name):
    """As ck_room's; what we find wrong ourselves is layer.py's as well."""
    with plain_part(name):
        try:
            yield
        except (RuntimeError, ValueError) as caught:
            if place_of(caught)[0]:
                raise
            error(name, "EXCEPTION", str(caught), "layer.py")


def plan():
    with open(os.path.join(TASK, "plan.txt"), encoding="utf-8") as file:
        words = file.read().split()
    return {name: int(value) for name, value in zip(words[::2], words[1::2])}  # noqa: B905 - no strict= in Python 3.8


def make(caffe, wanted, propagate_down, loss=LOSS):
    """A net whose layer is asked for its bottom's diff, or isn't, as the first layer of most nets."""
    shape = " ".join(f"dim: {n}" for n in load("x0").shape)
    file = f"/tmp/net_{propagate_down}.prototxt"
    with open(file, "w", encoding="utf-8") as stream:
        stream.write(NET % {"shape": shape, "wanted": propagate_down, **wanted} + loss)
    return caffe.Net(file, caffe.TRAIN)


def scale_of(net):
    blobs = net.params.get("crop", [])
    if len(blobs) != 1:
        raise ValueError(f"the layer has {len(blobs)} blobs; it should have one, the scale")
    return blobs[0]


def whole(array):
    return np.array(array, copy=True)


def go(net, name, k):
    """A pass forward and backward over a bottom of the step's shape."""
    x, y, scale = net.blobs["x"], net.blobs["y"], scale_of(net)
    given = load(f"x{k}")
    x.reshape(*given.shape)
    x.data[...] = given
    scale.data[...] = load("scale")
    net.reshape()
    save(name + "/shape", list(y.shape))
    dy = load(f"dy{k}")
    if tuple(y.shape) != dy.shape:  # a gradient of another shape makes no sense
        return
    y.data[...] = np.nan  # whatever was there
    net.forward()
    save(name + "/y", whole(y.data))
    save(name + "/x_after_forward", whole(x.data))
    y.diff[...] = dy
    x.diff[...] = load(f"old_dx{k}")
    scale.diff[...] = load("old_dscale")
    net.backward(start="crop")
    save(name + "/dx", whole(x.diff))
    save(name + "/dscale", whole(scale.diff))
    save(name + "/x_after", whole(x.data))
    save(name + "/dy_after", whole(y.diff))


def main():
    try:
        import caffe
    except ImportError as missing:
        error("start", "EXCEPTION", f"Caffe can't be imported: {missing}")
        return
    wanted = plan()
    nets = {}
    with part("start"):
        first = make(caffe, wanted, "true", loss="")
        shape = list(first.blobs["y"].shape)  # data of a blob without a shape would end the process
        save("start/shape", shape)
        save("start/scale", whole(scale_of(first).data))
        if not shape:
            raise ValueError("the top has no shape behind setup and reshape")
        nets["true"] = make(caffe, wanted, "true")
    for k in range(wanted["steps"]):
        with part(f"step{k}"):
            if "true" not in nets:
                raise RuntimeError("the net couldn't be made")
            go(nets["true"], f"step{k}", k)
    with part("frozen"):
        if "true" not in nets:
            raise RuntimeError("the net couldn't be made")
        go(make(caffe, wanted, "false"), "frozen", 0)


assert os.path.isdir(OUT)
main()
