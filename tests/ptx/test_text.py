"""printf and assert of kernels: the text that reaches the program, in block and thread order."""

from __future__ import annotations

from typing import Any

from tests.ptx.launch import kernel, run, words

EXTERN = ".extern .func (.param .b32 r) vprintf (.param .b64 f, .param .b64 a);\n"


def string(name: str, text: str) -> str:
    data = text.encode() + b"\0"
    return f".global .align 1 .b8 {name}[{len(data)}] = {{{', '.join(str(b) for b in data)}}};\n"


def call(arguments: str = "%rd6") -> str:
    return f"""mov.u64 %rd5, text;
cvta.global.u64 %rd5, %rd5;
{{ .param .b64 f; .param .b64 a; .param .b32 r;
st.param.b64 [f], %rd5;
st.param.b64 [a], {arguments};
call.uni (r), vprintf, (f, a);
ld.param.b32 %r9, [r]; }}"""


STACK = ".local .align 8 .b8 stack[64];"
BUFFER = "mov.u64 %rd7, stack;\ncvta.local.u64 %rd6, %rd7;\n"


def printed(text: str, body: str = "", **how: Any) -> bytes:
    module = EXTERN + string("text", text) + string("word", "hello")
    return run(kernel(BUFFER + body + call(), module=module, declares=STACK), clean=True, **how).text


def test_text_alone() -> None:
    assert printed("100%% sure\n", block=2) == b"100% sure\n" * 2


def test_order_of_threads_and_blocks() -> None:
    got = printed("%d ", "st.local.u32 [%rd7], %r1;\n", block=40, grid=3, threads=2)
    assert got == "".join(f"{i} " for i in range(120)).encode()


def test_conversions() -> None:
    body = """setp.ne.u32 %p1, %r0, 0;
@%p1 exit;
st.local.u32 [%rd7], -5;
st.local.u32 [%rd7+4], 4000000000;
st.local.u64 [%rd7+8], 0x123456789ab;
st.local.f64 [%rd7+16], 0d3FF8000000000000;
mov.u64 %rd8, word;
cvta.global.u64 %rd8, %rd8;
st.local.u64 [%rd7+24], %rd8;
st.local.u32 [%rd7+32], 65;
st.local.u32 [%rd7+36], 7;
"""
    assert printed("[%d %u %llx %.3f %s %c %5d]", body) == b"[-5 4000000000 123456789ab 1.500 hello A     7]"


def test_flags_and_stars() -> None:
    body = "st.local.u32 [%rd7], 6;\nst.local.u32 [%rd7+4], 42;\nst.local.f64 [%rd7+8], 0d400921FB54442D18;\nst.local.u32 [%rd7+16], 255;\n"
    assert printed("%*d|%-8.2e|%#x", body, block=1) == b"    42|3.14e+00|0xff"


def test_only_active_lanes_print() -> None:
    body = "st.local.u32 [%rd7], %r0;\nsetp.lt.u32 %p1, %r0, 29;\n@%p1 exit;\n"
    assert printed("%d,", body) == b"29,30,31,"


def test_the_number_of_arguments_comes_back() -> None:
    module = EXTERN + string("text", "x")
    assert set(words(kernel(BUFFER + call(), module=module, declares=STACK))) <= {0, 1}


def test_assert() -> None:
    module = ".extern .func __assertfail (.param .b64 m, .param .b64 f, .param .b32 l, .param .b64 n, .param .b64 s);\n"
    module += string("message", "x > 0") + string("file", "k.cu") + string("func", "void f()")
    body = """setp.ne.u32 %p1, %r0, 3;
@%p1 bra FINE;
.loc 1 55 0
mov.u64 %rd5, message; cvta.global.u64 %rd5, %rd5;
mov.u64 %rd6, file; cvta.global.u64 %rd6, %rd6;
mov.u64 %rd7, func; cvta.global.u64 %rd7, %rd7;
{ .param .b64 m; .param .b64 f; .param .b32 l; .param .b64 n; .param .b64 s;
st.param.b64 [m], %rd5; st.param.b64 [f], %rd6; st.param.b32 [l], 55; st.param.b64 [n], %rd7; st.param.b64 [s], 1;
call.uni __assertfail, (m, f, l, n, s); }
FINE:"""
    outcome = run(kernel(body, module=module), block=64)
    assert outcome.error == 710
    assert outcome.text == b"k.cu:55: void f(): block: [0,0,0], thread: [3,0,0] Assertion `x > 0` failed.\n"
    assert outcome.findings[0]["frames"] == [("k.cu", 55, 0)]


def test_a_format_string_may_be_anything() -> None:
    for text in ("%", "%5", "%.", "%ll", "%q", "%-+ #0999999d", "%s"):
        printed(text, "st.local.u64 [%rd7], 0;\n", block=1)
