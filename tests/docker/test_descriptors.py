"""A judge of many cases has many descriptors open: numbers beyond select()'s 1024 are waited for like others."""

from __future__ import annotations

import contextlib
import fcntl
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.errors import HarnessError
from grader.readable import readable
from grader.sandbox import Command, Limits, open_sandbox
from grader.sandbox.docker.container import Container
from grader.sandbox.warden import Listener, Warden
from tests.docker.fake import FakeClient
from tests.docker.test_container import LIMITS, means

MANY = 1024


@pytest.fixture
def crowded() -> Iterator[None]:
    """Whatever is opened from now on has a number of 1024 or more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert hard == resource.RLIM_INFINITY or hard > MANY + 256, "the machine allows too few descriptors for this test"
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, MANY + 256), hard))
    with contextlib.ExitStack() as stack:
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        while (taken := os.open("/dev/null", os.O_RDONLY | os.O_CLOEXEC)) < MANY:
            stack.callback(os.close, taken)
        os.close(taken)
        yield


def test_what_is_readable(crowded: None) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert ours.fileno() >= MANY
        assert readable([ours, theirs], 0) == []
        theirs.send(b"x")
        assert readable([theirs, ours], 10) == [ours]
        theirs.close()
        assert readable([ours.fileno()], 10) == [ours.fileno()], "an end counts too"


def test_waiting_has_an_end() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        start = time.monotonic()
        assert readable([ours], 0.2) == []
        assert 0.19 < time.monotonic() - start < 5
        assert readable([ours], -1) == [], "a deadline that is over isn't a wait without end"


def test_a_closed_descriptor_is_an_error_and_nothing_to_wait_for() -> None:
    number = fcntl.fcntl(0, fcntl.F_DUPFD_CLOEXEC, 900)
    os.close(number)
    with pytest.raises(OSError, match="Bad file descriptor"):
        readable([number], 10)


def test_a_warden(crowded: None) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        warden = Warden(ours)
        theirs.send(b"ready")
        assert warden.ready(10)
        theirs.send(b"ended 256 1000000 2048")
        rest = warden.rest(10)
        assert rest is not None and (rest.status, rest.cpu_s, rest.peak_memory_mib) == (1, 1.0, 2.0)
        warden.close()


def test_a_listener(crowded: None, tmp_path: Path) -> None:
    listener = Listener(tmp_path)
    read, write = os.pipe()
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as theirs:
        theirs.connect(str(listener.path))
        warden = listener.accept(10, read)
        assert warden is not None and warden.fileno() >= MANY
        warden.close()
    os.close(write)
    assert listener.accept(10, read) is None, "who should come has ended"
    os.close(read)
    listener.close()
    assert not listener.path.exists()


def test_the_local_sandbox(crowded: None) -> None:
    ended = open_sandbox("local").run(Command(argv=("/bin/sh", "-c", "echo it works"), limits=Limits(wall_s=20)))
    assert (ended.cause, ended.stdout) == ("exited", b"it works\n")


class Started(FakeClient):
    """An engine whose containers are a process that never connects, in a group of the container's name."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        super().__init__()
        self._process = process

    def create_container_from_config(self, config: dict[str, Any], name: str) -> dict[str, str]:
        super().create_container_from_config(config, name)
        return {"Id": ":"}  # it stands in every line of /proc/PID/cgroup

    def inspect_container(self, container: str) -> dict[str, Any]:
        return {"State": {"Pid": self._process.pid}}


def test_a_container(crowded: None) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        client = Started(process)
        with pytest.raises(HarnessError, match="ended before its first process answered"):
            Container.start(means(client=client), (), LIMITS)
    assert "remove" not in [what for what, _ in client.asked], "it was seen to end"
