"""Labels of notices become concepts of installed thesauri on the way to a release, and their graphs are published with it."""

import json
from pathlib import Path
from typing import Any

import pytest

from pop_ld import iris, pipeline, store, thesauri
from pop_ld.config import Settings

ARK = "http://data.culture.fr/thesaurus/resource/ark:/67717/"
DENO = f"""
@prefix skos: <{iris.SKOS}> .
<{ARK}T505> a skos:ConceptScheme ; skos:prefLabel "Dénominations inventées"@fr .
<{ARK}T505-1> a skos:Concept ; skos:inScheme <{ARK}T505> ; skos:prefLabel "tableau"@fr ; skos:altLabel "peinture de chevalet"@fr .
<{ARK}T505-2> a skos:Concept ; skos:inScheme <{ARK}T505> ; skos:prefLabel "anneau"@fr .
"""


def notice(ref: str, deno: str) -> dict[str, Any]:
    return {"REF": ref, "BASE": "Collections des musées de France (Joconde)", "DENO": [deno], "DOMN": ["peinture"], "TITR": "Inventé"}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "deno.ttl").write_text(DENO, encoding="utf-8")
    thesauri.add([tmp_path / "deno.ttl"], tmp_path / "data")
    rows = [
        notice("99990000001", "tableau"),
        notice("99990000002", "Peinture de chevalet"),
        notice("99990000003", "anneau (2)"),
        notice("99990000004", "tablo"),
    ]
    (tmp_path / "notices.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return tmp_path / "data"


def load(data: Path) -> tuple[dict[str, Any], store.ResourceReader]:
    report, release = pipeline.load([data.parent / "notices.jsonl"], data, Settings(), base="joconde", quiet=True)
    return report.as_json(), store.open_reader(release)


def said(reader: store.ResourceReader, number: int, name: str) -> list[str]:
    thing = iris.notice(Settings().site, "joconde", f"9999000000{number}")
    return sorted(quad.object.value for quad in reader.describe(thing) if quad.predicate.value == iris.ONTOLOGY + name)


def test_labels_become_concepts_and_what_differs_is_kept(data: Path) -> None:
    report, reader = load(data)
    assert said(reader, 1, "DENO") == [ARK + "T505-1"]
    assert said(reader, 1, "DENO-source") == []
    assert said(reader, 2, "DENO") == [ARK + "T505-1"]
    assert said(reader, 2, "DENO-source") == ["Peinture de chevalet"]
    assert said(reader, 3, "DENO") == [ARK + "T505-2"]
    assert said(reader, 3, "DENO-source") == ["anneau (2)"]
    assert said(reader, 4, "DENO") == [f"{Settings().site}/id/concept/joconde/DENO/tablo"]
    assert report["concepts"] == {
        "joconde.DENO": {"resolved": 3, "unresolved": 1, "labels": [{"label": "tablo", "count": 1, "candidates": ["tableau"]}]}
    }


def test_a_place_is_matched_by_its_name(data: Path) -> None:
    """A place of LIEUX is a place, with the way to it; the thesaurus knows names alone, so it is near, not the same."""
    names = f"""
        @prefix skos: <{iris.SKOS}> .
        <{ARK}T84> a skos:ConceptScheme .
        <{ARK}T84-7> a skos:Concept ; skos:inScheme <{ARK}T84> ; skos:prefLabel "Val-sur-Ource"@fr .
    """
    (data.parent / "lieux.ttl").write_text(names, encoding="utf-8")
    thesauri.add([data.parent / "lieux.ttl"], data)
    rows = [
        {**notice("99990000001", "tableau"), "LIEUX": "France, Côte-d'Or, Val-sur-Ource (lieu de création)"},
        {**notice("99990000002", "tableau"), "LIEUX": "France, Côte-d'Or, Nulle-Part"},
    ]
    (data.parent / "notices.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    report, reader = load(data)
    place = f"{Settings().site}/id/lieu/joconde/France%2C_C%C3%B4te-d%27Or%2C_Val-sur-Ource"
    matches = [quad.object.value for quad in reader.describe(place) if quad.predicate.value == iris.SKOS + "closeMatch"]
    assert matches == [ARK + "T84-7"]
    assert report["concepts"]["joconde.LIEUX"]["resolved"] == 1
    assert [row["label"] for row in report["concepts"]["joconde.LIEUX"]["labels"]] == ["Nulle-Part"]


def graphs(data: Path) -> dict[str, int]:
    """Triples by named graph, asked of the store as a user would."""
    import pyoxigraph

    served = pyoxigraph.Store.read_only(str(store.current(data).path / "store"))
    found = served.query('SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } FILTER(CONTAINS(STR(?g), "/thesaurus/")) } GROUP BY ?g')
    assert isinstance(found, pyoxigraph.QuerySolutions)
    return {row[0].value: int(row[1].value) for row in found}  # type: ignore[union-attr]


def test_the_graph_of_a_thesaurus_follows_what_is_installed(data: Path) -> None:
    load(data)
    graph = iris.thesaurus_graph(Settings().site, "T505")
    before = graphs(data)
    assert set(before) == {graph}
    (data.parent / "deno.ttl").write_text(DENO + f'<{ARK}T505-2> skos:altLabel "bague"@fr .', encoding="utf-8")
    thesauri.add([data.parent / "deno.ttl"], data)
    load(data)
    assert graphs(data) == {graph: before[graph] + 1}
    thesauri.remove(["T505"], data)
    _, reader = load(data)
    assert graphs(data) == {}
    assert said(reader, 1, "DENO") == [f"{Settings().site}/id/concept/joconde/DENO/tableau"], "notices loaded again lose the concept"


def test_without_thesauri_nothing_is_counted(data: Path) -> None:
    thesauri.remove(["T505"], data)
    report, _ = load(data)
    assert report["concepts"] == {}
