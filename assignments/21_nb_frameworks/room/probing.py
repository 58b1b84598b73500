"""What the probes of 21_nb_frameworks share. Nothing here knows what is right: results are written down, and the judge compares them.

PyTorch and TensorFlow share one process; TensorFlow is imported first, which takes half as long as the other way round.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import numpy as np
import tensorflow as tf
import torch
from ck_room import load
from torch import nn

PATIENCE_S = 8.0  # until something that should happen by itself counts as not happening
SETTLED_S = 0.2  # a loader that doesn't stop by itself shows within this


def tensor(name: str) -> torch.Tensor:
    """An array of the judge's as a tensor with memory of its own."""
    return torch.from_numpy(load(name).copy())


def numbers(value: Any) -> Any:
    """A copy of a tensor of either framework as an array; None stays None."""
    if value is None:
        return None
    if isinstance(value, torch.Tensor):
        return value.detach().cpu().numpy().copy()
    return np.array(value)


def plain(values: Any) -> Any:
    """Losses as an array of floats, whatever they were given as."""
    return np.array([float(numbers(value)) for value in values])


def has_graph(value: Any) -> bool:
    """Whether a result still holds the graph that it was computed by."""
    return isinstance(value, torch.Tensor) and value.requires_grad


def returned(value: Any, what: str) -> Any:
    """The value, if there is one: a cell that isn't written yet returns None."""
    if value is None:
        raise TypeError(f"{what} returns None")
    return value


def stale(parameters: Any) -> None:
    """As if an earlier training had left its gradients."""
    for parameter in parameters:
        parameter.grad = torch.ones_like(parameter)


class Watch(nn.Module):
    """Lets numbers through and writes down in which mode they came."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[dict[str, Any]] = []

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.seen.append({"training": self.training, "grad": torch.is_grad_enabled(), "samples": len(x)})
        return x


def network(part: str) -> tuple[nn.Sequential, Watch]:
    """Linear, batch norm, ReLU, linear, with the numbers of this part's arrays."""
    w1, w2 = load(f"{part}_w1"), load(f"{part}_w2")
    (h, d), (o, _) = w1.shape, w2.shape
    watch = Watch()
    model = nn.Sequential(nn.Linear(d, h), nn.BatchNorm1d(h), nn.ReLU(), watch, nn.Linear(h, o))
    names = {"0.weight": "w1", "0.bias": "b1", "1.weight": "scale", "1.bias": "shift", "1.running_mean": "mean", "1.running_var": "var"}
    names |= {"4.weight": "w2", "4.bias": "b2"}
    state = {key: tensor(f"{part}_{name}") for key, name in names.items()}
    model.load_state_dict(state | {"1.num_batches_tracked": torch.tensor(0)})
    return model, watch


def state_of(model: nn.Module) -> Any:
    """All parameters and buffers but the counter, one after another, in the order of the state dict."""
    return np.concatenate(
        [numbers(value).ravel().astype(np.float64) for name, value in model.state_dict().items() if "tracked" not in name]
    )


def state_names(model: nn.Module) -> list[str]:
    """To which tensor each number of `state_of` belongs."""
    return [name for name, value in model.state_dict().items() if "tracked" not in name for _ in range(value.numel())]


class Openings:
    """The files ….sample.npz that this process opens, in order."""

    def __init__(self) -> None:
        self.names: list[str] = []
        sys.addaudithook(self._look)

    def _look(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and arguments and isinstance(arguments[0], str) and arguments[0].endswith(".sample.npz"):
            self.names.append(os.path.basename(arguments[0]))


class Traces:
    """How often a Python function ran: where it is called by a compiled one, that is how often that one was traced."""

    def __init__(self) -> None:
        self.per_call: list[int] = []
        self.eager = False
        self._now = 0

    def note(self) -> None:
        self._now += 1
        self.eager = self.eager or bool(tf.executing_eagerly())

    def called(self) -> None:
        """One call of the compiled function is over."""
        self.per_call.append(self._now)
        self._now = 0

    def report(self) -> dict[str, Any]:
        return {"traces": self.per_call, "eager": self.eager}


class Source:
    """Batches one after another. Counts how many were asked for, and can be waited for."""

    def __init__(self, batches: list[Any], fails_after: int | None = None, why: str = "") -> None:
        self.batches, self.fails_after, self.why = batches, fails_after, why
        self.loaded = 0
        self.changed = threading.Condition()

    def __iter__(self) -> Iterator[Any]:
        for number, batch in enumerate(self.batches):
            if number == self.fails_after:
                raise ValueError(self.why)
            self.load(number)
            with self.changed:
                self.loaded += 1
                self.changed.notify_all()
            yield batch

    def load(self, number: int) -> None:
        """What loading a batch takes; here nothing."""

    def wait_for(self, count: int, seconds: float) -> bool:
        with self.changed:
            return self.changed.wait_for(lambda: self.loaded >= count, timeout=seconds)


class SlowSource(Source):
    """A disk that gets its work done only while the consumer uses a batch: whoever works ahead doesn't notice. A batch that the consumer
    has to wait for comes all the same, and is written down: (its number, how many batches were used before)."""

    def __init__(self, count: int) -> None:
        super().__init__(list(range(count)))
        self.used = 0
        self.waited_for: list[tuple[int, int]] = []
        self._using = threading.Event()
        self._patience = PATIENCE_S / 4

    def load(self, number: int) -> None:
        if number and not self._using.wait(self._patience):
            self.waited_for.append((number, self.used))
            self._patience = 0.02  # it doesn't work ahead: no need to wait long again

    def use(self, number: int, ahead: int) -> bool:
        """The consumer's work on a batch takes until the next `ahead` are loaded. Whether they came."""
        self._using.set()
        came = self.wait_for(min(len(self.batches), number + 1 + ahead), PATIENCE_S / 4 if self._patience > 0.1 else 0.02)
        if number < 2:
            time.sleep(SETTLED_S)  # one that loads without end gets away now
        return came

    def done(self) -> None:
        self._using.clear()
        self.used += 1


def watched(work: Callable[[], Any]) -> dict[str, Any]:
    """What `work` returned or raised, and whether it came back at all; one that hangs is left alone."""
    result: dict[str, Any] = {"hangs": True, "value": None, "error": None, "raised": None}

    def run() -> None:
        try:
            result["value"] = work()
        except BaseException as error:
            result["error"] = [type(error).__name__, str(error)[:200]]
            result["raised"] = error
        result["hangs"] = False

    thread = threading.Thread(target=run, daemon=True, name="probe")
    thread.start()
    thread.join(PATIENCE_S)
    return dict(result)
