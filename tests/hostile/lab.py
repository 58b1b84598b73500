"""The lab: a small course, secrets and traps around it, one judge -> what became of a trick or an honest program.

An attempt is judged like any submission of a batch; then the lab looks at what must not have happened: a secret in anything that the
judge keeps, a changed or planted file, a caller on a socket, a process that lives on, a judge that can't grade the next one.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import numpy as np

from grader.assignment import Assignment, load_assignment
from grader.errors import SubmissionError
from grader.gradebook.records import FULL_POINTS
from grader.gradebook.standing import raw_points
from grader.pipeline import Judge, grade, grade_recorded, open_judge
from grader.records import Grade, Record
from grader.run.inputs import make_inputs
from grader.run.seeds import Seed, public_seed
from grader.scripted.place import made as given_to
from grader.unpack import unpack
from tests import scale_course
from tests.hostile.corpus import HERE, Control, Trick, controls, lay_out, tricks
from tests.hostile.shown import NAMES, ill_shown
from tests.scripted import course as scripted_course

COURSE = Path(__file__).parents[2] / "assignments"
OWNED = "wg-owned"  # the name of what tricks plant: files, processes
PLACES = (Path("/tmp"), Path("/dev/shm"), Path("/var/tmp"))
RECORD_BYTES = 8 << 20  # of a grade and what it rests on, arrays aside
_GONE_S = 2.0  # how long a killed process may take to disappear


TOO_MUCH = b"\0more than a record should hold\0"


WORDS = "words"  # a small assignment whose cases run a command


class Outcome(Record, frozen=True, kw_only=True):
    """What became of one attempt. No faults: defeated, or an honest program that got its marks."""

    name: str
    faults: tuple[str, ...]
    verdict: str
    score: float
    max_score: float
    message: str = ""
    wall_s: float = 0.0


class Lab:
    """Traps and judge of one run; made by `opened`, used by several threads."""

    def __init__(self, root: Path, sandbox: str) -> None:
        self.root, self.sandbox = root, sandbox
        self.secret = f"canary{secrets.token_hex(12)}"
        self.callers: list[str] = []
        self._listening: list[socket.socket] = []
        course = scale_course.write_course(root / "course")
        for name in ("test_hidden.py", "problem.py", "assignment.toml"):
            with (course / name).open("a", encoding="utf-8") as file:
                file.write(f"# {self.secret}\n")
        for name in ("home", "work", "cache"):
            (root / name).mkdir()
            (root / name).chmod(0o755)
        self.canary = root / "home" / "expected.txt"
        self.canary.write_text(f"{self.secret}\n" + "0.5 1.5 2.5\n" * 50, encoding="utf-8")
        words = scripted_course.make(root / "words")
        self.assignments = {"scale": load_assignment(course), WORDS: words, **_of_the_course()}
        seed = secrets.token_bytes(32)
        self.judges = {name: self._judge(each, seed) for name, each in self.assignments.items()}
        self.words = {
            "COURSE": str(root / "course"),
            "CACHE": str(root / "cache"),
            "HOME": str(root / "home"),
            "CANARY": str(self.canary),
            "JUDGE": str(os.getpid()),
            "PORT": str(self._listen(socket.AF_INET, ("127.0.0.1", 0))),
            "ABSTRACT": f"warpgrade-lab-{secrets.token_hex(4)}",
            "PUBLIC_WORDS": str(self._public_words()),
            "PUBLIC_VALUES": ", ".join(f"{value!r}f" for value in self._public_values()),
        }
        self._listen(socket.AF_UNIX, "\0" + self.words["ABSTRACT"])
        self._before = self._things()

    def _judge(self, assignment: Assignment, seed: bytes) -> Judge:
        secret = Seed(secret=seed, id="redteam")
        return open_judge(assignment, sandbox=self.sandbox, seed=secret, cache=self.root / "cache", keep_grades=False)

    def _public_values(self) -> list[float]:
        """What the first case's X holds under the seed that students have at home."""
        scale = self.assignments["scale"]
        arrays = make_inputs(scale, scale.case("small"), 0, public_seed(scale.course, scale.slug))
        return [float(value) for value in np.asarray(arrays["X"])]

    def _public_words(self) -> int:
        """The answer to the first case of `words` under that seed."""
        words = self.assignments[WORDS]
        given = given_to(words, words.cases[0], public_seed(words.course, words.slug))
        return len(set(given["task/words.txt"].split()))

    # ---- one attempt

    def trick(self, name: str, trick: Trick) -> Outcome:
        start = time.perf_counter()
        made, kept = self._graded(HERE / name, f"trick-{name}", trick.assignment)
        faults = [*self._earned(trick, made), *self._reached(kept)]
        labels = NAMES if trick.group == "reports and exports" else ()
        faults += ill_shown(made, self.assignments[trick.assignment], self.root / "work" / f"shown-{name}", labels)
        if trick.alone:
            faults += [*self.left(), *self.changed()]
        faults += self._carries_on()
        return self._outcome(name, made, faults, start)

    def control(self, name: str, control: Control) -> Outcome:
        start = time.perf_counter()
        made, _ = self._graded(HERE / "honest" / name, f"honest-{name}", control.assignment)
        faults = []
        if made.verdict != "PASSED" or made.score != made.max_score or made.max_score != self._full(control.assignment):
            faults.append(f"an honest program got {made.verdict}, {made.score:g} of {self._full(control.assignment):g} points")
        return self._outcome(name, made, faults, start)

    def _outcome(self, name: str, made: Grade, faults: list[str], start: float) -> Outcome:
        return Outcome(
            name=name,
            faults=tuple(faults),
            verdict=made.verdict,
            score=made.score,
            max_score=made.max_score,
            message=made.message[:300],
            wall_s=time.perf_counter() - start,
        )

    def _graded(self, source: Path, label: str, slug: str) -> tuple[Grade, bytes]:
        """The grade, and everything that the judge kept, in one piece."""
        assignment, judge = self.assignments[slug], self.judges[slug]
        path = lay_out(source, self.root / "work" / label, self.words)
        blobs: list[bytes] = []
        lock = threading.Lock()

        def put(content: bytes) -> str:
            with lock:
                blobs.append(content)
            return hashlib.sha256(content).hexdigest()

        try:
            files = unpack(path, assignment)
        except SubmissionError:
            made = grade(path, assignment, judge, label)
            return made, msgspec.json.encode(made)
        made, evidence = grade_recorded(files, assignment, judge, label, put)
        record = [msgspec.json.encode(made), msgspec.json.encode(evidence)]
        if sum(map(len, record)) > RECORD_BYTES:
            record.append(TOO_MUCH)
        # the submission's own text names paths, and never the secret
        return made, b"\n".join([*record, *blobs])

    def _full(self, slug: str) -> float:
        return 10.0 if slug == "scale" else FULL_POINTS

    def _earned(self, trick: Trick, made: Grade) -> Iterator[str]:
        if made.verdict not in trick.verdicts:
            yield f"got {made.verdict}, not {' or '.join(trick.verdicts)}: {made.message[:200]}"
        if trick.says and trick.says not in made.message:
            yield f"the message doesn't say {trick.says!r}: {made.message[:200]}"
        open_checks = [c.id for c in made.checks if c.outcome == "not_run"]
        if trick.undecided:
            if not open_checks:
                yield "nothing of it is undecided"
        elif open_checks or made.max_score != self._full(trick.assignment):
            yield f"counts as not run: {', '.join(open_checks)}: {made.checks[0].message[:200] if made.checks else made.message}"
        if trick.known and made.score != trick.max_score:
            yield f"is known to earn {trick.max_score:g} points, and earned {made.score:g}"
        elif made.score > trick.max_score:
            points = raw_points(made.score, made.max_score)
            earned = [f"{c.id} {c.points:g}" for c in made.checks if c.points]
            yield f"earned {made.score:g} points ({points:g} of {FULL_POINTS:g}), at most {trick.max_score:g}: {', '.join(earned)}"

    def _reached(self, kept: bytes) -> Iterator[str]:
        if self.secret.encode() in kept:
            yield "a secret is in what it printed or left"
        if TOO_MUCH in kept:
            yield f"its record has more than {RECORD_BYTES >> 20} MiB"
        if self.callers:
            yield f"a socket outside of the sandbox was called: {', '.join(self.callers)}"
            self.callers.clear()

    def _carries_on(self) -> Iterator[str]:
        """The next student's grade, from a build that is in the cache."""
        scale = self.assignments["scale"]
        path = scale_course.submission(self.root / "work", "next", scale_course.GOOD)
        made = grade(path, scale, self.judges["scale"], "next")
        if (made.verdict, made.score, made.max_score) != ("PASSED", 10.0, 10.0):
            yield f"the next student got {made.verdict}, {made.score:g} of {made.max_score:g}: {made.message[:200]}"

    # ---- what lies around

    def changed(self) -> list[str]:
        """Files of the judge's that aren't what they were, and planted ones."""
        now, before = self._things(), self._before
        found = [f"{path} was {'changed' if path in before else 'planted'}" for path in sorted(now) if now[path] != before.get(path)]
        return [f"outside of the sandbox {text}" for text in [*found, *(f"{path} is gone" for path in before if path not in now)]]

    def _things(self) -> dict[str, str]:
        found = {}
        for folder in (self.root / "course", self.root / "words", self.root / "home"):
            for file in folder.rglob("*"):
                if file.is_file() and "__pycache__" not in file.parts:
                    found[str(file)] = hashlib.sha256(file.read_bytes()).hexdigest()
        for place in (*PLACES, self.root, self.root / "work", Path.cwd()):
            found |= {str(each): "" for each in place.glob(f"{OWNED}*")}
        return found

    def left(self) -> list[str]:
        """Processes of tricks that still live a while after their case has ended."""
        end = time.monotonic() + _GONE_S
        while (found := _named(OWNED)) and time.monotonic() < end:
            time.sleep(0.05)
        return [f"process {pid} lives on" for pid in found]

    def _listen(self, family: int, address: object) -> int:
        server = socket.socket(family, socket.SOCK_STREAM)
        server.bind(address)  # type: ignore[arg-type]
        server.listen()
        self._listening.append(server)

        def serve() -> None:
            while True:
                try:
                    caller, _ = server.accept()
                except OSError:
                    return
                self.callers.append(str(address))
                caller.close()

        threading.Thread(target=serve, daemon=True).start()
        name = server.getsockname()
        return int(name[1]) if family == socket.AF_INET else 0

    def close(self) -> None:
        for server in self._listening:
            server.close()


def _of_the_course() -> dict[str, Assignment]:
    """Assignments that some trick or control is written for, beside the lab's own."""
    named = {each.assignment for each in (*tricks().values(), *controls().values())} - {"scale", WORDS}
    return {name: load_assignment(COURSE / name) for name in sorted(named)}


@contextmanager
def opened(sandbox: str) -> Iterator[Lab]:
    """A lab in a fresh folder, which goes with it."""
    root = Path(tempfile.mkdtemp(prefix="warpgrade-lab-"))
    root.chmod(0o755)
    lab = Lab(root, sandbox)
    try:
        yield lab
    finally:
        lab.close()
        shutil.rmtree(root, ignore_errors=True)


def _named(name: str) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and (entry / "comm").read_text().strip() == name:
                found.append(int(entry.name))
        except OSError:
            continue
    return found
