"""The form of an advanced search on a real server: filled in, changed, sent; values as one types; criteria and their faults in words."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
from hypothesis import given, settings

from pop_ld import summary
from pop_ld.bases import load_bases
from pop_ld.search.address import query_string, read, write
from pop_ld.search.question import OPERATORS, Circle, Criterion, Group, Question
from pop_ld.search.where import SAID, canonical
from pop_ld.web.search_criteria import fault_said, offered, operator_key, sentence
from pop_ld.web.search_form import checked, of_question, of_sent
from tests.search.made_up_questions import GROUPS
from tests.web.conftest import NAUGHTY, Running

Pairs = list[tuple[str, str]]


def sent(form: Any) -> Pairs:
    """What a browser sends of a form."""
    rows = [(("field", row.field), ("op", row.operator), ("value", row.value)) for lines in form.groups for row in lines.rows]
    pairs: Pairs = [("q", form.words), ("between", form.between), ("where", form.where)]
    pairs += [(name, value) for name, values in form.filters for value in values]
    for lines in form.groups:
        pairs.append(("group", lines.joined))
        for _ in lines.rows:
            pairs += rows.pop(0)
    return [*pairs, ("from", form.first), ("to", form.last), ("place", form.place), ("km", form.km), *form.kept, ("do", "search")]


def asked(running: Running, pairs: Pairs, status: int = 200) -> str:
    answer = running.get("/search/advanced?" + urlencode(pairs))
    assert answer.status_code == status, answer.text[:500]
    return answer.text


def landed(running: Running, pairs: Pairs) -> Question:
    """The question at the address to which a sent form leads."""
    answer = running.get("/search/advanced?" + urlencode([*pairs, ("do", "search")]))
    assert answer.status_code == 303, re.findall(r'class="fault".*?</div>', answer.text, re.DOTALL)
    where = urlsplit(answer.headers["location"])
    assert where.path == "/search" and not where.netloc
    question, faults = read(parse_qsl(where.query))
    assert faults == []
    return question


def faults(page: str) -> list[str]:
    box = re.search(r'<div class="fault".*?</div>', page, re.DOTALL)
    return [html.unescape(re.sub("<[^>]+>", "", one)).strip() for one in re.findall(r"<li>(.*?)</li>", box[0], re.DOTALL)] if box else []


@settings(max_examples=150, deadline=None)
@given(GROUPS)
def test_a_form_sent_as_it_was_filled_in_asks_the_same(group: Group) -> None:
    """Criteria of any depth: in rows where rows can say them, else in writing."""
    codes = {"POP_COORDONNEES.lat": "LOCA", "2D": "INV", "LOCA2": "LOCA2"}

    def real(one: Criterion | Group) -> Criterion | Group:
        if isinstance(one, Group):
            return Group(one.joined, tuple(map(real, one.parts)))
        code = codes.get(one.code, one.code)
        return Criterion(code, one.operator, " ".join(one.value.split()) or "x", one.base if code in ("AUTR", "DENO") else "")

    question = Question("mot", (("base", ("joconde", "mnr")), ("author", ("A & B",))), real(group), order="-date")  # type: ignore[arg-type]
    form, action = of_sent(sent(of_question([*write(question), ("view", "mosaic"), ("lang", "en")])))
    form, found = checked(form, None)  # type: ignore[arg-type]  # nothing is looked up without a place
    assert action == "search" and form.sound, form
    assert sorted(map(str, _criteria(canonical(found.criteria)))) == sorted(map(str, _criteria(canonical(question.criteria))))
    assert (found.words, found.filters, found.order) == (question.words, question.filters, question.order)
    assert dict(form.kept) == {"sort": "-date", "view": "mosaic", "lang": "en"}
    again, _ = checked(of_sent(sent(of_question(write(found))))[0], None)  # type: ignore[arg-type]
    assert sent(again) == sent(of_question(write(found))), "the form of what was asked stays as it is"


def _criteria(group: Group | None) -> list[Any]:
    return [] if group is None else [one for part in group.parts for one in (_criteria(part) if isinstance(part, Group) else [part])]


def test_the_order_of_rows_and_groups_is_kept(running: Running) -> None:
    pairs = [("q", "vase"), ("between", "or"), ("group", "and"), ("field", "DENO"), ("op", "contains"), ("value", "vase")]
    pairs += [("field", "joconde.AUTR"), ("op", "exists"), ("value", "perdu"), ("field", ""), ("op", "contains"), ("value", "")]
    pairs += [("group", "or"), ("field", "TITR"), ("op", "begins!"), ("value", " La "), ("field", "MILL"), ("op", ">="), ("value", "1850")]
    question = landed(running, pairs)
    first = Group("and", (Criterion("DENO", "contains", "vase"), Criterion("AUTR", "exists", "", "joconde")))
    second = (Criterion("TITR", "begins!", "La"), Criterion("MILL", ">=", "1850"))
    assert question == Question("vase", criteria=Group("or", (first, *second)))


def test_what_is_sent_is_answered(running: Running) -> None:
    """From the form to the notices and back to the form."""
    pairs = [("base", "palissy"), ("group", "and"), ("field", "DENO"), ("op", "equals"), ("value", "calice")]
    address = "/search?" + query_string(landed(running, pairs))
    found = running.get(address.replace("/search?", "/search.json?"), "application/json").json()
    assert found["total"] >= 1 and {hit["base"] for hit in found["hits"]} == {"palissy"}
    page = running.get(address + "&lang=fr").text
    assert "égal à «\u00a0calice\u00a0»" in html.unescape(page)
    edit = html.unescape(re.search(r'class="edit" href="([^"]*)"', page)[1])  # type: ignore[index]
    form = running.get(edit).text
    assert re.search(r'<option value="DENO" selected>', form) and 'value="calice"' in form
    assert re.search(r'name="base" value="palissy" checked', form)


def test_faulty_criteria_of_an_address_are_told_and_can_be_mended(running: Running) -> None:
    page = running.get("/search?" + urlencode({"q": "vase", "where": 'AUTR is "x"', "lang": "fr"})).text
    assert "Critères, caractère 6" in html.unescape(page)
    edit = html.unescape(re.search(r'href="(/search/advanced[^"]*where[^"]*)"', page)[1])  # type: ignore[index]
    form = running.get(edit).text
    assert "AUTR is &#34;x&#34;" in form and 'value="vase"' in form and "caractère 6" in html.unescape(form)


@pytest.mark.parametrize(
    ("first", "last", "years"),
    [
        ("1850", "", (1850, None)),
        ("", "1900", (None, 1900)),
        ("19e siècle", "19e siècle", (1801, 1900)),
        ("15e", "XVIIe siècle", (1401, 1700)),
        ("50 av. J.-C.", "50", (-49, 50)),
        ("-49", "0", (-49, 0)),
        ("18th century", "18th c.", (1701, 1800)),
        ("50 BC", "", (-49, None)),
        ("1900", "1850", (1850, 1900)),
        ("vers 1900", "", (1900, None)),
    ],
)
def test_dates_as_people_write_them(running: Running, first: str, last: str, years: tuple[int | None, int | None]) -> None:
    assert landed(running, [("from", first), ("to", last)]).years == years


def test_around_a_point_and_a_commune(running: Running) -> None:
    assert landed(running, [("place", "48.19, 3.28"), ("km", "5")]).around == Circle(48.19, 3.28, 5.0)
    assert landed(running, [("place", "48,19 ; 3,28"), ("km", "2,5")]).around == Circle(48.19, 3.28, 2.5)
    facet = running.get("/search/facets/commune?limit=100", "application/json").json()["values"]
    communes = [one["value"] for one in facet]
    for name in communes:
        there = f"/search.json?located=oui&commune={quote(name)}"
        if running.get(there, "application/json").json()["total"]:
            around = landed(running, [("place", name.upper()), ("km", "10")]).around
            assert around and running.get(f"{there}&around={around.lat},{around.long},10", "application/json").json()["total"]
            break
    else:
        raise AssertionError("no commune of the samples has a notice with a point")


def test_bad_input_keeps_what_was_typed_and_says_which_row(running: Running) -> None:
    pairs = [("q", "mots gardés"), ("base", "joconde"), ("author", "COROT"), ("group", "or")]
    pairs += [("field", "DENO"), ("op", "contains"), ("value", "vase"), ("field", ""), ("op", "equals"), ("value", "orphelin")]
    pairs += [("field", "AUTR"), ("op", "begins"), ("value", ""), ("field", "CONTACT"), ("op", "exists"), ("value", "")]
    pairs += [("from", "avant-hier"), ("to", "hier"), ("place", "Nulle-Part"), ("km", "5")]
    pairs += [("where", 'AUTR is "x"'), ("do", "search"), ("lang", "fr")]
    page = asked(running, pairs, 400)
    told = faults(page)
    assert [one.partition(" : ")[0] for one in told if one.startswith("Ligne")] == ["Ligne 2", "Ligne 3", "Ligne 4"]
    assert any("avant-hier" in one for one in told) and any("« hier »" in one.replace("\u00a0", " ") for one in told)
    assert any("Nulle-Part" in one for one in told) and any("caractère 6" in one for one in told)
    for kept in ("mots gardés", "orphelin", "vase", "avant-hier", "Nulle-Part", "AUTR is &#34;x&#34;"):
        assert kept in page
    assert re.search(r'name="base" value="joconde" checked', page) and re.search(r'name="author" value="COROT" checked', page)
    for place in re.findall(r'<li><a href="#([^"]+)"', page):
        assert f'id="{place}"' in page


def test_distances(running: Running) -> None:
    for km in ("0", "-3", "1001", "loin", "nan", "inf"):
        assert len(faults(asked(running, [("place", "48, 3"), ("km", km), ("do", "search")], 400))) == 1


def lines_of(page: str) -> list[tuple[str, str]]:
    """The field and the value of each line of a form."""
    found = []
    for line in re.findall(r'<div class="line".*?</div>', page[: page.index("<template")], re.DOTALL):
        field = re.search(r'<option value="([^"]+)" selected', line.partition("</select>")[0])
        value = re.search(r'name="value" value="([^"]*)"', line)
        found.append((field[1] if field else "", value[1] if value else "?"))
    return found


def test_buttons_change_the_form_without_scripts(running: Running) -> None:
    pairs = [("group", "and"), ("field", "DENO"), ("op", "contains"), ("value", "vase"), ("field", "AUTR"), ("op", "exists"), ("value", "")]

    def rows(*do: str) -> list[tuple[str, str]]:
        return lines_of(asked(running, [*pairs, *(("do", one) for one in do)]))

    both = [("DENO", "vase"), ("AUTR", "")]
    assert rows("bases") == rows("nonsense") == rows("add.9") == rows("remove.5.5") == both
    assert rows("add.0") == [*both, ("", "")]
    assert rows("remove.0.0") == [("AUTR", "")]
    assert rows("group") == [*both, ("", "")]
    page = asked(running, [*pairs, ("do", "group")])
    assert page.count('<fieldset class="group">') == 2 and page.count("autofocus") == 1
    assert '<label class="between">' in page
    one = [("group", "and"), ("field", "DENO"), ("op", "contains"), ("value", "vase"), ("do", "remove.0.0")]
    assert '<div class="line"' in asked(running, one), "one empty line is left"


def test_the_default_button_is_search(running: Running) -> None:
    """Enter in any input presses the first button of a form (HTML: implicit submission)."""
    page = asked(running, [])
    form = page[page.index('<form class="advanced"') :]
    assert re.search(r'<button[^>]*name="do" value="([^"]+)"', form)[1] == "search"  # type: ignore[index]


def test_fields_offered(running: Running) -> None:
    for slug, base in load_bases().items():
        codes = [code for _, fields in offered((slug,), "fr") for code, _ in fields]
        assert sorted(codes) == sorted(base.searched), "every public field that the index holds, once"
        assert not base.withheld & set(codes)
    common = [code for _, fields in offered((), "en") for code, _ in fields]
    assert {"REF", "AUTR", "DENO", "DMAJ"} <= set(common) and len(common) < 80
    some = {code for _, fields in offered(("merimee", "palissy"), "fr") for code, _ in fields}
    assert {"DPRO", "PROT", "INSEE"} <= some
    page = asked(running, [("base", "joconde"), ("lang", "en"), ("where", 'PPRO contains "x"')])
    assert '<optgroup label="Legal information">' in page and re.search(r'<option value="PPRO" selected>[^<]+ · PPRO', page)
    assert "CONTACT" not in re.findall(r'<option value="([^"]+)"', page)


def test_values_as_one_types(running: Running) -> None:
    found = running.get("/search/fields/palissy/DENO?like=cal", "application/json")
    assert found.headers["content-type"] == "application/json" and "etag" in found.headers
    assert {"label": "calice", "count": 1} in [{**one, "count": 1} for one in found.json()["suggestions"]]
    everywhere = running.get("/search/fields/all/DENO?limit=50", "application/json").json()["suggestions"]
    assert len(everywhere) > 10 and [one["count"] for one in everywhere] == sorted((one["count"] for one in everywhere), reverse=True)
    for path in ("joconde/CONTACT", "joconde/ZZZ", "nulle/AUTR", "joconde/", "museo/NOMS"):
        assert running.get(f"/search/fields/{path}", "application/json").status_code == 404, path
    for like in (NAUGHTY, "\x00", "(" * 150, ".*", "\\", "é" * 5_000, "*"):
        assert running.get("/search/fields/all/AUTR?" + urlencode({"like": like, "limit": "x"}), "*/*").status_code == 200, like[:20]
    assert running.get("/search/fields/all/AUTR?like=%ff%fe%00&limit=99999", "*/*").status_code == 200


def test_hostile_forms(running: Running) -> None:
    many = [("group", "and"), *[("field", "AUTR"), ("op", "contains"), ("value", "x")] * 150]
    assert len(_criteria(landed(running, many).criteria)) == 100
    assert asked(running, [*[("group", "x"), ("group", "or")] * 60, ("do", "bases")]).count('class="group"') == 12
    for text in (NAUGHTY, "\x00\x01", "\u202e", "é" * 600, "{n} {0}", "%00"):
        pairs = [(name, text) for name in ("q", "base", "author", "between", "group", "field", "op", "value")]
        pairs += [(name, text) for name in ("from", "to", "place", "km", "where", "sort", "view")]
        for lang in ("fr", "en"):
            assert "<script>alert" not in asked(running, [*pairs, ("lang", lang)])
            assert "<script>alert" not in asked(running, [*pairs, ("lang", lang), ("do", "search")], 400)
            assert "<script>alert" not in asked(running, [*pairs, ("lang", lang), ("do", text)])
    assert running.get("/search/advanced?do=search&group=and&field=%ff&value=%fe%00").status_code in (303, 400)


# Words ------------------------------------------------------------------------------------------------------------------


def test_a_sentence_says_every_criterion() -> None:
    either = Group("or", (Criterion("DENO", "exists"), Criterion("MILL", ">=", "1850")))
    question = Question(filters=(("base", ("joconde",)),), criteria=Group("and", (Criterion("AUTR", "contains", "Corot"), either)))
    mill = load_bases()["joconde"].fields["MILL"]
    assert sentence("fr", question).replace("\u00a0", " ") == (
        f"Auteur contient « Corot » et (Dénomination existe ou {mill.label} supérieur ou égal à « 1850 »)"
    )
    assert sentence("en", question) == f"Author contains “Corot” and (Type of object exists or {mill.label_en} is at least “1850”)"
    assert sentence("fr", Question()) == ""
    assert "ZZZ" in sentence("fr", Question(criteria=Group("and", (Criterion("ZZZ", "absent"),))))
    assert "(Joconde)" in sentence("fr", Question(criteria=Group("and", (Criterion("AUTR", "absent", "", "joconde"),))))
    assert len(sentence("fr", Question(criteria=Group("and", (Criterion("AUTR", "contains", "x" * 5_000),))))) < 200


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_operator_and_fault_has_its_words(lang: str) -> None:
    said = {f"op_{operator_key(one)}" for one in OPERATORS}
    assert len(said) == len(OPERATORS) and said <= summary.texts(lang)["ui"].keys()
    assert len({summary.texts(lang)["ui"][key] for key in said}) == len(OPERATORS)
    for code in SAID:
        [fault] = [one for one in read([("where", WRONG[code])])[1] if one.why == code]
        text = fault_said(lang, fault)
        assert "{" not in text and (code in ("long", "many") or str(fault.at) in text)


WRONG = {
    "long": "x" * 100_000,
    "many": " and ".join(["AUTR exists"] * 101),
    "deep": "(" * 9 + "AUTR exists",
    "quote": 'AUTR contains "Corot',
    "end": "AUTR exists and",
    "bracket": "(AUTR exists",
    "unexpected": "AUTR exists now",
    "field": "é exists",
    "operator": "AUTR is",
    "value": "AUTR contains",
}
