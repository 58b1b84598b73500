"""What every look at a room begins with: its jobs, their arrays, and whether its answers are there and have the form they should."""

from __future__ import annotations

from typing import Any

from .problem_distance import Array


def job_of(room: Any, name: str) -> dict[str, Any]:
    return next(job for job in room.given("task/setup.json")["jobs"] if job["name"] == name)


def arrays_of(room: Any, job: dict[str, Any], *keys: str) -> list[Array]:
    return [room.given(f"task/{job[key]}.npy") for key in keys]


def answers(room: Any, name: str, count: int) -> list[dict[str, Any]]:
    """What `attempt` and `alone` of the driver tell. Anybody in the room may have written it, so its form is looked at first."""

    def proper(answer: Any) -> bool:
        if not isinstance(answer, dict):
            return False
        if "crash" in answer:
            return isinstance(answer["crash"], str)
        if "error" in answer:
            words = answer["error"]
            return (
                isinstance(words, list) and bool(words) and all(isinstance(w, str) for w in words) and isinstance(answer.get("text"), str)
            )
        shape = answer.get("value", "")
        return shape is None or (isinstance(shape, list) and all(size is None or isinstance(size, int) for size in shape))

    told = room.json(name)
    if not isinstance(told, list) or len(told) != count or not all(map(proper, told)):
        room.fail("UNWRITTEN_OUTPUT", f"{name} isn't what room/drive.py writes", message_ko=f"{name}이 room/drive.py가 쓰는 것과 다릅니다.")
    return list(told)


def reached(room: Any, file: str) -> None:
    """Whether a file is missing because something ended the process in good order: nobody else would say so."""
    told = (file, f"{file.partition('.')[0]}.error.json", "finished.json")
    if not any(map(room.has, told)) and room.exit.cause == "exited" and room.exit.code == 0:
        korean = "여기까지 오기 전에 프로세스가 스스로 끝났습니다. exit를 부르는 곳이 있나요?"
        room.fail("EARLY_EXIT", "the process ended itself before it came to this: does something call exit?", message_ko=korean)
