"""The modules of the page /sparql by themselves: terms, places, an answer that breaks off."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .conftest import Visitor


def module(page: Any, name: str, code: str) -> Any:
    """What a function of one of the page's modules gives: ``code`` is an expression over ``m``."""
    return page.evaluate(f"import('/static/sparql/{name}.js').then(async (m) => ({code}))")


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("", None),
        ("<https://x.example/a>", [True, "https://x.example/a", "", ""]),
        ('"a\\tb\\"\\\\\\u00e9"@fr', [False, 'a\tb"\\é', "fr", ""]),
        ('"3"^^<http://www.w3.org/2001/XMLSchema#integer>', [False, "3", "", "http://www.w3.org/2001/XMLSchema#integer"]),
        ("-1.5e3", [False, "-1.5e3", "", "http://www.w3.org/2001/XMLSchema#decimal"]),
        ("_:b0", [False, "_:b0", "", ""]),
        ("true", [False, "true", "", ""]),
        ("<< <urn:a> <urn:b> <urn:c> >>", [False, "<< <urn:a> <urn:b> <urn:c> >>", "", ""]),
    ],
)
def test_terms_of_tsv_are_read(visit: Visitor, text: str, term: list[Any] | None) -> None:
    page = visit().page
    shown = f"((t) => t && [t.iri, t.value, t.lang, t.datatype])(m.read({json.dumps(text)}))"
    assert module(page, "terms", shown) == term


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("POINT(2.35 48.85)", [48.85, 2.35]),
        ("<http://www.opengis.net/def/crs/EPSG/0/4326> Point (48.85 2.35)", [48.85, 2.35]),
        ("<http://www.opengis.net/def/crs/OGC/1.3/CRS84> POINT(-1 2)", [2, -1]),
        ("POINT(200 48)", None),
        ("POLYGON((1 2, 3 4, 1 2))", None),
    ],
)
def test_points_are_placed_by_their_axes(visit: Visitor, text: str, place: list[float] | None) -> None:
    page = visit().page
    wkt = "http://www.opengis.net/ont/geosparql#wktLiteral"
    rows = f"[[m.literal({json.dumps(text)}, '', '{wkt}')], [m.literal('POINT(0 0)', '', '{wkt}')]]"
    assert module(page, "terms", f"m.locator(['a'], {rows})({rows}[0])") == place


def test_an_answer_that_breaks_off_is_said_to_be_a_part(visit: Visitor) -> None:
    page = visit().page
    found = page.evaluate("""async () => {
      const { ask } = await import('/static/sparql/ask.js');
      const body = new ReadableStream({
        start: (to) => to.enqueue(new TextEncoder().encode('?a\\n"1"\\n"2')),
        pull: (to) => to.error(new TypeError('network error')),
      });
      window.fetch = async () => new Response(body, { headers: { 'Content-Type': 'text/tab-separated-values; charset=utf-8' } });
      const { cut, rows } = await ask('SELECT', { lang: 'fr', signal: new AbortController().signal, read: (text) => text });
      return { cut, rows };
    }""")
    assert found == {"cut": True, "rows": [['"1"']]}
