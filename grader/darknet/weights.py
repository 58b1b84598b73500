"""A .weights file <-> parameters of each layer.

Little-endian (Darknet's `load_weights_upto` and `load_convolutional_weights`, src/parser.c): int32 major, minor, revision; then `seen`,
the number of images of the training, in 8 bytes if 10 * major + minor >= 2 and both are below 1000, else in 4. Then for each convolutional
layer, in order and in fp32: bias[n]; with batch normalisation scale[n], mean[n], variance[n]; then the weights [n][c / groups][k][k]. The
other layers have nothing in the file.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from grader.darknet.errors import DarknetError
from grader.darknet.network import Convolutional, Network


@dataclass(frozen=True)
class Header:
    major: int = 0
    minor: int = 2
    revision: int = 0
    seen: int = 0

    @property
    def size_bytes(self) -> int:
        return 12 + seen_bytes(self.major, self.minor)


@dataclass(frozen=True)
class Parameters:
    """Of one convolutional layer, float32. Without batch normalisation `scale`, `mean` and `variance` are None."""

    bias: np.ndarray
    weights: np.ndarray
    scale: np.ndarray | None = None
    mean: np.ndarray | None = None
    variance: np.ndarray | None = None


def seen_bytes(major: int, minor: int) -> int:
    """How long the header's `seen` is: 8 or 4 bytes."""
    return 8 if 10 * major + minor >= 2 and major < 1000 and minor < 1000 else 4


def parts(layer: Convolutional) -> list[tuple[str, tuple[int, ...]]]:
    """Names and shapes of a layer's arrays, in the file's order."""
    names = ("bias", "scale", "mean", "variance") if layer.batch_normalize else ("bias",)
    return [*((name, (layer.filters,)) for name in names), ("weights", layer.weights_shape)]


def count(network: Network) -> int:
    """fp32 numbers in the file, after the header."""
    return sum(int(np.prod(shape)) for layer in network.layers if isinstance(layer, Convolutional) for _, shape in parts(layer))


def file_size_bytes(network: Network, header: Header | None = None) -> int:
    """With the 20-byte header of version 0.2 unless told otherwise."""
    return (header or Header()).size_bytes + 4 * count(network)


def read_weights(network: Network, data: bytes) -> tuple[Header, list[Parameters | None]]:
    """The header, and the parameters of each layer (None for a layer that has none).

    DarknetError for a file that is too short or too long, and for numbers that aren't finite or variances below zero, with layer, array
    and index.
    """
    header = read_header(data)
    expected = file_size_bytes(network, header)
    if len(data) != expected:
        less = len(data) < expected
        raise DarknetError(
            f"the weights have {len(data):,} bytes and the cfg's network needs {expected:,} with this header of {header.size_bytes}: "
            + ("the file is cut off, or" if less else f"{len(data) - expected:,} bytes are left over, or it")
            + " belongs to another cfg"
        )
    numbers = np.frombuffer(data, "<f4", offset=header.size_bytes)
    position = 0
    found: list[Parameters | None] = []
    for number, layer in enumerate(network.layers):
        if not isinstance(layer, Convolutional):
            found.append(None)
            continue
        arrays = {}
        for name, shape in parts(layer):
            size = int(np.prod(shape))
            arrays[name] = numbers[position : position + size].reshape(shape).astype(np.float32)
            position += size
            _check(number, name, arrays[name])
        found.append(Parameters(**arrays))
    return header, found


def read_header(data: bytes) -> Header:
    if len(data) < 12:
        raise DarknetError(f"the weights have {len(data)} bytes, not even a header's 12: the file is cut off")
    major, minor, revision = struct.unpack_from("<iii", data)
    if len(data) < 12 + seen_bytes(major, minor):
        raise DarknetError(
            f"the weights have {len(data)} bytes, less than their header of {12 + seen_bytes(major, minor)}: the file is cut off"
        )
    (seen,) = struct.unpack_from("<Q" if seen_bytes(major, minor) == 8 else "<I", data, 12)
    return Header(major, minor, revision, seen)


def write_weights(network: Network, parameters: list[Parameters | None], header: Header | None = None) -> bytes:
    """The file that `read_weights` reads back. DarknetError where the arrays aren't the network's."""
    header = header or Header()
    if len(parameters) != len(network.layers):
        raise DarknetError(f"parameters of {len(parameters)} layers for a network of {len(network.layers)}")
    try:
        chunks = [struct.pack("<iii" + ("Q" if header.size_bytes == 20 else "I"), header.major, header.minor, header.revision, header.seen)]
    except struct.error as error:
        raise DarknetError(f"the header {header} doesn't fit into its fields: {error}") from None
    for number, (layer, own) in enumerate(zip(network.layers, parameters, strict=True)):
        if isinstance(layer, Convolutional) != (own is not None):
            raise DarknetError(f"layer {number} {'has no parameters' if own is None else 'takes no parameters'}")
        if not isinstance(layer, Convolutional):
            continue
        for name, shape in parts(layer):
            array = getattr(own, name)
            if array is None or array.shape != shape:
                raise DarknetError(
                    f"layer {number}: {name} is {'missing' if array is None else array.shape} and should have the shape {shape}"
                )
            chunks.append(array.astype("<f4").tobytes())
    return b"".join(chunks)


def _check(number: int, name: str, array: np.ndarray) -> None:
    wrong = ~np.isfinite(array)
    if name == "variance":
        wrong |= array < 0
    if wrong.any():
        index = int(np.flatnonzero(wrong)[0])
        raise DarknetError(
            f"layer {number}: {int(wrong.sum()):,} of {array.size:,} numbers of its {name} are no numbers to compute with "
            f"(the first is {array.flat[index]} at {index}): the file is damaged, or was read with the wrong header or order"
        )
