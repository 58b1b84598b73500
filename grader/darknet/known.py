"""The two networks of the YOLOv2 paper for Pascal VOC, as cfg text from short tables of layers (Redmon & Farhadi, 2017; Darknet's cfg/).

A convolution is (filters, size): batch-normalised, stride 1, leaky. "/" halves by a pool of 2 with stride 2, "=" is the pool of 2 with
stride 1.
"""

from __future__ import annotations

VOC_CLASSES = 20
Step = tuple[int, int] | str

TINY: tuple[Step, ...] = (
    *((16, 3), "/", (32, 3), "/", (64, 3), "/", (128, 3), "/", (256, 3), "/", (512, 3), "="),
    *((1024, 3), (1024, 3)),
)
TINY_ANCHORS = "1.08,1.19, 3.42,4.41, 6.63,11.38, 9.42,5.11, 16.62,10.52"

FULL: tuple[Step, ...] = (
    *((32, 3), "/", (64, 3), "/"),
    *((128, 3), (64, 1), (128, 3), "/"),
    *((256, 3), (128, 1), (256, 3), "/"),
    *((512, 3), (256, 1), (512, 3), (256, 1), (512, 3), "/"),
    *((1024, 3), (512, 1), (1024, 3), (512, 1), (1024, 3)),
    *((1024, 3), (1024, 3)),
    *("route -9", (64, 1), "reorg 2", "route -1,-4"),
    (1024, 3),
)
FULL_ANCHORS = "1.3221,1.73145, 3.19275,4.00944, 5.05587,8.09892, 9.47112,4.84053, 11.2364,10.0071"


def yolov2_tiny_voc() -> str:
    """9 convolutions, 6 pools, region: 3 x 416 x 416 -> 125 x 13 x 13."""
    return _cfg(TINY, TINY_ANCHORS)


def yolov2_voc() -> str:
    """Darknet-19 and the passthrough, 32 layers: 3 x 416 x 416 -> 125 x 13 x 13."""
    return _cfg(FULL, FULL_ANCHORS)


def _cfg(steps: tuple[Step, ...], anchors: str) -> str:
    num = anchors.count(",") // 2 + 1
    last = f"[convolutional]\nfilters={num * (5 + VOC_CLASSES)}\nsize=1\nstride=1\npad=1\nactivation=linear\n"
    region = f"[region]\nanchors={anchors}\nclasses={VOC_CLASSES}\ncoords=4\nnum={num}\nsoftmax=1\n"
    return "\n".join(["[net]\nwidth=416\nheight=416\nchannels=3\n", *map(_section, steps), last, region])


def _section(step: Step) -> str:
    match step:
        case (filters, size):
            return f"[convolutional]\nbatch_normalize=1\nfilters={filters}\nsize={size}\nstride=1\npad=1\nactivation=leaky\n"
        case "/" | "=":
            return f"[maxpool]\nsize=2\nstride={2 if step == '/' else 1}\n"
        case str():
            name, value = step.split()
            return f"[{name}]\n{'layers' if name == 'route' else 'stride'}={value}\n"
