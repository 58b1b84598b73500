"""The master of 20_nb_dl_basics: `python -m grader.notebook.build reference/20_nb_dl_basics` makes the students' notebook and its solution.

Every solution cell stands by itself: none calls a function of another, but for `tanh` (sigmoid, in the same cell) and `train`, which may use
whatever its author likes."""
# ruff: noqa: E501

# %% [markdown] id=intro
# # 20 Deep learning from its parts · 딥러닝의 기초
#
# In this notebook you write the parts of deep learning with NumPy alone: losses, gradients, optimisers, initialisation, dropout, validation, a file reader, and at the end a network that learns digits. The cells whose functions are unfinished, with a comment that says what is missing, are yours; all others are locked and restored before grading. Each of your functions is graded by itself, so do them in any order.
#
# - Run a cell with Shift+Enter. Before you hand in, restart the kernel and run everything once.
# - The formulas of the hand-out (README.md) are the contract: what is a mean and what a sum, where ε stands, in which shape things come out.
# - Your functions get arrays of float64. Leave arguments as they are and return new arrays.
# - You may use all of NumPy and Python's standard library. Nothing else is installed where it is graded.
#
# 이 노트북에서는 NumPy만으로 딥러닝의 부품을 만듭니다. 손실, 그래디언트, 옵티마이저, 초기화, 드롭아웃, 검증, 파일 읽기를 하나씩 만들고, 마지막에는 숫자를 배우는 신경망을 만듭니다. 함수가 아직 비어 있고 무엇이 빠졌는지 주석으로 적혀 있는 셀이 여러분의 것입니다. 나머지 셀은 잠겨 있고 채점하기 전에 원래대로 돌아갑니다. 함수마다 따로 채점하므로 순서는 마음대로 해도 됩니다.
#
# - 셀은 Shift+Enter로 실행합니다. 제출하기 전에 커널을 다시 시작하고 전체를 한 번 실행해 보세요.
# - 안내문(README.ko.md)의 식이 계약입니다. 무엇이 평균이고 무엇이 합인지, ε이 어디에 있는지, 결과의 모양은 어떤지 적혀 있습니다.
# - 함수는 float64 배열을 받습니다. 인자는 그대로 두고 새 배열을 돌려주세요.
# - NumPy와 파이썬 표준 라이브러리는 모두 써도 됩니다. 채점 환경에 그 밖의 것은 설치되어 있지 않습니다.

# %% id=setup kind=setup
import numpy as np

GLYPHS = (
    "01110 10001 10011 10101 11001 10001 01110",
    "00100 01100 00100 00100 00100 00100 01110",
    "01110 10001 00001 00110 01000 10000 11111",
    "01110 10001 00001 00110 00001 10001 01110",
    "00010 00110 01010 10010 11111 00010 00010",
    "11111 10000 11110 00001 00001 10001 01110",
    "00110 01000 10000 11110 10001 10001 01110",
    "11111 00001 00010 00100 01000 01000 01000",
    "01110 10001 10001 01110 10001 10001 01110",
    "01110 10001 10001 01111 00001 00010 01100",
)


def draw_digits(n, rng):
    """n noisy images of 12 x 12 numbers, as rows of 144, and the digits that they show."""
    labels = rng.integers(0, 10, n)
    glyphs = np.array([[[int(pixel) for pixel in row] for row in glyph.split()] for glyph in GLYPHS], dtype=float)
    images = np.zeros((n, 12, 12))
    for image, label, top, left in zip(images, labels, rng.integers(2, 4, n), rng.integers(3, 5, n), strict=True):
        image[top : top + 7, left : left + 5] = glyphs[label]
    images = images * rng.uniform(0.6, 1.0, (n, 1, 1)) + 0.2 * rng.standard_normal(images.shape)
    return images.reshape(n, 144), labels


def walk(optimiser, grad, theta, steps, **settings):
    """The path of an optimiser: an array of (steps + 1) points, the start first."""
    state, path = {}, [np.array(theta, dtype=float)]
    theta = path[0].copy()
    for _ in range(steps):
        theta = optimiser(theta, grad, state, **settings)
        path.append(np.array(theta, dtype=float))
    return np.array(path)


def bars(title, values):
    """A bar for each number, for a quick look."""
    print(title)
    top = max(np.abs(values).max(), 1e-300)
    for k, value in enumerate(values, 1):
        print(f"  {k:2} {value:12.4g} {'#' * int(40 * abs(value) / top)}")


# %% [markdown] id=terms_text
# ## 1. Words · 용어
#
# Fill in `answers`. The choices for each question stand in the hand-out. For `mae` and `rmse` take the table of five errors 0, 1, 1, −2, 15 and give both with two decimals, **rounded**.
#
# `answers`를 채우세요. 질문마다 고를 수 있는 낱말은 안내문에 있습니다. `mae`와 `rmse`는 다섯 개의 오차 0, 1, 1, −2, 15에 대해 구해 소수 둘째 자리까지 **반올림**합니다.

# %% id=terms kind=solution
answers = {
    # BEGIN SOLUTION a word or a number for each key of the hand-out's table · 안내문 표의 키마다 낱말이나 수 하나
    "price": "label",
    "floor_area": "feature",
    "relation": "model",
    "price_task": "regression",
    "spam_task": "classification",
    "adjusting_weights": "training",
    "new_examples": "inference",
    "low_high": "overfitting",
    "high_high": "underfitting",
    "mae": 3.8,
    "rmse": 6.8,
    # END SOLUTION
}

# %% [markdown] id=linear_text
# ## 2. Linear regression · 선형 회귀
#
# The model is $p = Xw + b$ and the loss the mean of $(p_i - y_i)^2$ over the n examples. `linear_gradient` returns the loss and its derivatives with respect to w and b. `linear_fit` returns the w and b with the smallest loss; there is a way without any iteration.
#
# 모델은 $p = Xw + b$이고, 손실은 예 n개에 대한 $(p_i - y_i)^2$의 평균입니다. `linear_gradient`는 손실과, w와 b에 대한 도함수를 돌려줍니다. `linear_fit`은 손실이 가장 작은 w와 b를 돌려줍니다. 반복하지 않고 구하는 방법이 있습니다.


# %% id=linear_regression kind=solution
def linear_gradient(X, y, w, b):
    """X (n, d), y (n,), w (d,), b a number -> loss, dw (d,), db."""
    # BEGIN SOLUTION return loss, dw, db
    error = X @ w + b - y
    return np.mean(error**2), 2 / len(y) * X.T @ error, 2 * np.mean(error)
    # END SOLUTION


def linear_fit(X, y):
    """X (n, d), y (n,) -> w (d,) and b with the smallest mean squared error."""
    # BEGIN SOLUTION return w, b
    columns = np.column_stack([X, np.ones(len(X))])
    solution = np.linalg.lstsq(columns, y, rcond=None)[0]
    return solution[:-1], solution[-1]
    # END SOLUTION


# %% id=linear_try
X, y = np.array([[1.0], [2.0], [4.0]]), np.array([3.0, 5.0, 9.0])
print("loss and gradient at 0:", linear_gradient(X, y, np.zeros(1), 0.0))
print("best w and b (2 and 1):", linear_fit(X, y))

# %% [markdown] id=descent_text
# ## 3. Gradient descent and the learning rate · 경사하강법과 학습률
#
# $\theta_{t+1} = \theta_t - \eta\,\nabla J(\theta_t)$. `gradient_descent` returns the whole path: steps + 1 rows, the start first. On a bowl $\frac12\theta^T A\,\theta$ the error along an eigenvector of A is multiplied by $1 - \eta\lambda$ in each step. `largest_rate` returns the number up to which $\eta$ may grow before some direction no longer shrinks.
#
# `gradient_descent`는 경로 전체를 돌려줍니다. 행은 steps + 1개이고 시작점이 첫 행입니다. 그릇 모양 $\frac12\theta^T A\,\theta$에서 A의 고유벡터 방향의 오차는 한 걸음마다 $1 - \eta\lambda$배가 됩니다. `largest_rate`는 모든 방향의 오차가 줄어드는 $\eta$의 한계를 돌려줍니다.


# %% id=gradient_descent kind=solution
def gradient_descent(grad, theta, eta, steps):
    """grad: a function of theta (d,). Returns an array (steps + 1, d)."""
    # BEGIN SOLUTION return the path
    path = [theta]
    for _ in range(steps):
        path.append(path[-1] - eta * grad(path[-1]))
    return np.array(path)
    # END SOLUTION


def largest_rate(A):
    """A (d, d), symmetric with positive eigenvalues -> the limit of the learning rate."""
    # BEGIN SOLUTION return the limit
    return 2 / np.linalg.eigvalsh(A).max()
    # END SOLUTION


# %% id=descent_try
bowl = np.diag([1.0, 8.0])
for eta in (0.02, 0.2, 0.26):
    path = gradient_descent(lambda theta: bowl @ theta, np.array([4.0, 1.0]), eta, 20)
    print(f"eta {eta}: after 20 steps at {path[-1]}")

# %% [markdown] id=perceptron_text
# ## 4. The perceptron · 퍼셉트론
#
# Rosenblatt's rule: w and b begin with 0. Take the examples one after the other, in the given order; whenever $t_i\,(w\cdot x_i + b) \le 0$, add $t_i x_i$ to w and $t_i$ to b. Labels are +1 and −1. Return w, b and a list: how many examples changed something in each epoch.
#
# 로젠블랫의 규칙입니다. w와 b는 0에서 시작합니다. 예를 주어진 순서대로 하나씩 보면서 $t_i\,(w\cdot x_i + b) \le 0$이면 w에 $t_i x_i$를, b에 $t_i$를 더합니다. 라벨은 +1과 −1입니다. w, b, 그리고 에폭마다 무엇인가 바꾼 예의 수를 담은 목록을 돌려주세요.


# %% id=perceptron kind=solution
def perceptron(X, t, epochs):
    """X (n, d), t (n,) of +1 and -1 -> w (d,), b, and a list of `epochs` counts."""
    # BEGIN SOLUTION return w, b, counts
    w, b, counts = np.zeros(X.shape[1]), 0.0, []
    for _ in range(epochs):
        changed = 0
        for x, target in zip(X, t, strict=True):
            if target * (x @ w + b) <= 0:
                w = w + target * x
                b = b + target
                changed += 1
        counts.append(changed)
    return w, b, counts
    # END SOLUTION


# %% [markdown] id=losses_text
# ## 5. Losses of regression · 회귀의 손실 함수
#
# Each is the **mean over all numbers** of y (targets) and p (predictions), which have the same shape. With $r = |y - p|$:
#
# - `mse` $r^2$, `mae` $r$, `rmse` the root of the mse
# - `huber` $\frac12 r^2$ for $r \le \delta$, else $\delta r - \frac12\delta^2$
# - `log_cosh` $\log\cosh(p - y)$, for errors of any size
# - `quantile` $\gamma\,(y - p)$ where $y \ge p$, else $(\gamma - 1)(y - p)$
#
# 모두 y(정답)와 p(예측)의 **모든 수에 대한 평균**입니다. 두 배열의 모양은 같습니다. `log_cosh`는 오차가 아무리 커도 계산되어야 합니다.


# %% id=regression_losses kind=solution
def mse(y, p):
    """The mean of the squared errors."""
    # BEGIN SOLUTION the mean squared error
    return np.mean((y - p) ** 2)
    # END SOLUTION


def mae(y, p):
    """The mean of the absolute errors."""
    # BEGIN SOLUTION the mean absolute error
    return np.mean(np.abs(y - p))
    # END SOLUTION


def rmse(y, p):
    """The root of the mean of the squared errors."""
    # BEGIN SOLUTION the root of the mean squared error
    return np.sqrt(np.mean((y - p) ** 2))
    # END SOLUTION


def huber(y, p, delta):
    """The mean of Huber's loss."""
    # BEGIN SOLUTION two branches that meet at delta
    r = np.abs(y - p)
    return np.mean(np.where(r <= delta, r**2 / 2, delta * r - delta**2 / 2))
    # END SOLUTION


def log_cosh(y, p):
    """The mean of log cosh(p - y)."""
    # BEGIN SOLUTION for errors of any size
    r = np.abs(y - p)
    return np.mean(r + np.log1p(np.exp(-2 * r)) - np.log(2))
    # END SOLUTION


def quantile(y, p, gamma):
    """The mean of the quantile loss."""
    # BEGIN SOLUTION which side costs more?
    d = y - p
    return np.mean(np.where(d >= 0, gamma * d, (gamma - 1) * d))
    # END SOLUTION


# %% id=losses_try
y, p = np.array([0.0, 0.0, 0.0, 0.0]), np.array([0.5, -1.0, 2.0, 10.0])
print("mse", mse(y, p), "mae", mae(y, p), "rmse", rmse(y, p))
print("huber", huber(y, p, 1.5), "log-cosh", log_cosh(y, p), "quantile", quantile(y, p, 0.25))

# %% [markdown] id=entropy_text
# ## 6. Cross-entropy · 교차 엔트로피
#
# `cross_entropy` gets logits z (n, k) and labels, and returns the mean over the n examples of $-\log\mathrm{softmax}(z_i)_{label_i}$, and its derivative with respect to z. Logits may be as far apart as they like.
#
# `cross_entropy`는 로짓 z(n, k)와 라벨을 받아 $-\log\mathrm{softmax}(z_i)_{label_i}$의 예 n개에 대한 평균과, z에 대한 그 도함수를 돌려줍니다. 로짓의 차이는 얼마든지 클 수 있습니다.


# %% id=cross_entropy kind=solution
def cross_entropy(logits, labels):
    """logits (n, k), labels (n,) of whole numbers -> loss, dlogits (n, k)."""
    # BEGIN SOLUTION return loss, dlogits
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    rows = np.arange(len(labels))
    dlogits = np.exp(log_p)
    dlogits[rows, labels] -= 1
    return -np.mean(log_p[rows, labels]), dlogits / len(labels)
    # END SOLUTION


# %% [markdown] id=activations_text
# ## 7. Activations and vanishing slopes · 활성화 함수와 사라지는 기울기
#
# `sigmoid` is $1 / (1 + e^{-x})$. Write `tanh` yourself too; it is $(1 - e^{-2x}) / (1 + e^{-2x})$. (Without the twos it is tanh(x / 2); so much for some lecture notes.) Neither may give NaN, however large x is. `slope` returns the derivative of "sigmoid", "tanh" or "relu" **told by the output** y of the activation; for ReLU it is 0 where y is 0.
#
# `sigmoid`는 $1 / (1 + e^{-x})$입니다. `tanh`도 직접 써 보세요. $(1 - e^{-2x}) / (1 + e^{-2x})$입니다. (지수에 2가 없으면 tanh(x / 2)입니다. 강의 노트에도 이런 실수가 있습니다.) x가 아무리 커도 NaN이 나오면 안 됩니다. `slope`는 "sigmoid", "tanh", "relu"의 도함수를 활성화 함수의 **출력 y로** 계산해 돌려줍니다. ReLU는 y가 0이면 0입니다.


# %% id=activations kind=solution
def sigmoid(x):
    """1 / (1 + e^-x), for an array of any numbers."""
    # BEGIN SOLUTION for any x
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))
    # END SOLUTION


def tanh(x):
    """(1 - e^-2x) / (1 + e^-2x), for an array of any numbers."""
    # BEGIN SOLUTION for any x
    return 2 * sigmoid(2 * x) - 1
    # END SOLUTION


def slope(name, y):
    """The derivative of the activation where its output is y."""
    # BEGIN SOLUTION one formula for each name
    if name == "sigmoid":
        return y * (1 - y)
    if name == "tanh":
        return 1 - y**2
    return np.where(y > 0, 1.0, 0.0)
    # END SOLUTION


# %% [markdown] id=graph_text
# ## 8. A computational graph · 계산 그래프
#
# A graph is a list of nodes. A node is a list: the name of its operation, then the positions of its operands, which come before it: `["mul", 2, 0]`. The operations: `input` (the next of the given inputs), `add`, `sub`, `mul`, `div`, `exp`, `log`, `tanh`, `relu`. The last node is the result.
#
# `forward` returns the value of every node, `backward` for every node the derivative of the **result** with respect to it. A node may be used by several others, or by one of them twice, or not at all. Graphs have thousands of nodes.
#
# 그래프는 노드의 목록입니다. 노드는 연산의 이름과, 앞에 있는 피연산자의 위치로 된 목록입니다. 예: `["mul", 2, 0]`. 연산은 `input`(주어진 입력의 다음 수), `add`, `sub`, `mul`, `div`, `exp`, `log`, `tanh`, `relu`입니다. 마지막 노드가 결과입니다.
#
# `forward`는 모든 노드의 값을, `backward`는 모든 노드에 대한 **결과**의 도함수를 돌려줍니다. 노드 하나가 여러 노드에 쓰일 수도 있고, 한 노드에 두 번 쓰일 수도 있고, 쓰이지 않을 수도 있습니다. 그래프에는 노드가 수천 개 있습니다.


# %% id=graph kind=solution time_s=5
def forward(graph, inputs):
    """Values of all nodes, as an array."""
    # BEGIN SOLUTION from the first node to the last
    left, values = iter(inputs), []
    for op, *of in graph:
        a = [values[i] for i in of]
        if op == "input":
            values.append(next(left))
        elif op == "add":
            values.append(a[0] + a[1])
        elif op == "sub":
            values.append(a[0] - a[1])
        elif op == "mul":
            values.append(a[0] * a[1])
        elif op == "div":
            values.append(a[0] / a[1])
        elif op == "relu":
            values.append(max(a[0], 0.0))
        else:
            values.append({"exp": np.exp, "log": np.log, "tanh": np.tanh}[op](a[0]))
    return np.array(values)
    # END SOLUTION


def backward(graph, values):
    """`values` are those of forward. The derivatives of the last node, as an array."""
    # BEGIN SOLUTION from the last node to the first; relu's derivative at 0 is 0
    grads = np.zeros(len(graph))
    grads[-1] = 1.0
    for node in range(len(graph) - 1, -1, -1):
        op, *of = graph[node]
        a, y = [values[i] for i in of], values[node]
        if op == "input":
            continue
        if op == "add":
            local = [1.0, 1.0]
        elif op == "sub":
            local = [1.0, -1.0]
        elif op == "mul":
            local = [a[1], a[0]]
        elif op == "div":
            local = [1 / a[1], -y / a[1]]
        elif op == "exp":
            local = [y]
        elif op == "log":
            local = [1 / a[0]]
        elif op == "tanh":
            local = [1 - y**2]
        else:
            local = [1.0 if a[0] > 0 else 0.0]
        for i, factor in zip(of, local, strict=True):
            grads[i] += grads[node] * factor
    return grads
    # END SOLUTION


# %% [markdown] id=numerical_text
# ## 9. Checking a gradient · 그래디언트 확인하기
#
# `numerical_gradient` moves one number of x at a time by h, both ways: $(f(x + h) - f(x - h)) / 2h$. x has any shape, and is what it was after the call.
#
# `numerical_gradient`는 x의 수를 하나씩 양쪽으로 h만큼 움직입니다. $(f(x + h) - f(x - h)) / 2h$. x의 모양은 무엇이든 될 수 있고, 호출한 뒤에도 그대로여야 합니다.


# %% id=numerical_gradient kind=solution
def numerical_gradient(f, x, h=1e-5):
    """f: a function of an array like x that returns a number. Returns an array like x."""
    # BEGIN SOLUTION one number at a time
    result = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[index] = h
        result[index] = (f(x + step) - f(x - step)) / (2 * h)
    return result
    # END SOLUTION


# %% id=numerical_try
nodes = [["input"], ["input"], ["mul", 0, 1], ["exp", 2], ["add", 3, 0]]
at = np.array([0.5, -1.0])
print("graph   ", backward(nodes, forward(nodes, at))[:2])
print("checked ", numerical_gradient(lambda x: forward(nodes, x)[-1], at))

# %% [markdown] id=mlp_text
# ## 10. A multi-layer perceptron · 다층 퍼셉트론
#
# `layers` is a list of pairs (W, b) with W of shape (inputs, outputs). `mlp_forward` returns the list [x, output of layer 1, …, output of the last layer]. Every layer but the last applies the activation `f`. `mlp_backward` gets that list, `slope` (the derivative of f, told by f's output) and `dlast`, the derivative of the loss with respect to the last output; it returns a list of pairs (dW, db). The loss's mean, if any, is in dlast already.
#
# `layers`는 (W, b) 쌍의 목록이고 W의 모양은 (입력, 출력)입니다. `mlp_forward`는 [x, 1층의 출력, …, 마지막 층의 출력] 목록을 돌려줍니다. 마지막 층을 뺀 모든 층에 활성화 함수 `f`를 적용합니다. `mlp_backward`는 그 목록과 `slope`(f의 출력으로 계산하는 f의 도함수), 그리고 마지막 출력에 대한 손실의 도함수 `dlast`를 받아 (dW, db) 쌍의 목록을 돌려줍니다. 손실의 평균은 이미 dlast에 들어 있습니다.


# %% id=mlp kind=solution
def mlp_forward(x, layers, f):
    """x (n, d), layers: a list of (W, b), f: the activation -> [x, output of layer 1, ...]."""
    # BEGIN SOLUTION return the list of outputs, x first
    outputs = [x]
    for number, (W, b) in enumerate(layers, 1):
        z = outputs[-1] @ W + b
        outputs.append(z if number == len(layers) else f(z))
    return outputs
    # END SOLUTION


def mlp_backward(outputs, layers, slope, dlast):
    """outputs: what mlp_forward returned; dlast: like its last -> [(dW, db), ...]."""
    # BEGIN SOLUTION return the list of (dW, db), the first layer's first
    grads, dz = [], dlast
    for number in range(len(layers) - 1, -1, -1):
        grads.append((outputs[number].T @ dz, dz.sum(axis=0)))
        if number:
            dz = dz @ layers[number][0].T * slope(outputs[number])
    return grads[::-1]
    # END SOLUTION


# %% [markdown] id=variances_text
# ## 11. Vanishing and exploding · 사라지고 폭발하는 신호
#
# A network without biases: $a_0 = x$, $a_l = f(a_{l-1} W_l)$. `layer_variances` returns two arrays with one number for each layer l: the variance of all numbers of $a_l$ (the mean of the squared deviations from the mean), and the variance of all numbers of $\partial L/\partial a_l$, where `dlast` is that of the last layer.
#
# 편향이 없는 신경망 $a_0 = x$, $a_l = f(a_{l-1} W_l)$입니다. `layer_variances`는 층마다 수 하나씩을 담은 배열 둘을 돌려줍니다. 하나는 $a_l$의 모든 수의 분산(평균과의 차를 제곱한 것의 평균)이고, 다른 하나는 $\partial L/\partial a_l$의 모든 수의 분산입니다. 마지막 층의 것은 `dlast`로 주어집니다.


# %% id=layer_variances kind=solution
def layer_variances(x, weights, f, slope, dlast):
    """-> forward (layers,), backward (layers,)"""
    # BEGIN SOLUTION return the two arrays
    outputs = [x]
    for W in weights:
        outputs.append(f(outputs[-1] @ W))
    d, back = dlast, []
    for W, a in zip(weights[::-1], outputs[:0:-1], strict=True):
        back.append(np.var(d))
        d = d * slope(a) @ W.T
    return np.array([np.var(a) for a in outputs[1:]]), np.array(back[::-1])
    # END SOLUTION


# %% id=variances_try
rng = np.random.default_rng(0)
start, last = rng.standard_normal((200, 100)), rng.standard_normal((200, 100))
for scale in (0.05, 0.1, 0.3):
    stack = [scale * rng.standard_normal((100, 100)) for _ in range(8)]
    ahead, back = layer_variances(start, stack, np.tanh, lambda y: 1 - np.square(y), last)
    bars(f"weights of deviation {scale}: variances of the gradients, layer by layer", back)

# %% [markdown] id=init_text
# ## 12. Initialisation · 초기화
#
# `init_weights` returns an array (fan_in, fan_out) of normal numbers with mean 0 and variance 0.01² for "normal", 2 / (fan_in + fan_out) for "xavier", 2 / fan_in for "he". All chance comes from `rng`, a `numpy.random.Generator`: whoever seeds it alike gets the same weights.
#
# `init_weights`는 모양이 (fan_in, fan_out)인 정규 분포의 수를 돌려줍니다. 평균은 0이고, 분산은 "normal"이면 0.01², "xavier"이면 2 / (fan_in + fan_out), "he"이면 2 / fan_in입니다. 우연은 모두 `rng`(`numpy.random.Generator`)에서 옵니다. 시드가 같으면 가중치도 같아야 합니다.


# %% id=init_weights kind=solution
def init_weights(kind, fan_in, fan_out, rng):
    """kind: "normal", "xavier" or "he" -> weights (fan_in, fan_out)."""
    # BEGIN SOLUTION return the weights
    deviation = {"normal": 0.01, "xavier": np.sqrt(2 / (fan_in + fan_out)), "he": np.sqrt(2 / fan_in)}[kind]
    return deviation * rng.standard_normal((fan_in, fan_out))
    # END SOLUTION


# %% id=init_try
rng = np.random.default_rng(0)
for kind in ("normal", "xavier", "he"):
    stack = [init_weights(kind, 100, 100, rng) for _ in range(8)]
    ahead, back = layer_variances(start, stack, lambda z: np.maximum(z, 0), lambda y: 1.0 * (y > 0), last)
    bars(f"{kind} with ReLU: variances of the outputs, layer by layer", ahead)

# %% [markdown] id=dropout_text
# ## 13. Dropout · 드롭아웃
#
# In training, each number of x is dropped (0) with probability `rate`, independently of all others, and what stays is **divided by 1 − rate**. In evaluation x passes as it is. `dropout` returns (y, mask), where the mask is 1.0 for what stays and 0.0 for what is dropped; in evaluation it is all ones. `dropout_backward` returns dx.
#
# 학습할 때는 x의 수를 저마다 확률 `rate`로 따로따로 버리고(0), 남은 수는 **1 − rate로 나눕니다**. 평가할 때는 x를 그대로 통과시킵니다. `dropout`은 (y, mask)를 돌려줍니다. 마스크는 남은 곳이 1.0, 버린 곳이 0.0이고 평가할 때는 모두 1입니다. `dropout_backward`는 dx를 돌려줍니다.


# %% id=dropout kind=solution
def dropout(x, rate, training, rng):
    """-> y, mask; both like x."""
    # BEGIN SOLUTION return y, mask
    if not training:
        return x, np.ones_like(x)
    mask = (rng.random(x.shape) >= rate).astype(float)
    return x * mask / (1 - rate), mask
    # END SOLUTION


def dropout_backward(dy, mask, rate, training):
    """dy and mask of one shape -> dx."""
    # BEGIN SOLUTION return dx
    return dy * mask / (1 - rate) if training else dy
    # END SOLUTION


# %% [markdown] id=decay_text
# ## 14. Weight decay · 가중치 감쇠
#
# $W \leftarrow W - \eta\,(\partial L/\partial W + \lambda W)$ for the weights; biases don't decay. `decayed_step` returns new layers.
#
# 가중치는 $W \leftarrow W - \eta\,(\partial L/\partial W + \lambda W)$로 바꾸고, 편향은 감쇠시키지 않습니다. `decayed_step`은 새 층들을 돌려줍니다.


# %% id=weight_decay kind=solution
def decayed_step(layers, grads, eta, decay):
    """layers: a list of (W, b); grads: a list of (dW, db). Returns a list of (W, b)."""
    # BEGIN SOLUTION return the new layers
    return [(W - eta * (dW + decay * W), b - eta * db) for (W, b), (dW, db) in zip(layers, grads, strict=True)]
    # END SOLUTION


# %% [markdown] id=validation_text
# ## 15. Validation · 검증
#
# `split` holds back round(fraction · n) examples, chosen by `rng`, and returns X_train, y_train, X_val, y_val; every example is in exactly one part, with its label. `standardise` makes the mean of every feature 0 and its standard deviation 1 **on the training data**, and does the same to the validation data with the same numbers. A feature that never changes in training is only shifted.
#
# `split`은 `rng`로 예 round(fraction · n)개를 골라 따로 떼어 두고 X_train, y_train, X_val, y_val을 돌려줍니다. 모든 예는 라벨과 함께 정확히 한쪽에만 있습니다. `standardise`는 **학습 데이터에서** 특성마다 평균이 0, 표준편차가 1이 되게 하고, 검증 데이터에도 같은 수로 똑같이 합니다. 학습 데이터에서 값이 바뀌지 않는 특성은 평균만 뺍니다.


# %% id=validation kind=solution
def split(X, y, fraction, rng):
    """X (n, d), y (n,) -> X_train, y_train, X_val, y_val."""
    # BEGIN SOLUTION return X_train, y_train, X_val, y_val
    order, held = rng.permutation(len(X)), round(fraction * len(X))
    return X[order[held:]], y[order[held:]], X[order[:held]], y[order[:held]]
    # END SOLUTION


def standardise(train, validation):
    """Two arrays (examples, features) -> two new ones."""
    # BEGIN SOLUTION return both, standardised
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    deviation = np.where(deviation > 0, deviation, 1.0)
    return (train - mean) / deviation, (validation - mean) / deviation
    # END SOLUTION


# %% [markdown] id=degree_text
# ## 16. Too simple, too flexible · 과소적합과 과적합
#
# For each degree, fit a polynomial to (x, y) by least squares. `choose_degree` returns the array of mean squared errors on (x, y), the array of those on (x_val, y_val), and the degree to be used.
#
# 차수마다 (x, y)에 최소제곱법으로 다항식을 맞춥니다. `choose_degree`는 (x, y)에서의 평균제곱오차 배열, (x_val, y_val)에서의 평균제곱오차 배열, 그리고 쓸 차수를 돌려줍니다.


# %% id=choose_degree kind=solution
def choose_degree(x, y, x_val, y_val, degrees):
    """-> training errors, validation errors (one for each degree), and the degree to be used."""
    # BEGIN SOLUTION return training errors, validation errors, the degree
    train, validation = [], []
    for degree in degrees:
        fitted = np.polynomial.Polynomial.fit(x, y, degree)
        train.append(np.mean((fitted(x) - y) ** 2))
        validation.append(np.mean((fitted(x_val) - y_val) ** 2))
    return np.array(train), np.array(validation), degrees[int(np.argmin(validation))]
    # END SOLUTION


# %% id=degree_try
rng = np.random.default_rng(3)
x, x_val = rng.uniform(-1, 1, 15), rng.uniform(-1, 1, 15)
y, y_val = (np.sin(3 * each) + 0.2 * rng.standard_normal(15) for each in (x, x_val))
train, validation, chosen = choose_degree(x, y, x_val, y_val, [1, 2, 3, 5, 7, 9, 11])
bars("training error", train)
bars(f"validation error (chosen: {chosen})", validation)

# %% [markdown] id=momentum_text
# ## 17. Momentum and Nesterov · 모멘텀과 네스테로프
#
# An optimiser here is a function that does **one step**: it gets theta, the function grad, and `state`, a dict that is empty before the first step and is yours to keep things in. It returns the new theta.
#
# - `momentum`: $v_t = \gamma v_{t-1} + \eta\nabla J(\theta)$, then $\theta \leftarrow \theta - v_t$
# - `nag`: $v_t = \gamma v_{t-1} + \eta\nabla J(\theta - \gamma v_{t-1})$, then $\theta \leftarrow \theta - v_t$
#
# 여기서 옵티마이저는 **한 걸음**을 떼는 함수입니다. theta, 함수 grad, 그리고 첫 걸음 전에 비어 있는 dict인 `state`를 받습니다. 보관할 것은 state에 넣으세요. 새 theta를 돌려줍니다.


# %% id=momentum kind=solution
def momentum(theta, grad, state, eta, gamma):
    """One step with momentum. Returns the new theta."""
    # BEGIN SOLUTION return the new theta
    v = gamma * state.get("v", 0.0) + eta * grad(theta)
    state["v"] = v
    return theta - v
    # END SOLUTION


def nag(theta, grad, state, eta, gamma):
    """One step of Nesterov's accelerated gradient. Returns the new theta."""
    # BEGIN SOLUTION return the new theta
    before = state.get("v", 0.0)
    v = gamma * before + eta * grad(theta - gamma * before)
    state["v"] = v
    return theta - v
    # END SOLUTION


# %% [markdown] id=adaptive_text
# ## 18. A rate for each parameter · 파라미터마다 다른 학습률
#
# With g the gradient, all operations number by number, and averages that begin with 0:
#
# - `adagrad`: $G \leftarrow G + g^2$, $\theta \leftarrow \theta - \eta\,g / \sqrt{G + \epsilon}$
# - `rmsprop`: $G \leftarrow \gamma G + (1 - \gamma) g^2$, $\theta \leftarrow \theta - \eta\,g / \sqrt{G + \epsilon}$
# - `adadelta`: $G \leftarrow \gamma G + (1 - \gamma) g^2$, $\Delta = \sqrt{s + \epsilon}\,/\sqrt{G + \epsilon}\cdot g$, then $s \leftarrow \gamma s + (1 - \gamma)\Delta^2$, $\theta \leftarrow \theta - \Delta$
#
# g는 그래디언트이고, 모든 연산은 수마다 따로 합니다. 평균은 0에서 시작합니다.


# %% id=adaptive kind=solution
def adagrad(theta, grad, state, eta, eps):
    """One step of Adagrad. Returns the new theta."""
    # BEGIN SOLUTION return the new theta
    g = grad(theta)
    state["G"] = state.get("G", 0.0) + g**2
    return theta - eta * g / np.sqrt(state["G"] + eps)
    # END SOLUTION


def rmsprop(theta, grad, state, eta, gamma, eps):
    """One step of RMSProp. Returns the new theta."""
    # BEGIN SOLUTION return the new theta
    g = grad(theta)
    state["G"] = gamma * state.get("G", 0.0) + (1 - gamma) * g**2
    return theta - eta * g / np.sqrt(state["G"] + eps)
    # END SOLUTION


def adadelta(theta, grad, state, gamma, eps):
    """One step of AdaDelta. Returns the new theta."""
    # BEGIN SOLUTION return the new theta
    g = grad(theta)
    state["G"] = gamma * state.get("G", 0.0) + (1 - gamma) * g**2
    step = np.sqrt(state.get("s", 0.0) + eps) / np.sqrt(state["G"] + eps) * g
    state["s"] = gamma * state.get("s", 0.0) + (1 - gamma) * step**2
    return theta - step
    # END SOLUTION


# %% [markdown] id=adam_text
# ## 19. Adam
#
# Steps count from t = 1, and m and v begin with 0. (In some lecture notes there is a minus in the first two; it is a plus.)
#
# - $m \leftarrow \beta_1 m + (1 - \beta_1)\,g$, $v \leftarrow \beta_2 v + (1 - \beta_2)\,g^2$
# - $\hat m = m / (1 - \beta_1^t)$, $\hat v = v / (1 - \beta_2^t)$
# - $\theta \leftarrow \theta - \eta\,\hat m / (\sqrt{\hat v} + \epsilon)$: here ε stands outside of the root, as in the paper
#
# 걸음은 t = 1부터 세고, m과 v는 0에서 시작합니다. (어떤 강의 노트에는 첫 두 식에 빼기 부호가 있지만 더하기가 맞습니다.) 여기서는 논문처럼 ε이 제곱근 밖에 있습니다.


# %% id=adam kind=solution
def adam(theta, grad, state, eta, beta1, beta2, eps):
    """One step of Adam. Returns the new theta."""
    # BEGIN SOLUTION return the new theta
    g = grad(theta)
    t = state["t"] = state.get("t", 0) + 1
    m = state["m"] = beta1 * state.get("m", 0.0) + (1 - beta1) * g
    v = state["v"] = beta2 * state.get("v", 0.0) + (1 - beta2) * g**2
    return theta - eta * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + eps)
    # END SOLUTION


# %% id=optimisers_try
ravine = np.diag([0.3, 6.0])
for name, optimiser, settings in (
    ("momentum", momentum, {"eta": 0.05, "gamma": 0.8}),
    ("nag", nag, {"eta": 0.05, "gamma": 0.8}),
    ("adagrad", adagrad, {"eta": 0.8, "eps": 1e-8}),
    ("rmsprop", rmsprop, {"eta": 0.1, "gamma": 0.9, "eps": 1e-8}),
    ("adadelta", adadelta, {"gamma": 0.9, "eps": 1e-3}),
    ("adam", adam, {"eta": 0.3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}),
):
    path = walk(optimiser, lambda theta: ravine @ theta, [4.0, 1.0], 40, **settings)
    print(f"{name:9} after 10 steps {path[10].round(3)}, after 40 {path[40].round(3)}")

# %% [markdown] id=idx_text
# ## 20. MNIST's file format · MNIST의 파일 형식
#
# An idx file: two bytes 0, one byte for the type, one for the number of dimensions, then the size of each dimension as 4 bytes, then the numbers, the last dimension running fastest. Everything is **big-endian**. Types: 0x08 unsigned byte, 0x09 signed byte, 0x0B int of 2 bytes, 0x0C of 4 bytes, 0x0D float of 4 bytes, 0x0E of 8 bytes.
#
# `read_idx` returns the array. The file may be packed with gzip (then it begins with the bytes 1f 8b). Whatever doesn't keep to the format (wrong start, unknown type, an end that is missing, a byte too many) raises `ValueError`.
#
# idx 파일은 0인 두 바이트, 형을 나타내는 한 바이트, 차원의 수를 나타내는 한 바이트, 차원마다 4바이트인 크기, 그리고 수들로 되어 있습니다. 마지막 차원이 가장 빨리 바뀌고, 모두 **빅 엔디언**입니다. 형은 0x08 부호 없는 바이트, 0x09 부호 있는 바이트, 0x0B 2바이트 정수, 0x0C 4바이트 정수, 0x0D 4바이트 실수, 0x0E 8바이트 실수입니다.
#
# `read_idx`는 배열을 돌려줍니다. 파일이 gzip으로 압축되어 있을 수도 있습니다(그러면 바이트 1f 8b로 시작합니다). 형식에 맞지 않는 파일(시작이 다름, 모르는 형, 잘린 끝, 남는 바이트)에는 `ValueError`를 일으킵니다.


# %% id=read_idx kind=solution
def read_idx(path):
    """The array in an idx file, packed with gzip or not. Raises ValueError for a file that is broken."""
    # BEGIN SOLUTION return the array, or raise ValueError
    import gzip
    import struct

    with open(path, "rb") as file:
        data = file.read()
    if data[:2] == b"\x1f\x8b":
        try:
            data = gzip.decompress(data)
        except Exception as error:
            raise ValueError(f"{path} can't be unpacked: {error}") from None
    types = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
    if len(data) < 4 or data[:2] != b"\x00\x00" or data[2] not in types:
        raise ValueError(f"{path} is no idx file")
    kind, start = np.dtype(types[data[2]]), 4 + 4 * data[3]
    if len(data) < start:
        raise ValueError(f"{path} ends within its header")
    shape, count = struct.unpack(f">{data[3]}I", data[4:start]), 1
    for size in shape:
        count *= size
    if len(data) - start != count * kind.itemsize:
        raise ValueError(f"{path} has {len(data) - start} bytes of numbers where {count * kind.itemsize} are announced")
    return np.frombuffer(data, kind, offset=start).reshape(shape).astype(kind.newbyteorder("="))
    # END SOLUTION


# %% [markdown] id=training_text
# ## 21. Training · 학습
#
# `minibatches` returns a list of lists of positions: each of 0 … n−1 once, in an order that `rng` chooses, `size` of them in each batch and what is left in a last, shorter one.
#
# `train` gets images (n, 144) and labels, and returns the layers of a network with ReLU in between, as in section 10, whose last layer has 10 outputs. It should recognise at least 90 % of digits that it hasn't seen, and take less than 20 seconds. Use whatever of the above you like, or write it anew.
#
# `minibatches`는 위치의 목록들을 목록으로 돌려줍니다. 0 … n−1이 한 번씩, `rng`가 정한 순서로 나오고, 배치마다 `size`개이며 남은 것은 더 짧은 마지막 배치에 담깁니다.
#
# `train`은 이미지(n, 144)와 라벨을 받아 10절과 같은, 사이에 ReLU가 있는 신경망의 층들을 돌려줍니다. 마지막 층의 출력은 10개입니다. 처음 보는 숫자를 90 % 이상 맞히고, 20초 안에 끝나야 합니다. 위에서 만든 것을 써도 되고 새로 써도 됩니다.


# %% id=training kind=solution
def minibatches(n, size, rng):
    """-> a list of lists of positions."""
    # BEGIN SOLUTION return the list of batches
    order = rng.permutation(n).tolist()
    return [order[start : start + size] for start in range(0, n, size)]
    # END SOLUTION


def train(images, labels, rng):
    """-> a list of (W, b)"""
    # BEGIN SOLUTION return the layers
    shapes = ((images.shape[1], 32), (32, 10))
    layers = [(rng.standard_normal(shape) * np.sqrt(2 / shape[0]), np.zeros(shape[1])) for shape in shapes]
    old = [(np.zeros_like(W), np.zeros_like(b)) for W, b in layers]
    for _ in range(12):
        for batch in minibatches(len(images), 32, rng):
            x, t = images[batch], labels[batch]
            hidden = np.maximum(x @ layers[0][0] + layers[0][1], 0)
            z = hidden @ layers[1][0] + layers[1][1]
            p = np.exp(z - z.max(axis=1, keepdims=True))
            dz = p / p.sum(axis=1, keepdims=True)
            dz[np.arange(len(t)), t] -= 1
            dz /= len(t)
            dhidden = dz @ layers[1][0].T * (hidden > 0)
            grads = [(x.T @ dhidden, dhidden.sum(axis=0)), (hidden.T @ dz, dz.sum(axis=0))]
            old = [(0.8 * vW + 0.1 * dW, 0.8 * vb + 0.1 * db) for (vW, vb), (dW, db) in zip(old, grads, strict=True)]
            layers = [(W - vW, b - vb) for (W, b), (vW, vb) in zip(layers, old, strict=True)]
    return layers
    # END SOLUTION


# %% id=training_try time_s=30
rng = np.random.default_rng(0)
images, labels = draw_digits(1500, rng)
network = train(images, labels, rng)
fresh, digits = draw_digits(500, rng)
for number, (W, b) in enumerate(network, 1):
    fresh = fresh @ W + b if number == len(network) else np.maximum(fresh @ W + b, 0)
print(f"recognised: {np.mean(fresh.argmax(axis=1) == digits):.1%}")
