"""Pages of an answer: one order whatever the segments, so that pages join without a gap or an overlap, at any depth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

from tantivy import DocAddress, Order

from pop_ld.search.contract import Hit
from pop_ld.search.nodes import All, Between, Flat, Node
from pop_ld.search.schema import ORDER_FIELDS
from pop_ld.search.tantivy_index import OpenIndex, faults

LONGEST_RUN = 1_000
"""Equal ranks are put in order by base and REF up to so many; a longer run stays in the order of the index, which is one order too."""
_SPARE = 16
_CHUNKS = (500, 2_000)
"""Notices that a scan finds at once: few at first, for an early first line; each find is a pass over all that is left.

No more, for pages wait meanwhile: of 48,503, on a busy machine, 1,000 took 17 to 69 ms, 5,000 85 to 580 ms, 20,000 up to 1.9 s.
"""

Ranked = list[tuple[float, DocAddress]]


class Pages:
    """Pages through the notices of a query tree."""

    def __init__(self, index: OpenIndex) -> None:
        self._index = index

    def ranked(self, node: Node, offset: int, limit: int) -> Ranked:
        """Best first, with scores: the tie breaker parts most equal ones, base and REF the rest."""
        query = self._index.query(node)
        search = self._index.searcher.search
        return self._in_runs(
            lambda start, wanted: search(query, wanted, count=False, offset=start, weight_by_field="tie").hits, offset, limit
        )

    def sorted(self, node: Node, order: str, after: str, offset: int, limit: int) -> tuple[list[DocAddress], str]:
        """The notices after a cursor in an order of ORDER_FIELDS, at most ``limit``, and the cursor of the next page, "" on the last."""
        number, text = ORDER_FIELDS[order]
        key, skip = _read_cursor(after)
        skip += offset
        narrowed = node if key is None else All((node, Flat(Between(number, low=key), 0.0)))
        query = self._index.query(narrowed)
        search = self._index.searcher.search
        if text:
            found = search(query, limit + 1, count=False, order_by_field=text, offset=skip, order=Order.Asc).hits
        else:
            found = self._in_runs(
                lambda start, wanted: search(query, wanted, count=False, offset=start, order_by_field=number, order=Order.Asc).hits,
                skip,
                limit + 1,
            )
        addresses = [address for _, address in found]
        if len(addresses) <= limit or not limit:
            return addresses[:limit], ""
        return addresses[:limit], self._cursor(node, number, key, skip, addresses[:limit])

    def _cursor(self, node: Node, number: str, key: int | None, skip: int, page: list[DocAddress]) -> str:
        """``number.n``: the next page begins after n notices of that number."""
        numbers = self._index.searcher.fast_field_values(number, page)
        last = int(numbers[-1] or 0)
        run = sum(1 for each in numbers if each == last)
        if run == len(numbers) and skip:  # the run may have begun before the page
            before = 0 if key == last else self._index.count(All((node, Flat(Between(number, key, last - 1), 0.0))))
            run = skip + run - before
        return f"{last}.{run}"

    def _in_runs(self, fetch: Callable[[int, int], list[Any]], offset: int, limit: int) -> Ranked:
        """A slice of what ``fetch`` gives by rank, each run of equal ranks by base and REF.

        It looks so far before and behind the slice that a run which is cut there is one of those that are left as they are.
        """
        if not limit:
            return []
        before = max(0, offset - LONGEST_RUN - 1)
        first, end = offset - before, offset - before + limit
        found = fetch(before, end + _SPARE)
        if len(found) == end + _SPARE and found[-1][0] == found[end - 1][0]:
            found = fetch(before, end + LONGEST_RUN + 1)
        kept: Ranked = []
        start = 0
        for rank, group in groupby(found, key=lambda hit: hit[0]):
            run = [address for _, address in group]
            if start < end and start + len(run) > first:
                if 1 < len(run) <= LONGEST_RUN:
                    run.sort(key=self._by_ref)
                kept += [(rank, address) for address in run[max(0, first - start) : end - start]]
            start += len(run)
        return kept

    def _by_ref(self, address: DocAddress) -> tuple[str, str]:
        hit = self._index.hit(address)
        return hit.base, hit.ref

    def scan(self, node: Node, order: str, full: bool) -> Iterator[Hit]:
        """Every notice, once each; holds the addresses of one chunk."""
        after, chunks = "", iter(_CHUNKS)
        size = next(chunks)
        while True:
            with self._index.answering():
                addresses, after = self.sorted(node, order, after, 0, size)
            for address in addresses:
                with faults():
                    hit = self._index.hit(address, full=full)
                yield hit
            if not after:
                return
            size = next(chunks, size)


def _read_cursor(text: str) -> tuple[int | None, int]:
    """(number, notices of it to skip); (None, 0) for what is no cursor."""
    number, _, skipped = text.partition(".")
    if number.removeprefix("-").isdecimal() and skipped.isdecimal() and text.isascii() and len(text) < 40 and len(skipped) < 10:
        return min(max(int(number), -(1 << 63)), (1 << 63) - 1), int(skipped)
    return None, 0


def read_rank(text: str) -> int:
    """How many notices the pages before a cursor by relevance held."""
    number, skipped = _read_cursor(text)
    return skipped if number == 0 else 0
