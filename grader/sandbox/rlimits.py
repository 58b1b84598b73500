"""The kernel's limits of a single process, set by a few words of POSIX shell that then become the command. Enters: limits. Leaves: an
argument list to put before the command.

A shell, because Python's own `preexec_fn` isn't safe in a judge with threads and costs a slow fork, and because `prlimit` and `setpriv` are
missing on small systems. The shell first waits for a line on its stdin, which the judge writes once everything that kills the command along
with the judge is in force: if the judge is gone by then, the read fails and the command never starts.
"""

from __future__ import annotations

import math

from grader.sandbox.contract import Limits

GO = b"go\n"

# dash and busybox spell the number of processes -p, bash -u. Lowering fails where the limit is lower already: that is fine.
_SCRIPT = """read -r go || exit 125
for limit in $1; do ulimit ${limit%=*} ${limit#*=}; done 2>/dev/null
if [ -n "$2" ]; then ulimit -u "$2" 2>/dev/null || ulimit -p "$2" 2>/dev/null; fi
shift 2
exec "$@" </dev/null"""


def prefix(limits: Limits, *, processes: bool, memory: bool) -> list[str]:
    """`/bin/sh -c … ARGS` that sets the limits and becomes the command that follows.

    `processes`: bound their number (counted per user and user namespace, so only of use inside of one). `memory`: bound private writable
    memory (RLIMIT_DATA, not RLIMIT_AS: a CUDA client reserves hundreds of GiB of addresses that it never uses).
    """
    cpu_s = max(1, math.ceil(limits.cpu_s))
    words = [
        "-c=0",
        f"-Ht={cpu_s + 1}",  # SIGXCPU comes at the soft limit, SIGKILL a second later
        f"-St={cpu_s}",
        f"-f={limits.file_mib * 2048}",  # blocks of 512 bytes
        f"-n={limits.open_files}",
    ]
    if memory:
        words.append(f"-d={limits.memory_mib * 1024}")
    return ["/bin/sh", "-c", _SCRIPT, "sh", " ".join(words), str(limits.processes) if processes else ""]
