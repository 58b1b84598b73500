"""20_nb_dl_basics, for staff: what models, losses and gradients must give in float64, and what well-known slips make of them.

Each oracle takes a question (what the room is given, numbers as lists) and the name of a slip, "" for none, and returns named arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Question = dict[str, Any]
Answer = dict[str, Any]  # name -> array or number


def _a(question: Question, name: str) -> Floats:
    return np.asarray(question[name], dtype=np.float64)


def linear_gradient(q: Question, slip: str) -> Answer:
    X, y, w, b = _a(q, "X"), _a(q, "y"), _a(q, "w"), float(q["b"])
    error = X @ w + b - y
    count = {"summed": 1.0, "per_number": X.size}.get(slip, len(y))
    factor = {"no_two": 1.0, "error_turned": -2.0}.get(slip, 2.0)
    db = np.float64(0.0) if slip == "no_bias" else factor * error.sum() / count
    loss = (error**2).sum() / (1.0 if slip == "summed" else len(y))
    return {"loss": loss / 2 if slip == "no_two" else loss, "dw": factor * (X * error[:, None]).sum(axis=0) / count, "db": db}


def linear_fit(q: Question, slip: str) -> Answer:
    X, y = _a(q, "X"), _a(q, "y")
    if slip == "through_zero":
        return {"w": np.linalg.lstsq(X, y, rcond=None)[0], "b": np.float64(0.0)}
    middle, level = X.mean(axis=0), y.mean()
    w = np.linalg.lstsq(X - middle, y - level, rcond=None)[0]  # the best plane goes through the middle of the points
    return {"w": w, "b": level if slip == "level" else level - middle @ w}


def perceptron(q: Question, slip: str) -> Answer:
    X, t = _a(q, "X"), _a(q, "t")
    w, b, wrong = np.zeros(X.shape[1]), 0.0, []
    for _ in range(q["epochs"]):
        scores = X @ w + b
        count = 0
        for i in range(len(X)):
            margin = t[i] * (scores[i] if slip == "whole_epoch" else X[i] @ w + b)
            if (margin < 0) if slip == "never_begins" else (margin <= 0) if slip != "always" else True:
                w = w + t[i] * X[i]
                b = b if slip == "no_bias" else b + t[i]
                count += 1
        wrong.append(count)
    return {"w": w, "b": np.float64(b), "wrong": np.array(wrong, dtype=np.float64)}


def regression_losses(q: Question, slip: str) -> Answer:
    y, p, delta, gamma = _a(q, "y"), _a(q, "p"), float(q["delta"]), float(q["gamma"])
    r, mean = abs(y - p), np.sum if slip == "summed" else np.mean
    tail = delta * r - (0.0 if slip == "huber_jump" else delta**2 / 2)
    inner = r**2 if slip == "huber_no_half" else r**2 / 2
    near = r <= (1.0 if slip == "huber_delta_one" else delta)
    huber = np.where(~near if slip == "huber_branches" else near, inner, tail)
    with np.errstate(over="ignore"):
        cosh = np.log(np.cosh(r)) if slip == "cosh_overflows" else r + np.log1p(np.exp(-2 * r)) - np.log(2)
    d = p - y if slip == "quantile_turned" else y - p
    pinball = np.maximum(gamma * d, (gamma - 1) * d)
    if slip == "quantile_absolute":
        pinball = np.where(y >= p, gamma, gamma - 1) * r
    root = mean(r) if slip == "rmse_of_means" else np.sqrt(mean(r**2)) if slip != "no_root" else mean(r**2)
    return {
        "mse": mean(r**2) / (2 if slip == "mse_halved" else 1),
        "mae": abs(mean(y - p)) if slip == "mae_cancels" else mean(r),
        "rmse": root,
        "huber": mean(huber),
        "log_cosh": mean(cosh),
        "quantile": mean(pinball),
    }


def cross_entropy(q: Question, slip: str) -> Answer:
    z, labels = _a(q, "logits"), np.asarray(q["labels"], dtype=int)
    rows = np.arange(len(z))
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        if slip == "overflows":
            p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
            logs = np.log(p)
        elif slip == "overflows_in_log":
            logs = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
            p = np.exp(logs)
        elif slip == "log_of_p":
            e = np.exp(z - z.max(axis=1, keepdims=True))
            p = e / e.sum(axis=1, keepdims=True)
            logs = np.log(p)
        else:
            logs = z - np.logaddexp.reduce(z, axis=1, keepdims=True)
            p = np.exp(logs)
        if slip == "padded_log":
            logs = np.log(p + 1e-7)
        if slip == "other_base":
            logs = logs / np.log(2)
    one = np.zeros_like(p)
    one[rows, labels] = 1
    count = len(z)
    with np.errstate(invalid="ignore"):
        loss = -logs[rows, labels].sum() / (1 if slip == "summed" else count)
    dz = p if slip == "without_target" else one - p if slip == "turned" else p - one
    return {"loss": loss, "dlogits": dz / (1 if slip in ("summed", "gradient_summed") else count), "kept": z}


def activations(q: Question, slip: str) -> Answer:
    x = _a(q, "x")
    with np.errstate(over="ignore", invalid="ignore"):
        sigmoid = np.exp(x) / (1 + np.exp(x)) if slip == "sigmoid_overflows" else 1 / (1 + np.exp(-x))
        tanh = np.tanh(x)
        if slip == "tanh_of_half":
            tanh = np.tanh(x / 2)
        if slip == "tanh_of_half_overflows":
            tanh = (1 - np.exp(-x)) / (1 + np.exp(-x))
        if slip == "tanh_overflows":
            tanh = (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))
        if slip == "tanh_overflows_left":
            tanh = (1 - np.exp(-2 * x)) / (1 + np.exp(-2 * x))
    return {"sigmoid": sigmoid, "tanh": tanh}


def slopes(q: Question, slip: str) -> Answer:
    y, r = _a(q, "y"), _a(q, "relu_y")
    sigmoid, tanh = y * (1 - y), 1 - y * y
    if slip == "of_x":  # the argument taken for x, not for y
        s, t = 1 / (1 + np.exp(-y)), np.tanh(y)
        sigmoid, tanh = s * (1 - s), 1 - t * t
    if slip == "not_squared":
        tanh = 1 - y
    return {"sigmoid": sigmoid, "tanh": tanh, "relu": (r >= 0 if slip == "relu_at_zero" else r > 0).astype(np.float64)}


def graph(q: Question, slip: str) -> Answer:
    nodes, left, v = q["graph"], iter(q["inputs"]), []
    for op, *of in nodes:
        a = [v[i] for i in of]
        v.append(float(next(left)) if op == "input" else float(OPERATIONS[op](*a)))
    g = np.zeros(len(nodes))
    g[-1] = 1.0
    for k in reversed(range(len(nodes))):
        op, *of = nodes[k]
        for place, i in enumerate(of):
            partial = _partial(op, [v[j] for j in of], v[k], place, slip)
            g[i] = g[k] * partial if slip == "overwritten" else g[i] + (partial if slip == "local_only" else g[k] * partial)
    return {"values": np.array(v), "grads": g}


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


def _partial(op: str, a: list[float], y: float, place: int, slip: str) -> float:
    """∂y/∂a of one place. relu'(0) = 0."""
    if op in ("add", "sub"):
        return -1.0 if op == "sub" and place == 1 and slip != "sub_is_add" else 1.0
    if op == "mul":
        return a[place] if slip == "mul_own_factor" else a[1 - place]
    if op == "div":
        if place == 0:
            return 1 / a[1]
        return (1 if slip == "div_sign" else -1) * a[0] / a[1] ** 2
    if op == "exp":
        return a[0] if slip == "exp_of_itself" else y
    if op == "log":
        return 1 / a[0]
    if op == "tanh":
        return 1 - (a[0] if slip == "tanh_of_x" else y) ** 2
    return float(a[0] >= 0 if slip == "relu_at_zero" else a[0] > 0)


def numerical_gradient(q: Question, slip: str) -> Answer:
    """Of f(x) = Σ c x³ + (Σ x)², whose central difference is 3 c x² + c h² + 2 Σ x: exactly, so that h shows."""
    x, c, h = _a(q, "x"), _a(q, "c"), float(q["h"])
    if slip == "fixed_step":
        h = 1e-5
    total = x.sum()
    if slip == "not_restored":  # each number stays moved by -h while the later ones are asked
        return {"gradient": _not_restored(x, c, h), "kept": x}
    central = 3 * c * x**2 + c * h**2 + 2 * total
    forward = 3 * c * x**2 + 3 * c * x * h + c * h**2 + 2 * total + h
    backward = 3 * c * x**2 - 3 * c * x * h + c * h**2 + 2 * total - h
    gradient = {"forward": forward, "backward": backward, "two_h": central * 2, "direction": np.full_like(x, central.sum())}
    return {"gradient": gradient.get(slip, central), "kept": x}


def _not_restored(x: Floats, c: Floats, h: float) -> Floats:
    at, result = x.copy(), np.zeros_like(x)
    for i in np.ndindex(x.shape):
        value = x[i]
        result[i] = 3 * c[i] * value**2 + c[i] * h**2 + 2 * at.sum()
        at[i] = value - h
    return result


def _pair(name: str) -> tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]]:
    """An activation and its derivative as a function of its output."""
    if name == "softsign":
        return (lambda z: z / (1 + abs(z))), (lambda y: (1 - abs(y)) ** 2)
    return (lambda z: np.where(z > 0, z, 0.1 * z)), (lambda y: np.where(y > 0, 1.0, 0.1))


def _layers(q: Question, name: str = "layers") -> list[tuple[Floats, Floats]]:
    return [(np.asarray(W, dtype=np.float64), np.asarray(b, dtype=np.float64)) for W, b in q[name]]


def mlp_forward(q: Question, slip: str) -> Answer:
    f, _ = _pair(q["activation"])
    layers, outputs = _layers(q), [_a(q, "x")]
    for k, (W, b) in enumerate(layers):
        z = outputs[-1] @ W + (0 if slip == "no_bias" else b)
        last = k == len(layers) - 1
        outputs.append(z if (last and slip != "last_too") or slip == "no_activation" else f(z))
    if slip == "last_only":
        outputs = outputs[-1:]
    if slip == "input_left_out":
        outputs = outputs[1:]
    return {str(k): y for k, y in enumerate(outputs)}


def mlp_backward(q: Question, slip: str) -> Answer:
    _, slope = _pair(q["activation"])
    layers, d, found = _layers(q), _a(q, "dlast"), {}
    outputs = [np.asarray(y, dtype=np.float64) for y in q["outputs"]]
    for k in reversed(range(len(layers))):
        if slip == "last_slope_too" and k == len(layers) - 1:
            d = d * slope(outputs[-1])
        found[f"dW{k}"] = outputs[k].T @ d / (len(d) if slip == "mean" else 1)
        found[f"db{k}"] = (
            d.mean(axis=0) if slip in ("mean", "bias_mean") else d.sum() * np.ones(d.shape[1]) if slip == "bias_all" else d.sum(axis=0)
        )
        d = d @ layers[k][0].T
        if slip == "no_slope":
            continue
        d = d * slope(layers[k][0].mean() * np.ones_like(d) if slip == "slope_of_weights" else outputs[k])
    if slip == "reversed":
        n = len(layers)
        found = {f"{name[:2]}{n - 1 - int(name[2:])}": value for name, value in found.items()}
    return {name: found[name] for name in sorted(found)} | {"kept": np.concatenate([y.ravel() for y in [*outputs, _a(q, "dlast")]])}


def layer_variances(q: Question, slip: str) -> Answer:
    f, slope = _pair(q["activation"])
    weights = [np.asarray(W, dtype=np.float64) for W in q["weights"]]
    sums, outputs = [], [_a(q, "x")]
    for W in weights:
        sums.append(outputs[-1] @ W)
        outputs.append(f(sums[-1]))
    d, back = _a(q, "dlast"), []
    for k in reversed(range(len(weights))):
        back.append(d)
        d = (d if slip == "no_slope" else d * slope(outputs[k + 1])) @ weights[k].T
    spread: Callable[[Floats], Any] = {
        "deviation": np.std,
        "sample": lambda a: a.var(ddof=1),
        "per_number": lambda a: a.var(axis=0).mean(),
        "per_example": lambda a: a.var(axis=1).mean(),
        "mean_square": lambda a: (a**2).mean(),
    }.get(slip, np.var)
    shown = sums if slip == "before_activation" else outputs[:-1] if slip == "from_input" else outputs[1:]
    order = back if slip == "reversed" else back[::-1]
    return {"forward": np.array([spread(a) for a in shown]), "backward": np.array([spread(a) for a in order])}


ORACLES: dict[str, Callable[[Question, str], Answer]] = {
    "linear_gradient": linear_gradient,
    "linear_fit": linear_fit,
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
}
