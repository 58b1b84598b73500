"""Intake: a folder as a learning platform or a TA leaves it -> who handed in what, and when. The layouts are rows of a table."""
