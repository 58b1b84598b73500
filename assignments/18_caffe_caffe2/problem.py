"""18_caffe_caffe2, the mathematics: what a scaled crop gives, what Caffe's rules leave in the diffs, and what known mistakes leave there.

Students have it without its STAFF parts: `grader check` needs it at home. Arrays are x, dx (N, C, H, W), y, dy (N, C, h, w) with
h = H - 2 * crop_h and w = W - 2 * crop_w; scale, dscale (C).
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from grader.assignment import Case
from grader.checks.closeness import Expected
from grader.checks.tolerances import gemm_bound, order_free

Array = NDArray[Any]
Crop = tuple[int, int]  # crop_h, crop_w
Shape = Annotated[list[int], msgspec.Meta(max_length=8)]  # as a room tells it, where anybody may have written

FORWARD, BACKWARD = "ck_scaled_crop_forward", "ck_scaled_crop_backward"


# ---- what is right ----


def inside(array: Any, crop: Crop) -> Any:
    """What the margin leaves of an array like the bottom: a view."""
    h, w = array.shape[-2:]
    return array[..., crop[0] : h - crop[0], crop[1] : w - crop[1]]


def top_shape(shape: tuple[int, ...], crop: Crop) -> tuple[int, ...]:
    return (*shape[:2], shape[2] - 2 * crop[0], shape[3] - 2 * crop[1])


def rounded(product: Any, kind: Any = np.float32) -> Any:
    """What one multiplication gives in this type: that of two floats is exact in float64, so it rounds once."""
    return product.astype(kind).astype(np.float64)


def by_channel(scale: Any) -> Any:
    return scale.astype(np.float64).reshape(1, -1, 1, 1)


def forward(x: Any, scale: Any, crop: Crop) -> Any:
    return rounded(by_channel(scale) * inside(x.astype(np.float64), crop), x.dtype)


def backward_data(x: Any, scale: Any, dy: Any, crop: Crop) -> Any:
    """The bottom's gradient: zeros in the margin."""
    dx = np.zeros_like(x, dtype=np.float64)
    inside(dx, crop)[...] = rounded(by_channel(scale) * dy.astype(np.float64), dy.dtype)
    return dx


def terms(x: Any, dy: Any, crop: Crop) -> Any:
    """The products whose sums are the gradient of the scale."""
    return inside(x.astype(np.float64), crop) * dy.astype(np.float64)


def backward_scale(x: Any, dy: Any, crop: Crop) -> Any:
    return terms(x, dy, crop).sum(axis=(0, 2, 3))


def scale_bound(x: Any, dy: Any, crop: Crop, old: Any) -> Any:
    """How far a sum in this precision may be off, in whatever order, with the number that it is added to as one more term."""
    products = terms(x, dy, crop)
    count = products[:, 0].size + 1 if products.shape[1] else 1
    bound = gemm_bound(abs(products).sum(axis=(0, 2, 3)) + abs(old.astype(np.float64)), count)
    return bound * (np.finfo(x.dtype).eps / np.finfo(np.float32).eps)


# ---- layer.cu, on the emulated GPU or a real one ----


def crop_of(case: Case) -> Crop:
    return case.sizes["crop_h"], case.sizes["crop_w"]


def expected(case: Case, arrays: dict[str, Any]) -> dict[str, Expected]:
    """One multiplication is exact. A dx that nobody asked for holds what it held, and dscale is added to what was there."""
    x, scale, crop = arrays["x"], arrays["scale"], crop_of(case)
    if case.entry == FORWARD:
        return {"y": _exact(forward(x, scale, crop))}
    dy, old = arrays["dy"], arrays["dscale"]
    dscale = old.astype(np.float64) + backward_scale(x, dy, crop)
    bound = scale_bound(x, dy, crop, old)
    if case.fill == "small_integers" and order_free(8, terms(x, dy, crop).size + 1):
        bound = np.zeros_like(bound)
    dx = backward_data(x, scale, dy, crop) if case.sizes["propagate_down"] else arrays["dx"].astype(np.float64)
    return {"dx": _exact(dx), "dscale": Expected(value=dscale, bound=bound)}


def _exact(value: Any) -> Expected:
    return Expected(value=value, bound=np.zeros_like(value))


def hypotheses(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    """Verdict code, a colon and a variant -> the buffers that this mistake leaves behind."""
    x, scale, crop = arrays["x"], arrays["scale"], crop_of(case)
    if not x.size:
        return {}
    if case.entry == FORWARD:
        found = {f"{code}:{variant}": {"y": wrong} for code, variant, wrong in forward_mistakes(x, scale, crop)}
    else:
        dy, old = arrays["dy"], arrays["dscale"]
        found = {f"{code}:{variant}": {"dscale": wrong} for code, variant, wrong in scale_mistakes(x, dy, crop, old)}
        if case.sizes["propagate_down"]:
            found |= {f"{code}:{variant}": {"dx": wrong} for code, variant, wrong in data_mistakes(x, scale, dy, crop, arrays["dx"])}
    right = expected(case, arrays)
    return {key: buffers for key, buffers in found.items() if _changes(buffers, right)}


def _changes(buffers: dict[str, Array], right: dict[str, Expected]) -> bool:
    """Whether a mistake shows in this case."""
    return any(not bool((abs(wrong - right[name].value) <= right[name].bound).all()) for name, wrong in buffers.items())


# BEGIN STAFF
def calibration(case: Case, arrays: dict[str, Array]) -> dict[str, dict[str, Array]]:
    """What must pass: sums in single precision, one after the other and in another order. What must not: half precision on the way."""
    x, scale, crop = arrays["x"], arrays["scale"], crop_of(case)
    if not x.size:
        return {}
    half = scale.astype(np.float16).astype(np.float32)
    if case.entry == FORWARD:
        y = forward(x, scale, crop).astype(np.float32)
        if not y.size:
            return {"passes:nothing": {"y": y}}
        return {"passes:one product": {"y": y}, "fails:half precision": {"y": forward(x, half, crop).astype(np.float32)}}
    dy, old = arrays["dy"], arrays["dscale"]
    dx = backward_data(x, scale, dy, crop).astype(np.float32) if case.sizes["propagate_down"] else arrays["dx"]
    single = (inside(x, crop) * dy).astype(np.float32).transpose(1, 0, 2, 3).reshape(x.shape[1], -1)
    made = {}
    for name, ordered in (("in order", single), ("backwards", single[:, ::-1])):
        total = old.copy()
        for column in range(ordered.shape[1]):
            total += ordered[:, column]
        made[f"passes:{name}"] = {"dx": dx, "dscale": total}
    if dy.size:
        rough = (old + (single.astype(np.float16).astype(np.float64)).sum(axis=1)).astype(np.float32)
        made["fails:products in half precision"] = {"dx": dx, "dscale": rough}
    return made


# END STAFF


# ---- what well-known mistakes give ----

Mistake = tuple[str, str, Array]  # code, variant, the array


def forward_mistakes(x: Any, scale: Any, crop: Crop) -> list[Mistake]:
    whole, s = x.astype(np.float64), by_channel(scale)
    shape = top_shape(x.shape, crop)
    found = [
        ("WRONG_ANSWER", "without the scale", inside(whole, crop)),
        ("WRONG_PADDING", "cut at the far sides only", rounded(s * whole[..., : shape[2], : shape[3]])),
        ("WRONG_PADDING", "cut at the near sides only", rounded(s * whole[..., x.shape[2] - shape[2] :, x.shape[3] - shape[3] :])),
        ("WRONG_ANSWER", "the first channel's scale for all", rounded(s[:, :1] * inside(whole, crop))),
    ]
    exchanged = whole[..., crop[1] : crop[1] + shape[2], crop[0] : crop[0] + shape[3]]
    if exchanged.shape == shape:
        found.append(("WRONG_NONSQUARE", "the margins exchanged", rounded(s * exchanged)))
    if x.shape[0] == x.shape[1]:
        found.append(("WRONG_ANSWER", "an image's scale for a channel", rounded(s.reshape(-1, 1, 1, 1) * inside(whole, crop))))
    return found


def data_mistakes(x: Any, scale: Any, dy: Any, crop: Crop, old: Any = None) -> list[Mistake]:
    """`old`: what the diff held before, where that is known."""
    right = backward_data(x, scale, dy, crop)
    plain = np.zeros_like(right)
    inside(plain, crop)[...] = dy
    found = [
        ("GRADIENT_WRONG", "dy without the scale", plain),
        ("GRADIENT_WRONG", "nothing comes back", np.zeros_like(right)),
        ("GRADIENT_WRONG", "y in the place of dy", backward_data(x, scale, forward(x, scale, crop).astype(x.dtype), crop)),
    ]
    if old is not None:
        margin = right.copy()
        outside = np.ones(margin.shape, dtype=bool)
        inside(outside, crop)[...] = False
        margin[outside] = old[outside]
        added = old.astype(np.float64) + right
        found += [("BOTTOM_DIFF_KEPT", "the margin", margin), ("BOTTOM_DIFF_KEPT", "added to", rounded(added))]
    return found


def scale_mistakes(x: Any, dy: Any, crop: Crop, old: Any) -> list[Mistake]:
    before = old.astype(np.float64)
    right = backward_scale(x, dy, crop)
    d = dy.astype(np.float64)
    return [
        ("PARAM_DIFF_REPLACED", "", right),
        ("GRADIENT_WRONG", "dy without x", before + d.sum(axis=(0, 2, 3))),
        ("GRADIENT_WRONG", "a mean", before + right / max(dy[:, 0].size, 1)),
        ("GRADIENT_WRONG", "no gradient of the scale", before),
        ("GRADIENT_WRONG", "the first image's", before + terms(x[:1], dy[:1], crop).sum(axis=(0, 2, 3))),
        ("GRADIENT_WRONG", "x isn't cut", before + (x.astype(np.float64)[..., : d.shape[2], : d.shape[3]] * d).sum(axis=(0, 2, 3))),
    ]


# ---- layer.py, layer.cpp, op.py and op.cc: a case takes them through several shapes, one after the other ----

OLD = 1000.0  # about what a bottom's diff holds before a pass: far from anything that a gradient is here


def plan_of(case: Case) -> tuple[Crop, list[tuple[int, ...]]]:
    """The margin and the shapes of x, in the order in which they come."""
    return (case.given["crop"][0], case.given["crop"][1]), [tuple(shape) for shape in case.given["shapes"]]


def room(case: Case, rng: np.random.Generator) -> dict[str, Any]:
    """What the driver reads. Every array is drawn from the seed."""
    crop, shapes = plan_of(case)
    kind = np.float64 if case.given.get("type") == "double" else np.float32
    channels = shapes[0][1]
    files: dict[str, Any] = {
        "task/plan.txt": f"crop_h {crop[0]}\ncrop_w {crop[1]}\nsteps {len(shapes)}\n",
        "task/scale.npy": _numbers(rng, (channels,), kind),
        "task/old_dscale.npy": _numbers(rng, (channels,), kind),
    }
    for k, shape in enumerate(shapes):
        files[f"task/x{k}.npy"] = _numbers(rng, shape, kind)
        files[f"task/dy{k}.npy"] = _numbers(rng, top_shape(shape, crop), kind)
        files[f"task/old_dx{k}.npy"] = (OLD + _numbers(rng, shape, kind)).astype(kind)
    return files


def _numbers(rng: np.random.Generator, shape: tuple[int, ...], kind: type) -> Array:
    """Numbers between 1/2 and 2 of either sign: none that a mistake could leave as it is."""
    return np.asarray(rng.choice([-1.0, 1.0], shape) * rng.uniform(0.5, 2.0, shape), dtype=kind)


class Step:
    """One shape of a case: what was given, and what is right. `k` counts from 0."""

    def __init__(self, room: Any, k: int) -> None:
        self.crop, self.shapes = plan_of(room.case)
        self.k, self.shape = k, self.shapes[k]
        self.x, self.dy, self.old_dx = (room.given(f"task/{name}{k}.npy") for name in ("x", "dy", "old_dx"))
        self.scale, self.old_dscale = room.given("task/scale.npy"), room.given("task/old_dscale.npy")

    def y(self) -> Any:
        return forward(self.x, self.scale, self.crop)

    def dx(self) -> Any:
        return backward_data(self.x, self.scale, self.dy, self.crop)

    def forward_mistakes(self) -> dict[str, Any]:
        return _named(forward_mistakes(self.x, self.scale, self.crop))

    def data_mistakes(self) -> dict[str, Any]:
        return _named(data_mistakes(self.x, self.scale, self.dy, self.crop, self.old_dx))

    def scale_mistakes(self, old: Any) -> dict[str, Any]:
        return _named(scale_mistakes(self.x, self.dy, self.crop, old))


def _named(mistakes: list[Mistake]) -> dict[str, Any]:
    return {f"{code}:{variant}": wrong for code, variant, wrong in mistakes}


def steps(room: Any, first: int = 0, last: int | None = None) -> list[Step]:
    """The case's shapes from number `first` on, up to but without `last`."""
    return [Step(room, k) for k in range(len(plan_of(room.case)[1]))[first:last]]


SINGLE = 8 * 2.0**-24  # numbers that floats were made of on the way agree to this share


def remembers(room: Any, folder: str, step: Step, name: str) -> str:
    """What a wrong result NAME is that no known mistake gives: STALE_SHAPE if it was right for the first shape, since only the shape has
    changed; LOW_PRECISION if it is right as floats are, in a layer of doubles; else ""."""
    got, want = room.array(f"{folder}step{step.k}/{name}"), step.y() if name == "y" else step.dx()
    if step.x.dtype == np.float64 and got.shape == want.shape and bool((abs(got - want) <= SINGLE * abs(want)).all()):
        return "LOW_PRECISION"
    if step.k == 0 or not room.has(f"{folder}step0/{name}.npy"):
        return ""
    first = Step(room, 0)
    want, got = first.y() if name == "y" else first.dx(), room.array(f"{folder}step0/{name}")
    return "STALE_SHAPE" if got.shape == want.shape and bool((got == want).all()) else ""


def look_shape(room: Any, step: Step, file: str, folder: str = "") -> None:
    """The top's shape: a layer's as it is behind Reshape and before Forward, an operator's as it comes out. Without the right one a driver
    makes no pass."""
    place, want = f"{folder}step{step.k}", top_shape(step.shape, step.crop)
    got = room.array(f"{place}/y").shape if folder else tuple(room.json(f"{place}/shape", Shape))
    if got == want:
        return
    earlier = [top_shape(shape, step.crop) for shape in step.shapes[: step.k]]
    said, said_ko = _told(room, got)
    text = f"for a bottom of {step.shape} and a margin of {step.crop}, the top's shape is {said}; it should be {want}"
    korean = f"bottom의 모양이 {step.shape}, 여백이 {step.crop}일 때 top의 모양이 {said_ko}입니다. {want}이어야 합니다."
    if got in earlier:
        text += "; what it is was right for an earlier bottom"
        korean += " 지금 모양은 앞선 bottom에 맞는 모양입니다."
    room.fail("STALE_SHAPE" if got in earlier else "WRONG_ANSWER", text, message_ko=korean, file=file)


def _told(room: Any, got: Any) -> tuple[str, str]:
    """A shape as the student's code says it is, which in a hidden case could be made of the inputs."""
    return ("another", "다른 모양") if room.run.visibility == "hidden" else (str(got), str(got))


def look_forward(room: Any, step: Step, file: str, folder: str = "") -> None:
    """Y, exactly."""
    look_shape(room, step, file, folder)
    mistakes = step.forward_mistakes()
    if code := remembers(room, folder, step, "y"):
        mistakes |= {f"{code}:as it is": _as_it_is(room, f"{folder}step{step.k}/y")}
    room.expect(
        f"{folder}step{step.k}/y", step.y(), mistakes=mistakes, what=f"y of shape {step.k}", what_ko=f"{step.k}번 모양의 y", file=file
    )


def look_data(room: Any, step: Step, file: str, folder: str = "") -> None:
    """The bottom's diff, exactly: all of it, margin included."""
    look_shape(room, step, file, folder)
    mistakes = step.data_mistakes()
    if code := remembers(room, folder, step, "dx"):
        mistakes |= {f"{code}:as it is": _as_it_is(room, f"{folder}step{step.k}/dx")}
    name = f"{folder}step{step.k}/dx"
    room.expect(name, step.dx(), mistakes=mistakes, what=f"dx of shape {step.k}", what_ko=f"{step.k}번 모양의 dx", file=file)


def look_scale(room: Any, step: Step, file: str, folder: str = "", added: bool = True, part: str = "") -> None:
    """The scale's diff: by Caffe's rule added to what was there; a Caffe2 operator overwrites its outputs."""
    look_shape(room, step, file, folder)
    old = step.old_dscale if added else np.zeros_like(step.old_dscale)
    want = old.astype(np.float64) + backward_scale(step.x, step.dy, step.crop)
    bound = scale_bound(step.x, step.dy, step.crop, old)
    single = scale_bound(step.x.astype(np.float32), step.dy, step.crop, old)
    name = f"{part or f'{folder}step{step.k}'}/dscale"
    mistakes = step.scale_mistakes(old)
    if step.x.dtype == np.float64 and bool((abs(_as_it_is(room, name).reshape(-1)[: want.size] - want) <= single).all()):
        mistakes["LOW_PRECISION"] = _as_it_is(room, name)
    room.expect(name, want, bound, mistakes=mistakes, what=f"dscale of shape {step.k}", what_ko=f"{step.k}번 모양의 dscale", file=file)


def _as_it_is(room: Any, name: str) -> Any:
    """The student's own output: as a `mistake` of its own it agrees, if no other did before."""
    return room.array(name)


def look_frozen(room: Any, file: str) -> None:
    """propagate_down is false: the bottom's diff stays what it was, and the scale's is computed all the same."""
    step = Step(room, 0)
    look_shape(room, step, file)
    written = {"PROPAGATE_IGNORED": _as_it_is(room, "frozen/dx")}  # whatever it was
    room.expect("frozen/dx", step.old_dx, mistakes=written, what="the bottom's diff", what_ko="bottom의 diff", file=file)
    look_scale(room, step, file, part="frozen")


def look_untouched(room: Any, step: Step, file: str, folder: str = "") -> None:
    """Neither pass changes the bottom's data, or the top's diff."""
    look_shape(room, step, file, folder)
    for name, before in (("x_after_forward", step.x), ("x_after", step.x), ("dy_after", step.dy)):
        place = f"{folder}step{step.k}/{name}"
        if folder and name == "x_after_forward":
            continue  # of an operator, one look behind both passes
        got = room.array(place)
        if got.shape != before.shape or not bool((got == before).all()):
            whose, whose_ko = ("the top's diff", "top의 diff") if name == "dy_after" else ("the bottom's data", "bottom의 data")
            when, when_ko = ("forward", "순전파") if name == "x_after_forward" else ("backward", "역전파")
            room.fail(
                "BOTTOM_OVERWRITTEN", f"{whose} changed in the {when} pass", message_ko=f"{when_ko}가 {whose_ko}를 바꾸었습니다.", file=file
            )


def look_start(room: Any, file: str) -> None:
    """Behind SetUp: a scale of ones for each channel."""
    channels = plan_of(room.case)[1][0][1]
    room.expect("start/scale", np.ones(channels), what="the scale behind SetUp", what_ko="SetUp 뒤의 scale", file=file)


def look_inferred(room: Any, step: Step) -> None:
    """What the schema of op.cc says of Y's shape before anything runs."""
    got, want = room.json(f"cc/inferred/step{step.k}/shape", Shape | None), list(top_shape(step.shape, step.crop))
    if got == want:
        return
    if got is None:
        text = "Caffe2 asked the operator's schema for the shape of Y and got no answer"
        room.fail("INFERENCE_WRONG", text, message_ko="Caffe2가 연산자의 스키마에 Y의 모양을 물었지만 답이 없습니다.", file="op.cc")
    said, said_ko = _told(room, got)
    korean = f"스키마가 Y의 모양이 {said_ko}이라고 합니다. 실행하면 {want}입니다."
    room.fail("INFERENCE_WRONG", f"the schema says that Y's shape is {said}; run, it is {want}", message_ko=korean, file="op.cc")


SCHEMAS = {"ScaledCrop": (2, 1), "ScaledCropGradient": (3, 2)}


def look_schema(room: Any) -> None:
    """The forward operator is made with two inputs and one output, and with no other numbers of them."""
    inputs, outputs = SCHEMAS["ScaledCrop"]
    for i, o in ((inputs, outputs), (inputs - 1, outputs), (inputs + 1, outputs), (inputs, outputs + 1)):
        made = room.json(f"cc/schema/ScaledCrop_{i}_{o}/made", bool)
        if made is not ((i, o) == (inputs, outputs)):
            text = f"ScaledCrop with {i} inputs and {o} outputs was {'accepted' if made else 'refused'}"
            korean = f"입력 {i}개와 출력 {o}개로 만든 ScaledCrop이 {'받아들여졌습니다' if made else '거부되었습니다'}."
            room.fail("SCHEMA_WRONG", text, message_ko=korean, file="op.cc")


def look_exchanged(room: Any, step: Step, file: str, folder: str) -> None:
    """Gradients that go out in the wrong order, by a GradientMaker say: each has the other's shape."""
    shapes = [room.array(f"{folder}step{step.k}/{name}").shape for name in ("dx", "dscale")]
    if shapes == [step.scale.shape, step.x.shape]:
        text = "the gradients of X and of scale are exchanged: each has the other's shape"
        room.fail("GRADIENT_WRONG", text, message_ko="X와 scale의 그래디언트가 서로 바뀌었습니다. 각각 상대의 모양입니다.", file=file)


def look_checker(room: Any) -> None:
    """What Caffe2's GradientChecker got from the operator (of half the sum of Y squared) and from small steps of inputs, beside ours."""
    step = Step(room, 0)
    look_exchanged(room, step, "op.cc", "cc/")  # the checker gives up on these
    dy = step.y().astype(np.float32)
    right = {
        "dx": (backward_data(step.x, step.scale, dy, step.crop), np.zeros(step.x.shape)),
        "dscale": (backward_scale(step.x, dy, step.crop), scale_bound(step.x, dy, step.crop, np.zeros_like(step.scale))),
    }
    for name, (want, bound) in right.items():
        label = {"what": f"{name} in Caffe2's gradient checker", "what_ko": f"Caffe2 그래디언트 검사기의 {name}", "file": "op.cc"}
        got = room.array(f"cc/checker/{name}/computed")
        wrong = {"GRADIENT_WRONG": got} if got.shape == want.shape else {}
        room.expect(f"cc/checker/{name}/computed", want, bound, mistakes=wrong, **label)
        estimated = room.array(f"cc/checker/{name}/estimated")
        near = 0.01 * abs(want).max() + 0.01  # steps of 0.05 in single precision
        room.expect(f"cc/checker/{name}/estimated", want, near, mistakes={"GRADIENT_WRONG": estimated}, **label)


def look_guards(room: Any, step: Step, file: str) -> None:
    """Nothing was written just before or behind a blob of the layer runtime."""
    look_shape(room, step, file)
    if room.json(f"step{step.k}/intact") is not True:
        text = f"with a bottom of {step.shape}, something was written before or behind a blob's memory"
        room.fail(
            "BOTTOM_OVERWRITTEN", text, message_ko=f"bottom의 모양이 {step.shape}일 때 블롭 메모리의 앞이나 뒤에 값을 썼습니다.", file=file
        )
