"""What the engine is asked for: every bound and every protection stands in the document, whatever a command wants."""

from __future__ import annotations

import json
import platform
from pathlib import Path
from typing import Any

import pytest

from grader.errors import HarnessError
from grader.sandbox import Bind, Limits
from grader.sandbox.docker import image
from grader.sandbox.docker.container import CHANNEL, Container, Means, config
from grader.sandbox.docker.engine import Engine
from grader.sandbox.docker.profile import profile
from grader.sandbox.docker.provider import isolation
from tests.docker.fake import FakeClient, Refused

LIMITS = Limits(memory_mib=512, processes=32, scratch_mib=64)


def means(kind: str = image.MACHINE, client: FakeClient | None = None, **info: Any) -> Means:
    engine = Engine(client or FakeClient(**info))
    found = image.Image(name=image.NAME, kind=kind, identity="x")
    return Means(engine, engine.facts(), found, profile(platform.machine()), (65432, 65432), 4.0)


def made(*binds: Bind, limits: Limits = LIMITS, gpus: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    return config(means(**more), binds, limits, Path("/dev/shm/channel"), gpus)


def host(*binds: Bind, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = made(*binds, **more)["HostConfig"]
    return found


def test_protections() -> None:
    document, wanted = made(), host()
    assert document["User"] == "65432:65432"  # with the group, which would be root's otherwise
    assert document["NetworkDisabled"] and wanted["NetworkMode"] == "none"
    assert wanted["ReadonlyRootfs"] and wanted["AutoRemove"]
    assert wanted["CapDrop"] == ["ALL"]
    assert wanted["SecurityOpt"][0] == "no-new-privileges"
    assert json.loads(wanted["SecurityOpt"][1].removeprefix("seccomp="))["defaultAction"] == "SCMP_ACT_ERRNO"
    assert {"/sys", "/proc/kcore", "/dev/mqueue", "/etc/resolv.conf"} <= set(wanted["MaskedPaths"])
    assert {"/proc/sys", "/proc/sysrq-trigger"} <= set(wanted["ReadonlyPaths"])
    assert wanted["LogConfig"]["Type"] == "none"
    assert not {"Privileged", "PidMode", "CapAdd", "Binds"} & set(wanted)


def test_limits() -> None:
    wanted = host()
    assert wanted["Memory"] == wanted["MemorySwap"] == 512 << 20
    assert wanted["PidsLimit"] == 33
    assert wanted["NanoCpus"] == 4_000_000_000
    assert wanted["Tmpfs"]["/tmp"] == f"rw,exec,nosuid,nodev,size={64 << 20}"
    assert host(limits=Limits(processes=1))["PidsLimit"] == 16  # the engine's runtime has threads of its own


def test_what_is_shown() -> None:
    mounts = {
        each["Target"]: (each["Source"], each["ReadOnly"])
        for each in host(Bind(source=Path("/a"), target="/in"), Bind(source=Path("/b"), target="/out", writable=True))["Mounts"]
    }
    assert mounts["/in"] == ("/a", True)
    assert mounts["/out"] == ("/b", False)
    assert mounts["/usr"] == ("/usr", True)
    assert mounts[CHANNEL] == ("/dev/shm/channel", True)
    assert [target for target, (_, read_only) in mounts.items() if not read_only] == ["/out"]


def test_an_image_of_its_own_shows_nothing_of_the_machine() -> None:
    wanted = host(kind=image.SYSTEM)
    assert {each["Target"] for each in wanted["Mounts"]} == {CHANNEL, "/warden"}
    assert list(wanted["Tmpfs"]) == ["/tmp"]


def test_folders_with_the_graders_own_files_are_empty() -> None:
    assert host()["Tmpfs"]["/usr/local"].startswith("ro,")


def test_the_last_of_two_binds_counts() -> None:
    wanted = host(Bind(source=Path("/a"), target="/x"), Bind(source=Path("/b"), target="/x/"))
    assert [each["Source"] for each in wanted["Mounts"] if each["Target"].rstrip("/") == "/x"] == ["/b"]


def test_users_of_a_remapping_engine_are_the_hosts() -> None:
    assert host(SecurityOptions=["name=seccomp", "name=userns"])["UsernsMode"] == "host"
    assert "UsernsMode" not in host()


NODES = tuple(Bind(source=Path("/dev", name), target=f"/dev/{name}", device=True) for name in ("nvidia0", "nvidiactl", "full"))


def test_a_gpu_by_its_device_files() -> None:
    wanted = host(*NODES)
    assert [each["PathOnHost"] for each in wanted["Devices"]] == ["/dev/nvidia0", "/dev/nvidiactl", "/dev/full"]
    assert {each["CgroupPermissions"] for each in wanted["Devices"]} == {"rw"}
    assert "DeviceRequests" not in wanted


def test_a_gpu_by_nvidias_runtime() -> None:
    """Only the one that was leased: the device files of all others stay out."""
    wanted = host(*NODES, gpus=("GPU-1",))
    assert [each["PathOnHost"] for each in wanted["Devices"]] == ["/dev/full"]
    assert wanted["DeviceRequests"] == [{"Driver": "nvidia", "DeviceIDs": ["GPU-1"], "Capabilities": [["gpu", "compute", "utility"]]}]


def test_a_driver_that_needs_sys_sees_it() -> None:
    assert "/sys" not in host(Bind(source=Path("/sys"), target="/sys"))["MaskedPaths"]


def test_isolation_names_engine_and_image() -> None:
    facts = means(SwapLimit=False).facts
    found = isolation(facts, image.Image(name="n", kind=image.MACHINE, identity="n (machine) sha256:1"), dropped=False)
    assert (found.image, found.engine) == ("n (machine) sha256:1", "Docker Engine 27.3.1")
    assert found.level == "docker: a container, cgroups v2, seccomp"
    missing = {entry.partition(":")[0] for entry in found.not_enforced}
    assert {"user", "swap"} <= missing
    assert not any(entry.startswith("user") for entry in found.enforced)


def test_its_folder_goes_even_if_the_engine_removes_nothing() -> None:
    client = FakeClient({"start": Refused(500, "no more"), "remove": Refused(500, "nor that")})
    with pytest.raises(HarnessError, match="no more"):
        Container.start(means(client=client), (), LIMITS)
    asked = dict(client.asked)
    (channel,) = [Path(each["Source"]) for each in asked["create"]["HostConfig"]["Mounts"] if each["Target"] == CHANNEL]
    assert "remove" in asked and channel.parent.is_dir()
    assert not channel.exists()
