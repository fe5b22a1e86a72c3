"""A query worker: ``python -m pop_ld.store.worker STORE MEMORY STATUS RESULTS``; opens a release's store and answers queries.

One query a line of JSON on standard input, one at a time. The file descriptors STATUS and RESULTS are pipes to the parent:
status lines of JSON on one (``ready``, then for each query ``begun``, ``media`` or ``error``, ``done``), the serialized answer on the
other, written by the engine in blocks. MEMORY is the limit in MiB. The parent ends a query by killing its worker.
"""

from __future__ import annotations

import io
import json
import os
import re
import signal
import sys
from typing import Any

from pyoxigraph import NamedNode, QueryBoolean, QuerySolutions, QueryTriples, Store

from pop_ld.errors import NotAcceptable, PopError, QueryFailed, QueryForbidden, QueryMemoryError, QuerySyntaxError
from pop_ld.store import guard, results, sandbox

_MESSAGE_LIMIT = 2000
_PLACE = re.compile(r"error at (\d+):")
_NOT_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
_NO_LOCAL_NAME = re.compile(rb"<[^<>\s:/]+:[\s>]")


class _XmlOutput(io.RawIOBase):
    """Passes XML on, unless it would not be XML: the engine writes control characters and unsplittable predicates as they are."""

    def __init__(self, output: io.FileIO) -> None:
        self._output = output
        self._tail = b""
        self.fault = ""

    def writable(self) -> bool:
        return True

    def write(self, block: Any) -> int:
        seen = self._tail + bytes(block)
        if _NOT_XML.search(seen):
            self.fault = "a literal holds a control character, which XML cannot carry"
        elif _NO_LOCAL_NAME.search(seen):
            self.fault = "a predicate has no part that XML could use as a name"
        if self.fault:
            raise OSError(self.fault)
        self._tail = seen[-256:]
        return self._output.write(block)


def main(arguments: list[str]) -> None:
    """Serves until standard input ends, or until a query has left the process too large to go on."""
    path, memory, status, output = arguments[0], int(arguments[1]), int(arguments[2]), io.FileIO(int(arguments[3]), "w")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sandbox.die_with_parent()
    sandbox.die_first()
    sandbox.forbid_sockets()
    try:
        store = Store.read_only(path)
    except OSError as error:
        _tell(status, error="QueryFailed", message=f"the store cannot be opened: {error}")
        return
    sandbox.limit_memory(memory)
    ceiling = sandbox.mapped_bytes() + (memory << 20) // 4
    _tell(status, ready=True)
    for line in sys.stdin.buffer:
        _tell(status, begun=True)
        try:
            _answer(store, json.loads(line), status, output)
        except PopError as error:
            _tell(status, error=type(error).__name__, message=error.message[:_MESSAGE_LIMIT], line=error.line, offers=_offers(error))
        except MemoryError:
            _tell(status, error="QueryMemoryError", message="")
            return
        large = sandbox.mapped_bytes() > ceiling
        _tell(status, done=True, last=large)
        if large:
            return


def _answer(store: Store, request: dict[str, Any], status: int, output: io.FileIO) -> None:
    found = _query(store, request)
    forms = results.offers(found)
    chosen = results.choose(request["accept"], forms)
    if chosen is None:
        raise NotAcceptable("no format of ours is accepted", offers=tuple(map(results.media_type, forms)))
    form, name = chosen
    _tell(status, media=name)
    checked = _XmlOutput(output) if results.is_xml(form) else None
    try:
        # A file object, not its path: given a path, the engine ends with fsync, which a pipe refuses. As fast by measurement.
        found.serialize(checked or output, form)  # type: ignore[arg-type]
    except BrokenPipeError:
        raise SystemExit(0) from None
    except Exception as error:
        if checked and checked.fault:
            raise QueryFailed(f"{checked.fault}: ask for another format than {name}") from None
        raise _failure(error) from error


def _query(store: Store, request: dict[str, Any]) -> QuerySolutions | QueryBoolean | QueryTriples:
    query = request["query"]
    if guard.calls_service(query):
        raise QueryForbidden("SERVICE is not allowed on this endpoint")
    dataset = _dataset(request)
    try:
        return store.query(query, **dataset)
    except (SyntaxError, UnicodeEncodeError) as error:
        if update := guard.update_keyword(query):
            raise QueryForbidden(f"{update} is an update, and this endpoint answers queries only") from None
        place = _PLACE.search(str(error))
        raise QuerySyntaxError(str(error), line=int(place[1]) if place else 0) from None
    except Exception as error:
        raise _failure(error) from error


def _dataset(request: dict[str, Any]) -> dict[str, Any]:
    """The protocol's dataset; where it names one kind of graph only, the other kind is empty (SPARQL 1.1 Protocol §2.1.4)."""
    given = {"default_graph": request["default_graphs"], "named_graphs": request["named_graphs"]}
    try:
        return {name: [NamedNode(iri) for iri in iris] for name, iris in given.items()} if any(given.values()) else {}
    except ValueError as error:
        raise QuerySyntaxError(f"a graph of the dataset is no absolute IRI: {error}") from None


def _failure(error: Exception) -> PopError:
    return QueryMemoryError("") if isinstance(error, MemoryError) else QueryFailed(f"the query failed: {error}")


def _offers(error: PopError) -> tuple[str, ...]:
    return error.offers if isinstance(error, NotAcceptable) else ()


def _tell(status: int, **message: Any) -> None:
    os.write(status, json.dumps(message).encode() + b"\n")


if __name__ == "__main__":
    main(sys.argv[1:])
