"""Rows of setting up a machine: scripts, shell profiles, and programs that find out where they are."""

from __future__ import annotations

from grader.verdicts.record import Verdict, row

SETUP: tuple[Verdict, ...] = (
    row(
        "BAD_INTERPRETER",
        300,
        "output",
        "",
        en=(
            "The first line names no interpreter that there is",
            "The kernel starts a script with the program that its first line names behind #!, letter by letter. A carriage return at "
            "the end of that line, as editors on Windows write it, belongs to the name, and no program is called so.",
            "Show the invisible characters of the first line: `head -1 FILE | od -c`. How does the line end, and which program does "
            "it name?",
        ),
        ko=(
            "첫 줄이 가리키는 인터프리터가 없습니다",
            "커널은 첫 줄의 #! 뒤에 적힌 프로그램으로 스크립트를 시작하며, 이름을 한 글자씩 그대로 읽습니다. 윈도우 편집기가 줄 끝에 "
            "넣는 캐리지 리턴도 이름의 일부가 되는데, 그런 이름의 프로그램은 없습니다.",
            "첫 줄의 보이지 않는 글자를 확인해 보세요: `head -1 파일 | od -c`. 줄이 어떻게 끝나고, 어떤 프로그램을 가리키나요?",
        ),
    ),
    row(
        "WINDOWS_LINE_ENDS",
        301,
        "output",
        "",
        en=(
            "The lines end as on Windows",
            "Each line ends with a carriage return in front of its line end. A shell doesn't take it for the end of the line but for "
            "a part of the last word.",
            "Which line ends does your editor write for this file? `od -c FILE | head` shows them.",
        ),
        ko=(
            "줄 끝이 윈도우 형식입니다",
            "줄바꿈 앞마다 캐리지 리턴이 있습니다. 셸은 이것을 줄의 끝이 아니라 마지막 단어의 일부로 읽습니다.",
            "편집기가 이 파일에 어떤 줄 끝을 쓰나요? `od -c 파일 | head`로 볼 수 있습니다.",
        ),
    ),
    row(
        "WAITS_FOR_INPUT",
        302,
        "output",
        "",
        en=(
            "It waits for somebody to answer",
            "A script that sets up a machine runs while nobody looks. Something in it asked a question, or for a password, and read "
            "an answer.",
            "Which commands may ask something? Which option answers for you, and which environment does a command get behind sudo?",
        ),
        ko=(
            "누군가의 답을 기다립니다",
            "컴퓨터를 설정하는 스크립트는 아무도 보지 않을 때 실행됩니다. 그 안의 무언가가 질문을 하거나 암호를 묻고 답을 읽었습니다.",
            "어떤 명령이 질문을 할 수 있나요? 어떤 옵션이 대신 답하고, sudo 뒤의 명령은 어떤 환경 변수를 받나요?",
        ),
    ),
    row(
        "FILES_LOST",
        303,
        "output",
        "",
        en=(
            "Something that was there before is gone",
            "A file of the user's or of the system's that the script had no business with has been deleted, emptied or overwritten.",
            "Which commands of yours delete, move or overwrite? What do their paths become when a variable is empty?",
        ),
        ko=(
            "원래 있던 것이 없어졌습니다",
            "스크립트와 상관없는 사용자나 시스템의 파일이 지워졌거나 비었거나 덮어써졌습니다.",
            "어떤 명령이 지우거나 옮기거나 덮어쓰나요? 변수가 비어 있으면 그 경로는 무엇이 되나요?",
        ),
    ),
    row(
        "NO_SUDO",
        310,
        "output",
        "",
        en=(
            "It takes root, and sudo isn't there",
            "The command changes the system, which an ordinary user may not. `sudo` in front of a command is for that command only: "
            "neither for the next one, nor for a `>` behind it.",
            "Who is the command run as? Which of your lines change something outside of your home?",
        ),
        ko=(
            "root 권한이 필요한데 sudo가 없습니다",
            "이 명령은 시스템을 바꾸므로 일반 사용자는 실행할 수 없습니다. 명령 앞의 `sudo`는 그 명령에만 적용되며, 다음 명령이나 "
            "뒤의 `>`에는 적용되지 않습니다.",
            "이 명령은 누구의 권한으로 실행되나요? 홈 폴더 밖을 바꾸는 줄은 어느 것인가요?",
        ),
    ),
    row(
        "NOT_IDEMPOTENT",
        311,
        "output",
        "",
        en=(
            "A second run changes what the first had finished",
            "Setting up is done again and again: after an error, on the next machine, by src. What is set up already has to stay as "
            "it is. Here the second run added to it, or failed over it.",
            "Before each change, how can the script see that it has been made already?",
        ),
        ko=(
            "두 번째 실행이 이미 끝난 것을 또 바꿉니다",
            "설정은 여러 번 실행됩니다. 오류가 난 뒤에도, 다른 컴퓨터에서도, src로도 실행합니다. 이미 설정된 것은 그대로 남아야 "
            "하는데, 두 번째 실행이 더 덧붙이거나 그 때문에 실패했습니다.",
            "각 변경을 하기 전에, 이미 되어 있는지 스크립트가 어떻게 알 수 있나요?",
        ),
    ),
    row(
        "NO_BACKUP",
        312,
        "output",
        "",
        en=(
            "No backup of a file that was changed",
            "The file was changed, and what it held before is nowhere to be found under the name that the hand-out gives.",
            "Which files does the script change? In which order do the copy and the change come?",
        ),
        ko=(
            "바꾼 파일의 백업이 없습니다",
            "파일이 바뀌었는데, 과제 설명에서 정한 이름으로는 원래 내용을 찾을 수 없습니다.",
            "스크립트가 바꾸는 파일은 무엇인가요? 복사와 변경 중 어느 것이 먼저인가요?",
        ),
    ),
    row(
        "BACKUP_LOST",
        313,
        "output",
        "",
        en=(
            "The backup is overwritten",
            "A backup is there to bring back what was first. Here a copy of what had been changed already was put over it, so that "
            "nothing can be brought back.",
            "What does the backup hold after one run, and what after two? When must it not be written?",
        ),
        ko=(
            "백업을 덮어썼습니다",
            "백업은 처음 상태로 되돌리기 위한 것입니다. 이미 바뀐 내용을 그 위에 복사했기 때문에 되돌릴 수 없습니다.",
            "한 번 실행한 뒤, 두 번 실행한 뒤 백업에는 무엇이 들어 있나요? 백업을 쓰지 말아야 할 때는 언제인가요?",
        ),
    ),
    row(
        "REGEX_DOT",
        314,
        "output",
        "",
        en=(
            "The pattern matches more than it should",
            "In a regular expression a dot stands for any character. The pattern also matched a name that only looks like the one "
            "that was meant.",
            "Which characters of your pattern have a meaning of their own? How are they taken literally?",
        ),
        ko=(
            "패턴이 너무 많은 것과 맞습니다",
            "정규식에서 점은 아무 글자나 뜻합니다. 패턴이 비슷하게 생긴 다른 이름과도 맞았습니다.",
            "패턴의 글자 가운데 특별한 뜻이 있는 것은 무엇인가요? 글자 그대로 쓰려면 어떻게 하나요?",
        ),
    ),
    row(
        "WRONG_ORDER",
        315,
        "output",
        "",
        en=(
            "The steps are in an order that can't work",
            "A step uses what a later one makes: packages are looked up in lists that update fetches, and from the hosts that the "
            "sources name at that time.",
            "For each step, write down what it needs. Which step makes that?",
        ),
        ko=(
            "단계의 순서가 맞지 않습니다",
            "나중 단계에서 만드는 것을 먼저 쓰고 있습니다. 패키지는 update가 받은 목록에서 찾고, 그 목록은 그때 소스에 적힌 "
            "호스트에서 받습니다.",
            "각 단계에 무엇이 필요한지 적어 보세요. 그것은 어느 단계에서 만들어지나요?",
        ),
    ),
    row(
        "SYSTEM_PIP",
        316,
        "output",
        "",
        en=(
            "pip changes the system's Python",
            "The system's own tools run on the system's Python; packages put there by pip break them, which is why newer "
            "distributions refuse it. An environment of your own can be thrown away.",
            "Which pip is called, that of which Python? What does `python3 -m venv` make?",
        ),
        ko=(
            "pip가 시스템의 Python을 바꿉니다",
            "시스템의 도구들은 시스템의 Python으로 동작합니다. pip로 거기에 패키지를 넣으면 도구가 망가질 수 있어 새 배포판은 "
            "거부합니다. 자신만의 환경은 언제든 버릴 수 있습니다.",
            "어느 Python의 pip를 호출하나요? `python3 -m venv`는 무엇을 만드나요?",
        ),
    ),
    row(
        "WRONG_FOLDER",
        317,
        "output",
        "",
        en=(
            "It only works when called from its own folder",
            "The script looks for files that lie beside it in the folder that it was called from. Those are two things: the one is "
            "where the script is, the other is where its user is.",
            "What is in $0 when the script is called by its path? What is $PWD then?",
        ),
        ko=(
            "자기 폴더에서 호출할 때만 동작합니다",
            "스크립트가 옆에 있는 파일을, 호출된 폴더에서 찾습니다. 스크립트가 있는 곳과 사용자가 있는 곳은 다릅니다.",
            "경로를 붙여 호출하면 $0에는 무엇이 들어 있나요? 그때 $PWD는 무엇인가요?",
        ),
    ),
    row(
        "EXIT_STATUS",
        318,
        "output",
        "",
        en=(
            "The exit status doesn't tell what happened",
            "0 means that all went well, anything else that it didn't. Whoever calls relies on that; where a step fails, nothing may "
            "be built upon it.",
            "What is $? after each command, and whose status is the script's? Which command ends a script at the first failure?",
        ),
        ko=(
            "종료 상태가 실제로 일어난 일과 다릅니다",
            "0은 모두 잘되었다는 뜻이고, 그 밖의 값은 그렇지 않다는 뜻입니다. 호출한 쪽은 이것을 믿습니다. 실패한 단계 위에 다음 "
            "단계를 쌓아서는 안 됩니다.",
            "각 명령 뒤의 $?는 무엇이고, 스크립트의 상태는 어느 명령의 것인가요? 첫 실패에서 스크립트를 끝내려면 어떻게 하나요?",
        ),
    ),
    row(
        "TOUCHED_ELSEWHERE",
        319,
        "output",
        "",
        en=(
            "Something is left behind",
            "There is a file or folder that was not there before and that nobody asked for.",
            "Which of your lines makes it? Where do files go whose path isn't the one you think?",
        ),
        ko=(
            "무언가를 남겨 두었습니다",
            "전에 없던, 아무도 요구하지 않은 파일이나 폴더가 있습니다.",
            "어느 줄이 만드나요? 경로가 생각과 다르면 파일은 어디에 만들어지나요?",
        ),
    ),
    row(
        "CALLS_ITSELF",
        320,
        "output",
        "",
        en=(
            "A function calls itself without end",
            "Inside of a function that is called as a command is, the command's name means the function. It calls itself until the "
            "shell gives up.",
            "How does one say that the shell's own command is meant, and not the function of that name?",
        ),
        ko=(
            "함수가 자기 자신을 끝없이 호출합니다",
            "명령과 이름이 같은 함수 안에서 그 이름은 함수를 뜻합니다. 그래서 셸이 포기할 때까지 자신을 호출합니다.",
            "같은 이름의 함수가 아니라 셸의 명령을 뜻한다고 하려면 어떻게 쓰나요?",
        ),
    ),
    row(
        "SHELL_CLOSES",
        321,
        "output",
        "",
        en=(
            "The shell closes when it reads this file",
            "The file is read by the shell that you work in, not by one of its own. What ends a script ends that shell: at once, or "
            "at your first mistyped command.",
            "Which settings and commands of the file outlast it? Try `bash --rcfile bashrc_add`, then `false`.",
        ),
        ko=(
            "이 파일을 읽으면 셸이 닫힙니다",
            "이 파일은 별도의 셸이 아니라 작업하는 셸이 직접 읽습니다. 스크립트를 끝내는 것은 그 셸도 끝냅니다. 바로 끝나거나, "
            "처음으로 명령을 잘못 쳤을 때 끝납니다.",
            "파일의 어떤 설정과 명령이 계속 남나요? `bash --rcfile bashrc_add`를 실행하고 `false`를 쳐 보세요.",
        ),
    ),
    row(
        "NOISY_PROFILE",
        322,
        "output",
        "",
        en=(
            "The profile prints something",
            "Programs such as scp and rsync talk through the shell that they start on the other side. What a profile prints comes "
            "into their conversation, and they give up.",
            "Which lines print when the file is read? Are they needed at that time?",
        ),
        ko=(
            "프로필이 무언가를 출력합니다",
            "scp나 rsync 같은 프로그램은 상대편에서 시작한 셸을 통해 대화합니다. 프로필이 출력한 것이 대화에 섞이면 프로그램이 멈춥니다.",
            "파일을 읽을 때 출력하는 줄은 어느 것인가요? 그때 꼭 필요한가요?",
        ),
    ),
    row(
        "PROMPT_WIDTH",
        323,
        "output",
        "",
        en=(
            "The prompt's colours are counted as characters",
            "bash has to know how wide the prompt is to break long lines in the right place. Codes that take no room must be marked "
            "as such; else the command line overwrites itself.",
            "In bash's manual, PROMPTING: which two escapes enclose what isn't printed?",
        ),
        ko=(
            "프롬프트의 색 코드가 글자로 세어집니다",
            "긴 줄을 알맞은 곳에서 나누려면 bash가 프롬프트의 폭을 알아야 합니다. 자리를 차지하지 않는 코드는 표시를 해야 하며, "
            "그러지 않으면 명령줄이 자신을 덮어씁니다.",
            "bash 설명서의 PROMPTING을 보세요. 출력되지 않는 부분을 감싸는 두 가지 표기는 무엇인가요?",
        ),
    ),
    row(
        "PROMPT_FROZEN",
        324,
        "output",
        "",
        en=(
            "The prompt doesn't follow the folder",
            "The folder was put into the prompt when the file was read, and stays in it. It has to be looked up each time that the "
            "prompt is printed.",
            'What does `echo "$PS1"` show? When are variables between double quotes replaced, and when between single ones?',
        ),
        ko=(
            "프롬프트가 폴더를 따라가지 않습니다",
            "파일을 읽을 때의 폴더가 프롬프트에 들어가 그대로 남아 있습니다. 프롬프트를 출력할 때마다 새로 알아내야 합니다.",
            '`echo "$PS1"`은 무엇을 보여 주나요? 큰따옴표와 작은따옴표 안의 변수는 각각 언제 바뀌나요?',
        ),
    ),
    row(
        "DISPLAY_WRONG",
        325,
        "output",
        "",
        en=(
            "Windows of programs open nowhere, or elsewhere",
            "DISPLAY names the X server. On WSL 1 that of Windows is on the same machine; WSL 2 is a machine of its own, for which "
            "Windows has an address; WSLg and ssh set DISPLAY themselves, and then it isn't yours to change.",
            "On which of the four kinds of machine is the file read, and what is DISPLAY before?",
        ),
        ko=(
            "프로그램의 창이 열리지 않거나 다른 곳에 열립니다",
            "DISPLAY는 X 서버를 가리킵니다. WSL 1에서는 윈도우의 X 서버가 같은 컴퓨터에 있고, WSL 2는 별도의 컴퓨터라 윈도우에 "
            "주소가 따로 있습니다. WSLg와 ssh는 DISPLAY를 스스로 정하므로 바꾸면 안 됩니다.",
            "파일을 읽는 컴퓨터는 네 종류 중 어느 것이고, 그 전에 DISPLAY는 무엇인가요?",
        ),
    ),
    row(
        "WSL_UNRECOGNISED",
        326,
        "output",
        "",
        en=(
            "The kind of WSL isn't recognised",
            "/proc/version says whose kernel runs. That of WSL 1 and of WSL 2 both name Microsoft, in different letters and with "
            "different numbers; a Linux by itself doesn't.",
            "Put the three texts side by side. Which part is in exactly one of them?",
        ),
        ko=(
            "WSL의 종류를 알아보지 못합니다",
            "/proc/version은 어떤 커널이 실행 중인지 말해 줍니다. WSL 1과 WSL 2의 커널은 모두 Microsoft를 언급하지만 대소문자와 "
            "숫자가 다르고, 일반 리눅스는 언급하지 않습니다.",
            "세 글을 나란히 놓고 보세요. 정확히 하나에만 있는 부분은 무엇인가요?",
        ),
    ),
    row(
        "WRONG_UNIT",
        327,
        "output",
        "",
        en=(
            "The number is in another unit",
            "The value is right, but for a factor between units. In /proc/meminfo, kB stands for 1024 bytes.",
            "How many bytes is the number that you read, and how many is one of the unit that is asked for?",
        ),
        ko=(
            "단위가 다릅니다",
            "값은 맞지만 단위 사이의 배수가 다릅니다. /proc/meminfo의 kB는 1024바이트입니다.",
            "읽은 수는 몇 바이트이고, 요구하는 단위 하나는 몇 바이트인가요?",
        ),
    ),
)
