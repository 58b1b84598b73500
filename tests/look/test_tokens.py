"""Tokens: comments and strings are told from code, lines are right, whatever the bytes; no text is looked at twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.look.tokens import LARGEST_BYTES, MOST_TOKENS, line_of, pairs, read
from tests.look.steps import growth


def words(source: str) -> list[str]:
    return [token.text for token in read("a.cu", source.encode()).tokens if token.kind == "word"]


def strings(source: str) -> list[str]:
    return [token.text for token in read("a.cu", source.encode()).tokens if token.kind == "string"]


@pytest.mark.parametrize(
    "source",
    [
        "// fopen",
        "/* fopen */",
        "/* one\n two fopen\n*/",
        "// a \\\n fopen",  # a comment that goes on
        "/* fopen",  # never closed
        '"fopen"',
        r'"\" fopen"',
        'R"(fopen)"',
        'R"x(a)" fopen )y" )x"',
        'u8R"(\n" fopen)"',
        'LR"(fopen',  # never closed
        "'fopen'",
        '"fopen',  # an error, but no code
    ],
)
def test_what_is_no_code_has_no_words(source: str) -> None:
    assert "fopen" not in words(source)


@pytest.mark.parametrize(
    "source",
    [
        "fopen",
        "/**/fopen",
        "/* */ fopen /* */",
        "//\nfopen",
        '"//" fopen',
        "'\"' fopen \"",
        'R"(")" fopen "',
        "fo\\\npen",  # continued lines are joined before words are read
        "fo\\  \npen",
        '"a" /* " */ fopen',
        "1'000 fopen '",
    ],
)
def test_code_is_code(source: str) -> None:
    assert "fopen" in words(source)


def test_strings_are_what_they_mean() -> None:
    assert strings(r'"\x2fproc" "\57etc" "a\tb" "\u002fdev"') == ["/proc", "/etc", "a\tb", "/dev"]
    assert strings('R"x(a\\n)x" "b\\\nc"') == ["a\\n", "bc"]


def test_lines_are_those_of_the_file() -> None:
    source = 'a\n/* \n */ b \\\n c\nR"(\n\n)" d\n"x\\\ny" e\n// \\\n\nf'
    assert [(token.text, token.line) for token in read("a.cu", source.encode()).tokens if token.kind == "word"] == [
        ("a", 1),
        ("b", 3),
        ("c", 4),
        ("d", 7),
        ("e", 9),
        ("f", 12),
    ]


def test_the_first_of_a_line_is_marked() -> None:
    tokens = read("a.cu", b"  # define x \\\n y\n /* */ %: if").tokens
    assert [token.text for token in tokens if token.first] == ["#", "%:"]


def test_pairs_of_brackets() -> None:
    tokens = read("a.cu", b"f(a[1], {b}) } (").tokens
    texts = {(tokens[begin].text, tokens[end].text) for begin, end in pairs(tokens).items()}
    assert texts == {("(", ")"), ("[", "]"), ("{", "}")} and len(pairs(tokens)) == 3


PIECES = st.sampled_from(
    ['"', "'", "\\", "\n", "/*", "*/", "//", 'R"(', ')"', 'R"ab(', "#", "%:", "(", "}", "open", "0x1'f", "\u202e", "\0", "é"]
)


@given(st.lists(PIECES, max_size=60).map("".join))
def test_no_text_is_an_error_and_nothing_is_lost(source: str) -> None:
    text = read("a.cu", source.encode())
    ends = [token.end for token in text.tokens]
    assert ends == sorted(ends) and all(token.start < token.end for token in text.tokens)
    assert all(1 <= token.line <= len(text.lines) for token in text.tokens)
    assert [token.line for token in text.tokens] == sorted(token.line for token in text.tokens)


@given(st.binary(max_size=300))
def test_no_bytes_are_an_error(content: bytes) -> None:
    text = read("a.cu", content)
    assert text.whole and all(line_of(text.lines, token.line) is not None for token in text.tokens)


@pytest.mark.parametrize("piece", ['"\\"', "/*", 'R"(', "'", "\\", "\\ ", '"', 'R"aaaaaaaaaaaaaaaa', "(", "1'", "u8", "\\\n", "'\\''"])
def test_four_times_the_text_is_four_times_the_work(piece: str) -> None:
    def content(size: int) -> bytes:
        return (piece * size).encode()[:size]

    assert growth(lambda size: pairs(read("a.cu", content(size)).tokens), 4 << 10) < 4.2
    assert len(read("a.cu", content(LARGEST_BYTES)).tokens) <= MOST_TOKENS


@given(st.sampled_from(['"', 'u8"', 'L"', "'", "U'", 'R"(', 'u8R"ab(', "/*", "//"]), st.lists(PIECES, max_size=20).map("".join))
def test_what_begins_a_literal_or_a_comment_takes_all_of_it(opening: str, rest: str) -> None:
    """Whether anything closes it or not, so that its text is never given up and read again as something else."""
    tokens = read("a.cu", (opening + rest).encode()).tokens
    if opening in ("/*", "//"):
        assert not tokens or tokens[0].start >= len(opening)
    else:
        assert tokens[0].start == 0 and tokens[0].kind == ("char" if "'" in opening else "string")


def test_what_is_too_long_is_cut_and_says_so() -> None:
    assert not read("a.cu", b" " * LARGEST_BYTES + b" x").whole
    assert not read("a.cu", b";" * (MOST_TOKENS + 1)).whole
    assert read("a.cu", b"x").whole
