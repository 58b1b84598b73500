"""The queue of remote checks and the buckets of requests: pure enough to be asked without a server."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import HarnessError
from grader.records import Grade
from grader.server.checking import KEEP_S, Check, Checks
from grader.server.limits import Buckets, Rate, read_body
from grader.server.problems import PROBLEMS, ApiError
from tests.spool.scene import SLUG, grade_of


class Held:
    """A grader that waits until it is let go."""

    def __init__(self) -> None:
        self.go, self.begun, self.seen = threading.Semaphore(0), threading.Semaphore(0), []  # type: ignore[var-annotated]

    def __call__(self, slug: str, files: dict[str, bytes]) -> Grade:
        self.begun.release()
        assert self.go.acquire(timeout=10)
        self.seen.append(files)
        return grade_of(slug, 100.0)


def ask(checks: Checks, student: str, text: str) -> Check:
    return checks.ask(student, SLUG, text, {"scale.cu": text.encode()})


def wait(checks: Checks, student: str, id: str, state: str) -> Check:
    for _ in range(1000):
        found = checks.of(student, id)
        assert found is not None
        if found.state == state:
            return found
        threading.Event().wait(0.005)
    raise AssertionError(f"it never was {state}")


def test_the_queue_tells_places_and_keeps_order() -> None:
    held = Held()
    checks = Checks(held)
    first = ask(checks, "alice", "a")
    assert held.begun.acquire(timeout=10)
    second, third = ask(checks, "bob", "b"), ask(checks, "carol", "c")
    shown = [checks.of(who, check.id) for who, check in (("alice", first), ("bob", second), ("carol", third))]
    assert [(each.state, each.position) for each in shown if each] == [("running", 0), ("waiting", 1), ("waiting", 2)]
    assert checks.of("bob", third.id) is None, "carol's is nobody else's"
    for _ in range(3):
        held.go.release()
    assert wait(checks, "carol", third.id, "done").grade is not None
    assert [files["scale.cu"] for files in held.seen] == [b"a", b"b", b"c"]
    checks.close()


def test_the_same_files_are_the_same_check_and_newer_ones_take_its_place() -> None:
    held = Held()
    checks = Checks(held, max_waiting=2)
    ask(checks, "x", "x")
    assert held.begun.acquire(timeout=10)
    old = ask(checks, "alice", "a")
    assert ask(checks, "alice", "a").id == old.id
    ask(checks, "bob", "b")
    new = ask(checks, "alice", "a2")
    assert new.position == 1, "the place is kept"
    replaced = checks.of("alice", old.id)
    assert replaced is not None and replaced.state == "replaced"
    with pytest.raises(ApiError) as full:
        ask(checks, "carol", "c")
    assert full.value.status == 429 and full.value.problem.retry_after_s
    for _ in range(3):
        held.go.release()
    wait(checks, "alice", new.id, "done")
    assert {"scale.cu": b"a"} not in held.seen
    checks.close()


@pytest.mark.parametrize("error", [HarnessError("no sandbox here"), RuntimeError("a mistake of ours")])
def test_a_fault_of_ours_is_told_and_the_next_runs(error: Exception) -> None:
    failing = [error]

    def grade(slug: str, files: dict[str, bytes]) -> Grade:
        if failing:
            raise failing.pop()
        return grade_of(slug, 1.0)

    checks = Checks(grade)
    assert wait(checks, "alice", ask(checks, "alice", "a").id, "failed").message
    assert wait(checks, "alice", ask(checks, "alice", "a").id, "done").grade
    checks.close()


def test_results_are_forgotten_after_a_while() -> None:
    clock = [0.0]
    checks = Checks(lambda slug, files: grade_of(slug, 1.0), now=lambda: clock[0])
    id = ask(checks, "alice", "a").id
    wait(checks, "alice", id, "done")
    clock[0] = KEEP_S + 1
    assert checks.of("alice", id) is None
    checks.close()


@given(
    st.integers(1, 20),
    st.floats(0.1, 1000),
    st.lists(st.tuples(st.sampled_from("ab"), st.floats(0, 30)), min_size=1, max_size=60),
)
def test_a_bucket_never_gives_more_than_burst_and_rate_allow(burst: int, per_minute: float, asks: list[tuple[str, float]]) -> None:
    clock = [0.0]
    buckets = Buckets(Rate(burst=burst, per_minute=per_minute), now=lambda: clock[0])
    given_to: dict[str, int] = {}
    for sender, pause in asks:
        clock[0] += pause
        wait_s = buckets.take(sender)
        if wait_s is None:
            given_to[sender] = given_to.get(sender, 0) + 1
        else:
            assert wait_s >= 1
            later = Buckets(Rate(burst=burst, per_minute=per_minute), now=lambda: clock[0])
            later._levels = buckets._levels.copy()
            clock[0] += wait_s
            assert later.take(sender) is None, "after the time that was told, it is allowed"
            clock[0] -= wait_s
    assert all(count <= burst + clock[0] * per_minute / 60 + 1e-6 for count in given_to.values())


@given(st.lists(st.binary(max_size=50), max_size=10), st.integers(1, 200))
def test_a_body_is_whole_or_refused_and_never_read_beyond_its_bound(parts: list[bytes], max_bytes: int) -> None:
    taken = 0

    async def stream() -> AsyncIterator[bytes]:
        nonlocal taken
        for part in parts:
            taken += len(part)
            yield part

    whole = b"".join(parts)
    try:
        assert asyncio.run(read_body(stream(), None, max_bytes, 5)) == whole and len(whole) <= max_bytes
    except ApiError as error:
        assert error.status == 413 and len(whole) > max_bytes and taken <= max_bytes + 50


def test_every_problem_speaks_both_languages() -> None:
    for code in PROBLEMS:
        problem = ApiError(code, "detail", known="known").problem
        assert problem.message and problem.message_ko and "{" not in problem.message + problem.message_ko
