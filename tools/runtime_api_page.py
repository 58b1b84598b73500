"""The page docs/runtime-api.md: which functions of the CUDA runtime the emulated GPU has, from the two lists that client and device share.

python3 tools/runtime_api_page.py          prints it
python3 tools/runtime_api_page.py --write  writes it
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "runtime-api.md"
LISTS = ROOT / "grader" / "emulator" / "device"

# The first pattern that a refused function's name matches says why it is refused.
REFUSED = (
    ("CUDA graphs and stream capture", r"Graph|Capture|UserObject"),
    ("Arrays, textures, surfaces", r"Array|Texture|Surface|ChannelDesc"),
    ("OpenGL, EGL, VDPAU, external memory and semaphores, RDMA, NvSci", r"GL|VDPAU|Graphics|External|RDMA|NvSci"),
    ("Other processes' memory and events (a memory pool can be shared)", r"Ipc"),
    ("Modules loaded at run time, driver entry points", r"Library|DriverEntry|ExportTable"),
    ("Thread block clusters", r"Cluster"),
    ("Others", r""),
)

HEAD = """# The runtime API of the emulated GPU

Written by `tools/runtime_api_page.py` from the lists in `grader/emulator/device/`; a test holds them equal, and another fails for a
function that no program in `tests/cuda/` calls.

A program that `grader nvcc` builds finds all functions of CUDA 13's `libcudart.so.13`. Those in the first table do what NVIDIA's
documentation says, with its error codes. The others return `cudaErrorNotSupported` (801), and the run's record names them (`unsupported` of
`device.json`, `grader exec` prints them): nothing is silently left out.

## Supported: {count} functions

| | |
| --- | --- |
"""

NOTES = """
`_ptds` and `_ptsz`, the names of the same functions for per-thread default streams, are there as well.

Some answers are the emulated GPU's own:

- `cudaGetDeviceProperties` and `cudaDeviceGetAttribute` give the figures of the profile's card, and what is refused below is told as
  missing (no cluster launch, no inter-process events, no sparse arrays, no RDMA). Attributes that CUDA 13 doesn't have are
  `cudaErrorInvalidValue`.
- Registers (`cudaFuncGetAttributes().numRegs`, occupancy, "too many resources requested for launch") are ptxas' figures, which
  `grader nvcc` puts beside the PTX. A program that was built without them counts as if each kernel needed 32, an estimate, and no launch is
  refused for its registers.
- The card has the profile's memory (or what `--memory-mib` gave the device), whatever this machine has: memory costs nothing until it is
  touched. Work that fills more than the machine can spare (four fifths of what is available, or `--resident-mib`) is ended with
  `cudaErrorMemoryAllocation` and an `UNSUPPORTED` finding. Pinned and managed memory is the host's and doesn't count as the card's.
- Memory pools say how much they use and reserve by a model (pieces of 32 MiB, given back when memory is freed beyond the release
  threshold).
- `cudaHostRegister` exchanges the pages for shared ones in place. Another thread must not write to them during the call, and a child made
  by `fork` shares them. The host pointer itself works in kernels.
- Advice, prefetches, cache and bank-size wishes, stream attributes are checked, kept and told again, and change nothing.
- An error that costs the context (an illegal address, a failed assertion, a timeout) stays until the process ends, also after
  `cudaDeviceReset`.

## Refused: {refused} functions

| | |
| --- | --- |
"""


def supported() -> dict[str, list[str]]:
    """Group -> functions, in the list's order."""
    groups: dict[str, list[str]] = {}
    group = ""
    for line in (LISTS / "api_supported.inc").read_text(encoding="utf-8").splitlines():
        if heading := re.fullmatch(r"// == (.+)", line):
            group = heading[1]
        elif row := re.fullmatch(r"X\((\w+)\)", line):
            groups.setdefault(group, []).append(row[1])
    return groups


def refused() -> dict[str, list[str]]:
    """Reason -> functions, by name."""
    text = (LISTS / "api_unsupported.inc").read_text(encoding="utf-8")
    groups: dict[str, list[str]] = {reason: [] for reason, _ in REFUSED}
    for name in sorted(re.findall(r"^[XV]\((\w+)", text, re.MULTILINE)):
        groups[next(reason for reason, pattern in REFUSED if re.search(pattern, name))].append(name)
    return groups


def page() -> str:
    """The whole page."""

    def rows(groups: dict[str, list[str]]) -> str:
        return "".join(f"| {group} | {' '.join(f'`{name}`' for name in names)} |\n" for group, names in groups.items() if names)

    have, lack = supported(), refused()
    head = HEAD.format(count=sum(map(len, have.values())))
    return head + rows(have) + NOTES.format(refused=sum(map(len, lack.values()))) + rows(lack)


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        sys.stdout.write(page())
