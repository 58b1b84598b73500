"""01_linux_basics, hidden checks: names of every kind, a second run, and the answers. What is right of the quiz stands here alone."""

import pytest

from grader.checks.answers import Number, Question, among, near
from grader.checks.quiz import Choices, FreeText, Quantity, exactly


@pytest.mark.points(4)
@pytest.mark.cases("navigate_odd")
@pytest.mark.korean(
    "task01_navigate.sh: 다른 이름과 내용",
    hint="각 줄 앞에 `pwd`와 `ls -la`를 두면 스크립트가 무엇을 보는지 알 수 있습니다. 무엇이 보이나요?",
)
def test_navigate(judge):
    """task01_navigate.sh: other names and contents

    What does the script see if you put `pwd` and `ls -la` in front of each line?
    """
    judge.each(judge.problem.judged)


@pytest.mark.points(4)
@pytest.mark.cases("files_odd")
@pytest.mark.korean(
    "task02_files.sh: 다른 이름과 내용", hint="이름 가운데 bash나 명령이 이름 이상의 것으로 읽을 수 있는 것은 어느 것인가요?"
)
def test_files(judge):
    """task02_files.sh: other names and contents

    Which of the names could bash, or the command, read as more than a name?
    """
    judge.each(judge.problem.judged)


@pytest.mark.points(4)
@pytest.mark.cases("permissions_odd")
@pytest.mark.korean("task03_permissions.sh: 다른 이름과 내용", hint="처음과 나중의 권한을 rwxrwxrwx로 적어 보세요. 어느 글자가 바뀌나요?")
def test_permissions(judge):
    """task03_permissions.sh: other names and contents

    Write the rights before and after as rwxrwxrwx. Which letters change?
    """
    judge.each(judge.problem.judged)


@pytest.mark.points(4)
@pytest.mark.cases("shebang_odd")
@pytest.mark.korean("task04_shebang.sh: 다른 이름과 내용", hint="`cat -A`로 보면 첫 줄의 처음과 마지막 문자는 무엇인가요?")
def test_shebang(judge):
    """task04_shebang.sh: other names and contents

    What are the first and the last characters of the first line, seen by `cat -A`?
    """
    judge.each(judge.problem.judged)


@pytest.mark.points(4)
@pytest.mark.cases("processes_odd")
@pytest.mark.korean(
    "task05_processes.sh: 다른 이름과 내용", hint="무엇이든 보내기 전에, 패턴에 걸리는 프로세스를 번호와 함께 나열해 보세요."
)
def test_processes(judge):
    """task05_processes.sh: other names and contents

    List the processes that your pattern hits, with their numbers, before you send anything.
    """
    judge.each(judge.problem.judged)


@pytest.mark.points(4)
@pytest.mark.cases("filters_odd")
@pytest.mark.korean("task06_filters.sh: 다른 이름과 내용", hint="파이프의 명령을 하나씩 늘려 가며 무엇이 지나가는지 보세요.")
def test_filters(judge):
    """task06_filters.sh: other names and contents

    Look at what each command of a pipe lets through, one after the other.
    """
    judge.each(judge.problem.judged)


@pytest.mark.points(4)
@pytest.mark.cases("counting_odd")
@pytest.mark.korean("task07_counting.sh: 다른 이름과 내용", hint="각 명령은 줄의 순서에 대해 무엇을 필요로 하나요?")
def test_counting(judge):
    """task07_counting.sh: other names and contents

    What does each of the commands need of the order of its lines?
    """
    judge.each(judge.problem.judged)


@pytest.mark.points(4)
@pytest.mark.cases("find_odd")
@pytest.mark.korean("task08_find.sh: 다른 이름과 내용", hint="이름은 한 명령에서 다음 명령으로 어떻게 가고, 이름 하나가 어디에서 끝나나요?")
def test_find(judge):
    """task08_find.sh: other names and contents

    In which way do the names travel from one command to the next, and where does one end?
    """
    judge.each(judge.problem.judged)


@pytest.mark.points(4)
@pytest.mark.cases("space_odd")
@pytest.mark.korean("task09_space.sh: 다른 이름과 내용", hint="du는 무엇을 어떤 단위로 세고, 줄은 어떤 순서로 나오나요?")
def test_space(judge):
    """task09_space.sh: other names and contents

    What does du count, in which unit, and in which order do the lines come?
    """
    judge.each(judge.problem.judged)


@pytest.mark.points(4)
@pytest.mark.cases("archive_odd")
@pytest.mark.korean("task10_archive.sh: 다른 이름과 내용", hint="`tar -tzf`는 무엇을 나열하고, 이름들은 어떤 경로로 시작하나요?")
def test_archive(judge):
    """task10_archive.sh: other names and contents

    What does `tar -tzf` list, and which path does each name begin with?
    """
    judge.each(judge.problem.judged)


@pytest.mark.points(4)
@pytest.mark.cases("git_odd")
@pytest.mark.korean(
    "task11_git.sh: 다른 이름과 내용", hint="단계마다 `git status`와 `git log --all --oneline`을 실행해 보세요. 무엇이 달라졌나요?"
)
def test_git(judge):
    """task11_git.sh: other names and contents

    Run `git status` and `git log --all --oneline` after each step. What has changed?
    """
    judge.each(judge.problem.judged)


# ---- over all scripts ----


@pytest.mark.points(4)
@pytest.mark.cases("permissions_twice", "shebang_twice", "filters_twice", "counting_twice")
@pytest.mark.korean("두 번 실행해도 결과가 같음", hint="이미 있는 파일에 쓰거나 더할 때, 두 번째 실행에서는 무엇이 달라지나요?")
def test_twice(judge):
    """A second run changes nothing more

    What is different for a command that writes or adds, when its result is there already?
    """
    judge.each(judge.problem.judged)


@pytest.mark.points(4)
@pytest.mark.category("cleanliness")
@pytest.mark.cases(
    "navigate_odd",
    "files_odd",
    "permissions_odd",
    "shebang_odd",
    "processes_odd",
    "filters_odd",
    "counting_odd",
    "find_odd",
    "space_odd",
    "archive_odd",
    "git_odd",
)
@pytest.mark.korean(
    "과제와 상관없는 파일과 프로세스는 그대로임", hint="명령 앞에 echo를 붙이면 무엇을 건드릴지 미리 읽을 수 있습니다. 무엇이 나오나요?"
)
def test_harmless(judge):
    """Files and processes that no task is about stay as they are

    With echo in front, a command tells what it would touch. What does it tell?
    """
    judge.each(judge.problem.harmless)


# ---- the quiz ----


@pytest.mark.points(4)
@pytest.mark.korean(
    "퀴즈: 권한을 숫자로, 파일의 크기", hint="세 글자마다 한 자리의 수입니다. 크기는 단위에 주의하세요. KB와 KiB는 다릅니다."
)
def test_quiz_numbers(answers):
    """Quiz: rights in digits, the size of a file

    Three letters make one digit. Mind the units of a size: a KB isn't a KiB.
    """
    answers.expect(
        {
            "rights_in_digits": Question(Number(whole=True), among({640})),
            "log_size": Question(Quantity("bytes"), near(12_000_000, relative=0.02)),
        }
    )


@pytest.mark.points(4)
@pytest.mark.korean("퀴즈: 어떤 이름에도 안전한 명령", hint="명령마다 이름이 `-x y.txt`일 때를 따라가 보세요.")
def test_quiz_safe_commands(answers):
    """Quiz: commands that are safe for any name

    Follow each of the commands for a file called `-x y.txt`.
    """
    answers.expect({"safe_for_any_name": Question(Choices(("a", "b", "c", "d", "e")), exactly({"b", "d"}))}, named=False)


@pytest.mark.points(5)
@pytest.mark.korean("퀴즈: uniq 앞에 sort를 쓰는 이유")
def test_quiz_why_sort(answers):
    """Quiz: why sort comes before uniq"""
    answers.by_a_person("why_sort_before_uniq", FreeText(20, 1500))
