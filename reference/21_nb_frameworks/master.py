"""21_nb_frameworks, the master: starter/frameworks.ipynb and the solution are made of it (python -m grader.notebook.build)."""
# ruff: noqa: E501

# %% [markdown] id=intro
# # 21 Frameworks: PyTorch and TensorFlow
#
# Thirteen small functions, each in its own cell, each graded for itself. What each must do stands in its docstring and in the hand-out
# (`README.md`), where the traps are explained, too. Write where the comment stands, run the cell, run the cell below it. **Restart & run all**
# before you hand in: grading runs every cell in order in a fresh kernel.
#
# 작은 함수 열세 개를 씁니다. 함수마다 셀이 하나씩 있고, 따로따로 채점합니다. 무엇을 해야 하는지는 docstring과 안내문(`README.ko.md`)에 있습니다. 흔한
# 함정도 안내문에서 설명합니다. 주석이 있는 곳에 코드를 쓰고 셀을 실행한 다음, 바로 아래 셀을 실행해 보세요. 제출하기 전에는 **Restart & Run All**을 하세요. 채점할 때는 새 커널에서 모든
# 셀을 차례대로 실행합니다.

# %% id=imports kind=setup time_s=180
import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # TensorFlow's notices about the machine
os.environ["CUDA_VISIBLE_DEVICES"] = ""  # both frameworks compute on the CPU here

import queue
import threading

import numpy as np
import tensorflow as tf
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

print("PyTorch", torch.__version__, "· TensorFlow", tf.__version__)

# %% [markdown] id=about_standardise
# ## 1 Tensors
# A tensor is NumPy's array with two things more: it may live on a GPU, and it can remember how it was computed. `torch.from_numpy` shares the
# array's memory; `torch.tensor` copies. Look up what `Tensor.std` divides by.
#
# 텐서는 NumPy 배열에 두 가지를 더한 것입니다. GPU에 있을 수 있고, 어떻게 계산되었는지 기억할 수 있습니다. `torch.from_numpy`는 배열의 메모리를 함께
# 쓰고 `torch.tensor`는 복사합니다. `Tensor.std`가 무엇으로 나누는지 찾아보세요.


# %% id=standardise kind=solution
def standardise(a):
    """a: float64 array (n, d) -> float32 tensor (n, d): each column minus its mean, divided by its population standard deviation (by n).

    A column of equal numbers becomes zeros. The array stays as it is, and the tensor has memory of its own.
    """
    # BEGIN SOLUTION compute in double precision, return float32
    x = torch.tensor(a, dtype=torch.float64)
    spread = x.std(dim=0, correction=0)
    x = (x - x.mean(dim=0)) / torch.where(spread > 0, spread, 1.0)
    return x.to(torch.float32)
    # END SOLUTION


# %% id=try_standardise
print(standardise(np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 5.0]])))  # first column: -1.2247, 0, 1.2247; second: zeros

# %% [markdown] id=about_train_by_hand
# ## 2 Autograd
# `loss.backward()` *adds* to `.grad` of every leaf that requires a gradient. Everything that is computed with such a leaf becomes part of the
# graph, and an update of the weights is no part of the model.
#
# `loss.backward()`는 그래디언트가 필요한 모든 잎의 `.grad`에 값을 *더합니다*. 이런 잎으로 계산한 것은 모두 그래프의 일부가 됩니다. 가중치를 고치는 일은
# 모델의 일부가 아닙니다.


# %% id=train_by_hand kind=solution
def train_by_hand(x, y, w1, w2, lr, steps):
    """Gradient descent on loss = mean((relu(x @ w1) @ w2 - y)²), by autograd and without an optimizer.

    x (n, d), y (n, o) and the leaves w1 (d, h), w2 (h, o) are float32 tensors. w1 and w2 require gradients and are updated in place,
    `steps` times: they stay leaves that require gradients. What stands in their .grad before doesn't count.
    Returns the loss before each step: a list of `steps` floats.
    """
    losses = []
    # BEGIN SOLUTION forward, backward, update; mind what .grad holds and what the graph records
    for _ in range(steps):
        loss = ((x @ w1).clamp(min=0) @ w2 - y).pow(2).mean()
        w1.grad = w2.grad = None
        loss.backward()
        with torch.no_grad():
            w1 -= lr * w1.grad
            w2 -= lr * w2.grad
        losses.append(loss.item())
    # END SOLUTION
    return losses


# %% id=try_train_by_hand
torch.manual_seed(0)
x_try, w1_try, w2_try = torch.randn(16, 4), torch.randn(4, 8, requires_grad=True), torch.randn(8, 1, requires_grad=True)
print(train_by_hand(x_try, x_try[:, :1] * 2, w1_try, w2_try, 0.02, 6))  # falls from step to step
print(w1_try.is_leaf, w1_try.requires_grad)  # True True

# %% [markdown] id=about_parallel_block
# ## 3 Modules
# A module finds its parameters through its attributes: parameters, modules, and the containers made for them. What it doesn't find, no optimizer
# trains, and no state dict saves.
#
# 모듈은 속성으로 등록된 파라미터, 모듈, 그리고 이를 위한 컨테이너에서 파라미터를 찾습니다. 모듈이 찾지 못하는 것은 옵티마이저가 학습시키지 않고, state dict에도
# 저장되지 않습니다.


# %% id=parallel_block kind=solution
class ParallelBlock(nn.Module):
    """relu(branch₀(x) + branch₁(x) + …): `count` linear layers (with bias) from d_in to d_out, side by side.

    The layers are self.branches[0], self.branches[1], …, so that parameters are called branches.0.weight, branches.0.bias, …
    """

    def __init__(self, d_in, d_out, count):
        super().__init__()
        # BEGIN SOLUTION make the branches so that parameters() finds them
        self.branches = nn.ModuleList(nn.Linear(d_in, d_out) for _ in range(count))
        # END SOLUTION

    def forward(self, x):
        """x (n, d_in) -> (n, d_out)."""
        # BEGIN SOLUTION the sum of the branches, then ReLU
        total = self.branches[0](x)
        for branch in self.branches[1:]:
            total = total + branch(x)
        return total.clamp(min=0)
        # END SOLUTION


# %% id=try_parallel_block
block_try = ParallelBlock(4, 3, count=2)
print([name for name, _ in block_try.named_parameters()])  # four names
print(nn.Sequential(block_try, ParallelBlock(3, 2, count=5))(torch.ones(1, 4)).shape)  # modules go into modules: torch.Size([1, 2])

# %% [markdown] id=about_train_and_evaluate
# ## 4 An epoch, and how good it was
# Dropout and batch norm work differently in training and in use: `model.train()`, `model.eval()`. That is one switch; whether a graph is recorded is
# another.
#
# 드롭아웃과 배치 정규화는 학습할 때와 사용할 때 다르게 동작합니다. `model.train()`과 `model.eval()`로 바꿉니다. 그래프를 기록할지 말지는 또 다른 스위치입니다.


# %% id=train_and_evaluate kind=solution
def train_epoch(model, loader, optimizer):
    """One pass over the loader's batches (x, y), in training mode: mean squared error, one step of the optimizer for each batch.

    Gradients from before don't count. Returns the mean of the loss over all samples (a float), each batch's taken before its step.
    Batches may have different sizes.
    """
    # BEGIN SOLUTION switch the mode; for each batch: loss, gradients, step
    model.train()
    total, count = 0.0, 0
    for x, y in loader:
        loss = nn.functional.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(x)
        count += len(x)
    return total / count
    # END SOLUTION


def evaluate(model, loader):
    """The mean squared error over all samples (a float), in evaluation mode; no graph is recorded, nothing in the model changes.

    Afterwards the model is in the mode in which it was before.
    """
    # BEGIN SOLUTION switch the mode, add up, switch back
    was_training = model.training
    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for x, y in loader:
            total += nn.functional.mse_loss(model(x), y).item() * len(x)
            count += len(x)
    model.train(was_training)
    return total / count
    # END SOLUTION


# %% id=try_train_and_evaluate
torch.manual_seed(0)
x_try = torch.randn(20, 4)
batches_try = [(part, part.sum(1, keepdim=True)) for part in x_try.split(8)]  # 8, 8 and 4 samples
model_try = nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 1))
optimizer_try = torch.optim.SGD(model_try.parameters(), lr=0.05)
for _ in range(3):
    print(train_epoch(model_try, batches_try, optimizer_try), evaluate(model_try, batches_try), model_try.training)

# %% [markdown] id=about_checkpoint
# ## 5 Save and reload
# Training that is to go on needs more than the weights: what does a model hold that no gradient reaches, and what does an optimizer remember?
#
# 학습을 이어서 하려면 가중치만으로는 부족합니다. 그래디언트가 닿지 않는데도 모델이 갖고 있는 것은 무엇이고, 옵티마이저가 기억하는 것은 무엇인가요?


# %% id=checkpoint kind=solution
def save_checkpoint(path, model, optimizer, epoch):
    """Writes one file from which training can go on as if it had never stopped."""
    # BEGIN SOLUTION everything that the next step depends on, and the epoch
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "epoch": epoch}, path)
    # END SOLUTION


def load_checkpoint(path, model, optimizer):
    """Puts the file's content into model and optimizer, which have the same structure but other numbers. Returns the epoch, an int."""
    # BEGIN SOLUTION your code
    saved = torch.load(path)
    model.load_state_dict(saved["model"])
    optimizer.load_state_dict(saved["optimizer"])
    return saved["epoch"]
    # END SOLUTION


# %% id=try_checkpoint
save_checkpoint("try.pt", model_try, optimizer_try, 3)
again_try = nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Linear(16, 1))
print(load_checkpoint("try.pt", again_try, torch.optim.SGD(again_try.parameters(), lr=1.0)))  # 3
print(torch.equal(model_try.eval()(x_try), again_try.eval()(x_try)))  # True

# %% [markdown] id=about_fine_tune
# ## 6 A pretrained network
# Its body is kept as it is, and a new head learns. "As it is" holds for everything in the body, not only for what has a gradient.
#
# 미리 학습된 신경망의 몸통은 그대로 두고 새 머리만 학습시킵니다. “그대로”는 그래디언트가 있는 것만이 아니라 몸통에 들어 있는 모든 것에 해당합니다.


# %% id=fine_tune kind=solution
def fine_tune(backbone, head, x, y, lr, steps):
    """Trains `head` on backbone(x) by plain gradient descent (all samples at once) with cross-entropy; y (n,) holds class numbers.

    Parameters of the backbone are frozen (requires_grad is False afterwards), and nothing in it changes, its running statistics included.
    Returns the loss before each step: a list of `steps` floats.
    """
    losses = []
    # BEGIN SOLUTION freeze, choose the mode, train the head
    backbone.requires_grad_(False)
    backbone.eval()
    optimizer = torch.optim.SGD(head.parameters(), lr=lr)
    for _ in range(steps):
        loss = nn.functional.cross_entropy(head(backbone(x)), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    # END SOLUTION
    return losses


# %% id=try_fine_tune
body_try = nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16), nn.ReLU())
print(fine_tune(body_try, nn.Linear(16, 2), x_try, (x_try[:, 0] > 0).long(), 0.5, 5))  # falls
print(body_try[1].running_mean.abs().max())  # tensor(0.): nothing moved

# %% [markdown] id=about_files
# ## 7 Data sets on a disk
# A data set that doesn't fit into memory is read sample by sample, when a sample is asked for. A `DataLoader` makes batches of them.
#
# 메모리에 다 들어가지 않는 데이터는 샘플을 요청할 때마다 하나씩 읽습니다. `DataLoader`가 이것을 배치로 묶습니다.


# %% id=files kind=solution
class Files(Dataset):
    """Samples in files: paths[i] is an .npz file with "x", float32 (d,), and "y", an integer. Sample i is the pair (x as a tensor, y as an int).

    A file is opened when its sample is asked for, not before.
    """

    def __init__(self, paths):
        """paths: a list of names of files."""
        # BEGIN SOLUTION your code
        self.paths = list(paths)
        # END SOLUTION

    def __len__(self):
        """How many samples there are."""
        # BEGIN SOLUTION your code
        return len(self.paths)
        # END SOLUTION

    def __getitem__(self, index):
        """Reads one sample."""
        # BEGIN SOLUTION your code
        with np.load(self.paths[index]) as sample:
            return torch.from_numpy(sample["x"]), int(sample["y"])
        # END SOLUTION


def make_loader(dataset, batch_size, seed):
    """A DataLoader in which every sample comes once in each epoch, in random order. The last batch may be smaller.

    Two loaders with the same seed give the same order, and each epoch of a loader has another one.
    """
    # BEGIN SOLUTION your code
    return DataLoader(dataset, batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed))
    # END SOLUTION


# %% id=try_files
for i in range(7):
    np.savez(f"try_{i}.npz", x=np.full(3, i, np.float32), y=i % 2)
loader_try = make_loader(Files([f"try_{i}.npz" for i in range(7)]), 3, seed=5)
for _ in range(2):
    print([batch[:, 0].int().tolist() for batch, _ in loader_try])  # 3, 3 and 1 of the numbers 0 to 6, twice in different order

# %% [markdown] id=about_graph
# ## 8 TensorFlow 1: build a graph, then run it
# Before TensorFlow 2 a program first described a computation with placeholders, then ran it in a session as often as it liked. `feed_dict` is a
# **dict** from placeholders to arrays; lecture notes that show a tuple there are wrong. Use `tf.compat.v1` within a `tf.Graph` of your own, and leave
# eager execution switched on: the rest of this notebook needs it.
#
# TensorFlow 2 이전의 프로그램은 플레이스홀더로 계산을 먼저 기술하고, 세션에서 원하는 만큼 실행했습니다. `feed_dict`는 플레이스홀더를 배열에 대응시키는 **딕셔너리**입니다.
# 튜플을 넣은 강의 자료는 틀렸습니다. 직접 만든 `tf.Graph` 안에서 `tf.compat.v1`을 쓰고, 즉시 실행(eager execution)은 끄지 마세요. 이 노트북의 나머지 부분에 필요합니다.


# %% id=graph kind=solution
def build_graph(d, h, o):
    """A graph with placeholders x (any, d), y (any, o), w1 (d, h), w2 (h, o) and the scalar loss = mean over samples of the sum over outputs of
    (relu(x @ w1) @ w2 - y)², and its gradients. Returns a dict with the keys graph, x, y, w1, w2, loss, g1, g2.
    """
    # BEGIN SOLUTION a tf.Graph(), and in it placeholders, loss, tf.gradients
    graph = tf.Graph()
    with graph.as_default():
        x = tf.compat.v1.placeholder(tf.float32, (None, d))
        y = tf.compat.v1.placeholder(tf.float32, (None, o))
        w1 = tf.compat.v1.placeholder(tf.float32, (d, h))
        w2 = tf.compat.v1.placeholder(tf.float32, (h, o))
        diff = tf.nn.relu(x @ w1) @ w2 - y
        loss = tf.reduce_mean(tf.reduce_sum(diff**2, axis=1))
        g1, g2 = tf.gradients(loss, [w1, w2])
    return {"graph": graph, "x": x, "y": y, "w1": w1, "w2": w2, "loss": loss, "g1": g1, "g2": g2}
    # END SOLUTION


def train_graph(net, x, y, w1, w2, lr, steps):
    """Gradient descent in a session: `steps` runs of the graph `net`, fed with the arrays. The graph doesn't grow while it is run.

    Returns (losses before each step as a list of floats, w1, w2 as arrays after the last one).
    """
    losses = []
    # BEGIN SOLUTION one session, one run a step, feed_dict is a dict
    with tf.compat.v1.Session(graph=net["graph"]) as session:
        for _ in range(steps):
            values = {net["x"]: x, net["y"]: y, net["w1"]: w1, net["w2"]: w2}
            loss, g1, g2 = session.run([net["loss"], net["g1"], net["g2"]], feed_dict=values)
            w1, w2 = w1 - lr * g1, w2 - lr * g2
            losses.append(float(loss))
    # END SOLUTION
    return losses, w1, w2


# %% id=try_graph
rng_try = np.random.default_rng(0)
x_np, w1_np, w2_np = (rng_try.standard_normal(shape).astype(np.float32) for shape in ((16, 4), (4, 8), (8, 1)))
print(train_graph(build_graph(4, 8, 1), x_np, x_np[:, :1] * 2, w1_np, w2_np, 0.01, 5)[0])  # falls

# %% [markdown] id=about_tape
# ## 9 TensorFlow 2: a tape
# A `tf.GradientTape` records what is computed with variables. Tensors never change; variables do, by `assign`. What isn't a variable is recorded
# only if the tape is told to watch it.
#
# `tf.GradientTape`는 변수로 계산한 것을 기록합니다. 텐서는 바뀌지 않고, 변수는 `assign`으로 바뀝니다. 변수가 아닌 것은 테이프에 지켜보라고(watch) 해야 기록됩니다.


# %% id=tape kind=solution
def tape_step(x, y, w1, w2, lr):
    """One step of gradient descent on the variables w1 and w2, in place, for the loss of `build_graph`. Returns the loss before it, a float."""
    # BEGIN SOLUTION your code
    with tf.GradientTape() as tape:
        diff = tf.nn.relu(x @ w1) @ w2 - y
        loss = tf.reduce_mean(tf.reduce_sum(diff**2, axis=1))
    g1, g2 = tape.gradient(loss, [w1, w2])
    w1.assign_sub(lr * g1)
    w2.assign_sub(lr * g2)
    return float(loss)
    # END SOLUTION


def saliency(score, x):
    """The gradient of the sum of score(x) with respect to the constant tensor x: which inputs matter. A tensor of x's shape."""
    # BEGIN SOLUTION your code
    with tf.GradientTape() as tape:
        tape.watch(x)
        total = tf.reduce_sum(score(x))
    return tape.gradient(total, x)
    # END SOLUTION


# %% id=try_tape
w1_tf, w2_tf = tf.Variable(w1_np), tf.Variable(w2_np)
print([tape_step(tf.constant(x_np), tf.constant(x_np[:, :1] * 2), w1_tf, w2_tf, 0.01) for _ in range(5)])  # the same as above
print(saliency(lambda v: v**2, tf.constant([1.0, -3.0])))  # 2 and -6

# %% [markdown] id=about_keras
# ## 10 Keras
# The same network a third time, from layers, with the loop in `fit`.
#
# 같은 신경망을 이번에는 층으로 만들고, 반복은 `fit`에 맡깁니다.


# %% id=keras kind=solution
def make_keras(d, h, o):
    """A Keras model: d inputs, a dense layer of h with ReLU, a dense layer of o without activation; both have biases."""
    # BEGIN SOLUTION your code
    return tf.keras.Sequential([tf.keras.Input((d,)), tf.keras.layers.Dense(h, activation="relu"), tf.keras.layers.Dense(o)])
    # END SOLUTION


def fit_keras(model, x, y, lr, batch_size, epochs):
    """Trains with plain SGD and mean squared error, batches in the order of the arrays. Returns the epochs' losses, a list of floats."""
    # BEGIN SOLUTION your code
    model.compile(optimizer=tf.keras.optimizers.SGD(learning_rate=lr), loss="mse")
    history = model.fit(x, y, batch_size=batch_size, epochs=epochs, shuffle=False, verbose=0)
    return [float(loss) for loss in history.history["loss"]]
    # END SOLUTION


# %% id=try_keras
model_keras = make_keras(4, 8, 1)
print(model_keras.count_params(), fit_keras(model_keras, x_np, x_np[:, :1] * 2, 0.05, 6, 3))  # 49 parameters; falls

# %% [markdown] id=about_compiled_step
# ## 11 tf.function
# Python runs while a function is *traced*; after that only the graph runs. A new trace is made for every new shape or type of a tensor, and for
# every new **value** of a Python number. `input_signature` says once and for all what comes.
#
# Python 코드는 함수를 *트레이스*할 때만 실행되고, 그다음에는 그래프만 실행됩니다. 텐서의 모양이나 형이 새로우면 다시 트레이스하고, Python 수는 **값**이 새로울 때마다 다시
# 트레이스합니다. `input_signature`로 무엇이 들어오는지 한 번에 정해 둘 수 있습니다.


# %% id=compiled_step kind=solution
def make_step(loss_fn, w1, w2):
    """Returns step(x, y, lr), compiled by tf.function: one step of gradient descent on loss_fn(relu(x @ w1) @ w2, y), in place; returns the loss.

    w1 (d, h) and w2 (h, o) are variables. step is called with float32 arrays x (n, d), y (n, o) with any n, and a Python float lr that changes from
    call to call. It is traced once.
    """
    # BEGIN SOLUTION your code
    d, o = w1.shape[0], w2.shape[1]

    @tf.function(input_signature=[tf.TensorSpec((None, d)), tf.TensorSpec((None, o)), tf.TensorSpec(())])
    def step(x, y, lr):
        with tf.GradientTape() as tape:
            loss = loss_fn(tf.nn.relu(x @ w1) @ w2, y)
        g1, g2 = tape.gradient(loss, [w1, w2])
        w1.assign_sub(lr * g1)
        w2.assign_sub(lr * g2)
        return loss

    return step
    # END SOLUTION


# %% id=try_compiled_step
def loss_try(found, wanted):
    print("traced")  # once, in spite of three calls
    return tf.reduce_mean(tf.reduce_sum((found - wanted) ** 2, axis=1))


step_try = make_step(loss_try, tf.Variable(w1_np), tf.Variable(w2_np))
for rows_try, lr_try in ((16, 0.01), (16, 0.005), (7, 0.005)):
    print(float(step_try(x_np[:rows_try], x_np[:rows_try, :1] * 2, lr_try)))

# %% [markdown] id=about_dynamic_and_static
# ## 12 Dynamic and static graphs
# A recurrent network takes as many steps as its sequence is long. PyTorch draws a new graph for each sequence, so a Python loop will do. A static graph
# has to hold the loop itself.
#
# 순환 신경망은 시퀀스 길이만큼 되풀이합니다. PyTorch는 시퀀스마다 그래프를 새로 그리므로 Python 반복문이면 됩니다. 정적 그래프에서는 반복 자체가 그래프 안에
# 있어야 합니다.


# %% id=dynamic_and_static kind=solution
def run_dynamic(cell, xs, h):
    """PyTorch: h = cell(x, h) for each row x of xs (length, d); returns the last h, with its graph. The length may be 0."""
    # BEGIN SOLUTION your code
    for x in xs:
        h = cell(x, h)
    return h
    # END SOLUTION


def make_static(cell, d, k):
    """TensorFlow: returns run(xs, h), compiled by tf.function, that does the same for xs (length, d) and h (k,), both float32.

    It is called with sequences of different lengths, also with none at all, and is traced once.
    """

    # BEGIN SOLUTION your code
    @tf.function(input_signature=[tf.TensorSpec((None, d)), tf.TensorSpec((k,))])
    def run(xs, h):
        for x in xs:  # tf.function makes a loop of the graph of this, because xs is a tensor
            h = cell(x, h)
        return h

    return run
    # END SOLUTION


# %% id=try_dynamic_and_static
run_try = make_static(lambda x, h: h / 2 + tf.reduce_sum(x), 2, 1)
for length_try in (3, 5, 0):
    xs_np = np.ones((length_try, 2), np.float32)
    print(run_dynamic(lambda x, h: h / 2 + x.sum(), torch.from_numpy(xs_np), torch.ones(1)), run_try(xs_np, np.ones(1, np.float32)))

# %% [markdown] id=about_prefetch
# ## 13 Load while you compute
# A fast device waits for a slow disk, unless the next batches are loaded while the current one is used. A thread does that, with a queue in between.
#
# 디스크가 느리면 빠른 장치가 기다립니다. 지금 배치를 쓰는 동안 다음 배치를 읽어 두면 그렇지 않습니다. 스레드가 그 일을 하고, 그 사이에 큐를 둡니다.


# %% id=prefetch kind=solution
def prefetch(batches, depth):
    """A generator that yields what the iterator `batches` yields, in order, while a thread of its own loads up to `depth` batches ahead.

    While the consumer uses a batch, the next `depth` (1 or more) get loaded, one more may be in the thread's hand, and no others.
    A batch may be anything, None too. An exception of `batches` comes out here, behind the batches before it.
    When the generator ends or is closed, its thread ends, too.
    """
    # BEGIN SOLUTION your code
    ready = queue.Queue(maxsize=depth)
    closed = threading.Event()

    def put(kind, value):
        while not closed.is_set():
            try:
                ready.put((kind, value), timeout=0.05)
                return
            except queue.Full:  # look again whether anybody still wants it
                pass

    def load():
        try:
            for batch in batches:
                put("batch", batch)
                if closed.is_set():
                    return
        except Exception as error:
            put("error", error)
        else:
            put("end", None)

    thread = threading.Thread(target=load, daemon=True)
    thread.start()
    try:
        while True:
            kind, value = ready.get()
            if kind == "end":
                return
            if kind == "error":
                raise value
            yield value
    finally:
        closed.set()
        thread.join()
    # END SOLUTION


# %% id=try_prefetch
print(list(prefetch(iter(range(5)), depth=2)))  # [0, 1, 2, 3, 4]

# %% [markdown] id=outlook
# That is the course's last notebook. Which of the two frameworks would you take for a network whose structure depends on its input, and what would you
# lose?
#
# 이것으로 마지막 노트북이 끝났습니다. 입력에 따라 구조가 달라지는 신경망이라면 두 프레임워크 가운데 어느 것을 고르겠습니까? 그때 무엇을 잃게 될까요?
