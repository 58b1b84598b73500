"""What the probes share: questions as arrays, answers as data. Nothing here judges anything."""

import traceback

import numpy as np
from ck_room import load


def questions(topic):
    """What problem.py asks of one topic."""
    return load("questions")[topic]


def array(value):
    """An array of float64 of nested lists."""
    return np.array(value, dtype=np.float64)


def pairs(layers):
    """[[W, b], …] -> [(W, b), …] with arrays."""
    return [(array(W), array(b)) for W, b in layers]


def bowl(question):
    """The gradient of ½ (θ − c)ᵀ A (θ − c)."""
    A, c = array(question["A"]), array(question["c"])
    return lambda theta: A @ (theta - c)


def curve(name):
    """An activation, and its derivative told by its output."""
    if name == "softsign":
        return (lambda z: z / (1 + np.abs(z))), (lambda y: (1 - np.abs(y)) ** 2)
    return (lambda z: np.where(z > 0, z, 0.1 * z)), (lambda y: np.where(y > 0, 1.0, 0.1))


def some(value, name, count=None):
    """What a function returned, if it returned something, and as many things as were asked for."""
    if value is None:
        raise TypeError(f"{name} returns None, as a function without a return does")
    if count is not None and len(value) != count:
        raise TypeError(f"{name} returns {len(value)} values where {count} are asked for")
    return value


def told(**values):
    """Arrays and numbers as JSON has them: nested lists; what isn't finite as text, and the type's name of what is no array of numbers."""
    return {name: _plain(value) for name, value in values.items()}


def flat(*arrays):
    """All numbers of some arrays in a row: whether a function left its arguments as they were shows in them."""
    return np.concatenate([np.ravel(each) for each in arrays])


def walked(optimiser, question, **settings):
    """The path of an optimiser on a bowl, and what its start is afterwards."""
    grad, start, state = bowl(question), array(question["theta"]), {}
    theta, path = start, [start.copy()]
    for _ in range(question["steps"]):
        theta = some(optimiser(theta, grad, state, **settings), optimiser.__name__)
        path.append(np.array(theta, dtype=np.float64))
    return told(path=path, kept=start)


def asked(read, path):
    """The numbers of a file, or how it was refused, and in which line."""
    try:
        numbers = np.asarray(some(read(path), "read_idx"), dtype=np.float64)
        return told(numbers=numbers.reshape(-1), shape=numbers.shape, refused=0)
    except Exception as error:
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if ".ipynb#" in frame.filename]
        raised = f"{type(error).__name__}: {error}"
        return {"refused": int(isinstance(error, ValueError)), "raised": raised[:200], "line": lines[-1] if lines else None}


def _plain(value):
    if value is None:
        return None
    try:
        numbers = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        return {"type": type(value).__name__}
    return _listed(numbers.tolist())


def _listed(value):
    if isinstance(value, list):
        return [_listed(each) for each in value]
    return value if np.isfinite(value) else str(value)
