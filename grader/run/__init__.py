"""Run: Program -> Runs. Each case in its own sandboxed process on its own device; everything that counts is recorded outside of it.

The stage is `grader.run.run.run`. Nothing is imported here: a grade from the cache needs the seeds only, and NumPy takes its time.
"""
