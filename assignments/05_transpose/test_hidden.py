"""05_transpose, hidden checks: the rest of the contract. Stays on the staff's side."""

from typing import Any

import numpy as np
import pytest

# ---- correctness, 35 points ------------------------------------------------------------------------------------------


@pytest.mark.points(7)
@pytest.mark.cases("tails", "tails_square")
@pytest.mark.korean("어떤 타일로도 나누어떨어지지 않는 더 큰 크기", hint="마지막 타일에서 읽는 조건과 쓰는 조건을 따로 적어 보세요.")
def test_tails(judge: Any) -> None:
    """Larger sizes that no tile divides

    Write down for the last tile, one beside the other, who may read and who may write.
    """
    judge.correct()


@pytest.mark.points(4)
@pytest.mark.cases("row_vector", "column_vector", "single")
@pytest.mark.korean("행 하나, 열 하나, 수 하나")
def test_vectors(judge: Any) -> None:
    """One row, one column, one number"""
    judge.correct()


@pytest.mark.points(8)
@pytest.mark.cases("ldi", "ldo", "padded")
@pytest.mark.korean(
    "폭보다 큰 선행 차원",
    hint="input의 i행은 input + i * ldi에서, output의 j행은 output + j * ldo에서 시작합니다. 출력의 행과 행 사이는 쓰면 안 됩니다.",
)
def test_leading_dimensions(judge: Any) -> None:
    """Leading dimensions larger than the width

    Row i of the input begins at input + i * ldi, row j of the output at output + j * ldo. What lies between rows isn't yours to write.
    """
    judge.correct()


@pytest.mark.points(6)
@pytest.mark.cases("unaligned_input", "unaligned_output")
@pytest.mark.korean(
    "16의 배수가 아닌 주소에서 시작하는 행렬", hint="float4에는 16으로 나누어떨어지는 주소가 필요합니다. 규약은 4만 약속합니다."
)
def test_alignment(judge: Any) -> None:
    """Matrices that begin at no multiple of 16 bytes

    A float4 needs an address that 16 divides. The contract promises 4.
    """
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("tall", "wide")
@pytest.mark.korean(
    "행이 1,048,577개인 행렬과 열이 1,048,577개인 행렬", hint="그리드의 세 차원에는 저마다 한계가 있습니다. 가장 작은 것은 얼마인가요?"
)
def test_tall(judge: Any) -> None:
    """A matrix of 1,048,577 rows, and one of 1,048,577 columns

    Each dimension of a grid has a limit. Which is the smallest, and what runs along it?
    """
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("far_input", "far_output")
@pytest.mark.on("emulated")  # a real card would need 12 GiB for it
@pytest.mark.korean(
    "행과 행 사이가 2³⁰개가 넘는 수만큼 떨어진 행렬",
    hint="i * ldi는 어떤 형으로 계산되나요? int는 2³¹ − 1에서, unsigned는 2³² − 1에서 끝납니다.",
)
def test_far_apart(judge: Any) -> None:
    """Rows that lie more than 2³⁰ numbers apart

    In which type is i * ldi computed? An int ends at 2³¹ − 1, an unsigned at 2³² − 1.
    """
    judge.correct()


@pytest.mark.points(4)
@pytest.mark.cases("twice")
@pytest.mark.on("cuda")
@pytest.mark.korean("같은 주소에 다른 값을 넣은 두 번째 호출")
def test_second_call_on_a_card(judge: Any) -> None:
    """A second call, with other values at the same addresses"""
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.on("emulated")
@pytest.mark.cases("twice")
@pytest.mark.korean("같은 주소에 다른 값을 넣은 두 번째 호출")
def test_second_call(judge: Any) -> None:
    """A second call, with other values at the same addresses"""
    judge.correct()


@pytest.mark.points(3)
@pytest.mark.cases("special")
@pytest.mark.korean("무한대, NaN, −0, 아주 작은 수도 그대로")
def test_special_numbers(judge: Any) -> None:
    """Infinities, NaN, −0 and the smallest numbers arrive as they are"""
    judge.correct()
    for run in judge.runs:  # 0 == -0, and one NaN is as good as another: the comparison of values can't tell
        m, n = run.sizes["M"], run.sizes["N"]
        got, numbers = judge.output(run, "output")[:, :m], judge.arrays(run)["input"][:, :n].T
        if ((numbers == 0) & (np.signbit(got) != np.signbit(numbers))).any():
            judge.fail("WRONG_ANSWER", f"case {run.case}: a zero has lost its sign")
        if (np.ascontiguousarray(got).view(np.uint32) != np.ascontiguousarray(numbers).view(np.uint32)).any():
            judge.fail("WRONG_ANSWER", f"case {run.case}: a NaN has lost some of its bits")


@pytest.mark.points(1)
@pytest.mark.cases("empty", "empty_width")
@pytest.mark.korean("M = 0이거나 N = 0이면 오류 없이 아무 일도 하지 않음")
def test_empty(judge: Any) -> None:
    """M = 0 or N = 0 does nothing, without an error"""
    judge.correct()


# ---- cleanliness, 5 of 10 points -------------------------------------------------------------------------------------


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("모든 크기에서 범위를 벗어나거나 정렬되지 않은 접근이 없음")
def test_memory(judge: Any) -> None:
    """No access outside of a matrix and none that is misaligned, whatever the size"""
    judge.clean("memcheck")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("모든 크기에서 경쟁 상태가 없음")
def test_races(judge: Any) -> None:
    """No races, whatever the size"""
    judge.clean("racecheck")


@pytest.mark.points(1)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("모든 크기에서 쓰기 전에 읽는 일이 없음")
def test_initialised(judge: Any) -> None:
    """Nothing is read before it was written, whatever the size"""
    judge.clean("initcheck")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("모든 크기에서 블록의 모든 스레드가 같은 배리어에 도달함")
def test_barriers(judge: Any) -> None:
    """Every thread of a block reaches the same barriers, whatever the size"""
    judge.clean("synccheck")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("런처가 호스트와 디바이스 사이에서 아무것도 복사하지 않고 디바이스를 기다리지 않음")
def test_transfers(judge: Any) -> None:
    """The launcher copies nothing between host and device, and waits for nothing"""
    judge.clean("transfers")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("런처가 할당한 것을 남기지 않음")
def test_leaks(judge: Any) -> None:
    """The launcher leaves no memory behind"""
    judge.clean("leak")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean("어떤 크기에서도 실패를 놓친 커널 실행이 없음")
def test_launches(judge: Any) -> None:
    """No launch fails unnoticed, whatever the size"""
    judge.clean("launches")


@pytest.mark.points(0.5)
@pytest.mark.category("cleanliness")
@pytest.mark.korean(
    "모든 커널을 받은 스트림에서 실행함",
    hint="kernel<<<grid, block, shared_bytes, stream>>>(...): 네 번째 인자가 없으면 기본 스트림입니다.",
)
def test_stream(judge: Any) -> None:
    """Every kernel is launched on the stream that was passed

    kernel<<<grid, block, shared_bytes, stream>>>(...): without a fourth argument it is the default stream.
    """
    for run in judge.runs:
        for problem in run.problems:
            if problem.verdict == "WRONG_STREAM":
                judge.fail("WRONG_STREAM", f"case {run.case}: {problem.message}", problem.file, problem.line)
    judge.launched()
