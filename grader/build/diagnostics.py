"""Diagnostics: what nvcc, cudafe++, g++, as, ptxas and ld print -> Problems at the student's lines. Text in, records out; runs nothing."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable

from grader.records import Problem

MAX_PROBLEMS = 20

_CUDAFE = re.compile(r"(?P<file>[^\s(][^(]*)\((?P<line>\d+)\): (?:catastrophic )?error(?: #[\w-]+)?: (?P<text>.*)")
_GCC = re.compile(
    r"(?P<file>[^\s:][^:]*):(?P<line>\d+):(?:(?P<column>\d+):)? (?:fatal error|internal compiler error|error|Error): (?P<text>.*)"
)
_PTXAS_LINE = re.compile(r"ptxas (?P<file>.*), line (?P<line>\d+); (?:error|fatal)\s*: (?P<text>.*)")
_PTXAS = re.compile(r"ptxas (?:error|fatal)\s*: (?P<text>.*)")
_LINK = re.compile(
    r"(?:.*ld: )?(?:(?P<file>[^\s:][^:]*):(?:(?P<line>\d+)|\([^)]*\)): )?(?P<text>(?:undefined reference to|multiple definition of) .*)"
)
_NVLINK = re.compile(r"nvlink (?:error|fatal)\s*: (?P<text>.*)")
_CONTEXT = re.compile(
    r"at line (?P<line>\d+)(?: of (?P<file>\S+))?"  # cudafe++
    r"|In file included from (?P<gfile>[^:]+):(?P<gline>\d+)|from (?P<ffile>[^:\s]+):(?P<fline>\d+)"  # g++
)
_LOC = re.compile(r"\s*\.loc\s+(\d+)\s+(\d+)")
_FILE = re.compile(r"\s*\.file\s+(\d+)\s+\"([^\"]*)\"")
_UNDEFINED = re.compile(r"undefined reference to [`'\"](\w+)")


def student_file(path: str, files: Iterable[str]) -> str | None:
    """The student's file that a compiler's path means ("/tmp/x/gemm.cu" -> "gemm.cu"), or None for anyone else's file."""
    clean = path.removeprefix("./")
    for name in files:
        if clean == name or clean.endswith("/" + name):
            return name
    return None


def parse(log: str, files: tuple[str, ...], hint: Callable[[str], str] = lambda text: "") -> list[Problem]:
    """Errors in the order in which they were printed, those in the student's files first. `hint` may add a sentence to a message."""
    problems: list[Problem] = []
    before: tuple[str, int] | None = None  # g++ tells the way of inclusion before the error
    for line in log.splitlines():
        found = _match(line, files)
        if found is not None:
            text = found.message + hint(found.message)
            problem = Problem(verdict=found.verdict, message=text, file=found.file, line=found.line, column=found.column)
            if problem.file is None and before:
                problem = Problem(verdict=problem.verdict, message=text, file=before[0], line=before[1])
            before = None
            if problem not in problems:
                problems.append(problem)
        elif context := _CONTEXT.search(line):
            place = _place(context, files)
            if place and line.lstrip().startswith(("In file included", "from ")):
                before = place
            elif place and problems and problems[-1].file is None:  # cudafe++ tells the instantiation after it
                last = problems[-1]
                problems[-1] = Problem(verdict=last.verdict, message=last.message, file=place[0], line=place[1])
    problems.sort(key=lambda p: p.line is None)
    return problems[:MAX_PROBLEMS]


def _match(line: str, files: tuple[str, ...]) -> Problem | None:
    if match := _CUDAFE.fullmatch(line) or _GCC.fullmatch(line):
        file = student_file(match["file"], files)
        text = match["text"].strip()
        if file is None:
            text += f" (in {match['file'].rpartition('/')[2]}:{match['line']})"
            return Problem(verdict="COMPILE_ERROR", message=text)
        column = match.groupdict().get("column")
        return Problem(verdict="COMPILE_ERROR", message=text, file=file, line=int(match["line"]), column=int(column) if column else None)
    if match := _PTXAS.fullmatch(line) or _NVLINK.fullmatch(line):
        return None if "aborted due to errors" in match["text"] else Problem(verdict="COMPILE_ERROR", message=match["text"].strip())
    if match := _LINK.fullmatch(line):
        file = student_file(match["file"], files) if match["file"] else None
        line_number = int(match["line"]) if file and match["line"] else None
        missing = _UNDEFINED.match(match["text"])
        if missing and re.match(r"cuda[A-Z]|cu[A-Z]", missing[1]):
            text = f"{missing[1]} is not available on the emulated GPU"
            return Problem(verdict="UNSUPPORTED", message=text, file=file, line=line_number)
        return Problem(verdict="COMPILE_ERROR", message=match["text"], file=file, line=line_number)
    return None


def _place(context: re.Match[str], files: tuple[str, ...]) -> tuple[str, int] | None:
    line = context["line"] or context["gline"] or context["fline"]
    path = context["file"] or context["gfile"] or context["ffile"]
    if path is None:  # "at line 3": of the file being compiled
        return (files[0], int(line)) if len(files) == 1 else None
    file = student_file(path.strip("\"',"), files)
    return (file, int(line)) if file else None


def parse_ptxas(log: str, ptx: str, files: tuple[str, ...]) -> list[Problem]:
    """ptxas' errors, moved from the line of the PTX to the line of the source whose .loc precedes it."""
    locate = _locator(ptx)
    problems = []
    for line in log.splitlines():
        if match := _PTXAS_LINE.fullmatch(line):
            place = locate(int(match["line"]))
            file = student_file(place[0], files) if place else None
            text = f"in the PTX: {match['text'].strip()}"
            problems.append(Problem(verdict="COMPILE_ERROR", message=text, file=file, line=place[1] if place and file else None))
        elif (found := _match(line, files)) is not None:
            problems.append(found)
    return problems[:MAX_PROBLEMS]


def _locator(ptx: str) -> Callable[[int], tuple[str, int] | None]:
    names: dict[str, str] = {}
    places: list[tuple[int, str, int]] = []
    for number, line in enumerate(ptx.splitlines(), 1):
        if match := _LOC.match(line):
            places.append((number, match[1], int(match[2])))
        elif match := _FILE.match(line):
            names[match[1]] = match[2]
    starts = [p[0] for p in places]

    def locate(number: int) -> tuple[str, int] | None:
        index = bisect_right(starts, number) - 1
        if index < 0 or places[index][1] not in names:
            return None
        return names[places[index][1]], places[index][2]

    return locate


def registers(log: str) -> dict[str, int]:
    """Registers per thread of each kernel (mangled name), from `ptxas -v`."""
    result: dict[str, int] = {}
    kernel = ""
    for line in log.splitlines():
        if match := re.search(r"Compiling entry function '([^']+)'", line):
            kernel = match[1]
        elif kernel and (match := re.search(r"Used (\d+) registers", line)):
            result[kernel] = int(match[1])
    return result
