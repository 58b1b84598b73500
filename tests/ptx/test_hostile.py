"""Truncated, hostile and huge PTX: a LoadError with a line, soon and in little memory; never a crash or a hang."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from grader import _core

HEAD = ".version 9.0\n.target sm_80\n.address_size 64\n"
PARTS = Path(__file__).parents[1] / "emulator" / "ptx"


def body(text: str, declares: str = ".reg .b32 %r<9>; .reg .b64 %rd<9>; .reg .pred %p<9>;") -> str:
    return f"{HEAD}.visible .entry k(.param .u64 out)\n{{\n{declares}\n{text}\nret;\n}}\n"


def module(text: str) -> str:
    return HEAD + text + "\n.visible .entry k()\n{\nret;\n}\n"


# what is wrong: (text, a word of the message)
REFUSED = {
    "empty": ("", "target"),
    "no target": (".version 9.0\n.address_size 64\n.visible .entry k() { ret; }", "target"),
    "32-bit addresses": (HEAD.replace("64", "32"), "64"),
    "comment": (HEAD + "/* never closed\n\n\n", "closed"),
    "string": (HEAD + '.file 1 "never closed\n', "closed"),
    "nested scopes": (body("{" * 1000 + "}" * 1000), "braces"),
    "nested operands": (body(f"mov.b32 %r1, {'{' * 1000}%r2{'}' * 1000};"), "nest"),
    "nested expression": (body(f"mov.b32 %r1, {'(' * 100000}1{')' * 100000};"), "nest"),
    "many operands": (body(f"mov.b32 %r1, {{{', '.join(['%r2'] * 5000)}}};"), "operands"),
    "registers": (body("ret;", ".reg .b32 %r<4000000000>;"), "registers"),
    "many registers": (body("\n".join(f"mov.b64 %rd{i}, 0;" for i in range(300_000)), ".reg .b64 %rd<1000000>;"), "registers"),
    "too large a number": (body("mov.u64 %rd1, 99999999999999999999999999;"), "number"),
    "shared array": (body("ret;", ".shared .b8 x[1099511627776];"), "shared"),
    "local array": (body("ret;", ".local .b8 x[1099511627776];"), "local"),
    "global array": (module(".global .b8 x[1099511627776];"), "memory"),
    "array beyond 64 bits": (module(".global .b8 x[99999999999][99999999999];"), "large"),
    "array of arrays": (module(".global .b8 x" + "[2]" * 60 + ";"), "dimensions"),
    "parameter": (HEAD + ".visible .entry k(.param .b8 p[1099511627776]) { ret; }", "parameter"),
    "parameter of a function": (module(".func f(.param .b8 p[4294967296]) { ret; }"), "parameter"),
    "many parameters": (HEAD + f".visible .entry k({', '.join(f'.param .u64 p{i}' for i in range(5000))}) {{ ret; }}", "parameter"),
    "argument": (body("{ .param .b8 a[4294967296]; ret; }"), "parameter"),
    "initialiser that names itself": (module(".global .u64 x[1] = {y};"), "y"),
    "too many values": (module(".global .u32 x[2] = {1, 2, 3};"), "values"),
    "initialiser without an end": (HEAD + ".global .u32 x[2] = {1, 2", "end of the text"),
    "deep initialiser": (module(f".global .u32 x[2] = {'{' * 5000}1{'}' * 5000};"), "braces"),
    "label twice": (body("L:\nadd.u32 %r1, %r1, 1;\nL:\nbra L;"), "L"),
    "no such label": (body("bra NOWHERE;"), "NOWHERE"),
    "register as a label": (body("bra %r1;"), "%r1"),
    "list of no labels": (body("T: .branchtargets A, B;\nbrx.idx %r1, T;"), "A"),
    "variable twice": (module(".global .u32 x;\n.global .u32 x;"), "x"),
    "function twice": (module(".func f() { ret; }\n.func f() { ret; }"), "f"),
    "kernel twice": (module(".visible .entry k() { ret; }"), "k"),
    "register twice": (body("ret;", ".reg .b32 %a; .reg .b64 %a;"), "%a"),
    "call of a kernel": (body("call.uni k, (out);"), ".param"),
    "call of a kernel without arguments": (module("").replace("ret;", "call.uni k;\nret;"), "kernel"),
    "call with too many arguments": (
        module(".func f() { ret; }").replace("ret;\n}", ".param .b32 a; call.uni f, (a);\nret;\n}"),
        "argument",
    ),
    "call with another size": (
        module(".func f(.param .b32 x) { ret; }").replace("ret;\n}", "{ .param .b8 a[64]; call.uni f, (a); }\nret;\n}"),
        "argument",
    ),
    "alignment": (module(".global .align 3 .u32 x;"), "power of two"),
    "huge alignment": (module(".global .align 1099511627776 .u32 x;"), "alignment"),
    "vector of nothing": (body("ld.global.v2.u32 {}, [%rd1];"), ""),
    "guard that is no predicate": (body("@%r1 ret;"), "predicate"),
    "location of no file": (body(".loc x y z\nret;"), ""),
    "file of no number": (HEAD + '.file "a.cu" 1\n', ""),
    "control characters": (HEAD + "\x01\x02\x7f", "character"),
    "code outside": (HEAD + "add.u32 %r1, %r2, %r3;", ""),
    "braces": (HEAD + "}}}}", ""),
    "section without an end": (HEAD + ".section .debug_info { .b8 1", "end of the text"),
    "pragma without an end": (HEAD + '.pragma "nounroll"', "end of the text"),
    "threads": (HEAD + ".visible .entry k() .maxntid 99999999999, 1, 1 { ret; }", ""),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_a_line(name: str) -> None:
    text, word = REFUSED[name]
    with pytest.raises(_core.LoadError) as caught:
        _core.Device(memory_mib=64).load(text)
    assert 1 <= caught.value.ptx_line <= text.count("\n") + 1
    assert word in str(caught.value)
    assert len(str(caught.value)) < 400 and str(caught.value).isprintable()


# Strange, but nothing is wrong with it.
TAKEN = {
    "nothing but a kernel": HEAD + ".visible .entry k() { ret; }",
    "no kernel": HEAD,
    "many registers that nobody uses": body("ret;", ".reg .b32 %r<1000000>;"),
    "locations of a file that isn't there": body(".loc 77 4000000000 1\nadd.u32 %r1, %r1, 1;"),
    "a kernel without an end": HEAD + ".visible .entry k() { }",
    "code behind the end": body("ret;\nadd.u32 %r1, %r1, 1;\nexit;"),
    "empty statements": body(";;;;"),
    "a function that calls itself": module(".func f() { call.uni f; ret; }"),
    "carriage returns": body("ret;").replace("\n", "\r\n"),
    "trailing zeros": body("ret;") + "\0\0\0",
}


@pytest.mark.parametrize("name", TAKEN)
def test_taken(name: str) -> None:
    device = _core.Device(memory_mib=64)
    program = device.load(TAKEN[name])
    for kernel in program.kernels():
        assert device.launch(program, kernel["name"], 1, 32, [("ptr", 0)] * len(kernel["params"]))["error"] == 0


@pytest.mark.parametrize("path", sorted(PARTS.glob("*.ptx")), ids=lambda path: path.stem)
def test_truncated_anywhere(path: Path) -> None:
    """Cut off after every so many bytes, the text loads or is refused, within its lines."""
    text = path.read_text(encoding="utf-8", errors="replace")
    device = _core.Device(memory_mib=256)
    for end in range(0, len(text), max(1, len(text) // 150)):
        try:
            device.load(text[:end])
        except _core.LoadError as error:
            assert 1 <= error.ptx_line <= text.count("\n") + 1


def test_bytes_that_are_no_text() -> None:
    """What isn't UTF-8 can't come from Python; the device process gets bytes. Latin-1 letters in names and paths stand for them."""
    with pytest.raises(_core.LoadError):
        _core.Device(memory_mib=16).load(body("ret;").replace("k(", "ÿþ\udcff(".encode("utf-8", "replace").decode("utf-8")))
    text = body(".loc 1 5 0\nret;") + '.file 1 "\u00e9\u00ff.cu"\n'
    assert _core.parse(text)["files"] == {1: "\u00e9\u00ff.cu"}


HUGE = {
    "a long line": "'// ' + 'x' * (60 << 20)",
    "a long name": "'.global .u32 ' + 'x' * (50 << 20) + ';'",
    "a long number": "'.global .u32 x = ' + '9' * (50 << 20) + ';'",
    "many variables": "''.join('.global .u8 v%d;' % i for i in range(2_000_000))",
    "many labels": "'.entry q(){' + ''.join('L%d:' % i for i in range(4_000_000)) + 'ret;}'",
    "many scopes": "'.entry q(){' + '{}' * 20_000_000 + 'ret;}'",
    "many files": "''.join('.file %d \"a\"\\n' % i for i in range(3_000_000))",
    "more than the limit": "' ' * (100 << 20)",
    "many kernels": "''.join('.entry q%d(){ret;}' % i for i in range(500_000))",
    "a large variable": "'.global .b8 x[34359738368];'",
    "a large constant": "'.const .b8 x[8589934592];'",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", HUGE)
def test_huge_texts_take_little(name: str) -> None:
    """In a process of its own: its time and its memory are bounded."""
    script = f"""
import resource
from grader import _core
device = _core.Device(memory_mib=1 << 16)
try:
    device.load({HEAD!r} + {HUGE[name]} + "\\n.visible .entry k() {{ ret; }}")
    print("taken", end=" ")
except _core.LoadError as error:
    assert 1 <= error.ptx_line and len(str(error)) < 400
    print("refused", end=" ")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    assert int(re.findall(r"\d+$", done.stdout.strip())[0]) < 2500, done.stdout
