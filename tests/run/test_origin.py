"""Whose work a result is where the host has the inputs: files as the device leaves them -> bytes that are the host's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from grader.assignment import Assignment, load_assignment
from grader.devices.record import Origin
from grader.run.origin import FREE_BYTES, Shares, shares

COURSE = Path(__file__).parents[2] / "assignments"
N = 1000
X, Y = (np.random.default_rng(s).normal(size=N).astype(np.float32) for s in (1, 2))
RESULT = np.float32(2.5) * X + Y


@pytest.fixture(scope="module")
def kinds() -> Assignment:
    return load_assignment(COURSE / "04_memory_kinds")


def seen(
    kinds: Assignment,
    folder: Path,
    case: str = "pageable",
    up: tuple[object, ...] = (),
    down: tuple[object, ...] = (),
    result: object = RESULT,
    before: int = 0,
    **own: object,
) -> Shares:
    inputs, outputs = {}, {}
    for files, name, values in ((inputs, "x.0", X), (inputs, "y.0", Y), (outputs, "y.0", result)):
        files[name] = str(folder / f"{'in' if files is inputs else 'out'}.{name}")
        np.asarray(values).tofile(files[name])
    for way, moved in (("HtoD", up), ("DtoH", down)):
        (folder / f"moved.{way}").write_bytes(b"".join(np.asarray(part).tobytes() for part in moved))
    np.asarray([[np.asarray(part).nbytes, before] for part in up], np.uint64).tofile(folder / "moved.order")
    found = kinds.case(case)
    return shares(kinds.entry(found.entry), found, Origin(**own), inputs, outputs, folder)  # type: ignore[arg-type]


def test_inputs_up_and_the_result_down_is_nobody_elses_work(kinds: Assignment, tmp_path: Path) -> None:
    assert seen(kinds, tmp_path, up=(X, Y), down=(RESULT,)) == Shares()
    again = (X, Y, np.zeros(N, np.float32), RESULT)
    assert seen(kinds, tmp_path, up=again, down=(RESULT[500:], RESULT[:500]), before=4 * N) == Shares()


def test_what_no_copy_brought_is_the_hosts(kinds: Assignment, tmp_path: Path) -> None:
    assert seen(kinds, tmp_path, up=(X, Y), down=(Y,)).made > 4 * N * 0.9
    assert seen(kinds, tmp_path, up=(X, Y)).made == 4 * N


def test_clearing_a_result_is_no_work(kinds: Assignment, tmp_path: Path) -> None:
    cleared = np.where(np.arange(N) % 2, RESULT, np.float32(0))
    assert seen(kinds, tmp_path, up=(X, Y), down=(RESULT,), result=cleared).made == 0


def test_what_goes_up_and_is_no_input_is_given(kinds: Assignment, tmp_path: Path) -> None:
    assert seen(kinds, tmp_path, up=(RESULT, Y), down=(RESULT,)).given == 4 * N, "it came down later"
    assert seen(kinds, tmp_path, up=(RESULT, Y), down=(RESULT,), before=4 * N - 40).given == 40
    coded = RESULT * np.float32(1.1)
    assert seen(kinds, tmp_path, up=(X, coded), down=(RESULT,)).given > 4 * N * 0.9
    assert seen(kinds, tmp_path, up=(X, Y), down=(RESULT,), gave=FREE_BYTES + 8).given == 8
    assert seen(kinds, tmp_path, up=(X, Y), down=(RESULT,), moved_unseen=5).given == 5


def test_shared_buffers_are_told_of_by_name(kinds: Assignment, tmp_path: Path) -> None:
    own = seen(kinds, tmp_path, "managed", stored_by_host={"x": 12, "y": 40, "elsewhere": 7})
    assert own == Shares(made=40, given=12)


def test_buffers_on_the_device_have_other_rules(kinds: Assignment, tmp_path: Path) -> None:
    assert seen(kinds, tmp_path, "device", up=(RESULT,)) == Shares()
