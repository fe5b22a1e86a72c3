"""Linked Art: the JSON Schemas of its API without their loopholes, nothing lost, the same core as the triples, hostile texts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pyld import jsonld
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store, parse
from referencing import Registry, Resource

from pop_ld import iris
from pop_ld.bases import load_bases
from pop_ld.errors import NotFound
from pop_ld.formats import linked_art
from pop_ld.formats.linked_art import terms
from pop_ld.formats.source import Source
from pop_ld.relations import mirrors
from tests.formats.conftest import HOSTILE, Released

P = iris.CRM
BASES = tuple(load_bases())
RECORDED = (*BASES, "agent", "concept", "lieu")
FILES = {"HumanMadeObject": "object", "Person": "person", "Group": "group", "Place": "place", "Set": "set"}
FILES |= dict.fromkeys(("Type", "Material", "Language"), "concept")
UNSAID = {
    *terms.table("unsaid"),
    *mirrors(),
    iris.ONTOLOGY + "REFP",
    iris.ONTOLOGY + "REFDE",
    P + "P177_assigned_property_of_type",
}
"""Properties of a thing that its record may leave out (docs/how-to/linked-art-and-iiif.md)."""


def strict(schema: Any) -> Any:
    """The schema with every object closed: what it forgets to forbid is forbidden."""
    if isinstance(schema, dict):
        if schema.get("type") == "object" and "properties" in schema:
            schema.setdefault("additionalProperties", False)
        for inner in schema.values():
            strict(inner)
    elif isinstance(schema, list):
        for inner in schema:
            strict(inner)
    return schema


@pytest.fixture(scope="session")
def faults(shared: Path) -> Callable[[dict[str, Any]], list[str]]:
    """What the schema of its type says against a record."""
    schemas = [strict(json.loads(file.read_text(encoding="utf-8"))) for file in (shared / "vocab" / "linkedart" / "schema").glob("*.json")]
    registry = Registry().with_resources([(schema["$id"], Resource.from_contents(schema)) for schema in schemas])
    by_name = {schema["$id"].rpartition("/")[2]: schema for schema in schemas}
    checks = {kind: Draft202012Validator(by_name[f"{file}.json"], registry=registry) for kind, file in FILES.items()}

    def check(record: dict[str, Any]) -> list[str]:
        return [f"{record['id']} {error.json_path}: {error.message[:200]}" for error in checks[record["type"]].iter_errors(record)]

    return check


def nodes(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
        tree = list(tree.values())
    if isinstance(tree, list):
        for inner in tree:
            yield from nodes(inner)


def said(record: dict[str, Any]) -> set[str]:
    """Every text and number of a record."""
    return {str(value) for node in nodes(record) for value in node.values() if not isinstance(value, dict | list)}


def test_the_schemas_refuse_what_is_wrong(samples: Released, faults: Callable[[dict[str, Any]], list[str]]) -> None:
    record = linked_art.document(next(samples.sources(["joconde"])))
    assert not faults(record)
    assert faults({**record, "note": "x"}) and faults({**record, "produced_by": {"type": "Production", "note": "x"}})
    assert faults({key: value for key, value in record.items() if key != "_label"})


def test_every_record_of_the_samples_passes_the_schemas(samples: Released, faults: Callable[[dict[str, Any]], list[str]]) -> None:
    records = [linked_art.document(source) for source in samples.sources(RECORDED)]
    assert {record["type"] for record in records} == set(FILES)
    assert not [fault for record in records for fault in faults(record)]


def test_records_of_real_notices_pass_the_schemas(real: Released, faults: Callable[[dict[str, Any]], list[str]]) -> None:
    records = [linked_art.document(source) for source in real.sources(RECORDED, 60)]
    assert len(records) > 400
    assert not [fault for record in records for fault in faults(record)]


def test_every_reference_has_an_absolute_iri_and_a_label(samples: Released) -> None:
    for record in (linked_art.document(source) for source in samples.sources(RECORDED, 60)):
        for node in nodes(record):
            if "id" in node:
                assert node["id"].isascii() and ":" in node["id"] and " " not in node["id"] and node["_label"], node
                if node["id"].startswith(terms.AAT):
                    assert not node["_label"].isdigit(), node
            assert all(value not in ("", [], {}) for key, value in node.items() if key != "content")


def own_triples(source: Source) -> Iterable[tuple[str, str, Literal | NamedNode]]:
    """Of the thing itself: subject, property, value."""
    for triple in source.triples:
        if isinstance(triple.subject, NamedNode) and triple.subject.value == source.thing:
            assert isinstance(triple.object, Literal | NamedNode)
            yield triple.subject.value, triple.predicate.value, triple.object


def test_nothing_that_a_thing_says_is_lost(samples: Released) -> None:
    """Every text is a text of the record, every thing an ``id``; a part ("#") that is embedded is there by what it says."""
    checked = 0
    for source in samples.sources(RECORDED, 60):
        words = said(linked_art.document(source))
        for _, predicate, value in own_triples(source):
            if predicate in UNSAID or (isinstance(value, NamedNode) and value.value.startswith(f"{source.thing}#")):
                continue
            if isinstance(value, Literal) and value.datatype.value not in (iris.XSD + "string", iris.RDF + "langString"):
                continue
            if predicate.endswith("P46_is_composed_of") or not value.value:
                continue
            assert value.value in words, (source.thing, predicate, value.value[:80])
            checked += 1
    assert checked > 2000


def test_what_the_parts_say_is_there(samples: Released) -> None:
    """Titles, numbers, authors, places and kinds of the parts that a record embeds, on a notice that has them all."""
    source = samples.source(f"{samples.release.manifest['site']}/id/joconde/M9001000201")
    record = linked_art.document(source)
    assert [node["content"] for node in record["identified_by"]] == ["Le Serpent et la lime", "907.1.20", "LEGS 20", "M9001000201"]
    assert record["produced_by"]["timespan"]["begin_of_the_begin"] == "1884-01-01T00:00:00Z"
    assert record["produced_by"]["carried_out_by"][0]["_label"] == "BRUNET Amélie"
    assert {(node["value"], node["classified_as"][0]["_label"]) for node in record["dimension"]} == {(2.1, "Height"), (145, "Width")}
    assert [node["classified_as"][0]["_label"] for node in record["changed_ownership_through"]].count("legs") == 1
    former = [node for node in record["attributed_by"] if node["classified_as"][0]["_label"] == "Obsolete"]
    assert [node["assigned"][0]["_label"] for node in former] == ["PERRAULT Anselme"]
    depicted = next(node for node in record["attributed_by"] if node.get("assigned_property") == "depicts")
    assert {"serpent", "lime"} <= {node["_label"] for node in depicted["assigned"]}


def test_kinds_of_things(samples: Released) -> None:
    site = samples.release.manifest["site"]

    def record(path: str) -> dict[str, Any]:
        return linked_art.document(samples.source(f"{site}/id/{path}"))

    museum, building, photograph = record("museo/M9001"), record("merimee/PA09900001"), record("memoire/MH09900012")
    assert museum["type"] == "Group" and museum["formed_by"]["timespan"]["_label"] == "1907"
    assert museum["contact_point"][0]["content"] == "2 rue du Moulin"
    assert building["type"] == "HumanMadeObject" and building["current_location"]["_label"] == "Val-sur-Ource"
    assert [node["assigned"][0]["_label"] for node in building["attributed_by"] if node.get("assigned_property") == "classified_as"]
    assert photograph["shows"][0]["type"] == "VisualItem" and photograph["member_of"][0]["type"] == "Set"
    assert photograph["representation"][0]["digitally_shown_by"][0]["format"] == "image/jpeg"
    assert record("lieu/insee-21999")["identified_by"][1]["content"] == "21999"


def test_an_organisation_is_told_from_a_person(samples: Released) -> None:
    site = samples.release.manifest["site"]
    kinds = {source.thing: linked_art.document(source)["type"] for source in samples.sources(["agent", "autor"])}
    assert kinds[f"{site}/id/agent/joconde/BRUNET_Am%C3%A9lie"] == "Person"
    assert kinds[f"{site}/id/agent/joconde/Val-sur-Ource_%28commune%29"] == "Group"
    assert kinds[f"{site}/id/autor/AA09900001"] == "Group"


def test_a_date_has_no_record(samples: Released) -> None:
    source = next(samples.sources(["temps"]))
    assert not linked_art.offered(source)
    with pytest.raises(NotFound):
        linked_art.document(source)


def test_hostile_texts_stay_texts(samples: Released) -> None:
    """What a producer wrote comes out as it was read, as a JSON string that no parser takes for anything else."""
    thing = next(iri for iri in samples.things["palissy"] if "ZZ0" in iri)
    record = linked_art.document(samples.source(thing))
    assert HOSTILE[0] in said(json.loads(json.dumps(record, ensure_ascii=False).encode()))
    pages = [node["access_point"][0]["id"] for node in nodes(record["subject_of"]) if "access_point" in node]
    assert all(page.startswith(("http://", "https://")) for page in pages)


def test_the_core_says_the_same_as_the_triples(samples: Released, shared: Path) -> None:
    """By the published context and PyLD: type, label, makers, dates, keepers, owners and materials are those of our triples."""
    context = json.loads((shared / "vocab" / "linkedart" / "linked-art.json").read_text(encoding="utf-8"))

    def load(url: str, _options: Any) -> dict[str, Any]:
        assert url == linked_art.CONTEXT
        return {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url, "document": context}

    for source in samples.sources([base for base in BASES if base not in ("autor", "museo")], 4):
        record = linked_art.document(source)
        quads = jsonld.to_rdf(record, {"documentLoader": load, "format": "application/n-quads"})
        ours, theirs = Store(), Store()
        ours.extend(triple_quads(source))
        theirs.extend(parse(quads, format=RdfFormat.N_QUADS))
        thing = NamedNode(source.thing)
        assert list(theirs.quads_for_pattern(thing, NamedNode(iris.RDF + "type"), NamedNode(P + "E22_Human-Made_Object")))
        label = [quad.object.value for quad in theirs.quads_for_pattern(thing, NamedNode(iris.RDFS + "label"), None)]
        assert label == [source.graph.text(source.thing, iris.RDFS + "label")]
        for path in ("P108i_was_produced_by/P14_carried_out_by", "P52_has_current_owner", "P50_has_current_keeper", "P45_consists_of"):
            assert values(theirs, source.thing, path) == values(ours, source.thing, path), (source.thing, path)
        spans = source.graph.iris(next(iter(source.graph.iris(source.thing, P + "P108i_was_produced_by")), ""), P + "P4_has_time-span")
        begins = {t for iri in spans for t in source.about(iri).texts(iri, P + "P82a_begin_of_the_begin")}
        found = values(theirs, source.thing, "P108i_was_produced_by/P4_has_time-span/P82a_begin_of_the_begin")
        assert {text.removesuffix("Z") for text in found} == {min(begins).removesuffix("Z")} if begins else not found


def triple_quads(source: Source) -> Iterator[Any]:
    return (Quad(triple.subject, triple.predicate, triple.object) for triple in source.triples)


def values(graph: Store, thing: str, path: str) -> set[str]:
    """What a path of CRM properties leads to."""
    steps = "/".join(f"<{P}{step}>" for step in path.split("/"))
    return {solution["value"].value for solution in graph.query(f"SELECT DISTINCT ?value WHERE {{ <{thing}> {steps} ?value }}")}
