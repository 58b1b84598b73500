"""Render: grades → one self-contained HTML page each and an index. No script, no remote resource, everything from students escaped."""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from grader.errors import HarnessError
from grader.records import Grade
from grader.report.text import duration, number, page_names, prose, visible
from grader.report.view import Submission, index_order, submission
from grader.report.words import LANGUAGES, WORDS

TEMPLATES = Path(__file__).parent / "templates"
STYLES = ("style.css", "pictures.css", "notebook.css")  # one style element, whose hash the policy names


def _finalize(value: Any) -> Any:
    """Every expression of every template passes here before it is escaped: invisible characters of students' texts become visible."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def environment(language: str) -> Environment:
    """The Jinja2 environment of one language: autoescape on, an undefined name is an error, the words table and the style sheet at hand."""
    if language not in WORDS:
        raise HarnessError(f"the report knows no language {language!r}; known: {', '.join(LANGUAGES)}")
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    style = "".join((TEMPLATES / name).read_text(encoding="utf-8") for name in STYLES)
    env.globals.update(
        t=WORDS[language],
        style=Markup(style),  # our own file: trusted
        home="index.html",  # where a submission's page leads back to, and what that is called
        home_words="all_submissions",
        csp=policy(style),
    )
    env.filters.update(number=number, prose=prose, duration=duration)
    return env


def policy(style: str, script: str = "") -> str:
    """The content security policy of a page: this style sheet, this script if there is one, and nothing else."""
    allowed = f"default-src 'none'; style-src '{_hash(style)}'; img-src data:; base-uri 'none'; form-action 'none'"
    return f"{allowed}; script-src '{_hash(script)}'" if script else allowed


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def write_atomically(path: Path, text: str) -> None:
    """Written aside and renamed: a reader sees the old page or the new one, never a half."""
    handle, aside = tempfile.mkstemp(dir=path.parent, prefix=".report-", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.chmod(aside, 0o644)  # mkstemp's 0600 would keep a web server from reading the page
        os.replace(aside, path)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise


def render(grades: Sequence[Grade], folder: Path, *, language: str = "en") -> Path:
    """Write one page for each grade and `index.html` into `folder` (created if needed); returns the index's path.

    Other files in the folder are left alone. The same grades give the same bytes. Raises HarnessError for a language that isn't known and
    if the folder can't be written.
    """
    env = environment(language)
    names = page_names([(grade.assignment, grade.submission) for grade in grades])
    pages: list[Submission] = [submission(grade, name, language) for grade, name in zip(grades, names, strict=True)]
    page_template, index_template = env.get_template("submission.html.j2"), env.get_template("index.html.j2")
    index = folder / "index.html"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for page in pages:
            write_atomically(folder / page.page, page_template.render(page=page))
        write_atomically(index, index_template.render(pages=index_order(pages)))
    except OSError as error:
        raise HarnessError(f"the report can't be written to {folder}: {error.strerror}. Give a folder that you may write to") from error
    return index
