"""Lanes: made whole or not at all, found with what is in them, shown to a room and to nothing else."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import msgspec
import pytest

from grader.assignment_file import LaneName
from grader.cli.main import run
from grader.errors import AssignmentError, HarnessError
from grader.lanes import LANES, Found, Lane, Missing, digest, find, parts_of, versions
from grader.lanes.find import NOTE, Note
from grader.lanes.make import interpreter, make
from grader.toolchain import UsageError


def wheel(folder: Path, name: str, version: str, code: str) -> str:
    """A requirement that needs no package index: a wheel with one module."""
    file = folder / f"{name}-{version}-py3-none-any.whl"
    told = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f"{name}.py", code)
        archive.writestr(f"{told}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        archive.writestr(f"{told}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{told}/RECORD", "")
    return f"{name} @ file://{file}"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Lane, Path]:
    folder = tmp_path_factory.mktemp("lanes")
    lane = Lane(name="torch", title="A small framework", requirements=(wheel(folder, "small", "1.2", "ANSWER = 42\n"),))
    make(lane, root=folder / "lanes")
    return lane, folder / "lanes"


def pretend(root: Path, name: str, **changes: object) -> None:
    """A lane's folder as `make` would leave it, without its weight."""
    (root / name).mkdir(parents=True)
    note = Note(name=name, python="3.11.7", packages={"torch": "2.13.0", "numpy": "2.4.6"}, requirements=LANES[name].requirements)
    (root / name / NOTE).write_bytes(msgspec.json.encode(msgspec.structs.replace(note, **changes)))


def test_a_lane_is_an_interpreter_with_its_packages_and_nothing_of_ours(made: tuple[Lane, Path]) -> None:
    _, root = made
    note = msgspec.json.decode((root / "torch" / NOTE).read_bytes(), type=Note)
    assert note.packages == {"small": "1.2"}
    minor = ".".join(note.python.split(".")[:2])
    program = root / "torch" / "base" / "bin" / f"python{minor}"
    environment = {"PYTHONPATH": str(root / "torch" / "packages"), "LD_LIBRARY_PATH": str(root / "torch" / "base" / "lib")}
    code = "import small, sys, json, ctypes; print(small.ANSWER, sys.prefix); import grader"
    ended = subprocess.run([program, "-S", "-c", code], capture_output=True, text=True, env=environment, cwd=root, check=False)
    assert ended.stdout.split() == ["42", str(root / "torch" / "base")]
    assert "No module named 'grader'" in ended.stderr
    everyone = [path for path in (root / "torch").rglob("*") if not path.is_symlink() and path.stat().st_mode & 0o444 != 0o444]
    assert everyone == []  # whoever the sandbox's user is


def test_packages_that_can_not_be_had_leave_nothing(tmp_path: Path) -> None:
    lane = Lane(name="torch", title="None", requirements=(f"nothing @ file://{tmp_path}/nothing-1-py3-none-any.whl",))
    with pytest.raises(HarnessError, match="install nothing"):
        make(lane, root=tmp_path / "lanes")
    assert list((tmp_path / "lanes").iterdir()) == []


def test_the_wrong_interpreter_is_refused_with_the_remedy(tmp_path: Path) -> None:
    lane = Lane(name="caffe", title="Caffe", python="2.5")
    with pytest.raises(UsageError, match=r"needs Python 2\.5.*--python PATH"):
        interpreter(lane)
    with pytest.raises(UsageError, match="no interpreter that runs"):
        interpreter(lane, str(tmp_path / "none"))
    with pytest.raises(UsageError, match=r"is 3\.\d+"):
        interpreter(lane, sys.executable)


def test_what_is_there_is_found_and_what_is_not_names_its_remedy(tmp_path: Path) -> None:
    assert isinstance(missing := find("torch", tmp_path), Missing)
    assert "grader lane make torch" in missing.remedy
    pretend(tmp_path, "torch")
    assert isinstance(found := find("torch", tmp_path), Found)
    assert (found.interpreter, found.python_path) == ("/lane/base/bin/python3.11", ("/lane/packages",))
    assert "-I/lane/packages/torch/include" in found.flags(linking=False)


def test_a_lane_of_other_versions_is_not_used(tmp_path: Path) -> None:
    pretend(tmp_path, "torch", requirements=("torch==1.0",))
    assert isinstance(missing := find("torch", tmp_path), Missing)
    assert "other versions" in missing.remedy


def test_a_lane_of_parts_needs_all_of_them(tmp_path: Path) -> None:
    for name in parts_of("frameworks21")[:-1]:
        pretend(tmp_path, name)
    assert isinstance(find("frameworks21", tmp_path), Missing)
    pretend(tmp_path, parts_of("frameworks21")[-1])
    assert isinstance(found := find("frameworks21", tmp_path), Found)
    assert found.python_path == ("/lane/packages", "/lane1/packages", "/lane2/packages")


def test_a_damaged_note_is_a_lane_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "torch").mkdir()
    (tmp_path / "torch" / NOTE).write_text("{")
    assert isinstance(find("torch", tmp_path), Missing)


def test_grades_know_a_lane_by_what_is_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_LANES", str(tmp_path))
    assert (digest("torch"), versions(("torch",))) == ("missing", {})
    pretend(tmp_path, "torch")
    assert "2.13.0" in digest("torch")
    assert versions(("torch",)) == {"lane torch": "Python 3.11.7, torch 2.13.0, numpy 2.4.6"}


def test_the_names_in_assignment_toml_are_those_of_the_table() -> None:
    assert set(LaneName.__args__) == set(LANES)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(AssignmentError, match="torch, tensorflow"):
        find("pytorch")


def test_the_command_lists_and_removes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("GRADER_LANES", str(tmp_path))
    pretend(tmp_path, "torch")
    assert run(["lane", "--json"]) == 0
    rows = {row["name"]: row for row in msgspec.json.decode(capfd.readouterr().out)["lanes"]}
    assert rows["torch"]["made"] and rows["torch"]["packages"]["torch"] == "2.13.0"
    assert not rows["caffe"]["made"] and "grader lane make caffe" in rows["caffe"]["remedy"]
    assert run(["lane", "make", "torch"]) == 0
    assert "there already" in capfd.readouterr().out
    assert run(["lane", "remove", "torch"]) == 0
    assert not (tmp_path / "torch").exists()
    assert run(["lane", "make"]) == 2
    assert run(["lane", "make", "pytorch"]) == 2
    assert "known are" in capfd.readouterr().err
