import pickle
from pathlib import Path


class Run:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        import os

        return os.system, ("touch /tmp/wg-owned-pickle",)


def make(folder: Path) -> Path:
    (folder / "scale.cu").write_bytes(pickle.dumps(Run()))
    return folder
