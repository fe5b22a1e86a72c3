"""Decisions of an operator in a file: which suggestion is accepted, which rejected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from pop_ld.aligning.making import item_of
from pop_ld.aligning.rows import tables
from pop_ld.alignment import Book
from pop_ld.alignment.suggestion import ACCEPTED, REJECTED
from pop_ld.errors import ReadError
from pop_ld.notices import Problem

_VERDICTS = {
    **dict.fromkeys(("accepted", "accept", "yes", "oui", "1", "accepte", "acceptée", "accepté"), ACCEPTED),
    **dict.fromkeys(("rejected", "reject", "no", "non", "0", "rejette", "rejetée", "rejeté"), REJECTED),
}
UNKNOWN = "unknown"
"""Lines that name no suggestion that waits, or no decision."""


def decide_by_files(files: Sequence[Path], book: Book, day: str) -> Mapping[str, int]:
    """Decides what lines with ``subject``, ``target`` (IRIs, or Q…) and ``decision`` say; counts accepted, rejected and unknown.

    Raises ReadError where a file has other columns; what came before it is decided.
    """
    found: Counter[str] = Counter()
    for file in files:
        for table in tables(file):
            if not {"subject", "target", "decision"} <= set(table.columns):
                raise ReadError(f"columns subject, target, decision are needed: {', '.join(table.columns[:10])}", file=table.label)
            wanted: dict[str, list[int]] = {ACCEPTED: [], REJECTED: []}
            for row in table.rows:
                cells = {} if isinstance(row, Problem) else row.cells
                target = cells.get("target", "")
                number = book.number_of(cells.get("subject", ""), item_of(target) or target)
                verdict = _VERDICTS.get(cells.get("decision", "").casefold(), "")
                if number and verdict:
                    wanted[verdict].append(number)
                else:
                    found[UNKNOWN] += 1
            for verdict, numbers in wanted.items():
                found[verdict] += len(book.decide(numbers, verdict, day)) if numbers else 0
    return +found
