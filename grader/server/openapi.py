"""OpenAPI: the table of routes -> an OpenAPI 3.1 document. Schemas come from the records themselves."""

from __future__ import annotations

from typing import Any

import msgspec

from grader.server.problems import PROBLEMS, Problem
from grader.server.routes import JSON, MAX_ID, ROUTES, Route

ALWAYS = ("bad_request", "internal", "unavailable")  # what every route can answer
WITH_TOKEN = (*ALWAYS, "unauthorized", "too_many_requests")
_REF = "#/components/schemas/{name}"


def document(version: str) -> dict[str, Any]:
    """The whole document."""
    types = [kind for route in ROUTES for kind in (*route.returns.values(), route.takes_type) if kind not in (None, bytes)]
    _, components = msgspec.json.schema_components([*types, Problem], ref_template=_REF)
    paths: dict[str, Any] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Warpgrade: hand in and look at what became of it",
            "version": version,
            "description": "Every route but /v1/health answers for the student whose token is sent. Times are RFC 3339, in UTC.",
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "The student's token"}},
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    answers: dict[str, Any] = {str(status): _success(kind) for status, kind in route.returns.items()}
    codes = (*route.problems, *(ALWAYS if route.public else WITH_TOKEN))
    for status in sorted({PROBLEMS[code][0] for code in codes}):
        meant = " / ".join(sorted(code for code in set(codes) if PROBLEMS[code][0] == status))
        answers[str(status)] = {"description": meant, "content": {JSON: {"schema": {"$ref": _REF.format(name="Problem")}}}}
        if status == 401:
            answers["401"]["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}, "required": True}}
    operation: dict[str, Any] = {"operationId": route.name, "summary": route.summary, "responses": answers}
    if not route.public:
        operation["security"] = [{"token": []}]
    parameters = [
        {"name": name, "in": "query", "required": required, "schema": {"type": "string", "minLength": 1}} for name, required in route.query
    ]
    if "{id}" in route.path:
        numbered = route.path.startswith("/v1/submissions")
        kind = {"type": "integer", "minimum": 1, "maximum": MAX_ID} if numbered else {"type": "string", "pattern": "^[0-9a-f]{24}$"}
        parameters.append({"name": "id", "in": "path", "required": True, "schema": kind})
    if parameters:
        operation["parameters"] = parameters
    if route.takes is not None:
        schema = {"$ref": _REF.format(name=route.takes_type.__name__)} if route.takes_type else {}
        operation["requestBody"] = {"required": True, "content": {route.takes: {"schema": schema}}}
    return operation


def _success(kind: Any) -> dict[str, Any]:
    if kind is bytes:
        return {"description": "the bytes", "content": {"application/octet-stream": {"schema": {}}}}
    return {"description": "done", "content": {JSON: {"schema": {"$ref": _REF.format(name=kind.__name__)}}}}
