"""A report in each format says the findings again, whatever stands in them: parsed back, counted, and in both languages."""

from __future__ import annotations

import csv
import io
import json
import re
import string
from collections.abc import Sequence
from typing import Any

import pyoxigraph
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib.namespace import RDF, SH

from pop_ld import iris
from pop_ld.validation import SEVERITIES, Finding, Rule, Tally
from pop_ld.validation.known import bare
from pop_ld.validation.rules import by_code
from pop_ld.validation.words import rules_with, say, sentence
from pop_ld.validation.writers import COLUMNS, WRITERS, Shown, row

POP = rdflib.Namespace(iris.ONTOLOGY)
RULES = rules_with({})
CODES = ("MER-INSEE-01", "NOT-TAB-01", "LEC-REF-01", "STR-RETENU-01", "INCONNUE-1")
HOSTILE = (
    '=HYPERLINK("http://e.org";"x")',
    "+33 1",
    "-1",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "'=1",
    "''",
    'dit "non" ; a,b',
    "une\nligne\r\net\rune autre\u2028\x85\x0b",
    '\\" . <http://e.org/> <a> "',
    "]}, {",
    "<script>alert(1)</script>",
    "{value} {0} %s",
    "\x1b[2J\x9b31m\x07\u202e",
    "nul\0",
    "é̈ ﷽ \U0001f3fa",
)


def finding(code: str = "MER-INSEE-01", severity: str = "Violation", **more: Any) -> Finding:
    given = {"base": "merimee", "ref": "PA09900051", "file": "a.csv", "line": 2, "field": "INSEE", "occurrence": 1, "value": "1999"}
    return Finding(code, severity, **{**given, **more})


def report(format: str, findings: Sequence[Finding], lang: str = "fr", most: int = 0, hidden: int = 0, notices: int = 1) -> str:
    tally = Tally(hidden=hidden)
    tally.notices["merimee", ""] = notices
    tally.note(findings)
    return "".join(WRITERS[format](iter(findings), Shown(tally, RULES, lang, most)))


hostile = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=12))
finding_lists = st.lists(
    st.builds(
        Finding,
        code=st.sampled_from(CODES),
        severity=st.sampled_from(SEVERITIES),
        base=st.sampled_from(["merimee", ""]),
        ref=hostile,
        file=hostile,
        line=st.integers(0, 9),
        field=hostile,
        occurrence=st.integers(0, 3),
        value=hostile,
        text=st.sampled_from(["", "tout le champ"]),
        suggestion=hostile,
        producer=hostile,
        focus=st.sampled_from(["", "https://e.org/a%20b", "_:b1", '"Moulin"@fr', '"1"^^<http://www.w3.org/2001/XMLSchema#integer>']),
        component=st.sampled_from(["", "PatternConstraintComponent", "https://e.org/MyComponent"]),
    ),
    max_size=5,
)
many = settings(max_examples=60, deadline=None)


# CSV ------------------------------------------------------------------------------------------------------------------------


def read_csv(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


@many
@given(finding_lists)
def test_csv_gives_the_findings_back(findings: list[Finding]) -> None:
    rows = read_csv(report("csv", findings))
    wanted = [{name: str(value) for name, value in row(one, RULES, "fr").items()} for one in findings]
    assert [{name: bare(cell) for name, cell in one.items()} for one in rows] == wanted


@many
@given(finding_lists)
def test_no_cell_of_a_csv_is_a_formula(findings: list[Finding]) -> None:
    for cells in csv.reader(io.StringIO(report("csv", findings), newline=""), strict=True):
        assert len(cells) == len(COLUMNS)
        assert not [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and cell]


def test_csv_is_that_of_rfc_4180() -> None:
    text = report("csv", [finding(value='a "b", c\nd')])
    assert text.startswith(",".join(COLUMNS) + "\r\n") and text.endswith("\r\n")
    assert '"a ""b"", c\nd"' in text
    assert report("csv", []) == ",".join(COLUMNS) + "\r\n"


# JSON -----------------------------------------------------------------------------------------------------------------------


@many
@given(finding_lists, st.integers(0, 5), st.integers(0, 5))
def test_json_gives_the_findings_back_and_its_counts_agree(findings: list[Finding], hidden: int, notices: int) -> None:
    content = json.loads(report("json", findings, hidden=hidden, notices=notices))
    results = content["results"]
    assert [{name: one[name] for name in COLUMNS} for one in results] == [row(one, RULES, "fr") for one in findings]
    assert [one.get("text", "") for one in results] == [one.text for one in findings]
    assert content["conforms"] is (not findings)
    assert content["severities"] == {name: sum(one.severity == name for one in findings) for name in SEVERITIES}
    assert content["codes"] == {code: n for code in CODES if (n := sum(one.code == code for one in findings))}
    assert (content["hidden"], content["notices"]) == (hidden, notices)


# Turtle ---------------------------------------------------------------------------------------------------------------------


@many
@given(finding_lists)
def test_turtle_is_a_validation_report(findings: list[Finding]) -> None:
    text = report("turtle", findings)
    graph = rdflib.Graph().parse(data=text, format="turtle")
    quads = list(pyoxigraph.parse(text, pyoxigraph.RdfFormat.TURTLE))
    (node,) = graph.subjects(RDF.type, SH.ValidationReport)
    assert graph.value(node, SH.conforms) == rdflib.Literal(not findings)
    assert len(list(graph.objects(node, SH.result))) == len(findings)
    assert sum(quad.predicate.value == iris.SHACL + "result" for quad in quads) == len(findings)
    said = sorted(_said(graph, result) for result in graph.objects(node, SH.result))
    assert said == sorted(
        (f.code, f.severity, f.field, str(f.occurrence), f.value, f.suggestion, f.file, str(f.line) if f.file else "") for f in findings
    )


def _said(graph: rdflib.Graph, result: Any) -> tuple[str, ...]:
    severity = str(graph.value(result, SH.resultSeverity)).removeprefix(iris.SHACL)
    names = (POP.code, POP.champ, POP.occurrence, SH.value, POP.suggestion, POP.fichier, POP.ligne)
    code, *others = (str(value) if (value := graph.value(result, name)) is not None else "" for name in names)
    return code, severity, *others


def test_turtle_says_what_shacl_asks_of_a_result() -> None:
    """SHACL §3.6.2: focus node, path, value, source shape, component, severity and messages."""
    found = finding(focus="https://e.org/doc/1", component="PatternConstraintComponent")
    graph = rdflib.Graph().parse(data=report("turtle", [found]), format="turtle")
    (result,) = graph.subjects(RDF.type, SH.ValidationResult)
    rule = by_code()["MER-INSEE-01"]
    assert graph.value(result, SH.focusNode) == rdflib.URIRef("https://e.org/doc/1")
    assert graph.value(result, SH.resultPath) == rdflib.URIRef(iris.FIELD + "INSEE")
    assert graph.value(result, SH.value) == rdflib.Literal("1999")
    assert graph.value(result, SH.sourceShape) == rdflib.URIRef(rule.iri)
    assert graph.value(result, SH.sourceConstraintComponent) == SH.PatternConstraintComponent
    assert {(m.language, str(m)) for m in graph.objects(result, SH.resultMessage)} == set(rule.messages.items())  # type: ignore[attr-defined]


def test_turtle_names_a_component_of_others_by_its_iri() -> None:
    graph = rdflib.Graph().parse(data=report("turtle", [finding(component="https://e.org/Mine")]), format="turtle")
    assert rdflib.URIRef("https://e.org/Mine") in set(graph.objects(None, SH.sourceConstraintComponent))


# SARIF ----------------------------------------------------------------------------------------------------------------------


@many
@given(finding_lists)
def test_sarif_has_a_rule_for_each_known_code_and_a_line_from_one(findings: list[Finding]) -> None:
    log = json.loads(report("sarif", findings))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert len(rules) == len(set(rules))
    assert {result["ruleId"] for result in run["results"]} - {"INCONNUE-1"} == set(rules)
    assert [result["ruleId"] for result in run["results"]] == [one.code for one in findings]
    for one, result in zip(findings, run["results"], strict=True):
        assert result["level"] == {"Violation": "error", "Warning": "warning", "Info": "note"}[one.severity]
        assert result["message"]["text"].strip()
        assert result["properties"]["value"] == one.value
        places = [place["physicalLocation"] for place in result.get("locations", [])]
        assert len(places) == bool(one.file)
        for place in places:
            assert place["region"]["startLine"] == max(one.line, 1)
            assert re.fullmatch(r"[A-Za-z0-9%/._~:-]+", place["artifactLocation"]["uri"])


def test_sarif_rules_say_what_the_catalogue_says() -> None:
    (run,) = json.loads(report("sarif", [finding("NOT-TAB-01", "Warning")], "en"))["runs"]
    (rule,) = run["tool"]["driver"]["rules"]
    told = by_code()["NOT-TAB-01"]
    assert rule["shortDescription"]["text"] == told.names["en"] and rule["fullDescription"]["text"] == told.messages["en"]
    assert rule["defaultConfiguration"]["level"] == "warning" and rule["helpUri"] == told.source
    assert "name" not in rule, "a name that is the id says nothing (SARIF1001 of Microsoft's validator)"


@pytest.mark.parametrize(
    ("file", "uri"), [("a b.csv", "a%20b.csv"), ("/tmp/é.csv", "file:///tmp/%C3%A9.csv"), ("z.zip:a.csv", "z.zip%3Aa.csv")]
)
def test_sarif_places_are_uris(file: str, uri: str) -> None:
    """A relative reference does not begin with a slash (SARIF §3.4.4): an absolute path is a file: URI."""
    (result,) = json.loads(report("sarif", [finding(file=file)]))["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_sarif_fingerprints_outlive_a_move_in_the_file() -> None:
    """The same finding on another line is the same for a forge; another value is another."""
    results = json.loads(report("sarif", [finding(), finding(line=9, file="b.csv"), finding(value="a b"), finding(ref="a", value="b")]))
    one, moved, other, third = (result["partialFingerprints"] for result in results["runs"][0]["results"])
    assert one == moved and len({str(print_) for print_ in (one, other, third)}) == 3


# Text -----------------------------------------------------------------------------------------------------------------------


@many
@given(finding_lists, st.sampled_from(["fr", "en"]))
def test_text_has_one_line_a_finding_and_nothing_that_moves_a_cursor(findings: list[Finding], lang: str) -> None:
    text = report("text", findings, lang)
    assert text.replace("\n", "").isprintable()
    lines = text.split("\n")[: len(findings)]
    for one, line in zip(findings, lines, strict=True):
        assert line.endswith(f"[{say(lang)['severities'][one.severity]} {one.code}]")


def test_text_says_where_what_and_how_to_mend_it() -> None:
    text = report("text", [finding(occurrence=2, suggestion="01999"), finding("MER-TICO-01", "Warning", field="TICO", value="", line=3)])
    first, second, empty, *counts, total, end = text.split("\n")
    rule = by_code()["MER-INSEE-01"]
    assert first == (
        f"a.csv:2: Notice PA09900051, champ INSEE, valeur 2 : « 1999 ». {rule.messages['fr']} Peut-être : « 01999 ». [erreur MER-INSEE-01]"
    )
    assert second.startswith("a.csv:3: Notice PA09900051, champ TICO. ") and (empty, end) == ("", "")
    assert [line.split()[:2] for line in counts] == [["1", "MER-INSEE-01"], ["1", "MER-TICO-01"]]
    assert total == "Notices vérifiées : 1. Erreurs : 1 ; avertissements : 1 ; conseils : 0."


@pytest.mark.parametrize(("lang", "word"), [("fr", "colonne"), ("en", "column")])
def test_text_tells_a_column_that_is_not_there_from_a_line_that_lacks_a_value(lang: str, word: str) -> None:
    """The first comes from a shape and stands for a whole file; the second is a remark of the reader on one line."""
    column = finding("MER-TICO-01", field="TICO", value="", ref="", component="MinCountConstraintComponent")
    line = finding("LEC-REF-01", field="REF", value="", ref="")
    header = finding("LEC-COLONNE-01", field="ZORGLUB", value="", ref="")
    assert word in sentence(column, RULES, lang).split(". ")[0]
    for one in (line, header):
        assert word not in sentence(one, RULES, lang).split(". ")[0]
        assert one.field in sentence(one, RULES, lang).split(". ")[0]


def test_text_lists_so_many_of_a_rule_and_says_how_to_see_them_all() -> None:
    findings = [*(finding(value=f"v{n}") for n in range(25)), *(finding("NOT-TAB-01", "Warning", value=f"t{n}") for n in range(20))]
    some, every = report("text", findings, most=20), report("text", findings, most=0)
    assert [some.count(f"« v{n} »") for n in range(25)] == [1] * 20 + [0] * 5
    assert [some.count(f"« t{n} »") for n in range(20)] == [1] * 20
    (cut,) = (line for line in some.split("\n") if "--all" in line)
    assert cut.split()[:2] == ["25", "MER-INSEE-01"] and "20" in cut
    assert all(every.count(f"« v{n} »") == 1 for n in range(25)) and "--all" not in every
    assert some.split("\n")[-2] == every.split("\n")[-2], "the sum counts what is not listed"


def test_text_says_how_many_were_hidden() -> None:
    assert "7" in report("text", [], hidden=7) and "7" not in report("text", [])


# Languages ------------------------------------------------------------------------------------------------------------------


def leaves(texts: dict[str, Any], head: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, text in texts.items():
        found.update(leaves(text, f"{head}{name}.") if isinstance(text, dict) else {f"{head}{name}": text})
    return found


def names_in(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_keys_and_values_to_fill() -> None:
    french, english = leaves(say("fr")), leaves(say("en"))
    assert french.keys() == english.keys()
    assert {key: names_in(text) for key, text in french.items()} == {key: names_in(text) for key, text in english.items()}
    same = {key for key in french if french[key] == english[key]}
    assert same <= {"place", "no_value"}, "what is said alike in both"
    assert {key.removeprefix("severities.") for key in french if key.startswith("severities.")} == set(SEVERITIES)


@pytest.mark.parametrize("code", by_code())
def test_every_rule_is_told_in_both_languages(code: str) -> None:
    rule: Rule = by_code()[code]
    french, english = (sentence(finding(code, rule.severity), RULES, lang) for lang in ("fr", "en"))
    assert rule.messages["fr"] in french and rule.messages["en"] in english
    assert rule.messages["fr"] != rule.messages["en"]


@pytest.mark.parametrize("format", ["text", "csv", "json", "sarif"])
def test_a_report_speaks_its_readers_language(format: str) -> None:
    message = by_code()["MER-INSEE-01"].messages
    for lang, other in (("fr", "en"), ("en", "fr")):
        text = report(format, [finding()], lang)
        assert message[lang] in text and message[other] not in text


def test_a_rule_that_nobody_knows_is_named() -> None:
    assert "INCONNUE-1" in sentence(finding("INCONNUE-1"), RULES, "fr")
    assert "INCONNUE-1" in sentence(finding("INCONNUE-1"), RULES, "en")
