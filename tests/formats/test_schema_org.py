"""schema.org: valid against its own definitions, the same in the page and in the profile, the right types, hostile texts."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from pyoxigraph import Literal

from pop_ld import iris
from pop_ld.bases import load_bases
from pop_ld.formats import dataset_jsonld, dc, edm, schema_org
from pop_ld.formats.schema_draft import URLS, expanded, finished, iso_dates, iso_spans
from tests.formats import schema_vocabulary
from tests.formats.conftest import KINDS, Released

SITE = iris.DEFAULT_SITE
BASES = tuple(load_bases())


def embedded(samples: Released, local: str, lang: str = "fr") -> dict[str, Any]:
    return schema_org.embedded(samples.source(f"{SITE}/id/{local}"), lang)


@pytest.fixture
def vocabulary() -> None:
    if schema_vocabulary.folder() is None:
        pytest.skip("the package pydantic2-schemaorg, which has schema.org's definitions, is not installed")


# Valid -------------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("vocabulary")
def test_every_thing_of_the_samples_is_valid_against_schema_org(samples: Released) -> None:
    found = Counter[str]()
    for source in (*samples.sources(BASES), *samples.sources(KINDS, 40)):
        for lang in ("fr", "en") if source.base else ("fr",):
            found.update(schema_vocabulary.faults(schema_org.embedded(source, lang)))
    assert not found, found.most_common(5)


@pytest.mark.usefixtures("vocabulary")
def test_real_notices_are_valid_against_schema_org(real: Released) -> None:
    found = Counter(fault for source in real.sources(most=100) for fault in schema_vocabulary.faults(schema_org.embedded(source, "fr")))
    assert not found, found.most_common(5)


@pytest.mark.usefixtures("vocabulary")
def test_datasets_are_valid_against_schema_org(samples: Released) -> None:
    manifest = samples.release.manifest
    trees = [dataset_jsonld.whole(SITE, manifest, "fr"), dataset_jsonld.release(SITE, manifest, "en")]
    trees += [dataset_jsonld.base(SITE, base, manifest, "fr") for base in load_bases().values()]
    assert [fault for tree in trees for fault in schema_vocabulary.faults(tree)] == []


@pytest.mark.usefixtures("vocabulary")
def test_the_validator_knows_wrong_from_right() -> None:
    good = {
        "@type": ["VisualArtwork", "Painting"],
        "name": "x",
        "width": {"@type": "QuantitativeValue", "value": 1.5},
        "dateCreated": "1884",
    }
    assert list(schema_vocabulary.faults(good)) == []
    assert list(schema_vocabulary.faults({**good, "@type": "Painting"})) == [": Painting has no width"]
    assert list(schema_vocabulary.faults({"@type": "Peinture"})) == [": no type Peinture"]
    assert len(list(schema_vocabulary.faults({"@type": "Museum", "geo": "47, 4", "isAccessibleForFree": "oui"}))) == 2
    assert len(list(schema_vocabulary.faults({"@type": "Photograph", "creator": {"@type": "Place", "name": "x"}}))) == 1


def test_it_is_json_of_which_no_text_is_empty_and_every_node_is_named(samples: Released) -> None:
    def walk(node: Any) -> None:
        if isinstance(node, dict):
            assert node["@id"].startswith("http")
            assert all(value not in ("", [], {}, None) for value in node.values())
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            assert len(node) > 1
            for value in node:
                walk(value)

    for source in samples.sources(most=25):
        tree = schema_org.embedded(source, "en")
        assert tree.pop("@context") == "https://schema.org"
        assert tree["name"], source.thing
        walk(json.loads(json.dumps(tree)))


# The same twice ----------------------------------------------------------------------------------------------------------


def test_a_json_ld_processor_reads_the_triples_of_the_profile(samples: Released) -> None:
    rdflib = pytest.importorskip("rdflib")
    context = {"@vocab": iris.SCHEMA, **{name: {"@type": "@id"} for name in URLS}}
    for source in (*samples.sources(BASES, 6), *samples.sources(KINDS, 5)):
        tree = {**schema_org.embedded(source, "fr"), "@context": context}
        read = rdflib.Graph().parse(data=json.dumps(tree), format="json-ld")
        found = {(str(s), str(p), _value(o.value if isinstance(o, rdflib.Literal) else str(o), str(o))) for s, p, o in read}
        made = {(t.subject.value, t.predicate.value, _ours(t.object)) for t in schema_org.triples(source)}  # type: ignore[union-attr]
        assert found == made, source.thing


def _value(value: object, text: str) -> object:
    return value if isinstance(value, int | float) else text


def _ours(term: Any) -> object:
    if isinstance(term, Literal) and term.datatype.value.rpartition("#")[2] in ("integer", "double", "boolean"):
        return {"true": True, "false": False}.get(term.value) if "boolean" in term.datatype.value else float(term.value)
    return term.value


def test_numbers_are_written_as_json_ld_writes_them() -> None:
    tree = finished({"@id": "http://x.example/1", "value": [145.5, 2, True, 0.001]}, "http://x.example/d")
    assert [str(triple.object) for triple in expanded(tree)] == [
        '"1.455E2"^^<http://www.w3.org/2001/XMLSchema#double>',
        '"2"^^<http://www.w3.org/2001/XMLSchema#integer>',
        '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>',
        '"1.0E-3"^^<http://www.w3.org/2001/XMLSchema#double>',
    ]


def test_addresses_are_iris_and_what_is_none_stays_a_text() -> None:
    tree = finished(
        {"@id": "http://x.example/1", "url": ["http://x.example/a", "http://x y", "{}"], "propertyID": "REF"}, "http://d.example"
    )
    assert [str(triple.object) for triple in expanded(tree)] == ["<http://x.example/a>", '"http://x y"', '"{}"', '"REF"']


# What they say -----------------------------------------------------------------------------------------------------------

TYPES = {
    "joconde/M9001000201": ["VisualArtwork", "Painting"],
    "merimee/PA09900001": ["LandmarksOrHistoricalBuildings", "Church"],
    "palissy/PM09900001": ["VisualArtwork", "Sculpture"],
    "memoire/MH09900001": "Photograph",
    "museo/M9007": "Museum",
    "enluminures/D-990001": "VisualArtwork",
    "enluminures/INI-CM000990": "Manuscript",
    "autor/AW09900001": "Person",
    "agent/joconde/BRUNET_Am%C3%A9lie": "Person",
    "agent/enluminures/Sens-sur-Aube_-_AD": "Organization",
    "concept/joconde/DENO/statue": "DefinedTerm",
    "lieu/insee-21999": "AdministrativeArea",
    "temps/1884": "DefinedTerm",
}


def test_each_kind_of_thing_has_its_type(samples: Released) -> None:
    assert {local: embedded(samples, local)["@type"] for local in TYPES} == TYPES


def test_a_work(samples: Released) -> None:
    work = embedded(samples, "joconde/M9001000201")
    assert work["creator"] == {"@type": "Person", "@id": f"{SITE}/id/agent/joconde/BRUNET_Am%C3%A9lie", "name": "BRUNET Amélie"}
    assert (work["dateCreated"], work["temporalCoverage"]) == ("1884", "1884")
    assert {key: (work[key]["value"], work[key]["unitCode"]) for key in ("width", "height")} == {
        "width": (145, "CMT"),
        "height": (2.1, "MTR"),
    }
    assert "peinture à l'huile" in work["material"] and work["artform"] == ["étude", "tableau"]
    assert [value["value"] for value in work["identifier"]] == ["M9001000201", "907.1.20", "LEGS 20"]
    assert work["mainEntityOfPage"]["isPartOf"]["@id"] == f"{SITE}/dataset/joconde"
    assert work["mainEntityOfPage"]["publisher"]["name"] == "musée Amélie-Brunet (Val-sur-Ource)"


def test_a_building_and_a_museum(samples: Released) -> None:
    church, museum = embedded(samples, "merimee/PA09900001"), embedded(samples, "museo/M9007")
    assert (church["geo"]["latitude"], church["geo"]["longitude"]) == (47.8301, 4.6204)
    assert church["address"]["addressLocality"] == church["containedInPlace"]["name"] == "Val-sur-Ource"
    assert {fact["propertyID"] for fact in church["additionalProperty"]} == {"DENO", "SCLE", "AUTR", "PROT", "DATE"}
    assert (museum["address"]["postalCode"], museum["url"]) == ("21999", "http://vitrail.val-sur-ource.example/")
    names = {lang: embedded(samples, "merimee/PA09900001", lang)["additionalProperty"][3]["name"] for lang in ("fr", "en")}
    assert names["fr"] != names["en"]


def test_an_image_has_its_credit_and_its_rights(samples: Released) -> None:
    image = embedded(samples, "enluminures/D-990001")["image"]
    assert image["usageInfo"] == "http://rightsstatements.org/vocab/InC/1.0/" and "license" not in image
    assert image["creditText"] and image["acquireLicensePage"] == f"{SITE}/doc/enluminures/D-990001"
    assert schema_org.picture.__module__.endswith("schema_parts")


def test_a_person(samples: Released) -> None:
    person = embedded(samples, "autor/AW09900001")
    assert (person["givenName"], person["familyName"], person["birthDate"], person["deathDate"]) == ("Amélie", "BRUNET", "1841", "1907")
    assert [job["name"] for job in person["hasOccupation"]] == ["pastelliste", "peintre"]
    assert person["birthPlace"]["name"].startswith("Val-sur-Ource")


def test_no_profile_has_an_address_of_mail_or_one_that_is_no_page(samples: Released) -> None:
    for source in samples.sources(BASES):
        for module in (schema_org, dc, edm):
            for triple in module.triples(source):
                value = triple.object.value  # type: ignore[union-attr]
                assert not any("." in word.partition("@")[2] for word in value.split()), value
                assert isinstance(triple.object, Literal) or value.split(":", 1)[0] in ("http", "https"), value


def test_dates_and_spans() -> None:
    assert iso_dates(["1884", "1884-05", "1884-05-06", "vers 1884", "1401/1500", ""]) == ["1884", "1884-05", "1884-05-06"]
    assert iso_spans(["1401/1500", "1884", "15e siècle", "1401/"]) == ["1401/1500", "1884"]
