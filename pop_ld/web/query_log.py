"""What is known of each query once it has been answered: one entry, for the log and for the figures.

The log says nothing of who asked: no address, no name of a client, no program. The query itself may hold what a person typed; the
setting ``query_log_text`` leaves it out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from pop_ld import store
from pop_ld.config import Settings
from pop_ld.errors import PopError
from pop_ld.web import log_file, metrics
from pop_ld.web.errors import status_of


@dataclass(slots=True)
class QueryEntry:
    """One query: what was asked, on which release, and how it ended.

    ``seconds`` is from the request's arrival to its last byte, ``ran`` the time on a worker, ``size`` the bytes sent. ``status`` is the
    HTTP status; ``outcome`` is "ok", "cached", "unchanged" (304), "left" (the client did), "cut" (it failed after the first byte), or
    the key of an error (``web.errors.TABLE``), which ``reason`` explains.
    """

    query: str
    release: str = ""
    status: int = 0
    outcome: str = "ok"
    reason: str = ""
    seconds: float = 0.0
    ran: float = 0.0
    size: int = 0
    media_type: str = ""
    coding: str = ""
    rewrites: tuple[str, ...] = ()
    long: bool = False
    when: datetime = field(default_factory=lambda: datetime.now(UTC))

    def fails(self, error: PopError) -> None:
        """Takes what an error says, which is the answer."""
        (self.status, self.outcome), self.reason = status_of(error), error.message

    def of(self, answer: store.QueryAnswer) -> None:
        """Takes from an answer that has ended what it says of itself."""
        self.ran, self.long = answer.seconds, answer.long
        self.media_type, self.coding, self.rewrites = answer.media_type, answer.coding, tuple(answer.rewrites)


def record(settings: Settings, entry: QueryEntry) -> None:
    """Notes an entry, which nobody changes from here on: counts it, and hands it to the thread that writes the log."""
    metrics.count(entry)
    if settings.query_log:
        log_file.write(settings.query_log, entry, text=settings.query_log_text)
