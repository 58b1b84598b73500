"""The judgements of loaders, a data set of files and a thread that works ahead, whose epoch is timed in virtual time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from grader.checks.rooms import Room

from .problem_findings import fail, formed, place
from .problem_networks import batches_of

FULL_RATIO = 1.15  # virtual time of an epoch to that of its slower half


# ---- virtual time ----


def makespan(loaded: list[int], waited_for: Mapping[int, int], load: list[float], compute: list[float]) -> float:
    """When the last batch is computed, in virtual time, by what happened during what.

    `loaded[i]`: how many batches were loaded when the use of batch i ended. `waited_for`: batches that were loaded while the consumer
    waited, and how many it had used by then.
    """
    seen = {k: next((i for i, count in enumerate(loaded) if count > k), k) for k in range(len(load)) if k not in waited_for}
    ready, ready_at, end = 0.0, [0.0] * len(load), 0.0
    for i, using in enumerate(compute):
        start = end
        for k in range(len(load)):
            if waited_for.get(k) == i or (k == i and seen.get(k, -1) >= i):  # it waits for these
                ready = ready_at[k] = max(ready, end) + load[k]
                start = max(start, ready)
        start = max(start, ready_at[i])
        for k in range(i + 1, len(load)):
            if seen.get(k) == i:
                ready = ready_at[k] = max(ready, start) + load[k]
        end = start + using
    return end


def durations(count: int, depth: int) -> tuple[list[float], list[float]]:
    """Virtual times of loading and of using each batch: the disk is faster on the whole, but now and then it takes a break that only a
    loader rides out that is `depth` batches ahead."""
    return [float(depth) if k and k % (2 * depth) == 0 else 0.3 for k in range(count)], [1.0] * count


# ---- files: a data set and its loader ----


def judge_files(room: Room) -> None:
    told, plan, cell = room.json("files", dict[str, Any]), room.given("task/files_plan.json"), "files"
    x, y = room.given("task/files_x.npy"), room.given("task/files_y.npy")
    if told.get("opened") != [0, 1]:
        first, one = (*formed(room, told, "opened", list[int], []), 0, 0)[:2]
        fail(
            room,
            "LOADER_GREEDY",
            cell,
            f"{first} files were opened when the data set was made, and {one} when one sample was asked for",
            f"데이터셋을 만들 때 파일 {first}개를, 샘플 하나를 요청했을 때 {one}개를 열었습니다.",
        )
    right = {"length": len(x), "kinds": ["torch.float32", "int64"], "y": int(y[plan["one"]])}
    for name, value in right.items():
        if told.get(name) != value:
            fail(
                room,
                "WRONG_ANSWER",
                cell,
                f"a sample's {name}: {told.get(name)!s:.60} instead of {value}",
                f"샘플의 {name}: {value}이어야 하는데 {told.get(name)!s:.60}입니다.",
            )
    room.expect("files_one", x[plan["one"]], what="a sample's x", what_ko="샘플의 x", file=place(cell))


def judge_loader(room: Room) -> None:
    told, plan, cell = room.json("loader", dict[str, list[list[int]]]), room.given("task/files_plan.json"), "files"
    x, y = room.given("task/files_x.npy"), room.given("task/files_y.npy")
    orders, sizes = told.get("orders", []), told.get("sizes", [])
    for order in orders:
        if sorted(order) != list(range(len(x))):
            gone = len(set(range(len(x))) - set(order))
            fail(
                room,
                "LOADER_LOSS",
                cell,
                f"an epoch has {len(order)} samples, and {gone} of {len(x)} files are missing",
                f"한 에폭에 샘플이 {len(order)}개이고, 파일 {len(x)}개 가운데 {gone}개가 빠졌습니다.",
            )
    cut = [len(part) for part, _ in batches_of(x, y, plan["batch"])]
    if len(orders) != 4 or any(size != cut for size in sizes):
        fail(
            room,
            "WRONG_ANSWER",
            cell,
            f"the batches of an epoch have {sizes[0] if sizes else []} samples; it should be {cut}",
            f"한 에폭의 배치 크기가 {sizes[0] if sizes else []}입니다. {cut}이어야 합니다.",
        )
    first, second, same, other = orders
    faults = {
        "two loaders with the same seed give different orders": ("시드가 같은 두 로더의 순서가 다릅니다.", first != same),
        "the samples come in the order of the files": ("샘플이 파일 순서대로 나옵니다.", first == sorted(first)),
        "two epochs have the same order": ("두 에폭의 순서가 같습니다.", first == second),
        "two loaders with different seeds give the same order": ("시드가 다른 두 로더의 순서가 같습니다.", first == other),
    }
    for text, (korean, wrong) in faults.items():
        if wrong:
            room.fail("LOADER_ORDER", text, message_ko=korean, file=place(cell))
    want = np.concatenate([x.astype(np.float64), y[:, None]], axis=1)[[i for order in orders for i in order]]
    room.expect("loader_rows", want, what="the batches", what_ko="배치", file=place(cell))


# ---- prefetch ----


def _ends(room: Room, told: dict[str, Any], what: tuple[str, str]) -> None:
    if told.get("hangs"):
        fail(
            room,
            "LOADER_HANGS",
            "prefetch",
            f"{what[0]}: whoever asks for the next batch waits forever",
            f"{what[1]}: 다음 배치를 요청한 쪽이 영원히 기다립니다.",
        )


def _all_there(room: Room, got: Any, want: list[Any], what: tuple[str, str]) -> None:
    """The batches that came out, in order."""
    if got == want:
        return
    got = got if isinstance(got, list) else []
    kept = iter(want)
    if len(got) < len(want) and all(any(batch == value for value in kept) for batch in got):
        fail(
            room,
            "LOADER_LOSS",
            "prefetch",
            f"{what[0]}: {len(got)} of {len(want)} batches came out",
            f"{what[1]}: 배치 {len(want)}개 가운데 {len(got)}개가 나왔습니다.",
        )
    mixed = sorted(map(repr, got)) == sorted(map(repr, want))
    fail(
        room,
        "LOADER_ORDER" if mixed else "WRONG_ANSWER",
        "prefetch",
        f"{what[0]}: {'all batches came out, in another order' if mixed else 'other batches came out than went in'}",
        f"{what[1]}: {'배치가 모두 나왔지만 순서가 다릅니다.' if mixed else '들어간 것과 다른 배치가 나왔습니다.'}",
    )


def judge_prefetch(room: Room) -> None:
    plan = room.given("task/prefetch_plan.json")
    want = [None if number in plan["nothing"] else number for number in range(plan["count"])]
    whole, empty = room.json("prefetch", dict[str, Any]), room.json("prefetch_empty", dict[str, Any])
    _ends(room, whole, ("all batches", "모든 배치"))
    _all_there(room, whole.get("values"), want, ("all batches", "모든 배치"))
    _ends(room, empty, ("an empty source", "빈 소스"))
    _all_there(room, empty.get("values"), [], ("an empty source", "빈 소스"))


def judge_prefetch_failing(room: Room) -> None:
    plan, told = room.given("task/prefetch_plan.json"), room.json("prefetch_failing", dict[str, Any])
    what = ("a source that fails", "실패하는 소스")
    _ends(room, told, what)
    if told.get("error") != ["ValueError", plan["why"]]:
        error = told.get("error")
        came = f"{error[0]!s:.40} came instead" if isinstance(error, list) and error else "the loop just ended"
        came_ko = f"대신 {error[0]!s:.40}이(가) 나왔습니다." if isinstance(error, list) and error else "반복이 그냥 끝났습니다."
        fail(
            room,
            "EXCEPTION_LOST",
            "prefetch",
            f"the source raised ValueError after {plan['fails_after']} batches, and {came}",
            f"소스가 배치 {plan['fails_after']}개 뒤에 ValueError를 냈는데, {came_ko}",
        )
    _all_there(room, told.get("values"), list(range(plan["fails_after"])), ("the batches before the failure", "실패하기 전의 배치"))


def judge_prefetch_closed(room: Room) -> None:
    told = room.json("prefetch_closed", dict[str, Any])
    _ends(room, told, ("a generator that is closed early", "일찍 닫은 제너레이터"))
    if told.get("threads"):
        fail(
            room,
            "THREAD_LEFT",
            "prefetch",
            "the generator was closed after two batches, and its thread is still there",
            "배치 두 개를 꺼내고 제너레이터를 닫았는데 스레드가 남아 있습니다.",
        )


def _ahead(room: Room) -> dict[str, Any]:
    """What was loaded when, for each batch of a consumer that used them all."""
    plan, told = room.given("task/prefetch_plan.json"), room.json("prefetch_ahead", dict[str, Any])
    _ends(room, told, ("a slow consumer", "느린 소비자"))
    count = len(formed(room, told, "loaded", list[int], []))
    _all_there(room, list(range(count)), list(range(plan["count"])), ("a slow consumer", "느린 소비자"))
    return told


def judge_overlap(room: Room) -> None:
    told, plan = _ahead(room), room.given("task/prefetch_plan.json")
    load, compute = durations(plan["count"], plan["depth"])
    waited_for = dict(formed(room, told, "waited_for", list[tuple[int, int]], []))
    ratio = makespan(told["loaded"], waited_for, load, compute) / max(sum(load), sum(compute))
    if not ratio <= FULL_RATIO:
        fail(
            room,
            "LOADER_WAITS",
            "prefetch",
            f"in virtual time the epoch takes {ratio:.2f} times as long as the slower of loading and computing; at most {FULL_RATIO}",
            f"가상 시간으로 한 에폭이 읽기와 계산 가운데 느린 쪽의 {ratio:.2f}배 걸립니다. {FULL_RATIO}배 이하여야 합니다.",
        )


def judge_greed(room: Room) -> None:
    most, depth = formed(room, _ahead(room), "most", int, 0), room.given("task/prefetch_plan.json")["depth"]
    if most > depth + 1:
        fail(
            room,
            "LOADER_GREEDY",
            "prefetch",
            f"{most} batches were loaded ahead; depth is {depth}, and one more may be in the thread's hand",
            f"배치 {most}개를 미리 읽었습니다. depth는 {depth}이고, 스레드의 손에 하나 더 있을 수 있습니다.",
        )
