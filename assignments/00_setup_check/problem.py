"""00_setup_check: the recorded machines that the three files meet, and what must have become of them. Students have all of it but the
STAFF parts: `grader check` needs it.

problem_machines.py     the machines, one a case
problem_room.py         a machine as the files that a room begins with, and what drive.sh left there
problem_setup.py        setup.sh: the record of its runs
problem_setup_files.py  setup.sh: what became of files
problem_setup_calls.py  setup.sh: what it asked of other programs, and how it ended
problem_profile.py      bashrc_add
problem_probe.py        probe.py
"""

from __future__ import annotations

from .problem_machines import PUBLIC, SOURCE_LINE
from .problem_probe import FACTS, check_machine
from .problem_profile import check_aliases, check_cd, check_display, check_prompt, check_quiet
from .problem_room import recorded, room
from .problem_setup_calls import PACKAGES, PYTHON_PACKAGES, WINDOWS_PACKAGES, check_failure, check_packages, check_python, check_status
from .problem_setup_files import check_backups, check_profile_files, check_sources, check_untouched

__all__ = [
    "FACTS",
    "PACKAGES",
    "PUBLIC",
    "PYTHON_PACKAGES",
    "SOURCE_LINE",
    "WINDOWS_PACKAGES",
    "check_aliases",
    "check_backups",
    "check_cd",
    "check_display",
    "check_failure",
    "check_machine",
    "check_packages",
    "check_profile_files",
    "check_prompt",
    "check_python",
    "check_quiet",
    "check_sources",
    "check_status",
    "check_untouched",
    "recorded",
    "room",
]
