"""The built program: what it imports, defines and chooses, what its device code does; whatever the bytes, no error and no endless look."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import toolchain
from grader.look import look
from grader.look.elf import MOST_SYMBOLS, Linked, linked
from grader.look.look import MOST
from tests.look.steps import growth, steps

HOST = r"""
#include <cmath>
#include <cstdio>
#include <thread>
#define JOIN(a, b) a##b
extern "C" char* JOIN(get, env)(const char*);
extern "C" int JOIN(op, en)(const char*, int, ...);
extern "C" void* malloc(unsigned long) { return 0; }
extern "C" int unheard_of(void);
static int (*choose())(void) { return 0; }
extern "C" int chosen(void) __attribute__((ifunc("_ZL6choosev")));
int data = 3;
extern "C" int ck_scale(float* x) {
  printf("%f", std::sin(x[0]));
  std::thread([] {}).join();
  if (popen("x", "r")) return 2;
  return JOIN(get, env)("X") != nullptr && JOIN(op, en)("x", 0) && unheard_of();
}
"""
DEVICE = """\
#include <cuda_runtime.h>
#define NOW cl##ock64
__device__ const float table[400] = {3.5f};
__device__ long long now() {
  return NOW();
}
template <int N> __device__ unsigned where() { unsigned i; asm("mov.u32 %0, %" "%sm" "id;" : "=r"(i)); return i + N; }
__global__ void k(float* y, int i) {
  y[i] = now() + where<3>() + table[i];
}
extern "C" int ck_scale(float* y, void* s) { k<<<1, 1, 0, (cudaStream_t)s>>>(y, 0); return cudaGetLastError(); }
"""


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("host")
    (folder / "a.cpp").write_text(HOST)
    compiler = shutil.which("g++")
    assert compiler
    command = [compiler, "-shared", "-fPIC", "-w", "-fno-builtin", "-o", "a.so", "a.cpp", "-lpthread", "-lm"]
    subprocess.run(command, cwd=folder, check=True, timeout=120)
    return (folder / "a.so").read_bytes()


@pytest.fixture(scope="module")
def device(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("device")
    (folder / "a.cu").write_text(DEVICE.replace("cl##ock64", "clock64"))
    command = toolchain.nvcc_command(["-o", "a.so", "a.cu"], shared=True)
    subprocess.run(command, cwd=folder, env=toolchain.nvcc_environment(), check=True, capture_output=True, timeout=120)
    return (folder / "a.so").read_bytes()


def test_names_that_macros_make_are_seen_in_what_is_imported(host: bytes) -> None:
    seen = {(each.code, each.excerpt) for each in look({"a.cpp": HOST.encode()}, host)}
    assert {("environment", "imports getenv"), ("files", "imports open"), ("other-import", "imports unheard_of")} <= seen
    assert ("constructor", "chooses chosen at load") in seen
    threads = [each for each in look({"a.cpp": HOST.encode()}, host) if each.code == "threads"]
    assert [each.line for each in threads] == [15]  # the source shows them, so that the import is no news
    assert "imports popen" not in {excerpt for _, excerpt in seen} and "imports popen" in {each.excerpt for each in look({}, host)}


def test_what_the_built_program_shows_alone_has_no_place(host: bytes) -> None:
    seen = look({}, host)
    assert all(each.file is None and each.line is None for each in seen)
    assert {"threads", "files", "environment", "runtime-names"} <= {each.code for each in seen}
    assert "defines malloc" in {each.excerpt for each in seen}
    assert not [each for each in seen if "printf" in each.excerpt or "sin" in each.excerpt or "data" in each.excerpt]


def test_tables_of_the_linker(host: bytes) -> None:
    found = linked(host)
    assert {"getenv", "open", "unheard_of", "printf"} <= set(found.imports)
    assert {"ck_scale", "malloc", "chosen"} <= set(found.defines) and "data" not in found.defines
    assert "libc.so.6" in found.needs and found.indirect == ("chosen",)
    assert linked(b"") == linked(b"\x7fELF") == linked(b"#!/bin/sh\n" * 99) == Linked()


def test_device_code_leads_back_to_the_source(device: bytes) -> None:
    source = DEVICE.replace("cl##ock64", "clock_by_another_name").encode()  # a header's macro, say: the source shows nothing
    seen = look({"a.cu": source}, device)
    assert {(each.code, each.file, each.line) for each in seen} >= {("clock", "a.cu", 5), ("device-identity", "a.cu", 7)}
    assert "clock64" in next(each.excerpt for each in seen if each.code == "clock")
    assert [each.excerpt.rpartition(": ")[2] for each in seen if each.code == "hidden-data"] == ["1600 bytes"]


def test_an_honest_program_shows_nothing(tmp_path: Path) -> None:
    reference = Path(__file__).parents[2] / "reference" / "09_gemm" / "gemm.cu"
    include = Path(__file__).parents[2] / "kernels" / "include"
    command = toolchain.nvcc_command(["-I", str(include), "-include", "ck/gemm.h", "-o", "a.so", str(reference)], shared=True)
    subprocess.run(command, cwd=tmp_path, env=toolchain.nvcc_environment(), check=True, capture_output=True, timeout=120)
    assert look({"gemm.cu": reference.read_bytes()}, (tmp_path / "a.so").read_bytes()) == ()


@settings(max_examples=150)
@given(data=st.data())
def test_a_damaged_program_is_no_error(host: bytes, data: st.DataObject) -> None:
    damaged = bytearray(host[: data.draw(st.sampled_from([len(host), len(host) // 2, 64, 100]))])
    table = struct.unpack_from("<Q", host, 0x28)[0]
    places = st.one_of(st.integers(0, 63), st.integers(0, len(damaged) - 1), st.integers(min(table, len(damaged) - 1), len(damaged) - 1))
    for _ in range(data.draw(st.integers(1, 12))):
        damaged[data.draw(places)] = data.draw(st.sampled_from([0, 1, 0x7F, 0xFF]))
    found = linked(bytes(damaged))
    assert all(isinstance(name, str) and name for name in (*found.imports, *found.defines, *found.needs))
    look({}, bytes(damaged))


def test_sections_that_all_lead_to_one_huge_table_are_read_up_to_a_bound(host: bytes) -> None:
    """A header that says: 65,535 sections, each a table of a million symbols."""
    damaged = bytearray(host)
    (table,) = struct.unpack_from("<Q", damaged, 0x28)
    struct.pack_into("<H", damaged, 0x3C, 0xFFFF)
    section = struct.pack("<IIQQQQIIQQ", 0, 11, 0, 0, 0x100, 1 << 40, 1, 0, 0, 24)
    damaged[table:] = section * 0xFFFF
    assert steps(lambda: look({}, bytes(damaged))) < 25 * MOST_SYMBOLS


PTX = [
    ".version 8.0\n.target sm_80\n",
    "\n",
    "%clock",
    "%smid;",
    "\n.extern .func (",
    ".b8 a[9999] =",
    '\n.file 1 "a.cu"',
    "\n.loc 1 3 5",
    "\0",
    "@%p ",
]


@given(st.lists(st.sampled_from(PTX), max_size=40).map("".join))
def test_no_device_code_is_an_error(code: str) -> None:
    for each in look({"a.cu": b"int x;"}, code.encode()):
        assert each.code in ("clock", "device-identity", "other-import", "hidden-data")


@pytest.mark.parametrize(
    "piece", ["\n.extern .func (", "\n   @%p", ".b8 a[1024] = ", "%clock ", ".loc 1 2 3\n%clock", "\n@!%aaaaaaaa", "\n\t"]
)
def test_four_times_the_device_code_is_four_times_the_work(piece: str) -> None:
    def code(size: int) -> bytes:
        return (".version 8.0\n.target sm_80\n" + piece * (size // len(piece))).encode()

    assert growth(lambda size: look({"a.cu": b""}, code(size)), 16 << 10) < 4.2
    assert len(look({"a.cu": b""}, code(1_000_000))) <= MOST
