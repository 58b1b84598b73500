"""A spelling ("ld.global.v4.f32") -> a whole PTX module with one such instruction, for asking the loader whether it takes it.

Operands come from a table of templates, a row an opcode: each letter stands for one operand.
"""

from __future__ import annotations

from collections.abc import Callable

TYPE_BITS = {
    **{f"{letter}{bits}": bits for letter in "bus" for bits in (8, 16, 32, 64)},
    "f16": 16,
    "bf16": 16,
    "f16x2": 32,
    "bf16x2": 32,
    "tf32": 32,
    "f32": 32,
    "f64": 64,
    "u16x2": 32,
    "s16x2": 32,
    "pred": 1,
}
HEAD = ".version 9.0\n.target sm_90\n.address_size 64\n"
OLD_HEAD = ".version 5.0\n.target sm_60\n.address_size 64\n"  # of spellings that PTX took away with sm_70
DECLARES = (
    ".reg .pred %p<16>; .reg .b16 %h<16>; .reg .b32 %r<16>; .reg .b64 %d<16>;\n"
    ".shared .align 16 .b8 in_shared[256]; .local .align 16 .b8 in_local[256];"
)
OUTSIDE = ".const .align 16 .b8 in_const[256];\n.global .align 16 .b8 in_global[256];\n.func callee() { ret; }\n"

# Letters: t the instruction's first type, s its second (or the first), w twice the width of the first, p predicate, h b16, r b32, d b64,
# i immediate, z immediate 0, m all lanes, 4/8/1: immediate 4, 8, 16.
TEMPLATES: dict[str, str] = {
    **dict.fromkeys(("add", "sub", "mul", "div", "rem", "min", "max", "and", "or", "xor", "copysign", "addc", "subc", "mul24"), "ttt"),
    **dict.fromkeys(("mad", "fma", "madc", "mad24", "sad"), "tttt"),
    **dict.fromkeys(("mul.wide",), "wtt"),
    **dict.fromkeys(("mad.wide",), "wttw"),
    **dict.fromkeys(("neg", "abs", "not", "cnot", "brev", "mov", "sqrt", "rcp", "rsqrt", "ex2", "lg2", "sin", "cos", "tanh"), "tt"),
    **dict.fromkeys(("shl", "shr"), "ttr"),
    **dict.fromkeys(("popc", "clz", "bfind"), "rt"),
    **dict.fromkeys(("bfe", "szext"), "ttrr"),
    "bfi": "tttrr",
    "bmsk": "rrr",
    **dict.fromkeys(("prmt", "shf", "dp4a", "dp2a"), "rrrr"),
    **dict.fromkeys(("vadd", "vsub", "vabsdiff", "vmin", "vmax", "vshl", "vshr", "vmad", "vset"), "rrrr"),
    **dict.fromkeys((f"v{name}{n}" for name in ("add", "sub", "absdiff", "min", "max", "avrg", "set") for n in (2, 4)), "rrrr"),
    "lop3": "rrrri",
    "cvt": "ts",
    "cvta": "dd",
    "testp": "pt",
    "setp": "ptt",
    "set": "tss",
    "selp": "tttp",
    "slct": "ttts",
    "isspacep": "pd",
    "activemask": "r",
    "nanosleep": "r",
    "shfl": "rrrrm",
    "vote": "ppm",
    "vote.ballot": "rpm",
    "match": "rtm",
    "redux": "rrm",
    "bar": "z",
    "bar.warp": "m",
    "bar.red": "pzp",
    "bar.red.popc": "rzp",
    "bar.arrive": "zi",
    "cp.async.commit_group": "",
    "cp.async.wait_all": "",
    "cp.async.wait_group": "z",
    **dict.fromkeys(("ret", "exit", "trap", "brkpt", "membar", "fence"), ""),
}


def module(spelling: str) -> str:
    """PTX with one kernel that holds the instruction."""
    instruction = _instruction(spelling)
    head = OLD_HEAD if spelling.split(".")[0] in ("vote", "shfl") and ".sync" not in spelling else HEAD
    params = ".param .align 16 .b8 in_param[256]"
    return f"{head}{OUTSIDE}.visible .entry k({params})\n{{\n{DECLARES}\n{instruction}\nL:\nret;\n}}\n"


def types_of(spelling: str) -> list[str]:
    return [part for part in spelling.split(".")[1:] if part in TYPE_BITS]


def _instruction(spelling: str) -> str:
    opcode, *modifiers = spelling.split(".")
    special = SPECIAL.get(opcode)
    if special and not (opcode == "cp" and "shared" not in modifiers):
        return special(spelling, modifiers)
    names = [".".join([opcode, *modifiers[:n]]) for n in range(len(modifiers), -1, -1)]
    if opcode == "barrier":
        names += [name.replace("barrier", "bar").replace(".cta", "") for name in names]
    if opcode == "vote" and "ballot" in modifiers:
        names.insert(0, "vote.ballot")
    template = next((TEMPLATES[name] for name in names if name in TEMPLATES), "ttt")
    types = types_of(spelling)
    if opcode == "cvt" and types[:1] in (["f16x2"], ["bf16x2"]):
        template = "tss"
    if opcode in ("bar", "barrier", "nanosleep", "bmsk", "prmt", "shf") and not types:
        types = ["b32"]
    if opcode == "vote" and "sync" not in modifiers:
        template = template.replace("m", "")
    numbers = iter(range(16))
    return f"{spelling} {', '.join(_operand(letter, types, next(numbers)) for letter in template)};"


def _operand(letter: str, types: list[str], number: int) -> str:
    first = types[0] if types else "b32"
    match letter:
        case "t":
            return _register(TYPE_BITS[first], number)
        case "s":
            return _register(TYPE_BITS[types[1] if len(types) > 1 else first], number)
        case "w":
            return _register(2 * TYPE_BITS[first], number)
        case "p" | "h" | "r" | "d":
            return f"%{letter}{number}"
        case "m":
            return "0xffffffff"
        case "i":
            return "32"
        case _:
            return "0"


def _register(bits: int, number: int) -> str:
    return f"%{'p' if bits == 1 else 'h' if bits <= 16 else 'r' if bits == 32 else 'd'}{number}"


def _space(modifiers: list[str]) -> str:
    return next(
        (name.partition("::")[0] for name in modifiers if name.partition("::")[0] in ("global", "shared", "local", "const", "param")), ""
    )


def _address(modifiers: list[str]) -> str:
    space = _space(modifiers)
    return f"[in_{space}+16]" if space else "[%d15]"


def _values(spelling: str, modifiers: list[str]) -> str:
    bits = TYPE_BITS[types_of(spelling)[0]]
    count = next((int(name[1]) for name in modifiers if name in ("v2", "v4", "v8")), 0)
    if not count:
        return _register(bits, 1)
    return "{" + ", ".join(_register(bits, n) for n in range(1, count + 1)) + "}"


def _load(spelling: str, modifiers: list[str]) -> str:
    return f"{spelling} {_values(spelling, modifiers)}, {_address(modifiers)};"


def _store(spelling: str, modifiers: list[str]) -> str:
    text = f"{spelling} {_address(modifiers)}, {_values(spelling, modifiers)};"
    return f"{{ .param .align 16 .b8 in_call[64];\n{text.replace('in_param', 'in_call')}\n}}" if _space(modifiers) == "param" else text


def _atom(spelling: str, modifiers: list[str]) -> str:
    bits = TYPE_BITS[types_of(spelling)[0]]
    more = f", {_register(bits, 3)}" if "cas" in modifiers else ""
    result = "" if spelling.startswith("red.") else f"{_register(bits, 1)}, "
    return f"{spelling} {result}{_address(modifiers)}, {_register(bits, 2)}{more};"


def _copy(spelling: str, modifiers: list[str]) -> str:
    return f"{spelling} [in_shared], [in_global], 16;"


SPECIAL: dict[str, Callable[[str, list[str]], str]] = {
    "ld": _load,
    "ldu": _load,
    "st": _store,
    "atom": _atom,
    "red": _atom,
    "cp": _copy,
    "bra": lambda spelling, _: f"{spelling} L;",
    "call": lambda spelling, _: f"{spelling} callee;",
    "prefetch": lambda spelling, modifiers: f"{spelling} {_address(modifiers)};",
}
