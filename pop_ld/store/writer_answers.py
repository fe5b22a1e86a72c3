"""Queries and graphs read from the writer's store, as files: for the operator, who sees changes before they are published.

No worker runs these: they have neither deadline nor limit of memory, only the budget of bytes.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import IO, Any, TypeVar

from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, Store

from pop_ld.errors import PopError, QueryFailed, QueryForbidden
from pop_ld.store import guard, results, syntax
from pop_ld.store.output import Output
from pop_ld.store.snapshots import Writer

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """An answer in a temporary file, which is open at its beginning and goes when it is closed; ``size`` in bytes."""

    media_type: str
    file: IO[bytes]
    size: int


def query(
    writer: Writer,
    text: str,
    base: str,
    accept: str,
    *,
    default_graphs: Sequence[str] = (),
    named_graphs: Sequence[str] = (),
    allowed: Sequence[str] = (),
    limit: int,
) -> FileAnswer:
    """Answers a query from the writer's state, in at most ``limit`` bytes; ``base`` is what relative IRIs are resolved against.

    Raises QueryError and its kinds, NotAcceptable.
    """
    if guard.calls_service(text, allowed):
        raise QueryForbidden("SERVICE is allowed for the addresses of the setting service_allow alone")
    dataset = results.dataset(default_graphs, named_graphs)

    def work(store: Store) -> FileAnswer:
        try:
            found = store.query(text, base_iri=base, **dataset)
        except (SyntaxError, UnicodeEncodeError) as error:
            raise syntax.error(str(error), text) from None
        form, name = results.chosen(accept, results.offers(found))
        return _written(lambda out: found.serialize(out, results.written_as(form)), form, name, limit)  # type: ignore[arg-type]

    return _read(writer, work)


def graph(writer: Writer, name: str, accept: str, limit: int) -> FileAnswer | None:
    """A graph of the writer's state, "" the default one; None where there is none of that name. Raises NotAcceptable, ResultTooLarge."""
    form, media_type = results.chosen(accept, results.GRAPHS)
    assert isinstance(form, RdfFormat)

    def work(store: Store) -> FileAnswer | None:
        if name and not store.contains_named_graph(NamedNode(name)):
            return None
        source = NamedNode(name) if name else DefaultGraph()
        return _written(lambda out: store.dump(out, form, from_graph=source), form, media_type, limit)

    return _read(writer, work)


def has_graph(writer: Writer, name: str) -> bool:
    """Whether there is a named graph of that name; an empty one counts."""
    return writer.read(lambda store: store.contains_named_graph(NamedNode(name)))


def _read(writer: Writer, work: Callable[[Store], T]) -> T:
    try:
        return writer.read(work)
    except PopError as error:
        error.__context__ = error.__cause__ = None
        raise error.with_traceback(None)  # noqa: B904 - its frames hold results, which may be let go in this thread alone
    except (RuntimeError, ValueError) as error:
        raise QueryFailed(f"the query failed: {error}") from None


def _written(write: Callable[[Any], object], form: results.Format, media_type: str, limit: int) -> FileAnswer:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    output = Output(file.fileno(), limit, "", xml=results.is_xml(form), csv=results.is_csv(form), spill=lambda: None)
    try:
        write(output)
        file.write(output.finish() or b"")
        file.flush()
    except BaseException:
        file.close()
        if output.fault:
            raise output.fault from None
        raise
    size = file.seek(0, 2)
    file.seek(0)
    return FileAnswer(media_type, file, size)
