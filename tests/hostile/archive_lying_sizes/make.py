from pathlib import Path

from tests.hostile.packing import zipped


def make(folder: Path) -> Path:
    path = zipped(folder, ("big.bin", bytes(16 << 20)))
    data = path.read_bytes()
    true, said = (16 << 20).to_bytes(4, "little"), (100).to_bytes(4, "little")
    path.write_bytes(data.replace(true, said))
    return path
