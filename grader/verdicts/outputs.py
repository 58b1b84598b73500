"""Rows of wrong outputs: first those whose pattern tells a class of bug, then the general ones, then a wrong answer without a diagnosis."""

from __future__ import annotations

from grader.verdicts.record import Verdict, row

OUTPUTS: tuple[Verdict, ...] = (
    row(
        "UNWRITTEN_OUTPUT",
        300,
        "output",
        "",
        en=(
            "Output was never written",
            "All of the output, or whole parts of it, still hold what they held before the call. Either the kernel didn't run, or its "
            "blocks don't cover these elements, or it wrote somewhere else, or its result stayed in registers or shared memory.",
            "Check that the launch happens for this size and that every element of the output has a thread that stores it. To which "
            "pointer, under which condition?",
        ),
        ko=(
            "출력이 쓰이지 않았습니다",
            "출력의 전체 또는 한 부분이 통째로 호출 전의 값 그대로입니다. 커널이 실행되지 않았거나, 블록들이 그 원소들을 맡지 않았거나, "
            "다른 곳에 썼거나, 결과가 레지스터나 공유 메모리에 머물렀습니다.",
            "이 크기에서 커널이 실행되는지, 출력의 모든 원소에 그것을 저장하는 스레드가 있는지 확인해 보세요. 어느 포인터에, 어떤 조건에서 "
            "저장하나요?",
        ),
    ),
    row(
        "UNWRITTEN_TAIL",
        300,
        "output",
        "",
        en=(
            "The last elements were never written",
            "Most of the output is right, but the elements at its end still hold their old value. This shows when the size isn't a "
            "multiple of the block or vector width: nobody is responsible for the remainder.",
            "For the failing size, compute how many elements your grid covers. How many are left over, and who handles them?",
        ),
        ko=(
            "마지막 원소들이 쓰이지 않았습니다",
            "출력의 대부분은 맞지만 끝부분의 원소가 옛 값 그대로입니다. 크기가 블록이나 벡터 폭의 배수가 아닐 때 나타납니다. 나머지를 "
            "맡은 스레드가 없는 것입니다.",
            "실패한 크기에서 그리드가 몇 개의 원소를 맡는지 계산해 보세요. 몇 개가 남고, 그것은 누가 처리하나요?",
        ),
    ),
    row(
        "WRONG_TAIL",
        300,
        "output",
        "",
        en=(
            "Wrong where the size doesn't divide evenly",
            "Sizes that are multiples of your tile come out right, others don't. In the last, incomplete tile some threads have no "
            "element to load, and what they contribute instead ends up in the result.",
            "Draw the last tile for the failing size. What does a thread put into the tile whose element lies beyond the edge, and what "
            "should it count as?",
        ),
        ko=(
            "나누어떨어지지 않는 크기에서 틀립니다",
            "타일의 배수인 크기는 맞고 나머지는 틀립니다. 마지막의 불완전한 타일에서는 읽을 원소가 없는 스레드가 있는데, 그 스레드가 "
            "대신 내놓은 값이 결과에 섞입니다.",
            "실패한 크기의 마지막 타일을 그려 보세요. 가장자리 밖에 해당하는 스레드는 타일에 무엇을 넣고, 그것은 얼마로 계산되어야 하나요?",
        ),
    ),
    row(
        "LEADING_DIM",
        300,
        "output",
        "",
        en=(
            "A leading dimension is not respected",
            "The result is right as long as rows lie directly behind each other, and wrong when they are padded. The distance between "
            "two rows in memory is the leading dimension that you are given, which may be larger than the number of columns.",
            "Look at each index expression: by which number is the row multiplied, and is it the distance between rows of that very "
            "matrix?",
        ),
        ko=(
            "리딩 디멘션을 지키지 않았습니다",
            "행이 바로 이어져 있으면 맞고, 행 사이에 패딩이 있으면 틀립니다. 메모리에서 두 행 사이의 거리는 주어진 리딩 디멘션이며, "
            "열의 수보다 클 수 있습니다.",
            "각 인덱스 식을 보세요. 행 번호에 무엇을 곱하고 있나요? 그것이 바로 그 행렬의 행 사이 거리인가요?",
        ),
    ),
    row(
        "PADDING_WRITTEN",
        300,
        "output",
        "",
        en=(
            "What lies between the rows was overwritten",
            "Every element of the result is right, but a matrix whose leading dimension is larger than its width has elements between its "
            "rows that aren't part of it. They may belong to somebody else, and must keep their old content.",
            "Look at the guard in front of each store. Up to which column does it let threads write: the matrix's width, or the distance "
            "between rows?",
        ),
        ko=(
            "행과 행 사이를 덮어썼습니다",
            "결과의 원소는 모두 맞습니다. 그러나 리딩 디멘션이 폭보다 큰 행렬에는 행과 행 사이에 행렬에 속하지 않는 원소가 있습니다. 다른 "
            "누군가의 것일 수 있으므로 옛 값 그대로 두어야 합니다.",
            "저장하기 전의 경계 조건을 모두 보세요. 몇 번째 열까지 쓰게 하나요? 행렬의 폭까지인가요, 행 사이의 거리까지인가요?",
        ),
    ),
    row(
        "TRANSPOSED",
        300,
        "output",
        "",
        en=(
            "A matrix is used transposed",
            "The result equals what comes out when a matrix is read or written with rows and columns exchanged. C++ arrays here are "
            "row-major, while BLAS libraries think in columns, so this is easy to mix up; square symmetric tests hide it.",
            "Take a 2×3 matrix and follow by hand which element your code reads first, second and third.",
        ),
        ko=(
            "행렬을 전치해서 사용했습니다",
            "행과 열을 바꾸어 읽거나 썼을 때의 결과와 같습니다. 여기의 C++ 배열은 행 우선이고 BLAS 라이브러리는 열 우선이라 혼동하기 "
            "쉽습니다. 정사각 대칭 행렬로 시험하면 드러나지 않습니다.",
            "2×3 행렬을 하나 놓고, 코드가 첫 번째, 두 번째, 세 번째로 읽는 원소를 손으로 따라가 보세요.",
        ),
    ),
    row(
        "HALF_TRANSPOSED",
        300,
        "output",
        "",
        en=(
            "The transposition was done by half, or not at all",
            "A matrix that is cut into tiles is transposed by two steps: each tile goes to the place on the other side of the diagonal, "
            "and the numbers within it are transposed too. Only one of the two happened here, or none.",
            "Take two numbers of one tile, and two tiles. Which of your index expressions moves the tile, and which one turns it?",
        ),
        ko=(
            "전치가 절반만 되었거나 전혀 되지 않았습니다",
            "타일로 나눈 행렬의 전치는 두 단계입니다. 타일이 대각선 반대편 자리로 옮겨 가고, 타일 안의 수들도 전치됩니다. 여기서는 둘 중 "
            "하나만 일어났거나 하나도 일어나지 않았습니다.",
            "한 타일 안의 두 수와, 두 타일을 골라 보세요. 어느 인덱스 식이 타일을 옮기고, 어느 식이 타일 안을 뒤집나요?",
        ),
    ),
    row(
        "WRONG_NONSQUARE",
        300,
        "output",
        "",
        en=(
            "Right for square matrices, wrong for others",
            "As soon as the number of rows differs from the number of columns, the result is wrong. Two sizes are probably exchanged "
            "somewhere, in an index, in a bound or in the grid.",
            "Check every use of M and N, or rows and columns: in the grid, in the guard and in the index. Do they agree with each other?",
        ),
        ko=(
            "정사각 행렬은 맞고 그 밖의 행렬은 틀립니다",
            "행의 수와 열의 수가 다르면 결과가 틀립니다. 인덱스, 경계 조건, 그리드 중 어딘가에서 두 크기가 서로 바뀌었을 가능성이 큽니다.",
            "그리드, 경계 조건, 인덱스에서 M과 N(행과 열)이 쓰인 곳을 모두 확인해 보세요. 서로 일치하나요?",
        ),
    ),
    row(
        "NAN_PROPAGATION",
        300,
        "output",
        "",
        en=(
            "An old NaN gets into the result",
            "The output buffer held NaN before the call, and the contract says that its old content must not matter here. NaN times "
            "zero is still NaN, so multiplying by zero doesn't remove it.",
            "Find where the old content of the output is read. In which case does the contract say that it isn't read at all?",
        ),
        ko=(
            "이전의 NaN이 결과에 섞였습니다",
            "호출 전 출력 버퍼에 NaN이 있었고, 계약에 따르면 여기서는 그 내용이 결과에 영향을 주면 안 됩니다. NaN에 0을 곱해도 "
            "NaN이므로 0을 곱하는 것으로는 사라지지 않습니다.",
            "출력의 이전 내용을 읽는 곳을 찾아보세요. 계약은 어떤 경우에 그것을 아예 읽지 않는다고 하나요?",
        ),
    ),
    row(
        "LOW_PRECISION",
        300,
        "output",
        "",
        en=(
            "Computed with too few digits",
            "The values are close but off by far more than single precision explains; the error fits a 16-bit or TF32 computation. "
            "Somewhere a value passes through a narrower type than the assignment asks for.",
            "Follow one value from load to store and note its type at each step. Wherever values are added up, the sum has a type too.",
        ),
        ko=(
            "정밀도가 부족하게 계산되었습니다",
            "값이 비슷하지만 단정밀도로 설명되는 것보다 훨씬 크게 어긋납니다. 오차가 16비트 또는 TF32 계산과 맞습니다. 어딘가에서 값이 "
            "과제가 요구하는 것보다 좁은 형을 거칩니다.",
            "값 하나를 읽기부터 쓰기까지 따라가며 단계마다 형을 적어 보세요. 값을 더하는 곳이 있다면 그 합의 형도 적어 보세요.",
        ),
    ),
    row(
        "NUMERIC_ERROR",
        300,
        "output",
        "",
        en=(
            "Rounding errors pile up",
            "The method is right, but the order of the additions loses too much. When a large running sum meets small values, these "
            "vanish: in single precision, 2²⁴ + 1 is still 2²⁴.",
            "How many additions does a single accumulator take, one after the other? Think about how the sum could be arranged "
            "differently.",
        ),
        ko=(
            "반올림 오차가 쌓입니다",
            "방법은 맞지만 더하는 순서 때문에 잃는 것이 너무 많습니다. 큰 누적값에 작은 값을 더하면 작은 값이 사라집니다. 단정밀도에서 "
            "2²⁴ + 1은 여전히 2²⁴입니다.",
            "누산기 하나가 연달아 몇 번의 덧셈을 받나요? 합을 다르게 배열할 방법을 생각해 보세요.",
        ),
    ),
    row(
        "STATE_LEAK",
        300,
        "output",
        "",
        en=(
            "A later call gives a wrong answer",
            "The first call is right, and a later call with new values is wrong. Something survives between the calls: a global "
            "accumulator, a flag, or a cached result.",
            "List everything that lives longer than one call: device variables, static variables, buffers. Which of it must start afresh?",
        ),
        ko=(
            "두 번째 호출의 답이 틀립니다",
            "첫 호출은 맞고, 새 값으로 다시 호출하면 틀립니다. 전역 누산기, 플래그, 저장해 둔 결과처럼 호출 사이에 살아남는 것이 있습니다.",
            "디바이스 변수, static 변수, 버퍼 등 한 호출보다 오래 사는 것을 모두 적어 보세요. 그중 새로 시작해야 하는 것은 무엇인가요?",
        ),
    ),
    row(
        "WRONG_NEGATIVE",
        300,
        "output",
        "",
        en=(
            "Wrong when all values are negative",
            "With positive data the result is right; with only negative data it is larger than every input. The start value of the "
            "comparison wins against the real ones.",
            "What is the start value of your maximum, and is there an input that is smaller than it?",
        ),
        ko=(
            "모든 값이 음수이면 틀립니다",
            "양수 데이터에서는 맞지만 음수만 있으면 결과가 모든 입력보다 큽니다. 비교의 시작값이 실제 값을 이깁니다.",
            "최댓값의 시작값은 무엇인가요? 그보다 작은 입력이 있을 수 있나요?",
        ),
    ),
    row(
        "TIE_RULE",
        300,
        "output",
        "",
        en=(
            "The wrong one of several equals",
            "The index that came out points at a largest value, but another place holds the same value, and the contract says which of "
            "them counts. Threads meet in any order, so whoever comes first or last must not matter.",
            "When two candidates have equal values, what decides between them in your code? Check every place where two of them meet.",
        ),
        ko=(
            "같은 값들 가운데 다른 것을 골랐습니다",
            "나온 위치에 가장 큰 값이 있기는 하지만 다른 곳에도 같은 값이 있고, 어느 것이 답인지는 계약이 정합니다. 스레드가 만나는 "
            "순서는 정해져 있지 않으므로, 먼저 왔는지 나중에 왔는지가 결과를 바꾸면 안 됩니다.",
            "두 후보의 값이 같을 때 코드에서는 무엇이 승자를 정하나요? 두 후보가 만나는 모든 곳을 확인해 보세요.",
        ),
    ),
    row(
        "NAN_LOST",
        300,
        "output",
        "",
        en=(
            "A NaN in the input got lost",
            "There is a NaN among the inputs, and the result is what the other numbers give. Every comparison with NaN is false, and fmaxf "
            "returns its other operand: either way a NaN disappears unless it is asked for.",
            "Take one NaN and one number through your comparison, in both orders. Which of the two comes out?",
        ),
        ko=(
            "입력의 NaN이 사라졌습니다",
            "입력에 NaN이 있는데 결과는 나머지 수들로만 계산한 값입니다. NaN과의 비교는 모두 거짓이고 fmaxf는 다른 쪽 피연산자를 "
            "돌려주므로, 따로 확인하지 않으면 NaN은 사라집니다.",
            "NaN 하나와 수 하나를 두 가지 순서로 비교에 넣어 보세요. 어느 쪽이 나오나요?",
        ),
    ),
    row(
        "HARDCODED_ARCH",
        300,
        "output",
        "",
        en=(
            "A figure of one architecture is written into the code",
            "The result is right for one kind of card and wrong for others, and it is exactly what another card's figures would give: "
            "cores per multiprocessor, clocks or sizes that are taken for granted instead of asked for.",
            "Search your code for numbers. Which of them belongs to a particular card or architecture, and who could tell the one of the "
            "card at hand?",
        ),
        ko=(
            "한 아키텍처의 수치가 코드에 적혀 있습니다",
            "결과가 어떤 카드에서는 맞고 다른 카드에서는 틀리며, 다른 카드의 수치로 계산한 것과 정확히 같습니다. 멀티프로세서당 코어 수, "
            "클록, 크기를 묻지 않고 정해진 것으로 여긴 것입니다.",
            "코드에서 숫자를 찾아보세요. 어느 숫자가 특정한 카드나 아키텍처의 것이고, 지금 있는 카드의 값은 누가 말해 줄 수 있나요?",
        ),
    ),
    row(
        "NAN_OUTPUT",
        310,
        "output",
        "",
        en=(
            "The output contains NaN",
            "Some elements are “not a number”. They come from an undefined operation such as 0/0 or ∞ − ∞, or from memory that was "
            "never filled, and every further computation with them gives NaN again.",
            "Take the first NaN element in the message and compute it by hand. Which operand is the first that isn't an ordinary number?",
        ),
        ko=(
            "출력에 NaN이 있습니다",
            "일부 원소가 숫자가 아닙니다(NaN). 0/0이나 ∞ − ∞ 같은 정의되지 않는 연산, 또는 채워지지 않은 메모리에서 생기며, 이후의 "
            "계산도 모두 NaN이 됩니다.",
            "메시지에 나온 첫 NaN 원소를 직접 계산해 보세요. 처음으로 정상적인 숫자가 아닌 피연산자는 무엇인가요?",
        ),
    ),
    row(
        "WRONG_ANSWER",
        400,
        "output",
        "",
        en=(
            "The result is wrong",
            "The output differs from the expected values by more than rounding explains, and the pattern fits none of the mistakes that "
            "we can name. The message shows the first element that differs.",
            "Take the smallest failing case and follow one wrong element through your code, step by step, with a pencil. Which step first "
            "gives something else than you expect?",
        ),
        ko=(
            "결과가 틀립니다",
            "출력이 반올림으로 설명되는 것보다 크게 기댓값과 다르고, 우리가 이름 붙일 수 있는 실수의 모양과도 맞지 않습니다. 메시지에 "
            "처음으로 다른 원소가 나와 있습니다.",
            "실패한 가장 작은 경우에서 틀린 원소 하나를 골라, 코드가 하는 일을 손으로 한 단계씩 따라가 보세요. 어느 단계에서 처음으로 "
            "예상과 달라지나요?",
        ),
    ),
)
