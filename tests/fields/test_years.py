"""Years, day dates and pairs of them, as the real files write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop_ld.fields.years import date, day, year_span, years


@pytest.mark.parametrize(
    ("text", "begin", "end", "exact"),
    [
        ("1858", 1858, 1858, 1858),
        ("1900 vers", None, None, 1900),
        ("vers 1900", None, None, 1900),
        ("1863 avant", None, 1863, None),
        ("1905 (avant, supposé)", None, 1905, None),
        ("1987 AVANT", None, 1987, None),
        ("1880 (après)", 1880, None, None),
        ("1840-1845", 1840, 1845, None),
        ("vers 1430-1440", None, None, None),
        ("1906 achevé en", 1906, 1906, 1906),
        ("50 av JC", -49, -49, -49),
        ("1842 ?", None, None, 1842),
        ("1889.03", 1889, 1889, 1889),
    ],
)
def test_year_span(text: str, begin: int | None, end: int | None, exact: int | None) -> None:
    span = year_span(text)
    assert span is not None
    assert (span.begin, span.end, span.exact) == (begin, end, exact)


@pytest.mark.parametrize("text", ["", "?", "Bourgogne", "1845-1840", "1905-99-99", "1901.04 ou 1910", "abc 1900 def"])
def test_what_is_no_year(text: str) -> None:
    assert year_span(text) is None


def test_a_month_bounds_the_month() -> None:
    assert years(("1900/02",), ";").value == [
        {"text": "1900/02", "begin": "1900-02-01T00:00:00Z", "end": "1900-02-28T23:59:59Z", "year": "1900"}
    ]


def test_between_and_is_one_item() -> None:
    parsed = years(("1950 entre ; 1960 et ; 1970",), ";")
    assert [i.get("begin", "")[:4] + "-" + i.get("end", "")[:4] for i in parsed.value] == ["1950-1960", "1970-1970"]
    assert parsed.remarks == ()


def test_text_without_a_date_is_kept_and_reported() -> None:
    parsed = years(("Bourgogne ; Côte-d'Or",), ";")
    assert parsed.value == [{"text": "Bourgogne"}, {"text": "Côte-d'Or"}]
    assert [kind for kind, _, _ in parsed.remarks] == ["year-not-understood"] * 2


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2019-05-15", "2019-05-15"),
        ("2014-05/28", "2014-05-28"),
        ("2020-9-24 16:9", "2020-09-24"),
        ("2016/06/29", "2016-06-29"),
        ("2021-02-30", None),
        ("1999", None),
        ("", None),
    ],
)
def test_day(text: str, iso: str | None) -> None:
    assert day(text) == iso


def test_a_date_that_does_not_exist_is_reported() -> None:
    assert date(("2021-02-30",), "").remarks == (("date-not-understood", "2021-02-30", ""),)


@given(st.lists(st.text(max_size=40), min_size=1, max_size=4))
def test_never_raises_and_nothing_disappears(values: list[str]) -> None:
    parsed = years(tuple(values), ";")
    kept = " ; ".join(item["text"] for item in parsed.value or [])
    assert kept == " ; ".join(part.strip() for value in values for part in value.split(";") if part.strip()) or "(" in kept or "[" in kept
