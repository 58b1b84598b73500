import os
import socket
from pathlib import Path


def make(folder: Path) -> Path:
    os.mkfifo(folder / "pipe")
    (folder / "scale.cu").symlink_to("/etc/passwd")
    (folder / "loop").symlink_to(folder)
    server = socket.socket(socket.AF_UNIX)
    here = os.getcwd()
    os.chdir(folder)  # its whole path may be too long for a socket's name
    try:
        server.bind("socket")
    finally:
        os.chdir(here)
    return folder
