"""What a script's trace and messages tell of its mistakes."""

from __future__ import annotations

import pytest

from grader.checks.shell import Script

NAME = "umber lagoon.txt"


def script(*trace: str, stderr: str = "", status: int | None = 0, first: str = "#!/bin/bash", source: str = "") -> Script:
    return Script("task.sh", "\n".join(trace), stderr, status, first, source)


def test_steps_are_read_with_their_words() -> None:
    found = script(
        "+task.sh:3: rm -- 'box/umber lagoon.txt'", "++other.sh:1: ls", "+task.sh:4: echo 'it'\\''s'", "no trace at all", "+task.sh:x: y"
    )
    assert [(step.line, step.words) for step in found.steps] == [(3, ("rm", "--", "box/umber lagoon.txt")), (4, ("echo", "it's"))]
    assert found.last == 4 and script().last is None


def test_lines_of_commands() -> None:
    found = script(
        "+task.sh:1: find . -delete",
        "+task.sh:2: xargs -0 rm",
        "+task.sh:3: A=1 sort a",
        "+task.sh:4: sort b",
        "+task.sh:5: git -C x add .",
    )
    assert found.line("rm") == 2 and found.line("-delete") == 1 and found.line("sort") == 4
    assert found.line("sort", naming="a") == 3 and found.line("nl", "sort") == 4 and found.line("nl") is None
    assert found.git("add") == 5 and found.git("push") is None


def test_the_line_that_writes_a_file_is_read_from_the_text() -> None:
    found = script(source="#!/bin/bash\n# into top.txt\nsort x > answers/top.txt\nexit\n")
    assert found.writes("answers/top.txt") == 3 and found.writes("answers/other.txt") is None


@pytest.mark.parametrize(
    ("made", "verdict", "line"),
    [
        (script(first="#!/bin/bash\r"), "BAD_INTERPRETER", 1),
        (script(first="echo"), "NO_SHEBANG", 1),
        (script(first="#!/bin/bsh", status=126, stderr="timeout: failed: /tmp/task.sh: No such file or directory"), "BAD_INTERPRETER", 1),
        (script(stderr="/tmp/scripts/task.sh: line 9: syntax error: unexpected end of file", status=2), "SYNTAX_ERROR", 9),
    ],
)
def test_what_keeps_a_script_from_running(made: Script, verdict: str, line: int) -> None:
    fault = made.broken()
    assert fault is not None and (fault.verdict, fault.line) == (verdict, line) and fault.en and fault.ko


def test_a_script_that_ran_is_not_broken() -> None:
    assert script("+task.sh:2: ls", stderr="ls: cannot access 'x': No such file or directory", status=2).broken() is None


@pytest.mark.parametrize(
    ("made", "verdict", "line"),
    [
        (script("+task.sh:5: rm -- box/umber lagoon.txt"), "WORD_SPLIT", 5),
        (script("+task.sh:5: xargs rm", stderr="rm: cannot remove './lagoon.txt': No such file"), "WORD_SPLIT", 5),
        (script("+task.sh:6: cd x", stderr="/tmp/task.sh: line 6: haed: command not found"), "COMMAND_NOT_FOUND", 6),
    ],
)
def test_causes(made: Script, verdict: str, line: int) -> None:
    fault = made.cause([NAME])
    assert fault is not None and (fault.verdict, fault.line) == (verdict, line)


def test_a_dash_is_blamed_where_a_name_begins_with_one() -> None:
    made = script("+task.sh:2: cd '-umber lagoon'", stderr="/tmp/task.sh: line 2: cd: -u: invalid option")
    fault = made.cause(["-umber lagoon"])
    assert fault is not None and (fault.verdict, fault.line) == ("TAKEN_AS_OPTION", 2)
    assert made.cause(["plain"]) is None


@pytest.mark.parametrize(
    "made",
    [
        script("+task.sh:5: rm -- 'box/umber lagoon.txt'"),
        script("+task.sh:5: echo lagoon.txt"),  # there is a file of that name, too
        script("+task.sh:5: xargs -0 rm"),
    ],
)
def test_no_cause_is_invented(made: Script) -> None:
    assert made.cause([NAME, "lagoon.txt"]) is None


def test_xargs_is_blamed_for_a_name_with_blanks_that_was_left() -> None:
    assert script("+task.sh:5: xargs rm -f").cause([], about=NAME) is not None
    assert script("+task.sh:5: xargs -r0 rm -f").cause([], about=NAME) is None
    assert script("+task.sh:5: xargs rm -f").cause([], about="plain.txt") is None
