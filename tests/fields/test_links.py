"""References to notices, web addresses and images, with the faults of FACTS (j)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import NamedNode

from pop_ld.fields.links import images, museum, number, references, urls, web_address

TARGETS = {"merimee": re.compile(r"^(PA|IA)\d{8}$"), "palissy": re.compile(r"^(PM|IM)\d{8}$")}


def test_references_by_ref_and_by_page_address() -> None:
    text = "PA00087203 ; PM77001944;https://www.pop.culture.gouv.fr/notice/palissy/PM89005720"
    assert references(TARGETS)((text,), ";").value == [
        {"target_base": "merimee", "target": "PA00087203"},
        {"target_base": "palissy", "target": "PM77001944"},
        {"target_base": "palissy", "target": "PM89005720"},
    ]


@pytest.mark.parametrize("text", ["9946", "Langon", "https://www.pop.culture.gouv.fr/notice/joconde/000PE001028", "ia27000549"])
def test_what_is_no_reference_keeps_its_literal(text: str) -> None:
    parsed = references(TARGETS)((text,), ";")
    assert parsed.value == [{"unresolved": text}]
    assert parsed.remarks[0][0] == "reference-not-understood"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://example.org/a b", "https://example.org/a%20b"),
        ("www.example.org", "http://www.example.org"),
        ("museepompiers.com/", "http://museepompiers.com/"),
        ("musee.lorient.bzh/", "http://musee.lorient.bzh/"),
        ("/www.example.org/", "http://www.example.org/"),
        ('<A HREF="http://example.org/x?a=1&b=2">ici</A>', "http://example.org/x?a=1&b=2"),
        ("http://example.org/été", "http://example.org/%C3%A9t%C3%A9"),
        ("http://example.org/50%.pdf?a=%C3%A9", "http://example.org/50%25.pdf?a=%C3%A9"),
        ("http://example.org/#/x#y", "http://example.org/#/x%23y"),
    ],
)
def test_web_address(text: str, url: str) -> None:
    assert web_address(text) == url


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "htp://ds.de",
        "a",
        "\\\\Asie\\dapa\\x.htm",
        '<a href="javascript:alert(1)">x</a>',
        "http://",
        "http://[x",
        "http://example.org:port/",
        "http://conservation@example.org",
        "mailto:a@example.org",
    ],
)
def test_no_web_address(text: str) -> None:
    assert web_address(text) is None


def test_an_address_split_by_an_old_migration_is_mended() -> None:
    assert urls(("http", "//www.example.org/musees/"), ";").value == [
        {"text": "http://www.example.org/musees/", "url": "http://www.example.org/musees/"}
    ]


def test_image_keys_get_the_prefix_and_keep_their_accents_encoded() -> None:
    parse = images("https://images.example/")
    assert parse(("joconde/X 1/été#1.jpg",), "").value[0]["url"] == "https://images.example/joconde/X%201/%C3%A9t%C3%A9%231.jpg"
    assert parse(("http://www.example.org/a.jpg",), "").value[0]["url"] == "http://www.example.org/a.jpg"
    assert parse(("memoire/50% [1].jpg",), "").value[0]["url"] == "https://images.example/memoire/50%25%20%5B1%5D.jpg"


def test_museum_and_number() -> None:
    assert museum(("M5031",), ";").value == [{"museum": "M5031"}]
    assert museum(("Louvre",), ";").remarks == (("museum-not-understood", "Louvre", ""),)
    assert number(("1 234,5",), "").value == "1234.5"
    assert number(("douze",), "").remarks == (("number-not-understood", "douze", ""),)


@given(st.text(max_size=200), st.text(alphabet="%[]#?aé/2F:@", max_size=12))
def test_a_web_address_is_always_a_safe_iri(text: str, end: str) -> None:
    """What the converter writes is loaded without a proof of its IRIs: none that is none may leave it."""
    for written in (text, f"https://example.org/{end}", f"https://example.org{end}"):
        url = web_address(written)
        assert url is None or (re.match(r"^https?://", url, re.IGNORECASE) and not re.search(r'[\s<>"{}|\\^`]', url) and url.isascii())
        assert url is None or not re.search(r"%(?![0-9A-Fa-f]{2})", url)
        assert url is None or NamedNode(url).value == url  # raises ValueError of what the engine takes for no IRI


@given(st.text(max_size=60), st.text(alphabet="%[]#?{}<> aé/2F", max_size=12))
def test_the_address_of_an_image_is_always_an_iri(text: str, end: str) -> None:
    for written in (text, f"joconde/{end}.jpg"):
        assert all(NamedNode(item["url"]).value for item in images("https://images.example/")((written,), ";").value or () if "url" in item)
