"""A notice as its fields: each occurrence as written, the whole text, the remarks; of what is withheld, that it is there and no more."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pop_ld import iris, readers
from pop_ld.bases import load_bases
from pop_ld.field_graph import FieldGraph, untidy
from pop_ld.fields.text import joined, split_all
from pop_ld.notices import Notice, Problem

SITE = iris.DEFAULT_SITE
SECRET = "SECRET-RETENU"
MERIMEE = load_bases()["merimee"]


def asking(*terms: str) -> list[ox.Triple]:
    """Shapes that look at these properties, named by their prefix: ``champ:DENO``."""
    spaces = {"champ": iris.FIELD, "texte": iris.WHOLE_FIELD, "constat": iris.REMARK}
    names = [(spaces[prefix], name) for prefix, _, name in (term.partition(":") for term in terms)]
    return [ox.Triple(ox.BlankNode(), ox.NamedNode(iris.SHACL + "path"), ox.NamedNode(space + name)) for space, name in names]


def notice(ref: str = "PA09900051", withheld: tuple[str, ...] = (), **fields: Any) -> Notice:
    given = {"REF": (ref,), **{code: (v,) if isinstance(v, str) else v for code, v in fields.items()}}
    return Notice("merimee", ref, given, "a.csv", 2, withheld)


def graph(shapes: Iterable[ox.Triple], one: Notice, problems: Iterable[Problem] = (), base: str = "merimee") -> dict[str, list[str]]:
    """Property -> values, sorted, as N-Triples reads them; the subject is the notice's document."""
    text = FieldGraph(load_bases()[base], SITE, list(shapes))(one, problems)
    quads = list(ox.parse(text, ox.RdfFormat.N_TRIPLES))
    assert len(quads) == text.count("\n"), "one triple a line"
    assert {quad.subject.value for quad in quads} == {iris.document(SITE, base, one.ref)}
    found: dict[str, list[str]] = {}
    for quad in quads:
        name = quad.predicate.value.removeprefix("https://data.pop.culture.gouv.fr/def/").replace("#", ":")
        found.setdefault(name, []).append(quad.object.value)
    return {name: sorted(values) for name, values in found.items()}


def remark(kind: str, field: str, value: str) -> Problem:
    return Problem(kind, "a.csv", 2, "merimee", "PA09900051", field, value)


# Occurrences and whole texts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "occurrences", "whole"),
    [
        (("moulin",), ["moulin"], "moulin"),
        (("moulin ; forge;scierie",), ["forge", "moulin", "scierie"], "moulin ; forge;scierie"),
        (("moulin", "forge"), ["forge", "moulin"], "moulin ; forge"),
        (("moulin ; forge", "scierie"), ["forge", "moulin", "scierie"], "moulin ; forge ; scierie"),
        (("moulin (à eau ; à vent)",), ["moulin (à eau ; à vent)"], "moulin (à eau ; à vent)"),
        (("moulin ; moulin",), ["moulin"], "moulin ; moulin"),
        ((' dit "le\nGrand" \\ ',), ['dit "le\nGrand" \\'], ' dit "le\nGrand" \\ '),
        ((" ; ",), [], " ; "),
    ],
)
def test_a_field_is_split_at_its_separators(values: tuple[str, ...], occurrences: list[str], whole: str) -> None:
    found = graph(asking("champ:DENO", "texte:DENO"), notice(DENO=values))
    assert found.get("champ:DENO", []) == occurrences
    assert found["texte:DENO"] == [whole]


def test_a_field_without_a_separator_is_one_value() -> None:
    assert graph(asking("champ:HIST"), notice(HIST="Bâti en 1876 ; détruit."))["champ:HIST"] == ["Bâti en 1876 ; détruit."]


def test_only_what_a_shape_asks_for_is_written() -> None:
    one = notice(DENO="moulin", TICO="Moulin", HIST="Bâti.")
    assert set(graph(asking("champ:DENO"), one)) == {"http://www.w3.org/1999/02/22-rdf-syntax-ns:type", "champ:DENO"}
    assert "texte:DENO" not in graph(asking("champ:DENO"), one) and "champ:DENO" not in graph(asking("texte:DENO"), one)
    assert "champ:REF" not in graph(asking("champ:DENO"), one)
    assert graph(asking("champ:REF"), one)["champ:REF"] == ["PA09900051"]


def test_the_types_of_a_document() -> None:
    types = "http://www.w3.org/1999/02/22-rdf-syntax-ns:type"
    assert graph([], notice())[types] == [iris.FIELD + "Notice", iris.FIELD + "Notice-merimee"]
    with_remark = graph(asking("constat:tabulation"), notice(), [remark("tabulation", "HIST", "a\tb")])
    assert with_remark[types] == [iris.FIELD + name for name in ("Notice", "Notice-merimee", "Remarquee", "Remarquee-merimee")]


texts = st.text(min_size=1, max_size=20).filter(str.strip)


@settings(deadline=None)
@given(st.lists(texts, min_size=1, max_size=3).map(tuple), texts)
def test_any_text_is_written_as_it_is(values: tuple[str, ...], ref: str) -> None:
    found = graph(asking("champ:DENO", "texte:DENO"), notice(ref, DENO=values))
    assert found.get("champ:DENO", []) == sorted(set(split_all(values, ";")))
    assert found["texte:DENO"] == [joined(values)]


# Remarks --------------------------------------------------------------------------------------------------------------------


def test_a_remark_is_seen_by_the_shape_of_its_field_or_else_by_that_of_its_kind() -> None:
    problems = [
        remark("date-not-understood", "DMIS", "hier"),
        remark("date-not-understood", "DMAJ", "demain"),
        remark("balise", "HIST", "<b>"),
    ]
    both = graph(asking("constat:date-not-understood", "constat:DMIS.date-not-understood"), notice(), problems)
    assert both["constat:DMIS.date-not-understood"] == ["hier"]
    assert both["constat:date-not-understood"] == ["DMAJ"], "the field, for the text is with the remark"
    alone = graph(asking("constat:date-not-understood"), notice(), problems)
    assert alone["constat:date-not-understood"] == ["DMAJ", "DMIS"]
    neither = graph(asking("constat:tabulation"), notice(), problems)
    assert not [name for name in neither if name.startswith("constat:")]
    assert iris.FIELD + "Remarquee" not in [value for values in neither.values() for value in values]


def test_who_asks_for_a_remark() -> None:
    fields = FieldGraph(MERIMEE, SITE, asking("constat:balise", "constat:POP_COORDONNEES.lat.coordinates-swapped"))
    assert fields.asks("HIST", "balise") and not fields.asks_alone("HIST", "balise")
    assert fields.asks_alone("POP_COORDONNEES.lat", "coordinates-swapped") and not fields.asks("COOR", "coordinates-swapped")


@pytest.mark.parametrize(
    ("values", "value", "rank"),
    [
        (("moulin ; forge",), "forge", 2),
        (("moulin", "forge ; scierie"), "scierie", 3),
        (("moulin ; forge",), "moulin ; forge", 0),
        (("moulin",), "moul", 1),
        (("moulin ; moulin",), "moulin", 1),
        (("moulin",), "", 0),
        ((), "moulin", 0),
    ],
)
def test_the_rank_of_an_occurrence(values: tuple[str, ...], value: str, rank: int) -> None:
    given: dict[str, Any] = {"DENO": values} if values else {}
    one = notice(**given)
    assert FieldGraph(MERIMEE, SITE, []).occurrence(one, "DENO", value) == rank
    assert FieldGraph(MERIMEE, SITE, []).occurrence(one, "INCONNU", value) == 0


# Withheld fields ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", load_bases())
def test_of_a_withheld_field_it_is_said_that_it_is_filled_and_nothing_else(slug: str, tmp_path: Path) -> None:
    """A secret in every withheld field of the base, with all that parsers and ``untidy`` remark upon, under every name of its column."""
    base = load_bases()[slug]
    assert base.withheld
    hostile = f"{SECRET}\t// <b>Ã©</b> ;; \x07 {SECRET}"
    ref = a_ref(slug)
    rows = [
        {"REF": ref, **dict.fromkeys(base.withheld, hostile)},
        {"REF": ref, **{code: [hostile, hostile] for code in base.withheld}},
        {"REF": ref, **{header: hostile for field in base.fields.values() if not field.public for header in field.labels}},
    ]
    file = tmp_path / "notices.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    read = [one for source in readers.open_sources(file, base=base, encoding=None, bases=load_bases()) for one in source]
    assert SECRET not in repr(read)
    kinds = ("tabulation", "double-barre", "balise", "occurrence-vide", "mojibake", "control-characters")
    every = asking(*(f"{space}:{code}" for code in base.fields for space in ("champ", "texte")), *(f"constat:{kind}" for kind in kinds))
    every += asking(*(f"constat:{code}.{kind}" for code in base.withheld for kind in kinds))
    notices = [one for one in read if isinstance(one, Notice)]
    assert len(notices) == len(rows)
    for one in notices[:2]:
        assert set(one.withheld) == base.withheld
    for one in notices:
        found = graph(every, one, untidy(base, one), slug)
        assert SECRET not in repr(found)
        assert {name.removeprefix("champ:") for name, values in found.items() if values == ["true"]} == set(one.withheld)
        assert not [name for name in found if name.startswith("texte:") and name.removeprefix("texte:") in base.withheld]
        assert not [name for name in found if name.startswith("constat:")]


def a_ref(slug: str) -> str:
    """A REF of the made-up samples of a base."""
    base = load_bases()[slug]
    sources = readers.open_sources(base.samples[0], base=base, encoding=None, bases=load_bases())
    return next(one.ref for source in sources for one in source if isinstance(one, Notice))


def test_a_withheld_field_that_is_empty_is_not_there() -> None:
    assert "champ:CONTACT" not in graph(asking("champ:CONTACT"), notice())
    assert graph(asking("champ:CONTACT"), notice(withheld=("CONTACT", "HISTORIQUE")))["champ:CONTACT"] == ["true"]


def test_a_withheld_text_that_slipped_into_a_notice_goes_no_further() -> None:
    slipped = notice(CONTACT=SECRET, TICO="Moulin")
    found = graph(asking("champ:CONTACT", "texte:CONTACT", "champ:TICO"), slipped)
    assert found["champ:TICO"] == ["Moulin"] and SECRET not in repr(found)


# Untidy signs ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "value", "kinds"),
    [
        ("HIST", "un\tdeux", {"tabulation"}),
        ("HIST", "recto // verso", {"double-barre"}),
        ("HIST", "voir http://musee.example/a", set()),
        ("HIST", "voir http:////musee.example", set()),
        ("HIST", "a///b", {"double-barre"}),
        ("HIST", "<b>gras</b>", {"balise"}),
        ("HIST", "<br/>", {"balise"}),
        ("HIST", "1 < 2 > 0", set()),
        ("HIST", "un ;; deux ;", set()),
        ("DENO", "un ;; deux", {"occurrence-vide"}),
        ("DENO", "un ;   ; deux", {"occurrence-vide"}),
        ("DENO", "; un", {"occurrence-vide"}),
        ("DENO", "un ;", {"occurrence-vide"}),
        ("DENO", "un ; deux", set()),
        ("DENO", ";", {"occurrence-vide"}),
        ("LREG", "https://musee.example//a", set()),
        ("LREG", "https://musee.example/\ta<i>", {"tabulation", "balise"}),
        ("DENO", "un;\t;//<p>;;", {"tabulation", "double-barre", "balise", "occurrence-vide"}),
        ("INCONNU", "un\tdeux", set()),
    ],
)
def test_what_no_field_should_hold(code: str, value: str, kinds: set[str]) -> None:
    given: dict[str, Any] = {code: value}
    found = list(untidy(MERIMEE, notice(**given)))
    assert {problem.kind for problem in found} == kinds and len(found) == len(kinds)
    for problem in found:
        assert (problem.field, problem.value, problem.ref, problem.file, problem.line) == (code, value, "PA09900051", "a.csv", 2)


def test_one_remark_a_field_and_kind_with_the_first_text() -> None:
    found = list(untidy(MERIMEE, notice(DENO=("un", "deux\ttrois", "<b>\t" + "x" * 300), HIST="a\tb")))
    assert [(p.field, p.kind, p.value) for p in found] == [
        ("DENO", "tabulation", "deux\ttrois"),
        ("DENO", "balise", ("<b>\t" + "x" * 300)[:200]),
        ("HIST", "tabulation", "a\tb"),
    ]


PLAINLY = {
    "tabulation": re.compile(r"\t"),
    "double-barre": re.compile(r"(?<![:/])//"),
    "balise": re.compile(r"</?[A-Za-z][^<>]*>"),
    "occurrence-vide": re.compile(r";[ ]*;|\A;|;\Z"),
}


@given(st.text(alphabet=";/<>: \tab", min_size=1, max_size=12))
def test_the_quick_look_misses_nothing(value: str) -> None:
    """``untidy`` first looks for single signs: the whole patterns, one by one, find the same. A sign inside another counts with it."""
    found = {problem.kind for problem in untidy(MERIMEE, notice(DENO=value))}
    assert found <= {kind for kind, pattern in PLAINLY.items() if pattern.search(value)}
    hidden = re.sub(r"</?[A-Za-z][^<>]*>", lambda tag: "\0" * len(tag[0]), value)
    assert found >= {kind for kind, pattern in PLAINLY.items() if pattern.search(hidden)}
    assert ("balise" in found) == bool(PLAINLY["balise"].search(value))
