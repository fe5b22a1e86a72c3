"""Solutions that were put in order or counted here, given back as the engine's own results: it reads them as TSV, lazily."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pyoxigraph import QueryResultsFormat, QuerySolution, QuerySolutions, Triple, parse_query_results


def line(row: QuerySolution, width: int) -> bytes:
    """The first ``width`` columns of a solution as a line of TSV (SPARQL 1.1 Query Results CSV and TSV §4)."""
    return ("\t".join([written(row[column]) for column in range(width)]) + "\n").encode()


def written(term: object) -> str:
    """A term as SPARQL and TSV have it; "" for an unbound one."""
    if term is None:
        return ""
    return f"<<( {term} )>>" if type(term) is Triple else str(term)


def results(variables: Sequence[str], lines: Iterable[bytes]) -> QuerySolutions:
    """Results with these variables, each written ``?x``, and these lines; blank nodes keep their names."""
    head = ("\t".join(variables) + "\n").encode()
    found = parse_query_results(b"".join((head, *lines)), QueryResultsFormat.TSV)
    assert isinstance(found, QuerySolutions)
    return found
