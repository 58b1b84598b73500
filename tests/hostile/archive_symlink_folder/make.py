import tarfile
from pathlib import Path

from tests.hostile.packing import regular, special, tarred


def make(folder: Path) -> Path:
    return tarred(folder, special("out", tarfile.SYMTYPE, "/tmp"), regular("out/wg-owned"))
