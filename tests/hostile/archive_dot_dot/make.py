from pathlib import Path

from tests.hostile.packing import zipped


def make(folder: Path) -> Path:
    return zipped(folder, ("../../wg-owned", b"x"))
