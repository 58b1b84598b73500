"""The build's small parts: places in a text, ELF symbols, the cache."""

from __future__ import annotations

import os
import random
import subprocess
import threading
from pathlib import Path

import pytest

from grader.build.cache import Cache, digest_of
from grader.build.places import call_place, launch_place, plain_name
from grader.build.symbols import exported_functions, look_alike

SOURCE = {
    "gemm.cu": b"""// exit(1) in a comment
const char* s = "k<<<1, 1>>>";
template <int T> __global__ void k(float* p) {}
int f(float* p) {
  k<16><<<1, 2048>>>(p);
  exit (0);
}
"""
}


def test_places() -> None:
    assert launch_place(SOURCE, "k") == ("gemm.cu", 5)
    assert call_place(SOURCE, "exit") == ("gemm.cu", 6)
    assert call_place(SOURCE, "abort") is None


@pytest.mark.parametrize(
    ("mangled", "name"), [("_Z2dhi", "dh"), ("_ZN1q7ck_gemmEi", "ck_gemm"), ("_ZNK3foo3barEv", "bar"), ("main", ""), ("_Z99x", "x")]
)
def test_plain_names(mangled: str, name: str) -> None:
    assert plain_name(mangled) == name


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("lib")
    (folder / "a.cpp").write_text(
        'extern "C" int one() { return 1; }\nint two(float) { return 2; }\nint data = 3;\nextern "C" int puts(const char*);\n'
    )
    subprocess.run(["g++", "-shared", "-fPIC", "-o", "a.so", "a.cpp"], cwd=folder, check=True)
    return (folder / "a.so").read_bytes()


def test_exported_functions(library: bytes) -> None:
    names = exported_functions(library)
    assert {"one", "_Z3twof"} <= names and "data" not in names and "puts" not in names
    assert look_alike("two", names) == "_Z3twof" and look_alike("three", names) is None


def test_damaged_elf_gives_nothing_and_never_fails(library: bytes) -> None:
    assert exported_functions(b"") == set() and exported_functions(b"\x7fELF\2\1" + bytes(10)) == set()
    rng = random.Random(1)
    for _ in range(300):
        data = bytearray(library)
        for _ in range(20):
            data[rng.randrange(0x40) if rng.random() < 0.5 else rng.randrange(len(data))] = rng.randrange(256)
        exported_functions(bytes(data[: rng.randrange(len(data))]))


def test_cache_keeps_and_forgets(tmp_path: Path) -> None:
    cache = Cache(tmp_path, max_bytes=2500)
    keys = [digest_of([str(i)]) for i in range(4)]
    for age, key in enumerate(keys):
        assert cache.get(key) is None
        folder = cache.put(key, {"a": bytes(1000)})
        assert folder is not None and (folder / "a").read_bytes() == bytes(1000)
        os.utime(folder, (1000 + age, 1000 + age))
    cache.get(keys[0])  # just used: now the youngest
    cache.sweep()
    assert [cache.get(key) is not None for key in keys] == [True, False, False, True]
    cache.drop(keys[0])
    assert cache.get(keys[0]) is None


def test_the_first_of_several_writers_wins(tmp_path: Path) -> None:
    cache, key = Cache(tmp_path), digest_of(["x"])
    threads = [threading.Thread(target=cache.put, args=(key, {"a": bytes([i]) * 5000})) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    folder = cache.get(key)
    assert folder is not None and len(set((folder / "a").read_bytes())) == 1
    assert not list(tmp_path.glob(".new-*"))


def test_an_unwritable_cache_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert Cache(tmp_path / "file" / "below").put(digest_of(["x"]), {"a": b""}) is None


def test_digests_tell_sequences_apart() -> None:
    assert digest_of(["ab", "c"]) != digest_of(["a", "bc"]) != digest_of(["abc"])
