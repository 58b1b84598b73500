"""drive_caffe2.py: takes op.py and op.cc through nets of Caffe2, the last that shipped, and writes down what comes of it. It knows no right
answers. Python 3.9, the interpreter that this Caffe2 was built for.

    /out/python/step<k>/, /out/cc/step<k>/     Y, dX and dscale of a net that runs again with inputs of another shape
    /out/cc/inferred/                          the shapes that the operator's schema tells before anything runs
    /out/cc/schema/                            which numbers of inputs and outputs the schema lets pass
    /out/cc/checker/                           what Caffe2's own GradientChecker computed, both ways
"""

import contextlib
import os
import re
import warnings

import numpy as np
from ck_room import STUDENT, TASK, error, load, save, student
from ck_room import part as plain_part

warnings.filterwarnings("ignore")
for name in ("bool", "int", "float", "object", "str"):  # names of NumPy's that this Caffe2 still uses
    if name not in np.__dict__:
        setattr(np, name, getattr(__import__("builtins"), name))

OPERATORS = os.path.join(TASK, "lib", "op.so")


@contextlib.contextmanager
def part(name):
    """As ck_room's, for exceptions that come through Caffe2: without its stack, and with the student's line, which it tells as text."""
    with plain_part(name):
        try:
            yield
        except (RuntimeError, OSError) as caught:
            text = str(caught)
            said = re.sub(r"\s+", " ", text.split("\nframe #", 1)[0].split("\n\nAt:", 1)[0])
            place = re.search(re.escape(STUDENT) + r"/(\w+\.py)\((\d+)\)", text)
            file, line = (place.group(1), int(place.group(2))) if place else ("op.cc" if name.startswith("cc") else "op.py", None)
            error(name, "EXCEPTION", said, file, line)


def plan():
    with open(os.path.join(TASK, "plan.txt"), encoding="utf-8") as file:
        words = file.read().split()
    return {name: int(value) for name, value in zip(words[::2], words[1::2])}  # noqa: B905 - no strict= in Python 3.9


def feed(workspace, k, dy=None):
    workspace.FeedBlob("X", load(f"x{k}"))
    workspace.FeedBlob("scale", load("scale"))
    if dy:
        workspace.FeedBlob(dy, load(f"dy{k}"))


def passes(core, workspace, folder, steps, add):
    """One net, forward and backward, run once for each step: its operators live on, and the inputs' shapes change."""
    workspace.ResetWorkspace()
    net, gradients = core.Net(folder.replace("/", "_")), {}
    with part(folder + "/made"):
        feed(workspace, 0, "Y_grad")
        y = add(net)
        net.AddExternalInput("Y_grad")
        gradients = net.AddGradientOperators({y: "Y_grad"})
        workspace.CreateNet(net)
    for k in range(steps):
        name = f"{folder}/step{k}"
        with part(name):
            if not gradients:
                raise RuntimeError("the net couldn't be made")
            feed(workspace, k, "Y_grad")
            workspace.RunNet(net)
            save(name + "/y", workspace.FetchBlob(str(y)))
            for blob, result in (("X", "dx"), ("scale", "dscale")):
                found = next((g for b, g in gradients.items() if str(b) == blob), None)
                if found is not None:
                    save(f"{name}/{result}", workspace.FetchBlob(str(found)))
            save(name + "/x_after", workspace.FetchBlob("X"))
            save(name + "/dy_after", workspace.FetchBlob("Y_grad"))


def inferred(core, workspace, wanted, crop):
    for k in range(wanted["steps"]):
        with part(f"cc/inferred/step{k}"):
            net = core.Net("inferred")
            net.ScaledCrop(["X", "scale"], "Y", **crop)
            shapes = {"X": list(load(f"x{k}").shape), "scale": list(load("scale").shape)}
            found, _ = workspace.InferShapesAndTypes([net], blob_dimensions=shapes)
            save(f"cc/inferred/step{k}/shape", [int(n) for n in found["Y"]] if "Y" in found else None)


def schema(core, workspace, crop):
    """Each of these nets asks for an operator with so many inputs and outputs: is it made?"""
    for operator, right in (("ScaledCrop", (2, 1)), ("ScaledCropGradient", (3, 2))):
        for inputs, outputs in (right, (right[0] - 1, right[1]), (right[0] + 1, right[1]), (right[0], right[1] + 1)):
            with part(f"cc/schema/{operator}_{inputs}_{outputs}"):
                names = [f"i{i}" for i in range(inputs)]
                for blob in names:
                    workspace.FeedBlob(blob, np.zeros(1, np.float32))
                net = core.Net("schema")
                net.Proto().op.extend([core.CreateOperator(operator, names, [f"o{i}" for i in range(outputs)], **crop)])
                try:
                    made = bool(workspace.CreateNet(net))
                except RuntimeError:
                    made = False
                save(f"cc/schema/{operator}_{inputs}_{outputs}/made", made)


def checker(core, workspace, crop):
    from caffe2.python import gradient_checker

    os.environ["CAFFE2_FULL_GRAD_CHECK"] = "1"  # else it moves a few inputs only, and repeats what it was told of the others
    check = gradient_checker.GradientChecker(stepsize=0.05, threshold=0.05, workspace_name="checker")
    operator = core.CreateOperator("ScaledCrop", ["X", "scale"], ["Y"], **crop)
    for which, name in ((0, "dx"), (1, "dscale")):
        with part("cc/checker/" + name):
            _, computed, estimated = check.CheckSimple(operator, [load("x0"), load("scale")], which, [0])
            save(f"cc/checker/{name}/computed", np.asarray(computed))
            save(f"cc/checker/{name}/estimated", np.asarray(estimated))


def main():
    try:
        from caffe2.python import core, dyndep, workspace
    except ImportError as missing:
        for name in ("python", "cc"):
            error(name, "EXCEPTION", f"Caffe2 can't be imported: {missing}")
        return
    workspace.GlobalInit(["caffe2", "--caffe2_log_level=3"])
    wanted = plan()
    crop = {"crop_h": wanted["crop_h"], "crop_w": wanted["crop_w"]}
    with part("python"):
        forward, backward = student("op").scaled_crop(wanted["crop_h"], wanted["crop_w"])
        passes(core, workspace, "python", wanted["steps"], lambda net: net.Python(forward, backward)(["X", "scale"], ["Y"]))
    with part("cc"):
        dyndep.InitOpsLibrary(OPERATORS)
        passes(core, workspace, "cc", wanted["steps"], lambda net: net.ScaledCrop(["X", "scale"], "Y", **crop))
        inferred(core, workspace, wanted, crop)
        schema(core, workspace, crop)
        checker(core, workspace, crop)


main()
