"""Sandboxes by name. Enters: "local", "docker" or "none". Leaves: a provider of `contract.Sandbox`, imported only when asked for.

`best()` is for a user's own code only: it may come to "none", which other people's code must never get unasked.
"""

from __future__ import annotations

from importlib import import_module
from typing import cast

from grader.errors import HarnessError
from grader.sandbox.contract import Bind, Command, Limits, Room, Sandbox

__all__ = ["SANDBOXES", "Bind", "Command", "Limits", "Room", "Sandbox", "best", "open_sandbox"]

# A new provider is one module beside this one and one row here; tests/contracts/ then holds it to the contract.
SANDBOXES = {
    "local": "grader.sandbox.local:LocalSandbox",
    "docker": "grader.sandbox.docker:DockerSandbox",
    "none": "grader.sandbox.none:NoSandbox",
}


def open_sandbox(name: str) -> Sandbox:
    """The provider of this name. Raises HarnessError that lists the known names."""
    place = SANDBOXES.get(name)
    if place is None:
        raise HarnessError(f"There is no sandbox {name!r}. Known: {', '.join(sorted(SANDBOXES))}.")
    module, _, attribute = place.partition(":")
    return cast(Sandbox, getattr(import_module(module), attribute)())


def best() -> tuple[str, str]:
    """The name of the safest sandbox that works here, tried out, and why it is none better ("" for "local")."""
    try:
        open_sandbox("local").isolation()
    except HarnessError as error:
        return "none", str(error)
    return "local", ""
