"""The map and the timeline of a search: every notice is somewhere, every link leads to as many as it says."""

import html
import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from pop_ld.search.contract import MOST_CLUSTERS
from pop_ld.search.question import Box, Question
from pop_ld.web.search_clusters import having_point, within
from pop_ld.web.search_timeline import MOST_BARS, first_step, span_words

from .conftest import NAUGHTY, Running
from .placed import LOCATED, placed

__all__ = ["placed"]  # a fixture


def total(site: Running, href: str) -> int:
    """How many notices the search behind an address of a page has."""
    query = urlsplit(html.unescape(href)).query
    return int(site.get(f"/search.json?{query}", "*/*").json()["total"])


# Clusters ------------------------------------------------------------------------------------------------------------------


def test_every_notice_with_a_point_is_in_one_cluster_at_any_zoom(placed: Running) -> None:
    located = total(placed, "?located=oui")
    assert 600 < located < LOCATED
    sizes = []
    for zoom in range(0, 19, 2):
        answer = placed.get(f"/search/clusters?zoom={zoom}", "*/*")
        found = answer.json()
        counts = [one["properties"].get("count", 1) for one in found["features"]]
        assert found["total"] == sum(counts) == located
        assert len(counts) <= MOST_CLUSTERS
        sizes.append(len(counts))
    assert sizes == sorted(sizes) and sizes[0] < 20 < sizes[-1]
    assert answer.headers["content-type"] == "application/geo+json" and answer.headers["x-robots-tag"] == "noindex"
    known = placed.get(f"/search/clusters?zoom={zoom}", "*/*", **{"If-None-Match": answer.headers["etag"]})
    assert known.status_code == 304


def test_clusters_are_where_they_say(placed: Running) -> None:
    found = placed.get("/search/clusters?zoom=6", "*/*").json()["features"]
    assert all("count" in one["properties"] for one in found)
    for one in found:
        west, south, east, north = one["bbox"]
        long, lat = one["geometry"]["coordinates"]
        assert west - 1e-6 <= long <= east + 1e-6 and south - 1e-6 <= lat <= north + 1e-6
        box = f"{west - 1e-5:.6f},{south - 1e-5:.6f},{east + 1e-5:.6f},{north + 1e-5:.6f}"
        assert total(placed, f"?box={box}") >= one["properties"]["count"]


def test_parts_of_the_world_add_up(placed: Running) -> None:
    quarters = ("-180,-90,2.21,46.3", "2.210001,-90,180,46.3", "-180,46.300001,2.21,90", "2.210001,46.300001,180,90")
    counted = [placed.get(f"/search/clusters?zoom=8&within={quarter}", "*/*").json()["total"] for quarter in quarters]
    assert sum(counted) == placed.get("/search/clusters?zoom=8", "*/*").json()["total"] and all(counted)
    few = placed.get("/search/clusters?zoom=14&within=55,-22,56,-20", "*/*").json()
    assert few["features"] and all("name" in one["properties"] and one["properties"]["url"].startswith("/doc/") for one in few["features"])


@pytest.mark.parametrize(
    "own,view,both",
    [
        (None, Box(0, 0, 1, 1), Box(0, 0, 1, 1)),
        (Box(0, 0, 2, 2), Box(1, 1, 3, 3), Box(1, 1, 2, 2)),
        (Box(0, 0, 1, 1), Box(2, 2, 3, 3), Box(0, 90, 0, 90)),
        (Box(170, 0, -170, 1), Box(0, 0, 1, 1), Box(170, 0, -170, 1)),
        (Box(0, 0, 1, 1), Box(170, 0, -170, 1), Box(0, 0, 1, 1)),
        (Box(0, 0, 1, 1), None, Box(0, 0, 1, 1)),
    ],
)
def test_a_view_narrows_the_box_of_the_question(own: Box | None, view: Box | None, both: Box) -> None:
    assert within(Question(box=own), view).box == both


def test_only_those_with_a_point_are_on_a_map() -> None:
    assert having_point(Question()).chosen("located") == ("oui",)
    assert having_point(Question().choosing("located", ["non", "oui"])).chosen("located") == ("oui",)
    assert "oui" not in having_point(Question().choosing("located", ["non"])).chosen("located")


def test_a_form_leads_to_the_search_around_a_point(running: Running) -> None:
    answer = running.get("/search/around?q=a%26b&base=merimee&view=map&box=1,2,3,4&lat=47,83&long=4.62&km=20")
    assert answer.status_code == 303
    assert parse_qs(urlsplit(answer.headers["location"]).query) == {
        "q": ["a&b"],
        "base": ["merimee"],
        "view": ["map"],
        "around": ["47.83,4.62,20"],
    }
    assert answer.headers["location"].startswith("/search?")
    odd = running.get("/search/around?lat=%0d%0aX:1&long=%ff&km=")
    assert odd.status_code == 303 and "\n" not in odd.headers["location"]
    assert "around" not in running.get("/search/around?q=a").headers["location"]


# The page of the map -------------------------------------------------------------------------------------------------------

CIRCLE = re.compile(r'<a href="([^"]*)" aria-label="([^"]*)"><circle')


def test_without_scripts_the_map_is_a_drawing_with_links(placed: Running) -> None:
    page = placed.get("/search?view=map&lang=fr").text
    located = total(placed, "?located=oui")
    assert f"{located} notices sont sur la carte." in page
    assert f"{LOCATED - located} autres n&#39;ont pas de coordonnées." in page
    found = CIRCLE.findall(page)
    assert 10 < len(found) < MOST_CLUSTERS
    counted = 0
    for href, label in found:
        said = int(re.sub(r"\D", "", label))
        assert total(placed, href) >= said > 0
        counted += said
    metropole = re.search(r'<a href="([^"]*)"[^>]*>France métropolitaine <span class="count">(\d+)</span>', page)
    reunion = re.search(r'<a href="([^"]*)"[^>]*>La Réunion <span class="count">(\d+)</span>', page)
    assert metropole and reunion and total(placed, metropole[1]) == int(metropole[2]) and total(placed, reunion[1]) == int(reunion[2])
    assert counted == int(metropole[2]), "the drawing shows the part that has the most"
    page = placed.get(html.unescape(reunion[1])).text
    current = re.search(r'<a href="([^"]*)" aria-current="true">La Réunion <span class="count">(\d+)</span>', page)
    assert current and current[2] == reunion[2] and f"{reunion[2]} notices sont sur la carte." in page
    assert f'France métropolitaine <span class="count">{metropole[2]}</span>' in page, "the others can still be gone to"
    assert 'class="land france"' in page


def test_few_notices_are_drawn_and_listed_one_by_one(running: Running) -> None:
    page = running.get("/search?view=map&base=merimee&lang=fr").text
    links = {html.unescape(href) for href, _ in CIRCLE.findall(page)}
    assert len(links) > 5 and all(link.startswith("/doc/merimee/") for link in links)
    assert "Les notices en liste" in page


def test_a_map_that_has_nothing_to_show_says_why(running: Running, placed: Running) -> None:
    page = placed.get("/search?view=map&located=non&lang=fr").text
    assert "coordonnées" in page and "<svg" not in page.split("<main")[1]
    for path in ("/search?view=map&q=zzzzzz", "/search?view=map&box=0,0,0.1,0.1", "/search?view=timeline&q=zzzzzz"):
        assert running.get(path).status_code == 200


def test_titles_never_become_markup_on_a_map(placed: Running) -> None:
    found = placed.get("/search/clusters?zoom=12&q=alert", "*/*")
    assert NAUGHTY in found.json()["features"][0]["properties"]["name"]
    page = placed.get("/search?view=map&q=alert").text
    assert "<script>alert" not in page and "<img src=x" not in page
    data = re.search(r'<script type="application/json" id="results-map-data">(.*?)</script>', page, re.DOTALL)
    assert data and json.loads(data[1])["clusters"].startswith("/search/clusters?q=alert")


# The timeline --------------------------------------------------------------------------------------------------------------


def test_every_notice_is_in_a_bar_or_said_to_be_in_none(placed: Running) -> None:
    for step in (1, 10, 100, 1_000):
        found = placed.get(f"/search/timeline?step={step}", "*/*").json()
        assert found["step"] == step
        assert sum(bar["count"] for bar in found["bars"]) + found["wider"] + found["undated"] == LOCATED
        assert all(bar["to"] - bar["from"] == step - 1 and (bar["from"] - 1) % step == 0 for bar in found["bars"])
    assert found["undated"] == total(placed, "?century=-")


BAR = re.compile(r'<a href="([^"]*)" aria-label="([^"]*)"><rect class="room"')


def test_bars_narrow_from_centuries_to_years(placed: Running) -> None:
    page = placed.get("/search?view=timeline&lang=fr").text
    bars = {label.split(" : ")[0]: (href, int(re.sub(r"\D", "", label.split(" : ")[1]))) for href, label in BAR.findall(page)}
    assert set(bars) >= {"11e siècle", "18e siècle", "20e siècle"}
    for href, said in bars.values():
        assert total(placed, href) >= said
    href, said = bars["18e siècle"]
    assert "years=1701..1800" in href
    page = placed.get(html.unescape(href)).text
    decades = BAR.findall(page)
    assert len(decades) == 10 and decades[0][1].startswith("1701 à 1710")
    assert sum(int(re.sub(r"\D", "", label.split(" : ")[1])) for _, label in decades) == said
    assert re.search(r'<li><a href="[^"]*">Toutes les dates</a></li>', page)
    page = placed.get(html.unescape(decades[3][0])).text
    years = BAR.findall(page)
    assert years and all(re.fullmatch(r"17(3\d|40) : \d+ notices?", label) for _, label in years)
    assert "18<sup>e</sup> siècle</a>" in page
    assert "view=timeline" not in years[0][0], "a year leads to its list"
    assert total(placed, years[0][0]) == int(years[0][1].split(" : ")[1].split(" ")[0])


def test_what_has_no_bar_is_said(running: Running) -> None:
    page = running.get("/search?view=timeline&lang=fr").text
    found = running.get("/search/timeline", "*/*").json()
    assert f"{found['undated']} notices ne sont pas datées." in page
    assert f"{found['wider']} notices sont datées de façon trop large" in page
    assert page.count('<td class="number">') >= len(found["bars"])


@pytest.mark.parametrize(
    "years,step",
    [
        ((None, None), 100),
        ((None, -1_001), 1_000),
        ((None, 1_800), 100),
        ((1801, 1900), 10),
        ((1801, 1810), 1),
        ((1801, 1801), 1),
        ((1, 2_000), 100),
        ((-9_999, 2_000), 1_000),
    ],
)
def test_spans_suit_the_years_asked_for(years: tuple[int | None, int | None], step: int) -> None:
    assert first_step(years) == step
    if None not in years:
        assert (years[1] - years[0] + 1) / step <= MOST_BARS  # type: ignore[operator]


def test_spans_in_words() -> None:
    assert span_words(1801, 100, "fr") == "19e siècle" and span_words(1, 100, "fr") == "1er siècle"
    assert span_words(-99, 100, "fr") == "1er siècle av. J.-C." and span_words(-199, 100, "en") == "2nd century BC"
    assert span_words(1801, 10, "en") == "1801 to 1810" and span_words(0, 1, "fr") == "1 av. J.-C."


def test_hostile_parameters_get_a_clean_answer(running: Running) -> None:
    hostile = ("%00", "%ff%fe", "%ed%a0%80", "9" * 5_000, "a" * 60_000, "-1", "1e9", "nan,nan,nan,nan", "%22%3E%3Cscript%3Ealert(1)")
    for value in hostile:
        for path in ("/search/clusters?zoom=", "/search/clusters?within=", "/search/clusters?box=", "/search/timeline?step="):
            assert running.get(path + value, "*/*").status_code == 200, (path, value[:20])
        for path in ("/search?view=map&box=", "/search?view=map&around=", "/search?view=timeline&years=", "/search?view=map&q="):
            answer = running.get(path + value)
            assert answer.status_code == 200 and "<script>alert(1)" not in answer.text, (path, value[:20])
    for years in ("-100000..100000", "..-5000", "9000..", "..", "100000..-100000", "0..0"):
        for view in ("timeline", "map"):
            assert running.get(f"/search?view={view}&years={years}").status_code == 200
    for box in ("170,-20,-170,20", "-180,-90,180,90", "0,0,0,0", "179.99,-90,180,-89"):
        assert running.get(f"/search?view=map&box={box}").status_code == 200
    for circle in ("90,180,1000", "-90,0,0.001", "0,-180,1000"):
        assert running.get(f"/search?view=map&around={circle}").status_code == 200
