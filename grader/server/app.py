"""App: a Desk -> an ASGI application. Reads requests within bounds, finds out whose they are, and hands them to the Desk in threads.

The event loop does no work of its own that could take long: files, database and signatures are the threads'.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from importlib.metadata import PackageNotFoundError, version
from typing import TypeVar, TypeVarTuple, Unpack

import anyio
import anyio.to_thread
import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route as StarletteRoute

from grader.errors import HarnessError
from grader.gradebook.records import Student
from grader.records import Record
from grader.server.desk import Desk
from grader.server.limits import Buckets, Rate, read_body
from grader.server.openapi import document
from grader.server.problems import ApiError
from grader.server.routes import JSON, ROUTES, Answer, Call, Route
from grader.unpack.members import show

Endpoint = Callable[[Request], Awaitable[Response]]
T = TypeVar("T")
Ts = TypeVarTuple("Ts")
_ALWAYS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_DRAIN_BYTES, _DRAIN_S = 1 << 20, 5.0
_log = logging.getLogger("grader.server")


class Settings(Record, frozen=True, kw_only=True):
    """Bounds of what the server takes on."""

    student: Rate = Rate(burst=60, per_minute=120)  # requests of one student
    strangers: Rate = Rate(burst=20, per_minute=10)  # requests with no or a wrong token, of one address
    upload_s: float = 60.0  # for one body
    uploads: int = 64  # bodies in memory at a time; the others wait
    uploads_each: int = 2  # of these, of one student
    threads: int = 16  # requests that are worked on at a time


def application(desk: Desk, settings: Settings | None = None) -> Starlette:
    """The application. `desk.checks`, if there are any, end with it."""
    front = _Front(desk, settings or Settings())
    by_path: dict[str, dict[str, Route]] = defaultdict(dict)
    for row in ROUTES:
        by_path[row.path][row.method] = row
    routes = [StarletteRoute(path, front.endpoint(rows), methods=list(rows)) for path, rows in by_path.items()]
    routes.append(StarletteRoute("/v1/openapi.json", front.openapi, methods=["GET"]))

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        try:
            yield
        finally:
            if desk.checks is not None:
                desk.checks.close()

    app = Starlette(routes=routes, exception_handlers={HTTPException: _http}, lifespan=lifespan)
    app.router.redirect_slashes = False  # a redirect would send the token a second time, wherever it leads
    return app


class _Front:
    """What stands between a request and the Desk. All its state is the event loop's."""

    def __init__(self, desk: Desk, settings: Settings) -> None:
        self.desk, self.settings = desk, settings
        self.students, self.strangers = Buckets(settings.student), Buckets(settings.strangers)
        self.uploading: Counter[str] = Counter()
        self.uploads = asyncio.Semaphore(settings.uploads)
        self.threads: anyio.CapacityLimiter | None = None  # made in the event loop that it belongs to
        self.document = msgspec.json.encode(document(_version()))

    def endpoint(self, rows: dict[str, Route]) -> Endpoint:
        async def answer(request: Request) -> Response:
            row = rows["GET" if request.method == "HEAD" else request.method]
            try:
                return _response(await self._answer(row, request))
            except ApiError as error:
                if error.status != 408:
                    await _drain(request)
                return _no(error)
            except HarnessError as error:
                _log.error("%s %s: %s", request.method, row.path, error)
                return _no(ApiError("unavailable", retry_after_s=5))
            except ClientDisconnect:
                return Response(status_code=499)  # nobody reads it
            except Exception:
                _log.exception("%s %s", request.method, row.path)
                return _no(ApiError("internal"))

        return answer

    async def openapi(self, request: Request) -> Response:
        return Response(self.document, media_type=JSON, headers=_ALWAYS)

    async def _answer(self, row: Route, request: Request) -> Answer:
        student = None if row.public else await self._student(request)
        query = _query(row, request)
        if row.takes is None or student is None:
            return await self._thread(row.answer, self.desk, Call(student, query, dict(request.path_params), b""))
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != row.takes:
            raise ApiError("media_type", row.takes)
        if self.uploading[student.login] >= self.settings.uploads_each:
            raise ApiError("too_many_requests", retry_after_s=2)
        self.uploading[student.login] += 1
        try:
            async with self.uploads:
                stated = request.headers.get("content-length")
                body = await read_body(request.stream(), stated, row.max_bytes, self.settings.upload_s)
                return await self._thread(row.answer, self.desk, Call(student, query, dict(request.path_params), body))
        finally:
            self.uploading[student.login] -= 1
            self.uploading += Counter()  # drops who is at 0

    async def _student(self, request: Request) -> Student:
        """Whose token it is. A right one is never held up by the wrong ones of others behind the same address."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        token = token.strip()
        student = await self._thread(self.desk.student, token) if scheme.lower() == "bearer" and token.isascii() and token else None
        if student is None:
            address = request.client.host if request.client else ""
            if (wait := self.strangers.take(address)) is not None:
                raise ApiError("too_many_requests", retry_after_s=wait)
            raise ApiError("unauthorized", headers={"WWW-Authenticate": 'Bearer realm="warpgrade"'})
        if (wait := self.students.take(student.login)) is not None:
            raise ApiError("too_many_requests", retry_after_s=wait)
        return student

    async def _thread(self, function: Callable[[Unpack[Ts]], T], *arguments: *Ts) -> T:
        if self.threads is None:
            self.threads = anyio.CapacityLimiter(self.settings.threads)
        return await anyio.to_thread.run_sync(function, *arguments, limiter=self.threads)


def _query(row: Route, request: Request) -> dict[str, str]:
    """What the row asks for. Anything else is refused: a misspelt name must not be ignored without a word."""
    known = [name for name, _ in row.query]
    given = request.query_params.multi_items()
    if (name := next((name for name, _ in given if name not in known), None)) is not None:
        listed = ", ".join(known) or "none"
        raise ApiError(
            "bad_request", f"unknown in the query: {show(name)}; known are {listed}", detail_ko=f"주소의 {show(name)}은(는) 알 수 없습니다"
        )
    if len(given) > len(dict(given)):
        raise ApiError("bad_request", "each name may stand once in the query", detail_ko="주소에는 같은 이름이 한 번만 올 수 있습니다")
    return dict(given)


async def _drain(request: Request) -> None:
    """Reads what is left of a small body: a connection that is closed on unread bytes may take the answer with it."""
    with contextlib.suppress(ClientDisconnect, RuntimeError, TimeoutError):
        read = 0
        async with asyncio.timeout(_DRAIN_S):
            async for part in request.stream():
                read += len(part)
                if read > _DRAIN_BYTES:
                    return


def _response(answer: Answer) -> Response:
    content = answer.value if isinstance(answer.value, bytes) else msgspec.json.encode(answer.value)
    return Response(content, answer.status, {**_ALWAYS, **dict(answer.headers)}, answer.media)


def _no(error: ApiError) -> Response:
    return Response(msgspec.json.encode(error.problem), error.status, {**_ALWAYS, **error.headers}, JSON)


async def _http(request: Request, error: Exception) -> Response:
    """What Starlette itself refuses: an unknown path or method."""
    assert isinstance(error, HTTPException)
    headers = dict(error.headers or {})
    return _no(ApiError("method" if error.status_code == 405 else "not_found", headers=headers))


def _version() -> str:
    try:
        return version("warpgrade")
    except PackageNotFoundError:
        return "0"
