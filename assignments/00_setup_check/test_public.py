"""00_setup_check, public checks: four machines that you may look at. The hidden ones ask for the rest of the hand-out's contract."""

from typing import Any

import pytest

WORKING = ("laptop", "old_laptop", "lab")

# ---- setup.sh, 23 points ----


@pytest.mark.points(5)
@pytest.mark.cases(*WORKING)
@pytest.mark.korean("setup.sh: 미러", hint="kr.archive.ubuntu.com에서 어디까지가 바뀌어야 하나요?")
def test_mirror(judge: Any) -> None:
    """setup.sh: the mirror

    Of kr.archive.ubuntu.com, which part has to be replaced?
    """
    judge.each(judge.problem.check_sources)


@pytest.mark.points(4)
@pytest.mark.cases(*WORKING)
@pytest.mark.korean("setup.sh: 백업", hint="두 번째 실행에서 백업 파일에는 무엇이 들어가나요?")
def test_backups(judge: Any) -> None:
    """setup.sh: backups

    What goes into the backup when the script runs a second time?
    """
    judge.each(judge.problem.check_backups)


@pytest.mark.points(5)
@pytest.mark.cases(*WORKING)
@pytest.mark.korean("setup.sh: 패키지", hint="아무도 없을 때 apt-get이 무엇을 물어볼 수 있나요? sudo는 어떤 환경 변수를 넘겨주나요?")
def test_packages(judge: Any) -> None:
    """setup.sh: packages

    What may apt-get ask when nobody is there to answer? Which of your variables does sudo hand on?
    """
    judge.each(judge.problem.check_packages)


@pytest.mark.points(3)
@pytest.mark.cases(*WORKING)
@pytest.mark.korean("setup.sh: Python 환경과 캐시", hint="어느 pip가 실행되나요? 그 경로를 적어 보세요.")
def test_python(judge: Any) -> None:
    """setup.sh: Python's environment, and the cache

    Which pip is run? Write down its path.
    """
    judge.each(judge.problem.check_python)


@pytest.mark.points(4)
@pytest.mark.cases(*WORKING)
@pytest.mark.korean("setup.sh: 두 번 실행한 뒤의 홈", hint="두 번 실행한 뒤 ~/.bashrc를 읽어 보세요. 마지막 줄은 줄바꿈으로 끝났나요?")
def test_home(judge: Any) -> None:
    """setup.sh: the home after two runs

    Read ~/.bashrc after two runs. Did its last line end with a line end before?
    """
    judge.each(judge.problem.check_profile_files)


@pytest.mark.points(2)
@pytest.mark.cases("offline")
@pytest.mark.korean("setup.sh: 네트워크가 없을 때", hint="명령 하나가 실패하면 bash 스크립트는 보통 어떻게 하나요?")
def test_offline(judge: Any) -> None:
    """setup.sh: no network

    What does a bash script do when one of its commands has failed, if nothing else is said?
    """
    judge.each(judge.problem.check_failure)


# ---- bashrc_add, 13 points ----


@pytest.mark.points(4)
@pytest.mark.cases(*WORKING)
@pytest.mark.korean("bashrc_add: 프롬프트", hint="작은따옴표와 큰따옴표 안에서 $PWD는 언제 바뀌나요?")
def test_prompt(judge: Any) -> None:
    """bashrc_add: the prompt

    When is $PWD replaced between single quotes, and when between double ones?
    """
    judge.each(judge.problem.check_prompt)


@pytest.mark.points(2)
@pytest.mark.cases(*WORKING)
@pytest.mark.korean("bashrc_add: 별칭 src, g, t", hint="alias를 인수 없이 실행하면 무엇이 나오나요?")
def test_aliases(judge: Any) -> None:
    """bashrc_add: the aliases src, g and t

    What does `alias` print?
    """
    judge.each(judge.problem.check_aliases)


@pytest.mark.points(4)
@pytest.mark.cases(*WORKING)
@pytest.mark.korean("bashrc_add: cd", hint="함수 cd 안에서 cd는 누구를 부르나요? 이름에 빈칸이 있으면 인수는 몇 개인가요?")
def test_cd(judge: Any) -> None:
    """bashrc_add: cd

    Inside of a function cd, who is called by cd? How many arguments are a name with a blank?
    """
    judge.each(judge.problem.check_cd)


@pytest.mark.points(3)
@pytest.mark.cases(*WORKING)
@pytest.mark.korean("bashrc_add: DISPLAY", hint="WSL 1과 WSL 2에서 윈도우의 X 서버는 어디에 있나요?")
def test_display(judge: Any) -> None:
    """bashrc_add: DISPLAY

    Where is the X server of Windows, seen from WSL 1 and from WSL 2?
    """
    judge.each(judge.problem.check_display)


# ---- probe.py, 9 points ----


@pytest.mark.points(4)
@pytest.mark.cases(*WORKING, "offline")
@pytest.mark.korean("probe.py: 시스템", hint="WSL 1과 WSL 2의 /proc/version은 어디가 다른가요?")
def test_system(judge: Any) -> None:
    """probe.py: the system

    In what do the /proc/version of WSL 1 and of WSL 2 differ?
    """
    judge.each(lambda room: judge.problem.check_machine(room, "wsl", "wslg", "distribution", "version"))


@pytest.mark.points(3)
@pytest.mark.cases(*WORKING, "offline")
@pytest.mark.korean("probe.py: 프로세서와 메모리", hint="MemTotal의 단위는 무엇이고, MiB는 그것의 몇 배인가요?")
def test_hardware(judge: Any) -> None:
    """probe.py: processor and memory

    What is MemTotal's unit, and how many of it are a MiB?
    """
    judge.each(lambda room: judge.problem.check_machine(room, "cores", "cpu", "memory_mib"))


@pytest.mark.points(2)
@pytest.mark.cases(*WORKING)
@pytest.mark.korean("probe.py: GPU 목록", hint="nvidia-smi가 없는 컴퓨터에서는 무슨 일이 일어나나요?")
def test_gpus(judge: Any) -> None:
    """probe.py: GPUs

    What happens on a machine that has no nvidia-smi?
    """
    judge.each(lambda room: judge.problem.check_machine(room, "gpus"))


# ---- cleanliness, 5 of 10 points ----


@pytest.mark.points(3)
@pytest.mark.category("cleanliness")
@pytest.mark.cases(*WORKING, "offline")
@pytest.mark.korean("다른 파일은 그대로", hint="실행 전과 후에 `find ~`의 출력을 비교해 보세요.")
def test_untouched(judge: Any) -> None:
    """Nothing else is touched

    Compare what `find ~` prints before and after.
    """
    judge.each(judge.problem.check_untouched)


@pytest.mark.points(2)
@pytest.mark.category("cleanliness")
@pytest.mark.cases(*WORKING)
@pytest.mark.korean("bashrc_add는 조용하고, 다시 읽어도 괜찮음", hint="src를 세 번 실행한 뒤 PATH를 출력해 보세요.")
def test_quiet(judge: Any) -> None:
    """bashrc_add is quiet, and may be read again

    Print PATH after running src three times.
    """
    judge.each(judge.problem.check_quiet)
