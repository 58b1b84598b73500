import tarfile
from pathlib import Path

from tests.hostile.packing import special, tarred


def make(folder: Path) -> Path:
    return tarred(folder, special("scale.cu", tarfile.SYMTYPE, "/etc/passwd"), own=False)
