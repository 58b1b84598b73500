"""Rows of training a model: losses, optimisers, initialisation, dropout, validation, data files."""

from __future__ import annotations

from grader.verdicts.record import Verdict, row

TRAINING: tuple[Verdict, ...] = (
    row(
        "OPTIMIZER_STEP",
        300,
        "output",
        "",
        en=(
            "The optimiser takes another step",
            "The path of the parameters is exactly the one of a well-known slip in this optimiser's rule: a correction that is left out, "
            "a sign, two factors exchanged, or a state that is updated too early or not kept.",
            "Write down the rule of the hand-out for the first two steps, with a gradient of 1 and the state at its start. Where does "
            "your code give another number first?",
        ),
        ko=(
            "옵티마이저의 한 걸음이 다릅니다",
            "파라미터가 지나간 길이 이 옵티마이저의 규칙에서 흔히 하는 실수의 결과와 정확히 같습니다. 보정을 빠뜨렸거나, 부호가 다르거나, "
            "두 계수를 서로 바꾸었거나, 상태를 너무 일찍 갱신했거나 보관하지 않았습니다.",
            "그래디언트가 1이고 상태가 시작값일 때, 안내문의 규칙으로 처음 두 걸음을 적어 보세요. 코드는 어디에서 처음으로 다른 수를 "
            "내나요?",
        ),
    ),
    row(
        "MODE_WRONG",
        300,
        "output",
        "",
        en=(
            "Training and evaluation are mixed up",
            "What should happen in training only also happens in evaluation, or the other way round. In evaluation a network gives the "
            "same answer for the same input every time, and nothing in it is random.",
            "Call the function twice with the same input in each of the two modes. In which of them may the results differ, and in which "
            "do they?",
        ),
        ko=(
            "학습 모드와 평가 모드가 뒤섞였습니다",
            "학습할 때만 해야 하는 일을 평가할 때에도 하거나, 그 반대입니다. 평가할 때 신경망은 같은 입력에 언제나 같은 답을 내며, 그 "
            "안에 무작위한 것은 없습니다.",
            "두 모드에서 각각 같은 입력으로 함수를 두 번 불러 보세요. 결과가 달라도 되는 것은 어느 모드이고, 실제로 달라지는 것은 어느 "
            "모드인가요?",
        ),
    ),
    row(
        "MASK_WRONG",
        300,
        "output",
        "",
        en=(
            "Dropout drops the wrong share, or not number by number",
            "The mask isn't a random choice for each number of its own with the probability that was asked for: the share that is kept is "
            "another one, or whole rows, columns or calls share one choice.",
            "Count the zeros of a large mask, then those of its single rows and columns. Is the rate the chance to be dropped or to stay?",
        ),
        ko=(
            "드롭아웃이 버리는 비율이나 단위가 다릅니다",
            "마스크가 수 하나하나를 주어진 확률로 따로 고른 것이 아닙니다. 남기는 비율이 다르거나, 행이나 열 전체 또는 여러 호출이 한 "
            "번의 선택을 함께 씁니다.",
            "큰 마스크에서 0의 개수를 세고, 행과 열에서도 따로 세어 보세요. rate는 버릴 확률인가요, 남길 확률인가요?",
        ),
    ),
    row(
        "RNG_IGNORED",
        300,
        "output",
        "",
        en=(
            "The given random generator isn't the one that is used",
            "Two generators with the same seed should give the same result, and another seed another one. Here chance comes from "
            "somewhere else: a generator of its own, a fixed seed or NumPy's global one.",
            "Where do your random numbers come from? What must be the same for somebody who wants to repeat your training run?",
        ),
        ko=(
            "주어진 난수 생성기를 쓰지 않았습니다",
            "시드가 같은 두 생성기는 같은 결과를, 시드가 다르면 다른 결과를 내야 합니다. 여기서는 우연이 다른 곳에서 옵니다. 따로 만든 "
            "생성기, 고정된 시드, NumPy의 전역 생성기 같은 것입니다.",
            "난수는 어디에서 오나요? 학습을 똑같이 되풀이하려는 사람에게는 무엇이 같아야 하나요?",
        ),
    ),
    row(
        "INIT_WRONG",
        300,
        "output",
        "",
        en=(
            "The initial weights have another spread",
            "The weights are random, but their variance or their distribution isn't that of the initialisation that was asked for. Layer "
            "by layer the signal then grows or shrinks.",
            "What is the variance of a sum of fan_in products, and what should it be? Is the number in your formula a variance or a "
            "standard deviation, and which of the two sizes does it use?",
        ),
        ko=(
            "초기 가중치의 퍼짐이 다릅니다",
            "가중치가 무작위이기는 하지만 분산이나 분포가 요구한 초기화의 것이 아닙니다. 그러면 신호가 층을 지날 때마다 커지거나 "
            "작아집니다.",
            "곱 fan_in개를 더한 것의 분산은 얼마이고, 얼마여야 하나요? 식에 있는 수는 분산인가요 표준편차인가요? 두 크기 가운데 어느 것을 "
            "쓰나요?",
        ),
    ),
    row(
        "LOSS_WRONG",
        300,
        "output",
        "",
        en=(
            "It is another loss",
            "The value is what a similar loss gives: a branch that was exchanged, a term that is missing, or another base of the "
            "logarithm.",
            "Compute the loss by hand for a single error on each side of 0, a small and a large one. Which of the values is another one "
            "in your code?",
        ),
        ko=(
            "다른 손실 함수입니다",
            "비슷한 다른 손실의 값과 같습니다. 가지(branch)가 바뀌었거나, 항이 빠졌거나, 로그의 밑이 다릅니다.",
            "0의 양쪽에서 작은 오차와 큰 오차를 하나씩 골라 손실을 손으로 계산해 보세요. 코드의 값은 그중 어느 것에서 다른가요?",
        ),
    ),
    row(
        "DECAY_WRONG",
        300,
        "output",
        "",
        en=(
            "Weight decay acts on other numbers, or by another amount",
            "Without decay the step is right. With it, the biases shrink too, or the weights shrink by another amount than the rule says, "
            "or they grow.",
            "Set all gradients to 0 and do one step. What should become of a weight of 1 and of a bias of 1, and what does?",
        ),
        ko=(
            "가중치 감쇠의 대상이나 크기가 다릅니다",
            "감쇠가 없으면 맞습니다. 감쇠가 있으면 편향까지 줄어들거나, 가중치가 규칙과 다른 만큼 줄어들거나, 오히려 커집니다.",
            "그래디언트를 모두 0으로 두고 한 걸음 가 보세요. 값이 1인 가중치와 1인 편향은 무엇이 되어야 하고, 실제로 무엇이 되나요?",
        ),
    ),
    row(
        "VALIDATION_LEAK",
        300,
        "output",
        "",
        en=(
            "Validation data leaks into what it should judge",
            "Examples that are held back take part in what is learned, or examples that were learned from decide: an example on both "
            "sides, a mean that saw all data, or a model chosen by its training error. The error then looks better than it is.",
            "Imagine that the validation examples arrive only tomorrow. Which line of your code couldn't run today?",
        ),
        ko=(
            "검증 데이터가 새어 들어갔습니다",
            "따로 떼어 둔 예가 학습에 쓰였거나, 학습에 쓴 예로 판정했습니다. 같은 예가 양쪽에 있거나, 전체 데이터로 평균을 냈거나, 학습 "
            "오차로 모델을 골랐습니다. 그러면 오차가 실제보다 좋아 보입니다.",
            "검증용 예가 내일에야 도착한다고 생각해 보세요. 코드의 어느 줄을 오늘 실행할 수 없나요?",
        ),
    ),
    row(
        "PAIRS_BROKEN",
        300,
        "output",
        "",
        en=(
            "Features and labels no longer belong together",
            "All examples are there, but the label in a row isn't the one of the features in that row: the two were put into different "
            "orders. A model then learns noise, without any error message.",
            "How often do you ask the random generator for an order? Which arrays are put into it?",
        ),
        ko=(
            "특성과 라벨의 짝이 어긋났습니다",
            "예는 모두 있지만, 어떤 행의 라벨이 그 행의 특성의 것이 아닙니다. 둘을 서로 다른 순서로 섞은 것입니다. 그러면 모델은 오류 "
            "메시지 하나 없이 잡음을 배웁니다.",
            "난수 생성기에 순서를 몇 번 물어보나요? 그 순서대로 놓이는 배열은 어느 것인가요?",
        ),
    ),
    row(
        "BYTE_ORDER",
        300,
        "output",
        "",
        en=(
            "The bytes of numbers are read in the wrong order",
            "The file is big-endian: the most significant byte of each number comes first. Read the other way round, 1 is 16,777,216. "
            "Numbers of a single byte don't show it.",
            "Which byte order does the hand-out give for the sizes in the header, and for the data? Which one does your code ask for?",
        ),
        ko=(
            "수의 바이트를 반대 순서로 읽었습니다",
            "이 파일은 빅 엔디언입니다. 수마다 가장 높은 자리의 바이트가 먼저 옵니다. 거꾸로 읽으면 1은 16,777,216이 됩니다. 한 "
            "바이트짜리 수에서는 드러나지 않습니다.",
            "안내문에 따르면 헤더의 크기와 데이터의 바이트 순서는 무엇인가요? 코드는 어떤 순서로 읽나요?",
        ),
    ),
    row(
        "BROKEN_FILE_ACCEPTED",
        300,
        "output",
        "",
        en=(
            "A broken file is taken for a good one",
            "Good files are read correctly, but one with a wrong magic number, an end that is missing or bytes that are too many isn't "
            "refused as the hand-out asks. Whoever trains on it never learns that the data is damaged.",
            "What does the header promise about the length of the file? Where do you compare it with what is there?",
        ),
        ko=(
            "망가진 파일을 그대로 받아들였습니다",
            "정상 파일은 바르게 읽지만, 매직 넘버가 틀리거나 끝이 잘렸거나 바이트가 남는 파일을 안내문대로 거절하지 않습니다. 그 데이터로 "
            "학습하는 사람은 데이터가 망가졌다는 것을 알 수 없습니다.",
            "헤더는 파일의 길이에 대해 무엇을 약속하나요? 그것을 실제 길이와 어디에서 비교하나요?",
        ),
    ),
    row(
        "GOOD_FILE_REFUSED",
        300,
        "output",
        "",
        en=(
            "A good file is refused",
            "The file keeps to the format, and the function raises an exception instead of giving its content.",
            "Which number types and how many dimensions does the format allow? Which of them does your code think of?",
        ),
        ko=(
            "정상 파일을 거절했습니다",
            "형식에 맞는 파일인데, 함수가 내용을 돌려주지 않고 예외를 일으킵니다.",
            "이 형식이 허용하는 수의 형과 차원의 수는 무엇인가요? 코드는 그중 어느 것을 생각했나요?",
        ),
    ),
    row(
        "ARGUMENT_CHANGED",
        300,
        "output",
        "",
        en=(
            "A function changes what it was given",
            "After the call, an array of the caller's holds other numbers than before. In NumPy, `a += b` and `a[i] = b` write into the "
            "array that the caller still holds; `a = a + b` makes a new one.",
            "Find each place where an argument, or a second name for it, stands on the left of an assignment. Which of them writes into "
            "the caller's array?",
        ),
        ko=(
            "함수가 받은 인자를 바꾸었습니다",
            "호출한 뒤에 호출한 쪽의 배열에 다른 수가 들어 있습니다. NumPy에서 `a += b`와 `a[i] = b`는 호출한 쪽이 아직 가지고 있는 "
            "배열에 쓰고, `a = a + b`는 새 배열을 만듭니다.",
            "인자나 인자의 다른 이름이 대입의 왼쪽에 있는 곳을 모두 찾아보세요. 그중 호출한 쪽의 배열에 쓰는 것은 어느 것인가요?",
        ),
    ),
    row(
        "NOT_LEARNED",
        300,
        "output",
        "",
        en=(
            "The trained network predicts too badly",
            "Training ran through, but on data that it hasn't seen the network is right less often than the hand-out asks. A loss that "
            "hardly falls speaks for the step size, the gradient's sign or the start; one that falls nicely speaks for overfitting.",
            "Print the loss of the training and of the validation data for each epoch. Which of the two curves isn't as you expect?",
        ),
        ko=(
            "학습한 신경망의 예측이 좋지 않습니다",
            "학습은 끝까지 되었지만, 처음 보는 데이터에서 맞히는 비율이 안내문의 기준보다 낮습니다. 손실이 거의 줄지 않으면 학습률, "
            "그래디언트의 부호, 초깃값을 의심해 보세요. 손실이 잘 줄었다면 과적합일 수 있습니다.",
            "에폭마다 학습 데이터와 검증 데이터의 손실을 출력해 보세요. 두 곡선 가운데 예상과 다른 것은 어느 것인가요?",
        ),
    ),
)
