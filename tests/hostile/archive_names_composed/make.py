from pathlib import Path

from tests.hostile.packing import zipped


def make(folder: Path) -> Path:
    return zipped(folder, ("caf\u00e9/scale.cu", b"int x;"), ("cafe\u0301/scale.cu", b"int y;"), ("SCALE.CU", b"int z;"))
