"""02_device_info, the mathematics: the cards that a case shows -> the rows, counts and occupancies that must come out.

Students have it without its STAFF parts: `grader check` needs it at home. What the public cases must give stands here as data, since how to
come by these figures is what the assignment asks for. The hidden cases' are computed from the profiles that the emulated GPU itself reads.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.assignment import Case
from grader.checks.closeness import Expected
from grader.checks.tolerances import exact

Array = NDArray[Any]
FIGURES, CORES, GFLOPS = 16, 4, 14
A100 = (1, 8, 0, 108, 6912, 1410000, 42505273344, 1215000, 5120, 41943040, 49152, 167936, 2048, 32, 19491, 1555200)
TAKEN_FOR = {32: (3456, 9745), 64: (6912, 19491), 128: (13824, 38983), 192: (20736, 58475)}  # cores of its multiprocessor -> cores, Gflop/s
RESIDENT = {("a100", 256, 0): (8, 1000)}  # card, threads, shared bytes -> blocks of ck_probe, their share in per mille


def row(profile: str, cores_each: int | None = None) -> list[int]:
    """The figures of one card, in the order of ck_figure; or what they would be with so many cores in a multiprocessor."""
    # BEGIN STAFF
    if profile != "a100":
        return computed_row(profile, cores_each)
    # END STAFF
    figures = list(A100)
    if cores_each:
        figures[CORES], figures[GFLOPS] = TAKEN_FOR[cores_each]
    return figures


# BEGIN STAFF
PROBE_SHARED_BYTES, PROBE_REGISTERS = 1024, 16  # of ck_probe; so few registers are never the limit


def card(profile: str) -> dict[str, Any]:
    import tomllib

    from grader.devices.profiles import profile_file

    return tomllib.loads(profile_file(profile).read_text(encoding="utf-8"))


def cores_per_multiprocessor(major: int, minor: int) -> int:
    return 64 if major == 7 or (major, minor) == (8, 0) else 128


def computed_row(profile: str, cores_each: int | None = None) -> list[int]:
    """What `row` gives, from the card's profile."""
    c = card(profile)
    major, minor = map(int, c["compute_capability"].split("."))
    cores = c["sm_count"] * (cores_each or cores_per_multiprocessor(major, minor))
    figures = [1, major, minor, c["sm_count"], cores, c["clock_khz"], c["memory_bytes"], c["memory_clock_khz"], c["memory_bus_bits"]]
    figures += [c["l2_bytes"], c["shared_bytes_per_block"], c["shared_bytes_per_sm"], 32 * c["warps_per_sm"], 32]
    figures += [2 * cores * c["clock_khz"] // 10**6, 2 * c["memory_clock_khz"] * (c["memory_bus_bits"] // 8) // 1000]
    return figures


def computed_occupancy(profile: str, threads: int, shared: int) -> tuple[int, int]:
    from grader.devices.occupancy import multiprocessor, resident_blocks

    c = card(profile)
    fits = threads <= c["threads_per_block"] and PROBE_SHARED_BYTES + shared <= c["shared_bytes_per_block"]
    blocks = resident_blocks(multiprocessor(profile), threads, PROBE_REGISTERS, PROBE_SHARED_BYTES + shared) if fits else 0
    return blocks, 1000 * blocks * -(-threads // 32) // c["warps_per_sm"]


# END STAFF


def rows(case: Case, cores_each: int | None = None, always: str = "") -> Array:
    """All rows of the output: a table's, or the one."""
    shown = list(case.devices or ())
    wanted = list(range(case.sizes["capacity"])) if case.entry == "ck_device_table" else [case.sizes["device"]]
    made = [row(always or shown[d], cores_each) if 0 <= d < len(shown) else [0] * FIGURES for d in wanted]
    table = np.array(made, dtype=np.float64).reshape(len(wanted), FIGURES)
    return table if case.entry == "ck_device_table" else table[0]


def occupancy(case: Case) -> Array:
    if not case.devices:
        return np.zeros(2)
    asked = case.devices[0], case.sizes["threads"], case.sizes["shared_bytes"]
    # BEGIN STAFF
    if asked not in RESIDENT:
        return np.array(computed_occupancy(*asked), dtype=np.float64)
    # END STAFF
    return np.array(RESIDENT[asked], dtype=np.float64)


def expected(case: Case, arrays: dict[str, Array]) -> dict[str, Expected]:
    if case.entry == "ck_occupancy":
        value = occupancy(case)
        return {"result": Expected(value, exact(value))}
    value = rows(case)
    if case.entry == "ck_device_row":
        return {"row": Expected(value, exact(value))}
    count = np.array([float(len(case.devices or ()))])
    return {"table": Expected(value, exact(value)), "count": Expected(count, exact(count))}


def hypotheses(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    """What a program says that knows one architecture, or one card, whatever it runs on."""
    if case.entry == "ck_occupancy":
        return {}
    name = "table" if case.entry == "ck_device_table" else "row"
    found = {f"HARDCODED_ARCH:{each}": {name: rows(case, cores_each=each)} for each in TAKEN_FOR}
    for each in (64, 128):  # the peak is right, or left alone
        half = rows(case)
        half[..., CORES] = rows(case, cores_each=each)[..., CORES]
        found[f"HARDCODED_ARCH:{each}_cores"] = {name: half}
        other = rows(case)
        other[..., GFLOPS] = rows(case, cores_each=each)[..., GFLOPS]
        found[f"HARDCODED_ARCH:{each}_peak"] = {name: other}
    # BEGIN STAFF
    from grader.devices.profiles import profile_names

    for profile in profile_names():
        found[f"HARDCODED_ARCH:{profile}"] = {name: rows(case, always=profile)}
    # END STAFF
    if case.devices:  # whoever asks device 0 about all of them knows no card by heart, though it may look like that
        found["WRONG_ANSWER:device_0"] = {name: rows(case, always=case.devices[0])}
    return found
