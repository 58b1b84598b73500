"""A stand-in for CuPy, put on the path as `cupy`: arrays that follow NumPy's protocols and, as CuPy's do, refuse to become NumPy arrays
unasked. The numbers are NumPy's."""

from __future__ import annotations

from typing import Any

import numpy as np


class ndarray:
    __array_priority__ = 100

    def __init__(self, host: Any) -> None:
        self.host = np.asarray(host)

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise TypeError("Implicit conversion to a NumPy array is not allowed")

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return wrap(getattr(ufunc, method)(*map(bare, inputs), **{name: bare(value) for name, value in options.items()}))

    def __array_function__(self, function: Any, _: Any, arguments: Any, options: Any) -> Any:
        return wrap(function(*(bare(each) for each in arguments), **{name: bare(value) for name, value in options.items()}))

    def __getitem__(self, key: Any) -> Any:
        return wrap(self.host[bare(key)])

    def __setitem__(self, key: Any, value: Any) -> None:
        if isinstance(value, np.ndarray) and value.ndim:
            raise TypeError("Unsupported type numpy.ndarray")
        self.host[bare(key)] = bare(value)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.host, name)
        return (lambda *a, **k: wrap(found(*map(bare, a), **k))) if callable(found) else found


for operator in "add radd sub rsub mul rmul matmul rmatmul truediv rtruediv abs neg lt le gt ge and or invert".split():

    def method(self: ndarray, *others: Any, _name: str = f"__{operator}__") -> Any:
        return wrap(getattr(self.host, _name)(*map(bare, others)))

    setattr(ndarray, f"__{operator}__", method)


def bare(value: Any) -> Any:
    return value.host if isinstance(value, ndarray) else tuple(map(bare, value)) if isinstance(value, tuple) else value


def wrap(value: Any) -> Any:
    return ndarray(value) if isinstance(value, np.ndarray | np.generic) else value


def asarray(host: Any) -> ndarray:
    return ndarray(host)


def asnumpy(array: ndarray) -> Any:
    return array.host


def zeros(shape: Any) -> ndarray:
    return ndarray(np.zeros(shape))
