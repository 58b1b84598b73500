import warnings
from pathlib import Path

from tests.hostile.packing import zipped


def make(folder: Path) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return zipped(folder, ("scale.cu", b"int other;"))
