"""Assembly: the inline assembly of a file -> instructions that are neither arithmetic nor a kernel's usual loads, stores and barriers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from grader.look.source import Seen
from grader.look.tokens import Text

_ASM = frozenset({"asm", "__asm__", "__asm"})
_QUALIFIERS = frozenset("volatile __volatile__ __volatile goto inline __inline__ __inline".split())
_USUAL = frozenset(
    "abs activemask add addc and atom bar barrier bfe bfi bfind bmsk bra brev clz cnot copysign cos cp cvt cvta div dp2a dp4a "
    "elect ex2 fence fma fns getctarank griddepcontrol isspacep ld ldmatrix ldu lg2 lop3 mad mad24 madc mapa match max mbarrier "
    "membar min mma mov movmatrix mul mul24 multimem neg not or popc prefetch prefetchu prmt rcp red redux rem rsqrt sad selp set "
    "setp shf shfl shl shr sin slct sqrt st stmatrix sub subc szext tanh tcgen05 testp vote vadd vsub vabsdiff vmin vmax vset "
    "wgmma wmma xor cluster vadd2 vadd4 vabsdiff4 vavrg4 fmin".split()
)
_BY_OPCODE = {"nanosleep": "clock", "createpolicy": "cache-policy", "discard": "cache-policy", "applypriority": "cache-policy"}
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/|#[^\n]*", re.S)
_REGISTER = re.compile(r"%%([A-Za-z_]\w*)")
_DECLARED = re.compile(r"\.reg\b[^;]*")
_WORD = re.compile(r"[A-Za-z_]\w*")
_LABEL = re.compile(r"^[%$\w]+(?:%=)?\s*:(?!:)")
_GUARD = re.compile(r"^@!?%*\w+\s+")
_OPCODE = re.compile(r"\.?[A-Za-z_]\w*")
_HARMLESS_REGISTERS = re.compile(
    r"laneid|lanemask_\w+|n?tid|n?ctaid|cluster_\w+|dynamic_smem_size|total_smem_size|aggr_smem_size|is_explicit_cluster"
)
_CLOCKS = re.compile(r"clock\w*|globaltimer\w*")
_IDENTITY = re.compile(r"n?smid|n?warpid|gridid|envreg\d+|pm\d+\w*")
_OUTSIDE_DIRECTIVES = frozenset({".incbin", ".include"})


def assembly(text: Text, closing: Mapping[int, int]) -> Iterator[Seen]:
    """One Seen a statement and rule."""
    tokens = text.tokens
    for at, token in enumerate(tokens):
        if token.kind != "word" or token.text not in _ASM:
            continue
        begin = at + 1
        while begin < len(tokens) and tokens[begin].text in _QUALIFIERS:
            begin += 1
        end = closing.get(begin)
        if end is None or tokens[begin].text != "(":
            continue
        code = []
        for each in tokens[begin + 1 : end]:
            if each.text in (":", "::") and each.kind == "punct":
                break
            if each.kind == "string":
                code.append(each.text)
        for rule in dict.fromkeys(_judged("".join(code))):
            yield Seen(rule, token.line)


def _judged(code: str) -> Iterator[str]:
    code = _COMMENT.sub(" ", code)
    declared = {word for match in _DECLARED.finditer(code) for word in _WORD.findall(match[0])}
    for match in _REGISTER.finditer(code):
        name = match[1]
        if name in declared or _HARMLESS_REGISTERS.fullmatch(name):
            continue
        yield "clock" if _CLOCKS.fullmatch(name) else "device-identity" if _IDENTITY.fullmatch(name) else "assembly"
    for part in re.split(r"[;\n{}]", code):
        instruction = _GUARD.sub("", _LABEL.sub("", part.strip()).strip())
        opcode = _OPCODE.match(instruction)
        if opcode is None or instruction.startswith((".reg", ".pred", ".loc", ".pragma")):
            continue
        name = opcode[0]
        if name in _OUTSIDE_DIRECTIVES:
            yield "include-outside"
        elif name in _BY_OPCODE:
            yield _BY_OPCODE[name]
        elif name not in _USUAL:
            yield "assembly"
