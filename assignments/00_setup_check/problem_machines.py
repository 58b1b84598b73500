"""The recorded machines: what the three files meet, one machine a case. The hidden ones are drawn."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

STUDENT = "/home/student"
SOURCE_LINE = "source ~/.bashrc_add"
APT_FILES = ("etc/apt/sources.list", "etc/apt/sources.list.d/ubuntu.sources")
UBUNTU = re.compile(r"(?<=://)(?:[a-z]{2}\.)?(?:archive|security)\.ubuntu\.com(?=[/:\s]|$)")

WSL_1 = "Linux version 4.4.0-19041-Microsoft (Microsoft@Microsoft.com) (gcc version 5.4.0 (GCC) ) #1237-Microsoft Sat Sep 11 14:32:00\n"
WSL_2 = "Linux version 5.15.153.1-microsoft-standard-WSL2 (root@941d701f84f1) (gcc (GCC) 11.2.0) #1 SMP Fri Mar 29 23:14:13 UTC 2024\n"
LINUX = "Linux version 6.8.0-45-generic (buildd@lcy02-amd64-115) (x86_64-linux-gnu-gcc-13 (Ubuntu 13.2.0) 13.2.0) #45-Ubuntu SMP\n"
JAMMY = (
    'PRETTY_NAME="Ubuntu 22.04.4 LTS"\nNAME="Ubuntu"\nVERSION_ID="22.04"\nVERSION="22.04.4 LTS (Jammy Jellyfish)"\n'
    "ID=ubuntu\nID_LIKE=debian\n"
)
NOBLE = (
    'PRETTY_NAME="Ubuntu 24.04.1 LTS"\nNAME="Ubuntu"\nVERSION_ID="24.04"\nVERSION="24.04.1 LTS (Noble Numbat)"\nID=ubuntu\nID_LIKE=debian\n'
)
BIONIC = (
    'NAME="Ubuntu"\nVERSION="18.04.6 LTS (Bionic Beaver)"\nID=ubuntu\nID_LIKE=debian\n'
    'PRETTY_NAME="Ubuntu 18.04.6 LTS"\nVERSION_ID="18.04"\n'
)
BASHRC = "# ~/.bashrc\ncase $- in\n    *i*) ;;\n      *) return;;\nesac\nHISTSIZE=1000\nalias ll='ls -alF'\n"
OWN_VIMRC = '" mine\nset background=dark\nset nonumber\n'


@dataclass(frozen=True)
class Recording:
    """What a machine's files and its nvidia-smi say. `gpus`: rows of (name, MiB, driver); None: there is no such program."""

    kernel: str = LINUX
    release: str = JAMMY
    wslg: bool = False
    cores: int = 4
    cpu: str | None = "Intel(R) Core(TM) i5-1135G7 @ 2.40GHz"
    memory_kib: int = 8_041_236
    gpus: tuple[tuple[str, int, str], ...] | None = None
    driver_fails: bool = False


@dataclass(frozen=True)
class Machine:
    """One case. Paths are below /home/student; `files` are the system's own beside those of the recording, `home_files` the user's."""

    recording: Recording = field(default_factory=Recording)
    home: str = "minji"
    root: str = "system"
    mirror: str = "mirror.example.ac.kr"
    files: Mapping[str, str] = field(default_factory=dict)
    home_files: Mapping[str, str] = field(default_factory=dict)
    runs: int = 2
    profile: bool = True
    display: str = ""
    gateway: str = ""
    offline: bool = False
    pip_broken: bool = False
    managed: bool = False
    inside: str = "my files"
    names: tuple[str, ...] = ("notes.txt", "report.pdf")
    home_names: tuple[str, ...] = ("lecture.pdf", "todo.txt")
    more: tuple[Recording, ...] = ()  # for probe.py alone


def sources(host: str = "archive.ubuntu.com", *lines: str) -> str:
    """A sources.list of the old format."""
    return "".join(
        (
            "# See http://help.ubuntu.com/community/UpgradeNotes\n",
            f"deb http://{host}/ubuntu/ jammy main restricted universe\n",
            f"deb http://{host}/ubuntu/ jammy-updates main restricted universe\n",
            "deb http://security.ubuntu.com/ubuntu/ jammy-security main restricted universe\n",
            *lines,
        )
    )


KEPT = {"notes.txt": "buy milk\n", ".ssh/config": "Host lab\n    User minji\n", "documents/report 1.txt": "draft\n"}
PPA = "deb https://ppa.launchpadcontent.net/deadsnakes/ppa/ubuntu jammy main\n"
PUBLIC: dict[str, Machine] = {
    "laptop": Machine(
        recording=Recording(kernel=WSL_2, wslg=True, cores=8, memory_kib=8_041_236),
        files={"etc/apt/sources.list": sources("archive.ubuntu.com", PPA)},
        home_files={**KEPT, ".bashrc": BASHRC},
        display=":0",
        gateway="172.28.16.1",
        managed=True,
    ),
    "old_laptop": Machine(
        recording=Recording(kernel=WSL_1, release=BIONIC, cores=4, cpu="Intel(R) Core(TM) i7-8550U CPU @ 1.80GHz", memory_kib=16_653_520),
        home="woong",
        mirror="ftp.example.co.kr",
        files={"etc/apt/sources.list": sources()},
        home_files={**KEPT, ".bashrc": BASHRC, ".vimrc": OWN_VIMRC},
        names=("a.txt", "b.txt"),
    ),
    "lab": Machine(
        recording=Recording(
            cores=16,
            cpu="AMD Ryzen 9 5950X 16-Core Processor",
            memory_kib=65_763_012,
            gpus=(("NVIDIA RTX A4000", 16376, "580.82.07"), ("NVIDIA GeForce RTX 3060", 12288, "580.82.07")),
        ),
        home="sora",
        files={"etc/apt/sources.list": sources("kr.archive.ubuntu.com")},
        home_files={**KEPT, ".bashrc": BASHRC.rstrip("\n")},
        display="localhost:10.0",
    ),
    "offline": Machine(
        recording=Recording(kernel=WSL_2, wslg=True, cores=2, memory_kib=4_015_204),
        files={"etc/apt/sources.list": sources()},
        home_files={**KEPT, ".bashrc": BASHRC},
        offline=True,
        runs=1,
        profile=False,
    ),
}


def machine_of(case: Any, rng: np.random.Generator) -> Machine:
    # BEGIN STAFF
    if case.visibility == "hidden":
        return hidden(case.id, rng)
    # END STAFF
    return PUBLIC[case.id]


# BEGIN STAFF
WORDS = (
    "alder birch cedar delta ember flint grove heron inlet juniper kelp larch maple nettle ochre poppy raven sedge thistle yarrow".split()
)


def hidden(name: str, rng: np.random.Generator) -> Machine:
    """The hidden machines: their kind is fixed, names and numbers are drawn."""
    words = [str(word) for word in rng.permutation(WORDS)]

    def number(low: int, high: int) -> int:
        return int(rng.integers(low, high))

    def host() -> str:
        return f"{words.pop()}.{words.pop()}.ac.kr"

    common: dict[str, Any] = {
        "home": words.pop(),
        "mirror": host(),
        "inside": f"{words.pop()} {words.pop()}",
        "names": (f"{words.pop()}.txt", f"{words.pop()}.pdf"),
        "home_names": (f"{words.pop()}.txt", f"{words.pop()}.md"),
    }
    kept = {**KEPT, f"{words.pop()}.txt": f"{number(1000, 9999)}\n"}
    cpu = f"Intel(R) Core(TM) i7-{number(1000, 9999)}K CPU @ {number(20, 49) / 10:.1f}0GHz"
    recording = Recording(kernel=WSL_2, cores=number(3, 30), cpu=cpu, memory_kib=number(4_000_000, 60_000_000))
    gateway = f"172.{number(16, 31)}.{number(1, 255)}.1"
    if name == "spaces":
        return Machine(
            **{**common, "home": f"{common['home']} {words.pop()}"},
            root=f"the {words.pop()}",
            recording=recording,
            files={"etc/apt/sources.list": sources()},
            home_files={**kept, ".bashrc": BASHRC, ".vimrc": OWN_VIMRC},
            gateway=gateway,
        )
    if name == "new_format":
        new = (
            "Types: deb\nURIs: http://kr.archive.ubuntu.com/ubuntu/\nSuites: noble noble-updates\nComponents: main universe\n\n"
            "Types: deb\nURIs: http://security.ubuntu.com/ubuntu/\nSuites: noble-security\nComponents: main universe\n\n"
            "Types: deb\nURIs: http://archive-ubuntu.com/own/\nSuites: noble\nComponents: main\n\n"
            "Types: deb\nURIs: http://old-releases.ubuntu.com/ubuntu/\nSuites: lucid\nComponents: main\nEnabled: no\n"
        )
        return Machine(
            **common,
            recording=Recording(release=NOBLE, cores=number(3, 30), cpu=cpu, memory_kib=number(4_000_000, 60_000_000)),
            files={APT_FILES[0]: "# Ubuntu sources have moved to the file ubuntu.sources\n", APT_FILES[1]: new},
            home_files={**kept, ".bashrc": BASHRC},
            managed=True,
        )
    if name == "set_up":
        half = sources(common["mirror"])
        return Machine(
            **common,
            recording=Recording(kernel=WSL_1, release=BIONIC, cores=number(3, 30), cpu=cpu, memory_kib=number(4_000_000, 60_000_000)),
            files={APT_FILES[0]: half, f"{APT_FILES[0]}_bk": sources("kr.archive.ubuntu.com")},
            home_files={
                **kept,
                ".bashrc": f"{BASHRC}{SOURCE_LINE}\nexport EDITOR=vim\n",
                ".bashrc_bk": BASHRC,
                ".bashrc_add": "alias g='gvim'\n",
                ".vimrc": OWN_VIMRC,
                ".vimrc_bk": '" the very first\n',
                ".cache/pip/log": "old\n",
            },
            display=f"localhost:{number(1, 9)}.0",
        )
    if name == "bare":
        debian = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n'
        return Machine(
            **common,
            recording=Recording(release=debian, cores=number(3, 30), cpu=cpu, memory_kib=number(4_000_000, 60_000_000)),
            files={APT_FILES[0]: "deb http://deb.debian.org/debian bookworm main\n"},
            home_files=kept,
            managed=True,
        )
    if name == "no_pip":
        return Machine(
            **common,
            recording=recording,
            files={APT_FILES[0]: sources()},
            home_files={**kept, ".bashrc": BASHRC},
            pip_broken=True,
            runs=1,
            profile=False,
        )
    plain = "# made by hand\n\nNAME=Fedora\nVERSION_ID=42\nID=fedora\nPRETTY_NAME='Fedora Linux 42'\n"
    cards = ("NVIDIA H100 PCIe", 81559, "580.65.06"), ("Tesla T4", 15360, "535.183.01"), ("NVIDIA L4", 23034, "570.86.15")
    drawn = [cards[int(i)] for i in rng.permutation(3)]
    return Machine(
        **common,
        recording=Recording(kernel=WSL_2, release=NOBLE, wslg=True, cores=number(3, 30), cpu=cpu, gpus=(drawn[0],)),
        files={APT_FILES[0]: sources()},
        home_files=kept,
        runs=0,
        profile=False,
        more=(
            Recording(kernel=WSL_2, cores=number(3, 30), memory_kib=number(4_000_000, 60_000_000), gpus=(), driver_fails=True),
            Recording(release=plain, cores=number(3, 30), cpu=None, memory_kib=number(4_000_000, 60_000_000)),
            Recording(kernel=WSL_1, release=BIONIC, cores=number(33, 99), cpu=cpu, memory_kib=number(1, 9) * 1024 * 1024 + 1023),
            Recording(cores=number(100, 200), cpu=f"AMD EPYC {number(7000, 9999)}: 64-Core", memory_kib=1_056_000_000, gpus=tuple(drawn)),
        ),
    )


# END STAFF
