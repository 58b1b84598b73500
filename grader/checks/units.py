"""What a counter showed, in Korean: number, unit and scale -> the sentence of a check that was graded by it. Pure."""

from __future__ import annotations

from typing import Final

# The units that the course's checks use. {} is the number; what follows it (개, 배, 번) goes with the scale's numbers, too.
UNITS_KO: Final[dict[str, str]] = {
    "blocks busy at a time, at most": "동시에 일하는 블록은 많아야 {}개",
    "bytes": "{}바이트",
    "bytes for a number": "수 하나에 {}바이트",
    "bytes for a result": "결과 하나에 {}바이트",
    "instructions of a warp for 32 numbers": "수 32개에 워프 명령 {}개",
    "launches in a call": "호출 한 번에 커널 실행 {}번",
    "questions a device": "디바이스 하나에 질문 {}번",
    "sectors": "섹터 {}개",
    "sectors for 32 multiplications": "곱셈 32번에 섹터 {}개",
    "sectors for 32 numbers": "수 32개에 섹터 {}개",
    "sectors read for 32 numbers": "수 32개를 읽는 데 섹터 {}개",
    "sectors written for 32 numbers": "수 32개를 쓰는 데 섹터 {}개",
    "times the sectors needed": "필요한 섹터의 {}배",
    "times the wavefronts needed": "필요한 웨이브프런트의 {}배",
    "wavefronts for 1,024 numbers": "수 1,024개에 웨이브프런트 {}개",
}


def measured_in_korean(value: str, full: str, zero: str, unit: str, unit_ko: str, *, less_is_better: bool) -> str:
    """ "필요한 웨이브프런트의 16.5배입니다. 1.02배까지 만점, 16배부터 0점입니다." An unknown unit stays as it is."""
    known = unit_ko or UNITS_KO.get(unit, "")
    before, _, counter = known.partition("{}")
    said = f"{before}{value}{counter}입니다." if known else f"{value} {unit}".strip() + "."
    best, worst = ("까지", "부터") if less_is_better else ("부터", "까지")
    return f"{said} {full}{counter}{best} 만점, {zero}{counter}{worst} 0점입니다."
