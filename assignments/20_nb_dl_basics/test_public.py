"""20_nb_dl_basics, public checks: each function with small numbers that a pencil can follow, as they stand in problem.py."""

from typing import Any

import pytest


@pytest.mark.points(1)
@pytest.mark.cases("public")
@pytest.mark.korean("용어: 모든 질문에 형식에 맞는 답이 있음", hint="안내문의 표에서 어떤 낱말을 고를 수 있나요?")
def test_terms(judge: Any) -> None:
    """Words: every question has an answer of the right form

    Which words may stand there, by the hand-out's table?
    """
    judge.each(judge.problem.check_terms_form)


@pytest.mark.points(1)
@pytest.mark.cases("public")
@pytest.mark.korean("선형 회귀: 손실과 그래디언트", hint="예 하나에서 (w·x + b − y)²을 미분한 뒤 평균을 내 보세요. 2는 어떻게 되나요?")
def test_linear_gradient(judge: Any) -> None:
    """Linear regression: loss and gradient

    Differentiate (w·x + b − y)² for one example, then take the mean. What is left of the 2?
    """
    judge.each(lambda room: judge.problem.compare(room, "linear_gradient"))


@pytest.mark.points(1)
@pytest.mark.cases("public")
@pytest.mark.korean("선형 회귀: 가장 좋은 직선", hint="b를 다른 가중치와 똑같이 다루려면 X에 어떤 열을 더해야 하나요?")
def test_linear_fit(judge: Any) -> None:
    """Linear regression: the best line

    Which column would have to be added to X so that b is a weight as any other?
    """
    judge.each(lambda room: judge.problem.compare(room, "linear_fit"))


@pytest.mark.points(1)
@pytest.mark.cases("public")
@pytest.mark.korean("경사하강법: 경로 전체", hint="경로에는 어떤 점들이 들어가나요? 담아 둔 배열을 나중에 바꾸면 어떻게 되나요?")
def test_gradient_descent(judge: Any) -> None:
    """Gradient descent: the whole path

    Which points belong into the path, and what happens to an array that is stored and then changed?
    """
    judge.each(lambda room: judge.problem.compare(room, "gradient_descent"))


@pytest.mark.points(1)
@pytest.mark.cases("public")
@pytest.mark.korean("경사하강법: 학습률의 한계", hint="한 걸음마다 한 방향의 오차에 무엇이 곱해지고, 그 크기가 1보다 작은 것은 언제인가요?")
def test_largest_rate(judge: Any) -> None:
    """Gradient descent: the limit of the learning rate

    By what is the error in one direction multiplied in each step, and when is that less than 1 in size?
    """
    judge.each(lambda room: judge.problem.compare(room, "largest_rate"))


@pytest.mark.points(1)
@pytest.mark.cases("public")
@pytest.mark.korean("퍼셉트론의 규칙", hint="처음 세 예를 손으로 따라가 보세요. 예마다 어떤 가중치를 보나요?")
def test_perceptron(judge: Any) -> None:
    """The perceptron's rule

    Follow the first three examples with a pencil. Which weights does each of them see?
    """
    judge.each(lambda room: judge.problem.compare(room, "perceptron"))


@pytest.mark.points(2)
@pytest.mark.cases("public")
@pytest.mark.korean("회귀의 손실 함수", hint="0.1과 1000인 오차를 하나씩 여섯 식에 넣어 보세요.")
def test_regression_losses(judge: Any) -> None:
    """Losses of regression

    Take one error of 0.1 and one of 1000 through each of the six formulas.
    """
    judge.each(lambda room: judge.problem.compare(room, "regression_losses"))


@pytest.mark.points(2)
@pytest.mark.cases("public")
@pytest.mark.korean("로짓의 교차 엔트로피와 그래디언트", hint="지수의 몫에 로그를 취하면, 반올림하기 전에 무엇이 되나요?")
def test_cross_entropy(judge: Any) -> None:
    """Cross-entropy of logits, and its gradient

    What is the logarithm of a quotient of exponentials, before anything is rounded?
    """
    judge.each(lambda room: judge.problem.compare(room, "cross_entropy"))


@pytest.mark.points(1)
@pytest.mark.cases("public")
@pytest.mark.korean("sigmoid와 tanh", hint="x = 1000과 x = −1000일 때 어느 지수가 무한대가 되고, 그다음에 어떻게 되나요?")
def test_activations(judge: Any) -> None:
    """sigmoid and tanh

    For x = 1000 and x = −1000, which of your exponentials are infinite, and what becomes of them?
    """
    judge.each(lambda room: judge.problem.compare(room, "activations"))


@pytest.mark.points(1)
@pytest.mark.cases("public")
@pytest.mark.korean("출력으로 계산하는 도함수", hint="slope의 인자는 x인가요, y인가요?")
def test_slopes(judge: Any) -> None:
    """Derivatives told by the output

    Is the argument of slope x or y?
    """
    judge.each(lambda room: judge.problem.compare(room, "slopes"))


@pytest.mark.points(2)
@pytest.mark.cases("public")
@pytest.mark.korean("계산 그래프의 순전파와 역전파", hint="노드가 두 번 쓰이면 그래디언트가 몇 개 도착하고, 그것들을 어떻게 하나요?")
def test_graph(judge: Any) -> None:
    """A computational graph, forward and backward

    If a node is used twice, how many gradients arrive at it, and what is done with them?
    """
    judge.each(lambda room: judge.problem.compare(room, "graph"))


@pytest.mark.points(1)
@pytest.mark.cases("public")
@pytest.mark.korean("차분으로 구하는 그래디언트", hint="두 점은 얼마나 떨어져 있고, 다음 수를 움직일 때 x는 어떤 모습인가요?")
def test_numerical_gradient(judge: Any) -> None:
    """A gradient by differences

    How far apart are the two points, and what does x look like while the next number is moved?
    """
    judge.each(lambda room: judge.problem.compare(room, "numerical_gradient"))


@pytest.mark.points(1)
@pytest.mark.cases("public")
@pytest.mark.korean("다층 퍼셉트론의 순전파", hint="활성화 함수가 없는 층은 어느 것이고, 어떤 목록을 돌려주어야 하나요?")
def test_mlp_forward(judge: Any) -> None:
    """A multi-layer perceptron, forward

    Which layer has no activation, and which list is to be returned?
    """
    judge.each(lambda room: judge.problem.compare(room, "mlp_forward"))


@pytest.mark.points(2)
@pytest.mark.cases("public")
@pytest.mark.korean("다층 퍼셉트론의 역전파", hint="곱하는 것마다 모양을 적어 보세요. 예마다 한 행이 있는 것은 어느 것인가요?")
def test_mlp_backward(judge: Any) -> None:
    """A multi-layer perceptron, backward

    Write down the shape of every factor. Which of them has one row for each example?
    """
    judge.each(lambda room: judge.problem.compare(room, "mlp_backward"))


@pytest.mark.points(1)
@pytest.mark.cases("public")
@pytest.mark.korean("층마다의 분산, 순방향과 역방향", hint="어떤 수들에 대한 분산인가요? 거꾸로 갈 때 도함수가 들어가나요?")
def test_layer_variances(judge: Any) -> None:
    """Variances of each layer, forward and backward

    Over which numbers is the variance taken, and does the derivative take part on the way back?
    """
    judge.each(lambda room: judge.problem.compare(room, "layer_variances"))


@pytest.mark.points(2)
@pytest.mark.cases("public")
@pytest.mark.korean("초기 가중치: 퍼짐, 모양, 시드", hint="안내문에 있는 수는 분산인가요, 표준편차인가요?")
def test_init_weights(judge: Any) -> None:
    """Initial weights: spread, shape and seed

    Is the number in the hand-out a variance or a standard deviation?
    """
    judge.each(judge.problem.check_init)


@pytest.mark.points(2)
@pytest.mark.cases("public")
@pytest.mark.korean("학습할 때와 평가할 때의 드롭아웃", hint="두 모드에서 마스크를 많이 바꾸어 가며 y의 평균을 내면 각각 얼마인가요?")
def test_dropout(judge: Any) -> None:
    """Dropout in training and in evaluation

    What is the mean of y over many masks, in each of the two modes?
    """
    judge.each(judge.problem.check_dropout)


@pytest.mark.points(1)
@pytest.mark.cases("public")
@pytest.mark.korean("드롭아웃의 역전파", hint="남은 수와 버려진 수에서 각각 y를 x로 미분해 보세요.")
def test_dropout_backward(judge: Any) -> None:
    """Dropout, backward

    Differentiate y with respect to x, for a number that stays and for one that goes.
    """
    judge.each(lambda room: judge.problem.compare(room, "dropout_backward"))


@pytest.mark.points(1)
@pytest.mark.cases("public")
@pytest.mark.korean("가중치 감쇠", hint="한 층의 두 배열 가운데 어느 것이, 그래디언트가 0일 때 얼마나 줄어드나요?")
def test_weight_decay(judge: Any) -> None:
    """Weight decay

    Which of a layer's two arrays decays, and by how much if the gradient is 0?
    """
    judge.each(lambda room: judge.problem.compare(room, "weight_decay"))


@pytest.mark.points(1)
@pytest.mark.cases("public")
@pytest.mark.korean("검증 데이터 떼어 두기", hint="X와 y에는 각각 어떤 위치 배열을 쓰나요?")
def test_split(judge: Any) -> None:
    """Holding back validation data

    Which array of positions is used for X, and which for y?
    """
    judge.each(judge.problem.check_split)


@pytest.mark.points(1)
@pytest.mark.cases("public")
@pytest.mark.korean("표준화", hint="평균에는 어떤 예만 들어가야 하나요?")
def test_standardise(judge: Any) -> None:
    """Standardising

    Which examples may take part in the mean?
    """
    judge.each(lambda room: judge.problem.compare(room, "standardise"))


@pytest.mark.points(1)
@pytest.mark.cases("public")
@pytest.mark.korean("차수 고르기", hint="차수가 커지면 무조건 줄어드는 오차는 둘 가운데 어느 것인가요?")
def test_choose_degree(judge: Any) -> None:
    """Choosing a degree

    Which of the two errors falls whatever happens when the degree grows?
    """
    judge.each(lambda room: judge.problem.compare(room, "choose_degree"))


@pytest.mark.points(1)
@pytest.mark.cases("public")
@pytest.mark.korean("모멘텀", hint="그래디언트가 두 번 다 1이면 두 걸음 뒤의 v는 얼마인가요?")
def test_momentum(judge: Any) -> None:
    """Momentum

    What is v after two steps, if the gradient is 1 both times?
    """
    judge.each(lambda room: judge.problem.compare(room, "momentum"))


@pytest.mark.points(1)
@pytest.mark.cases("public")
@pytest.mark.korean("네스테로프 가속 경사", hint="그래디언트는 어느 점에서 구하고, θ는 어느 점에서 움직이나요?")
def test_nag(judge: Any) -> None:
    """Nesterov's accelerated gradient

    At which point is the gradient asked for, and from which point does θ move?
    """
    judge.each(lambda room: judge.problem.compare(room, "nag"))


@pytest.mark.points(1)
@pytest.mark.cases("public")
@pytest.mark.korean("Adagrad", hint="그래디언트가 두 번 다 2이면 두 걸음 뒤의 G는 얼마인가요?")
def test_adagrad(judge: Any) -> None:
    """Adagrad

    What is G after two steps, if the gradient is 2 both times?
    """
    judge.each(lambda room: judge.problem.compare(room, "adagrad"))


@pytest.mark.points(1)
@pytest.mark.cases("public")
@pytest.mark.korean("RMSProp", hint="이전 평균에 곱하는 계수와 새 제곱에 곱하는 계수는 각각 무엇인가요?")
def test_rmsprop(judge: Any) -> None:
    """RMSProp

    Which factor belongs to the old average, and which one to the new square?
    """
    judge.each(lambda room: judge.problem.compare(room, "rmsprop"))


@pytest.mark.points(1)
@pytest.mark.cases("public")
@pytest.mark.korean("AdaDelta", hint="두 평균 가운데 갱신하기 전의 값을 쓰는 것은 어느 것인가요?")
def test_adadelta(judge: Any) -> None:
    """AdaDelta

    Which of the two averages is used before it is brought up to date?
    """
    judge.each(lambda room: judge.problem.compare(room, "adadelta"))


@pytest.mark.points(2)
@pytest.mark.cases("public")
@pytest.mark.korean("Adam", hint="그래디언트가 1이면 첫 호출 뒤에 m, v와 걸음은 각각 얼마인가요?")
def test_adam(judge: Any) -> None:
    """Adam

    For a gradient of 1, what are m, v and the step after the first call?
    """
    judge.each(lambda room: judge.problem.compare(room, "adam"))


@pytest.mark.points(1)
@pytest.mark.cases("public")
@pytest.mark.korean("정상이거나 망가진 idx 파일", hint="헤더의 약속 가운데 파일의 길이로 확인할 수 있는 것은 무엇인가요?")
def test_read_idx(judge: Any) -> None:
    """idx files, good and broken

    Which promises of the header can be checked against the length of the file?
    """
    judge.each(judge.problem.check_idx)


@pytest.mark.points(1)
@pytest.mark.cases("public")
@pytest.mark.korean("미니배치", hint="n이 size의 배수가 아니면 마지막 예는 어느 배치에 있나요?")
def test_minibatches(judge: Any) -> None:
    """Minibatches

    In which batch is the last example, if n isn't a multiple of size?
    """
    judge.each(judge.problem.check_minibatches)


@pytest.mark.points(3)
@pytest.mark.cases("public")
@pytest.mark.korean("숫자를 배우는 신경망", hint="손실이 에폭마다 줄어드나요? 처음에는 log 10쯤인가요?")
def test_train(judge: Any) -> None:
    """A network that learns digits

    Does the loss fall from epoch to epoch, and is it about log 10 at the start?
    """
    judge.each(judge.problem.check_training)
