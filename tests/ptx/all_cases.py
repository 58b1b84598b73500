"""All cases of this folder's tables."""

from __future__ import annotations

import importlib

from tests.ptx.kernel import Case

FAMILIES = ("integer", "logic", "float", "half", "compare", "convert", "memory", "atomic", "video", "spellings")


def collect() -> list[Case]:
    cases: list[Case] = []
    for family in FAMILIES:
        cases += importlib.import_module(f"tests.ptx.cases_{family}").cases()
    return cases
