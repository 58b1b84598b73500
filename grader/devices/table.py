"""The table of devices: a name -> the device. A new kind of device is one file and one row."""

from __future__ import annotations

from grader.devices.contract import Device
from grader.devices.cuda.device import CudaDevice
from grader.devices.emulated import EmulatedDevice
from grader.toolchain import UsageError

DEVICES: dict[str, Device] = {"emulated": EmulatedDevice(), "cuda": CudaDevice()}


def find_device(name: str) -> Device:
    """The device of that name. An unknown name's error lists the known ones."""
    try:
        return DEVICES[name]
    except KeyError:
        raise UsageError(f"unknown device {name!r}; known are {', '.join(sorted(DEVICES))}") from None
