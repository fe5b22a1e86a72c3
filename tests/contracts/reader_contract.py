"""What every ResourceReader gives, held against the one over the data folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest
from contract_data import BROAD, HARD, MUSEUM, NARROW, SITE, TEXT
from pyoxigraph import BlankNode, Triple

from pop_ld import iris
from pop_ld.config import Settings
from pop_ld.relations import mirrors
from pop_ld.store import Release, ResourceReader, open_reader
from pop_ld.store.oxigraph import LABEL_LIMIT, OxigraphReader
from pop_ld.store.walk import SHOWN

HOSTILE = ["", " ", "not absolute", "http://x/ y", "http://x/\n", "http://x/>", "http://x/<", 'http://x/"', "\0", "http://[", "_:b", "?s",
           "\ud800", "http://x/\udfff", "http://x/%zz", "a:" + "x" * 2_000_000, "http://x/é\u202e", "<a:b>", "a:b> . <c:d", "//x", "#a",
           "a:b> ?p ?o } #", "http://x/} UNION { ?s ?p ?o", "http://x/\\u003e", f"{HARD}/../HARD", f"{SITE}/id/./mnr/HARD", "a:../b",
           "urn:x", "http://example.org:99999999/", "file:///etc/passwd", "HTTP://X/", "http://x/?a#b"]  # fmt: skip


def plain(triples: Iterable[Triple]) -> Counter[tuple[str, ...]]:
    """Triples that can be compared: blank nodes have no names."""
    return Counter(
        tuple("_" if isinstance(t, BlankNode) else str(t) for t in (triple.subject, triple.predicate, triple.object)) for triple in triples
    )


class ReaderContract:
    """A subclass names the fixture of its settings, and of how many things it looks at one: some stores are slow."""

    store: str
    step = 1

    @pytest.fixture
    def reader(self, request: pytest.FixtureRequest, published: Release) -> ResourceReader:
        settings: Settings = request.getfixturevalue(self.store)
        return open_reader(published, settings)

    def test_every_thing_is_described_as_from_the_data_folder(
        self, reader: ResourceReader, ours: OxigraphReader, every_iri: list[str]
    ) -> None:
        things = [iri for iri in every_iri if "#" not in iri or iri.startswith(f"{HARD}#")]
        assert len(things) > 1000
        for iri in {*things[:: self.step], HARD}:
            assert plain(reader.describe(iri)) == plain(ours.describe(iri)), iri

    def test_what_points_at_every_thing_is_the_same(self, reader: ResourceReader, ours: OxigraphReader, every_iri: list[str]) -> None:
        for iri in {*every_iri[:: self.step], HARD}:
            assert sorted(reader.incoming(iri, 10_000)) == sorted(ours.incoming(iri, 10_000)), iri

    def test_labels_objects_and_membership_are_the_same(self, reader: ResourceReader, ours: OxigraphReader, every_iri: list[str]) -> None:
        asked = [iri for iri in every_iri if not iri.endswith("/many")]
        found, expected = reader.labels(asked), ours.labels(asked)
        assert {iri: sorted(map(str, labels)) for iri, labels in found.items()} == {
            iri: sorted(map(str, labels)) for iri, labels in expected.items()
        }
        assert len(found) > 100
        for iri in every_iri[:: 7 * self.step]:
            assert reader.contains(iri) == ours.contains(iri)
            for predicate in (iris.RDF + "type", iris.DCTERMS + "identifier"):
                assert sorted(map(str, reader.objects(iri, predicate))) == sorted(map(str, ours.objects(iri, predicate)))
                assert reader.count(predicate, iri) == ours.count(predicate, iri)

    def test_concepts_of_elsewhere_and_their_labels_are_found_in_any_graph(self, reader: ResourceReader, ours: OxigraphReader) -> None:
        for iri in (BROAD, NARROW, f"{BROAD}/none", HARD):
            assert plain(reader.concept(iri)) == plain(ours.concept(iri)), iri
        narrower = [str(t.object) for t in reader.concept(BROAD) if t.predicate.value == iris.SKOS + "narrower"]
        assert narrower == [f"<{NARROW}>"] and not reader.concept(HARD)
        assert {iri: [label.value for label in found] for iri, found in reader.labels([BROAD, NARROW]).items()} == {
            BROAD: ["peinture"],
            NARROW: ["tableau", "painting"],
        }

    def test_a_description_begins_with_the_thing_and_ends_with_its_document(self, reader: ResourceReader) -> None:
        subjects = [str(triple.subject) for triple in reader.describe(HARD)]
        assert subjects[0] == f"<{HARD}>" and f"<{SITE}/doc/" in subjects[-1]
        assert f"<{HARD}#5>" in subjects and f"<{SITE}/doc/autre/HARD#1>" in subjects

    def test_labels_keep_every_character_and_their_order(self, reader: ResourceReader) -> None:
        (label,) = reader.labels([HARD])[HARD]
        assert (label.value, label.language) == (TEXT, "fr")
        many = reader.labels([HARD, f"{SITE}/id/concept/many"])[f"{SITE}/id/concept/many"]
        assert [label.language for label in many] in (["en"] * n + ["fr"] * LABEL_LIMIT for n in (LABEL_LIMIT - 1, LABEL_LIMIT))

    def test_a_hub_is_shown_in_part(self, reader: ResourceReader, ours: OxigraphReader) -> None:
        found = reader.describe(MUSEUM)
        assert Counter(str(t.predicate) for t in found) == Counter(str(t.predicate) for t in ours.describe(MUSEUM))
        assert sum(t.predicate.value == min(mirrors()) for t in found) == SHOWN
        assert f"<{MUSEUM}#place>" in {str(t.subject) for t in found}
        assert len(reader.incoming(MUSEUM, 250)) == 250
        assert reader.incoming(MUSEUM, 0) == [] == reader.incoming(MUSEUM, -1)

    @pytest.mark.parametrize("limit", [1, 2, 3, 50])
    def test_own_documents_never_take_the_places_of_others(self, reader: ResourceReader, ours: OxigraphReader, limit: int) -> None:
        assert len(reader.incoming(HARD, limit)) == len(ours.incoming(HARD, limit)) == min(limit, 3)

    @pytest.mark.parametrize("iri", HOSTILE, ids=range(len(HOSTILE)))
    def test_hostile_iris_find_nothing(self, reader: ResourceReader, iri: str) -> None:
        assert reader.describe(iri) == []
        assert reader.objects(iri, iri) == [] == reader.objects(HARD, iri)
        assert reader.labels([iri]) == {}
        assert set(reader.labels([iri, HARD])) == {HARD}
        assert reader.incoming(iri, 10) == []
        assert reader.contains(iri) is False
        assert reader.count(iri, iri) == 0 == reader.count(iris.RDF + "type", iri)
