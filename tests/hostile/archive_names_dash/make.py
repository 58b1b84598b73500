from pathlib import Path

from tests.hostile.packing import zipped


def make(folder: Path) -> Path:
    return zipped(folder, ("-o", b"x"), ("--compiler-bindir=.", b"x"), ("-Xcompiler=-fplugin=x.so", b"x"), ("@args", b"-DOWNED"))
