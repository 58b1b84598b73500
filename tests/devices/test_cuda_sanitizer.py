"""compute-sanitizer's words -> findings. The logs are composed after its manual and its releases; no GPU was at hand to make one."""

from __future__ import annotations

import pytest

from grader.devices.cuda.sanitizer import read_log

WRITE = """\
========= COMPUTE-SANITIZER
a line of the program's own
========= Invalid __global__ write of size 4 bytes
=========     at tiled(const float *, float *, int)+0xd0 in gemm.cu:33
=========     by thread (31,2,0) in block (4,0,1)
=========     Access at 0x7f241b0001e0 is out of bounds
=========     and is 33 bytes after the nearest allocation at 0x7f241b000000 of size 448 bytes
=========     Saved host backtrace up to driver entry point at kernel launch time
=========         Host Frame: ck_gemm in gemm.cu:60 [0x8a81] in program.so
=========
========= ERROR SUMMARY: 1 error
"""
OLD_READ = """\
========= COMPUTE-SANITIZER
========= Invalid __global__ read of size 4
=========     at 0x3c8 in /work/gemm.cu:22:tiled(float const*,float*,int)
=========     by thread (0,0,0) in block (0,0,0)
=========     Address 0x4 is out of bounds
=========
========= ERROR SUMMARY: 1 error
"""
RACE = """\
========= COMPUTE-SANITIZER
========= Error: Race reported between Write access at tiled(const float *, float *)+0xf0 in gemm.cu:21
=========     and Read access at tiled(const float *, float *)+0x150 in gemm.cu:24 [508 hazards]
=========
========= RACECHECK SUMMARY: 1 hazard displayed (1 error, 0 warnings)
"""
UNINITIALISED = """\
========= COMPUTE-SANITIZER
========= Uninitialized __global__ memory read of size 4 bytes
=========     at naive(float *)+0x70 in /home/student/gemm.cu:41
=========     by thread (31,0,0) in block (1,0,0)
=========     Address 0x7f3c7ec000fc
=========
========= Uninitialized __global__ memory read of size 4 bytes
=========     at naive(float *)+0x70 in /home/student/gemm.cu:41
=========     by thread (30,0,0) in block (1,0,0)
=========     Address 0x7f3c7ec000f8
=========
========= ERROR SUMMARY: 2 errors
"""
BARRIER = """\
========= COMPUTE-SANITIZER
========= Barrier error detected. Divergent thread(s) in block.
=========     at tiled(float *)+0x1f0 in gemm.cu:23
=========     by thread (63,0,0) in block (0,0,0)
=========
========= ERROR SUMMARY: 1 error
"""
CLEAN = "========= COMPUTE-SANITIZER\n========= ERROR SUMMARY: 0 errors\n"


@pytest.mark.parametrize(
    ("text", "verdict", "file", "line"),
    [
        (WRITE, "OOB_WRITE", "gemm.cu", 33),
        (OLD_READ, "OOB_READ", "/work/gemm.cu", 22),
        (RACE, "RACE_SHARED", "gemm.cu", 21),
        (UNINITIALISED, "UNINIT_READ", "/home/student/gemm.cu", 41),
        (BARRIER, "BARRIER_DIVERGENCE", "gemm.cu", 23),
        (WRITE.replace("is out of bounds", "is misaligned"), "MISALIGNED", "gemm.cu", 33),
        (WRITE.replace("global__ write", "shared__ atomic"), "OOB_WRITE", "gemm.cu", 33),
    ],
)
def test_each_tools_report_becomes_a_finding_at_its_line(text, verdict, file, line):
    log = read_log(text)
    assert log.complete
    (finding,) = log.findings
    assert (finding.verdict, finding.frames[0][:2]) == (verdict, (file, line))


def test_a_finding_says_who_where_and_how_far():
    (finding,) = read_log(WRITE).findings
    assert (finding.thread, finding.block, finding.kernel) == ((31, 2, 0), (4, 0, 1), "tiled(const float *, float *, int)")
    assert "33 bytes after an allocation of 448 bytes" in finding.message
    assert len(finding.frames) == 1, "frames of the host are no place in the kernel"


def test_a_race_has_both_its_lines_and_all_its_hazards():
    (finding,) = read_log(RACE).findings
    assert (finding.frames, finding.other_frames, finding.count) == ((("gemm.cu", 21, 0),), (("gemm.cu", 24, 0),), 508)


def test_the_same_place_is_told_once():
    (finding,) = read_log(UNINITIALISED).findings
    assert finding.count == 2


def test_a_clean_log_is_complete_and_a_cut_one_is_no_measurement():
    assert read_log(CLEAN).complete and not read_log(CLEAN).findings
    assert not read_log("========= COMPUTE-SANITIZER\n").complete
    assert not read_log("").complete


def test_a_flood_of_reports_is_cut_off():
    assert len(read_log("".join(WRITE.replace(":33", f":{i + 1}") for i in range(1000))).findings) <= 200
