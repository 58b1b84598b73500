"""Doctor: a machine -> what works on it and what would mend the rest. `diagnose(this_machine())` is all that a command needs.

A probe is a pure function of a Machine (what files, programs and our own parts say), so that tests hand in recorded ones; a new probe is a
function and a row in table.py, or in course.py for what the course needs beyond the grader (`diagnose_course`).
"""

from grader.doctor.diagnosis import diagnose, diagnose_course
from grader.doctor.machine import Machine, Ran, this_machine
from grader.doctor.record import Diagnosis, Finding

__all__ = ["Diagnosis", "Finding", "Machine", "Ran", "diagnose", "diagnose_course", "this_machine"]
