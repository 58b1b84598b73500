"""Spool: a student's files -> a package that arrives whole or not at all -> a submission in the gradebook, with the file server's time."""
