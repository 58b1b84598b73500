"""`make fuzz`: a seed and some minutes -> how many texts and kernels were tried, and what went wrong. Exit status 1 if anything did.

Half of the time goes to the PTX loader (mutated texts must load or raise LoadError, and what loads must run to an end in order), half to
random kernels, which must leave what a scalar oracle says. What fails is made small and kept in the output folder.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from pathlib import Path

from tests.fuzz import loader
from tests.fuzz.compare import WAYS, differences, minimised
from tests.fuzz.corpus import corpus
from tests.fuzz.generate import program_of

COMPILED_A_MINUTE = 4  # CUDA files of the corpus that nvcc translates


def main() -> int:
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=1.0, help="of both campaigns together (default 1)")
    parser.add_argument("--seed", type=int, help="default: drawn, and printed")
    parser.add_argument("--only", choices=("loader", "kernels"), help="all of the time for one of them")
    parser.add_argument("--out", type=Path, default=Path("out/fuzz"), help="folder for what fails (default out/fuzz)")
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().getrandbits(31)
    options.out.mkdir(parents=True, exist_ok=True)
    seconds = 60 * options.minutes / (1 if options.only else 2)
    bad: list[str] = []
    print(f"seed {seed}, {options.minutes:g} min", flush=True)
    if options.only != "kernels":
        texts = corpus(seed, max(4, round(COMPILED_A_MINUTE * options.minutes)))
        done = loader.campaign(texts, seed, seconds, options.out)
        counts = ", ".join(f"{count} {outcome}" for outcome, count in sorted(done.counts.items()))
        print(f"loader: {done.executions} texts out of {len(texts)}: {counts}", flush=True)
        bad += done.bad
    if options.only != "loader":
        programs, failed = kernels(seed, seconds, options.out)
        print(f"kernels: {programs} programs, {len(WAYS) * programs} launches, {len(failed)} differ from the oracle", flush=True)
        bad += failed
    for line in bad:
        print(line)
    return 1 if bad else 0


def kernels(seed: int, seconds: float, folder: Path, most_bad: int = 10) -> tuple[int, list[str]]:
    """Programs seed, seed + 1, … : how many, and a line for each that differs."""
    bad: list[str] = []
    number, end = seed, time.monotonic() + seconds
    while time.monotonic() < end and len(bad) < most_bad:
        program = program_of(number)
        said = differences(program)
        if said:
            small = minimised(program, lambda p: bool(differences(p)), most=500)
            file = folder / f"kernel-{number}.ptx"
            file.write_text("".join(f"// {line}\n" for line in differences(small)) + small.ptx(), encoding="utf-8")
            bad.append(f"kernel of seed {number}: {said[0]}: {file}")
        number += 1
    return number - seed, bad


if __name__ == "__main__":
    sys.exit(main())
