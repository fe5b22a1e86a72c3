"""The tables of reconciliation agree with each other and with the fields of the bases."""

from __future__ import annotations

from pop_ld.bases import load_bases
from pop_ld.reconciliation import comparing, tables
from pop_ld.reconciliation.scoring import score


def test_properties_are_of_public_fields_and_weigh_something() -> None:
    for prop in tables.properties().values():
        assert prop.kind in comparing.COMPARED or prop.kind == "qid", prop
        assert prop.id in tables.weights(), prop.id
        assert all(prop.label.values()) and set(prop.label) == {"fr", "en"}
        for slug, codes in prop.codes.items():
            unknown = set(codes) - set(load_bases()[slug].searched)
            assert not unknown, (prop.id, slug, unknown)


def test_rules_speak_of_known_features_and_types() -> None:
    known = {*tables.weights(), "words", "lone", "birth", "death"}
    assert tables.rules()
    for rule in tables.rules():
        assert set(rule.types) <= set(tables.types()) and {name for name, _ in rule.needs} <= known, rule


def test_a_field_is_the_general_property_that_it_has_values_of() -> None:
    found = tables.general("joconde", "INV")
    assert found and found.id == "inventory" and tables.general("joconde", "REPR") and tables.general("joconde", "COMM") is None
    assert {prop.id for prop in tables.of_type("place")} == {"insee", "department", "qid"}


def test_a_score_is_what_could_be_compared() -> None:
    assert score({"name": 1.0}) == 100 and score({"name": 0.0}) == 0 and score({}) == 0
    assert score({"name": 1.0, "artist": None}) > score({"name": 1.0, "artist": 0.5}) > score({"name": 1.0, "artist": 0.0})
    assert score({"ref": 1.0, "title": 0.9}) == 100 > score({"ref": 1.0, "title": 0.1}), "a title that contradicts its reference"
