"""Records as a mapping engine outside of Python wants them: every nested item says its notice's key and its rank."""

from __future__ import annotations

from typing import Any

from pop_ld.notices import Record


def expand(record: Record) -> dict[str, Any]:
    """A copy in which each list item carries ``key`` and ``rank`` (promise 2 of ARCHITECTURE §5)."""
    return {
        name: [{"key": record["key"], "rank": str(rank), **item} for rank, item in enumerate(value, 1)]
        if isinstance(value, list)
        else value
        for name, value in record.items()
    }
