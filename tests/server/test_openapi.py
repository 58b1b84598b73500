"""The published OpenAPI document is true: whatever it allows is answered as it says, whatever it forbids is refused, nothing breaks."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import negative_data_rejection, positive_data_acceptance

from grader.server.app import Settings
from grader.server.checking import Checks
from grader.server.client import ServerTarget
from grader.server.limits import Rate
from grader.server.openapi import WITH_TOKEN, document
from grader.server.problems import PROBLEMS
from grader.server.routes import ROUTES, Route
from grader.spool.package import packed
from tests.spool.scene import OTHER, SLUG, Scene, app_of, grade_of, served

EXAMPLES = 20  # of each operation
UNBOUNDED = Settings(student=Rate(burst=10**6, per_minute=10**6), strangers=Rate(burst=10**6, per_minute=10**6))


@pytest.fixture(scope="module")
def scene() -> Iterator[Scene]:
    with tempfile.TemporaryDirectory() as folder:
        made = Scene(Path(folder))
        yield made
        made.close()


@pytest.fixture(scope="module")
def app(scene: Scene) -> Any:
    return app_of(scene, checks=Checks(lambda slug, files: grade_of(slug, 100.0)), settings=UNBOUNDED)


@pytest.fixture(scope="module")
def api(scene: Scene, app: Any) -> Any:
    """As alice, who has handed in and whose work is graded, so that answers have something in them."""
    with served(app) as url:
        ServerTarget(url, scene.tokens["alice"]).hand_in(scene.package("alice"))
    scene.grade(scene.gradebook.submissions()[0])
    return schemathesis.openapi.from_asgi("/v1/openapi.json", app)


# What a zip may be: a package of alice's, of somebody else's, of another assignment, any zip, or anything at all.
BODIES = st.one_of(
    st.sampled_from(
        [
            packed({"scale.cu": b"// generated"}, SLUG, "alice").content,
            packed({"scale.cu": b"// unnamed"}, SLUG).content,
            packed({"scale.cu": b"// mine"}, SLUG, "bob").content,
            packed({"shift.cu": b"//", "more.cu": b"//"}, OTHER, "alice").content,
        ]
    ),
    st.binary(max_size=200),
)
schemathesis.serializer.alias("application/zip", "application/octet-stream")
schemathesis.openapi.media_type("application/zip", BODIES)


def rows() -> list[Any]:
    """A route without a token or a parameter has nothing that could be wrong."""
    return [
        pytest.param(row, mode, id=f"{row.name}-{mode.value}")
        for mode in GenerationMode
        for row in ROUTES
        if mode.is_positive or not row.public
    ]


@pytest.mark.parametrize(("row", "mode"), rows())
def test_it_answers_as_it_says(api: Any, scene: Scene, row: Route, mode: GenerationMode) -> None:
    """What fits the document, and what doesn't. No schema says what a package is: what becomes of bodies is not looked at."""
    excluded = [positive_data_acceptance, *([negative_data_rejection] if row.takes == "application/zip" else [])]
    statuses: set[int] = set()

    @given(case=api[row.path][row.method].as_strategy(generation_mode=mode), slug=st.sampled_from([SLUG, OTHER, None]))
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate])
    def hold(case: Any, slug: str | None) -> None:
        if mode.is_positive and row.query and slug:
            case.query["assignment"] = slug
        answer = case.call(headers={"Authorization": f"Bearer {scene.tokens['alice']}"})
        statuses.add(answer.status_code)
        case.validate_response(answer, excluded_checks=excluded)

    hold()
    if mode.is_negative:
        assert max(statuses) >= 400
    elif "{id}" not in row.path:
        assert min(statuses) < 300


def test_the_document_is_openapi(app: Any) -> None:
    with served(app) as url:
        published = httpx.get(f"{url}/v1/openapi.json").json()
    assert published == msgspec.json.decode(msgspec.json.encode(document(published["info"]["version"]))) and published[
        "openapi"
    ].startswith("3.1")
    assert {(path, method.upper()) for path, item in published["paths"].items() for method in item} == {
        (row.path, row.method) for row in ROUTES
    }
    for each in published["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(each)


def test_every_problem_of_the_table_is_used_and_published() -> None:
    published = {code for row in ROUTES for code in row.problems} | {*WITH_TOKEN, "method"}
    assert published == set(PROBLEMS)
