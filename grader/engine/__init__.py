"""Engine: tasks -> outcomes, several at a time: processes of this machine, or a Ray cluster's. Knows nothing of students or gradebooks."""
