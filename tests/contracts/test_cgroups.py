"""Control groups on a folder that looks like a cgroup file system, so that version 2 is tested on machines that have version 1, and the
reverse.

What such a folder can't show is the kernel's own part: that limits bind. `test_sandbox.py` shows it for the version of the machine it runs
on.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from grader.owners import owned_name
from grader.sandbox.cgroups import Group, Hierarchy


def v2(tmp_path: Path, own: str, enabled: dict[str, str], available: str = "cpu memory pids") -> Path:
    """A version 2 tree: `enabled` maps a group's path to what it has in subtree_control. Returns what stands for /proc/self."""
    mount = tmp_path / "cgroup"
    for path in ["/", *(str(p) for p in reversed(Path(own).parents) if str(p) != "/"), own]:
        folder = mount / path.lstrip("/")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "cgroup.controllers").write_text(available)
        (folder / "cgroup.subtree_control").write_text(enabled.get(path, ""))
        (folder / "cgroup.procs").write_text("")
    proc = tmp_path / "proc"
    proc.mkdir()
    (proc / "cgroup").write_text(f"0::{own}\n")
    (proc / "mountinfo").write_text(f"30 23 0:26 / {mount} rw,nosuid - cgroup2 cgroup2 rw\n")
    return proc


def v1(tmp_path: Path, own: str) -> Path:
    lines, members = [], []
    for index, controllers in enumerate(["memory", "pids", "cpu,cpuacct"]):
        mount = tmp_path / "cgroup" / controllers
        (mount / own.lstrip("/")).mkdir(parents=True)
        lines.append(f"{30 + index} 23 0:26 / {mount} rw - cgroup cgroup rw,{controllers}")
        members.append(f"{index + 1}:{controllers}:{own}")
    proc = tmp_path / "proc"
    proc.mkdir()
    (proc / "cgroup").write_text("\n".join([*members, "0::/"]) + "\n")
    (proc / "mountinfo").write_text("\n".join(lines) + "\n")
    return proc


def only(folder: Path) -> Path:
    made = list(folder.glob("warpgrade-*"))
    assert len(made) == 1
    return made[0]


def test_version_2_uses_the_nearest_delegated_group(tmp_path: Path) -> None:
    """As in a systemd user session: our own group has no children, our parent hands out memory and pids."""
    own = "/user.slice/app.slice/shell.scope"
    hierarchy = Hierarchy.detect(v2(tmp_path, own, {"/user.slice/app.slice": "cpu memory pids", "/user.slice": "memory pids"}))
    # the fake lets anybody write subtree_control, so even the innermost group can be opened
    assert hierarchy.version == 2
    assert set(hierarchy.parents.values()) == {tmp_path / "cgroup" / own.lstrip("/")}


def test_version_2_steps_over_a_group_that_refuses(tmp_path: Path) -> None:
    own = "/app.slice/shell.scope"
    proc = v2(tmp_path, own, {"/app.slice": "memory pids"})
    control = tmp_path / "cgroup" / own.lstrip("/") / "cgroup.subtree_control"
    control.unlink()
    control.mkdir()  # writing fails, as with EBUSY where processes sit in the group itself
    hierarchy = Hierarchy.detect(proc)
    assert hierarchy.parents["memory"] == tmp_path / "cgroup" / "app.slice"


def test_version_2_without_the_controllers_has_none(tmp_path: Path) -> None:
    hierarchy = Hierarchy.detect(v2(tmp_path, "/a", {}, available="hugetlb"))
    assert hierarchy.parents == {}
    assert hierarchy.group() is None


def test_version_2_limits_and_usage(tmp_path: Path) -> None:
    hierarchy = Hierarchy.detect(v2(tmp_path, "/a", {"/a": "memory pids"}))
    group = hierarchy.group()
    assert group is not None and group.bounds_memory
    group.limit(memory_mib=256, processes=40)
    group.add(4242)
    folder = only(tmp_path / "cgroup" / "a")
    written = {
        name: (folder / name).read_text() for name in ("memory.max", "memory.swap.max", "memory.oom.group", "pids.max", "cgroup.procs")
    }
    assert written == {
        "memory.max": str(256 << 20),
        "memory.swap.max": "0",
        "memory.oom.group": "1",
        "pids.max": "40",
        "cgroup.procs": "4242",
    }
    (folder / "memory.events").write_text("low 0\nhigh 0\nmax 7\noom 0\noom_kill 0\n")
    (folder / "memory.peak").write_text(f"{100 << 20}\n")
    (folder / "cpu.stat").write_text("usage_usec 1500000\nuser_usec 1000000\n")
    assert not group.out_of_memory()
    assert group.peak_memory_mib() == 100
    assert group.cpu_s() == 1.5
    (folder / "memory.events").write_text("low 0\nhigh 0\nmax 7\noom 1\noom_kill 2\n")
    assert group.out_of_memory()


def test_version_2_kills_all_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "group"
    folder.mkdir()
    (folder / "cgroup.kill").write_text("")
    (folder / "cgroup.procs").write_text("")
    assert Group({"memory": folder}, 2).kill()
    assert (folder / "cgroup.kill").read_text() == "1"


def test_version_1_limits_and_usage(tmp_path: Path) -> None:
    hierarchy = Hierarchy.detect(v1(tmp_path, "/job/7"))
    assert (hierarchy.version, set(hierarchy.parents)) == (1, {"memory", "pids", "cpuacct"})
    group = hierarchy.group()
    assert group is not None
    group.limit(memory_mib=64, processes=9)
    group.add(77)
    memory, pids, cpu = (only(tmp_path / "cgroup" / name / "job" / "7") for name in ("memory", "pids", "cpu,cpuacct"))
    assert (memory / "memory.limit_in_bytes").read_text() == (memory / "memory.memsw.limit_in_bytes").read_text() == str(64 << 20)
    assert (pids / "pids.max").read_text() == "9"
    assert {(folder / "cgroup.procs").read_text() for folder in (memory, pids, cpu)} == {"77"}
    (memory / "memory.oom_control").write_text("oom_kill_disable 0\nunder_oom 0\noom_kill 1\n")
    (memory / "memory.max_usage_in_bytes").write_text(str(32 << 20))
    (cpu / "cpuacct.usage").write_text("2500000000\n")
    assert group.out_of_memory()
    assert (group.peak_memory_mib(), group.cpu_s()) == (32, 2.5)


def test_version_1_of_an_old_kernel_counts_refusals(tmp_path: Path) -> None:
    folder = tmp_path / "group"
    folder.mkdir()
    (folder / "memory.oom_control").write_text("oom_kill_disable 0\nunder_oom 0\n")
    (folder / "memory.limit_in_bytes").write_text(str(64 << 20))
    (folder / "memory.failcnt").write_text("12")
    (folder / "memory.usage_in_bytes").write_text(str(20 << 20))
    group = Group({"memory": folder}, 1)
    assert not group.out_of_memory()  # page cache was reclaimed, nobody was killed
    (folder / "memory.usage_in_bytes").write_text(str(64 << 20))
    assert group.out_of_memory()


def test_a_container_that_shows_its_own_group_as_the_root(tmp_path: Path) -> None:
    proc = v2(tmp_path, "/", {"/": "memory pids"})
    (proc / "cgroup").write_text("0::/docker/abc\n")
    (proc / "mountinfo").write_text(f"30 23 0:26 /docker/abc {tmp_path / 'cgroup'} rw - cgroup2 cgroup2 rw\n")
    assert Hierarchy.detect(proc).parents["memory"] == tmp_path / "cgroup"


@pytest.mark.parametrize("membership", ["", "0::/../outside\n", "1:memory:/gone\n0::/gone\n"])
def test_no_usable_group_is_no_error(tmp_path: Path, membership: str) -> None:
    proc = v2(tmp_path, "/a", {})
    (proc / "cgroup").write_text(membership)
    (tmp_path / "cgroup" / "cgroup.controllers").write_text("")
    assert Hierarchy.detect(proc).parents == {}


def test_a_machine_without_proc_has_none(tmp_path: Path) -> None:
    assert Hierarchy.detect(tmp_path / "nothing").parents == {}


def test_groups_of_a_dead_judge_are_swept(tmp_path: Path) -> None:
    parent = tmp_path / "memory"
    parent.mkdir()
    hierarchy = Hierarchy({"memory": parent}, 1)
    group = hierarchy.group()
    assert group is not None
    alive = only(parent)
    prefix, namespace, pid, started, _ = alive.name.split("-")
    assert int(pid) == os.getpid()
    dead = parent / f"{prefix}-{namespace}-{2**22 + 1}-{started}-0"
    reused = parent / f"{prefix}-{namespace}-{pid}-1-0"  # the number went to another process
    elsewhere = parent / f"{prefix}-1-{2**22 + 1}-{started}-0"  # of a container with other numbers
    foreign = parent / "somebody-elses"
    for folder in (dead, reused, elsewhere, foreign):
        folder.mkdir()
    assert hierarchy.sweep() == 2
    assert set(parent.iterdir()) == {alive, elsewhere, foreign}
    group.close()
    assert not alive.exists()


def test_groups_within_a_dead_judges_group_go_first(tmp_path: Path) -> None:
    """A judge that was killed inside a group of ours left its own within: none of them could be removed, and each judge tried anew."""
    outer = tmp_path / dead_name()
    (outer / dead_name()).mkdir(parents=True)
    assert Hierarchy({"memory": tmp_path}, 1).sweep() == 1
    assert not outer.exists()


def test_a_dead_ones_group_with_a_living_one_within_stays(tmp_path: Path) -> None:
    outer = tmp_path / dead_name()
    (outer / f"{owned_name()}-1").mkdir(parents=True)
    assert Hierarchy({"memory": tmp_path}, 1).sweep() == 0
    assert outer.exists()


def dead_name() -> str:
    words = owned_name().split("-")
    return "-".join((*words[:3], "1", "7"))  # our pid, started at another time: not us
