"""Whatever the text, the PTX loader answers with a tree or a LoadError that names a line: mutated real PTX."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grader import _core

TEXTS = [path.read_text() for path in sorted((Path(__file__).parent / "ptx").glob("*.ptx"))]
LONGEST = 3000  # characters of a text: keeps an example under a millisecond
PIECES = [
    *'{}()[],;:@!|=?"_~-.%$<>\n\0é',
    *"0 -1 18446744073709551616 0xFFFFFFFFFFFFFFFF 1/0 1<<64 -9223372036854775808/-1 0f3F80 0d 1e999 0x 09 1.5".split(),
    *"/* // WARP_SZ generic( 0xFF00( [1<<39] [4294967296][4294967296] .v4 .b8 .extern .entry %tid.x %tid.q %r1.x q.x X: bra;".split(),
    *["= {1, {2}, {{3}}}", ".align 0", ".reg .b32 %q<1000000>;", ".func f", ".alias a, b;", ".loc 1 0 0"],
    *[".loc 1 5 5, function_name x, inlined_at 1 5 5", "bra X;", "x: .branchtargets X, X;", "brx.idx %r1, x;", "call (a), b, (c), d;"],
]
SLOW_TO_DRAW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example]


@st.composite
def mutated(draw: st.DrawFn) -> str:
    text = draw(st.sampled_from(TEXTS))
    start = draw(st.integers(0, max(0, len(text) - LONGEST)))
    text = text[:250] + text[start : start + LONGEST]
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        span = draw(st.integers(0, 40))
        other = draw(st.integers(0, len(text)))
        piece = draw(st.one_of(st.sampled_from(PIECES), st.just(text[other : other + span]), st.text(max_size=3)))
        text = text[:at] + piece + text[at + draw(st.sampled_from([0, 0, 1, span])) :]
    return text[: draw(st.integers(0, len(text)))] if draw(st.booleans()) else text


@settings(max_examples=400, deadline=None, suppress_health_check=SLOW_TO_DRAW)
@given(mutated())
def test_a_tree_or_a_load_error(text: str) -> None:
    try:
        parsed = _core.parse(text, bodies=True)
    except _core.LoadError as error:
        assert 1 <= error.ptx_line <= text.count("\n") + 1
        assert 0 < len(str(error)) < 400
        return
    for f in parsed["functions"]:
        size = f["instructions"]
        assert all(0 <= index <= size for index in [*f["labels"].values(), *f["reconverge"]])
    for v in parsed["variables"]:
        assert len(v["init"]) in (0, v["bytes"])
        assert all(at + 8 <= v["bytes"] for at, *_ in v["references"])
