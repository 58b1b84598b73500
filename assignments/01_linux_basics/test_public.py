"""01_linux_basics, public checks: each script once, with tame names, and the form of answers.json. The hidden ones have odd names."""

import pytest

from grader.checks.answers import Number
from grader.checks.quiz import Choices, FreeText, Quantity

QUESTIONS = {
    "rights_in_digits": Number(low=0, high=777, whole=True),
    "log_size": Quantity("bytes"),
    "safe_for_any_name": Choices(("a", "b", "c", "d", "e")),
    "why_sort_before_uniq": FreeText(20, 1500),
}


@pytest.mark.points(3)
@pytest.mark.cases("navigate")
@pytest.mark.korean(
    "task01_navigate.sh: 경로와 숨김 이름",
    hint="각 줄 앞에 `pwd`와 `ls -la`를 두면 스크립트가 무엇을 보는지 알 수 있습니다. 무엇이 보이나요?",
)
def test_navigate(judge):
    """task01_navigate.sh: Paths and hidden names

    What does the script see if you put `pwd` and `ls -la` in front of each line?
    """
    judge.each(judge.problem.judged)


@pytest.mark.points(3)
@pytest.mark.cases("files")
@pytest.mark.korean(
    "task02_files.sh: 복사, 이동, 삭제, 링크", hint="이름 가운데 bash나 명령이 이름 이상의 것으로 읽을 수 있는 것은 어느 것인가요?"
)
def test_files(judge):
    """task02_files.sh: Copying, moving, deleting, linking

    Which of the names could bash, or the command, read as more than a name?
    """
    judge.each(judge.problem.judged)


@pytest.mark.points(3)
@pytest.mark.cases("permissions")
@pytest.mark.korean("task03_permissions.sh: 권한", hint="처음과 나중의 권한을 rwxrwxrwx로 적어 보세요. 어느 글자가 바뀌나요?")
def test_permissions(judge):
    """task03_permissions.sh: Rights

    Write the rights before and after as rwxrwxrwx. Which letters change?
    """
    judge.each(judge.problem.judged)


@pytest.mark.points(3)
@pytest.mark.cases("shebang")
@pytest.mark.korean("task04_shebang.sh: 이름으로 실행되는 스크립트", hint="`cat -A`로 보면 첫 줄의 처음과 마지막 문자는 무엇인가요?")
def test_shebang(judge):
    """task04_shebang.sh: Scripts that can be started by their names

    What are the first and the last characters of the first line, seen by `cat -A`?
    """
    judge.each(judge.problem.judged)


@pytest.mark.points(3)
@pytest.mark.cases("processes")
@pytest.mark.korean("task05_processes.sh: 프로세스", hint="무엇이든 보내기 전에, 패턴에 걸리는 프로세스를 번호와 함께 나열해 보세요.")
def test_processes(judge):
    """task05_processes.sh: Processes

    List the processes that your pattern hits, with their numbers, before you send anything.
    """
    judge.each(judge.problem.judged)


@pytest.mark.points(3)
@pytest.mark.cases("filters")
@pytest.mark.korean("task06_filters.sh: 필터", hint="파이프의 명령을 하나씩 늘려 가며 무엇이 지나가는지 보세요.")
def test_filters(judge):
    """task06_filters.sh: Filters

    Look at what each command of a pipe lets through, one after the other.
    """
    judge.each(judge.problem.judged)


@pytest.mark.points(3)
@pytest.mark.cases("counting")
@pytest.mark.korean("task07_counting.sh: 정렬과 세기", hint="각 명령은 줄의 순서에 대해 무엇을 필요로 하나요?")
def test_counting(judge):
    """task07_counting.sh: Sorting and counting

    What does each of the commands need of the order of its lines?
    """
    judge.each(judge.problem.judged)


@pytest.mark.points(3)
@pytest.mark.cases("find")
@pytest.mark.korean("task08_find.sh: find와 xargs", hint="이름은 한 명령에서 다음 명령으로 어떻게 가고, 이름 하나가 어디에서 끝나나요?")
def test_find(judge):
    """task08_find.sh: find and xargs

    In which way do the names travel from one command to the next, and where does one end?
    """
    judge.each(judge.problem.judged)


@pytest.mark.points(3)
@pytest.mark.cases("space")
@pytest.mark.korean("task09_space.sh: 디스크 공간", hint="du는 무엇을 어떤 단위로 세고, 줄은 어떤 순서로 나오나요?")
def test_space(judge):
    """task09_space.sh: Space on disk

    What does du count, in which unit, and in which order do the lines come?
    """
    judge.each(judge.problem.judged)


@pytest.mark.points(3)
@pytest.mark.cases("archive")
@pytest.mark.korean("task10_archive.sh: 압축 파일", hint="`tar -tzf`는 무엇을 나열하고, 이름들은 어떤 경로로 시작하나요?")
def test_archive(judge):
    """task10_archive.sh: Archives

    What does `tar -tzf` list, and which path does each name begin with?
    """
    judge.each(judge.problem.judged)


@pytest.mark.points(3)
@pytest.mark.cases("git")
@pytest.mark.korean(
    "task11_git.sh: git: init, commit, push", hint="단계마다 `git status`와 `git log --all --oneline`을 실행해 보세요. 무엇이 달라졌나요?"
)
def test_git(judge):
    """task11_git.sh: git: init, commit, push

    Run `git status` and `git log --all --oneline` after each step. What has changed?
    """
    judge.each(judge.problem.judged)


@pytest.mark.points(2)
@pytest.mark.korean("answers.json: 모든 질문에 맞는 형식의 답이 있음", hint="안내문의 표에 키마다 답의 형식이 적혀 있습니다.")
def test_answers_have_their_form(answers):
    """answers.json: every question has an answer of the right form

    The hand-out's table says for each key which form its answer has.
    """
    answers.formed(QUESTIONS)
