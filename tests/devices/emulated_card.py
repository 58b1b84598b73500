"""A card for tests of `--device cuda` on machines without one: the emulated GPU, reached through the very same card process and runner that
a real one is, by the same calls of the same runtime library."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from grader import natives
from grader.assignment import Assignment
from grader.build.cache import Cache
from grader.devices.cuda.device import CudaDevice
from grader.devices.cuda.machine import Machine
from grader.devices.emulated import open_device
from grader.pipeline import Judge
from grader.run.seeds import public_seed
from grader.sandbox import open_sandbox


@contextmanager
def emulated_card(max_block_instructions: int | None = None, sanitizer: Path | None = None) -> Iterator[CudaDevice]:
    """The `cuda` device with an emulated GPU as its card."""
    with open_device("a100", checks="none", threads=1, max_block_instructions=max_block_instructions) as gpu:
        if os.geteuid() == 0:
            gpu.socket.chmod(0o666)
        library = natives.library_folder()
        machine = Machine(
            cudart=library / "libcudart.so.13",
            library_folders=(library,),
            environment={"WARPGRADE_DEVICE": str(gpu.socket)},
            shows=(library, gpu.socket),
            name="Emulated Card",
            capability=(8, 0),
            driver=13000,
            start_s=2.0,
            sanitizer=sanitizer,
        )
        yield CudaDevice(lambda: machine)


def card_judge(device: CudaDevice, assignment: Assignment, cache: Path) -> Judge:
    """A judge that grades on this card, with the public seed."""
    return Judge(
        sandbox=open_sandbox("local"),
        device=device,
        seed=public_seed(assignment.course, assignment.slug),
        builds=Cache(cache / "builds"),
        profile=device.target("a100"),
        workers=2,
    )
