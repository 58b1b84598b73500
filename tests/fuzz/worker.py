"""Worker: PTX texts on standard input -> one JSON line each: loaded, refused, or something that must not happen. A process of its own,
so that a crash is an answer too.

A text that loads is also run, with arguments that suit its parameters only by size: whatever it does, the device must stop it in order.
"""

from __future__ import annotations

import json
import resource
import struct
import sys
import zlib
from typing import Any

from grader import _core

MEMORY_BYTES = 6 << 30  # of data: more is a fault of the loader's, not of the machine's
BUFFER_BYTES = 1 << 16
BUDGET = 20000  # warp-instructions of a block
KERNELS = 2  # of a text that are run
LONGEST_MESSAGE = 400


def main() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    pipe = sys.stdin.buffer
    while head := pipe.read(4):
        text = pipe.read(struct.unpack("<I", head)[0]).decode()
        print(json.dumps(outcome(text)), flush=True)


def outcome(text: str) -> dict[str, Any]:
    try:
        _core.parse(text, bodies=True)
        device = _core.Device(memory_mib=64)
        program = device.load(text)
    except _core.LoadError as error:
        if not 1 <= error.ptx_line <= text.count("\n") + 1:
            return {"outcome": "odd", "detail": f"a LoadError names line {error.ptx_line}"}
        if not 0 < len(str(error)) <= LONGEST_MESSAGE:
            return {"outcome": "odd", "detail": f"a LoadError has {len(str(error))} characters"}
        return {"outcome": "refused"}
    except Exception as error:
        return {"outcome": "odd", "detail": f"loading raises {type(error).__name__}: {error}"}
    try:
        for kernel in program.kernels()[:KERNELS]:
            run(device, program, kernel, zlib.crc32(text.encode()))
    except Exception as error:
        return {"outcome": "odd", "detail": f"a launch raises {type(error).__name__}: {error}"}
    return {"outcome": "loaded"}


def run(device: _core.Device, program: _core.Program, kernel: dict[str, Any], chance: int) -> None:
    buffer = device.alloc(BUFFER_BYTES)
    args = bytearray(kernel["param_bytes"])
    for parameter, offset in zip(kernel["params"], kernel["param_offsets"], strict=True):
        if parameter["bytes"] == 8:
            args[offset : offset + 8] = struct.pack("<Q", buffer)
        elif parameter["bytes"] <= 4:
            args[offset] = 64
    checks = ("all", "none", "memcheck")[chance % 3]
    try:
        block = min(64, kernel["max_threads"])
        device.launch(
            program,
            kernel["name"],
            2,
            block,
            bytes(args),
            0,
            checks,
            threads=1 + chance // 3 % 2,
            max_block_instructions=BUDGET,
            max_kernel_s=10,
        )
    except ValueError as error:  # the launch's limits
        if "shared memory" not in str(error):
            raise
    device.free(buffer)


if __name__ == "__main__":
    main()
