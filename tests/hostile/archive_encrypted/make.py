from pathlib import Path

from tests.hostile.packing import zipped


def make(folder: Path) -> Path:
    path = zipped(folder)
    data = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    path.write_bytes(data)
    return path
