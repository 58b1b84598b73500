"""Gradescope's autograder: a course and one assignment -> the zip that Gradescope builds an image of: setup.sh, run_autograder, the checks.

The zip holds what grading needs and no answer: the assignment's folder with its hidden checks, the course's headers, course.toml, and the
secret seed, so that grades there and here have the same inputs. It is for the staff alone.
"""

from __future__ import annotations

import io
import re
import shlex
import zipfile
from pathlib import Path

from grader.course import Course
from grader.errors import HarnessError
from grader.run.seeds import Seed
from grader.toolchain import UsageError

_SKIPPED = {"__pycache__", ".pytest_cache", ".git"}
_STAMP = (2020, 1, 1, 0, 0, 0)  # the same zip for the same course
_MAX_MIB = 200
_SANDBOXES = ("local", "none")

SETUP = """\
#!/usr/bin/env bash
# Runs once, when Gradescope builds the image: installs the grader below /autograder/grader.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install -y --no-install-recommends g++ ca-certificates
PYTHON={python}
if [ -z "$PYTHON" ]; then
  for each in python3.13 python3.12 python3.11; do
    if command -v "$each" >/dev/null || apt-get install -y --no-install-recommends "$each" "$each-venv"; then PYTHON=$each; break; fi
  done
fi
apt-get install -y --no-install-recommends "$PYTHON" "$PYTHON-venv"
"$PYTHON" -m venv /autograder/grader
/autograder/grader/bin/pip install --no-cache-dir {requirement}
chmod -R go-rwx /autograder/source/data
GRADER_DATA=/autograder/source/data GRADER_COURSE=/autograder/source/course /autograder/grader/bin/grader list
"""

RUN = """\
#!/usr/bin/env bash
# Runs for each submission: grades it and writes results.json. If something of ours fails there is no results.json, and Gradescope says
# that the autograder failed: that costs no student anything. What happened stands in the output that only staff see.
set -u
export GRADER_DATA=/autograder/source/data GRADER_COURSE=/autograder/source/course PATH=/autograder/grader/bin:$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -f /autograder/results/results.json
grader grade {slug} /autograder/submission --sandbox {sandbox} --lang {language} --no-cache --json > "$work/grade.json"
status=$?
if [ "$status" -gt 1 ]; then
  echo "grader grade ended with $status: not graded" >&2
  exit "$status"
fi
grader export gradescope --from "$work/grade.json" --lang {language} --force -o /autograder/results/results.json
"""


def autograder_zip(
    course: Course, slug: str, *, seed: Seed, version: str, wheel: Path | None = None, sandbox: str = "local", language: str = "en"
) -> bytes:
    """The zip as bytes. Raises UsageError for a wheel or a sandbox that can't be, HarnessError for a course that can't be read."""
    if sandbox not in _SANDBOXES:
        raise UsageError(f"unknown sandbox {sandbox!r}; known are {', '.join(_SANDBOXES)}")
    python, requirement = "", f"warpgrade=={version}"
    files: dict[str, tuple[bytes, int]] = {}
    if wheel is not None:
        python, requirement = _python_of(wheel), f"/autograder/source/{wheel.name}"
        files[wheel.name] = (_content(wheel), 0o644)
    files["setup.sh"] = (SETUP.format(python=shlex.quote(python), requirement=shlex.quote(requirement)).encode(), 0o755)
    run = RUN.format(slug=shlex.quote(slug), sandbox=sandbox, language=language)
    files["run_autograder"] = (run.encode(), 0o755)
    files[f"data/seeds/{course.id}/{slug}.seed"] = (seed.secret.hex().encode() + b"\n", 0o600)
    files["course/assignments/course.toml"] = (_content(course.file), 0o644)
    for folder, name in ((course.assignments / slug, f"course/assignments/{slug}"), (course.include, "course/kernels/include")):
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            below = path.relative_to(folder)
            if path.is_file() and not _SKIPPED & set(below.parts):
                files[f"{name}/{below.as_posix()}"] = (_content(path), 0o644)
    if (size := sum(len(content) for content, _ in files.values())) > _MAX_MIB << 20:
        raise UsageError(f"the autograder would have {size >> 20} MiB; Gradescope takes {_MAX_MIB} at most: take big files out of {slug}")
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (content, mode) in files.items():
            entry = zipfile.ZipInfo(name, _STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100000 | mode) << 16
            archive.writestr(entry, content)
    return out.getvalue()


def _python_of(wheel: Path) -> str:
    """The Python that a wheel is for, "python3.11"; "" if any will do. Raises UsageError if it is no wheel of ours for Linux."""
    found = re.fullmatch(r"warpgrade-[^-]+(?:-\d[^-]*)?-(?P<python>[^-]+)-[^-]+-(?P<platform>[^-]+)\.whl", wheel.name)
    if found is None:
        raise UsageError(f"--wheel {wheel.name} is no wheel of the grader; its name begins with warpgrade- and ends with .whl")
    if "linux" not in found["platform"] or "x86_64" not in found["platform"]:
        raise UsageError(f"--wheel {wheel.name} is for {found['platform']}; Gradescope's images are Linux on x86-64")
    version = re.fullmatch(r"cp3(\d+)", found["python"])
    return f"python3.{version[1]}" if version else ""


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise UsageError(f"there is no file {path}") from None
    except OSError as error:
        raise HarnessError(f"{path} can't be read: {error.strerror or error}") from None
