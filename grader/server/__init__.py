"""Server: `grader serve`. Requests with a student's token -> hand-ins in the gradebook, receipts, grades, checks of unfinished work."""
