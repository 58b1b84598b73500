"""Problems: every way in which the server says no -> status, what the student reads in both languages, and when another try makes sense."""

from __future__ import annotations

from typing import Final

from grader.records import Record

# code: (status, English, Korean)
PROBLEMS: Final[dict[str, tuple[int, str, str]]] = {
    "bad_request": (400, "{detail}", "{detail_ko}"),
    "unauthorized": (
        401,
        "This token is of nobody in this course's roster, or there is none. Store yours with `grader whoami --token-stdin`; the staff "
        "can give you a new one.",
        "토큰이 없거나 수강생의 토큰이 아닙니다. `grader whoami --token-stdin`(으)로 토큰을 저장하세요. 새 토큰은 조교에게 요청하세요.",
    ),
    "not_found": (404, "There is nothing of yours here under that name.", "그런 이름의 본인 자료가 없습니다."),
    "unknown_assignment": (
        404,
        "There is no assignment {detail!r}; known are {known}.",
        "{detail!r} 과제가 없습니다. 과제: {known}.",
    ),
    "method": (405, "This address doesn't answer to that method.", "이 주소에서는 그 메서드를 쓸 수 없습니다."),
    "timeout": (408, "The upload took too long; try again.", "업로드가 너무 오래 걸렸습니다. 다시 하세요."),
    "too_often": (409, "{detail}", "{detail_ko}"),
    "too_large": (
        413,
        "More than {detail}; hand in only the files that the assignment asks for.",
        "{detail}을(를) 넘습니다. 과제에서 요구하는 파일만 제출하세요.",
    ),
    "media_type": (
        415,
        "The body must be {detail}; `grader submit` sends it so.",
        "본문은 {detail} 형식이어야 합니다. `grader submit`을 사용하세요.",
    ),
    "bad_package": (422, "{detail}", "제출물을 읽을 수 없습니다. `grader submit`(으)로 다시 제출하세요. ({detail})"),
    "not_yours": (
        422,
        "The package is for {detail}, and this is {known}.",
        "이 제출물은 {detail}용인데, 여기는 {known}입니다.",
    ),
    "wrong_files": (
        422,
        "The assignment asks for {known}, and the package has {detail}.",
        "과제에서 요구하는 파일은 {known}인데, 제출물에는 {detail}이(가) 있습니다.",
    ),
    "too_soon": (429, "{detail}", "{detail_ko}"),
    "too_many_requests": (429, "Too many requests; wait a little.", "요청이 너무 많습니다. 잠시 뒤에 다시 하세요."),
    "queue_full": (
        429,
        "{detail} checks wait already; try again in a while, or run `grader check` on your own machine.",
        "이미 {detail}개의 검사가 기다리고 있습니다. 잠시 뒤에 다시 하거나 본인 컴퓨터에서 `grader check`를 실행하세요.",
    ),
    "internal": (
        500,
        "A fault of the server's. Nothing was handed in by this request; try again, and tell the staff if it stays so.",
        "서버의 문제입니다. 이 요청으로는 제출되지 않았습니다. 다시 시도하고, 계속되면 조교에게 알려 주세요.",
    ),
    "unavailable": (
        503,
        "The server can't keep anything just now. Nothing was handed in by this request; try again in a little while.",
        "서버가 지금은 저장할 수 없습니다. 이 요청으로는 제출되지 않았습니다. 잠시 뒤에 다시 하세요.",
    ),
    "no_checks": (
        503,
        "This server doesn't run checks; run `grader check` on your own machine.",
        "이 서버는 검사를 실행하지 않습니다. 본인 컴퓨터에서 `grader check`를 실행하세요.",
    ),
}


class Problem(Record, frozen=True, kw_only=True):
    """The body of every answer that is a no."""

    error: str  # a key of PROBLEMS
    message: str
    message_ko: str
    retry_after_s: int | None = None


class ApiError(Exception):
    """Raised anywhere below a route; becomes the answer."""

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        detail_ko: str = "",
        known: str = "",
        retry_after_s: int | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        self.status, english, korean = PROBLEMS[code]
        values = {"detail": detail, "detail_ko": detail_ko or detail, "known": known}
        self.problem = Problem(
            error=code, message=english.format(**values), message_ko=korean.format(**values), retry_after_s=retry_after_s
        )
        self.headers = dict(headers or {})
        if retry_after_s is not None:
            self.headers["Retry-After"] = str(retry_after_s)
        super().__init__(self.problem.message)
