"""The benchmarks: NAME.cu beside NAME.cpp, each for one number that is its size."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Benchmark:
    """Sizes: what a full run takes, a short one, and one that numba's simulator can do in seconds (0: it can't run this at all)."""

    name: str
    title: str  # {} stands for the size
    size: int
    short: int
    simulated: int


BENCHMARKS = (
    Benchmark("sgemm_naive", "naive SGEMM {}³", 512, 128, 24),
    Benchmark("sgemm_tiled", "tiled SGEMM {}³", 512, 128, 32),
    Benchmark("reduce_tree", "tree reduction of {}", 1 << 23, 1 << 20, 4096),
    Benchmark("reduce_shuffle", "shuffle reduction of {}", 1 << 23, 1 << 20, 0),  # the simulator has no shuffles
    Benchmark("conv2d", "5×5 convolution, {}²", 1024, 256, 48),
    Benchmark("scan", "scan of {}", 1 << 20, 1 << 18, 2048),
    Benchmark("histogram", "histogram of {}", 1 << 22, 1 << 20, 4096),
    Benchmark("stencil", "stencil, 4 steps, {}²", 1024, 512, 48),
    Benchmark("softmax", "softmax, {} rows", 1024, 256, 32),
)
