from pathlib import Path

from tests.hostile.packing import tarred, zipped


def make(folder: Path) -> Path:
    path = zipped(folder)
    path.write_bytes(path.read_bytes() + tarred(folder).read_bytes())
    return path
