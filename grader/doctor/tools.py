"""Probes of the tools that compile: Python, g++, nvcc, our own programs, and all of them together."""

from __future__ import annotations

import re

from grader.doctor.machine import Machine
from grader.doctor.record import Found, both, missing, ok, problem, same
from grader.doctor.remedies import install

PYTHON = (3, 11)
NEWEST_GCC, OLDEST_GCC = 15, 6  # what nvcc 13.0 takes; its own header has the last word on the newest
WANTED_NVCC = "13.0"


def python(machine: Machine) -> Found:
    version = ".".join(map(str, machine.python))
    if machine.python[:2] >= PYTHON:
        return ok(same(version))
    return problem(both(f"{version}; 3.11 or newer is needed", f"{version}. 3.11 이상이 필요합니다"), install("python", machine))


def host_compiler(machine: Machine) -> Found:
    path = machine.which("g++")
    if path is None:
        return problem(both("no g++ on PATH", "PATH에 g++가 없습니다"), install("g++", machine))
    ran = machine.run((path, "-dumpfullversion", "-dumpversion"))
    version = ran.text.strip() if ran is not None and ran.code == 0 else ""
    major = int(found[0]) if (found := re.match(r"\d+", version)) else None
    if major is None:
        return problem(both(f"{path} doesn't tell its version", f"{path}가 버전을 알려 주지 않습니다"), install("g++", machine))
    newest = _newest_gcc(machine)
    if major > newest:
        return problem(
            both(
                f"g++ {version} ({path}); nvcc {WANTED_NVCC} takes {newest} at most",
                f"g++ {version} ({path}). nvcc {WANTED_NVCC}은 {newest}까지 지원합니다",
            ),
            install("g++", machine, version=str(newest)),
        )
    if major < OLDEST_GCC:
        return problem(
            both(
                f"g++ {version} ({path}) is too old for nvcc {WANTED_NVCC}",
                f"g++ {version} ({path})은 nvcc {WANTED_NVCC}에 너무 오래되었습니다",
            ),
            install("g++", machine),
        )
    return ok(same(f"g++ {version} ({path})"))


def _newest_gcc(machine: Machine) -> int:
    """What the compiler's own header refuses beyond: `#if __GNUC__ > 15`."""
    works, nvcc = machine.attempt("nvcc")
    header = machine.read(nvcc.rpartition("/bin/")[0] + "/include/crt/host_config.h") if works else None
    found = re.search(r"^#if __GNUC__ > (\d+)", header or "", re.M)
    return int(found[1]) if found else NEWEST_GCC


def compiler(machine: Machine) -> Found:
    works, text = machine.attempt("nvcc")
    if not works:
        return problem(same(text))
    version = _nvcc_version(machine, text)
    if version is None:
        return problem(
            both(f"{text} can't be started", f"{text}를 실행할 수 없습니다"),
            same("pip install --force-reinstall 'nvidia-cuda-nvcc==13.0.*' 'nvidia-nvvm==13.0.*'"),
        )
    if version != WANTED_NVCC and not version.startswith(WANTED_NVCC + "."):
        return problem(
            both(f"nvcc {version}, but {WANTED_NVCC} is pinned", f"nvcc {version}이지만 {WANTED_NVCC}이어야 합니다"),
            same("pip install --force-reinstall 'nvidia-cuda-nvcc==13.0.*' 'nvidia-nvvm==13.0.*'"),
        )
    return ok(both(f"nvcc {version}, from PyPI", f"nvcc {version} (PyPI)"))


def toolkit(machine: Machine) -> Found:
    path = machine.which("nvcc") or next(iter(machine.find("/usr/local/cuda/bin/nvcc")), None)
    if path is None:
        return ok(both("none, and none is needed", "없음. 없어도 됩니다"))
    version = _nvcc_version(machine, path) or "?"
    return ok(both(f"CUDA {version} ({path}); grading doesn't use it", f"CUDA {version} ({path}). 채점에는 쓰지 않습니다"))


def _nvcc_version(machine: Machine, path: str) -> str | None:
    ran = machine.run((path, "--version"))
    found = re.search(r"release (\d+\.\d+)(?:, V(\d+\.\d+\.\d+))?", ran.text) if ran is not None and ran.code == 0 else None
    return (found[2] or found[1]) if found else None


def natives(machine: Machine) -> Found:
    works, text = machine.attempt("natives")
    return ok(same(text.rpartition("/")[2])) if works else problem(same(text))


def trial(machine: Machine) -> Found:
    works, text = machine.attempt("trial")
    if works:
        return ok(
            both(
                f"a small program was compiled and ran right on an emulated {text}",
                f"작은 프로그램을 컴파일해 에뮬레이션한 {text}에서 바르게 실행했습니다",
            )
        )
    return problem(
        same(text), both("mend the rows above, then run `grader doctor` again", "위의 문제를 해결한 뒤 `grader doctor`를 다시 실행하세요")
    )


def sanitizer(machine: Machine) -> Found:
    path = machine.which("compute-sanitizer") or next(iter(machine.find("/usr/local/cuda/bin/compute-sanitizer")), None)
    if path:
        return ok(same(path))
    return missing(
        both(
            "none; on a real GPU, races and accesses out of bounds aren't looked for",
            "없음. 실제 GPU에서는 경쟁과 범위 밖 접근을 검사하지 않습니다",
        )
    )
