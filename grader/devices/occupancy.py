"""Theoretical occupancy: a card, a block's threads, registers and shared memory -> how much of an SM's warps can be there at once.

The rules are those of the CUDA occupancy calculator (cuda_occupancy.h of CUDA 13) for compute capability 7.5 to 9.0: registers go to warps
in units of 256, and each of an SM's four partitions has a quarter of them; shared memory goes to blocks in units of 128 bytes (256 before
8.0), and since 8.0 the system keeps 1 KiB of each block's share.
"""

from __future__ import annotations

import functools
import tomllib

from grader.devices.profiles import profile_file
from grader.records import Record

METRIC = "sm__maximum_warps_per_active_cycle_pct"  # Nsight Compute's name
_WARP, _PARTITIONS, _REGISTER_UNIT, _REGISTERS_PER_THREAD = 32, 4, 256, 255


class Multiprocessor(Record, frozen=True, kw_only=True):
    """What one SM has to share out."""

    warps: int
    blocks: int
    registers: int
    registers_per_block: int
    shared_bytes: int
    shared_bytes_per_block: int  # the most that a kernel may opt in to, without the system's part
    shared_unit_bytes: int
    system_shared_bytes: int  # of every block


@functools.cache
def multiprocessor(profile: str) -> Multiprocessor:
    """Of a card that has a profile."""
    card = tomllib.loads(profile_file(profile).read_text(encoding="utf-8"))
    since_8 = int(card["compute_capability"].split(".")[0]) >= 8
    return Multiprocessor(
        warps=card["warps_per_sm"],
        blocks=card["blocks_per_sm"],
        registers=card["registers_per_sm"],
        registers_per_block=card["registers_per_block"],
        shared_bytes=card["shared_bytes_per_sm"],
        shared_bytes_per_block=card["shared_bytes_per_block_optin"],
        shared_unit_bytes=128 if since_8 else 256,
        system_shared_bytes=1024 if since_8 else 0,
    )


def resident_blocks(sm: Multiprocessor, threads: int, registers: int, shared_bytes: int) -> int:
    """How many blocks an SM holds at once; 0 if none fits. `shared_bytes`: static and dynamic."""
    warps = _up(threads, _WARP) // _WARP
    by_warp = _up(registers * _WARP, _REGISTER_UNIT)
    # The hardware's own check of a launch counts warps as if they were spread evenly over the partitions.
    if registers > _REGISTERS_PER_THREAD or by_warp * _up(warps, _PARTITIONS) > sm.registers_per_block:
        return 0
    shared = _up(shared_bytes + sm.system_shared_bytes, sm.shared_unit_bytes)
    if shared > sm.shared_bytes_per_block + sm.system_shared_bytes:
        return 0
    limits = [sm.blocks, sm.warps // warps]
    if by_warp:
        limits.append(sm.registers // _PARTITIONS // by_warp * _PARTITIONS // warps)
    if shared:
        limits.append(sm.shared_bytes // shared)
    return min(limits)


def occupancy_pct(sm: Multiprocessor, threads: int, registers: int, shared_bytes: int) -> float:
    """Warps that an SM holds at once, as a percentage of the most it could."""
    warps = _up(threads, _WARP) // _WARP
    return 100.0 * resident_blocks(sm, threads, registers, shared_bytes) * warps / sm.warps


def _up(value: int, unit: int) -> int:
    return -(-value // unit) * unit
