"""Rows of autograd, graphs and checkpoints: what goes wrong between a network and its framework."""

from __future__ import annotations

from grader.verdicts.record import Verdict, row

GRAPHS: tuple[Verdict, ...] = (
    row(
        "GRAD_ACCUMULATES",
        300,
        "output",
        "",
        en=(
            "Gradients pile up from step to step",
            "The weights took exactly the path that comes of gradients that aren't cleared: `backward()` adds to what `.grad` "
            "holds, so a step goes along the sum of all gradients so far, or along one that an earlier training left.",
            "What does `.grad` hold just before `backward()` in the first step, and in the second? Print it. Where in the loop is "
            "it cleared?",
        ),
        ko=(
            "그래디언트가 매 걸음 쌓입니다",
            "가중치가 그래디언트를 지우지 않았을 때의 경로를 정확히 따라갔습니다. `backward()`는 `.grad`에 있던 값에 더하므로, "
            "지금까지의 모든 그래디언트의 합이나 이전 학습이 남긴 그래디언트를 따라 움직이게 됩니다.",
            "첫 번째 걸음과 두 번째 걸음에서 `backward()` 바로 전에 `.grad`에는 무엇이 들어 있나요? 출력해 보세요. 반복문의 "
            "어디에서 지우나요?",
        ),
    ),
    row(
        "AUTOGRAD_LEAK",
        300,
        "output",
        "",
        en=(
            "The graph records what is no part of the model",
            "Whatever is computed with a tensor that requires a gradient becomes part of the graph, unless recording is off. A "
            "weight that is updated while autograd records is no leaf any more (or PyTorch refuses), and a loss that is kept as a "
            "tensor keeps its whole graph in memory.",
            "Which of your lines work with weights but aren't the forward pass? Print `is_leaf` and `grad_fn` of what they leave. "
            "What turns recording off, and what turns a loss into a plain number?",
        ),
        ko=(
            "모델이 아닌 계산까지 그래프에 기록됩니다",
            "기록을 끄지 않으면 그래디언트가 필요한 텐서로 계산한 것은 모두 그래프의 일부가 됩니다. autograd가 기록하는 동안 고친 "
            "가중치는 더 이상 잎(leaf)이 아니게 되고(또는 PyTorch가 거부합니다), 텐서로 보관한 손실은 그래프 전체를 메모리에 "
            "붙잡아 둡니다.",
            "순전파가 아닌데 가중치를 쓰는 줄은 어느 것인가요? 그 줄이 남긴 것의 `is_leaf`와 `grad_fn`을 출력해 보세요. 기록을 "
            "끄는 것은 무엇이고, 손실을 보통의 수로 바꾸는 것은 무엇인가요?",
        ),
    ),
    row(
        "UPDATE_LOST",
        300,
        "output",
        "",
        en=(
            "The caller's weights don't change",
            "After the call the weights that the caller holds are what they were. `w = w - step` makes a new tensor and gives it "
            "an old name within the function; the caller's tensor isn't touched. Or nothing applies the gradients at all.",
            "Which object does the name stand for before and after the line that updates? `id(w)` tells. What changes a tensor, or "
            "a variable, in place?",
        ),
        ko=(
            "호출한 쪽의 가중치가 바뀌지 않습니다",
            "호출한 뒤에도 호출한 쪽의 가중치가 그대로입니다. `w = w - step`은 새 텐서를 만들어 함수 안에서 같은 이름을 붙일 뿐, "
            "호출한 쪽의 텐서는 건드리지 않습니다. 또는 그래디언트를 적용하는 곳이 아예 없습니다.",
            "갱신하는 줄의 앞과 뒤에서 그 이름은 어떤 객체를 가리키나요? `id(w)`로 알 수 있습니다. 텐서나 변수를 제자리에서 바꾸는 "
            "것은 무엇인가요?",
        ),
    ),
    row(
        "PARAMETERS_MISSING",
        300,
        "output",
        "",
        en=(
            "The module doesn't know its parameters",
            "`parameters()` doesn't give what the hand-out asks for. A module finds parameters and modules that are its "
            "attributes, and those in the containers that are made for them. A plain list, or a layer under another name, it "
            "doesn't find: no optimizer trains that, no state dict saves it.",
            "Print the names of `named_parameters()`. Which are missing, and in what are they kept?",
        ),
        ko=(
            "모듈이 자기 파라미터를 모릅니다",
            "`parameters()`가 안내문에서 요구한 것을 내놓지 않습니다. 모듈은 속성으로 등록된 파라미터와 모듈, 그리고 이를 위한 "
            "컨테이너 안의 것을 찾습니다. 보통의 리스트에 넣거나 다른 이름을 붙인 층은 찾지 못하므로, 옵티마이저가 학습시키지 않고 "
            "state dict에도 저장되지 않습니다.",
            "`named_parameters()`의 이름을 출력해 보세요. 무엇이 빠졌고, 그것은 어디에 들어 있나요?",
        ),
    ),
    row(
        "RELOAD_DIFFERS",
        300,
        "output",
        "",
        en=(
            "What was reloaded isn't what was saved",
            "After reloading, the network gives other outputs, or its training goes on another way than without the break. "
            "Something that the next output or the next step depends on wasn't saved, or wasn't put back.",
            "What does the message name? A model holds parameters and also buffers, which no gradient reaches; an optimizer "
            "remembers more than its learning rate. Compare the keys of the state dicts with what is in your file.",
        ),
        ko=(
            "저장한 것과 다시 읽은 것이 다릅니다",
            "다시 읽은 신경망이 다른 출력을 내거나, 중단하지 않았을 때와 다르게 학습을 이어 갑니다. 다음 출력이나 다음 걸음에 "
            "필요한 무언가를 저장하지 않았거나 되돌려 놓지 않았습니다.",
            "메시지가 가리키는 것은 무엇인가요? 모델에는 파라미터 말고도 그래디언트가 닿지 않는 버퍼가 있고, 옵티마이저는 "
            "학습률보다 많은 것을 기억합니다. state dict의 키와 파일의 내용을 비교해 보세요.",
        ),
    ),
    row(
        "FROZEN_MOVED",
        300,
        "output",
        "",
        en=(
            "The frozen part of the network changed",
            "A pretrained part that is to stay as it is has other numbers afterwards, or its parameters still ask for gradients. "
            "An optimizer moves what it was given; running statistics of batch norm move by themselves in training mode.",
            "Which of the backbone's tensors differ, by the message? Who moves a parameter, and who moves a buffer?",
        ),
        ko=(
            "얼려 둔 부분이 바뀌었습니다",
            "그대로 두어야 할 미리 학습된 부분의 수가 바뀌었거나, 그 파라미터가 여전히 그래디언트를 요구합니다. 옵티마이저는 받은 "
            "것을 움직이고, 배치 정규화의 이동 통계는 학습 모드에서 저절로 움직입니다.",
            "메시지에 따르면 몸통의 어느 텐서가 달라졌나요? 파라미터를 움직이는 것은 무엇이고, 버퍼를 움직이는 것은 무엇인가요?",
        ),
    ),
    row(
        "GRAPH_GROWS",
        300,
        "output",
        "",
        en=(
            "The static graph grows while it is run",
            "A static graph is built once and run often. Here operations are added while it runs, a few in every step, so that "
            "each step is slower than the last one and memory fills up.",
            "Print `len(graph.get_operations())` after each step. Which of your lines within the loop calls a function of "
            "TensorFlow's that isn't `run`?",
        ),
        ko=(
            "정적 그래프가 실행 중에 커집니다",
            "정적 그래프는 한 번 만들고 여러 번 실행합니다. 여기서는 실행하는 동안 걸음마다 연산이 더해져서, 갈수록 느려지고 "
            "메모리가 찹니다.",
            "걸음마다 `len(graph.get_operations())`를 출력해 보세요. 반복문 안에서 `run`이 아닌 TensorFlow 함수를 부르는 줄은 어느 "
            "것인가요?",
        ),
    ),
    row(
        "EAGER_OFF",
        127,
        "crash",
        "",
        en=(
            "Eager execution was switched off",
            "The switch holds for the whole process and can't be turned back: every later cell that expects TensorFlow 2 computes "
            "nothing. What was made for TensorFlow 1 works within a `tf.Graph` of its own without that.",
            "Which line changes something for the whole program? What does `with graph.as_default():` change, and for how long?",
        ),
        ko=(
            "즉시 실행을 꺼 버렸습니다",
            "이 스위치는 프로세스 전체에 적용되고 되돌릴 수 없습니다. 뒤에 나오는 TensorFlow 2 셀은 아무것도 계산하지 못합니다. "
            "TensorFlow 1용 코드는 별도의 `tf.Graph` 안에서 이렇게 하지 않아도 동작합니다.",
            "프로그램 전체를 바꾸는 줄은 어느 것인가요? `with graph.as_default():`는 무엇을 얼마 동안 바꾸나요?",
        ),
    ),
    row(
        "NOT_WATCHED",
        300,
        "output",
        "",
        en=(
            "The tape didn't record this tensor",
            "The gradient is None: a tape records what is computed with variables, and with other tensors only if it was told to "
            "watch them, before they were used.",
            "Is what you differentiate by a variable? If not, which line tells the tape about it, and does it stand before the first use?",
        ),
        ko=(
            "테이프가 이 텐서를 기록하지 않았습니다",
            "그래디언트가 None입니다. 테이프는 변수로 계산한 것을 기록합니다. 다른 텐서는 쓰기 전에 지켜보라고 해야만 기록합니다.",
            "미분하려는 대상이 변수인가요? 아니라면 어느 줄에서 테이프에 알려 주나요? 그 줄은 처음 쓰는 곳보다 앞에 있나요?",
        ),
    ),
    row(
        "RETRACING",
        500,
        "performance",
        "",
        en=(
            "The function is traced again and again",
            "Each trace runs your Python code anew and builds another graph, which costs more than the step itself. A new trace is "
            "made for every new value of a Python number and for every new shape or type of an array or tensor.",
            "Put a `print` into the function: it appears once for each trace. What was different in the call in which it appeared "
            "again? What would say beforehand which calls there will be?",
        ),
        ko=(
            "함수를 계속 다시 트레이스합니다",
            "트레이스할 때마다 Python 코드가 새로 실행되고 그래프가 또 만들어지는데, 이것이 한 걸음 자체보다 오래 걸립니다. Python "
            "수의 값이 새로울 때마다, 배열이나 텐서의 모양이나 형이 새로울 때마다 다시 트레이스합니다.",
            "함수 안에 `print`를 넣어 보세요. 트레이스할 때마다 한 번씩 나타납니다. 다시 나타난 호출에서는 무엇이 달랐나요? 어떤 "
            "호출이 올지 미리 알려 주는 것은 무엇인가요?",
        ),
    ),
    row(
        "NOT_COMPILED",
        500,
        "performance",
        "",
        en=(
            "Nothing is compiled: Python runs in every call",
            "The function computes the right numbers, operation by operation. It was to be a graph that is traced once and then "
            "runs without Python.",
            "Which function did you return, and what does `tf.function` return? Is `run_functions_eagerly` on anywhere?",
        ),
        ko=(
            "컴파일되지 않아 호출할 때마다 Python이 실행됩니다",
            "결과는 맞지만 연산을 하나씩 실행합니다. 한 번 트레이스한 뒤에는 Python 없이 실행되는 그래프여야 합니다.",
            "어떤 함수를 반환했나요? `tf.function`은 무엇을 반환하나요? 어딘가에서 `run_functions_eagerly`를 켜지 않았나요?",
        ),
    ),
)
