"""Types of grader._core, the native module made from grader/emulator/bindings.cpp."""

from collections.abc import Sequence
from typing import Any

from typing_extensions import Buffer

class LoadError(ValueError):
    """PTX that can't be loaded. `file` and `line`: the source position in force, "" and 0 if the PTX names none."""

    ptx_line: int
    file: str
    line: int

class Program:
    def kernels(self) -> list[dict[str, Any]]: ...
    def variable(self, name: str) -> tuple[int, int]: ...

class Device:
    def __init__(self, memory_mib: int = 1024) -> None: ...
    def alloc(self, nbytes: int, name: str = "", input: bool = False) -> int: ...
    def free(self, address: int) -> None: ...
    def upload(self, address: int, data: Buffer) -> None: ...
    def download(self, address: int, nbytes: int) -> bytes: ...
    def load(self, ptx: str) -> Program: ...
    def launch(
        self,
        program: Program,
        kernel: str,
        grid: int | Sequence[int],
        block: int | Sequence[int],
        args: Sequence[tuple[str, float] | Buffer] | Buffer,
        dynamic_shared: int = 0,
        checks: str = "all",
        threads: int = 1,
        max_block_instructions: int = 1 << 31,
        max_kernel_s: float = 0.0,
        sm_count: int = 108,
        shared_bytes_per_block: int = 48 << 10,
        shared_bytes_per_sm: int = 164 << 10,
        cooperative: bool = False,
        schedule_seed: int = 0,
    ) -> dict[str, Any]: ...

def parse(text: str, bodies: bool = False) -> dict[str, Any]: ...
def opcode_rows() -> list[tuple[str, list[str]]]: ...
def refused_rows() -> list[tuple[str, str]]: ...
def demangle(mangled: str) -> str: ...
def base_name(demangled: str) -> str: ...
