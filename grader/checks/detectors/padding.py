"""PADDING_WRITTEN: the result is right, but what lies between its rows, and must keep its old content, was written too."""

from __future__ import annotations

from grader.checks.observation import Claims, Diagnosis, Scene, key

BETWEEN_ROWS = Diagnosis("PADDING_WRITTEN", "every element of the result is right, but elements between its rows were changed")


def padding_only(scene: Scene) -> Claims:
    """Nothing else is wrong anywhere. Beside other mistakes it may be one of their effects: `padding` tells what these don't explain."""
    claims = padding(scene)
    return claims if len(claims) == len(scene.open()) else {}


def padding(scene: Scene) -> Claims:
    """Outputs whose wrong elements all lie beyond the rows' logical width."""
    return {key(c): BETWEEN_ROWS for _, c in scene.open() if c.only_padding}
