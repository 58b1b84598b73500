"""The table of probes: a new one is a function and a row here. In the order in which they are shown."""

from __future__ import annotations

from collections.abc import Callable

from grader.doctor import gpu, isolation, system, tools
from grader.doctor.machine import Machine
from grader.doctor.record import Found, Probe, both

Words = tuple[str, str]  # what it is called, why it matters


def row(name: str, en: Words, ko: Words, look: Callable[[Machine], Found], needed: bool = False) -> Probe:
    """One row, the two languages side by side."""
    title, why = (both(left, right) for left, right in zip(en, ko, strict=True))
    return Probe(name=name, title=title, why=why, look=look, needed=needed)


PROBES: tuple[Probe, ...] = (
    row(
        "system",
        ("system", "the emulated GPU runs on Linux"),
        ("시스템", "에뮬레이션 GPU는 리눅스에서 동작합니다"),
        system.system,
        needed=True,
    ),
    row(
        "cpu",
        ("processor", "on x86-64 the emulated GPU needs AVX2 and FMA"),
        ("프로세서", "x86-64에서는 AVX2와 FMA가 필요합니다"),
        system.cpu,
        needed=True,
    ),
    row(
        "memory",
        ("memory", "the compiler and the emulated card live in it"),
        ("메모리", "컴파일러와 에뮬레이션 카드가 사용합니다"),
        system.memory,
    ),
    row(
        "disk",
        ("cache", "built programs and grades are kept, so that the next check is quick"),
        ("캐시", "빌드한 프로그램과 채점 결과를 보관해 다음 검사를 빠르게 합니다"),
        system.disk,
    ),
    row("terminal", ("terminal", "Korean texts need UTF-8"), ("터미널", "한국어 출력에는 UTF-8이 필요합니다"), system.terminal),
    row("python", ("Python", "runs the grader"), ("Python", "채점기를 실행합니다"), tools.python, needed=True),
    row(
        "g++",
        ("g++", "nvcc compiles the host's part of a .cu file with it"),
        ("g++", "nvcc가 .cu 파일의 호스트 코드를 컴파일할 때 씁니다"),
        tools.host_compiler,
        needed=True,
    ),
    row("nvcc", ("nvcc", "compiles your .cu file"), ("nvcc", ".cu 파일을 컴파일합니다"), tools.compiler, needed=True),
    row(
        "toolkit",
        ("CUDA toolkit", "for your own use; the grader brings its compiler along"),
        ("CUDA 툴킷", "개인용입니다. 채점기는 컴파일러를 따로 가지고 있습니다"),
        tools.toolkit,
    ),
    row(
        "natives",
        ("emulated GPU", "runs your kernels with no GPU"),
        ("에뮬레이션 GPU", "GPU 없이 커널을 실행합니다"),
        tools.natives,
        needed=True,
    ),
    row(
        "sandbox",
        ("sandbox", "keeps other people's code from your files and the network"),
        ("샌드박스", "다른 사람의 코드가 파일과 네트워크에 접근하지 못하게 합니다"),
        isolation.sandbox,
    ),
    row(
        "user_namespaces",
        ("user namespaces", "the sandbox is made of them"),
        ("사용자 네임스페이스", "샌드박스를 만드는 데 씁니다"),
        isolation.user_namespaces,
    ),
    row(
        "cgroups",
        ("control groups", "limit the memory of all processes together"),
        ("컨트롤 그룹", "모든 프로세스의 메모리 합을 제한합니다"),
        isolation.cgroups,
    ),
    row(
        "docker",
        ("Docker", "for GPU containers; not needed at home"),
        ("Docker", "GPU 컨테이너용입니다. 집에서는 필요 없습니다"),
        isolation.docker,
    ),
    row("gpu", ("GPU", "for `--device cuda` only"), ("GPU", "`--device cuda`에만 필요합니다"), gpu.gpu),
    row("driver", ("GPU driver", "for `--device cuda` only"), ("GPU 드라이버", "`--device cuda`에만 필요합니다"), gpu.driver),
    row(
        "gpu_speed",
        ("GPU speed", "what times on a real GPU are compared with"),
        ("GPU 속도", "실제 GPU에서 잰 시간을 비교할 기준입니다"),
        gpu.speed,
    ),
    row(
        "sanitizer",
        ("compute-sanitizer", "looks for races and bad accesses on a real GPU"),
        ("compute-sanitizer", "실제 GPU에서 경쟁과 잘못된 접근을 찾습니다"),
        tools.sanitizer,
    ),
    row("trial", ("trial", "all of it together"), ("시험 실행", "전체가 함께 동작하는지 봅니다"), tools.trial, needed=True),
)
