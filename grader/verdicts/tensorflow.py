"""Rows of TensorFlow's operators: what REGISTER_OP, the shape function, the kernel and the gradient owe to whoever calls them."""

from __future__ import annotations

from grader.verdicts.record import Verdict, row

TENSORFLOW: tuple[Verdict, ...] = (
    row(
        "OP_INTERFACE_WRONG",
        300,
        "output",
        "",
        en=(
            "The operator isn't registered as the contract says",
            "REGISTER_OP names the operator, its inputs, outputs and attributes, and the types that they may have. Here one of them "
            "has another name or type, so nobody can call the operator as the hand-out describes it.",
            "Put the strings of REGISTER_OP beside those of the hand-out, letter by letter. ClippedDistance becomes clipped_distance "
            "in Python.",
        ),
        ko=(
            "연산자가 규약대로 등록되지 않았습니다",
            "REGISTER_OP은 연산자의 이름, 입력, 출력, 속성과 그 형을 정합니다. 그중 하나의 이름이나 형이 달라서 과제 설명에 적힌 대로 "
            "호출할 수 없습니다.",
            "REGISTER_OP의 문자열을 과제 설명과 한 글자씩 비교해 보세요. ClippedDistance는 파이썬에서 clipped_distance가 됩니다.",
        ),
    ),
    row(
        "KERNEL_NOT_REGISTERED",
        300,
        "output",
        "",
        en=(
            "The operator has no kernel for this type",
            "REGISTER_OP promises a type for which no kernel was registered, so TensorFlow finds nothing to run. An operator and its "
            "kernels are registered separately, and each type needs a line of its own.",
            "Which types does the attribute T allow, and for which of them is there a REGISTER_KERNEL_BUILDER?",
        ),
        ko=(
            "이 형을 위한 커널이 없습니다",
            "REGISTER_OP이 약속한 형에 등록된 커널이 없어서 TensorFlow가 실행할 것을 찾지 못합니다. 연산자와 커널은 따로 등록하고, "
            "형마다 한 줄씩 필요합니다.",
            "속성 T는 어떤 형을 허용하고, 그중 어느 형에 REGISTER_KERNEL_BUILDER가 있나요?",
        ),
    ),
    row(
        "SHAPE_UNKNOWN",
        300,
        "output",
        "",
        en=(
            "The static shape says less than is known",
            "While a graph is built, the operator's output has an unknown shape, rank or size although it follows from the inputs. "
            "Whoever uses it, a Dense layer for instance, can't be built then. Without a shape function nothing is known at all.",
            "Is there a SetShapeFn, and does it hand every dimension on? What does c->Dim(shape, i) give for a dimension that isn't known?",
        ),
        ko=(
            "정적 모양이 아는 것보다 적게 말합니다",
            "그래프를 만드는 동안 출력의 모양이나 차원 수나 크기를 모른다고 합니다. 입력에서 알 수 있는데도 그렇습니다. 그러면 Dense "
            "계층처럼 그 출력을 쓰는 것을 만들 수 없습니다. 모양 함수가 없으면 아무것도 모르게 됩니다.",
            "SetShapeFn이 있나요? 모든 차원을 전달하나요? 모르는 차원에 대해 c->Dim(shape, i)는 무엇을 주나요?",
        ),
    ),
    row(
        "STATIC_SHAPE_WRONG",
        301,
        "output",
        "",
        en=(
            "The static shape isn't the one of the result",
            "The shape function promises another shape than the kernel makes, or claims a size that nobody can know yet. TensorFlow "
            "believes it and plans whatever comes behind with it.",
            "Take inputs whose four sizes all differ. Which of them are y's two sizes, and in which order?",
        ),
        ko=(
            "정적 모양이 결과의 모양과 다릅니다",
            "모양 함수가 커널이 만드는 것과 다른 모양을 약속하거나, 아직 알 수 없는 크기를 안다고 합니다. TensorFlow는 그 말을 믿고 "
            "뒤에 올 것을 준비합니다.",
            "네 크기가 모두 다른 입력을 골라 보세요. y의 두 크기는 그중 어느 것이고 순서는 어떤가요?",
        ),
    ),
    row(
        "SHAPE_FN_STRICT",
        301,
        "output",
        "",
        en=(
            "The shape function refuses what may well do",
            "A size that isn't known while the graph is built is no mistake: it may come with the call. The shape function took an "
            "unknown rank or size for a wrong one, so the operator can't be used in a tf.function with open sizes.",
            "What does c->Value(dimension) return for an unknown size, and what does your comparison make of it? Which function "
            "compares two dimensions of which one may be unknown?",
        ),
        ko=(
            "모양 함수가 맞을 수도 있는 입력을 거부합니다",
            "그래프를 만들 때 모르는 크기는 잘못이 아닙니다. 호출할 때 정해질 수 있습니다. 모양 함수가 모르는 차원 수나 크기를 틀린 "
            "것으로 보아서, 크기가 열린 tf.function 안에서는 이 연산자를 쓸 수 없습니다.",
            "모르는 크기에 대해 c->Value(dimension)은 무엇을 돌려주고, 비교 결과는 어떻게 되나요? 한쪽을 모를 수도 있는 두 차원을 "
            "비교하는 함수는 무엇인가요?",
        ),
    ),
    row(
        "RANK_UNCHECKED",
        303,
        "output",
        "",
        en=(
            "The shape function lets a wrong rank pass",
            "An input that isn't a matrix was accepted while the graph was built. The mistake shows much later then, in a running "
            "graph, far from the line that made it.",
            "What does your shape function ask of c->input(0) and of c->input(1) before it takes their dimensions?",
        ),
        ko=(
            "모양 함수가 차원 수를 확인하지 않습니다",
            "행렬이 아닌 입력을 그래프를 만들 때 받아들였습니다. 그러면 실수한 줄에서 멀리 떨어진 곳에서, 그래프를 실행할 때에야 "
            "오류가 나타납니다.",
            "모양 함수는 c->input(0)과 c->input(1)의 차원을 꺼내기 전에 무엇을 확인하나요?",
        ),
    ),
    row(
        "SIZES_UNCHECKED",
        303,
        "output",
        "",
        en=(
            "The shape function lets sizes pass that don't fit",
            "Two inputs whose rows have different lengths were accepted while the graph was built, although both lengths were known.",
            "Which dimension do x and centers have in common? Which function of InferenceContext says that two dimensions must be one?",
        ),
        ko=(
            "모양 함수가 맞지 않는 크기를 받아들입니다",
            "행의 길이가 서로 다른 두 입력을 그래프를 만들 때 받아들였습니다. 두 길이를 모두 알고 있었는데도 그렇습니다.",
            "x와 centers가 함께 가지는 차원은 어느 것인가요? 두 차원이 같아야 한다고 말하는 InferenceContext의 함수는 무엇인가요?",
        ),
    ),
    row(
        "SHAPE_NOT_REFUSED",
        304,
        "output",
        "",
        en=(
            "The kernel goes on with shapes that don't do",
            "An eager call never asks the shape function, and a graph may know nothing before it runs: the kernel has to look at the "
            "shapes itself. It went on and read what isn't there, or crashed. OP_REQUIRES in a helper leaves the helper only, not "
            "Compute.",
            "Which assumptions on ranks and sizes do your loops make, and which OP_REQUIRES asks for each of them? In which function "
            "does it stand?",
        ),
        ko=(
            "커널이 맞지 않는 모양으로 계속 진행합니다",
            "즉시 실행에서는 모양 함수를 부르지 않고, 그래프도 실행하기 전까지 아무것도 모를 수 있습니다. 그래서 커널이 직접 모양을 "
            "확인해야 합니다. 여기서는 그대로 진행하여 없는 것을 읽었거나 죽었습니다. 보조 함수 안의 OP_REQUIRES는 Compute가 아니라 그 "
            "함수에서만 빠져나옵니다.",
            "반복문은 차원 수와 크기에 대해 무엇을 가정하나요? 그 하나하나를 확인하는 OP_REQUIRES는 어느 함수에 있나요?",
        ),
    ),
    row(
        "LIMIT_NOT_REFUSED",
        305,
        "output",
        "",
        en=(
            "An attribute's value isn't checked",
            "REGISTER_OP fixes the attribute's type, not which values make sense. The kernel's constructor reads it once and is the "
            "place to refuse it; this one was accepted.",
            "Which values of limit does the contract allow, and where does your code say so?",
        ),
        ko=(
            "속성의 값을 확인하지 않습니다",
            "REGISTER_OP은 속성의 형만 정하고 어떤 값이 맞는지는 정하지 않습니다. 커널의 생성자가 속성을 한 번 읽으므로 거기에서 "
            "거부해야 하는데, 그대로 받아들였습니다.",
            "규약은 limit에 어떤 값을 허용하나요? 코드의 어디에서 그것을 확인하나요?",
        ),
    ),
    row(
        "OP_ERROR_IGNORED",
        305,
        "output",
        "",
        en=(
            "An error that TensorFlow reported is ignored",
            "A function of the kernel's context failed and returned a status, here because there is no memory for the output. The "
            "kernel went on with a pointer that points nowhere.",
            "Which of the context's functions return a status? What does OP_REQUIRES_OK do with it?",
        ),
        ko=(
            "TensorFlow가 알린 오류를 무시했습니다",
            "커널의 컨텍스트 함수가 실패하고 상태를 돌려주었습니다. 여기서는 출력을 위한 메모리가 없습니다. 커널은 아무것도 가리키지 "
            "않는 포인터로 계속 진행했습니다.",
            "컨텍스트의 함수 가운데 상태를 돌려주는 것은 어느 것인가요? OP_REQUIRES_OK는 그 상태로 무엇을 하나요?",
        ),
    ),
    row(
        "OUTPUT_ALIASES_INPUT",
        300,
        "output",
        "",
        en=(
            "The output lies in the memory of an input",
            "Called eagerly the result is right. In a graph, where nobody else needs the input any more, TensorFlow lent its buffer "
            "for the output, and the kernel reads numbers again that it has already overwritten. That only suits kernels which need "
            "each number once.",
            "Which function hands you the output, and what may it return? Which numbers of x do you read after the first number of y "
            "was written?",
        ),
        ko=(
            "출력이 입력과 같은 메모리에 있습니다",
            "즉시 실행하면 결과가 맞습니다. 그래프 안에서 입력을 더 쓸 곳이 없으면 TensorFlow가 그 버퍼를 출력에 빌려주고, 커널은 이미 "
            "덮어쓴 수를 다시 읽습니다. 이런 방법은 각 수를 한 번씩만 쓰는 커널에만 맞습니다.",
            "출력은 어느 함수에서 받나요? 그 함수는 무엇을 돌려줄 수 있나요? y의 첫 번째 수를 쓴 뒤에 x의 어느 수를 읽나요?",
        ),
    ),
    row(
        "GRADIENT_MISSING",
        301,
        "output",
        "",
        en=(
            "An input has no gradient",
            "TensorFlow asks a function that is registered under the operator's name, and wants one gradient for each input in return. "
            "Here there is no such function, or it returns fewer, or None. Training would not move whatever lies behind that input.",
            "Under which name is the function registered? How many inputs has the operator, and what does the function return for each?",
        ),
        ko=(
            "그래디언트가 없는 입력이 있습니다",
            "TensorFlow는 연산자의 이름으로 등록된 함수를 부르고, 입력마다 그래디언트를 하나씩 돌려받으려 합니다. 그런 함수가 없거나, "
            "더 적게 돌려주었거나, None을 돌려주었습니다. 그러면 그 입력 뒤에 있는 것은 학습되지 않습니다.",
            "함수는 어떤 이름으로 등록했나요? 연산자의 입력은 몇 개이고, 함수는 각각에 대해 무엇을 돌려주나요?",
        ),
    ),
    row(
        "NOT_TRACEABLE",
        303,
        "output",
        "",
        en=(
            "The gradient works eagerly but not in a graph",
            "While tf.function builds a graph, tensors have no values, and their static sizes may be unknown. The gradient asked for a "
            "value or for a size that isn't there yet, or left TensorFlow for NumPy.",
            "Look at the line: what does it need a number or a static size for? Which operation of TensorFlow does the same with a tensor?",
        ),
        ko=(
            "그래디언트가 즉시 실행에서는 되지만 그래프에서는 안 됩니다",
            "tf.function이 그래프를 만드는 동안 텐서에는 값이 없고, 정적인 크기도 모를 수 있습니다. 그래디언트 함수가 아직 없는 값이나 "
            "크기를 쓰려고 했거나 NumPy로 나갔습니다.",
            "그 줄에서 값이나 정적인 크기가 왜 필요한가요? 텐서 그대로 같은 일을 하는 TensorFlow 연산은 무엇인가요?",
        ),
    ),
)
