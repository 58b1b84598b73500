"""Diagnose: a machine and the table of probes -> Diagnosis. A probe that fails by a fault of ours is a row that says so, never the end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from grader.doctor.course import COURSE, course_summary
from grader.doctor.machine import Machine
from grader.doctor.record import Diagnosis, Finding, Found, Probe, both, problem
from grader.doctor.table import PROBES
from grader.verdicts import Text


def diagnose_course(machine: Machine) -> Diagnosis:
    """The course's rows: what a student's machine needs beyond the grader itself."""
    return diagnose(machine, COURSE, course_summary)


def diagnose(machine: Machine, probes: Sequence[Probe] = PROBES, sum_up: Callable[[Sequence[Finding]], Text] | None = None) -> Diagnosis:
    """All rows, looked at side by side since most of them wait for a program, and the sentence that sums them up."""
    with ThreadPoolExecutor(max_workers=4) as pool:
        found = list(pool.map(lambda probe: _looked(probe, machine), probes))
    findings = tuple(
        Finding(
            name=probe.name,
            title=probe.title,
            why=probe.why,
            status=seen.status,
            found=seen.found,
            fix=seen.fix,
            needed=probe.needed,
        )
        for probe, seen in zip(probes, found, strict=True)
    )
    return Diagnosis(ready=not _lacking(findings), summary=(sum_up or summary)(findings), findings=findings)


def summary(findings: Sequence[Finding]) -> Text:
    """Can the main job be done; whose code; and on a real GPU too?"""
    lacking = _lacking(findings)
    if lacking:
        names = Text(en=", ".join(row.title.en for row in lacking), ko=", ".join(row.title.ko for row in lacking))
        return both(
            f"You can grade with the emulated GPU: no, because of {names.en} (see above).",
            f"에뮬레이션 GPU로 채점할 수 있나요: 아니요. 위의 다음 항목 때문입니다: {names.ko}.",
        )
    status = {finding.name: finding.status for finding in findings}
    en, ko = ["You can grade with the emulated GPU: yes."], ["에뮬레이션 GPU로 채점할 수 있나요: 예."]
    if status.get("sandbox", "ok") != "ok":
        en.append("Your own code only: no sandbox works here, so don't grade other people's.")
        ko.append("단, 자신의 코드만 채점하세요. 샌드박스가 동작하지 않으므로 다른 사람의 코드는 안전하지 않습니다.")
    if status.get("gpu") == "ok":
        works = status.get("driver") == "ok"
        en.append("With the real GPU: " + ("yes, --device cuda." if works else "not yet, because of the GPU driver."))
        ko.append("실제 GPU로는: " + ("예, --device cuda." if works else "아직 안 됩니다. GPU 드라이버 때문입니다."))
    return both(" ".join(en), " ".join(ko))


def _lacking(findings: Sequence[Finding]) -> list[Finding]:
    """The needed rows that don't hold. If any other does not, the trial of all together is only its consequence."""
    lacking = [finding for finding in findings if finding.needed and finding.status == "problem"]
    return [finding for finding in lacking if finding.name != "trial"] or lacking


def _looked(probe: Probe, machine: Machine) -> Found:
    try:
        return probe.look(machine)
    except Exception as error:  # the doctor must not fall ill: the other rows are wanted all the same
        return problem(
            both(f"could not be looked at: {type(error).__name__}: {error}", f"확인하지 못했습니다: {type(error).__name__}: {error}")
        )
