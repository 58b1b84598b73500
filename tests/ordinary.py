"""This very Python, with our packages, as an ordinary user: a script -> how it ended. For root only, who can become one.

What that user needs may lie below folders that are closed to others (a home, `mktemp -d`). Nothing of the machine is opened for it: in a
mount namespace of its own an empty, open folder is laid over each closed one, and what is needed is shown in there at its own place.
"""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
from pathlib import Path

USER = 61234  # no account of a usual system
ROOT = Path(__file__).resolve().parents[1]
_NEW_MOUNTS = 0x00020000  # CLONE_NEWNS
_BIND, _WITH_INNER, _PRIVATE = 0x1000, 0x4000, 0x40000  # MS_BIND, MS_REC, MS_PRIVATE


def run(script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The script under `python -c`, in `/`, with nothing of our environment but where packages are."""
    return subprocess.run(
        [sys.executable, "-I", __file__, json.dumps(needed()), script, *arguments],
        cwd="/",
        env={"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
    )


def needed() -> list[str]:
    """The interpreter, all that it imports from and the checkout; in a folder that is closed itself, whatever is in there."""
    wanted = [ROOT, *map(Path, (sys.base_prefix, sys.prefix, *(path for path in sys.path if path)))]
    program = Path(sys.executable)
    wanted.append(program.parent)
    while program.is_symlink():  # a virtual environment's is one, and may lead over others
        program = program.parent / os.readlink(program)
        wanted.append(program.parent)
    there = {place for each in wanted for place in (each.absolute(), each.resolve()) if place.exists()}
    closed = {place for place in there if _closed(place)}
    return sorted(map(str, there - closed | {entry for place in closed for entry in place.iterdir()}))


def _closed(place: Path) -> bool:
    """Whether others may not list or enter it."""
    return place.is_dir() and place.stat().st_mode & 0o005 != 0o005


def _show(places: list[str]) -> None:
    """Makes each reachable in this process's namespace. Those above come before those below."""
    libc = ctypes.CDLL(None, use_errno=True)

    def mount(source: str, target: Path, kind: str, flags: int, options: str = "") -> None:
        if libc.mount(source.encode(), bytes(target), kind.encode(), ctypes.c_ulong(flags), options.encode()) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(target))

    if libc.unshare(_NEW_MOUNTS) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), "unshare")
    mount("none", Path("/"), "", _PRIVATE | _WITH_INNER)
    os.umask(0o022)
    held = {Path(place): os.open(place, os.O_PATH) for place in places if os.path.exists(place)}  # before anything is laid over them
    for place, descriptor in held.items():
        while closed := next((folder for folder in reversed(place.parents) if _closed(folder)), None):
            mount("none", closed, "tmpfs", 0, "mode=755")
        if not place.exists():
            source = f"/proc/self/fd/{descriptor}"
            (place if os.path.isdir(source) else place.parent).mkdir(parents=True, exist_ok=True)
            if not os.path.isdir(source):
                place.touch()
            mount(source, place, "", _BIND | _WITH_INNER)


def _main(places: str, *words: str) -> None:
    listed = json.loads(places)
    if any(_closed(folder) for place in listed for folder in Path(place).parents):
        _show(listed)
    os.setgroups([])
    os.setresgid(USER, USER, USER)
    os.setresuid(USER, USER, USER)
    os.execv(sys.executable, [sys.executable, "-c", *words])


if __name__ == "__main__":
    _main(*sys.argv[1:])
