import tarfile
from pathlib import Path

from tests.hostile.packing import special, tarred


def make(folder: Path) -> Path:
    return tarred(folder, special("pipe", tarfile.FIFOTYPE), special("disk", tarfile.BLKTYPE), special("zero", tarfile.CHRTYPE))
