"""CSV of solutions: what was bound comes back from it, whatever it holds."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, QueryResultsFormat, QuerySolutions, Store

from pop_ld.store.csv_results import CsvFromTsv

PREDICATE = NamedNode("http://x.example/p")
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20) | st.text('\\\t\n\r",;<>@^?_:a', max_size=20)
TERMS = st.one_of(
    st.builds(Literal, TEXTS),
    st.builds(lambda text: Literal(text, language="fr"), TEXTS),
    st.builds(lambda text: Literal(text, datatype=NamedNode("http://x.example/a,b")), TEXTS),
    st.builds(Literal, st.integers() | st.floats(allow_nan=False) | st.booleans()),
    st.builds(lambda text: NamedNode("http://x.example/" + text), st.text("ab,;'?é", max_size=10)),
    st.builds(BlankNode),
)


def turned(tsv: bytes, size: int) -> bytes:
    converter = CsvFromTsv()
    blocks = [tsv[start : start + size] for start in range(0, len(tsv), size)]
    return b"".join(map(converter.feed, blocks)) + converter.end()


@given(st.lists(TERMS, max_size=8), st.integers(1, 50))
def test_every_term_comes_back_whatever_the_blocks(terms: list[Literal | NamedNode | BlankNode], size: int) -> None:
    store = Store()
    for number, term in enumerate(terms):
        store.add(Quad(NamedNode(f"http://x.example/s,{number}"), PREDICATE, term))
    found = store.query("SELECT ?s ?missing ?o { ?s ?p ?o } ORDER BY ?s")
    assert isinstance(found, QuerySolutions)
    text = turned(found.serialize(None, QueryResultsFormat.TSV), size).decode()
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0] == ["s", "missing", "o"]
    expected = [[f"http://x.example/s,{n}", "", str(t) if isinstance(t, BlankNode) else t.value] for n, t in enumerate(terms)]
    assert rows[1:] == expected
    assert text.count("\r\n") >= len(rows)


def test_it_says_what_the_engine_says_where_that_is_right() -> None:
    store = Store()
    for value in ("a", 'quo"te', "line\nfeed", "tab\there", "back\\slash", "virg,ule", "é", ""):
        store.add(Quad(NamedNode("http://x.example/s"), PREDICATE, Literal(value)))
    query = "SELECT ?s ?o ?no { ?s ?p ?o }"
    mine = turned(store.query(query).serialize(None, QueryResultsFormat.TSV), 7)  # type: ignore[union-attr,call-arg,arg-type]
    engine = store.query(query).serialize(None, QueryResultsFormat.CSV)  # type: ignore[union-attr,call-arg,arg-type]
    assert list(csv.reader(io.StringIO(mine.decode(), newline=""))) == list(csv.reader(io.StringIO(engine.decode(), newline="")))


@pytest.mark.parametrize("query", ["ASK {}", "SELECT ?a {}", "SELECT ?a { VALUES ?a { UNDEF 1 } }"])
def test_small_answers(query: str) -> None:
    tsv = Store().query(query).serialize(None, QueryResultsFormat.TSV)  # type: ignore[union-attr,call-arg,arg-type]
    expected = {"ASK {}": b"true", "SELECT ?a {}": b"a\r\n\r\n", "SELECT ?a { VALUES ?a { UNDEF 1 } }": b"a\r\n\r\n1\r\n"}
    assert turned(tsv, 3) == expected[query]
