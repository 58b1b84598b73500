"""Ray for real: a cluster of three nodes on this machine. One dies in the middle, one joins, one can't grade; the outcomes are the local
engine's, each once."""

from __future__ import annotations

import socket
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.engine.contract import Outcome, Settings, Task
from grader.engine.local import LocalEngine
from grader.engine.ray import RayEngine
from grader.engine.ray_cluster import own_cluster, shared_out
from grader.engine.table import open_engine
from grader.errors import HarnessError
from grader.evidence import contents
from grader.records import Grade
from grader.run.seeds import secret_seed
from grader.toolchain import UsageError
from tests import scale_course
from tests.engine.clusters import NODE, small_cluster
from tests.engine.deeds import GOOD, ONCE, task
from tests.engine.places import Places

WRONG = scale_course.program(kernel=scale_course.KERNEL.replace("alpha * X[i]", "alpha * X[i] + 1"))
BROKEN = "this is no CUDA\n"


@pytest.fixture(scope="module")
def cluster(here: Places) -> Iterator[Any]:
    """One node with one processor; tests add others. Its seeds would be others than ours: its data folder is."""
    with small_cluster(GRADER_DATA=str(here.root / "data-of-nodes")) as made:
        yield _Nodes(made, here)


class _Nodes:
    """A cluster whose nodes keep their data elsewhere than the coordinator."""

    def __init__(self, cluster: Any, here: Places) -> None:
        self._cluster, self._here = cluster, here
        self.address: str = cluster.address

    def add(self, **arguments: Any) -> Any:
        return self._cluster.add_node(**(NODE | arguments))

    def lose(self, node: Any) -> None:
        """All at once, as when its power is cut."""
        self._cluster.remove_node(node, allow_graceful=False)

    def settle(self) -> None:
        """Until the cluster itself has noticed what was lost."""
        self._cluster.wait_for_nodes()


@pytest.fixture(autouse=True)
def coordinator(here: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_DATA", str(here.root / "data"))


@pytest.fixture
def quiet(cluster: _Nodes) -> None:
    """Nodes that earlier tests have lost are known to be."""
    cluster.settle()


def kept(grade: Grade) -> Grade:
    """Of a grade, what doesn't depend on the machine and the moment."""
    return msgspec.structs.replace(grade, timings_s={}, environment={}, from_cache=False)


def once(outcomes: list[Outcome], tasks: list[Task]) -> dict[int, Outcome]:
    assert Counter(each.task for each in outcomes) == Counter(each.id for each in tasks)
    return {each.task: each for each in outcomes}


@pytest.mark.slow
def test_a_node_dies_in_the_middle_and_all_results_are_there_once_as_the_local_engine_gives_them(
    here: Places, settings: Settings, cluster: _Nodes
) -> None:
    codes = [scale_course.GOOD, WRONG, BROKEN]
    tasks = [task(number, code=f"{codes[number % 3]}// student {number % 6}\n") for number in range(14)]
    with LocalEngine(settings, 2) as engine:
        expected = once(list(engine.run(tasks)), tasks)
    second, third = cluster.add(), cluster.add()
    found: list[Outcome] = []
    try:
        with RayEngine(settings, address=cluster.address) as engine:
            assert engine.slots == 3
            for outcome in engine.run(tasks):
                found.append(outcome)
                if len(found) == 4:
                    cluster.lose(second)
    finally:
        cluster.lose(third)
    got = once(found, tasks)
    for number, outcome in got.items():
        assert outcome.grade is not None, outcome.fault
        other = expected[number].grade
        assert other is not None and kept(outcome.grade) == kept(other)
        assert outcome.evidence is not None and expected[number].evidence is not None
        assert contents(outcome.evidence) == contents(expected[number].evidence)
    assert {outcome.grade.seed_id for outcome in found if outcome.grade} == {secret_seed("scale_test", GOOD).id}
    travelled = {name for outcome in found for name in outcome.blobs}
    assert all(outcome.evidence and contents(outcome.evidence) <= travelled for outcome in found)
    assert not list((here.root / "data-of-nodes").rglob("*.seed")), "a node drew a seed of its own"


@pytest.mark.slow
@pytest.mark.usefixtures("quiet")
def test_a_task_whose_worker_dies_once_is_graded_by_another(settings: Settings, cluster: _Nodes, capfd: pytest.CaptureFixture[str]) -> None:
    told: list[int] = []
    with RayEngine(settings, address=cluster.address) as engine:
        (outcome,) = engine.run([task(7, ONCE)], lambda each: told.append(each.id))
    assert outcome.grade is not None and told == [7]
    assert capfd.readouterr() == ("", ""), "a batch's own output may be JSON"


@pytest.mark.slow
@pytest.mark.usefixtures("quiet")
def test_slots_follow_nodes_that_come_and_go(settings: Settings, cluster: _Nodes) -> None:
    """A node that joins works; one that leaves is not waited for."""
    nodes: list[Any] = []
    hosts: list[str] = []

    def tasks() -> Iterator[Task]:
        number = 0
        while len(set(hosts)) < 2 and number < 400:
            yield task(number)
            number += 1

    with RayEngine(settings, address=cluster.address) as engine:
        assert engine.slots == 1
        for outcome in engine.run(tasks()):
            assert outcome.grade is not None, outcome.fault
            if not nodes:
                nodes.append(cluster.add())
            hosts.append(outcome.worker)
        assert len(set(hosts)) == 2 and engine.slots == 2
        cluster.lose(nodes.pop())
        assert all(outcome.grade for outcome in engine.run([task(1000), task(1001), task(1002)]))


@pytest.mark.slow
@pytest.mark.usefixtures("quiet")
def test_marked_nodes_are_the_only_ones_that_grade(settings: Settings, cluster: _Nodes) -> None:
    marked = cluster.add(num_cpus=4, resources={"warpgrade": 2})
    try:
        with RayEngine(settings, address=cluster.address) as engine:
            assert engine.slots == 2
            assert all(outcome.grade for outcome in engine.run([task(1), task(2)]))
        with RayEngine(settings, 1, address=cluster.address) as engine:
            assert engine.slots == 1
    finally:
        cluster.lose(marked)


@pytest.mark.slow
@pytest.mark.usefixtures("quiet")
def test_a_course_that_no_node_has_is_a_fault_with_its_remedy(here: Places, settings: Settings, cluster: _Nodes) -> None:
    gone = msgspec.structs.replace(settings, course=str(here.root / "gone"), seeds={GOOD: secret_seed("scale_test", GOOD)})
    with RayEngine(gone, address=cluster.address) as engine:
        found = list(engine.run([task(1), task(2)]))
    assert [each.task for each in found] == [1, 2]
    assert all(each.grade is None and each.retry and "shared folder" in each.fault for each in found)


@pytest.mark.slow
@pytest.mark.usefixtures("quiet")
def test_a_node_with_another_version_is_not_used(settings: Settings, cluster: _Nodes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.engine.ray_pool.package_stamp", lambda: b"of tomorrow")
    with RayEngine(settings, address=cluster.address) as engine:
        (outcome,) = engine.run([task(1)])
    assert outcome.grade is None and outcome.retry and "another version of warpgrade" in outcome.fault


@pytest.mark.slow
@pytest.mark.usefixtures("quiet")
def test_without_a_gpu_in_the_cluster_its_tasks_are_faults(settings: Settings, cluster: _Nodes) -> None:
    with RayEngine(msgspec.structs.replace(settings, device="cuda"), address=cluster.address, patience_s=1) as engine:
        (outcome,) = engine.run([task(1)])
    assert outcome.grade is None and outcome.retry and "1 GPU" in outcome.fault and "docs/cluster.md" in outcome.fault


@pytest.mark.slow
@pytest.mark.usefixtures("quiet")
def test_a_task_that_wants_more_memory_gets_a_larger_slot(settings: Settings, cluster: _Nodes) -> None:
    small = cluster.add(memory=1500 << 20)
    try:
        with RayEngine(settings, address=cluster.address) as engine:
            assert engine.slots == 2
            tasks = [task(1), task(2, memory_mib=3000), task(3), task(4, memory_mib=10**9)]
            assert all(each.grade for each in once(list(engine.run(tasks)), tasks).values())
            assert engine.slots == 1, "the small node can't hold such a slot"
    finally:
        cluster.lose(small)


@pytest.mark.parametrize(
    ("address", "error", "text"),
    [
        ("127.0.0.1:1", HarnessError, "no Ray cluster answers at 127.0.0.1:1 \\(Connection refused\\); start it"),
        ("head", HarnessError, "an address is HOST:PORT"),
        ("ray://head:10001", UsageError, "HOST:6379"),
    ],
)
@pytest.mark.slow
def test_a_cluster_that_was_named_must_be_there(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, address: str, error: type[Exception], text: str
) -> None:
    monkeypatch.setenv("RAY_ADDRESS", address)
    with pytest.raises(error, match=text), open_engine("ray", settings):
        pass


def test_of_the_clusters_here_only_the_users_own_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path))
    file = tmp_path / "ray" / "ray_current_cluster"
    assert own_cluster() == ""
    file.parent.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        file.write_text(address)
        assert own_cluster() == address
        monkeypatch.setattr("os.geteuid", lambda: 12345)
        assert own_cluster() == "", "another user's"
        monkeypatch.undo()
        monkeypatch.setenv("RAY_TMPDIR", str(tmp_path))
    assert own_cluster() == "", "it has ended"


@pytest.mark.slow
def test_one_is_started_here_and_ended_and_students_files_are_no_modules(
    here: Places, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ray puts the working folder on its workers' path, and a batch is started where submissions are."""
    for name in ("numpy", "msgspec", "grader", "pytest"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAY_ADDRESS", "local")
    with open_engine("ray", settings, 1) as engine:
        assert engine.slots == 1
        (outcome,) = engine.run([task(1)])
        assert outcome.grade is not None and outcome.grade.score == 10
    assert not (tmp_path / "ran").exists()
    assert [name for name in here.left() if name.startswith("warpgrade-ray")] == []
    assert Path.cwd() == tmp_path


def test_without_ray_the_remedy_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UsageError, match=r"pip install 'warpgrade\[ray\]'"), open_engine("ray", settings):
        pass


@given(st.dictionaries(st.text(max_size=3), st.integers(1, 9), max_size=6), st.integers(0, 60))
def test_slots_are_shared_out_in_turn(room: dict[str, int], limit: int) -> None:
    given_out = shared_out(room, limit)
    assert sum(given_out.values()) == min(sum(room.values()), limit or sum(room.values()))
    assert all(0 < count <= room[node] for node, count in given_out.items())
    for node in room:  # nobody has two more than one who could take another
        assert all(given_out.get(node, 0) == room[node] or given_out[other] <= given_out.get(node, 0) + 1 for other in given_out)
