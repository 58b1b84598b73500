"""Hand-out: an assignment -> the files that a student works with and no other: texts, figures, networks, starter, headers, checks, marker.

A list of what is given, not of what is held back: a new file in an assignment's folder stays with the staff until it is named here.
`place` puts them into a folder, whole or not at all, and never over a file that is there.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from grader.assignment import OWN_HEADERS, ROOM, Assignment
from grader.errors import HarnessError
from grader.libraries import LIBRARIES
from grader.toolchain import UsageError, toolkit_root

MARKER = ".warpgrade.toml"  # says which assignment a folder is of
TEXTS = ("README.md", "README.ko.md")
PUBLIC_CHECKS = "test_public.py"
FIGURES = {".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp"}
GIVEN = FIGURES | {".cfg", ".weights"}  # and networks to work with
_INCLUDE = re.compile(r'^\s*#\s*include\s*"(ck/[\w./]+)"', re.M)
HEADERS = "include"  # where the headers of ck/ go
TOOLS = ("check.cuh", "math.cuh", "vector.cuh")  # of ck/, for every assignment; others may hold what some assignment asks for


def handout(assignment: Assignment) -> dict[str, bytes]:
    """Relative path -> content, the student's own files first."""
    starter = assignment.folder / "starter"
    files = {name: (starter / name).read_bytes() for name in assignment.files if (starter / name).is_file()}
    files |= {path: content for path, content in below(starter) if path not in files}
    for name in TEXTS:
        if (assignment.folder / name).is_file():
            files[name] = _at_home((assignment.folder / name).read_bytes())
    for file in sorted(assignment.folder.iterdir()):
        if file.suffix.lower() in GIVEN and file.is_file():
            files[file.name] = file.read_bytes()
    checks = assignment.folder / PUBLIC_CHECKS
    if checks.is_file():
        files[PUBLIC_CHECKS] = checks.read_bytes()
    files |= {f"{ROOM}/{path}": content for path, content in below(assignment.folder / ROOM)}
    files |= {f"{HEADERS}/{name}": (assignment.include / name).read_bytes() for name in header_names(assignment)}
    files |= {f"{HEADERS}/{path}": content for path, content in below(assignment.folder / OWN_HEADERS)}
    if assignment.entries:
        files[".clangd"] = _editor(assignment).encode()
    files[MARKER] = f'# Which assignment this folder is of; `grader check` reads it.\nassignment = "{assignment.slug}"\n'.encode()
    return files


def marked(folder: Path) -> str | None:
    """What the marker of a folder, or of the nearest folder above, says. Raises UsageError for a marker that can't be read."""
    for parent in (folder, *folder.parents):
        file = parent / MARKER
        if not file.is_file():
            continue
        try:
            slug = tomllib.loads(file.read_text(encoding="utf-8")).get("assignment")
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise UsageError(f"{file} can't be read ({error}); delete it, or say --assignment NAME") from None
        if not isinstance(slug, str):
            raise UsageError(f'{file} has no line `assignment = "…"`; delete it, or say --assignment NAME')
        if not re.fullmatch(r"[\w-]+", slug):  # a path would be somebody's own checks, and they would run here
            raise UsageError(f"{file} names {slug!r}, which is no assignment's name; delete it, or say --assignment NAME")
        return slug
    return None


def place(files: Mapping[str, bytes], folder: Path) -> None:
    """Writes all files below `folder`, which may exist. Raises UsageError, with nothing written, if any of them is there already or the
    folder can't be used."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; name a folder")
    there = [name for name in files if os.path.lexists(folder / name)]
    if there:
        listed = ", ".join(there[:6]) + (", …" if len(there) > 6 else "")
        raise UsageError(f"{folder} already has {listed}; nothing was written. Name another folder, or move what is there")
    try:
        if folder.exists():
            _into(files, folder)
        else:
            _anew(files, folder)
    except FileExistsError as error:  # it came up in this very moment
        raise UsageError(f"{error.filename} is there already; nothing was written") from None
    except OSError as error:
        raise HarnessError(f"{folder} can't be written ({error.strerror or error}); name another folder") from None


def _anew(files: Mapping[str, bytes], folder: Path) -> None:
    """Aside, then renamed: the folder is whole from its first moment."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        _write(files, aside, [])
        mask = os.umask(0)
        os.umask(mask)
        aside.chmod(0o777 & ~mask)
        aside.rename(folder)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def _into(files: Mapping[str, bytes], folder: Path) -> None:
    """Into a folder that exists: what was written before a failure is taken back."""
    written: list[Path] = []
    try:
        _write(files, folder, written)
    except BaseException:
        for path in reversed(written):
            if path.is_dir():
                path.rmdir()
            else:
                path.unlink(missing_ok=True)
        raise


def _write(files: Mapping[str, bytes], folder: Path, written: list[Path]) -> None:
    for name, content in files.items():
        file = folder / name
        for parent in reversed([p for p in file.parents if p != folder and p.is_relative_to(folder)]):
            if not parent.is_dir():
                parent.mkdir()
                written.append(parent)
        with file.open("xb") as stream:  # x: never over a file that is there
            written.append(file)
            stream.write(content)


def header_names(assignment: Assignment) -> list[str]:
    """The contract's header, the tools that everybody gets, those that the assignment names and what the starter includes, by their names
    below include/."""
    usual = [f"ck/{name}" for name in TOOLS if assignment.entries]
    included = [
        name for _, content in below(assignment.folder / "starter") for name in _INCLUDE.findall(content.decode("utf-8", "replace"))
    ]
    wanted = {*usual, *included, *assignment.tools, *([assignment.header] if assignment.header else [])}
    return sorted(name for name in wanted if (assignment.include / name).is_file())


def below(folder: Path) -> Iterable[tuple[str, bytes]]:
    """Regular files below a folder, by relative path; nothing hidden, no links, nothing that Python left behind."""
    for file in sorted(folder.rglob("*")):
        parts = file.relative_to(folder).parts
        if file.is_file() and not file.is_symlink() and not any(part.startswith((".", "__pycache__")) for part in parts):
            yield "/".join(parts), file.read_bytes()


def _at_home(text: bytes) -> bytes:
    """Links of a hand-out that lead to the course's headers lead to the copies beside it."""
    return re.sub(rb"\]\((\.\./)+kernels/include/", f"]({HEADERS}/".encode(), text)


def _editor(assignment: Assignment) -> str:
    """clangd's settings: CUDA as nvcc compiles it here, so that an editor knows ck/ and the contract's header. The toolkit's path is this
    machine's; elsewhere, `grader start` into another folder writes another one."""
    flags = ["-xcuda", "-std=c++17", "--cuda-gpu-arch=sm_80", f"-I{HEADERS}"]
    flags += [f"-I{LIBRARIES[name].include}" for name in assignment.libraries]
    with contextlib.suppress(HarnessError):  # no compiler installed: the rest is useful all the same
        flags.append(f"--cuda-path={toolkit_root()}")
    if assignment.header:
        flags += ["-include", assignment.header]
    listed = "".join(f"    - '{flag}'\n" for flag in flags)
    head = "# For editors that use clangd: this assignment's headers, and CUDA's. Not part of what you hand in.\n"
    return f"{head}CompileFlags:\n  Add:\n{listed}"
