"""Load on `grader serve`: N students, each with a token, hand in within moments through a real uvicorn on loopback.

Each asks who it is, hands in, has the connection "break" (the same files are sent again) and looks at the status. Beside each, a stranger
with a wrong token knocks. Says how long it took, how long one hand-in took, and that none is lost, doubled, or taken from a stranger.

    python benchmarks/serve.py [--students 200] [--threads 32]
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import msgspec

from grader.gradebook.records import Student
from grader.gradebook.store import Gradebook
from grader.records import Record
from grader.server.client import ServerTarget
from grader.spool.contract import Refused
from grader.spool.package import packed
from grader.toolchain import UsageError

ROOT = Path(__file__).resolve().parents[1]
SLUG = "09_gemm"


class Result(Record, frozen=True, kw_only=True):
    """What was measured. Seconds are of the wall."""

    students: int
    received: int  # submissions in the gradebook
    lost: int  # students with a receipt and no submission
    doubled: int  # students with more than one
    refused: int  # strangers
    wall_s: float
    hand_in_median_s: float
    hand_in_slowest_s: float
    server_cpu_s: float


def measure(folder: Path, *, students: int = 200, threads: int = 32) -> Result:
    """Starts the server on a fresh gradebook in `folder`."""
    logins = [f"s{number:04}" for number in range(students)]
    gradebook = folder / "gradebook.db"
    with Gradebook.open(gradebook) as book:
        book.enroll(Student(login=login) for login in logins)
        tokens = {login: book.new_token(login) for login in logins}
    environment = os.environ | {
        "GRADER_COURSE": str(ROOT / "assignments"),
        "GRADER_DATA": str(folder / "data"),
        "GRADER_CACHE": str(folder / "cache"),
    }
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "grader.cli.main", "serve", "--gradebook", str(gradebook), "--port", str(port), "--checks", "0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait(url, process)
            start, cpu = time.perf_counter(), _cpu_s(process.pid)
            with ThreadPoolExecutor(threads) as pool:
                times = list(pool.map(lambda login: _student(url, login, tokens[login]), logins))
            wall_s, cpu_s = time.perf_counter() - start, _cpu_s(process.pid) - cpu
        finally:
            process.terminate()
    with Gradebook.open(gradebook) as book:
        counts = Counter(each.student for each in book.submissions())
    return Result(
        students=students,
        received=counts.total(),
        lost=sum(1 for login in logins if not counts[login]),
        doubled=sum(1 for login in logins if counts[login] > 1),
        refused=sum(refused for _, refused in times),
        wall_s=wall_s,
        hand_in_median_s=statistics.median(taken for taken, _ in times),
        hand_in_slowest_s=max(taken for taken, _ in times),
        server_cpu_s=cpu_s,
    )


def as_json(result: Result) -> str:
    return msgspec.json.format(msgspec.json.encode(result), indent=2).decode()


def _student(url: str, login: str, token: str) -> tuple[float, bool]:
    """One student's evening: (seconds of the hand-in, whether the stranger beside was refused)."""
    with httpx.Client(timeout=60) as client:
        target = ServerTarget(url, token, client=client)
        assert target.whoami().login == login
        package = packed({"gemm.cu": f"// {login}\n".encode() * 200}, SLUG, login)
        start = time.perf_counter()
        receipt = target.hand_in(package)
        taken = time.perf_counter() - start
        again = target.hand_in(package)
        assert again.again and again.text == receipt.text
        (shown,) = target.status().handed_in
        assert shown.receipt.text == receipt.text
        try:
            ServerTarget(url, f"wg_not_{login}", client=client, sleep=lambda pause_s: None).hand_in(package)
        except UsageError:
            return taken, True
        except Refused as error:  # so many strangers of one address are told to wait
            return taken, error.code == "too_many_requests"
        return taken, False


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(f"{url}/v1/health").is_success:
                return
        time.sleep(0.05)
    raise RuntimeError("grader serve did not start")


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--students", type=int, default=200)
    parser.add_argument("--threads", type=int, default=32)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result = measure(Path(folder), students=options.students, threads=options.threads)
    print(as_json(result))
    fine = result.received == result.students == result.refused and not result.lost and not result.doubled and result.wall_s < 60
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
