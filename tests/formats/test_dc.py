"""Dublin Core: the table and what it gives, in terms and in plain elements."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode

from pop_ld import iris
from pop_ld.bases import load_bases
from pop_ld.errors import MappingError
from pop_ld.formats import crosswalk, dc
from tests.formats.conftest import KINDS, Released

SITE = iris.DEFAULT_SITE
ELEMENTS = (
    *("contributor", "coverage", "creator", "date", "description", "format", "identifier", "language"),
    *("publisher", "relation", "rights", "source", "subject", "title", "type"),
)
"""The fifteen of DCMES 1.1."""

TERMS = (
    *("alternative", "contributor", "created", "creator", "date", "description", "extent", "hasPart", "identifier", "isPartOf"),
    *("isReferencedBy", "issued", "language", "medium", "modified", "provenance", "relation", "rights", "source", "spatial"),
    *("subject", "temporal", "title", "type"),
)


def said(samples: Released, local: str) -> dict[str, list[str]]:
    """Property -> texts and IRIs, of the thing and of its document."""
    found: dict[str, list[str]] = {}
    for triple in dc.triples(samples.source(f"{SITE}/id/{local}")):
        name = triple.predicate.value.replace(iris.DCTERMS, "dcterms:").replace(iris.DC, "dc:")
        found.setdefault(name, []).append(triple.object.value)  # type: ignore[union-attr]
    return found


def test_a_painting(samples: Released) -> None:
    found = said(samples, "joconde/M9001000201")
    assert found["dc:title"] == found["dcterms:title"] == ["Le Serpent et la lime"]
    assert found["dcterms:creator"] == [f"{SITE}/id/agent/joconde/BRUNET_Am%C3%A9lie"]
    assert found["dc:creator"] == ["BRUNET Amélie"]
    assert set(found["dc:type"]) == {"étude", "tableau", "peinture", "PhysicalObject"}
    assert iris.DCMITYPE + "PhysicalObject" in found["dcterms:type"]
    assert found["dc:date"] == ["1884"] and found["dcterms:issued"] == ["2008-01-15"]
    assert found["dc:publisher"] == ["musée Amélie-Brunet (Val-sur-Ource)"]
    assert "H. 2,10 m ; l. 145 cm" in found["dc:format"] and "lime" in found["dc:subject"]


def test_only_dublin_core_and_nothing_blank(samples: Released) -> None:
    known = {iris.DC + name for name in ELEMENTS} | {iris.DCTERMS + name for name in TERMS} | {iris.FOAF + "primaryTopic"}
    seen = Counter[str]()
    for source in samples.sources():
        triples = dc.triples(source)
        assert triples and len(triples) == len(set(triples)), source.thing
        for triple in triples:
            assert triple.predicate.value in known, triple
            assert triple.subject in (NamedNode(source.thing), NamedNode(source.document))
            value = triple.object
            assert isinstance(value, Literal | NamedNode) and value.value.strip() and not value.value.startswith("mailto:")
            if triple.predicate.value.startswith(iris.DC):
                assert isinstance(value, Literal)
            seen[triple.predicate.value] += 1
    assert {name for name in ELEMENTS if seen[iris.DC + name]} == set(ELEMENTS), "every element is given by some sample"
    assert {name for name in TERMS if seen[iris.DCTERMS + name]} == set(TERMS)


def test_every_line_of_the_table_finds_something_in_the_samples(samples: Released) -> None:
    """A property that no notice has is a mistake in the table, but those of thesauri, which the samples have not installed."""
    used = {
        (source.base.slug, rule) for source in samples.sources(tuple(load_bases())) if source.base for rule, _ in crosswalk.crossed(source)
    }
    used |= {("", rule) for source in samples.sources(KINDS) for rule, _ in crosswalk.crossed(source)}
    found = {rule for _, rule in used}
    missing = [rule.path for base in ("", *load_bases()) for rule in crosswalk.rules(base) if rule not in found]
    assert [path for path in missing if not path[0][0].startswith(iris.SKOS)] == []


def test_a_bad_line_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dc.csv").write_text("base,of,property,element,term,edm,remark\n*,,nobody:x,title,title,,\n", encoding="utf-8")
    monkeypatch.setattr(crosswalk.resources, "folder", lambda name: tmp_path)
    crosswalk.rules.cache_clear()
    try:
        with pytest.raises(MappingError) as error:
            crosswalk.rules("joconde")
        assert error.value.line == 2
    finally:
        monkeypatch.undo()
        crosswalk.rules.cache_clear()
