"""The checkers' corpus: tests/cuda/checkers/*.cu -> cases with their marked lines; a file -> one program with each case in four forms.

A file is a sequence of cases (checkers.cuh says how they and their marks look). Its program has a namespace for each form, in which every
line keeps its number: `plain` as it stands; `inlined`, the kernels' bodies in functions that are inlined; `templated`, the kernels as
templates; `macro`, each marked statement behind a macro.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent / "checkers"
FORMS = ("plain", "inlined", "templated", "macro")

_CASE = re.compile(r"^(STUDENT|POSITIVE|SUBTLE|CONTROL)\((\w+)\)")
_KERNEL = re.compile(r"^__global__ void (\w+)\(([^{]*)\) \{")
_MARK = re.compile(r"// (?:BUG|HOST): ([A-Z_]+\??(?:, [A-Z_]+\??)*)(?:[^|]*\| (.*))?")
_OTHER = re.compile(r"//.*\bOTHER\b")
_DEVICE_MARK = re.compile(r"^(\s*)(\S.*?)(\s*// (?:BUG|HOST|OTHER)\b.*)$")


@dataclass(frozen=True)
class Mark:
    """What must be found at a line."""

    verdict: str
    line: int
    says: str = ""  # part of the message
    host: bool = False  # a misuse by host code
    maybe: bool = False  # one of several lines that may be the one


@dataclass
class Case:
    """One case of a file: lines `first` to `last`."""

    file: Path
    kind: str
    name: str
    first: int
    last: int
    kernels: list[str] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    others: set[int] = field(default_factory=set)  # lines of a race's other access

    @property
    def id(self) -> str:
        return f"{self.file.stem}/{self.name}"


def cases_of(file: Path) -> list[Case]:
    """The cases of a file, in order."""
    cases: list[Case] = []
    lines = file.read_text(encoding="utf-8").splitlines()
    first = 1
    found: Case | None = None
    for number, line in enumerate(lines, 1):
        if begins := _CASE.match(line):
            found = Case(file, begins[1], begins[2], first, number)
        if found and line == "}":
            found.last = number
            first = number + 1
            _read_marks(found, lines)
            cases.append(found)
            found = None
    return cases


def _read_marks(case: Case, lines: list[str]) -> None:
    for number in range(case.first, case.last + 1):
        line = lines[number - 1]
        if kernel := _KERNEL.match(line):
            case.kernels.append(kernel[1])
        if mark := _MARK.search(line):
            for verdict in mark[1].split(", "):
                case.marks.append(Mark(verdict.rstrip("?"), number, (mark[2] or "").strip(), "// HOST" in line, verdict.endswith("?")))
        if _OTHER.search(line):
            case.others.add(number)


def program_text(file: Path) -> str:
    """One program that holds the file in all its forms."""
    lines = file.read_text(encoding="utf-8").splitlines()
    kernels = [kernel[1] for line in lines if (kernel := _KERNEL.match(line))]
    head = [line for line in lines if line.startswith("#include")]
    macros = [f"#define LINE_{number} {mark[2]}" for number, line in enumerate(lines, 1) if (mark := _device_mark(line))]
    text = [*head, *macros]
    for form in FORMS:
        text.append(f'namespace {form} {{ constexpr const char* kVariant = "{form}";')
        text.append(f'#line 1 "{file}"')
        text += [_line(form, number, line, kernels) for number, line in enumerate(lines, 1)]
        text.append("}")
    return "\n".join(text) + "\n"


def _line(form: str, number: int, line: str, kernels: list[str]) -> str:
    if line.startswith("#include"):
        return ""
    kernel = _KERNEL.match(line)
    if form == "inlined" and kernel:
        name, parameters = kernel[1], kernel[2]
        body = f"static __device__ __forceinline__ void {name}_body({parameters})"
        return f"{body}; __global__ void {name}({parameters}) {{ {name}_body({_names(parameters)}); }} {body} {{{line[kernel.end() :]}"
    if form == "templated":
        if kernel:
            return "template <int kUnused> " + line
        return re.sub(rf"\b({'|'.join(kernels)})<<<", r"\1<0><<<", line) if kernels else line
    if form == "macro" and (mark := _device_mark(line)):
        return f"{mark[1]}LINE_{number}{mark[3]}"
    return line


def _device_mark(line: str) -> re.Match[str] | None:
    return _DEVICE_MARK.match(line)


def _names(parameters: str) -> str:
    """`const float* in, int n` -> `in, n`."""
    return ", ".join(re.findall(r"(\w+)\s*(?:,|$)", parameters))
