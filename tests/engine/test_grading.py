"""What every worker does with its settings: the course must be where it is said to be, and seeds that came along are in force."""

from __future__ import annotations

from pathlib import Path

import msgspec

from grader.engine.contract import Settings
from grader.engine.grading import Grader
from grader.run.seeds import Seed, public_seed, secret_seed
from tests.engine.deeds import GOOD, task
from tests.engine.places import Places


def graded(settings: Settings, folder: Path) -> tuple[str, str, bool]:
    """Seed, fault, and whether another try could help."""
    outcome = Grader(settings, folder, "here").grade(task(1, GOOD))
    return outcome.grade.seed_id if outcome.grade else "", outcome.fault, outcome.retry


def test_seeds_that_came_along_are_in_force(settings: Settings, tmp_path: Path) -> None:
    other = secret_seed("scale_test", GOOD, tmp_path / "elsewhere")
    with_it = msgspec.structs.replace(settings, seeds={GOOD: other})
    assert graded(with_it, tmp_path) == (other.id, "", True)
    assert other.id != secret_seed("scale_test", GOOD).id


def test_without_any_the_machines_own_is_in_force(settings: Settings, tmp_path: Path) -> None:
    assert graded(settings, tmp_path)[0] == secret_seed("scale_test", GOOD).id


def test_public_checks_have_the_public_seed_whatever_came_along(settings: Settings, tmp_path: Path) -> None:
    public = msgspec.structs.replace(settings, public=True, seeds={GOOD: secret_seed("scale_test", GOOD, tmp_path / "elsewhere")})
    assert graded(public, tmp_path)[0] == public_seed("scale_test", GOOD).id


def test_a_seed_that_did_not_come_along_is_not_drawn(here: Places, settings: Settings, tmp_path: Path) -> None:
    others = msgspec.structs.replace(settings, seeds={"02_kill": Seed(secret=b"x" * 32, id="x")})
    assert graded(others, tmp_path) == ("", "no secret seed of 01_scale came along; start the batch again", True)


def test_a_course_that_isnt_there_is_said_so_and_no_other_is_taken(settings: Settings, tmp_path: Path) -> None:
    gone = msgspec.structs.replace(settings, course=f"{settings.course}/gone")  # in a folder above it there is a course
    seed, fault, retry = graded(gone, tmp_path)
    assert seed == "" and retry and fault.startswith(f"there is no folder {settings.course}/gone on ") and "shared folder" in fault


def test_secrets_are_not_in_what_is_printed() -> None:
    secret = bytes(range(65, 97))
    settings = Settings(course="/c", seeds={GOOD: Seed(secret=secret, id="abcd")})
    for text in (repr(settings), str(settings), f"{settings}", repr([settings])):
        assert secret.decode() not in text and str(secret) not in text and repr(secret) not in text
        assert text.startswith(("Settings(course='/c'", "[Settings(course='/c'")) and "seeds of 1" in text


def test_they_travel_all_the_same() -> None:
    settings = Settings(course="/c", seeds={GOOD: Seed(secret=b"x" * 32, id="abcd")})
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(settings), type=Settings) == settings
