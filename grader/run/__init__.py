"""Run: Program -> Runs. Each case in its own sandboxed process on its own device; everything that counts is recorded outside of it."""

from grader.run.run import run
from grader.run.seeds import Seed, public_seed, secret_seed

__all__ = ["Seed", "public_seed", "run", "secret_seed"]
