"""The probes of 21_nb_frameworks: they run behind the cells of your notebook, call its functions, and write down what comes out.

In public and hidden cases they are the same; only the numbers differ. None of them knows what is right.
"""
# ruff: noqa: E402, F821, F811

# %% after=standardise
import numpy as np
import torch
from probing import returned

a = room.load("standardise_a").copy()
before = a.copy()
x = returned(standardise(a), "standardise")
kind = {
    "tensor": isinstance(x, torch.Tensor),
    "dtype": str(getattr(x, "dtype", type(x).__name__)),
    "changed": not np.array_equal(a, before),
}
first = np.array(x)
a[...] = 77.0  # who keeps the array's memory sees this
room.save("standardise", kind | {"shared": not np.array_equal(first, np.array(x), equal_nan=True)})
room.save("standardise_x", first)

# %% after=train_by_hand
from probing import has_graph, numbers, plain, returned, stale, tensor

plan = room.load("by_hand_plan")
x, y = tensor("by_hand_x"), tensor("by_hand_y")
w1, w2 = tensor("by_hand_w1").requires_grad_(), tensor("by_hand_w2").requires_grad_()
if plan["stale"]:
    stale((w1, w2))
losses = []
for steps in plan["steps"]:
    losses += list(returned(train_by_hand(x, y, w1, w2, plan["lr"], steps), "train_by_hand"))
room.save(
    "by_hand", {"graphs": sum(map(has_graph, losses)), "leaves": [w1.is_leaf, w2.is_leaf], "learns": [w1.requires_grad, w2.requires_grad]}
)
room.save("by_hand_w1_after", numbers(w1))
room.save("by_hand_w2_after", numbers(w2))
room.save("by_hand_losses", plain(losses))

# %% after=parallel_block
import numpy as np
import torch
from probing import numbers, returned, tensor

plan = room.load("block_plan")
module = ParallelBlock(plan["d_in"], plan["d_out"], plan["count"])
found = dict(module.named_parameters())
room.save("block", {"parameters": {name: list(value.shape) for name, value in found.items()}})
with torch.no_grad():
    for k in range(plan["count"]):
        found[f"branches.{k}.weight"].copy_(tensor("block_weights")[k])
        found[f"branches.{k}.bias"].copy_(tensor("block_biases")[k])
x = tensor("block_x").requires_grad_()
y = returned(module(x), "ParallelBlock's forward")
room.save("block_y", numbers(y))
(y * tensor("block_dy")).sum().backward()
room.save("block_dx", numbers(x.grad))
room.save("block_dw", np.stack([numbers(found[f"branches.{k}.weight"].grad) for k in range(plan["count"])]))

# %% after=train_and_evaluate
import torch
from probing import has_graph, network, plain, returned, stale, state_of, tensor
from torch.utils.data import DataLoader, TensorDataset

plan = room.load("epoch_plan")
model, watch = network("epoch")
loader = DataLoader(TensorDataset(tensor("epoch_x"), tensor("epoch_y")), batch_size=plan["batch"])
optimizer = torch.optim.SGD(model.parameters(), lr=plan["lr"])
if plan["stale"]:
    stale(model.parameters())
model.eval()
losses = [returned(train_epoch(model, loader, optimizer), "train_epoch")]
room.save("epoch_state", state_of(model))
model.eval()
losses.append(train_epoch(model, loader, optimizer))
room.save("epoch_state_second", state_of(model))
room.save("epoch", {"seen": watch.seen, "graphs": list(map(has_graph, losses))})
room.save("epoch_losses", plain(losses))

# %% after=train_and_evaluate
from probing import has_graph, network, plain, returned, state_of, tensor
from torch.utils.data import DataLoader, TensorDataset

plan = room.load("epoch_plan")
model, watch = network("epoch")
loader = DataLoader(TensorDataset(tensor("epoch_x"), tensor("epoch_y")), batch_size=plan["batch"])
losses, modes = [], []
for training in (True, False):
    model.train(training)
    losses.append(returned(evaluate(model, loader), "evaluate"))
    modes.append(model.training)
room.save("evaluate", {"seen": watch.seen, "modes": modes, "graphs": list(map(has_graph, losses))})
room.save("evaluate_state", state_of(model))
room.save("evaluate_losses", plain(losses))

# %% after=checkpoint
from pathlib import Path

import torch
from probing import network, numbers, state_of, tensor
from torch import nn

plan = room.load("checkpoint_plan")
x, y = tensor("checkpoint_x"), tensor("checkpoint_y")


def step(model, optimizer):
    model.train()
    optimizer.zero_grad()
    nn.functional.mse_loss(model(x), y).backward()
    optimizer.step()


model, _ = network("checkpoint")
optimizer = torch.optim.SGD(model.parameters(), lr=plan["lr"], momentum=0.9)
for _ in range(plan["steps"]):
    step(model, optimizer)
path = Path("checkpoint.pt").resolve()
save_checkpoint(str(path), model, optimizer, plan["epoch"])
there = path.is_file()
step(model, optimizer)  # training goes on: what was saved may not change with it
again, _ = network("checkpoint")
with torch.no_grad():
    for value in again.state_dict().values():
        value.fill_(3)
other = torch.optim.SGD(again.parameters(), lr=0.5 * plan["lr"], momentum=0.5)
epoch = load_checkpoint(str(path), again, other)
room.save("checkpoint", {"file": there, "epoch": epoch if isinstance(epoch, int) else repr(epoch)[:80]})
room.save("checkpoint_state", state_of(again))
again.eval()
with torch.no_grad():
    room.save("checkpoint_output", numbers(again(tensor("checkpoint_probe"))))
step(again, other)
room.save("checkpoint_continued", state_of(again))

# %% after=fine_tune
import numpy as np
import torch
from probing import network, numbers, plain, returned, state_names, state_of, tensor
from torch import nn

plan = room.load("fine_tune_plan")
backbone, watch = network("fine_tune")
head = nn.Linear(plan["features"], plan["classes"])
with torch.no_grad():
    head.weight.copy_(tensor("fine_tune_wh"))
    head.bias.copy_(tensor("fine_tune_bh"))
before = state_of(backbone)
backbone.train()
x, y = tensor("fine_tune_x"), tensor("fine_tune_y")
losses = returned(fine_tune(backbone, head, x, y, plan["lr"], plan["steps"]), "fine_tune")
names, after = state_names(backbone), state_of(backbone)
moved = sorted({name for name, old, new in zip(names, before, after, strict=True) if old != new})
frozen = [not parameter.requires_grad for parameter in backbone.parameters()]
room.save("fine_tune", {"moved": moved, "frozen": frozen, "training": [row["training"] for row in watch.seen]})
room.save("fine_tune_backbone", after)
room.save("fine_tune_head", np.concatenate([numbers(head.weight).ravel(), numbers(head.bias)]))
room.save("fine_tune_losses", plain(losses))

# %% after=files
from pathlib import Path

import numpy as np
from probing import Openings, numbers, returned

plan, xs, ys = room.load("files_plan"), room.load("files_x"), room.load("files_y")
folder = Path("samples")
folder.mkdir(exist_ok=True)
paths = [str(folder / f"{i:03d}.sample.npz") for i in range(len(xs))]
for path, x, y in zip(paths, xs, ys, strict=True):
    np.savez(path, x=x, y=y)
openings = Openings()
data = Files(paths)
opened = [len(openings.names)]
length = len(data)
one_x, one_y = returned(data[plan["one"]], "Files.__getitem__")
opened.append(len(openings.names) - opened[0])
kinds = [str(getattr(one_x, "dtype", type(one_x).__name__)), str(numbers(one_y).dtype)]
room.save("files", {"length": length, "opened": opened, "kinds": kinds, "y": int(numbers(one_y))})
room.save("files_one", numbers(one_x))
first = returned(make_loader(data, plan["batch"], plan["seed"]), "make_loader")
same = make_loader(data, plan["batch"], plan["seed"])
other = make_loader(data, plan["batch"], plan["seed"] + 1)
sizes, orders, found = [], [], []
for loader in (first, first, same, other):  # two epochs, the same seed again, another one
    batches = [(numbers(x), numbers(y)) for x, y in loader]
    sizes.append([len(y) for _, y in batches])
    orders.append([int(x) for batch, _ in batches for x in batch[:, 0]])  # the first number tells the file
    found += [np.concatenate([x.astype(np.float64), y[:, None]], axis=1) for x, y in batches]
room.save("loader", {"sizes": sizes, "orders": orders})
room.save("loader_rows", np.concatenate(found) if found else np.zeros((0, xs.shape[1] + 1)))

# %% after=graph
import numpy as np
import tensorflow as tf
from probing import numbers, plain, returned

plan = room.load("graph_plan")
x, y, w1, w2 = (room.load(f"graph_{name}") for name in ("x", "y", "w1", "w2"))
net = returned(build_graph(w1.shape[0], w1.shape[1], w2.shape[1]), "build_graph")
operations = [len(net["graph"].get_operations())]
results = []
for rows in plan["rows"]:
    losses, a, b = train_graph(net, x[:rows], y[:rows], w1.copy(), w2.copy(), plan["lr"], plan["steps"])
    results.append((plain(losses), numbers(a), numbers(b)))
    operations.append(len(net["graph"].get_operations()))
room.save("graph", {"operations": operations, "eager": bool(tf.executing_eagerly())})
room.save("graph_losses", np.stack([row[0] for row in results]))
room.save("graph_w1_after", np.stack([row[1] for row in results]))
room.save("graph_w2_after", np.stack([row[2] for row in results]))

# %% after=tape
import tensorflow as tf
from probing import numbers, plain

plan = room.load("tape_plan")
w1, w2 = tf.Variable(room.load("tape_w1")), tf.Variable(room.load("tape_w2"))
x, y = tf.constant(room.load("tape_x")), tf.constant(room.load("tape_y"))
losses = [tape_step(x, y, w1, w2, plan["lr"]) for _ in range(plan["steps"])]
room.save("tape_w1_after", w1.numpy())
room.save("tape_w2_after", w2.numpy())
room.save("tape_losses", plain(losses))

# %% after=tape
import tensorflow as tf
from probing import numbers

v = tf.constant(room.load("tape_v"))
slope = saliency(lambda value: tf.linalg.matvec(tf.tanh(value), v), tf.constant(room.load("tape_x")))
room.save("saliency", {"none": slope is None})
if slope is not None:
    room.save("saliency_slope", numbers(slope))

# %% after=keras
import tensorflow as tf
from probing import numbers, plain, returned

plan = room.load("keras_plan")
tf.keras.utils.set_random_seed(7)
model = returned(make_keras(plan["d"], plan["h"], plan["o"]), "make_keras")
room.save("keras", {"shapes": [list(w.shape) for w in model.get_weights()]})
model.set_weights([room.load(f"keras_{name}") for name in ("w1", "b1", "w2", "b2")])
x, y = room.load("keras_x"), room.load("keras_y")
room.save("keras_before", numbers(model(x)))
losses = returned(fit_keras(model, x, y, plan["lr"], plan["batch"], plan["epochs"]), "fit_keras")
room.save("keras_after", numbers(model(x)))
room.save("keras_losses", plain(losses))

# %% after=compiled_step
import tensorflow as tf
from probing import Traces, plain, returned

plan, x, y = room.load("step_plan"), room.load("step_x"), room.load("step_y")
w1, w2 = tf.Variable(room.load("step_w1")), tf.Variable(room.load("step_w2"))
traces = Traces()


def loss_fn(found, wanted):
    traces.note()
    return tf.reduce_mean(tf.reduce_sum((found - wanted) ** 2, axis=1))


step = returned(make_step(loss_fn, w1, w2), "make_step")
losses, start = [], 0
for rows, lr in zip(plan["rows"], plan["lr"], strict=True):
    losses.append(step(x[start : start + rows], y[start : start + rows], lr))
    traces.called()
    start += rows
room.save("step", traces.report())
room.save("step_w1_after", w1.numpy())
room.save("step_w2_after", w2.numpy())
room.save("step_losses", plain(losses))

# %% after=dynamic_and_static
import numpy as np
import torch
from probing import numbers, returned

plan, wx, wh, h0, xs = (room.load(f"recurrent_{name}") for name in ("plan", "wx", "wh", "h0", "xs"))
states, slopes = [], []
for turn, length in enumerate(plan["lengths"]):
    a, b = torch.from_numpy(wx.copy()), torch.from_numpy(wh.copy()).requires_grad_()
    part, start = torch.from_numpy(xs[turn, :length].copy()), torch.from_numpy(h0.copy())
    h = returned(run_dynamic(lambda x, h, a=a, b=b: torch.tanh(x @ a + h @ b), part, start), "run_dynamic")
    if h.requires_grad:
        h.sum().backward()
    states.append(numbers(h))
    slopes.append(np.zeros_like(wh) if b.grad is None else numbers(b.grad))
room.save("dynamic_h", np.stack(states))
room.save("dynamic_dwh", np.stack(slopes))

# %% after=dynamic_and_static
import numpy as np
import tensorflow as tf
from probing import Traces, numbers, returned

plan, wx, wh, h0, xs = (room.load(f"recurrent_{name}") for name in ("plan", "wx", "wh", "h0", "xs"))
a, b = tf.Variable(wx), tf.Variable(wh)
traces = Traces()


def cell(x, h):
    traces.note()
    return tf.tanh(tf.linalg.matvec(a, x, transpose_a=True) + tf.linalg.matvec(b, h, transpose_a=True))


run = returned(make_static(cell, wx.shape[0], wh.shape[0]), "make_static")
states, slopes = [], []
for turn, length in enumerate(plan["lengths"]):
    with tf.GradientTape() as tape:
        h = run(np.ascontiguousarray(xs[turn, :length]), h0)
        total = tf.reduce_sum(h)
    traces.called()
    slope = tape.gradient(total, b)
    states.append(numbers(h))
    slopes.append(np.zeros_like(wh) if slope is None else numbers(slope))
room.save("static", traces.report())
room.save("static_h", np.stack(states))
room.save("static_dwh", np.stack(slopes))

# %% after=prefetch
from probing import Source, returned, watched

# order, and the last batch; a batch may be anything, None too
plan = room.load("prefetch_plan")
values = [None if number in plan["nothing"] else number for number in range(plan["count"])]
whole = watched(lambda: list(returned(prefetch(iter(Source(values)), plan["depth"]), "prefetch")))
if whole["raised"] is not None:
    raise whole["raised"]
room.save("prefetch", {"hangs": whole["hangs"], "values": whole["value"]})
nothing = watched(lambda: list(prefetch(iter(Source([])), plan["depth"])))
if nothing["raised"] is not None:
    raise nothing["raised"]
room.save("prefetch_empty", {"hangs": nothing["hangs"], "values": nothing["value"]})

# %% after=prefetch
from probing import Source, returned, watched

# something goes wrong while loading
plan = room.load("prefetch_plan")
got = []


def use():
    source = Source(list(range(plan["count"])), plan["fails_after"], plan["why"])
    for batch in returned(prefetch(iter(source), plan["depth"]), "prefetch"):
        got.append(batch)


failed = watched(use)
room.save("prefetch_failing", {"hangs": failed["hangs"], "values": list(got), "error": failed["error"]})

# %% after=prefetch
from probing import SlowSource, returned, watched

# working ahead: the next batches are loaded while one is used
plan = room.load("prefetch_plan")
source = SlowSource(plan["count"])
loaded, most = [], [0]


def use():
    for number, _ in enumerate(returned(prefetch(iter(source), plan["depth"]), "prefetch")):
        source.use(number, plan["depth"])
        loaded.append(source.loaded)
        most[0] = max(most[0], source.loaded - number - 1)
        source.done()


used = watched(use)
if used["raised"] is not None:
    raise used["raised"]
room.save("prefetch_ahead", {"hangs": used["hangs"], "loaded": list(loaded), "most": most[0], "waited_for": list(source.waited_for)})

# %% after=prefetch
import gc
import threading
import time

from probing import PATIENCE_S, SETTLED_S, Source, returned, watched

# a consumer that has had enough
plan = room.load("prefetch_plan")
threads = set(threading.enumerate())
source = Source(list(range(plan["count"])))


def use():
    batches = iter(returned(prefetch(iter(source), plan["depth"]), "prefetch"))
    next(batches)
    next(batches)
    source.wait_for(2 + plan["depth"], PATIENCE_S / 4)
    time.sleep(SETTLED_S)  # by now the thread waits for somebody to take a batch
    if hasattr(batches, "close"):
        batches.close()
    del batches
    gc.collect()


closed = watched(use)
if closed["raised"] is not None:
    raise closed["raised"]
until = time.monotonic() + PATIENCE_S / 2
left = [thread for thread in threading.enumerate() if thread not in threads and thread.name != "probe"]
while left and time.monotonic() < until:
    time.sleep(0.02)
    left = [thread for thread in left if thread.is_alive()]
room.save("prefetch_closed", {"hangs": closed["hangs"], "threads": len(left), "loaded": source.loaded})
