"""CSV: delimiters, quotes, ragged and damaged rows."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_delimiters_and_line_ends(read, delimiter, end, quote):
    rows = [["REF", "DENO", "TICO"], ["PA00000001", "église", ""], ["PA00000002", " château ", "Château"]]
    text = end.join(delimiter.join(f"{quote}{cell}{quote}" for cell in row) for row in rows)
    reading = read("\ufeff" + text + end)
    assert reading.reader.source.delimiter == delimiter
    assert reading.reader.source.base == "merimee"
    assert [dict(notice.fields) for notice in reading.notices] == [
        {"REF": ("PA00000001",), "DENO": ("église",)},
        {"REF": ("PA00000002",), "DENO": ("château",), "TICO": ("Château",)},
    ]
    assert [notice.line for notice in reading.notices] == [2, 3]
    assert not reading.problems


def test_the_delimiter_is_the_one_that_gives_known_labels(read):
    reading = read("REF;Titre, date, lieu, auteur, et autres;TICO\nPA00000001;;a, b, c\n", base="merimee")
    assert reading.reader.source.delimiter == ";"
    assert reading.notices[0].fields["TICO"] == ("a, b, c",)


def test_quotes_doubled_and_newlines_inside(read):
    reading = read('REF,TICO,DENO\r\nPA00000001,"dit ""Le Grand""\r\nsur deux lignes",x\r\nPA00000002,b,c\r\n')
    assert reading.notices[0].fields["TICO"] == ('dit "Le Grand"\nsur deux lignes',)
    assert [notice.line for notice in reading.notices] == [2, 4]
    assert not reading.problems


def test_pipe_takes_quotes_off_a_cell_and_nothing_more(read):
    reading = read('REF|TICO|DENO\nPA00000001|"a ""b"" c"|"non fermé\nPA00000002|"x" y|z\n')
    assert [(notice.fields["TICO"], notice.fields["DENO"]) for notice in reading.notices] == [
        (('a "b" c',), ('"non fermé',)),
        (('"x" y',), ("z",)),
    ]


def test_sloppy_quotes_on_one_line_are_forgiven(read):
    reading = read('REF;TICO;DENO\nPA00000001;"Le Grand" (dit);x\nPA00000002;5" de haut;y\n')
    assert reading.refs == ["PA00000001", "PA00000002"]
    assert reading.notices[0].fields["DENO"] == ("x",)
    assert reading.notices[1].fields["TICO"] == ('5" de haut',)


def test_sloppy_quotes_in_a_text_of_several_lines_are_forgiven(read):
    reading = read('REF;TICO;DENO\nPA00000001;"un "mot" et\nla suite";x\nPA00000002;b;c\n')
    assert reading.refs == ["PA00000001", "PA00000002"]
    assert reading.notices[0].fields["DENO"] == ("x",)
    assert "la suite" in reading.notices[0].fields["TICO"][0]


@pytest.mark.parametrize("after", ['PA{};b;"c"\n', "PA{};b;c\n", 'PA{};"b";"c"\n'])
def test_an_unbalanced_quote_costs_one_row(read, after):
    text = 'REF;TICO;DENO\nPA00000001;a;b\nPA00000002;"jamais fermé;b\n'
    reading = read(text + "".join(after.format(f"{n:08}") for n in range(3, 5000)))
    assert reading.refs == ["PA00000001", *(f"PA{n:08}" for n in range(3, 5000))]
    assert reading.kinds == [("malformed-row", 3)]
    assert reading.problems[0].ref == "PA00000002"
    assert reading.notices[1].line == 4


def test_a_quote_left_open_at_the_end_keeps_what_was_read(read):
    reading = read('REF;TICO;DENO\nPA00000001;a;b\nPA00000002;c;"fin de fich')
    assert reading.refs == ["PA00000001", "PA00000002"]
    assert reading.notices[1].fields["DENO"] == ("fin de fich",)


def test_a_huge_cell_is_a_malformed_row(read):
    reading = read(f"REF;TICO\nPA00000001;a\nPA00000002;{'x' * 1_000_001}\nPA00000003;b\n")
    assert reading.refs == ["PA00000001", "PA00000003"]
    assert reading.kinds == [("malformed-row", 3)]


def test_short_rows_are_kept_and_said_and_surplus_cells_reject(read):
    reading = read("REF,TICO,DENO\nPA00000001,a\nPA00000002,a,b,c\nPA00000003,a,b,, \nPA00000004\n,,\n\nPA00000005,a,b\n")
    assert reading.refs == ["PA00000001", "PA00000003", "PA00000004", "PA00000005"]
    assert reading.kinds == [("short-row", 2), ("malformed-row", 3), ("short-row", 5)]
    assert [problem.detail for problem in reading.problems] == ["2 < 3", "4 > 3", "1 < 3"]
    assert reading.reader.read == 5


def test_a_malformed_row_does_not_quote_what_may_be_withheld(read):
    reading = read("CONTACT,REF\nx,a@b.example,PA00000001\n", base="merimee")
    assert "a@b.example" not in repr(reading.problems)


def test_lines_before_the_header_are_passed_over(read):
    assert read("sep=;\nREF;TICO\nPA00000001;a\n").refs == ["PA00000001"]
    reading = read('"Critères : base = merimee"\nREF;TICO;DENO\nPA00000001;a;b\n')
    assert (reading.refs, reading.notices[0].line) == (["PA00000001"], 3)


def test_a_repeated_header_is_no_notice(read):
    reading = read("REF;TICO\nPA00000001;a\nREF;TICO\nPA00000002;a\n")
    assert reading.refs == ["PA00000001", "PA00000002"]
    assert reading.kinds == [("malformed-row", 3)]


def test_stray_carriage_return(read):
    reading = read("REF;TICO\nPA00000001;a\rb\nPA00000002;c\n")
    assert reading.refs == ["PA00000001", "PA00000002"]
    assert reading.notices[0].fields["TICO"] == ("a\nb",)
