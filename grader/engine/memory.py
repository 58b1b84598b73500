"""Memory: what the machine and our control group say -> MiB that may still be taken."""

from __future__ import annotations

from pathlib import Path

# Files below the mount: limit, use, statistics, and what of the use gives way. Version 2, version 1.
_CONTROL_GROUPS = (
    ("memory.max", "memory.current", "memory.stat", "inactive_file"),
    ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes", "memory/memory.stat", "total_inactive_file"),
)


def available_mib(root: Path = Path("/sys/fs/cgroup"), meminfo: Path = Path("/proc/meminfo")) -> float:
    """Of the machine's memory, or of our control group's where that is less."""
    found = float("inf")
    try:
        lines = meminfo.read_text(encoding="ascii").splitlines()
        found = next(int(line.split()[1]) / 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError):
        pass
    for limit, used, stat, cache in _CONTROL_GROUPS:
        try:
            most, now = (int((root / name).read_text()) for name in (limit, used))
            lines = (root / stat).read_text().splitlines()
            # files that were read count as used there, and give way when memory is wanted
            idle = next((int(line.split()[1]) for line in lines if line.startswith(f"{cache} ")), 0)
            found = min(found, (most - now + idle) / (1 << 20))
        except (OSError, ValueError):
            continue
    return found
