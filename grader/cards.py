"""Cards: a job's device and sandbox -> the same on a GPU that no other job has. On the emulated GPU, and where nvidia-smi lists nothing: as
they are.

A job is a submission: its card process, its rooms, the reference that it is timed against and the oracle that computes what is expected
share the card, so the lease is taken around all of them. The card is named by its UUID in CUDA_VISIBLE_DEVICES; numbers are counted
differently by driver and runtime.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from grader.sandbox.docker.gpus import Gpu, listed, nvidia_smi
from grader.sandbox.docker.lease import Leases

PATIENCE_S = 3600.0  # jobs are bounded in time, so a queue moves; longer than this something is wrong


@contextlib.contextmanager
def own_card(
    device: Any, sandbox: Any, lend: Callable[[Sequence[Gpu]], Leases] = Leases, ask: Callable[[Sequence[str]], str | None] = nvidia_smi
) -> Iterator[tuple[Any, Any]]:
    """(device, sandbox) for one job. `ask` is nvidia-smi. Raises HarnessError if no card can be had: all in quarantine, or in use for an
    hour."""
    if device.kind != "cuda":
        yield device, sandbox
        return
    machine = device.machine()
    cards = alike(visible(listed(ask(["-L"]) or ""), os.environ), machine.name)
    if not cards:
        yield device, sandbox
        return
    from grader.devices.cuda.device import CudaDevice

    with lend(cards).lease(PATIENCE_S) as gpu:
        own = msgspec.structs.replace(machine, environment={**machine.environment, "CUDA_VISIBLE_DEVICES": gpu.id})
        narrowed = getattr(sandbox, "with_gpus", None)
        yield CudaDevice(lambda: own), narrowed((gpu.id,)) if narrowed else sandbox


def visible(cards: Sequence[Gpu], environment: Mapping[str, str]) -> list[Gpu]:
    """Those that CUDA_VISIBLE_DEVICES lets us use: numbers as nvidia-smi counts, or UUIDs, which may be cut short. As in the driver, the
    first entry that names none ends the list."""
    named = environment.get("CUDA_VISIBLE_DEVICES")
    if named is None:
        return list(cards)
    found: list[Gpu] = []
    for word in named.split(","):
        entry = word.strip()
        if entry.isdecimal() and int(entry) < len(cards):
            found.append(cards[int(entry)])
        elif matches := [card for card in cards if entry.startswith(("GPU-", "MIG-")) and card.id.startswith(entry)]:
            found.append(matches[0])
        else:
            break
    return found


def alike(cards: Sequence[Gpu], name: str) -> list[Gpu]:
    """Those of the kind that the device was looked at as: what is compiled fits no other."""
    return [card for card in cards if card.name.replace(", MIG", " MIG") == name]
