import io
import zipfile
from pathlib import Path


def make(folder: Path) -> Path:
    data = b"x"
    for level in range(20):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr(f"level{level}.zip", data)
        data = out.getvalue()
    path = folder / "hand-in.zip"
    path.write_bytes(data)
    return path
