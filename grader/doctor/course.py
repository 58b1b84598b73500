"""The course's table: what a student's machine needs beyond the grader itself. A row a probe, in the order of working down."""

from __future__ import annotations

from collections.abc import Sequence

from grader.doctor import desk, gpu, isolation, notebook, profile, screen, tools
from grader.doctor.machine import Machine
from grader.doctor.record import Finding, Found, Probe, both, missing, ok, same
from grader.doctor.remedies import as_user
from grader.doctor.system import wsl
from grader.doctor.table import row
from grader.verdicts import Text

COLAB = both(
    "for a real one: Google Colab, Runtime → Change runtime type → T4 GPU",
    "실제 GPU가 필요하면 Google Colab에서 런타임 → 런타임 유형 변경 → T4 GPU",
)
HOOKS = ("nvidia-container-runtime-hook", "nvidia-container-runtime", "nvidia-ctk")


def card(machine: Machine) -> Found:
    """A GPU, or where to find one."""
    found = gpu.gpu(machine)
    return missing(found.found, COLAB) if found.status == "missing-optional" else found


def containers(machine: Machine) -> Found:
    """Docker, and whether a container can be given the GPU."""
    if isolation.in_container(machine):
        return missing(both("this is a container itself", "여기가 컨테이너입니다"))
    if wsl(machine) == 1:
        return missing(both("WSL 1 runs none", "WSL 1에서는 쓸 수 없습니다"), both("see the row 'system'", "'시스템' 항목을 보세요"))
    if wsl(machine) == 2 and machine.which("docker") is None:
        return missing(
            both("not installed", "설치되어 있지 않습니다"),
            both(
                "Docker Desktop in Windows, with its WSL integration switched on for this distribution",
                "윈도우에 Docker Desktop을 설치하고 이 배포판의 WSL 통합을 켜세요",
            ),
        )
    found = isolation.docker(machine)
    cards, _ = gpu.cards_of(machine)
    if found.status != "ok" or not cards:
        return found
    if wsl(machine) or any(machine.which(name) for name in HOOKS):  # Docker Desktop brings it along
        return ok(both(f"{found.found.en}, with GPUs", f"{found.found.ko}, GPU 사용 가능"))
    install = (
        "sudo apt-get install -y nvidia-container-toolkit && sudo nvidia-ctk runtime configure --runtime=docker && "
        "sudo systemctl restart docker"
    )
    return missing(
        both(
            f"{found.found.en}, but without NVIDIA's container toolkit: no GPU inside",
            f"{found.found.ko}, 그러나 NVIDIA container toolkit이 없어 컨테이너에서 GPU를 쓸 수 없습니다",
        ),
        same(as_user(install, machine)),
    )


COURSE: tuple[Probe, ...] = (
    row(
        "windows",
        ("system", "the course works on Linux: by itself, or in WSL 2 on Windows"),
        ("시스템", "수업은 리눅스에서 합니다. 윈도우에서는 WSL 2를 씁니다"),
        desk.windows,
        needed=True,
    ),
    row(
        "distribution",
        ("distribution", "the setup script installs with apt"),
        ("배포판", "설정 스크립트는 apt로 설치합니다"),
        desk.distribution,
        needed=True,
    ),
    row("folder", ("folder", "Linux permissions and speed"), ("작업 폴더", "리눅스의 권한과 속도를 위해서입니다"), desk.folder),
    row("network", ("network", "packages come from there"), ("네트워크", "패키지를 받습니다"), desk.network),
    row(
        "source",
        ("apt sources", "where packages come from; a near mirror is faster"),
        ("apt 소스", "패키지를 받는 곳입니다. 가까운 미러가 빠릅니다"),
        desk.source,
    ),
    row(
        "packages",
        ("packages", "compiler, git, ssh and Python of the setup script"),
        ("패키지", "설정 스크립트의 컴파일러, git, ssh, Python입니다"),
        desk.packages,
        needed=True,
    ),
    row(
        "g++",
        ("g++", "compiles C++ and the host's part of .cu files"),
        ("g++", "C++과 .cu 파일의 호스트 코드를 컴파일합니다"),
        tools.host_compiler,
        needed=True,
    ),
    row("git", ("git", "keeps your work, and hands it in"), ("git", "작업을 보관하고 제출합니다"), desk.git),
    row(
        "desktop",
        ("desktop packages", "gvim, a terminal, Korean fonts"),
        ("데스크톱 패키지", "gvim, 터미널, 한글 글꼴입니다"),
        desk.desktop,
    ),
    row("display", ("display", "where windows of Linux programs open"), ("화면", "리눅스 프로그램의 창이 열리는 곳입니다"), screen.display),
    row("shell", ("shell profile", "prompt, aliases and cd of the course"), ("셸 설정", "수업의 프롬프트, 별칭, cd입니다"), profile.shell),
    row("cache", ("~/.cache", "programs keep things there as you"), ("~/.cache", "프로그램이 사용자 권한으로 씁니다"), profile.cache_owner),
    row("modules", ("Python packages", "imported by the notebooks"), ("Python 패키지", "노트북에서 불러옵니다"), notebook.modules),
    row("jupyter", ("Jupyter", "opens the notebooks"), ("Jupyter", "노트북을 엽니다"), notebook.jupyter),
    row(
        "gpu",
        ("GPU", "not needed: the emulated one grades the same file"),
        ("GPU", "없어도 됩니다. 에뮬레이션 GPU가 같은 파일을 채점합니다"),
        card,
    ),
    row("driver", ("GPU driver", "for a real GPU only"), ("GPU 드라이버", "실제 GPU에만 필요합니다"), gpu.driver),
    row(
        "containers",
        ("containers", "for GPU containers; not needed at home"),
        ("컨테이너", "GPU 컨테이너용입니다. 집에서는 필요 없습니다"),
        containers,
    ),
)


def course_summary(findings: Sequence[Finding]) -> Text:
    """Can one take part; and what else would be worth mending?"""
    needed = [row for row in findings if row.needed and row.status == "problem"]
    wrong = [row for row in findings if not row.needed and row.status == "problem"]
    if needed:  # what is lacking can't be fetched before there is a network
        needed, wrong = [row for row in wrong if row.name == "network"] + needed, [row for row in wrong if row.name != "network"]
    if needed:
        en, ko = [f"Ready for the course: no, because of {_names(needed).en}."], [f"수업 준비: 아직입니다. 이유: {_names(needed).ko}."]
    else:
        en, ko = ["Ready for the course: yes."], ["수업 준비: 됐습니다."]
    if wrong:
        en.append(f"Worth mending: {_names(wrong).en}.")
        ko.append(f"고치면 좋은 것: {_names(wrong).ko}.")
    return both(" ".join(en), " ".join(ko))


def _names(rows: Sequence[Finding]) -> Text:
    return both(", ".join(row.title.en for row in rows), ", ".join(row.title.ko for row in rows))
