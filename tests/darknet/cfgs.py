"""Small cfgs for the tests of grader/darknet: random ones of every kind of layer, and the smallest one of each."""

from __future__ import annotations

from typing import Any

import numpy as np

NET = "[net]\nwidth={w}\nheight={h}\nchannels={c}\n"
CONVOLUTION = "[convolutional]\nbatch_normalize={bn}\nfilters={n}\nsize={k}\nstride={s}\npad=1\nactivation={a}\n"
REGION = "[region]\nanchors={anchors}\nclasses={classes}\ncoords=4\nnum={num}\nsoftmax=1\n"


def net(c: int, h: int, w: int) -> str:
    return NET.format(c=c, h=h, w=w)


def convolution(n: int, k: int = 3, s: int = 1, bn: int = 1, a: str = "leaky") -> str:
    return CONVOLUTION.format(n=n, k=k, s=s, bn=bn, a=a)


def maxpool(size: int, stride: int) -> str:
    return f"[maxpool]\nsize={size}\nstride={stride}\n"


def region(anchors: list[tuple[float, float]], classes: int) -> str:
    return REGION.format(anchors=", ".join(f"{w},{h}" for w, h in anchors), classes=classes, num=len(anchors))


def random_cfg(random: np.random.Generator) -> str:
    """All kinds of layers: a trunk of convolutions and pools, a pool with stride 1, a passthrough by route, reorg and route, a region.
    Sides of 16 to 48."""

    def any_of(*choices: Any) -> Any:
        return choices[random.integers(len(choices))]

    side_h, side_w = (8 * int(random.integers(2, 7)) for _ in range(2))
    text = [net(3, side_h, side_w)]
    text += [convolution(any_of(4, 6, 8), any_of(1, 3, 5), bn=any_of(0, 1), a=any_of("leaky", "linear")), maxpool(2, 2)]
    for _ in range(random.integers(0, 3)):
        text.append(convolution(any_of(4, 7, 12), any_of(1, 3), bn=any_of(0, 1), a=any_of("leaky", "linear")))
    text.append(convolution(any_of(8, 16), 3))
    passed = len(text) - 2  # counted without [net]
    # half the side again: by a pool or by a convolution with stride 2
    text.append(any_of(maxpool(2, 2), convolution(any_of(8, 12), 3, s=2)))
    text += [convolution(any_of(8, 16), 3), maxpool(any_of(2, 3), 1), convolution(any_of(8, 16), any_of(1, 3))]
    trunk = len(text) - 2
    text += [
        f"[route]\nlayers={any_of(passed, passed - len(text) + 1)}\n",
        convolution(any_of(4, 8), 1, bn=any_of(0, 1)),
        "[reorg]\nstride=2\n",
    ]
    text += [f"[route]\nlayers=-1,{any_of(trunk, trunk - len(text) + 1)}\n", convolution(any_of(8, 16), 3)]
    num, classes = int(random.integers(1, 6)), int(random.integers(1, 8))
    anchors = [(round(float(w), 3), round(float(h), 3)) for w, h in random.uniform(0.5, 4, (num, 2))]
    return "\n".join([*text, convolution(num * (5 + classes), 1, bn=0, a="linear"), region(anchors, classes)])
