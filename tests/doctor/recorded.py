"""Machines as their files and programs told of themselves, for the doctor's tests. Nothing of the machine that runs the tests is asked."""

from __future__ import annotations

import dataclasses
import fnmatch
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from grader.doctor import Machine, Ran
from grader.errors import HarnessError

UBUNTU = 'PRETTY_NAME="Ubuntu 24.04.1 LTS"\nID=ubuntu\nID_LIKE=debian\n'
FEDORA = 'PRETTY_NAME="Fedora Linux 42"\nID=fedora\n'
ARCH = 'PRETTY_NAME="Arch Linux"\nID=arch\n'
LINUX = "Linux version 6.8.0-45-generic (buildd@lcy02) (x86_64-linux-gnu-gcc-13) #45-Ubuntu SMP"
WSL1 = "Linux version 4.4.0-19041-Microsoft (Microsoft@Microsoft.com) (gcc version 5.4.0 (GCC) ) #1237-Microsoft"
WSL2 = "Linux version 5.15.153.1-microsoft-standard-WSL2 (root@941d701f84f1) (gcc (GCC) 11.2.0) #1 SMP"
MEMORY = "MemTotal:       16316412 kB\nMemFree:         1000000 kB\nMemAvailable:   12000000 kB\n"
HEADER = "#if __GNUC__ > 15\n#error -- unsupported GNU version! gcc versions later than 15 are not supported!\n#endif\n"
NVCC = "nvcc: NVIDIA (R) Cuda compiler driver\nCuda compilation tools, release 13.0, V13.0.88\n"
MODULE = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.183.01  Sun May 12 19:39:15 UTC 2024\nGCC version:  gcc 12\n"
OPEN_MODULE = "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build  (dvs-builder@U22)\n"
BWRAP_REFUSED = "bwrap: setting up uid map: Permission denied"

TOOLKIT = "/site/nvidia/cu13"
FILES = {
    "/etc/os-release": UBUNTU,
    "/proc/version": LINUX,
    "/proc/meminfo": MEMORY,
    f"{TOOLKIT}/include/crt/host_config.h": HEADER,
    "/proc/sys/user/max_user_namespaces": "63000\n",
    "/sys/fs/cgroup/cgroup.controllers": "cpu memory pids\n",
}
PROGRAMS = {
    "/usr/bin/g++ -dumpfullversion": Ran(0, "13.2.0\n"),
    f"{TOOLKIT}/bin/nvcc --version": Ran(0, NVCC),
}
ATTEMPTS: dict[str, Callable[[], str]] = {
    "nvcc": lambda: f"{TOOLKIT}/bin/nvcc",
    "natives": lambda: "/site/grader/native/warpgrade-device-v3",
    "cpu": lambda: "v3",
    "sandbox": lambda: "local: bubblewrap, cgroups v2, seccomp",
    "bubblewrap": lambda: "/site/bwrap",
    "cache": lambda: "/home/kim/.cache/warpgrade",
    "trial": lambda: "a100",
    "gpu_speed": lambda: "4102 GB/s, 5.1 us",
}


def failing(message: str) -> Callable[[], str]:
    """A part of ours that doesn't work."""

    def attempt() -> str:
        raise HarnessError(message)

    return attempt


def machine(
    files: Mapping[str, str | None] | None = None,
    programs: Mapping[str, Ran | None] | None = None,
    attempts: Mapping[str, Callable[[], str]] | None = None,
    **values: Any,
) -> Machine:
    """A laptop with Ubuntu 24.04 and no GPU on which everything works, but for what is said. Programs are found by how their command line
    begins; None takes one away."""
    contents = {path: text for path, text in {**FILES, **(files or {})}.items() if text is not None}
    commands = {line: ran for line, ran in {**PROGRAMS, **(programs or {})}.items() if ran is not None}
    on_path = {line.split()[0].rpartition("/")[2]: line.split()[0] for line in commands if line.startswith(("/usr/bin/", "/usr/local/"))}

    def run(argv: tuple[str, ...]) -> Ran | None:
        line = " ".join(argv)
        return next((ran for start, ran in sorted(commands.items(), reverse=True) if line.startswith(start)), None)

    known = [*contents, *(line.split()[0] for line in commands)]
    return dataclasses.replace(
        Machine(
            read=contents.get,
            find=lambda pattern: tuple(sorted({path for path in known if fnmatch.fnmatch(path, pattern)})),
            which=on_path.get,
            run=run,
            free_mib=lambda path: 50_000,
            attempts={**ATTEMPTS, **(attempts or {})},
        ),
        **values,
    )


def on_disk(path: Path) -> Machine:
    """A machine of tests/doctor/machines: its environment, files and programs, and nothing that isn't written there."""
    data = json.loads(path.read_text(encoding="utf-8"))
    ours = {name: failing("it is not installed") for name in ATTEMPTS}
    programs: dict[str, Ran | None] = {line: Ran(**ran) for line, ran in data["programs"].items()}
    nothing: dict[str, Any] = dict.fromkeys(PROGRAMS)
    on_path = {line.split()[0].rpartition("/")[2]: line.split()[0] for line in programs if "/bin/" in line.split()[0]}
    nowhere = dict.fromkeys(FILES)
    return machine(
        {**nowhere, **data["files"]},
        {**nothing, **programs},
        ours,
        root=data["root"],
        environment=data["environment"],
        which=on_path.get,
    )
