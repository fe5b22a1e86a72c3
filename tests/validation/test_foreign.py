"""A producer's own shapes, checked beside the project's: what they may say of themselves, what they see, and what is refused."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import rdflib
from rdflib.namespace import RDF, SH

from pop_ld import iris
from pop_ld.checking import Checker
from pop_ld.config import Settings
from pop_ld.errors import ReadError, ShapeError
from pop_ld.notices import Notice
from pop_ld.validation import Finding, Tally, catalogue
from pop_ld.validation.foreign import ForeignShapes, read_shapes
from pop_ld.validation.words import rules_with, sentence
from pop_ld.validation.writers import WRITERS, Shown

PREFIXES = f"""
@prefix sh: <{iris.SHACL}> .  @prefix ex: <https://musee.example/regles#> .  @prefix rdfs: <{iris.RDFS}> .  @prefix pop: <{iris.ONTOLOGY}> .
@prefix champ: <{iris.FIELD}> .  @prefix texte: <{iris.WHOLE_FIELD}> .  @prefix constat: <{iris.REMARK}> .  @prefix xsd: <{iris.XSD}> .
<https://musee.example/regles> sh:declare
  [ sh:prefix "champ" ; sh:namespace "{iris.FIELD}"^^xsd:anyURI ], [ sh:prefix "pop" ; sh:namespace "{iris.ONTOLOGY}"^^xsd:anyURI ] .
"""
FIELDS = {
    "REF": "PA09900051",
    "TICO": "Moulin des Aubes",
    "DENO": "moulin ; forge",
    "DPT_LETTRE": "Côte-d'Or ; Yonne",
    "PLOC": "près du bief",
    "DATE": "autrefois",
}
NOTICE = Notice("merimee", "PA09900051", {code: (text,) for code, text in FIELDS.items()}, "a.csv", 7, ("CONTACT",))
OURS = frozenset(rule.code for rule in catalogue().values())


def shapes(tmp_path: Path, turtle: str, name: str = "regles.ttl") -> ForeignShapes:
    file = tmp_path / name
    file.write_text(PREFIXES + turtle, encoding="utf-8")
    return read_shapes(file)


def on_notice(rest: str) -> str:
    return f"ex:N a sh:NodeShape ; sh:targetClass champ:Notice ; {rest} ."


def check(foreign: ForeignShapes, notices: Sequence[Notice] = (NOTICE,)) -> list[Finding]:
    """What the producer's shapes find, without what ours do."""
    return [one for one in Checker("merimee", Settings(), foreign=foreign)(notices) if one.code not in OURS]


@cache
def own() -> list[Finding]:
    return Checker("merimee", Settings())([NOTICE])


def reports(foreign: ForeignShapes, findings: list[Finding], lang: str = "fr") -> dict[str, str]:
    tally = Tally()
    tally.note(findings)
    return {name: "".join(write(findings, Shown(tally, rules_with(foreign.rules), lang, 0))) for name, write in WRITERS.items()}


# What a shape says of itself ------------------------------------------------------------------------------------------------


def test_a_shape_with_all_that_ours_have(tmp_path: Path) -> None:
    foreign = shapes(
        tmp_path,
        on_notice("sh:property ex:P")
        + """ex:P sh:path champ:TICO ; sh:maxLength 3 ; sh:severity sh:Info ; pop:code "MUS-7" ; pop:champ "DENO" ; pop:exemple "Tour" ;
          sh:name "Titre court"@fr, "Short title"@en ; sh:message "Trois lettres au plus."@fr, "Three letters at most."@en ;
          rdfs:seeAlso <https://musee.example/guide> .""",
    )
    (found,) = check(foreign)
    assert (found.code, found.severity, found.field, found.value) == ("MUS-7", "Info", "TICO", "Moulin des Aubes")
    assert (found.base, found.ref, found.file, found.line, found.occurrence) == ("merimee", "PA09900051", "a.csv", 7, 1)
    rules = rules_with(foreign.rules)
    assert sentence(found, rules, "fr").endswith("Trois lettres au plus.") and sentence(found, rules, "en").endswith(
        "Three letters at most."
    )
    rule = rules["MUS-7"]
    assert (rule.names["en"], rule.example, rule.source) == ("Short title", "Tour", "https://musee.example/guide")


def test_a_shape_without_a_code_is_called_by_its_iri_and_its_path(tmp_path: Path) -> None:
    (found,) = check(shapes(tmp_path, on_notice("sh:property ex:titre_court") + "ex:titre_court sh:path champ:TICO ; sh:maxLength 3 ."))
    assert (found.code, found.field, found.severity) == ("titre_court", "TICO", "Violation")


@pytest.mark.parametrize(
    ("messages", "french", "english"),
    [
        ('sh:message "Trop long."@fr', "Trop long.", "Trop long."),
        ('sh:message "Too long."@en', "Too long.", "Too long."),
        ('sh:message "Trop long."', "Trop long.", "Trop long."),
        ('sh:message "Zu lang."@de', "Zu lang.", "Zu lang."),
        ('sh:message "Zu lang."@de, "Too long."', "Too long.", "Too long."),
        ('sh:message "Trop long."@fr, "Too long."', "Trop long.", "Too long."),
        ("sh:maxLength 3", "Règle P.", "Rule P."),
    ],
)
def test_messages_in_one_language_or_in_none(messages: str, french: str, english: str, tmp_path: Path) -> None:
    foreign = shapes(tmp_path, on_notice("sh:property ex:P") + f"ex:P sh:path champ:TICO ; sh:maxLength 3 ; {messages} .")
    (found,) = check(foreign)
    rules = rules_with(foreign.rules)
    assert sentence(found, rules, "fr").endswith(f"». {french}") and sentence(found, rules, "en").endswith(f"”. {english}")


@pytest.mark.parametrize(("severity", "wanted"), [("sh:Warning", "Warning"), ("sh:Info", "Info"), ("ex:Grave", "Violation")])
def test_a_severity_that_shacl_does_not_know_is_a_violation(severity: str, wanted: str, tmp_path: Path) -> None:
    foreign = shapes(tmp_path, on_notice("sh:property ex:P") + f"ex:P sh:path champ:TICO ; sh:maxLength 3 ; sh:severity {severity} .")
    assert [one.severity for one in check(foreign)] == [wanted]


@pytest.mark.parametrize(("kind", "made"), [("date", "1905-05-28"), ("inconnue", ""), ("liste", "")])
def test_a_suggestion_where_the_way_to_seek_it_is_ours(kind: str, made: str, tmp_path: Path) -> None:
    foreign = shapes(
        tmp_path, on_notice("sh:property ex:P") + f'ex:P sh:path champ:DMIS ; sh:pattern "^[0-9-]+$" ; pop:suggestion "{kind}" .'
    )
    notice = NOTICE._replace(fields={**NOTICE.fields, "DMIS": ("28 mai 1905",)})
    assert [one.suggestion for one in check(foreign, [notice])] == [made]


BLANK = on_notice(
    """sh:property [ sh:path champ:TICO ; sh:maxLength 3 ; sh:message "Titre trop long."@fr ],
      [ sh:path champ:TICO ; sh:pattern "^[a-z]" ; sh:message "Sans capitale."@fr ], [ sh:path champ:DENO ; sh:maxCount 1 ]"""
)


def test_shapes_without_an_iri_have_codes_of_their_own(tmp_path: Path) -> None:
    foreign = shapes(tmp_path, BLANK)
    found = check(foreign)
    assert len({one.code for one in found}) == 3 and "" not in {one.code for one in found}
    rules = rules_with(foreign.rules)
    said = {sentence(one, rules, "fr").split("». ")[1] for one in found if one.field == "TICO"}
    assert said == {"Titre trop long.", "Sans capitale."}
    assert {one.field for one in found} == {"TICO", "DENO"}


def test_a_file_read_twice_gives_the_same_findings(tmp_path: Path) -> None:
    """Else no report of yesterday would hide anything today (--known)."""
    first, second = shapes(tmp_path, BLANK), shapes(tmp_path, BLANK)
    assert check(first) == check(second) != []


def test_a_node_shape_without_an_iri(tmp_path: Path) -> None:
    foreign = shapes(tmp_path, '[] sh:targetClass champ:Notice ; sh:class ex:Nulle ; sh:message "Ni ceci ni cela."@fr .')
    (found,) = check(foreign)
    assert sentence(found, rules_with(foreign.rules), "fr") == "Notice PA09900051. Ni ceci ni cela."


# What shapes see ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("constraint", "field", "value", "occurrence"),
    [
        ('sh:path champ:DENO ; sh:pattern "^moulin$"', "DENO", "forge", 2),
        ("sh:path champ:PLOC ; sh:maxLength 3", "PLOC", "près du bief", 1),
        ("sh:path champ:DPT_LETTRE ; sh:maxCount 1", "DPT_LETTRE", "Côte-d'Or ; Yonne", 0),
        ("sh:path texte:DPT_LETTRE ; sh:maxLength 3", "DPT_LETTRE", "Côte-d'Or ; Yonne", 0),
        ("sh:path champ:EDIF ; sh:minCount 1", "EDIF", "", 0),
        ("sh:path constat:DATE.year-not-understood ; sh:maxCount 0", "DATE", "autrefois", 1),
        ("sh:path champ:CONTACT ; sh:maxCount 0", "CONTACT", "", 0),
    ],
)
def test_shapes_see_the_fields_as_written(constraint: str, field: str, value: str, occurrence: int, tmp_path: Path) -> None:
    (found,) = check(shapes(tmp_path, on_notice(f"sh:property [ {constraint} ]")))
    assert (found.field, found.value, found.occurrence) == (field, value, occurrence)


@pytest.mark.parametrize(
    ("shape", "value"),
    [
        ('sh:targetClass pop:Edifice ; sh:property [ sh:path rdfs:label ; sh:pattern "^X" ]', "Moulin des Aubes"),
        (f'sh:targetObjectsOf <{iris.FOAF}primaryTopic> ; sh:property [ sh:path pop:PLOC ; sh:pattern "^X" ]', "près du bief"),
    ],
)
def test_shapes_see_the_notice_as_published(shape: str, value: str, tmp_path: Path) -> None:
    (found,) = check(shapes(tmp_path, f"ex:N a sh:NodeShape ; {shape} ."))
    assert (found.ref, found.value) == ("PA09900051", value)


SELECT = 'sh:sparql [ sh:prefixes <https://musee.example/regles> ; sh:message "Interdit."@fr ; sh:select """%s""" ]'


@pytest.mark.parametrize(
    "query",
    [
        "SELECT $this ?value WHERE { $this champ:PLOC ?value }",
        f"SELECT $this ?value WHERE {{ $this <{iris.FIELD}PLOC> ?value }}",
        f"PREFIX c: <{iris.FIELD}> SELECT $this ?value WHERE {{ $this c:PLOC ?value }}",
        f"SELECT $this ?value WHERE {{ $this <{iris.FOAF}primaryTopic>/pop:PLOC ?value }}",
    ],
)
def test_a_sparql_constraint_sees_what_it_names(query: str, tmp_path: Path) -> None:
    """A field that no other shape asks for, too."""
    foreign = shapes(tmp_path, on_notice(SELECT % query))
    (found,) = check(foreign)
    assert (found.ref, found.value, found.component) == ("PA09900051", "près du bief", "SPARQLConstraintComponent")
    assert sentence(found, rules_with(foreign.rules), "fr").endswith("Interdit.")


def test_a_sparql_constraint_over_two_fields(tmp_path: Path) -> None:
    query = "SELECT $this WHERE { $this champ:TICO ?titre FILTER NOT EXISTS { $this champ:EDIF ?nom } }"
    foreign = shapes(tmp_path, on_notice(f'pop:champ "EDIF" ; {SELECT % query}'))
    assert [one.ref for one in check(foreign)] == ["PA09900051"]
    assert check(foreign, [NOTICE._replace(fields={**NOTICE.fields, "EDIF": ("Moulin",)})]) == []


COMPONENT = """ex:C a sh:ConstraintComponent ; sh:parameter [ sh:path ex:mot ] ;
  sh:validator [ a sh:SPARQLAskValidator ; sh:ask "ASK { FILTER(STR($value) != $mot) }" ] ."""


def test_a_constraint_component_of_ones_own(tmp_path: Path) -> None:
    foreign = shapes(tmp_path, COMPONENT + on_notice("sh:property ex:P") + 'ex:P sh:path champ:PLOC ; ex:mot "près du bief" .')
    (found,) = check(foreign)
    assert (found.field, found.value) == ("PLOC", "près du bief")
    graph = rdflib.Graph().parse(data=reports(foreign, [found])["turtle"], format="turtle")
    assert {str(node) for node in graph.objects(None, SH.sourceConstraintComponent)} == {"https://musee.example/regles#C"}


@pytest.mark.parametrize(
    "turtle",
    [
        on_notice("sh:property ex:P") + "ex:P sh:path [ sh:alternativePath ( champ:TICO champ:PLOC ) ] ; sh:maxCount 1 .",
        "ex:P a sh:PropertyShape ; sh:targetObjectsOf rdfs:label ; sh:path ex:rien ; sh:minCount 1 .",
        on_notice("sh:class ex:Nulle"),
    ],
    ids=["a path of several", "a focus node that is a text", "no path"],
)
def test_every_report_can_tell_what_has_no_place_in_a_field(turtle: str, tmp_path: Path) -> None:
    foreign = shapes(tmp_path, turtle)
    found = check(foreign)
    assert found
    for lang in ("fr", "en"):
        written = reports(foreign, found, lang)
        graph = rdflib.Graph().parse(data=written["turtle"], format="turtle")
        assert len(list(graph.subjects(RDF.type, SH.ValidationResult))) == len(found)
        assert all(one.code in text for text in written.values() for one in found)


def test_our_own_findings_stay_as_they_are(tmp_path: Path) -> None:
    """A batch with a producer's shapes is read by more shapes, so more of it is written; ours must find no more and no less."""
    foreign = shapes(tmp_path, BLANK)
    every = Checker("merimee", Settings(), foreign=foreign)([NOTICE])
    assert [one for one in every if one.code in OURS] == own() != []


def test_a_notice_that_breaks_nothing(tmp_path: Path) -> None:
    assert check(shapes(tmp_path, on_notice('sh:property [ sh:path champ:REF ; sh:pattern "^PA" ]'))) == []


def test_shapes_are_light_to_send_to_another_process(tmp_path: Path) -> None:
    foreign = shapes(tmp_path, BLANK)
    found = check(foreign)
    sent = pickle.dumps(foreign)
    assert len(sent) < len(foreign.content) + 500, "the engine is made anew where they arrive"
    arrived: ForeignShapes = pickle.loads(sent)
    assert arrived == foreign and check(arrived) == found


# What is refused ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("turtle", "words", "clause"),
    [
        (on_notice("sh:node ex:N"), "recursive", "§3.4.3"),
        ("ex:N a sh:NodeShape ; sh:targetClass champ:Notice ; sh:not ex:O . ex:O sh:node ex:N .", "recursive", "§3.4.3"),
        (on_notice(SELECT % "SELECT $this { $this champ:TICO ?x SERVICE <http://127.0.0.1:9/> { ?x ?p ?o } }"), "SERVICE", "appendix A"),
        (on_notice(SELECT % "SELECT $this { $this champ:TICO ?x MINUS { ?x ?p ?o } }"), "MINUS", "appendix A"),
        (on_notice('sh:property [ sh:path champ:TICO ; sh:pattern "(" ]'), "sh:pattern", "§4.4.3"),
        (on_notice("sh:js [ ]"), "SHACL-JS", "§1.5"),
    ],
)
def test_shapes_without_a_meaning_are_refused_before_any_notice_is_read(turtle: str, words: str, clause: str, tmp_path: Path) -> None:
    with pytest.raises(ShapeError, match=words) as caught:
        shapes(tmp_path, turtle)
    assert clause in caught.value.rule


@pytest.mark.parametrize(
    ("name", "content", "words", "line"),
    [
        ("vide.ttl", b"", "holds no shape", 0),
        ("donnees.ttl", b"<http://e.org/a> <http://e.org/b> 1 .", "holds no shape", 0),
        ("faux.ttl", b"@prefix ex: <http://e.org/> .\nex:a ex:b", "Parser error", 2),
        ("faux.nt", b"rien", "Parser error", 1),
        ("latin.ttl", b"\xff\xfe", "UTF-8", 1),
        ("ailleurs.jsonld", b'{"@context": "http://127.0.0.1:9/shacl"}', "context", 0),
    ],
)
def test_a_file_without_shapes_is_refused(name: str, content: bytes, words: str, line: int, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ShapeError, match=words) as caught:
        read_shapes(tmp_path / name)
    assert (caught.value.file, caught.value.line) == (str(tmp_path / name), line)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="No such file"):
        read_shapes(tmp_path / "absent.ttl")


JSON_LD = """{"@context": {"sh": "%s", "champ": "%s"}, "@id": "https://musee.example/regles#N", "@type": "sh:NodeShape",
  "sh:targetClass": {"@id": "champ:Notice"}, "sh:property": {"sh:path": {"@id": "champ:TICO"}, "sh:maxLength": 3}}"""


def test_the_syntax_is_told_by_the_suffix(tmp_path: Path) -> None:
    turtle = shapes(tmp_path, on_notice("sh:property [ sh:path champ:TICO ; sh:maxLength 3 ]"))
    (tmp_path / "regles.nt").write_bytes(turtle.content)
    (tmp_path / "regles.jsonld").write_text(JSON_LD % (iris.SHACL, iris.FIELD), encoding="utf-8")

    def plain(foreign: ForeignShapes) -> list[Any]:
        return [(one.field, one.value, one.component) for one in check(foreign)]

    assert plain(turtle) == plain(read_shapes(tmp_path / "regles.nt")) == plain(read_shapes(tmp_path / "regles.jsonld")) != []
