"""Addresses of searches on POP: the same search here, in POP's logic; what has no equivalent is told where one lands."""

from __future__ import annotations

import csv
import html
import json
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest

from pop_ld import resources
from pop_ld.bases import load_bases
from pop_ld.search.address import read
from pop_ld.search.question import FACETS, OPERATORS, Question
from pop_ld.search.where import LONGEST_WHERE, MOST_CRITERIA, criteria_of, write_where
from pop_ld.web.old_search_names import names
from tests.web.conftest import NAUGHTY, Running


def moved(running: Running, path: str, status: int = 302, **parameters: Any) -> tuple[Question, dict[str, str]]:
    """The question at the address to which an old one leads, and the other parameters there."""
    query = urlencode({name: value if isinstance(value, str) else json.dumps(value) for name, value in parameters.items()})
    answer = running.get(f"{path}?{query}")
    assert answer.status_code == status, answer.text[:300]
    assert "no-cache" in answer.headers["cache-control"], "which facet has a value depends on the release"
    where = urlsplit(answer.headers["location"])
    assert where.path in ("/search", "/search/advanced") and not where.netloc
    question, faults = read(parse_qsl(where.query))
    assert faults == []
    found = running.get(answer.headers["location"])
    assert found.status_code == 200
    return question, {name: values[0] for name, values in parse_qs(where.query).items() if name in ("view", "dropped", "lang")}


def where(running: Running, rules: list[Any], base: str = "joconde", **more: str) -> str:
    """The criteria of an advanced search as they are written here."""
    question, others = moved(running, f"/advanced-search/list/{base}", qb=rules, **more)
    assert "dropped" not in others, others
    assert question.chosen("base") == (base,)
    return write_where(question.criteria)


def rule(field: Any, operator: str = "*", value: str = "x", combinator: str = "AND") -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": value, "combinator": combinator, "index": 0}


# The simple search ------------------------------------------------------------------------------------------------------


def test_words_bases_and_views(running: Running) -> None:
    joconde = load_bases()["joconde"].name["fr"]
    question, others = moved(
        running, "/search/list", mainSearch="calice d'argent", base=[joconde], resPage=3, last_view="list", idQuery="4b"
    )
    assert question == Question("calice d'argent", filters=(("base", ("joconde",)),)) and others == {}
    for name in ("Photographies (Mémoires)", "Photographies (Mémoire)", "memoire", "Mémoire"):
        assert moved(running, "/search/list", base=[name])[0].chosen("base") == ("memoire",)
    question, others = moved(running, "/search/mosaic", mainSearch="calice")
    assert others == {"view": "mosaic"} and question.chosen("image") == ("oui",), "POP's mosaic is one of images"
    question, others = moved(running, "/search/map", lang="en")
    assert others == {"view": "map", "lang": "en"} and question.chosen("located") == ("oui",)
    assert moved(running, "/search/list", mainSearch="sans guillemets")[0].words == "sans guillemets"
    assert moved(running, "/search/list", mainSearch=json.dumps('"une phrase"'))[0].words == '"une phrase"'


def test_values_become_the_facet_that_has_them(running: Running) -> None:
    """In the spelling of the index; several values stay alternatives."""
    answer = running.get("/search/facets/domain?limit=100", "application/json").json()
    values = [one["value"] for one in answer["values"]][:3]
    question, others = moved(running, "/search/list", domn=[value.lower() for value in values], image=["oui"])
    assert question.chosen("domain") == tuple(values) and question.chosen("image") == ("oui",) and others == {}
    region = running.get("/search/facets/region?limit=5", "application/json").json()["values"][0]["value"]
    assert moved(running, "/search/list", ou=[region])[0].chosen("region") == (region,)


def test_other_values_become_criteria_on_the_fields_that_pop_looked_at(running: Running) -> None:
    question, others = moved(running, "/search/list", base=["Joconde"], auteur=["INCONNU Jamais"], expo=["Exposition de 1900"])
    assert others == {} and not question.chosen("author")
    assert write_where(question.criteria) == 'AUTR equals "INCONNU Jamais" and EXPO equals "Exposition de 1900"'
    question, _ = moved(running, "/search/list", periode=["jamais", "toujours"])
    assert {one.code for one in criteria_of(question.criteria)} == {"PERI", "SCLE"}
    assert question.criteria and question.criteria.joined == "or" and len(question.criteria.parts) == 4
    question, _ = moved(running, "/search/list", **{"deno[0]": "vase", "deno[1]": "coupe"})
    assert write_where(question.criteria) == 'DENO equals "vase" or DENO equals "coupe"'


def test_what_has_no_equivalent_is_told_on_the_page(running: Running) -> None:
    _, others = moved(running, "/search/list", **{"import": ["5f3"], "base": ["Mistral"], "nouveau": "oui", "utm_source": "lettre"})
    assert others["dropped"].split("\n") == ["base : Mistral", "import : 5f3", "nouveau : oui"]
    page = running.get("/search?" + urlencode({"dropped": others["dropped"], "lang": "fr"})).text
    assert "n'a pas d'équivalent" in html.unescape(page) and "base : Mistral · import : 5f3 · nouveau : oui" in html.unescape(page)
    assert "has no equivalent" in running.get("/search?dropped=x&lang=en").text
    assert "n'a pas d'équivalent" not in html.unescape(running.get("/search?lang=fr").text)
    long = running.get("/search?" + urlencode({"dropped": "\n".join(["x" * 3_000] * 15), "lang": "fr"})).text
    assert len(long.partition('class="fault"')[2].partition("</p>")[0]) < 2_000


# The advanced search ----------------------------------------------------------------------------------------------------


def test_each_operator(running: Running) -> None:
    pop = {"*", "==", "^", "!*", "!=", "===*", "===", "===^", "!==*", "!==", ">=", "<=", ">", "<", "∃", "!∃"}
    assert pop <= names().operators.keys() and {names().operators[one] for one in pop} == set(OPERATORS)
    for one in pop:
        ours = names().operators[one]
        value = "" if ours in ("exists", "absent") else ' "vase"'
        assert where(running, [rule(["DENO.keyword"], one, "vase")]) == f"DENO {ours}{value}"


def test_rules_of_real_addresses(running: Running) -> None:
    """The first is of a course, the second of a museum's script: a field may stand in a list or alone."""
    rules = [rule(["DENO.keyword"], "*", "pont"), rule(["REG.keyword"], "==", "Pays de la Loire")]
    assert where(running, rules, "merimee") == 'DENO contains "pont" and REG equals "Pays de la Loire"'
    assert where(running, [rule("AUTR.keyword", "===*", "Corot")]) == 'AUTR contains! "Corot"'


def test_groups_of_fields_become_alternatives(running: Running) -> None:
    group = ["AUTR.keyword", "ATTR.keyword", "DECV.keyword"]
    assert where(running, [rule(group)]) == 'AUTR contains "x" or ATTR contains "x" or DECV contains "x"'
    assert where(running, [rule(group[:2], "!*")]) == 'AUTR lacks "x" and ATTR lacks "x"', "no field has it"
    assert where(running, [rule(["NUMP.keyword", "RENVOI.keyword"])], "memoire") == 'NUMP contains "x" or RENV contains "x"'


@pytest.mark.parametrize(
    ("rules", "text"),
    [
        ("A B& C&", "A and B and C"),
        ("A B| C|", "A or B or C"),
        ("A B& C|", "(A and B) or C"),
        ("A B| C&", "(A or B) and C"),
        ("A A| B&", "(A or A) and B"),
        ("A B| B&", "A or (B and B)"),
        ("A B& B|", "A and (B or B)"),
        ("A B| B& C&", "(A or (B and B)) and C"),
        ("A A| A&", "(A or A) and A"),
        ("A| B&", "A and B"),
    ],
)
def test_rules_are_joined_in_the_logic_of_pop(running: Running, rules: str, text: str) -> None:
    """Rules on the same field that follow each other are a group; groups are read from left to right; the first combinator says nothing."""
    codes = {"A": "AUTR", "B": "DENO", "C": "TITR"}
    made = [rule([f"{codes[one[0]]}.keyword"], "*", "x", "OR" if one.endswith("|") else "AND") for one in rules.split()]
    wanted = "".join(f'{codes[letter]} contains "x"' if letter in codes else letter for letter in text)
    assert where(running, made) == write_where(read([("where", wanted)])[0].criteria)


def test_addresses_of_before_2019(running: Running) -> None:
    for path in ("/search/list", "/advanced-search/list/joconde", "/advancedsearch/list"):
        old = {"q[0][combinator]": "ET", "q[0][key]": "DENO", "q[0][operator]": "==", "q[0][value]": "vase"}
        old |= {"q[1][combinator]": "OU", "q[1][key]": "AUTR", "q[1][operator]": "<>", "q[1][value]": ""}
        assert write_where(moved(running, path, **old)[0].criteria) == 'DENO equals "vase" or AUTR exists'
    old = {"q[2][key]": "DENO", "q[2][operator]": "><", "q[11][key]": "TITR", "q[11][operator]": "^", "q[11][value]": "La"}
    assert write_where(moved(running, "/search/list", **old)[0].criteria) == 'DENO absent and TITR begins "La"'


def test_rules_that_ask_nothing_or_what_is_not_published(running: Running) -> None:
    question, others = moved(running, "/advanced-search/list/joconde", qb=[rule(["DENO.keyword"], "*", ""), rule(["AUTR.keyword"])])
    assert write_where(question.criteria) == 'AUTR contains "x"' and others == {}
    question, others = moved(running, "/advanced-search/list/joconde", qb=[rule(["CONTACT.keyword"]), rule(["ZZZ.keyword"], "??", "y")])
    assert question.criteria is None and others["dropped"].split("\n") == ["CONTACT : * x", "ZZZ : ?? y"]
    question, others = moved(running, "/advanced-search/mosaic/merimee", qb=[rule(["POP_CONTIENT_GEOLOCALISATION.keyword"], "==", "oui")])
    assert question.chosen("located") == question.chosen("image") == ("oui",) and others == {"view": "mosaic"}, "fields that are facets"


def test_the_empty_advanced_search_opens_the_form(running: Running) -> None:
    for path, base in (("/advanced-search", ()), ("/advanced-search/list", ()), ("/advanced-search/list/palissy", ("palissy",))):
        answer = running.get(path)
        assert answer.status_code == 302 and urlsplit(answer.headers["location"]).path == "/search/advanced"
        assert moved(running, path)[0].chosen("base") == base


def test_hostile_addresses(running: Running) -> None:
    texts = ("[" * 1_500, '["a"', '{"a":1}', "[[[]]]", "[null,1,{}]", "\x00", "%00", "é" * 800, '"\ud83d"', "1e999", "[NaN]")
    named = ("mainSearch", "base", "auteur", "ou", "image", "museo", "qb", "import", "q[0][key]", "x", "lang")
    for text in (NAUGHTY, *texts):
        pairs = [(name, text) for name in named]
        for path in ("/search/list", "/advanced-search/list/joconde", "/advanced-search/x/y"):
            answer = running.get(f"{path}?{urlencode(pairs, errors='replace')}")
            assert answer.status_code in (302, 400, 414), text[:30]
            if answer.status_code == 302:
                assert urlsplit(answer.headers["location"]).path in ("/search", "/search/advanced")
                assert "<script>alert" not in running.get(answer.headers["location"]).text
    hostile = [{"field": {"a": 1}, "operator": ["*"], "value": {}}, {"field": [None, ["x"]]}, "x", 3, rule(["AUTR.keyword"] * 90)]
    assert running.get("/advanced-search/list/joconde?" + urlencode({"qb": json.dumps(hostile)})).status_code == 302
    assert running.get("/search/list?base=%ff%fe&mainSearch=%ed%a0%80").status_code == 302


def test_more_than_an_address_can_hold_is_told(running: Running) -> None:
    question, others = moved(
        running, "/search/list", auteur=[f"PERSONNE {n}" for n in range(40)], expo=[f"exposition {n}" * 8 for n in range(60)]
    )
    assert len(criteria_of(question.criteria)) <= MOST_CRITERIA and len(write_where(question.criteria)) <= LONGEST_WHERE
    assert others["dropped"].count("\n") == 9


# The table --------------------------------------------------------------------------------------------------------------


def test_the_table_names_what_there_is() -> None:
    with (resources.folder("mappings") / "old-searches.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert {row["kind"] for row in rows} == {"words", "values", "lost", "machine", "operator", "code"}
    published = {code for base in load_bases().values() for code in base.fields}
    for row in rows:
        if row["kind"] == "values":
            assert set(row["new"].split()) <= set(FACETS) and set(row["codes"].split()) <= published, row
        if row["kind"] == "operator":
            assert row["new"] in OPERATORS
        if row["kind"] == "code":
            assert any(row["codes"] in base.searched for base in load_bases().values()), row
    assert len({(row["kind"], row["old"]) for row in rows}) == len(rows)
