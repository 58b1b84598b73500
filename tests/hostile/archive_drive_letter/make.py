from pathlib import Path

from tests.hostile.packing import zipped


def make(folder: Path) -> Path:
    return zipped(folder, ("C:\\wg-owned", b"x"), ("..\\wg-owned", b"x"))
