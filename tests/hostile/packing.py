"""Archives by hand: members, some of which no packer would write -> a file in the submission's folder. For make.py of archive tricks."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

from tests.scale_course import GOOD

SOURCE = GOOD.encode()


def zipped(folder: Path, *members: tuple[str, bytes], name: str = "hand-in.zip") -> Path:
    """A zip of a right scale.cu and these members."""
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in [("scale.cu", SOURCE), *members]:
            archive.writestr(zipfile.ZipInfo(member), content, zipfile.ZIP_DEFLATED)
    return path


def tarred(folder: Path, *members: tarfile.TarInfo, own: bool = True, name: str = "hand-in.tar") -> Path:
    """A tar of a right scale.cu (unless `own` is False) and these members; a regular one of them holds a right source as well."""
    path = folder / name
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        if own:
            archive.addfile(regular("scale.cu"), io.BytesIO(SOURCE))
        for member in members:
            archive.addfile(member, io.BytesIO(SOURCE) if member.isreg() else None)
    return path


def regular(name: str, mode: int = 0o644) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(SOURCE), mode
    return info


def special(name: str, kind: bytes, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    info.devmajor, info.devminor = 1, 5
    return info
