"""Rows of notebooks: a file that can't be read, and cells that don't get through. What a wrong result says stands with its subject."""

from __future__ import annotations

from grader.verdicts.record import Verdict, row

NOTEBOOKS: tuple[Verdict, ...] = (
    row(
        "BAD_NOTEBOOK",
        10,
        "build",
        "",
        en=(
            "The notebook can't be read",
            "The file isn't a notebook as Jupyter writes it, or it is larger than a notebook of this course can be. Nothing in it could be "
            "executed.",
            "Open the file in Jupyter. If it opens, clear all outputs, save it, and hand in the file that Jupyter saved.",
        ),
        ko=(
            "노트북을 읽을 수 없습니다",
            "파일이 Jupyter가 저장하는 노트북의 형식이 아니거나, 이 수업의 노트북이 될 수 없을 만큼 큽니다. 그래서 아무 셀도 실행하지 "
            "못했습니다.",
            "파일을 Jupyter에서 열어 보세요. 열린다면 모든 출력을 지우고 저장한 뒤, Jupyter가 저장한 파일을 제출하세요.",
        ),
    ),
    row(
        "CELL_MISSING",
        20,
        "build",
        "",
        en=(
            "A cell of the notebook was deleted",
            "A cell that the checks look at isn't in the notebook any more. Only its own checks are lost. A new cell with the same text is "
            "another cell: a cell is known by its name, which stands in its metadata.",
            "Which cell does the message name? Take it from the notebook that you started with (copy the cell, not its text), and put your "
            "code into it.",
        ),
        ko=(
            "노트북의 셀이 삭제되었습니다",
            "검사가 보는 셀이 노트북에 없습니다. 그 셀의 검사만 점수를 잃습니다. 같은 내용을 새 셀에 적어도 다른 셀이 됩니다. 셀은 "
            "메타데이터에 있는 이름으로 구별합니다.",
            "메시지에 나온 셀은 어느 것인가요? 처음 받은 노트북에서 그 셀을 통째로 복사해 오고, 그 안에 코드를 넣으세요.",
        ),
    ),
    row(
        "KERNEL_DIED",
        110,
        "crash",
        "",
        en=(
            "The notebook's process ended in the middle",
            "The process that executes the cells was gone before the cell was done: it crashed, ended itself, or ran out of memory. All "
            "names that the cells had made went with it, so nothing behind that cell could be executed.",
            "Restart the kernel and run all cells from the top. Which cell does it die in? Does that cell end the process, or build "
            "something very large?",
        ),
        ko=(
            "노트북을 실행하던 프로세스가 도중에 끝났습니다",
            "셀이 끝나기 전에 셀을 실행하는 프로세스가 사라졌습니다. 비정상 종료했거나, 스스로 끝냈거나, 메모리가 모자랐습니다. 셀들이 "
            "만든 이름도 함께 사라지므로 그 뒤의 셀은 실행하지 못했습니다.",
            "커널을 다시 시작하고 처음부터 모든 셀을 실행해 보세요. 어느 셀에서 죽나요? 그 셀이 프로세스를 끝내거나 아주 큰 것을 만들지는 "
            "않나요?",
        ),
    ),
    row(
        "CELL_TIMEOUT",
        120,
        "crash",
        "",
        en=(
            "A cell doesn't come to an end",
            "The cell, or a function of it that a check called, needed more time than a cell may take, and was interrupted where the line "
            "says.",
            "What ends the loop at this line? If it does end, how often does it run for the inputs of the assignment, and what does one "
            "round cost?",
        ),
        ko=(
            "셀이 끝나지 않습니다",
            "셀이나, 검사가 부른 그 셀의 함수가 허용된 시간보다 오래 걸려서 표시된 줄에서 중단했습니다.",
            "이 줄의 반복문은 무엇으로 끝나나요? 끝나기는 한다면, 과제의 입력에서 몇 번 돌고 한 번에 얼마나 걸리나요?",
        ),
    ),
    row(
        "CELL_OUTPUT",
        130,
        "crash",
        "",
        en=(
            "A cell prints without end",
            "The cell printed more than a cell may, and was interrupted there. A notebook with that much output can hardly be opened, let "
            "alone read.",
            "Which line prints inside of a loop? Who is to read that, and would every hundredth line do?",
        ),
        ko=(
            "셀의 출력이 너무 많습니다",
            "셀이 허용된 양보다 많이 출력해서 그곳에서 중단했습니다. 출력이 그렇게 많은 노트북은 열기도 어렵고 읽을 수도 없습니다.",
            "반복문 안에서 출력하는 줄은 어느 것인가요? 누가 읽을 출력인가요? 백 번에 한 번만 출력해도 되지 않을까요?",
        ),
    ),
    row(
        "CELL_ERROR",
        127,  # before EXCEPTION: a cell that didn't get through explains what its functions do
        "crash",
        "",
        en=(
            "A cell ends with an error",
            "Executed from the top in a fresh process, the cell raised the exception that the message names. What it was to define isn't "
            "there, or is incomplete.",
            "Restart the kernel and run all cells from the top: does it happen there, too? Does the cell use a name that only a deleted "
            "or a later cell made?",
        ),
        ko=(
            "셀이 오류로 끝났습니다",
            "새 프로세스에서 처음부터 실행했더니 이 셀에서 메시지에 나온 예외가 일어났습니다. 셀이 정의해야 할 것이 없거나 온전하지 "
            "않습니다.",
            "커널을 다시 시작하고 처음부터 모든 셀을 실행해 보세요. 거기서도 일어나나요? 지운 셀이나 뒤에 있는 셀에서만 만든 이름을 쓰지는 "
            "않나요?",
        ),
    ),
)
