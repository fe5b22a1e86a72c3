"""Labels to concepts: each rule, what is never guessed, what a report is told."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop_ld import thesauri
from pop_ld.thesauri.resolve import LONGEST, fold, without_remark
from pop_ld.thesauri.scheme import Concept, Scheme

ARK = "http://data.culture.fr/thesaurus/resource/ark:/67717/"
T505 = ARK + "T505"


@pytest.fixture
def installed(turtle: Path, tmp_path: Path) -> thesauri.Thesauri:
    thesauri.add([turtle], tmp_path)
    return thesauri.open_thesauri(tmp_path)


@pytest.mark.parametrize(
    ("label", "pref"),
    [
        ("tableau", "tableau"),
        ("peinture de chevalet", "tableau"),
        ("element d ens.", "élément d'ensemble"),
        ("Porte ciseaux", "porte-ciseaux"),
        ("PORTE‑CISEAUX", "porte-ciseaux"),
        ("  porte   ciseaux ", "porte-ciseaux"),
        ("Etui a ciseaux", "porte-ciseaux"),
        ("élément d’ensemble", "élément d'ensemble"),
        ("élément d\x92ensemble", "élément d'ensemble"),
        ("e\u0301le\u0301ment d'ensemble", "élément d'ensemble"),
        ("OEil de boeuf", "œil-de-bœuf"),
        ("3e siècle av. JC", "3e siècle av JC"),
        ("tableaux", "tableau"),
        ("Eléments d'ensembles", "élément d'ensemble"),
        ("tableau (2)", "tableau"),
        ("tableau(?)", "tableau"),
        ("Tableaux (fragment) (?)", "tableau"),
        ("pâté", "pâté"),
        ("pate", "pate"),
        ("coin", "coin"),
        ("Coin", "pièce"),
        ("bride", "bride"),
    ],
)
def test_resolves(installed: thesauri.Thesauri, label: str, pref: str) -> None:
    found = installed.resolve(T505, label)
    assert found is not None and found.pref == pref
    assert found.iri.startswith(ARK) and found.scheme == T505


@pytest.mark.parametrize(
    "label",
    [
        "matrice",  # another label of two concepts
        "PATE",  # the preferred labels of two, once folded
        "Vanne",  # a proper name keeps its s
        "ancien terme",  # deprecated
        "scissors case",  # a label in another language
        "(tableau)",
        "tableau, cadre",
        "",
        "()",
        "-",
        "x" * (LONGEST + 1),
    ],
)
def test_does_not_guess(installed: thesauri.Thesauri, label: str) -> None:
    assert installed.resolve(T505, label) is None


def test_candidates_are_the_nearest_labels(installed: thesauri.Thesauri) -> None:
    assert installed.candidates(T505, "tableua (?)")[0].pref == "tableau"
    assert {c.pref for c in installed.candidates(T505, "matrice")} == {"coin", "moule"}
    assert len(installed.candidates(T505, "p", n=1)) <= 1
    assert installed.candidates(T505, "xyz") == installed.candidates(T505, "") == ()


def test_an_absent_thesaurus_resolves_and_holds_nothing(installed: thesauri.Thesauri) -> None:
    for thesaurus in (ARK + "T51", ""):
        assert not installed.holds(thesaurus)
        assert installed.resolve(thesaurus, "tableau") is None
        assert installed.candidates(thesaurus, "tableau") == ()
    assert installed.holds(T505)


def test_goes_to_another_process(installed: thesauri.Thesauri) -> None:
    assert installed.holds(T505)
    copy = pickle.loads(pickle.dumps(installed))
    assert copy.resolve(T505, "tableaux") == installed.resolve(T505, "tableaux")


def test_a_thesaurus_that_was_replaced_is_read_again(turtle: Path, tmp_path: Path, installed: thesauri.Thesauri) -> None:
    assert installed.resolve(T505, "toile") is None
    turtle.write_text(turtle.read_text(encoding="utf-8").replace('"tableau"', '"toile"'), encoding="utf-8")
    thesauri.add([turtle], tmp_path)
    found = thesauri.open_thesauri(tmp_path).resolve(T505, "toile")
    assert found is not None and found.iri == ARK + "T505-3"
    assert installed.resolve(T505, "toile") is None, "one conversion sees one state"


def test_without_remark() -> None:
    assert without_remark("anneau (2)") == "anneau"
    assert without_remark("lieu (a) (b) ") == "lieu"
    assert without_remark("(seul)") == "(seul)"
    assert without_remark("a (b") == "a (b"
    assert without_remark("") == ""


_NAMES = st.text(st.sampled_from("abeéèsxœ '-.()A2\u0301"), min_size=1, max_size=8).filter(str.strip)


@given(st.lists(_NAMES, min_size=1, max_size=6, unique_by=lambda name: " ".join(name.split())), st.text(max_size=20) | _NAMES)
def test_never_raises_never_guesses_and_keeps_exact_labels(prefs: list[str], label: str) -> None:
    labels = [" ".join(pref.split()) for pref in prefs]
    resolver = thesauri.Resolver(Scheme("s", "https://example.org/s", "s", tuple(Concept(p, p) for p in labels)))
    for pref in labels:
        exact = resolver.resolve(pref)
        assert exact is not None and exact.iri == pref, "an exact preferred label always wins"
    found = resolver.resolve(label)
    same = [p for p in labels if fold(p) == fold(label)]
    if found is not None and " ".join(label.split()) not in labels and same:
        assert [found.pref] == same
    assert all(c.iri in labels for c in resolver.candidates(label))


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_joconde_values_resolve(shared: Path, tmp_path: Path) -> None:
    """At least the shares that were measured (bench/thesauri.py says them all)."""
    from bench.thesauri import values

    thesauri.add([shared / "vocab" / "fr" / "joconde-thesauri-2020.ttl"], tmp_path)
    joconde, found = thesauri.open_thesauri(tmp_path), values(shared / "data")
    for code, number, least in (("DENO", "T505", 0.99), ("PERI", "T521", 0.99), ("PERU", "T521", 0.98), ("EPOQ", "T93", 0.95)):
        resolved = sum(count for label, count in found[code].items() if joconde.resolve(ARK + number, label))
        assert resolved / found[code].total() >= least, code
