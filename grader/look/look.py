"""Look: a submission's files, and the built program where there is one -> Sightings for the staff. Pure; milliseconds; never an error.

Evidence for a person, never a verdict: nothing here moves a point, since every honest program may have a reason. Source and built program
are read apart: macros hide names from the first, and lines from the second. What the assignment's own starter does is no news.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import PurePosixPath

from grader.assignment import Assignment
from grader.libraries import LIBRARIES, TELLS
from grader.look.assembly import assembly
from grader.look.data import kept, special_sizes, tables
from grader.look.elf import linked
from grader.look.names import of_import, takes_the_place
from grader.look.ptx import device_code, look_at_ptx
from grader.look.rules import ORDER, rule
from grader.look.source import Seen, attributes, definitions, device, directives, exits, invisible, names, strings
from grader.look.tokens import LONGEST_CONTINUED, line_of, pairs, read
from grader.records import Program, Sighting, Source

CODE = (".cu", ".cuh", ".cpp", ".cc", ".cxx", ".c", ".h", ".hpp", ".hh", ".inl")
MOST_OF_A_RULE = 3  # sightings of one rule in one file
MOST = 40  # sightings in all
LARGEST_TOTAL_BYTES = 512 << 10
LARGEST_PROGRAM_BYTES = 64 << 20
LONGEST_EXCERPT = 160
_LIBRARIES = ("libcudart", "libstdc++", "libgcc_s", "libc.so", "libm.so", "libpthread", "libdl", "librt", "ld-linux")


def look(
    files: Mapping[str, bytes], program: bytes = b"", *, starter: Mapping[str, bytes] | None = None, libraries: Sequence[str] = ()
) -> tuple[Sighting, ...]:
    """`files`: name -> content, of the submission. `program`: the built shared object, b"" if there is none. `starter`: the files that the
    student began with. `libraries`: those that the assignment asks for. The gravest rules first, then by place."""
    usual = _starters(tuple(sorted((starter or {}).items())))
    sources, named = _sources(files, libraries)
    found = [*sources, *(_built(program, files, named, {each.code for each in sources}, libraries) if program else ())]
    kept_ = _bounded(each for each in found if each.code not in usual)
    return tuple(sorted(kept_, key=lambda each: (ORDER[each.code], each.file is None, each.file or "", each.line or 0)))[:MOST]


def look_again(
    files: Mapping[str, bytes],
    before: Iterable[Sighting],
    *,
    starter: Mapping[str, bytes] | None = None,
    libraries: Sequence[str] = (),
) -> tuple[Sighting, ...]:
    """The source with the rules of today, and what was seen `before` in a built program that isn't there any more."""
    again = look(files, starter=starter, libraries=libraries)
    told = {(each.code, each.file, each.line) for each in again if each.line}
    kept_ = [each for each in before if not _of_source(each, files) and (each.code, each.file, each.line) not in told]
    return (*again, *kept_)


def _of_source(each: Sighting, files: Mapping[str, bytes]) -> bool:
    """Whether a sighting is of the source: what the built program showed has no place there, or shows an instruction in place of the
    line."""
    if each.file is None or not each.line:
        return each.file is not None
    lines = files.get(each.file, b"").decode("utf-8", "replace").split("\n", each.line + LONGEST_CONTINUED)
    return each.line <= len(lines) and _excerpt(line_of(lines, each.line)) == each.excerpt


def starter_of(assignment: Assignment) -> dict[str, bytes]:
    """The code that students begin with; {} if the assignment has none, or it can't be read."""
    try:
        return {name: file.read_bytes() for name in assignment.code if (file := assignment.folder / "starter" / name).is_file()}
    except OSError:
        return {}


def look_at(source: Source, program: Program, assignment: Assignment, before: Iterable[Sighting] = ()) -> tuple[Sighting, ...]:
    """As the pipeline asks: a submission, built or not. `before`: what was seen when it was built, if the program isn't there any more."""
    try:
        starter = starter_of(assignment)
        if program.library is None:
            return look_again(source.files, before, starter=starter, libraries=assignment.libraries)
        return look(source.files, _read_program(program.library), starter=starter, libraries=assignment.libraries)
    except Exception as error:  # a mistake of ours: evidence is missing then, and no grade
        return (_sighting("unread", None, None, f"a fault of ours: {type(error).__name__}: {error}"),)


def _read_program(library: str) -> bytes:
    try:
        with open(library, "rb") as file:
            return file.read(LARGEST_PROGRAM_BYTES)
    except OSError:  # the cache was cleared behind our back
        return b""


@lru_cache(maxsize=32)
def _starters(files: tuple[tuple[str, bytes], ...]) -> frozenset[str]:
    return frozenset(each.code for each in _sources(dict(files))[0])


def _sources(files: Mapping[str, bytes], libraries: Sequence[str] = ()) -> tuple[list[Sighting], set[str]]:
    """What the files show, and the names that were seen in them."""
    found: list[Sighting] = []
    named: set[str] = set()
    left = LARGEST_TOTAL_BYTES
    for name in sorted(files):
        if PurePosixPath(name).suffix.lower() not in CODE:
            continue
        content = files[name][: max(0, left)]
        left -= len(content)
        text = read(name, content)
        if len(content) < len(files[name]) or not text.whole:
            found.append(_sighting("unread", name, None, f"{len(files[name])} bytes"))
        closing = pairs(text.tokens)
        seen: list[Seen] = [
            *names(text, closing),
            *definitions(text, closing),
            *attributes(text),
            *exits(text),
            *directives(text),
            *device(text),
            *strings(text),
            *invisible(text),
            *assembly(text, closing),
            *tables(text),
            *kept(text, closing),
            *special_sizes(text),
        ]
        seen = [each for each in seen if not (each.rule == "library" and each.name.startswith(tuple(libraries)))]
        named.update(each.name for each in seen)
        places = dict.fromkeys((each.rule, each.line) for each in seen)
        found += [_sighting(code, name, line, line_of(text.lines, line)) for code, line in _first_few(places)]
    return found, named


def _first_few(places: Iterable[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """As many of each rule as are told at most: a line that is read again for each of thousands would take minutes."""
    counts: dict[str, int] = {}
    for code, line in places:
        counts[code] = counts.get(code, 0) + 1
        if counts[code] <= MOST_OF_A_RULE:
            yield code, line


def _built(program: bytes, files: Mapping[str, bytes], named: set[str], codes: set[str], libraries: Sequence[str]) -> Iterator[Sighting]:
    """What the built program shows beyond the source, and beyond what was linked into it."""
    stand_ins = [LIBRARIES[name] for name in libraries]
    shown = linked(program)
    for symbol in shown.imports:
        code = of_import(symbol) if not (stand_ins and symbol in TELLS) else None
        if code and symbol not in named and not (symbol.startswith("_Z") and code in codes):
            yield _sighting(code, None, None, f"imports {symbol}")
    for symbol in shown.defines:
        if takes_the_place(symbol) and symbol not in named:
            yield _sighting("runtime-names", None, None, f"defines {symbol}")
    for symbol in shown.indirect:
        yield _sighting("constructor", None, None, f"chooses {symbol} at load")
    for library in shown.needs:
        if not library.startswith((*_LIBRARIES, *(stand_in.link for stand_in in stand_ins))) and "library" not in codes:
            yield _sighting("library", None, None, f"needs {library}")
    for module in device_code(program):
        if any(stand_in.mangled.encode() in module for stand_in in stand_ins):  # the build has seen that it is
            continue
        for found in look_at_ptx(module, files):
            if found.rule != "hidden-data" or "hidden-data" not in codes:
                yield _sighting(found.rule, found.file, found.line, found.shown)


def _sighting(code: str, file: str | None, line: int | None, excerpt: str) -> Sighting:
    return Sighting(code=code, file=file, line=line, excerpt=_excerpt(excerpt), why=rule(code).why[0])


def _excerpt(text: str) -> str:
    return " ".join(text.strip()[: 4 * LONGEST_EXCERPT].split())[:LONGEST_EXCERPT]


def _bounded(found: Iterable[Sighting]) -> Iterator[Sighting]:
    """One a rule and line, the first few of a rule in each file. What is seen in the built program on a line that the source showed, too,
    is told once."""
    seen: set[tuple[str, str | None, int | None, str]] = set()
    counts: dict[tuple[str, str | None], int] = {}
    for each in found:
        key = (each.code, each.file, each.line, "" if each.line else each.excerpt)
        if key in seen or counts.get((each.code, each.file), 0) >= MOST_OF_A_RULE:
            continue
        seen.add(key)
        counts[each.code, each.file] = counts.get((each.code, each.file), 0) + 1
        yield each
