"""Rows of loaders: what goes wrong between a disk and a network."""

from __future__ import annotations

from grader.verdicts.record import Verdict, row

LOADERS: tuple[Verdict, ...] = (
    row(
        "LOADER_LOSS",
        300,
        "output",
        "",
        en=(
            "The loader loses batches or samples",
            "Not everything that goes in comes out. The usual places are the end, where the last batch is smaller or is still "
            "being loaded when the loop stops, and a value that means “the end” to the loader but is a batch like any other.",
            "Let the loader run over 5 numbers and write down what comes out, then over 6. What is in the loader's hands at the "
            "moment when its source says that it has no more?",
        ),
        ko=(
            "로더가 배치나 샘플을 잃어버립니다",
            "들어간 것이 모두 나오지 않습니다. 흔히 잃는 곳은 끝입니다. 마지막 배치가 더 작거나, 반복이 끝날 때 아직 읽는 "
            "중입니다. 로더가 “끝”으로 여기는 값이 사실은 보통의 배치인 경우도 있습니다.",
            "로더에 수 5개를 넣고 나오는 것을 적어 보세요. 6개로도 해 보세요. 소스가 더 없다고 말하는 순간 로더의 손에는 무엇이 있나요?",
        ),
    ),
    row(
        "LOADER_ORDER",
        300,
        "output",
        "",
        en=(
            "The loader gives things in the wrong order",
            "All that goes in comes out, but not in the order that the hand-out promises: the source's own, or one that is random, "
            "the same for the same seed, and new in each epoch.",
            "Write down the order of two epochs and of a second loader with the same seed. Which of these should be equal? How "
            "many threads take from the source at a time?",
        ),
        ko=(
            "로더가 내놓는 순서가 틀립니다",
            "들어간 것은 모두 나오지만 안내문에서 약속한 순서가 아닙니다. 소스의 순서 그대로이거나, 무작위이되 시드가 같으면 같고 "
            "에폭마다 새로워야 합니다.",
            "두 에폭의 순서와, 시드가 같은 두 번째 로더의 순서를 적어 보세요. 어느 것이 같아야 하나요? 소스에서 동시에 꺼내는 "
            "스레드는 몇 개인가요?",
        ),
    ),
    row(
        "LOADER_HANGS",
        300,
        "output",
        "",
        en=(
            "The loader never comes to an end",
            "Whoever takes batches from the loader waits forever: nobody tells that there are no more. A thread that ended by an "
            "exception tells nothing by itself, and a queue waits as long as it is asked to.",
            "Who is waiting for whom? Follow the last batch, then an exception, then an empty source through your code, and write "
            "down what is put into the queue behind each.",
        ),
        ko=(
            "로더가 끝나지 않습니다",
            "로더에서 배치를 꺼내는 쪽이 영원히 기다립니다. 더 없다는 것을 아무도 알려 주지 않기 때문입니다. 예외로 끝난 스레드는 "
            "스스로 아무것도 알리지 않고, 큐는 시킨 만큼 기다립니다.",
            "누가 누구를 기다리고 있나요? 마지막 배치, 예외, 빈 소스를 차례로 코드에서 따라가며, 각각의 뒤에 큐에 무엇을 넣는지 "
            "적어 보세요.",
        ),
    ),
    row(
        "EXCEPTION_LOST",
        300,
        "output",
        "",
        en=(
            "An error while loading is swallowed",
            "Loading failed, and whoever uses the loader doesn't get to know, or not what went wrong. A training that goes on "
            "without the rest of its data looks like one that is done.",
            "In which thread is the exception raised, and how does it get to the one that is waiting for a batch? Which batches "
            "come before it?",
        ),
        ko=(
            "읽다가 생긴 오류가 사라집니다",
            "읽기에 실패했는데 로더를 쓰는 쪽은 그 사실이나 원인을 알 수 없습니다. 나머지 데이터 없이 계속된 학습은 제대로 끝난 "
            "학습처럼 보입니다.",
            "예외는 어느 스레드에서 발생하고, 배치를 기다리는 스레드에 어떻게 전해지나요? 그 앞에 어떤 배치가 나와야 하나요?",
        ),
    ),
    row(
        "THREAD_LEFT",
        300,
        "output",
        "",
        en=(
            "A thread stays behind",
            "The loader was closed before its source was used up, and its thread is still there, waiting to put down a batch that "
            "nobody will take. Each unfinished epoch leaves one more, with its batches in memory.",
            "What is the thread doing at the moment when the consumer stops? How does it learn that it should stop, too?",
        ),
        ko=(
            "스레드가 남아 있습니다",
            "소스를 다 쓰기 전에 로더를 닫았는데 스레드가 남아서, 아무도 가져가지 않을 배치를 내려놓으려고 기다립니다. 끝까지 돌지 "
            "않은 에폭마다 스레드가 하나씩, 배치를 메모리에 둔 채 늘어납니다.",
            "소비자가 멈추는 순간 스레드는 무엇을 하고 있나요? 멈추라는 것을 스레드는 어떻게 알게 되나요?",
        ),
    ),
    row(
        "LOADER_WAITS",
        500,
        "performance",
        "",
        en=(
            "Loading and computing take turns",
            "While a batch is used, not enough of the next ones are loaded: the device waits for the disk, then the disk for the "
            "device. In virtual time that takes longer than the slower of the two would alone.",
            "Who calls `next` on the source, and when, for batch 2? How many batches may lie ready, and how many do?",
        ),
        ko=(
            "읽기와 계산이 번갈아 기다립니다",
            "배치를 쓰는 동안 다음 배치를 충분히 읽어 두지 않아서, 장치가 디스크를 기다리고 디스크가 장치를 기다립니다. 가상 "
            "시간으로 재면 둘 가운데 느린 쪽 혼자 걸리는 시간보다 오래 걸립니다.",
            "배치 2를 위해 소스의 `next`를 언제 누가 부르나요? 배치를 몇 개까지 미리 둘 수 있고, 실제로 몇 개가 있나요?",
        ),
    ),
    row(
        "LOADER_GREEDY",
        500,
        "performance",
        "",
        en=(
            "More is loaded than was asked for",
            "Samples are read long before they are used, as many as there are. With a data set of a hundred gigabytes, memory is "
            "full before the first step.",
            "What limits how much lies in memory at a time? When is a file opened: when its name is known, or when its sample is "
            "asked for?",
        ),
        ko=(
            "필요한 것보다 많이 읽습니다",
            "샘플을 쓰기 훨씬 전에, 있는 대로 모두 읽습니다. 데이터가 100기가바이트라면 첫 걸음을 떼기도 전에 메모리가 가득 찹니다.",
            "한 번에 메모리에 두는 양을 제한하는 것은 무엇인가요? 파일은 이름을 알았을 때 여나요, 샘플을 요청받았을 때 여나요?",
        ),
    ),
)
