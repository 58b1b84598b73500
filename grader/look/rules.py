"""Rules: what the static look looks for, a row a rule: title, why it is worth a look, and what honest reason there may be. Data.

`strong`: honest course work has hardly any use for it. The others are seen in honest work now and then. Neither ever moves a point.
"""

from __future__ import annotations

from grader.errors import HarnessError
from grader.records import Record


class Rule(Record, frozen=True, kw_only=True):
    """One row. Texts are (English, Korean)."""

    code: str
    strong: bool
    title: tuple[str, str]
    why: tuple[str, str]
    honest: tuple[str, str]


def _rule(code: str, title: tuple[str, str], why: tuple[str, str], honest: tuple[str, str], *, strong: bool = True) -> Rule:
    return Rule(code=code, strong=strong, title=title, why=why, honest=honest)


RULES: tuple[Rule, ...] = (
    _rule(
        "files",
        ("Files", "파일"),
        (
            "It opens, lists or removes files; a launcher gets all it needs as arguments.",
            "파일을 열거나 나열하거나 지웁니다. 필요한 것은 모두 인자로 주어집니다.",
        ),
        ("A log for debugging that was left in.", "디버깅용 로그를 지우지 않은 경우."),
    ),
    _rule(
        "paths",
        ("A path of the system", "시스템 경로"),
        ("A string names a place outside of the program's own folder.", "문자열이 프로그램 폴더 밖의 위치를 가리킵니다."),
        ("A path of the student's own machine in a message or a log.", "학생 컴퓨터의 경로가 메시지나 로그에 남은 경우."),
    ),
    _rule(
        "processes",
        ("Other processes", "다른 프로세스"),
        (
            "It starts, traces or signals processes, or shares memory with one.",
            "프로세스를 시작하거나 추적하거나 신호를 보내거나, 메모리를 공유합니다.",
        ),
        ("Hardly any in an assignment about kernels.", "커널 과제에서는 거의 없습니다."),
    ),
    _rule(
        "descriptors",
        ("Descriptors by hand", "파일 디스크립터 직접 사용"),
        (
            "It reads, writes or copies file descriptors, which is how an inherited one would be found.",
            "파일 디스크립터를 직접 읽고 쓰거나 복제합니다. 물려받은 것을 찾는 방법이기도 합니다.",
        ),
        ("Output with write() instead of printf().", "printf() 대신 write()로 출력한 경우."),
    ),
    _rule(
        "sockets",
        ("Sockets", "소켓"),
        (
            "It talks to something outside of the program: the device's process listens on a socket.",
            "프로그램 밖과 통신합니다. 장치 프로세스가 소켓에서 기다립니다.",
        ),
        ("None in an assignment about kernels.", "커널 과제에서는 없습니다."),
    ),
    _rule(
        "system-call",
        ("System calls by number", "번호로 부르는 시스템 호출"),
        (
            "It goes around the C library, whose names would tell what it does.",
            "무엇을 하는지 이름으로 알 수 있는 C 라이브러리를 거치지 않습니다.",
        ),
        ("A thread's number with gettid, in a log.", "로그에 gettid로 스레드 번호를 적은 경우."),
    ),
    _rule(
        "environment",
        ("Environment", "환경 변수"),
        (
            "It reads or changes environment variables: how graded runs could be told from others.",
            "환경 변수를 읽거나 바꿉니다. 채점 실행을 구별하는 데 쓰일 수 있습니다.",
        ),
        ("A switch for debugging.", "디버깅용 스위치."),
    ),
    _rule(
        "early-exit",
        ("Ends the program early", "프로그램을 일찍 끝냄"),
        (
            "It ends the program as if all were well, or has something done at its end.",
            "문제가 없는 것처럼 프로그램을 끝내거나, 끝날 때 무언가를 실행합니다.",
        ),
        ("exit(0) in a main() that was left in.", "남겨 둔 main()의 exit(0)."),
    ),
    _rule(
        "signals",
        ("Signals and timers", "신호와 타이머"),
        (
            "It catches signals or sets timers: something runs later, or a crash isn't seen.",
            "신호를 잡거나 타이머를 겁니다. 나중에 무언가 실행되거나 비정상 종료가 가려질 수 있습니다.",
        ),
        ("A handler for Ctrl-C.", "Ctrl-C 처리."),
    ),
    _rule(
        "threads",
        ("Threads", "스레드"),
        (
            "It starts host threads, which can work on after a call has come back.",
            "호스트 스레드를 시작합니다. 호출이 돌아온 뒤에도 일할 수 있습니다.",
        ),
        ("Host work overlapped with kernels, where the assignment allows it.", "과제가 허용하는 호스트 작업과 커널의 중첩."),
        strong=False,
    ),
    _rule(
        "clock",
        ("Clocks", "시계"),
        (
            "It reads a clock or sleeps: the way to act differently when timed, or to time the grader.",
            "시계를 읽거나 잠듭니다. 시간을 잴 때만 다르게 행동하는 데 쓰일 수 있습니다.",
        ),
        ("The student's own measurements; clock64() around a loop.", "학생 자신의 측정, 반복문 앞뒤의 clock64()."),
        strong=False,
    ),
    _rule(
        "loader",
        ("Looks up functions at run time", "실행 중 함수 찾기"),
        (
            "It loads libraries or finds functions by name, which hides what is called and can replace it.",
            "이름으로 라이브러리나 함수를 찾습니다. 무엇을 부르는지 가려지고, 바꿔치기할 수도 있습니다.",
        ),
        ("Driver entry points for tensor maps, in advanced work on Hopper.", "Hopper의 텐서 맵을 위한 드라이버 진입점."),
    ),
    _rule(
        "memory-map",
        ("Maps or protects memory", "메모리 매핑과 보호"),
        (
            "It maps memory or changes its protection: the way to patch code or to share memory.",
            "메모리를 매핑하거나 보호 속성을 바꿉니다. 코드를 고치거나 메모리를 공유하는 방법입니다.",
        ),
        ("Large pages for host buffers.", "호스트 버퍼용 큰 페이지."),
    ),
    _rule(
        "constructor",
        ("Runs when it is loaded", "적재될 때 실행"),
        ("Code that runs before the first call or after the last one.", "첫 호출 전이나 마지막 호출 뒤에 실행되는 코드입니다."),
        ("Hardly any; objects with constructors need no attribute.", "거의 없습니다. 생성자가 있는 객체에는 속성이 필요 없습니다."),
    ),
    _rule(
        "runtime-names",
        ("Takes the place of others' functions", "다른 함수를 대신함"),
        (
            "It defines a function or macro under a name of the CUDA runtime, the C library or the grader.",
            "CUDA 런타임, C 라이브러리, 채점기의 이름으로 함수나 매크로를 정의합니다.",
        ),
        ("A helper that happens to have such a name; a macro that checks errors.", "우연히 이름이 같은 보조 함수, 오류를 확인하는 매크로."),
    ),
    _rule(
        "grader",
        ("Knows of the grader", "채점기를 언급"),
        ("It names the grader, its variables or its files.", "채점기나 그 변수, 파일의 이름이 나옵니다."),
        ("A comment would not count; a message might name it.", "주석은 해당하지 않습니다. 메시지에 이름이 있을 수는 있습니다."),
    ),
    _rule(
        "include-outside",
        ("Includes from elsewhere", "다른 곳의 파일 포함"),
        (
            "#include, #embed or .incbin of an absolute or parent path, or of a name that a macro makes.",
            "절대 경로나 상위 경로, 매크로가 만든 이름을 #include, #embed, .incbin 합니다.",
        ),
        ("../common.h of the student's own folders.", "학생 폴더의 ../common.h."),
    ),
    _rule(
        "library",
        ("A library does the work", "라이브러리가 대신 계산"),
        (
            "It uses cuBLAS, Thrust, CUB or the like where the student's own kernel is asked for.",
            "직접 만든 커널이 필요한 곳에서 cuBLAS, Thrust, CUB 등을 사용합니다.",
        ),
        ("The assignment allows it; a comparison that was left in.", "과제가 허용한 경우, 비교용 코드를 지우지 않은 경우."),
    ),
    _rule(
        "assembly",
        ("Unusual assembly", "특이한 어셈블리"),
        (
            "Inline assembly that is neither arithmetic nor a device's loads, stores and barriers.",
            "연산도, 장치의 읽기·쓰기·장벽도 아닌 인라인 어셈블리입니다.",
        ),
        ("A PTX instruction that the table doesn't know yet.", "표에 아직 없는 PTX 명령."),
    ),
    _rule(
        "runtime-code",
        ("Code made at run time", "실행 중에 만든 코드"),
        (
            "It compiles or loads device code while it runs, which no look at the program shows.",
            "실행 중에 장치 코드를 컴파일하거나 적재합니다. 프로그램만 보아서는 알 수 없습니다.",
        ),
        ("Kernels specialised by NVRTC, where the assignment allows it.", "과제가 허용하는 NVRTC 특수화."),
    ),
    _rule(
        "line-directive",
        ("Forged line numbers", "바뀐 줄 번호"),
        ("#line makes findings point to other places than the code's own.", "#line은 지적 사항이 다른 위치를 가리키게 합니다."),
        ("Generated code.", "자동으로 생성된 코드."),
    ),
    _rule(
        "hidden-text",
        ("Invisible characters", "보이지 않는 문자"),
        (
            "Characters that reorder or hide text, so that the code is not what it looks like.",
            "글자 순서를 바꾸거나 가리는 문자가 있어 코드가 보이는 것과 다릅니다.",
        ),
        ("Text copied from a web page or chat.", "웹 페이지나 대화에서 복사한 글."),
    ),
    _rule(
        "unread",
        ("Too long to look at", "너무 길어 다 보지 못함"),
        (
            "The file is longer than the look reads; what is behind was not looked at.",
            "파일이 살펴보는 한도보다 깁니다. 뒷부분은 보지 않았습니다.",
        ),
        ("Generated code or tables.", "자동으로 생성된 코드나 표."),
    ),
    _rule(
        "hidden-data",
        ("A long table of data", "긴 데이터 표"),
        (
            "Many literal numbers or a very long string: results could be stored in it.",
            "숫자가 많거나 문자열이 매우 깁니다. 결과가 들어 있을 수 있습니다.",
        ),
        ("Coefficients, a lookup table, a permutation.", "계수, 조회 표, 순열."),
        strong=False,
    ),
    _rule(
        "call-counter",
        ("Counts its calls", "호출 횟수 세기"),
        (
            "A variable that outlives the call is counted up on the host: the way to be right for some calls only.",
            "호출보다 오래 사는 변수를 호스트에서 셉니다. 일부 호출에서만 바르게 동작하는 데 쓰일 수 있습니다.",
        ),
        ("Statistics for debugging; a ring of buffers.", "디버깅용 통계, 돌려 쓰는 버퍼."),
        strong=False,
    ),
    _rule(
        "kept-state",
        ("Remembers between calls", "호출 사이에 기억"),
        (
            "A map or a graph that outlives the call: results could be kept by pointer or shape, or replayed.",
            "호출보다 오래 사는 맵이나 그래프가 있습니다. 포인터나 크기별로 결과를 저장하거나 재생할 수 있습니다.",
        ),
        (
            "An allocator that keeps buffers; a graph that is updated before each launch.",
            "버퍼를 보관하는 할당기, 실행 전마다 갱신하는 그래프.",
        ),
        strong=False,
    ),
    _rule(
        "special-size",
        ("One number is special", "특정한 수를 따로 처리"),
        (
            "It compares with one particular number: a case's size could be treated by itself.",
            "특정한 수와 비교합니다. 한 경우의 크기만 따로 처리할 수 있습니다.",
        ),
        ("A threshold or an error code.", "기준값이나 오류 코드."),
        strong=False,
    ),
    _rule(
        "device-identity",
        ("Looks which device it is", "어떤 장치인지 확인"),
        (
            "It reads the device's name or number, or which multiprocessor it runs on: how an emulated GPU could be told apart.",
            "장치 이름이나 번호, 실행 중인 멀티프로세서를 읽습니다. 에뮬레이션을 구별하는 데 쓰일 수 있습니다.",
        ),
        ("An assignment about the device's properties; a log.", "장치 속성에 관한 과제, 로그."),
        strong=False,
    ),
    _rule(
        "cache-policy",
        ("Steers the L2 cache", "L2 캐시 제어"),
        (
            "It keeps data in the L2 cache between calls, which makes timed calls look faster.",
            "호출 사이에 데이터를 L2 캐시에 남겨, 측정된 호출이 빨라 보이게 합니다.",
        ),
        ("An optimisation that the assignment teaches.", "과제에서 가르치는 최적화."),
        strong=False,
    ),
    _rule(
        "other-import",
        ("An unusual import", "특이한 외부 함수"),
        (
            "The built program asks for a function that programs of this kind don't need.",
            "빌드된 프로그램이 이런 프로그램에 필요 없는 함수를 찾습니다.",
        ),
        ("A function of the C library that the table doesn't know yet.", "표에 아직 없는 C 라이브러리 함수."),
        strong=False,
    ),
)
KNOWN: dict[str, Rule] = {rule.code: rule for rule in RULES}
ORDER: dict[str, int] = {rule.code: at for at, rule in enumerate(sorted(RULES, key=lambda rule: not rule.strong))}


def rule(code: str) -> Rule:
    """Raises HarnessError that lists the known ones."""
    if code not in KNOWN:
        raise HarnessError(f"the static look has no rule {code!r}; known: {', '.join(KNOWN)}")
    return KNOWN[code]
