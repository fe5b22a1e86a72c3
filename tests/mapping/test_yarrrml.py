"""The YARRRML profile: what it takes, and what it refuses with a clear message."""

from pathlib import Path

import pytest

from pop_ld import iris
from pop_ld.errors import MappingError
from pop_ld.mapping import load_mapping

HEAD = """
prefixes:
  id: https://data.pop.culture.gouv.fr/id/
  pop: https://data.pop.culture.gouv.fr/def/pop#
  xsd: http://www.w3.org/2001/XMLSchema#
sources:
  notice: ["records.json~jsonpath", "$[*]"]
  DENO: ["records.json~jsonpath", "$[*].DENO[*]"]
mappings:
"""


def load(tmp_path: Path, mappings: str, site: str = iris.DEFAULT_SITE) -> list:
    file = tmp_path / "mapping.yarrrml.yml"
    file.write_text(HEAD + mappings, encoding="utf-8")
    return load_mapping(file, site)


def test_rules_of_every_kind(tmp_path: Path) -> None:
    (notice,) = load(
        tmp_path,
        """
  notice:
    sources: notice
    s: id:mnr/$(key)
    po:
      - [a, pop:Oeuvre]
      - [pop:HIST, $(HIST), fr~lang]
      - [pop:annee, $(created), xsd:gYear]
      - [pop:partie, id:mnr/$(key)#titre~iri]
      - [pop:page, $(page)~iri]
      - [pop:texte, toujours le même]
""",
    )
    assert notice.iterator == ""
    assert str(notice.subject) == "https://data.pop.culture.gouv.fr/id/mnr/{key}"
    kinds = [(str(r.object), r.kind, r.lang, r.datatype) for r in notice.rules]
    assert kinds == [
        (iris.ONTOLOGY + "Oeuvre", "iri", "", ""),
        ("{HIST}", "literal", "fr", ""),
        ("{created}", "literal", "", iris.XSD + "gYear"),
        ("https://data.pop.culture.gouv.fr/id/mnr/{key}#titre", "iri", "", ""),
        ("{page}", "iri", "", ""),
        ("toujours le même", "literal", "", ""),
    ]


def test_the_site_moves_but_the_ontology_stays(tmp_path: Path) -> None:
    (notice,) = load(tmp_path, "  n: {sources: notice, s: id:mnr/$(key), po: [[a, pop:Oeuvre]]}", "https://example.org/pop")
    assert str(notice.subject) == "https://example.org/pop/id/mnr/{key}"
    assert str(notice.rules[0].object) == iris.ONTOLOGY + "Oeuvre"


@pytest.mark.parametrize(
    ("mappings", "why"),
    [
        ("  n: {sources: notice, s: id:x/$(key), po: [[a, pop:X]], condition: y}", "exactly sources, s and po"),
        ("  n: {sources: other, s: id:x/$(key), po: [[a, pop:X]]}", "is not one"),
        ("  n: {sources: notice, s: nope:x/$(key), po: [[a, pop:X]]}", "unknown prefix"),
        ("  n: {sources: notice, s: 'id:x y/$(key)', po: [[a, pop:X]]}", "not a template"),
        ("  n: {sources: notice, s: id:x/$(key, po: [[a, pop:X]]}", ""),
        ("  n: {sources: notice, s: id:x/$(key), po: [[a, pop:X, xsd:int]]}", "no language or datatype"),
        ("  n: {sources: notice, s: id:x/$(key), po: [{p: a, o: b}]}", "is not [p, o]"),
        ("  n: {sources: notice, s: id:x/$(key), po: [['pop:$(x)', y]]}", "must be constant"),
    ],
)
def test_outside_the_profile(tmp_path: Path, mappings: str, why: str) -> None:
    with pytest.raises(MappingError) as error:
        load(tmp_path, mappings)
    assert why in str(error.value)
    assert "mapping.yarrrml.yml" in str(error.value)


def test_an_iterator_outside_the_profile(tmp_path: Path) -> None:
    file = tmp_path / "m.yml"
    file.write_text((HEAD + "  n: {sources: DENO, s: id:x/$(key), po: [[a, pop:X]]}").replace("$[*].DENO[*]", "$..DENO"), encoding="utf-8")
    with pytest.raises(MappingError, match="neither"):
        load_mapping(file)
