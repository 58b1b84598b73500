from pathlib import Path

from tests.hostile.packing import SOURCE, zipped


def make(folder: Path) -> Path:
    path = zipped(folder, name="first.zip")
    data = path.read_bytes()
    true = len(SOURCE).to_bytes(4, "little")
    path.write_bytes(data.replace(true, (10).to_bytes(4, "little")))
    return path
