"""Detectors: a Scene -> the wrong outputs whose class the evidence tells, one kind of evidence a module. `grader.checks.diagnosis` orders
them."""
