"""CUDA C++ coloured by a small tokeniser: source text → one piece of safe HTML a line. Cosmetic only; linear time on any input."""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from grader.report.text import visible

LINE_LENGTH = 1000  # characters shown of one line; a longer one is cut, so that one hostile line can't blow the page up

_KEYWORDS = frozenset(
    "alignas alignof asm auto break case catch class concept const const_cast consteval constexpr continue decltype default delete do "
    "dynamic_cast else enum explicit export extern false final for friend goto if inline mutable namespace new noexcept nullptr operator "
    "override private protected public reinterpret_cast requires restrict return sizeof static static_assert static_cast struct switch "
    "template this throw true try typedef typename union using virtual volatile while".split()
)
_TYPES = frozenset(
    "bool char double float half int long short signed unsigned void size_t int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t "
    "uint64_t float2 float3 float4 int2 int3 int4 uint2 uint3 uint4 double2 half2 dim3 cudaError_t cudaStream_t cudaEvent_t".split()
)
_DEVICE = frozenset("threadIdx blockIdx blockDim gridDim warpSize".split())
_TOKEN = re.compile(
    r"(?P<comment>//[^\n]*|/\*(?:[\s\S]*?\*/|[\s\S]*))"
    r'|(?P<string>"(?:[^"\\\n]|\\[\s\S])*"?|\'(?:[^\'\\\n]|\\.)\')'
    r"|(?P<directive>^[ \t]*\#[ \t]*\w+)"
    r"|(?P<number>\b\d[\w.']*)"
    r"|(?P<word>[A-Za-z_]\w*)"
    r"|(?P<launch><<<|>>>)",
    re.MULTILINE,
)


def _css_class(kind: str, text: str) -> str:
    if kind != "word":
        return {"comment": "c", "string": "s", "directive": "p", "number": "n", "launch": "g"}[kind]
    if text in _KEYWORDS:
        return "k"
    if text in _TYPES:
        return "t"
    return "g" if text in _DEVICE or text.startswith("__") else ""


def _emit(lines: list[list[Markup]], lengths: list[int], text: str, css: str) -> None:
    """Append a token to its line, or to its lines if it spans several."""
    for index, piece in enumerate(text.split("\n")):
        if index:
            lines.append([])
            lengths.append(0)
        room = LINE_LENGTH - lengths[-1]
        lengths[-1] += len(piece)
        shown = visible(piece[: max(room, 0)])
        if shown:
            lines[-1].append(Markup('<span class="{}">{}</span>').format(css, shown) if css else escape(shown))


def highlight(text: str) -> list[Markup]:
    """HTML of each source line, lines counted as the compiler does (at line feeds). An empty text has no line."""
    text = text.replace("\r\n", "\n")
    lines: list[list[Markup]] = [[]]
    lengths = [0]
    position = 0
    for match in _TOKEN.finditer(text):
        _emit(lines, lengths, text[position : match.start()], "")
        _emit(lines, lengths, match.group(), _css_class(match.lastgroup or "", match.group()))
        position = match.end()
    _emit(lines, lengths, text[position:], "")
    html = [Markup("").join(line) for line in lines]
    for index, length in enumerate(lengths):
        if length > LINE_LENGTH:
            html[index] += Markup('<span class="cut"> ⋯ {}</span>').format(f"{length - LINE_LENGTH:,}")
    return html[:-1] if text.endswith("\n") or not text else html
