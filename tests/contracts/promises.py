"""What the contract's tests say in few words: usual limits, a command of the probe, a promise that a provider may be excused from."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import msgspec
import pytest

from grader.records import Exit
from grader.sandbox import Limits, Sandbox

PROBE = "/opt/probe/probe"
ENVIRONMENT = {"PATH": "/usr/bin:/bin"}
QUICK = Limits(wall_s=10.0, memory_mib=128, processes=24, file_mib=4, scratch_mib=8, output_mib=4, capture_kib=64)

Inside = Callable[..., Exit]


def limited(**changes: object) -> Limits:
    return msgspec.structs.replace(QUICK, **changes)


def promised(sandbox: Sandbox, promise: str) -> None:
    """Skips the rest of a test if the provider says that it doesn't keep this promise."""
    if any(entry.startswith(promise) for entry in sandbox.isolation().not_enforced):
        pytest.skip(f"{sandbox.name} says so: {promise} not enforced")


@contextlib.contextmanager
def listening(name: str) -> Iterator[None]:
    """Answers pong to every connection to this unix socket."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(name)
    server.listen()

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = server.accept()
                with connection:
                    connection.recv(64)
                    connection.sendall(b"pong")

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
