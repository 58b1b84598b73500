from pathlib import Path

from tests.hostile.packing import SOURCE


def make(folder: Path) -> Path:
    (folder / "scale.cu").write_bytes(SOURCE)
    for number in range(3000):
        (folder / f"file{number}").touch()
    deep = folder
    for _ in range(60):
        deep = deep / "d"
    deep.mkdir(parents=True)
    return folder
