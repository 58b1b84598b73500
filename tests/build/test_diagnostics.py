"""What compilers print -> Problems. The texts are nvcc 13.0's and g++ 12's own."""

from __future__ import annotations

from grader.build import diagnostics

FILES = ("gemm.cu",)


def first(log: str) -> tuple[str, str | None, int | None, str]:
    problem = diagnostics.parse(log, FILES)[0]
    return problem.verdict, problem.file, problem.line, problem.message


def test_cudafe() -> None:
    log = 'gemm.cu(12): error: identifier "x" is undefined\n    float s = x;\n\n1 error detected in the compilation of "gemm.cu".'
    assert first(log) == ("COMPILE_ERROR", "gemm.cu", 12, 'identifier "x" is undefined')
    assert len(diagnostics.parse(log, FILES)) == 1
    numbered = (
        'gemm.cu(3): error #20: identifier "y" is undefined\ngemm.cu(4): warning #177-D: variable "z" was declared but never referenced\n'
    )
    assert [p.line for p in diagnostics.parse(numbered, FILES)] == [3]


def test_gcc_with_a_column() -> None:
    log = 'gemm.cu:7:10: fatal error: nothere.h: No such file or directory\n    7 | #include "nothere.h"\n      |          ^\n'
    assert first(log) == ("COMPILE_ERROR", "gemm.cu", 7, "nothere.h: No such file or directory")
    assert diagnostics.parse(log, FILES)[0].column == 10


def test_the_assembler() -> None:
    log = "gemm.cu: Assembler messages:\ngemm.cu:1: Error: no such instruction: `foobar %eax'\n"
    assert first(log)[1:3] == ("gemm.cu", 1)


def test_an_error_in_a_header_belongs_to_the_line_that_led_there() -> None:
    included = "In file included from gemm.cu:4:\n/usr/include/c++/12/foo.h:9:2: error: #error no\n"
    assert first(included)[1:3] == ("gemm.cu", 4)
    context = '          detected during instantiation of "f<T>" at line 31 of gemm.cu\n'
    instantiated = f"/x/include/thrust/foo.h(88): error: incomplete type is not allowed\n{context}"
    assert first(instantiated)[1:3] == ("gemm.cu", 31)
    assert "foo.h:88" in first(instantiated)[3]


def test_the_students_file_comes_first() -> None:
    log = "/x/a.h(1): error: other\ngemm.cu(5): error: mine\n"
    assert first(log)[1:] == ("gemm.cu", 5, "mine")


def test_the_linker() -> None:
    log = (
        "/usr/bin/ld: .keep/gemm.o: in function `ck_gemm':\n/tmp/w/gemm.cu:2: undefined reference to `helper(int)'\n"
        "collect2: error: ld returned 1 exit status\n"
    )
    assert first(log) == ("COMPILE_ERROR", "gemm.cu", 2, "undefined reference to `helper(int)'")
    ours = "/usr/bin/ld: gemm.o: in function `f':\n/tmp/w/gemm.cu:9: undefined reference to `cudaGraphLaunch'\n"
    assert first(ours) == ("UNSUPPORTED", "gemm.cu", 9, "cudaGraphLaunch is not available on the emulated GPU")


def test_ptxas_is_moved_to_the_source() -> None:
    ptx = "\n".join([".version 9.0", '.file 1 "/tmp/w/gemm.cu"', ".loc 1 30 0", "foo.bar;", ".loc 1 34 2", "add.u32 %r1, %r2;"])
    log = (
        "ptxas gemm.ptx, line 4; error   : Not a name of any known instruction: 'foo'\n"
        "ptxas gemm.ptx, line 6; error   : Arguments mismatch for instruction 'add'\n"
        "ptxas fatal   : Ptx assembly aborted due to errors\n"
    )
    problems = diagnostics.parse_ptxas(log, ptx, FILES)
    assert [(p.file, p.line) for p in problems] == [("gemm.cu", 30), ("gemm.cu", 34)]
    assert "foo" in problems[0].message


def test_registers() -> None:
    log = (
        "ptxas info    : Compiling entry function '_Z1kPf' for 'sm_80'\nptxas info    : Function properties for _Z1kPf\n"
        "    0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads\n"
        "ptxas info    : Used 32 registers, used 0 barriers, 408 bytes cmem[0]\n"
    )
    assert diagnostics.registers(log) == {"_Z1kPf": 32}


def test_no_flood() -> None:
    log = "".join(f"gemm.cu({i}): error: e{i}\n" for i in range(1, 500))
    assert len(diagnostics.parse(log, FILES)) == diagnostics.MAX_PROBLEMS


def test_which_file_is_the_students() -> None:
    assert diagnostics.student_file("/tmp/w/gemm.cu", FILES) == "gemm.cu"
    assert diagnostics.student_file("./gemm.cu", FILES) == "gemm.cu"
    assert diagnostics.student_file("/tmp/w/mygemm.cu", FILES) is None
    assert diagnostics.student_file("/usr/include/gemm.h", FILES) is None
