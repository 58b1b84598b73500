"""Rows of answers.json: a file that can't be read, answers without a right form, wrong answers."""

from __future__ import annotations

from grader.verdicts.record import Verdict, row

ANSWERS: tuple[Verdict, ...] = (
    row(
        "ANSWERS_UNREADABLE",
        390,
        "output",
        "",
        en=(
            "answers.json can't be read",
            "The file isn't one JSON object with a key for each question: a comma, a quotation mark or a bracket too many or too few is "
            "enough. None of its answers can be looked at before that is mended.",
            "Go to the line in the message and compare it with the starter's file. Texts stand in double quotation marks, numbers "
            "in none, "
            "and behind the last answer there is no comma. `python3 -m json.tool answers.json` checks the form, too.",
        ),
        ko=(
            "answers.json을 읽을 수 없습니다",
            "파일이 질문마다 키가 하나씩 있는 JSON 객체가 아닙니다. 쉼표, 따옴표, 괄호 하나가 남거나 모자라도 그렇습니다. 이것을 "
            "고치기 전에는 어떤 답도 볼 수 없습니다.",
            "메시지가 가리키는 줄을 시작 파일과 비교해 보세요. 문자열은 큰따옴표 안에, 수는 따옴표 없이 쓰고, 마지막 답 뒤에는 쉼표가 "
            "없습니다. `python3 -m json.tool answers.json`으로도 형식을 확인할 수 있습니다.",
        ),
    ),
    row(
        "ANSWER_MISSING",
        392,
        "output",
        "",
        en=(
            "An answer is missing",
            "The key of this question isn't in answers.json, or its answer is still null, as in the starter.",
            "Find the key in the hand-out's list of questions and put your answer behind it. A guess costs no more than no answer.",
        ),
        ko=(
            "답이 없습니다",
            "이 질문의 키가 answers.json에 없거나, 답이 시작 파일 그대로 null입니다.",
            "안내문의 질문 목록에서 그 키를 찾아 뒤에 답을 적으세요. 틀린 답이라고 빈 답보다 더 잃지는 않습니다.",
        ),
    ),
    row(
        "ANSWER_FORM",
        394,
        "output",
        "",
        en=(
            "An answer doesn't have the right form",
            "The question asks for another kind of answer; the message says which. Whether it is right couldn't be looked at.",
            "Read in the hand-out which form this key's answer has, and compare with what stands in the line.",
        ),
        ko=(
            "답의 형식이 맞지 않습니다",
            "질문은 다른 형식의 답을 묻고 있습니다. 어떤 형식인지는 메시지에 있습니다. 답이 맞는지는 아직 확인하지 못했습니다.",
            "안내문에서 이 키의 답이 어떤 형식인지 읽고, 그 줄에 적힌 것과 비교해 보세요.",
        ),
    ),
    row(
        "ANSWER_WRONG",
        410,
        "output",
        "",
        en=(
            "An answer is wrong",
            "The answer has the right form, but it isn't what the tools or the texts say. Measured values may differ by the "
            "tolerance that "
            "the hand-out tells; other answers have none.",
            "Read the question once more, word by word, and then the place that the check's hint names. What does your answer say that "
            "isn't there?",
        ),
        ko=(
            "답이 틀립니다",
            "답의 형식은 맞지만, 도구나 글이 말하는 것과 다릅니다. 잰 값은 안내문에 적힌 만큼 달라도 되고, 나머지 답은 그대로여야 합니다.",
            "질문을 한 낱말씩 다시 읽고, 검사의 힌트가 말하는 곳을 읽어 보세요. 답에는 있는데 거기에는 없는 것이 무엇인가요?",
        ),
    ),
    row(
        "AWAITS_GRADING",
        870,
        "not_run",
        "",
        en=(
            "A person will read this answer",
            "No program can judge a text in your own words. Your answer has arrived; until somebody of the course staff has read it, its "
            "points count neither for nor against you. Then the points stand here with a comment.",
            "There is nothing to do. Until the assignment closes you may still hand in a better answer.",
        ),
        ko=(
            "사람이 읽을 답입니다",
            "자기 말로 쓴 글은 프로그램이 채점할 수 없습니다. 답은 들어왔고, 조교가 읽을 때까지 이 점수는 더해지지도 깎이지도 "
            "않습니다. 읽고 "
            "나면 점수와 의견이 여기에 나옵니다.",
            "할 일은 없습니다. 과제가 닫히기 전에는 더 나은 답을 다시 제출할 수 있습니다.",
        ),
    ),
    row(
        "GRADED_BY_HAND",
        480,
        "output",
        "",
        en=(
            "A person gave part of the points",
            "Somebody of the course staff read this answer and gave the points by a rubric. The message is that person's comment.",
            "Read the comment beside your answer. If you think that something was overlooked, write to the course staff.",
        ),
        ko=(
            "사람이 점수의 일부를 주었습니다",
            "조교가 이 답을 읽고 채점 기준에 따라 점수를 주었습니다. 메시지는 그 사람의 의견입니다.",
            "답과 의견을 나란히 놓고 읽어 보세요. 빠뜨린 것이 있다고 생각하면 조교에게 알려 주세요.",
        ),
    ),
)
