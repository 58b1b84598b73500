"""Rows of deep-learning layers, the detector and quantisation: wrong outputs whose pattern tells a class of bug."""

from __future__ import annotations

from grader.verdicts.record import Verdict, row

LAYERS: tuple[Verdict, ...] = (
    row(
        "STATUS_UNCHECKED",
        239,  # before UNINIT_READ: a call that failed is why the next one reads what nobody wrote
        "device",
        "launches",
        en=(
            "A library's status is not looked at",
            "A call of a library failed and said so in the status that it returns, and the launcher went on and returned 0. Whatever "
            "the call should have computed isn't there.",
            "Which type do the library's calls return, and what becomes of that value in your code? Every single call has one.",
        ),
        ko=(
            "라이브러리의 상태를 확인하지 않았습니다",
            "라이브러리 호출이 실패했고 그 사실을 반환값(상태)으로 알렸지만, 런처는 그대로 진행하여 0을 반환했습니다. 그 호출이 계산해야 "
            "했던 것은 없습니다.",
            "라이브러리 호출은 어떤 형을 반환하나요? 코드에서 그 값은 어떻게 되나요? 호출 하나하나에 모두 상태가 있습니다.",
        ),
    ),
    row(
        "FORBIDDEN_LIBRARY",
        255,
        "device",
        "",
        en=(
            "A library does the work that is to be your own",
            "The launcher calls a library whose kernels compute the result. Here the assignment asks for a kernel of your own; another of "
            "its launchers is the place for the library.",
            "Which of the launchers is to use the library, by the header and the hand-out? What does this one have to do itself?",
        ),
        ko=(
            "직접 해야 할 일을 라이브러리가 합니다",
            "런처가 라이브러리를 호출하고 그 커널이 결과를 계산합니다. 여기서는 직접 만든 커널이 필요합니다. 라이브러리를 쓰는 런처는 따로 "
            "있습니다.",
            "헤더와 과제 설명에서 라이브러리를 쓰는 런처는 어느 것인가요? 이 런처가 직접 해야 하는 일은 무엇인가요?",
        ),
    ),
    row(
        "NOT_CROSS_CORRELATION",
        300,
        "output",
        "",
        en=(
            "The filter is flipped",
            "The result is that of a convolution in the mathematicians' sense, where the filter is turned by 180°. Deep learning's "
            "“convolution” is a cross-correlation: the filter lies on the image as it is.",
            "Put a filter that is 1 in its top left corner and 0 elsewhere over a small image. Which pixel should come out, and which one "
            "do your indices take?",
        ),
        ko=(
            "필터가 뒤집혔습니다",
            "수학에서 말하는 합성곱, 곧 필터를 180° 돌린 결과와 같습니다. 딥러닝의 “합성곱”은 교차상관이므로 필터를 있는 그대로 이미지에 "
            "얹습니다.",
            "왼쪽 위만 1이고 나머지는 0인 필터를 작은 이미지에 얹어 보세요. 어느 픽셀이 나와야 하고, 인덱스는 어느 픽셀을 고르나요?",
        ),
    ),
    row(
        "WRONG_PADDING",
        300,
        "output",
        "",
        en=(
            "The window lies at the wrong place",
            "The result equals what comes out when padding is applied the wrong way: added where it should be subtracted, left out, or "
            "put on another side than the contract says. Without padding everything is right.",
            "For the first output element, write down which input positions its window covers. Which of them lie outside of the input, and "
            "what do they count as?",
        ),
        ko=(
            "윈도의 위치가 어긋났습니다",
            "패딩을 잘못 적용했을 때의 결과와 같습니다. 빼야 할 곳에서 더했거나, 빠뜨렸거나, 계약과 다른 쪽에 두었습니다. 패딩이 없으면 "
            "모두 맞습니다.",
            "첫 번째 출력 원소의 윈도가 입력의 어느 위치를 덮는지 적어 보세요. 그중 입력 밖에 있는 것은 어느 것이고, 무엇으로 치나요?",
        ),
    ),
    row(
        "WRONG_WINDOW",
        300,
        "output",
        "",
        en=(
            "The window's steps are wrong",
            "The result equals what comes out with another stride or dilation: one of them left out, the two exchanged, or the one of rows "
            "taken for columns. Where stride and dilation are 1 everything is right.",
            "By how many pixels does the window move from one output to the next, and how far apart are two taps within it? In rows, and "
            "in columns?",
        ),
        ko=(
            "윈도의 걸음이 틀렸습니다",
            "다른 스트라이드나 팽창으로 계산한 결과와 같습니다. 둘 중 하나를 빠뜨렸거나, 둘을 서로 바꾸었거나, 행의 것을 열에 썼습니다. "
            "스트라이드와 팽창이 1이면 모두 맞습니다.",
            "한 출력에서 다음 출력으로 윈도는 몇 픽셀 움직이고, 윈도 안의 두 탭은 얼마나 떨어져 있나요? 행에서는 어떻고 열에서는 어떤가요?",
        ),
    ),
    row(
        "WRONG_GROUPS",
        300,
        "output",
        "",
        en=(
            "Channels of another group take part",
            "The result is what other channels give: those of the first group for all, those of a neighbour, or all of them. With one "
            "group everything is right.",
            "For two groups of three channels each, write down which input channels the last output channel sees, and which ones your "
            "indices take.",
        ),
        ko=(
            "다른 그룹의 채널이 쓰였습니다",
            "다른 채널로 계산한 결과와 같습니다. 모두 첫 번째 그룹의 채널을 썼거나, 이웃 그룹의 채널을 썼거나, 모든 채널을 썼습니다. "
            "그룹이 하나이면 모두 맞습니다.",
            "채널이 세 개씩인 그룹 둘을 놓고, 마지막 출력 채널이 보는 입력 채널과 코드의 인덱스가 고르는 채널을 적어 보세요.",
        ),
    ),
    row(
        "LOST_UPDATE",
        300,
        "output",
        "",
        en=(
            "Contributions to a sum got lost",
            "Several threads add to the same element, and only some of what they add is in the result: one thread overwrote what another "
            "had put there in between. Where windows don't overlap, everything is right.",
            "Which elements get contributions from more than one thread? What happens between the moment in which a thread reads the old "
            "sum and the moment in which it stores the new one?",
        ),
        ko=(
            "더한 값 일부가 사라졌습니다",
            "여러 스레드가 같은 원소에 더하는데, 그중 일부만 결과에 남았습니다. 그사이에 다른 스레드가 써 놓은 것을 덮어쓴 것입니다. "
            "윈도가 "
            "겹치지 않으면 모두 맞습니다.",
            "둘 이상의 스레드가 더하는 원소는 어느 것인가요? 한 스레드가 옛 합을 읽은 뒤 새 합을 저장하기까지 그사이에 무슨 일이 "
            "일어날 수 있나요?",
        ),
    ),
    row(
        "GRADIENT_WRONG",
        300,
        "output",
        "",
        en=(
            "A gradient is not the derivative of the forward pass",
            "The forward pass is right, and the gradient is what a well-known slip in the derivative gives: a term that is missing, a sum "
            "that wasn't taken, or a derivative of another function.",
            "Write the forward formula down and differentiate it with a pencil, for one element. Over which indices is a sum taken, and "
            "which values does the derivative need?",
        ),
        ko=(
            "그래디언트가 순전파의 도함수가 아닙니다",
            "순전파는 맞고, 그래디언트는 도함수를 구할 때 흔히 하는 실수의 결과와 같습니다. 항이 빠졌거나, 합을 취하지 않았거나, 다른 "
            "함수의 도함수입니다.",
            "순전파 식을 적고 원소 하나에 대해 손으로 미분해 보세요. 어느 인덱스에 대해 합을 취하고, 도함수에는 어떤 값이 필요한가요?",
        ),
    ),
    row(
        "OVERFLOW_NAN",
        300,
        "output",
        "",
        en=(
            "An exponential overflowed",
            "For large inputs the result is NaN or infinity although it should be an ordinary number. In single precision, exp(x) is "
            "infinity from about 88.7 on, and ∞/∞ is NaN.",
            "What is the largest argument that your exponentials can get? Which change to all of them leaves the quotient as it is?",
        ),
        ko=(
            "지수 함수가 넘쳤습니다",
            "입력이 크면 보통의 수가 나와야 하는데 NaN이나 무한대가 나옵니다. 단정밀도에서 exp(x)는 약 88.7부터 무한대이고 ∞/∞는 "
            "NaN입니다.",
            "지수 함수에 들어갈 수 있는 가장 큰 값은 얼마인가요? 모두를 어떻게 바꾸면 몫은 그대로이면서 넘치지 않을까요?",
        ),
    ),
    row(
        "SCALE_WRONG",
        300,
        "output",
        "",
        en=(
            "Off by a constant factor",
            "Every element is right but for one and the same factor, such as the batch size: a mean was taken twice, or not at all.",
            "Where in your code is something divided by a count? Does the contract ask for a sum or a mean, and who divides?",
        ),
        ko=(
            "일정한 배수만큼 어긋납니다",
            "모든 원소가 배치 크기처럼 똑같은 배수만큼 어긋납니다. 평균을 두 번 냈거나 내지 않았습니다.",
            "코드의 어디에서 개수로 나누나요? 계약이 묻는 것은 합인가요 평균인가요? 나누는 것은 누구의 일인가요?",
        ),
    ),
    row(
        "REORG_SEMANTICS",
        300,
        "output",
        "",
        en=(
            "Reorganised, but not in Darknet's order",
            "All values are there, but in the order of the usual space-to-depth. Darknet's layer counts with other sizes, and trained "
            "weights only fit its order.",
            "Take the hand-out's formula and a 4×4 input, and number the elements. Where does element 5 go, with the formula and in your "
            "code?",
        ),
        ko=(
            "재배열이 Darknet과 다른 자리로 옮깁니다",
            "값은 모두 있지만 흔히 쓰는 space-to-depth의 순서입니다. Darknet의 계층은 다른 크기로 세며, 학습된 가중치는 그 순서에만 "
            "맞습니다.",
            "과제 설명의 식과 4×4 입력을 놓고 원소에 번호를 매겨 보세요. 5번 원소는 식에서 어디로 가고, 코드에서는 어디로 가나요?",
        ),
    ),
    row(
        "WEIGHT_ORDER",
        300,
        "output",
        "",
        en=(
            "Parameters are read in the wrong order",
            "The numbers of the weights file are right, but they ended up in each other's place: for instance, means where scales belong.",
            "Which array comes first for a layer with batch normalisation, and which next? Follow the hand-out's table with a finger while "
            "reading your code.",
        ),
        ko=(
            "파라미터를 읽는 순서가 틀렸습니다",
            "가중치 파일의 수는 맞지만 서로 자리가 바뀌었습니다. 예를 들어 스케일 자리에 평균이 들어갔습니다.",
            "배치 정규화가 있는 계층에서는 어느 배열이 먼저이고 그다음은 무엇인가요? 과제 설명의 표를 짚어 가며 코드를 읽어 보세요.",
        ),
    ),
    row(
        "HEADER_OFFSET",
        300,
        "output",
        "",
        en=(
            "The weights begin at another place of the file",
            "Every parameter is its neighbour's: the header is shorter or longer than your code takes it to be. Its length depends on the "
            "version that it names.",
            "How many bytes does the last field of the header have for the version at hand? At which byte does the first weight start?",
        ),
        ko=(
            "가중치가 시작하는 위치가 다릅니다",
            "모든 파라미터에 그 이웃의 값이 들어 있습니다. 헤더의 길이가 코드에서 생각한 것과 다릅니다. 길이는 헤더에 적힌 버전에 따라 "
            "달라집니다.",
            "이 버전에서 헤더의 마지막 항목은 몇 바이트인가요? 첫 번째 가중치는 몇 번째 바이트에서 시작하나요?",
        ),
    ),
    row(
        "ANCHOR_UNITS",
        300,
        "output",
        "",
        en=(
            "Anchors are taken in the wrong unit",
            "Positions are right, and all boxes are too large or too small by one factor for the width and one for the height. Anchors "
            "of YOLOv2 are given in cells of the grid, not in pixels.",
            "Which unit should a box's width have in the end, and by what must a width in cells be divided to get there?",
        ),
        ko=(
            "앵커의 단위가 틀렸습니다",
            "위치는 맞지만 모든 상자가 폭과 높이에서 일정한 배수만큼 크거나 작습니다. YOLOv2의 앵커는 픽셀이 아니라 그리드의 칸을 단위로 "
            "합니다.",
            "상자의 폭은 마지막에 어떤 단위여야 하나요? 칸 단위의 폭을 무엇으로 나누면 그 단위가 되나요?",
        ),
    ),
    row(
        "DECODE_WRONG",
        300,
        "output",
        "",
        en=(
            "Boxes are decoded with another formula",
            "What the network gives is right, but the boxes are not: a function is applied where it doesn't belong, or left out. Centre, "
            "size, objectness and classes each have a formula of their own.",
            "For one cell and one anchor, compute all of a box's numbers by hand. Which of them goes through a sigmoid, which through an "
            "exponential, which through a softmax?",
        ),
        ko=(
            "상자를 다른 식으로 디코딩했습니다",
            "신경망의 출력은 맞지만 상자가 틀립니다. 어떤 함수를 필요 없는 곳에 썼거나 빠뜨렸습니다. 중심, 크기, 물체 점수, 클래스는 각각 "
            "다른 식으로 계산합니다.",
            "칸 하나와 앵커 하나를 골라 상자의 모든 수를 손으로 계산해 보세요. 시그모이드, 지수 함수, 소프트맥스는 각각 어느 수에 "
            "쓰이나요?",
        ),
    ),
    row(
        "NMS_WRONG",
        300,
        "output",
        "",
        en=(
            "The wrong boxes are suppressed",
            "The candidates are right, but the choice among them isn't the one of the contract: boxes of different classes suppress each "
            "other, the order is another one, or the threshold is used the other way round.",
            "Take two boxes that overlap. Under which conditions does one of them go, and which one? Are both of the same class?",
        ),
        ko=(
            "다른 상자를 억제했습니다",
            "후보는 맞지만 고르는 방법이 계약과 다릅니다. 클래스가 다른 상자끼리 억제했거나, 순서가 다르거나, 문턱값을 거꾸로 썼습니다.",
            "겹치는 상자 둘을 골라 보세요. 어떤 조건에서 하나가 사라지고, 그것은 어느 쪽인가요? 둘은 같은 클래스인가요?",
        ),
    ),
    row(
        "IOU_WRONG",
        300,
        "output",
        "",
        en=(
            "The overlap of two boxes is wrong",
            "The intersection over union isn't what it should be. Boxes that don't meet have an overlap of 0, and two differences that are "
            "both negative give a positive product.",
            "Draw two boxes that lie apart in both directions, and compute the intersection with your formula.",
        ),
        ko=(
            "두 상자의 겹침이 틀렸습니다",
            "IoU(교집합/합집합)가 맞지 않습니다. 만나지 않는 상자의 겹침은 0인데, 음수인 차 둘을 곱하면 양수가 됩니다.",
            "가로와 세로 모두 떨어져 있는 상자 둘을 그리고, 코드의 식으로 교집합을 계산해 보세요.",
        ),
    ),
    row(
        "MAP_INFLATED",
        300,
        "output",
        "",
        en=(
            "The mean average precision is too good",
            "Several detections of one object all count as hits. Each true object can be found once; whoever finds it again is wrong.",
            "After a detection has been matched with a true box, what keeps the next detection from being matched with the same one?",
        ),
        ko=(
            "평균 정밀도(mAP)가 지나치게 좋습니다",
            "한 물체를 여러 번 검출한 것이 모두 정답으로 세어졌습니다. 실제 물체는 한 번만 찾을 수 있고, 다시 찾은 것은 오답입니다.",
            "검출 하나가 실제 상자와 짝지어진 뒤, 다음 검출이 같은 상자와 짝지어지지 않게 하는 것은 무엇인가요?",
        ),
    ),
    row(
        "XNOR_FORMULA",
        300,
        "output",
        "",
        en=(
            "The count of equal bits isn't turned into the dot product",
            "Bits are compared and counted, but the formula from the count to the sum of ±1 products is another one. N equal bits give N, "
            "and no equal bit gives −N.",
            "For vectors of length 4 with 0, 2 and 4 equal bits, what is the dot product? Which straight line goes through these points?",
        ),
        ko=(
            "같은 비트의 개수를 내적으로 잘못 바꾸었습니다",
            "비트를 비교하고 세었지만, 개수에서 ±1 곱의 합으로 가는 식이 다릅니다. N개가 모두 같으면 N이고 하나도 같지 않으면 −N입니다.",
            "길이 4인 벡터에서 같은 비트가 0개, 2개, 4개일 때 내적은 얼마인가요? 이 점들을 지나는 직선은 무엇인가요?",
        ),
    ),
    row(
        "TAIL_BITS",
        300,
        "output",
        "",
        en=(
            "Bits behind the end of a row are counted",
            "Lengths that fill whole words come out right, others don't. The unused bits of the last word are 0 in both operands, so that "
            "they count as equal.",
            "How many bits of the last word belong to the row for the failing length, and what does your comparison make of the others?",
        ),
        ko=(
            "행의 끝을 지난 비트까지 세었습니다",
            "워드를 꽉 채우는 길이는 맞고 나머지는 틀립니다. 마지막 워드에서 쓰이지 않는 비트는 두 피연산자 모두 0이므로 같은 비트로 "
            "세어집니다.",
            "실패한 길이에서 마지막 워드의 몇 비트가 행에 속하나요? 비교는 나머지 비트를 무엇으로 만드나요?",
        ),
    ),
    row(
        "WRONG_ROUNDING",
        300,
        "output",
        "",
        en=(
            "Numbers are rounded in another way",
            "Results lie next to the right ones, where the contract's rounding and another one part: cut off instead of rounded, halves in "
            "another direction, or rounded after a division that was replaced by a product.",
            "What should become of 2.5, −2.5 and 2.7, and what does your code make of them? Is x · (1 / s) always the same number as x / "
            "s?",
        ),
        ko=(
            "반올림하는 방법이 다릅니다",
            "결과가 정답의 바로 옆 값입니다. 계약의 반올림과 다른 방법이 갈라지는 곳에서 틀렸습니다. 반올림하지 않고 잘라 버렸거나, "
            "절반을 다른 쪽으로 보냈거나, 나눗셈을 곱셈으로 바꾼 뒤 반올림했습니다.",
            "2.5, −2.5, 2.7은 무엇이 되어야 하고, 코드는 무엇으로 만드나요? x · (1 / s)는 언제나 x / s와 같은 수인가요?",
        ),
    ),
    row(
        "NO_SATURATION",
        300,
        "output",
        "",
        en=(
            "Values wrap around instead of saturating",
            "Values within the range of the narrow integer are right, and those outside come out at the other end of it. A conversion to "
            "a narrow type keeps the low bits only.",
            "What does your conversion make of 200, and of −200? What should the largest and smallest representable values do there?",
        ),
        ko=(
            "값이 포화되지 않고 한 바퀴 돌았습니다",
            "좁은 정수의 범위 안에 있는 값은 맞고, 범위를 벗어난 값은 반대쪽 끝으로 나옵니다. 좁은 형으로 바꾸면 아래쪽 비트만 남습니다.",
            "코드의 변환은 200과 −200을 무엇으로 만드나요? 표현할 수 있는 가장 큰 값과 가장 작은 값은 그때 어떤 역할을 해야 하나요?",
        ),
    ),
)
