"""Rule about the contract's header: it declares every entry point with the arguments that assignment.toml lists."""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.argument_spec import Argument
from grader.assignment import Entry
from grader.lint.finding import Finding, Folder, error, line_with, warning
from grader.toml_file import line_of


def header(folder: Folder) -> Iterator[Finding]:
    """The header and [[entry]] say the same: it is what makes a wrong signature the compiler's own error."""
    assignment = folder.assignment
    if not assignment.entries:
        return
    if assignment.header is None:
        remedy = 'header = "ck/NAME.h": then a wrong signature is an error on the student\'s line'
        yield warning("header", folder.toml, "names no header", remedy, line_of(folder.text("assignment.toml"), ("files",)))
        return
    file = assignment.header_file
    source = file.read_text(encoding="utf-8", errors="replace")
    text = re.sub(r"//[^\n]*|/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m[0]), source, flags=re.S)
    for entry in assignment.entries:
        found = re.search(rf"\bint\s+{re.escape(entry.name)}\s*\(([^)]*)\)\s*;", text)
        if found is None:
            yield error(
                "header", file, f"declares no `int {entry.name}(…);`", f"add {entry.signature()};", line_with(text, re.escape(entry.name))
            )
            continue
        line = text.count("\n", 0, found.start()) + 1
        if difference := _difference(entry, [" ".join(part.split()) for part in found[1].split(",") if part.strip() not in ("", "void")]):
            yield error("header", file, f"{entry.name}: {difference}", "make the header and [[entry]] in assignment.toml agree", line)
    if 'extern "C"' not in text:
        yield error("header", file, 'has no extern "C": launchers would get C++ names', 'extern "C" { … }', 1)


def _difference(entry: Entry, declared: list[str]) -> str:
    if len(declared) != len(entry.arguments):
        return f"the header has {len(declared)} arguments, assignment.toml {len(entry.arguments)}"
    for number, (argument, text) in enumerate(zip(entry.arguments, declared, strict=True), 1):
        split = re.fullmatch(r"(.*?[\s*])(\w+)", text)
        kind, name = (split[1], split[2]) if split else (text, "")
        if _spelled(kind) not in _types(argument) or (name and name != argument.name):
            return f"argument {number} is `{text}` in the header and `{argument.c_type()}` in assignment.toml"
    return ""


def _types(argument: Argument) -> set[str]:
    """How the argument's type may be written in the header. It is read by plain C too, which has no cudaStream_t."""
    wanted = argument.c_type().rpartition(" ")[0]
    kinds = {_spelled(wanted)}
    if argument.kind == "stream":
        kinds |= {"void*", "cudaStream_t"}
    if argument.kind == "buffer" and argument.type in ("u8", "i8", "f16"):  # bytes, and what C has no name for
        kinds.add("const void*" if argument.direction == "in" else "void*")
    if argument.type == "i64":
        kinds |= {_spelled(wanted.replace("long long", "int64_t"))}
    if argument.type == "u32":
        kinds |= {_spelled(wanted.replace("unsigned", "unsigned int")), _spelled(wanted.replace("unsigned", "uint32_t"))}
    return kinds


def _spelled(kind: str) -> str:
    return re.sub(r"\s*\*\s*", "*", " ".join(kind.split()))
