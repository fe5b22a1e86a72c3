"""Terms with their precisions: DENO, TECH, REPR, SREP, ONOM."""

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop_ld.fields.subjects import names, sources, subjects, techniques, terms
from pop_ld.fields.text import split


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("anneau (2)", [("anneau (2)", "anneau", "2", None)]),
        ("figurine (fragment)", [("figurine (fragment)", "figurine", None, None), ("fragment", "fragment", None, "figurine")]),
        ("atlas (20, élément)", [("atlas (20, élément)", "atlas", "20", None), ("élément", "élément", None, "atlas")]),
        ("album;élément d'ensemble", [("album", "album", None, None), ("élément d'ensemble", "élément d'ensemble", None, None)]),
        ("tasse ; 6 ; soucoupe : 6", [("tasse", "tasse", "6", None), ("soucoupe : 6", "soucoupe", "6", None)]),
        ("tasse (haute) ; 6", [("tasse (haute)", "tasse", "6", None), ("haute", "haute", None, "tasse")]),
        ("(fragment)", [("(fragment)", "fragment", None, None)]),
        ("fragment ; fragment", [("fragment", "fragment", None, None)]),
    ],
)
def test_terms(text: str, expected: list[tuple[str, str, str | None, str | None]]) -> None:
    assert [(i["label"], i["lookup"], i.get("count"), i.get("of")) for i in terms((text,), ";").value] == expected


def test_a_doubt_is_no_affix() -> None:
    (item,) = terms(("château (?)",), ";").value
    assert (item["lookup"], item["doubt"], "remark" in item) == ("château", "?", False)


def test_techniques_keep_what_goes_together() -> None:
    found = techniques(("ivoire ; gravé# laiton ; argenté ; gravé#papier (bleu) ; imprimé",), ";,").value
    assert [(i["lookup"], i["group"]) for i in found] == [
        ("ivoire", "1"), ("gravé", "1"), ("laiton", "2"), ("argenté", "2"), ("gravé", "2"), ("papier", "3"), ("bleu", "3"),
        ("imprimé", "3"),
    ]  # fmt: skip


def test_one_group_is_not_numbered() -> None:
    found = techniques(("peinture à l'huile, toile",), ";,").value
    assert [i["lookup"] for i in found] == ["peinture à l'huile", "toile"]
    assert not any("group" in i for i in found)


def test_nested_and_flat_subjects_are_the_same_terms() -> None:
    nested = subjects(("scène (femme, conversation, putti, arcade)",), "").value
    assert nested == subjects(("scène;femme;conversation;putti;arcade",), "").value
    assert nested == subjects(("scène", "femme", "conversation", "putti", "arcade"), "").value
    assert nested[0] == {"label": "scène", "concept": "sc%C3%A8ne"}


def test_subjects_drop_doubts_and_repeats_only() -> None:
    found = subjects(("scène biblique (ange : dans les airs, ?)#scène biblique (ange)",), "").value
    assert [i["label"] for i in found] == ["scène biblique", "ange", "dans les airs"]


def test_sources() -> None:
    found = sources(("fable ; La Fontaine Jean de : Le serpent et la lime (V - 16)",), ";").value
    assert [(i["lookup"], i.get("place")) for i in found] == [
        ("fable", None), ("La Fontaine Jean de", None), ("Le serpent et la lime", "V - 16")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CHEDRU Hypollite Guillaume (armateur)", [("CHEDRU Hypollite Guillaume", "armateur")]),
        ("MOZART Wolfgang Amadeus, SAINT-SAËNS Camille", [("MOZART Wolfgang Amadeus", None), ("SAINT-SAËNS Camille", None)]),
        ("Fèvre & Cie, Pigné", [("Fèvre & Cie", None), ("Pigné", None)]),
        ("Société lyonnaise, fondée en 1881", [("Société lyonnaise, fondée en 1881", None)]),
    ],
)
def test_names(text: str, expected: list[tuple[str, str | None]]) -> None:
    assert [(i["name"], i.get("role")) for i in names((text,), ";").value] == expected


def test_a_number_among_names_is_kept_and_reported() -> None:
    parsed = names(("1183",), ";")
    assert (parsed.value, parsed.remarks) == ([{"text": "1183"}], (("name-not-understood", "1183", ""),))


@given(st.text(max_size=60))
def test_nothing_raises_and_nothing_disappears(text: str) -> None:
    found = terms((text,), ";").value or []
    said = {i["label"] for i in found} | {i["count"] for i in found if "count" in i}
    assert all(part in said for part in split(text, ";"))
    assert all(
        part in {i["label"] for i in techniques((text,), ";,").value or []} for line in text.split("#") for part in split(line, ";,")
    )
    depicted = {i["label"] for i in subjects((text,), "").value or []}
    assert depicted == {word.strip() for word in re.split(r"[(),;:#£\n]", text) if word.strip().strip("?. ")}
    texts = [i["text"] for i in names((text,), ";").value or []]
    assert all(part in texts or all(piece in texts for piece in split(part, ",")) for part in split(text, ";"))
    for item in found + (sources((text,), ";").value or []):
        assert item["concept"].isascii()
        assert " " not in item["concept"]


def test_real_notices(shared: Path) -> None:
    thesaurus = (shared / "vocab/fr/joconde-thesauri-2020.ttl").read_text(encoding="utf-8")
    known = {
        label.casefold()
        for line in thesaurus.splitlines()
        if "/T505-" in line.partition(" ")[0]
        for label in re.findall(r'"([^"]+)"@fr', line)
    }
    with (shared / "data/joconde/joconde-extrait-2020.csv").open(encoding="utf-8", newline="") as lines:
        found = [i for row in csv.DictReader(lines) if row["Dénomination"] for i in terms((row["Dénomination"],), ";").value]
    assert sum(item["lookup"].casefold() in known for item in found) / len(found) > 0.99
