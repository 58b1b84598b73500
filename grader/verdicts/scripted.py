"""Rows of what happens to a command in its room, whatever it is."""

from __future__ import annotations

from grader.verdicts.record import Verdict, row

SCRIPTED: tuple[Verdict, ...] = (
    row(
        "EXCEPTION",
        128,
        "crash",
        "",
        en=(
            "An exception ended this part",
            "Your code raised an exception that nothing caught, so this part of it has no result. Other parts went on.",
            "The message is Python's own, and the line is the innermost one of yours that the exception went through. Call the function "
            "by hand with a small input of the kind that the hand-out describes.",
        ),
        ko=(
            "예외 때문에 이 부분이 끝나지 못했습니다",
            "코드에서 예외가 발생했고 아무도 처리하지 않아서 이 부분에는 결과가 없습니다. 다른 부분은 계속 실행되었습니다.",
            "메시지는 파이썬이 낸 그대로이고, 줄 번호는 예외가 지나간 학생 코드 가운데 가장 안쪽 줄입니다. 과제 설명에 나온 것과 같은 작은 "
            "입력으로 함수를 직접 호출해 보세요.",
        ),
    ),
)
