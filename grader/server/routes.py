"""Routes: one table of what the server answers to. The application and the published OpenAPI document are both made of it, so that the
document is true.

A row's function gets the Desk and a Call; it is run in a thread.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from grader.gradebook.records import Student
from grader.records import Record
from grader.server.checking import Check
from grader.server.desk import Desk, Verified
from grader.server.problems import ApiError
from grader.spool.contract import Deadline, HandIn, Identity, Receipt, Status
from grader.spool.package import MAX_PACKAGE_BYTES

ZIP, JSON = "application/zip", "application/json"
MAX_JSON_BYTES = 16 << 10
MAX_ID = (1 << 53) - 1  # what every JSON reader keeps exactly; also within a database's 64 bits


class Health(Record, frozen=True, kw_only=True):
    """That the server answers, and its clock."""

    status: Literal["ok"]
    time: dt.datetime


class Assignments(Record, frozen=True, kw_only=True):
    assignments: tuple[Deadline, ...]


class ToVerify(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The text of a receipt."""

    receipt: str


@dataclass(frozen=True)
class Call:
    """One request, read and within bounds."""

    student: Student | None  # None on a public route only
    query: dict[str, str]
    path: dict[str, str]
    body: bytes

    @property
    def who(self) -> Student:
        assert self.student is not None
        return self.student

    def assignment(self) -> str:
        if not (slug := self.query.get("assignment")):
            raise ApiError("bad_request", "the query needs assignment=SLUG", detail_ko="주소에 assignment=과제 가 필요합니다")
        return slug

    def id(self) -> int:
        text = self.path["id"]
        if not (text.isascii() and text.isdecimal() and 1 <= int(text[:20]) <= MAX_ID):
            raise ApiError("not_found")
        return int(text)


@dataclass(frozen=True)
class Answer:
    """A status and a record, or bytes with their type."""

    value: Any
    status: int = 200
    media: str = JSON
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Route:
    """One row: what is asked, by whom, with which body; what comes back, and which problems can."""

    method: Literal["GET", "POST"]
    path: str
    name: str  # operationId
    summary: str
    answer: Callable[[Desk, Call], Answer]
    returns: dict[int, Any]  # status -> type of the record; bytes for a zip
    problems: tuple[str, ...] = ()  # beside those of every route with a token
    query: tuple[tuple[str, bool], ...] = ()  # (name, required)
    takes: str | None = None  # media type of the body
    takes_type: Any = None
    max_bytes: int = 0
    public: bool = False


def _health(desk: Desk, call: Call) -> Answer:
    return Answer(Health(status="ok", time=desk.now()))


def _whoami(desk: Desk, call: Call) -> Answer:
    return Answer(desk.whoami(call.who))


def _assignments(desk: Desk, call: Call) -> Answer:
    return Answer(Assignments(assignments=desk.assignments(call.who)))


def _status(desk: Desk, call: Call) -> Answer:
    return Answer(desk.status(call.who, call.query.get("assignment")))


def _hand_in(desk: Desk, call: Call) -> Answer:
    receipt = desk.hand_in(call.who, call.assignment(), call.body)
    return Answer(receipt, 200 if receipt.again else 201)


def _hand_in_of(desk: Desk, call: Call) -> Answer:
    return Answer(desk.hand_in_of(call.who, call.id()))


def _content(desk: Desk, call: Call) -> Answer:
    submission, content = desk.content(call.who, call.id())
    # never its own name or type: it may have come by a way that took any
    name = f"{submission.assignment}-{submission.number}{'.zip' if content[:2] == b'PK' else ''}"
    disposition = f'attachment; filename="{name}"'
    return Answer(content, media="application/octet-stream", headers=(("Content-Disposition", disposition),))


def _ask_check(desk: Desk, call: Call) -> Answer:
    return Answer(desk.ask_check(call.who, call.assignment(), call.body), 202)


def _check(desk: Desk, call: Call) -> Answer:
    return Answer(desk.check(call.who, call.path["id"]))


def _verify(desk: Desk, call: Call) -> Answer:
    try:
        given = msgspec.json.decode(call.body, type=ToVerify)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ApiError("bad_request", f"the body must be a receipt's text as JSON: {error}") from None
    return Answer(desk.verify(call.who, given.receipt))


_PACKAGE = (
    "unknown_assignment",
    "timeout",
    "too_large",
    "media_type",
    "bad_package",
    "not_yours",
    "wrong_files",
)

ROUTES = (
    Route("GET", "/v1/health", "health", "Whether the server answers.", _health, {200: Health}, public=True),
    Route("GET", "/v1/whoami", "whoami", "Who this token belongs to.", _whoami, {200: Identity}),
    Route("GET", "/v1/assignments", "assignments", "Assignments with your dates and rules.", _assignments, {200: Assignments}),
    Route(
        "POST",
        "/v1/submissions",
        "hand_in",
        "Hand in a package. The files that were your latest already are no new hand-in: the same receipt comes back, with 200.",
        _hand_in,
        {201: Receipt, 200: Receipt},
        problems=(*_PACKAGE, "too_often", "too_soon"),
        query=(("assignment", True),),
        takes=ZIP,
        max_bytes=MAX_PACKAGE_BYTES,
    ),
    Route(
        "GET",
        "/v1/submissions",
        "status",
        "Your hand-ins, latest first, and what became of them.",
        _status,
        {200: Status},
        problems=("unknown_assignment",),
        query=(("assignment", False),),
    ),
    Route("GET", "/v1/submissions/{id}", "hand_in_of", "One of your hand-ins.", _hand_in_of, {200: HandIn}, problems=("not_found",)),
    Route(
        "GET",
        "/v1/submissions/{id}/content",
        "content",
        "One of your hand-ins, as it came.",
        _content,
        {200: bytes},
        problems=("not_found",),
    ),
    Route(
        "POST",
        "/v1/checks",
        "ask_check",
        "Run the public checks on files that are not handed in.",
        _ask_check,
        {202: Check},
        problems=(*_PACKAGE, "queue_full", "no_checks"),
        query=(("assignment", True),),
        takes=ZIP,
        max_bytes=MAX_PACKAGE_BYTES,
    ),
    Route("GET", "/v1/checks/{id}", "check", "How far a check of yours is, and its result.", _check, {200: Check}, problems=("not_found",)),
    Route(
        "POST",
        "/v1/receipts/verify",
        "verify",
        "Whether a receipt of yours is genuine.",
        _verify,
        {200: Verified},
        problems=("timeout", "too_large", "media_type"),
        takes=JSON,
        takes_type=ToVerify,
        max_bytes=MAX_JSON_BYTES,
    ),
)
