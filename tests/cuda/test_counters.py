"""Counters of real kernels against numbers worked out by hand, per kernel and per line: what `grader profile --json` says."""

from __future__ import annotations

import json
import os
import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from grader.cli.main import run
from grader.report.counters import METRICS
from tests.cuda.compile import compiled

SOURCE = Path(__file__).parent / "counters" / "counters.cu"
KERNEL = re.compile(r"^__global__ void (?:__launch_bounds__\(\d+\) )?(\w+)\(")


def names() -> dict[str, str]:
    """Short form -> Nsight Compute's name."""
    short = {
        "dram": "dram__bytes.sum",
        "dram.read": "dram__bytes_read.sum",
        "dram.write": "dram__bytes_write.sum",
        "div": "smsp__sass_branch_targets_threads_divergent.sum",
        "barrier": "smsp__inst_executed_op_barrier.sum",
        "atom": "smsp__inst_executed_op_atom.sum",
        "const": "idc__requests.sum",
        "occupancy": "sm__maximum_warps_per_active_cycle_pct",
    }
    for way in ("ld", "st", "atom", "red"):
        space = f"pipe_lsu_mem_global_op_{way}"
        short[f"{way}.req"] = f"l1tex__t_requests_{space}.sum"
        short[f"{way}.sect"] = f"l1tex__t_sectors_{space}.sum"
        short[f"{way}.moved"] = f"l1tex__t_bytes_{space}.sum"
        short[f"{way}.ratio"] = f"l1tex__average_t_sectors_per_request_{space}.ratio"
        short[f"{way}.bytes"] = f"smsp__sass_data_bytes_mem_global_op_{way}.sum"
        short[f"sh.{way}"] = f"smsp__inst_executed_op_shared_{way}.sum"
        short[f"sh.{way}.waves"] = f"l1tex__data_pipe_lsu_wavefronts_mem_shared_op_{way}.sum"
        short[f"sh.{way}.conf"] = f"l1tex__data_bank_conflicts_pipe_lsu_mem_shared_op_{way}.sum"
        for memory, name in (("sh", "shared"), ("local", "local")):
            short[f"{memory}.{way}.bytes"] = f"smsp__sass_data_bytes_mem_{name}_op_{way}.sum"
        short[f"local.{way}.req"] = f"l1tex__t_requests_pipe_lsu_mem_local_op_{way}.sum"
        short[f"local.{way}.sect"] = f"l1tex__t_sectors_pipe_lsu_mem_local_op_{way}.sum"
    for bits, x in (("f16", "h"), ("f32", "f"), ("f64", "d")):
        for operation in ("add", "mul", "fma"):
            short[f"{bits}.{operation}"] = f"smsp__sass_thread_inst_executed_op_{x}{operation}_pred_on.sum"
        short[f"{bits}.flops"] = f"smsp__sass_thread_inst_executed_ops_{x}add_{x}mul_{x}fma_pred_on.sum"
    return short


NAMES = names()


def expected() -> tuple[dict[str, dict[str, float]], dict[str, dict[int, dict[str, float]]]]:
    """(kernel -> metrics, kernel -> line -> metrics), as the source says."""
    kernels: dict[str, dict[str, float]] = {}
    lines: dict[str, dict[int, dict[str, float]]] = {}
    coming: dict[str, float] = {}
    kernel = ""
    for number, line in enumerate(SOURCE.read_text(encoding="utf-8").splitlines(), 1):
        if mark := re.search(r"// (KERNEL|COUNT): (.*)", line):
            values = {NAMES[pair.split()[0]]: float(pair.split()[1]) for pair in mark[2].split(", ")}
            if mark[1] == "KERNEL":
                coming = values
            else:
                lines[kernel][number] = values
        elif begins := KERNEL.match(line):
            kernel = begins[1]
            kernels[kernel], lines[kernel], coming = coming, {}, {}
    return kernels, lines


KERNELS, LINES = expected()


@cache
def measured() -> dict[str, Any]:
    """`grader profile` of the program, once."""
    (program,) = compiled([f'#line 1 "{SOURCE}"\n{SOURCE.read_text(encoding="utf-8")}'])
    before = Path.cwd()
    with TemporaryDirectory() as folder:
        os.chdir(SOURCE.parent)
        try:
            file = f"{folder}/profile.json"
            assert run(["profile", "--top", "100", "--check", "all", "--threads", "2", "--json", file, "--", str(program)]) == 0
            result = json.loads(Path(file).read_text())
        finally:
            os.chdir(before)
    return {kernel["base"]: kernel for kernel in result["kernels"]}


@pytest.mark.parametrize("kernel", KERNELS)
def test_kernel(kernel: str) -> None:
    metrics = measured()[kernel]["metrics"]
    assert {name: metrics[name] for name in KERNELS[kernel]} == KERNELS[kernel]


@pytest.mark.parametrize("kernel", LINES)
def test_lines(kernel: str) -> None:
    got = {line["line"]: line for line in measured()[kernel]["lines"]}
    for number, wanted in LINES[kernel].items():
        assert got[number]["file"] == SOURCE.name and got[number]["source"] == SOURCE.read_text().splitlines()[number - 1]
        assert {name: got[number]["metrics"].get(name, 0.0) for name in wanted} == wanted, number


def test_lines_add_up_to_the_kernel() -> None:
    for kernel in measured().values():
        for name, value in kernel["metrics"].items():
            if name.endswith(".sum") and not name.startswith("dram__"):
                assert sum(line["metrics"].get(name, 0.0) for line in kernel["lines"]) == value, (kernel["base"], name)
        assert sum(line["share"] for line in kernel["lines"]) == pytest.approx(1, abs=1e-4)


def test_pipes_add_up_to_all_instructions() -> None:
    for kernel in measured().values():
        metrics = kernel["metrics"]
        warps = sum(value for name, value in metrics.items() if re.fullmatch(r"smsp__inst_executed_pipe_\w+\.sum", name))
        threads = sum(value for name, value in metrics.items() if re.fullmatch(r"smsp__thread_inst_executed_pipe_\w+\.sum", name))
        assert warps == metrics["smsp__inst_executed.sum"]
        assert threads == metrics["smsp__thread_inst_executed_pred_on.sum"] <= metrics["smsp__thread_inst_executed.sum"]


def test_every_launch_has_its_own_counters() -> None:
    for kernel in measured().values():
        (launch,) = kernel["launches"]
        assert launch["metrics"] == {name: value for name, value in kernel["metrics"].items() if name != NAMES["occupancy"]}


def test_a_guard_counts_lanes_that_it_lets_through() -> None:
    metrics = measured()["guarded_store"]["metrics"]
    # of 256 threads 2 · 40 store; every other instruction is executed by all
    assert metrics["smsp__thread_inst_executed.sum"] - metrics["smsp__thread_inst_executed_pred_on.sum"] == 256 - 80


def test_every_metric_is_known_to_the_reports() -> None:
    """A metric without a name for people would stand in a student's report under its own."""
    named = {metric.name for metric in METRICS}
    assert {name for kernel in measured().values() for name in kernel["metrics"]} <= named
