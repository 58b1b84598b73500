"""Compare: a Program on the emulated GPU, in several ways -> what differs from the scalar oracle, in words; and how to make it small."""

from __future__ import annotations

import copy
import struct
from collections.abc import Callable, Iterator
from typing import Any

from grader import _core
from tests.fuzz.control import If, Loop
from tests.fuzz.program import FIRST, STATE_BYTES, Outputs, Program
from tests.fuzz.statements import Statement

WAYS: tuple[dict[str, Any], ...] = (
    {"threads": 1, "checks": "all"},
    {"threads": 2, "checks": "all"},
    {"threads": 1, "checks": "none"},
    {"threads": 2, "checks": "all", "schedule_seed": 7},
)
BUDGET = 1 << 20  # warp-instructions of a block: generated programs need a few thousand
SLOT_BYTES = 8 * len(FIRST)
REGISTER_NAMES = [*(f"r{i}" for i in range(8)), *(f"d{i}" for i in range(4)), *(f"h{i}" for i in range(4)), "p"]


def differences(program: Program, ways: tuple[dict[str, Any], ...] = WAYS) -> list[str]:
    """Empty if all launches leave what the oracle says, count what it counts, find nothing, and agree with one another."""
    want = program.expected()
    try:
        device = _core.Device(memory_mib=64)
        module = device.load(program.ptx())
    except _core.LoadError as error:
        return [f"refused: line {error.ptx_line}: {error}"]
    said: list[str] = []
    first: dict[str, Any] | None = None
    for way in ways:
        got, raw = _launch(device, module, program, way)
        name = ", ".join(f"{key} {value}" for key, value in way.items())
        said += [f"{name}: {what}" for what in _against(program, want, got, raw)]
        counted = {key: raw[key] for key in ("metrics", "lines", "warp_instructions")}
        if first is None:
            first = counted
        elif way["checks"] != "none" and "schedule_seed" not in way and counted != first:
            said.append(f"{name}: other counters than with {ways[0]}")
        if said:
            break
    return said


def _launch(device: _core.Device, module: _core.Program, program: Program, way: dict[str, Any]) -> tuple[Outputs, dict[str, Any]]:
    sums = struct.pack(f"<{len(FIRST)}Q", *FIRST)
    contents = (program.init, bytes(len(program.init)), program.own, program.table, sums, bytes(SLOT_BYTES * program.blocks))
    addresses = []
    for content in contents:
        addresses.append(device.alloc(len(content)))
        device.upload(addresses[-1], content)
    args = [*(("ptr", address) for address in addresses), program.scalars]
    raw = device.launch(module, "k", program.blocks, program.threads, args, max_block_instructions=BUDGET, **way)
    read = [device.download(address, len(content)) for address, content in zip(addresses, contents, strict=True)]
    for address in addresses:
        device.free(address)
    executed = int(raw["metrics"]["smsp__thread_inst_executed.sum"])
    return Outputs(result=read[1], own=read[2], accumulators=read[4], shared=read[5], executed=executed), raw


def _against(program: Program, want: Outputs, got: Outputs, raw: dict[str, Any]) -> Iterator[str]:
    if raw["error"]:
        yield f"error {raw['error']}"
    for finding in raw["findings"]:
        yield f"{'note' if finding['note'] else 'finding'} {finding['verdict']}: {finding['message']}"
    if got.result != want.result:
        yield _first_register(program, want.result, got.result)
    for name in ("own", "accumulators", "shared"):
        w, g = getattr(want, name), getattr(got, name)
        if w != g:
            at = next(i for i in range(len(w)) if w[i] != g[i])
            yield f"{name}: byte {at} is {g[at]:#x}, not {w[at]:#x}"
    if got.executed != want.executed:
        yield f"{got.executed} thread instructions were counted, not {want.executed}"


def _first_register(program: Program, want: bytes, got: bytes) -> str:
    for n in range(program.blocks * program.threads):
        piece = slice(n * STATE_BYTES, (n + 1) * STATE_BYTES)
        pairs = zip(struct.unpack("<8I4Q4HI4x", want[piece]), struct.unpack("<8I4Q4HI4x", got[piece]), REGISTER_NAMES, strict=True)
        for w, g, name in pairs:
            if w != g:
                return f"block {n // program.threads}, thread {n % program.threads}: {name} is {g:#x}, not {w:#x}"
    return "the padding between registers differs"


# ---- making it small --------------------------------------------------------------------------------------------------------------------


def minimised(program: Program, fails: Callable[[Program], bool], most: int = 2000) -> Program:
    """The program without what isn't needed for `fails` to hold. Tries `most` variants."""
    small = program
    changed = True
    while changed and most > 0:
        changed = False
        for variant in _smaller(small):
            most -= 1
            if most <= 0:
                break
            try:
                if fails(variant):
                    small, changed = variant, True
                    break
            except Exception:  # a variant that the oracle can't run isn't smaller, it is broken
                continue
    return small


def _smaller(program: Program) -> Iterator[Program]:
    if program.blocks > 1:
        yield _cut(program, 1, program.threads)
    for threads in (1, 32, 33):
        if threads < program.threads:
            yield _cut(program, program.blocks, threads)
    places = list(_places(program.body)) + [place for function in program.functions for place in _places(function.body)]
    total = len(places)
    for size in (16, 8, 4, 2, 1):  # larger pieces first
        for start in range(0, total, size):
            variant = copy.deepcopy(program)
            copies = list(_places(variant.body)) + [place for function in variant.functions for place in _places(function.body)]
            for body, index in sorted(copies[start : start + size], key=lambda place: -place[1]):
                if index < len(body):
                    del body[index]
            if copies:
                yield variant
    for number, (body, index) in enumerate(places):
        if isinstance(body[index], (If, Loop)):
            for inner in range(len(body[index].bodies())):
                variant = copy.deepcopy(program)
                copies = list(_places(variant.body)) + [place for function in variant.functions for place in _places(function.body)]
                outer, at = copies[number]
                outer[at : at + 1] = outer[at].bodies()[inner]
                yield variant


def _places(body: list[Statement]) -> Iterator[tuple[list[Statement], int]]:
    for index, statement in enumerate(body):
        yield body, index
        for inner in statement.bodies():
            yield from _places(inner)


def _cut(program: Program, blocks: int, threads: int) -> Program:
    variant = copy.deepcopy(program)
    variant.blocks, variant.threads = blocks, threads
    return variant
