"""The grammar of a cfg: text -> sections of key=value options, each with its line.

As Darknet's `read_cfg` (src/parser.c) has it: white space means nothing anywhere, a line that begins with `#` or `;` is a comment,
`[name]` opens a section. Stricter than Darknet: a key may stand in a section once, and nothing may stand before the first section.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

from grader.darknet.errors import DarknetError

LONGEST_TEXT = 1 << 20
MOST_SECTIONS = 1024
LARGEST_INTEGER = 1 << 20  # beyond it no size of a layer means anything

INTEGER = re.compile(r"[+-]?[0-9]{1,12}")
DECIMAL = re.compile(r"[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,4})?")


@dataclass(frozen=True)
class Option:
    value: str
    line: int


@dataclass(frozen=True)
class Section:
    name: str
    line: int
    options: dict[str, Option] = field(default_factory=dict)

    def has(self, key: str) -> bool:
        return key in self.options

    def text(self, key: str) -> Option:
        """The option as it stands; an error if there is none."""
        if key not in self.options:
            raise DarknetError(f"[{self.name}] has no `{key}`: add a line `{key}=…` to this section", self.line)
        return self.options[key]

    def integer(self, key: str, default: int | None = None, least: int = 1, most: int = LARGEST_INTEGER) -> int:
        """A whole number from `least` to `most`; without a default the key must be there."""
        if default is not None and key not in self.options:
            return default
        return self._integer(key, self.text(key).value, least, most)

    def integers(self, key: str, least: int, most: int) -> list[int]:
        """Whole numbers with commas between them."""
        return [self._integer(key, part, least, most) for part in self.text(key).value.split(",")]

    def decimals(self, key: str) -> list[float]:
        """Finite numbers with commas between them."""
        option = self.text(key)
        found = []
        for part in option.value.split(","):
            if not DECIMAL.fullmatch(part) or not math.isfinite(float(part)):
                raise DarknetError(
                    f"`{key}` has {_shown(part)} where a number should be: write numbers with commas between them", option.line
                )
            found.append(float(part))
        return found

    def _integer(self, key: str, text: str, least: int, most: int) -> int:
        line = self.options[key].line
        if not INTEGER.fullmatch(text):
            raise DarknetError(f"`{key}` is {_shown(text)}: write a whole number (comments stand on lines of their own)", line)
        value = int(text)
        if not least <= value <= most:
            raise DarknetError(f"`{key}` is {value}: it must be from {least} to {most}", line)
        return value


def read_sections(text: str | bytes) -> list[Section]:
    """All sections of a cfg, in order. DarknetError for what isn't a cfg."""
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8")
        except UnicodeDecodeError as error:
            raise DarknetError(f"byte {error.start} of the cfg is no UTF-8: is this a cfg, or the weights?") from None
    if len(text) > LONGEST_TEXT:
        raise DarknetError(f"the cfg has {len(text):,} characters, more than {LONGEST_TEXT:,}: is this a cfg?")
    sections: list[Section] = []
    for line, raw in enumerate(re.split("\r\n|\n|\r", text.removeprefix("\ufeff")), 1):
        bare = "".join(raw.split())
        if not bare or bare[0] in "#;":
            continue
        if bare[0] == "[":
            sections.append(_opened(bare, line))
            if len(sections) > MOST_SECTIONS:
                raise DarknetError(f"more than {MOST_SECTIONS} sections: no network of this course is that deep", line)
        elif not sections:
            raise DarknetError(f"{_shown(bare)} stands before the first section: begin with [net]", line)
        else:
            _add(sections[-1], bare, line)
    return sections


def _opened(bare: str, line: int) -> Section:
    if not re.fullmatch(r"\[[A-Za-z0-9_]+\]", bare):
        raise DarknetError(f"{_shown(bare)} opens no section: write [name]", line)
    return Section(bare[1:-1], line)


def _add(section: Section, bare: str, line: int) -> None:
    key, equals, value = bare.partition("=")
    if not (key and equals and value):
        raise DarknetError(f"{_shown(bare)} is no option: write key=value", line)
    if key in section.options:
        raise DarknetError(
            f"`{_shown(key)[1:-1]}` stands in [{section.name}] a second time (line {section.options[key].line} has it): take one out", line
        )
    section.options[key] = Option(value, line)


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:39] + "…")
