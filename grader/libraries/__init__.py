"""Libraries: the name that an assignment asks for -> headers and sources of what stands in for it on a machine without a GPU.

A stand-in has the library's interface and our kernels, for the emulated device: `NAME/include` is put before a student's program, and the
sources are compiled once and linked into it (grader/build/libraries.py, docs/design/cudnn.md). On a real GPU it is the library itself.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

_HERE = Path(__file__).resolve().parent


class Library(NamedTuple):
    """One of them. Its kernels lie in a namespace that no program of a student's may use."""

    name: str
    title: str
    namespace: str
    wheel: str  # what has the library itself
    extra: str  # of ours, that installs the wheel
    inside: str  # the wheel's folder, beside its other packages
    link: str  # its file there

    @property
    def folder(self) -> Path:
        return _HERE / self.name

    @property
    def mangled(self) -> str:
        """How the names of its kernels and functions go on behind _ZN."""
        return f"{len(self.namespace)}{self.namespace}"

    @property
    def include(self) -> Path:
        return self.folder / "include"

    def installed(self) -> Path | None:
        """The folder of the wheel that has the library itself, with lib/ and include/; None if it isn't there."""
        top, _, rest = self.inside.partition("/")
        spec = importlib.util.find_spec(top)
        for parent in (spec.submodule_search_locations if spec else None) or ():
            folder = Path(parent) / rest
            if (folder / "lib" / self.link).is_file() and (folder / "include").is_dir():
                return folder
        return None

    def sources(self) -> tuple[Path, ...]:
        """What is compiled, in order."""
        return tuple(sorted(f for f in self.folder.iterdir() if f.suffix in (".cu", ".cpp")))

    def files(self) -> tuple[Path, ...]:
        """All that its programs are made of."""
        return tuple(sorted(f for f in self.folder.rglob("*") if f.suffix in (".cu", ".cpp", ".h", ".inc")))


LIBRARIES = {
    "cudnn": Library("cudnn", "cuDNN", "cudnn_standin", "nvidia-cudnn-cu13", "cudnn", "nvidia/cudnn", "libcudnn.so.9"),
}
STAND_IN = "stand-in"
TELLS = ("warpgradeLibraryBegin", "warpgradeLibraryEnd")  # what a stand-in tells the emulated GPU's runtime of its calls


def used(names: tuple[str, ...], device: str) -> dict[str, str]:
    """What a grade says of the assignment's libraries: title -> "stand-in", or the version that a real GPU ran. `device`: a label as
    "emulated:a100"."""
    emulated = device.partition(":")[0] == "emulated"
    return {LIBRARIES[name].title: STAND_IN if emulated else version(LIBRARIES[name]) or "not installed" for name in names}


def told(environment: Mapping[str, str]) -> dict[str, str]:
    """What `used` said, out of all that a grade says of the machine and the tools."""
    return {library.title: environment[library.title] for library in LIBRARIES.values() if library.title in environment}


def version(library: Library) -> str:
    """Of the library itself, "" if it isn't installed."""
    try:
        return importlib.metadata.version(library.wheel)
    except importlib.metadata.PackageNotFoundError:
        return ""


@lru_cache(maxsize=8)
def digest(name: str) -> str:
    """Of a stand-in's files, by content: it decides points as an assignment's own files do."""
    library = LIBRARIES[name]
    found = hashlib.sha256()
    for file in library.files():
        content = file.read_bytes()
        found.update(f"{file.relative_to(library.folder)}\0{len(content)}\0".encode() + content)
    return found.hexdigest()


def of_kernel(kernel: str) -> str:
    """The library whose kernel this is, by its demangled name; "" for a student's."""
    return next((name for name, library in LIBRARIES.items() if kernel.removeprefix("void ").startswith(f"{library.namespace}::")), "")


# cudnnStatus_t: what the stand-in returns.
_STATUS = {
    1001: "CUDNN_STATUS_NOT_INITIALIZED",
    2000: "CUDNN_STATUS_BAD_PARAM",
    3000: "CUDNN_STATUS_NOT_SUPPORTED",
    4003: "CUDNN_STATUS_INTERNAL_ERROR_HOST_ALLOCATION_FAILED",
    5000: "CUDNN_STATUS_EXECUTION_FAILED",
}


def status_name(status: int) -> str:
    return _STATUS.get(status, "a status that is no success")
