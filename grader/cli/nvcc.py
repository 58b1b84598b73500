"""`grader nvcc ARGS…`: the pinned CUDA 13.0 compiler with what a program for the emulated GPU needs. Exit status: nvcc's."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import typer

from grader import toolchain
from grader.build.cache import Cache, cache_root
from grader.build.libraries import stand_in, unguarded
from grader.errors import HarnessError
from grader.libraries import LIBRARIES

_GPU = re.compile(r"[a-z]+[0-9]+[a-z]*")  # t4, rtx4090, gb200


def nvcc(context: typer.Context) -> None:
    """Compile a CUDA program for the emulated GPU.

    Takes nvcc's own arguments and passes them on (nvcc's help: grader nvcc -h), so that it can stand in for nvcc in a Makefile. No CUDA
    toolkit is needed: the compiler comes from PyPI. Options for the architecture (-arch, -gencode) and the runtime library (-cudart)
    are replaced; relocatable device code (-rdc=true, -dc) is refused. cudnn.h and -lcudnn mean a stand-in for cuDNN, of fp32 NCHW tensors.

    Examples:

      grader nvcc -o prog prog.cu                    then: grader exec -- ./prog

      grader nvcc -O2 -Iinclude -c -o a.o a.cu       objects too

      grader nvcc -o prog prog.cu -lcudnn            a program that calls cuDNN (the first time takes half a minute)

      grader nvcc --profile t4 -o prog prog.cu       for a device of compute capability 7.5 (t4, a100, h100, h200)
    """
    arguments, profile = take_profile(context.args)
    if not arguments:
        raise toolchain.UsageError("nothing to compile; example: grader nvcc -o prog prog.cu")
    arguments = with_libraries(arguments, lambda name: stand_in(LIBRARIES[name], profile, Cache(cache_root() / "builds"), unguarded))
    if not any(arg in ("-g", "--debug") for arg in arguments):
        arguments = [*toolchain.HOST_LINES, *arguments]
    command = toolchain.nvcc_command(arguments, profile=profile)
    try:
        ended = subprocess.run(command, env=toolchain.nvcc_environment(), check=False)
    except OSError as error:
        raise HarnessError(f"nvcc can't be started ({command[0]}: {error.strerror}): {toolchain.REINSTALL}") from error
    sys.exit(ended.returncode if ended.returncode >= 0 else 128 - ended.returncode)


def take_profile(arguments: Sequence[str]) -> tuple[list[str], str]:
    """Our one option, `--profile NAME` or `--profile=NAME`, out of nvcc's arguments.

    nvcc has a bare `--profile` of its own (gprof), which stays: it is ours only if what follows looks like the name of a GPU, and no file
    is called so.
    """
    rest: list[str] = []
    profile = "a100"
    queue = list(arguments)
    while queue:
        arg = queue.pop(0)
        if arg.startswith("--profile="):
            profile = arg.partition("=")[2]
        elif arg == "--profile" and queue and _GPU.fullmatch(queue[0]) and not os.path.exists(queue[0]):
            profile = queue.pop(0)
        else:
            rest.append(arg)
    toolchain.architecture(profile)  # an unknown name is refused here
    return rest, profile


def with_libraries(arguments: Sequence[str], archive: Callable[[str], Path]) -> list[str]:
    """nvcc's arguments with our stand-ins in place of the libraries: `archive` is asked for those that are linked (-lcudnn, -l cudnn,
    --library=cudnn). Their headers are found after those of every -I."""
    rest: list[str] = []
    queue = list(arguments)
    while queue:
        arg = queue.pop(0)
        name = next((arg.removeprefix(form) for form in ("--library=", "-l") if arg.startswith(form) and arg != form), "")
        if arg in ("-l", "--library") and queue:
            name, arg = queue[0], f"-l{queue.pop(0)}"
        rest.append(str(archive(name)) if name in LIBRARIES else arg)
    return [*rest, *(word for library in LIBRARIES.values() for word in ("-isystem", str(library.include)))]
