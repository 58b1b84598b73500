"""What kernels touch of memory that the host sees as well: counted in sectors, by what they do and not by what there is."""

from __future__ import annotations

from functools import cache

import pytest

from grader.devices.contract import DeviceOptions
from grader.devices.emulated import EmulatedDevice
from grader.devices.record import DeviceRecord
from tests.cuda.compile import compiled
from tests.emulator.programs import run_program

READ, WRITTEN, DRAM = (
    "lts__t_sectors_aperture_sysmem_op_read.sum",
    "lts__t_sectors_aperture_sysmem_op_write.sum",
    "dram__bytes.sum",
)
TEXT = """
#include <cstdlib>
__managed__ float table[1024];
__managed__ int unused[4096];
__global__ void on_the_card(float* d) { d[threadIdx.x] = 1; }
__global__ void from_pinned(const float* h, float* d) { d[threadIdx.x] = h[threadIdx.x]; }
__global__ void to_registered(float* r, const float* d) { r[threadIdx.x] = d[threadIdx.x]; }
__global__ void in_managed() { table[threadIdx.x] += 1; }
int main() {
  float *d, *h, *r = (float*)aligned_alloc(4096, 4096);
  if (cudaMalloc(&d, 4096) || cudaMallocHost(&h, 4096) || cudaHostRegister(r, 4096, 0)) return 1;
  on_the_card<<<1, 256>>>(d);
  for (int i = 0; i < 256; ++i) h[i] = 1;
  from_pinned<<<1, 256>>>(h, d);
  to_registered<<<1, 64>>>(r, d);
  in_managed<<<1, 128>>>();
  return cudaDeviceSynchronize();
}
"""


@cache
def record() -> DeviceRecord:
    (program,) = compiled([TEXT])
    with EmulatedDevice().open(DeviceOptions()) as session:
        done = run_program(session, program)
        assert done.returncode == 0, done.stderr
        return session.finish()


@pytest.mark.parametrize(
    ("kernel", "read", "written", "dram"),
    [
        ("on_the_card", None, None, 1024),
        ("from_pinned", 32, None, 1024),
        ("to_registered", None, 8, 256),
        ("in_managed", 16, 16, 1024),  # managed memory counts as the card's, too
    ],
)
def test_sectors_of_the_hosts_memory(kernel: str, read: int | None, written: int | None, dram: int) -> None:
    (found,) = (k for k in record().kernels if k.base == kernel)
    assert (found.metrics.get(READ), found.metrics.get(WRITTEN), found.metrics[DRAM]) == (read, written, dram)


def test_the_timeline_has_their_bytes() -> None:
    bytes_of = {w.name.partition("(")[0]: w.bytes for w in record().timeline if w.kind == "kernel"}
    assert bytes_of == {"on_the_card": 0, "from_pinned": 1024, "to_registered": 256, "in_managed": 1024}
