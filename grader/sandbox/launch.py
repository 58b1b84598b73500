"""How bwrap is started. Enters: the machine and the binds. Leaves: the first words of the command line, and the user.

A root judge starts it as another user: a bwrap that root starts maps `--uid` to the host's uid 0.
"""

from __future__ import annotations

import functools
import shutil
from dataclasses import dataclass
from pathlib import Path

from grader.errors import HarnessError
from grader.sandbox import lend
from grader.sandbox.contract import Bind
from grader.sandbox.machine import Machine


@dataclass(frozen=True)
class Start:
    """How bwrap is started."""

    launcher: tuple[str, ...]  # argv up to its options
    binds: tuple[Bind, ...]  # as it sees them
    user: int | None  # to start it as; None: the judge's own
    staging: tuple[str, ...] = ()  # arguments of a first bwrap, root's, that starts the launcher


def launch(machine: Machine, binds: tuple[Bind, ...]) -> Start:
    """A root judge's bwrap runs as another user. Raises HarnessError if that user can't reach what it must show and root can't help."""
    if not machine.drops_user:
        return Start((str(machine.program),), binds, None)
    out_of_reach = [path for path in (machine.program, *(bind.source for bind in binds)) if not lend.reachable(path)]
    setpriv = _setpriv()
    if not out_of_reach:
        # Python changes users after a fork() only, which copies the judge's page tables and faults on each page afterwards: setpriv lets it
        # vfork(), and that halves the system time of a case
        launcher = (str(machine.program),)
        return Start((*_dropped(setpriv), *launcher), binds, None) if setpriv else Start(launcher, binds, lend.HOST_UID)
    if setpriv is None or not machine.mounts:
        raise HarnessError(
            f"{out_of_reach[0]} can't be reached by the sandbox's user: let others through the folders above it (chmod o+x), "
            "or install util-linux (setpriv) and give the judge CAP_SYS_ADMIN."
        )
    return _staged(machine, binds, setpriv)


def _staged(machine: Machine, binds: tuple[Bind, ...], setpriv: str) -> Start:
    """For things below /root or another private folder: root first binds them, and bwrap itself, below /run in a mount namespace of its
    own.

    Descriptors of them would do as well, but bwrap hands those on to the command, and a folder's descriptor leads out of the sandbox. The
    outer bwrap has a pid namespace, since its monitor has no capabilities left and the kernel would not let it kill the inner one, another
    user's, when the judge dies: its own pid 1, root's, it may. It keeps the host's /proc: a new one with bwrap's own covers on it would
    forbid the inner one to mount its own.
    """
    base = "/run/warpgrade"
    outer = ["--die-with-parent", "--unshare-pid", "--dev-bind", "/", "/"]
    outer += ["--size", "1048576", "--tmpfs", "/run", "--perms", "0755", "--dir", base]
    outer += ["--ro-bind", str(machine.program), f"{base}/bwrap"]
    if machine.libraries is not None:
        outer += ["--ro-bind", str(machine.libraries), f"{base}/lib", "--setenv", "LD_LIBRARY_PATH", f"{base}/lib"]
    staged = []
    for index, bind in enumerate(binds):
        place = f"{base}/{index}"
        how = "--dev-bind" if bind.device else "--bind" if bind.writable else "--ro-bind"  # the others deny the use of device nodes
        outer += [how, str(bind.source), place]
        staged.append(Bind(source=Path(place), target=bind.target, writable=bind.writable, device=bind.device))
    return Start((*_dropped(setpriv), f"{base}/bwrap"), tuple(staged), None, tuple(outer))


@functools.cache
def _setpriv() -> str | None:
    return shutil.which("setpriv")


def _dropped(setpriv: str) -> tuple[str, ...]:
    """The words that make what follows run as the sandbox's user, with nothing left of root's rights."""
    user = str(lend.HOST_UID)
    return (setpriv, "--reuid", user, "--regid", user, "--clear-groups", "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs")
