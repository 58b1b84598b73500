"""Limits: what a launch may ask of one GPU model; figures from its profile (grader/devices/profiles)."""

from __future__ import annotations

import math
import tomllib
from typing import TYPE_CHECKING

from grader.devices.profiles import profile_file
from grader.emulator.errors import LaunchError
from grader.records import Record

if TYPE_CHECKING:
    from grader.emulator.module import Kernel

Dim = tuple[int, int, int]
MOST_BLOCKS: Dim = (0x7FFFFFFF, 65535, 65535)
MOST_THREADS: Dim = (1024, 1024, 64)


class Limits(Record, frozen=True, kw_only=True):
    """Of one GPU model."""

    profile: str
    compute_capability: str  # "8.0"
    sm_count: int
    threads_per_block: int
    shared_bytes_per_block_optin: int  # static and dynamic together; no attribute has to be set for it here
    shared_bytes_per_sm: int
    warps_per_sm: int
    blocks_per_sm: int

    @property
    def architecture(self) -> int:
        """8.0 -> 80"""
        return int(self.compute_capability.replace(".", ""))

    def check(self, kernel: Kernel, grid: Dim, block: Dim, dynamic_shared: int) -> None:
        """Raises LaunchError that names the limit which a launch of this shape exceeds."""
        for what, sizes, most in (("grid", grid, MOST_BLOCKS), ("block", block, MOST_THREADS)):
            for axis, size, limit in zip("xyz", sizes, most, strict=True):
                if not 1 <= size <= limit:
                    raise LaunchError(f"{size} is no size of a {what} along {axis}: 1 to {limit} are possible")
        threads, shared = math.prod(block), dynamic_shared + kernel.static_shared_bytes
        if threads > kernel.max_threads:
            raise LaunchError(f"{threads} threads in a block, and a block of {kernel.base} has at most {kernel.max_threads}")
        if dynamic_shared < 0 or shared > self.shared_bytes_per_block_optin:
            raise LaunchError(
                f"{shared} bytes of shared memory, {kernel.static_shared_bytes} of them declared in {kernel.base}, and a block on "
                f"{self.profile} has at most {self.shared_bytes_per_block_optin}"
            )

    def check_resident(self, kernel: Kernel, grid: Dim, block: Dim, dynamic_shared: int) -> None:
        """Raises LaunchError if a cooperative launch's blocks can't be on the GPU all at once; registers, which PTX doesn't tell, apart."""
        warps, shared = -(-math.prod(block) // 32), dynamic_shared + kernel.static_shared_bytes
        each = min(self.blocks_per_sm, self.warps_per_sm // warps)
        if shared:
            each = min(each, self.shared_bytes_per_sm // shared)
        if math.prod(grid) > each * self.sm_count:
            raise LaunchError(
                f"a cooperative launch of {math.prod(grid)} blocks, and {self.profile} holds {each * self.sm_count} of them at once"
            )


def limits_of(profile: str) -> Limits:
    """By the profile's name; an unknown one's error lists the known."""
    table = tomllib.loads(profile_file(profile).read_text(encoding="utf-8"))
    return Limits(**{name: table[name] for name in Limits.__struct_fields__ if name != "profile"}, profile=profile)
