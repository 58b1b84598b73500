"""The image that sandboxes run in: a way to make it -> a name, and what of it a grade records.

Two kinds under one name; the one built last is in force. `machine`: nothing but links, mount points and two accounts, made here in a
moment; the compiler and its libraries are the machine's own /usr, shown read-only, as `local` does it. `system`: built from `docker/` on
Debian or on NVIDIA's CUDA image, with a compiler of its own.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import platform
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from grader.errors import HarnessError
from grader.sandbox import bwrap
from grader.sandbox.docker.engine import BUILD, Engine
from grader.sandbox.lend import HOST_UID

NAME = "warpgrade-run"
FORMAT = "1"  # goes up with what a container expects of its image
LABEL_KIND, LABEL_FORMAT, LABEL_CONTENT = "warpgrade.kind", "warpgrade.format", "warpgrade.content"
MACHINE, SYSTEM = "machine", "system"
DOCKERFILES = {"run": "Dockerfile", "gpu": "Dockerfile.gpu"}

_PARTS = {  # what a Dockerfile calls them
    "NVCC_VERSION": "nvidia-cuda-nvcc",
    "CRT_VERSION": "nvidia-cuda-crt",
    "RUNTIME_VERSION": "nvidia-cuda-runtime",
    "CCCL_VERSION": "nvidia-cuda-cccl",
    "NVVM_VERSION": "nvidia-nvvm",
}
_FOLDERS = (("tmp", 0o1777), ("usr", 0o755), ("etc", 0o755), ("proc", 0o755), ("sys", 0o755), ("dev", 0o755))


@dataclass(frozen=True)
class Image:
    """An image that is there and fits this grader."""

    name: str
    kind: str
    identity: str  # what a grade records: equal for equal content

    def binds(self) -> list[tuple[str, str]]:
        """(source, target) of what the machine adds: all of it for `machine`, nothing for `system`."""
        if self.kind == SYSTEM:
            return []
        tops = [f"/{name}" for name in bwrap.TOP_FOLDERS if os.path.isdir(f"/{name}") and not os.path.islink(f"/{name}")]
        return [(path, path) for path in ("/usr", *tops, *bwrap.STORES, *bwrap.ETC) if os.path.exists(path)]

    def hidden(self) -> tuple[str, ...]:
        """Folders below those that stay empty: locally installed things, the grader itself."""
        return bwrap.hidden_folders() if self.kind == MACHINE else ()


def find(engine: Engine, name: str = NAME) -> Image:
    """The image in force. Raises HarnessError: none, or one of another version."""
    found = engine.image(name)
    if found is None:
        raise HarnessError(f"The engine has no image {name!r}. Build it: {BUILD}.")
    labels = _labels(found)
    kind = labels.get(LABEL_KIND, "")
    if labels.get(LABEL_FORMAT) != FORMAT or kind not in (MACHINE, SYSTEM):
        raise HarnessError(f"The image {name!r} was made for another version of the grader, or by somebody else. Build it anew: {BUILD}.")
    # a machine's image says only what isn't in it: the machine's own system is named beside, and equal on equal machines
    identity = f"{labels.get(LABEL_CONTENT, '')}, on {_system()}" if kind == MACHINE else str(found.get("Id", ""))
    return Image(name=name, kind=kind, identity=f"{name} ({kind}) {identity}")


def from_machine(engine: Engine, name: str = NAME) -> None:
    """Makes the image of kind `machine`, unless it is in force already. Needs no registry."""
    content = machine_tar()
    labels = {LABEL_KIND: MACHINE, LABEL_FORMAT: FORMAT, LABEL_CONTENT: f"sha256:{hashlib.sha256(content).hexdigest()}"}
    if _labels(engine.image(name)) != labels:  # the one that loses its name would stay, nameless
        engine.import_image(content, name, [f"LABEL {key}={value}" for key, value in labels.items()])


def from_registry(engine: Engine, folder: Path, gpu: bool = False, name: str = NAME) -> Iterator[str]:
    """Builds the image of kind `system` from the Dockerfiles in `folder`; yields what the engine says."""
    dockerfile = DOCKERFILES["gpu" if gpu else "run"]
    if not (folder / dockerfile).is_file():
        raise HarnessError(
            f"There is no {dockerfile} in {folder}: name the folder `docker` of a checkout of Warpgrade with --folder, "
            "or use --from machine."
        )
    labels = {LABEL_KIND: SYSTEM, LABEL_FORMAT: FORMAT}
    yield from engine.build(str(folder), dockerfile, name, {"USER_ID": str(HOST_UID), **_pinned()}, labels)


def machine_tar() -> bytes:
    """The files of kind `machine`: the same bytes each time on the same kind of machine."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, mode in _FOLDERS:
            _add(tar, name, tarfile.DIRTYPE, mode)
        for name in bwrap.TOP_FOLDERS:
            if os.path.islink(f"/{name}"):
                _add(tar, name, tarfile.SYMTYPE, 0o777, link=os.readlink(f"/{name}").lstrip("/"))
        users = dict.fromkeys([HOST_UID, os.getuid()] if os.getuid() else [HOST_UID])
        passwd = "".join(f"student{'' if uid == HOST_UID else uid}:x:{uid}:{uid}:student:/tmp:/bin/sh\n" for uid in users)
        _add(tar, "etc/passwd", content=f"{passwd}nobody:x:65534:65534:nobody:/:/bin/false\n".encode())
        group = "".join(f"student{'' if uid == HOST_UID else uid}:x:{uid}:\n" for uid in users)
        _add(tar, "etc/group", content=f"{group}nogroup:x:65534:\n".encode())
    return buffer.getvalue()


def _labels(found: dict[str, Any] | None) -> dict[str, str]:
    return ((found or {}).get("Config") or {}).get("Labels") or {}


def _add(tar: tarfile.TarFile, name: str, kind: bytes = tarfile.REGTYPE, mode: int = 0o644, content: bytes = b"", link: str = "") -> None:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode, entry.size, entry.linkname = kind, mode, len(content), link
    tar.addfile(entry, io.BytesIO(content) if content else None)


def _system() -> str:
    """The machine's distribution in words."""
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
    except OSError:
        return "Linux"


def _pinned() -> dict[str, str]:
    """The compiler's parts, as this grader has them: the image is to have the same."""
    found = {}
    for argument, package in _PARTS.items():
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[argument] = metadata.version(package)
    return found
