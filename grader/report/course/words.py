"""The course report's own words: a row a phrase, (English, Korean). The submission page's words (grader.report.words) are at hand, too."""

from __future__ import annotations

from typing import Final

from grader.report.words import LANGUAGES, WORDS

# key: (English, Korean)
PHRASES: Final[dict[str, tuple[str, str]]] = {
    # ---- heads and navigation
    "course_report": ("Course report", "수업 보고서"),
    "overview": ("Overview", "개요"),
    "course": ("Course", "수업"),
    "assignment": ("Assignment", "과제"),
    "assignments": ("Assignments", "과제"),
    "student": ("Student", "학생"),
    "students": ("Students", "학생"),
    "section": ("Section", "분반"),
    "total": ("Total", "합계"),
    "weight": ("Weight", "비중"),
    "due": ("due {at}", "마감 {at}"),
    "no_due": ("no due date", "마감일 없음"),
    "latest_grade": ("latest grade: {at}", "마지막 채점: {at}"),
    "anonymous_note": (
        "Names are replaced by pseudonyms. A student keeps theirs from report to report.",
        "이름 대신 가명을 썼습니다. 한 학생의 가명은 보고서가 바뀌어도 같습니다.",
    ),
    "back_to_student": ("Back to the student's page", "학생 페이지로 돌아가기"),
    "not_enrolled": ("not enrolled", "수강생 아님"),
    # ---- figures
    "graded_n": ("graded", "채점됨"),
    "waiting_n": ("waiting", "채점 대기"),
    "undecided_n": ("undecided", "미확정"),
    "missing_n": ("missing", "미제출"),
    "late_n": ("late", "지각"),
    "closed_n": ("too late to count", "기한이 지나 제외"),
    "overridden_n": ("points set by hand", "직접 정한 점수"),
    "mean": ("mean", "평균"),
    "median": ("median", "중앙값"),
    "middle": ("middle half", "가운데 절반"),
    "range": ("Points", "점수 구간"),
    "how_many": ("Students", "학생 수"),
    "distribution": ("Distribution of points", "점수 분포"),
    "distribution_of": ("Distribution of points in {title}", "{title} 점수 분포"),
    "distribution_desc": (
        "{count} students; mean {mean}, median {median}. The most are in {range}: {most}.",
        "학생 {count}명. 평균 {mean}, 중앙값 {median}. 가장 많은 구간은 {range}: {most}명.",
    ),
    "as_table": ("As a table", "표로 보기"),
    "no_points": ("Nobody has points here yet.", "아직 점수가 있는 학생이 없습니다."),
    # ---- states
    "state_graded": ("graded", "채점됨"),
    "state_undecided": ("undecided", "미확정"),
    "state_waiting": ("waiting", "채점 대기"),
    "state_missing": ("missing", "미제출"),
    "long_undecided": (
        "Some checks could not run for a reason of ours. They cost no points, and the submission will be graded again.",
        "저희 쪽 사정으로 실행하지 못한 검사가 있습니다. 감점은 없으며 다시 채점합니다.",
    ),
    "long_waiting": ("Handed in and not graded yet.", "제출되었고 아직 채점하지 않았습니다."),
    "long_missing": ("Nothing was handed in.", "제출한 것이 없습니다."),
    # ---- statistics
    "check_rates": ("How often each check passes", "검사별 통과율"),
    "hardest_checks": ("Checks that fewest pass", "통과율이 가장 낮은 검사"),
    "pass_rate": ("Passed", "통과율"),
    "of_run": ("Passed of run", "통과 / 실행"),
    "left_out": ("Not run", "실행 안 됨"),
    "common_verdicts": ("Commonest verdicts", "가장 잦은 판정"),
    "verdict_n": ("Submissions", "제출물"),
    "whose": ("Whose", "누구의 것"),
    "and_more": ("and {count} more", "그 밖에 {count}명"),
    "more_rows": ("{count} more stand on the assignments' pages.", "나머지 {count}건은 과제별 페이지에 있습니다."),
    "slowest": ("Slowest to grade", "채점이 오래 걸린 제출물"),
    "wall": ("Time", "시간"),
    "cpu": ("CPU", "CPU"),
    "not_run_list": ("Checks that could not run", "실행하지 못한 검사"),
    "not_run_intro": (
        "Faults of ours or of the machine: they cost the students nothing. Grade these submissions again.",
        "저희 쪽이나 장비의 문제이며 학생의 감점은 없습니다. 이 제출물은 다시 채점하세요.",
    ),
    "checks_of": ("{count} of {of} checks", "검사 {of}개 중 {count}개"),
    "cause": ("What kept them from running", "실행하지 못한 까닭"),
    "outliers": ("Worth a second look", "다시 볼 만한 것"),
    "outliers_intro": (
        "Points far from the student's own other work, unusually slow grading, and verdicts that nobody else has. "
        "None of these is a fault by itself.",
        "그 학생의 다른 과제와 동떨어진 점수, 유난히 오래 걸린 채점, 아무에게도 없는 판정입니다. 그 자체로 잘못은 아닙니다.",
    ),
    "outlier_points": (
        "{value} points; by the student's other work, about {usual} would be expected",
        "{value}점. 이 학생의 다른 과제로 보면 {usual}점쯤이 예상됩니다",
    ),
    "outlier_time": ("took {value}; the median is {usual}", "{value} 걸렸습니다. 중앙값은 {usual}입니다"),
    "outlier_verdict": ("nobody else has this verdict: {verdict}", "아무에게도 없는 판정입니다: {verdict}"),
    "sighted": ("Seen in the source", "소스에서 보인 점"),
    "sighted_intro": (
        "What a look at sources and built programs saw, without running anything. Evidence for a person: it moves no points, and honest "
        "work may have a reason for it.",
        "아무것도 실행하지 않고 소스와 빌드된 프로그램을 살펴본 결과입니다. 사람이 판단할 근거일 뿐 점수에는 영향이 없으며, "
        "정직한 코드에도 그럴 만한 이유가 있을 수 있습니다.",
    ),
    "what": ("What", "내용"),
    "who_late": ("Late", "지각"),
    "who_closed": ("Too late to count", "기한이 지나 제외"),
    "who_missing": ("Missing", "미제출"),
    "who_waiting": ("Waiting for a grade", "채점 대기"),
    "who_undecided": ("Undecided", "미확정"),
    "who_overridden": ("Points set by hand", "직접 정한 점수"),
    "none_here": ("None.", "없음."),
    "to_look_after": ("To look after", "살펴볼 것"),
    # ---- tables
    "all_students": ("All students", "전체 학생"),
    "all_students_caption": (
        "Points of every student in every assignment, of 100 each, after lateness. The total is of {out_of}, by weight, over the "
        "assignments that have grades.",
        "모든 학생의 과제별 점수(각 100점 만점, 지각 반영). 합계는 채점된 과제의 비중에 따른 {out_of}점 만점입니다.",
    ),
    "assignment_caption": ("Every student in this assignment", "이 과제의 모든 학생"),
    "history_caption": ("Everything handed in and every grade", "모든 제출과 채점"),
    "summary_caption": ("All assignments at a glance", "전체 과제 요약"),
    "scroll_sideways": ("scrolls sideways", "옆으로 스크롤됩니다"),
    "flag_override": ("set by hand", "직접 정한 점수"),
    "flag_undecided": ("undecided", "미확정"),
    "legend": ("Marks", "표시"),
    "partial_total": ("Something is not graded yet", "아직 채점되지 않은 것이 있음"),
    "points_before": ("before lateness", "지각 반영 전"),
    "handed_at": ("Handed in", "제출"),
    "graded_at": ("Graded", "채점"),
    "submission_number": ("No.", "번호"),
    "why_head": ("Why", "이유"),
    "counts": ("counts", "반영"),
    "by": ("by {who}", "제출자 {who}"),
    "details": ("Full report", "자세한 보고서"),
    # ---- a student's page
    "work": ("Assignments", "과제"),
    "no_students": ("Nobody is in the gradebook yet.", "성적부에 아직 아무도 없습니다."),
    "no_work": ("There is nothing to show yet.", "아직 보여 줄 것이 없습니다."),
    "lateness": ("Lateness", "지각"),
    "late_days": ("{days} days late", "{days}일 지각"),
    "late_day": ("1 day late", "1일 지각"),
    "free_days": ("{days} of them free", "그중 무료 {days}일"),
    "deducted": ("{percent} % deducted", "{percent} % 감점"),
    "nothing_deducted": ("nothing deducted", "감점 없음"),
    "too_late": ("too late to count", "기한이 지나 점수에 들어가지 않음"),
    "raw_then": ("{raw} points before lateness", "지각 반영 전 {raw}점"),
    "override": ("Points set by hand", "직접 정한 점수"),
    "override_to": ("{points} points", "{points}점"),
    "override_instead": ("in place of {raw} computed points", "계산된 점수 {raw}점 대신"),
    "override_none": ("where nothing was computed", "계산된 점수 없음"),
    "comments": ("Comments", "의견"),
    "private": ("staff only", "조교만 보기"),
    "history": ("History", "기록"),
    "checks_n": ("Checks: {passed} of {count} passed", "검사: {count}개 중 {passed}개 통과"),
    "equal_files": ("The same files as a submission of {who}; graded once.", "{who}의 제출물과 파일이 같아 한 번만 채점했습니다."),
    "points_of": ("{points} of {max} points", "{max}점 중 {points}점"),
    "why_graded": ("graded", "채점"),
    "why_regraded": ("regraded", "재채점"),
    "why_evaluated again": ("evaluated again", "다시 판정"),
    "why_replayed": ("replayed", "재현"),
}

COURSE_WORDS: Final[dict[str, dict[str, str]]] = {
    language: {**WORDS[language], **{key: row[at] for key, row in PHRASES.items()}} for at, language in enumerate(LANGUAGES)
}
