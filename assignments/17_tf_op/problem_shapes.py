"""What op.cc says before it computes: its interface, what its shape function knows of y, and what is refused."""

from __future__ import annotations

from typing import Any

from .problem_answers import answers, job_of
from .problem_jobs import (
    # BEGIN STAFF
    REFUSALS,
    # END STAFF
    Shape,
)

REFUSED = "refused"


def static_shape(x: Shape, centers: Shape) -> Shape | str:
    """What the shape function must say of y: as much as follows from the inputs, and nothing else. REFUSED: no such inputs can ever do."""
    for shape in (x, centers):
        if shape is not None and len(shape) != 2:
            return REFUSED
    rows, a = x or [None, None]
    columns, b = centers or [None, None]
    return REFUSED if a is not None and b is not None and a != b else [rows, columns]


def look_at_interface(room: Any) -> None:
    """What REGISTER_OP says, by name and type."""
    found = room.json("interface")
    if not isinstance(found, dict):
        room.fail(
            "OP_INTERFACE_WRONG",
            "op.cc registers no operator ClippedDistance",
            message_ko="op.cc가 ClippedDistance 연산자를 등록하지 않습니다.",
            file="op.cc",
        )
    want = {
        "inputs": [["x", "T"], ["centers", "T"]],
        "outputs": [["y", "T"]],
        "attributes": {"limit": ["float", []], "T": ["type", ["float32", "float64"]]},
    }
    names = {"inputs": "입력", "outputs": "출력", "attributes": "속성"}
    for key, wanted in want.items():
        if found.get(key) != wanted:
            text = f"the {key} are {found.get(key)}; the contract has {wanted}"
            korean = f"{names[key]}이 {found.get(key)}입니다. 규약은 {wanted}입니다."
            room.fail("OP_INTERFACE_WRONG", text, message_ko=korean, file="op.cc")


GRAVEST_FIRST = ("HOST_CRASH", "SHAPE_FN_STRICT", "STATIC_SHAPE_WRONG", "SHAPE_UNKNOWN", "RANK_UNCHECKED", "SIZES_UNCHECKED")


def look_at_shapes(room: Any, refusals: bool) -> None:
    """What the shape function says of inputs that will do, or (refusals) of those that never can. The first of the gravest is told: a
    wrong shape may leave things open besides."""
    pairs = job_of(room, "shapes")["pairs"]
    found = []
    for (x, centers), got in zip(pairs, answers(room, "shapes", len(pairs)), strict=True):
        right = static_shape(x, centers)
        fault = shape_fault(x, centers, right, got) if (right == REFUSED) == refusals else None
        if fault is not None:
            found.append((fault, f"x {_shape(x)}, centers {_shape(centers)}: " if room.run.visibility == "public" else ""))
    if found:
        (code, text, korean), where = min(found, key=lambda each: GRAVEST_FIRST.index(each[0][0]))
        room.fail(code, where + text, message_ko=where + korean, file="op.cc")


def shape_fault(x: Shape, centers: Shape, want: Any, got: dict[str, Any]) -> tuple[str, str, str] | None:
    """(verdict, English, Korean) of one answer of the shape function, or None if it is right."""
    if "crash" in got:
        code = "RANK_UNCHECKED" if want == REFUSED else "HOST_CRASH"
        return code, f"the shape function ended with {got['crash']}", f"모양 함수가 {got['crash']}(으)로 끝났습니다."
    if want == REFUSED:
        if "error" in got:
            return None
        if got["value"] is None:
            return "SHAPE_UNKNOWN", "nothing is known of y, and nothing was refused", "y에 대해 아는 것이 없고, 거부하지도 않았습니다."
        if all(shape is None or len(shape) == 2 for shape in (x, centers)):
            text, korean = "rows of different lengths weren't refused", "행의 길이가 서로 다른데 거부하지 않았습니다."
            return "SIZES_UNCHECKED", text, korean
        return "RANK_UNCHECKED", "inputs that aren't matrices weren't refused", "행렬이 아닌 입력을 거부하지 않았습니다."
    if "error" in got:
        return "SHAPE_FN_STRICT", f"refused, but this can do: {got['text']}", f"맞을 수 있는 입력을 거부했습니다: {got['text']}"
    value = got["value"]
    if value == want:
        return None
    text, korean = f"y is said to be {_shape(value)}; it is {_shape(want)}", f"y의 모양이 {_shape(value)}라고 합니다. {_shape(want)}입니다."
    less = value is None or (len(value) == len(want) and all(a is None or a == b for a, b in zip(value, want, strict=True)))
    return "SHAPE_UNKNOWN" if less else "STATIC_SHAPE_WRONG", text, korean


def _shape(shape: Any) -> str:
    return "?" if shape is None else "[" + ", ".join("?" if size is None else str(size) for size in shape) + "]"


# BEGIN STAFF
def look_at_refusals(room: Any, kind: str) -> None:
    """Calls that only the kernel can refuse, of one kind: "shape", "limit", "memory"."""
    code = {"shape": "SHAPE_NOT_REFUSED", "limit": "LIMIT_NOT_REFUSED", "memory": "OP_ERROR_IGNORED"}[kind]
    wanted = "ResourceExhaustedError" if kind == "memory" else "InvalidArgumentError"
    for (what, _), got in zip(REFUSALS, answers(room, "refused", len(REFUSALS)), strict=True):
        if what != kind or wanted in got.get("error", ()):
            continue
        if "crash" in got:
            room.fail(
                code, f"the process ended with {got['crash']}", message_ko=f"프로세스가 {got['crash']}(으)로 끝났습니다.", file="op.cc"
            )
        if "error" in got:
            known = "KERNEL_NOT_REGISTERED" if got.get("kind") == "KERNEL_NOT_REGISTERED" else "WRONG_ANSWER"
            text = f"{wanted} was to be told, not {got['error'][0]}: {got['text']}"
            korean = f"{wanted}를 알려야 하는데 {got['error'][0]}입니다: {got['text']}"
            room.fail(known, text, message_ko=korean, file="op.cc")
        room.fail(code, "the call returned a result", message_ko="호출이 결과를 돌려주었습니다.", file="op.cc")


# END STAFF
