"""00_setup_check, hidden checks: blanks in paths, other formats, machines that are half set up or bare, steps that fail."""

from typing import Any

import pytest

SET_UP = ("spaces", "new_format", "set_up", "bare")

# ---- setup.sh, 25 points ----


@pytest.mark.points(5)
@pytest.mark.cases(*SET_UP)
@pytest.mark.korean("setup.sh: 다른 컴퓨터의 미러", hint="바꾸지 말아야 할 호스트 이름도 있습니다. 패턴이 무엇에 맞는지 보세요.")
def test_mirror(judge: Any) -> None:
    """setup.sh: the mirror, on other machines

    Some hosts are to stay. What does your pattern match?
    """
    judge.each(judge.problem.check_sources)


@pytest.mark.points(5)
@pytest.mark.cases(*SET_UP)
@pytest.mark.korean("setup.sh: 다른 컴퓨터의 백업", hint="백업이 이미 있으면 그 안에는 무엇이 들어 있나요?")
def test_backups(judge: Any) -> None:
    """setup.sh: backups, on other machines

    If there is a backup already, what does it hold?
    """
    judge.each(judge.problem.check_backups)


@pytest.mark.points(3)
@pytest.mark.cases(*SET_UP)
@pytest.mark.korean("setup.sh: 다른 컴퓨터의 패키지", hint="WSL이 아닌 컴퓨터에는 어떤 패키지가 필요 없나요?")
def test_packages(judge: Any) -> None:
    """setup.sh: packages, on other machines

    Which packages does a machine without WSL not need?
    """
    judge.each(judge.problem.check_packages)


@pytest.mark.points(3)
@pytest.mark.cases(*SET_UP)
@pytest.mark.korean("setup.sh: 다른 컴퓨터의 Python 환경과 캐시", hint="~/.cache가 아직 없는 컴퓨터에서는 어떻게 되나요?")
def test_python(judge: Any) -> None:
    """setup.sh: Python's environment and the cache, on other machines

    What happens on a machine that has no ~/.cache yet?
    """
    judge.each(judge.problem.check_python)


@pytest.mark.points(5)
@pytest.mark.cases(*SET_UP)
@pytest.mark.korean("setup.sh: 다른 컴퓨터의 홈", hint="홈 폴더의 이름에 빈칸이 있거나 .bashrc가 없으면 어떻게 되나요?")
def test_home(judge: Any) -> None:
    """setup.sh: the home, on other machines

    What if the home's name has a blank in it, or if there is no .bashrc?
    """
    judge.each(judge.problem.check_profile_files)


@pytest.mark.points(2)
@pytest.mark.cases(*SET_UP)
@pytest.mark.korean("setup.sh: 두 번 모두 0으로 끝남", hint="찾는 것이 없을 때 grep의 종료 상태는 무엇인가요?")
def test_status(judge: Any) -> None:
    """setup.sh: both runs end with 0

    Which status has grep if it finds nothing?
    """
    judge.each(judge.problem.check_status)


@pytest.mark.points(2)
@pytest.mark.cases("no_pip")
@pytest.mark.korean("setup.sh: 한 단계가 실패할 때", hint="실패한 명령 다음 줄은 실행되나요? 스크립트의 종료 상태는 어느 명령의 것인가요?")
def test_failure(judge: Any) -> None:
    """setup.sh: a step fails

    Is the line after a failed command run? Whose status is the script's?
    """
    judge.each(judge.problem.check_failure)


# ---- bashrc_add, 11 points ----


@pytest.mark.points(3)
@pytest.mark.cases(*SET_UP)
@pytest.mark.korean("bashrc_add: 프롬프트와 별칭", hint="다른 폴더로 간 뒤 프롬프트를 보세요.")
def test_prompt(judge: Any) -> None:
    """bashrc_add: prompt and aliases

    Look at the prompt after you have gone to another folder.
    """
    judge.each(judge.problem.check_prompt)
    judge.each(judge.problem.check_aliases)


@pytest.mark.points(3)
@pytest.mark.cases(*SET_UP)
@pytest.mark.korean("bashrc_add: cd", hint="없는 폴더로 가려고 하면 상태는 무엇이고 무엇이 출력되나요?")
def test_cd(judge: Any) -> None:
    """bashrc_add: cd

    If the folder isn't there, what is the status, and what is printed?
    """
    judge.each(judge.problem.check_cd)


@pytest.mark.points(5)
@pytest.mark.cases(*SET_UP)
@pytest.mark.korean("bashrc_add: 다른 컴퓨터의 DISPLAY", hint="WSLg가 없는 WSL 2에서 `ip route show default`는 무엇을 출력하나요?")
def test_display(judge: Any) -> None:
    """bashrc_add: DISPLAY, on other machines

    In WSL 2 without WSLg, what does `ip route show default` print?
    """
    judge.each(judge.problem.check_display)


# ---- probe.py, 9 points ----


@pytest.mark.points(4)
@pytest.mark.cases("recordings", *SET_UP)
@pytest.mark.korean("probe.py: 다른 시스템", hint="os-release의 값에는 따옴표가 있을 수도 없을 수도 있습니다.")
def test_system(judge: Any) -> None:
    """probe.py: other systems

    Values in os-release may have quotes around them, or not.
    """
    judge.each(lambda room: judge.problem.check_machine(room, "wsl", "wslg", "distribution", "version"))


@pytest.mark.points(3)
@pytest.mark.cases("recordings", *SET_UP)
@pytest.mark.korean("probe.py: 다른 프로세서와 메모리", hint="ARM의 cpuinfo에는 model name이 없습니다.")
def test_hardware(judge: Any) -> None:
    """probe.py: other processors and memories

    The cpuinfo of ARM has no model name.
    """
    judge.each(lambda room: judge.problem.check_machine(room, "cores", "cpu", "memory_mib"))


@pytest.mark.points(2)
@pytest.mark.cases("recordings")
@pytest.mark.korean(
    "probe.py: 여러 GPU, 동작하지 않는 드라이버", hint="드라이버에 닿지 못할 때 nvidia-smi의 종료 상태와 출력은 무엇인가요?"
)
def test_gpus(judge: Any) -> None:
    """probe.py: several GPUs, a driver that doesn't work

    When nvidia-smi can't reach the driver, what are its status and its output?
    """
    judge.each(lambda room: judge.problem.check_machine(room, "gpus"))


# ---- cleanliness, 5 of 10 points ----


@pytest.mark.points(3)
@pytest.mark.category("cleanliness")
@pytest.mark.cases(*SET_UP, "no_pip")
@pytest.mark.korean("다른 컴퓨터의 파일도 그대로", hint="임시 파일을 남기지 않나요?")
def test_untouched(judge: Any) -> None:
    """Nothing else is touched, on other machines

    Does a temporary file stay behind?
    """
    judge.each(judge.problem.check_untouched)


@pytest.mark.points(2)
@pytest.mark.category("cleanliness")
@pytest.mark.cases(*SET_UP)
@pytest.mark.korean("bashrc_add는 조용하고, 다시 읽어도 괜찮음", hint="bashrc_add가 무언가를 출력하나요?")
def test_quiet(judge: Any) -> None:
    """bashrc_add is quiet, and may be read again

    Does it print anything?
    """
    judge.each(judge.problem.check_quiet)
