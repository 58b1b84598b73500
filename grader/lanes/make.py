"""Make: a lane's row -> its folder, whole or not at all. Enters: an interpreter of the right version and a package index. Leaves: base/
(the interpreter and its standard library, a copy, so that a sandbox can show it wherever the original lies), packages/, lane.json.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import msgspec

from grader.errors import HarnessError
from grader.lanes.find import NOTE, Note, lanes_root, minor
from grader.lanes.table import Lane
from grader.toolchain import UsageError

OLDEST = (3, 11)  # that a lane without a version of its own takes
_LEFT_OUT = shutil.ignore_patterns(
    *("site-packages", "dist-packages", "test", "tests", "idlelib", "turtledemo", "tkinter", "lib2to3", "ensurepip", "__pycache__"),
    *("config-*", "*.a", "EXTERNALLY-MANAGED"),
)
_ABOUT = """
import json, os, sys, sysconfig
print(json.dumps({
    "version": ".".join(map(str, sys.version_info[:3])),
    "program": os.path.realpath(getattr(sys, "_base_executable", "") or sys.executable),
    "library": sysconfig.get_path("stdlib", vars={"installed_base": sys.base_prefix, "base": sys.base_prefix}),
    "shared": os.path.join(sysconfig.get_config_var("LIBDIR") or "", sysconfig.get_config_var("LDLIBRARY") or ""),
}))
"""
_PACKAGES = """
import json, sys
from importlib.metadata import distributions
print(json.dumps({d.metadata["Name"]: d.version for d in distributions(path=[sys.argv[1]])}))
"""

Say = Callable[[str], None]


def make(lane: Lane, python: str = "", root: Path | None = None, say: Say = lambda text: None) -> Path:
    """Makes a lane that has no parts; one that is there already is replaced when the new one is whole. `python` names an interpreter.

    Raises UsageError if there is none of the right version, HarnessError if the packages can't be had or the disk is full.
    """
    root = root or lanes_root()
    about = interpreter(lane, python)
    say(f"Python {about['version']}: {about['program']}")
    try:
        root.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=f".{lane.name}-", dir=root))
    except OSError as error:
        raise HarnessError(
            f"{root} can't be written ({error.strerror}); set $GRADER_LANES to a folder with {lane.mib} MiB of space"
        ) from None
    try:
        made.chmod(0o755)
        _copy(about, made / "base")
        say("packages: " + ", ".join(lane.requirements))
        _install(lane, about, made, root)
        _publish(made, root / lane.name)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return root / lane.name


def interpreter(lane: Lane, named: str = "") -> dict[str, str]:
    """What an interpreter says of itself: version, program, library, shared. Raises UsageError."""
    candidates = [named] if named else list(_candidates(lane))
    wanted = f"Python {lane.python}" if lane.python else f"Python {OLDEST[0]}.{OLDEST[1]} or newer"
    seen = []
    for candidate in candidates:
        about = _about(candidate)
        if about is None:
            continue
        seen.append(about["version"])
        if minor(about["version"]) == lane.python or (not lane.python and tuple(map(int, about["version"].split(".")[:2])) >= OLDEST):
            return about
    there = f"{named} is {seen[0] if seen else 'no interpreter that runs'}" if named else "none was found"
    raise UsageError(f"{lane.title} needs {wanted}, and {there}; name one: grader lane make {lane.name} --python PATH")


def _candidates(lane: Lane) -> Iterator[str]:
    if not lane.python:
        yield sys.executable
        return
    yield f"python{lane.python}"
    for versions in (Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions", Path.home() / ".local/share/uv/python"):
        with contextlib.suppress(OSError):
            yield from (str(found) for found in sorted(versions.glob(f"*{lane.python}.*/bin/python{lane.python}"), reverse=True))


def _about(candidate: str) -> dict[str, str] | None:
    try:
        ended = subprocess.run([candidate, "-I", "-c", _ABOUT], capture_output=True, text=True, timeout=30, check=False)
        return dict(json.loads(ended.stdout)) if ended.returncode == 0 else None
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def _copy(about: Mapping[str, str], base: Path) -> None:
    name = f"python{minor(about['version'])}"
    try:
        (base / "bin").mkdir(parents=True)
        shutil.copy2(about["program"], base / "bin" / name)
        shutil.copytree(about["library"], base / "lib" / name, ignore=_LEFT_OUT, symlinks=False)
        if ".so" in Path(about["shared"]).name and Path(about["shared"]).is_file():
            for file in Path(about["shared"]).parent.glob("libpython3*.so*"):
                shutil.copy2(file, base / "lib" / file.name)
        for file in (*base.rglob("*"), base):
            file.chmod(0o755 if file.is_dir() or os.access(file, os.X_OK) else 0o644)
    except (OSError, shutil.Error) as error:
        raise HarnessError(f"the interpreter {about['program']} can't be copied: {error}") from None
    _run([str(base / "bin" / name), "-I", "-m", "compileall", "-q", str(base / "lib" / name)], "compile its library", fatal=False)


def _install(lane: Lane, about: Mapping[str, str], made: Path, root: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _run([about["program"], "-I", "-m", "venv", folder], "make an environment")
        pip = [f"{folder}/bin/python", "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-warn-script-location"]
        _run([*pip, "--target", str(made / "packages"), *lane.requirements], f"install {', '.join(lane.requirements)}")
        listed = _run([f"{folder}/bin/python", "-I", "-c", _PACKAGES, str(made / "packages")], "list its packages")
    shutil.rmtree(made / "packages" / "bin", ignore_errors=True)  # scripts that name an environment which is gone
    for lender, folder in lane.borrows:
        if not (root / lender / "packages" / folder).is_dir():
            raise HarnessError(f"{folder} comes from the lane {lender}: first `grader lane make {lender}`")
        shutil.copytree(root / lender / "packages" / folder, made / "packages" / folder, dirs_exist_ok=True)
    note = Note(name=lane.name, python=about["version"], packages=json.loads(listed), requirements=lane.requirements, borrows=lane.borrows)
    (made / NOTE).write_bytes(msgspec.json.format(msgspec.json.encode(note), indent=2))
    for file in made.rglob("*"):  # whatever umask pip ran under: the sandbox's user reads it
        if not file.is_symlink():
            file.chmod(file.stat().st_mode & 0o777 | (0o755 if file.is_dir() else 0o644))


def _publish(made: Path, place: Path) -> None:
    old = place.with_name(f".{place.name}-old")
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.rename(old)
    made.rename(place)
    shutil.rmtree(old, ignore_errors=True)


def _run(argv: list[str], what: str, fatal: bool = True) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    try:
        ended = subprocess.run(argv, capture_output=True, text=True, env=environment, check=False)
    except OSError as error:
        raise HarnessError(f"can't {what}: {error}") from None
    if ended.returncode and fatal:
        said = (ended.stderr.strip() or ended.stdout.strip()).splitlines()
        raise HarnessError(f"can't {what}: {said[-1] if said else f'exit status {ended.returncode}'}")
    return ended.stdout
