"""Limits: how much of anything one sender may ask for: requests by time (buckets), bytes while they are being read (not after)."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable

from grader.records import Record
from grader.server.problems import ApiError

_MAX_KEYS = 10_000  # senders that are remembered; the one not seen for longest is forgotten


class Rate(Record, frozen=True, kw_only=True):
    """So many at once, and so many more a minute."""

    burst: int
    per_minute: float


class Buckets:
    """A bucket of tokens for each sender. Not for several threads: the event loop alone asks."""

    def __init__(self, rate: Rate, now: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._now = rate, now
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()  # sender -> (tokens, when that was)

    def take(self, sender: str) -> int | None:
        """None if there was a token, else after how many seconds there will be one."""
        now, per_second = self._now(), self._rate.per_minute / 60
        tokens, then = self._levels.pop(sender, (float(self._rate.burst), now))
        tokens = min(float(self._rate.burst), tokens + (now - then) * per_second)
        enough = tokens >= 1
        self._levels[sender] = (tokens - 1 if enough else tokens, now)
        while len(self._levels) > _MAX_KEYS:
            self._levels.popitem(last=False)
        return None if enough else max(1, -int(-(1 - tokens) / per_second // 1))


async def read_body(stream: AsyncIterator[bytes], stated: str | None, max_bytes: int, time_s: float) -> bytes:
    """The body, unless it is longer than `max_bytes` or takes longer than `time_s`: then no more of it is read.
    Raises ApiError. `stated` is the Content-Length, which is believed only when it says too much."""
    limit = f"{max_bytes >> 20} MiB" if max_bytes >= 1 << 20 else f"{max_bytes} bytes"
    # the rest stays unread: the connection can't be used for another request
    close = {"Connection": "close"}
    if stated is not None and stated.isdecimal() and int(stated) > max_bytes:
        raise ApiError("too_large", limit, headers=close)
    body = bytearray()
    try:
        async with asyncio.timeout(time_s):
            async for part in stream:
                body += part
                if len(body) > max_bytes:
                    raise ApiError("too_large", limit, headers=close)
    except TimeoutError:
        raise ApiError("timeout", headers=close) from None
    return bytes(body)
