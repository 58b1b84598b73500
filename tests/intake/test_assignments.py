"""Which assignment something is of, where only its files can tell; and that whatever lies in a folder is read as something."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader.errors import SubmissionError
from grader.intake.assignments import placed
from grader.intake.contents import content_of
from grader.intake.record import Intake, Scene
from grader.intake.table import LAYOUTS, read_layout
from grader.toolchain import UsageError
from tests.intake.making import KERNEL, tree, zipped


def told(folder: Path, scene: Scene) -> dict[str, str | None]:
    found = read_layout(folder, scene).intakes
    return {each.who: each.assignment for each in placed(list(found), scene, lambda each: content_of(each, scene.wanted()))}


def test_by_files(tmp_path: Path, scene: Scene) -> None:
    tree(tmp_path, "alice/gemm.cu", "bob/src/transpose.cu")
    zipped(tmp_path / "carol.zip", {"x/gemm.cu": KERNEL.encode()})
    assert told(tmp_path, scene) == {"alice": "09_gemm", "bob": "05_transpose", "carol": "09_gemm"}


def test_a_misnamed_file_is_of_what_all_others_are_of(tmp_path: Path, scene: Scene) -> None:
    tree(tmp_path, "alice/gemm.cu", "bob/my_solution.cu", "carol/")
    (tmp_path / "dan.zip").write_bytes(b"PK\3\4 no zip")
    assert told(tmp_path, scene) == dict.fromkeys(("alice", "bob", "carol", "dan"), "09_gemm")


def test_what_could_be_several_is_left_to_somebody(tmp_path: Path, scene: Scene) -> None:
    tree(tmp_path, "alice/gemm.cu", "bob/transpose.cu", "carol/x.cu", "dan/gemm.cu", "dan/transpose.cu")
    assert told(tmp_path, scene) == {"alice": "09_gemm", "bob": "05_transpose", "carol": None, "dan": None}


PIECES = st.sampled_from(
    [
        "a",
        "Kim",
        "김",
        "_",
        "_1_2_",
        "_LATE",
        "_12_assignsubmission_file_",
        "gemm",
        "09_gemm",
        "-",
        ".cu",
        ".zip",
        ".git",
        " ",
        "\n",
        "\x1b[31m",
        "\u202e",
        "submission_1",
        "anon_",
    ]
)
NAMES = st.lists(PIECES, min_size=1, max_size=6).map("".join).map(str.encode) | st.binary(min_size=1, max_size=255).map(
    lambda name: name.replace(b"\0", b"x").replace(b"/", b"x")
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    names=st.lists(st.tuples(NAMES, st.sampled_from(["file", "folder", "link", "pipe", "clone"])), max_size=6),
    layout=st.sampled_from([None, *LAYOUTS]),
)
def test_any_folder(tmp_path_factory: object, scene: Scene, names: list[tuple[bytes, str]], layout: str | None) -> None:
    """Nothing but the two errors for people comes out, every entry is a hand-in's, told, or hidden, and labels can be printed."""
    folder = tmp_path_factory.mktemp("any")  # type: ignore[attr-defined]
    there: set[str] = set()
    for name, kind in names:
        path = os.path.join(os.fsencode(folder), name)
        if name in (b".", b"..") or len(name) > 255 or os.path.lexists(path):
            continue
        if kind == "file":
            Path(os.fsdecode(path)).write_text("x")
        elif kind == "link":
            os.symlink("/etc/passwd", path)
        elif kind == "pipe":
            os.mkfifo(path)
        else:
            os.mkdir(path)
            tree(Path(os.fsdecode(path)), "gemm.cu", *([".git/HEAD"] if kind == "clone" else []))
        there.add(os.fsdecode(name))
    try:
        found = read_layout(folder, scene, layout)
    except (UsageError, SubmissionError):
        return
    read: set[str] = {part.path.relative_to(folder).parts[0] for each in found.intakes for part in each.parts}
    skipped = {each.path.relative_to(folder).parts[0] for each in found.skipped}
    hidden = {name for name in there if name.startswith(".")}
    assert there - hidden <= read | skipped | {"Thumbs.db", "desktop.ini", "__MACOSX"}
    for each in found.intakes:
        assert each.label.isprintable()
        filename, content = content_of(each, scene.wanted())
        assert filename
        assert isinstance(content, bytes)
    assert len({(each.who, each.label) for each in found.intakes}) == len(found.intakes)
    placed(list(found.intakes), scene, lambda each: content_of(each, scene.wanted()))
    assert all(isinstance(each, Intake) for each in found.intakes)
