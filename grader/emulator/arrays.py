"""DeviceArray: a NumPy-shaped piece of the emulated GPU's memory."""

from __future__ import annotations

import math
import weakref
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from grader.emulator.errors import ArgumentError

if TYPE_CHECKING:
    from grader import _core

Array = npt.NDArray[Any]


def bytes_view(host: Array) -> memoryview:
    """The bytes of a C-contiguous array of any element type, not copied."""
    return host.reshape(-1).view(np.uint8).data


class DeviceArray:
    """Memory of a device with a shape and an element type, C-contiguous. `Device.array`, `empty`, `zeros` and `Module.variable` make it.

    It is freed by `free()`, at the end of a `with` block, or when Python forgets the object. A kernel that uses an address of it after
    that gets a finding (`USE_AFTER_FREE`).
    """

    def __init__(self, core: _core.Device, address: int, shape: int | Sequence[int], dtype: npt.DTypeLike, *, owned: bool = True) -> None:
        self.shape: tuple[int, ...] = (shape,) if isinstance(shape, int) else tuple(int(n) for n in shape)
        self.dtype: np.dtype[Any] = np.dtype(dtype)
        self.address = address  # 0 for an array of no elements
        self.device = core
        self._free = weakref.finalize(self, core.free, address) if owned else None

    @property
    def size(self) -> int:
        """Elements."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        return self.size * self.dtype.itemsize

    def get(self) -> Array:
        """A copy in the host's memory."""
        raw = self.device.download(self.address, self.nbytes)
        return np.frombuffer(raw, dtype=self.dtype).reshape(self.shape).copy()

    def set(self, values: npt.ArrayLike) -> None:
        """Overwrites all elements with `values`, broadcast to the shape. ArgumentError if they would have to be cast to a narrower type."""
        given = np.asarray(values)
        if given.shape != () and not np.can_cast(given.dtype, self.dtype, casting="same_kind"):
            raise ArgumentError(f"values of type {given.dtype} don't go into an array of {self.dtype}: convert them with .astype")
        try:
            host = np.ascontiguousarray(np.broadcast_to(given.astype(self.dtype, copy=False), self.shape))
        except ValueError:
            raise ArgumentError(f"values of shape {given.shape} don't go into an array of shape {self.shape}") from None
        self.device.upload(self.address, bytes_view(host))

    def free(self) -> None:
        """Gives the memory back. ValueError on a second call, or for the memory of a variable."""
        if self._free is None or not self._free.alive:
            raise ValueError("this array was freed before" if self._free else "the memory of a variable can't be freed")
        self._free()

    def __enter__(self) -> DeviceArray:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._free and self._free.alive:
            self._free()

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("an array of one element and no dimension has no length")
        return self.shape[0]

    def __repr__(self) -> str:
        return f"DeviceArray(shape={self.shape}, dtype={self.dtype}, address={self.address:#x})"
