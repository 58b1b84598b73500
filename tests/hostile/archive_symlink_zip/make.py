import zipfile
from pathlib import Path

from tests.hostile.packing import zipped


def make(folder: Path) -> Path:
    info = zipfile.ZipInfo("link")
    info.external_attr = 0o120777 << 16
    path = zipped(folder)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(info, "/etc/passwd")
    return path
