from pathlib import Path

from tests.hostile.packing import regular, tarred


def make(folder: Path) -> Path:
    return tarred(folder, regular("a\n::error::wg\x1b]0;owned\x07.cu"))
