"""Workflow: what to install and where the course is -> the file that a forge runs at each change. Plain text; nothing is looked up."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from grader.toolchain import UsageError

_REQUIREMENT = re.compile(r"[A-Za-z0-9._/+@:=~<>!,\[\]-]+")
_BRANCH = re.compile(r"[A-Za-z0-9._/-]+")

GITHUB = """\
# Checks the course at each change: every reference gets full marks, every known-wrong solution its verdict and line.
# Written by `grader ci`. Yours to edit.
name: Verify the course
on:
  push:
    branches: [{branch}]
  pull_request:
  workflow_dispatch:
concurrency:
  group: verify-${{{{ github.ref }}}}
  cancel-in-progress: true
permissions:
  contents: read
  security-events: write # for the SARIF file
jobs:
  verify:
    runs-on: ubuntu-24.04
    timeout-minutes: 120
    env:
      GRADER_COURSE: {course}
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - name: Let the sandbox make namespaces
        run: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0
      - name: Install the grader
        id: install
        run: python -m pip install {requirement}
      - name: Lint
        run: grader lint --json > "$RUNNER_TEMP/lint.json"
      - name: Verify
        if: ${{{{ !cancelled() && steps.install.outcome == 'success' }}}}
        run: grader verify --json > "$RUNNER_TEMP/verify.json"
      - name: Annotate
        if: ${{{{ !cancelled() && steps.install.outcome == 'success' }}}}
        run: |
          grader ci annotate "$RUNNER_TEMP/lint.json" "$RUNNER_TEMP/verify.json"
          grader ci sarif "$RUNNER_TEMP/lint.json" "$RUNNER_TEMP/verify.json" --force -o "$RUNNER_TEMP/course.sarif"
      - name: Upload for code scanning
        if: ${{{{ !cancelled() && steps.install.outcome == 'success' }}}}
        continue-on-error: true # a private repository, or a pull request from a fork, may not have it
        uses: github/codeql-action/upload-sarif@v3
        with:
          sarif_file: ${{{{ runner.temp }}}}/course.sarif
          category: course
"""

GITLAB = """\
# Checks the course at each change: every reference gets full marks, every known-wrong solution its verdict and line.
# Written by `grader ci gitlab`. Yours to edit.
verify-course:
  image: python:3.12
  timeout: 2 hours
  variables:
    GRADER_COURSE: {course}
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  before_script:
    - apt-get update && apt-get install -y --no-install-recommends g++
    - python -m pip install {requirement}
  script:
    # The course's own solutions are run here, and a runner's container is no place for a second one: hence no sandbox.
    - status=0
    - grader lint --json > lint.json || status=$?
    - grader verify --sandbox none --json > verify.json || status=$?
    - grader ci codequality lint.json verify.json --force -o gl-code-quality-report.json
    - exit $status
  artifacts:
    when: always
    paths: [lint.json, verify.json]
    reports:
      codequality: gl-code-quality-report.json
"""


@dataclass(frozen=True)
class Workflow:
    """A forge: its template, and where it looks for the file."""

    name: str
    path: str  # below the repository's root
    template: str

    def text(self, *, requirement: str, course: str = "", branch: str = "main") -> str:
        """The file. `requirement`: what pip installs; `course`: the course's folder below the repository's root, "" if it is the root.
        Raises UsageError for what would not be one word in a shell."""
        if not _REQUIREMENT.fullmatch(requirement) or requirement.startswith("-"):
            raise UsageError(
                f"--install {requirement!r}: write what pip installs, as warpgrade==0.1.0 or a wheel's address, with no spaces"
            )
        if not _BRANCH.fullmatch(branch) or branch.startswith("-"):
            raise UsageError(f"--branch {branch!r}: letters, digits and . _ / - only")
        below = PurePosixPath(course)
        if below.is_absolute() or ".." in below.parts or not re.fullmatch(r"[\w./-]*", course):
            raise UsageError(
                f"the course lies in {course!r}; a folder below the repository, of letters, digits and . _ / - only, is needed"
            )
        return self.template.format(requirement=json.dumps(requirement), course=json.dumps(str(below)), branch=json.dumps(branch))


WORKFLOWS: Final[dict[str, Workflow]] = {
    row.name: row
    for row in (
        Workflow("github", ".github/workflows/verify-course.yml", GITHUB),
        Workflow("gitlab", ".gitlab-ci.yml", GITLAB),
    )
}
