"""What the tests of grader.intake build: trees of files, archives, clones; and what they look at."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from grader.intake.record import Found, Scene
from grader.intake.table import read_layout

KERNEL = "__global__ void k() {}\n"


def tree(root: Path, *names: str) -> Path:
    """Files below a folder; a name that ends with / is a folder."""
    for name in names:
        path = root / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{KERNEL}// {name}\n")
    return root


def zipped(target: Path, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target


def tarred(target: Path, files: Mapping[str, bytes], *, special: tarfile.TarInfo | None = None) -> Path:
    with tarfile.open(target, "w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        if special is not None:
            archive.addfile(special)
    return target


def clone(folder: Path, when: str = "2026-03-01T12:00:00+09:00") -> Path:
    """A repository with one commit of that time."""
    tree(folder, "gemm.cu")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_COMMITTER_DATE": when,
        "GIT_AUTHOR_DATE": when,
        **{f"GIT_{who}_{what}": "s@x.edu" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }
    for words in (["init", "-q", "-b", "main"], ["add", "gemm.cu"], ["commit", "-q", "-m", "done"]):
        subprocess.run(["git", *words], cwd=folder, env=environment, check=True)
    return folder


def who(found: Found) -> list[tuple[str, str | None, int]]:
    """(person, assignment, parts) of each hand-in, in order of the person."""
    return sorted((each.who, each.assignment, len(each.parts)) for each in found.intakes)


def read(folder: Path, scene: Scene, layout: str | None = None) -> list[tuple[str, str | None, int]]:
    return who(read_layout(folder, scene, layout))
