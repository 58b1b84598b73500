"""Profiles: a name -> the figures of one GPU model, from `profiles/NAME.toml` (flat `key = value`, read by the device process too)."""

from __future__ import annotations

import tomllib
from pathlib import Path

from grader.errors import HarnessError
from grader.toolchain import UsageError

FOLDER = Path(__file__).resolve().parent / "profiles"
Value = str | int | float


class UnknownProfile(UsageError):
    """The user named a GPU model that has no profile. Exit code 2."""


def profile_names() -> list[str]:
    """The known GPU models."""
    return sorted(file.stem for file in FOLDER.glob("*.toml"))


def profile_file(name: str) -> Path:
    """The profile's file. An unknown name's error lists the known ones."""
    known = profile_names()
    if not known:
        raise HarnessError(f"{FOLDER} holds no profiles, the installation is incomplete: reinstall the package")
    if name not in known:
        raise UnknownProfile(f"unknown device profile {name!r}; known are {', '.join(known)}")
    return FOLDER / f"{name}.toml"


def read_profile(name: str) -> dict[str, Value]:
    """All figures of one profile; units are in the keys."""
    file = profile_file(name)
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise HarnessError(f"{file}: not TOML: {error}") from None


def compute_capability(name: str) -> int:
    """`"a100"` -> 80."""
    value = read_profile(name)["compute_capability"]
    return round(float(value) * 10) if float(value) < 20 else int(value)
