"""00_setup_check: the recorded machines that the three files meet, and what must have become of them. Students have all of it but the
STAFF parts: `grader check` needs it."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

import numpy as np

from grader.checks.shell import Fault, Script

STUDENT = "/home/student"
PACKAGES = ("build-essential", "git", "openssh-client", "vim-gtk3", "python3-dev", "python3-pip", "python3-venv", "fonts-nanum")
WINDOWS_PACKAGES = ("x11-apps", "dbus-x11", "gnome-terminal")
PYTHON_PACKAGES = ("numpy", "pandas", "scipy", "matplotlib", "pillow", "jupyterlab")
TOO_LONG = {124, 137, 152}  # exit statuses of what drive.sh ended: by the clock, or by the processor time
ANSWERS = 60  # lines that wait on stdin for somebody to read them
SOURCE_LINE = "source ~/.bashrc_add"
SOURCES = re.compile(
    r"""\s*(?:(?:\[\[?.*\]\]?|test .*)\s*&&\s*)?(?:source|\.)\s+["']?(?:~|\$HOME|\$\{HOME\})["']?/["']?\.bashrc_add["']?\s*(?:#.*)?"""
)
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
BROKEN_DRIVER = (
    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. "
    "Make sure that the latest NVIDIA driver is installed and running.\n"
)


# ---- machines ----


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
FACTS: dict[str, dict[str, Any]] = {  # what probe.py should say of the public ones
    "laptop": {
        "wsl": 2,
        "wslg": True,
        "distribution": "ubuntu",
        "version": "22.04",
        "cores": 8,
        "cpu": "Intel(R) Core(TM) i5-1135G7 @ 2.40GHz",
        "memory_mib": 7852,
        "gpus": [],
    },
    "old_laptop": {
        "wsl": 1,
        "wslg": False,
        "distribution": "ubuntu",
        "version": "18.04",
        "cores": 4,
        "cpu": "Intel(R) Core(TM) i7-8550U CPU @ 1.80GHz",
        "memory_mib": 16263,
        "gpus": [],
    },
    "lab": {
        "wsl": 0,
        "wslg": False,
        "distribution": "ubuntu",
        "version": "22.04",
        "cores": 16,
        "cpu": "AMD Ryzen 9 5950X 16-Core Processor",
        "memory_mib": 64221,
        "gpus": [
            {"name": "NVIDIA RTX A4000", "memory_mib": 16376, "driver": "580.82.07"},
            {"name": "NVIDIA GeForce RTX 3060", "memory_mib": 12288, "driver": "580.82.07"},
        ],
    },
    "offline": {
        "wsl": 2,
        "wslg": True,
        "distribution": "ubuntu",
        "version": "22.04",
        "cores": 2,
        "cpu": "Intel(R) Core(TM) i5-1135G7 @ 2.40GHz",
        "memory_mib": 3921,
        "gpus": [],
    },
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
def room(case: Any, rng: np.random.Generator) -> dict[str, Any]:
    """A machine's files, and for drive.sh what is to be done with it."""
    machine = machine_of(case, rng)
    home, root = f"{STUDENT}/{machine.home}", f"{STUDENT}/{machine.root}"
    recordings = (machine.recording, *machine.more)
    places = [machine.root, *(f"recordings/{i}" for i in range(len(machine.more)))]
    made: dict[str, Any] = {f"home/{machine.home}/{name}": text for name, text in machine.home_files.items()}
    made |= {f"home/{machine.root}/{name}": text for name, text in machine.files.items()}
    for place, recording in zip(places, recordings, strict=True):
        made |= {f"home/{place}/{name}": text for name, text in recorded(recording).items()}
    settings: dict[str, Any] = {
        "home": home,
        "root": root,
        "mirror": machine.mirror,
        "runs": machine.runs,
        "profile": int(machine.profile),
        "display": machine.display,
        "gateway": machine.gateway,
        "network": "off" if machine.offline else "on",
        "pip": "broken" if machine.pip_broken else "works",
        "managed": "yes" if machine.managed else "no",
        "inside": machine.inside,
        "names": machine.names,
        "home_names": machine.home_names,
        "probes": [f"{STUDENT}/{place}" for place in places],
    }
    lines = [f"{name}={_bash(value)}" for name, value in settings.items()]
    return {"task/machine.sh": "\n".join(lines) + "\n", "task/machine.json": settings, **made}


def _bash(value: Any) -> str:
    return f"({' '.join(map(shlex.quote, value))})" if isinstance(value, list | tuple) else shlex.quote(str(value))


def recorded(recording: Recording) -> dict[str, str]:
    """The files of a recording."""
    tabs = "\t: "
    processors = []
    for i in range(recording.cores):
        model = f"model name{tabs}{recording.cpu}\n" if recording.cpu else "BogoMIPS\t: 50.00\nCPU implementer\t: 0x41\n"
        processors.append(f"processor{tabs}{i}\n{model}cpu cores{tabs}{max(1, recording.cores // 2)}\nflags{tabs}fpu vme processor\n\n")
    files = {
        "proc/version": recording.kernel,
        "etc/os-release": recording.release,
        "proc/cpuinfo": "".join(processors),
        "proc/meminfo": f"MemTotal: {recording.memory_kib:>14} kB\nMemFree: 1000000 kB\nMemAvailable: {recording.memory_kib // 2} kB\n",
    }
    if recording.wslg:
        files["mnt/wslg/versions.txt"] = "WSLg ( x86_64 ): 1.0.60\n"
    if recording.gpus is not None:
        rows = "".join(f"{name}, {memory}, {driver}\n" for name, memory, driver in recording.gpus)
        answer = f"printf %s {shlex.quote(BROKEN_DRIVER)}\nexit 9" if recording.driver_fails else _smi(rows)
        files["nvidia-smi.sh"] = f"#!/bin/bash -p\n{answer}\n"
    return files


def _smi(rows: str) -> str:
    """nvidia-smi for these rows: a table for the eye, or the columns that are asked for."""
    return (
        f"rows={shlex.quote(rows)}\n"
        "query= format=\n"
        'for each in "$@"; do case $each in --query-gpu=*) query=${each#*=} ;; --format=*) format=,${each#*=}, ;; esac; done\n'
        "if [[ -z $query ]]; then echo '| NVIDIA-SMI |'; exit 0; fi\n"
        'IFS=, read -ra wanted <<< "${query// /}"\n'
        '[[ $format == *,noheader,* ]] || echo "${query//,/, }"\n'
        "while IFS=, read -r name memory driver; do\n"
        "    line=\n"
        '    for column in "${wanted[@]}"; do\n'
        "        case $column in\n"
        "            name | gpu_name) value=$name ;;\n"
        '            memory.total) value=${memory# }; [[ $format == *,nounits,* ]] || value+=" MiB" ;;\n'
        "            driver_version) value=${driver# } ;;\n"
        "            index | count) value=0 ;;\n"
        '            *) echo "Field \\"$column\\" is not a valid field to query."; exit 2 ;;\n'
        "        esac\n"
        '        line+="${line:+, }$value"\n'
        "    done\n"
        '    echo "$line"\n'
        "done <<< \"${rows%$'\\n'}\"\n"
    )


def facts_of(room: Any, index: int) -> dict[str, Any]:
    """What probe.py should say of a case's recording."""
    # BEGIN STAFF
    if room.case.visibility == "hidden":
        return _read_back(room, settings_of(room)["probes"][index].removeprefix(f"{STUDENT}/"))
    # END STAFF
    return FACTS[room.case.id]


# BEGIN STAFF
def _read_back(room: Any, place: str) -> dict[str, Any]:
    """The facts, from what `recorded` wrote: it is the only writer, so this need not read anything else."""
    kernel, release = room.given(f"home/{place}/proc/version"), room.given(f"home/{place}/etc/os-release")
    cpuinfo, meminfo = room.given(f"home/{place}/proc/cpuinfo"), room.given(f"home/{place}/proc/meminfo")
    smi = room.given(f"home/{place}/nvidia-smi.sh") if f"home/{place}/nvidia-smi.sh" in room.run.inputs else ""
    rows = re.search(r"rows='(.*?)'", smi, re.S)
    models = re.findall(r"^model name\t: (.*)$", cpuinfo, re.M)
    return {
        "wsl": {WSL_1: 1, WSL_2: 2}.get(kernel, 0),
        "wslg": f"home/{place}/mnt/wslg/versions.txt" in room.run.inputs,
        "distribution": re.findall(r"^ID=(.*)$", release, re.M)[0],
        "version": re.findall(r'^VERSION_ID="?([^"\n]*)"?$', release, re.M)[0],
        "cores": len(re.findall(r"^processor", cpuinfo, re.M)),
        "cpu": models[0] if models else None,
        "memory_mib": int(re.findall(r"MemTotal: +(\d+)", meminfo)[0]) // 1024,
        "gpus": [
            {"name": name, "memory_mib": int(memory), "driver": driver}
            for name, memory, driver in (line.split(", ") for line in (rows[1].splitlines() if rows else []))
        ],
    }


# END STAFF
def settings_of(room: Any) -> dict[str, Any]:
    return dict(room.given("task/machine.json"))


def _number(room: Any, name: str) -> int:
    """A status that drive.sh wrote down. What runs beside it may have written there, too; -1 for what is no number."""
    text = room.text(name).strip()
    return int(text) if re.fullmatch(r"[0-9]{1,4}", text) else -1


# ---- setup.sh ----


@dataclass(frozen=True)
class Call:
    """One program that was asked something: by sudo or not, which, and what."""

    sudo: bool
    program: str
    words: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(word for word in self.words if not word.startswith("-"))


class Setup:
    """The runs of setup.sh on one machine."""

    def __init__(self, room: Any) -> None:
        self.room = room
        self.settings = settings_of(room)
        self.home = self.settings["home"].removeprefix(f"{STUDENT}/")
        self.root = self.settings["root"].removeprefix(f"{STUDENT}/")
        self.mirror = self.settings["mirror"]
        self.tree = room.tree()
        if not room.has("student/setup.sh") or not room.has("calls1.txt"):
            _swept_away(room, self.tree)
        self.text = room.text("student/setup.sh")
        self.statuses = [
            _number(room, f"status{run}.txt") for run in range(1, self.settings["runs"] + 1) if run == 1 or room.has(f"status{run}.txt")
        ]
        self.calls = _calls(room.text("calls1.txt"))
        self.said = room.text("setup1.err") + "\n" + (room.text("setup2.err") if room.has("setup2.err") else "")
        self.asked = _number(room, "left1.txt") < ANSWERS or "/dev/tty: No such device" in self.said
        trace = room.text("trace1.txt") if room.has("trace1.txt") else ""
        trace = re.sub(r"^\++\S+: (?:\[\[|case) .*\n", "", trace, flags=re.M)  # of these bash shows the words without their quotes
        first = self.text.partition("\n")[0]
        self.script = Script("setup.sh", trace, room.text("setup1.err"), self.statuses[0], first)

    def line(self, pattern: str) -> int | None:
        """The first line of the student's script that matches, comments left out."""
        for number, line in enumerate(self.text.splitlines(), 1):
            if re.search(pattern, line) and not line.lstrip().startswith("#"):
                return number
        return None

    def given(self, name: str) -> str | None:
        """A file that the machine had, by its path below /home/student."""
        return str(self.room.given(f"home/{name}")) if f"home/{name}" in self.room.run.inputs else None

    def now(self, name: str) -> str | None:
        entry = self.tree.get(name)
        return entry.text if entry is not None and entry.kind == "file" else None

    def _fell_apart(self, names: Iterable[str]) -> Fault | None:
        """A message that quotes a path which ends, or begins, in the middle of a name."""
        for name in names:
            first, _, rest = name.partition(" ")
            for said in self.said.splitlines():
                if re.search(rf"[‘'](?:[^’']*/{re.escape(first)}|{re.escape(rest)}(?:/[^’']*)?)[’']", said):
                    where = re.search(r"[‘'][^’']*/([^/’']+)[’']", said)
                    line = self.line(rf"{re.escape(where[1])}\b") if where else None
                    en = f"the name {name!r} fell apart at its blank: {said[:120]}"
                    return Fault("WORD_SPLIT", en, f"이름 {name!r}이(가) 빈칸에서 나뉘었습니다: {said[:120]}", self.script.last or line)
        return None

    def fail(self, verdict: str, en: str, ko: str, line: int | None = None) -> NoReturn:
        """Names that fell apart, another folder and an early end explain whatever is missing; only else it is what it looks like."""
        names = [name for name in (self.home, self.root, "my setup") if " " in name]
        fault = self.script.cause(names) or self._fell_apart(names)
        if fault is not None and fault.verdict == "WORD_SPLIT":
            self.room.fail("WORD_SPLIT", fault.en, message_ko=fault.ko, file="setup.sh", line=fault.line)
        astray = re.search(r"(?:cannot stat|can't read|cannot access) '?\.?/?(?:bashrc_add|vimrc)'?", self.said)
        if astray:
            self.room.fail(
                "WRONG_FOLDER",
                f"the script looks for its companions in the folder that it was called from: {astray[0]}",
                message_ko=f"스크립트가 함께 있는 파일을 호출한 폴더에서 찾습니다: {astray[0]}",
                file="setup.sh",
                line=self.script.line("cp", "install", "cat", naming="bashrc_add") or self.line(r"\b(bashrc_add|vimrc)\b"),
            )
        if fault is not None and fault.verdict != "TAKEN_AS_OPTION":
            self.room.fail(fault.verdict, fault.en, message_ko=fault.ko, file="setup.sh", line=fault.line)
        self.room.fail(verdict, en, message_ko=ko, file="setup.sh", line=line)


def _swept_away(room: Any, tree: Mapping[str, Any]) -> None:
    """Our own records are gone: if files of the machine are, too, that is what happened."""
    given = [name.removeprefix("home/") for name in room.run.inputs if name.startswith("home/")]
    if lost := [name for name in given if name not in tree]:
        en, ko = (
            f"{len(lost)} of {len(given)} files of the machine are gone",
            f"컴퓨터의 파일 {len(given)}개 가운데 {len(lost)}개가 없어졌습니다.",
        )
        room.fail("FILES_LOST", en, message_ko=ko, file="setup.sh")


def _calls(text: str) -> list[Call]:
    calls = []
    for each in text.split("\x1e\n"):
        sudo, *words = each.split("\x1f")
        if len(words) > {"apt-get": 3, "apt": 3, "pip": 2}.get(words[0] if words else "", 1):  # less is none of ours
            calls.append(Call(sudo == "sudo", words[0], tuple(words[1:-1])))
    return calls


def setup_of(room: Any) -> Setup:
    """The runs, if the script ran as one at all."""
    setup = Setup(room)
    fault = setup.script.broken()
    if fault is not None:
        room.fail(fault.verdict, fault.en, message_ko=fault.ko, file="setup.sh", line=fault.line)
    if TOO_LONG & set(setup.statuses):
        last = setup.script.last
        if setup.asked:
            _asks(setup, last)
        room.fail(
            "HOST_TIMEOUT",
            "setup.sh didn't come to an end within 12 seconds",
            message_ko="setup.sh가 12초 안에 끝나지 않았습니다.",
            file="setup.sh",
            line=last,
        )
    return setup


def _working(room: Any) -> Setup:
    """The runs, if the script did anything: that nothing is spoilt is no merit of one that does nothing."""
    setup = setup_of(room)
    if not setup.calls:
        setup.fail(
            "WRONG_ANSWER", "the script asked nothing of apt-get, pip or chown", "스크립트가 apt-get, pip, chown을 호출하지 않았습니다."
        )
    return setup


def _asks(setup: Setup, line: int | None) -> NoReturn:
    asked = re.findall(r"(?:Do you want to continue\?|Package configuration|Password:)", setup.room.text("setup1.out"))
    what = f" ({asked[0]} …)" if asked else ""
    setup.room.fail(
        "WAITS_FOR_INPUT",
        f"somebody has to answer a question before it goes on{what}",
        message_ko=f"누군가 질문에 답해야 계속됩니다{what}.",
        file="setup.sh",
        line=line,
    )


def check_sources(room: Any) -> None:
    """The mirror stands where Ubuntu's hosts stood, and nowhere else."""
    setup = _working(room)
    for name in APT_FILES:
        before, after = setup.given(f"{setup.root}/{name}"), setup.now(f"{setup.root}/{name}")
        if before is None:
            continue
        if after is None:
            setup.fail("FILES_LOST", f"/{name} is gone", f"/{name} 파일이 없어졌습니다.", setup.line("sources"))
        line = setup.line(r"\bsed\b") or setup.line("ubuntu")
        wanted, got = before.splitlines(), after.splitlines()
        if len(wanted) != len(got):
            setup.fail(
                "WRONG_ANSWER",
                f"/{name} had {len(wanted)} lines and has {len(got)}",
                f"/{name}의 줄이 {len(wanted)}개에서 {len(got)}개가 되었습니다.",
                line,
            )
        for old, new in zip(wanted, got, strict=True):
            right = UBUNTU.sub(setup.mirror, old)
            if new == right or (old.startswith("#") and new == old):
                continue
            if old == right:
                _changed(setup, name, old, new, line)
            if re.search(rf"[a-z]{{2}}\.{re.escape(setup.mirror)}", new):
                setup.fail(
                    "WRONG_ANSWER",
                    f"the country's letters stayed in front of the mirror, which makes it another host: {new}",
                    f"국가 코드가 미러 앞에 남아 다른 호스트가 되었습니다: {new}",
                    line,
                )
            if new == old:
                setup.fail("WRONG_ANSWER", f"/{name} still says: {old}", f"/{name}에 아직 남아 있습니다: {old}", line)
            setup.fail("WRONG_ANSWER", f"/{name}: {old!r} became {new!r}", f"/{name}: {old!r}이(가) {new!r}이(가) 되었습니다.", line)


def _changed(setup: Setup, name: str, old: str, new: str, line: int | None) -> NoReturn:
    if re.search(r"(?:archive|security).ubuntu.com", old):
        setup.fail(
            "REGEX_DOT",
            f"{old!r} was changed too: in a pattern a dot stands for any character",
            f"{old!r}도 바뀌었습니다. 패턴에서 점은 아무 글자나 뜻합니다.",
            line,
        )
    setup.fail(
        "WRONG_ANSWER",
        f"/{name}: a line that isn't about Ubuntu's hosts was changed: {old!r} became {new!r}",
        f"/{name}: 우분투 호스트가 아닌 줄이 바뀌었습니다: {old!r} → {new!r}",
        line,
    )


def check_backups(room: Any) -> None:
    """FILE_bk has what FILE held before the first run; one that was there before stays as it was."""
    setup = _working(room)
    edited = [(f"{setup.root}/{name}", f"/{name}", UBUNTU) for name in APT_FILES]
    for path, shown, hosts in edited:
        before = setup.given(path)
        if before is not None and hosts.search(before):
            _backed_up(setup, path, shown, before, r"sources|_bk")
    profile = setup.given(f"{setup.home}/.bashrc")
    if profile is not None and not any(SOURCES.fullmatch(line) for line in profile.splitlines()):
        _backed_up(setup, f"{setup.home}/.bashrc", "~/.bashrc", profile, r"bashrc\b")
    vimrc = setup.given(f"{setup.home}/.vimrc")
    if vimrc is not None:
        _backed_up(setup, f"{setup.home}/.vimrc", "~/.vimrc", vimrc, r"vimrc")


def _backed_up(setup: Setup, path: str, shown: str, before: str, where: str) -> None:
    wanted, got = setup.given(f"{path}_bk"), setup.now(f"{path}_bk")
    line = setup.line(r"_bk")
    if wanted is not None:
        if got != wanted:
            setup.fail(
                "BACKUP_LOST",
                f"{shown}_bk was there already, with what stood there first; now that is gone",
                f"{shown}_bk가 이미 있었는데, 처음 내용이 사라졌습니다.",
                line,
            )
        return
    if setup.now(path) == before:
        setup.fail("WRONG_ANSWER", f"{shown} isn't changed yet", f"{shown}이(가) 아직 바뀌지 않았습니다.")
    if got is None:
        setup.fail(
            "NO_BACKUP",
            f"{shown} was changed and there is no {shown}_bk",
            f"{shown}을(를) 바꾸었는데 {shown}_bk가 없습니다.",
            line or setup.line(where),
        )
    if got == before:
        return
    name = f"first/{'home' if path.startswith(setup.home + '/') else 'etc.'}{path.rpartition('/')[2]}_bk"
    if setup.room.has(name) and setup.room.text(name) == before:
        setup.fail(
            "BACKUP_LOST",
            f"{shown}_bk holds what the script wrote: the second run put it over the first backup",
            f"{shown}_bk에 스크립트가 쓴 내용이 들어 있습니다. 두 번째 실행이 처음 백업을 덮어썼습니다.",
            line,
        )
    setup.fail(
        "NO_BACKUP", f"{shown}_bk doesn't hold what {shown} held before", f"{shown}_bk에 {shown}의 처음 내용이 들어 있지 않습니다.", line
    )


def check_packages(room: Any) -> None:
    """apt-get: by sudo, asking nothing, in an order that works, all that is wanted."""
    setup = setup_of(room)
    asked = [call for call in setup.calls if call.program in ("apt-get", "apt")]
    steps = [(call, next(iter(_names(call)), "")) for call in asked]
    line = setup.script.line("apt-get", "apt") or setup.line(r"\bapt")
    if any(not call.sudo for call, _ in steps):
        number = next(
            (
                n
                for n, text in enumerate(setup.text.splitlines(), 1)
                if re.search(r"^[^#]*\bapt(-get)?\s+(-\S+\s+)*(update|\S*upgrade|install)\b", text) and "sudo" not in text
            ),
            line,
        )
        setup.fail(
            "NO_SUDO",
            "apt-get changes the system and was called without sudo",
            "apt-get은 시스템을 바꾸는데 sudo 없이 호출했습니다.",
            number,
        )
    if setup.asked:
        _asks(setup, _asking_line(setup, steps) or setup.line(r"\bread\b(?!y)|\bpasswd\b|\bsu\b|\bsudo\s+-\w*S") or line)
    order = [step for _, step in steps]
    upgrades = [i for i, step in enumerate(order) if step in ("full-upgrade", "dist-upgrade")]
    installs = [i for i, step in enumerate(order) if step == "install"]
    for step, there in (("update", "update" in order), ("full-upgrade", bool(upgrades)), ("install", bool(installs))):
        if not there:
            setup.fail("WRONG_ANSWER", f"apt-get {step} was never called", f"apt-get {step}을(를) 호출하지 않았습니다.", line)
    update = order.index("update")
    if min(upgrades + installs) < update:
        setup.fail(
            "WRONG_ORDER",
            f"apt-get {order[min(upgrades + installs)]} came before update",
            f"apt-get {order[min(upgrades + installs)]}이(가) update보다 먼저 실행되었습니다.",
            line,
        )
    at_update = " ".join(f"://{host}" for host in steps[update][0].words[1].split())
    if UBUNTU.search(at_update) and not any(UBUNTU.search(setup.now(f"{setup.root}/{name}") or "") for name in APT_FILES):
        setup.fail(
            "WRONG_ORDER",
            "apt-get update was called before the mirror stood in the file",
            "미러로 바꾸기 전에 apt-get update를 호출했습니다.",
            setup.line(r"\bapt(-get)?\b.*update"),
        )
    got = {name for call, step in steps if step == "install" for name in _names(call)[1:]}
    wsl = "icrosoft" in (setup.given(f"{setup.root}/proc/version") or "")
    wanted = {*PACKAGES, *(WINDOWS_PACKAGES if wsl else ())}
    if missing := sorted(wanted - got):
        setup.fail("WRONG_ANSWER", f"not installed: {', '.join(missing)}", f"설치하지 않았습니다: {', '.join(missing)}", line)
    if not wsl and (extra := sorted(got & set(WINDOWS_PACKAGES))):
        setup.fail(
            "WRONG_ANSWER",
            f"this is no WSL; not wanted here: {', '.join(extra)}",
            f"WSL이 아니므로 필요 없습니다: {', '.join(extra)}",
            line,
        )


def _names(call: Call) -> list[str]:
    """What apt-get was told beside options: the step, then packages. Its words are DEBIAN_FRONTEND, the sources' hosts, and its own."""
    words = call.words[2:]
    return [word for i, word in enumerate(words) if not word.startswith("-") and (i == 0 or words[i - 1] not in ("-o", "-t", "-c"))]


def _asking_line(setup: Setup, steps: list[tuple[Call, str]]) -> int | None:
    """The line of the call that had to ask: without -y, or with an environment in which DEBIAN_FRONTEND isn't noninteractive."""
    for call, step in steps:
        if step in ("upgrade", "full-upgrade", "dist-upgrade", "install"):
            quiet = any(re.match(r"--yes|--assume-yes|-[a-zA-Z]*y", word) for word in call.words[2:])
            if not quiet or call.words[0] != "noninteractive":
                return setup.line(rf"\bapt(-get)?\b.*\b{step}\b")
    return None


def check_python(room: Any) -> None:
    """An environment below ~/course with the packages, and the cache in its owner's hands."""
    setup = setup_of(room)
    place = f"{setup.settings['home']}/course"
    installs = [call for call in setup.calls if call.program == "pip" and "install" in call.words[1:]]
    line = setup.script.line("pip", "pip3") or setup.line(r"\bpip3?\b")
    if any(call.sudo or call.words[0] != f"{place}/bin" for call in installs):
        setup.fail(
            "SYSTEM_PIP",
            "pip installs into the system's Python, and not into ~/course",
            "pip가 ~/course가 아니라 시스템의 Python에 설치합니다.",
            line,
        )
    got = {re.split(r"[=<>~!\[]", word)[0].lower() for call in installs for word in call.words[1:]}
    if missing := [name for name in PYTHON_PACKAGES if name not in got]:
        setup.fail(
            "WRONG_ANSWER",
            f"not installed into ~/course: {', '.join(missing)}",
            f"~/course에 설치하지 않았습니다: {', '.join(missing)}",
            line,
        )
    cache, user = f"{setup.settings['home']}/.cache", room.text("user.txt").strip()
    owned = [call for call in setup.calls if call.program == "chown"]
    line = setup.line(r"\bchown\b")
    if not owned:
        setup.fail("WRONG_ANSWER", "~/.cache wasn't given to its user (chown)", "~/.cache의 소유자를 바꾸지 않았습니다(chown).", line)
    if not all(call.sudo for call in owned):
        setup.fail("NO_SUDO", "only root may give a file to somebody", "파일의 소유자는 root만 바꿀 수 있습니다.", line)
    whole = any(re.match(r"--recursive|-[a-zA-Z]*R", word) for call in owned for word in call.words)
    if (
        not any(call.names[:1] in ((f"{user}:",), (user,), (f"{user}:{user}",)) and call.names[-1].rstrip("/") == cache for call in owned)
        or not whole
    ):
        told = " ".join(owned[-1].words)
        setup.fail(
            "WRONG_ANSWER",
            f"~/.cache with all that is in it should be the user's; asked for was: chown {told}",
            f"~/.cache와 그 안의 모든 것이 사용자의 것이어야 합니다. 실제 호출: chown {told}",
            line,
        )


def check_profile_files(room: Any) -> None:
    """~/.bashrc with one more line, ~/.bashrc_add and ~/.vimrc as they came with the script; after two runs."""
    setup = setup_of(room)
    before, after = setup.given(f"{setup.home}/.bashrc") or "", setup.now(f"{setup.home}/.bashrc")
    line = setup.line(r"bashrc_add.*>>|>>.*bashrc_add") or setup.line(r">>.*bashrc\b") or setup.line(r"\.bashrc\b")
    if after is None:
        setup.fail("WRONG_ANSWER", "there is no ~/.bashrc", "~/.bashrc가 없습니다.", line)
    times = sum(1 for each in after.splitlines() if SOURCES.fullmatch(each))
    if before and not before.endswith("\n") and after.startswith(before) and before.splitlines()[-1] not in after.splitlines():
        glued = after.splitlines()[len(before.splitlines()) - 1]
        setup.fail(
            "WRONG_ANSWER",
            f"the last line of ~/.bashrc had no line end, and now it is one with the new one: {glued}",
            f"~/.bashrc의 마지막 줄에 줄바꿈이 없어서 새 줄과 붙었습니다: {glued}",
            line,
        )
    first = room.text("first/home.bashrc") if room.has("first/home.bashrc") else ""
    grew = len(after) - len(first)
    if times > 1 or (times == 1 and grew > 0):
        setup.fail(
            "NOT_IDEMPOTENT",
            f"after two runs ~/.bashrc reads ~/.bashrc_add {times} times, and it grew by {grew} characters in the second",
            f"두 번 실행하니 ~/.bashrc가 ~/.bashrc_add를 {times}번 읽고, 두 번째 실행에서 {grew}글자 늘었습니다.",
            line,
        )
    if not after.startswith(before):
        setup.fail("FILES_LOST", "what stood in ~/.bashrc isn't there any more", "~/.bashrc에 있던 내용이 없어졌습니다.", line)
    if times == 0:
        setup.fail("WRONG_ANSWER", f"~/.bashrc has no line `{SOURCE_LINE}`", f"~/.bashrc에 `{SOURCE_LINE}` 줄이 없습니다.", line)
    for name, source in ((".bashrc_add", "bashrc_add"), (".vimrc", "vimrc")):
        own, copy = setup.tree.get(f"{setup.home}/my setup/{source}"), setup.tree.get(f"{setup.home}/{name}")
        if own is not None and (copy is None or copy.sha256 != own.sha256):
            setup.fail(
                "WRONG_ANSWER",
                f"~/{name} isn't the {source} beside the script",
                f"~/{name}이(가) 스크립트 옆의 {source}와(과) 다릅니다.",
                setup.line(rf"\b{source}\b"),
            )


def check_status(room: Any) -> None:
    """Two runs that end with 0."""
    setup = _working(room)
    for run, status in enumerate(setup.statuses, 1):
        if status:
            said = next((text for text in reversed(room.text(f"setup{run}.err").splitlines()) if text.strip()), "")
            code = "NOT_IDEMPOTENT" if run > 1 and setup.statuses[0] == 0 else "EXIT_STATUS"
            setup.fail(
                code,
                f"run {run} ended with status {status} although nothing failed on this machine: {said[:160]}",
                f"이 컴퓨터에서는 아무것도 실패하지 않았는데 {run}번째 실행이 {status}(으)로 끝났습니다: {said[:160]}",
                setup.script.last,
            )


def check_failure(room: Any) -> None:
    """Where a step fails, the script ends there, and says so by its status."""
    setup = setup_of(room)
    offline = setup.settings["network"] == "off"
    step, step_ko = ("apt-get had no network", "네트워크가 없어 apt-get이 실패했는데") if offline else ("pip failed", "pip가 실패했는데")
    asked = [call for call in setup.calls if call.program == ("pip" if not offline else "apt-get") or (offline and call.program == "apt")]
    if not any("install" in call.words or "full-upgrade" in call.words or "dist-upgrade" in call.words for call in asked):
        setup.fail(
            "WRONG_ANSWER", "the step that fails on this machine was never reached", "이 컴퓨터에서 실패하는 단계까지 가지 않았습니다."
        )
    line = setup.line(r"\bapt(-get)?\b.*full-upgrade" if offline else r"\bpip3?\b.*install")
    if setup.statuses[0] == 0:
        setup.fail(
            "EXIT_STATUS",
            f"{step}, and setup.sh ended with status 0, as if all had gone well",
            f"{step_ko} setup.sh는 모두 잘된 것처럼 0으로 끝났습니다.",
            line,
        )
    later = [call for call in setup.calls if offline and call.program in ("pip", "venv", "chown")]
    added = f"{setup.home}/.bashrc_add" in setup.tree
    if later or added:
        what = later[0].program if later else "~/.bashrc_add"
        setup.fail(
            "EXIT_STATUS",
            f"{step}, and the script went on all the same (to {what})",
            f"{step_ko} 스크립트가 계속 진행했습니다({what}).",
            line,
        )
    if not setup.said.strip():
        setup.fail(
            "EXIT_STATUS",
            f"{step}, and nobody was told why: stderr is empty",
            f"{step_ko} 이유를 알리지 않았습니다. stderr가 비어 있습니다.",
            line,
        )


ALLOWED = (".bashrc", ".bashrc_bk", ".bashrc_add", ".bashrc_add_bk", ".vimrc", ".vimrc_bk", ".cache", "course", "my setup")


def check_untouched(room: Any) -> None:
    """Whatever else the home and the system held is as it was, and nothing was left lying about."""
    setup = Setup(room)
    mine = {f"{setup.home}/{name}" for name in ALLOWED} | {f"{setup.root}/{name}{end}" for name in APT_FILES for end in ("", "_bk")}
    given = [name.removeprefix("home/") for name in room.run.inputs if name.startswith("home/")]
    for name in given:
        entry = setup.tree.get(name)
        shown = (
            f"~/{name.removeprefix(setup.home + '/')}" if name.startswith(f"{setup.home}/") else "/" + name.removeprefix(f"{setup.root}/")
        )
        if entry is None:
            room.fail(
                "FILES_LOST",
                f"{shown} was there before and is gone",
                message_ko=f"{shown}이(가) 없어졌습니다.",
                file="setup.sh",
                line=setup.line(r"\b(rm|mv)\b"),
            )
        if name not in mine and entry.text != setup.given(name):
            room.fail("FILES_LOST", f"{shown} has been changed", message_ko=f"{shown}의 내용이 바뀌었습니다.", file="setup.sh")
    folders = {parent for name in (*given, *mine) for parent in _parents(name)}
    for name in setup.tree:
        inside = any(name == each or name.startswith(f"{each}/") for each in mine)
        if name not in given and not inside and name not in folders and name not in (".", "recordings") and name != setup.root:
            setup.fail(
                "TOUCHED_ELSEWHERE",
                f"{name.removeprefix(setup.home + '/')} was left behind",
                f"{name.removeprefix(setup.home + '/')}이(가) 남아 있습니다.",
            )
    if not setup.calls:
        room.fail("WRONG_ANSWER", "the script did nothing yet", message_ko="스크립트가 아직 아무 일도 하지 않았습니다.", file="setup.sh")


def _parents(name: str) -> Iterable[str]:
    parts = name.split("/")
    return ("/".join(parts[:i]) for i in range(1, len(parts)))


# ---- bashrc_add ----


class Profile:
    """An interactive bash that has read bashrc_add."""

    def __init__(self, room: Any) -> None:
        self.room = room
        self.settings = settings_of(room)
        self.text = room.text("student/bashrc_add")
        self.said = room.text("profile/said.txt")
        self.status = _number(room, "profile/status.txt")

    def read(self, name: str) -> str:
        return str(self.room.text(f"profile/{name}.txt")) if self.room.has(f"profile/{name}.txt") else ""

    def line(self, pattern: str) -> int | None:
        return next(
            (n for n, line in enumerate(self.text.splitlines(), 1) if re.search(pattern, line) and not line.lstrip().startswith("#")), None
        )

    def fail(self, verdict: str, en: str, ko: str, line: int | None = None) -> NoReturn:
        self.room.fail(verdict, en, message_ko=ko, file="bashrc_add", line=line)


def profile_of(room: Any) -> Profile:
    """The shell, if it stayed open to the end."""
    profile = Profile(room)
    if "\r\n" in profile.text:
        profile.fail(
            "WINDOWS_LINE_ENDS",
            "the lines end as on Windows: bash takes the carriage return for a part of each command",
            "줄 끝이 윈도우 형식입니다. bash는 캐리지 리턴을 명령의 일부로 읽습니다.",
            1,
        )
    told = re.search(r"bashrc_add: line (\d+): (.*(?:syntax error|unexpected EOF).*)", profile.said)
    if told:
        profile.fail(
            "SYNTAX_ERROR", f"bash can't read bashrc_add: {told[2]}", f"bash가 bashrc_add를 읽지 못합니다: {told[2]}", int(told[1])
        )
    if not profile.read("end"):
        if profile.status in {*TOO_LONG, 139} or "nesting" in profile.said or "recursion" in profile.said:
            if re.search(r"^\s*(function\s+)?cd\b", profile.text, re.M) and not re.search(
                r"\bbuiltin\s+cd\b|\bcommand\s+cd\b", profile.text
            ):
                profile.fail(
                    "CALLS_ITSELF",
                    "the function cd calls cd, which is itself, and never ends",
                    "함수 cd가 cd, 곧 자기 자신을 불러 끝나지 않습니다.",
                    profile.line(r"^\s+cd\b|[{;&]\s*cd\s"),
                )
            profile.fail("HOST_TIMEOUT", "the shell hung after reading bashrc_add", "bashrc_add를 읽은 뒤 셸이 멈추었습니다.")
        profile.fail(
            "SHELL_CLOSES",
            f"the shell closed by itself (status {profile.status}) after it had read bashrc_add",
            f"bashrc_add를 읽은 뒤 셸이 스스로 닫혔습니다(상태 {profile.status}).",
            profile.line(r"^\s*(set\s+-\w*e|exit\b|exec\b|return\b)"),
        )
    return profile


def check_prompt(room: Any) -> None:
    """[user - date time], and below it the folder; colours enclosed."""
    profile = profile_of(room)
    line = profile.line(r"PS1")
    user = room.text("user.txt").strip()
    raw = profile.read("ps1")
    start, inside = (_visible(profile.read(name)) for name in ("prompt_start", "prompt_inside"))
    head = rf"\[{re.escape(user)} - \d{{4}}\.\d\d\.\d\d \d\d:\d\d:\d\d\]\s*\n"
    if not re.match(head, start):
        profile.fail(
            "WRONG_ANSWER",
            f"the prompt begins with {start.partition(chr(10))[0][:80]!r}; wanted is [{user} - 2026.03.02 09:30:00] and a new line",
            f"프롬프트가 {start.partition(chr(10))[0][:80]!r}(으)로 시작합니다. [{user} - 2026.03.02 09:30:00]과 줄바꿈이 필요합니다.",
            line,
        )
    place = f"/tmp/place/home/{profile.settings['inside']}"
    before, after = re.sub(head, "", start).strip(), re.sub(head, "", inside).strip()
    if before == after and "/tmp/place/elsewhere" in before:
        profile.fail(
            "PROMPT_FROZEN", f"after cd the prompt still says {after!r}", f"cd를 한 뒤에도 프롬프트에 {after!r}이(가) 나옵니다.", line
        )
    if not re.fullmatch(r"/tmp/place/elsewhere\s*[:$>]*", before) or not re.fullmatch(
        rf"({re.escape(place)}|~/{re.escape(profile.settings['inside'])})\s*[:$>]*", after
    ):
        profile.fail(
            "WRONG_ANSWER",
            f"below it, the prompt says {after!r}; wanted is the folder with all its path, and a colon",
            f"그 아래에 {after!r}이(가) 나옵니다. 전체 경로와 쌍점이 필요합니다.",
            line,
        )
    bare = re.sub(r"\\\[.*?\\\]", "", raw)
    if re.search(r"\\e|\\033|\\x1b|\x1b", bare):
        profile.fail(
            "PROMPT_WIDTH",
            r"colour codes outside of \[ and \]: bash counts them as visible, and long commands overwrite their own line",
            r"색 코드가 \[ 와 \] 밖에 있습니다. bash가 보이는 글자로 세어 긴 명령이 자기 줄을 덮어씁니다.",
            line,
        )


def _visible(prompt: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]|\x01|\x02", "", prompt)


def check_aliases(room: Any) -> None:
    profile = profile_of(room)
    aliases = {}
    for each in profile.read("aliases").splitlines():
        found = re.fullmatch(r"alias (?:-- )?(\S+?)=(.*)", each)
        if found:
            try:
                aliases[found[1]] = " ".join(shlex.split(found[2]))
            except ValueError:
                continue
    for name, wanted in (("src", ("source ~/.bashrc", ". ~/.bashrc")), ("g", ("gvim -p",)), ("t", ("gnome-terminal",))):
        if aliases.get(name) not in wanted:
            profile.fail(
                "WRONG_ANSWER",
                f"alias {name} is {aliases.get(name)!r}; wanted is {wanted[0]!r}",
                f"별칭 {name}이(가) {aliases.get(name)!r}입니다. {wanted[0]!r}이어야 합니다.",
                profile.line(rf"\balias\b.*\b{name}="),
            )


def check_cd(room: Any) -> None:
    """Goes, and lists; names with blanks; home; back; and a failure stays one."""
    profile = profile_of(room)
    inside, home = f"/tmp/place/home/{profile.settings['inside']}", "/tmp/place/home"
    line = profile.line(r"^\s*(function\s+cd\b|cd\s*\(\)|alias\s+cd=)") or profile.line(r"\bcd\b")

    def went(name: str, where: str, en: str, ko: str, seen: Iterable[str]) -> None:
        status, _, place = profile.read(f"cd_{name}_at").strip("\n").partition("\n")
        if place != where:
            code = (
                "WORD_SPLIT"
                if name == "inside" and "@" in profile.text + "@" and re.search(r"\bcd\s+(\$@|\$1|\$\*)", profile.text)
                else "WRONG_ANSWER"
            )
            profile.fail(code, f"{en}: the shell is in {place!r}", f"{ko}: 셸이 {place!r}에 있습니다.", line)
        if status != "0":
            profile.fail(
                "WRONG_ANSWER", f"{en}: it went there, and the status is {status}", f"{ko}: 이동했지만 상태가 {status}입니다.", line
            )
        shown = profile.read(f"cd_{name}")
        if missing := [each for each in seen if each not in shown]:
            profile.fail("WRONG_ANSWER", f"{en}: {missing[0]} isn't listed", f"{ko}: {missing[0]}이(가) 나열되지 않았습니다.", line)

    went("inside", inside, "cd into a folder with a blank in its name", "이름에 빈칸이 있는 폴더로 cd", profile.settings["names"])
    status, _, place = profile.read("cd_nowhere_at").strip("\n").partition("\n")
    if status == "0" or place != inside:
        profile.fail(
            "EXIT_STATUS",
            f"cd into a folder that isn't there gave status {status}",
            f"없는 폴더로 cd를 했는데 상태가 {status}입니다.",
            line,
        )
    if any(each in profile.read("cd_nowhere") for each in profile.settings["names"]):
        profile.fail("WRONG_ANSWER", "cd failed, and a folder was listed all the same", "cd가 실패했는데도 폴더를 나열했습니다.", line)
    went("home", home, "cd by itself", "인수 없는 cd", profile.settings["home_names"])
    went("back", inside, "cd -", "cd -", profile.settings["names"])


def check_display(room: Any) -> None:
    """Set where Windows shows the windows, and left alone elsewhere."""
    profile = profile_of(room)
    if profile.line("DISPLAY") is None:
        profile.fail("DISPLAY_WRONG", "nothing in bashrc_add sets DISPLAY", "bashrc_add에 DISPLAY를 정하는 부분이 없습니다.")
    settings = profile.settings
    root = settings["root"].removeprefix(f"{STUDENT}/")
    kernel = str(room.given(f"home/{root}/proc/version"))
    wslg = f"home/{root}/mnt/wslg/versions.txt" in room.run.inputs
    got, line = profile.read("display"), profile.line(r"DISPLAY")
    if "WSL2" in kernel and not wslg:
        wanted: tuple[str, ...] = (f"{settings['gateway']}:0", f"{settings['gateway']}:0.0")
        where, where_ko = "WSL 2 without WSLg, where Windows has an address of its own", "WSLg가 없는 WSL 2(윈도우는 다른 주소에 있음)"
    elif "Microsoft" in kernel:
        before = (settings["display"],) if settings["display"] else ()  # by ssh -X: to keep it is right, too
        wanted, where, where_ko = (":0", ":0.0", "localhost:0", "localhost:0.0", "127.0.0.1:0", *before), "WSL 1", "WSL 1"
    else:
        wanted = (settings["display"] or "none",)
        where, where_ko = (
            ("WSLg, which has set it", "WSLg(이미 설정됨)")
            if wslg
            else ("Linux by itself, where it isn't ours to set", "일반 리눅스(건드리지 않음)")
        )
    if got not in wanted:
        profile.fail(
            "DISPLAY_WRONG",
            f"on {where}, DISPLAY is {got!r} and should be {wanted[0]!r}",
            f"{where_ko}에서 DISPLAY가 {got!r}입니다. {wanted[0]!r}이어야 합니다.",
            line,
        )


def check_quiet(room: Any) -> None:
    """Nothing printed, PATH with ~/course/bin in it once, also when read again."""
    profile = profile_of(room)
    if profile.read("printed").strip() or profile.read("again").strip():
        said = (profile.read("printed").strip() or profile.read("again").strip()).splitlines()[0]
        profile.fail(
            "NOISY_PROFILE",
            f"reading bashrc_add prints {said[:60]!r}, which breaks scp and the like",
            f"bashrc_add를 읽을 때 {said[:60]!r}이(가) 출력됩니다. scp 같은 프로그램이 동작하지 않게 됩니다.",
            profile.line(r"\b(echo|printf|ls|cd|cat)\b"),
        )
    line = profile.line(r"PATH")
    first, again = profile.read("path").split(":"), profile.read("path_again").split(":")
    place = "/tmp/place/home/course/bin"
    if place not in first:
        profile.fail("WRONG_ANSWER", "~/course/bin isn't in PATH", "~/course/bin이 PATH에 없습니다.", line)
    if again.count(place) > 1:
        profile.fail(
            "NOT_IDEMPOTENT",
            "read twice (that is what src does), PATH has ~/course/bin twice",
            "두 번 읽으면(src가 하는 일입니다) PATH에 ~/course/bin이 두 번 들어갑니다.",
            line,
        )
    if "/usr/bin" not in again and "/tmp/ck/tools" not in again:
        profile.fail("FILES_LOST", "PATH has lost what was in it", "PATH에 있던 것이 없어졌습니다.", line)


# ---- probe.py ----


def answers_of(room: Any) -> Iterable[tuple[dict[str, Any], dict[str, Any]]]:
    """(what probe.py said, what it should say) of each recording of a case."""
    for index in range(len(settings_of(room)["probes"])):
        status = _number(room, f"probe/{index}.status")
        said, text = room.text(f"probe/{index}.err"), room.text(f"probe/{index}.out")
        if status in TOO_LONG:
            room.fail(
                "HOST_TIMEOUT",
                "probe.py didn't come to an end within 12 seconds",
                message_ko="probe.py가 12초 안에 끝나지 않았습니다.",
                file="probe.py",
            )
        if status:
            lines = re.findall(r'File "[^"]*probe\.py", line (\d+)', said)
            last = next((line for line in reversed(said.splitlines()) if line.strip()), f"status {status}")
            code = "SYNTAX_ERROR" if "SyntaxError" in last or "IndentationError" in last else "EXCEPTION"
            room.fail(
                code,
                f"probe.py ended with {last[:200]}",
                message_ko=f"probe.py가 끝나며 남긴 말: {last[:200]}",
                file="probe.py",
                line=int(lines[-1]) if lines else None,
            )
        yield _answer(room, text), facts_of(room, index)


def _answer(room: Any, text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        room.fail(
            "WRONG_ANSWER",
            f"probe.py printed no JSON: {text.strip()[:80]!r}",
            message_ko=f"probe.py의 출력이 JSON이 아닙니다: {text.strip()[:80]!r}",
            file="probe.py",
        )
    if not isinstance(value, dict):
        room.fail(
            "WRONG_ANSWER", "probe.py printed JSON, but no object", message_ko="probe.py가 출력한 JSON이 객체가 아닙니다.", file="probe.py"
        )
    return value


def check_machine(room: Any, *names: str) -> None:
    """The named keys, over all recordings of the case."""
    text = room.text("student/probe.py")
    for got, wanted in answers_of(room):
        if not got.get("cores") and not got.get("distribution"):  # the starter's answers
            room.fail("WRONG_ANSWER", "nothing was read yet", message_ko="아직 아무것도 읽지 않았습니다.", file="probe.py")
        for name in names:
            if name in got and type(got[name]) is type(wanted[name]) and got[name] == wanted[name]:
                continue
            code, en, ko = "WRONG_ANSWER", "", ""
            if name == "wsl" and got.get("wsl") in (0, 1, 2, True, False):
                code = "WSL_UNRECOGNISED"
            elif name == "memory_mib" and isinstance(got.get(name), int | float):
                kib = wanted[name] * 1024
                if any(abs(got[name] - guess) <= guess / 500 for guess in (kib / 1000, kib, kib / 1024**2, kib * 1024)):
                    code, en, ko = (
                        "WRONG_UNIT",
                        " (MemTotal counts 1024 bytes as a kB, and a MiB is 1024 of those)",
                        " (MemTotal의 kB는 1024바이트이고, MiB는 그 1024배입니다)",
                    )
            elif name == "cores" and got.get(name) == max(1, wanted[name] // 2):
                en, ko = " (`cpu cores` are those of one processor chip)", " (`cpu cores`는 칩 하나의 코어 수입니다)"
            line = next(
                (
                    n
                    for n, each in enumerate(text.splitlines(), 1)
                    if re.search(
                        {
                            "wsl": r"(?i)microsoft|wsl2",
                            "memory_mib": "1024|1000|>> ?10" if code == "WRONG_UNIT" else "MemTotal",
                            "gpus": "nvidia-smi",
                        }.get(name, name),
                        each,
                    )
                ),
                None,
            )
            shown = json.dumps(got[name])[:80] if name in got else "missing"
            hidden_case = room.case.visibility == "hidden"
            want = "" if hidden_case else f" and should be {json.dumps(wanted[name])}"
            want_ko = "" if hidden_case else f" {json.dumps(wanted[name])}이어야 합니다."
            room.fail(
                code, f"{name} is {shown}{want}{en}", message_ko=f"{name}이(가) {shown}입니다.{want_ko}{ko}", file="probe.py", line=line
            )
