"""The system call filter, run by a small interpreter of classic BPF: also for the machine that we are not on."""

from __future__ import annotations

import errno
import re
import struct
from pathlib import Path

import pytest

from grader.sandbox import seccomp, syscalls

ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
COLUMN = {"x86_64": 0, "aarch64": 1}
ALLOW, KILL, EPERM, ENOSYS = "allow", "kill", errno.EPERM, errno.ENOSYS
MACHINES = sorted(ARCH)


def decide(program: bytes, arch: int, number: int, *arguments: int) -> str | int:
    """What the kernel would do: allow, kill, or an errno."""
    code = list(struct.iter_unpack("<HBBI", program))
    data = struct.pack("<IIQ6Q", number, arch, 0, *(list(arguments) + [0] * 6)[:6])
    accumulator, at = 0, 0
    while True:
        operation, if_true, if_false, constant = code[at]
        at += 1
        if operation == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, constant)
        elif operation == 0x06:
            return {0x7FFF0000: ALLOW, 0x80000000: KILL}.get(constant) or constant & 0xFFFF
        else:
            true = {
                0x15: accumulator == constant,
                0x25: accumulator > constant,
                0x35: accumulator >= constant,
                0x45: accumulator & constant,
            }
            at += if_true if true[operation] else if_false


class Filter:
    def __init__(self, machine: str, shared_memory: bool) -> None:
        program = seccomp.program(machine, shared_memory=shared_memory)
        assert program is not None
        self.program, self.machine = program, machine

    def __call__(self, name: str, *arguments: int) -> str | int | None:
        tables = (syscalls.ALLOWED, syscalls.SHARED_MEMORY, syscalls.BY_ARGUMENT, syscalls.REFUSED)
        number = next(table[name][COLUMN[self.machine]] for table in tables if name in table)
        return None if number is None else decide(self.program, ARCH[self.machine], number, *arguments)


@pytest.fixture(params=MACHINES)
def ask(request: pytest.FixtureRequest) -> Filter:
    return Filter(request.param, shared_memory=True)


def test_every_row_of_the_tables_is_answered(ask: Filter) -> None:
    assert {ask(name) for name in syscalls.ALLOWED} <= {ALLOW, None}
    assert {ask(name) for name in syscalls.REFUSED} <= {EPERM, None}


def test_what_no_table_names_does_not_exist(ask: Filter) -> None:
    named = {
        row[COLUMN[ask.machine]]
        for table in (syscalls.ALLOWED, syscalls.SHARED_MEMORY, syscalls.BY_ARGUMENT, syscalls.REFUSED)
        for row in table.values()
    }
    answers = {decide(ask.program, ARCH[ask.machine], number) for number in range(1000) if number not in named}
    assert answers == {ENOSYS}
    assert 435 not in named  # clone3: libraries must fall back to clone, whose flags can be seen


def test_sockets_are_local(ask: Filter) -> None:
    assert ask("socket", 1) == ask("socketpair", 1) == ALLOW
    assert {ask("socket", family) for family in (0, 2, 10, 16, 17, 38, 40)} == {EPERM}


def test_threads_but_no_namespaces(ask: Filter) -> None:
    assert ask("clone", 0x3D0F00) == ALLOW  # pthread_create
    assert ask("clone", 0x4111) == ALLOW  # vfork-like, SIGCHLD
    assert {ask("clone", flag | 17) for flag in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000)} == {EPERM}


def test_no_special_bits(ask: Filter) -> None:
    at_fdcwd, create, temporary = 0xFFFFFF9C, 0o101, 0o20200000
    assert ask("fchmodat", at_fdcwd, 0, 0o755) == ask("fchmod", 3, 0o1777) == ALLOW
    assert {ask("fchmodat", at_fdcwd, 0, bits | 0o755) for bits in (0o4000, 0o2000, 0o6000)} == {EPERM}
    assert ask("openat", at_fdcwd, 0, create, 0o644) == ALLOW
    assert ask("openat", at_fdcwd, 0, create, 0o4644) == ask("openat", at_fdcwd, 0, temporary, 0o2644) == EPERM
    assert ask("openat", at_fdcwd, 0, 0, 0o4644) == ALLOW  # opens only: whatever lies in the mode's register means nothing
    assert ask("mknodat", at_fdcwd, 0, 0o104755) == EPERM
    assert ask("chmod", 0, 0o4755) in (EPERM, None)


def test_terminals_and_personalities(ask: Filter) -> None:
    assert ask("ioctl", 0, 0x5401) == ALLOW
    assert ask("ioctl", 0, 0x5412) == ask("ioctl", 0, 0x541C) == EPERM
    assert ask("personality", 0xFFFFFFFF) == ask("personality", 0x40000) == ALLOW
    assert ask("personality", 0x400000) == ask("personality", 8) == EPERM


@pytest.mark.parametrize("machine", MACHINES)
def test_shared_memory_only_where_it_is_counted(machine: str) -> None:
    assert {Filter(machine, True)(name) for name in syscalls.SHARED_MEMORY} == {ALLOW}
    assert {Filter(machine, False)(name) for name in syscalls.SHARED_MEMORY} == {EPERM}


@pytest.mark.parametrize("machine", MACHINES)
def test_other_architectures_are_killed(machine: str) -> None:
    ask = Filter(machine, True)
    for arch in (0x40000003, 0x40000028, *(value for name, value in ARCH.items() if name != machine)):
        assert decide(ask.program, arch, 0) == KILL


def test_x32_is_refused() -> None:
    ask = Filter("x86_64", True)
    assert {decide(ask.program, ARCH["x86_64"], 0x40000000 + number) for number in (0, 1, 59, 512, 545)} == {EPERM}


def test_an_unknown_machine_has_no_filter() -> None:
    assert seccomp.program("riscv64", shared_memory=True) is None


def test_the_program_is_one_the_kernel_takes(ask: Filter) -> None:
    assert len(ask.program) // 8 <= 4096


@pytest.mark.parametrize(
    ("header", "column"), [("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", 0), ("/usr/include/asm-generic/unistd.h", 1)]
)
def test_numbers_are_the_kernels(header: str, column: int) -> None:
    if not Path(header).exists():
        pytest.skip("this machine has no such header")
    kernel = {name: int(number) for name, number in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", Path(header).read_text())}
    kernel.setdefault("newfstatat", kernel.get("fstatat", -1))
    ours = {
        name: row[column]
        for table in (syscalls.ALLOWED, syscalls.SHARED_MEMORY, syscalls.BY_ARGUMENT, syscalls.REFUSED)
        for name, row in table.items()
    }
    assert {name: number for name, number in ours.items() if number is not None and kernel.get(name, number) != number} == {}
