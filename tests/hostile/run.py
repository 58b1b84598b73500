"""`python -m tests.hostile.run [--sandbox NAME] [--only NAME …] [--json]`: every trick and every honest program of the corpus, one run.

The last line counts them; what is known to work stands in the line before. Exit status: 0 all defeated and no false positive, 1 not so,
2 wrong usage, 3 the sandbox can't work here.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec

from grader.errors import HarnessError
from grader.sandbox import SANDBOXES
from tests.hostile.corpus import Control, Trick, controls, tricks
from tests.hostile.lab import Lab, Outcome, opened

UNSAFE = "none"  # isolates nothing: these programs kill what they can reach


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.hostile.run", description="The red-team corpus, on one sandbox.")
    parser.add_argument("--sandbox", default="local", choices=sorted(set(SANDBOXES) - {UNSAFE}))
    parser.add_argument("--only", action="append", metavar="NAME", help="a trick or an honest program; may be given several times")
    parser.add_argument("--json", action="store_true", help="print one JSON object and, last, the counts")
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)), metavar="N")
    options = parser.parse_args(argv)
    bad, good = tricks(), controls()
    if unknown := set(options.only or ()) - bad.keys() - good.keys():
        parser.error(f"unknown {', '.join(sorted(unknown))}; known are {', '.join([*bad, *good])}")
    if options.only:
        bad = {name: trick for name, trick in bad.items() if name in options.only}
        good = {name: control for name, control in good.items() if name in options.only}
    try:
        with opened(options.sandbox) as lab:
            return _run(lab, bad, good, options.workers, print_json=options.json)
    except HarnessError as error:
        print(f"not run: the sandbox {options.sandbox} can't work here: {error}", file=sys.stderr)
        return 3


def _run(lab: Lab, bad: dict[str, Trick], good: dict[str, Control], workers: int, *, print_json: bool) -> int:
    left_out = sorted(name for name, trick in bad.items() if trick.gpu)
    known = sorted(name for name, trick in bad.items() if trick.known)
    beside = [name for name, trick in bad.items() if not trick.gpu and not trick.alone]
    alone = [name for name, trick in bad.items() if not trick.gpu and trick.alone]
    outcomes: list[Outcome] = []

    def one(name: str) -> Outcome:
        found = lab.trick(name, bad[name]) if name in bad else lab.control(name, good[name])
        outcomes.append(found)
        if not print_json:
            _tell(found, name in known)
        return found

    with ThreadPoolExecutor(max_workers=workers) as pool:
        list(pool.map(one, [*beside, *good]))
    for name in alone:
        one(name)
    for found in [each for each in outcomes if each.name in bad and _by_load(each, bad[each.name])]:
        outcomes.remove(found)
        one(found.name)
    traces = [*lab.left(), *lab.changed()]
    tried = [each for each in outcomes if each.name in bad and each.name not in known]
    missed = [each for each in tried if each.faults]
    honest = [each for each in outcomes if each.name in good]
    flagged = [each for each in honest if each.faults]
    altered = [each for each in outcomes if each.name in known and each.faults]
    if print_json:
        found = {"sandbox": lab.sandbox, "outcomes": msgspec.to_builtins(outcomes), "known": known, "not_run": left_out, "left": traces}
        print(json.dumps(found, indent=2))
    else:
        for trace in traces:
            print(f"FAULT     {trace}")
        if left_out:
            print(f"not run (they cheat a clock, and there is none without a GPU): {', '.join(left_out)}")
        if known:
            print(f"known (they work, are accepted, and are not counted): {', '.join(known)}")
        for each in (*missed, *flagged, *altered):  # once more, where whoever reads the end of a long log finds it
            print(f"FAULT     {each.name}: {'; '.join(each.faults)} ({each.message})")
    counts = f"tried {len(tried)} defeated {len(tried) - len(missed)} honest {len(honest)} false-positives {len(flagged)}"
    print(f"{counts} not-run {len(left_out)}")
    return 1 if missed or flagged or altered or traces or not outcomes else 0


def _by_load(each: Outcome, trick: Trick) -> bool:
    """Whether all that was wrong is the verdict's name, or that something wasn't run: on a busy machine a limit of time may come first.
    Such a one is tried again by itself, and both lines stand. Points too many, or anything reached, are never tried again."""
    harmless = ("got ", "counts as not run")
    return bool(each.faults) and each.score <= trick.max_score and all(fault.startswith(harmless) for fault in each.faults)


def _tell(each: Outcome, known: bool) -> None:
    mark = "FAULT   " if each.faults else "known   " if known else "ok      "
    print(f"{mark}  {each.name:<36} {each.verdict:<24} {each.score:g} of {each.max_score:g}  {each.wall_s:.1f} s", flush=True)
    for fault in each.faults:
        print(f"          {fault}", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
