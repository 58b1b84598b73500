from pathlib import Path

from tests.hostile.packing import regular, tarred


def make(folder: Path) -> Path:
    return tarred(folder, regular("/tmp/wg-owned"))
