"""What every engine promises (grader/engine/contract.py), held over each: processes of this machine, and a Ray cluster's."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from grader.engine.contract import Engine, Outcome, Settings, Task
from grader.engine.local import LocalEngine
from grader.engine.table import ENGINES
from grader.evidence import contents
from tests.engine.clusters import NODE, small_cluster
from tests.engine.deeds import BROKEN, GOOD, HANG, KILL, LARGE, LARGE_ELEMENTS, NOTHING, task, write_deeds
from tests.engine.places import Places, places


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    tmp_path_factory.getbasetemp()  # before $TMPDIR is another for a while
    with places() as made:
        yield made


@pytest.fixture(scope="module")
def settings(here: Places) -> Settings:
    return Settings(course=str(write_deeds(here.root / "course")), sandbox="none")


class Bench:
    """Engines of one kind. `mark`: how command lines of their workers begin."""

    def __init__(self, open_one: Callable[..., Engine], mark: str, here: Places, settings: Settings) -> None:
        self.open, self.mark, self.here, self.settings = open_one, mark, here, settings

    def run(self, tasks: list[Task], jobs: int = 2, **options: object) -> dict[int, Outcome]:
        """Outcomes by task; each came once."""
        with self.open(self.settings, jobs, **options) as engine:
            found = list(engine.run(tasks))
        assert Counter(each.task for each in found) == Counter(each.id for each in tasks)
        return {each.task: each for each in found}


@pytest.fixture(scope="module", params=["local", pytest.param("ray", marks=pytest.mark.slow)])
def bench(request: pytest.FixtureRequest, here: Places, settings: Settings) -> Iterator[Bench]:
    if request.param == "local":
        yield Bench(LocalEngine, "", here, settings)
        return
    from grader.engine.ray import RayEngine

    with small_cluster() as cluster:
        cluster.add_node(**NODE)

        def open_one(settings: Settings, jobs: int, **options: object) -> Engine:
            return RayEngine(settings, jobs, address=cluster.address, **options)  # type: ignore[arg-type]

        yield Bench(open_one, "ray::Slot", here, settings)


def test_each_engine_is_held_to_this_contract() -> None:
    assert sorted(ENGINES) == ["local", "ray"], "a new engine is a parameter of `bench`, too"


def test_each_task_comes_back_once_and_is_told_when_it_starts(bench: Bench) -> None:
    told: list[int] = []
    with bench.open(bench.settings, 2) as engine:
        assert engine.slots == 2
        found = list(engine.run((task(number) for number in range(5)), lambda each: told.append(each.id)))
    assert sorted(each.task for each in found) == sorted(told) == list(range(5))
    for outcome in found:
        assert outcome.grade is not None and outcome.grade.score == 10 and outcome.fault == ""
        assert outcome.grade.submission == f"student{outcome.task}"
        assert outcome.evidence is not None and contents(outcome.evidence) >= set(outcome.blobs)
        assert outcome.wall_s > 0 and outcome.cpu_s > 0 and outcome.worker.startswith(f"{engine.name}:")
    travelled = {name for outcome in found for name in outcome.blobs}
    assert all(outcome.evidence and contents(outcome.evidence) <= travelled for outcome in found)


def test_no_tasks(bench: Bench) -> None:
    assert bench.run([]) == {}


def test_an_assignment_that_cant_be_used_is_a_lasting_fault_of_its_task_only(bench: Bench) -> None:
    found = bench.run([task(1, BROKEN), task(2), task(3, "99_unknown")])
    assert found[1].grade is None and not found[1].retry and "assignment.toml" in found[1].fault
    assert found[3].grade is None and not found[3].retry and "99_unknown" in found[3].fault
    assert found[2].grade is not None


def test_settings_that_cant_be_used_are_a_lasting_fault(bench: Bench) -> None:
    with bench.open(msgspec.structs.replace(bench.settings, sandbox="bag"), 1) as engine:
        (outcome,) = engine.run([task(1)])
    assert outcome.grade is None and not outcome.retry and "bag" in outcome.fault


def test_a_killed_worker_costs_its_task_a_try_and_no_other(bench: Bench) -> None:
    found = bench.run([task(1), task(2, KILL), task(3), task(4)])
    assert found[2].grade is None and found[2].retry and "worker" in found[2].fault
    assert all(found[number].grade is not None for number in (1, 3, 4))
    assert bench.here.left() == []


def test_a_worker_that_hangs_is_ended(bench: Bench) -> None:
    found = bench.run([task(1), task(2, HANG), task(3)], task_s=8)
    assert found[2].grade is None and found[2].retry and "8 s" in found[2].fault
    assert found[1].grade is not None and found[3].grade is not None


def test_tasks_are_taken_when_a_slot_is_free_so_that_they_may_depend_on_outcomes(bench: Bench) -> None:
    seen: list[int] = []

    def tasks() -> Iterator[Task]:
        for number in range(3):
            assert seen == list(range(number)), "taken before the outcome of the one before it was given"
            yield task(number)

    with bench.open(bench.settings, 1) as engine:
        for outcome in engine.run(tasks()):
            seen.append(outcome.task)
    assert seen == [0, 1, 2]


def test_an_outcome_of_fifty_megabytes_arrives(bench: Bench) -> None:
    outcome = bench.run([task(1, LARGE, NOTHING)])[1]
    assert outcome.grade is not None and outcome.fault == ""
    assert max(map(len, outcome.blobs.values())) >= 4 * LARGE_ELEMENTS
    assert sum(map(len, outcome.blobs.values())) >= 50e6


def test_an_engine_can_be_run_again_and_what_was_left_halfway_is_nobodys(bench: Bench) -> None:
    with bench.open(bench.settings, 2) as engine:
        first = engine.run([task(1), task(2, HANG), task(3)])
        assert next(first).task == 1
        first.close()
        assert [outcome.task for outcome in engine.run([task(4)])] == [4]


def test_the_end_of_an_engine_ends_its_workers_and_leaves_nothing(bench: Bench) -> None:
    hangs = Path(bench.settings.course, HANG, "hangs.txt")
    hangs.unlink(missing_ok=True)
    with bench.open(bench.settings, 2) as engine:
        outcomes = engine.run([task(1), task(2, HANG)])
        assert next(outcomes).task == 1
        until = time.monotonic() + 60
        while not hangs.exists() and time.monotonic() < until:
            time.sleep(0.05)
        assert hangs.exists() and bench.here.processes(bench.mark)
    assert bench.here.quiet(bench.mark)
    assert bench.here.left() == []


def test_an_error_of_the_one_who_gives_tasks_is_raised_and_ends_what_runs(bench: Bench) -> None:
    def tasks() -> Iterator[Task]:
        yield task(1, HANG)
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="the disk is gone"), bench.open(bench.settings, 2) as engine:
        list(engine.run(tasks()))
    assert bench.here.quiet(bench.mark)


def test_arrays_are_written_where_workers_share_the_machine(here: Places, settings: Settings, tmp_path: Path) -> None:
    from grader.blobs import Blobs

    with LocalEngine(msgspec.structs.replace(settings, blobs=str(tmp_path)), 1) as engine:
        (outcome,) = engine.run([task(1, GOOD)])
    assert outcome.evidence is not None and outcome.blobs == {}
    assert all(Blobs(tmp_path).get(name) for name in contents(outcome.evidence))
