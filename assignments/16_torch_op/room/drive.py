"""Runs op.cpp and op.py in PyTorch and writes down what came out, as numbers and words. It decides nothing.

/task/trials.json says what to try; the tensors' memory lies in /task/<trial>/<operand>.npy, and their sizes and strides in trials.json.
Results lie in /out: kernel/<trial> (op.so by itself), autograd/<trial> (through op.py), fake/<trial>, refused/<trial>, opcheck.

$CK_OP_LIBRARY stands in for /task/lib/op.so where something else runs this.
"""

import itertools
import os

import torch
from ck_room import error, load, part, place_of, save, student

OPERANDS = ("grad", "gate", "up")
RESULTS = {"swiglu": ("out",), "swiglu_backward": ("grad_gate", "grad_up")}


def tensor(trial, name):
    """An operand of a trial: (the tensor, the memory that it is a view of)."""
    spec = trial[name]
    memory = torch.from_numpy(load(f"{trial['name']}/{name}")).to(getattr(torch, spec["type"]))
    return memory.as_strided(spec["sizes"], spec["strides"], spec["begin"]), memory


def described(result):
    """What a tensor is like, beside its numbers."""
    return {
        "type": str(result.dtype).removeprefix("torch."),
        "sizes": list(result.shape),
        "strides": list(result.stride()),
        "device": result.device.type,
    }


def tuple_of(results):
    return results if isinstance(results, tuple) else (results,)


def dispatched(op, key):
    """Whether a kernel of the operator is registered for the dispatch key."""
    return hasattr(torch.ops.ck, op) and torch._C._dispatch_has_kernel_for_dispatch_key(f"ck::{op}", key)


def kernels(trial):
    """The operators as op.cpp registers them: results, and what the operands' memory holds after the call."""
    for op, results in RESULTS.items():
        name = f"kernel/{trial['name']}/{op}"
        with part(name):
            operands, memory = {}, {}
            for each in OPERANDS[1:] if op == "swiglu" else OPERANDS:
                operands[each], memory[each] = tensor(trial, each)
            spans = {each: (held.data_ptr(), held.data_ptr() + held.nbytes) for each, held in memory.items()}
            made = tuple_of(getattr(torch.ops.ck, op)(*operands.values(), trial["beta"]))
            about = []
            for result in made:
                shared = [each for each, (begin, end) in spans.items() if result.numel() and begin <= result.data_ptr() < end]
                about.append({**described(result), "shares": shared})
            save(f"{name}.about", about)
            for label, result in zip(results, made, strict=False):
                save(f"{name}.{label}", result.detach().double().numpy())
            for each, held in memory.items():
                save(f"{name}.{each}_after", held.double().numpy())


def gradients(trial, swiglu):
    """The function of op.py, and its gradients by autograd."""
    name = trial["name"]
    with part(f"autograd/{name}"):
        operands = {each: tensor(trial, each)[0] for each in OPERANDS}
        for each in trial["needs"]:
            operands[each].requires_grad_()
        gate, up, beta = operands["gate"], operands["up"], trial["beta"]
        if trial["way"] == "same":
            up = gate
        out = swiglu(gate, up) if trial["way"] == "default" else swiglu(gate, up, beta)
        if trial["way"] == "twice":
            out = swiglu(out, up, beta)
        save(f"autograd/{name}/about", {**described(out), "requires_grad": out.requires_grad})
        save(f"autograd/{name}/out", out.detach().double().numpy())
        wanted = [operands[each] for each in trial["needs"]]
        found = torch.autograd.grad(out, wanted, operands["grad"], allow_unused=True)
        save(f"autograd/{name}/missing", [each for each, value in zip(trial["needs"], found, strict=True) if value is None])
        for each, value in zip(trial["needs"], found, strict=True):
            if value is not None:
                save(f"autograd/{name}/{each}", value.double().numpy())


def fakes(trial):
    """What the fake kernels say of tensors that have no memory: on the meta device, and in FakeTensorMode."""
    name = trial["name"]
    for mode, op in itertools.product(trial["modes"], RESULTS):
        with part(f"fake/{name}/{op}/{mode}"):
            taken = [tensor(trial, each)[0] for each in (OPERANDS[1:] if op == "swiglu" else OPERANDS)]
            if mode == "meta":
                made = getattr(torch.ops.ck, op)(*(each.to("meta") for each in taken), trial["beta"])
            else:
                from torch._subclasses.fake_tensor import FakeTensorMode  # costs a second

                with FakeTensorMode() as fake:
                    made = getattr(torch.ops.ck, op)(*(fake.from_tensor(each) for each in taken), trial["beta"])
            save(f"fake/{name}/{op}/{mode}", [described(each) for each in tuple_of(made)])


def refused(trial):
    """Operands that don't fit together: the exception, or what came out instead."""
    name = trial["name"]
    taken = [tensor(trial, each)[0] for each in trial["operands"]]
    try:
        made = tuple_of(getattr(torch.ops.ck, trial["op"])(*taken, trial["beta"]))
        save(f"refused/{name}", {"raised": "", "results": [described(each) for each in made]})
    except Exception as caught:
        save(f"refused/{name}", {"raised": type(caught).__name__, "message": str(caught)[:300]})


def checked(trial):
    """PyTorch's own opcheck: for each of its tests its name and the error, if there was one."""
    told = {}
    gate, up, grad = (tensor(trial, each)[0].clone() for each in ("gate", "up", "grad"))
    for op, taken in (("swiglu", (gate.requires_grad_(), up.requires_grad_())), ("swiglu_backward", (grad, gate.detach(), up.detach()))):
        for test in trial["tests"]:
            with part(f"opcheck/{op}/{test}"):
                found = torch.library.opcheck(
                    getattr(torch.ops.ck, op).default, (*taken, trial["beta"]), test_utils=test, raise_exception=False
                )
                answer = found[test]
                told[f"{op}/{test}"] = "" if answer == "SUCCESS" else f"{type(answer).__name__}: {answer}"[:400]
    save("opcheck/told", told)


def main():
    trials = load("trials")
    torch.set_num_threads(1)
    torch.ops.load_library(os.environ.get("CK_OP_LIBRARY", "/task/lib/op.so"))
    found = {}
    for op in RESULTS:
        schema = str(getattr(torch.ops.ck, op).default._schema) if hasattr(torch.ops.ck, op) else ""
        found[op] = {"schema": schema, "keys": [key for key in ("CPU", "CUDA") if dispatched(op, key)]}
    save("operators", found)
    for trial in trials["kernels"]:
        kernels(trial)
    swiglu = None
    try:
        swiglu = student("op").swiglu
    except BaseException as caught:  # without op.py there are no gradients and no fake kernels, for one and the same reason
        for name in ("autograd", "fake", "opcheck"):
            error(name, "EXCEPTION", f"{type(caught).__name__}: {caught}", *place_of(caught))
    save("registered", [f"{op}/{key}" for op in RESULTS for key in ("Autograd", "Meta") if dispatched(op, key)])
    if swiglu is not None:
        for trial in trials["autograd"]:
            gradients(trial, swiglu)
        for trial in trials["fakes"]:
            fakes(trial)
        for trial in trials["opcheck"]:
            checked(trial)
    for trial in trials["refused"]:
        refused(trial)
    for trial in trials["empty"]:  # last, because this is where a process may end
        kernels(trial)
        if swiglu is not None:
            gradients(trial, swiglu)


main()
