"""20_nb_dl_basics, for staff: what training steps must give in float64, and what well-known slips make of them.

Each oracle takes a question (what the room is given, numbers as lists) and the name of a slip, "" for none, and returns named arrays.
"""

from __future__ import annotations

import gzip
import math
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Question = dict[str, Any]
Answer = dict[str, Any]  # name -> array or number
Step = Callable[[Floats, Floats, Question, str], tuple[Floats, Floats]]


def array(question: Question, name: str) -> Floats:
    return np.asarray(question[name], dtype=np.float64)


def quadratic(question: Question) -> Callable[[Floats], Floats]:
    """The gradient of ½ (θ − c)ᵀ A (θ − c)."""
    A, c = array(question, "A"), array(question, "c")
    return lambda theta: A @ (theta - c)


# ---- optimisers: the whole path, the start included ----


def gradient_descent(q: Question, slip: str) -> Answer:
    grad, eta = quadratic(q), float(q["eta"]) * (-1 if slip == "uphill" else 1)
    path = [array(q, "theta")]
    for _ in range(q["steps"]):
        path.append(path[-1] - eta * grad(path[-1]))
    rows = np.array(path)
    if slip == "start_left_out":
        rows = rows[1:]
    if slip == "end_left_out":
        rows = rows[:-1]
    if slip == "one_array":
        rows = np.repeat(rows[-1:], len(rows), axis=0)
    return {"path": rows, "kept": path[0]}


def largest_rate(q: Question, slip: str) -> Answer:
    values = np.linalg.eigvalsh(array(q, "A"))
    chosen = values.min() if slip == "smallest" else values.sum() if slip == "trace" else values.max()
    return {"rate": (1.0 if slip == "one" else 2.0) / chosen}


def momentum(q: Question, slip: str) -> Answer:
    grad, theta, eta, gamma = quadratic(q), array(q, "theta"), float(q["eta"]), float(q["gamma"])
    path, v = [theta], np.zeros_like(theta)
    for _ in range(q["steps"]):
        g = grad(path[-1])
        if slip == "uphill":
            g = -g
        if slip == "looks_ahead":
            g = grad(path[-1] - gamma * v)
        v = (-gamma if slip == "turns_back" else gamma) * v + (eta * (1 - gamma) if slip == "averaged" else eta) * g
        path.append(path[-1] - v)
        if slip == "forgets":
            v = np.zeros_like(v)
    return {"path": np.array(path), "kept": theta}


def nag(q: Question, slip: str) -> Answer:
    grad, theta, eta, gamma = quadratic(q), array(q, "theta"), float(q["eta"]), float(q["gamma"])
    path, v = [theta], np.zeros_like(theta)
    for _ in range(q["steps"]):
        ahead = {"no_look_ahead": 0.0, "looks_behind": -gamma, "whole_step": 1.0}.get(slip, gamma)
        g = grad(path[-1] - ahead * v)
        before, v = v, gamma * v + eta * (-g if slip == "uphill" else g)
        path.append(path[-1] - ahead * before - v if slip == "moves_twice" else path[-1] - v)
        if slip == "forgets":
            v = np.zeros_like(v)
    return {"path": np.array(path), "kept": theta}


def adagrad(q: Question, slip: str) -> Answer:
    grad, theta, eta, eps = quadratic(q), array(q, "theta"), float(q["eta"]), float(q["eps"])
    path, G = [theta], np.zeros_like(theta)
    for _ in range(q["steps"]):
        g = grad(path[-1])
        before, G = G, (g**2 if slip == "forgets" else G + (abs(g) if slip == "not_squared" else g**2))
        if slip == "one_rate":
            G = np.full_like(G, before.mean() + (g**2).sum())
        used = before if slip == "updates_late" else G
        root = {"no_root": used + eps, "eps_outside": np.sqrt(used) + eps}.get(slip, np.sqrt(used + eps))
        path.append(path[-1] - (-eta if slip == "uphill" else eta) / root * g)
    return {"path": np.array(path), "kept": theta}


def rmsprop(q: Question, slip: str) -> Answer:
    grad, theta, eta, gamma, eps = quadratic(q), array(q, "theta"), float(q["eta"]), float(q["gamma"]), float(q["eps"])
    path, G = [theta], np.zeros_like(theta)
    old, new = {"exchanged": (1 - gamma, gamma), "adds_up": (1.0, 1.0), "not_weighted": (gamma, 1.0)}.get(slip, (gamma, 1 - gamma))
    for _ in range(q["steps"]):
        g = grad(path[-1])
        before, G = G, old * G + new * g**2
        if slip == "forgets":
            G = new * g**2
        used = before if slip == "updates_late" else G
        root = {"no_root": used + eps, "eps_outside": np.sqrt(used) + eps}.get(slip, np.sqrt(used + eps))
        path.append(path[-1] - (-eta if slip == "uphill" else eta) / root * g)
    return {"path": np.array(path), "kept": theta}


def adadelta(q: Question, slip: str) -> Answer:
    grad, theta, gamma, eps = quadratic(q), array(q, "theta"), float(q["gamma"]), float(q["eps"])
    path, G, s = [theta], np.zeros_like(theta), np.zeros_like(theta)
    for _ in range(q["steps"]):
        g = grad(path[-1])
        G = gamma * G + (1 - gamma) * g**2
        if slip == "steps_first":  # the steps' average is brought up to date with a step that isn't known yet: g in its place
            s = gamma * s + (1 - gamma) * g**2
        top = s if slip == "never_moves" else s + eps
        step = np.sqrt(top) / np.sqrt(G + eps) * g
        if slip == "upside_down":
            step = np.sqrt(G + eps) / np.sqrt(s + eps) * g
        if slip == "no_roots":
            step = (s + eps) / (G + eps) * g
        if slip == "gradients_again":
            s = gamma * s + (1 - gamma) * g**2
        elif slip == "not_squared":
            s = gamma * s + (1 - gamma) * abs(step)
        elif slip != "steps_first":
            s = gamma * s + (1 - gamma) * step**2
        path.append(path[-1] + step if slip == "uphill" else path[-1] - step)
    return {"path": np.array(path), "kept": theta}


def adam(q: Question, slip: str) -> Answer:
    grad, theta, eta, eps = quadratic(q), array(q, "theta"), float(q["eta"]), float(q["eps"])
    b1, b2 = float(q["beta1"]), float(q["beta2"])
    if slip == "betas_exchanged":
        b1, b2 = b2, b1
    sign = -1.0 if slip == "minus" else 1.0
    path, m, v = [theta], np.zeros_like(theta), np.zeros_like(theta)
    with np.errstate(invalid="ignore", divide="ignore"):
        for t in range(q["steps"]):
            g = grad(path[-1])
            m = b1 * m + sign * (1 - b1) * g
            v = b2 * v + sign * (1 - b2) * (abs(g) if slip == "not_squared" else g**2)
            age = {"from_zero": t, "always_first": 1}.get(slip, t + 1)
            M = m if slip in ("no_correction", "first_uncorrected") else m / (1 - b1**age)
            V = v if slip in ("no_correction", "second_uncorrected") else v / (1 - b2**age)
            if slip == "correction_kept":  # the corrected moments take the place of the moments
                m, v = M, V
            root = {"eps_inside": np.sqrt(V + eps), "no_root": V + eps}.get(slip, np.sqrt(V) + eps)
            path.append(path[-1] - (-eta if slip == "uphill" else eta) * M / root)
    return {"path": np.array(path), "kept": theta}


# ---- regularisation and validation ----


def dropout_backward(q: Question, slip: str) -> Answer:
    dy, mask, rate, training = array(q, "dy"), array(q, "mask"), float(q["rate"]), bool(q["training"])
    if slip == "both_modes":
        training = True
    scale = {"not_scaled": 1.0, "by_rate": rate}.get(slip, 1 - rate)
    dx = dy / scale if slip == "mask_left_out" else dy * mask / scale
    return {"dx": dx if training else dy}


def weight_decay(q: Question, slip: str) -> Answer:
    eta, decay, found = float(q["eta"]), float(q["decay"]), {}
    shrink = {"no_rate": decay, "grows": -eta * decay, "no_decay": 0.0, "doubled": 2 * eta * decay}.get(slip, eta * decay)
    kept = []
    for k, ((W, b), (dW, db)) in enumerate(zip(q["layers"], q["grads"], strict=True)):
        W, b, dW, db = (np.asarray(each, dtype=np.float64) for each in (W, b, dW, db))
        kept += [W.ravel(), b.ravel()]
        found[f"W{k}"] = W - eta * dW - shrink * W
        if slip == "after_the_step":
            found[f"W{k}"] = (W - eta * dW) * (1 - shrink)
        found[f"b{k}"] = b - eta * db - (shrink * b if slip == "bias_too" else 0)
    return found | {"kept": np.concatenate(kept)}


def standardise(q: Question, slip: str) -> Answer:
    train, held = array(q, "train"), array(q, "validation")
    seen = np.concatenate([train, held]) if slip == "all_data" else train
    axis = None if slip == "one_mean" else 0
    mean, std = seen.mean(axis=axis), seen.std(axis=axis, ddof=1 if slip == "sample" else 0)
    own_mean, own_std = (held.mean(axis=0), held.std(axis=0)) if slip == "its_own" else (mean, std)
    if slip == "variance":
        std, own_std = std**2, own_std**2
    with np.errstate(invalid="ignore", divide="ignore"):
        safe = [s if slip == "divides_by_zero" else np.where(s > 0, s, 1.0) for s in (std, own_std)]
        return {
            "train": (train - mean) / safe[0],
            "validation": (held - own_mean) / safe[1],
            "kept": np.concatenate([train.ravel(), held.ravel()]),
        }


def choose_degree(q: Question, slip: str) -> Answer:
    x, y, x_val, y_val = (array(q, name) for name in ("x", "y", "x_val", "y_val"))
    errors = []
    for degree in q["degrees"]:
        at, of = (np.concatenate([x, x_val]), np.concatenate([y, y_val])) if slip == "fits_all" else (x, y)
        powers, powers_val = (np.vander(each, degree + 1) for each in (x, x_val))
        c = np.linalg.lstsq(np.vander(at, degree + 1), of, rcond=None)[0]
        pair = (np.mean((powers @ c - y) ** 2), np.mean((powers_val @ c - y_val) ** 2))
        errors.append(np.sqrt(pair) if slip == "roots" else pair)
    both = np.array(errors)
    judged = both[:, 0] if slip == "by_training" else both[:, 1]
    at_best = int(judged.argmin())
    return {"train": both[:, 0], "validation": both[:, 1], "choice": float(at_best if slip == "position" else q["degrees"][at_best])}


# ---- data ----

TYPES = {0x08: "u1", 0x09: "i1", 0x0B: "i2", 0x0C: "i4", 0x0D: "f4", 0x0E: "f8"}


def read_idx(q: Question, slip: str) -> Answer:
    """Of a file's bytes in hex: its numbers, or that it has to be refused."""
    try:
        data = bytes.fromhex(q["hex"])
        data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    except (OSError, EOFError, zlib.error):
        return {"refused": 1.0}
    dimensions = data[3] if len(data) > 3 else 0
    sizes = [int.from_bytes(data[4 + 4 * k : 8 + 4 * k], "big") for k in range(dimensions)]
    code, start = data[2] if len(data) > 3 else 0, 4 + 4 * dimensions
    if len(data) < 4 or data[:2] != bytes(2) or code not in TYPES or len(data) < start:
        return {"refused": 1.0}
    kind = np.dtype(">" + TYPES[code])
    if math.prod(sizes) * kind.itemsize != len(data) - start:
        return {"refused": 1.0}
    if slip == "little_endian":
        kind = kind.newbyteorder("<")
    if slip == "unsigned" and kind.kind == "i":
        kind = np.dtype(f">u{kind.itemsize}")
    with np.errstate(invalid="ignore"):
        numbers = np.frombuffer(data, kind, offset=start).astype(np.float64)
    if slip == "as_bytes":
        numbers = np.frombuffer(data, np.uint8, numbers.size, start).astype(np.float64)
    if slip == "columns_first":
        numbers = numbers.reshape(sizes, order="F").reshape(-1)
    return {"refused": 0.0, "numbers": numbers, "shape": np.array([numbers.size] if slip == "flat" else sizes, dtype=np.float64)}


ORACLES: dict[str, Callable[[Question, str], Answer]] = {
    "gradient_descent": gradient_descent,
    "largest_rate": largest_rate,
    "momentum": momentum,
    "nag": nag,
    "adagrad": adagrad,
    "rmsprop": rmsprop,
    "adadelta": adadelta,
    "adam": adam,
    "dropout_backward": dropout_backward,
    "weight_decay": weight_decay,
    "standardise": standardise,
    "choose_degree": choose_degree,
    "read_idx": read_idx,
}
