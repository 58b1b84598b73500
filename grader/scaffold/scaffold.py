"""From the templates of a kind to the files of one assignment, and into a course: all of them or none, and over nothing that is there.

A template is an ordinary file with @PLACES@ to fill in and `.template` behind its name, so that no tool takes it for code. The starter is
no template: it is the reference without its solution, as it will always be.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from grader.course import PACKAGE, Course, bundled_course, slugs
from grader.errors import AssignmentError
from grader.fences import starter_of
from grader.handout import place
from grader.records import Record
from grader.toolchain import UsageError

TEMPLATES = Path(__file__).resolve().parent
SUFFIX = ".template"
KINDS = tuple(sorted(f.name for f in TEMPLATES.iterdir() if f.is_dir() and any(f.rglob(f"*{SUFFIX}"))))
FAULT = "@FAULT@"  # stands on the line of a mutant's fault, and in mutants.toml where its number goes
NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")


class Scaffold(Record, frozen=True, kw_only=True):
    """The files of a new assignment, relative to the course's root."""

    slug: str
    root: Path
    files: dict[str, bytes]
    assignment: str  # folder, relative to root
    reference: str


def scaffold(name: str, course: Course, *, kind: str, title: Mapping[str, str], weight: float = 1.0) -> Scaffold:
    """ "affine" or "30_affine" -> its files; without a number, the next free one. `title` may lack languages.

    Raises UsageError for a name, kind or weight that won't do, AssignmentError if the course can't take one."""
    if kind not in KINDS:
        raise UsageError(f"there is no template for an assignment of kind {kind!r} yet; known are {', '.join(KINDS)}")
    if not 0 < weight <= 1000:
        raise UsageError(f"weight {weight:g} must lie between 0 and 1000")
    slug = _slug(name, course)
    short = slug.partition("_")[2]
    english = title.get("en") or short.replace("_", " ").capitalize()
    values = {"SLUG": slug, "NUMBER": slug[:2], "NAME": short, "UPPER": short.upper(), "WEIGHT": f"{weight:g}"}
    values |= {
        "HIDDEN": "test_hidden",
        "MUTANTS": "mutants",
        "HONEST": "honest",
    }  # so that a package for students has no file of these names
    values |= {"TITLE": _plain(english), "TITLE_KO": _plain(title.get("ko") or english)}
    root, assignments, reference, header = _places(course, slug)
    values["HEADER"] = f"{os.path.relpath(root / header, root / assignments / slug)}/ck/{short}.h"
    made = {path: _filled(text, values) for path, text in _templates(kind, values)}
    fault = {path: _line_of_fault(text) for path, text in made.items()}
    lines = next(iter({path: line for path, line in fault.items() if line and not path.endswith(".toml")}.values()))
    files = {}
    for path, text in made.items():
        text = text.replace(f"  // {FAULT}", "").replace(FAULT, str(lines))
        part, _, rest = path.partition("/")
        target = {"assignment": f"{assignments}/{slug}", "solutions": f"{reference}/{slug}", "header": header}[part]
        files[f"{target}/{rest}"] = text
    code = f"{short}.cu"
    files[f"{assignments}/{slug}/starter/{code}"] = starter_of(files[f"{reference}/{slug}/{code}"], code)
    last = f"{assignments}/{slug}/assignment.toml"  # what makes the folder an assignment comes last
    ordered = {path: files[path].encode() for path in [*(p for p in sorted(files) if p != last), last]}
    return Scaffold(slug=slug, root=root, files=ordered, assignment=f"{assignments}/{slug}", reference=f"{reference}/{slug}")


def write(new: Scaffold) -> None:
    """All files or none. Raises UsageError, with nothing written, if one of the folders is there already."""
    for folder in (new.assignment, new.reference):
        if os.path.lexists(new.root / folder):
            raise UsageError(f"{new.root / folder} is there already; nothing was written. Choose another name, or move it away")
    place(new.files, new.root)


def seat(name: str, course: Course) -> tuple[str, Path, str, str]:
    """Where a new assignment goes: its slug, the course's root, and below it the assignment's folder and the reference's. Raises as
    `scaffold`."""
    slug = _slug(name, course)
    root, assignments, reference, _ = _places(course, slug)
    return slug, root, f"{assignments}/{slug}", f"{reference}/{slug}"


def _slug(name: str, course: Course) -> str:
    number, _, short = name.partition("_") if re.match(r"\d", name) else ("", "", name)
    if not NAME.fullmatch(short) or (number and not re.fullmatch(r"\d\d", number)):
        raise UsageError(
            f"{name!r} won't do as a name; write affine or 30_affine: two figures, then small letters, figures and underscores"
        )
    known = slugs(course)
    if not number:
        taken = [int(slug[:2]) for slug in {*known, *course.order} if re.match(r"\d\d_", slug)]
        if max(taken, default=-1) >= 99:
            raise UsageError(f"number 99 is taken; say the number yourself: NN_{short}")
        number = f"{max(taken, default=0) + 1:02}"
    twins = [slug for slug in known if slug.partition("_")[2] == short or slug[:2] == number]
    if twins:
        raise UsageError(f"{twins[0]} is there already; its number or name would be this one's too. Choose another")
    return f"{number}_{short}"


def _places(course: Course, slug: str) -> tuple[Path, str, str, str]:
    """The course's root, and below it: the folder of assignments, that of references, and where the header's folder ck/ goes."""
    if course.file.is_relative_to(PACKAGE):
        raise AssignmentError(
            "the course that comes with the package is no place to write into. Make your own: a folder with a file course.toml in which "
            'stands id = "my_course", and run this there'
        )
    ours = bundled_course()
    if course.file == ours.file and not Path.cwd().is_relative_to(ours.assignments.parent) and not os.environ.get("GRADER_COURSE"):
        raise AssignmentError(
            f"no course.toml in any parent folder. Write into the course in {ours.assignments.parent} from there, or make your own: a file "
            'course.toml in which stands id = "my_course"'
        )
    root = course.reference.parent
    assignments = course.assignments
    if assignments == root and not slugs(course):  # a course.toml and nothing else yet
        assignments = root / "assignments"
    own_headers = course.include.is_relative_to(root)
    header = course.include.relative_to(root).as_posix() if own_headers else f"{assignments.relative_to(root).as_posix()}/{slug}/include"
    return root, assignments.relative_to(root).as_posix(), course.reference.relative_to(root).as_posix(), header


def _templates(kind: str, values: Mapping[str, str]) -> list[tuple[str, str]]:
    folder = TEMPLATES / kind
    return [
        (_filled(file.relative_to(folder).as_posix().removesuffix(SUFFIX), values), file.read_text(encoding="utf-8"))
        for file in sorted(folder.rglob(f"*{SUFFIX}"))
    ]


def _filled(text: str, values: Mapping[str, str]) -> str:
    return re.sub(r"@([A-Z_]+)@", lambda found: values.get(found[1], found[0]), text)


def _line_of_fault(text: str) -> int | None:
    return next((number for number, line in enumerate(text.splitlines(), 1) if line.endswith(f"// {FAULT}")), None)


def _plain(title: str) -> str:
    """A title as it can stand in TOML, Markdown and SVG."""
    text = " ".join(title.split())
    if not text or re.search(r'["\\<>&|\[\]@]', text):
        raise UsageError(f"the title {title!r} won't do: leave out quotation marks, backslashes, brackets, <, >, &, | and @")
    return text
