"""The reconciliation service in version 0.2: the checks that its clients make of a service, every answer by the schemas of the version."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest

from pop_ld import store
from pop_ld.alignment import Book, Link, open_links
from pop_ld.bases import load_bases
from pop_ld.reconciliation.asked import Condition, Query
from pop_ld.reconciliation.service import Reconciler
from pop_ld.reconciliation.tables import types
from pop_ld.reconciliation.things import FOLDER, open_things
from pop_ld.search import open_search

from .conftest import Running
from .reconcile_schemas import Schemas


@pytest.fixture(scope="session")
def schemas(shared: Path) -> Schemas:
    return Schemas(shared, "0.2")


def get(running: Running, path: str, **headers: str) -> Any:
    answer = running.get(path, "application/json", **headers)
    assert answer.status_code == 200, (path, answer.text[:400])
    assert answer.headers["access-control-allow-origin"] == "*"
    return answer.json()


def ask(running: Running, **queries: Any) -> dict[str, list[dict[str, Any]]]:
    """The candidates of each query, asked by POST as OpenRefine does."""
    answer = running.client.post(running.root + "/reconcile", data={"queries": json.dumps(queries)})
    assert answer.status_code == 200, answer.text[:400]
    return {key: found["result"] for key, found in answer.json().items()}


def sample(running: Running, base: str) -> dict[str, Any]:
    """A notice of a base, as the search shows it."""
    found: dict[str, Any] = get(running, f"/search.json?base={base}&size=1&sort=ref")["hits"][0]
    return found


def test_manifest(running: Running, schemas: Schemas) -> None:
    for path in ("/reconcile", "/reconcile?lang=en"):
        found = get(running, path)
        assert not schemas.faults("manifest", found)
        assert found["versions"] == ["0.2"] and found["identifierSpace"] == f"{running.site}/id/" and found["schemaSpace"]
        assert {one["id"] for one in found["defaultTypes"]} == set(types()) > set(load_bases())
        assert found["view"]["url"].startswith(running.root) and found["batchSize"] > 1
        assert set(found["suggest"]) == {"entity", "type", "property"} and found["extend"]["property_settings"]
    assert get(running, "/reconcile?lang=en")["name"] != get(running, "/reconcile")["name"]
    assert get(running, "/reconcile", **{"Accept-Language": "en-GB"})["name"] == get(running, "/reconcile?lang=en")["name"]


def test_every_address_of_the_manifest_answers(running: Running) -> None:
    found = get(running, "/reconcile")
    name = quote(f"mnr/{sample(running, 'mnr')['ref']}", safe="")
    for address in (found["view"]["url"], found["preview"]["url"]):
        answer = running.client.get(address.replace("{{id}}", name), follow_redirects=True, headers={"Accept": "text/html"})
        assert answer.status_code == 200 and "text/html" in answer.headers["content-type"], address
    for kind, one in found["suggest"].items():
        assert running.client.get(f"{one['service_url']}{one['service_path']}?prefix=a").json()["result"] is not None, kind
    propose = found["extend"]["propose_properties"]
    assert running.client.get(f"{propose['service_url']}{propose['service_path']}?type=joconde").json()["properties"]
    assert found["feature_view"]["url"].replace("{{id}}", "ref").endswith("/reconcile#ref")


def test_queries_by_get_and_by_post_are_the_same(running: Running, schemas: Schemas) -> None:
    title = sample(running, "joconde")["title"]
    queries = {"q0": {"query": title, "type": "joconde"}, "q1": {"query": title}, "q2": {"query": "zzzzzz"}, "q3": {"query": ""}}
    by_get = get(running, "/reconcile?" + urlencode({"queries": json.dumps(queries)}))
    assert not schemas.faults("reconciliation-result-batch", by_get)
    assert {key: found["result"] for key, found in by_get.items()} == ask(running, **queries)
    assert list(by_get) == list(queries) and not by_get["q2"]["result"] and not by_get["q3"]["result"]
    for found in by_get.values():
        scores = [one["score"] for one in found["result"]]
        assert scores == sorted(scores, reverse=True) and all(0 <= score <= 100 for score in scores)


def test_every_notice_is_found_by_its_identifier(running: Running, notices: list[str], schemas: Schemas) -> None:
    batch = [iri.removeprefix(f"{running.site}/id/") for iri in notices]
    missed = []
    for start in range(0, len(batch), 50):
        some = batch[start : start + 50]
        answer = ask(running, **{str(n): {"query": name, "limit": 3} for n, name in enumerate(some)})
        assert not schemas.faults("reconciliation-result-batch", {key: {"result": found} for key, found in answer.items()})
        missed += [name for n, name in enumerate(some) if [one["id"] for one in answer[str(n)] if one["match"]] != [name]]
    assert not missed, "an identifier as the query is a match"


def test_names_are_found_whatever_their_writing(running: Running) -> None:
    for base in load_bases():
        hit = sample(running, base)
        title = str(hit["title"])
        for name in (title, title.upper(), title.lower()):
            found = ask(running, q={"query": name, "type": base, "limit": 20})["q"]
            assert f"{base}/{quote(hit['ref'], safe='~')}" in [one["id"] for one in found], (base, name)
            assert all(one["type"] == [{"id": base, "name": one["type"][0]["name"]}] for one in found)


def test_limit_and_types(running: Running) -> None:
    both = ["joconde", "merimee"]
    assert len(ask(running, q={"query": "saint", "limit": 2})["q"]) <= 2
    assert {one["type"][0]["id"] for one in ask(running, q={"query": "saint", "type": both, "limit": 50})["q"]} <= set(both)
    assert ask(running, q={"query": "saint", "type": both, "type_strict": "all"})["q"] == []
    assert ask(running, q={"query": "saint", "type": "", "type_strict": "should"})["q"]
    kinds = {one["type"][0]["id"] for one in ask(running, q={"query": "saint", "type": "notice", "limit": 100})["q"]}
    assert kinds <= set(load_bases())


def test_a_number_and_its_museum_are_a_match_and_a_wrong_one_is_none(running: Running) -> None:
    extended = extend(running, ids(running, "joconde", 100), ["INV", "MUSEO", "label"])
    rows = [(name, row) for name, row in extended["rows"].items() if row["MUSEO"] and any(map(str.isdigit, str(row["INV"])))]
    borne = Counter((str(row["INV"]), str(row["MUSEO"])) for _, row in rows)
    assert len(rows) > 2
    for name, row in rows[:20]:
        alone = borne[str(row["INV"]), str(row["MUSEO"])] == 1
        museum = {"pid": "museum", "v": row["MUSEO"][0]["str"]}
        for pid in ("inventory", "INV"):
            for value in (row["INV"][0]["str"], f"Inv. {row['INV'][0]['str'].lower()}"):
                right = ask(running, q={"type": "joconde", "properties": [{"pid": pid, "v": value}, museum]})["q"]
                assert name in [one["id"] for one in right if one["score"] >= 90], (name, value, right[:1])
                assert right[0]["match"] == alone, "a match is the only one that it may be"
        wrong = [{"pid": "inventory", "v": row["INV"][0]["str"] + "999"}, museum]
        assert not any(one["match"] for one in ask(running, q={"query": row["label"][0]["str"], "properties": wrong})["q"])


def test_features_say_why(running: Running) -> None:
    hit = sample(running, "joconde")
    found = ask(running, q={"query": hit["title"], "type": "joconde", "properties": [{"pid": "artist", "v": "Personne Nulle"}]})["q"][0]
    told = {one["id"]: one["value"] for one in found["features"]}
    assert told["name"] == 1 and told.get("artist", 0) < 0.5 and not found["match"]
    assert all(one["name"] for one in found["features"])


def test_values_of_every_kind_are_taken(running: Running, schemas: Schemas) -> None:
    for value in ("1850", 1850, 1850.0, True, {"id": "x"}, {"id": "x", "name": "1850"}, ["1850", 1851, {"id": "y"}], [], ""):
        query = {"query": "saint", "properties": [{"pid": "date", "v": value}, {"pid": "unheard of", "v": value}]}
        assert not schemas.faults("reconciliation-query-batch", {"q": query})
        ask(running, q=query)


def ids(running: Running, base: str, count: int) -> list[str]:
    hits = get(running, f"/search.json?base={base}&size={count}")["hits"]
    return [hit["iri"].removeprefix(f"{running.site}/id/") for hit in hits]


def extend(running: Running, names: list[str], properties: list[Any]) -> Any:
    asked = {"ids": names, "properties": [one if isinstance(one, dict) else {"id": one} for one in properties]}
    answer = running.client.post(running.root + "/reconcile", data={"extend": json.dumps(asked)})
    assert answer.status_code == 200, answer.text[:300]
    return answer.json()


def test_data_extension(running: Running, schemas: Schemas) -> None:
    for type_id in types():
        proposed = get(running, f"/reconcile/properties?type={type_id}")
        assert not schemas.faults("data-extension-property-proposal", proposed)
        assert proposed["type"] == type_id and len({one["id"] for one in proposed["properties"]}) == len(proposed["properties"]) > 5
        assert len(get(running, f"/reconcile/properties?type={type_id}&limit=3")["properties"]) == 3
        wanted = [one["id"] for one in proposed["properties"]]
        names = ids(running, type_id, 3) if type_id in load_bases() else suggested(running, "e", type_id)[:3] or ["nothing"]
        found: dict[str, Any] = {}
        for start in range(0, len(wanted), 50):
            some = extend(running, names, wanted[start : start + 50])
            assert not schemas.faults("data-extension-response", some), type_id
            assert [one["id"] for one in some["meta"]] == wanted[start : start + 50] and list(some["rows"]) == names
            found |= some["rows"][names[0]]
        if names != ["nothing"]:
            assert found["iri"][0]["str"].endswith(names[0]) and found["label"][0]["str"]
    withheld = next(code for base in load_bases().values() for code in base.withheld)
    assert extend(running, ids(running, "merimee", 5), [withheld])["rows"]


def suggested(running: Running, prefix: str, type_id: str = "") -> list[str]:
    found = get(running, "/reconcile/suggest/entity?" + urlencode({"prefix": prefix, "type": type_id, "limit": 50}))["result"]
    return [one["id"] for one in found]


def test_extension_has_settings_and_values_of_things(running: Running) -> None:
    names = [*ids(running, "joconde", 10), "joconde/nothing", "nothing"]
    creator = "http://purl.org/dc/terms/creator"
    whole = extend(running, names, ["AUTR", creator])["rows"]
    counted = extend(running, names, [{"id": "AUTR", "settings": {"count": True}}, {"id": creator, "settings": {"limit": "1"}}])["rows"]
    assert any(row["AUTR"] for row in whole.values()) and not whole["nothing"]["AUTR"]
    for name in names:
        assert counted[name]["AUTR"] == [{"int": len(whole[name]["AUTR"])}] and counted[name][creator] == whole[name][creator][:1]
    things = [value["id"] for row in whole.values() for value in row[creator] if "id" in value]
    assert things and all(row["label"] for row in extend(running, things, ["label"])["rows"].values())


def test_suggestions(running: Running, schemas: Schemas) -> None:
    hit = sample(running, "palissy")
    name = f"palissy/{hit['ref']}"
    for kind, schema in (("entity", "entities"), ("type", "types"), ("property", "properties")):
        for prefix in ("", "a", "saint", "é", hit["title"], "%", '"', "x" * 3000):
            found = get(running, f"/reconcile/suggest/{kind}?" + urlencode({"prefix": prefix, "limit": 5}))
            assert not schemas.faults(f"suggest-{schema}-response", found) and len(found["result"]) <= 5
    assert suggested(running, name)[0] == name == suggested(running, hit["ref"])[0]
    assert name in suggested(running, str(hit["title"])) and name in suggested(running, str(hit["title"])[:-1], "palissy")
    assert get(running, "/reconcile/suggest/type?prefix=joconde")["result"][0]["id"] == "joconde"
    assert get(running, "/reconcile/suggest/property?prefix=inv")["result"][0]["id"] == "inventory"
    assert {one["id"] for one in get(running, "/reconcile/suggest/property?prefix=&type=agent&limit=50")["result"]} == {
        "birth",
        "death",
        "qid",
    }
    pages = [get(running, f"/reconcile/suggest/entity?prefix=saint&limit=4&cursor={start}")["result"] for start in (0, 4)]
    assert not {one["id"] for one in pages[0]} & {one["id"] for one in pages[1]}


def test_flyouts_and_previews(running: Running) -> None:
    for kind, name in (("entity", ids(running, "mnr", 1)[0]), ("type", "joconde"), ("property", "artist"), ("property", "INV")):
        found = get(running, f"/reconcile/flyout/{kind}?id={quote(name)}")
        assert found["id"] == name and found["html"].startswith("<p><strong>"), kind
    for base in load_bases():
        for name in ids(running, base, 50):
            answer = running.get(f"/reconcile/preview?id={quote(name, safe='')}")
            assert answer.status_code == 200 and "frame-ancestors *" in answer.headers["content-security-policy"]
            assert "<script" not in answer.text and "<img src=x" not in answer.text, "nothing of a notice is markup"
    for path in (
        "/reconcile/preview?id=x",
        "/reconcile/view?id=x",
        "/reconcile/view",
        "/reconcile/flyout/entity?id=x",
        "/reconcile/suggest/x",
    ):
        assert running.get(path, "application/json").status_code == 404, path
    there = running.get(f"/reconcile/view?id={quote(ids(running, 'mnr', 1)[0], safe='')}")
    assert there.status_code == 303 and running.get(urlsplit(there.headers["location"]).path).status_code == 200


def test_agents_concepts_and_places(running: Running) -> None:
    named = open_things(store.current(running.data).path / FOLDER)
    for kind in ("agent", "concept", "place"):
        some = named.begun("a", [kind], 20) + named.begun("s", [kind], 20)
        assert len(some) > 3, kind
        for thing in some:
            found = ask(running, q={"query": thing.label, "type": kind, "limit": 50})["q"]
            assert thing.label in [one["name"] for one in found], (kind, thing)
            assert all(one["type"][0]["id"] == kind and one["description"] for one in found)


def test_a_link_to_wikidata_is_a_match(running: Running, tmp_path: Path) -> None:
    release = store.current(running.data)
    iri = f"{running.site}/id/{ids(running, 'joconde', 1)[0]}"
    Book(tmp_path / "links").add([Link(iri, "http://www.wikidata.org/entity/Q42", "wikidata", "2026-11-28")])
    reconciler = Reconciler(
        running.site, open_search(release.path / "search"), open_links(tmp_path / "links"), open_things(release.path / FOLDER)
    )
    for value in ("Q42", "http://www.wikidata.org/entity/Q42"):
        found = reconciler.candidates(Query((Condition("property", (value,), "qid"),), ("joconde",)))
        assert [one.iri for one in found if one.match] == [iri]
    assert not reconciler.candidates(Query((Condition("property", ("Q41",), "qid"),), ("joconde",)))


def test_a_callback_is_called(running: Running) -> None:
    answer = running.get("/reconcile?callback=jQuery.cb_1", "*/*")
    assert answer.text.startswith("/**/jQuery.cb_1({") and "javascript" in answer.headers["content-type"]
    assert running.get("/reconcile?callback=alert(1)//", "*/*").status_code == 400


def test_the_page(running: Running) -> None:
    for lang in ("fr", "en"):
        text = running.get(f"/reconcile?lang={lang}").text
        assert f"{running.root}/reconcile" in text and all(f'id="{name}"' in text for name in ("ref", "inventory", "artist"))
