"""The breadth of the runtime API: every supported function is called by a program of tests/cuda, and the documentation lists them all."""

from __future__ import annotations

import importlib.util
import re
from types import ModuleType

import pytest

from tests.emulator.programs import PROGRAMS, ROOT, Compile, run_on_device

# Answered by the library alone, so that no trace can show them.
UNTRACED = {"cudaGetErrorName", "cudaGetErrorString", "cudaDriverGetVersion", "cudaRuntimeGetVersion", "cudaCreateChannelDesc"}


@pytest.fixture(scope="module")
def lists() -> ModuleType:
    spec = importlib.util.spec_from_file_location("runtime_api_page", ROOT / "tools" / "runtime_api_page.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def supported(lists: ModuleType) -> set[str]:
    return {name for names in lists.supported().values() for name in names}


def test_every_supported_function_is_called(lists: ModuleType, compile_cuda: Compile) -> None:
    files = sorted(PROGRAMS.glob("*.cu"))
    called = {call.name for file in files for call in run_on_device(compile_cuda(file)).record.trace if not call.error}
    text = "\n".join(file.read_text() for file in files)
    called |= {name for name in UNTRACED if re.search(rf"\b{name}\b", text)}
    assert supported(lists) - called == ONLY_FAIL


# Peers: there is one device, and what CUDA answers then is an error.
ONLY_FAIL = {"cudaDeviceEnablePeerAccess", "cudaDeviceDisablePeerAccess", "cudaDeviceGetP2PAttribute"}


def test_enough_is_supported_and_nothing_twice(lists: ModuleType) -> None:
    names = [name for group in (lists.supported(), lists.refused()) for names in group.values() for name in names]
    assert len(names) == len(set(names))
    assert len(supported(lists)) >= 130
    assert "" not in lists.supported()  # each stands under a heading


def test_the_page_is_the_lists(lists: ModuleType) -> None:
    assert lists.PAGE.read_text(encoding="utf-8") == lists.page(), "run python3 tools/runtime_api_page.py --write"
