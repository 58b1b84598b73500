"""A notebook among the files of a submission: found, made slim, or refused with what to do."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from grader.errors import SubmissionError
from grader.notebook.cells import read
from grader.unpack import unpack
from tests.notebook.course import encoded, make, solution


def test_jupyter_s_checkpoints_are_no_second_notebook(tmp_path: Path) -> None:
    assignment = make(tmp_path / "course")
    folder = tmp_path / "mine"
    (folder / ".ipynb_checkpoints").mkdir(parents=True)
    (folder / "my steps.ipynb").write_bytes(encoded(solution(assignment)))
    (folder / ".ipynb_checkpoints" / "my steps-checkpoint.ipynb").write_bytes(b"{}")
    source = unpack(folder, assignment)
    assert source.renamed == "my steps.ipynb" and len(read(source.files["steps.ipynb"])) == 6


def test_a_notebook_larger_than_a_source_file_may_be_is_read_from_an_archive(tmp_path: Path) -> None:
    assignment = make(tmp_path / "course")
    book = solution(assignment)
    book["cells"][1]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * (6 << 20)}]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("steps.ipynb", encoded(book))
    (tmp_path / "steps.zip").write_bytes(stream.getvalue())
    assert len(unpack(tmp_path / "steps.zip", assignment).files["steps.ipynb"]) < 4000


def test_a_hundred_megabytes_are_refused_with_a_remedy(tmp_path: Path) -> None:
    assignment = make(tmp_path / "course")
    path = tmp_path / "steps.ipynb"
    with path.open("wb") as file:
        file.truncate(100 << 20)
    with pytest.raises(SubmissionError, match="clear its outputs") as caught:
        unpack(path, assignment)
    assert caught.value.verdict == "BAD_NOTEBOOK" and caught.value.file == "steps.ipynb"


def test_the_same_cells_are_the_same_submission(tmp_path: Path) -> None:
    assignment = make(tmp_path / "course")
    book = solution(assignment)
    path = tmp_path / "steps.ipynb"
    path.write_bytes(encoded(book))
    first = unpack(path, assignment)
    for cell in book["cells"]:
        cell["execution_count"] = 7
    book["metadata"] = {"widgets": {"a": 1}}
    path.write_bytes(encoded(book))
    assert unpack(path, assignment).digest == first.digest
