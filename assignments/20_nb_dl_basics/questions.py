"""20_nb_dl_basics, for staff: what the notebook's functions are asked, drawn at random. `draw(rng, hidden)` -> topic -> questions.

A question is what the room is given: numbers and lists of them. Public ones are small and have two decimals, so that a pencil can follow;
they are drawn once and stand in problem_values.py (`reference/20_nb_dl_basics/public_values.py`). Hidden ones are drawn for each hand-in.
In the hidden ones of the optimisers the first comes again at the end: whoever keeps a state elsewhere gives another answer then.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Question = dict[str, Any]
Rng = np.random.Generator


def draw(rng: Rng, hidden: bool) -> dict[str, list[Question]]:
    """All topics' questions, with arrays as nested lists."""
    decimals = 6 if hidden else 2
    return {name: [_plain(question, decimals) for question in ask(rng, hidden)] for name, ask in ASK.items()}


def _plain(value: Any, decimals: int) -> Any:
    if isinstance(value, dict):
        return {key: each if key in EXACT else _plain(each, decimals) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each, decimals) for each in value]
    if isinstance(value, np.ndarray):
        return (np.round(value, decimals) + 0.0).tolist() if value.dtype.kind == "f" else value.tolist()
    if isinstance(value, (float, np.floating)):
        return float(value)
    return int(value) if isinstance(value, np.integer) else value


EXACT = {"hex", "graph", "path"}


def _near(rng: Rng, *shape: int) -> Array:
    return rng.standard_normal(shape)


# ---- linear models ----


def linear_gradient(rng: Rng, hidden: bool) -> list[Question]:
    sizes = [(1, 1), (7, 3), (40, 5)] if hidden else [(4, 2)]
    return [{"X": _near(rng, n, d), "y": _near(rng, n), "w": _near(rng, d), "b": 0.75} for n, d in sizes]


def linear_fit(rng: Rng, hidden: bool) -> list[Question]:
    sizes = [(6, 1), (30, 4)] if hidden else [(5, 1)]
    found = []
    for n, d in sizes:
        X = _near(rng, n, d) + 3  # far from 0, so that the intercept counts
        found.append({"X": X, "y": X @ _near(rng, d) + 2 + 0.3 * _near(rng, n)})
    return found


def perceptron(rng: Rng, hidden: bool) -> list[Question]:
    found = []
    for n, d, epochs in [(12, 2, 1), (25, 3, 6)] if hidden else [(5, 2, 3)]:
        X = rng.integers(-4, 5, (n, d)).astype(float)
        t = np.where(X @ np.arange(1, d + 1) + 1.5 + rng.integers(-3, 4, n) > 0, 1, -1)
        t[0], X[0] = -1, np.arange(d) + 1.0
        found.append({"X": X, "t": t, "epochs": epochs})
    return found


# ---- losses and functions ----


def regression_losses(rng: Rng, hidden: bool) -> list[Question]:
    if not hidden:
        return [{"y": np.array([1.0, -0.5, 2.0, 0.0]), "p": np.array([0.25, 0.5, -2.0, 0.5]), "delta": 1.5, "gamma": 0.25}]
    found = []
    for shape, delta, gamma in (((1,), 0.5, 0.9), ((31,), 2.0, 0.1), ((5, 4), 0.75, 0.5)):
        y = 2 * _near(rng, *shape)
        p = y + 2 * _near(rng, *shape)
        p.reshape(-1)[-1] = y.reshape(-1)[-1] + (3 if gamma == 0.5 else -delta)  # on the edge of Huber's branches
        found.append({"y": y, "p": p, "delta": delta, "gamma": gamma})
    far = rng.choice([-1.0, 1.0], 9) * rng.uniform(700, 5000, 9)
    return [*found, {"y": np.zeros(9), "p": far, "delta": 10.0, "gamma": 0.3}]


def cross_entropy(rng: Rng, hidden: bool) -> list[Question]:
    found = [{"logits": 2 * _near(rng, n, k), "labels": rng.integers(0, k, n)} for n, k in ([(1, 2), (9, 5)] if hidden else [(3, 4)])]
    if hidden:  # some far apart, some with a sure answer that is wrong
        z = rng.choice([-1.0, 1.0], (6, 4)) * rng.uniform(500, 2000, (6, 4))
        found += [{"logits": z, "labels": rng.integers(0, 4, 6)}, {"logits": _near(rng, 5, 3) + 1e4, "labels": rng.integers(0, 3, 5)}]
    return found


def activations(rng: Rng, hidden: bool) -> list[Question]:
    if not hidden:
        return [{"x": np.array([-2.0, -0.5, 0.0, 0.25, 1.0])}]
    far = np.array([-1e4, -800.0, -40.0, 40.0, 800.0, 1e4])
    return [{"x": 3 * _near(rng, 4, 5)}, {"x": rng.permutation(np.concatenate([far, _near(rng, 6)]))}]


def slopes(rng: Rng, hidden: bool) -> list[Question]:
    y = rng.uniform(0.05, 0.95, 12 if hidden else 3)
    return [{"y": y, "relu_y": np.maximum(_near(rng, len(y)), 0) * np.arange(len(y))}]


def graph(rng: Rng, hidden: bool) -> list[Question]:
    if not hidden:  # (a + b) · a, then tanh of the quotient by b: a and b are used twice
        nodes = [["input"], ["input"], ["add", 0, 1], ["mul", 2, 0], ["div", 3, 1], ["tanh", 4], ["sub", 5, 0]]
        return [{"graph": nodes, "inputs": [0.5, 1.25]}]
    every = [["input"], ["input"], ["div", 0, 1], ["sub", 2, 1], ["exp", 3], ["mul", 4, 0], ["log", 5], ["tanh", 6], ["relu", 0]]
    found = [{"graph": [*every, ["add", 7, 8], ["mul", 9, 9]], "inputs": rng.uniform(0.5, 2.0, 2)}]
    found += [_random_graph(rng, 4, 25) for _ in range(3)]
    found.append({"graph": [["input"], ["relu", 0], ["input"], ["mul", 2, 2], ["add", 1, 3]], "inputs": [0.0, -1.5]})
    chain: list[list[Any]] = [["input"], ["input"]]
    for k in range(3000):  # long: a function that calls itself for each node doesn't get through
        chain.append(["add", k + 1, 0])
    found.append({"graph": [*chain, ["mul", 3001, 1]], "inputs": [1e-4, 0.5]})
    doubled: list[list[Any]] = [["input"]]
    for k in range(60):  # 2⁶⁰ ways from the end to the start
        doubled.append(["add", k, k])
    found.append({"graph": [*doubled, ["tanh", 60]], "inputs": [float(rng.uniform(0.1, 1)) * 2.0**-60]})
    return found


OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "exp": np.exp,
    "log": np.log,
    "tanh": np.tanh,
    "relu": lambda a: max(a, 0.0),
}


def _random_graph(rng: Rng, inputs: int, nodes: int) -> Question:
    """Values stay between about 0.1 and 10 in size, and so do divisors; logarithms are of what is positive."""
    made: list[list[Any]] = [["input"] for _ in range(inputs)]
    given = (rng.choice([-1.0, 1.0], inputs) * rng.uniform(0.3, 2.0, inputs)).round(6).tolist()
    values: list[float] = list(given)
    while len(made) < inputs + nodes:
        op = str(rng.choice(["add", "sub", "mul", "div", "exp", "log", "tanh", "relu"]))
        two = op in ("add", "sub", "mul", "div")
        of = [int(rng.integers(0, len(made))) for _ in range(1 + two)]
        if len(made) == inputs + nodes - 1:  # the last one takes what came last
            op, of = "add", [len(made) - 1, int(rng.integers(0, inputs))]
        a = [values[i] for i in of]
        if (op == "log" and a[0] < 0.2) or (op == "div" and abs(a[1]) < 0.3) or (op == "exp" and abs(a[0]) > 2):
            continue
        value = float(OPERATIONS[op](*a))
        if not 1e-3 < abs(value) < 10:
            continue
        made.append([op, *of])
        values.append(value)
    return {"graph": made, "inputs": given}


def numerical_gradient(rng: Rng, hidden: bool) -> list[Question]:
    shapes: list[tuple[tuple[int, ...], float]] = [((5,), 0.1), ((2, 3), 0.05), ((4,), 1e-4)] if hidden else [((3,), 0.1)]
    return [{"x": _near(rng, *shape), "c": _near(rng, *shape) + 2, "h": h} for shape, h in shapes]


# ---- networks ----


def _network(rng: Rng, sizes: list[int]) -> list[list[Array]]:
    return [[_near(rng, a, b) / np.sqrt(a), 0.5 * _near(rng, b)] for a, b in pairwise(sizes)]


def mlp_forward(rng: Rng, hidden: bool) -> list[Question]:
    sizes = [(1, [2, 3]), (4, [3, 5, 2]), (6, [4, 4, 4, 4])] if hidden else [(2, [2, 3, 1])]
    return [
        {"x": _near(rng, n, widths[0]), "layers": _network(rng, widths), "activation": ("softsign", "leaky")[k % 2]}
        for k, (n, widths) in enumerate(sizes, 1 if hidden else 0)
    ]


def mlp_backward(rng: Rng, hidden: bool) -> list[Question]:
    found = []
    for question in mlp_forward(rng, hidden):
        outputs = [np.round(question["x"], 6)]
        for k, (W, b) in enumerate(question["layers"], 1):
            z = outputs[-1] @ W + b
            curve = z / (1 + abs(z)) if question["activation"] == "softsign" else np.where(z > 0, z, 0.1 * z)
            outputs.append(z if k == len(question["layers"]) else curve)
        found.append({**question, "outputs": outputs, "dlast": _near(rng, *outputs[-1].shape)})
    return found


def layer_variances(rng: Rng, hidden: bool) -> list[Question]:
    found = []
    for n, widths, scale, activation in (
        [(20, [6, 6, 6, 6, 6], 0.3, "softsign"), (15, [3, 8, 5], 1.5, "leaky")] if hidden else [(4, [2, 3, 2], 1.0, "softsign")]
    ):
        weights = [scale * _near(rng, a, b) for a, b in pairwise(widths)]
        found.append({"x": _near(rng, n, widths[0]), "weights": weights, "activation": activation, "dlast": _near(rng, n, widths[-1])})
    return found


# ---- optimisers ----


def _bowl(rng: Rng, n: int, low: float, high: float) -> Question:
    """½ (θ − c)ᵀ A (θ − c) with eigenvalues between low and high."""
    turned = np.linalg.qr(_near(rng, n, n))[0]
    A = turned @ np.diag(np.linspace(low, high, n)) @ turned.T
    return {"A": (A + A.T) / 2, "c": 2 * _near(rng, n), "theta": 3 * _near(rng, n)}


def _paths(rng: Rng, hidden: bool, settings: list[Question]) -> list[Question]:
    """One problem for each of the settings; in the hidden ones of three numbers, and the first again at the end."""
    if not hidden:
        return [{**_bowl(rng, 2, 0.5, 2.0), **settings[0], "steps": 4}]
    asked = [{**_bowl(rng, 3, 0.4, 2.0 + k), **each, "steps": 12 + 6 * k} for k, each in enumerate(settings)]
    return [*asked, dict(asked[0])]


def gradient_descent(rng: Rng, hidden: bool) -> list[Question]:
    return _paths(rng, hidden, [{"eta": 0.25}, {"eta": 0.1}, {"eta": 0.4}])


def largest_rate(rng: Rng, hidden: bool) -> list[Question]:
    return [{"A": _bowl(rng, n, 0.5, 3.0)["A"]} for n in ((2, 5) if hidden else (2,))]


def momentum(rng: Rng, hidden: bool) -> list[Question]:
    return _paths(rng, hidden, [{"eta": 0.1, "gamma": 0.8}, {"eta": 0.05, "gamma": 0.9}, {"eta": 0.2, "gamma": 0.5}])


def adagrad(rng: Rng, hidden: bool) -> list[Question]:
    return _paths(rng, hidden, [{"eta": 0.5, "eps": 0.01}, {"eta": 1.0, "eps": 0.1}, {"eta": 0.3, "eps": 1e-8}])


def rmsprop(rng: Rng, hidden: bool) -> list[Question]:
    each = [{"eta": 0.1, "gamma": 0.8, "eps": 0.01}, {"eta": 0.05, "gamma": 0.9, "eps": 0.1}, {"eta": 0.02, "gamma": 0.7, "eps": 1e-8}]
    return _paths(rng, hidden, each)


def adadelta(rng: Rng, hidden: bool) -> list[Question]:
    return _paths(rng, hidden, [{"gamma": 0.8, "eps": 0.01}, {"gamma": 0.9, "eps": 1e-6}, {"gamma": 0.95, "eps": 0.1}])


def adam(rng: Rng, hidden: bool) -> list[Question]:
    return _paths(
        rng,
        hidden,
        [
            {"eta": 0.1, "beta1": 0.9, "beta2": 0.99, "eps": 0.01},
            {"eta": 0.05, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
            {"eta": 0.3, "beta1": 0.6, "beta2": 0.8, "eps": 0.1},
        ],
    )


# ---- regularisation and validation ----


def dropout_backward(rng: Rng, hidden: bool) -> list[Question]:
    n = 15 if hidden else 4
    mask = np.resize(np.array([1.0, 0.0, 1.0]), n)
    return [{"dy": _near(rng, n), "mask": mask, "rate": rate, "training": on} for rate, on in ((0.25, True), (0.4, False))]


def weight_decay(rng: Rng, hidden: bool) -> list[Question]:
    sizes = [[3, 4, 2], [5, 1]] if hidden else [[2, 2]]
    return [{"layers": _network(rng, each), "grads": _network(rng, each), "eta": 0.2, "decay": 0.05} for each in sizes]


def standardise(rng: Rng, hidden: bool) -> list[Question]:
    n, d = (30, 4) if hidden else (4, 2)
    X = _near(rng, n, d) * (1 + np.arange(d)) + 5
    held = _near(rng, n // 2, d) + 6
    if hidden:
        X[:, 1] = held[:, 1] = 2.5  # a column that never changes
    return [{"train": X, "validation": held}]


def choose_degree(rng: Rng, hidden: bool) -> list[Question]:
    """A cubic with noise; such that the largest degree fits the training data best and the validation data clearly less well."""
    found: list[Question] = []
    while len(found) < (2 if hidden else 1):
        n, degrees = (24, [1, 3, 5, 9, 11]) if hidden else (7, [1, 2, 5])
        x, x_val = np.sort(rng.uniform(-1, 1, n)), rng.uniform(-1, 1, n)
        curve = _near(rng, 4) * 2
        y, y_val = (np.polyval(curve, each) + 0.4 * _near(rng, n) for each in (x, x_val))
        errors = []
        for degree in degrees:
            c = np.polyfit(x, y, degree)
            errors.append(np.mean((np.polyval(c, x_val) - y_val) ** 2))
        best, second = np.sort(errors)[:2]
        if second > 1.05 * best and max(errors) < 50 and int(np.argmin(errors)) not in (0, len(degrees) - 1):
            found.append({"x": x, "y": y, "x_val": x_val, "y_val": y_val, "degrees": degrees})
    return found


# ---- data files ----


TYPES = {0x08: "u1", 0x09: "i1", 0x0B: "i2", 0x0C: "i4", 0x0D: "f4", 0x0E: "f8"}


def idx_file(numbers: NDArray[Any], code: int) -> bytes:
    """A file as the format has it: two zeros, the type, the number of dimensions, their sizes, the numbers; all big-endian."""
    sizes = b"".join(size.to_bytes(4, "big") for size in numbers.shape)
    return bytes([0, 0, code, numbers.ndim]) + sizes + numbers.astype(">" + TYPES[code]).tobytes()


def read_idx(rng: Rng, hidden: bool) -> list[Question]:
    def good(name: str, numbers: Array, code: int, packed: bool = False) -> Question:
        data = idx_file(numbers, code)
        data = gzip.compress(data, mtime=0) if packed else data
        return {"path": f"idx/{name}", "hex": data.hex()}

    def broken(name: str, data: bytes) -> Question:
        return {"path": f"idx/{name}", "hex": data.hex()}

    images = rng.integers(0, 256, (2, 3, 4), dtype=np.uint8)
    whole = idx_file(images, 0x08)
    if not hidden:
        labels = np.array([7, 2, 1, 0, 4], dtype=np.uint8)
        wide = np.array([[1, -2, 300], [0, 5, -32768]], dtype=np.int16)
        return [
            good("images.idx3-ubyte", images, 0x08),
            good("labels.idx1-ubyte", labels, 0x08),
            good("wide.idx2-short", wide, 0x0B),
            broken("short.idx3-ubyte", whole[:-5]),
            broken("other.png", b"\x89PNG\r\n\x1a\n" + bytes(20)),
        ]
    large = rng.integers(0, 256, (6, 28, 28), dtype=np.uint8)
    vast = bytes([0, 0, 8, 4]) + (1 << 16).to_bytes(4, "big") * 4  # 2⁶⁴ numbers, which is 0 for an integer of 64 bits
    return [
        good("digits.idx3-ubyte", large, 0x08),
        good("digits.idx3-ubyte.gz", large, 0x08, packed=True),
        good("labels.idx1-ubyte.gz", rng.integers(0, 10, 60, dtype=np.uint8), 0x08, packed=True),
        good("signed.idx2-byte", rng.integers(-128, 128, (5, 3)).astype(np.int8), 0x09),
        good("short.idx2-short", rng.integers(-3000, 3000, (4, 2)).astype(np.int16), 0x0B),
        good("int.idx1-int", rng.integers(-(10**8), 10**8, 7).astype(np.int32), 0x0C),
        good("float.idx2-float", rng.standard_normal((3, 3)).astype(np.float32), 0x0D),
        good("double.idx4-double", rng.standard_normal((2, 1, 2, 2)), 0x0E),
        good("none.idx3-ubyte", np.zeros((0, 28, 28), dtype=np.uint8), 0x08),
        broken("magic", b"\x01" + whole[1:]),
        broken("magic2", b"\x00\x08" + whole[2:]),
        broken("type", whole[:2] + b"\x0a" + whole[3:]),
        broken("empty", b""),
        broken("three", whole[:3]),
        broken("header", whole[:10]),
        broken("cut", whole[: int(rng.integers(17, len(whole)))]),
        broken("one_more", whole + b"\x00"),
        broken("many_more", whole + whole),
        broken("turned", whole[:4] + b"".join(whole[i : i + 4][::-1] for i in (4, 8, 12)) + whole[16:]),
        broken("vast", vast),
        broken("cut.gz", gzip.compress(whole, mtime=0)[:-12]),
        broken("packed_rest.gz", b"\x1f\x8b\x08" + bytes(10)),
    ]


ASK = {
    "linear_gradient": linear_gradient,
    "linear_fit": linear_fit,
    "gradient_descent": gradient_descent,
    "largest_rate": largest_rate,
    "perceptron": perceptron,
    "regression_losses": regression_losses,
    "cross_entropy": cross_entropy,
    "activations": activations,
    "slopes": slopes,
    "graph": graph,
    "numerical_gradient": numerical_gradient,
    "mlp_forward": mlp_forward,
    "mlp_backward": mlp_backward,
    "layer_variances": layer_variances,
    "dropout_backward": dropout_backward,
    "weight_decay": weight_decay,
    "standardise": standardise,
    "choose_degree": choose_degree,
    "momentum": momentum,
    "nag": momentum,
    "adagrad": adagrad,
    "rmsprop": rmsprop,
    "adadelta": adadelta,
    "adam": adam,
    "read_idx": read_idx,
}
