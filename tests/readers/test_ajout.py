"""Ajout piloté: names, values, continuations, records."""

from __future__ import annotations

RECORD = "REF\n01610014032\nCOOR\nJeanne Exemple\nDENO\nfragment\nDESC\nFond de vaisselle, -\nà pied annu-\nlaire\nMUSEO\nM0017\n//\n"


def test_a_record(read):
    reading = read(RECORD.replace("\n", "\r\n") + "REF\r\n01610014134\r\nDENO\r\nanneau (2)\r\n//\r\n")
    assert reading.reader.source.syntax == "ajout"
    assert reading.reader.source.base == "joconde"
    first, second = reading.notices
    assert dict(first.fields) == {
        "REF": ("01610014032",),
        "DENO": ("fragment",),
        "DESC": ("Fond de vaisselle, à pied annulaire",),
        "MUSEO": ("M0017",),
    }
    assert first.withheld == ("COOR",)
    assert (first.line, second.line) == (1, 14)
    assert not reading.problems


def test_a_record_without_its_end(read):
    assert read(RECORD + "REF\n01610014134\nDENO\nanneau").refs == ["01610014032", "01610014134"]
    assert read(RECORD.replace("//\n", "") + RECORD.replace("032", "033")).refs == ["01610014032", "01610014033"]


def test_several_value_lines_and_a_hyphen_that_continues_nothing(read):
    text = "REF\n01610014032\nDESC\nune ligne\net une autre\nTICO\n1914-\nDENO\nx\nZZZ\ny\n//\n"
    [notice] = (reading := read(text)).notices
    assert notice.fields["DESC"] == ("une ligne\net une autre",)
    assert notice.fields["TICO"] == ("1914-",)
    assert reading.reader.unmapped == {"ZZZ": 1}
    assert [problem.kind for problem in reading.problems] == ["unknown-column"]


def test_empty_values_and_lines_outside_records(read):
    reading = read("REF\n01610014032\nTICO\n\nDENO\nx\n//\n\ndes mots\nsans champ\n//\n//\nREF\n01610014033\n//\n\x1a", base="joconde")
    assert reading.refs == ["01610014032", "01610014033"]
    assert reading.kinds == [("malformed-row", 9)]
    assert "TICO" not in reading.notices[0].fields


def test_a_record_without_ref(read):
    reading = read("DENO\nx\n//\n" + RECORD)
    assert reading.kinds == [("missing-ref", 1)]
    assert reading.refs == ["01610014032"]
