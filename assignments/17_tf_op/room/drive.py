"""Calls the operator and its gradient as setup.json says, and writes down what came out. It judges nothing.

setup.json: {"jobs": [{"name", "kind", …}]}. Arrays that a job names stand beside it; what comes out is NAME.… in /out. The operator is the
one of lib/op.so as TensorFlow's own wrapper has it; student/grad.py is imported for the gradient that it registers.
"""

from __future__ import annotations

import functools
import json
import os
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ck_room
import numpy as np
import tensorflow as tf

Job = dict[str, Any]
LIBRARY = str(Path(__file__).resolve().parent / "lib" / "op.so")
NAME = "ClippedDistance"


load_op_library = tf.load_op_library


@functools.cache
def library() -> Any:
    """TensorFlow's own wrapper of the operator: names and attributes are those of REGISTER_OP."""
    return load_op_library(LIBRARY)


def loaded(path: Any) -> Any:
    """tf.load_op_library, for grad.py: TensorFlow gives a second spelling of a library's path a module without operators."""
    return library() if os.path.realpath(path) == os.path.realpath(LIBRARY) else load_op_library(path)


def clipped_distance(x: Any, centers: Any, limit: float) -> Any:
    return library().clipped_distance(x=x, centers=centers, limit=limit)


def inputs(job: Job) -> tuple[Any, Any]:
    return tf.constant(ck_room.load(job["x"])), tf.constant(ck_room.load(job["centers"]))


def static(shape: Any) -> list[int | None] | None:
    """A static shape as JSON: null where nothing is known."""
    return None if shape.rank is None else shape.as_list()


def attempt(action: Callable[[], Any]) -> dict[str, Any]:
    """What an action gives: {"value"}, or {"error", "text"} if TensorFlow refused."""
    try:
        return {"value": action()}
    except Exception as error:  # every type is a result here; the judge says which one it had to be
        return {
            "error": [base.__name__ for base in type(error).__mro__],
            "text": words_of(error)[:400],
            "kind": kind_of(error, graph=False),
        }


def alone(action: Callable[[], Any]) -> dict[str, Any]:
    """The same in a process of its own, which may crash: {"crash": the signal's name}. Only while TensorFlow has no threads yet."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            with os.fdopen(writer, "w", encoding="utf-8") as pipe:
                json.dump(attempt(action), pipe)
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return {"crash": signal.Signals(os.WTERMSIG(status)).name}
    try:
        return dict(json.loads(told))
    except ValueError:
        return {"crash": "an exit in the middle"}


# ---- jobs that may crash: each call in a process of its own, before all others ----


def shapes(job: Job) -> None:
    """Static shapes, or the refusal, of one operator in a fresh graph for each pair of input shapes. null: not even the rank is known."""

    def built(x: Any, centers: Any) -> Any:
        with tf.Graph().as_default():
            tensors = [tf.compat.v1.placeholder(tf.float32, shape) for shape in (x, centers)]
            return static(clipped_distance(*tensors, job["limit"]).shape)

    ck_room.save(job["name"], [alone(functools.partial(built, *pair)) for pair in job["pairs"]])


def refused(job: Job) -> None:
    """Calls that only the kernel can refuse: eagerly, where no shape function is asked."""

    def called(x: list[int], centers: list[int], limit: float) -> Any:
        return list(clipped_distance(tf.zeros(x), tf.zeros(centers), limit).numpy().shape)

    ck_room.save(job["name"], [alone(functools.partial(called, **call)) for call in job["calls"]])


# ---- the others ----


def interface(job: Job) -> None:
    """What REGISTER_OP said: names, types and attributes."""
    from tensorflow.python.framework import op_def_registry

    library()
    found = op_def_registry.get(NAME)
    if found is None:
        ck_room.save(job["name"], None)
        return
    told = {
        "inputs": [[one.name, one.type_attr] for one in found.input_arg],
        "outputs": [[one.name, one.type_attr] for one in found.output_arg],
        "attributes": {one.name: [one.type, sorted(tf.as_dtype(kind).name for kind in one.allowed_values.list.type)] for one in found.attr},
    }
    ck_room.save(job["name"], told)


def eager(job: Job) -> None:
    """One call; the inputs are looked at again behind it."""
    x, centers = inputs(job)
    y = clipped_distance(x, centers, job["limit"])
    ck_room.save(f"{job['name']}.y", y.numpy())
    ck_room.save(f"{job['name']}.x", x.numpy())
    ck_room.save(f"{job['name']}.centers", centers.numpy())


def graph(job: Job) -> None:
    """One graph, of whose inputs no size is known, called once for each pair of inputs."""
    unknown = tf.TensorSpec([None, None], tf.as_dtype(ck_room.load(job["x"][0]).dtype))

    @tf.function(input_signature=[unknown, unknown])
    def function(x: Any, centers: Any) -> Any:
        if job.get("temporary"):  # exact, and buffers that nobody else holds
            x, centers = x * 2, centers * 2
        return clipped_distance(x, centers, job["limit"])

    ck_room.save(f"{job['name']}.static", static(function.get_concrete_function().outputs[0].shape))
    for number, (x, centers) in enumerate(zip(job["x"], job["centers"], strict=True)):
        y = function(tf.constant(ck_room.load(x)), tf.constant(ck_room.load(centers)))
        ck_room.save(f"{job['name']}.y{number}", y.numpy())


def gradient(job: Job) -> None:
    """The gradients that a tape gives for what arrives from behind, eagerly or in a graph without known sizes."""
    x, centers = inputs(job)
    dy = tf.constant(ck_room.load(job["dy"]))

    def taped(x: Any, centers: Any, dy: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch([x, centers])
            y = clipped_distance(x, centers, job["limit"])
        return tape.gradient(y, [x, centers], output_gradients=dy)

    if job.get("graph"):
        unknown = tf.TensorSpec([None, None], x.dtype)
        taped = tf.function(taped, input_signature=[unknown] * 3)
    results = taped(x, centers, dy)
    names = ("dx", "dcenters")
    ck_room.save(f"{job['name']}.missing", [name for name, value in zip(names, results, strict=True) if value is None])
    for name, value in zip(names, results, strict=True):
        if value is not None:
            ck_room.save(f"{job['name']}.{name}", tf.convert_to_tensor(value).numpy())


def jacobian(job: Job) -> None:
    """Both matrices of tf.test.compute_gradient: by the registered gradient, and by differences of the operator's values."""
    x, centers = inputs(job)
    by_gradient, by_differences = tf.test.compute_gradient(lambda x, centers: clipped_distance(x, centers, job["limit"]), [x, centers])
    for name, a, b in zip(("x", "centers"), by_gradient, by_differences, strict=True):
        ck_room.save(f"{job['name']}.{name}", np.asarray(a))
        ck_room.save(f"{job['name']}.{name}_differences", np.asarray(b))


# ---- in order ----

FIRST = (shapes, refused)  # they fork
FORWARD = (interface, eager, graph)  # nothing of grad.py's is there yet
BACKWARD = (gradient, jacobian)
KINDS = {work.__name__: work for work in (*FIRST, *FORWARD, *BACKWARD)}


NO_GRADIENT = (
    "gradient registry has no entry for: ClippedDistance",
    "returned too few gradients",
    "returned too many gradients",
    "Num gradients",
)


def kind_of(error: BaseException, graph: bool) -> str:
    """The verdict that TensorFlow's own words name, where they do. `graph`: the same job has worked eagerly."""
    text = str(error)
    if "has no attribute 'clipped_distance'" in text or ("unexpected keyword argument" in text and "clipped_distance" in text):
        return "OP_INTERFACE_WRONG"
    if "All kernels registered for op ClippedDistance" in text or "No OpKernel was registered to support Op 'ClippedDistance'" in text:
        return "KERNEL_NOT_REGISTERED"
    if any(words in text for words in NO_GRADIENT):
        return "GRADIENT_MISSING"
    if "Incompatible shapes between op input and calculated input gradient" in text or "could not broadcast input array from shape" in text:
        return "GRADIENT_WRONG"
    if "node ClippedDistance}} = ClippedDistance[" in text and "with input shapes" in text:
        return "SHAPE_FN_STRICT"
    return "NOT_TRACEABLE" if graph else "EXCEPTION"


def words_of(error: BaseException) -> str:
    """The one line of TensorFlow's that says what happened: errors in a tf.function carry a whole stack in their text."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [""]
    told = next((line for line in reversed(lines) if re.match(r"[A-Za-z_.]*(Error|Exception): ", line)), None)
    line = told or f"{type(error).__name__}: {lines[0]}"
    return re.sub(r"\{\{function_node [^}]*\}\} ?|\s*\[Op:[^\]]*\].*", "", line)


def main() -> None:
    jobs = ck_room.load("setup")["jobs"]
    tf.load_op_library = loaded
    for job in chosen(jobs, FIRST):
        with ck_room.part(job["name"]):
            KINDS[job["kind"]](job)
    for job in chosen(jobs, FORWARD):
        done(job, set())
    try:
        ck_room.student("grad")
    except (Exception, SystemExit) as error:
        for job in chosen(jobs, BACKWARD):
            tell(job, error)
    else:
        worked: set[str] = set()
        for job in chosen(jobs, BACKWARD):
            done(job, worked)
    ck_room.save("finished", True)


def chosen(jobs: list[Job], kinds: tuple[Any, ...]) -> list[Job]:
    return [job for job in jobs if KINDS[job["kind"]] in kinds]


def done(job: Job, worked: set[str]) -> None:
    """Does a job, or tells why not. `worked` collects the names of those that did."""
    try:
        KINDS[job["kind"]](job)
        worked.add(job["name"])
    except (Exception, SystemExit) as error:
        tell(job, error, graph=job.get("graph") in worked)


def tell(job: Job, error: BaseException, graph: bool = False) -> None:
    ck_room.error(job["name"], kind_of(error, graph), words_of(error), *ck_room.place_of(error))


if __name__ == "__main__":
    main()
