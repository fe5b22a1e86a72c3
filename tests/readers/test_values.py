"""Values: trimmed, emptied, cleaned, withheld; columns that are no field."""

from __future__ import annotations

import json

import pytest

from pop_ld.notices import Problem
from pop_ld.readers import text
from pop_ld.readers.drafts import cleaned


def test_empty_values_are_dropped(read):
    reading = read("REF;TICO;DENO;AUTR;CONTACT\nPA00000001; \u00a0 ;Non renseigné;\t;\nPA00000002;a; Non renseigné ;NR;x\n")
    assert [dict(notice.fields) for notice in reading.notices] == [
        {"REF": ("PA00000001",)},
        {"REF": ("PA00000002",), "TICO": ("a",), "AUTR": ("NR",)},
    ]
    assert [notice.withheld for notice in reading.notices] == [(), ("CONTACT",)]


def test_withheld_values_are_nowhere(read):
    reading = read(
        '{"REF": "PM00000001", "CONTACT": "Jea\\u0000nne", "INSEE2": ["68066"], "HISTORIQUE": {"nom": "Jeanne"}, "BASE": "palissy"}'
    )
    assert reading.notices[0].withheld == ("CONTACT", "INSEE2", "HISTORIQUE")
    assert "nne" not in repr(reading)
    assert "68066" not in repr(reading)


@pytest.mark.parametrize(
    ("value", "expected", "kinds"),
    [
        ("a\x00b", "ab", ["control-characters"]),
        ("\x1ba\x0b", "a", ["control-characters"]),
        ("a\ud83d", "a\ufffd", ["control-characters"]),
        ("a\r\nb\rc\td", "a\nb\nc\td", []),
        ("l\x92eau\x85", "l\x92eau\x85", []),
        ("Ã©glise", "Ã©glise", ["mojibake"]),
        ("Ã‰tat", "Ã‰tat", ["mojibake"]),
        ("lâ€™eau", "lâ€™eau", ["mojibake"]),
        ("n\ufffd 2", "n\ufffd 2", ["mojibake"]),
        ("7ï¿½me", "7ï¿½me", ["mojibake"]),
        ("CHÂTEAU Ångström SÃO â Â", "CHÂTEAU Ångström SÃO â Â", []),
        ("Ã \x01", "Ã", ["control-characters"]),
    ],
)
def test_cleaning(read, value, expected, kinds):
    reading = read(json.dumps({"REF": "PA00000001", "TICO": value}))
    assert reading.notices[0].fields["TICO"] == (expected,)
    assert [(p.kind, p.field, p.ref, p.rejects) for p in reading.problems] == [(kind, "TICO", "PA00000001", False) for kind in kinds]
    if "\ud83d" not in value and "\r" not in value:
        reading = read(f"REF;TICO\nPA00000001;{value}\n")
        assert reading.notices[0].fields["TICO"] == (expected,)
        assert [p.kind for p in reading.problems] == kinds


@pytest.mark.parametrize("size", range(4, 60, 3))
def test_nothing_escapes_between_two_chunks(read, monkeypatch, size):
    monkeypatch.setattr(text, "CHUNK", size)
    reading = read('{"REF": "PA00000001", "TICO": "a\\u0000b", "DENO": "Ã©", "AUTR": "a\x0bb", "DATE": "a\rb"}', base="merimee")
    assert dict(reading.notices[0].fields) == {"REF": ("PA00000001",), "TICO": ("ab",), "DENO": ("Ã©",), "AUTR": ("ab",), "DATE": ("a\nb",)}
    assert [(problem.kind, problem.field) for problem in reading.problems] == [
        ("control-characters", "TICO"),
        ("mojibake", "DENO"),
        ("control-characters", "AUTR"),
    ]


def test_a_value_of_control_characters_only_is_empty():
    assert cleaned("\x00\x01") == ("", ("control-characters",))


def test_quoted_values_are_cut(read):
    [problem] = read(f"REF;TICO\nPA00000001;Ã©{'x' * 500}\n").problems
    assert len(problem.value) == 200


def test_unknown_known_and_templated_columns(read):
    reading = read("REF;hauteur;hauteur/1;list_date;Denominaton;;DENO;vide\nPM00000001;12;13;1970;a;b;c;\nPM00000002;;;1970;a;;c;\n")
    assert reading.notices[0].fields["DIMS"] == ("h. 12 cm", "h. 13 cm")
    assert "DIMS" not in reading.notices[1].fields
    assert reading.reader.unmapped == {"list_date": 2, "Denominaton": 2, "#6": 1}
    assert reading.problems == [
        Problem("unknown-column", file=reading.notices[0].file, line=1, base="palissy", field="Denominaton", detail="Dénomination"),
        Problem("unknown-column", file=reading.notices[0].file, line=1, base="palissy", field="#6"),
    ]
    assert reading.reader.columns["hauteur/1"] == "DIMS"
    assert reading.reader.columns["vide"] == ""


def test_repeated_columns_add_their_values_in_order(read):
    reading = read("REF,datation/0,datation/1,DATE\nPA00000001,1400,1500,1600\nPA00000002,,1500,\n")
    assert [notice.fields["DATE"] for notice in reading.notices] == [("1400", "1500", "1600"), ("1500",)]


def test_refs_are_trimmed_and_nothing_more(read):
    reading = read("REF;DENO;INV\n R 26 p ;a;b\nM0515000001         ;a;b\n;a;b\n", base="joconde")
    assert reading.refs == ["R 26 p", "M0515000001"]
    assert [(p.kind, p.line, p.field, p.rejects) for p in reading.problems] == [("missing-ref", 4, "REF", True)]
