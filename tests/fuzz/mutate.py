"""Mutate: a PTX text and a source of chance -> another text, mostly almost valid."""

from __future__ import annotations

import random
import re

from grader import _core

TOKEN = re.compile(r"[A-Za-z_$%.][\w$.%]*|\d[\w.]*|\s+|.", re.DOTALL)
NUMBERS = """0 1 -1 2 3 7 31 32 33 255 256 65535 65536 2147483647 2147483648 4294967295 4294967296 9223372036854775807 18446744073709551615
18446744073709551616 -9223372036854775808 0x80000000 0xFFFFFFFFFFFFFFFF 0xFFFFFFFFFFFFFFFFFF 0f7FC00000 0f3F80 0d7FF0000000000000
0d 0x 09 1.5 1e999 1/0 1<<64 -9223372036854775808/-1 1<<-1 (((1))) 1?2:3 -(-(1)) 0b101 017 1U WARP_SZ""".split()
WORDS = """.version .target .address_size .visible .entry .func .extern .weak .param .reg .shared .global .local .const .align .b8 .b16 .b32
.b64 .pred .u8 .s8 .u16 .s16 .u32 .s32 .u64 .s64 .f16 .f16x2 .bf16 .bf16x2 .f32 .f64 .v2 .v4 .v8 .loc .file .section .pragma
.maxntid .reqntid .minnctapersm .noreturn .ptr .callprototype .calltargets .branchtargets .alias .sat .ftz .rn .rz .rm .rp .approx
.full .hi .lo .wide .cc .sync .aligned .volatile .relaxed .acquire .release .acq_rel .cta .gpu .sys .cluster .nc .ca .cg .cv
.L1::no_allocate .L2::128B .uni .to .idx .up .down .bfly .all .any .ballot .eq .ne .lt .geu .nan .and .or .xor .add .min .max .inc
.dec .exch .cas .red .arrive .noftz .relu .x2 .NaN .clamp .wrap .b4e .shiftamt %tid.x %tid.y %ntid.z %ctaid.x %nctaid.y %laneid
%warpid %lanemask_lt %clock64 %smid %envreg3 %tid.q %r1.x %dynamic_smem_size %pm0 %globaltimer @%p1 @!%p1 @%p1 bra ret; exit; call
trap; brkpt; { } ( ) [ ] | ! _ , ; : + - * / % << >> ~ = == // /* */ " \\ @ # generic( 0xFF00( bra.uni bar.sync barrier.sync
call.uni mbarrier.init cp.async cp.async.wait_all tex.2d.v4 wmma.load mma.sync setmaxnreg griddepcontrol.wait""".split()
LINES = (
    ".reg .b32 %q<1000000>;",
    ".reg .b32 %q<4294967295>;",
    ".local .align 16 .b8 big[1073741824];",
    ".shared .align 16 .b8 huge[1099511627776];",
    ".global .align 8 .b64 table[4] = {1, k, generic(table)+8, table};",
    ".global .b8 deep[2][3][4] = {{{1}}};",
    ".loc 1 5 5, function_name x, inlined_at 1 5 5",
    ".loc 999999999 4294967296 -1",
    '.pragma "nounroll";',
    "$L: bra $L;",
    "x: .branchtargets x, x;",
    "brx.idx %r1, x;",
    "call (a), b, (c), d;",
    "call k, ();",
    "bra {};",
    ".func recursive() { call recursive, (); ret; }",
    "bar.sync 0;",
    "ld.local.u32 %r1, [%rd1];",
    "st.generic.v4.b64 [0], {%rd1, %rd1, %rd1, %rd1};",
    "mov.b64 {%r1, %r1}, %rd1;",
    "cvta.to.global.u64 %rd1, %rd1;",
    "é\0\x01",
)
LONGEST = 60000  # characters


def mutated(texts: list[str], draw: random.Random) -> str:
    text = draw.choice(texts)
    if draw.random() < 0.6:
        text = _one_function(text, draw)
    for _ in range(draw.choice((1, 1, 1, 2, 3, 5, 9))):
        text = draw.choice(MUTATIONS)(text, texts, draw)[:LONGEST]
    return text


def _one_function(text: str, draw: random.Random) -> str:
    """What stands before the first function, and one function."""
    starts = [m.start() for m in re.finditer(r"^\.?(?:visible |weak |extern )?\.(?:entry|func)\b", text, re.MULTILINE)]
    if len(starts) < 2:
        return text
    at = draw.randrange(len(starts))
    return text[: starts[0]] + text[starts[at] : starts[at + 1] if at + 1 < len(starts) else len(text)]


def _tokens(text: str, draw: random.Random) -> tuple[list[str], int]:
    """The tokens, and the index of one that isn't blank."""
    tokens = TOKEN.findall(text)
    solid = [i for i, token in enumerate(tokens) if not token.isspace()]
    return tokens, draw.choice(solid) if solid else -1


def _token(text: str, texts: list[str], draw: random.Random) -> str:
    """Another token in a token's place: a word, a number, one of the same text, nothing, the same twice."""
    tokens, at = _tokens(text, draw)
    if at < 0:
        return text
    other = draw.choice(tokens)
    tokens[at] = draw.choice((draw.choice(WORDS), draw.choice(NUMBERS), other, other, "", tokens[at] * 2))
    return "".join(tokens)


def _number(text: str, texts: list[str], draw: random.Random) -> str:
    found = list(re.finditer(r"(?<![\w%$])\d[\w.]*", text))
    if not found:
        return text
    m = draw.choice(found)
    return text[: m.start()] + draw.choice(NUMBERS) + text[m.end() :]


def _opcode(text: str, texts: list[str], draw: random.Random) -> str:
    """Another opcode, or another type or modifier, in an instruction."""
    found = list(re.finditer(r"(?m)^\s*(?:@!?%\w+\s+)?([a-z]\w*)((?:\.[\w:]+)*)", text))
    if not found:
        return text
    m = draw.choice(found)
    name, types = draw.choice(OPCODES)
    parts = [part for part in re.split(r"(?=\.)", m[2]) if part]
    choice = draw.random()
    if choice < 0.35:
        new = name + (f".{draw.choice(types)}" if types else "")
    elif choice < 0.6 and parts:
        parts[draw.randrange(len(parts))] = draw.choice([w for w in WORDS if w.startswith(".")])
        new = m[1] + "".join(parts)
    elif choice < 0.8 and parts:
        del parts[draw.randrange(len(parts))]
        new = m[1] + "".join(parts)
    else:
        parts.insert(draw.randrange(len(parts) + 1), draw.choice([w for w in WORDS if w.startswith(".")]))
        new = m[1] + "".join(parts)
    return text[: m.start(1)] + new + text[m.end(2) :]


def _operand(text: str, texts: list[str], draw: random.Random) -> str:
    """Another register, address or number where a register stands."""
    found = list(re.finditer(r"%\w+", text))
    if not found:
        return text
    m = draw.choice(found)
    new = draw.choice(
        (draw.choice(found)[0], draw.choice(found)[0], draw.choice(NUMBERS), f"[{m[0]}]", f"-{m[0]}", "_", f"{{{m[0]}, {m[0]}}}")
    )
    return text[: m.start()] + new + text[m.end() :]


def _lines(text: str, texts: list[str], draw: random.Random) -> str:
    """Lines left out, doubled, moved, or put in from another text."""
    lines = text.split("\n")
    at, count = draw.randrange(len(lines)), draw.choice((1, 1, 2, 5))
    piece = lines[at : at + count]
    choice = draw.random()
    if choice < 0.3:
        del lines[at : at + count]
    elif choice < 0.6:
        to = draw.randrange(len(lines) + 1)
        lines[to:to] = piece
    elif choice < 0.8:
        other = draw.choice(texts).split("\n")
        start = draw.randrange(len(other))
        lines[at:at] = other[start : start + draw.choice((1, 3, 10))]
    else:
        lines.insert(at, draw.choice(LINES))
    return "\n".join(lines)


def _characters(text: str, texts: list[str], draw: random.Random) -> str:
    at = draw.randrange(len(text) + 1)
    new = draw.choice((chr(draw.randrange(1, 128)), chr(draw.randrange(32, 0x2FF)), "\0", "", draw.choice("{}()[];,.%$\"'@")))
    return text[:at] + new + text[at + draw.choice((0, 1, 1, 3)) :]


def _truncated(text: str, texts: list[str], draw: random.Random) -> str:
    return text[: draw.randrange(len(text) + 1)]


def _spliced(text: str, texts: list[str], draw: random.Random) -> str:
    other = draw.choice(texts)
    return text[: draw.randrange(len(text) + 1)] + other[draw.randrange(len(other) + 1) :]


def _deep(text: str, texts: list[str], draw: random.Random) -> str:
    """Nesting and length without end."""
    at, many = draw.randrange(len(text) + 1), draw.choice((10, 1000, 20000))
    return text[:at] + draw.choice(("{", "(", "[", "-", "~", "1+", "{1,", ".v4", "a", "9", '"', "/*", ",", "L:", "(1?")) * many + text[at:]


OPCODES = _core.opcode_rows()
MUTATIONS = (_token, _token, _token, _number, _number, _opcode, _opcode, _opcode, _operand, _operand, _operand) + (
    _lines,
    _lines,
    _characters,
    _truncated,
    _spliced,
    _deep,
)
