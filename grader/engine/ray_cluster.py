"""Ray cluster: an address, or none -> this process connected; resources of nodes -> how many slots each can hold.

A cluster gets the course's secret seeds, so that none is taken just because it is found: it is the one that $RAY_ADDRESS names, or one that
this very user has started here, or a private one.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import socket
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from grader.errors import HarnessError
from grader.toolchain import UsageError

LOCAL_STORE_BYTES = 512 << 20  # for outcomes on their way, where we start Ray ourselves; more goes to disk
ANSWER_S = 5.0  # Ray itself tries for minutes


def connect(ray: Any, folder: Path, processors: int, address: str | None = None) -> Callable[[], None]:
    """Connects to `address`, else $RAY_ADDRESS ("local": a private one), else the user's own cluster here, else a private one with so many
    processors, whose files lie in `folder`, which is empty. Gives what ends the connection.

    Raises HarnessError if a cluster that was named can't be used."""
    logging.getLogger("ray").setLevel(logging.ERROR)
    common: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR, "configure_logging": False}
    named = address or os.environ.get("RAY_ADDRESS") or own_cluster() or "local"
    if named.startswith("ray://"):
        raise UsageError(f"{named} is an address for Ray's client; name the head node itself, as HOST:6379 (docs/cluster.md)")
    if named == "local":
        common |= {"include_dashboard": False, "object_store_memory": LOCAL_STORE_BYTES, "_temp_dir": str(folder), "num_cpus": processors}
    elif named != "auto" and (why := _silent(named)):
        raise HarnessError(f"no Ray cluster answers at {named} ({why}); start it, or mend $RAY_ADDRESS (docs/cluster.md)")
    # Ray puts the working folder first on its workers' module path. Ours may hold students' files: one could be called numpy.py.
    with contextlib.chdir(folder):
        try:
            ray.init(address=named, **common)
        except (OSError, RuntimeError, ValueError, TimeoutError, ray.exceptions.RayError) as error:
            raise HarnessError(f"the Ray cluster {named} can't be used: {first_line(error)} (docs/cluster.md)") from None
    return _silenced(ray)


def _silenced(ray: Any) -> Callable[[], None]:
    """Of dead nodes and workers Ray tells on stdout, where our own JSON may go; `log_to_driver` has no say in it. Outcomes tell it, too."""
    worker = importlib.import_module("ray._private.worker")
    name = "print_to_stdstream"
    before = getattr(worker, name, None)
    setattr(worker, name, lambda *_, **__: None)

    def end() -> None:
        ray.shutdown()
        if before is not None:
            setattr(worker, name, before)

    return end


def own_cluster() -> str:
    """The address that `ray start` has left on this machine, if this user did it and the cluster still answers; else ""."""
    file = Path(os.environ.get("RAY_TMPDIR") or os.environ.get("TMPDIR") or "/tmp", "ray", "ray_current_cluster")
    try:
        with file.open(encoding="ascii") as stream:
            if os.fstat(stream.fileno()).st_uid != os.geteuid():  # somebody else's, who would be given our seeds
                return ""
            address = stream.read().strip()
    except (OSError, UnicodeDecodeError):
        return ""
    return address if address and not _silent(address) else ""


def _silent(address: str) -> str:
    """Why nobody listens at HOST:PORT; "" if somebody does."""
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=ANSWER_S):
            return ""
    except ValueError:
        return "an address is HOST:PORT"
    except OSError as error:
        return error.strerror or str(error) or "no answer"


def private_folder() -> Path:
    """A fresh folder with a short path: those of Ray's sockets below it are long, and 107 bytes is all they may have."""
    parent = tempfile.gettempdir()
    return Path(tempfile.mkdtemp(prefix="warpgrade-ray-", dir=parent if len(parent) <= 24 else "/tmp"))


def times(resources: Mapping[str, float], needs: Mapping[str, float]) -> int:
    """How often the needs fit into a node's resources."""
    return min(int(resources.get(name, 0) // amount) for name, amount in needs.items())


def memory_mib(resources: Mapping[str, float]) -> float:
    """Of a node, as Ray counts it."""
    return resources.get("memory", 0.0) / (1 << 20)


def shared_out(room: Mapping[str, int], limit: int) -> dict[str, int]:
    """At most `limit` slots (0: all), one node after another in turn."""
    if not limit or sum(room.values()) <= limit:
        return dict(room)
    given = dict.fromkeys(room, 0)
    while limit:
        for node in room:
            if limit and given[node] < room[node]:
                given[node] += 1
                limit -= 1
    return {node: count for node, count in given.items() if count}


def first_line(error: BaseException) -> str:
    """Of what Ray says, which can be long."""
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
