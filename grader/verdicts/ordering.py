"""Rows of missing or broken order between threads, blocks, streams and the host: barriers, shuffles, races."""

from __future__ import annotations

from grader.verdicts.record import Verdict, row

ORDERING: tuple[Verdict, ...] = (
    row(
        "BARRIER_DIVERGENCE",
        220,
        "device",
        "synccheck",
        en=(
            "Not all threads of the block reach the barrier",
            "`__syncthreads()` must be reached by every thread of the block that is still running, at the same place. Here only some of "
            "them did, because the barrier stands in a branch or a loop that the others don't take. On a GPU this hangs or lets threads "
            "pass too early.",
            "Find the condition that leads to the marked barrier. Can it differ between two threads of one block?",
        ),
        ko=(
            "블록의 일부 스레드만 배리어에 도달합니다",
            "`__syncthreads()`는 아직 실행 중인 블록의 모든 스레드가 같은 곳에서 도달해야 합니다. 여기서는 다른 스레드가 들어가지 않는 "
            "분기나 루프 안에 배리어가 있어 일부만 도달했습니다. GPU에서는 멈춰 버리거나 스레드가 너무 일찍 지나갑니다.",
            "표시된 배리어로 이끄는 조건을 찾아보세요. 한 블록의 두 스레드에서 그 조건이 달라질 수 있나요?",
        ),
    ),
    row(
        "DEADLOCK",
        220,
        "device",
        "synccheck",
        en=(
            "Threads wait for each other forever",
            "Every thread that is left waits for something that only another waiting thread, or a block that isn't resident yet, could "
            "do. On a GPU the kernel would hang. Blocks of one launch may not rely on others being started.",
            "At the marked line, ask who is to release the waiting threads, and whether that thread can still get there.",
        ),
        ko=(
            "스레드가 서로를 영원히 기다립니다",
            "남은 모든 스레드가, 역시 기다리고 있는 다른 스레드나 아직 올라오지 않은 블록만이 할 수 있는 일을 기다립니다. GPU에서는 "
            "커널이 멈춥니다. 한 번의 실행에서 다른 블록이 이미 시작되었다고 믿을 수 없습니다.",
            "표시된 줄에서 기다리는 스레드를 누가 풀어 주는지, 그 스레드가 거기까지 갈 수 있는지 생각해 보세요.",
        ),
    ),
    row(
        "UNDEFINED_SHFL",
        225,
        "device",
        "synccheck",
        en=(
            "A shuffle or vote gets an undefined value",
            "A lane asks for the value of a lane that doesn't take part, or the mask names lanes that don't arrive. The result is "
            "undefined: it may look right on one GPU and be garbage on the next.",
            "For the marked call, write down which lanes execute it and which lanes the mask names. Are the two sets the same?",
        ),
        ko=(
            "셔플 또는 투표의 결과가 정의되지 않습니다",
            "참여하지 않는 레인의 값을 요청했거나, 마스크가 도착하지 않는 레인을 가리킵니다. 결과는 정의되지 않습니다. 어떤 GPU에서는 "
            "맞아 보이고 다른 GPU에서는 엉뚱한 값이 됩니다.",
            "표시된 호출을 실행하는 레인과 마스크가 가리키는 레인을 적어 보세요. 두 집합이 같은가요?",
        ),
    ),
    row(
        "RACE_SHARED",
        230,
        "device",
        "racecheck",
        en=(
            "Two warps race on shared memory",
            "Two threads of different warps access the same shared-memory location, at least one of them writes, and nothing orders the "
            "two. Warps run in any order, so the reader may see the old value, the new one, or one from the next round of the loop. It "
            "may look right in a thousand runs and fail in the next.",
            "The two marked lines belong together. What guarantees that every thread is done with the one before any thread starts the "
            "other, in each round of the loop?",
        ),
        ko=(
            "두 워프가 공유 메모리에서 경쟁합니다",
            "서로 다른 워프의 두 스레드가 같은 공유 메모리 위치에 접근하고, 적어도 하나는 쓰기이며, 둘의 순서를 정하는 것이 없습니다. "
            "워프는 어떤 순서로든 실행되므로 옛 값, 새 값, 다음 반복의 값 중 무엇이든 읽힐 수 있습니다. 천 번 맞아 보이다가 다음번에 "
            "틀릴 수 있습니다.",
            "표시된 두 줄은 한 쌍입니다. 루프의 매 반복에서, 모든 스레드가 한 줄을 마친 뒤에야 다른 줄이 시작된다는 것을 무엇이 "
            "보장하나요?",
        ),
    ),
    row(
        "RACE_WARP",
        230,
        "device",
        "racecheck",
        en=(
            "Threads of one warp race on shared memory",
            "Two lanes of the same warp access the same shared-memory location without synchronisation between them. Since Volta the "
            "lanes of a warp may run apart, so code that relies on them moving in step is no longer correct.",
            "Between the two marked accesses, what tells the lanes of the warp to wait for each other?",
        ),
        ko=(
            "한 워프 안의 스레드가 공유 메모리에서 경쟁합니다",
            "같은 워프의 두 레인이 동기화 없이 같은 공유 메모리 위치에 접근합니다. Volta 이후 한 워프의 레인들은 따로 진행할 수 "
            "있으므로, 함께 움직인다고 믿는 코드는 더 이상 옳지 않습니다.",
            "표시된 두 접근 사이에서 워프의 레인들을 서로 기다리게 하는 것은 무엇인가요?",
        ),
    ),
    row(
        "RACE_GLOBAL",
        230,
        "device",
        "racecheck",
        en=(
            "Two blocks race on global memory",
            "Two blocks of one launch access the same global-memory location, at least one of them writes, and nothing orders the two. "
            "Blocks run in any order and at the same time, so an update can be lost.",
            "Which blocks compute the marked location? Can it belong to one block alone, or must the update be one that can't be "
            "interrupted?",
        ),
        ko=(
            "두 블록이 전역 메모리에서 경쟁합니다",
            "한 번의 실행에서 두 블록이 같은 전역 메모리 위치에 접근하고, 적어도 하나는 쓰기이며, 둘의 순서를 정하는 것이 없습니다. "
            "블록은 임의의 순서로 동시에 실행되므로 갱신이 사라질 수 있습니다.",
            "표시된 위치를 계산하는 블록은 어느 것들인가요? 한 블록만의 것일 수 있나요, 아니면 끊기지 않는 갱신이어야 하나요?",
        ),
    ),
    row(
        "CROSS_STREAM_RACE",
        230,
        "device",
        "racecheck",
        en=(
            "Work in two streams races on one buffer",
            "Two operations in different streams use the same memory, at least one of them writes, and no event or synchronisation "
            "orders them. Streams run independently: which comes first may change with every run.",
            "Draw both streams as lines and mark the two operations. Which arrow from one line to the other is missing?",
        ),
        ko=(
            "두 스트림의 작업이 한 버퍼에서 경쟁합니다",
            "서로 다른 스트림의 두 작업이 같은 메모리를 사용하고, 적어도 하나는 쓰기이며, 순서를 정하는 이벤트나 동기화가 없습니다. "
            "스트림은 독립적으로 진행되므로 무엇이 먼저인지 실행할 때마다 달라질 수 있습니다.",
            "두 스트림을 선으로 그리고 두 작업을 표시해 보세요. 한 선에서 다른 선으로 가는 어떤 화살표가 빠졌나요?",
        ),
    ),
    row(
        "HOST_RACE",
        230,
        "device",
        "racecheck",
        en=(
            "The host reads before the device is done",
            "Host code uses a buffer while a kernel or an asynchronous copy may still be writing it. Launches and asynchronous copies "
            "return at once; they only promise to happen later.",
            "At the marked line, what has made the host wait for the work that fills this buffer?",
        ),
        ko=(
            "장치가 끝나기 전에 호스트가 읽습니다",
            "커널이나 비동기 복사가 아직 쓰고 있을 수 있는 버퍼를 호스트 코드가 사용합니다. 커널 실행과 비동기 복사는 바로 반환되며, "
            "나중에 이루어진다고 약속할 뿐입니다.",
            "표시된 줄에서, 이 버퍼를 채우는 작업을 호스트가 기다리게 한 것은 무엇인가요?",
        ),
    ),
    row(
        "HOST_WAR",
        230,
        "device",
        "racecheck",
        en=(
            "The host overwrites a buffer that is still being copied",
            "Host code changes or releases a buffer while an asynchronous copy may still be reading from it, so the device can get the "
            "new bytes instead of the old ones. This is the usual trap of reusing one staging buffer for several chunks.",
            "When is the buffer free again? Find the first moment at which the copy out of it is known to have ended.",
        ),
        ko=(
            "아직 복사 중인 버퍼를 호스트가 덮어씁니다",
            "비동기 복사가 아직 읽고 있을 수 있는 버퍼를 호스트 코드가 바꾸거나 해제합니다. 그러면 장치가 옛 값 대신 새 값을 받을 수 "
            "있습니다. 여러 조각에 스테이징 버퍼 하나를 다시 쓸 때 흔히 빠지는 함정입니다.",
            "버퍼는 언제 다시 비나요? 그 버퍼에서의 복사가 끝났다고 확실히 알 수 있는 첫 순간을 찾아보세요.",
        ),
    ),
)
