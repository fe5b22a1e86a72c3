"""Texts as readers see them: producers' leftovers made readable, everything escaped, both languages complete."""

import re
from typing import Any

import pytest

from pop_ld import resources, summary
from pop_ld.formats.html import script
from pop_ld.formats.words import broken, coordinate, date_words, followable, highlighted, inline, number, one_line, plain, rich, say


def keys(texts: Any, path: str = "") -> set[str]:
    if not isinstance(texts, dict):
        return {path}
    return {key for name, value in texts.items() for key in keys(value, f"{path}.{name}")}


def test_both_languages_have_the_same_keys_and_braces() -> None:
    french, english = summary.texts("fr"), summary.texts("en")
    assert keys(french) == keys(english)
    for kind, text in french["problems"].items():
        assert set(re.findall(r"{\w+}", text)) == set(re.findall(r"{\w+}", english["problems"][kind])), kind


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("l\x92église#rebâtie£<b>", "l’église<br>rebâtie<br>&lt;b&gt;"),
        ("16e siècle", "16<sup>e</sup> siècle"),
        ("1ère moitié du 20è siècle", "1<sup>ère</sup> moitié du 20<sup>è</sup> siècle"),
        ("dans le 16earrondissement", "dans le 16earrondissement"),
        ("a\r\n\nb", "a<br>b"),
    ],
)
def test_rich(text: str, html: str) -> None:
    assert rich(text) == html


def test_one_line_keeps_its_signs() -> None:
    assert inline("n# 3 & <i>") == "n# 3 &amp; &lt;i&gt;"
    assert plain("\x96 l\x92an") == "– l’an"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "JAVASCRIPT:x", "data:text/html,x", " https://a", "https://a b", 'https://a"', "//a", "https:"]
)
def test_what_a_page_never_links_to(url: str) -> None:
    assert not followable(url)


def test_what_a_page_links_to() -> None:
    assert followable("https://pop.culture.gouv.fr/notice/mnr/R%2026%20P") and followable("mailto:a@example.org")


def test_numbers_dates_and_coordinates() -> None:
    assert (number(1234567, "fr"), number(1234567, "en")) == ("1\u202f234\u202f567", "1,234,567")
    assert date_words("1983-07-01", "fr") == "1er juillet 1983"
    assert date_words("1983-07-22T10:00:00Z", "en") == "22 July 1983"
    assert date_words("1983-13-22", "fr") == "1983-13-22"
    assert coordinate("-1.55", "EO", "fr") == "1,5500° O"
    assert coordinate("nul", "EO", "fr") == "nul"
    assert say("fr", "ui.notices", n=0) == "0 notice" and say("en", "ui.notices", n=0) == "0 notices"


def test_no_text_ends_a_script_block() -> None:
    assert "<" not in script({"name": "</script><!--"})


def luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_contrast_of_texts_in_the_light_and_the_dark_theme() -> None:
    """WCAG 2.2 §1.4.3: 4.5:1 for text on the page, on fields and washes; what a browser without light-dark() gets is the light theme."""
    style = (resources.folder("templates") / "static" / "style.css").read_text(encoding="utf-8")
    plain = dict(re.findall(r"--([\w-]+): #([0-9a-f]{3,6});", style.split("@supports", 1)[0]))
    pairs = {name: (light, dark) for name, light, dark in re.findall(r"--([\w-]+): light-dark\(#(\w+), #(\w+)\);", style)}
    assert {name: light for name, (light, _) in pairs.items()} == plain
    for theme in (0, 1):
        found = {name: pair[theme] * (2 if len(pair[theme]) == 3 else 1) for name, pair in pairs.items()}
        inks = ("ink", "quiet", "accent", "fault", "good", *(f"hue{n}" for n in range(6)))
        for name, ground in [(ink, ground) for ink in inks for ground in ("paper", "field", "wash")] + [("accent-ink", "accent")]:
            lights = sorted((luminance(found[name]), luminance(found[ground])))
            assert (lights[1] + 0.05) / (lights[0] + 0.05) >= 4.5, (name, ground)
        edges = sorted((luminance(found["edge"]), luminance(found["paper"])))
        assert (edges[1] + 0.05) / (edges[0] + 0.05) >= 3, "the border of a field (§1.4.11)"


def test_a_first_of_a_month_has_its_letters_raised() -> None:
    assert inline("1er janvier 2019") == "1<sup>er</sup> janvier 2019"
    assert inline("le 1er adjoint") == "le 1er adjoint"


def test_a_piece_of_a_text_keeps_the_spaces_at_its_ends() -> None:
    assert broken(" et ") == " et " and broken(" a#b ") == " a<br>b "
    assert one_line("a#b \r\n c£") == "a b c"


def test_segments_are_marked_on_one_line_and_escaped() -> None:
    said = highlighted([("une £ ", False), ("<b>église</b>", True), (" du 16e siècle#et", False)])
    assert said == "une <mark>&lt;b&gt;église&lt;/b&gt;</mark> du 16<sup>e</sup> siècle et"
    assert highlighted([("a\ufdd0b", True), ("\ufdd1c<", False)]) == "<mark>ab</mark>c&lt;"
