"""Rows of what the runtime calls tell: failed launches, forbidden copies and waits, and instructions that the device doesn't know."""

from __future__ import annotations

from grader.verdicts.record import Verdict, row

LAUNCHING: tuple[Verdict, ...] = (
    row(
        "UNSUPPORTED",
        200,
        "device",
        "",
        en=(
            "The emulated GPU doesn't have this",
            "Your code needs a GPU instruction or a runtime function that the emulated GPU doesn't implement, so it refuses rather than "
            "guess. That is a limit of the emulation, not necessarily a mistake of yours: the same file may run on a real GPU. Nothing is "
            "taken off and nothing is earned: the grade stays open until the submission is graded elsewhere or a person decides.",
            "See which construct stands on the marked line. If you didn't mean to use anything special there, please tell the course "
            "staff.",
        ),
        ko=(
            "에뮬레이션 GPU에 없는 기능입니다",
            "코드에 에뮬레이션 GPU가 구현하지 않은 GPU 명령이나 런타임 함수가 필요하여, 추측하는 대신 거부했습니다. 에뮬레이션의 "
            "한계이며 꼭 여러분의 실수는 아닙니다. 같은 파일이 실제 GPU에서는 동작할 수 있습니다. 점수를 깎지도 주지도 않으며, 다른 "
            "곳에서 채점하거나 사람이 결정할 때까지 성적은 미정으로 남습니다.",
            "표시된 줄에 어떤 구문이 있는지 살펴보세요. 특별한 것을 쓰려던 것이 아니라면 조교에게 알려 주세요.",
        ),
    ),
    row(
        "DEVICE_ASSERT",
        245,
        "device",
        "",
        en=(
            "An assertion in a kernel failed",
            "A device-side `assert` found its condition false and stopped the kernel. The assertion did its work: something that you "
            "relied on doesn't hold for this input.",
            "Read the condition on the marked line and compute its parts for the block and thread in the message.",
        ),
        ko=(
            "커널의 assert가 실패했습니다",
            "디바이스의 `assert` 조건이 거짓이어서 커널이 멈췄습니다. assert는 제 역할을 한 것입니다. 믿고 있던 무언가가 이 입력에서 "
            "성립하지 않습니다.",
            "표시된 줄의 조건을 읽고, 메시지에 나온 블록과 스레드에서 각 부분을 계산해 보세요.",
        ),
    ),
    row(
        "LAUNCH_ERROR_UNREPORTED",
        250,
        "device",
        "launches",
        en=(
            "A launch failed and nobody was told",
            "A kernel launch was refused, for example because a block has more threads or more shared memory than the device allows, "
            "and the program never asked for the error, or asked and threw the answer away. The kernel didn't run at all; a launch "
            "returns nothing, so the failure stays silent until someone asks and passes the answer on.",
            "Compare the launch's block size and shared memory with the device's limits. Where does your launcher learn whether a "
            "launch worked, and how does its caller?",
        ),
        ko=(
            "실패한 커널 실행을 아무에게도 알리지 않았습니다",
            "블록의 스레드 수나 공유 메모리가 장치의 한도를 넘는 등의 이유로 커널 실행이 거부되었는데, 프로그램이 오류를 확인하지 "
            "않았거나 확인하고도 그 값을 버렸습니다. 커널은 전혀 실행되지 않았습니다. 실행 구문은 아무것도 반환하지 않으므로, 누군가 "
            "물어보고 그 답을 전하기 전에는 실패가 드러나지 않습니다.",
            "실행의 블록 크기와 공유 메모리를 장치의 한도와 비교해 보세요. 런처는 실행이 성공했는지를 어디에서 알게 되고, 호출한 "
            "쪽은 어떻게 알게 되나요?",
        ),
    ),
    row(
        "LAUNCH_FAILED",
        255,
        "device",
        "",
        en=(
            "The launcher reported an error",
            "A launch or another runtime call failed and the launcher returned its error code. Asking for it was right; now the cause "
            "needs attention. The message names the error as the CUDA runtime does.",
            "Look the error's name up in the message, then check the configuration of the launch: grid, block, shared memory, for the "
            "failing size.",
        ),
        ko=(
            "런처가 오류를 보고했습니다",
            "커널 실행이나 다른 런타임 호출이 실패했고 런처가 그 오류 코드를 반환했습니다. 오류를 확인한 것은 잘한 일이고, 이제 원인을 "
            "살펴볼 차례입니다. 메시지에 CUDA 런타임의 오류 이름이 있습니다.",
            "메시지의 오류 이름을 보고, 실패한 크기에서 실행 구성(그리드, 블록, 공유 메모리)을 확인해 보세요.",
        ),
    ),
    row(
        "KERNEL_NOT_RUN",
        260,
        "device",
        "",
        en=(
            "No kernel ran",
            "The launcher returned without launching a kernel on the device, although this case needs one. What counts here is work "
            "that the GPU does.",
            "Follow the launcher for the failing size: on which path does it return before the launch?",
        ),
        ko=(
            "커널이 실행되지 않았습니다",
            "이 경우에 커널이 필요한데도 런처가 장치에서 커널을 하나도 실행하지 않고 반환했습니다. 여기서는 GPU가 하는 일을 평가합니다.",
            "실패한 크기로 런처를 따라가 보세요. 커널 실행 전에 반환하는 경로는 어느 것인가요?",
        ),
    ),
    row(
        "WRONG_STREAM",
        260,
        "device",
        "",
        en=(
            "Work was put into another stream than the one given",
            "The launcher gets a stream and must put its work there. Work in the default stream, in cudaStreamPerThread or in a stream "
            "of its own isn't ordered with what the caller put into the given stream before and after, unless events order it on "
            "both sides, so it may run too early or too late.",
            "Look at each launch and each asynchronous call: which of them names the stream that you were given?",
        ),
        ko=(
            "주어진 스트림이 아닌 곳에 작업을 넣었습니다",
            "런처는 스트림을 받아 그곳에 작업을 넣어야 합니다. 기본 스트림, cudaStreamPerThread, 직접 만든 스트림의 작업은 이벤트로 앞과 "
            "뒤의 순서를 모두 정하지 않는 한, 호출한 쪽이 주어진 스트림에 앞뒤로 넣은 작업과 순서가 정해지지 않으므로 너무 일찍 또는 "
            "너무 늦게 실행될 수 있습니다.",
            "커널 실행과 비동기 호출을 하나씩 보세요. 주어진 스트림을 지정한 것은 어느 것인가요?",
        ),
    ),
    row(
        "FORBIDDEN_TRANSFER",
        260,
        "device",
        "transfers",
        en=(
            "The launcher copies data between host and device",
            "The inputs already lie on the device and the result belongs there. A launcher that moves data across the bus pays far more "
            "for the copy than for the computation, so the assignment doesn't allow it.",
            "Look for `cudaMemcpy` and its relatives in the launcher. Which side already holds the data that you copy?",
        ),
        ko=(
            "런처가 호스트와 장치 사이에서 데이터를 복사합니다",
            "입력은 이미 장치에 있고 결과도 장치에 있어야 합니다. 버스를 건너 데이터를 옮기는 런처는 계산보다 복사에 훨씬 많은 비용을 "
            "쓰므로 이 과제에서는 허용되지 않습니다.",
            "런처에서 cudaMemcpy와 그 친척들을 찾아보세요. 복사하는 데이터는 이미 어느 쪽에 있나요?",
        ),
    ),
    row(
        "FORBIDDEN_SYNC",
        265,
        "device",
        "transfers",
        en=(
            "The launcher waits for the device",
            "The launcher synchronised the device or a stream, or asked again and again until the work was done. It should only put "
            "work into the stream it was given and return; waiting stops the caller from overlapping anything with your kernel.",
            "Find the call that waits. What would the stream's own order guarantee without it?",
        ),
        ko=(
            "런처가 장치를 기다립니다",
            "런처가 장치나 스트림을 동기화했거나, 작업이 끝날 때까지 거듭 물어보았습니다. 런처는 주어진 스트림에 작업을 넣고 바로 돌아와야 "
            "합니다. 기다리면 호출한 쪽이 다른 일을 커널과 겹칠 수 없습니다.",
            "기다리는 호출을 찾아보세요. 그것이 없어도 스트림의 순서는 무엇을 보장하나요?",
        ),
    ),
    row(
        "EVENT_NOT_READY",
        265,
        "device",
        "launches",
        en=(
            "An event is read before it happened",
            "The time between two events was asked for before the second one had been reached by its stream. The call fails with “not "
            "ready” and the number that you read has no meaning.",
            "Which call makes sure that the last event has happened before its time is read?",
        ),
        ko=(
            "이벤트가 일어나기 전에 읽습니다",
            "두 번째 이벤트에 스트림이 도달하기 전에 두 이벤트 사이의 시간을 물었습니다. 호출은 “not ready”로 실패하고, 읽은 숫자에는 "
            "의미가 없습니다.",
            "시간을 읽기 전에 마지막 이벤트가 일어났음을 보장하는 호출은 무엇인가요?",
        ),
    ),
)
