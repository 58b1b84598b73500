"""What a process on this machine sees of the card: `python -m grader.devices.cuda.probe LIBRARY` -> one Probe as JSON on stdout.

A process of its own: the driver is loaded here and nowhere in the judge.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec

from grader.devices.cuda import runtime
from grader.devices.cuda.runtime import Cuda, CudaError
from grader.records import Record


class Probe(Record, frozen=True, kw_only=True):
    """The first card that CUDA_VISIBLE_DEVICES leaves, or what went wrong on the way to it."""

    error: int = 0  # cudaError_t
    error_name: str = ""
    driver: int = 0  # newest CUDA that the driver serves: 13000; 0: there is no driver
    runtime: int = 0
    devices: int = 0
    name: str = ""
    major: int = 0
    minor: int = 0
    free_bytes: int = 0
    total_bytes: int = 0
    compute_mode: int = 0  # 0 default, 2 prohibited, 3 exclusive to one process
    pools: bool = False
    pool_handles: int = 0
    driver_files: tuple[str, ...] = ()  # libraries of the driver that were loaded


def probe(library: str) -> Probe:
    """Asks the runtime in an order in which each answer makes the next one meaningful."""
    seen = Probe()
    try:
        cuda = Cuda(library)
        driver, version = cuda.versions()
        seen = msgspec.structs.replace(seen, driver=driver, runtime=version)
        seen = msgspec.structs.replace(seen, devices=cuda.device_count())
        if seen.devices:
            free, total = cuda.memory()  # makes the context: a card that is taken says so here
            seen = msgspec.structs.replace(
                seen,
                name=cuda.name(),
                major=cuda.attribute(runtime.MAJOR),
                minor=cuda.attribute(runtime.MINOR),
                free_bytes=free,
                total_bytes=total,
                compute_mode=cuda.attribute(runtime.COMPUTE_MODE),
                pools=bool(cuda.attribute(runtime.POOLS)),
                pool_handles=cuda.attribute(runtime.POOL_HANDLES),
                driver_files=_driver_files(),
            )
    except CudaError as error:
        return msgspec.structs.replace(seen, error=error.code, error_name=error.name)
    except OSError as error:
        return msgspec.structs.replace(seen, error=-1, error_name=str(error))
    return seen


def _driver_files() -> tuple[str, ...]:
    try:
        lines = Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    paths = {line.split(maxsplit=5)[5] for line in lines if len(line.split(maxsplit=5)) == 6}
    return tuple(sorted(path for path in paths if Path(path).name.startswith(("libcuda.so", "libnvidia-"))))


if __name__ == "__main__":
    print(msgspec.json.encode(probe(sys.argv[1])).decode())
