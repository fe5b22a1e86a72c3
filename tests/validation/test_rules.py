"""The catalogue of rules: each can be read by a producer, points at something that is, and no kind of remark is without its rule."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

import pop_ld
from pop_ld import iris
from pop_ld.bases import load_bases
from pop_ld.checking import STRANGER
from pop_ld.errors import ShapeError
from pop_ld.suggesting import KINDS
from pop_ld.summary import texts
from pop_ld.validation.rules import (
    CORPUS,
    LEVELS,
    READING,
    SEVERITIES,
    Rule,
    by_code,
    by_kind,
    catalogue,
    files,
    iris_in,
    read_triples,
    rules_in,
    rules_of,
    shapes_for,
    triples,
)

UNTIDY = {"tabulation", "double-barre", "balise", "occurrence-vide"}
"""Kinds of field_graph.untidy, which only shapes speak of."""
NO_RULE = {
    "dangling-reference": "COR-LIEN-01 finds it over the whole release; one file cannot tell what the others hold",
    "ambiguous-reference": "found by linking, among all bases; the link is not made, and the report of conversion says so",
    "ambiguous-agent": "found by linking, among the notices of Autor; about an agent, not a notice's field",
}
"""Kinds of Problem that no rule speaks of, and why."""
PACKAGE = Path(pop_ld.__file__).parent
LINKING = ("linking.py", "agents.py", "relations.py", "store")
"""Where the kinds of NO_RULE are reported."""


@cache
def problem_kinds() -> set[str]:
    """The kinds of Problem that have a text; ``…-alone`` is another text of the same kind."""
    return {key.removesuffix("-alone") for key in texts("fr")["problems"]}


@cache
def asked(name: str) -> set[tuple[str, str]]:
    """(field or "", kind) of each ``constat:`` that the shapes of a file look at."""
    names = [term.removeprefix(iris.REMARK) for term in iris_in(triples(name)) if term.startswith(iris.REMARK) and term != iris.REMARK]
    return {(code, kind) for code, _, kind in (text.rpartition(".") for text in names)}


@cache
def written(part: str) -> set[str]:
    """Every text that stands in the Python of a module or package."""
    paths = (PACKAGE / part).rglob("*.py") if (PACKAGE / part).is_dir() else [PACKAGE / part]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in paths]
    return {node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def rules() -> list[Rule]:
    return list(catalogue().values())


# What each rule says --------------------------------------------------------------------------------------------------------


def test_codes_are_unique_and_name_their_file() -> None:
    codes = [rule.code for rule in rules()]
    assert len(codes) == len(set(codes)) == len(by_code())
    heads: dict[str, set[str]] = {}
    for rule in rules():
        assert re.fullmatch(r"[A-Z]{3}-[A-Z0-9_]+-[0-9]{2}", rule.code), rule.code
        assert rule.iri == f"{iris.SHAPES}{rule.base}#{rule.code}"
        heads.setdefault(rule.code[:3], set()).add(rule.base)
    assert {head: names for head, names in heads.items() if len(names) > 1} == {}, "three letters belong to one file"


@pytest.mark.parametrize("code", by_code())
def test_a_rule_can_be_read(code: str) -> None:
    rule = by_code()[code]
    assert rule.severity in SEVERITIES and rule.level in LEVELS
    assert rule.messages["fr"] != rule.messages["en"]
    for said in (rule.names, rule.messages):
        assert {"fr", "en"} <= said.keys()
        assert all(text.strip() == text and text and text.isprintable() for text in said.values())
    for message in rule.messages.values():
        assert message.rstrip("»”)").endswith((".", " »", "”")), "whole sentences"
    assert re.match(r"https?://", rule.source)
    assert rule.example or rule.level != "champs", "a right value to follow"


@pytest.mark.parametrize("code", by_code())
def test_what_a_rule_points_at_is_there(code: str) -> None:
    rule = by_code()[code]
    assert rule.suggestion in ("", *KINDS)
    assert rule.suggestion != "liste" or rule.choices, "the nearest of sh:in"
    assert rule.suggestion != "zeros" or rule.example, "as long as the example"
    re.compile(rule.fault)
    assert rule.level == "lecture" or not rule.kinds
    known = (
        {code for base in load_bases().values() for code in base.fields}
        if rule.base not in load_bases()
        else {*load_bases()[rule.base].fields}
    )
    if rule.level == "champs":
        assert rule.field in known | {"*"}
        if rule.path.startswith(iris.FIELD):
            assert rule.path.removeprefix(iris.FIELD) in known


@pytest.mark.parametrize("name", files())
def test_shapes_look_at_fields_of_the_base(name: str) -> None:
    """A ``champ:`` that no base has is a slip: a shape that looks at nothing finds nothing."""
    bases = [load_bases()[name]] if name in load_bases() else list(load_bases().values())
    known = {code for base in bases for code in base.fields}
    for namespace in (iris.FIELD, iris.WHOLE_FIELD):
        found = {term.removeprefix(namespace) for term in iris_in(triples(name)) if term.startswith(namespace) and term != namespace}
        assert {code for code in found - known if not re.match(r"(Notice|Remarquee)(-|$)", code)} == set()
    withheld = {code for base in bases for code in base.withheld}
    wholes = {term.removeprefix(iris.WHOLE_FIELD) for term in iris_in(triples(name)) if term.startswith(iris.WHOLE_FIELD)}
    assert wholes & withheld == set() or name not in load_bases(), "of a withheld field there is no text to look at"
    assert {code for code, _ in asked(name) if code and code not in known} == set()


@pytest.mark.parametrize("name", files())
def test_rules_come_in_their_order(name: str) -> None:
    found = rules_of(name)
    assert found and [rule.order for rule in found] == sorted(rule.order for rule in found)
    assert {rule.code for rule in found} == {rule.code for rule in rules() if rule.base == name}


def test_only_structure_blocks_a_release() -> None:
    assert {rule.level for rule in rules() if rule.blocks} == {"structure"}
    assert all(rule.blocks == (rule.severity == "Violation") for rule in rules() if rule.level == "structure")


def test_every_base_is_held_to_the_common_shapes() -> None:
    for slug in load_bases():
        found = set(shapes_for(slug))
        assert set(triples("notice")) <= found
        assert set(triples(slug) if slug in files() else ()) <= found


# Remarks and rules ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", files())
def test_shapes_look_at_kinds_of_remark_that_exist(name: str) -> None:
    assert {kind for _, kind in asked(name)} - problem_kinds() - UNTIDY - {STRANGER} == set()


def test_rules_of_reading_name_kinds_that_exist() -> None:
    assert by_kind().keys() - problem_kinds() == set()
    assert {rule.base for rule in by_kind().values()} == {READING}
    assert all(rule.kinds for rule in rules_of(READING))


def of_links(kind: str) -> bool:
    """Whether a kind is said of a line of links: these are files of others, that no rule for notices looks at."""
    return kind.startswith("link-") and kind in written("aligning")


@pytest.mark.parametrize("kind", sorted(kind for kind in problem_kinds() | UNTIDY | {STRANGER} if not of_links(kind)))
def test_every_kind_of_remark_has_its_rule(kind: str) -> None:
    """A remark of a parser is seen on every field: by ``constat:kind`` in notice.ttl; one of a reader by lecture.ttl."""
    ruled = kind in by_kind(), ("", kind) in asked("notice")
    assert sum(ruled) == (kind not in NO_RULE), "one rule, and one only"


@pytest.mark.parametrize("kind", NO_RULE)
def test_what_has_no_rule_is_reported_by_linking_only(kind: str) -> None:
    assert any(kind in written(part) for part in LINKING)
    for part in ("fields", "readers", "conversion.py", "spooling.py", "field_graph.py"):
        assert kind not in written(part)


def test_every_kind_that_parsers_and_readers_give_has_a_text() -> None:
    """Their kinds end alike, or stand in a Problem: none is missing from templates/i18n."""
    given = {
        text for part in ("fields", "readers") for text in written(part) if re.fullmatch(r"[a-z]+(-[a-z]+)*-not-(understood|dated)", text)
    }
    assert given and given <= problem_kinds()
    assert texts("fr")["problems"].keys() == texts("en")["problems"].keys()


def test_rules_of_the_corpus_are_queries() -> None:
    assert {rule.level for rule in rules_of(CORPUS)} == {"corpus"}
    assert all(rule.query.strip().startswith("SELECT") for rule in rules_of(CORPUS))


# Reading shapes -------------------------------------------------------------------------------------------------------------

RULE = f"""@prefix sh: <{iris.SHACL}> . @prefix pop: <{iris.ONTOLOGY}> . @prefix rdfs: <{iris.RDFS}> . @prefix ex: <http://e.org/> .
ex:R sh:path ex:p ; sh:in ( "a" "b" ) ; pop:code "EXE-A-01" ; pop:champ "A" ; pop:niveau "champs" ; rdfs:seeAlso <http://e.org/> ;
  sh:name "un"@fr, "one"@en ; sh:message "Un."@fr, "One."@en ; sh:order 2.5 ; sh:severity sh:Info ."""


def read(turtle: str) -> Rule:
    (rule,) = rules_in("exemple", read_triples(turtle.encode(), "exemple.ttl"))
    return rule


def test_a_rule_is_read_whole() -> None:
    rule = read(RULE)
    assert (rule.iri, rule.code, rule.base, rule.field, rule.severity) == ("http://e.org/R", "EXE-A-01", "exemple", "A", "Info")
    assert (rule.choices, rule.order, rule.path, rule.names["en"]) == (("a", "b"), 2.5, "http://e.org/p", "one")
    assert (
        read(RULE.replace("sh:Info", "sh:Violation")).severity
        == read(RULE.replace("sh:severity sh:Info", "a ex:x")).severity
        == "Violation"
    )


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"One."@en', '"Eins."@de', "message in en"),
        ('"un"@fr, ', "", "name or sh:message in fr"),
        ("sh:Info", "ex:Grave", "severity"),
        ('"champs"', '"nulle part"', "level"),
        ('pop:champ "A"', "a ex:x", "pop:champ"),
        ("rdfs:seeAlso", "ex:other", "rdfs:seeAlso"),
    ],
)
def test_a_rule_that_a_producer_could_not_read_is_refused(old: str, new: str, words: str) -> None:
    assert old in RULE
    with pytest.raises(ShapeError, match=words) as caught:
        read(RULE.replace(old, new))
    assert caught.value.rule == "EXE-A-01" and "http://e.org/R" in caught.value.message


def test_a_faulty_file_is_named_with_its_line() -> None:
    with pytest.raises(ShapeError) as caught:
        read_triples(b"@prefix ex: <http://e.org/> .\nex:a ex:b\n", "faux.ttl")
    assert (caught.value.file, caught.value.line) == ("faux.ttl", 3)
    with pytest.raises(ShapeError, match=r"nulle.*known: .*notice"):
        triples("nulle")


def test_what_a_query_names_is_among_the_iris_of_its_shapes() -> None:
    """By a declared prefix, one of its own, or a whole IRI; a variable is no name."""
    query = "PREFIX d: <http://d.org/> SELECT $this { $this c:A.b ?x ; d:A-1/<http://f.org/> ?y . ?c:no ?z $c:no }"
    turtle = f"""@prefix sh: <{iris.SHACL}> . @prefix ex: <http://e.org/> .
      ex:D sh:declare [ sh:prefix "c" ; sh:namespace "http://c.org/#" ] . ex:S sh:sparql [ sh:select "{query}" ] ."""
    found = iris_in(read_triples(turtle.encode(), "x.ttl"))
    assert {"http://c.org/#A.b", "http://d.org/A-1", "http://f.org/", "http://e.org/S"} <= found
    assert "http://c.org/#no" not in found
