"""Whose work: a run whose output is right -> why it isn't the device's. No kernel ran, or stored as much; the host could have known the
inputs and brought the result; in host memory, it did.

A pure function of what the device recorded. Half of the values is where work counts as another's: a launcher may look at some. What the
host is seen to have put into a result itself counts from an eighth on, and together with what it sent up from half on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from grader.argument_spec import Argument
from grader.assignment import Case, Entry, held_shape
from grader.checks.closeness import Comparison
from grader.checks.movement import bytes_of
from grader.libraries import LIBRARIES, of_kernel
from grader.records import Problem, Run
from grader.run.origin import FREE_BYTES

STORES = ("_mem_global_op_st.", "_mem_global_op_red.", "_mem_global_op_atom.")

# Numbers travel without a byte being copied: which kernel is launched and in what shape, where from a table on the device a copy begins. No
# call of these carries four floats, and one that asks for the time of a kernel or waits for it tells about so much of what is in its data.
CARRIES_BYTES = 8
_WAITS = ("cudaDeviceSynchronize", "cudaStreamSynchronize", "cudaEventSynchronize", "cudaFree", "cudaMemGetInfo")
TELLS_BYTES = {"cudaEventElapsedTime": 4, "cudaStreamQuery": 1, "cudaEventQuery": 1, **dict.fromkeys(_WAITS, 2)}
_LEARNS = (*TELLS_BYTES, "cudaLaunchHostFunc", "cudaStreamAddCallback")
FREE_CALLS = 16  # of those that tell, in each call of the launcher, for reasons of its own: temporary memory, an event

FEW_BYTES = 256  # of an output: as a special case, a launcher may well copy them; of what lies on the device: it may look at them
FEW_RESULTS = 4  # and at as many bytes as so many results have: of a sum over a vector, more than that are partial sums


def launched(run: Run) -> bool:
    """Whether the student's code started a kernel that ran. A device that doesn't see kernels leaves it to the outputs, which start
    poisoned: what no kernel wrote is told as unwritten."""
    return (
        "kernels" in run.not_measured
        or any(launch.error == 0 and launch.phase.startswith("call") for launch in run.launches)
        or (not run.launches and bool(run.kernels))
    )


def round_trip(run: Run) -> bool:
    """Whether the launcher copied to the host and back to the device: then the host may have done the work."""
    kinds = {call.kind for call in run.trace if call.phase.startswith(("call", "load")) and call.error == 0 and call.bytes > 0}
    return {"HtoD", "DtoH"} <= kinds


def _work_calls(run: Run) -> list[str]:
    """What the launcher's calls put on the device, by name: launches, memsets, copies within it."""
    launches = [launch.kernel for launch in run.launches if launch.error == 0 and launch.phase.startswith(("call", "load"))]
    calls = [c for c in run.trace if c.phase.startswith(("call", "load")) and c.error == 0]
    return launches + [c.name for c in calls if c.kind == "DtoD" or c.name.startswith("cudaMemset")]


def carried_bytes(run: Run) -> int:
    """What the number and shape of the launcher's calls could bring to the device, beside the bytes that are counted there."""
    return CARRIES_BYTES * len(_work_calls(run))


def told_bytes(run: Run) -> int:
    """What the launcher's calls could learn of the data without a copy: from the time of kernels."""
    told = [TELLS_BYTES[c.name] for c in run.trace if c.phase.startswith(("call", "load")) and c.name in TELLS_BYTES]
    return sum(told[FREE_CALLS * run.calls :])


def _learnt_first(run: Run) -> bool:
    """Whether the host learnt something of the data and put work on the device after that, in one call of the launcher: by a copy, by a
    wait, or by memory that both see, which needs no call."""
    if any(w.kind == "kernel" and w.bytes for w in run.timeline if w.phase.startswith("call")):
        return True
    learnt = ""
    for c in run.trace:
        if c.error or not c.phase.startswith(("call", "load")):
            continue
        if learnt == c.phase and (c.kind == "DtoD" or c.name.startswith(("cudaMemset", "cudaLaunchKernel", "cudaLaunchCooperative"))):
            return True
        if (c.kind == "DtoH" and c.bytes) or c.name in _LEARNS:
            learnt = c.phase
    return False


def whose_work(
    run: Run, case: Case, entry: Entry, comparisons: Sequence[Comparison], buffers: Sequence[Argument], ran: bool
) -> Problem | None:
    """None: the device's, as far as can be seen. `comparisons` and `buffers` are the run's; `ran`: whether a kernel ran in any case. An
    empty output is nobody's; one case may need no kernel (K = 0), all of them may not."""
    if not any(c.required.any() for c in comparisons):
        return None
    if not ran:
        return Problem(verdict="KERNEL_NOT_RUN", message="the output is right, but no kernel ran on the device in any case")
    wanted = _wanted_bytes(case, entry, comparisons)
    if entry.library and (found := _not_the_librarys(run, entry, wanted)) is not None:
        return found
    if entry.in_host_memory():
        return _the_hosts_own(run, entry, wanted)
    if round_trip(run) or _host_could(run, case, entry, comparisons, buffers):
        return _brought(run)
    copied = bytes_of(run, "DtoD")
    if copied and wanted > FEW_BYTES and not _kernels_stored(run, wanted):
        text = f"the output is right, but kernels stored fewer bytes than it has, and {copied:,} were copied within the device"
        return Problem(verdict="KERNEL_NOT_RUN", message=text)
    return None


def _not_the_librarys(run: Run, entry: Entry, wanted: int) -> Problem | None:
    """Where a library is to do the work: its kernels ran, and stored as much as the outputs have."""
    title = LIBRARIES[entry.library].title
    if "kernels" in run.not_measured:
        return None
    theirs = msgspec.structs.replace(run, kernels=tuple(k for k in run.kernels if of_kernel(k.name) == entry.library))
    if not theirs.kernels:
        return Problem(verdict="KERNEL_NOT_RUN", message=f"the output is right, but {title} is to compute it, and no kernel of it ran")
    if wanted > FEW_BYTES and not _kernels_stored(theirs, wanted):
        text = f"the output is right, but {title} is to compute it, and its kernels stored fewer bytes than it has"
        return Problem(verdict="KERNEL_NOT_RUN", message=text)
    return None


def _brought(run: Run) -> Problem:
    known = next((p for p in run.problems if p.verdict == "FORBIDDEN_TRANSFER" and not p.note), None)
    back = f"{bytes_of(run, 'HtoD'):,} bytes were copied back"
    if not bytes_of(run, "HtoD"):
        back = "numbers came back, by kernel parameters, memsets or memory that both see"
        if 2 * run.to_device_bytes < carried_bytes(run):
            back = f"{len(_work_calls(run)):,} launches and copies on the device, which can be numbers, came back"
    down = bytes_of(run, "DtoH") or run.to_host_bytes
    went = f"{down:,} bytes went to the host" if down else "how long kernels took says what their data are"
    text = f"{went} and {back}: part of the result may be the host's work"
    if known is None:
        return Problem(verdict="FORBIDDEN_TRANSFER", message=f"the output is right, but {text}", phase="call")
    return msgspec.structs.replace(known, message=f"{known.message}. The output is right, but {text}")


def _the_hosts_own(run: Run, entry: Entry, wanted: int) -> Problem | None:
    """Where the host has the inputs anyway: kernels wrote as much as the outputs have, what lies there is what they left or a copy
    brought, and the device was given the inputs and not the result (grader/run/origin.py)."""
    if run.kernels and not _kernels_stored(run, wanted):
        text = "the output is right, but the kernels that ran stored fewer bytes than it has"
        return Problem(verdict="KERNEL_NOT_RUN", message=text)
    made, given = run.host_made_bytes, run.host_given_bytes
    if wanted and 8 * made >= wanted:
        text = f"the output is right, but no copy brought {made:,} of its {wanted:,} bytes"
        why = "they are the host's own work, or a kernel's in pages that the launcher locked, and not by the way that is asked for"
        if not entry.to_host:
            text, why = f"the output is right, but no kernel left {made:,} of its {wanted:,} bytes there", "they are the host's own work"
        return Problem(verdict="KERNEL_NOT_RUN", message=f"{text}: {why}")
    if wanted and 2 * (made + given) >= wanted:
        text = f"the output is right, but {given:,} bytes that are none of the inputs went to the device"
        text += f", and no copy or kernel brought {made:,} of its {wanted:,} bytes" if made else ""
        return Problem(verdict="FORBIDDEN_TRANSFER", message=f"{text}: part of the result may be the host's work", phase="call")
    return None


def _wanted_bytes(case: Case, entry: Entry, comparisons: Sequence[Comparison]) -> int:
    """Of the results that are a kernel's to compute: what the launcher returns in ordinary host memory without copying it from the
    device is the host's own."""
    own = {b.name for b in entry.buffers() if case.memory_of(b) == "pageable" and b.name not in entry.to_host}
    return sum(int(c.required.sum()) * c.got.itemsize for c in comparisons if c.buffer not in own)


def _kernels_stored(run: Run, wanted: int) -> bool:
    """Whether kernels wrote as much as the outputs have; a device that counts nothing can't tell."""
    if {"counters", "kernels"} & run.not_measured.keys() or (run.kernels and not any(k.metrics for k in run.kernels)):
        return True
    seen = [v for k in run.kernels for name, v in k.metrics.items() if "_t_sectors_" in name and any(s in name for s in STORES)]
    return 32 * sum(seen) >= wanted


def _host_could(run: Run, case: Case, entry: Entry, comparisons: Sequence[Comparison], buffers: Sequence[Argument]) -> bool:
    """Whether the host saw half as many bytes as one call's inputs have and gave half as many as one call's outputs have, by whatever
    way: printf and memory that both see lead down, kernel parameters and memsets up, and none of them is a copy; the calls themselves
    lead both ways (CARRIES_BYTES, TELLS_BYTES). Or whether it saw more than a few bytes, and gave results after that."""
    held = {b: math.prod(held_shape(b, entry, case)) * b.item_bytes for b in buffers}

    def size(direction: str) -> int:
        return sum(size for b, size in held.items() if b.direction == direction)

    read = size("in") or size("inout")  # what is computed from: where only the buffer that is changed holds values, those
    if not read:
        return False  # there is nothing to compute from
    written = min((c.required.sum() * c.got.itemsize for c in comparisons), default=0)
    seen, given = run.to_host_bytes + told_bytes(run), run.to_device_bytes + carried_bytes(run)
    if 2 * seen >= read and 2 * given >= written:
        return True
    # Partial results are few bytes, and so is what the host makes of them. What went up by a copy is told by `round_trip`.
    up = min(written / 2, FREE_BYTES * run.calls)
    few = min(FEW_BYTES, FEW_RESULTS * written)
    return bool(seen > few * run.calls and given >= up and _learnt_first(run))
