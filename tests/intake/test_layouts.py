"""Each layout as its platform leaves it, and what a student can put in to be taken for somebody else."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from grader.errors import HarnessError
from grader.intake.record import Scene
from grader.intake.table import LAYOUTS, read_layout
from grader.toolchain import UsageError
from tests.intake.making import clone, read, tree

GEMM = "09_gemm"


def test_plain_by_student(tmp_path: Path, scene: Scene) -> None:
    tree(tmp_path, "alice/gemm.cu", "bob/src/gemm.cu", "carol.zip", "dan.cu", "eve.tar.gz", "README.txt", ".DS_Store", "__MACOSX/x")
    found = read_layout(tmp_path, scene)
    assert found.layout == "plain"
    assert sorted(each.who for each in found.intakes) == ["alice", "bob", "carol", "dan", "eve"]
    assert [each.path.name for each in found.skipped] == ["README.txt"]


def test_plain_by_assignment(tmp_path: Path, scene: Scene) -> None:
    tree(tmp_path, "09_gemm/alice/gemm.cu", "09_gemm/bob.cu", "transpose/alice/transpose.cu")
    assert read(tmp_path, scene) == [("alice", "05_transpose", 1), ("alice", GEMM, 1), ("bob", GEMM, 1)]


def test_plain_by_student_then_assignment(tmp_path: Path, scene: Scene) -> None:
    tree(tmp_path, "alice/gemm/gemm.cu", "alice/05_transpose/transpose.cu", "bob/09_gemm/gemm.cu")
    assert read(tmp_path, scene) == [("alice", "05_transpose", 1), ("alice", GEMM, 1), ("bob", GEMM, 1)]


def test_folder_s_own_name_tells_the_assignment(tmp_path: Path, scene: Scene) -> None:
    tree(tmp_path / "Gemm", "alice/gemm.cu")
    assert read(tmp_path / "Gemm", scene) == [("alice", GEMM, 1)]


def test_a_stray_folder_beside_an_assignment_swallows_no_class(tmp_path: Path, scene: Scene) -> None:
    tree(tmp_path, "09_gemm/alice/gemm.cu", "09_gemm/bob/gemm.cu", "notes/todo.txt")
    found = read_layout(tmp_path, scene)
    assert sorted(each.who for each in found.intakes) == ["alice", "bob"]
    assert [each.path.name for each in found.skipped] == ["notes"]


def test_a_student_called_like_an_assignment_is_a_student(tmp_path: Path, scene: Scene) -> None:
    tree(tmp_path, "gemm/gemm.cu", "alice/gemm.cu")
    assert [each[0] for each in read(tmp_path, scene)] == ["alice", "gemm"]


def test_links_are_told_and_not_followed(tmp_path: Path, scene: Scene) -> None:
    tree(tmp_path, "alice/gemm.cu", "elsewhere/gemm.cu")
    (tmp_path / "bob").symlink_to(tmp_path / "elsewhere")
    found = read_layout(tmp_path, scene)
    assert "bob" not in {each.who for each in found.intakes}
    assert ["bob"] == [each.path.name for each in found.skipped]


def test_canvas(tmp_path: Path, scene: Scene) -> None:
    tree(
        tmp_path,
        "doejane_101_5001_gemm.cu",
        "doejane_101_5002_notes.txt",
        "kimminsu_LATE_102_5003_gemm-2.cu",
        "leesam_103_text.html",
        "x.pdf",
    )
    found = read_layout(tmp_path, scene)
    assert found.layout == "canvas"
    people = {each.who: each for each in found.intakes}
    assert {name: each.ids for name, each in people.items()} == {
        "doejane": {"canvas": "101"},
        "kimminsu": {"canvas": "102"},
        "leesam": {"canvas": "103"},
    }
    assert [part.name for part in people["doejane"].parts] == ["gemm.cu", "notes.txt"]
    assert [part.name for part in people["kimminsu"].parts] == ["gemm.cu"]  # Canvas's number of it is no part of the name
    assert [name for name, each in people.items() if each.late] == ["kimminsu"]
    assert [each.path.name for each in found.skipped] == ["x.pdf"]


def test_canvas_without_names(tmp_path: Path, scene: Scene) -> None:
    tree(tmp_path, "anon_Ab3dE_5001_gemm.cu", "LATE_anon_Xy9dE_5002_gemm.cu")
    found = read_layout(tmp_path, scene)
    assert found.layout == "canvas"
    assert {(each.who, each.late) for each in found.intakes} == {("anon_Ab3dE", False), ("anon_Xy9dE", True)}


def test_gradescope(tmp_path: Path, scene: Scene) -> None:
    tree(tmp_path, "submission_1/gemm.cu", "submission_2/gemm.cu", "submission_4/gemm.cu", "stray.txt")
    (tmp_path / "submission_metadata.yml").write_text(
        "submission_1:\n  :submitters:\n  - :name: Jane Doe\n    :sid: '00123'\n    :email: jane@x.edu\n"
        "  :created_at: 2026-03-01 12:00:00.123456000 Z\n  :score: 3.0\n"
        "submission_2:\n  :submitters:\n  - :name: A\n    :email: a@x.edu\n  - :name: B\n    :sid:\n    :email: b@x.edu\n"
        "submission_3:\n  :submitters:\n  - :name: Nothing\n    :email: n@x.edu\n"
    )
    found = read_layout(tmp_path, scene)
    assert found.layout == "gradescope"
    rows = {(each.who, each.label, len(each.parts)) for each in found.intakes}
    assert rows == {
        ("jane@x.edu", "submission_1", 1),
        ("a@x.edu", "submission_2", 1),
        ("b@x.edu", "submission_2", 1),
        ("n@x.edu", "submission_3", 0),
        ("submission_4", "submission_4", 1),
    }
    jane = next(each for each in found.intakes if each.name == "Jane Doe")
    assert jane.ids == {"email": "jane@x.edu", "sis": "00123"}
    assert jane.received_at == dt.datetime(2026, 3, 1, 12, 0, 0, 123456, dt.UTC)
    assert [each.path.name for each in found.skipped] == ["stray.txt"]


@pytest.mark.parametrize(
    "text",
    [
        "submission_1: [",
        "- a\n- b\n",
        "a: &a [x]\n? [1, 2]\n: 3\n",
        "!!python/object/apply:os.system [exit]\n",
        "\0\1\2",
        "a: " * 5000,
        "[" * 20000,
    ],
)
def test_gradescope_s_table_damaged(tmp_path: Path, scene: Scene, text: str) -> None:
    (tmp_path / "submission_metadata.yml").write_text(text)
    try:
        assert read_layout(tmp_path, scene).intakes == ()
    except UsageError as error:
        assert "submission_metadata.yml" in str(error)


def test_gradescope_s_table_leads_nowhere_else(tmp_path: Path, scene: Scene) -> None:
    folder = tree(tmp_path / "in", "submission_1/gemm.cu")
    tree(tmp_path, "secret/gemm.cu")
    rows = ("../secret", "/etc", "..", "submission_1/../../secret", "x" * 300)
    (folder / "submission_metadata.yml").write_text("".join(f"'{row}':\n  :submitters: []\n" for row in rows))
    found = read_layout(folder, scene)
    assert [each.who for each in found.intakes] == ["submission_1"]
    assert len(found.skipped) == len(rows)


def test_gradescope_s_names_that_aliases_make_endless(tmp_path: Path, scene: Scene) -> None:
    lines = ["a0: &a0 [x, x]"] + [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
    (tmp_path / "submission_metadata.yml").write_text("\n".join([*lines, "submission_1:", "  :submitters:", "  - :name: *a39"]))
    tree(tmp_path, "submission_1/gemm.cu")
    assert [each.who for each in read_layout(tmp_path, scene).intakes] == ["submission_1"]


def test_moodle(tmp_path: Path, scene: Scene) -> None:
    tree(
        tmp_path,
        "Jane Doe_11_assignsubmission_file_/gemm.cu",
        "Jane Doe_11_assignsubmission_onlinetext_/onlinetext.html",
        "Group 1-김민수_12_assignsubmission_file_gemm.cu",
        "Sam Lee_13_assignsubmission_onlinetext_onlinetext.html",
        "Older Form_14_assignsubmission_file/gemm.cu",
    )
    found = read_layout(tmp_path, scene)
    assert found.layout == "moodle"
    assert {each.who: [part.name for part in each.parts] for each in found.intakes} == {
        "Jane Doe": [""],
        "Group 1-김민수": ["gemm.cu"],
        "Sam Lee": ["onlinetext.html"],
        "Older Form": [""],
    }


def test_github(tmp_path: Path, scene: Scene) -> None:
    folder = tmp_path / "gemm-submissions"
    for user in ("ann", "bo-b"):
        clone(folder / f"gemm-{user}")
    tree(folder, "gemm-empty/.git/HEAD", "list.csv")
    found = read_layout(folder, scene)
    assert found.layout == "github"
    noon = dt.datetime(2026, 3, 1, 3, tzinfo=dt.UTC)
    assert [(each.who, each.assignment, each.received_at) for each in found.intakes] == [
        ("ann", GEMM, noon),
        ("bo-b", GEMM, noon),
        ("empty", GEMM, None),
    ]
    assert sorted(each.path.name for each in found.skipped) == ["gemm-empty", "list.csv"]  # one has no time, and that is told


def test_github_s_parent_may_be_named(tmp_path: Path, scene: Scene) -> None:
    clone(tmp_path / "hw1-submissions" / "hw1-ann")
    assert read(tmp_path, scene) == [("ann", None, 1)]


def test_repositories_alone_are_no_github(tmp_path: Path, scene: Scene) -> None:
    """Students who hand their .git in are known by the folder's name, and decide no time."""
    for student in ("alice", "bob"):
        clone(tmp_path / student)
    found = read_layout(tmp_path, scene)
    assert found.layout == "plain"
    assert {(each.who, each.received_at) for each in found.intakes} == {("alice", None), ("bob", None)}


# ---- what a student can do


@pytest.mark.parametrize(
    "inside",
    [
        ("submission_metadata.yml", "submission_1/gemm.cu"),
        ("Bob Roe_7_assignsubmission_file_/gemm.cu",),
        ("roebob_7_8_gemm.cu",),
        ("bob/gemm.cu", "carol/gemm.cu"),
        ("gemm-bob/.git/HEAD", "gemm-carol/.git/HEAD"),
    ],
)
def test_a_single_student_is_nobody_else(tmp_path: Path, scene: Scene, inside: tuple[str, ...]) -> None:
    tree(tmp_path / "in", *(f"alice/{name}" for name in inside))
    with pytest.raises(UsageError, match="--layout plain"):
        read_layout(tmp_path / "in", scene)
    assert read(tmp_path / "in", scene, "plain") == [("alice", None, 1)]


def test_a_platform_s_own_folder_around_it_is_no_question(tmp_path: Path, scene: Scene) -> None:
    tree(tmp_path / "in", "assignment_99_export/submission_1/gemm.cu")
    (tmp_path / "in/assignment_99_export/submission_metadata.yml").write_text("submission_1:\n  :submitters:\n  - :email: a@x.edu\n")
    assert read(tmp_path / "in", scene) == [("a@x.edu", None, 1)]
    tree(tmp_path / "other", "download/Jane Doe_1_assignsubmission_file_/gemm.cu")
    assert read(tmp_path / "other", scene, "moodle") == [("Jane Doe", None, 1)]


def test_a_canvas_file_s_name_decides_no_layout(tmp_path: Path, scene: Scene) -> None:
    tree(tmp_path, "evil_1_2_x_3_assignsubmission_file_y.cu", "doejane_4_5_gemm.cu", "leesam_6_7_gemm.cu")
    found = read_layout(tmp_path, scene)
    assert found.layout == "canvas"
    assert sorted(each.who for each in found.intakes) == ["doejane", "evil", "leesam"]


def test_a_moodle_file_s_name_decides_no_person(tmp_path: Path, scene: Scene) -> None:
    tree(tmp_path, "Eve_5_assignsubmission_file_Bob_6_assignsubmission_file_gemm.cu")
    assert [each[0] for each in read(tmp_path, scene)] == ["Eve"]


# ---- what is named and isn't there


def test_unknown_layout(tmp_path: Path, scene: Scene) -> None:
    with pytest.raises(UsageError, match="canvas, github, gradescope, moodle, plain"):
        read_layout(tmp_path, scene, "blackboard")


def test_gradescope_without_its_table(tmp_path: Path, scene: Scene) -> None:
    with pytest.raises(UsageError, match=r"submission_metadata\.yml is missing"):
        read_layout(tmp_path, scene, "gradescope")


def test_a_folder_that_is_gone(tmp_path: Path, scene: Scene) -> None:
    with pytest.raises(HarnessError, match="can't read"):
        read_layout(tmp_path / "gone", scene)


@pytest.mark.parametrize("layout", [None, *sorted(set(LAYOUTS) - {"gradescope"})])
def test_nothing_there(tmp_path: Path, scene: Scene, layout: str | None) -> None:
    assert read(tmp_path, scene, layout) == []
