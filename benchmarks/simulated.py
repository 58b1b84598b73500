"""The benchmarks' kernels for numba's CUDA simulator: NAME SIZE -> seconds of the launches alone. Run with NUMBA_ENABLE_CUDASIM=1.

The same algorithms, block sizes and inputs as in the .cu files; each result is checked.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import cuda, float32, int32

TILE, SIDE, THREADS, RADIUS = 32, 16, 256, 2
WIDE, TAPS = SIDE + 2 * RADIUS, 2 * RADIUS + 1


@cuda.jit
def sgemm_naive_kernel(n, a, b, c):  # type: ignore[no-untyped-def]
    column, row = cuda.grid(2)
    if row < n and column < n:
        total = float32(0)
        for k in range(n):
            total += a[row, k] * b[k, column]
        c[row, column] = total


@cuda.jit
def sgemm_tiled_kernel(n, a, b, c):  # type: ignore[no-untyped-def]
    tile_a = cuda.shared.array((TILE, TILE), float32)
    tile_b = cuda.shared.array((TILE, TILE), float32)  # on a line of its own: the simulator tells arrays apart by their lines
    column, row = cuda.grid(2)
    x, y = cuda.threadIdx.x, cuda.threadIdx.y
    total = float32(0)
    for k in range(0, n, TILE):
        tile_a[y, x] = a[row, k + x]
        tile_b[y, x] = b[k + y, column]
        cuda.syncthreads()
        for i in range(TILE):
            total += tile_a[y, i] * tile_b[i, x]
        cuda.syncthreads()
    c[row, column] = total


@cuda.jit
def reduce_tree_kernel(n, values, sums):  # type: ignore[no-untyped-def]
    part = cuda.shared.array(THREADS, float32)
    t, at = cuda.threadIdx.x, cuda.blockIdx.x * 2 * THREADS + cuda.threadIdx.x
    part[t] = (values[at] if at < n else 0) + (values[at + THREADS] if at + THREADS < n else 0)
    cuda.syncthreads()
    step = THREADS // 2
    while step > 0:
        if t < step:
            part[t] += part[t + step]
        cuda.syncthreads()
        step //= 2
    if t == 0:
        sums[cuda.blockIdx.x] = part[0]


@cuda.jit
def conv2d_kernel(n, weights, image, out):  # type: ignore[no-untyped-def]
    tile = cuda.shared.array((WIDE, WIDE), float32)
    left, top = cuda.blockIdx.x * SIDE - RADIUS, cuda.blockIdx.y * SIDE - RADIUS
    for y in range(cuda.threadIdx.y, WIDE, SIDE):
        for x in range(cuda.threadIdx.x, WIDE, SIDE):
            inside = 0 <= left + x < n and 0 <= top + y < n
            tile[y, x] = image[top + y, left + x] if inside else 0
    cuda.syncthreads()
    column, row = cuda.grid(2)
    if column < n and row < n:
        total = float32(0)
        for y in range(TAPS):
            for x in range(TAPS):
                total += weights[y, x] * tile[cuda.threadIdx.y + y, cuda.threadIdx.x + x]
        out[row, column] = total


@cuda.jit
def scan_parts_kernel(n, values, out, sums):  # type: ignore[no-untyped-def]
    part = cuda.shared.array(THREADS, int32)
    t, at = cuda.threadIdx.x, cuda.grid(1)
    part[t] = values[at] if at < n else 0
    cuda.syncthreads()
    step = 1
    while step < THREADS:
        other = part[t - step] if t >= step else 0
        cuda.syncthreads()
        part[t] += other
        cuda.syncthreads()
        step *= 2
    if at < n:
        out[at] = part[t]
    if t == THREADS - 1:
        sums[cuda.blockIdx.x] = part[t]


@cuda.jit
def scan_sums_kernel(parts, sums):  # type: ignore[no-untyped-def]
    part = cuda.shared.array(THREADS, int32)
    t = cuda.threadIdx.x
    part[t] = sums[t] if t < parts else 0
    cuda.syncthreads()
    step = 1
    while step < THREADS:
        other = part[t - step] if t >= step else 0
        cuda.syncthreads()
        part[t] += other
        cuda.syncthreads()
        step *= 2
    if t < parts:
        sums[t] = part[t]


@cuda.jit
def add_before_kernel(n, out, sums):  # type: ignore[no-untyped-def]
    at = cuda.grid(1)
    if cuda.blockIdx.x > 0 and at < n:
        out[at] += sums[cuda.blockIdx.x - 1]


@cuda.jit
def histogram_kernel(n, values, counts):  # type: ignore[no-untyped-def]
    mine = cuda.shared.array(256, int32)
    t = cuda.threadIdx.x
    mine[t] = 0
    cuda.syncthreads()
    at = cuda.blockIdx.x * THREADS * 16 + t
    for _ in range(16):
        if at < n:
            cuda.atomic.add(mine, values[at], 1)
        at += THREADS
    cuda.syncthreads()
    if mine[t]:
        cuda.atomic.add(counts, t, mine[t])


@cuda.jit
def stencil_kernel(n, old, new):  # type: ignore[no-untyped-def]
    x, y = cuda.grid(2)
    if x < n and y < n:
        edge = x == 0 or y == 0 or x == n - 1 or y == n - 1
        new[y, x] = old[y, x] if edge else float32(0.25) * ((old[y, x - 1] + old[y, x + 1]) + (old[y - 1, x] + old[y + 1, x]))


@cuda.jit
def softmax_kernel(n, values, out):  # type: ignore[no-untyped-def]
    """Folds in shared memory: the simulator has no shuffles."""
    part = cuda.shared.array(128, float32)
    t, row = cuda.threadIdx.x, cuda.blockIdx.x
    largest = float32(-np.inf)
    for i in range(t, n, 128):
        largest = max(largest, values[row, i])
    part[t] = largest
    cuda.syncthreads()
    step = 64
    while step > 0:
        if t < step:
            part[t] = max(part[t], part[t + step])
        cuda.syncthreads()
        step //= 2
    largest = part[0]
    cuda.syncthreads()
    total = float32(0)
    for i in range(t, n, 128):
        total += np.exp(values[row, i] - largest)
    part[t] = total
    cuda.syncthreads()
    step = 64
    while step > 0:
        if t < step:
            part[t] += part[t + step]
        cuda.syncthreads()
        step //= 2
    for i in range(t, n, 128):
        out[row, i] = np.exp(values[row, i] - largest) / part[0]


def blocks(n: int, each: int) -> int:
    return (n + each - 1) // each


def pattern(count: int, period: int, shift: int) -> Any:
    return (np.arange(count) % period - shift).astype(np.float32)


def sgemm(kernel: Any, side: int) -> Callable[[int], float]:
    def run(n: int) -> float:
        a, b = pattern(n * n, 13, 6).reshape(n, n), pattern(n * n, 7, 3).reshape(n, n)
        c = np.zeros((n, n), np.float32)
        grid = (blocks(n, side), blocks(n, side))
        seconds = timed(lambda: kernel[grid, (side, side)](n, a, b, c))
        assert np.array_equal(c, a @ b)
        return seconds

    return run


def reduce_tree(n: int) -> float:
    values, sums = pattern(n, 13, 6), np.zeros(blocks(n, 2 * THREADS), np.float32)
    seconds = timed(lambda: reduce_tree_kernel[len(sums), THREADS](n, values, sums))
    assert sums.sum() == values.sum()
    return seconds


def conv2d(n: int) -> float:
    image, weights = pattern(n * n, 13, 6).reshape(n, n), pattern(TAPS * TAPS, 5, 2).reshape(TAPS, TAPS)
    out, grid = np.zeros((n, n), np.float32), (blocks(n, SIDE), blocks(n, SIDE))
    seconds = timed(lambda: conv2d_kernel[grid, (SIDE, SIDE)](n, weights, image, out))
    padded = np.pad(image, RADIUS)
    want = sum(weights[y, x] * padded[y : y + n, x : x + n] for y in range(TAPS) for x in range(TAPS))
    assert np.array_equal(out, want)
    return seconds


def scan(n: int) -> float:
    values, out, parts = (np.arange(n) % 11 - 4).astype(np.int32), np.zeros(n, np.int32), blocks(n, THREADS)
    sums = np.zeros(parts, np.int32)
    assert parts <= THREADS

    def launches() -> None:
        scan_parts_kernel[parts, THREADS](n, values, out, sums)
        scan_sums_kernel[1, THREADS](parts, sums)
        add_before_kernel[parts, THREADS](n, out, sums)

    seconds = timed(launches)
    assert np.array_equal(out, np.cumsum(values))
    return seconds


def histogram(n: int) -> float:
    values = ((np.arange(n, dtype=np.uint64) * 2654435761 % 2**32) >> 24).astype(np.uint8)
    counts = np.zeros(256, np.int32)
    seconds = timed(lambda: histogram_kernel[blocks(n, THREADS * 16), THREADS](n, values, counts))
    assert np.array_equal(counts, np.bincount(values, minlength=256))
    return seconds


def stencil(n: int) -> float:
    old = pattern(n * n, 13, 6).reshape(n, n)
    want, new = old.copy(), np.zeros((n, n), np.float32)
    grid, plates = (blocks(n, 32), blocks(n, 8)), [old, new]

    def launches() -> None:
        for step in range(4):
            stencil_kernel[grid, (32, 8)](n, plates[step % 2], plates[1 - step % 2])

    seconds = timed(launches)
    for _ in range(4):
        inner = 0.25 * ((want[1:-1, :-2] + want[1:-1, 2:]) + (want[:-2, 1:-1] + want[2:, 1:-1]))
        want[1:-1, 1:-1] = inner
    assert np.array_equal(plates[0], want)
    return seconds


def softmax(n: int) -> float:
    values = ((np.arange(n * n) * 7 % 23) / 4).astype(np.float32).reshape(n, n)
    out = np.zeros((n, n), np.float32)
    seconds = timed(lambda: softmax_kernel[n, 128](n, values, out))
    want = np.exp(values) / np.exp(values).sum(axis=1, keepdims=True)
    assert np.allclose(out, want, rtol=1e-5)
    return seconds


def timed(launches: Callable[[], object]) -> float:
    start = time.perf_counter()
    launches()
    return time.perf_counter() - start


RUNS: dict[str, Callable[[int], float]] = {
    "sgemm_naive": sgemm(sgemm_naive_kernel, SIDE),
    "sgemm_tiled": sgemm(sgemm_tiled_kernel, TILE),
    "reduce_tree": reduce_tree,
    "conv2d": conv2d,
    "scan": scan,
    "histogram": histogram,
    "stencil": stencil,
    "softmax": softmax,
}

if __name__ == "__main__":
    print(f"{RUNS[sys.argv[1]](int(sys.argv[2])):.9f}")
