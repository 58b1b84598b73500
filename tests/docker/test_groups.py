"""Where the groups of a container's process are found: from what the kernel says of it and of our own mounts."""

from __future__ import annotations

from pathlib import Path

from grader.sandbox.cgroups import group_of


def machine(folder: Path, membership: str, mounts: list[str]) -> Path:
    """A /proc with one foreign process, 4711."""
    (folder / "proc" / "4711").mkdir(parents=True)
    (folder / "proc" / "self").mkdir()
    (folder / "proc" / "4711" / "cgroup").write_text(membership)
    (folder / "proc" / "self" / "mountinfo").write_text("".join(mounts))
    return folder / "proc"


def test_version_1(tmp_path: Path) -> None:
    names = {"memory": tmp_path / "memory", "cpuacct": tmp_path / "cpu,cpuacct"}
    for mount in names.values():
        (mount / "docker" / "c1").mkdir(parents=True)
    (names["memory"] / "docker" / "c1" / "memory.oom_control").write_text("oom_kill_disable 0\nunder_oom 0\noom_kill 2\n")
    (names["memory"] / "docker" / "c1" / "memory.max_usage_in_bytes").write_text("3145728\n")
    (names["cpuacct"] / "docker" / "c1" / "cpuacct.usage").write_text("1500000000\n")
    mounts = [
        f"30 25 0:26 / {names['memory']} rw - cgroup cgroup rw,memory\n",
        f"31 25 0:27 / {names['cpuacct']} rw - cgroup cgroup rw,cpu,cpuacct\n",
    ]
    found = group_of(4711, machine(tmp_path, "5:memory:/docker/c1\n4:cpu,cpuacct:/docker/c1\n0::/\n", mounts))
    assert found is not None
    assert (found.out_of_memory(), found.peak_memory_mib(), found.cpu_s()) == (True, 3.0, 1.5)


def test_version_2(tmp_path: Path) -> None:
    group = tmp_path / "unified" / "system.slice" / "docker-c1.scope"
    group.mkdir(parents=True)
    for name, text in (("memory.max", "1048576"), ("memory.events", "oom 1\noom_kill 0\n"), ("cpu.stat", "usage_usec 250000\n")):
        (group / name).write_text(text)
    mounts = [f"30 25 0:26 / {tmp_path}/unified rw - cgroup2 cgroup2 rw\n"]
    found = group_of(4711, machine(tmp_path, "0::/system.slice/docker-c1.scope\n", mounts))
    assert found is not None
    assert (found.out_of_memory(), found.cpu_s()) == (False, 0.25)


def test_groups_that_cannot_be_seen(tmp_path: Path) -> None:
    """A process of another group namespace, one that has ended, a machine without groups."""
    mounts = [f"30 25 0:26 / {tmp_path}/unified rw - cgroup2 cgroup2 rw\n"]
    proc = machine(tmp_path, "0::/../../docker/c1\n", mounts)
    assert group_of(4711, proc) is None
    assert group_of(4712, proc) is None
    (proc / "self" / "mountinfo").write_text("")
    assert group_of(4711, proc) is None
