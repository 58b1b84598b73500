"""Opened: a folder, or the zip that a platform gives -> a folder to read. A zip is laid out in a scratch folder, within bounds."""

from __future__ import annotations

import contextlib
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from grader.errors import HarnessError
from grader.intake.contents import clean_name
from grader.scratch import scratch_folder
from grader.toolchain import UsageError

MAX_ENTRIES = 200_000
MAX_BYTES = 8 << 30  # of a whole class's download, unpacked


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Path]:
    """Raises UsageError for what is neither a folder nor a zip."""
    if path.is_dir():
        yield path
        return
    if not path.is_file() or not zipfile.is_zipfile(path):
        raise UsageError(f"{path} is neither a folder nor a zip; name the folder of submissions, or the zip that was downloaded")
    with scratch_folder() as scratch:
        target = scratch / (path.stem or "submissions")  # a folder's name may say which assignment it is
        target.mkdir()
        _lay_out(path, target)
        yield target


def _name(entry: zipfile.ZipInfo) -> str:
    """The entry's name. Without the flag for UTF-8 it is in whatever the packer's machine used: UTF-8 all the same, or Korean Windows'."""
    if entry.flag_bits & 0x800 or entry.filename.isascii():
        return entry.filename
    for encoding in ("utf-8", "cp949"):
        try:
            return entry.filename.encode("cp437").decode(encoding)
        except UnicodeError:
            continue
    return entry.filename


def _lay_out(path: Path, target: Path) -> None:
    left = min(MAX_BYTES, shutil.disk_usage(target).free * 9 // 10)
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise UsageError(f"{path} holds more than {MAX_ENTRIES:,} files; unpack it and name the folder")
            for entry in entries:
                kind = stat.S_IFMT(entry.external_attr >> 16)
                if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
                    continue  # a link leads nowhere good; what it stood for is told as missing
                place = target / clean_name(_name(entry))
                if entry.is_dir():
                    place.mkdir(parents=True, exist_ok=True)
                    continue
                place.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(entry) as source, place.open("xb") as sink:
                    while chunk := source.read(1 << 20):
                        left -= len(chunk)
                        if left < 0:
                            raise HarnessError(
                                f"{path} is too large to be unpacked in {target.parent}; unpack it yourself and name the folder"
                            )
                        sink.write(chunk)
    except FileExistsError as error:
        raise UsageError(
            f"{path} holds {error.filename and Path(error.filename).name} twice; unpack it yourself and name the folder"
        ) from None
    except OSError as error:
        raise HarnessError(
            f"{path} can't be unpacked in {target.parent}: {error.strerror or error}; make room, or unpack it yourself"
        ) from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise UsageError(f"{path} is damaged ({str(error)[:120] or type(error).__name__}); download it again") from None
