"""Token buckets: how much query time each client may still use (seconds that workers spend on it, not requests)."""

from __future__ import annotations

import time
from collections import OrderedDict

from pop_ld.errors import TooManyRequests

_CLIENTS = 10_000
"""Clients remembered at once; beyond that the one that came longest ago is forgotten, which fills its bucket."""
_LEAST = 0.005
"""Seconds that any query counts, for what it costs outside the worker."""


class Budgets:
    """``size`` seconds at once for each client, ``rate`` more each second; a rate of 0 sets no limit."""

    def __init__(self, size: float, rate: float) -> None:
        self._size = size
        self._rate = rate
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str) -> float:
        """Seconds until the client has something left; 0 where it has."""
        return max(0.0, -self._now(client) / self._rate) if self._rate else 0.0

    def check(self, client: str) -> None:
        """Raises TooManyRequests where the client has to wait."""
        if wait := self.wait(client):
            raise TooManyRequests("this client has used up its budget of query time for now", wait=wait)

    def spend(self, client: str, seconds: float) -> None:
        """Takes what a query used; a bucket may go below nothing by one query, and is then refilled before the next."""
        if self._rate:
            self._left[client] = (self._now(client) - max(seconds, _LEAST), time.monotonic())
            self._left.move_to_end(client)
            while len(self._left) > _CLIENTS:
                self._left.popitem(last=False)

    def _now(self, client: str) -> float:
        left, when = self._left.get(client, (self._size, 0.0))
        return min(self._size, left + (time.monotonic() - when) * self._rate)
