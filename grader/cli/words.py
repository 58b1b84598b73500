"""Words: what the commands say to people, English and Korean side by side, a row a phrase. A missing translation is an error of the table.

Which language: `--lang`, else $GRADER_LANG, else that of the user's locale, else English.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

from grader.toolchain import UsageError

LANGUAGES: Final = ("en", "ko")

# key: (English, Korean)
PHRASES: Final[dict[str, tuple[str, str]]] = {
    # ---- grades: grade and check
    "from_cache": ("from the cache", "캐시에서"),
    "lost": ("-{points} points", "-{points}점"),
    "not_run": ("Could not be judged, for a reason of ours; it costs no points", "우리 쪽 사정으로 채점하지 못했습니다. 감점은 없습니다"),
    "not_measured": (
        "Not measured on this device; it costs no points",
        "이 장치에서는 측정하지 않았습니다. 감점은 없습니다",
    ),
    "awaits": (
        "A person will read this answer; until then it counts neither way",
        "사람이 읽을 답입니다. 그때까지 점수에 들어가지 않습니다",
    ),
    "look_at": ("What to look at next: {text}", "다음에 볼 곳: {text}"),
    "scaled": (
        "Cleanliness and performance count by the share of the correctness points that were earned; hence less than the full points.",
        "깔끔함과 성능 점수는 정확성 점수를 얻은 비율만큼만 반영됩니다. 그래서 만점보다 적습니다.",
    ),
    "note": ("note: {text}", "참고: {text}"),
    "other_access": ("the other access", "상대 접근"),
    "other_access_thread": ("the other access, by thread {thread}", "상대 접근, 스레드 {thread}"),
    "in_kernel": ("in kernel {kernel}", "커널 {kernel}에서"),
    "times": ("({count} times)", "({count}번)"),
    "all_checks": ("this keeps all {count} checks from passing", "이 때문에 검사 {count}개가 모두 통과하지 못합니다"),
    "stand-in": ("stand-in", "대역"),
    "device_line": (
        "{device} · isolation {isolation} · seed {seed} · {seconds} s",
        "{device} · 격리 {isolation} · 시드 {seed} · {seconds}초",
    ),
    "sightings": ("worth a look, no points: {text}", "살펴볼 점(점수 영향 없음): {text}"),
    "submission": ("submission", "제출물"),
    "score": ("score", "점수"),
    "verdict": ("verdict", "판정"),
    "where": ("where", "위치"),
    "why": ("why", "이유"),
    "report": ("report: {path}", "보고서: {path}"),
    "timings": ("time: {stages}", "시간: {stages}"),
    "enforced": ("in force: {text}", "적용됨: {text}"),
    "not_enforced": ("not in force: {text}", "적용되지 않음: {text}"),
    "progress": ("{number} of {count}: {path}", "{count}개 중 {number}번째: {path}"),
    # ---- the map of a wrong output
    "map_title": (
        "{buffer} in case {case}: {wrong} of {total} elements are wrong",
        "{case} 경우의 {buffer}: 원소 {total}개 중 {wrong}개가 틀렸습니다",
    ),
    "map_call": (", in call {call}", " ({call}번째 호출)"),
    "map_first": ("the first is {index}", "첫 번째는 {index}"),
    "map_values": ("{index}: got {got}, expected {expected}", "{index}: 결과 {got}, 기대값 {expected}"),
    "map_cell": ("one character is {rows} x {columns} elements", "한 글자는 원소 {rows} x {columns}개입니다"),
    "map_folded": (
        "a vector, read line by line, {row} elements to a row; one character is {columns}",
        "벡터를 한 행에 원소 {row}개씩 접어 그렸고, 한 글자는 원소 {columns}개입니다",
    ),
    "map_.": ("right", "맞음"),
    "map_+": ("some wrong", "일부 틀림"),
    "map_x": ("all wrong", "모두 틀림"),
    "map_n": ("NaN", "NaN"),
    "map_u": ("not written", "쓰이지 않음"),
    "map_g": ("padding overwritten", "패딩을 덮어씀"),
    # ---- check
    "public_only": ("These are the public checks.", "여기까지는 공개 검사입니다."),
    "all_public_passed": ("All public checks pass.", "공개 검사를 모두 통과했습니다."),
    "hidden_count": (
        "Hidden checks count too: they run when you hand in, with other sizes and values.",
        "비공개 검사도 점수에 들어갑니다. 제출할 때 다른 크기와 값으로 실행됩니다.",
    ),
    "unchanged": (
        "Your files are still as you got them. README.md says what to do first.",
        "파일이 받은 그대로입니다. 무엇부터 할지는 README.ko.md에 있습니다.",
    ),
    "begin_at_todo": ("Begin with the lines marked TODO.", "TODO로 표시된 줄부터 시작하세요."),
    "missing_file": (
        "There is no {files} in {path} yet. `grader start {slug}` gives you one to begin with; keep its name.",
        "{path}에 아직 {files}이(가) 없습니다. `grader start {slug}`(으)로 시작 파일을 받을 수 있습니다. 파일 이름은 그대로 두세요.",
    ),
    "not_isolated": (
        "Your program ran without a sandbox, since none works here: nothing kept it from your files and the network. "
        "For your own code that is all right; `grader doctor` says what is missing.",
        "이 컴퓨터에서 샌드박스가 동작하지 않아 프로그램을 격리 없이 실행했습니다. 파일과 네트워크 접근을 막지 못했습니다. "
        "직접 작성한 코드라면 괜찮습니다. 무엇이 빠졌는지는 `grader doctor`가 알려 줍니다.",
    ),
    "working": ("compiling and running {files} …", "{files} 컴파일하고 실행하는 중 …"),
    "watching": ("watching {files}; Ctrl-C ends", "{files}을(를) 지켜보는 중. 끝내려면 Ctrl-C"),
    "changed": ("{time}  {files} changed", "{time}  {files} 변경됨"),
    "watch_failed": (
        "not graded this time: {error}. Still watching.",
        "이번에는 채점하지 못했습니다: {error}. 계속 지켜보고 있습니다.",
    ),
    # ---- list
    "list_slug": ("assignment", "과제"),
    "list_title": ("title", "제목"),
    "list_weight": ("weight", "비중"),
    "list_files": ("you write", "작성할 파일"),
    "list_kind": ("kind", "종류"),
    "list_due": ("due", "마감"),
    "list_next": ("`grader start NAME` gives you the files of one.", "`grader start 이름`으로 과제 파일을 받으세요."),
    "list_broken": ("{slug}: can't be read: {error}", "{slug}: 읽을 수 없습니다: {error}"),
    # ---- start
    "started": ("{title}: {count} files in {folder}", "{title}: {folder}에 파일 {count}개"),
    "start_write": ("you write: {files}", "작성할 파일: {files}"),
    "start_read": ("to read: {files}", "읽을 파일: {files}"),
    "start_check": ("then: grader check {folder}", "그다음: grader check {folder}"),
    "start_hand_in": (
        "Only {files} counts when you hand in; changes to the rest have no effect.",
        "제출할 때는 {files}만 반영됩니다. 나머지를 바꿔도 영향이 없습니다.",
    ),
    # ---- doctor
    "doctor_ok": ("ok", "정상"),
    "doctor_missing": ("missing", "없음"),
    "doctor_problem": ("problem", "문제"),
    "doctor_fix": ("fix: {text}", "해결: {text}"),
    "doctor_why": ("why: {text}", "용도: {text}"),
    "doctor_looking": ("looking at this machine …", "이 컴퓨터를 살펴보는 중 …"),
}


class Words:
    """The phrases of one language: `words("lost", points=3)`. `phrases`: the table, for a command that has one of its own."""

    def __init__(self, language: str, phrases: Mapping[str, tuple[str, str]] = PHRASES) -> None:
        if language not in LANGUAGES:
            raise UsageError(f"unknown language {language!r}; known are {', '.join(LANGUAGES)}")
        self.language = language
        self._phrases = phrases

    def __call__(self, key: str, **values: object) -> str:
        return self._phrases[key][LANGUAGES.index(self.language)].format(**values)


def chosen(option: str | None, environment: Mapping[str, str] = os.environ) -> Words:
    """The Words of `--lang`, or of what the environment says. Raises UsageError for an option that is no language of ours."""
    if option is not None:
        return Words(option)
    named = environment.get("GRADER_LANG")
    if named:
        return Words(named)
    locale = next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := environment.get(name))), "")
    return Words("ko" if locale.startswith("ko") else "en")
