"""The lane for a machine with a GPU and no package registry. Standard library only: it runs before anything is installed.

    python tools/gpu.py run [pytest arguments]     uses .venv if it works, else makes one from what this machine has and from wheelhouse/;
                                                   then the tests marked `gpu` and benchmarks/gpu.py
    python tools/gpu.py wheelhouse [--python 3.12] [--no-compiler]
                                                   on a machine with a registry: downloads the wheels that the other one may lack
Exit status 3: it could not be run here, and the words say what is missing.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
WHEELHOUSE = ROOT / "wheelhouse"
NOT_RUN = 3
COMPILER = "nvidia-"  # wheels of the CUDA compiler: 350 MB, and a machine with a GPU may have the toolkit
PLATFORMS = "manylinux_2_28 manylinux_2_27 manylinux_2_17 manylinux2014 manylinux_2_12 manylinux2010 manylinux_2_5 manylinux1".split()
TOOLKITS = ("/usr/local/cuda", "/usr/local/cuda-13.0", "/opt/cuda")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run").add_argument("arguments", nargs=argparse.REMAINDER)
    house = commands.add_parser("wheelhouse")
    house.add_argument("--python", default=f"{sys.version_info.major}.{sys.version_info.minor}")
    house.add_argument("--no-compiler", action="store_true")
    options = parser.parse_args()
    if options.command == "wheelhouse":
        return wheelhouse(options.python, options.no_compiler)
    return run(options.arguments)


# ---- on the machine with the GPU


def run(arguments: list[str]) -> int:
    if not has_gpu():
        return stop("no NVIDIA GPU on this machine (nvidia-smi lists none)")
    environment = dict(os.environ)
    if not ready():
        trouble = make_venv()
        if trouble:
            return stop(trouble)
    if not has_compiler_wheels():
        toolkit = find_toolkit()
        if toolkit is None:
            return stop(
                "no CUDA 13.0 compiler: neither its wheels are installed nor is a toolkit of that version at "
                + " or ".join(TOOLKITS)
                + ".\n"
                "On a machine with a package registry: make wheelhouse, and copy the folder wheelhouse/ here"
            )
        environment["GRADER_CUDA_TOOLKIT"] = str(toolkit)
        print(f"compiler: {toolkit}")
    tests = subprocess.run([PYTHON, "-m", "pytest", "-q", "-m", "gpu", *(arguments or ["tests"])], cwd=ROOT, env=environment)
    figures = subprocess.run([PYTHON, "benchmarks/gpu.py", "--save"], cwd=ROOT, env=environment)
    return tests.returncode or figures.returncode


def has_gpu() -> bool:
    program = shutil.which("nvidia-smi")
    if program is None:
        return False
    listed = subprocess.run([program, "-L"], capture_output=True, text=True)
    return listed.returncode == 0 and "GPU" in listed.stdout


def ready() -> bool:
    """Whether .venv holds a grader that runs."""
    return PYTHON.is_file() and subprocess.run([PYTHON, "-c", "import grader._core, pytest, numpy"], capture_output=True).returncode == 0


def make_venv() -> str:
    """A .venv over what the machine has, our package built into it. Why that isn't possible, or ""."""
    if not shutil.which("g++"):
        return "g++ is needed and was not found"
    made = subprocess.run([sys.executable, "-m", "venv", "--system-site-packages", "--without-pip", VENV], capture_output=True, text=True)
    if made.returncode != 0:
        return f"python -m venv failed: {made.stderr.strip()}"
    wanted = requirements()
    lacking = missing([name for name in wanted if not name.startswith(COMPILER)])
    wheels = [str(path) for path in sorted(WHEELHOUSE.glob("*.whl"))] if WHEELHOUSE.is_dir() else []
    chosen = [path for path in wheels if normal(Path(path).name.split("-")[0]) in lacking or Path(path).name.startswith("nvidia")]
    # wheels bring what they need themselves: all of the wheelhouse that the machine lacks, by name
    chosen += [path for path in wheels if path not in chosen and missing([normal(Path(path).name.split("-")[0])])]
    if chosen:
        print(f"installing {len(chosen)} wheels from wheelhouse/")
        installed = pip(["install", "-q", "--no-index", "--no-deps", *chosen])
        if installed:
            return installed
    lacking = missing([name for name in wanted if not name.startswith(COMPILER)])
    if lacking:
        return (
            f"these packages are missing: {', '.join(sorted(lacking))}.\n"
            f"On a machine with a package registry: make wheelhouse PYTHON_VERSION={sys.version_info.major}.{sys.version_info.minor}, "
            "and copy the folder wheelhouse/ here"
        )
    print("building (some minutes) …")
    return pip(["install", "-q", "--no-index", "--no-deps", "--no-build-isolation", "-e", str(ROOT)])


def pip(arguments: list[str]) -> str:
    """The machine's own pip, working on .venv. Its last words if it fails, or ""."""
    environment = {**os.environ, "PATH": f"{PYTHON.parent}:{os.environ.get('PATH', '')}"}
    command = [sys.executable, "-m", "pip", "--python", str(PYTHON), "--disable-pip-version-check", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, env=environment)
    return "" if ended.returncode == 0 else f"pip {arguments[0]} failed:\n{ended.stderr.strip()[-2000:]}"


def requirements() -> dict[str, str]:
    """Distribution -> requirement: what the package, its build and its tests need."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = [*table["build-system"]["requires"], *table["project"]["dependencies"], "pytest>=8.2"]
    return {normal(re.split(r"[ <>=!~;\[]", each, maxsplit=1)[0]): each for each in listed}


def missing(names: list[str]) -> set[str]:
    """Those that .venv, with the machine's own packages in sight, doesn't have. cmake and ninja count as programs too."""
    code = "import importlib.metadata as m, json\nprint(json.dumps([d.metadata['Name'] or '' for d in m.distributions()]))"
    found = subprocess.run([PYTHON, "-c", code], capture_output=True, text=True)
    there = {normal(name) for name in json.loads(found.stdout or "[]")}
    return {name for name in names if name not in there and not (name in ("cmake", "ninja") and shutil.which(name))}


def has_compiler_wheels() -> bool:
    return not missing([name for name in requirements() if name.startswith(COMPILER)])


def find_toolkit() -> Path | None:
    """A CUDA toolkit of exactly the pinned version."""
    for name in (os.environ.get("GRADER_CUDA_TOOLKIT"), *TOOLKITS):
        file = Path(name or "", "version.json")
        if name and file.is_file() and json.loads(file.read_text())["cuda"]["version"].startswith("13.0."):
            return Path(name).resolve()
    return None


def stop(words: str) -> int:
    print(f"not run: {words}", file=sys.stderr)
    return NOT_RUN


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


# ---- on a machine with a registry


def wheelhouse(python: str, no_compiler: bool) -> int:
    wanted = [each for name, each in requirements().items() if not (no_compiler and name.startswith(COMPILER))]
    machine = os.uname().machine
    platforms = [word for name in PLATFORMS for word in ("--platform", f"{name}_{machine}")]
    command = [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--only-binary=:all:", "-d", str(WHEELHOUSE)]
    ended = subprocess.run([*command, "--python-version", python, "--implementation", "cp", *platforms, *wanted])
    if ended.returncode == 0:
        size = sum(path.stat().st_size for path in WHEELHOUSE.glob("*.whl"))
        print(f"{len(list(WHEELHOUSE.glob('*.whl')))} wheels for Python {python} on {machine}, {size >> 20} MiB: copy wheelhouse/ along")
    return ended.returncode


if __name__ == "__main__":
    sys.exit(main())
