"""The page of the basket: nothing of a reader's own on the server, and addresses that gather, compare and cite notices for anybody."""

import html
import re
from urllib.parse import parse_qs, urlencode, urlsplit

from pop_ld import iris
from pop_ld.search.address import MOST_NAMED
from pop_ld.search.contract import Hit
from pop_ld.web.basket import MOST_CITED, MOST_COMPARED, rows

from .conftest import Running


def basket(running: Running, *some: str, **more: str) -> str:
    answer = running.get("/basket?" + urlencode([*(("iri", iri) for iri in some), *more.items()]))
    assert answer.status_code == 200 and answer.headers["x-robots-tag"] == "noindex"
    return answer.text


def listed(page: str) -> list[str]:
    return [html.unescape(iri) for iri in re.findall(r'<li data-iri="([^"]*)"', page)]


def test_without_a_name_the_page_waits_for_the_browser(running: Running) -> None:
    page = basket(running, lang="fr")
    assert "<noscript>" in page and "Votre panier" in page and 'id="basket" hidden' in page
    assert listed(page) == [] and 'name="robots" content="noindex"' in page


def test_every_page_leads_to_the_basket(running: Running) -> None:
    for path in ("/", "/search?q=brunet", "/doc/merimee/IA09900004", "/about", "/nowhere"):
        page = running.get(path).text
        assert 'id="basket-link" href="/basket' in page and "/static/basket.js" in page, path
    page = running.get("/doc/merimee/IA09900004").text
    assert f'data-iri="{running.site}/id/merimee/IA09900004"' in page and 'data-href="/doc/merimee/IA09900004"' in page
    hits = running.get("/search?q=brunet").text
    assert f'data-iri="{running.site}/id/merimee/IA09900004"' in hits


def test_named_notices_are_in_the_order_they_are_named(running: Running, notices: list[str]) -> None:
    some = [notices[9], notices[2], notices[40]]
    page = basket(running, *some, f"{running.site}/id/merimee/nulle-part", lang="fr")
    assert listed(page) == some
    assert "1 adresse n&#39;est celle d&#39;aucune notice" in page and "nulle-part" in page
    assert basket(running, notices[0]).count("<table") == 0, "one notice is compared with nothing"


def test_notices_are_compared_field_by_field(running: Running) -> None:
    some = [f"{running.site}/id/merimee/{ref}" for ref in ("IA09900004", "IA09900001")]
    page = basket(running, *some, lang="fr")
    table = page.split("<table>")[1].split("</table>")[0]
    row = next(part for part in table.split("<tr") if "<code>TICO</code>" in part)
    assert "jardin d&#39;agrément de l&#39;hôtel Brunet" in row and "église paroissiale Saint-Aubin" in row
    same = next(part for part in table.split("<tr") if "<code>INSEE</code>" in part or "<code>COM</code>" in part)
    assert 'class="same"' in same
    english = basket(running, *some, lang="en").split("<table>")[1]
    assert "not given" in english


def test_rows_have_a_name_in_both_languages() -> None:
    one = Hit("a", "merimee", "1", "", "", "", 0.0, fields={"TICO": ["x", "y"], "??": ["z"]})
    two = Hit("b", "joconde", "2", "", "", "", 0.0, fields={"TICO": ["x", "y"], "TITR": ["t"]})
    three = Hit("c", "gone", "3", "", "", "", 0.0)
    for lang in ("fr", "en"):
        found = {row.code: row for row in rows([one, two, three], lang)}
        assert set(found) == {"TICO", "??", "TITR"} and all(row.label for row in found.values())
        assert found["TICO"].texts == [("x", "y"), ("x", "y"), ()] and not found["TICO"].same
    assert next(row for row in rows([one, two], "fr") if row.code == "TICO").same


def test_which_are_compared_can_be_chosen(running: Running, notices: list[str]) -> None:
    some = notices[:12]
    page = basket(running, *some)
    assert page.split("<thead>")[1].split("</thead>")[0].count("<th ") == MOST_COMPARED + 1
    chosen = [("compare", some[10]), ("compare", some[1]), ("compare", "x")]
    answer = running.get("/basket?" + urlencode([*(("iri", iri) for iri in some), *chosen]))
    head = answer.text.split("<thead>")[1].split("</thead>")[0]
    assert head.count("<th ") == 3
    assert listed(answer.text) == some and answer.text.count(" checked>") == 2


def test_files_citations_and_address_are_of_all_that_are_named(running: Running, notices: list[str]) -> None:
    some = notices[: MOST_CITED + 5]
    page = basket(running, *some, lang="fr")
    assert page.count('<p class="citation">') == MOST_CITED
    for suffix in ("csv", "jsonld", "geojson", "iris", "bib", "ris", "txt"):
        link = re.search(rf'href="(/search\.{suffix}\?[^"]*)"', page)
        assert link and sorted(parse_qs(urlsplit(html.unescape(link[1])).query)["iri"]) == sorted(some)
    permalink = re.search(r'id="permalink" role="group" aria-labelledby="link" tabindex="0">([^<]*)<', page)
    assert permalink and parse_qs(urlsplit(html.unescape(permalink[1])).query)["iri"] == some
    assert permalink[1].startswith(running.site + "/basket?")


def test_a_basket_has_an_end(running: Running, notices: list[str]) -> None:
    many = [f"{running.site}/id/merimee/{number}" for number in range(MOST_NAMED)]
    page = basket(running, *many, notices[0])
    assert listed(page) == [], "the 501st is not read"
    assert listed(basket(running, *many[:-1], notices[0])) == [notices[0]]


def test_hostile_texts_stay_texts(running: Running, notices: list[str]) -> None:
    naughty = next(iri for iri in notices if iri.endswith(iris.key("MNR<b>")))
    for page in (basket(running, naughty, notices[0]), basket(running, '"><script>alert(1)</script>', "javascript:alert(1)")):
        assert "<script>alert" not in page and "<img src=x" not in page and 'href="javascript:' not in page
    for value in ("%00", "%ff%fe", "%ed%a0%80", "a" * 60_000, "%0d%0aX:1"):
        for name in ("iri", "compare", "lang"):
            assert running.get(f"/basket?iri=x&{name}={value}").status_code == 200
