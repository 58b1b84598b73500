"""`grader serve` as a target: package -> POST -> receipt. A connection that is lost is tried again: the same files are the same hand-in."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import httpx
import msgspec

from grader.errors import HarnessError
from grader.records import Record
from grader.server.address import checked_url
from grader.server.checking import Check
from grader.server.desk import Verified
from grader.server.problems import Problem
from grader.server.routes import ZIP, Assignments
from grader.spool.contract import Deadline, HandIn, Identity, Package, Receipt, Refused, Status
from grader.spool.package import MAX_PACKAGE_BYTES
from grader.toolchain import UsageError

TRIES = 4
_FIRST_PAUSE_S = 0.5
_PATIENCE_S = 10  # with a server that says when to ask again
T = TypeVar("T", bound=Record)


class ServerTarget:
    """Hands in to a server. `client` is for tests; `insecure` lets a token travel unencrypted."""

    def __init__(
        self,
        url: str,
        token: str,
        *,
        insecure: bool = False,
        client: httpx.Client | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = checked_url(url, insecure=insecure)
        self.key: bytes | None = None  # the token itself goes along
        self._sleep = sleep
        self._client = client or httpx.Client(timeout=httpx.Timeout(60.0, connect=10.0), follow_redirects=False)
        self._headers = {"Authorization": f"Bearer {token}"}

    def whoami(self) -> Identity:
        return self._get("/v1/whoami", Identity)

    def assignments(self) -> tuple[Deadline, ...]:
        return self._get("/v1/assignments", Assignments).assignments

    def hand_in(self, package: Package) -> Receipt:
        return self._post("/v1/submissions", Receipt, package.content, {"assignment": package.assignment})

    def status(self, assignment: str | None = None) -> Status:
        return self._get("/v1/submissions", Status, {"assignment": assignment} if assignment else None)

    def hand_in_of(self, id: int) -> HandIn:
        return self._get(f"/v1/submissions/{id}", HandIn)

    def content(self, id: int) -> bytes:
        """What was handed in, as it came."""
        return self._asked("GET", f"/v1/submissions/{id}/content").content

    def verify(self, receipt: str) -> Verified:
        answer = self._asked("POST", "/v1/receipts/verify", json={"receipt": receipt})
        return _decoded(answer, Verified)

    def ask_check(self, package: Package) -> Check:
        return self._post("/v1/checks", Check, package.content, {"assignment": package.assignment})

    def check(self, id: str) -> Check:
        return self._get(f"/v1/checks/{id}", Check)

    def _get(self, path: str, kind: type[T], query: dict[str, str] | None = None) -> T:
        return _decoded(self._asked("GET", path, params=query), kind)

    def _post(self, path: str, kind: type[T], content: bytes, query: dict[str, str]) -> T:
        if len(content) > MAX_PACKAGE_BYTES:  # the server would close the connection in the middle
            mib = MAX_PACKAGE_BYTES >> 20
            raise Refused(f"the package has more than {mib} MiB", f"제출물이 {mib} MiB를 넘습니다", code="too_large")
        return _decoded(self._asked("POST", path, params=query, content=content, headers={"Content-Type": ZIP}), kind)

    def _asked(self, method: str, path: str, *, headers: dict[str, str] | None = None, **rest: Any) -> httpx.Response:
        """The answer if it is a yes. Every request may be sent again: none does anything twice."""
        cause = ""
        for attempt in range(TRIES):
            if attempt:
                self._sleep(_FIRST_PAUSE_S * 2 ** (attempt - 1))
            try:
                answer = self._client.request(method, self.name + path, headers={**self._headers, **(headers or {})}, **rest)
            except httpx.TransportError as error:
                cause = f"{type(error).__name__}{f': {error}' if str(error) else ''}"
                continue
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise HarnessError(f"{self.name} can't be asked: {error}") from None
            if answer.is_success:
                return answer
            no = _error(answer, self.name)
            if (
                isinstance(no, Refused)
                and no.code == "too_many_requests"
                and (no.retry_after_s or 0) <= _PATIENCE_S
                and attempt + 1 < TRIES
            ):
                self._sleep(no.retry_after_s or 0)
                continue
            if answer.status_code not in (500, 502, 503, 504) or isinstance(no, Refused):
                raise no
            cause = str(no)
        raise HarnessError(
            f"{self.name} could not be reached in {TRIES} tries ({cause}). Try again: if your files arrived all the same, you get the "
            "receipt of that hand-in"
        )


def _error(answer: httpx.Response, name: str) -> Exception:
    """What a no means: the token's, the request's, or the server's fault."""
    try:
        problem = msgspec.json.decode(answer.content, type=Problem)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return HarnessError(f"{name} answered {answer.status_code} and not as `grader serve` does; is the address right?")
    if problem.error == "unauthorized":
        return UsageError(problem.message)
    if answer.status_code >= 500 and problem.error != "no_checks":
        return HarnessError(problem.message)
    return Refused(problem.message, problem.message_ko, code=problem.error, retry_after_s=problem.retry_after_s)


def _decoded(answer: httpx.Response, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(answer.content, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise HarnessError(
            f"the server's answer can't be read ({error}); update Warpgrade, or ask the staff which version it runs"
        ) from None
