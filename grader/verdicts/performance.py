"""Rows of correct but costly programs, as the counters show it, and those of "nothing could be run" and "nothing is wrong"."""

from __future__ import annotations

from grader.verdicts.record import Verdict, row

PERFORMANCE: tuple[Verdict, ...] = (
    row(
        "UNCOALESCED",
        500,
        "performance",
        "",
        en=(
            "Neighbouring threads access distant addresses",
            "Global memory is fetched in sectors of 32 bytes. When the 32 lanes of a warp touch addresses far apart, one request needs "
            "up to 32 sectors instead of 4 for 4-byte values, and most of the fetched bytes are thrown away.",
            "On the marked line, compute the address for `threadIdx.x` = 0, 1 and 2. How far apart are they in memory?",
        ),
        ko=(
            "이웃한 스레드가 멀리 떨어진 주소에 접근합니다",
            "전역 메모리는 32바이트 섹터 단위로 읽힙니다. 한 워프의 32개 레인이 서로 먼 주소에 접근하면 4바이트 값의 경우 4개면 될 "
            "섹터가 한 요청에 32개까지 필요하고, 읽은 바이트 대부분이 버려집니다.",
            "표시된 줄에서 `threadIdx.x` = 0, 1, 2일 때의 주소를 계산해 보세요. 메모리에서 서로 얼마나 떨어져 있나요?",
        ),
    ),
    row(
        "BANK_CONFLICT",
        500,
        "performance",
        "",
        en=(
            "Lanes queue up at the same shared-memory bank",
            "Shared memory has 32 banks of 4 bytes each. When several lanes of a warp want different words of one bank, the hardware "
            "serves them one after the other: a 32-way conflict makes the access 32 times as long.",
            "For the marked access, compute (word index mod 32) for lanes 0, 1 and 2. Which lanes share a bank?",
        ),
        ko=(
            "레인들이 같은 공유 메모리 뱅크에 줄을 섭니다",
            "공유 메모리는 4바이트 폭의 뱅크 32개로 되어 있습니다. 한 워프의 여러 레인이 한 뱅크의 서로 다른 워드를 원하면 하드웨어는 "
            "하나씩 차례로 처리합니다. 32-way 충돌이면 접근이 32배 길어집니다.",
            "표시된 접근에서 레인 0, 1, 2의 (워드 번호 mod 32)를 계산해 보세요. 어느 레인들이 뱅크를 공유하나요?",
        ),
    ),
    row(
        "REDUNDANT_LOADS",
        500,
        "performance",
        "",
        en=(
            "The same data is loaded again and again",
            "The kernel fetches each input element from global memory many more times than needed. Global memory is the slowest part of "
            "the way, so the kernel waits for data that another thread has just had in its hands.",
            "Pick one input element and list the threads that load it. Could they get it from somewhere nearer after the first load?",
        ),
        ko=(
            "같은 데이터를 거듭해서 읽습니다",
            "커널이 입력 원소 하나를 필요한 것보다 훨씬 여러 번 전역 메모리에서 읽습니다. 전역 메모리는 가장 느린 길이므로, 방금 다른 "
            "스레드가 손에 들고 있던 데이터를 기다리게 됩니다.",
            "입력 원소 하나를 골라 그것을 읽는 스레드를 적어 보세요. 처음 읽은 뒤에는 더 가까운 곳에서 얻을 수 있나요?",
        ),
    ),
    row(
        "TOO_MANY_BYTES",
        500,
        "performance",
        "",
        en=(
            "More bytes move than the task needs",
            "The kernels read or write more global memory than the task's lower bound. A kernel that is limited by memory takes as long "
            "as its bytes take, so each extra pass over the data costs its full time.",
            "Count the passes over the data: which intermediate result is written out only to be read back?",
        ),
        ko=(
            "필요한 것보다 많은 바이트가 오갑니다",
            "커널이 과제의 하한보다 많은 전역 메모리를 읽거나 씁니다. 메모리에 묶인 커널의 시간은 옮기는 바이트가 정하므로, 데이터를 한 "
            "번 더 훑을 때마다 그만큼 시간이 듭니다.",
            "데이터를 몇 번 훑는지 세어 보세요. 다시 읽기 위해서만 써 두는 중간 결과는 무엇인가요?",
        ),
    ),
    row(
        "TOO_MANY_QUESTIONS",
        500,
        "performance",
        "",
        en=(
            "The runtime is asked too often",
            "The function asks the runtime for each figure by itself, or asks the same again. On a real machine cudaGetDeviceProperties "
            "takes about a millisecond, and a program that does it in a loop spends its start in there.",
            "List what you need of a device, and behind each figure the question that tells it. Which questions are the same?",
        ),
        ko=(
            "런타임에 너무 자주 묻습니다",
            "함수가 수치마다 런타임에 따로 묻거나 같은 것을 다시 묻습니다. 실제 컴퓨터에서 cudaGetDeviceProperties는 1밀리초쯤 "
            "걸리므로, 반복문 안에서 부르는 프로그램은 시작하는 데 그 시간을 다 씁니다.",
            "장치에 대해 필요한 것을 적고, 수치마다 그것을 말해 주는 질문을 적어 보세요. 어느 질문이 서로 같은가요?",
        ),
    ),
    row(
        "TOO_MANY_LAUNCHES",
        500,
        "performance",
        "",
        en=(
            "More kernel launches than the task needs",
            "Each launch costs some microseconds before any thread runs, and between two launches everything in registers and shared "
            "memory is lost.",
            "Which of the launches could be one? Ask what the later one needs from the earlier one.",
        ),
        ko=(
            "필요한 것보다 커널을 많이 실행합니다",
            "커널을 실행할 때마다 스레드가 돌기 전에 몇 마이크로초가 들고, 두 실행 사이에 레지스터와 공유 메모리의 내용은 모두 사라집니다.",
            "어느 실행들을 하나로 합칠 수 있나요? 나중 것이 앞의 것에서 무엇을 필요로 하는지 생각해 보세요.",
        ),
    ),
    row(
        "NOT_ASYNC",
        500,
        "performance",
        "",
        en=(
            "An asynchronous copy isn't asynchronous",
            "The copy was asked for asynchronously, but its host buffer is ordinary pageable memory. The driver must first copy it "
            "through a buffer of its own, so the call blocks and nothing overlaps.",
            "How was the host buffer allocated, and what does the device's copy engine need in order to read it by itself?",
        ),
        ko=(
            "비동기 복사가 비동기로 동작하지 않습니다",
            "비동기로 복사를 요청했지만 호스트 버퍼가 일반 페이징 메모리입니다. 드라이버가 먼저 자기 버퍼를 거쳐 복사해야 하므로 호출이 "
            "멈추고 아무것도 겹치지 않습니다.",
            "호스트 버퍼는 어떻게 할당되었나요? 장치의 복사 엔진이 스스로 읽으려면 무엇이 필요한가요?",
        ),
    ),
    row(
        "NO_OVERLAP",
        500,
        "performance",
        "",
        en=(
            "Copies and kernels don't overlap",
            "The chunks are processed one strictly after the other, so the copy engines are idle while a kernel runs and the other way "
            "round. Work in one stream always runs in order.",
            "Draw the timeline of two chunks. Which operations of the second chunk could start while the first is still being computed?",
        ),
        ko=(
            "복사와 커널이 겹치지 않습니다",
            "조각들이 하나씩 차례로만 처리되어, 커널이 실행되는 동안 복사 엔진이 쉬고 반대도 마찬가지입니다. 한 스트림의 작업은 언제나 "
            "순서대로 실행됩니다.",
            "두 조각의 시간표를 그려 보세요. 첫 조각을 계산하는 동안 두 번째 조각의 어떤 작업이 시작될 수 있나요?",
        ),
    ),
    row(
        "SERIALISED",
        500,
        "performance",
        "",
        en=(
            "A synchronisation in the loop serialises the pipeline",
            "The host waits for the device once per chunk. Each time, all streams run dry before the next chunk is even started.",
            "Which wait is really needed, and for which single buffer or event?",
        ),
        ko=(
            "루프 안의 동기화가 파이프라인을 직렬로 만듭니다",
            "호스트가 조각마다 한 번씩 장치 전체를 기다립니다. 그때마다 다음 조각이 시작되기도 전에 모든 스트림이 비게 됩니다.",
            "정말 필요한 기다림은 어느 것이고, 어떤 버퍼나 이벤트 하나를 위한 것인가요?",
        ),
    ),
    row(
        "LOW_OCCUPANCY",
        510,
        "performance",
        "",
        en=(
            "Few warps fit on a multiprocessor",
            "A GPU hides the latency of memory by switching to another warp. Your kernel uses so many registers, so much shared memory "
            "or such a block size that only a few warps fit at a time, so there is often nobody to switch to.",
            "See which of the three limits binds: registers per thread, shared memory per block, or threads per block.",
        ),
        ko=(
            "멀티프로세서에 올라가는 워프가 적습니다",
            "GPU는 다른 워프로 바꾸어 가며 메모리 지연을 숨깁니다. 레지스터, 공유 메모리 또는 블록 크기 때문에 동시에 올라가는 워프가 "
            "적으면 바꿀 상대가 없을 때가 많습니다.",
            "스레드당 레지스터, 블록당 공유 메모리, 블록당 스레드 수 중 어느 한도에 걸리는지 살펴보세요.",
        ),
    ),
    row(
        "TOO_SLOW",
        520,
        "performance",
        "",
        en=(
            "Correct, but slower than asked",
            "The result is right, and it takes more time or more work than the assignment's target. The counters show where the work goes.",
            "Start with the line that executes most and with its sectors per request. What would make this line rarer or cheaper?",
        ),
        ko=(
            "맞지만 목표보다 느립니다",
            "결과는 맞지만 과제의 목표보다 시간이나 일이 더 듭니다. 카운터가 어디에 일이 몰리는지 보여 줍니다.",
            "가장 많이 실행되는 줄과 그 줄의 요청당 섹터 수부터 보세요. 무엇이 그 줄을 더 드물게, 또는 더 싸게 만들까요?",
        ),
    ),
    row(
        "NOT_MEASURED",
        880,
        "not_run",
        "",
        en=(
            "Not measured on this device",
            "The device on which this was graded can't see what the check asks for: a real GPU shows no accesses and no counters by "
            "itself, and the emulated one has no time of its own. The check costs no points and earns none.",
            "Nothing to do. To see this check's result, grade on the other kind of device.",
        ),
        ko=(
            "이 장치에서는 측정하지 않습니다",
            "채점에 쓴 장치가 이 검사에서 묻는 것을 볼 수 없습니다. 실제 GPU는 접근과 카운터를 스스로 보여 주지 않고, 에뮬레이션 장치에는 "
            "자신의 시간이 없습니다. 이 검사는 점수를 깎지도 더하지도 않습니다.",
            "할 일은 없습니다. 이 검사의 결과를 보려면 다른 종류의 장치에서 채점해 보세요.",
        ),
    ),
    row(
        "NOT_RUN",
        890,
        "not_run",
        "",
        en=(
            "Nothing could be run",
            "None of the checks could run for a reason of ours: the machine or the grader had a fault. This says nothing about your "
            "program and costs no points.",
            "Nothing to do on your side: the submission can be graded again as it is.",
        ),
        ko=(
            "아무것도 실행하지 못했습니다",
            "기계나 채점기에 문제가 있어, 저희 쪽 사정으로 어떤 검사도 실행하지 못했습니다. 여러분의 프로그램에 대해 말하는 것이 아니며 "
            "점수를 잃지 않습니다.",
            "여러분이 할 일은 없습니다. 제출물을 그대로 다시 채점할 수 있습니다.",
        ),
    ),
    row(
        "PASSED",
        900,
        "passed",
        "",
        en=(
            "Nothing is wrong",
            "Every check that could be run passed.",
            "If you are curious, look at the counters: which line does most of the work?",
        ),
        ko=(
            "문제가 없습니다",
            "실행할 수 있었던 모든 검사를 통과했습니다.",
            "궁금하다면 카운터를 살펴보세요. 어느 줄이 가장 많은 일을 하나요?",
        ),
    ),
)
