"""The reconciliation service in version 1.0-draft: every operation, every answer by the schemas of the version; and what breaks neither."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from pop_ld.bases import load_bases
from pop_ld.reconciliation.tables import types
from pop_ld.web import reconcile_asked

from .conftest import Running
from .reconcile_schemas import Schemas


@pytest.fixture(scope="session")
def schemas(shared: Path) -> Schemas:
    return Schemas(shared, "1.0-draft")


def get(running: Running, path: str) -> Any:
    answer = running.get(f"/reconcile/v1{path}", "application/json")
    assert answer.status_code == 200, (path, answer.text[:400])
    return answer.json()


def post(running: Running, path: str, data: Any) -> httpx.Response:
    return running.client.post(f"{running.root}/reconcile/v1{path}", json=data)


def match(running: Running, *queries: Any) -> list[list[dict[str, Any]]]:
    answer = post(running, "/match", {"queries": queries})
    assert answer.status_code == 200, answer.text[:400]
    return [found["candidates"] for found in answer.json()["results"]]


def named(value: Any, **more: Any) -> dict[str, Any]:
    return {"matchType": "name", "propertyValue": value, **more}


def having(pid: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"matchType": "property", "propertyId": pid, "propertyValue": value, **more}


def sample(running: Running, base: str, size: int = 1) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = running.get(f"/search.json?base={base}&size={size}&sort=ref", "application/json").json()["hits"]
    return [{**hit, "id": hit["iri"].removeprefix(f"{running.site}/id/")} for hit in found]


def test_manifest(running: Running, schemas: Schemas) -> None:
    found = get(running, "")
    assert not schemas.faults("manifest", found)
    assert found["versions"] == ["1.0-draft"] and found["standardizedScore"] and found["batchSize"] == reconcile_asked.MOST_QUERIES
    hit = sample(running, "merimee")[0]
    there = found["view"]["url"].replace("{id}", quote(hit["id"], safe=""))
    assert running.client.get(there, follow_redirects=True, headers={"Accept": "text/html"}).status_code == 200


def test_matching(running: Running, schemas: Schemas) -> None:
    queries = []
    for base in load_bases():
        hit = sample(running, base)[0]
        queries += [
            {"type": base, "limit": 3, "conditions": [named(hit["title"])]},
            {"conditions": [{"matchType": "id", "propertyValue": hit["id"]}]},
            {"type": base, "conditions": [having("ref", hit["ref"], required=True)]},
            {"lang": "fr", "conditions": [named([hit["title"], "zzz"], matchQuantifier="any")]},
        ]
    assert not schemas.faults("reconciliation-query-batch", {"queries": queries})
    answer = post(running, "/match", {"queries": queries}).json()
    assert not schemas.faults("reconciliation-result-batch", answer)
    results = [found["candidates"] for found in answer["results"]]
    assert len(results) == len(queries) and all(results)
    for at, base in enumerate(load_bases()):
        wanted = sample(running, base)[0]["id"]
        assert wanted in [one["id"] for one in results[4 * at]]
        for found in results[4 * at + 1 : 4 * at + 3]:
            assert found[0]["id"] == wanted and found[0]["match"] and found[0]["score"] == 100, base


def test_conditions(running: Running) -> None:
    hits = [hit for hit in sample(running, "joconde", 50) if hit["title"]]
    one = next(hit for hit in hits if running.get(f"/search.json?base=joconde&where=AUTR+exists&iri={hit['iri']}", "*/*").json()["total"])
    author = post(running, "/extend", {"ids": [one["id"]], "properties": [{"id": "AUTR"}]}).json()["rows"][0]["properties"][0]["values"][0][
        "str"
    ]
    base = {"type": "joconde", "limit": 100}
    for quantifier, value, there in (
        ("any", [author, "Personne Nulle"], True),
        ("all", [author, "Personne Nulle"], False),
        ("none", "Personne Nulle", True),
        ("none", author, False),
    ):
        for name in ("artist", "AUTR"):
            condition = having(name, value, required=True, matchQuantifier=quantifier)
            found = match(running, {**base, "conditions": [named(one["title"]), condition]})[0]
            assert (one["id"] in [each["id"] for each in found]) == there, (quantifier, name, value)
    exact = [named(text, matchQualifier="exact", required=True) for text in (one["title"].upper(), one["title"] + " ou presque")]
    found, other = match(running, *({**base, "conditions": [condition]} for condition in exact))
    assert one["id"] in [each["id"] for each in found] and one["id"] not in [each["id"] for each in other]
    assert match(running, {**base, "conditions": [having("nothing", "x", required=True)]}) == [[]]


def test_the_other_operations(running: Running, schemas: Schemas) -> None:
    hit = sample(running, "palissy")[0]
    for kind, schema in (("entity", "entities"), ("type", "types"), ("property", "properties")):
        for query in (
            "prefix=",
            "prefix=sa&limit=3",
            "prefix=sa&limit=3&offset=2",
            f"prefix={quote(hit['id'], safe='')}",
            "prefix=a&lang=en",
        ):
            found = get(running, f"/suggest/{kind}?{query}")
            assert not schemas.faults(f"suggest-{schema}-response", found), query
    assert get(running, f"/suggest/entity?prefix={quote(hit['id'], safe='')}")["result"][0]["id"] == hit["id"]
    assert all(one["matchQualifiers"] for one in get(running, "/suggest/property?prefix=a")["result"])
    assert running.get(f"/reconcile/v1/preview?id={quote(hit['id'], safe='')}").status_code == 200
    for type_id in types():
        proposed = get(running, f"/extend/propose?type={type_id}&limit=40")
        assert not schemas.faults("data-extension-property-proposal", proposed) and proposed["limit"] == 40
        asked = {"ids": [hit["id"], "nothing"], "properties": [{"id": one["id"]} for one in proposed["properties"]]}
        assert not schemas.faults("data-extension-query", asked)
        answer = post(running, "/extend", asked).json()
        assert not schemas.faults("data-extension-response", answer)
        assert [row["id"] for row in answer["rows"]] == asked["ids"]
        assert [one["id"] for one in answer["rows"][0]["properties"]] == [one["id"] for one in answer["meta"]]


DEEP = "[" * 100_000 + "]" * 100_000
QUERIES = [
    ("{}", 400),
    ("[]", 400),
    ("null", 400),
    ("", 400),
    ("{", 400),
    ("NaN", 400),
    (DEEP, 400),
    ('{"queries":{}}', 400),
    ('{"queries":[1]}', 400),
    ('{"queries":[{}]}', 400),
    ('{"queries":[{"conditions":[]}]}', 400),
    ('{"queries":[{"conditions":[{"propertyValue":"x"}]}]}', 400),
    ('{"queries":[{"conditions":[{"matchType":"name"}]}]}', 400),
    ('{"queries":[{"conditions":[{"matchType":"property","propertyValue":"x"}]}]}', 400),
    ('{"queries":[{"conditions":[{"matchType":"name","propertyValue":null}]}]}', 400),
    ('{"queries":[{"conditions":[{"matchType":"name","propertyValue":"x","required":"yes"}]}]}', 400),
    ('{"queries":[{"conditions":[{"matchType":"name","propertyValue":"x","matchQuantifier":"most"}]}]}', 400),
    ('{"queries":[{"conditions":[{"matchType":"name","propertyValue":"x","matchQualifier":"else"}]}]}', 400),
    ('{"queries":[{"type":"nothing","conditions":[{"matchType":"name","propertyValue":"x"}]}]}', 400),
    ('{"queries":[{"type":["joconde"],"conditions":[{"matchType":"name","propertyValue":"x"}]}]}', 400),
    ('{"queries":[{"limit":-1,"conditions":[{"matchType":"name","propertyValue":"x"}]}]}', 400),
    ('{"queries":[{"limit":1e999,"conditions":[{"matchType":"name","propertyValue":"x"}]}]}', 400),
    ('{"queries":[{"other":1,"conditions":[{"matchType":"name","propertyValue":"x"}]}]}', 400),
    ('{"queries":[{"conditions":[{"matchType":"name","propertyValue":1e999}]}]}', 400),
    ('{"queries":[{"conditions":[{"matchType":"name","propertyValue":' + "9" * 3_000 + "}]}]}", 200),
    ('{"queries":[]}', 200),
    (json.dumps({"queries": [{"conditions": [{"matchType": "name", "propertyValue": "x"}]}] * 10_000}), 413),
    (json.dumps({"queries": [{"conditions": [{"matchType": "name", "propertyValue": "x" * 2_100_000}]}]}), 413),
    (json.dumps({"queries": [{"conditions": [{"matchType": "name", "propertyValue": "saint " * 150_000}]}]}), 200),
    ('{"queries":[{"conditions":[{"matchType":"name","propertyValue":"\\ud800 \\u0000 saint \\udfff"}]}]}', 200),
    ('{"queries":[{"conditions":[{"matchType":"name","propertyValue":"\\" OR * NEAR(^agent) \' ; --"}]}]}', 200),
    ('{"queries":[{"type":"agent","conditions":[{"matchType":"name","propertyValue":"\\" ) OR ^concept AND ( *"}]}]}', 200),
]


def test_what_is_no_batch_is_told(running: Running) -> None:
    for body, status in QUERIES:
        answer = running.client.post(f"{running.root}/reconcile/v1/match", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == status, (body[:120], answer.text[:300])
        if status != 200:
            told = answer.json()
            assert answer.headers["content-type"] == "application/problem+json" and told["status"] == status and told["detail"]
    bad = running.client.post(
        f"{running.root}/reconcile/v1/match", content=b'{"queries": "\xff"}', headers={"Content-Type": "application/json"}
    )
    assert bad.status_code == 400
    assert running.client.post(f"{running.root}/reconcile/v1/match", content=b"x").status_code == 415
    assert running.client.post(f"{running.root}/reconcile", content=b"x").status_code == 415
    assert running.get("/reconcile/v1/match", "*/*").status_code == 405


def test_what_is_no_query_of_the_other_version_is_told(running: Running) -> None:
    for queries, status in (
        ("[]", 400),
        ("{", 400),
        ('{"q":1}', 400),
        ('{"q":{}}', 400),
        ('{"q":{"query":1}}', 400),
        ('{"q":{"query":"x","type":"nothing"}}', 400),
        ('{"q":{"query":"x","type_strict":"most"}}', 400),
        ('{"q":{"query":"x","limit":0}}', 400),
        ('{"q":{"query":"x","other":0}}', 400),
        ('{"q":{"query":"x","properties":{}}}', 400),
        ('{"q":{"query":"x","properties":[{"v":"y"}]}}', 400),
        ('{"q":{"query":"x","properties":[{"pid":"y"}]}}', 400),
        (json.dumps({str(n): {"query": "x"} for n in range(10_000)}), 413),
        (DEEP, 400),
        ('{"\\ud800":{"query":"\\ud800","limit":"3"}}', 200),
    ):
        answer = running.client.post(f"{running.root}/reconcile", data={"queries": queries})
        assert answer.status_code == status, (queries[:80], answer.text[:300])
    for asked in (
        "{}",
        '{"ids":[],"properties":{}}',
        '{"ids":[1],"properties":[]}',
        '{"ids":["x"],"properties":[{"id":"y","settings":1}]}',
    ):
        assert running.client.post(f"{running.root}/reconcile", data={"extend": asked}).status_code == 400, asked
    many = json.dumps({"ids": [str(n) for n in range(1_000)], "properties": []})
    assert running.client.post(f"{running.root}/reconcile", data={"extend": many}).status_code == 413
    for path in (
        "?queries=%ff",
        "/suggest/entity?prefix=%ff",
        "/preview?id=%00",
        "/view?id=%ff",
        "/properties?type=%00",
        "/flyout/type?id=%00",
    ):
        assert running.get(f"/reconcile{path}", "application/json").status_code in (400, 404), path


def test_hosts_that_are_none_are_not_repeated(running: Running) -> None:
    for host in ('x"y', "a/b", "evil.example/path", "a b"):
        answer = running.client.get(f"{running.root}/reconcile", headers={"Host": host, "Accept": "application/json"})
        assert answer.status_code == 400 or host not in answer.text
    told = running.client.get(f"{running.root}/reconcile", headers={"Host": "pop.example:81", "Accept": "application/json"}).json()
    assert told["view"]["url"].startswith("http://pop.example:81/reconcile/view")


def test_pages_go_on_beside_batches(running: Running) -> None:
    batch = {"queries": [{"conditions": [named("saint martin eglise paroissiale tableau")]}] * reconcile_asked.MOST_QUERIES}
    answers: list[int] = []
    asking = threading.Thread(target=lambda: answers.append(post(running, "/match", batch).status_code))
    asking.start()
    seen = 0
    while asking.is_alive():
        assert running.get("/search.json?q=saint&size=1", "application/json").status_code == 200
        seen += 1
    asking.join()
    assert answers == [200] and seen > 1, "a page waits for a slice of a batch, not for all of it"
