"""Probes of the machine itself: which system, processor, memory, disk, terminal."""

from __future__ import annotations

import re

from grader.doctor.machine import Machine
from grader.doctor.record import Found, both, missing, ok, problem, same
from grader.doctor.remedies import os_release

MEMORY_MIB = 2048  # what the compiler may use at most, and enough for a case beside it
DISK_MIB = 1024


def wsl(machine: Machine) -> int:
    """0, or the version of the Windows Subsystem for Linux. WSL 1 has no Linux kernel: Microsoft's imitation calls itself 4.4."""
    version = (machine.read("/proc/version") or "") + (machine.read("/proc/sys/kernel/osrelease") or "")
    if "microsoft" not in version.lower():  # a kernel of one's own runs in WSL 2 only
        return 2 if machine.environment.get("WSL_DISTRO_NAME") and machine.find("/run/WSL") else 0
    return 2 if "WSL2" in version or "microsoft-standard" in version or not re.match(r"Linux version [34]\.", version) else 1


def system(machine: Machine) -> Found:
    name = os_release(machine).get("PRETTY_NAME") or machine.system
    if machine.system != "Linux":
        return problem(
            both(f"{machine.system}: the emulated GPU runs on Linux only", f"{machine.system}: 에뮬레이션 GPU는 리눅스에서만 동작합니다"),
            both(
                "use a Linux container (Docker Desktop runs linux/arm64 on a Mac) or a Linux machine; on Windows, WSL 2: wsl --install",
                "리눅스 컨테이너(맥에서는 Docker Desktop의 linux/arm64)나 리눅스 컴퓨터를 쓰세요. 윈도우에서는 WSL 2: wsl --install",
            ),
        )
    generation = wsl(machine)
    if generation == 1:
        return problem(
            both(
                f"{name} under WSL 1, which has no Linux kernel: no sandbox, no GPU",
                f"WSL 1의 {name}: 리눅스 커널이 없어 샌드박스와 GPU를 쓸 수 없습니다",
            ),
            both(
                f"in PowerShell: wsl --set-version {machine.environment.get('WSL_DISTRO_NAME', '<distribution>')} 2",
                f"PowerShell에서: wsl --set-version {machine.environment.get('WSL_DISTRO_NAME', '<배포판>')} 2",
            ),
        )
    under = " under WSL 2" if generation == 2 else ""
    return ok(both(f"{name}{under}, {machine.architecture}", f"{name}{' (WSL 2)' if under else ''}, {machine.architecture}"))


def cpu(machine: Machine) -> Found:
    works, text = machine.attempt("cpu")
    if not works:
        return problem(same(text))
    return ok(both(f"{machine.architecture}, build {text}", f"{machine.architecture}, 빌드 {text}"))


def memory(machine: Machine) -> Found:
    values = {
        name: int(kib) >> 10 for name, kib in re.findall(r"^(MemTotal|MemAvailable):\s+(\d+) kB", machine.read("/proc/meminfo") or "", re.M)
    }
    total, free = values.get("MemTotal"), values.get("MemAvailable")
    if total is None:
        return missing(both("unknown: /proc/meminfo can't be read", "알 수 없음: /proc/meminfo를 읽지 못했습니다"))
    text = both(f"{_gib(total)}, {_gib(free or 0)} free", f"{_gib(total)}, 여유 {_gib(free or 0)}")
    if (free if free is not None else total) >= MEMORY_MIB:
        return ok(text)
    advice = both("close other programs", "다른 프로그램을 닫으세요")
    if wsl(machine):
        advice = both(
            "close other programs, or raise memory= below [wsl2] in %UserProfile%\\.wslconfig and run wsl --shutdown",
            "다른 프로그램을 닫거나, %UserProfile%\\.wslconfig의 [wsl2] 아래 memory= 값을 올리고 wsl --shutdown을 실행하세요",
        )
    return missing(
        both(f"{text.en}: a compiler run takes up to {_gib(MEMORY_MIB)}", f"{text.ko}: 컴파일에 최대 {_gib(MEMORY_MIB)}가 쓰입니다"), advice
    )


def disk(machine: Machine) -> Found:
    works, text = machine.attempt("cache")
    if not works:
        return problem(
            both(f"the cache can't be written: {text}", f"캐시 폴더에 쓸 수 없습니다: {text}"),
            same("export GRADER_CACHE=/tmp/warpgrade-cache"),
        )
    free = machine.free_mib(text)
    temporary = machine.free_mib(machine.environment.get("TMPDIR") or "/tmp")
    low = [f"{place}: {mib} MiB" for place, mib in ((text, free), ("/tmp", temporary)) if mib is not None and mib < DISK_MIB]
    if low:
        return missing(
            both(f"little space left in {', '.join(low)}", f"남은 공간이 적습니다: {', '.join(low)}"),
            same(f"rm -rf {text}/builds {text}/grades"),
        )
    return ok(both(f"{text}, {_gib(free or 0)} free", f"{text}, 여유 {_gib(free or 0)}"))


def terminal(machine: Machine) -> Found:
    if machine.encoding.lower().replace("-", "").replace("_", "") == "utf8":
        return ok(same("UTF-8"))
    return missing(
        both(
            f"{machine.encoding or 'unknown'}: Korean text may not show",
            f"{machine.encoding or '알 수 없음'}: 한글이 보이지 않을 수 있습니다",
        ),
        same("export LC_ALL=C.UTF-8"),
    )


def _gib(mib: int) -> str:
    return f"{mib / 1024:.1f} GiB"
