"""21_nb_frameworks, public checks: what you may look at while you work. The hidden ones ask the same with other numbers, and more."""

from typing import Any

import pytest

# ---- correctness, 35 points ------------------------------------------------------------------------------------------


@pytest.mark.points(2)
@pytest.mark.cases("public")
@pytest.mark.korean("standardise: 배열에서 텐서로", hint="수 1, 2, 3을 손으로 계산해 보세요. 무엇으로 나누나요?")
def test_standardise(judge: Any) -> None:
    """standardise: from an array to a tensor

    Compute the three numbers 1, 2, 3 by hand: what do you divide by?
    """
    judge.each(judge.problem.judge_standardise)


@pytest.mark.points(3)
@pytest.mark.cases("public")
@pytest.mark.korean("train_by_hand: 옵티마이저 없이 autograd로", hint="두 번째 걸음의 backward() 전에 .grad에는 무엇이 들어 있나요?")
def test_by_hand(judge: Any) -> None:
    """train_by_hand: autograd without an optimizer

    What does .grad hold before backward() in the second step?
    """
    judge.each(judge.problem.judge_by_hand)


@pytest.mark.points(2)
@pytest.mark.cases("public")
@pytest.mark.korean("ParallelBlock: 갈래 두 개", hint="named_parameters()는 무엇을 출력하나요?")
def test_block(judge: Any) -> None:
    """ParallelBlock: two branches

    What does named_parameters() print?
    """
    judge.each(judge.problem.judge_block)


@pytest.mark.points(3)
@pytest.mark.cases("public")
@pytest.mark.korean("train_epoch: 학습 모드로 한 바퀴", hint="더 작은 마지막 배치의 샘플 하나는 얼마나 반영되나요?")
def test_epoch(judge: Any) -> None:
    """train_epoch: one pass in training mode

    How much does a sample of the last batch, which is smaller, count?
    """
    judge.each(judge.problem.judge_epoch)


@pytest.mark.points(2)
@pytest.mark.cases("public")
@pytest.mark.korean("evaluate: 아무것도 바꾸지 않기", hint="배치 정규화는 아무도 학습시키지 않아도 학습 모드에서 무엇을 하나요?")
def test_evaluate(judge: Any) -> None:
    """evaluate: changes nothing

    What does batch norm do in training mode even if nobody trains?
    """
    judge.each(judge.problem.judge_evaluate)


@pytest.mark.points(3)
@pytest.mark.cases("public")
@pytest.mark.korean("save_checkpoint, load_checkpoint: 이어지는 학습", hint="두 state dict의 키를 출력해 보세요.")
def test_checkpoint(judge: Any) -> None:
    """save_checkpoint, load_checkpoint: training goes on

    Print the keys of both state dicts.
    """
    judge.each(judge.problem.judge_checkpoint)


@pytest.mark.points(3)
@pytest.mark.cases("public")
@pytest.mark.korean("fine_tune: 얼린 몸통 위의 새 머리", hint="몸통의 state dict를 전후로 비교해 보세요.")
def test_fine_tune(judge: Any) -> None:
    """fine_tune: a new head on a frozen body

    Compare the backbone's state dict before and after.
    """
    judge.each(judge.problem.judge_fine_tune)


@pytest.mark.points(1)
@pytest.mark.cases("public")
@pytest.mark.korean("Files: 요청할 때 읽는 샘플", hint="코드는 첫 파일을 언제 여나요?")
def test_files(judge: Any) -> None:
    """Files: a sample when it is asked for

    When does your code open the first file?
    """
    judge.each(judge.problem.judge_files)


@pytest.mark.points(2)
@pytest.mark.cases("public")
@pytest.mark.korean("make_loader: 에폭마다 모든 샘플을 한 번씩", hint="샘플 11개를 4개씩 묶으면 마지막 세 개는 어떻게 되나요?")
def test_loader(judge: Any) -> None:
    """make_loader: every sample once in each epoch

    11 samples in batches of 4: what becomes of the last three?
    """
    judge.each(judge.problem.judge_loader)


@pytest.mark.points(3)
@pytest.mark.cases("public")
@pytest.mark.korean("build_graph, train_graph: 세션", hint="feed_dict는 플레이스홀더를 배열에 대응시킵니다. 어느 네 개인가요?")
def test_graph(judge: Any) -> None:
    """build_graph, train_graph: a session

    feed_dict maps placeholders to arrays. Which four?
    """
    judge.each(judge.problem.judge_graph)


@pytest.mark.points(2)
@pytest.mark.cases("public")
@pytest.mark.korean("tape_step: 변수를 제자리에서 바꾸기", hint="함수를 호출한 뒤 호출한 쪽의 변수에는 무엇이 들어 있나요?")
def test_tape(judge: Any) -> None:
    """tape_step: variables change in place

    What does the caller's variable hold after your function?
    """
    judge.each(judge.problem.judge_tape)


@pytest.mark.points(1)
@pytest.mark.cases("public")
@pytest.mark.korean("saliency: 입력의 그래디언트", hint="테이프는 변수를 기록합니다. x는 변수인가요?")
def test_saliency(judge: Any) -> None:
    """saliency: the gradient of an input

    A tape records variables. Is x one?
    """
    judge.each(judge.problem.judge_saliency)


@pytest.mark.points(2)
@pytest.mark.cases("public")
@pytest.mark.korean("make_keras, fit_keras: 층과 fit", hint="샘플의 순서를 정하는 fit의 설정은 무엇인가요?")
def test_keras(judge: Any) -> None:
    """make_keras, fit_keras: layers, and fit

    Which of fit's settings decides in which order the samples come?
    """
    judge.each(judge.problem.judge_keras)


@pytest.mark.points(2)
@pytest.mark.cases("public")
@pytest.mark.korean("make_step: 올바른 걸음", hint="lr은 어디에 쓰이고, 거기에서 텐서인가요?")
def test_step(judge: Any) -> None:
    """make_step: the right step

    Where is lr used, and is it a tensor there?
    """
    judge.each(judge.problem.judge_step)


@pytest.mark.points(1)
@pytest.mark.cases("public")
@pytest.mark.korean("run_dynamic: Python 반복문", hint="세 행을 지난 뒤 그래프에는 무엇이 있나요?")
def test_dynamic(judge: Any) -> None:
    """run_dynamic: a loop of Python's

    What does the graph hold after three rows?
    """
    judge.each(judge.problem.judge_dynamic)


@pytest.mark.points(1)
@pytest.mark.cases("public")
@pytest.mark.korean("make_static: 그래프 안의 반복문", hint="tf.function은 어떤 반복문을 그래프의 반복문으로 바꾸나요?")
def test_static(judge: Any) -> None:
    """make_static: a loop within the graph

    Which loops does tf.function turn into loops of the graph?
    """
    judge.each(judge.problem.judge_static)


@pytest.mark.points(1)
@pytest.mark.cases("public")
@pytest.mark.korean("prefetch: 모든 배치를 차례대로", hint="소스가 다 떨어졌을 때 큐에는 무엇이 있나요?")
def test_prefetch(judge: Any) -> None:
    """prefetch: every batch, in order

    What lies in the queue when the source has no more?
    """
    judge.each(judge.problem.judge_prefetch)


@pytest.mark.points(1)
@pytest.mark.cases("public")
@pytest.mark.korean("prefetch: 실패하는 소스", hint="예외는 어느 스레드에서 나고, 누가 알아야 하나요?")
def test_prefetch_failing(judge: Any) -> None:
    """prefetch: a source that fails

    In which thread does the exception appear, and who has to learn of it?
    """
    judge.each(judge.problem.judge_prefetch_failing)


# ---- cleanliness, 5 points -------------------------------------------------------------------------------------------


@pytest.mark.points(3)
@pytest.mark.category("cleanliness")
@pytest.mark.cases("public")
@pytest.mark.korean("아무도 쓰지 않을 그래프를 기록하거나 보관하지 않습니다", hint="반환하는 손실의 형은 무엇인가요?")
def test_no_graph(judge: Any) -> None:
    """No graph is recorded or kept that nobody needs

    What is the type of the losses that you return?
    """
    judge.each(judge.problem.judge_no_graph)


@pytest.mark.points(2)
@pytest.mark.category("cleanliness")
@pytest.mark.cases("public")
@pytest.mark.korean("train_graph: 그래프는 만든 그대로입니다", hint="실행 전후에 연산의 수를 세어 보세요.")
def test_graph_grows(judge: Any) -> None:
    """train_graph: the graph stays as it was built

    Count the operations before and after a run.
    """
    judge.each(judge.problem.judge_graph_grows)


# ---- performance, 8 points -------------------------------------------------------------------------------------------


@pytest.mark.points(2)
@pytest.mark.category("performance")
@pytest.mark.cases("public")
@pytest.mark.korean("make_step: 트레이스는 한 번", hint="lr이 처음에 0.02이고 다음에 0.01이면 tf.function에는 무엇이 새로운가요?")
def test_step_traces(judge: Any) -> None:
    """make_step: traced once

    What is new for tf.function if lr is 0.02 first and 0.01 then?
    """
    judge.each(judge.problem.judge_step_traces)


@pytest.mark.points(2)
@pytest.mark.category("performance")
@pytest.mark.cases("public")
@pytest.mark.korean("make_static: 트레이스는 한 번", hint="그래프는 어떤 길이를 알고 있나요?")
def test_static_traces(judge: Any) -> None:
    """make_static: traced once

    Which of the lengths does your graph know?
    """
    judge.each(judge.problem.judge_static_traces)


@pytest.mark.points(3)
@pytest.mark.category("performance")
@pytest.mark.cases("public")
@pytest.mark.korean("prefetch: 계산하는 동안 읽기", hint="배치 2를 위해 소스의 next()를 누가 언제 부르나요?")
def test_overlap(judge: Any) -> None:
    """prefetch: loads while you compute

    Who calls next() of the source for batch 2, and when?
    """
    judge.each(judge.problem.judge_overlap)


@pytest.mark.points(1)
@pytest.mark.category("performance")
@pytest.mark.cases("public")
@pytest.mark.korean("prefetch: depth보다 앞서 읽지 않기", hint="소비자가 느리면 무엇이 스레드를 멈추나요?")
def test_greed(judge: Any) -> None:
    """prefetch: not more than depth ahead

    What stops your thread if the consumer is slow?
    """
    judge.each(judge.problem.judge_greed)
