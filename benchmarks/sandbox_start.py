"""How long a sandbox takes from start to exit of a command that does nothing. Run: `python benchmarks/sandbox_start.py [ROUNDS]`.

Prints one line a provider: median, least and most of ROUNDS (default 50) in milliseconds, beside a bare subprocess. Rounds of the
providers alternate, so that a busy machine slows all of them.
"""

from __future__ import annotations

import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from grader.errors import HarnessError
from grader.sandbox import SANDBOXES, Command, open_sandbox

NOTHING = ("/bin/true",)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    starters: dict[str, Callable[[], object]] = {"bare": lambda: subprocess.run(NOTHING, check=True)}
    for name in SANDBOXES:
        sandbox = open_sandbox(name)
        try:
            print(f"{name}: {sandbox.isolation().level}")
        except HarnessError as error:
            print(f"{name}: not run: {error}")
            continue
        starters[name] = lambda sandbox=sandbox: sandbox.run(Command(argv=NOTHING))  # type: ignore[misc]
    taken_ms: dict[str, list[float]] = {name: [] for name in starters}
    for _ in range(rounds):
        for name, start in starters.items():
            before = time.perf_counter()
            start()
            taken_ms[name].append((time.perf_counter() - before) * 1e3)
    print(f"start to exit of {NOTHING[0]}, {rounds} rounds, Linux {platform.release()}, Python {platform.python_version()}")
    print(f"{'provider':<10}{'median ms':>10}{'least':>8}{'most':>8}")
    for name, values in taken_ms.items():
        print(f"{name:<10}{statistics.median(values):>10.1f}{min(values):>8.1f}{max(values):>8.1f}")


if __name__ == "__main__":
    main()
