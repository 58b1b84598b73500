"""Profiles: a name -> the file with one GPU model's figures, `profiles/NAME.toml` (flat `key = value`; the device process reads it)."""

from __future__ import annotations

from pathlib import Path

from grader.errors import HarnessError
from grader.toolchain import UsageError

FOLDER = Path(__file__).resolve().parent / "profiles"


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
