"""`grader docker`: the sandbox `docker` — build its image, say how it stands. A second table of commands, as `grader gradebook` has one."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grader.cli.words import Words, chosen
from grader.toolchain import UsageError

if TYPE_CHECKING:
    from grader.sandbox.docker.engine import Engine

WORKS, FAULT = 0, 3
SOURCES = ("machine", "registry")

# key: (English, Korean)
PHRASES: dict[str, tuple[str, str]] = {
    "built": ("image {image}", "이미지 {image}"),
    "use": (
        "Grade in it with `--sandbox docker`.",
        "`--sandbox docker` 옵션으로 이 이미지 안에서 채점할 수 있습니다.",
    ),
    "engine": ("engine: {text}", "엔진: {text}"),
    "image": ("image: {text}", "이미지: {text}"),
    "isolation": ("a command runs: {text}", "명령 실행됨: {text}"),
    "gpus_none": ("GPUs: nvidia-smi lists none", "GPU: nvidia-smi에 나오는 GPU가 없습니다"),
    "gpu": ("GPU: {id} ({name}): {state}", "GPU: {id} ({name}): {state}"),
    "free": ("free", "사용 가능"),
    "in_use": ("a job has it", "작업에서 사용 중"),
    "quarantine": ("in quarantine: {why}", "격리됨: {why}"),
    "no_runtime": (
        "The engine has no NVIDIA runtime; GPUs are shown by their device files. For MIG slices: `sudo apt-get install "
        "nvidia-container-toolkit`, `sudo nvidia-ctk runtime configure --runtime=docker`, `sudo systemctl restart docker`.",
        "엔진에 NVIDIA 런타임이 없어 GPU는 장치 파일로 보여 줍니다. MIG 슬라이스를 쓰려면: "
        "`sudo apt-get install nvidia-container-toolkit`, `sudo nvidia-ctk runtime configure --runtime=docker`, "
        "`sudo systemctl restart docker`.",
    ),
    "swept": ("removed {count} containers that killed graders had left", "강제 종료된 채점기가 남긴 컨테이너 {count}개를 지웠습니다"),
    "readmitted": ("{id} is lent again.", "{id}을(를) 다시 쓸 수 있습니다."),
    "trouble": ("!!  {text}", "!!  {text}"),
}


def docker(context: typer.Context) -> None:
    """Build the image of the sandbox `docker`, and say how it stands.

    Containers keep students' programs further from the machine than the sandbox `local` does, and bound their memory where an ordinary
    user may not make control groups. They need a Docker Engine on this machine, and about 0.3 s more a submission.

    Examples:

      grader docker build                       an image in a second, of this machine's own compiler

      grader docker build --from registry       one with a Debian and a pinned compiler of its own

      grader docker status --json

    Words, each with --help:

      build    make the image that containers run in

      status   say how engine, image and GPUs stand
    """
    arguments = list(context.args)
    word = next((arg for arg in arguments if not arg.startswith("-")), None)
    if word is not None and word not in WORDS:
        raise UsageError(f"`grader docker` knows no {word!r}; its words are {', '.join(WORDS)}")
    ended = _application()(arguments or ["--help"], prog_name="grader docker", standalone_mode=False)
    raise typer.Exit(ended if isinstance(ended, int) else WORKS)


def build(
    origin: Annotated[
        str, typer.Option("--from", metavar="machine|registry", help="Of this machine's /usr, or of Debian's image.")
    ] = "machine",
    gpu: Annotated[bool, typer.Option("--gpu", help="With --from registry: of NVIDIA's CUDA image.")] = False,
    folder: Annotated[
        Path | None, typer.Option("--folder", help="With --from registry: where the Dockerfiles lie; default: `docker` of the checkout.")
    ] = None,
    lang: Annotated[str | None, typer.Option(metavar="en|ko", help="Language; default: your locale's.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Make the image that `--sandbox docker` runs in. The one built last is in force.

    `--from machine` holds no files but links and mount points; the compiler and its libraries are this machine's own /usr, shown read-only.
    It needs no registry. `--from registry` takes Debian's slim image and installs the compiler in it; its version is pinned.

    Examples:

      grader docker build

      grader docker build --from registry

      grader docker build --from registry --gpu

    Exit status: 0 built; 2 wrong options; 3 it can't be built here, with the reason.
    """
    from grader.cli import output
    from grader.sandbox.docker import image

    say = phrases(lang)
    if origin not in SOURCES:
        raise UsageError(f"--from {origin}: known are {', '.join(SOURCES)}")
    if origin == "machine" and (gpu or folder):
        raise UsageError("--gpu and --folder go with --from registry")
    engine = _connect()
    engine.facts()  # one that can't keep the contract is refused before anything is made
    if origin == "machine":
        image.from_machine(engine)
    else:
        errors = output.console(stderr=True)
        for line in image.from_registry(engine, folder or _checkout() / "docker", gpu):
            if not json:
                errors.print(line, style="dim", markup=False)
    found = image.find(engine)
    if json:
        output.print_json({"image": found.identity, "kind": found.kind})
    else:
        out = output.console()
        out.print(say("built", image=found.identity), markup=False)
        out.print(say("use"), markup=False)


def status(
    readmit: Annotated[str | None, typer.Option("--readmit", metavar="GPU", help="Lend a GPU again that was in quarantine.")] = None,
    lang: Annotated[str | None, typer.Option(metavar="en|ko", help="Language; default: your locale's.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Say how engine, image and GPUs stand, after a command has run in a container; remove what killed graders left.

    Examples:

      grader docker status

      grader docker status --json

      grader docker status --readmit GPU-4c1f7b52-9a0e-4c55-8f6e-2f6f0d1a7b11

    Exit status: 0 if `--sandbox docker` works, 3 if not, with the command that mends it.
    """
    from grader.cli import output

    say = phrases(lang)
    if readmit is not None:
        from grader.sandbox.docker.lease import Leases

        Leases.of_machine().readmit(readmit)
        if json:
            output.print_json({"readmitted": readmit})
        else:
            output.console().print(say("readmitted", id=readmit), markup=False)
        return
    found = look(_connect)
    if json:
        output.print_json(found)
    else:
        for line in lines(found, say):
            output.console().print(line, markup=False)
    sys.stdout.flush()
    raise typer.Exit(FAULT if found["trouble"] else WORKS)


def look(connect: Callable[[], Engine]) -> dict[str, Any]:
    """How things stand, as `--json` prints it. `trouble` is "" if the sandbox works, else what is wrong and the remedy."""
    from grader.errors import HarnessError
    from grader.sandbox.docker import DockerSandbox
    from grader.sandbox.docker.container import sweep

    found: dict[str, Any] = {"engine": None, "image": None, "isolation": None, "swept": 0, "gpus": [], "trouble": ""}
    try:
        engine = connect()
        facts = engine.facts()
        found["engine"] = {
            "address": engine.address,
            "version": facts.version,
            "api": facts.api,
            "cgroups": facts.cgroups,
            "bounds_swap": facts.bounds_swap,
            "nvidia": facts.nvidia,
        }
        found["gpus"] = _gpus()
        found["swept"] = sweep(engine)
        isolation = DockerSandbox(lambda: engine).isolation()
        found["image"] = isolation.image
        found["isolation"] = {"level": isolation.level, "enforced": isolation.enforced, "not_enforced": isolation.not_enforced}
    except HarnessError as error:
        found["trouble"] = str(error)
    return found


def lines(found: dict[str, Any], say: Words) -> list[str]:
    """The same for people."""
    said = []
    if (engine := found["engine"]) is not None:
        said.append(say("engine", text=f"Docker Engine {engine['version']}, API {engine['api']}, cgroups v{engine['cgroups']}"))
    if found["image"] is not None:
        said.append(say("image", text=found["image"]))
    if found["isolation"] is not None:
        said.append(say("isolation", text=found["isolation"]["level"]))
    if engine is not None:
        states = {"free": say("free"), "in_use": say("in_use")}
        for gpu in found["gpus"]:
            state = states.get(gpu["state"]) or say("quarantine", why=gpu["why"])
            said.append(say("gpu", id=gpu["id"], name=gpu["name"], state=state))
        said += [say("gpus_none")] if not found["gpus"] else [] if engine["nvidia"] else [say("no_runtime")]
    if found["swept"]:
        said.append(say("swept", count=found["swept"]))
    if found["trouble"]:
        said.append(say("trouble", text=found["trouble"]))
    return said


def _gpus() -> list[dict[str, str]]:
    from grader.sandbox.docker.gpus import listed, nvidia_smi
    from grader.sandbox.docker.lease import Leases

    gpus = listed(nvidia_smi(["-L"]) or "")
    if not gpus:
        return []
    leases = Leases(gpus)
    aside, used = leases.quarantined(), leases.in_use()
    return [
        {
            "id": gpu.id,
            "name": gpu.name,
            "state": "quarantine" if gpu.id in aside else "in_use" if gpu.id in used else "free",
            "why": aside.get(gpu.id, ""),
        }
        for gpu in gpus
    ]


def _connect() -> Engine:
    from grader.sandbox.docker.engine import Engine

    return Engine.connect()


def _checkout() -> Path:
    return Path(__file__).resolve().parents[2]


def phrases(lang: str | None) -> Words:
    return Words(chosen(lang).language, PHRASES)


WORDS: dict[str, Callable[..., None]] = {"build": build, "status": status}


def _application() -> typer.Typer:
    """The words as a typer application: `grader` itself has one level of commands, so that it starts fast."""
    from grader.cli.main import flowing

    app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode="rich", pretty_exceptions_enable=False)

    @app.callback(help=flowing(inspect.getdoc(docker) or ""))
    def options() -> None: ...

    for name, function in WORDS.items():
        text = flowing(inspect.getdoc(function) or "")
        app.command(name, help=text, short_help=text.partition("\n")[0])(function)
    return app
