"""Text of a cfg -> Network: the sections that YOLOv2 has, the shape of every layer, and a clear error for everything else.

Defaults are those of Darknet's src/parser.c where it has sensible ones; `filters`, `size`, `activation`, `classes`, `anchors`, `num` and
the size of the image must be said. Keys that only training uses are read over.
"""

from __future__ import annotations

from collections.abc import Callable

from grader.darknet.errors import DarknetError
from grader.darknet.network import Convolutional, Layer, Maxpool, Network, Region, Reorg, Route, Shape
from grader.darknet.sections import Section, read_sections

ACTIVATIONS = ("leaky", "linear")
LARGEST_SIDE = 4096
LARGEST_WINDOW = 64
MOST_ELEMENTS = 1 << 28  # of all outputs together, and of all weights together: 2 GiB in float64 each


def parse_cfg(text: str | bytes) -> Network:
    """The network that a cfg describes; DarknetError with the line for a cfg that describes none."""
    sections = read_sections(text)
    if not sections:
        raise DarknetError("the cfg is empty: it begins with [net], and a layer follows")
    first, *rest = sections
    if first.name not in ("net", "network"):
        raise DarknetError(f"the first section is [{first.name}]: a cfg begins with [net]", first.line)
    if not rest:
        raise DarknetError("[net] alone makes no network: at least one layer must follow", first.line)
    inputs = Shape(first.integer("channels", most=LARGEST_SIDE), *(first.integer(key, most=LARGEST_SIDE) for key in ("height", "width")))
    layers: list[Layer] = []
    elements, weights = inputs.size, 0
    for section in rest:
        if layers and isinstance(layers[-1], Region):
            raise DarknetError(f"[{section.name}] after [region]: the region layer is the last one", section.line)
        layer = _reader(section)(section, layers[-1].outputs if layers else inputs, layers)
        elements += layer.outputs.size
        if isinstance(layer, Convolutional):
            filters, channels, *_ = layer.weights_shape
            weights += filters * (channels * layer.size**2 + 4)
        for what, amount in (("elements in all outputs", elements), ("weights", weights)):
            if amount > MOST_ELEMENTS:
                raise DarknetError(
                    f"more than {MOST_ELEMENTS:,} {what} up to here ({layer.outputs}): make the network smaller", section.line
                )
        layers.append(layer)
    return Network(inputs, tuple(layers))


def _convolutional(section: Section, inputs: Shape, layers: list[Layer]) -> Layer:
    filters, size, stride = section.integer("filters"), section.integer("size", most=LARGEST_WINDOW), section.integer("stride", 1)
    groups = section.integer("groups", 1)
    padding = size // 2 if section.integer("pad", 0, 0, 1) else section.integer("padding", 0, 0, LARGEST_WINDOW)
    activation = section.text("activation")
    if activation.value not in ACTIVATIONS:
        raise DarknetError(f"activation {activation.value!r} is not known here: use one of {', '.join(ACTIVATIONS)}", activation.line)
    if inputs.channels % groups or filters % groups:
        raise DarknetError(f"{groups} groups divide {inputs.channels} channels and {filters} filters with a remainder", section.line)
    sides = [(side + 2 * padding - size) // stride + 1 for side in (inputs.height, inputs.width)]
    if min(sides) < 1:
        raise DarknetError(
            f"a filter of {size}x{size} doesn't fit into {inputs} with a padding of {padding}: make it smaller or pad", section.line
        )
    normalized = bool(section.integer("batch_normalize", 0, 0, 1))
    outputs = Shape(filters, *sides)
    return Convolutional(section.line, inputs, outputs, filters, size, stride, padding, groups, normalized, activation.value)


def _maxpool(section: Section, inputs: Shape, layers: list[Layer]) -> Layer:
    size, stride = section.integer("size", most=LARGEST_WINDOW), section.integer("stride", 1)
    padding = section.integer("padding", size - 1, 0, size - 1)
    sides = [(side + padding - size) // stride + 1 for side in (inputs.height, inputs.width)]
    if min(sides) < 1:
        raise DarknetError(f"a window of {size}x{size} doesn't fit into {inputs}: make it smaller", section.line)
    return Maxpool(section.line, inputs, Shape(inputs.channels, *sides), size, stride, padding)


def _route(section: Section, inputs: Shape, layers: list[Layer]) -> Layer:
    here, line = len(layers), section.text("layers").line
    sources = []
    for number in section.integers("layers", -(1 << 20), 1 << 20):
        source = here + number if number < 0 else number
        if not 0 <= source < here:
            there = f"only layers 0 to {here - 1} stand before it" if here else "no layer stands before it"
            raise DarknetError(f"route to layer {number} from layer {here}, but {there}: count layers from 0, without [net]", line)
        sources.append(source)
    shapes = [layers[source].outputs for source in sources]
    for source, shape in zip(sources, shapes, strict=True):
        if (shape.height, shape.width) != (shapes[0].height, shapes[0].width):
            raise DarknetError(
                f"route joins layer {sources[0]} ({shapes[0]}) and layer {source} ({shape}): height and width must be equal", line
            )
    outputs = Shape(sum(shape.channels for shape in shapes), shapes[0].height, shapes[0].width)
    return Route(section.line, inputs, outputs, tuple(sources), line)


def _reorg(section: Section, inputs: Shape, layers: list[Layer]) -> Layer:
    stride = section.integer("stride", most=LARGEST_SIDE)
    if section.integer("reverse", 0, 0, 1) or section.integer("flatten", 0, 0, 1) or section.integer("extra", 0, 0):
        raise DarknetError("`reverse`, `flatten` and `extra` of [reorg] are not known here: take them out", section.line)
    if inputs.height % stride or inputs.width % stride or inputs.channels % stride**2:
        raise DarknetError(
            f"reorg by {stride} of {inputs}: {stride} must divide height and width, and {stride**2} the channels", section.line
        )
    return Reorg(section.line, inputs, Shape(inputs.channels * stride**2, inputs.height // stride, inputs.width // stride), stride)


def _region(section: Section, inputs: Shape, layers: list[Layer]) -> Layer:
    classes, num = section.integer("classes"), section.integer("num")
    numbers, line = section.decimals("anchors"), section.text("anchors").line
    if len(numbers) != 2 * num or min(numbers) <= 0:
        raise DarknetError(
            f"{len(numbers)} numbers in `anchors` for num={num}: write {2 * num} positive ones, width and height of each", line
        )
    section.integer("coords", 4, 4, 4)
    if not section.integer("softmax", 0, 0, 1):
        raise DarknetError("a region without softmax=1 is not known here: YOLOv2's classes are a softmax", section.line)
    if inputs.channels != num * (5 + classes):
        raise DarknetError(
            f"{inputs.channels} channels come in, and {num} anchors with 5 + {classes} numbers each want {num * (5 + classes)}: "
            "change `filters` of the convolution before",
            section.line,
        )
    return Region(section.line, inputs, inputs, tuple(zip(numbers[::2], numbers[1::2], strict=True)), classes, line)


READERS: dict[str, Callable[[Section, Shape, list[Layer]], Layer]] = {
    "convolutional": _convolutional,
    "maxpool": _maxpool,
    "route": _route,
    "reorg": _reorg,
    "region": _region,
}


def _reader(section: Section) -> Callable[[Section, Shape, list[Layer]], Layer]:
    if section.name not in READERS:
        raise DarknetError(f"[{section.name}] is no layer that is known here: use [{'], ['.join(READERS)}]", section.line)
    return READERS[section.name]
