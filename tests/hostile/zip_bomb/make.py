from pathlib import Path

from tests.hostile.packing import zipped


def make(folder: Path) -> Path:
    return zipped(folder, ("zeros.bin", bytes(64 << 20)), ("more.bin", bytes(64 << 20)))
