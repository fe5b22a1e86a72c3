"""Places to run in, given out fairly: the next one goes to the client that has the fewest, not to whoever asks the most."""

from __future__ import annotations

import asyncio
from collections import Counter, deque

from pop_ld.errors import Busy


class Places:
    """``count`` places, of which a client with a name gets ``share`` at most; ``queue`` may wait for one. For one event loop."""

    def __init__(self, count: int, queue: int, share: int | None = None) -> None:
        self.free = count
        self._queue = queue
        self._share = count if share is None else share
        self._held: Counter[str] = Counter()
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}
        self.waiting = 0

    def take(self, client: str) -> bool:
        """Takes a place where one is free, nobody is before this client, and it has not got its share."""
        if self.free <= 0 or self._full(client) or any(not self._full(name) for name in self._waiting):
            return False
        self._grant(client)
        return True

    async def wait(self, client: str, patience: float) -> None:
        """Takes a place as soon as it is this client's turn. Raises Busy where the queue is full or the patience ends.

        A client may fill half of the queue, so that others still find room in it.
        """
        if self.take(client):
            return
        own = self._waiting.get(client, ())
        if self.waiting >= self._queue or (client and self._queue > 1 and 2 * len(own) >= self._queue):
            raise Busy("too many queries are waiting")
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(client, deque()).append(turn)
        self.waiting += 1
        try:
            async with asyncio.timeout(patience):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                self.give_back(client)
            else:
                self._forget(client, turn)
            if isinstance(error, TimeoutError):
                raise Busy("every query worker is taken") from None
            raise

    def give_back(self, client: str) -> None:
        """Frees a place of the client's; whose turn it is gets it."""
        self.free += 1
        self._held[client] -= 1
        if not self._held[client]:
            del self._held[client]
        while self.free > 0 and (able := [name for name in self._waiting if not self._full(name)]):
            chosen = min(able, key=lambda name: self._held[name])  # of equals, the one that has waited longest
            turns = self._waiting.pop(chosen)
            turn = turns.popleft()
            if turns:
                self._waiting[chosen] = turns  # at the end of the row
            self.waiting -= 1
            if not turn.done():
                self._grant(chosen)
                turn.set_result(None)

    def _full(self, client: str) -> bool:
        return bool(client) and self._held[client] >= self._share

    def _grant(self, client: str) -> None:
        self.free -= 1
        self._held[client] += 1

    def _forget(self, client: str, turn: asyncio.Future[None]) -> None:
        turns = self._waiting.get(client)
        if turns and turn in turns:
            turns.remove(turn)
            self.waiting -= 1
            if not turns:
                del self._waiting[client]
