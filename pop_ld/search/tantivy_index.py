"""An open Tantivy index: query trees in, counts and hits out, few threads at a time, and its faults told as StoreUnavailable."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Hashable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import lru_cache
from threading import Lock
from typing import Any, TypeVar

import orjson
import tantivy
from tantivy import Query

from pop_ld.errors import StoreUnavailable
from pop_ld.search.contract import Hit
from pop_ld.search.nodes import All, AnyTerm, Flat, Node
from pop_ld.search.tantivy_query import Renderer

R = TypeVar("R")
S = TypeVar("S")

AT_ONCE = 2
"""Threads that ask the index at once: while one computes in Tantivy, without the interpreter's lock, another may in Python."""
_REMEMBERED = 500
_LIGHT = 300
"""Terms of a question that is remembered: the tiles of a circle are thousands, and nobody draws the same one twice."""
_QUERIES = 256
"""A question is counted, paged and counted by facets in one breath."""
_COUNT = {"n": {"value_count": {"field": "by_ref"}}}
"""Every notice has one ``by_ref``; to count it costs a tenth of a search that counts."""


class Turns:
    """Lets a few threads in, others in the order in which they came: threads that compute in Python all at once all answer later."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._changing = Lock()
        self._waiting: deque[Lock] = deque()

    def __enter__(self) -> None:
        with self._changing:
            if self._free:
                self._free -= 1
                return
            called = Lock()
            called.acquire()
            self._waiting.append(called)
        called.acquire()

    def take(self) -> bool:
        """Takes a place where one is free, which is to be given back."""
        with self._changing:
            free = self._free > 0
            self._free -= free
            return free

    def __exit__(self, *_: object) -> None:
        self.give_back()

    def give_back(self) -> None:
        """Hands a place to who came first, if anybody waits."""
        with self._changing:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1


class OpenIndex:
    """One release's index and what its readers share; a release never changes, so what was counted once stays true."""

    def __init__(self, searcher: tantivy.Searcher, schema: tantivy.Schema) -> None:
        self.searcher = searcher
        self.schema = schema
        self.query: Callable[[Node], Query] = remembered(_QUERIES, Renderer(searcher, schema))
        self._turns = Turns(AT_ONCE)
        self._helper = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="search")
        self.count: Callable[[Node], int] = remembered(_REMEMBERED, self._count)

    @contextmanager
    def answering(self) -> Iterator[None]:
        """A turn of Turns, with its faults told."""
        with self._turns, faults():
            yield

    def both(self, one: Callable[[], R], other: Callable[[], S]) -> tuple[R, S]:
        """What two functions give, within a turn; at once where another is free: to rank a million notices takes as long as to count."""
        if not self._turns.take():
            return one(), other()
        waiting = self._helper.submit(self._for_other, other)
        found = one()  # where it fails, the other comes to its end by itself
        return found, waiting.result()

    def _for_other(self, function: Callable[[], R]) -> R:
        try:
            return function()
        finally:
            self._turns.give_back()

    def _count(self, node: Node) -> int:
        return self.counted(self.aggregate(node, _COUNT))

    def aggregate(self, node: Node, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Aggregations in Tantivy's JSON (that of Elasticsearch) over the notices of a query tree."""
        return self.searcher.aggregate(self.query(bare(node)), dict(asked))

    @staticmethod
    def counting(asked: Mapping[str, Any]) -> dict[str, Any]:
        """The same aggregations, and the number of notices beside them: :meth:`counted` reads it."""
        return {**asked, **_COUNT}

    @staticmethod
    def counted(found: Mapping[str, Any]) -> int:
        """The number of notices that :meth:`counting` asked for."""
        return int(found["n"]["value"] or 0)

    def hit(self, address: tantivy.DocAddress, score: float = 1.0, full: bool = False) -> Hit:
        """The notice at an address."""
        document = self.searcher.doc(address)
        iri, base, ref, title, summary, image, point, changed = _read(document.get_first("hit") or b"")
        fields = _read(document.get_first("fields") or b"{}") if full else {}
        return Hit(iri, base, ref, title, summary, image, score, point, fields, changed)


def _read(text: bytes) -> Any:
    try:
        return orjson.loads(text)
    except ValueError:  # half of a pair, which entry.py keeps
        return json.loads(text)


def remembered(size: int, function: Callable[..., R]) -> Callable[..., R]:
    """A function of a query tree, and more, that remembers its last answers; those of trees with thousands of terms it does not."""
    kept = lru_cache(size)(function)

    def answer(node: Node, *more: Hashable) -> R:
        return function(node, *more) if _heavy(node) else kept(node, *more)

    return answer


def bare(node: Node) -> Node:
    """The same notices without what only ranks them, which Tantivy walks through even where nothing is ranked."""
    if isinstance(node, All) and node.parts:
        return All(tuple(map(bare, node.parts)), (), node.without)
    return Flat(bare(node.node), node.score) if isinstance(node, Flat) else node


def _heavy(node: Node) -> bool:
    if isinstance(node, Flat):
        return _heavy(node.node)
    return any(map(_heavy, node.parts)) if isinstance(node, All) else isinstance(node, AnyTerm) and len(node.texts) > _LIGHT


@contextmanager
def faults() -> Iterator[None]:
    """Tantivy tells a broken index as ValueError, OSError or a panic: all of them are StoreUnavailable here."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise StoreUnavailable(f"search index: {error}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # of pyo3_runtime, which cannot be imported
            raise
        raise StoreUnavailable(f"search index: {error}") from error
