"""Peers: other ways to run these kernels with no GPU, where a machine has them."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def simulator() -> str:
    """Why numba's simulator can't be used; empty if it can."""
    return "" if importlib.util.find_spec("numba") else "not present (pip install numba)"


def simulated_s(name: str, size: int) -> float:
    """Seconds that numba's CUDA simulator takes for the launches of a benchmark."""
    environment = {**os.environ, "NUMBA_ENABLE_CUDASIM": "1"}
    command = [sys.executable, str(HERE / "simulated.py"), name, str(size)]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if ended.returncode:
        sys.exit(f"{' '.join(command)} ended with {ended.returncode}:\n{ended.stdout}{ended.stderr}")
    return float(ended.stdout)


def gpuocelot() -> str:
    """What is known of gpuocelot here."""
    found = shutil.which("OcelotConfig")
    return f"{found} is there, and not measured: it rejects the PTX of nvcc 13 (shfl.sync, version 9.0)" if found else "not present"


def hip_cpu() -> str:
    """What is known of HIP-CPU here: it has no compiler for <<<>>> and wants the sources rewritten for HIP."""
    folders = [os.environ.get("HIP_CPU", ""), "/usr/include", "/usr/local/include", "/opt/hip-cpu/include"]
    found = [folder for folder in folders if folder and any(Path(folder).glob("**/hip/hip_api.hpp"))][:1]
    return f"{found[0]} is there, and not measured: these sources are CUDA" if found else "not present"
