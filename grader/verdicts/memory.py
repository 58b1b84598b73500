"""Rows of wrong uses of memory that the device saw. Names and wording follow compute-sanitizer where it has the check."""

from __future__ import annotations

from grader.verdicts.record import Verdict, row

MEMORY: tuple[Verdict, ...] = (
    row(
        "INT_OVERFLOW",
        205,
        "device",
        "memcheck",
        en=(
            "An index overflowed 32 bits",
            "The address is wrong by a multiple of 2³² elements: an index was computed in 32-bit integers and wrapped around before it "
            "was used. Large matrices have more elements than an `int` can count, even if each dimension is small.",
            "Write down the types in the index expression of the marked line. In which type is each product computed?",
        ),
        ko=(
            "인덱스가 32비트를 넘쳤습니다",
            "주소가 2³²개 원소의 배수만큼 어긋났습니다. 인덱스를 32비트 정수로 계산하다가 사용되기 전에 넘친 것입니다. 각 차원이 작아도 "
            "큰 행렬의 원소 수는 `int`로 셀 수 없을 수 있습니다.",
            "표시된 줄의 인덱스 식에 나오는 형을 적어 보세요. 각 곱셈은 어떤 형으로 계산되나요?",
        ),
    ),
    row(
        "OOB_WRITE",
        210,
        "device",
        "memcheck",
        en=(
            "A thread writes outside an allocation",
            "A thread stored to an address that belongs to no allocation, or beyond the end of shared memory. On a GPU this either "
            "stops the kernel with “an illegal memory access was encountered” or silently overwrites another buffer. Grids are rounded "
            "up to whole blocks, so some threads usually have no element of their own.",
            "Take the block and thread in the message and compute its index by hand for the failing size. Is there an element for it?",
        ),
        ko=(
            "스레드가 할당 영역 밖에 씁니다",
            "한 스레드가 어떤 할당에도 속하지 않는 주소, 또는 공유 메모리의 끝을 넘는 주소에 저장했습니다. GPU에서는 “illegal memory "
            "access”로 커널이 멈추거나 다른 버퍼를 조용히 덮어씁니다. 그리드는 블록 단위로 올림되므로 자기 원소가 없는 스레드가 흔히 "
            "있습니다.",
            "메시지에 나온 블록과 스레드의 인덱스를 실패한 크기에서 직접 계산해 보세요. 그 스레드의 원소가 있나요?",
        ),
    ),
    row(
        "OOB_READ",
        210,
        "device",
        "memcheck",
        en=(
            "A thread reads outside an allocation",
            "A thread loaded from an address that belongs to no allocation, or beyond the end of shared memory. On a GPU this stops the "
            "kernel, or returns whatever happens to lie there, so the result changes from run to run. It often shows only for sizes "
            "that don't divide evenly.",
            "Take the block and thread in the message and compute the index on the marked line for the failing size. Which bound does "
            "it pass?",
        ),
        ko=(
            "스레드가 할당 영역 밖을 읽습니다",
            "한 스레드가 어떤 할당에도 속하지 않는 주소, 또는 공유 메모리의 끝을 넘는 주소를 읽었습니다. GPU에서는 커널이 멈추거나 "
            "우연히 그 자리에 있는 값이 읽혀 실행할 때마다 결과가 달라집니다. 나누어떨어지지 않는 크기에서만 드러나는 경우가 많습니다.",
            "메시지에 나온 블록과 스레드로 표시된 줄의 인덱스를 실패한 크기에서 계산해 보세요. 어느 경계를 넘나요?",
        ),
    ),
    row(
        "MISALIGNED",
        210,
        "device",
        "memcheck",
        en=(
            "A thread uses a misaligned address",
            "An access of 2, 4, 8 or 16 bytes must start at a multiple of its size. The hardware doesn't split such an access as a CPU "
            "does: the kernel stops with “misaligned address”. A row that starts at an odd element is enough to break vector loads.",
            "Work out the byte address of the marked access for the first and the second row. Is it a multiple of the access's size in "
            "each?",
        ),
        ko=(
            "정렬되지 않은 주소에 접근합니다",
            "2, 4, 8, 16바이트 접근은 그 크기의 배수인 주소에서 시작해야 합니다. GPU는 CPU처럼 접근을 나누어 주지 않고 “misaligned "
            "address”로 커널을 멈춥니다. 홀수 번째 원소에서 시작하는 행 하나만 있어도 벡터 접근은 깨집니다.",
            "표시된 접근의 바이트 주소를 첫 번째 행과 두 번째 행에서 계산해 보세요. 둘 다 접근 크기의 배수인가요?",
        ),
    ),
    row(
        "USE_AFTER_FREE",
        210,
        "device",
        "memcheck",
        en=(
            "Memory is used after it was freed",
            "The address belongs to an allocation that was already released with `cudaFree`. On a GPU the memory may by then belong to "
            "another buffer, so the error can look like a random wrong value somewhere else.",
            "Follow this pointer from its allocation to its release. Which kernel or copy may still run at the moment of the release?",
        ),
        ko=(
            "해제한 메모리를 사용합니다",
            "이미 cudaFree로 해제한 할당에 속하는 주소입니다. GPU에서는 그 메모리가 그사이 다른 버퍼의 것이 될 수 있어서, 전혀 다른 "
            "곳의 이상한 값으로 나타나기도 합니다.",
            "이 포인터를 할당부터 해제까지 따라가 보세요. 해제하는 순간에 아직 실행 중일 수 있는 커널이나 복사는 무엇인가요?",
        ),
    ),
    row(
        "DOUBLE_FREE",
        210,
        "device",
        "memcheck",
        en=(
            "Memory is freed twice",
            "The same device pointer was given to `cudaFree` a second time, or it never came from an allocation. The second call fails "
            "and leaves an error that the next unrelated call may report.",
            "Look for each place that releases this pointer. Who owns it, and can two of these places run in one call?",
        ),
        ko=(
            "메모리를 두 번 해제합니다",
            "같은 디바이스 포인터가 두 번째로 cudaFree에 전달되었거나, 애초에 할당으로 얻은 포인터가 아닙니다. 두 번째 호출은 실패하고, "
            "그 오류는 관계없는 다음 호출에서 보고될 수 있습니다.",
            "이 포인터를 해제하는 곳을 모두 찾아보세요. 누가 소유하나요? 한 번의 호출에서 두 곳이 모두 실행될 수 있나요?",
        ),
    ),
    row(
        "HOST_POINTER",
        210,
        "device",
        "memcheck",
        en=(
            "A kernel uses a pointer to host memory",
            "The kernel was given an address in the CPU's memory. The GPU has its own memory and can't follow an ordinary host pointer, "
            "so the access is illegal there.",
            "See where the kernel's argument comes from: which call allocated it, and on which side of the bus does that call allocate?",
        ),
        ko=(
            "커널이 호스트 메모리 포인터를 사용합니다",
            "커널이 CPU 메모리의 주소를 받았습니다. GPU는 자기 메모리를 따로 가지고 있어 일반 호스트 포인터를 따라갈 수 없으므로 잘못된 "
            "접근이 됩니다.",
            "커널 인자가 어디에서 왔는지 보세요. 어떤 호출이 할당했고, 그 호출은 어느 쪽 메모리에 할당하나요?",
        ),
    ),
    row(
        "DEVICE_POINTER",
        210,
        "device",
        "memcheck",
        en=(
            "Host code uses a pointer to device memory",
            "A device pointer was used where host memory is expected. Device memory isn't mapped into the program's address space, so "
            "the CPU can't read or write it; only kernels and the runtime's copies can.",
            "See which side each argument of the marked call belongs to, the destination and the source.",
        ),
        ko=(
            "호스트 코드가 디바이스 메모리 포인터를 사용합니다",
            "호스트 메모리가 와야 할 곳에 디바이스 포인터가 쓰였습니다. 디바이스 메모리는 프로그램의 주소 공간에 없으므로 CPU는 읽거나 "
            "쓸 수 없고, 커널과 런타임의 복사만 접근할 수 있습니다.",
            "표시된 호출의 목적지와 원본이 각각 어느 쪽 메모리인지 확인해 보세요.",
        ),
    ),
    row(
        "COPY_DIRECTION",
        215,
        "device",
        "memcheck",
        en=(
            "A copy goes in the wrong direction",
            "The direction given to the copy doesn't fit the two pointers: its source or its destination lies on the other side. On a "
            "GPU the copy fails, or overwrites the buffer that you meant to read.",
            "Read the call aloud: to where, from where, how many bytes, in which direction. Do the four agree?",
        ),
        ko=(
            "복사의 방향이 반대입니다",
            "복사에 준 방향이 두 포인터와 맞지 않습니다. 원본이나 목적지가 반대쪽에 있습니다. GPU에서는 복사가 실패하거나, 읽으려던 "
            "버퍼를 덮어씁니다.",
            "호출을 소리 내어 읽어 보세요. 어디로, 어디에서, 몇 바이트를, 어느 방향으로. 네 가지가 서로 맞나요?",
        ),
    ),
    row(
        "INPUT_OVERWRITTEN",
        216,
        "device",
        "memcheck",
        en=(
            "An input is overwritten",
            "A kernel or a copy wrote into a buffer that the assignment hands out to be read only (`const` in the header). This call's "
            "result may still be right, but whoever called you goes on with damaged data: the next call, or the next layer of a network, "
            "reads it.",
            "See which pointer the marked line writes through, and follow it back to the launcher's arguments. Which of them did you mean?",
        ),
        ko=(
            "입력을 덮어씁니다",
            "커널 또는 복사가 읽기 전용으로 주어진 버퍼(헤더의 `const`)에 썼습니다. 이번 호출의 결과는 맞을 수 있지만, 호출한 쪽은 망가진 "
            "데이터로 계속합니다. 다음 호출이나 신경망의 다음 층이 그것을 읽습니다.",
            "표시된 줄이 어떤 포인터를 통해 쓰는지 보고, 런처의 인자까지 거슬러 올라가 보세요. 원래 쓰려던 것은 어느 인자인가요?",
        ),
    ),
    row(
        "PARTIAL_COPY",
        217,
        "device",
        "",
        en=(
            "Only a part of the data was copied",
            "The first part of the buffer is right and the rest was never touched. The runtime's copies count bytes, while we tend to "
            "think in elements.",
            "For the marked copy, multiply by hand: how many elements, how many bytes each, and which number does the call get?",
        ),
        ko=(
            "데이터의 일부만 복사되었습니다",
            "버퍼의 앞부분만 맞고 나머지는 손대지 않은 상태입니다. 런타임의 복사는 바이트를 세는데 우리는 원소 수로 생각하기 쉽습니다.",
            "표시된 복사에서 직접 곱해 보세요. 원소가 몇 개이고 하나가 몇 바이트이며, 호출에 주는 숫자는 얼마인가요?",
        ),
    ),
    row(
        "UNINIT_READ",
        240,
        "device",
        "initcheck",
        en=(
            "A thread reads memory that nobody wrote",
            "The bytes that the thread loads were never written: not by a kernel, not by a copy, not by a memset. On a GPU they hold "
            "whatever was there before, often zeros while you test and something else later.",
            "Who should have written the marked element, and does that code run for this block, this thread and this size?",
        ),
        ko=(
            "아무도 쓰지 않은 메모리를 읽습니다",
            "스레드가 읽은 바이트는 커널도, 복사도, memset도 쓴 적이 없습니다. GPU에서는 전에 남아 있던 값이 읽힙니다. 시험할 때는 "
            "0이다가 나중에는 다른 값인 경우가 많습니다.",
            "표시된 원소는 누가 썼어야 하나요? 그 코드가 이 블록, 이 스레드, 이 크기에서 실행되나요?",
        ),
    ),
    row(
        "LEAK",
        270,
        "device",
        "leak",
        en=(
            "Something that you made is never released",
            "An allocation, a stream or an event was still there when the launcher returned. A launcher that is called thousands of times "
            "loses that much each time, until the device has none left.",
            "Follow every path from the marked line out of the launcher, the error paths too. On which one is it not released?",
        ),
        ko=(
            "만든 것이 해제되지 않습니다",
            "런처가 반환했는데 할당, 스트림 또는 이벤트가 남아 있습니다. 수천 번 호출되는 런처라면 매번 그만큼 잃고, 결국 디바이스에 "
            "남는 것이 없게 됩니다.",
            "표시된 줄에서 런처를 빠져나가는 모든 경로를 따라가 보세요. 오류 경로도 포함됩니다. 어느 경로에서 해제되지 않나요?",
        ),
    ),
)
