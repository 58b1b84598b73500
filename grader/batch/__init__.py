"""Batch: submissions in a gradebook -> grades in it, many at a time. What is graded is never graded again; killed at any moment, the next
run goes on where this one was."""
