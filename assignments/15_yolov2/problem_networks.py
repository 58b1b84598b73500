"""The assignment's networks, as short texts: one layer a word."""

from __future__ import annotations

from pathlib import Path

from grader.darknet.cfg import parse_cfg
from grader.darknet.network import Network

ANCHORS = "1.08,1.19, 3.42,4.41, 6.63,11.38, 9.42,5.11, 16.62,10.52"
NETS = {
    # convolutions c FILTERS SIZE (b: batch normalisation, l: leaky), m SIZE STRIDE: maxpool, r STRIDE: reorg, f LAYERS: route
    "tiny": "3 32 32 | c 8 3 bl | m 2 2 | c 12 3 bl | m 2 2 | c 16 3 bl | m 2 1 | c 16 3 bl | c 16 1 - | region 2 3",
    "pass": "3 24 40 | c 8 3 bl | m 2 2 | c 8 3 bl | m 2 2 | c 16 3 bl | f -3 | c 4 1 bl | r 2 | f -1,-4 | c 16 3 bl | c 14 1 -"
    " | region 2 2",
    "files": "3 16 16 | c 5 3 bl | m 2 2 | c 7 1 - | c 4 3 bl",
    "plain": "2 9 9 | c 3 3 l | c 4 1 -",
    "tiny_voc": "3 416 416 | c 16 3 bl | m 2 2 | c 32 3 bl | m 2 2 | c 64 3 bl | m 2 2 | c 128 3 bl | m 2 2 | c 256 3 bl | m 2 2"
    " | c 512 3 bl | m 2 1 | c 1024 3 bl | c 1024 3 bl | c 125 1 - | region 5 20",
    "voc": "3 416 416 | c 32 3 bl | m 2 2 | c 64 3 bl | m 2 2 | c 128 3 bl | c 64 1 bl | c 128 3 bl | m 2 2 | c 256 3 bl | c 128 1 bl"
    " | c 256 3 bl | m 2 2 | c 512 3 bl | c 256 1 bl | c 512 3 bl | c 256 1 bl | c 512 3 bl | m 2 2 | c 1024 3 bl | c 512 1 bl"
    " | c 1024 3 bl | c 512 1 bl | c 1024 3 bl | c 1024 3 bl | c 1024 3 bl | f -9 | c 64 1 bl | r 2 | f -1,-4 | c 1024 3 bl | c 125 1 -"
    " | region 5 20",
}


def cfg_of(net: str) -> str:
    """Darknet's text of one of NETS, with what only training uses in it as well."""
    head, *rest = (word.split() for word in NETS[net].split("|"))
    lines = ["[net]", "batch=64", "subdivisions=8", *(f"{k}={v}" for k, v in zip(("channels", "height", "width"), head, strict=True))]
    lines += ["learning_rate=0.001", "policy=steps", "steps=-1,100,80000"]
    for kind, *words in rest:
        lines.append("")
        if kind == "c":
            lines += ["[convolutional]", *(["batch_normalize=1"] if "b" in words[2] else []), f"filters={words[0]}", f"size={words[1]}"]
            lines += ["stride=1", "pad=1", f"activation={'leaky' if 'l' in words[2] else 'linear'}"]
        elif kind == "m":
            lines += ["[maxpool]", f"size={words[0]}", f"stride={words[1]}"]
        elif kind == "region":
            anchors = ", ".join(ANCHORS.split(", ")[: int(words[0])])
            lines += ["[region]", f"anchors = {anchors}", "bias_match=1", f"classes={words[1]}", "coords=4", f"num={words[0]}", "softmax=1"]
            lines += ["jitter=.2", "rescore=1"]
        else:
            lines += ["[reorg]", f"stride={words[0]}"] if kind == "r" else ["[route]", f"layers={words[0]}"]
    return "\n".join(lines) + "\n"


def network_named(net: str) -> Network:
    return parse_cfg(TRAINED.with_suffix(".cfg").read_bytes() if net == "shapes" else cfg_of(net))


TRAINED = Path(__file__).with_name("shapes")  # .cfg and .weights: a small network that finds rectangles and circles
