"""Rows of shell scripts: names that fall apart, rights, processes, filters, archives, git."""

from __future__ import annotations

from grader.verdicts.record import Verdict, row

LINUX: tuple[Verdict, ...] = (
    row(
        "NO_SHEBANG",
        33,
        "build",
        "",
        en=(
            "The script doesn't say who reads it",
            "A text file that is started by its name needs #! and a program's path as its very first characters. Without that the system "
            "doesn't know that it is bash's, and another shell may read it.",
            "Look at the first line of the starter's file. Is anything in front of it now: a blank line, a comment, an invisible mark?",
        ),
        ko=(
            "스크립트에 인터프리터 줄이 없습니다",
            "이름으로 실행하는 텍스트 파일은 맨 처음이 #!와 프로그램의 경로여야 합니다. 그것이 없으면 시스템은 bash가 읽을 "
            "파일인지 알 수 없고, "
            "다른 셸이 읽을 수도 있습니다.",
            "시작 파일의 첫 줄을 보세요. 그 앞에 빈 줄이나 주석, 보이지 않는 문자가 생기지 않았나요?",
        ),
    ),
    row(
        "SYNTAX_ERROR",
        34,
        "build",
        "",
        en=(
            "bash can't read the script",
            "A quotation mark, a bracket or a word such as fi or done has no partner. bash tells the line where it noticed; the cause is "
            "often further up.",
            "`bash -n FILE` reads a script without running it. Which pairs are open in the lines above the one that is named?",
        ),
        ko=(
            "bash가 스크립트를 읽지 못합니다",
            "따옴표나 괄호, 또는 fi나 done 같은 낱말의 짝이 없습니다. bash는 알아차린 줄을 말하며, 원인은 그보다 위에 있는 일이 많습니다.",
            "`bash -n 파일`은 스크립트를 실행하지 않고 읽기만 합니다. 지적된 줄 위에서 어떤 짝이 열려 있나요?",
        ),
    ),
    row(
        "WORD_SPLIT",
        302,
        "output",
        "",
        en=(
            "A name fell apart at its blanks",
            "Where a variable or the output of a command stands without quotation marks, bash cuts it at blanks and looks for * "
            "and ? in it. "
            "A name of two words becomes two names, and a command gets other files than you meant. xargs cuts at blanks, too.",
            "Write the command with `set -x` and count the words that it really gets. Which value should have stayed in one piece?",
        ),
        ko=(
            "이름이 빈칸에서 나뉘었습니다",
            "따옴표 없이 쓴 변수나 명령의 출력은 bash가 빈칸에서 자르고 그 안의 *와 ?도 해석합니다. 두 낱말로 된 이름이 이름 두 "
            "개가 되어, "
            "명령은 생각과 다른 파일을 받습니다. xargs도 빈칸에서 자릅니다.",
            "`set -x`를 켜고 명령이 실제로 받는 낱말을 세어 보세요. 나뉘지 말았어야 할 값은 무엇인가요?",
        ),
    ),
    row(
        "TAKEN_AS_OPTION",
        303,
        "output",
        "",
        en=(
            "A name was taken for an option",
            "The name begins with a dash. Commands take such a word for an option, wherever it came from.",
            "How can a command be told that no more options follow? And how can the same file be named so that its name begins with "
            "something else?",
        ),
        ko=(
            "이름이 옵션으로 받아들여졌습니다",
            "이름이 -로 시작합니다. 명령은 그런 낱말을, 어디에서 왔든 옵션으로 받아들입니다.",
            "이제 옵션이 더 없다는 것을 명령에 어떻게 알려 줄 수 있나요? 같은 파일을 다른 글자로 시작하도록 부를 수는 없나요?",
        ),
    ),
    row(
        "COMMAND_NOT_FOUND",
        304,
        "output",
        "",
        en=(
            "There is no such command",
            "bash looked for a program of this name along PATH and found none. A typing error is the usual reason; a missing "
            "blank, as in "
            "`[$x`, makes another word, too.",
            "Compare the word in the message with the command that you meant, letter by letter. `type NAME` tells what bash would run.",
        ),
        ko=(
            "그런 명령이 없습니다",
            "bash가 PATH를 따라 이 이름의 프로그램을 찾았지만 없었습니다. 흔한 이유는 오타입니다. `[$x`처럼 빈칸이 빠져도 다른 "
            "낱말이 됩니다.",
            "메시지의 낱말과 쓰려던 명령을 한 글자씩 비교해 보세요. `type 이름`은 bash가 무엇을 실행할지 알려 줍니다.",
        ),
    ),
    row(
        "BYSTANDER_KILLED",
        100,  # as HOST_CRASH, which it may bring about
        "crash",
        "",
        en=(
            "A process was ended that had nothing to do with it",
            "Its name only resembles the one that was to be ended. On a shared machine that is somebody's night of computing.",
            "What does your command compare: a part of a name, a whole name, the whole command line? List what it would hit before "
            "you let "
            "it hit.",
        ),
        ko=(
            "상관없는 프로세스를 끝냈습니다",
            "끝내야 할 것과 이름이 비슷할 뿐인 프로세스입니다. 함께 쓰는 컴퓨터에서는 누군가가 밤새 돌린 계산일 수 있습니다.",
            "명령은 무엇을 비교하나요? 이름의 일부인가요, 이름 전체인가요, 명령줄 전체인가요? 끝내기 전에 무엇이 걸리는지 먼저 "
            "나열해 보세요.",
        ),
    ),
    row(
        "DELETED_TOO_MUCH",
        307,
        "output",
        "",
        en=(
            "Files are gone that should have stayed",
            "A command that deletes or moves got more than it should: by a pattern that fits too much, by a name that fell apart, or in "
            "another folder than you thought.",
            "Put echo in front of the command and read what it would do. Which of these names did you mean?",
        ),
        ko=(
            "남아 있어야 할 파일이 사라졌습니다",
            "지우거나 옮기는 명령이 받아야 할 것보다 많이 받았습니다. 패턴이 너무 많이 맞았거나, 이름이 나뉘었거나, 생각과 다른 폴더에서 "
            "실행되었습니다.",
            "명령 앞에 echo를 붙여서 무엇을 하려는지 읽어 보세요. 그 이름들 가운데 정말로 뜻한 것은 어느 것인가요?",
        ),
    ),
    row(
        "CHANGED_TOO_MUCH",
        308,
        "output",
        "",
        en=(
            "A file was changed that no task is about",
            "Its content isn't what it was. Unpacking, copying and editing in place overwrite without asking.",
            "In which folder does the command run, and which names does it write there? Are some of them there already?",
        ),
        ko=(
            "과제와 상관없는 파일이 바뀌었습니다",
            "내용이 처음과 다릅니다. 압축을 풀거나 복사하거나 제자리에서 고치는 명령은 묻지 않고 덮어씁니다.",
            "명령은 어느 폴더에서 실행되고, 거기에 어떤 이름으로 쓰나요? 그 가운데 이미 있는 이름은 없나요?",
        ),
    ),
    row(
        "PERM_WRONG",
        310,
        "output",
        "",
        en=(
            "The rights aren't what they should be",
            "Somebody may do more, or less, than was asked for. Three digits, one each for owner, group and others; each is the sum of 4 "
            "(read), 2 (write) and 1 (execute). 777 lets everybody change the file.",
            "Write the wanted rights as rwxrwxrwx and put a digit below each three letters. Does your command set all rights anew, "
            "or change "
            "a single one? And of which files and folders?",
        ),
        ko=(
            "권한이 요구된 것과 다릅니다",
            "누군가가 요구된 것보다 더 할 수 있거나 덜 할 수 있습니다. 숫자 세 개는 차례로 소유자, 그룹, 그 밖의 사람이고, 각각 4(읽기), "
            "2(쓰기), 1(실행)의 합입니다. 777이면 누구나 파일을 고칠 수 있습니다.",
            "원하는 권한을 rwxrwxrwx로 적고 세 글자마다 아래에 숫자를 써 보세요. 명령은 모든 권한을 새로 정하나요, 하나만 "
            "바꾸나요? 그리고 어느 "
            "파일과 폴더에 대해서인가요?",
        ),
    ),
    row(
        "CRLF_LEFT",
        312,
        "output",
        "",
        en=(
            "Lines still end with a carriage return",
            "Windows ends a line with two characters, CR and LF, Linux with LF alone. What is left of the two is part of the line "
            "for every "
            "program here, also of the interpreter's name.",
            "`cat -A FILE` shows a CR as ^M. At how many places of the file are they, and where does your command look?",
        ),
        ko=(
            "줄 끝에 캐리지 리턴이 남아 있습니다",
            "Windows는 줄을 CR과 LF 두 문자로 끝내고, Linux는 LF 하나로 끝냅니다. 남은 CR은 여기의 모든 프로그램에게 줄의 "
            "일부이고, 인터프리터 "
            "이름의 일부이기도 합니다.",
            "`cat -A 파일`은 CR을 ^M으로 보여 줍니다. 파일의 몇 군데에 있고, 명령은 그중 어디를 보나요?",
        ),
    ),
    row(
        "NOT_REMOVED",
        313,
        "output",
        "",
        en=(
            "Something is still there that should be gone",
            "A file that was to be deleted, or moved away, is where it was.",
            "Did the command run at all, and what did it say? Does its pattern fit this name, in this folder?",
        ),
        ko=(
            "없어져야 할 것이 아직 있습니다",
            "지우거나 옮겼어야 할 파일이 그 자리에 있습니다.",
            "명령이 실행되기는 했나요? 무엇이라고 말했나요? 패턴이 이 폴더의 이 이름에 맞나요?",
        ),
    ),
    row(
        "HARD_LINK",
        314,
        "output",
        "",
        en=(
            "There is no symbolic link",
            "A hard link is a second name of the same file, a copy is another file. A symbolic link is a small file of its own "
            "that holds a "
            "path.",
            "In `ls -l` a symbolic link shows an l and an arrow. Which option makes one?",
        ),
        ko=(
            "심볼릭 링크가 아닙니다",
            "하드 링크는 같은 파일의 둘째 이름이고, 복사본은 다른 파일입니다. 심볼릭 링크는 경로가 적힌 작은 파일입니다.",
            "`ls -l`에서 심볼릭 링크에는 l과 화살표가 보입니다. 어느 옵션이 그것을 만드나요?",
        ),
    ),
    row(
        "BROKEN_LINK",
        315,
        "output",
        "",
        en=(
            "The link points to nothing",
            "A symbolic link holds a path as it was typed. A relative one is read from the folder in which the link lies, not from "
            "where you "
            "were when you made it.",
            "Stand in the link's folder, and read the path that it holds. Where does it lead?",
        ),
        ko=(
            "링크가 가리키는 곳에 아무것도 없습니다",
            "심볼릭 링크에는 적은 그대로의 경로가 들어 있습니다. 상대 경로는 링크를 만들 때 있던 곳이 아니라 링크가 놓인 "
            "폴더에서부터 읽습니다.",
            "링크가 있는 폴더에서 그 경로를 따라가 보세요. 어디에 이르나요?",
        ),
    ),
    row(
        "ABSOLUTE_PATH",
        316,
        "output",
        "",
        en=(
            "A whole path stands where a relative one is asked for",
            "It is right on this machine, for this user, today. Moved or unpacked elsewhere it leads to the wrong place, or nowhere.",
            "Seen from the folder that counts, what is the shortest way there? Which option makes the command begin from that folder?",
        ),
        ko=(
            "상대 경로여야 할 곳에 전체 경로가 있습니다",
            "오늘, 이 컴퓨터의 이 사용자에게는 맞습니다. 옮기거나 다른 곳에 풀면 엉뚱한 곳을 가리키거나 아무 데도 가리키지 않습니다.",
            "기준이 되는 폴더에서 보면 가장 짧은 길은 무엇인가요? 어느 옵션이 명령을 그 폴더에서 시작하게 하나요?",
        ),
    ),
    row(
        "STILL_RUNNING",
        318,
        "output",
        "",
        en=(
            "A process is still running",
            "It was to end, and it didn't. Either no signal reached it, or only one of several was asked.",
            "How many processes have this name? Which of their numbers does your command get?",
        ),
        ko=(
            "프로세스가 아직 실행 중입니다",
            "끝났어야 하는데 끝나지 않았습니다. 시그널이 가지 않았거나, 여럿 가운데 하나에만 갔습니다.",
            "이 이름의 프로세스는 몇 개인가요? 명령은 그 번호 가운데 어느 것을 받나요?",
        ),
    ),
    row(
        "KILLED_HARD",
        319,
        "output",
        "",
        en=(
            "A process was killed without a chance to tidy up",
            "SIGKILL (9) can't be caught: what the process held in memory is lost, and its files stay half-written. SIGTERM asks, and a "
            "well-behaved program saves and ends.",
            "Which signal does kill send if you name none? When would the other one be right?",
        ),
        ko=(
            "정리할 기회 없이 프로세스를 죽였습니다",
            "SIGKILL(9)은 받아서 처리할 수 없습니다. 메모리에 있던 것은 사라지고, 쓰던 파일은 반쯤 쓰인 채로 남습니다. SIGTERM은 "
            "부탁이고, "
            "제대로 된 프로그램은 저장하고 끝납니다.",
            "시그널을 적지 않으면 kill은 무엇을 보내나요? 다른 시그널은 언제 알맞나요?",
        ),
    ),
    row(
        "STATUS_LOST",
        320,
        "output",
        "",
        en=(
            "The exit status is another command's",
            "$? is the status of the command that ended last, whichever that was. A command in the background hasn't ended when the next "
            "line runs.",
            "Which command ran directly before $? was read? How is a job's own status asked for?",
        ),
        ko=(
            "다른 명령의 종료 상태입니다",
            "$?는 어떤 명령이든 마지막으로 끝난 명령의 상태입니다. 백그라운드의 명령은 다음 줄이 실행될 때 아직 끝나지 않았습니다.",
            "$?를 읽기 바로 전에 어떤 명령이 실행되었나요? 작업 하나의 상태는 어떻게 물어보나요?",
        ),
    ),
    row(
        "HIDDEN_FORGOTTEN",
        322,
        "output",
        "",
        en=(
            "Hidden names are missing",
            "Names that begin with a dot aren't listed by ls, nor found by *, unless they are asked for. A pattern such as .[a-z]* "
            "or .??* "
            "doesn't find all of them either.",
            "Make files called .a, .B-c and ..d in an empty folder. Which of them does your command see?",
        ),
        ko=(
            "숨김 이름이 빠졌습니다",
            "점으로 시작하는 이름은 따로 요구하지 않으면 ls에도 나오지 않고 *에도 걸리지 않습니다. .[a-z]*나 .??* 같은 패턴도 모두 "
            "찾지는 "
            "못합니다.",
            "빈 폴더에 .a, .B-c, ..d라는 파일을 만들어 보세요. 명령은 그중 어느 것을 보나요?",
        ),
    ),
    row(
        "HIDDEN_COUNTED",
        323,
        "output",
        "",
        en=(
            "Something counts that shouldn't",
            "Hidden names, or . and .., are among what was listed or counted. The last two are in every folder: itself, and the one above.",
            "Read what your listing prints, line by line, before you count it. Which lines are no answer to the question?",
        ),
        ko=(
            "세지 말아야 할 것까지 셌습니다",
            "숨김 이름이나 .과 ..이 목록이나 개수에 들어 있습니다. 뒤의 둘은 어느 폴더에나 있는, 자기 자신과 위의 폴더입니다.",
            "세기 전에 목록을 한 줄씩 읽어 보세요. 질문의 답이 아닌 줄은 어느 것인가요?",
        ),
    ),
    row(
        "SORTED_AS_TEXT",
        325,
        "output",
        "",
        en=(
            "Numbers are sorted as if they were texts",
            "Letter by letter, 9 comes after 10 and 98 after 1000007.",
            "Which option makes sort read numbers? Which part of the line is the number?",
        ),
        ko=(
            "수를 글자로 정렬했습니다",
            "글자로 비교하면 9는 10보다, 98은 1000007보다 뒤에 옵니다.",
            "어느 옵션이 sort에게 수로 읽게 하나요? 줄의 어느 부분이 수인가요?",
        ),
    ),
    row(
        "SORTED_UPWARDS",
        326,
        "output",
        "",
        en=(
            "The order is the other way round",
            "The smallest stands first where the largest is asked for.",
            "In which order do the lines reach the command that picks the first few?",
        ),
        ko=(
            "순서가 거꾸로입니다",
            "가장 큰 것이 먼저여야 하는데 가장 작은 것이 먼저 나옵니다.",
            "처음 몇 줄을 고르는 명령에 줄이 어떤 순서로 들어가나요?",
        ),
    ),
    row(
        "MATCHED_ELSEWHERE",
        328,
        "output",
        "",
        en=(
            "The pattern also fits in another column",
            "grep looks at the whole line. What was meant for one column was found in a path or a number, too.",
            "Take a line that is too much in your output. Where in it does the pattern fit? How can the pattern say which column it means?",
        ),
        ko=(
            "다른 열에도 패턴이 맞았습니다",
            "grep은 줄 전체를 봅니다. 한 열에서 찾으려던 것이 경로나 수에서도 발견되었습니다.",
            "출력에 더 들어간 줄을 하나 골라 보세요. 패턴이 그 줄의 어디에 맞나요? 어느 열인지는 패턴에 어떻게 적을 수 있나요?",
        ),
    ),
    row(
        "NUMBERED_LATE",
        329,
        "output",
        "",
        en=(
            "The lines were numbered after they were picked",
            "The numbers run 1, 2, 3 … over the output. Their numbers in the file are asked for.",
            "In a pipe each command sees only what the one before lets through. Which has to come first here?",
        ),
        ko=(
            "고른 다음에 번호를 매겼습니다",
            "번호가 출력에서 1, 2, 3 …으로 이어집니다. 파일에서의 줄 번호여야 합니다.",
            "파이프에서 명령은 앞의 명령이 내보낸 것만 봅니다. 여기서는 어느 것이 먼저여야 하나요?",
        ),
    ),
    row(
        "ONLY_FIRST",
        330,
        "output",
        "",
        en=(
            "Only the first place of each line was replaced",
            "sed's s command replaces once a line unless it is told otherwise.",
            "Look for a line in which the word stands twice. What does it look like afterwards?",
        ),
        ko=(
            "줄마다 첫 번째만 바뀌었습니다",
            "sed의 s 명령은 따로 말하지 않으면 한 줄에서 한 번만 바꿉니다.",
            "그 낱말이 두 번 나오는 줄을 찾아보세요. 바꾼 뒤에는 어떻게 보이나요?",
        ),
    ),
    row(
        "ARCHIVE_BROKEN",
        332,
        "output",
        "",
        en=(
            "The archive can't be unpacked",
            "It is no tar archive, isn't compressed by gzip, or nothing is in it. A name that ends in .gz compresses nothing by itself.",
            "`file NAME` tells what a file really is, and `tar -tzf NAME` lists what is in it. What did tar say when it made the archive?",
        ),
        ko=(
            "압축 파일을 풀 수 없습니다",
            "tar가 아니거나, gzip으로 압축되지 않았거나, 비어 있습니다. 이름이 .gz로 끝난다고 저절로 압축되지는 않습니다.",
            "`file 이름`은 파일이 실제로 무엇인지, `tar -tzf 이름`은 무엇이 들어 있는지 알려 줍니다. 만들 때 tar가 무엇이라고 말했나요?",
        ),
    ),
    row(
        "TOO_MUCH_INSIDE",
        333,
        "output",
        "",
        en=(
            "Something is in it that should be left out",
            "The archive, or the commit, holds files that the task says to leave out. In a repository they stay for good: a later commit "
            "doesn't take them out of the history.",
            "List what is in it. Which pattern should have kept this file out, and was it in force when the file was taken in?",
        ),
        ko=(
            "빼야 할 것이 들어 있습니다",
            "과제에서 빼라고 한 파일이 압축 파일이나 커밋에 들어 있습니다. 저장소에서는 나중에 지워도 기록에 계속 남습니다.",
            "무엇이 들어 있는지 나열해 보세요. 어느 패턴이 이 파일을 빼야 했고, 파일을 넣을 때 그 패턴이 있었나요?",
        ),
    ),
    row(
        "TOO_LITTLE_INSIDE",
        334,
        "output",
        "",
        en=(
            "Something is missing in it",
            "The archive, or the commit, doesn't hold a file that belongs there, or holds it under another path.",
            "List what is in it, with paths. Is it a hidden file, one of a subfolder, or one whose name resembles those to leave out?",
        ),
        ko=(
            "들어 있어야 할 것이 없습니다",
            "압축 파일이나 커밋에 있어야 할 파일이 없거나 다른 경로로 들어 있습니다.",
            "무엇이 들어 있는지 경로와 함께 나열해 보세요. 숨김 파일인가요, 하위 폴더의 파일인가요, 빼야 할 것과 이름이 비슷한 파일인가요?",
        ),
    ),
    row(
        "NOTHING_COMMITTED",
        336,
        "output",
        "",
        en=(
            "The repository has no commit",
            "git commit takes what was added before. With nothing added, or no message, it makes none and says why.",
            "What does `git status` say in front of each of your commands?",
        ),
        ko=(
            "저장소에 커밋이 없습니다",
            "git commit은 그 전에 add한 것을 담습니다. add한 것이 없거나 메시지가 없으면 커밋을 만들지 않고 이유를 말합니다.",
            "각 명령 앞에서 `git status`는 무엇이라고 말하나요?",
        ),
    ),
    row(
        "WRONG_BRANCH",
        337,
        "output",
        "",
        en=(
            "The branch has another name",
            "The first branch of a new repository is called as the machine's settings say: master here, main there, something else "
            "elsewhere.",
            "Don't rely on the setting. Where can a new repository be told its branch's name?",
        ),
        ko=(
            "브랜치 이름이 다릅니다",
            "새 저장소의 첫 브랜치 이름은 컴퓨터의 설정을 따릅니다. 어디서는 master, 어디서는 main, 또 다른 이름일 수도 있습니다.",
            "설정에 기대지 마세요. 새 저장소에 브랜치 이름을 어디에서 말해 줄 수 있나요?",
        ),
    ),
    row(
        "NOT_PUSHED",
        338,
        "output",
        "",
        en=(
            "The commit isn't in the remote repository",
            "A commit is in your own repository until it is pushed, and a push sends the branch that it is told.",
            "What does `git remote -v` say, and what did git push answer?",
        ),
        ko=(
            "커밋이 원격 저장소에 없습니다",
            "push하기 전까지 커밋은 자기 저장소에만 있습니다. 그리고 push는 말해 준 브랜치만 보냅니다.",
            "`git remote -v`는 무엇을 보여 주고, git push는 무엇이라고 답했나요?",
        ),
    ),
    row(
        "NO_UPSTREAM",
        339,
        "output",
        "",
        en=(
            "The branch isn't tied to the remote's",
            "The commit has arrived, but a plain `git push` or `git pull` wouldn't know where to go: the branch has no upstream.",
            "What does `git status -sb` say of your branch? Which option of git push ties it?",
        ),
        ko=(
            "브랜치가 원격과 이어져 있지 않습니다",
            "커밋은 도착했지만, 인자 없는 `git push`나 `git pull`은 어디로 갈지 모릅니다. 브랜치에 업스트림이 없기 때문입니다.",
            "`git status -sb`는 브랜치에 대해 무엇이라고 말하나요? git push의 어느 옵션이 둘을 잇나요?",
        ),
    ),
    row(
        "FILE_NOT_MADE",
        345,
        "output",
        "",
        en=(
            "A file wasn't made",
            "The task asks for a file at this place, and after the script there is none.",
            "In which folder is the script when it writes, and does that folder exist? `pwd` in front of the command tells.",
        ),
        ko=(
            "파일이 만들어지지 않았습니다",
            "과제는 이 자리에 파일을 만들라고 하는데, 스크립트가 끝난 뒤 파일이 없습니다.",
            "쓰는 순간 스크립트는 어느 폴더에 있고, 그 폴더는 있나요? 명령 앞에 `pwd`를 두면 알 수 있습니다.",
        ),
    ),
)
