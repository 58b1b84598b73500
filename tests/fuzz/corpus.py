"""Corpus: PTX texts to mutate: our own files, what nvcc makes of the CUDA programs here, the opcode tests, generated kernels."""

from __future__ import annotations

import random
from pathlib import Path

from grader.emulator.compile import compile_ptx
from grader.errors import GraderError
from tests.fuzz.generate import program_of
from tests.ptx.all_cases import collect

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("tests/cuda/*.cu", "tests/cuda/*/*.cu", "benchmarks/*.cu", "reference/*/*.cu", "reference/*/*/*.cu", "tests/emulator/ptx/*.cu")
OPTIONS = ("-std=c++17", f"-I{ROOT}/kernels", f"-I{ROOT}/tests/cuda")


def corpus(seed: int, compiled: int) -> list[str]:
    """`compiled`: how many CUDA files nvcc may translate (a second each, the first time)."""
    draw = random.Random(seed)
    texts = [file.read_text(encoding="utf-8") for file in sorted((ROOT / "tests/emulator/ptx").glob("*.ptx"))]
    files = sorted(file for pattern in SOURCES for file in ROOT.glob(pattern))
    for file in draw.sample(files, min(compiled, len(files))):
        options = (*OPTIONS, "-include", "ck/reduction.h") if "08_reduction" in str(file) else OPTIONS
        try:
            texts.append(compile_ptx(file, profile="h100", options=options))
        except GraderError:  # not every file compiles by itself
            continue
    cases = collect()
    texts += [case.text() for case in draw.sample(cases, min(200, len(cases)))]
    texts += [program_of(draw.getrandbits(32)).ptx() for _ in range(20)]
    return texts
