"""Speed: what this machine's card does at best, as the programs of kernels/probes measure it. They check their results themselves.

Used by `grader doctor` and the benchmarks, so that a figure of a solution stands beside what the card can reach.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from grader.errors import HarnessError
from grader.scratch import scratch_folder
from grader.toolchain import nvcc_command, nvcc_environment, runtime_library

PROBES = ("bandwidth", "launch_latency")
PROBE_S = 60.0


def measured(probe: str, kernels: Path, environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """One probe, compiled and run -> its figures; their names carry units. `kernels` is the course's folder of that name; `environment`
    chooses the runtime library (default: NVIDIA's). Raises HarnessError if it can't be compiled or run, or computed something wrong."""
    source = kernels / "probes" / f"{probe}.cu"
    if not source.is_file():
        raise HarnessError(f"{source} isn't here: students' courses come without the probes")
    runtime = environment or {"LD_LIBRARY_PATH": str(runtime_library().parent)}
    with scratch_folder() as folder:
        program = folder / probe
        _said(nvcc_command(["-O2", f"-I{kernels / 'include'}", "-o", str(program), str(source)]), nvcc_environment())
        said = _said([str(program)], {**os.environ, **runtime})
    try:
        figures: dict[str, Any] = json.loads(said)
    except ValueError:
        raise HarnessError(f"the probe {probe} said {said[:80]!r} where its figures belong") from None
    return figures


def _said(command: Sequence[str], environment: Mapping[str, str]) -> str:
    name = Path(command[0]).name
    try:
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=PROBE_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise HarnessError(f"{name} could not do its work: {error}") from None
    if ended.returncode:
        words = (ended.stderr.strip() or ended.stdout.strip()).splitlines()
        raise HarnessError(f"{name} ended with exit status {ended.returncode}{f': {words[0][:200]}' if words else ''}")
    return ended.stdout
