"""`grader serve` as a process: what it refuses to do, a hand-in and a remote check through it, many students at once, and its end."""

from __future__ import annotations

import concurrent.futures
import json
import os
import re
import select
import signal
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from benchmarks import serve as load
from grader.cli.main import run
from grader.errors import HarnessError
from grader.gradebook.store import Gradebook
from grader.server.address import checked_url, is_loopback
from grader.server.client import ServerTarget
from grader.server.remote import remote_check
from grader.toolchain import UsageError
from tests import scale_course
from tests.spool.scene import Scene, app_of, served


@pytest.fixture
def scene() -> Iterator[Scene]:
    """Below /tmp and open to the sandbox's user."""
    with tempfile.TemporaryDirectory(prefix="warpgrade-test-") as folder:
        Path(folder).chmod(0o755)
        made = Scene(Path(folder))
        yield made
        made.close()


@pytest.fixture
def process(scene: Scene) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    names = {"GRADER_COURSE": "course", "GRADER_DATA": "data", "GRADER_CACHE": "cache", "GRADER_GRADEBOOK": "gradebook.db"}
    environment = os.environ | {name: str(scene.root / value) for name, value in names.items()}
    command = [sys.executable, "-m", "grader.cli.main", "serve", "--port", "0", "-v"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, cwd=scene.root) as started:
        try:
            yield started, address_of(started)
        finally:
            started.kill()


def address_of(process: subprocess.Popen[bytes]) -> str:
    assert process.stderr is not None
    told, end = b"", time.monotonic() + 60
    while not (found := re.search(rb"running on (http://[\d.:]+)", told)):
        assert time.monotonic() < end and process.poll() is None, told
        if select.select([process.stderr], [], [], 1)[0]:
            told += os.read(process.stderr.fileno(), 4096)
    return found.group(1).decode()


def test_a_hand_in_a_remote_check_and_an_orderly_end(scene: Scene, process: tuple[subprocess.Popen[bytes], str]) -> None:
    started, url = process
    target = ServerTarget(url, scene.tokens["alice"])
    assert target.hand_in(scene.package("alice")).number == 1
    work = scale_course.submission(scene.root, "work", scale_course.GOOD.replace("i < N", "i < N + 1"))
    states: list[str] = []
    grade = remote_check(work, scene.assignment(), target, lambda check: states.append(check.state), poll_s=0.1)
    assert grade.verdict == "OOB_READ" and (grade.file, grade.line) == ("scale.cu", 3) and states
    assert not any(check.hidden for check in grade.checks) and grade.environment == {}
    with pytest.raises(HarnessError):
        ServerTarget("http://127.0.0.1:9", "wg_anything", sleep=lambda s: None).whoami()
    started.send_signal(signal.SIGTERM)
    assert started.wait(30) == 0
    with Gradebook.open(scene.root / "gradebook.db") as book:
        assert len(book.submissions()) == 1


def test_forty_students_at_once_none_lost_none_doubled(tmp_path: Path) -> None:
    """A small one of benchmarks/serve.py; every student's connection breaks once, and they send again."""
    result = load.measure(tmp_path, students=40, threads=10)
    assert (result.received, result.lost, result.doubled, result.refused) == (40, 0, 0, 40) and result.wall_s < 60


def test_killed_in_the_middle_what_has_a_receipt_is_there(scene: Scene, process: tuple[subprocess.Popen[bytes], str]) -> None:
    started, url = process
    packages = [scene.package(login, f"// {number}\n") for number in range(30) for login in ("alice", "bob", "carol")]

    def hand_in(number: int) -> str:
        if number == 20:
            started.send_signal(signal.SIGKILL)
        try:
            package = packages[number]
            return ServerTarget(url, scene.tokens[package.student], sleep=lambda s: None).hand_in(package).text
        except HarnessError:
            return ""

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        receipts = [text for text in pool.map(hand_in, range(60)) if text]
    stored = {each.receipt: each for each in scene.gradebook.submissions()}
    assert receipts and set(receipts) <= set(stored) and len(receipts) < 60
    assert all(scene.gradebook.content(stored[text]) for text in receipts) and scene.gradebook.check() == []


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["--host", "0.0.0.0"], "everybody on the way could read"),
        (["--host", "::"], "everybody on the way could read"),
        (["--certificate", "nothing.pem"], "belong together"),
        (["--certificate", "nothing.pem", "--key", "nothing.pem"], "no file nothing.pem"),
        (["--sandbox", "none"], "never runs without a sandbox"),
    ],
)
def test_what_it_refuses(
    scene: Scene, argv: list[str], says: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADER_COURSE", str(scene.root / "course"))
    monkeypatch.setenv("GRADER_DATA", str(scene.root / "data"))
    assert run(["serve", "--gradebook", str(scene.root / "gradebook.db"), *argv]) == 2
    assert says in capfd.readouterr().err


def test_a_server_with_a_certificate_speaks_tls(scene: Scene, tmp_path: Path) -> None:
    certificate, key = tmp_path / "c.pem", tmp_path / "k.pem"
    options = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1"
    subprocess.run(["openssl", *options.split(), "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    with served(app_of(scene), certificate=certificate, key=key) as url:
        url = url.replace("http://", "https://")
        with httpx.Client(verify=ssl.create_default_context(cafile=str(certificate))) as client:
            assert client.get(f"{url}/v1/health").json()["status"] == "ok"
            assert ServerTarget(url, scene.tokens["alice"], client=client).hand_in(scene.package("alice")).number == 1
        with pytest.raises(HarnessError, match=r"certificate|CERTIFICATE"):
            ServerTarget(url, scene.tokens["alice"], sleep=lambda s: None).whoami()


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://grader.example.edu", True),
        ("https://grader.example.edu/course/v1/", True),
        ("http://127.0.0.1:8470", True),
        ("http://[::1]:8470", True),
        ("http://localhost", True),
        ("http://grader.example.edu", False),
        ("http://127.0.0.1.example.edu", False),
        ("http://localhost.example.edu", False),
        ("https://a:b@grader.example.edu", False),
        ("https://grader.example.edu/?token=x", False),
        ("file:///etc/passwd", False),
        ("https://", False),
    ],
)
def test_addresses(url: str, good: bool) -> None:
    if good:
        assert not checked_url(url).endswith(("/", "/v1"))
    else:
        with pytest.raises(UsageError):
            checked_url(url)
    assert is_loopback("127.0.0.9") and not is_loopback("0.0.0.0") and not is_loopback("10.0.0.1")


def test_the_benchmarks_result_is_json(tmp_path: Path) -> None:
    assert json.loads(load.as_json(load.measure(tmp_path, students=3, threads=2)))["students"] == 3
