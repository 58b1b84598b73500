"""A CUDA program that is built already -> what ptxas says of its kernels: registers. The emulated GPU runs PTX and doesn't know them."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

from grader import toolchain
from grader.build.diagnostics import registers

PTX = re.compile(rb"\.version \d+\.\d+\s*\n\.target sm_(\d+)[^\0]*")
PTXAS_S = 60.0
LARGEST_BYTES = 256 << 20


def kernel_registers(program: Path) -> dict[str, int]:
    """Registers per thread by mangled kernel; {} if the program holds no PTX as plain text, or ptxas doesn't take it."""
    if program.stat().st_size > LARGEST_BYTES:
        return {}
    found: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "kernels.ptx"
        for ptx in PTX.finditer(program.read_bytes()):
            source.write_bytes(ptx[0])
            command = [str(toolchain.toolkit_root() / "bin" / "ptxas"), "-v", f"-arch=sm_{ptx[1].decode()}", "-o", "/dev/null", str(source)]
            try:
                done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=PTXAS_S, check=False)
            except (OSError, subprocess.TimeoutExpired):
                continue
            found |= registers(done.stdout + done.stderr)
    return found
