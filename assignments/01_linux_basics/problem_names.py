"""What a home is drawn from: names that occur once each, tame ones or whatever a name may hold, and how bash is told any of them."""

from __future__ import annotations

import shlex
from typing import Any

import numpy as np

HOME = "/home/student"
Plan = dict[str, Any]
Tree = dict[str, dict[str, Any]]  # path below home -> {"text" | "size" | "target", "mode"}, or {"folder": True, "mode"}

WORDS = (
    "amber birch cedar delta ember flint grove heron inlet juniper kelp lagoon maple nettle ochre poppy quartz raven sedge thistle umber "
    "violet willow yarrow zephyr"
).split()


class Names:
    """Names that occur once each. `plain`: with a blank at most; else with whatever a name may hold."""

    def __init__(self, rng: np.random.Generator, plain: bool) -> None:
        self.rng, self.plain = rng, plain
        self._words = [str(word) for word in rng.permutation(WORDS)]

    def word(self) -> str:
        return self._words.pop()

    def name(self, ending: str = "", odd: int = 0) -> str:
        """Two words. Of names that aren't plain, `odd` picks what is odd about them."""
        first, second = self.word(), self.word()
        name = f"{first} {second}"
        # BEGIN STAFF
        if not self.plain:
            kinds = (
                f"-{first} {second}",
                f"{first}'s {second}",
                f"* {first} {second}",
                f'{first} "{second}" $HOME',
                f"{first} 한글 {second}",
            )
            name = kinds[odd % len(kinds)]
        # END STAFF
        return name + ending

    def number(self, low: int, high: int) -> int:
        return int(self.rng.integers(low, high))


def quoted(text: str) -> str:
    """For bash. Line ends and carriage returns as escapes, so that they are seen."""
    if "\r" not in text and "\n" not in text:
        return shlex.quote(text)
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\r", "\\r").replace("\n", "\\n")
    return f"$'{escaped}'"
