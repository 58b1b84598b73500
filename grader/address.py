"""Address: everything that a grade depends on -> two digests. Equal `runs`: the same recorded runs; equal `grade`: the same grade.

The first tells whether a program must run again, the second whether anything must: a mended check changes only the second, and is
evaluated over the runs that were recorded. What is the same for all submissions of an assignment is read once, in a `Basis`.
"""

from __future__ import annotations

import hashlib
import os
import sys
from functools import lru_cache
from pathlib import Path

import msgspec

from grader import natives, toolchain
from grader.assignment import Assignment
from grader.build.cache import digest_of
from grader.devices.profiles import profile_file
from grader.lanes import digest as lane_digest
from grader.libraries import LIBRARIES, digest, version
from grader.records import Grounds, Isolation, Record, Source
from grader.run.seeds import Seed

_PACKAGE = Path(__file__).resolve().parent
# Of the package: what only judges recorded runs, and what has no part in a grade. All else shapes the runs: a part that is new and named
# nowhere does so too, which costs time and never a wrong grade.
_JUDGES = {"checks", "score", "verdicts"}
_APART = {
    *("cli", "report", "doctor", "lint", "scaffold", "release", "verify", "course", "gradebook", "engine", "batch", "intake", "spool"),
    *("server", "export", "ci", "regrade", "audit", "blobs.py", "evidence.py", "late.py", "handout.py", "grades.py", "course_file.py"),
    *("owners.py", "look", "native", "core", "device", "cuda_runtime", "coverage", "__pycache__"),
}
_SKIPPED = {"starter", "__pycache__", ".pytest_cache"}


class Address(Record, frozen=True, kw_only=True):
    """Content addresses of one submission in one assignment."""

    runs: str
    grade: str


class Basis(Record, frozen=True, kw_only=True):
    """What all submissions of an assignment share: assignment folder, shared headers, compiler, native programs, device profile, sandbox
    policy, seed, and the grader itself. `grounds` says the same part by part."""

    slug: str
    runs: str
    checks: str
    grounds: Grounds = Grounds()

    def of(self, source: Source) -> Address:
        """The address of one submission's files."""
        runs = digest_of(["runs-1", self.runs, source.digest, *source.ignored])
        return Address(runs=runs, grade=digest_of(["grade-2", runs, self.checks]))

    def of_refused(self, filename: str, content: str) -> Address:
        """The address of what can't be unpacked, by its file name, which the message tells, and the digest of its bytes. No content can be
        made to have another submission's address: the words before it differ."""
        runs = digest_of(["refused-1", self.runs, filename, content])
        return Address(runs=runs, grade=digest_of(["grade-2", runs, self.checks]))

    def grounds_of(self, source: Source) -> Grounds:
        """What the grade of one submission's files rests on."""
        return msgspec.structs.replace(self.grounds, submission={name: _sha256(content) for name, content in sorted(source.files.items())})


def basis(assignment: Assignment, seed: Seed, device: str, isolation: Isolation, hidden: bool) -> Basis:
    """Reads the assignment's folder. `device` is a label as "emulated:a100"; `hidden` is False for public cases and checks only."""
    runs: list[bytes | str] = [assignment.slug, device, str(hidden)]
    checks: list[bytes | str] = []
    shaping: dict[str, str] = {}  # name -> digest
    judging: dict[str, str] = {}
    for folder, shown in ((assignment.folder, ""), (assignment.include, "include/")):
        for file in _files(folder):
            name, content = str(file.relative_to(folder)), file.read_bytes()
            parts, told = (checks, judging) if _judges(file, assignment) else (runs, shaping)
            parts += [name, content]
            told[shown + name] = _sha256(content)
    runs += [f"{name}:{lane_digest(name)}" for name in assignment.lanes]
    if assignment.answers or assignment.kind == "notebook":  # a starter shapes no grade, but for what answers are about, and locked cells
        for file in _files(assignment.folder / "starter"):
            runs.append(content := file.read_bytes())
            shaping[str(file.relative_to(assignment.folder))] = _sha256(content)
    kind, _, profile = device.partition(":")
    if kind == "cuda" and any(case.timed for case in assignment.cases):  # what times are compared with
        for name in assignment.files:
            if (path := assignment.reference / name).is_file():
                runs.append(content := path.read_bytes())
                shaping[f"reference/{name}"] = _sha256(content)
    figures = profile_file(profile).read_bytes() if kind == "emulated" else b""
    runs += [toolchain.toolchain_digest(), natives.natives_digest(), figures]
    runs += [msgspec.json.encode(isolation), seed.secret, *package_digests()[:1], sys.version]
    libraries = {name: digest(name) if kind == "emulated" else version(LIBRARIES[name]) for name in assignment.libraries}
    runs += [f"{name}:{content}" for name, content in libraries.items()]
    grounds = Grounds(
        assignment=shaping if hidden else {},
        checks=judging if hidden else {},
        limits={name: float(value) for name, value in msgspec.structs.asdict(assignment.limits).items()},
        toolchain=_compiler(),
        libraries=libraries,
        grader=_ours(),
        device=device,
        profile=_sha256(figures) if figures else "",
        sandbox=_sha256(msgspec.json.encode(isolation)),
        image=isolation.image,
        seed_id=seed.id,
        hidden=hidden,
    )
    judges = digest_of([*checks, package_digests()[1], _numpy()])
    return Basis(slug=assignment.slug, runs=digest_of(runs), checks=judges, grounds=grounds)


def judged_now(recorded: Grounds | None, assignment: Assignment) -> Grounds | None:
    """What a grade rests on whose runs were recorded before, and which is judged with the assignment as it is now. None if nothing says
    what the runs rested on."""
    if recorded is None:
        return None
    grader = {**recorded.grader, "checks": package_digests()[1], "numpy": _numpy()}
    if not recorded.hidden:
        return msgspec.structs.replace(recorded, grader=grader)
    judging = {file.name: _sha256(file.read_bytes()) for file in _files(assignment.folder) if _judges(file, assignment)}
    shaping = dict(recorded.assignment)
    judged_by = {assignment.problem.name: "", **{file.name: _sha256(file.read_bytes()) for file in assignment.problem_files}}
    for name, problem in judged_by.items():
        if shaping.get(name, "") != problem:  # inputs came of the one, expected values come of the other
            shaping[f"{name}, as it judged"] = problem
    return msgspec.structs.replace(recorded, checks=judging, assignment=shaping, grader=grader)


def _judges(file: Path, assignment: Assignment) -> bool:
    """Whether a file only judges recorded runs."""
    return file.parent == assignment.folder and file.name.startswith("test_") and file.suffix == ".py"


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@lru_cache(maxsize=1)
def _compiler() -> dict[str, str]:
    """Its parts as `toolchain_digest` takes them."""
    host = toolchain.host_compiler().resolve()
    status = host.stat()
    flags = " ".join([*toolchain.FLAGS, *toolchain.SHARED_FLAGS])
    return {
        **toolchain.toolchain_versions(),
        "host compiler": f"{host.name}, {status.st_size} bytes of {status.st_mtime_ns // 10**9}",
        "flags": flags,
    }


@lru_cache(maxsize=1)
def _ours() -> dict[str, str]:
    """The grader itself and what it runs on."""
    runs, checks = package_digests()
    return {
        "version": _version("warpgrade"),
        "runs": runs,
        "checks": checks,
        "programs": natives.natives_digest(),
        "python": sys.version.split()[0],
        "numpy": _numpy(),
    }


@lru_cache(maxsize=1)
def _numpy() -> str:
    """Expected values are computed with it."""
    return _version("numpy")


def _version(name: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _files(folder: Path) -> list[Path]:
    """Files that a grade can depend on: hand-outs and starters are none, nor what Python leaves behind."""
    found = []
    for path, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - _SKIPPED)
        found += [Path(path, name) for name in sorted(names) if not name.endswith((".md", ".pyc"))]
    return found


@lru_cache(maxsize=1)
def package_digests() -> tuple[str, str]:
    """Of the grader's own files by content, so that two machines agree: of those that shape runs, and of those that judge them."""
    shaping: list[bytes | str] = []
    judging: list[bytes | str] = []
    for path, folders, names in os.walk(_PACKAGE):
        folders[:] = sorted(set(folders) - _APART)
        inside = os.path.relpath(path, _PACKAGE)
        part = judging if inside.partition(os.sep)[0] in _JUDGES else shaping
        for name in sorted(names):
            if name.endswith((".py", ".toml", ".ini")) and name not in _APART:
                with open(os.path.join(path, name), "rb") as file:
                    part += [f"{inside}/{name}", file.read()]
    return digest_of(shaping), digest_of(judging)
