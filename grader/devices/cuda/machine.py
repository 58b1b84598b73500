"""The machine's side of a real GPU: which files of driver and toolkit there are, and whether the card can be used for grading. Enters:
nothing. Leaves: a Machine, or a HarnessError that says in plain words what is missing and what to do."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import msgspec

from grader import toolchain
from grader.devices.contract import Client
from grader.devices.cuda.probe import Probe
from grader.devices.cuda.runtime import POSIX_DESCRIPTOR
from grader.errors import HarnessError
from grader.libraries import LIBRARIES
from grader.records import Record

INSTEAD = "or grade with `--device emulated`, which needs no GPU"
NEEDED_DRIVER = 13000  # CUDA 13.0: driver 580 and newer
NEEDED_CAPABILITY = (7, 5)  # the oldest that the CUDA 13 compiler knows: Turing
DEFAULT_MODE = 0
NEEDED_BYTES = 1 << 30
PROBE_S = 60.0  # the first use after the machine has started may load the driver
_NODES = ("nvidiactl", "nvidia-uvm", "nvidia-uvm-tools", *(f"nvidia{i}" for i in range(16)), "dxg")
_SANITIZERS = ("/usr/local/cuda/bin/compute-sanitizer", "/opt/cuda/bin/compute-sanitizer")
_OVERHEAD_MIB = 2048  # of the driver in each process that uses it: its own heap, code, page tables of mapped memory

# cudaError_t of the first calls -> what it means here.
_ERRORS = {
    2: "the card's memory is full: other programs hold it (`nvidia-smi` lists them). Grade when they have ended",
    3: "the driver could not be initialised: is the machine's GPU visible here (`nvidia-smi`)?",
    35: "the driver is older than the CUDA runtime",  # told in full by _too_old
    46: "the card is busy or in exclusive mode: another program holds it (`nvidia-smi` lists them). Grade when it has ended",
    100: "the driver sees no GPU (is CUDA_VISIBLE_DEVICES set to none, or the container without `--gpus`?)",
    101: "CUDA_VISIBLE_DEVICES names a GPU that isn't there",
    802: "the driver isn't ready yet (on a machine with NVSwitch the fabric manager must run first)",
    803: "the driver and its libraries are of different versions: restart the machine after a driver update",
    804: "the driver's compatibility libraries don't work with this card: install driver 580 or newer",
}


class Machine(Record, frozen=True, kw_only=True):
    """What card process and runner need to reach the card."""

    cudart: Path  # the runtime library
    library_folders: tuple[Path, ...]  # LD_LIBRARY_PATH
    environment: dict[str, str] = {}
    shows: tuple[Path, ...] = ()  # what the sandbox must show apart from /usr and /lib
    nodes: tuple[Path, ...] = ()
    memory_mib: int = 0
    sanitizer: Path | None = None
    name: str = ""
    capability: tuple[int, int] = (0, 0)
    driver: int = 0
    start_s: float = 20.0  # a context on a large machine takes a second or two; several at a time, or the machine's first, more

    def variables(self) -> dict[str, str]:
        return {**self.environment, "LD_LIBRARY_PATH": ":".join(str(folder) for folder in self.library_folders)}

    def client(self) -> Client:
        """What any program needs in order to use the card from inside a sandbox."""
        return Client(environment=self.variables(), shows=self.shows, nodes=self.nodes, memory_mib=self.memory_mib, start_s=self.start_s)


def look() -> Machine:
    """The real card of this machine. Raises HarnessError."""
    cudart = toolchain.runtime_library()
    seen = ask(cudart)
    if trouble := refusal(seen):
        raise HarnessError(trouble)
    folders = sorted({Path(file).parent for file in seen.driver_files})
    hidden = [folder for folder in folders if not str(folder).startswith(("/usr/lib", "/lib"))]  # those the sandbox shows anyway
    libraries = [folder / "lib" for library in LIBRARIES.values() if (folder := library.installed())]  # for assignments that ask for them
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    return Machine(
        cudart=cudart,
        library_folders=(cudart.parent, *libraries, *folders),
        environment={"CUDA_VISIBLE_DEVICES": visible} if visible is not None else {},
        shows=(cudart.parent, *libraries, *hidden, *(path for path in (Path("/sys"),) if path.is_dir())),
        nodes=_nodes(),
        memory_mib=_OVERHEAD_MIB,
        sanitizer=find_sanitizer(),
        name=seen.name,
        capability=(seen.major, seen.minor),
        driver=seen.driver,
    )


def ask(cudart: Path, environment: dict[str, str] | None = None) -> Probe:
    """Runs the probe. Raises HarnessError if it doesn't answer."""
    command = [sys.executable, "-m", "grader.devices.cuda.probe", str(cudart)]
    try:
        ended = subprocess.run(
            command, capture_output=True, timeout=PROBE_S, stdin=subprocess.DEVNULL, env={**os.environ, **(environment or {})}
        )
    except subprocess.TimeoutExpired:
        raise HarnessError(f"the GPU's driver did not answer within {PROBE_S:g} s: is the card hung (`nvidia-smi`)? {INSTEAD}") from None
    try:
        return msgspec.json.decode(ended.stdout, type=Probe)
    except msgspec.MsgspecError:
        said = ended.stderr.decode("utf-8", "replace").strip().splitlines()
        raise HarnessError(f"the GPU can't be asked ({said[-1] if said else f'exit status {ended.returncode}'}); {INSTEAD}") from None


def refusal(seen: Probe) -> str:
    """Why this card can't be graded on, in plain words; "" if it can."""
    if seen.error == -1:
        return f"the CUDA runtime can't be loaded ({seen.error_name}): {toolchain.REINSTALL}"
    if seen.driver == 0:
        return f"there is no NVIDIA driver on this machine: install driver 580 or newer, {INSTEAD}"
    if seen.driver < NEEDED_DRIVER or seen.error == 35:
        has = f"CUDA {seen.driver // 1000}.{seen.driver % 1000 // 10}"
        return f"the NVIDIA driver is too old: it serves {has}, and CUDA 13.0 is needed. Install driver 580 or newer, {INSTEAD}"
    if seen.error:
        known = _ERRORS.get(seen.error, "the GPU can't be used")
        return f"{known}; {INSTEAD} ({seen.error_name}, {seen.error})"
    if seen.devices == 0:
        return f"{_ERRORS[100]}; {INSTEAD}"
    if (seen.major, seen.minor) < NEEDED_CAPABILITY:
        has, wanted = f"{seen.major}.{seen.minor}", ".".join(map(str, NEEDED_CAPABILITY))
        return f"the card ({seen.name}) is too old: compute capability {has}, and CUDA 13 compiles for {wanted} and newer; {INSTEAD}"
    if seen.compute_mode != DEFAULT_MODE:
        return (
            f"the card ({seen.name}) is in exclusive mode, and grading needs several processes on it: "
            f"`nvidia-smi -c DEFAULT` as an administrator, {INSTEAD}"
        )
    if not seen.pools or not seen.pool_handles & POSIX_DESCRIPTOR:
        return (
            f"the driver can't share the card's memory between processes by file descriptor ({seen.name}; WSL is known for it), "
            f"and without that a program's results can't be trusted; {INSTEAD}"
        )
    if seen.free_bytes < NEEDED_BYTES:
        return f"{_ERRORS[2]}; {INSTEAD} ({seen.free_bytes >> 20} MiB of {seen.total_bytes >> 20} MiB are free)"
    return ""


def find_sanitizer() -> Path | None:
    """NVIDIA's compute-sanitizer, if the machine has one; no wheel that we depend on brings it. `bin/compute-sanitizer` of a toolkit only
    starts the one in the folder beside."""
    for name in (shutil.which("compute-sanitizer"), *_SANITIZERS, str(toolchain.toolkit_root() / "bin" / "compute-sanitizer")):
        if name and os.access(name, os.X_OK):
            path = Path(name).resolve()
            beside = path.parent.parent / "compute-sanitizer" / "compute-sanitizer"
            return beside if beside.is_file() else path
    return None


def _nodes() -> tuple[Path, ...]:
    folder = Path("/dev/nvidia-caps")  # slices of a card (MIG) are opened through these
    caps = sorted(folder.iterdir()) if folder.is_dir() else []
    return tuple(path for path in (*(Path("/dev", name) for name in _NODES), *caps) if path.is_char_device())
