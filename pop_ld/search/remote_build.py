"""The index of a release in a cluster: filled as fast as the cluster takes it, and not faster."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from hashlib import blake2b
from itertools import chain
from typing import Any

from pop_ld.config import Settings
from pop_ld.errors import SearchUnavailable, StoreError
from pop_ld.search import remote_index as indices
from pop_ld.search.entry import entry
from pop_ld.search.remote_client import Cluster, Refused, dumps
from pop_ld.search.schema import BAGS, FACET_FIELDS, INTEGERS, KEYS, REALS, STORED, TEXT_ORDERS, TOKENS

CHUNK_BYTES = 4_000_000
CHUNK_LINES = 2_000
SENDERS = 2
"""Requests that wait for the cluster at once, while the next is made here."""
PATIENCE = 300.0
"""Seconds in which a chunk must be taken, pauses included."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 20.0
_LATER = (429, 502, 503, 504)
_LONGEST_TERM = 8_000
"""Characters of a whole text: below the 32,766 bytes that Lucene takes, whatever the letters."""
_FIELDS = frozenset((*KEYS, *TOKENS, *BAGS, *FACET_FIELDS.values(), *INTEGERS, *REALS, *TEXT_ORDERS, "tie"))
_WHOLE = frozenset((*KEYS, *FACET_FIELDS.values(), *TEXT_ORDERS))
_SCORED = (*TOKENS, *BAGS)
FILLER = "·"
"""The word of a notice that has none in a field, which nobody asks for: Lucene counts only notices that have some when it says how rare
a word is, and Tantivy all."""

Line = tuple[str, bytes]
"""The key of a notice, and its lines of a bulk request."""


def _nothing(done: int) -> None:
    pass


def build(
    settings: Settings,
    release: str,
    documents: Iterable[Mapping[str, Any]],
    *,
    before: str = "",
    removed: Collection[str] = (),
    advance: Callable[[int], None] = _nothing,
) -> tuple[str, int]:
    """Makes the index of a release, upon that of the release before (``before``: its index) where there is one.

    Returns its name and how many notices it has. It serves nobody until :func:`pop_ld.search.remote_index.serve`. Raises StoreError
    where the cluster refuses a notice, SearchUnavailable where it does not answer: what is half-made is removed, now or next time.
    """
    asked = Cluster(settings)  # one of its own: a cluster that is busy loading is not one that is gone
    lengths = Lengths()
    cloned = bool(before) and indices.can_clone(asked, before)
    if cloned:
        name, boosts = indices.clone(asked, settings, before, release)
        _send(asked, name, _chunks((*map(_gone, removed),), (_put(document, lengths) for document in documents)), advance)
    else:
        name = indices.create(asked, settings, release)
        _send(asked, name, _chunks((), (_put(document, lengths) for document in documents)), advance)
        boosts = indices.tune(asked, name, lengths.shares())
    return name, indices.complete(asked, settings, name, release, boosts, cloned=cloned)


def key(iri: str) -> str:
    """The ``_id`` of a notice: short, whatever its IRI."""
    return blake2b(iri.encode("utf-8", "replace"), digest_size=16).hexdigest()


class Lengths:
    """How many words each field has in all, and in how many notices it has none."""

    def __init__(self) -> None:
        self._words: Counter[str] = Counter()
        self._empty: Counter[str] = Counter()

    def note(self, name: str, value: str | list[str]) -> None:
        """One field of one notice."""
        count = sum(text.count(" ") + 1 for text in ([value] if isinstance(value, str) else value) if text)
        self._words[name] += count
        self._empty[name] += not count

    def shares(self) -> dict[str, float]:
        """Field -> how many times the mean length that the index has, fillers counted, is that without them; those where it is not 1."""
        return {name: 1 + empty / self._words[name] for name, empty in self._empty.items() if empty and self._words[name]}


def source(document: Mapping[str, Any], lengths: Lengths) -> dict[str, Any]:
    """The fields of a notice as a cluster is given them."""
    found = entry(document)
    kept: dict[str, Any] = {name: found[name].decode("utf-8") for name in STORED}
    for name in found.keys() & _FIELDS:
        kept[name] = _cut(found[name]) if name in _WHOLE else found[name]
    for name in _SCORED:
        lengths.note(name, kept.get(name, ""))
        kept[name] = kept.get(name) or FILLER
    return kept


def _cut(value: Any) -> Any:
    if isinstance(value, str):
        return value[:_LONGEST_TERM]
    return [text[:_LONGEST_TERM] for text in value]


def _put(document: Mapping[str, Any], lengths: Lengths) -> Line:
    at = key(document["iri"])
    return at, b'{"index":{"_id":"%s"}}\n%s\n' % (at.encode(), dumps(source(document, lengths)))


def _gone(iri: str) -> Line:
    at = key(iri)
    return at, b'{"delete":{"_id":"%s"}}\n' % at.encode()


def _chunks(*lines: Iterable[Line]) -> Iterator[list[Line]]:
    chunk: list[Line] = []
    size = 0
    for line in chain(*lines):
        chunk.append(line)
        size += len(line[1])
        if size >= CHUNK_BYTES or len(chunk) >= CHUNK_LINES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _send(asked: Cluster, name: str, chunks: Iterable[list[Line]], advance: Callable[[int], None]) -> None:
    """Chunk by chunk, a few at once; memory is bounded by these, however slow the cluster."""
    waiting: set[Future[int]] = set()
    with ThreadPoolExecutor(SENDERS) as pool:
        try:
            for chunk in chunks:
                if len(waiting) > SENDERS:
                    done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    advance(sum(sent.result() for sent in done))
                waiting.add(pool.submit(_deliver, asked, name, chunk))
            while waiting:
                done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                advance(sum(sent.result() for sent in done))
        finally:
            for sent in waiting:
                sent.cancel()


def _deliver(asked: Cluster, name: str, chunk: list[Line]) -> int:
    """One chunk, again and again in growing pauses where the cluster says "later", in halves where it says "too much"."""
    left, pause, size, end = chunk, _FIRST_PAUSE, len(chunk), time.monotonic() + PATIENCE
    while left:
        part = left[:size]
        try:
            refused = _bulk(asked, name, part)
        except Refused as error:
            if error.status and error.status not in (*_LATER, 413):
                raise StoreError(f"the search cluster refuses notices: {error.message}") from error
            refused = part
            size = max(1, size // 2) if error.status in (413, 429) else size
            if error.status == 413 and len(part) == 1:
                raise StoreError(f"the search cluster refuses a notice for its size: {error.message}") from error
        if not refused:
            left, pause = left[size:], _FIRST_PAUSE
            continue
        left = [*refused, *left[len(part) :]]
        if time.monotonic() > end:
            raise SearchUnavailable(f"the search cluster took nothing more for {PATIENCE:.0f} s; see its log")
        time.sleep(pause * random.uniform(0.75, 1.25))
        pause = min(2 * pause, _LONGEST_PAUSE)
    return len(chunk)


def _bulk(asked: Cluster, name: str, chunk: list[Line]) -> list[Line]:
    """The lines that the cluster asks to be sent later. Raises StoreError for one that it will never take."""
    content = b"".join(line for _, line in chunk)
    wanted = {"filter_path": "errors,items.*.status,items.*.error.type,items.*.error.reason"}
    answer = asked.ask("POST", indices.path(name, "_bulk"), content, parameters=wanted, seconds=PATIENCE)
    if not answer.get("errors"):
        return []
    later = []
    for line, item in zip(chunk, answer["items"], strict=True):
        (said,) = item.values()
        if said["status"] in _LATER:
            later.append(line)
        elif said["status"] >= 400 and not (said["status"] == 404 and "delete" in item):
            error = said.get("error", {})
            raise StoreError(f"the search cluster refuses a notice: {error.get('type')}: {str(error.get('reason'))[:500]}")
    return later
