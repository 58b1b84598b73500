"""16_torch_op, public checks: what you may look at while you work. The hidden ones ask for the rest of the contract."""

from typing import Any

import pytest

CUDA = (
    "cuda",
    "cuda_beta",
    "cuda_halves",
    "cuda_transposed",
    "cuda_back",
    "cuda_back_sum",
    "cuda_back_halves",
    "cuda_large",
    "cuda_halves_large",
    "cuda_back_large",
)  # cases of op.cu

NUMBERS = 262144  # of each of the large cases

SECTOR = 32  # bytes
LOADS = tuple(f"l1tex__t_sectors_pipe_lsu_mem_{memory}_op_ld.sum" for memory in ("global", "local"))
STORES = tuple(f"l1tex__t_sectors_pipe_lsu_mem_{memory}_op_st.sum" for memory in ("global", "local"))
ATOMICS = tuple(f"l1tex__t_sectors_pipe_lsu_mem_global_op_{op}.sum" for op in ("atom", "red"))  # each reads and writes
CONSTANT = "idc__requests.sum"  # one for each address that a warp reads there, as if that were a sector
INSTRUCTIONS = "smsp__inst_executed.sum"  # of a warp, in PTX
FEW = 30  # instructions of a warp for 32 numbers


def graded_bytes(judge: Any, full: float, zero: float) -> None:
    """Bytes of global memory that are moved for a number, in whole sectors, memsets and copies within the device included."""
    sectors = sum(map(judge.counter, (*LOADS, *STORES, CONSTANT))) + 2 * sum(map(judge.counter, ATOMICS))
    filled = sum(work.bytes for run in judge.runs for work in judge.work(run, "memset"))
    copied = sum(2 * work.bytes for run in judge.runs for work in judge.work(run, "DtoD"))
    moved = (SECTOR * sectors + filled + copied) / (NUMBERS * len(judge.runs))
    scattered = SECTOR * (judge.scattered("ld") + judge.scattered("st")) / (NUMBERS * len(judge.runs))
    verdict = "UNCOALESCED" if 2 * scattered > moved - full else "TOO_MANY_BYTES"
    judge.graded(moved, full=full, zero=zero, unit="bytes for a number", verdict=verdict, blame=[LOADS[0], STORES[0], *ATOMICS])


def grade_parallelism(judge: Any) -> None:
    """Blocks that work side by side. A number takes few instructions: blocks which only pass the time don't count."""
    judge.graded(
        judge.busy_blocks(lambda run: FEW * NUMBERS / 32, tickets=True),
        full=16,
        zero=1,
        unit="blocks busy at a time, at most",
        hint="A GPU has a hundred multiprocessors, and each block runs on one of them.",
        hint_ko="GPU에는 멀티프로세서가 백 개쯤 있고, 블록 하나는 그중 하나에서 실행됩니다.",
    )


# ---- correctness, 35 points: op.cpp and op.py, 20 --------------------------------------------------------------------


@pytest.mark.points(1)
@pytest.mark.cases("torch")
@pytest.mark.korean(
    "op.cpp: 두 연산자와 그 커널이 등록됨",
    hint="TORCH_LIBRARY는 스키마를, TORCH_LIBRARY_IMPL은 장치마다 커널을 등록합니다. 스키마는 계약에 적힌 그대로여야 합니다.",
)
def test_registered(judge: Any) -> None:
    """op.cpp: both operators are registered, with their kernels

    TORCH_LIBRARY registers schemas, TORCH_LIBRARY_IMPL the kernels of a device. Schemas are to be the contract's, word by word.
    """
    judge.each(lambda room: judge.problem.ask_registered(room))


@pytest.mark.points(2)
@pytest.mark.cases("torch")
@pytest.mark.korean(
    "op.cpp: 피연산자를 바꾸지 않고 새 텐서를 돌려줌", hint="중간 결과를 어디에 쓰나요? 입력 텐서의 메모리는 호출한 쪽의 것입니다."
)
def test_untouched(judge: Any) -> None:
    """op.cpp: operands stay as they are, and results are new tensors

    Where do intermediate results go? The memory of an input belongs to the caller.
    """
    judge.each(lambda room: judge.problem.ask_untouched(room))


@pytest.mark.points(2)
@pytest.mark.cases("torch")
@pytest.mark.korean("op.cpp: 순전파, float와 double")
def test_forward(judge: Any) -> None:
    """op.cpp: forward, float and double"""
    judge.each(lambda room: judge.problem.ask_kernels(room, "kernels", "swiglu", "plain", "double"))


@pytest.mark.points(2)
@pytest.mark.cases("torch")
@pytest.mark.korean("op.cpp: 역전파, float와 double", hint="out을 gate로 미분해 보세요. gate는 식에 몇 번 나오나요?")
def test_backward(judge: Any) -> None:
    """op.cpp: backward, float and double

    Differentiate out by gate. How often does gate occur in the formula?
    """
    judge.each(lambda room: judge.problem.ask_kernels(room, "kernels", "swiglu_backward", "plain", "double"))


@pytest.mark.points(2)
@pytest.mark.cases("torch")
@pytest.mark.korean("op.cpp: 반정밀도는 float로 계산하고 한 번만 반올림함", hint="at::opmath_type<scalar_t>는 scalar_t마다 어떤 형인가요?")
def test_half(judge: Any) -> None:
    """op.cpp: half precision is computed in float and rounded once

    Which type is at::opmath_type<scalar_t> for each scalar_t?
    """
    for op in ("swiglu", "swiglu_backward"):
        judge.each(lambda room, op=op: judge.problem.ask_kernels(room, "kernels", op, "half", "bfloat"))


@pytest.mark.points(3)
@pytest.mark.cases("torch")
@pytest.mark.korean(
    "op.cpp: 반으로 나눈 텐서, 전치한 텐서, 확장한 grad",
    hint="data_ptr은 첫 번째 수의 주소입니다. 두 번째 수는 어디에 있나요? x.t()에서는 어떤가요?",
)
def test_strided(judge: Any) -> None:
    """op.cpp: halves of tensors, transposed ones, an expanded grad

    data_ptr is where the first number lies. Where is the second, in x.t() for instance?
    """
    for op in ("swiglu", "swiglu_backward"):
        judge.each(lambda room, op=op: judge.problem.ask_kernels(room, "kernels", op, "halves", "turned", "summed"))


@pytest.mark.points(4)
@pytest.mark.cases("torch")
@pytest.mark.korean(
    "op.py: autograd가 주는 그래디언트", hint="backward는 순전파의 인자마다 하나씩 값을 돌려줍니다. beta에는 무엇을 돌려주나요?"
)
def test_autograd(judge: Any) -> None:
    """op.py: gradients by autograd

    backward returns a value for each argument of forward. What does it return for beta?
    """
    judge.each(lambda room: judge.problem.ask_gradients(room, "autograd"))


@pytest.mark.points(3)
@pytest.mark.cases("torch")
@pytest.mark.korean(
    "op.py: 가짜 커널이 진짜와 같은 크기, 형, 스트라이드를 말함",
    hint="결과는 언제나 연속입니다. gate가 전치되어 있으면 empty_like(gate)는 어떤가요?",
)
def test_fake(judge: Any) -> None:
    """op.py: fake kernels tell the sizes, type and strides of the real ones

    Results are always contiguous. If gate is transposed, is empty_like(gate)?
    """
    judge.each(lambda room: judge.problem.ask_fakes(room))


@pytest.mark.points(0.5)
@pytest.mark.cases("torch")
@pytest.mark.korean("torch.library.opcheck가 오류를 찾지 못함")
def test_opcheck(judge: Any) -> None:
    """torch.library.opcheck finds no error"""
    judge.each(lambda room: judge.problem.ask_opcheck(room))


@pytest.mark.points(0.5)
@pytest.mark.cases("torch")
@pytest.mark.korean("op.cpp: 형이나 크기가 서로 다른 피연산자를 거절함", hint='TORCH_CHECK(조건, "메시지")는 RuntimeError를 던집니다.')
def test_refused(judge: Any) -> None:
    """op.cpp: operands of different types or shapes are refused

    TORCH_CHECK(condition, "message") throws a RuntimeError.
    """
    judge.each(lambda room: judge.problem.ask_refused(room))


# ---- correctness: op.cu, 15 points -----------------------------------------------------------------------------------


@pytest.mark.points(4)
@pytest.mark.cases("cuda", "cuda_beta", "cuda_large")
@pytest.mark.korean(
    "op.cu: 순전파", hint="op.cu의 커널은 인덱스 i로 세 텐서의 어느 수를 읽고 쓰나요? 마지막 블록의 스레드는 모두 할 일이 있나요?"
)
def test_cuda(judge: Any) -> None:
    """op.cu: forward

    Which numbers of the three tensors belong to index i? Do all threads of the last block have one?
    """
    judge.correct()


@pytest.mark.points(4)
@pytest.mark.cases("cuda_halves", "cuda_halves_large", "cuda_transposed")
@pytest.mark.korean(
    "op.cu: 반으로 나눈 텐서와 전치한 텐서",
    hint="x.chunk(2, -1)의 절반에서 다음 행은 몇 개의 수 뒤에 시작하나요? stride(0)과 stride(1)은 얼마인가요?",
)
def test_cuda_strided(judge: Any) -> None:
    """op.cu: halves of a tensor, and transposed ones

    In one half of x.chunk(2, -1), how many numbers further does the next row begin? What are stride(0) and stride(1)?
    """
    judge.correct()


@pytest.mark.points(5)
@pytest.mark.cases("cuda_back", "cuda_back_large")
@pytest.mark.korean("op.cu: 역전파", hint="out을 gate로 미분해 보세요. gate는 식에 몇 번 나오나요?")
def test_cuda_back(judge: Any) -> None:
    """op.cu: backward

    Differentiate out by gate. How often does gate occur in the formula?
    """
    judge.correct()


@pytest.mark.points(2)
@pytest.mark.cases("cuda_back_sum", "cuda_back_halves")
@pytest.mark.korean("op.cu: 역전파, 스트라이드 0인 grad", hint="out.sum()의 그래디언트는 수 하나이고, 모든 스트라이드가 0입니다.")
def test_cuda_back_strided(judge: Any) -> None:
    """op.cu: backward, with a grad whose strides are 0

    The gradient of out.sum() is one number, and all its strides are 0.
    """
    judge.correct()


# ---- cleanliness, 5 of 10 points -------------------------------------------------------------------------------------


@pytest.mark.points(2)
@pytest.mark.category("cleanliness")
@pytest.mark.cases(*CUDA)
@pytest.mark.korean("op.cu: 텐서의 범위를 벗어나는 접근이 없음")
def test_memory(judge: Any) -> None:
    """op.cu: no access outside of a tensor"""
    judge.clean("memcheck")


@pytest.mark.points(1.5)
@pytest.mark.category("cleanliness")
@pytest.mark.cases(*CUDA)
@pytest.mark.korean("op.cu: 모든 커널을 현재 스트림에서 실행함", hint="PyTorch의 현재 스트림은 at::cuda::getCurrentCUDAStream()입니다.")
def test_stream(judge: Any) -> None:
    """op.cu: every kernel is launched on the current stream

    PyTorch's current stream is at::cuda::getCurrentCUDAStream().
    """
    judge.free_of("WRONG_STREAM")


@pytest.mark.points(1.5)
@pytest.mark.category("cleanliness")
@pytest.mark.cases(*CUDA)
@pytest.mark.korean("op.cu: 실패를 놓친 커널 실행이 없음")
def test_launches(judge: Any) -> None:
    """op.cu: no launch fails unnoticed"""
    judge.clean("launches")


# ---- performance, 20 points where counters can be read: the same on every machine ------------------------------------


@pytest.mark.points(5)
@pytest.mark.category("performance")
@pytest.mark.cases("cuda_large")
@pytest.mark.on("emulated")
@pytest.mark.korean("op.cu: 순전파에서 수마다 옮기는 바이트가 적음", hint="이웃한 스레드는 이웃한 수를 읽나요?")
def test_bytes(judge: Any) -> None:
    """op.cu: forward moves few bytes for each number

    Do neighbouring threads read neighbouring numbers?
    """
    judge.worst_of(lambda: graded_bytes(judge, full=12.6, zero=96), lambda: grade_parallelism(judge))


@pytest.mark.points(4)
@pytest.mark.category("performance")
@pytest.mark.cases("cuda_halves_large")
@pytest.mark.on("emulated")
@pytest.mark.korean("op.cu: 반으로 나눈 텐서에서도 마찬가지", hint="인덱스 i를 어느 차원부터 나누어야 이웃한 스레드가 이웃한 수를 읽나요?")
def test_bytes_of_halves(judge: Any) -> None:
    """op.cu: the same for halves of a tensor

    From which dimension on must index i be divided, so that neighbouring threads read neighbouring numbers?
    """
    judge.worst_of(lambda: graded_bytes(judge, full=12.6, zero=96), lambda: grade_parallelism(judge))


@pytest.mark.points(5)
@pytest.mark.category("performance")
@pytest.mark.cases("cuda_back_large")
@pytest.mark.on("emulated")
@pytest.mark.korean("op.cu: 역전파에서 수마다 옮기는 바이트가 적음", hint="두 그래디언트는 같은 수를 읽습니다. 몇 번 읽어야 하나요?")
def test_bytes_back(judge: Any) -> None:
    """op.cu: backward moves few bytes for each number

    Both gradients read the same numbers. How often do they have to be read?
    """
    judge.worst_of(lambda: graded_bytes(judge, full=21, zero=160), lambda: grade_parallelism(judge))


@pytest.mark.points(4)
@pytest.mark.category("performance")
@pytest.mark.cases("cuda_large", "cuda_halves_large", "cuda_back_large")
@pytest.mark.on("emulated")
@pytest.mark.korean("op.cu: 호출마다 커널 실행 한 번", hint="두 커널이 같은 수를 읽는다면 하나로 합칠 수 있습니다.")
def test_launch_count(judge: Any) -> None:
    """op.cu: one kernel launch in a call

    If two kernels read the same numbers they can be one.
    """
    judge.launched()
    judge.graded(
        judge.launches() / len(judge.runs),
        full=1,
        zero=3,
        unit="launches in a call",
        verdict="TOO_MANY_LAUNCHES",
        blame=[*LOADS, *STORES],
        beside=True,
    )


@pytest.mark.points(2)
@pytest.mark.category("performance")
@pytest.mark.cases("cuda_large")
@pytest.mark.on("emulated")
@pytest.mark.korean("op.cu: 수 하나에 드는 명령이 적음", hint="연속한 텐서에서 자리를 찾는 데 나눗셈이 몇 번 필요한가요?")
def test_instructions(judge: Any) -> None:
    """op.cu: few instructions for each number

    How many divisions does it take to find a place in a contiguous tensor?
    """
    each = judge.counter(INSTRUCTIONS) / (NUMBERS / 32)
    judge.graded(each, full=90, zero=480, unit="instructions of a warp for 32 numbers", blame=[INSTRUCTIONS])


# ---- performance, 20 points on a real GPU: time, beside the reference on the same card -------------------------------


@pytest.mark.points(20)
@pytest.mark.category("performance")
@pytest.mark.on("cuda")
@pytest.mark.cases("cuda_timed", "cuda_back_timed")
@pytest.mark.korean(
    "op.cu: 기준 풀이만큼 빠름: 수 2²⁴개의 순전파와 역전파",
    hint="에뮬레이션 GPU에서 채점하면 줄마다 섹터의 수를 볼 수 있습니다. 여기서 시간은 거의 그 수에 달려 있습니다.",
)
def test_time(judge: Any) -> None:
    """op.cu: as fast as the reference, 2²⁴ numbers forward and backward

    Graded on the emulated GPU, the same file shows its sectors line by line. Here, time follows them.
    """
    judge.timed(full=1.2, zero=10)
