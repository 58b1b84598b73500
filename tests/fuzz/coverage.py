"""`make fuzz-coverage`: a core built with gcov and some minutes of mutated PTX -> which lines of the parser and the loader were executed.

The instrumented core is loaded into this process under the name grader._core, before anything else asks for it.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.machinery
import importlib.util
import json
import random
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build/coverage"
FILES = (
    "lexer",
    "parse",
    "parse_body",
    "parse_module",
    "parse_operand",
    "parse_variable",
    "operands",
    "decode",
    "layout",
    "cfg",
    "program",
    "ptx",
)
GOAL = 0.85


def main() -> int:
    parser = argparse.ArgumentParser(prog="make fuzz-coverage", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--report", action="store_true", help="only read what an earlier run left")
    options = parser.parse_args()
    if not options.report:
        for old in BUILD.rglob("*.gcda"):
            old.unlink()
        # a process of its own: gcov writes when it ends
        child = [sys.executable, "-c", f"from tests.fuzz.coverage import feed; feed({options.seed}, {60 * options.minutes})"]
        ended = subprocess.run(child, cwd=ROOT, check=False)
        if ended.returncode:
            print(f"the fuzzed process ended with {ended.returncode}: run `make fuzz ARGS='--only loader --seed {options.seed}'`")
            return 1
    return report()


def feed(seed: int, seconds: float) -> None:
    """Mutated texts into the instrumented core, for so long."""
    (file,) = BUILD.glob("_core*.so")
    loader = importlib.machinery.ExtensionFileLoader("grader._core", str(file))
    spec = importlib.util.spec_from_file_location("grader._core", file, loader=loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    sys.modules["grader._core"] = module
    loader.exec_module(module)
    import grader

    grader._core = module  # type: ignore[attr-defined]
    from tests.fuzz import worker
    from tests.fuzz.corpus import corpus
    from tests.fuzz.mutate import mutated

    texts, draw = corpus(seed, 20), random.Random(seed)
    end, count = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        said = worker.outcome(texts[count] if count < len(texts) else mutated(texts, draw))
        if said["outcome"] == "odd":
            print(said)
        count += 1
    print(f"seed {seed}: {count} texts")


def report() -> int:
    executed = total = 0
    print(f"{'file':<22}{'lines':>7}{'executed':>10}")
    for name in FILES:
        (data,) = BUILD.rglob(f"{name}.cpp.gcda")
        command = ["gcov", "--json-format", "--stdout", str(data)]
        done = subprocess.run(command, cwd=data.parent, capture_output=True, check=True)
        text = gzip.decompress(done.stdout) if done.stdout[:2] == b"\x1f\x8b" else done.stdout
        counts: dict[int, int] = {}
        for file in json.loads(text)["files"]:
            if file["file"].endswith(f"core/{name}.cpp"):
                for line in file["lines"]:  # templates stand there once an instance
                    counts[line["line_number"]] = max(counts.get(line["line_number"], 0), line["count"])
        hit = sum(1 for count in counts.values() if count)
        print(f"{name + '.cpp':<22}{len(counts):>7}{hit / len(counts):>10.1%}")
        executed, total = executed + hit, total + len(counts)
    print(f"{'all':<22}{total:>7}{executed / total:>10.1%}")
    return 0 if executed >= GOAL * total else 1


if __name__ == "__main__":
    sys.exit(main())
