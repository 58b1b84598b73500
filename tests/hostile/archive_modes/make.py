from pathlib import Path

from tests.hostile.packing import regular, tarred


def make(folder: Path) -> Path:
    return tarred(folder, regular("root", 0o4755), regular("locked", 0), regular("group", 0o2755))
