"""Reconvergence points: the immediate post-dominator of each instruction, against brute force over paths."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from grader import _core

PTX = Path(__file__).parent / "ptx"
HEAD = ".version 9.0\n.target sm_80\n.address_size 64\n.entry k()\n{ .reg .pred %p; .reg .b32 %r;\n"
KINDS = ["plain", "plain", "bra", "guarded bra", "guarded bra", "brx", "ret", "guarded exit"]


def kernel(statements: list[tuple[str, list[int]]]) -> dict[str, Any]:
    lines = []
    for number, (kind, to) in enumerate(statements):
        text = {
            "plain": "add.u32 %r, %r, 1;",
            "bra": f"bra L{to[0]};",
            "guarded bra": f"@%p bra L{to[0]};",
            "ret": "ret;",
            "guarded exit": "@!%p exit;",
        }
        brx = f"T{number}: .branchtargets {', '.join(f'L{t}' for t in to)}; brx.idx %r, T{number};"
        lines.append(f"L{number}: {text.get(kind, brx)}")
    return dict(_core.parse(HEAD + "\n".join(lines) + f"\nL{len(statements)}:\n}}", bodies=True)["functions"][0])


def successors(statements: list[tuple[str, list[int]]], number: int) -> set[int]:
    """Of an instruction; len(statements) is the exit."""
    kind, to = statements[number]
    end = len(statements)
    following = {
        "plain": {number + 1},
        "bra": {to[0]},
        "guarded bra": {to[0], number + 1},
        "brx": set(to),
        "ret": {end},
        "guarded exit": {end, number + 1},
    }
    # in a kernel, a way out that only some lanes take is none for the others
    stays = {n for n in following[kind] if n != end and statements[n][0] != "ret"}
    return stays or following[kind]


def reaches_exit(statements: list[tuple[str, list[int]]], start: int, without: int | None = None) -> bool:
    seen, work = set(), [start]
    while work:
        node = work.pop()
        if node == len(statements):
            return True
        if node in seen or node == without:
            continue
        seen.add(node)
        work.extend(successors(statements, node))
    return False


def expected(statements: list[tuple[str, list[int]]], number: int) -> int:
    """The nearest instruction on every path to the exit: the one that all other such instructions still follow."""
    after = [d for d in range(len(statements)) if d != number and not reaches_exit(statements, number, without=d)]
    for d in after:
        if all(other == d or not reaches_exit(statements, d, without=other) for other in after):
            return d
    return len(statements)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_against_brute_force(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 14))
    statement = st.tuples(st.sampled_from(KINDS), st.lists(st.integers(0, size), min_size=1, max_size=3))
    statements = data.draw(st.lists(statement, min_size=size, max_size=size))
    assume(all(reaches_exit(statements, n) for n in range(size)))  # endless loops have a rule of their own, below
    assert kernel(statements)["reconverge"] == [expected(statements, n) for n in range(size)]


def test_an_if_in_an_endless_loop_meets_inside_of_the_loop() -> None:
    f = next(f for f in _core.parse((PTX / "inlined.ptx").read_text(), bodies=True)["functions"] if "endless" in f["name"])
    conditional = [n for n, i in enumerate(f["body"]) if i["opcode"].startswith("bra") and i["guard"]]
    assert conditional and all(f["reconverge"][n] < f["instructions"] for n in conditional)


def test_lanes_that_stay_meet_again_behind_an_early_exit() -> None:
    assert kernel([("guarded bra", [3]), ("plain", [0]), ("ret", [0]), ("plain", [0]), ("ret", [0])])["reconverge"][0] == 5
    assert kernel([("guarded bra", [2]), ("guarded exit", [0]), ("plain", [0]), ("plain", [0])])["reconverge"][0] == 2
    assert kernel([("guarded exit", [0]), ("plain", [0])])["reconverge"] == [1, 2]
