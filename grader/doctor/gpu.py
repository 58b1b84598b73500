"""Probes of a real GPU and its driver. None is fine: the emulated one needs neither.

What CUDA 13 asks for: a driver of branch 580 or newer (on WSL the Windows driver's), compute capability 7.5 or higher.
"""

from __future__ import annotations

import re

from grader.doctor.machine import Machine, Ran
from grader.doctor.record import Found, both, missing, ok, problem, same
from grader.doctor.remedies import as_user, manager, os_release
from grader.doctor.system import wsl
from grader.records import Record
from grader.verdicts import Text

DRIVER = 580
CAPABILITY = (7, 5)
BUSY_SHARE = 0.25  # of its memory in other programs' hands: times will be unsteady
WSL_FOLDER = "/usr/lib/wsl/lib"
FIELDS = ("name", "driver_version", "compute_cap", "memory.total", "memory.used")
PCI_NVIDIA = "0x10de"


class Card(Record, frozen=True, kw_only=True):
    """One GPU as nvidia-smi tells of it; None for what it doesn't know."""

    name: str
    driver: str
    capability: tuple[int, int] | None = None
    memory_mib: int | None = None
    used_mib: int | None = None


def gpu(machine: Machine) -> Found:
    cards, trouble = cards_of(machine)
    if cards:
        old = [card for card in cards if card.capability is not None and card.capability < CAPABILITY]
        text = "; ".join(_described(card) for card in cards)
        if len(old) == len(cards):
            return problem(
                both(
                    f"{text}: too old, CUDA 13 needs compute capability 7.5 (Turing) or higher",
                    f"{text}: 너무 오래되었습니다. CUDA 13에는 compute capability 7.5(Turing) 이상이 필요합니다",
                ),
                both("grade with the emulated GPU (the default)", "에뮬레이션 GPU(기본값)로 채점하세요"),
            )
        busy = [card for card in cards if card.memory_mib and (card.used_mib or 0) > BUSY_SHARE * card.memory_mib]
        if busy:
            used = ", ".join(f"{card.used_mib} of {card.memory_mib} MiB" for card in busy)
            return ok(
                both(
                    f"{text}; other programs hold {used}: times will be unsteady",
                    f"{text}. 다른 프로그램이 메모리를 쓰고 있어({used}) 시간 측정이 흔들립니다",
                )
            )
        return ok(same(text))
    if trouble or driver_of(machine):
        return problem(
            both(f"can't be asked: {trouble or 'nvidia-smi is missing'}", f"확인할 수 없음: {trouble or 'nvidia-smi가 없습니다'}"),
            _remedy(trouble, machine),
        )
    if _on_the_bus(machine):
        return problem(
            both("an NVIDIA card is there, but no driver is loaded", "NVIDIA 카드가 있으나 드라이버가 올라와 있지 않습니다"),
            _new_driver(machine),
        )
    return missing(both("no NVIDIA GPU: fine, the emulated one needs none", "NVIDIA GPU가 없습니다. 에뮬레이션 GPU를 쓰므로 괜찮습니다"))


def driver(machine: Machine) -> Found:
    version = driver_of(machine)
    if version is None:
        return missing(both("none", "없음"))
    if int(version.partition(".")[0]) >= DRIVER:
        return ok(same(version))
    return problem(
        both(
            f"{version} is older than the CUDA 13 toolkit needs ({DRIVER} or newer): `--device cuda` won't work",
            f"{version}은 CUDA 13 도구가 요구하는 버전({DRIVER} 이상)보다 오래되었습니다. `--device cuda`를 쓸 수 없습니다",
        ),
        _new_driver(machine),
    )


def speed(machine: Machine) -> Found:
    """Memory bandwidth and launch latency, measured by kernels/probes, where there is a card that can be used."""
    cards, _ = cards_of(machine)
    if not cards or gpu(machine).status != "ok" or driver(machine).status != "ok":
        return missing(both("not measured: no GPU that can be used", "재지 않음: 쓸 수 있는 GPU가 없습니다"))
    works, line = machine.attempt("gpu_speed")
    if not works:
        return missing(both(f"not measured: {line}", f"재지 못함: {line}"))
    memory, launch = line.split(", ")
    return ok(both(f"memory is copied at {memory}, a launch and back takes {launch}", f"메모리 복사 {memory}, 커널 실행 왕복 {launch}"))


def cards_of(machine: Machine) -> tuple[list[Card], str]:
    """The cards, and nvidia-smi's own words if it has none to show for a reason."""
    program = machine.which("nvidia-smi") or next(iter(machine.find(f"{WSL_FOLDER}/nvidia-smi")), None)
    if program is None:
        return [], ""
    ran = _asked(machine, program, FIELDS)
    if ran is not None and ran.code != 0 and "is not a valid field" in ran.text:  # drivers before 510 don't know compute_cap
        fields = tuple(field for field in FIELDS if field != "compute_cap")
        return _cards(_asked(machine, program, fields), fields)
    return _cards(ran, FIELDS)


def driver_of(machine: Machine) -> str | None:
    """The driver's version: nvidia-smi's word, else the loaded kernel module's."""
    cards, _ = cards_of(machine)
    if cards and re.match(r"\d+", cards[0].driver):
        return cards[0].driver
    found = re.search(r"Kernel Module\s+(?:for \S+\s+)?(\d+[\d.]*)", machine.read("/proc/driver/nvidia/version") or "")
    return found[1] if found else None


def _asked(machine: Machine, program: str, fields: tuple[str, ...]) -> Ran | None:
    return machine.run((program, f"--query-gpu={','.join(fields)}", "--format=csv,noheader,nounits"))


def _cards(ran: Ran | None, fields: tuple[str, ...]) -> tuple[list[Card], str]:
    if ran is None:
        return [], "nvidia-smi can't be started or doesn't end"
    if ran.code != 0:
        return [], " ".join(ran.text.split())[:200]
    cards = []
    for line in ran.text.splitlines():
        values = [value.strip() for value in line.split(",")]
        if len(values) == len(fields):
            row = dict(zip(fields, values, strict=True))
            capability = re.fullmatch(r"(\d+)\.(\d+)", row.get("compute_cap", ""))
            cards.append(
                Card(
                    name=row["name"],
                    driver=row["driver_version"],
                    capability=(int(capability[1]), int(capability[2])) if capability else None,
                    memory_mib=_number(row["memory.total"]),
                    used_mib=_number(row["memory.used"]),
                )
            )
    return cards, "" if cards or "No devices" in ran.text or not ran.text.strip() else " ".join(ran.text.split())[:200]


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() else None


def _described(card: Card) -> str:
    parts = [f"compute capability {card.capability[0]}.{card.capability[1]}"] if card.capability else []
    parts += [f"{card.memory_mib / 1024:.0f} GiB"] if card.memory_mib else []
    return card.name + (f" ({', '.join(parts)})" if parts else "")


def _on_the_bus(machine: Machine) -> bool:
    """A display or 3-D controller of NVIDIA's on the PCI bus, driver or not."""
    return any(
        (machine.read(vendor) or "").strip() == PCI_NVIDIA
        and (machine.read(vendor.removesuffix("vendor") + "class") or "").startswith("0x03")
        for vendor in machine.find("/sys/bus/pci/devices/*/vendor")
    )


def _remedy(trouble: str, machine: Machine) -> Text:
    if "version mismatch" in trouble:
        return both(
            "the driver was updated while it was in use: restart the machine", "사용 중에 드라이버가 바뀌었습니다. 컴퓨터를 다시 시작하세요"
        )
    return _new_driver(machine)


def _new_driver(machine: Machine) -> Text:
    if wsl(machine):
        return both(
            f"install NVIDIA's driver {DRIVER} or newer in Windows (none inside WSL), then in PowerShell: wsl --shutdown",
            f"윈도우에 NVIDIA 드라이버 {DRIVER} 이상을 설치하고(WSL 안에는 설치하지 마세요) PowerShell에서 wsl --shutdown을 실행하세요",
        )

    if os_release(machine).get("ID") == "ubuntu":
        return same(as_user(f"sudo apt-get install -y nvidia-driver-{DRIVER}", machine))
    if manager(machine) == "pacman":
        return same(as_user("sudo pacman -S --needed nvidia-open", machine))
    return both(
        f"install NVIDIA's driver {DRIVER} or newer (your distribution's package, or NVIDIA's own repository), then restart",
        f"NVIDIA 드라이버 {DRIVER} 이상을 설치하고(배포판 패키지나 NVIDIA 저장소) 다시 시작하세요",
    )
