"""The CUDA runtime by ctypes: the few calls that the card process makes. Enters: the path of a libcudart.so.13, NVIDIA's or ours. Leaves:
a Cuda whose methods raise CudaError. Sources: CUDA Runtime API 13.0, driver_types.h."""

from __future__ import annotations

import ctypes
from ctypes import byref, c_char, c_int, c_size_t, c_ubyte, c_uint, c_ushort, c_void_p
from pathlib import Path

TO_DEVICE, TO_HOST, ON_DEVICE = 1, 2, 3
POSIX_DESCRIPTOR = 1
EXPORT_BYTES = 64

# enum cudaDeviceAttr
L2_BYTES, COMPUTE_MODE, MAJOR, MINOR, POOLS, POOL_HANDLES = 38, 20, 75, 76, 115, 119


class CudaError(Exception):
    """A call of ours that failed. `code` is the cudaError_t."""

    def __init__(self, code: int, name: str, call: str) -> None:
        super().__init__(f"{call}: {name} ({code})")
        self.code = code
        self.name = name


class _Location(ctypes.Structure):
    _fields_ = (("type", c_int), ("id", c_int))


class _PoolProperties(ctypes.Structure):
    _fields_ = (
        ("alloc_type", c_int),
        ("handle_types", c_int),
        ("location", _Location),
        ("security", c_void_p),
        ("max_size", c_size_t),
        ("usage", c_ushort),
        ("reserved", c_ubyte * 54),
    )


class Cuda:
    """The runtime of one process, on device 0 of those that CUDA_VISIBLE_DEVICES leaves."""

    def __init__(self, library: Path | str) -> None:
        self._library = ctypes.CDLL(str(library))
        self._library.cudaGetErrorName.restype = ctypes.c_char_p

    def _call(self, name: str, *arguments: object) -> None:
        code = getattr(self._library, name)(*arguments)
        if code != 0:
            raise CudaError(code, (self._library.cudaGetErrorName(code) or b"?").decode(), name)

    # ---- what there is

    def versions(self) -> tuple[int, int]:
        """(newest runtime that the driver serves, this runtime), as 13000 for 13.0; 0 without a driver."""
        driver, runtime = c_int(), c_int()
        self._call("cudaDriverGetVersion", byref(driver))
        self._call("cudaRuntimeGetVersion", byref(runtime))
        return driver.value, runtime.value

    def device_count(self) -> int:
        count = c_int()
        self._call("cudaGetDeviceCount", byref(count))
        return count.value

    def name(self) -> str:
        properties = (c_char * 4096)()  # struct cudaDeviceProp begins with char name[256]
        self._call("cudaGetDeviceProperties", properties, 0)
        return properties.raw[:256].split(b"\0", 1)[0].decode("utf-8", "replace")

    def attribute(self, which: int) -> int:
        value = c_int()
        self._call("cudaDeviceGetAttribute", byref(value), which, 0)
        return value.value

    def memory(self) -> tuple[int, int]:
        """(free, total) bytes."""
        free, total = c_size_t(), c_size_t()
        self._call("cudaMemGetInfo", byref(free), byref(total))
        return free.value, total.value

    # ---- memory

    def allocate(self, size: int) -> int:
        address = c_void_p()
        self._call("cudaMalloc", byref(address), c_size_t(size))
        return address.value or 0

    def release(self, address: int) -> None:
        self._call("cudaFree", c_void_p(address))

    def fill(self, address: int, value: int, size: int) -> None:
        self._call("cudaMemset", c_void_p(address), value, c_size_t(size))

    def write(self, address: int, data: bytes) -> None:
        self._call("cudaMemcpy", c_void_p(address), data, c_size_t(len(data)), TO_DEVICE)

    def read(self, address: int, size: int) -> bytes:
        data = bytearray(size)
        if size:
            self._call("cudaMemcpy", (c_char * size).from_buffer(data), c_void_p(address), c_size_t(size), TO_HOST)
        return bytes(data)

    def copy(self, to: int, source: int, size: int) -> None:
        if size:
            self._call("cudaMemcpy", c_void_p(to), c_void_p(source), c_size_t(size), ON_DEVICE)

    def synchronize(self) -> None:
        self._call("cudaDeviceSynchronize")

    # ---- memory that another process can have too

    def create_pool(self) -> int:
        properties = _PoolProperties(alloc_type=1, handle_types=POSIX_DESCRIPTOR, location=_Location(type=1, id=0))
        pool = c_void_p()
        self._call("cudaMemPoolCreate", byref(pool), byref(properties))
        return pool.value or 0

    def allocate_from(self, pool: int, size: int) -> int:
        address = c_void_p()
        self._call("cudaMallocFromPoolAsync", byref(address), c_size_t(size), c_void_p(pool), None)
        return address.value or 0

    def export_pool(self, pool: int) -> int:
        """A descriptor; the caller closes it."""
        descriptor = c_int(-1)
        self._call("cudaMemPoolExportToShareableHandle", byref(descriptor), c_void_p(pool), POSIX_DESCRIPTOR, c_uint(0))
        return descriptor.value

    def export_pointer(self, address: int) -> bytes:
        data = (c_ubyte * EXPORT_BYTES)()
        self._call("cudaMemPoolExportPointer", data, c_void_p(address))
        return bytes(data)
