"""The filter as an engine reads it says the same as the one that `local` loads, for every call and any arguments."""

from __future__ import annotations

import errno
import json
import os
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import HarnessError
from grader.sandbox import seccomp, syscalls
from grader.sandbox.docker.profile import by_argument, outside, profile
from tests.contracts.test_seccomp import ARCH, COLUMN, decide

NUMBERS = {
    name: row for table in (syscalls.ALLOWED, syscalls.SHARED_MEMORY, syscalls.BY_ARGUMENT, syscalls.REFUSED) for name, row in table.items()
}
DOCUMENTS: dict[str, dict[str, Any]] = {machine: json.loads(profile(machine)) for machine in ARCH}
PROGRAMS = {machine: seccomp.program(machine, shared_memory=True) for machine in ARCH}
BITS = st.integers(0, 31).map(lambda place: 1 << place)
NEAR = st.sampled_from(
    [0, 1, 2, 0xFFFFFFFF, 0x40000, seccomp.CREATES, seccomp.SPECIAL_BITS, *seccomp.TERMINAL_INPUT, *(v + 1 for v in seccomp.TERMINAL_INPUT)]
)
ARGUMENT = st.one_of(st.integers(0, 0xFFFFFFFF), BITS, NEAR, st.tuples(NEAR, BITS).map(lambda pair: pair[0] ^ pair[1]))


def answers(document: dict[str, Any], name: str, arguments: tuple[int, ...]) -> set[str | int]:
    """Of every rule that matches; the default's if none does."""
    found: set[str | int] = set()
    for rule in document["syscalls"]:
        if name not in rule["names"]:
            continue
        assert {condition["op"] for condition in rule.get("args", ())} <= {"SCMP_CMP_MASKED_EQ"}
        indexes = [condition["index"] for condition in rule.get("args", ())]
        assert len(indexes) == len(set(indexes))  # an engine takes two conditions on one argument for alternatives
        if all(arguments[each["index"]] & each["value"] == each["valueTwo"] for each in rule.get("args", ())):
            found.add("allow" if rule["action"] == "SCMP_ACT_ALLOW" else rule["errnoRet"])
    return found or {document["defaultErrnoRet"]}


@pytest.mark.parametrize("machine", sorted(ARCH))
@pytest.mark.parametrize("name", sorted(NUMBERS))
def test_every_call_is_answered_as_local_answers_it(machine: str, name: str) -> None:
    number = NUMBERS[name][COLUMN[machine]]
    program = PROGRAMS[machine]
    assert program is not None
    if number is None:
        assert all(name not in rule["names"] for rule in DOCUMENTS[machine]["syscalls"])
        return
    for arguments in ((0,) * 6, (1, 1, 1, 1, 1, 1), (0xFFFFFFFF,) * 6, (2, 0x5412, 0o4755, 0o6000, 0, 0)):
        assert answers(DOCUMENTS[machine], name, arguments) == {decide(program, ARCH[machine], number, *arguments)}


@pytest.mark.parametrize("machine", sorted(ARCH))
@given(name=st.sampled_from(sorted(syscalls.BY_ARGUMENT)), arguments=st.tuples(*[ARGUMENT] * 6))
def test_arguments_are_looked_at_in_the_same_way(machine: str, name: str, arguments: tuple[int, ...]) -> None:
    number = NUMBERS[name][COLUMN[machine]]
    program = PROGRAMS[machine]
    assert program is not None
    if number is not None:
        assert answers(DOCUMENTS[machine], name, arguments) == {decide(program, ARCH[machine], number, *arguments)}


def test_what_no_table_names_does_not_exist() -> None:
    for document in DOCUMENTS.values():
        assert document["defaultAction"] == "SCMP_ACT_ERRNO"
        assert document["defaultErrnoRet"] == errno.ENOSYS
        assert answers(document, "clone3", (0,) * 6) == {errno.ENOSYS}
        assert len(document["architectures"]) == 1  # no 32-bit calls beside


@given(st.sets(st.one_of(st.integers(0, 0xFFFFFFFF), NEAR), max_size=5), st.lists(ARGUMENT, max_size=20))
def test_blocks_hold_every_number_but_those(values: set[int], numbers: list[int]) -> None:
    blocks = outside(values)
    for number in {*numbers, *values, *(value ^ 1 for value in values)}:
        assert sum(number & mask == value for mask, value in blocks) == (number not in values)
    # disjoint blocks: their sizes add up
    assert sum(1 << (32 - mask.bit_count()) for mask, _ in blocks) == (1 << 32) - len(values)


def test_a_call_without_a_rule_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError, match="no rule for the arguments of read"):
        by_argument("read")


def test_an_unknown_machine_is_refused_in_words() -> None:
    with pytest.raises(HarnessError, match=r"no system call filter for riscv64; it knows aarch64, x86_64.*--sandbox local"):
        profile("riscv64")


def test_the_same_each_time() -> None:
    assert profile(os.uname().machine) == profile(os.uname().machine)
