"""A query worker: ``python -m pop_ld.store.worker STORE MEMORY STATUS RESULTS NETWORK``; opens a release's store and answers queries.

One query a line of JSON on standard input, one at a time. The file descriptors STATUS and RESULTS are pipes to the parent. On the first
go messages, each a line of JSON: ``ready``, then for each query one of ``error`` and ``done``. A short answer follows its ``done`` line,
which says its length as ``inline``; a long one is announced by ``media`` and goes to RESULTS. MEMORY is the limit in MiB; NETWORK is 1
for a worker that may open sockets, because its query calls services that are allowed. The parent ends a query by killing its worker;
a query that passes MEMORY ends its worker too: the engine aborts, and Python exits with ``sandbox.OUT_OF_MEMORY``.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
from pathlib import Path
from typing import Any

from pyoxigraph import Store

from pop_ld.errors import NotAcceptable, PopError, QueryFailed, QueryForbidden, QuerySyntaxError
from pop_ld.store import guard, results, sandbox, statistics, syntax
from pop_ld.store.output import Output
from pop_ld.store.rewriting import Answered, run

_MESSAGE_LIMIT = 2000
_NO_MEMORY = (MemoryError, SystemError)
"""What Python raises at the limit. CPython 3.11 finds no exception set ("error return without exception set") where it cannot allocate
a frame, and raises SystemError; nothing else has been seen to raise that here."""
_NO_FUNCTION = re.compile(r"custom (?:aggregate )?function .* is not supported", re.IGNORECASE)


def main(arguments: list[str]) -> None:
    """Serves until standard input ends, or until a query has left the process too large to go on, or without memory."""
    try:
        _serve(arguments)
    except _NO_MEMORY:
        os._exit(sandbox.OUT_OF_MEMORY)  # to tell more, or to end in an orderly way, would take memory that is not there


def _serve(arguments: list[str]) -> None:
    path, memory, status, pipe = arguments[0], *map(int, arguments[1:4])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sandbox.die_with_parent()
    sandbox.die_first()
    if arguments[4] != "1":
        sandbox.forbid_sockets()
    try:
        store = Store.read_only(path)
    except OSError as error:
        _tell(status, error="QueryFailed", message=f"the store cannot be opened: {error}")
        return
    counts = statistics.load(Path(path).parent)
    sandbox.limit_memory(memory)
    ceiling = sandbox.mapped_bytes() + (memory << 20) // 4
    _tell(status, ready=True)
    for line in sys.stdin.buffer:
        try:
            said, body = _answer(store, counts, json.loads(line), status, pipe)
        except PopError as error:
            said, body = _told(error), b""
        large = sandbox.mapped_bytes() > ceiling
        _tell(status, body, **said, done=True, last=large)
        if large:
            return


def _answer(
    store: Store, counts: statistics.Statistics | None, request: dict[str, Any], status: int, pipe: int
) -> tuple[dict[str, Any], bytes]:
    """What the last status message says, and the answer where it is short."""
    answered = _run(store, counts, request)
    form, name = results.chosen(request["accept"], results.offers(answered.results))
    about: dict[str, Any] = {"media": name, "rewrites": answered.rewrites}

    def spill() -> None:
        _tell(status, **about, coding=output.coding)

    output = Output(pipe, request["limit"], request["coding"], xml=results.is_xml(form), csv=results.is_csv(form), spill=spill)
    try:
        # A file object, not its path: given a path, the engine ends with fsync, which a pipe refuses. As fast by measurement.
        answered.results.serialize(output, results.written_as(form))  # type: ignore[arg-type]
        body = output.finish()
    except BrokenPipeError:
        raise SystemExit(0) from None
    except _NO_MEMORY:
        raise
    except Exception as error:
        if isinstance(output.fault, QueryFailed):
            raise QueryFailed(f"{output.fault.message}: ask for another format than {name}") from None
        raise output.fault or _failure(error) from error
    return {**about, "coding": output.coding, "size": output.size, "inline": None if body is None else len(body)}, body or b""


def _run(store: Store, counts: statistics.Statistics | None, request: dict[str, Any]) -> Answered:
    query = request["query"]
    if guard.calls_service(query, request["services"]):
        raise QueryForbidden("SERVICE is not allowed on this endpoint")
    dataset = results.dataset(request["default_graphs"], request["named_graphs"])
    try:
        return run(store, query, dataset=dataset, statistics=counts, hits=request["hits"])
    except (SyntaxError, UnicodeEncodeError) as error:
        if found := _relative(store, query, dataset, request["base"]):
            return found
        if update := guard.update_keyword(query):
            raise QueryForbidden(f"{update} is an update, and this endpoint answers queries only") from None
        raise syntax.error(str(error), query) from None
    except (PopError, *_NO_MEMORY):
        raise
    except Exception as error:
        raise _failure(error) from error


def _relative(store: Store, query: str, dataset: dict[str, Any], base: str) -> Answered | None:
    """The answer to a query with relative IRIs, which are relative to the endpoint (SPARQL 1.1 §4.1.1.2); None for any other fault."""
    try:
        return Answered(store.query(query, base_iri=base, **dataset))
    except (SyntaxError, UnicodeEncodeError):
        return None


def _failure(error: Exception) -> PopError:
    if _NO_FUNCTION.search(str(error)):
        return QuerySyntaxError(str(error))
    return QueryFailed(f"the query failed: {error}")


def _told(error: PopError) -> dict[str, Any]:
    """An exception as ``answer`` makes it again."""
    more: dict[str, Any] = {}
    if isinstance(error, QuerySyntaxError):
        more = {"line": error.line, "column": error.column, "excerpt": error.excerpt, "mark": error.mark}
    elif isinstance(error, NotAcceptable):
        more = {"offers": error.offers}
    return {"error": type(error).__name__, "message": error.message[:_MESSAGE_LIMIT], "more": more}


def _tell(status: int, body: bytes = b"", **message: Any) -> None:
    data = memoryview(json.dumps(message).encode() + b"\n" + body)
    while data:
        data = data[os.write(status, data) :]


if __name__ == "__main__":
    main(sys.argv[1:])
