"""/linked/…: lists of what points at a thing, in every format; the pages of things; neither falls for anything."""

from __future__ import annotations

import csv
import io
import re
from html import unescape

import pytest

from tests.web.conftest import Running

COMMUNE = "/linked/lieu/insee-21999"
HOSTILE = ["%00", "%ff%fe", "%ed%a0%80", "<script>", "'\"", "..%2F..", "x" * 5_000, "-1", "1e9", "99999999999"]


def total(page: str) -> int:
    found = re.search(r"<h1>(\d+) notice", page)
    assert found, page[:2000]
    return int(found[1])


def test_the_list_says_its_size_and_narrows_by_links_that_tell_the_truth(running: Running) -> None:
    page = running.get(COMMUNE).text
    assert total(page) == 31
    sieves = page[page.index('class="sieves"') : page.index('class="order"')]
    choices = re.findall(r'<a href="([^"]+)">.*?<span class="count">(\d+)', sieves)
    assert len(choices) > 8
    for href, count in choices:
        narrowed = running.get(unescape(href)).text
        assert total(narrowed) == int(count), href
        assert 'content="noindex"' in narrowed
    assert 'content="noindex"' not in page


def test_json_csv_and_html_are_one_list(running: Running) -> None:
    found = running.get(COMMUNE + "?format=json&order=date").json()
    assert (found["total"], found["pages"], len(found["hits"])) == (31, 1, 31)
    assert found == running.get(COMMUNE + "?order=date", "application/json").json()
    assert found == running.get(COMMUNE + ".json?order=date").json()
    rows = list(csv.DictReader(io.StringIO(running.get(COMMUNE + ".csv?order=date", "*/*").text, newline="")))
    assert [row["iri"] for row in rows] == [hit["iri"] for hit in found["hits"]]
    assert rows == list(csv.DictReader(io.StringIO(running.get(COMMUNE + ".csv?order=date&page=1").text, newline="")))
    page = running.get(COMMUNE + "?order=date").text
    assert re.findall(r'<h2 lang="fr"><a href="([^"]+)"', page) == [hit["url"] for hit in found["hits"]]


def test_the_map_has_the_notices_that_have_a_point(running: Running) -> None:
    answer = running.get(COMMUNE + ".geojson", "*/*")
    assert answer.headers["content-type"] == "application/geo+json"
    found = answer.json()
    located = [hit for hit in running.get(COMMUNE + ".json").json()["hits"] if hit["point"]]
    assert found["total"] == len(found["features"]) == len(located) > 5
    for feature, hit in zip(found["features"], located, strict=True):
        assert feature["id"] == hit["iri"]
        longitude, latitude = feature["geometry"]["coordinates"]
        assert [latitude, longitude] == [float(part) for part in hit["point"].split(" ")]


def test_etag_304_and_head(running: Running) -> None:
    for path in (COMMUNE, COMMUNE + ".json", COMMUNE + ".csv", COMMUNE + ".geojson"):
        answer = running.get(path)
        again = running.get(path, **{"If-None-Match": answer.headers["etag"]})
        assert (answer.status_code, again.status_code, again.content) == (200, 304, b"")
        head = running.client.head(running.root + path, headers={"Accept": "text/html"})
        assert (head.status_code, head.headers["etag"], head.content) == (200, answer.headers["etag"], b"")


def test_what_is_not_there(running: Running) -> None:
    assert running.get("/linked/agent/joconde/Personne").status_code == 404
    assert running.get("/linked/lieu/insee-00000.csv").status_code == 404
    assert running.get("/linked/mnr/rfr21").status_code == 410
    assert running.get(COMMUNE, "image/png").status_code == 406
    empty = running.get(COMMUNE + "?century=99&base=merimee")
    assert (empty.status_code, total(empty.text)) == (200, 0)
    assert f'href="{COMMUNE}"' in empty.text


@pytest.mark.parametrize("text", HOSTILE)
def test_any_parameter_has_a_clean_answer(running: Running, text: str) -> None:
    for name in ("relation", "base", "century", "order", "page", "format", "lang"):
        answer = running.get(f"{COMMUNE}?{name}={text}")
        assert answer.status_code == 200, (name, text)
        assert "<script" not in answer.text.split("<main", 1)[1]
    assert running.get(f"/linked/{text}").status_code in (404, 414)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("agent/joconde/BRUNET_Am%C3%A9lie", ["Personne", "Val-sur-Ource", "Œuvres", "Notice d&#39;autorité"]),
        ("lieu/insee-21999", ["Commune", "Bourgogne-Franche-Comté", "data-src=", "Notices par siècle"]),
        ("lieu/region-Bourgogne-Franche-Comt%C3%A9", ["Région", "Côte-d&#39;Or", "Yonne"]),
        ("concept/palissy/DENO/retable", ["Terme", "Palissy"]),
        ("temps/1624", ["Période", "31 décembre 1624"]),
    ],
)
def test_pages_of_things(running: Running, path: str, words: list[str]) -> None:
    page = running.get(f"/doc/{path}")
    assert page.status_code == 200
    for word in words:
        assert word in page.text, word
    linked = running.get(f"/linked/{path}.json").json()["total"]
    assert f'<a href="/linked/{path}">{linked} notice' in page.text
    assert running.get(f"/doc/{path}?lang=en").text.count('lang="en"') >= 1


def test_links_of_a_page_of_a_thing_lead_somewhere(running: Running) -> None:
    for path in ("lieu/insee-21999", "lieu/departement-21", "agent/joconde/BRUNET_Am%C3%A9lie"):
        page = running.get(f"/doc/{path}").text
        for href in {unescape(found) for found in re.findall(r'href="(/[^"]+)"', page)}:
            if not href.startswith("/static/"):
                assert running.get(href.partition("#")[0]).status_code in (200, 303), href


def test_a_list_of_a_hostile_notice(running: Running) -> None:
    """Markup in titles and names stays text, on the pages of the things that the notice points at too."""
    name = "%3Cscript%3Ealert%281%29%3C%2Fscript%3E%22%27%3C%2Ftitle%3E%3C%2Fscript%3E%3Cimg_src%3Dx_onerror%3Dalert%281%29%3E"
    concept = f"concept/mnr/DENO/{name}"
    for path in (f"/linked/{concept}", f"/doc/{concept}"):
        answer = running.get(path)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text
