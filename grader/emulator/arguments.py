"""Arguments: Python values and a kernel's signature -> the bytes of its parameters, and the arrays to copy back after the launch.

Nothing is converted that could lose something: a NumPy scalar must have the parameter's type, a Python number must be one of its values.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from grader.emulator.arrays import Array, DeviceArray, bytes_view
from grader.emulator.errors import ArgumentError
from grader.emulator.signature import Parameter, Signature

if TYPE_CHECKING:
    from grader import _core


@dataclass(frozen=True)
class In:
    """An array that the kernel may only read: not copied back, and a kernel that writes into it gets `INPUT_OVERWRITTEN`."""

    array: npt.ArrayLike


@dataclass(frozen=True)
class Out:
    """An array that the kernel fills: its old content doesn't reach the device, so that reading it there is an `UNINIT_READ`.

    All of it is copied back: elements that the kernel left alone have no particular value then.
    """

    array: Array


Argument = Any  # In | Out | DeviceArray | np.ndarray | np.generic | int | float | bool | bytes | None


@dataclass
class Packed:
    """A launch's parameters, and the device's copies of the NumPy arrays among them."""

    bytes: bytearray
    copies: list[_Copy] = field(default_factory=list)

    def copy_back(self, core: _core.Device) -> None:
        for copy in self.copies:
            if copy.back and copy.host.size:
                raw = core.download(copy.address, copy.host.nbytes)
                copy.host[...] = np.frombuffer(raw, dtype=copy.host.dtype).reshape(copy.host.shape)

    def free(self, core: _core.Device) -> None:
        for copy in self.copies:
            core.free(copy.address)


@dataclass
class _Copy:
    number: int  # of the argument
    host: Array
    address: int
    read_only: bool
    back: bool


def pack(core: _core.Device, signature: Signature, args: Sequence[Argument]) -> Packed:
    """The parameters of one launch. Copies NumPy arrays to the device: `Packed.free` gives their memory back.

    Raises ArgumentError with the kernel's signature, MemoryError if the arrays don't fit.
    """
    if len(args) != len(signature.parameters):
        raise ArgumentError(f"{signature} takes {len(signature.parameters)} arguments, not {len(args)}")
    packed = Packed(bytearray(signature.bytes))
    try:
        for number, (parameter, value) in enumerate(zip(signature.parameters, args, strict=True)):
            try:
                raw = _bytes_of(core, packed, parameter, value, number)
            except ArgumentError as error:
                raise ArgumentError(f"argument {number} of {signature}: {error}") from None
            packed.bytes[parameter.offset : parameter.offset + parameter.bytes] = raw
    except BaseException:
        packed.free(core)
        raise
    return packed


def _bytes_of(core: _core.Device, packed: Packed, parameter: Parameter, value: Argument, number: int) -> bytes:
    if isinstance(value, DeviceArray):
        _want_pointer(parameter, "an array")
        if value.device is not core:
            raise ArgumentError("this array lies on another device")
        _same_elements(parameter, value.dtype)
        return struct.pack("<Q", value.address)
    if isinstance(value, (In, Out, np.ndarray)):
        _want_pointer(parameter, "an array (a struct: pass .tobytes())")
        return struct.pack("<Q", _copy(core, packed, parameter, value, number))
    if value is None:
        _want_pointer(parameter, "None, the null pointer,")
        return bytes(8)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return _sized(parameter, bytes(value))
    if isinstance(value, np.generic):
        return _scalar(parameter, value)
    if isinstance(value, (bool, int, float)):
        return _number(parameter, value)
    raise ArgumentError(f"a {type(value).__name__} can't be passed; arrays, NumPy scalars, numbers, bytes and None can")


def _want_pointer(parameter: Parameter, what: str) -> None:
    if not parameter.may_be_pointer:
        raise ArgumentError(f"{what} was given, and {parameter.shown} is no pointer")


def _same_elements(parameter: Parameter, dtype: np.dtype[Any]) -> None:
    wanted = parameter.element
    if wanted is not None and dtype != wanted and not (dtype.kind == "b" and wanted.itemsize == 1):
        raise ArgumentError(f"the array has elements of type {dtype}, and {parameter.cpp} points to {wanted}")


def _copy(core: _core.Device, packed: Packed, parameter: Parameter, value: In | Out | Array, number: int) -> int:
    given = value.array if isinstance(value, (In, Out)) else value
    host = np.asarray(given)
    if isinstance(value, Out) and not (isinstance(given, np.ndarray) and host.flags.writeable):
        raise ArgumentError("Out takes a NumPy array that can be written")
    if host.dtype.hasobject:
        raise ArgumentError("an array of Python objects can't be copied to the device")
    _same_elements(parameter, host.dtype)
    read_only = isinstance(value, In) or not host.flags.writeable
    back = not read_only and not parameter.is_const
    for known in packed.copies:
        if _same_memory(known.host, host):  # passed twice: one piece of memory on the device too
            if known.read_only != read_only:
                raise ArgumentError(f"the same array is argument {known.number}, and only one of them is In")
            known.back |= back
            return known.address
        if (known.back or back) and np.may_share_memory(known.host, host):
            raise ArgumentError(f"it overlaps argument {known.number}; put both into one DeviceArray and pass addresses")
    address = core.alloc(host.nbytes, f"argument {number}", read_only)
    packed.copies.append(_Copy(number, host, address, read_only, back))
    if host.nbytes and not isinstance(value, Out):
        core.upload(address, bytes_view(np.ascontiguousarray(host)))
    return address


def _same_memory(a: Array, b: Array) -> bool:
    return a.__array_interface__["data"][0] == b.__array_interface__["data"][0] and (a.shape, a.strides, a.dtype) == (
        b.shape,
        b.strides,
        b.dtype,
    )


def _sized(parameter: Parameter, raw: bytes) -> bytes:
    if len(raw) != parameter.bytes:
        raise ArgumentError(f"{len(raw)} bytes were given, and {parameter.shown} has {parameter.bytes}")
    return raw


def _scalar(parameter: Parameter, value: np.generic) -> bytes:
    wanted = parameter.scalar
    if (
        wanted is not None
        and value.dtype != wanted
        and not (value.dtype.kind in "iub" and wanted.kind in "iub" and value.dtype.itemsize == wanted.itemsize)
    ):
        raise ArgumentError(f"a {value.dtype} was given, and {parameter.shown} is a {wanted}")
    return _sized(parameter, value.tobytes())


def _number(parameter: Parameter, value: bool | int | float) -> bytes:
    wanted = parameter.scalar
    if wanted is None:
        raise ArgumentError(f"the type of {parameter.shown} can't be told from the kernel: pass a NumPy scalar, or bytes")
    if wanted.kind in "iub":
        if isinstance(value, float):
            raise ArgumentError(f"{value!r} was given, and {parameter.shown} is an integer")
        low, high = (0, 1) if wanted.kind == "b" else (int(np.iinfo(wanted).min), int(np.iinfo(wanted).max))
        if not parameter.cpp and wanted.kind == "u":  # PTX says .u32 for int as well
            low = -(high + 1) // 2
        if not low <= value <= high:
            raise ArgumentError(f"{value} doesn't fit into {parameter.shown}")
        return int(value).to_bytes(parameter.bytes, "little", signed=value < 0)
    return np.array(value, dtype=wanted).tobytes()
