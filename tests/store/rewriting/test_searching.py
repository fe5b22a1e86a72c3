"""``pop:search``: what stands in its place, the same rows as the search made by hand, and what is refused."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from pyoxigraph import QuerySolutions, Store

from pop_ld import iris, pipeline, search, store
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.errors import QueryFailed, QuerySyntaxError
from pop_ld.search.contract import SearchReader
from pop_ld.store.rewriting.searching import FEW, LONGEST_TEXT, MOST_HITS, MOST_TEXTS, refuse_unread, rewritten, texts
from pop_ld.store.rewriting.tree import parse

PREFIXES = f"PREFIX pop: <{iris.ONTOLOGY}>\nPREFIX rdfs: <{iris.RDFS}>\nPREFIX dcterms: <{iris.DCTERMS}>\nPREFIX crm: <{iris.CRM}>\n"
A, B = "https://site.example/id/x/A", "https://site.example/id/x/B"
HITS = {"vierge": [(A, 12.5), (B, 2.0)], "enfant": [(B, 3.25)], "rien": []}


def with_values(query: str, hits: dict[str, list[tuple[str, float]]] | None = None) -> str | None:
    tree = parse(PREFIXES + query)
    assert tree
    found = rewritten(tree, HITS if hits is None else hits)
    return found and found.removeprefix(PREFIXES)


V = f"VALUES ?n {{ <{A}> <{B}> }}"
SCORED = f"VALUES (?n ?s) {{ (<{A}> 12.500000) (<{B}> 2.000000) }}"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('SELECT * { ?n pop:search "vierge" }', f"SELECT * {{ {V} }}"),
        ('SELECT * { ?n pop:search "vierge"@fr . ?n a ?c }', f"SELECT * {{ {V} ?n a ?c }}"),
        ("SELECT * { ?n a ?c ; pop:search 'vierge' ; pop:score ?s ; a ?d }", f"SELECT * {{ {SCORED} ?n a ?c ; a ?d }}"),
        ('SELECT * { ?n a ?c . ?n pop:search "vierge" FILTER(1=1) $n pop:score ?s }', f"SELECT * {{ {SCORED} ?n a ?c . FILTER(1=1) }}"),
        ('SELECT * { _:b a ?c . ?n pop:search "vierge" . _:b a ?n }', f"SELECT * {{ {V} _:b a ?c . _:b a ?n }}"),
        ('SELECT * { OPTIONAL { ?n a ?c } ?n pop:search "vierge" . }', f"SELECT * {{ OPTIONAL {{ ?n a ?c }} {V} }}"),
        ('SELECT * { ?n pop:search "vierge", "enfant" }', f"SELECT * {{ {V} VALUES ?n {{ <{B}> }} }}"),
        ('SELECT * { ?n pop:search "rien" }', "SELECT * { VALUES ?n { } }"),
        (f'SELECT * {{ ?n <{iris.ONTOLOGY}search> """vierge""" }}', f"SELECT * {{ {V} }}"),
        ('SELECT * { ?n pop:search "vierge" # . one\n . ?n a ?c }', f"SELECT * {{ {V} # . one ?n a ?c }}"),
        ('CONSTRUCT { ?n pop:score ?s } { ?n pop:search "vierge" ; pop:score ?s }', f"CONSTRUCT {{ ?n pop:score ?s }} {{ {SCORED} }}"),
        ("SELECT * { pop:search rdfs:label ?l . ?x ?y pop:score FILTER(?y != pop:search) }", None),
        ('SELECT * { ?n ?p "pop:search" } # pop:search', None),
    ],
)
def test_the_triples_give_way_to_values(written: str, expected: str | None) -> None:
    found = with_values(written)
    assert (found and " ".join(found.split())) == expected
    Store().query(PREFIXES + (found or written))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT * { ?n pop:search ?words }", "wants a text"),
        ("SELECT * { ?n pop:search 3 }", "wants a text"),
        ('SELECT * { ?n pop:search "1"^^<http://example.org/type> }', "wants a text"),
        ('SELECT * { ?n pop:search "  " }', "with a word"),
        (f'SELECT * {{ ?n pop:search "{"a" * (LONGEST_TEXT + 1)}" }}', "longer than 1,000"),
        (f'SELECT * {{ <{A}> pop:search "vierge" }}', "is a variable"),
        ('SELECT * { ?x rdfs:seeAlso [ pop:search "vierge" ] }', "is a variable"),
        ('SELECT * { [] pop:search "vierge" }', "is a variable"),
        ('SELECT * { ?n rdfs:seeAlso/pop:search "vierge" }', "property path"),
        ('SELECT * { ?n ^pop:search "vierge" }', "property path"),
        ('SELECT * { ?n !pop:search "vierge" }', "property path"),
        ('SELECT * { ?n pop:search|rdfs:label "vierge" }', "property path"),
        ("SELECT * { ?n pop:score ?s }", "beside it"),
        ('SELECT * { ?n pop:search "vierge" . ?m pop:score ?s }', "beside it"),
        ('SELECT * { ?n pop:search "vierge" OPTIONAL { ?n pop:score ?s } }', "beside it"),
        ('SELECT * { ?n pop:search "vierge" OPTIONAL { ?n a ?c } ?n pop:score ?s }', "beside it"),
        ('SELECT * { ?n pop:search "vierge" ; pop:score 3 }', "variable of its own"),
        ('SELECT * { ?n pop:search "vierge" ; pop:score ?n }', "variable of its own"),
        ('SELECT * { ?n pop:search "vierge" ; pop:score ?s, ?t }', "one variable"),
        ('SELECT * { ?n pop:search "vierge", "enfant" ; pop:score ?s }', "of none of them"),
        ('SELECT * { GRAPH ?g { ?n pop:search "vierge" } }', "outside GRAPH"),
        ('CONSTRUCT WHERE { ?n pop:search "vierge" }', "long form"),
        ("SELECT * { " + " ".join(f'?n{n} pop:search "{n}" .' for n in range(MOST_TEXTS + 1)) + " }", "at most 10"),
    ],
)
def test_what_a_search_cannot_be_is_said(query: str, said: str) -> None:
    with pytest.raises(QuerySyntaxError, match=said):
        texts(PREFIXES + query)


def test_a_query_that_has_no_tree_is_refused_and_not_answered_empty() -> None:
    query = PREFIXES + 'SELECT * { ?n pop:search "\\u0061" }'
    assert parse(query) is None and texts(query) == ()
    with pytest.raises(QuerySyntaxError, match="escapes"):
        refuse_unread(query)
    refuse_unread(PREFIXES + 'SELECT * { ?n rdfs:label "\\u0061" }')


def test_the_place_of_a_mistake_is_told() -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        texts(PREFIXES + "SELECT *\n{ ?é pop:search ?words }")
    assert (caught.value.line, caught.value.column) == (6, 17)


def test_the_texts_are_read_as_sparql_writes_them() -> None:
    query = r"""SELECT * { ?n pop:search 'L\'église', "a\tb" . ?m pop:search '''x "y" z''' . { ?n pop:search "a\tb" } UNION { ?n a ?c } }"""
    assert texts(PREFIXES + query) == ("L'église", "a\tb", 'x "y" z')


@pytest.mark.parametrize(
    "query", ["SELECT * { ?s ?p ?o }", 'SELECT * { ?s pop:SEARCH "x" ; pop:searched "y" }', 'SELECT * { ?s ?p "pop:search" }']
)
def test_other_queries_search_for_nothing(query: str) -> None:
    assert texts(PREFIXES + query) == ()


def test_a_text_that_was_not_looked_up_is_an_error() -> None:
    with pytest.raises(QueryFailed):
        with_values('SELECT * { ?n pop:search "vierge" }', {})


@pytest.mark.parametrize("iri", ["https://a.example/> } . ?x ?y ?z . { <b", "no scheme", "", "https://a.example/\\u003E"])
def test_only_an_iri_is_written_into_a_query(iri: str) -> None:
    with pytest.raises(QueryFailed):
        with_values('SELECT * { ?n pop:search "vierge" }', {"vierge": [(A, 1.0), (iri, 1.0)]})


def test_no_more_than_the_best_hits_are_written() -> None:
    found = with_values('SELECT * { ?n pop:search "x" }', {"x": [(f"{A}{n}", 1.0) for n in range(MOST_HITS + 5)]})
    assert found is not None and found.count("<") == MOST_HITS


def test_many_hits_are_a_sub_select_that_the_engine_hashes() -> None:
    query = 'SELECT ?n { ?n pop:search "x" ; a ?c OPTIONAL { ?n pop:search "x" ; pop:score ?s } }'
    things = [(f"{A}{n}", 1.0) for n in range(FEW)]
    found = with_values(query, {"x": things})
    assert found and found.count("{ SELECT * { VALUES ") == 2
    few = with_values(query, {"x": things[1:]})
    assert few and few.count("VALUES") == 2 and "SELECT *" not in few
    Store().query(PREFIXES + found)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, SearchReader]:
    """The store and the index of one release: the samples of every base."""
    data = tmp_path_factory.mktemp("searching")
    pipeline.load([file for base in load_bases().values() for file in base.samples], data, Settings(data=str(data)), quiet=True)
    release = store.current(data)
    return Store.read_only(str(release.path / "store")), search.open_search(release.path / "search")


@pytest.mark.parametrize(
    ("query", "by_hand"),
    [
        ('SELECT ?n ?s { ?n pop:search "église" ; pop:score ?s }', "SELECT ?n ?s { {?n ?s église} }"),
        ('SELECT ?n ?l { ?n rdfs:label ?l ; pop:search "église" }', "SELECT ?n ?l { {?n ?s1 église} ?n rdfs:label ?l }"),
        (
            'SELECT ?n ?s { ?n dcterms:identifier ?r OPTIONAL { ?n pop:search "église" ; pop:score ?s } }',
            "SELECT ?n ?s { ?n dcterms:identifier ?r OPTIONAL { {?n ?s église} } }",
        ),
        (
            'SELECT ?n { { ?n pop:search "église" } UNION { ?n pop:search "vierge" } }',
            "SELECT ?n { { {?n ?s1 église} } UNION { {?n ?s2 vierge} } }",
        ),
        (
            'SELECT ?n ?m { ?n pop:search "église" . ?m pop:search "peinture" }',
            "SELECT ?n ?m { {?n ?s1 église} {?m ?s2 peinture} }",
        ),
        (
            'SELECT ?c ?n { { SELECT ?n { ?n pop:search "peinture" ; pop:score ?s } ORDER BY DESC(?s) LIMIT 3 } ?n a ?c }',
            "SELECT ?c ?n { { SELECT ?n { {?n ?s peinture} } ORDER BY DESC(?s) LIMIT 3 } ?n a ?c }",
        ),
        (
            'SELECT ?n { ?n dcterms:identifier ?r FILTER NOT EXISTS { ?n pop:search "église" } }',
            "SELECT ?n { ?n dcterms:identifier ?r FILTER NOT EXISTS { {?n ?s1 église} } }",
        ),
        (
            'SELECT ?n { ?n dcterms:identifier ?r MINUS { ?n pop:search "peinture" } }',
            "SELECT ?n { ?n dcterms:identifier ?r MINUS { {?n ?s1 peinture} } }",
        ),
    ],
)
def test_the_rows_are_those_of_a_search_made_before(published: tuple[Store, SearchReader], query: str, by_hand: str) -> None:
    triples, index = published
    hits = {text: index.hits(text, MOST_HITS) for text in texts(PREFIXES + query)}
    assert all(hits.values())

    def data(place: re.Match[str]) -> str:
        rows = " ".join(f"(<{hit.iri}> {hit.score:.6f})" for hit in index.search(place[3], limit=MOST_HITS).hits)
        return f"VALUES ({place[1]} {place[2]}) {{ {rows} }}"

    rewritten_query = with_values(query, hits)
    assert rewritten_query
    found = rows_of(triples, rewritten_query)
    assert found and found == rows_of(triples, re.sub(r"\{(\?\w+) (\?\w+) (\w+)\}", data, by_hand))


def rows_of(triples: Store, query: str) -> Counter[str]:
    found = triples.query(PREFIXES + query)
    assert isinstance(found, QuerySolutions)
    return Counter(map(str, found))
