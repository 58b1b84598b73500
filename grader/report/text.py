"""Text that comes from students, made safe to show: invisible characters visible, file names harmless, lengths bounded. str → str."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from markupsafe import Markup, escape

SLUG_LENGTH = 48
_CODE = re.compile(r"`([^`\n]+)`")


def _visible_character(code: int) -> str:
    """U+2400's pictures for the old control codes, the number for everything else that can't be seen."""
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    return f"⟨U+{code:04X}⟩"


class _Invisible(dict[int, str]):
    """Table for str.translate, filled as characters are met: what a reader can't see, or what reorders the text around it.

    Cc control codes (ANSI escapes start with one), Cf formats (right-to-left overrides, zero-width characters), Cs lone surrogates (which
    UTF-8 can't write), Co private use, Zl and Zp line separators.
    """

    def __missing__(self, code: int) -> str:
        character = chr(code)
        hidden = character not in "\n\t" and unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
        self[code] = _visible_character(code) if hidden else character
        return self[code]


def visible(text: str) -> str:
    """The text with every invisible or reordering character shown as a picture or as ⟨U+202E⟩. Line feeds and tabs stay."""
    if text.isascii() and text.isprintable():
        return text
    return text.replace("\r\n", "\n").translate(_Invisible())


def prose(text: str) -> Markup:
    """A sentence with `code` between backticks set as code; everything else escaped."""
    parts = _CODE.split(visible(text))
    return Markup("").join(Markup("<code>{}</code>").format(part) if index % 2 else escape(part) for index, part in enumerate(parts))


def excerpt(text: str, limit: int) -> tuple[str, int]:
    """The text's head and tail within `limit` characters, and how many characters in the middle were left out."""
    if len(text) <= limit:
        return text, 0
    tail = limit // 3
    dropped = len(text) - limit
    return f"{text[: limit - tail]}\n⋯ {dropped:,} ⋯\n{text[-tail:]}", dropped


def slug(label: str) -> str:
    """A part of a file name: lower-case ASCII letters, digits and single hyphens; never empty."""
    ascii_only = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", ascii_only.lower()).strip("-")
    return words[-SLUG_LENGTH:].strip("-") or "submission"


def page_names(labels: list[tuple[str, str]]) -> list[str]:
    """One file name for each (assignment, submission): readable, safe on every file system, unique even for equal labels, and the same
    for a label whatever else is in the report."""
    names: list[str] = []
    seen: dict[str, int] = {}
    for assignment, label in labels:
        digest = hashlib.sha256(f"{assignment}\0{label}".encode("utf-8", "surrogatepass")).hexdigest()[:10]
        name = f"{slug(label)}-{digest}"
        seen[name] = seen.get(name, 0) + 1
        names.append(f"{name}.html" if seen[name] == 1 else f"{name}-{seen[name]}.html")
    return names


def number(value: float, digits: int = 2) -> str:
    """12 → 12, 12.5 → 12.5, 1234567 → 1,234,567: at most `digits` decimals and no trailing zeros."""
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def compact(value: float) -> str:
    """A count in at most five characters for a narrow column: 950, 12.3k, 4.2M, 1.1G."""
    for factor, suffix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= factor * 0.9995:
            scaled = value / factor
            return f"{scaled:.0f}{suffix}" if scaled >= 99.95 else f"{scaled:.1f}".rstrip("0").rstrip(".") + suffix
    return number(value, 1)


def duration(seconds: float) -> str:
    """Seconds for people: 12.4 ms, 1.82 s."""
    return f"{seconds * 1e3:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"
