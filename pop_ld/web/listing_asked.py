"""What is asked of a list of the notices that point at a thing: which thing, narrowed how, which page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from pop_ld.search.contract import LINKED_DEEPEST

SIZE = 50
"""Notices on one page of the list."""


class Filters(TypedDict):
    """What narrows a list, as :meth:`pop_ld.search.contract.SearchReader.linked` takes it."""

    relation: str
    base: str
    century: str
    order: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One list: of which thing, called what, in which language, narrowed and ordered how, from which page (0: no page was named)."""

    thing: str
    title: str
    lang: str
    filters: Filters
    page: int


def pages(total: int) -> int:
    """Pages that can be reached: all of them up to LINKED_DEEPEST notices."""
    return max(1, -(-min(total, LINKED_DEEPEST) // SIZE))
