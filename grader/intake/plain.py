"""Plain: DIR/<student>/<files>, DIR/<assignment>/<student>/…, DIR/<student>/<assignment>/…; instead of a student's folder, one file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from grader.intake.record import Found, Intake, Part, Scene, Skipped, links, visible
from grader.unpack.unpack import ARCHIVE_SUFFIXES

ORIGIN = "folder"


def marks(folder: Path, scene: Scene) -> bool:
    """What nothing else claims is this."""
    return True


def read(folder: Path, scene: Scene) -> Found:
    inner = wrapped(folder, scene)
    folder = inner if inner is not None and inner.name == folder.resolve().name else folder  # class.zip, with class/ around everything
    entries = visible(folder)
    folders = [path for path in entries if path.is_dir()]
    intakes: list[Intake] = []
    skipped: list[Skipped] = []
    # a short name, "gemm", might be a student's; a slug, "09_gemm", is none
    named = [path for path in folders if scene.slug_of(path.name)]
    if folders and (named == folders or any(path.name in scene.assignments for path in named)):
        reason = "among the assignments' folders, and none itself"
        skipped += [Skipped(path=path, reason=reason) for path in entries if path not in named]
        skipped += [each for path in named for each in links(path)]
        groups = [(scene.slug_of(path.name), visible(path)) for path in named]
    else:
        groups = [(scene.slug_of(folder.resolve().name), entries)]
    for slug, people in groups:
        for path in people:
            if path.is_dir():
                intakes += _folder(path, slug, scene)
            elif student := _student(path, scene):
                intakes.append(_intake(student, slug, path, path.name))
            else:
                skipped.append(Skipped(path=path, reason="neither a student's folder nor a file that an assignment asks for"))
    return Found(layout="plain", intakes=tuple(intakes), skipped=tuple(skipped))


def wrapped(folder: Path, scene: Scene) -> Path | None:
    """The only folder in it, if that could be a class as well as a student: it holds folders, and else only what one may hand in."""
    entries = visible(folder)
    if len(entries) != 1 or not entries[0].is_dir() or scene.slug_of(entries[0].name) is not None:
        return None
    inside = visible(entries[0])
    some = any(path.is_dir() for path in inside) and all(path.is_dir() or _student(path, scene) for path in inside)
    return entries[0] if some and len(inside) > 1 and not all(scene.slug_of(path.name) for path in inside) else None


def _folder(path: Path, slug: str | None, scene: Scene) -> Iterator[Intake]:
    inner = visible(path)
    slugs = [scene.slug_of(each.name) if each.is_dir() else None for each in inner]
    if slug is None and inner and all(slugs):
        for each, found in zip(inner, slugs, strict=True):
            yield _intake(path.name, found, each, "", f"{path.name}/{each.name}")
    else:
        yield _intake(path.name, slug, path, "")


def _student(path: Path, scene: Scene) -> str:
    """Whose a single file is: alice.zip, alice.cu. "" if it is of no kind that is ever handed in."""
    low = path.name.casefold()
    suffixes = sorted({*ARCHIVE_SUFFIXES, *(f".{name.rpartition('.')[2]}" for name in scene.wanted())}, key=len, reverse=True)
    suffix = next((each for each in suffixes if low.endswith(each)), None)
    return path.name[: -len(suffix)] if suffix and path.is_file() else ""


def _intake(student: str, slug: str | None, path: Path, name: str, label: str = "") -> Intake:
    return Intake(who=student, assignment=slug, parts=(Part(path=path, name=name),), origin=ORIGIN, label=label or path.name)
