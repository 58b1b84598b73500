"""The kernel's limits of a single process, set by a few words of POSIX shell that then become the command. Enters: limits. Leaves: an
argument list to put before the command.

For a command without a sandbox; inside of one the warden sets them. A shell, because Python's own `preexec_fn` isn't safe in a judge with
threads and costs a slow fork, and because `prlimit` is missing on small systems.
"""

from __future__ import annotations

import math

from grader.sandbox.contract import Limits

# Lowering fails where the limit is lower already: that is fine.
_SCRIPT = """for limit in $1; do ulimit ${limit%=*} ${limit#*=}; done 2>/dev/null
shift
exec "$@" """


def prefix(limits: Limits) -> list[str]:
    """`/bin/sh -c … ARGS` that sets the limits and becomes the command that follows. Memory is private writable memory (RLIMIT_DATA, not
    RLIMIT_AS: a CUDA client reserves hundreds of GiB of addresses that it never uses)."""
    cpu_s = max(1, math.ceil(limits.cpu_s))
    words = [
        "-c=0",
        f"-Ht={cpu_s + 1}",  # SIGXCPU comes at the soft limit, SIGKILL a second later
        f"-St={cpu_s}",
        f"-f={limits.file_mib * 2048}",  # blocks of 512 bytes
        f"-n={limits.open_files}",
        f"-d={limits.memory_mib * 1024}",
    ]
    return ["/bin/sh", "-c", _SCRIPT, "sh", " ".join(words)]
