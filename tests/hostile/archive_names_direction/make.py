from pathlib import Path

from tests.hostile.packing import regular, tarred


def make(folder: Path) -> Path:
    return tarred(folder, regular("\u202euc.elacs\u202c.cu"), own=False)
