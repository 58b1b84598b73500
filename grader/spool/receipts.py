"""Receipts: who, what and when -> a line of text with the receiving side's signature, and back. Nobody can write one without the key.

The key is 32 random bytes below $GRADER_DATA, mode 0600, drawn at the first use. A receipt is proof for the staff that hold the key; a
student keeps it and shows it.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import hmac
from pathlib import Path

import msgspec

from grader.errors import HarnessError
from grader.files import draw_secret
from grader.records import Record
from grader.run.seeds import data_root

PREFIX = "wg1"
_KEY_BYTES = 32
_MAX_TEXT = 4096


class Claim(Record, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a receipt says."""

    student: str
    assignment: str
    digest: str
    received_at: dt.datetime


class Signer:
    """Signs and verifies receipts with one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def stored(cls, root: Path | None = None) -> Signer:
        """With the key below $GRADER_DATA; drawn if there is none. Raises HarnessError if it can't be kept or is damaged."""
        file = (root or data_root()) / "receipts.key"
        try:
            draw_secret(file, _KEY_BYTES)
            if file.stat().st_mode & 0o077:
                file.chmod(0o600)
            key = bytes.fromhex(file.read_text(encoding="ascii").strip())
        except (OSError, ValueError) as error:
            raise HarnessError(
                f"can't keep the key of receipts in {file} ({error}); set $GRADER_DATA to a folder that only you may read"
            ) from None
        if len(key) != _KEY_BYTES:
            raise HarnessError(f"{file} is damaged; restore it from a backup, or delete it (earlier receipts can't be verified then)")
        return cls(key)

    def sign(self, claim: Claim) -> str:
        """One line: wg1.<claim>.<signature>, letters that survive e-mail."""
        body = _encode(msgspec.json.encode(claim))
        return f"{PREFIX}.{body}.{_encode(self._mac(body))}"

    def verify(self, text: str) -> Claim | None:
        """What the text says, if this key signed it; None otherwise."""
        prefix, _, rest = text.strip().partition(".")
        body, _, signature = rest.partition(".")
        if prefix != PREFIX or len(text) > _MAX_TEXT or not text.isascii():
            return None
        try:
            given = _decode(signature)
            # the text and not only its meaning: one receipt has one spelling
            if not hmac.compare_digest(given, self._mac(body)) or _encode(given) != signature:
                return None
            return msgspec.json.decode(_decode(body), type=Claim)
        except (binascii.Error, ValueError, msgspec.MsgspecError):
            return None

    def _mac(self, body: str) -> bytes:
        return hmac.new(self._key, f"receipt.{PREFIX}.{body}".encode(), hashlib.sha256).digest()


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
