"""The page /sparql as the server makes it: the gallery, the opening answer, hostile texts, and no need of scripts."""

from __future__ import annotations

import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest

from pop_ld import resources, summary
from pop_ld.web import gallery, sparql_page
from pop_ld.web.sparql_request import FORMATS

from .conftest import NAUGHTY, Running

LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
EXAMPLES = sorted(path.stem for path in (resources.folder("ontologies") / "examples").glob("*.ttl"))
HOSTILE = [
    NAUGHTY,
    "</textarea><script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "\n\nSELECT",
    "\x00\ufffe",
    "{{ 7*7 }}",
    "é" * 5000,
]


class Tags(HTMLParser):
    """The tags of a page with their attributes, and the text of its text area."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.written = ""
        self._inside = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attributes)))
        self._inside = tag == "textarea" and dict(attributes).get("id") == "query"

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.written += data


def tags(answer: httpx.Response) -> Tags:
    parser = Tags()
    parser.feed(answer.text)
    return parser


def ask(running: Running, query: str, lang: str = "fr") -> httpx.Response:
    return running.get(f"/sparql?lang={lang}&query={quote(query)}")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_gallery_holds_every_question_with_what_it_teaches(running: Running, lang: str) -> None:
    answer = running.get(f"/sparql?lang={lang}")
    assert answer.status_code == 200 and answer.headers["content-language"] == lang
    questions = gallery.gallery(running.site, lang)
    assert [one.name for one in questions] == EXAMPLES and len(questions) == 40
    text = html.unescape(answer.text)
    for one in questions:
        assert one.title in text and one.comment in text and f"?example={one.name}&" in text
        assert not one.twin or f"?example={one.twin}&" in text
    assert sum(1 for one in questions if one.twin) == 13


@pytest.mark.parametrize("name", [EXAMPLES[0], EXAMPLES[11] + "-crm", EXAMPLES[38]])
def test_an_example_opens_with_its_answer(running: Running, name: str) -> None:
    answer = running.get(f"/sparql?example={name}&lang=fr")
    found = tags(answer)
    example = gallery.examples(running.site, "fr")[name]
    assert found.written.strip() == example.query
    assert sum(1 for tag, _ in found.found if tag == "td") > 0
    again = running.get(f"/sparql?example={name}&lang=fr", **{"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_the_opening_question_has_an_answer(running: Running) -> None:
    assert gallery.OPENING in EXAMPLES
    assert running.get("/sparql").text.count('<td data-kind="iri"') > 2
    assert running.get("/sparql?example=nonsense").status_code == 200


def test_a_program_still_gets_the_description_of_the_service(running: Running) -> None:
    answer = running.get("/sparql?example=01-monuments-before-1900", accept="text/turtle")
    assert answer.headers["content-type"].startswith("text/turtle")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_query_is_shown_as_it_was_sent(running: Running, text: str) -> None:
    answer = ask(running, text)
    assert answer.status_code == 400
    plain = running.get("/sparql")
    found = tags(answer)
    names = lambda page: [(tag, about.get("id")) for tag, about in page.found if tag in ("script", "img", "iframe", "svg")]  # noqa: E731
    assert names(found) == names(tags(plain))
    shown = found.written.removeprefix("\n")
    assert shown.replace("\r\n", "\n") == text.replace("\x00", "\ufffd") or "\x00" in text
    assert "49" not in shown


def test_hostile_labels_and_terms_are_escaped(running: Running) -> None:
    made = "BIND(<javascript:alert(1)> AS ?b) BIND('<b>'@fr AS ?c)"
    answer = ask(running, f"SELECT ?s ?l ?b ?c WHERE {{ ?s <{LABEL}> ?l FILTER(CONTAINS(?l, '<script>')) {made} }}")
    assert answer.status_code == 200
    found = tags(answer)
    assert [about for tag, about in found.found if tag == "img"] == []
    assert not any((about.get("href") or "").startswith("javascript:") for _, about in found.found)
    assert "&lt;script&gt;alert(1)" in answer.text and "<b>" not in answer.text


def test_labels_stand_over_iris(running: Running) -> None:
    answer = ask(running, "SELECT ?s WHERE { ?s a <https://data.pop.culture.gouv.fr/def/pop#Edifice> } LIMIT 1")
    cell = re.search(r'<td data-kind="iri".*?</td>', answer.text)
    assert cell and "data-label" in cell[0] and 'href="/id/merimee/' in cell[0] and 'class="iri mono">/id/merimee/' in cell[0]
    answer = ask(running, "SELECT ?c WHERE { ?s a ?c FILTER(?c = <https://data.pop.culture.gouv.fr/def/pop#Edifice>) } LIMIT 1", "en")
    assert "pop:Edifice" in answer.text


def test_links_take_the_answer_in_every_format(running: Running) -> None:
    for query, count in (("SELECT * WHERE { ?s ?p ?o } LIMIT 2", 4), ("CONSTRUCT WHERE { ?s ?p ?o } LIMIT 2", 4)):
        links = [about["href"] or "" for _, about in tags(ask(running, query)).found if about.get("download")]
        assert len(links) == count
        for link in links:
            taken = running.get(link)
            assert taken.status_code == 200, link
            (name,) = parse_qs(urlsplit(link).query)["format"]
            assert taken.headers["content-type"].split(";")[0] in FORMATS[name]


def test_a_syntax_error_shows_its_place_and_keeps_the_query(running: Running) -> None:
    answer = ask(running, "SELECT ?s WHERE {\n  ?s ?p }", "en")
    found = tags(answer)
    assert answer.status_code == 400
    assert any(about.get("id") == "fault" and about.get("data-line") == "2" for _, about in found.found)
    assert "Line 2" in html.unescape(answer.text) and "<mark>" in answer.text


def test_a_query_over_its_budget_is_offered_more(running: Running) -> None:
    answer = ask(running, "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }", "en")
    assert answer.status_code == 504
    links = [about["href"] or "" for _, about in tags(answer).found if "timeout=4" in (about.get("href") or "")]
    assert len(links) == 1


def test_the_page_tells_its_scripts_in_words_of_both_languages(running: Running) -> None:
    told = {}
    for lang in ("fr", "en"):
        found = re.search(
            r'<script type="application/json" id="page-data">(.*?)</script>', running.get(f"/sparql?lang={lang}").text, re.DOTALL
        )
        assert found
        told[lang] = json.loads(found[1])
        assert told[lang]["words"] == summary.texts(lang)["editor"]
        assert told[lang]["prefixes"]["pop"].endswith("/def/pop#") and "geo" in told[lang]["prefixes"]
    assert told["fr"]["words"].keys() == told["en"]["words"].keys()
    assert all(isinstance(key, str) for key in summary.texts("fr")["editor"]), "yes and no are words, not truths"


def test_every_word_that_the_scripts_say_is_there() -> None:
    folder = resources.folder("templates") / "static" / "sparql"
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.js")))
    said = set(re.findall(r'\bsay\(\s*"(\w+)"', text))
    assert len(said) > 20 and said <= summary.texts("fr")["editor"].keys()


def test_the_page_asks_nothing_of_other_hosts_and_runs_no_inline_code(running: Running) -> None:
    answer = running.get("/sparql")
    for tag, about in tags(answer).found:
        assert not any(name.startswith("on") or name == "style" for name in about), (tag, about)
        if tag in ("script", "link", "img"):
            assert (about.get("src") or about.get("href") or "/").startswith("/"), (tag, about)
            assert tag != "script" or about.get("src") or about.get("type") == "application/json"
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self';" in policy and "style-src 'self';" in policy


def test_what_is_vendored_has_its_licences_and_serves(running: Running) -> None:
    folder: Path = resources.folder("templates") / "static" / "vendor"
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    pinned = json.loads((folder.parents[2] / "assets" / "package.json").read_text(encoding="utf-8"))["devDependencies"]
    licences = (folder / "LICENCES.txt").read_text(encoding="utf-8")
    for name in pinned.keys() - {"topojson-client"}:  # which only builds land.json
        assert f"{name} {pinned[name]} (" in licences
    for name in names:
        assert running.get(f"/static/vendor/{name}").status_code == 200
    assert "sourceMappingURL" not in (folder / "yasqe.js").read_text(encoding="utf-8")
    faces = re.findall(r'url\("(fonts/[^"]+)"\)', (folder / "fonts.css").read_text(encoding="utf-8"))
    assert set(faces) == {name for name in names if name.startswith("fonts/")}
    font = running.get(f"/static/vendor/{faces[0]}")
    assert font.headers["content-type"] == "font/woff2" and "immutable" in font.headers["cache-control"]
    preloaded = re.findall(r'rel="preload" href="/static/vendor/([^"]+)"', running.get("/").text)
    assert preloaded and set(preloaded) <= set(faces)


def test_a_line_of_tsv_that_was_cut_is_dropped() -> None:
    columns, rows, more = sparql_page.table('?a\t?b\n<https://x.example/id/a>\t"1"@fr\n<https://x.exa', True, "https://x.example")
    assert (columns, more) == (["a", "b"], True)
    assert [[cell.text for cell in row] for row in rows] == [["https://x.example/id/a", "1"]]
    assert (rows[0][0].href, rows[0][1].lang, rows[0][1].note) == ("/id/a", "fr", "fr")
