"""Rows of layers and operators for Caffe and Caffe2: shapes that change, whose diffs are whose, what a schema promises."""

from __future__ import annotations

from grader.verdicts.record import Verdict, row

CAFFE: tuple[Verdict, ...] = (
    row(
        "STALE_SHAPE",
        298,  # before what else is wrong with such an output: it follows from this
        "output",
        "",
        en=(
            "The layer remembers a shape that is no longer true",
            "With the first input everything is right. Then the input gets another shape, and the layer goes on with the old one: "
            "the output "
            "keeps its shape, or numbers are looked up with the rows and columns of before.",
            "Which of your variables hold something of a shape? Where are they set: once, or before each pass? What does a net call when "
            "its input changes?",
        ),
        ko=(
            "층이 더는 맞지 않는 모양을 기억하고 있습니다",
            "첫 번째 입력에서는 모두 맞습니다. 그다음 입력의 모양이 바뀌었는데 층은 옛 모양으로 계속합니다. 출력의 모양이 "
            "그대로이거나, 예전의 "
            "행과 열로 값의 위치를 계산합니다.",
            "모양에 관한 값을 담는 변수는 어느 것인가요? 그 값은 한 번만 정해지나요, 패스마다 정해지나요? 입력의 모양이 바뀌면 "
            "신경망은 무엇을 "
            "호출하나요?",
        ),
    ),
    row(
        "PROPAGATE_IGNORED",
        299,
        "output",
        "",
        en=(
            "A diff is computed that nobody asked for",
            "propagate_down is false for this bottom: nobody wants its gradient, and its diff has to stay as it is. The layer wrote "
            "there all "
            "the same. The parameters' gradients are wanted in any case.",
            "What does propagate_down speak of: the bottoms, the parameters, or both? Which lines of the backward pass depend on it?",
        ),
        ko=(
            "요청하지 않은 diff를 계산했습니다",
            "이 bottom의 propagate_down은 거짓입니다. 아무도 그 그래디언트를 원하지 않으므로 diff는 그대로 있어야 하는데 층이 값을 "
            "썼습니다. "
            "파라미터의 그래디언트는 언제나 필요합니다.",
            "propagate_down은 무엇에 관한 것인가요? bottom인가요, 파라미터인가요, 둘 다인가요? 역전파의 어느 줄이 이 값에 달려 있나요?",
        ),
    ),
    row(
        "PARAM_DIFF_REPLACED",
        299,
        "output",
        "",
        en=(
            "A parameter's diff is replaced, not added to",
            "The gradient is right, and what the diff held before is gone. Caffe adds up the gradients of several passes "
            "(iter_size) and of "
            "layers that share a parameter; the solver clears the diff, not the layer.",
            "What does the diff of a parameter hold when your backward pass begins, and what has to be there when it ends?",
        ),
        ko=(
            "파라미터의 diff에 더하지 않고 덮어썼습니다",
            "그래디언트는 맞지만 diff에 있던 값이 사라졌습니다. Caffe는 여러 패스(iter_size)와 파라미터를 함께 쓰는 층의 그래디언트를 더해 "
            "모읍니다. diff를 지우는 것은 층이 아니라 솔버의 일입니다.",
            "역전파가 시작될 때 파라미터의 diff에는 무엇이 들어 있고, 끝날 때는 무엇이 들어 있어야 하나요?",
        ),
    ),
    row(
        "BOTTOM_DIFF_KEPT",
        299,
        "output",
        "",
        en=(
            "Old numbers stay in the bottom's diff",
            "The diff of a bottom belongs to one pass: each of its numbers has to be overwritten. Here the new gradient was added "
            "to what lay "
            "there, or some places were never written, so that numbers of an earlier pass flow on.",
            "Which numbers of the bottom took no part in the output? What is their gradient, and who writes it?",
        ),
        ko=(
            "bottom의 diff에 옛 값이 남아 있습니다",
            "bottom의 diff는 한 패스의 것이므로 모든 값을 덮어써야 합니다. 그런데 새 그래디언트를 있던 값에 더했거나, 쓰지 않은 "
            "자리가 있어서 "
            "앞선 패스의 값이 계속 흘러갑니다.",
            "출력에 쓰이지 않은 bottom의 값은 어느 것인가요? 그 값의 그래디언트는 얼마이고, 누가 쓰나요?",
        ),
    ),
    row(
        "BOTTOM_OVERWRITTEN",
        301,
        "output",
        "",
        en=(
            "A pass changes numbers that aren't its to change",
            "The forward pass reads the bottom's data and the backward pass the top's diff, and both leave them as they are: other "
            "layers read "
            "the same blob. Here they hold other numbers afterwards.",
            "Which array does each assignment write to? In NumPy, which of your names are views of a blob and not copies?",
        ),
        ko=(
            "바꾸면 안 되는 값을 바꾸었습니다",
            "순전파는 bottom의 data를, 역전파는 top의 diff를 읽기만 하고 그대로 두어야 합니다. 다른 층도 같은 블롭을 읽습니다. "
            "그런데 패스 뒤에 "
            "값이 달라졌습니다.",
            "대입문마다 어느 배열에 쓰나요? NumPy에서 어느 이름이 복사본이 아니라 블롭의 뷰인가요?",
        ),
    ),
    row(
        "INFERENCE_WRONG",
        302,
        "output",
        "",
        en=(
            "The schema tells no shape, or another one",
            "Before a net runs, Caffe2 asks each operator's schema which shapes its outputs will have, to plan memory and to check "
            "the net. "
            "Without an answer everything behind the operator is unknown; with a wrong one the plan is wrong.",
            "Which function answers that question? What does it know: the operator's arguments, the inputs' shapes, their numbers?",
        ),
        ko=(
            "스키마가 모양을 알려 주지 않거나 틀리게 알려 줍니다",
            "신경망이 실행되기 전에 Caffe2는 연산자의 스키마에 출력의 모양을 물어 메모리를 계획하고 신경망을 검사합니다. 답이 "
            "없으면 그 뒤의 "
            "모양을 모두 알 수 없고, 답이 틀리면 계획도 틀립니다.",
            "그 물음에 답하는 함수는 어느 것인가요? 그 함수는 연산자의 인자, 입력의 모양, 입력의 값 가운데 무엇을 알고 있나요?",
        ),
    ),
    row(
        "SCHEMA_WRONG",
        302,
        "output",
        "",
        en=(
            "The schema lets through what the operator can't do",
            "An operator's schema says how many inputs and outputs it has. One with too few inputs was accepted, or the right one refused. "
            "What the schema lets pass fails later, far from the line that is to blame, or reads what isn't there.",
            "How many inputs and outputs does the hand-out give the operator, and where does your code say so to Caffe2?",
        ),
        ko=(
            "스키마가 연산자가 못 하는 것을 통과시킵니다",
            "연산자의 스키마는 입력과 출력이 몇 개인지 말합니다. 입력이 모자란 것이 받아들여졌거나 올바른 것이 거부되었습니다. 스키마가 "
            "통과시킨 잘못은 나중에 먼 곳에서 드러나거나, 없는 것을 읽게 됩니다.",
            "안내문에서 연산자의 입력과 출력은 몇 개인가요? 코드의 어느 곳에서 그것을 Caffe2에 알리나요?",
        ),
    ),
)
