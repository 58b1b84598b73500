"""21_nb_frameworks, hidden checks: other numbers, and what the contract promises besides."""

from typing import Any

import pytest

# ---- correctness, 35 points ------------------------------------------------------------------------------------------


@pytest.mark.points(2)
@pytest.mark.cases("hidden")
@pytest.mark.korean("standardise: 모두 같은 수인 열, 그대로 남아야 하는 배열", hint="그런 열의 편차는 마지막 비트까지 얼마인가요?")
def test_standardise(judge: Any) -> None:
    """standardise: a column of equal numbers, and an array that stays as it is

    What is the spread of such a column, to the last bit?
    """
    judge.each(judge.problem.judge_standardise)


@pytest.mark.points(3)
@pytest.mark.cases("hidden")
@pytest.mark.korean(
    "train_by_hand: 거듭 호출할 때, 이전 그래디언트가 남아 있을 때", hint="첫 backward() 전에 .grad에는 무엇이 들어 있나요?"
)
def test_by_hand(judge: Any) -> None:
    """train_by_hand: called again and again, with old gradients lying around

    What does .grad hold before your first backward()?
    """
    judge.each(judge.problem.judge_by_hand)


@pytest.mark.points(2)
@pytest.mark.cases("hidden")
@pytest.mark.korean("ParallelBlock: 갈래 다섯 개", hint="갈래의 수를 코드에 적어 두지 않았나요?")
def test_block(judge: Any) -> None:
    """ParallelBlock: five branches

    Does the number of branches stand in your code?
    """
    judge.each(judge.problem.judge_block)


@pytest.mark.points(3)
@pytest.mark.cases("hidden")
@pytest.mark.korean("train_epoch: 다른 배치, 이전 그래디언트", hint="아무도 쓴 적 없는 모델이라면 필요 없을 줄은 어느 것인가요?")
def test_epoch(judge: Any) -> None:
    """train_epoch: other batches, old gradients

    Which lines would you need if nobody had ever used this model?
    """
    judge.each(judge.problem.judge_epoch)


@pytest.mark.points(2)
@pytest.mark.cases("hidden")
@pytest.mark.korean("evaluate: 다른 배치", hint="어느 경우에나 호출한 뒤의 모드가 전과 같나요?")
def test_evaluate(judge: Any) -> None:
    """evaluate: other batches

    Is the mode afterwards that of before, in either case?
    """
    judge.each(judge.problem.judge_evaluate)


@pytest.mark.points(3)
@pytest.mark.cases("hidden")
@pytest.mark.korean("save_checkpoint, load_checkpoint: 다른 수", hint="모멘텀을 쓰는 옵티마이저는 무엇을 기억하나요?")
def test_checkpoint(judge: Any) -> None:
    """save_checkpoint, load_checkpoint: other numbers

    What does an optimizer with momentum remember?
    """
    judge.each(judge.problem.judge_checkpoint)


@pytest.mark.points(3)
@pytest.mark.cases("hidden")
@pytest.mark.korean("fine_tune: 더 많은 클래스", hint="몸통에서 그래디언트가 없는데도 움직이는 수는 무엇인가요?")
def test_fine_tune(judge: Any) -> None:
    """fine_tune: more classes

    Which of the backbone's numbers has no gradient and moves all the same?
    """
    judge.each(judge.problem.judge_fine_tune)


@pytest.mark.points(1)
@pytest.mark.cases("hidden")
@pytest.mark.korean("Files: 다른 파일들", hint="x와 y의 형은 무엇인가요?")
def test_files(judge: Any) -> None:
    """Files: other files

    What are the types of x and y?
    """
    judge.each(judge.problem.judge_files)


@pytest.mark.points(2)
@pytest.mark.cases("hidden")
@pytest.mark.korean("make_loader: 다른 샘플 수와 다른 시드", hint="에폭마다 새로 뽑는 것은 무엇이고, 무엇에서 뽑나요?")
def test_loader(judge: Any) -> None:
    """make_loader: another number of samples and another seed

    What is drawn anew in each epoch, and from what?
    """
    judge.each(judge.problem.judge_loader)


@pytest.mark.points(3)
@pytest.mark.cases("hidden")
@pytest.mark.korean("train_graph: 샘플 수가 다른 두 번에 그래프 하나", hint="플레이스홀더의 어느 차원을 열어 둘 수 있나요?")
def test_graph(judge: Any) -> None:
    """train_graph: one graph for two numbers of samples

    Which dimension of a placeholder may stay open?
    """
    judge.each(judge.problem.judge_graph)


@pytest.mark.points(2)
@pytest.mark.cases("hidden")
@pytest.mark.korean("tape_step: 더 많은 걸음", hint="첫 변수가 바뀌기 전에 두 그래디언트를 모두 구했나요?")
def test_tape(judge: Any) -> None:
    """tape_step: more steps

    Are both gradients taken before the first variable changes?
    """
    judge.each(judge.problem.judge_tape)


@pytest.mark.points(1)
@pytest.mark.cases("hidden")
@pytest.mark.korean("saliency: 다른 수", hint="테이프는 변수를 기록합니다. x는 변수인가요?")
def test_saliency(judge: Any) -> None:
    """saliency: other numbers

    A tape records variables. Is x one?
    """
    judge.each(judge.problem.judge_saliency)


@pytest.mark.points(2)
@pytest.mark.cases("hidden")
@pytest.mark.korean("make_keras, fit_keras: 다른 배치", hint="따로 정하지 않으면 fit의 배치 크기는 얼마인가요?")
def test_keras(judge: Any) -> None:
    """make_keras, fit_keras: other batches

    What is fit's batch size, if you don't say it?
    """
    judge.each(judge.problem.judge_keras)


@pytest.mark.points(2)
@pytest.mark.cases("hidden")
@pytest.mark.korean("make_step: 샘플 하나, 다른 학습률", hint="첫 호출의 학습률이 그래프에 굳어 있지 않나요?")
def test_step(judge: Any) -> None:
    """make_step: single samples, other learning rates

    Is the learning rate of the first call in your graph for good?
    """
    judge.each(judge.problem.judge_step)


@pytest.mark.points(1)
@pytest.mark.cases("hidden")
@pytest.mark.korean("run_dynamic: 행이 하나도 없을 때", hint="반복문이 한 번도 돌지 않으면 무엇을 반환하나요?")
def test_dynamic(judge: Any) -> None:
    """run_dynamic: no rows at all

    What is returned if the loop never runs?
    """
    judge.each(judge.problem.judge_dynamic)


@pytest.mark.points(1)
@pytest.mark.cases("hidden")
@pytest.mark.korean("make_static: 행이 하나도 없을 때", hint="h는 되풀이할 때마다 어떤 모양을 지켜야 하나요?")
def test_static(judge: Any) -> None:
    """make_static: no rows at all

    Which shape must h keep from turn to turn?
    """
    judge.each(judge.problem.judge_static)


@pytest.mark.points(1)
@pytest.mark.cases("hidden")
@pytest.mark.korean("prefetch: 배치가 None일 수도 있을 때", hint="코드는 배치와 끝을 어떻게 구별하나요?")
def test_prefetch(judge: Any) -> None:
    """prefetch: a batch may be None

    How does your code tell a batch from the end?
    """
    judge.each(judge.problem.judge_prefetch)


@pytest.mark.points(1)
@pytest.mark.cases("hidden")
@pytest.mark.korean("prefetch: 나중에 실패하는 소스", hint="예외 앞에 어떤 배치가 나와야 하나요?")
def test_prefetch_failing(judge: Any) -> None:
    """prefetch: a source that fails later

    Which batches come out before the exception?
    """
    judge.each(judge.problem.judge_prefetch_failing)


# ---- cleanliness, 5 points -------------------------------------------------------------------------------------------


@pytest.mark.points(2)
@pytest.mark.category("cleanliness")
@pytest.mark.cases("hidden")
@pytest.mark.korean("더 긴 학습에서도, 아무도 쓰지 않을 그래프를 기록하거나 보관하지 않습니다", hint="반환하는 손실의 형은 무엇인가요?")
def test_no_graph(judge: Any) -> None:
    """No graph is recorded or kept that nobody needs, in longer trainings

    What is the type of the losses that you return?
    """
    judge.each(judge.problem.judge_no_graph)


@pytest.mark.points(3)
@pytest.mark.category("cleanliness")
@pytest.mark.cases("hidden")
@pytest.mark.korean("prefetch: 스레드를 남기지 않습니다", hint="배치 두 개 뒤에 소비자가 멈추면 스레드는 무엇을 기다리고 있나요?")
def test_prefetch_closed(judge: Any) -> None:
    """prefetch: no thread stays behind

    What is your thread waiting for when the consumer stops after two batches?
    """
    judge.each(judge.problem.judge_prefetch_closed)


# ---- performance, 12 points ------------------------------------------------------------------------------------------


@pytest.mark.points(3)
@pytest.mark.category("performance")
@pytest.mark.cases("hidden")
@pytest.mark.korean("make_step: 배치가 어떻든 트레이스는 한 번", hint="마지막 배치가 더 작으면 tf.function에는 무엇이 새로운가요?")
def test_step_traces(judge: Any) -> None:
    """make_step: traced once, whatever the batch

    What is new for tf.function if the last batch is smaller?
    """
    judge.each(judge.problem.judge_step_traces)


@pytest.mark.points(3)
@pytest.mark.category("performance")
@pytest.mark.cases("hidden")
@pytest.mark.korean("make_static: 길이가 어떻든 트레이스는 한 번", hint="그래프는 어떤 길이를 알고 있나요?")
def test_static_traces(judge: Any) -> None:
    """make_static: traced once, whatever the length

    Which of the lengths does your graph know?
    """
    judge.each(judge.problem.judge_static_traces)


@pytest.mark.points(4)
@pytest.mark.category("performance")
@pytest.mark.cases("hidden")
@pytest.mark.korean("prefetch: 가끔 쉬는 디스크", hint="디스크가 쉴 때 배치가 몇 개 준비되어 있나요?")
def test_overlap(judge: Any) -> None:
    """prefetch: a disk that takes breaks

    How many batches lie ready when the disk takes a break?
    """
    judge.each(judge.problem.judge_overlap)


@pytest.mark.points(2)
@pytest.mark.category("performance")
@pytest.mark.cases("hidden")
@pytest.mark.korean("prefetch: 다른 depth보다도 앞서 읽지 않기", hint="소비자가 느리면 무엇이 스레드를 멈추나요?")
def test_greed(judge: Any) -> None:
    """prefetch: not more than another depth ahead

    What stops your thread if the consumer is slow?
    """
    judge.each(judge.problem.judge_greed)
