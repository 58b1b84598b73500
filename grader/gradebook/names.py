"""Names: what people are called in rosters, folders and on command lines -> logins safe as file names, and keys to find people by."""

from __future__ import annotations

import re
import unicodedata

from grader.toolchain import UsageError

LOGIN_BYTES = 120  # fits into a file name with something before and after it
_FIRST = ".-=+@"  # hidden files, options, formulas
_KEY_LETTERS = 200  # of a name that is searched for
_BAD = re.compile(r'[\x00-\x1f\x7f-\x9f/\\:*?"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]')


def check_login(login: str) -> str:
    """The login in Unicode's composed form. Raises UsageError if it can't name a folder on every machine, or could be an option."""
    login = unicodedata.normalize("NFC", login)
    wrong = (
        "is empty"
        if not login
        else "holds a character that no file name may have"
        if _BAD.search(login)
        else f"begins or ends with a space, begins with one of {_FIRST}, or ends with a dot"
        if login != login.strip() or login[0] in _FIRST or login[-1] == "."
        else f"is longer than {LOGIN_BYTES} bytes"
        if len(login.encode()) > LOGIN_BYTES
        else ""
    )
    if wrong:
        raise UsageError(f"{login[:60]!r} can't be a login: it {wrong}")
    return login


def login_of(label: str) -> str:
    """A login made of any text, for work whose owner is in no roster: always one that `check_login` takes."""
    text = _BAD.sub("_", unicodedata.normalize("NFC", label)).strip().lstrip(_FIRST + " ").rstrip(". ")
    while len(text.encode()) > LOGIN_BYTES:
        text = text[:-1].rstrip(". ")
    return text or "unknown"


def name_key(name: str) -> str:
    """The same for "Kim, Minsu" and "minsu  KIM": words in order of the alphabet, width and case folded."""
    words = re.split(r"[\s,]+", unicodedata.normalize("NFKC", name).casefold())
    return " ".join(sorted(filter(None, words)))[:_KEY_LETTERS]


def email_key(email: str) -> str:
    return unicodedata.normalize("NFKC", email).strip().casefold()[:_KEY_LETTERS]
