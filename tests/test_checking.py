"""Notices in, findings out: where each stands, what its producer wrote there, and nothing that depends on who stands beside it."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pop_ld import iris, readers, thesauri
from pop_ld.bases import load_bases
from pop_ld.batches import in_batches
from pop_ld.checking import LONGEST, STRANGER, Checker, checker, reading_finding
from pop_ld.config import Settings
from pop_ld.field_graph import untidy
from pop_ld.fields import RecordBuilder
from pop_ld.fields.text import joined, split
from pop_ld.notices import Notice, Problem
from pop_ld.validation import Finding
from pop_ld.validation.foreign import read_shapes
from pop_ld.validation.rules import by_code, by_kind, files, iris_in, rules_of, triples

BASES = [slug for slug in load_bases() if slug in files()]
SECRET = "SECRET-RETENU"


@cache
def check_of(slug: str) -> Checker:
    return Checker(slug, Settings())


def notice(ref: str = "PA09900051", base: str = "merimee", line: int = 2, **fields: str | tuple[str, ...] | None) -> Notice:
    given = {"REF": ref, "TICO": "Moulin des Aubes", "DENO": "moulin", "DPT": "21", "INSEE": "21999", **fields}
    made = {code: (v,) if isinstance(v, str) else v for code, v in given.items() if v is not None}
    return Notice(base, ref, made, "a.csv", line)


def check(*notices: Notice) -> list[Finding]:
    return check_of(notices[0].base)(notices)


def of(found: list[Finding], code: str) -> list[Finding]:
    return [one for one in found if one.code == code]


@cache
def samples(slug: str) -> list[Notice]:
    """Every notice of the made-up samples of a base, the first of each REF."""
    found: dict[str, Notice] = {}
    for file in load_bases()[slug].samples:
        for source in readers.open_sources(file, base=load_bases()[slug], encoding=None, bases=load_bases()):
            for one in source:
                if isinstance(one, Notice):
                    found.setdefault(one.ref, one)
    return list(found.values())


# Where a finding stands -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "wrong", "occurrence", "text"),
    [
        (("1999",), "1999", 1, ""),
        (("21999 ; 1999",), "1999", 2, "21999 ; 1999"),
        (("21999", "21998", "farine"), "farine", 3, "21999 ; 21998 ; farine"),
        (("21999 ; 21998", "farine;21997"), "farine", 3, "21999 ; 21998 ; farine;21997"),
    ],
)
def test_an_occurrence_has_its_number_and_the_field_around_it(values: tuple[str, ...], wrong: str, occurrence: int, text: str) -> None:
    (found,) = of(check(notice(INSEE=values)), "MER-INSEE-01")
    assert (found.field, found.value, found.occurrence, found.text) == ("INSEE", wrong, occurrence, text)
    assert (found.base, found.ref, found.file, found.line) == ("merimee", "PA09900051", "a.csv", 2)
    assert found.focus == iris.document(Settings().site, "merimee", "PA09900051")
    assert found.component == "PatternConstraintComponent" and found.severity == by_code()["MER-INSEE-01"].severity
    assert found.producer == "Monuments Historiques"


def test_each_wrong_occurrence_is_a_finding() -> None:
    found = of(check(notice(INSEE="1 ; 21999 ; 2 ; 3")), "MER-INSEE-01")
    assert [(one.value, one.occurrence) for one in found] == [("1", 1), ("2", 3), ("3", 4)]


def test_a_field_that_is_not_there_has_no_value_and_no_number() -> None:
    (found,) = of(check(notice(TICO=None)), "MER-TICO-01")
    assert (found.field, found.value, found.occurrence, found.text, found.suggestion) == ("TICO", "", 0, "", "")


def test_a_reference_with_signs_is_brought_back_to_its_notice() -> None:
    for ref in ("pa 09/900#51", "PA%20é?", "<PA>"):
        (found,) = of(check(notice(ref), notice("PA09900052", line=3)), "MER-REF-01")
        assert (found.ref, found.value, found.line) == (ref, ref, 2)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 600), st.integers(0, 600), st.text(alphabet="ab ", min_size=1, max_size=60).filter(str.strip))
def test_a_long_field_is_shown_around_its_value(before: int, after: int, word: str) -> None:
    word = f"x{word.strip()}x"
    values = ("21999" + "0" * before + "é", word, "y" * after + "z")
    found = next(one for one in of(check(notice(INSEE=values)), "MER-INSEE-01") if one.occurrence == 2)
    whole = joined(values)
    assert found.value == word and found.value in found.text
    assert len(found.text.strip("…")) == min(LONGEST, len(whole)) and found.text.strip("…") in whole
    shown, start = found.text.removeprefix("…"), whole.index(word)
    assert shown.index(word) >= min(LONGEST // 2, start), "what stands before it, too"
    assert found.text.startswith("…") == (not whole.startswith(found.text.strip("…")))
    assert found.text.endswith("…") == (not whole.endswith(found.text.strip("…")))


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(
        st.sampled_from(['"', "\\", 'a"^^<b>', '"x"@fr', "a\nb", "é\u2028\x85\x0b", "<http://e.org/>", "_:b", "\0"]), st.text(min_size=1)
    )
)
def test_a_value_is_quoted_as_it_was_written(value: str) -> None:
    if (written := split(value, ";")) and not any(re.fullmatch("[0-9][0-9AB][0-9]{3}", one) for one in written):
        found = of(check(notice(INSEE=(value,))), "MER-INSEE-01")
        assert {one.value for one in found} == {one[:LONGEST] for one in written}


def test_a_long_value_is_cut_and_still_numbered() -> None:
    (found,) = of(check(notice(INSEE=("21999", "9" * 500))), "MER-INSEE-01")
    assert (len(found.value), found.occurrence) == (LONGEST, 2)


def test_a_suggestion_stands_beside_what_it_mends() -> None:
    (found,) = of(check(notice(REG="Bourgogne")), "MER-REG-01")
    assert (found.value, found.suggestion) == ("Bourgogne", "Bourgogne-Franche-Comté")


def test_what_is_published_is_brought_back_to_its_field() -> None:
    """A date in the future is found in the graph; its producer reads the field, not what was made of it."""
    (found,) = of(check(notice(DATE="2998", SCLE="19e siècle")), "GRA-DATES-02")
    assert (found.field, found.value, found.occurrence) == ("DATE", "2998", 1)
    assert found.focus == iris.notice(Settings().site, "merimee", "PA09900051")


# Remarks --------------------------------------------------------------------------------------------------------------------


def test_each_remark_of_a_parser_is_a_finding_on_its_field() -> None:
    found = of(check(notice(DMIS="hier", DMAJ="demain", DATE="autrefois ; jadis")), "NOT-DATE-01")
    assert [(one.field, one.value) for one in found] == [("DMAJ", "demain"), ("DMIS", "hier")]
    years = of(check(notice(DATE="autrefois ; 1876 ; jadis")), "NOT-ANNEE-01")
    assert [(one.value, one.occurrence, one.text) for one in years] == [
        ("autrefois", 1, "autrefois ; 1876 ; jadis"),
        ("jadis", 3, "autrefois ; 1876 ; jadis"),
    ]


@pytest.mark.parametrize("slug", BASES)
def test_no_remark_of_a_parser_is_lost(slug: str) -> None:
    """Each field of each base filled with what nobody understands: each remark is told by the rule of its kind, with its field and text.

    Where a shape of the base looks at the remarks of that kind on that field, it decides what is told of them.
    """
    base, told_alone = load_bases()[slug], iris_in(triples(slug))
    build = RecordBuilder(base, Settings(), load_bases())
    of_kind = {rule.path.removeprefix(iris.REMARK): rule.code for rule in rules_of("notice") if rule.path.startswith(iris.REMARK)}
    seen: set[str] = set()
    for nonsense in ("zzz\t// <b>quoi</b> ?? ; ; 99/99/99999", "(", "9999999 ; 9999999", "0 ; 0/1"):
        fields = {code: (nonsense,) for code, field in base.fields.items() if field.public}
        one = Notice(slug, "ZZZ", {**fields, "REF": ("ZZZ",)}, "a.csv", 2)
        told = {(found.code, found.field, found.value) for found in check(one)}
        every = [*build(one)[1], *untidy(base, one)]
        remarks = [p for p in every if f"{iris.REMARK}{p.field}.{p.kind}" not in told_alone]
        assert not {(of_kind[p.kind], p.field) for p in every if p not in remarks} & {(code, field) for code, field, _ in told}
        assert {(of_kind[p.kind], p.field, p.value[:LONGEST]) for p in remarks} - told == set()
        seen |= {p.kind for p in remarks}
    assert len(seen) > 4


@pytest.mark.parametrize(("constraint", "values"), [("sh:maxCount 0", ["autrefois", "jadis"]), ('sh:pattern "^autre"', ["jadis"])])
def test_a_shape_may_accept_some_of_the_texts_remarked_upon(constraint: str, values: list[str], tmp_path: Path) -> None:
    (tmp_path / "regles.ttl").write_text(
        f"""@prefix sh: <{iris.SHACL}> . @prefix ex: <https://musee.example/> .
          ex:N sh:targetClass <{iris.FIELD}Remarquee> ; sh:property ex:P .
          ex:P sh:path <{iris.REMARK}DATE.year-not-understood> ; {constraint} .""",
        encoding="utf-8",
    )
    given = Checker("merimee", Settings(), foreign=read_shapes(tmp_path / "regles.ttl"))
    found = of(given([notice(DATE="autrefois ; 1876 ; jadis")]), "P")
    assert [(one.value, one.occurrence) for one in found] == [(value, {"autrefois": 1, "jadis": 3}[value]) for value in values]


def test_a_kind_that_only_a_rule_of_reading_knows_is_not_lost() -> None:
    """No shape asks for mojibake: what a parser should remark of it one day is told by lecture.ttl."""
    check, one = check_of("merimee"), notice(HIST="chÃ¢teau")
    (looked,), _ = check._looked(*check._built([one]))
    remark = Problem("mojibake", "a.csv", 2, "merimee", one.ref, "HIST", "chÃ¢teau")
    looked.remarks["HIST", "mojibake"] = [remark]
    (found,) = check._unruled(looked)
    assert (found.code, found.field, found.value, found.occurrence) == (by_kind()["mojibake"].code, "HIST", "chÃ¢teau", 1)


def test_a_label_that_its_thesaurus_does_not_know(tmp_path: Path) -> None:
    scheme = load_bases()["merimee"].thesaurus("DENO")
    concept = f'<{scheme}-1> a skos:Concept ; skos:inScheme <{scheme}> ; skos:prefLabel "moulin"@fr .'
    (tmp_path / "deno.ttl").write_text(f"@prefix skos: <{iris.SKOS}> .\n<{scheme}> a skos:ConceptScheme .\n{concept}", encoding="utf-8")
    data = tmp_path / "data"
    thesauri.add([tmp_path / "deno.ttl"], data)
    given = Checker("merimee", replace(Settings(), data=str(data)), thesauri.state(data))
    found = [(one.field, one.value, one.occurrence, one.suggestion) for one in of(given([notice(DENO="moulin ; moulain")]), "NOT-VOCA-01")]
    assert found == [("DENO", "moulain", 2, "moulin")]
    assert of(check(notice(DENO="moulain")), "NOT-VOCA-01") == [], "where none is installed nothing is a stranger"
    assert STRANGER == "hors-vocabulaire"


# Reading --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", by_kind())
def test_a_remark_of_a_reader_is_a_finding_of_its_rule(kind: str) -> None:
    found = reading_finding(Problem(kind, "a.csv", 9, "merimee", "PA09900051", "HIST", "un texte", "un détail"))
    assert found
    rule = by_kind()[kind]
    assert (found.code, found.severity, found.field, found.value) == (rule.code, rule.severity, "HIST", "un texte")
    assert (found.file, found.line, found.base, found.ref, found.producer) == ("a.csv", 9, "merimee", "PA09900051", "Monuments Historiques")


def test_a_remark_without_field_or_value() -> None:
    short = reading_finding(Problem("short-row", "a.csv", 9, detail="3 < 5"))
    assert short and (short.field, short.value, short.ref, short.producer) == ("*", "3 < 5", "", "")
    assert reading_finding(Problem("dangling-reference", "a.csv", 9)) is None


def test_the_label_that_a_header_is_most_like_is_a_suggestion() -> None:
    found = reading_finding(Problem("unknown-column", "a.csv", 1, "merimee", field="Denommination", detail="DENO"))
    assert found and (found.field, found.value, found.suggestion) == ("Denommination", "", "DENO")


# Batches --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", BASES)
def test_the_findings_of_a_batch_are_those_of_its_notices(slug: str) -> None:
    """Agents, places and concepts are shared in a batch's graph: that must not show."""
    given = samples(slug)
    one_by_one = [found for one in given for found in check_of(slug)([one])]
    assert one_by_one
    assert check_of(slug)(given) == one_by_one
    assert check_of(slug)(given[::-1]) == [found for one in given[::-1] for found in check_of(slug)([one])]


made = st.builds(
    lambda number, fields: notice(f"PA{number:08d}", line=number, **fields),
    st.integers(0, 99),
    st.fixed_dictionaries(
        {},
        optional={
            "TICO": st.none(),
            "INSEE": st.sampled_from(["1999", "21999 ; 1999", "01999"]),
            "REG": st.sampled_from(["Bourgogne", "Corse"]),
            "DMIS": st.sampled_from(["hier", "2001-02-03"]),
            "HIST": st.sampled_from(["a\tb", "<b>", "bien"]),
            "AUTR": st.sampled_from(["Dupont, Jean (architecte)", "()"]),
            "POP_COORDONNEES.lat": st.sampled_from(["0.5", "47.8"]),
            "POP_COORDONNEES.lon": st.sampled_from(["0.5", "4.6"]),
        },
    ),
)


@settings(max_examples=30, deadline=None)
@given(st.lists(made, max_size=8, unique_by=lambda one: one.ref))
def test_same_notices_same_findings_whoever_stands_beside(notices: list[Notice]) -> None:
    check = check_of("merimee")
    alone = {one.ref: check([one]) for one in notices}
    assert check(notices) == [found for one in notices for found in alone[one.ref]]
    assert check(notices) == check(notices), "pure: nothing is remembered from one call to the next"
    assert {one.ref: check([one]) for one in reversed(notices)} == alone


def test_no_notices_no_findings() -> None:
    assert check_of("merimee")([]) == []


def test_a_checker_is_made_once_a_process() -> None:
    assert checker("merimee", Settings(), "", None) is checker("merimee", Settings(), "", None)


@pytest.mark.parametrize(("count", "size", "runs"), [(0, 3, []), (2, 3, [2]), (3, 3, [3]), (7, 3, [3, 3, 1])])
def test_batches(count: int, size: int, runs: list[int]) -> None:
    given = [notice(f"PA{number}") for number in range(count)]
    found = list(in_batches(iter(given), size))
    assert [len(batch) for batch in found] == runs and [one for batch in found for one in batch] == given


# Withheld fields ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", BASES)
def test_a_withheld_field_is_never_quoted(slug: str) -> None:
    """Whatever a shape says of it: the notice that the checker is given does not hold its text."""
    base = load_bases()[slug]
    one = samples(slug)[0]
    every: list[Any] = [one._replace(withheld=tuple(base.withheld)), one._replace(withheld=())]
    for found in check_of(slug)(every):
        if found.field in base.withheld:
            assert (found.value, found.text) in {("", ""), ("true", "")}
