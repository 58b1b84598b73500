"""Rows of operators."""

from __future__ import annotations

from grader.verdicts.record import Verdict, row

OPERATORS: tuple[Verdict, ...] = (
    row(
        "NOT_REGISTERED",
        300,
        "output",
        "",
        en=(
            "An operator or one of its kernels isn't registered",
            "The framework was asked for the operator by its name, and for a kernel for each device of the contract. One of them isn't "
            "there, although the library was loaded.",
            "Compare the names in your registration with the contract's, letter by letter. Which macro defines an operator, and which one "
            "gives it a kernel for a device?",
        ),
        ko=(
            "연산자나 그 커널이 등록되지 않았습니다",
            "프레임워크에 연산자의 이름과, 계약에 있는 장치마다의 커널을 물었습니다. 라이브러리는 불러왔지만 그중 하나가 없습니다.",
            "등록할 때 쓴 이름과 계약의 이름을 한 글자씩 견주어 보세요. 연산자를 정의하는 매크로는 무엇이고, 장치의 커널을 주는 매크로는 "
            "무엇인가요?",
        ),
    ),
    row(
        "OPCHECK_SCHEMA",
        300,
        "output",
        "",
        en=(
            "The operator does something that its schema doesn't say",
            "A schema tells the framework what an operator takes and returns, and that it changes nothing unless marked. Here an operand "
            "holds other numbers after the call, a result lies in an operand's memory, or the schema isn't the contract's.",
            "Which tensors does your kernel write to? For each, say where its memory came from. What would autograd compute later from an "
            "operand that has changed in between?",
        ),
        ko=(
            "연산자가 스키마에 없는 일을 합니다",
            "스키마는 연산자가 무엇을 받고 돌려주는지, 그리고 표시가 없으면 아무것도 바꾸지 않는다는 것을 프레임워크에 알립니다. 그런데 "
            "호출 뒤에 피연산자의 값이 달라졌거나, 결과가 피연산자의 메모리에 있거나, 스키마가 계약과 다릅니다.",
            "커널은 어느 텐서에 쓰나요? 그 텐서의 메모리는 어디에서 왔나요? 그사이에 바뀐 피연산자로 autograd는 나중에 무엇을 계산하게 "
            "될까요?",
        ),
    ),
    row(
        "NONCONTIGUOUS",
        300,
        "output",
        "",
        en=(
            "Strides are ignored",
            "For a contiguous tensor the result is right. For a transposed, sliced or expanded one it is what the numbers give that lie "
            "one after another in memory: the tensor's strides are not looked at, or another tensor's are.",
            "Where does element [1, 0] lie in memory for x of shape (2, 3), for x.t(), and for the left half of a (2, 6) tensor? Which of "
            "these places does your loop visit second?",
        ),
        ko=(
            "스트라이드를 무시합니다",
            "연속한 텐서에서는 결과가 맞습니다. 전치하거나 자르거나 확장한 텐서에서는 메모리에 차례로 놓인 수로 계산한 결과와 같습니다. "
            "텐서의 스트라이드를 보지 않았거나, 다른 텐서의 스트라이드를 썼습니다.",
            "모양이 (2, 3)인 x, x.t(), 그리고 (2, 6) 텐서의 왼쪽 절반에서 원소 [1, 0]은 각각 메모리의 어디에 있나요? 코드의 반복문은 두 "
            "번째로 어디를 읽나요?",
        ),
    ),
    row(
        "NO_AUTOGRAD",
        300,
        "output",
        "",
        en=(
            "Gradients don't flow through the operator",
            "The operator computes its result, but autograd doesn't know its derivative: the result doesn't ask for a gradient, or an "
            "operand that asks for one gets none.",
            "Who tells the framework what to call in the backward pass? It returns one value for each argument of the forward pass: "
            "count them, in order.",
        ),
        ko=(
            "연산자를 지나 그래디언트가 흐르지 않습니다",
            "연산자는 결과를 계산하지만 autograd는 그 도함수를 모릅니다. 결과에 requires_grad가 없거나, 그래디언트를 원하는 피연산자가 "
            "아무것도 받지 못합니다.",
            "역전파에서 무엇을 호출할지는 누가 프레임워크에 알려 주나요? 역전파는 순전파의 인자마다 값을 하나씩 돌려줍니다. 순서대로 세어 "
            "보세요.",
        ),
    ),
    row(
        "OPCHECK_FAKE",
        300,
        "output",
        "",
        en=(
            "The fake kernel describes another result than the real one",
            "A fake kernel computes no numbers: it says which sizes, type, strides and device the result will have, and compilers plan by "
            "it. It is missing, or what it says isn't what the operator returns.",
            "Call the operator on the meta device and on the CPU, with a transposed tensor and with half precision, and print sizes, "
            "strides and type of both results.",
        ),
        ko=(
            "가짜 커널이 진짜와 다른 결과를 설명합니다",
            "가짜 커널은 수를 계산하지 않고, 결과의 크기와 형, 스트라이드, 장치를 말해 줍니다. 컴파일러는 그에 따라 계획을 세웁니다. "
            "그런데 가짜 커널이 없거나, 말하는 것이 연산자가 돌려주는 것과 다릅니다.",
            "전치한 텐서와 반정밀도 텐서로 연산자를 meta 장치와 CPU에서 각각 호출하고, 두 결과의 크기와 스트라이드와 형을 출력해 보세요.",
        ),
    ),
    row(
        "INPUT_UNCHECKED",
        320,
        "output",
        "",
        en=(
            "Operands that don't fit together are accepted",
            "The contract refuses operands of different types or shapes, because nothing sensible can come out of them. Here the call "
            "returned a result instead of raising an exception; with other sizes it may read memory that isn't its own.",
            "Which properties must two operands share before your loop may start? Check them all, for each pair, before memory is touched.",
        ),
        ko=(
            "서로 맞지 않는 피연산자를 받아들입니다",
            "계약은 형이나 모양이 다른 피연산자를 거절합니다. 의미 있는 결과가 나올 수 없기 때문입니다. 그런데 예외를 던지지 않고 결과를 "
            "돌려주었습니다. 크기에 따라서는 남의 메모리를 읽을 수도 있습니다.",
            "반복문을 시작하기 전에 두 피연산자는 어떤 성질이 같아야 하나요? 메모리에 손대기 전에 모든 짝에 대해 모두 확인하세요.",
        ),
    ),
    row(
        "WRONG_DTYPE",
        300,
        "output",
        "",
        en=(
            "The result has another element type",
            "The numbers may be right, but the tensor that holds them has another type than the contract asks for, so that whatever "
            "comes next computes in that type, or refuses it.",
            "Where is the result made, and from what does it take its type? What does it become for double and for half precision?",
        ),
        ko=(
            "결과의 원소 형이 다릅니다",
            "수는 맞을지도 모르지만, 그것을 담은 텐서의 형이 계약과 다릅니다. 그다음 연산은 그 형으로 계산하거나 텐서를 거절하게 됩니다.",
            "결과는 어디에서 만들고, 형은 무엇에서 가져오나요? double과 반정밀도에서는 무엇이 되나요?",
        ),
    ),
    row(
        "WRONG_STRIDES",
        300,
        "output",
        "",
        en=(
            "The result lies in memory in another order",
            "Its numbers are in the right place by index, but the contract promises a contiguous tensor, and this one has other strides. "
            "Whoever relies on the promise reads the numbers in a wrong order.",
            "What does empty_like do with the strides of a transposed tensor? What does an operation on two transposed tensors return?",
        ),
        ko=(
            "결과가 메모리에 다른 순서로 놓였습니다",
            "인덱스로 보면 수가 제자리에 있지만, 계약은 연속한 텐서를 약속하는데 이 결과는 스트라이드가 다릅니다. 약속을 믿는 쪽은 수를 "
            "틀린 순서로 읽게 됩니다.",
            "empty_like는 전치한 텐서의 스트라이드를 어떻게 하나요? 전치한 두 텐서로 연산하면 결과의 스트라이드는 어떤가요?",
        ),
    ),
)
