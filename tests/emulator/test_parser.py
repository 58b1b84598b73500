"""The PTX loader, through grader._core.parse: what nvcc emits, PTX's grammar, refusals with their place."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest

from grader import _core

FOLDER = Path(__file__).parent / "ptx"  # beside each .ptx stands the .cu that nvcc 13.0 made it from (-ptx -arch=compute_80 -lineinfo)
HEAD = ".version 9.0\n.target sm_80\n.address_size 64\n"


def load(name: str) -> dict[str, Any]:
    parsed: dict[str, Any] = _core.parse((FOLDER / name).read_text(), bodies=True)
    return parsed


def function(parsed: dict[str, Any], base: str) -> dict[str, Any]:
    found = [f for f in parsed["functions"] if _core.base_name(_core.demangle(f["name"])) == base]
    assert len(found) == 1, f"{len(found)} functions named {base}"
    return dict(found[0])


def variable(parsed: dict[str, Any], name: str) -> dict[str, Any]:
    return dict(next(v for v in parsed["variables"] if v["name"] == name))


def body(text: str, registers: str = ".reg .pred %p<4>; .reg .b32 %r<9>; .reg .b64 %rd<9>; .reg .f32 %f<9>;") -> dict[str, Any]:
    parsed = _core.parse(f"{HEAD}.global .u32 table[8];\n.entry k(.param .u64 a)\n{{ {registers}\n{text}\n}}", bodies=True)
    return dict(parsed["functions"][0])


def operands(text: str) -> list[str]:
    return list(body(text)["body"][0]["operands"])


def refused(text: str) -> Any:
    with pytest.raises(_core.LoadError) as caught:
        _core.parse(text)
    return caught.value


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.ptx")), ids=lambda p: p.stem)
def test_every_statement_of_nvcc_becomes_an_instruction(path: Path) -> None:
    parsed = load(path.name)
    assert (parsed["version"], parsed["target"]) == (90, 80)
    text = path.read_text()
    assert sum(f["entry"] for f in parsed["functions"]) == sum(line.startswith((".visible .entry", ".entry")) for line in text.splitlines())
    for f in parsed["functions"]:
        for number, i in enumerate(f["body"]):
            assert text.splitlines()[i["ptx_line"] - 1].find(i["opcode"]) >= 0, (number, i)
            assert i["frames"] or not f["entry"], "functions that the compiler made up have no lines"


def test_initialised_variables() -> None:
    parsed = load("basic.ptx")
    assert struct.unpack("<4f", variable(parsed, "coef")["init"]) == pytest.approx((1, 2.5, -3, 1e-8))
    assert variable(parsed, "coef")["space"] == "const"
    assert struct.unpack("<5i", variable(parsed, "arr")["init"]) == (1, 2, 3, 0, 0), "what a list leaves out is zero"
    assert struct.unpack("<d", variable(parsed, "dd")["init"]) == (3.14159,)
    assert variable(parsed, "ptr")["references"] == [(0, "arr", 8, True)]
    assert [r[:3:2] for r in variable(parsed, "names")["references"]] == [(0, 0), (8, 0)]
    assert variable(parsed, "dyn") | {"extern": True, "count": 0, "bytes": 0, "align": 16, "space": "shared"} == variable(parsed, "dyn")
    assert variable(load("inlined.ptx"), "zero_big")["init"] == b""


def test_packed_addresses_and_function_tables() -> None:
    packed = variable(load("switch.ptx"), "packed")
    assert (packed["bytes"], packed["references"]) == (13, [(1, "tgt", 8, True)])
    assert packed["init"][0] == 1 and packed["init"][9] == 5
    assert [r[:2] for r in variable(load("calls.ptx"), "table")["references"]] == [(0, "_Z3addff"), (8, "_Z3mulff")]


def test_demoted_shared_variables_and_the_stack_are_locals() -> None:
    kernels = [f for f in load("basic.ptx")["functions"] if f["entry"]]
    assert sorted(v["bytes"] for f in kernels for v in f["locals"] if v["space"] == "shared") == [256, 512]
    assert all(any(v["space"] == "local" and v["align"] == 8 for v in f["locals"]) for f in kernels)


def test_parameters_keep_their_layout() -> None:
    calls = function(load("calls.ptx"), "calls")
    assert [(p["bytes"], p["align"]) for p in calls["params"]] == [(24, 8), (32, 16), (8, 8), (8, 8), (4, 4)]
    mk = function(load("calls.ptx"), "mk")
    assert (mk["returns"][0]["bytes"], mk["extern"]) == (24, False)
    assert function(load("calls.ptx"), "sw")["max_threads"] == [256, 1, 1]


def test_a_declaration_and_its_definition_are_one_function() -> None:
    names = [f["name"] for f in load("calls.ptx")["functions"]]
    assert len(names) == len(set(names))
    assert not function(load("calls.ptx"), "add")["extern"] and function(load("calls.ptx"), "malloc")["extern"]


def test_call_sequences_have_parameters_of_their_own() -> None:
    fib = function(load("calls.ptx"), "fib")
    first, second = ([o.strip("()") for o in i["operands"]] for i in fib["body"] if i["opcode"].startswith("call"))
    assert first[1] == second[1] == "_Z3fibi"
    names = {first[0], first[2], second[0], second[2]}
    assert len(names) == 4 and names <= {v["name"] for v in fib["locals"]}


def test_indirect_call_keeps_target_and_arguments_only() -> None:
    call = next(i for i in function(load("calls.ptx"), "calls")["body"] if i["opcode"] == "call" and i["operands"][1].startswith("%rd"))
    assert len(call["operands"]) == 3 and call["operands"][2].count(",") == 1


def test_chain_of_inlined_calls() -> None:
    chain = function(load("inlined.ptx"), "chain")
    lines = {tuple(line for _, line in i["frames"]) for i in chain["body"]}
    assert {(26, 28, 34), (26, 29, 34), (29, 34), (34,), (33,)} <= lines
    assert {files for i in chain["body"] for files, _ in i["frames"]} == {"inlined.cu"}
    spin = function(load("inlined.ptx"), "spin")
    atomics = [i["frames"] for i in spin["body"] if i["opcode"].startswith("atom")]
    assert [[f for f, _ in frames] for frames in atomics] == [["device_atomic_functions.hpp", "inlined.cu"]] * 2
    assert [frames[-1][1] for frames in atomics] == [48, 50]


def test_line_zero_keeps_the_line_before_it() -> None:
    lines = [i["frames"][0][1] for i in body(".loc 1 7 3\nadd.u32 %r1, %r2, %r3;\n.loc 1 0 3\nret;\n.loc 1 9 1\nret;")["body"]]
    assert lines == [7, 7, 9]


def test_inlined_into_itself_ends() -> None:
    text = ".loc 1 5 1, function_name x, inlined_at 1 6 1\n.loc 1 6 1, function_name x, inlined_at 1 5 1\nret;"
    assert [line for _, line in body(text)["body"][0]["frames"]] == [6, 5]


def test_frames_of_one_function_do_not_reach_into_the_next() -> None:
    one = ".entry a() { .loc 1 5 1, function_name x, inlined_at 1 6 1\nret; }"
    two = ".entry b() { .loc 1 9 1, function_name x, inlined_at 1 5 1\nret; }"
    parsed = _core.parse(HEAD + one + two, bodies=True)
    assert [line for _, line in parsed["functions"][1]["body"][0]["frames"]] == [9, 5]


def test_inline_assembly_with_nested_scopes() -> None:
    instructions = function(load("asm.ptx"), "as")["body"]
    adds = [i for i in instructions if i["opcode"] == "add.u32"]
    inner = next(i for i in instructions if i["opcode"] == "mov.u32" and i["operands"][1] == "5")
    assert adds[0]["operands"][0] == adds[1]["operands"][0] != inner["operands"][0], "the inner t1 hides the outer one"
    assert adds[0]["operands"][2] == "16" and adds[1]["operands"][2] == "8", "0x10 and 010"
    assert adds[1]["guard"] and not adds[1]["guard"].startswith("!")
    branch = next(i for i in instructions if i["opcode"] == "bra")
    target = int(branch["operands"][0][1:])
    assert instructions[target]["opcode"] == "mov.b32" and instructions[target]["operands"][1] == "5" and branch["guard"].startswith("!")


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("mov.u32 %r1, (1 << 4) | 3;", ["%r1", "19"]),
        ("mov.u32 %r1, -1;", ["%r1", str(2**64 - 1)]),
        ("mov.u32 %r1, 5 - 3 - 1;", ["%r1", "1"]),
        ("mov.u32 %r1, 1 ? 2 : 3;", ["%r1", "2"]),
        ("mov.u32 %r1, WARP_SZ * 2;", ["%r1", "64"]),
        ("mov.u64 %rd1, -1 > 0U;", ["%rd1", "1"]),
        ("mov.u64 %rd1, (.s64) 7 / -2;", ["%rd1", str(2**64 - 3)]),
        ("mov.u64 %rd1, (.s64) 0x8000000000000000 / -1;", ["%rd1", str(2**63)]),
        ("mov.f32 %f1, 0f3F800000;", ["%f1", "f32:1065353216"]),
        ("mov.f32 %f1, -0f3F800000;", ["%f1", f"f32:{0xBF800000}"]),
        ("mov.f32 %f1, 1.5;", ["%f1", f"f64:{0x3FF8000000000000}"]),
        ("mov.f32 %f1, 1e-3;", ["%f1", f"f64:{struct.unpack('<Q', struct.pack('<d', 1e-3))[0]}"]),
        ("ld.global.v4.u32 {%r1, _, %r2, %r3}, [%rd1+-16];", ["{%r1, _, %r2, %r3}", "[%rd1-16]"]),
        ("ld.global.u32 %r1, [table+4+8];", ["%r1", "[table+12]"]),
        ("ld.global.u32 %r1, table[3];", ["%r1", "[table+12]"]),
        ("mov.u64 %rd1, table+8;", ["%rd1", "table+8"]),
        ("ld.global.u32 %r1, [4096];", ["%r1", "[4096]"]),
        ("shfl.sync.bfly.b32 %r1|%p1, %r2, 1, 31, -1;", ["%r1|%p1", "%r2", "1", "31", str(2**64 - 1)]),
        ("setp.lt.and.s32 %p1|_, %r1, %r2, !%p2;", ["%p1|_", "%r1", "%r2", "!%p2"]),
        ("mov.u32 %r1, %tid.x;", ["%r1", "%tid.x"]),
        ("bar.sync 0;", ["0"]),
        ("ret;", []),
    ],
)
def test_operands(statement: str, expected: list[str]) -> None:
    assert operands(statement) == expected


def test_vector_registers() -> None:
    parts = body("mov.f32 q.y, q.w; st.global.v4.f32 [%rd1], q;", ".reg .b64 %rd<2>; .reg .v4 .f32 q;")["body"]
    assert parts[0]["operands"] == ["q.y", "q.w"]
    assert parts[1]["operands"][1] == "{q.x, q.y, q.z, q.w}"


def test_indexed_branch() -> None:
    f = body("mov.u32 %r1, 1;\nts: .branchtargets L1, L0, L1;\nbrx.idx %r1, ts;\nL0: ret;\nL1: exit;\nL2:")
    branch = f["body"][1]
    assert (branch["opcode"], branch["operands"]) == ("brx.idx", ["%r1", "ts"])
    assert [f["labels"][label] for label in f["branch_targets"]["ts"]] == [3, 2, 3]
    assert f["labels"]["L2"] == 4, "a label at the end names the exit"


def test_directives_that_change_nothing_here() -> None:
    parsed = _core.parse(
        HEAD
        + """@@DWARF .byte 1
        .pragma "nounroll"; /* a comment
        over two lines */
        .weak .func (.param .b32 r) f(.param .b32 x) .noreturn { st.param.b32 [r], 1; ret; }
        .visible .func (.param .b32 r) g(.param .b32 x);
        .alias g, f;
        .common .global .attribute(.managed) .align 4 .u32 m = 5;
        .global .v4 .f32 v = {1.0, 2.0, 0f40400000, 4};
        .global .s16 two[2][3] = {{1, 2}, {-1}};
        .global .b8 open[] = {1, 2, 3};
        .visible .entry k(.param .u64 .ptr .global .align 16 p, .param .align 8 .b8 s[24])
        .reqntid 32, 4
        .minnctapersm 2
        .maxnreg 64
        { .reg .b32 %r<2>; .pragma "nounroll"; call (_), g, (%r1); L: bra.uni L; }
        .file 1 "a.cu", 123, 456
        .section .debug_info { $L__x: .b8 1, 2
        .b64 $L__x - $L__y
        .b32 .debug_abbrev }
        """.replace("(_)", "(%r1)"),
        bodies=True,
    )
    k = next(f for f in parsed["functions"] if f["name"] == "k")
    assert k["required_threads"] == [32, 4] and [p["bytes"] for p in k["params"]] == [8, 24]
    assert k["body"][0]["operands"][1] == "f", "an alias is its function"
    assert [f["name"] for f in parsed["functions"]] == ["f", "k"]
    assert struct.unpack("<4f", variable(parsed, "v")["init"]) == (1, 2, 3, 4) and variable(parsed, "v")["align"] == 16
    assert struct.unpack("<6h", variable(parsed, "two")["init"]) == (1, 2, 0, -1, 0, 0)
    assert (variable(parsed, "open")["count"], variable(parsed, "open")["init"]) == (3, b"\1\2\3")


def test_ranges_make_registers_when_named() -> None:
    registers = dict(body("add.u32 %r999999, %r0, %r7;", ".reg .b32 %r<1000000>;")["registers"])
    assert registers == {"%r999999": "b32", "%r0": "b32", "%r7": "b32"}


def test_trailing_nul_bytes_are_padding() -> None:
    assert _core.parse(HEAD + ".entry k() { ret; }\0\0\0")["functions"][0]["name"] == "k"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("mov.u32 %r1, %r9;", 7, "unknown register '%r9'"),
        ("mov.u32 %r1, %nosuch.x;", 7, "unknown register '%nosuch'"),
        ("mov.u64 %rd1, nosuch;", 7, "unknown name 'nosuch'"),
        ("\n\nbra nowhere;", 9, "unknown label 'nowhere'"),
        ("@%r1 bra L; L:", 7, "no predicate register"),
        ("L: ret; L: ret;", 7, "'L' is declared twice"),
        ("mov.u32 %r1, 1/0;", 7, "division by zero"),
        ("mov.u32 %r1, 0f3F80;", 7, "no number of PTX"),
        ("mov.u32 %r1 %r2;", 7, "expected ';'"),
        (".reg .b32 x; .reg .b32 x;", 7, "declared twice"),
        (".reg .q32 x;", 7, "unknown type '.q32'"),
        ("bra;", 7, "a label"),
        ("ret", 8, "expected an operand, found '}'"),
        ("{ ret;", 8, "never closed"),
        ("{" * 70, 7, "more than 64 levels"),
        ("mov.u32 %r1, " + "(" * 100 + ";", 7, "nested too deeply"),
    ],
)
def test_refused_with_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(_core.LoadError) as caught:
        body(text)
    assert words in str(caught.value)
    assert caught.value.ptx_line == line


def test_refused_with_the_line_of_the_source() -> None:
    error = refused(HEAD + '.entry k()\n{\n.loc 2 41 3\nmov.u32 %r1, 1;\n}\n.file 1 "a.cu"\n.file 2 "b.cu"\n')
    assert (error.ptx_line, error.file, error.line) == (7, "b.cu", 41)
    late = refused(HEAD + '.entry k()\n{\n.loc 1 41 3\nbra L;\n.loc 1 50 3\nret;\n}\n.file 1 "a.cu"\n')
    assert (late.ptx_line, late.file, late.line) == (7, "a.cu", 41), "labels are looked up late, yet the branch's own line is told"
    assert (refused(HEAD + "nonsense").file, refused(HEAD + "nonsense").line) == ("", 0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (".global .texref t;", "texture and surface references"),
        (".tex .u32 t;", "texture and surface references"),
        (".address_size 32", "64-bit"),
        (".global .b8 x[3] = {1, 2, 3, 4};", "too many values"),
        (".global .b8 x[99999999999999999999];", "no number of PTX"),
        (".global .b64 x[1099511627776];", "from 0 to"),
        (".global .b8 x[4294967296][4294967296];", "too large"),
        (".global .b8 x[300000000] = {1};", "256 MiB"),
        (".global .b8 x[];", "has no size"),
        (".global .align 3 .b8 x;", "power of two"),
        (".global .u32 x = generic(x);", "8 bytes"),
        (".global .u64 x = nothing;", "not declared"),
        (".shared .u32 x = 1;", "only .global and .const"),
        (".global .b8 x[2] = {0xFF(generic(x)), 0xFF00(generic(x))};", "does not fit"),
        (".global .u32 x = 1; .global .u32 x = 2;", "defined twice"),
        (".func f() { ret; } .func f() { ret; }", "defined twice"),
        (".alias a, b;", "has no body"),
        (".entry k() .reqnctapercluster 2 { ret; }", "not supported"),
        ("/* open", "never closed"),
        ("\x01", "unexpected character"),
    ],
)
def test_module_level_refusals(text: str, words: str) -> None:
    assert words in str(refused(HEAD + text))


def test_hostile_sizes_are_refused_or_cheap() -> None:
    assert "1,048,576 instructions" in str(refused(HEAD + ".entry k(){" + "ret;" * 1_050_000 + "}"))
    assert "64 MiB" in str(refused(" " * (64 * 2**20 + 1)))
    many = "".join(f".entry k{i}(){{ .reg .b32 %r<1000000>; ret; }}" for i in range(2000))
    assert len(_core.parse(HEAD + many)["functions"]) == 2000


@pytest.mark.parametrize(
    ("mangled", "plain", "base"),
    [
        ("_Z1kILi64EEvPfPKfi", "void k<64>(float*, float const*, int)", "k"),
        ("_ZN2ns5outer5innerEPf", "ns::outer::inner(float*)", "inner"),
        ("_ZN12_GLOBAL__N_14hideEv", "(anonymous namespace)::hide()", "hide"),
        ("_ZN34_INTERNAL_5df6c57f_9_f_misc_cu_g6410atomicExchEPii", "atomicExch(int*, int)", "atomicExch"),
        ("_ZN1SclEi", "S::operator()(int)", "operator()"),
        ("_ZlsR1SS0_", "operator<<(S&, S&)", "operator<<"),
        ("_ZN1AIXadL_Z1fvEEE1gIiEEvT_", "void A<&(f())>::g<int>(int)", "g"),
        ("_ZN1AC1Ei", "A::A(int)", "A"),
        ("_ZlsIiER1SS1_T_", "S& operator<< <int>(S&, int)", "operator<<"),
        ("_ZN1ScvjEv", "S::operator unsigned int()", "operator unsigned int"),
        ("plain", "plain", "plain"),
        ("_Zbroken", "_Zbroken", "_Zbroken"),
    ],
)
def test_names(mangled: str, plain: str, base: str) -> None:
    assert _core.demangle(mangled) == plain
    assert _core.base_name(plain) == base


def test_a_name_that_stands_for_megabytes_stays_as_it_is() -> None:
    """Each part of it is a pair of the part before: 200 letters could be all of the machine's memory."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    name = "_Z4bombSt4pairIiiES_IS0_S0_E" + "".join(f"S_IS{digits[k]}_S{digits[k]}_E" for k in range(1, 15))
    assert _core.demangle(name) == name
    short = "_Z4pairSt4pairIiiES_IS0_S0_ES_IS1_S1_ES_IS2_S2_ES_IS3_S3_ES_IS4_S4_ES_IS5_S5_ES_IS6_S6_E"
    assert _core.demangle(short).count("std::pair<int, int>") == 255  # 22 references: still put into words
