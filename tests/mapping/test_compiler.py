"""Records become N-Triples: every literal escaped, absent fields silent, shared entities once."""

from pathlib import Path
from typing import Any

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop_ld import iris
from pop_ld.bases import load_bases
from pop_ld.mapping import compile_mapping, expand, load_mapping, to_rml
from pop_ld.mapping.compiler import escape

MAPPING = """
prefixes:
  id: https://data.pop.culture.gouv.fr/id/
  concept: https://data.pop.culture.gouv.fr/id/concept/
  pop: https://data.pop.culture.gouv.fr/def/pop#
  skos: http://www.w3.org/2004/02/skos/core#
sources:
  notice: ["records.json~jsonpath", "$[*]"]
  DENO: ["records.json~jsonpath", "$[*].DENO[*]"]
mappings:
  notice:
    sources: notice
    s: id:x/$(key)
    po:
      - [a, pop:Oeuvre]
      - [pop:HIST, $(HIST), fr~lang]
  DENO:
    sources: DENO
    s: id:x/$(key)
    po:
      - [pop:DENO, concept:x/DENO/$(concept)~iri]
      - [pop:rang, $(rank)]
      - [pop:mot, constant]
  part:
    sources: DENO
    s: id:x/$(key)#deno-$(rank)
    po:
      - [pop:label, $(label)]
  concept:
    sources: DENO
    s: concept:x/DENO/$(concept)
    po:
      - [a, skos:Concept]
      - [skos:prefLabel, $(label), fr~lang]
"""


def convert(tmp_path: Path, *records: dict[str, Any]) -> tuple[list[list[str]], set[str]]:
    file = tmp_path / "m.yml"
    file.write_text(MAPPING, encoding="utf-8")
    run = compile_mapping(load_mapping(file), "x")
    shared: set[str] = set()
    seen: dict[Any, Any] = {}
    made = []
    for record in records:
        lines: list[str] = []
        run(record, lines, shared, seen)
        made.append("".join(dict.fromkeys(lines)).splitlines())
    return made, shared


def test_absent_fields_are_silent_and_entities_shared(tmp_path: Path) -> None:
    item = {"label": "tableau", "concept": "tableau"}
    ((first, second), shared) = convert(
        tmp_path,
        {"key": "A", "REF": "A", "HIST": 'dit "le\\Grand"\nsuite', "DENO": [item, item]},
        {"key": "B%20C", "REF": "B C", "DENO": [item, {"label": "sans clé"}]},
    )
    site = iris.DEFAULT_SITE
    assert f'<{site}/id/x/A> <{iris.ONTOLOGY}HIST> "dit \\"le\\\\Grand\\"\\nsuite"@fr .' in first
    assert sum("DENO/tableau" in line for line in first) == 1, "said twice, written once"
    assert f'<{site}/id/x/A#deno-2> <{iris.ONTOLOGY}label> "tableau" .' in first
    assert not any("HIST" in line for line in second)
    assert f'<{site}/id/x/B%20C#deno-2> <{iris.ONTOLOGY}label> "sans clé" .' in second
    assert len(shared) == 2


@given(st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=200))
def test_any_text_survives_as_a_literal(text: str) -> None:
    line = f'<http://x/s> <http://x/p> "{escape(text)}" .\n'
    (quad,) = pyoxigraph.parse(line.encode("utf-8"), format=pyoxigraph.RdfFormat.N_TRIPLES)
    assert isinstance(quad.object, pyoxigraph.Literal)
    assert quad.object.value == text


def test_expanded_records_say_key_and_rank() -> None:
    assert expand({"key": "A", "X": [{"a": "1"}, {}]}) == {
        "key": "A",
        "X": [{"key": "A", "rank": "1", "a": "1"}, {"key": "A", "rank": "2"}],
    }


@pytest.mark.parametrize("slug", load_bases())
def test_the_rml_of_each_base_is_turtle(slug: str) -> None:
    text = to_rml(load_mapping(load_bases()[slug].mapping_file), "records.json")
    quads = list(pyoxigraph.parse(text.encode("utf-8"), format=pyoxigraph.RdfFormat.TURTLE))
    maps = {q.subject for q in quads if str(q.object) == "<http://www.w3.org/ns/r2rml#TriplesMap>"}
    assert len(maps) == len(load_mapping(load_bases()[slug].mapping_file))
