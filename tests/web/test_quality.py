"""/quality, /quality/<base>, /quality/notices and /shapes: what the ledger holds, in the formats that are asked for."""

from __future__ import annotations

import csv
import io

import pytest
import rdflib

from pop_ld import iris, store
from pop_ld.bases import load_bases
from pop_ld.validation.rules import files, rules_of
from tests.web.conftest import Running


def test_the_counts_add_up(running: Running) -> None:
    found = running.get("/quality", "application/json").json()
    release = store.current(running.data)
    assert found["release"] == release.name
    assert found["notices"] == release.manifest["notices"]
    for slug, about in found["bases"].items():
        assert about["notices"] == release.manifest["bases"][slug]
        assert sum(about["rules"].values()) == sum(about["severities"].values()) == sum(about["fields"].values())
        producers = [p for p in found["producers"] if p["base"] == slug]
        assert sum(p["notices"] for p in producers) == about["notices"]
        assert sum(sum(p["rules"].values()) for p in producers) == sum(about["rules"].values())
    assert [entry["release"] for entry in found["history"]] == [r.name for r in store.releases(running.data)]
    assert found["history"][-1]["notices"] == found["history"][-2]["notices"] - 1  # the last release removed one


def test_the_pages(running: Running) -> None:
    page = running.get("/quality")
    assert page.status_code == 200
    assert 'class="trend"' in page.text
    for slug in load_bases():
        assert running.get(f"/quality/{slug}").status_code == 200
        assert running.get(f"/quality/{slug}?lang=en&page=7").status_code == 200
        assert running.get(f"/quality/{slug}", "application/json").json()["base"] == slug
    assert running.get("/quality/zorglub").status_code == 404
    assert running.get("/quality/notices?code=ZZZ").status_code == 404


def test_the_notices_of_a_rule(running: Running) -> None:
    address = "/quality/notices?code=COR-LIEN-01"
    rows = running.get(address, "application/json").json()["notices"]
    assert rows
    assert all(running.get(row["url"]).status_code == 200 for row in rows[:3])
    table = list(csv.DictReader(io.StringIO(running.get(address, "text/csv").text)))
    assert [line["ref"] for line in table] == [row["ref"] for row in rows]
    base = rows[-1]["base"]
    one = running.get(f"{address}&base={base}", "application/json").json()["notices"]
    assert one == [row for row in rows if row["base"] == base]
    hostile = running.get(f"{address}&after=zz%27;--&producer=%3Cscript%3Ealert(1)")
    assert hostile.status_code == 200
    assert "<script>alert" not in hostile.text


def test_the_measurements_are_in_the_graph(running: Running) -> None:
    query = f"""SELECT ?rule (SUM(?n) AS ?all) WHERE {{ GRAPH <{iris.quality_graph(running.site)}> {{
      ?m a <{iris.DQV}QualityMeasurement> ; <{iris.DQV}isMeasurementOf> ?rule ; <{iris.DQV}value> ?n }} }} GROUP BY ?rule"""
    answer = running.client.get(running.root + "/sparql", params={"query": query}, headers={"Accept": "text/csv"}).text
    measured = {row["rule"].rsplit("#", 1)[1]: int(row["all"]) for row in csv.DictReader(io.StringIO(answer))}
    counted: dict[str, int] = {}
    for about in running.get("/quality", "application/json").json()["bases"].values():
        for code, count in about["rules"].items():
            counted[code] = counted.get(code, 0) + count
    assert measured == counted


@pytest.mark.parametrize("name", files())
def test_shapes_are_a_page_of_rules_and_a_graph(running: Running, name: str) -> None:
    page = running.get(f"/shapes/{name}")
    assert page.status_code == 200
    for rule in rules_of(name):
        assert f'id="{rule.code}"' in page.text
        assert rule.iri == f"{iris.SHAPES}{name}#{rule.code}"
    turtle = rdflib.Graph().parse(data=running.get(f"/shapes/{name}.ttl", "*/*").text, format="turtle")
    jsonld = rdflib.Graph().parse(data=running.get(f"/shapes/{name}", "application/ld+json").text, format="json-ld")
    assert len(turtle) == len(jsonld) > 10


def test_the_list_of_shapes(running: Running) -> None:
    page = running.get("/shapes").text
    assert all(f'href="/shapes/{name}"' in page for name in files())
    assert running.get("/shapes/zorglub").status_code == 404
