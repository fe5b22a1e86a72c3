"""What a representation asks the store for: no more of a thing of many notices than it says."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode, Triple

from pop_ld import iris
from pop_ld.formats import schema_org
from pop_ld.formats.source import Source

SITE = "https://data.example"
WORK, AGENT = f"{SITE}/id/joconde/1", f"{SITE}/id/agent/joconde/anonyme"


class Hub:
    """Reads an agent of 100,000 works, of which all may not be asked for."""

    def describe(self, iri: str) -> list[Triple]:
        assert iri != AGENT, "an agent's works were walked through to name it"
        return []

    def objects(self, subject: str, predicate: str) -> list[NamedNode]:
        return [NamedNode(iris.CRM + "E21_Person")] if (subject, predicate) == (AGENT, iris.RDF + "type") else []

    def labels(self, things: Iterable[str]) -> dict[str, list[Literal]]:
        return {iri: [Literal("Anonyme")] for iri in things}


def test_a_maker_of_many_works_is_named_without_them() -> None:
    said = [(iris.RDFS + "label", Literal("Vase")), (iris.DCTERMS + "creator", NamedNode(AGENT))]
    source = Source(SITE, WORK, [Triple(NamedNode(WORK), NamedNode(name), value) for name, value in said], Hub(), {"name": "1"})
    assert schema_org.embedded(source, "fr")["creator"] == {"@type": "Person", "@id": AGENT, "name": "Anonyme"}
