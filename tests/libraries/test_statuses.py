"""What the stand-in for cuDNN says of calls that are wrong, and what it tells the device of every call."""

from __future__ import annotations

from grader.run.library import KIND
from tests.emulator.programs import run_on_device
from tests.libraries.programs import clean, compiled


def test_every_misuse_has_its_status() -> None:
    ran = run_on_device(compiled("statuses.cu"))
    assert ran.stdout == "PASS\n"
    clean(ran)
    calls = [c for c in ran.record.trace if c.kind == KIND]
    assert {c.error for c in calls} == {0, 2000, 3000}
    assert all(bool(c.why) == bool(c.error) for c in calls)
    small = [c.why for c in calls if c.name == "cudnnConvolutionForward" and "workspace" in c.why]
    assert len(small) == 4 and all(c.host and c.host.offset for c in calls)


def test_without_a_device() -> None:
    ran = run_on_device(compiled("statuses.cu"), cards=())
    assert ran.exit_code == 1 and "CUDNN_STATUS_NOT_INITIALIZED" in ran.stderr
    (call,) = [c for c in ran.record.trace if c.kind == KIND]
    assert (call.name, call.error, call.why) == ("cudnnCreate", 1001, "the program sees no device")
