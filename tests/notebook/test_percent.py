"""The master's format: what it reads, what it writes, and what it refuses with a line."""

from __future__ import annotations

import pytest

from grader.notebook.percent import MasterCell, MasterError, read_master, write_master
from tests.notebook.course import MASTER


def test_a_master_comes_back_as_it_was() -> None:
    cells = read_master(MASTER, "master.py")
    assert [(cell.id, cell.type, cell.kind) for cell in cells] == [
        ("intro", "markdown", "given"),
        ("imports", "code", "setup"),
        ("descend", "code", "solution"),
        ("try_descend", "code", "given"),
        ("average", "code", "solution"),
        ("scratch", "code", "free"),
    ]
    assert cells[0].source == "# Steps\nWrite *both* functions."
    again = read_master(write_master(cells, '"""Head."""'), "again")
    assert [(c.id, c.source, c.kind) for c in again] == [(c.id, c.source, c.kind) for c in cells]


def test_limits_and_points() -> None:
    text = "# %% id=a kind=test points=2.5 time_s=7\nassert True\n\n# %% [markdown] id=b kind=manual points=3\n# Why?\n"
    first, second = read_master(text, "m")
    assert (first.points, first.time_s, second.points) == (2.5, 7.0, 3.0)
    assert write_master([first, second]) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = 1\n", "m: has no cell"),
        ("# %%\nx = 1\n", "m:1: a cell needs id=NAME"),
        ("# %% id=A\n", "m:1: a cell needs id=NAME"),
        ("# %% id=a\n# %% id=b\n# %% id=a\n", "m:3: the id a is taken by the cell of line 1"),
        ("# %% id=a kind=hidden\n", "m:1: unknown kind 'hidden'"),
        ("# %% id=a colour=red\n", "m:1: unknown word 'colour'"),
        ("# %% [markdown] id=a kind=solution\n", "m:1: a markdown cell can't be of kind solution"),
        ("# %% [markdown] id=a\nText\n", "m: the markdown cell of line 1 has a line without `# `: 'Text'"),
        ("# %% id=a kind=test\n", "m:1: a cell of kind test: give it points"),
        ("# %% id=a points=3\n", "m:1: a cell of kind given: points belong to"),
        ("# %% id=a kind=test points=many\n", "m:1: points=many: not a number"),
        ('# %% id="a\n', "m:1: the cell's header can't be read"),
    ],
)
def test_mistakes_are_told_with_their_line(text: str, said: str) -> None:
    with pytest.raises(MasterError) as caught:
        read_master(text, "m")
    assert str(caught.value).startswith(said)


def test_defaults() -> None:
    assert read_master("# %% id=a\n1\n", "m") == [MasterCell(id="a", source="1", line=1)]
