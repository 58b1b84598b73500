from pathlib import Path

from tests.scale_course import GOOD


def make(folder: Path) -> Path:
    odd = b"// \xff\xfe\xed\xa0\x80 \xf4\x90\x80\x80 \x1b[31m \xe2\x80\xae ]]> <!-- \xef\xbf\xbe\n"
    (folder / "scale.cu").write_bytes(odd + GOOD.encode() + odd)
    return folder
