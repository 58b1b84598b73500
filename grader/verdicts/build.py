"""Rows of what keeps a submission from being judged at all: it can't be unpacked, built or loaded, or its process ends badly."""

from __future__ import annotations

from grader.verdicts.record import Verdict, row

BUILD: tuple[Verdict, ...] = (
    row(
        "BAD_ARCHIVE",
        10,
        "build",
        "",
        en=(
            "The submission can't be unpacked",
            "The file is not an archive that we can open safely: it is damaged, empty, too large when unpacked, or it holds links or "
            "paths that lead out of its folder. Nothing in it was compiled, so nothing could be graded.",
            "List the archive's contents on your machine. It should hold only the files that the assignment names, as plain files.",
        ),
        ko=(
            "제출 파일을 풀 수 없습니다",
            "안전하게 열 수 있는 압축 파일이 아닙니다. 손상되었거나, 비어 있거나, 풀었을 때 너무 크거나, 폴더 밖을 가리키는 링크 또는 "
            "경로가 들어 있습니다. 컴파일을 시작하지 못해서 채점할 수 없었습니다.",
            "자신의 컴퓨터에서 압축 파일의 목록을 확인해 보세요. 과제가 요구하는 파일만 일반 파일로 들어 있어야 합니다.",
        ),
    ),
    row(
        "MISSING_FILE",
        20,
        "build",
        "",
        en=(
            "A required file is missing",
            "The assignment asks for a file that the submission doesn't hold under that name. Only where it asks for a single file, and "
            "the submission has a single one of that kind, is that one taken whatever its name; else names must be exact.",
            "Compare your file names with those in the starter folder, letter by letter.",
        ),
        ko=(
            "필요한 파일이 없습니다",
            "과제가 요구하는 이름의 파일이 제출물에 없습니다. 과제가 파일 하나만 요구하고 제출물에도 그런 종류의 파일이 하나뿐일 때만 "
            "이름이 달라도 그 파일을 받습니다. 그 밖에는 이름이 정확히 같아야 합니다.",
            "starter 폴더의 파일 이름과 한 글자씩 비교해 보세요.",
        ),
    ),
    row(
        "COMPILE_ERROR",
        30,
        "build",
        "",
        en=(
            "The program doesn't compile",
            "nvcc stopped with an error, so there is no program to run and no check could be tried. The first error is usually the real "
            "one; later ones often follow from it. A message about a conflicting declaration means that the launcher's signature was "
            "changed.",
            "Open the marked line and read the error above. Only if it names one of the launchers: compare its signature with the "
            "starter's.",
        ),
        ko=(
            "프로그램이 컴파일되지 않습니다",
            "nvcc가 오류로 멈춰서 실행할 프로그램이 만들어지지 않았고, 어떤 검사도 시도할 수 없었습니다. 보통 첫 번째 오류가 진짜 "
            "원인이고 나머지는 그 때문에 생깁니다. 선언이 충돌한다는 메시지는 런처의 함수 선언이 바뀌었다는 뜻입니다.",
            "표시된 줄을 열고 위의 오류를 읽어 보세요. 런처 이름이 나올 때만 시작 파일의 함수 선언과 비교하세요.",
        ),
    ),
    row(
        "BUILD_TIMEOUT",
        40,
        "build",
        "",
        en=(
            "The compiler needed too long",
            "nvcc didn't finish within the time limit. Very large unrolled loops, deep templates or huge constant arrays make the "
            "compiler's work explode although the source looks short.",
            "Look at `#pragma unroll` on long loops, recursive templates and macros that expand into each other.",
        ),
        ko=(
            "컴파일이 너무 오래 걸립니다",
            "nvcc가 제한 시간 안에 끝나지 않았습니다. 아주 긴 루프의 전개, 깊은 템플릿, 거대한 상수 배열은 소스가 짧아 보여도 "
            "컴파일러의 일을 폭발적으로 늘립니다.",
            "긴 루프의 `#pragma unroll`, 재귀 템플릿, 서로를 펼치는 매크로를 살펴보세요.",
        ),
    ),
    row(
        "MISSING_SYMBOL",
        50,
        "build",
        "",
        en=(
            "The launcher can't be found in the compiled file",
            "The program compiled, but the function that the grader calls isn't in it, or something that it uses was declared and never "
            'defined. Without `extern "C"`, C++ changes a function\'s name in the object file.',
            'Check the launcher\'s exact name, its `extern "C"`, and that every function you declare also has a body.',
        ),
        ko=(
            "컴파일된 파일에서 런처를 찾을 수 없습니다",
            "컴파일은 되었지만 채점기가 호출하는 함수가 들어 있지 않거나, 그 함수가 쓰는 무언가가 선언만 되고 정의되지 않았습니다. "
            '`extern "C"`가 없으면 C++은 목적 파일에서 함수의 이름을 바꿉니다.',
            '런처의 정확한 이름과 `extern "C"`, 그리고 선언한 모든 함수에 본문이 있는지 확인해 보세요.',
        ),
    ),
    row(
        "HOST_CRASH",
        100,
        "crash",
        "",
        en=(
            "The host program crashed",
            "The process that holds your launcher was ended by a signal, most often a segmentation fault. A frequent reason in CUDA "
            "work is host code that dereferences a device pointer: device memory is not in the CPU's address space, so the CPU can't "
            "read it.",
            "See which pointers your host code dereferences or indexes. Which of them point to device memory?",
        ),
        ko=(
            "호스트 프로그램이 비정상 종료했습니다",
            "런처를 실행하던 프로세스가 시그널로 종료되었습니다. 대부분 세그멘테이션 오류입니다. CUDA에서 흔한 원인은 호스트 코드가 "
            "디바이스 포인터를 역참조하는 것입니다. 디바이스 메모리는 CPU의 주소 공간에 없으므로 CPU가 읽을 수 없습니다.",
            "호스트 코드가 역참조하거나 인덱싱하는 포인터를 살펴보세요. 그중 디바이스 메모리를 가리키는 것은 무엇인가요?",
        ),
    ),
    row(
        "EARLY_EXIT",
        110,
        "crash",
        "",
        en=(
            "The program ended before the launcher returned",
            "The launcher ended the whole process instead of returning to its caller. What comes after the call, such as reading the "
            "result back, never happened, so there is nothing to judge.",
            "Look for `exit`, `abort`, `quick_exit` or an error macro that ends the program. A launcher reports an error by returning "
            "its code.",
        ),
        ko=(
            "런처가 반환하기 전에 프로그램이 끝났습니다",
            "런처가 호출한 쪽으로 돌아오지 않고 프로세스 전체를 끝냈습니다. 결과를 읽어 오는 일처럼 호출 다음에 올 일이 일어나지 않아서 "
            "판정할 것이 없습니다.",
            "`exit`, `abort`, `quick_exit` 또는 프로그램을 끝내는 오류 매크로가 있는지 찾아보세요. 런처는 오류 코드를 반환하여 알립니다.",
        ),
    ),
    row(
        "TIMEOUT",
        120,
        "crash",
        "",
        en=(
            "A kernel doesn't come to an end",
            "A block executed more instructions than the assignment allows and was stopped. On a GPU this kernel would occupy the "
            "device until the driver's watchdog ends it. Usually a loop's condition never becomes false for some thread.",
            "Go to the marked line and follow the loop variable for one thread, step by step: what changes in each round, and when does "
            "it stop?",
        ),
        ko=(
            "커널이 끝나지 않습니다",
            "한 블록이 과제의 허용치보다 많은 명령을 실행하여 중단되었습니다. 실제 GPU라면 드라이버가 강제로 끝낼 때까지 장치를 "
            "점유합니다. 보통 어떤 스레드에서 루프의 조건이 거짓이 되지 않는 경우입니다.",
            "표시된 줄에서 스레드 하나를 골라 루프 변수를 단계별로 따라가 보세요. 매번 무엇이 변하고 언제 멈추나요?",
        ),
    ),
    row(
        "HOST_TIMEOUT",
        130,
        "crash",
        "",
        en=(
            "The host code doesn't come to an end",
            "The launcher didn't return within the time limit although no kernel was running too long. The host waits or loops forever, "
            "or it does work on the CPU that belongs on the GPU.",
            "Look at the loops around your launches and at everything that waits: does its condition depend on something that still "
            "changes?",
        ),
        ko=(
            "호스트 코드가 끝나지 않습니다",
            "너무 오래 걸린 커널이 없는데도 런처가 제한 시간 안에 돌아오지 않았습니다. 호스트가 끝없이 기다리거나 반복하고 있거나, "
            "GPU가 할 일을 CPU에서 하고 있습니다.",
            "커널 실행을 둘러싼 루프와 기다리는 모든 곳을 살펴보세요. 그 조건은 아직도 변하는 값에 달려 있나요?",
        ),
    ),
    row(
        "OUTPUT_LIMIT",
        140,
        "crash",
        "",
        en=(
            "The program printed too much",
            "The program wrote more to its standard output than the assignment allows and was stopped. A `printf` in a kernel runs once "
            "for every thread, so one line of code can become millions of lines of text.",
            "Remove debugging output, or print from one thread of one block only.",
        ),
        ko=(
            "출력이 너무 많습니다",
            "프로그램이 허용치보다 많이 출력하여 중단되었습니다. 커널 안의 `printf`는 스레드마다 한 번씩 실행되므로 코드 한 줄이 수백만 "
            "줄의 글이 될 수 있습니다.",
            "디버깅 출력을 지우거나, 한 블록의 한 스레드에서만 출력해 보세요.",
        ),
    ),
    row(
        "OUT_OF_MEMORY",
        150,
        "crash",
        "",
        en=(
            "The program used too much memory",
            "The process or its device allocations went beyond the assignment's memory limit. An allocation whose size grows with the "
            "grid, or one that is made on each call and never released, adds up quickly.",
            "Work out by hand how many bytes each allocation asks for in the failing case, and when each of them is released.",
        ),
        ko=(
            "메모리를 너무 많이 사용했습니다",
            "프로세스 또는 디바이스 할당이 과제의 메모리 제한을 넘었습니다. 그리드와 함께 커지는 할당이나, 호출할 때마다 만들고 "
            "해제하지 않는 할당은 금방 쌓입니다.",
            "실패한 경우에 각 할당이 몇 바이트를 요청하는지, 그리고 언제 해제되는지 직접 계산해 보세요.",
        ),
    ),
)
