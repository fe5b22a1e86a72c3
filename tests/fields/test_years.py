"""Years, day dates and pairs of them, as the real files write them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop_ld.bases import load_bases
from pop_ld.fields.years import date, day, year_span, years
from pop_ld.notices import Notice
from pop_ld.readers import open_sources


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
        ("1906 achevé en", None, 1906, 1906),
        ("1680 achevé avant", None, 1680, None),
        ("1715 COMMenCEE en", 1715, None, None),
        ("50 av JC", -49, -49, -49),
        ("1842 ?", None, None, 1842),
        ("1889.03", 1889, 1889, 1889),
        ("1902/06/29", 1902, 1902, 1902),
        ("5 avril 1900", 1900, 1900, 1900),
        ("1er janvier 1901", 1901, 1901, 1901),
        ("29/06/1902", 1902, 1902, 1902),
        ("1900.00.00", 1900, 1900, 1900),
        ("[1850]", 1850, 1850, 1850),
        ("1901.04 ou 1910", 1901, 1910, None),
        ("1910 ou 1901/04", 1901, 1910, None),
        ("1886 entre, 1895 et", 1886, 1895, None),
        ("entre 1950 et 1960", 1950, 1960, None),
        ("Entre 1950 et 1955 pour la maison", 1950, 1955, None),
        ("de 1858 à 1860", 1858, 1860, None),
        ("1761- vers 1780", 1761, None, None),
        ("avant 1900-1905", None, 1905, None),
        ("1923.1925", 1923, 1925, None),
        ("337-341", 337, 341, None),
        ("50-30 av JC", -49, -29, None),
        ("1920-30", 1920, 1930, None),
        ("1905-06", 1905, 1906, None),
        ("1889-03", 1889, 1889, 1889),
        ("194.en", 1940, 1949, None),
        ("18..", 1800, 1899, None),
        ("années 1920", 1920, 1929, None),
        ("an IX", 1800, 1801, None),
        ("500 ap entre", 500, None, None),
        ("1950 entre", 1950, None, None),
        ("1843 pour la maison", 1843, 1843, 1843),
        ("1935 : la nef, les bas-côtés et la façade sur rue", 1935, 1935, 1935),
        ("1981. Ouverture au public en 1993.", 1981, 1981, 1981),
        ("1910 (inauguration du musée)", 1910, 1910, 1910),
        ("1re moitié 19e siècle", 1801, 1850, None),
        ("14e (début)", 1301, 1325, None),
        ("début 19e siècle pour les bories les plus anciennes", 1801, 1825, None),
    ],
)
def test_year_span(text: str, begin: int | None, end: int | None, exact: int | None) -> None:
    span = year_span(text)
    assert span is not None
    assert (span.begin, span.end, span.exact) == (begin, end, exact)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?",
        "Bourgogne",
        "1845-1840",
        "1905-99-99",
        "abc 1900 def",
        "0000",
        "99999",
        "entre 1960 et 1950",
        "1858, 19e siècle",
        "3 rue de Paris",
        "an XX",
    ],
)
def test_what_is_no_year(text: str) -> None:
    assert year_span(text) is None


def test_a_month_bounds_the_month() -> None:
    [item] = years(("1900/02",), ";").value
    assert item == {
        "text": "1900/02",
        "span": "1900-02",
        "span_label": "1900-02",
        "begin": "1900-02-01T00:00:00Z",
        "end": "1900-02-28T23:59:59Z",
        "year": "1900",
    }


def test_vague_years_have_no_time_span() -> None:
    assert years(("1900 vers",), ";").value == [{"text": "1900 vers", "year": "1900"}]


def test_start_and_end_with_their_precision_are_one_item() -> None:
    [item] = years(("1803 : date de début ; 1810 : date de fin",), ";").value
    assert (item["span"], item["begin"][:4], item["end"][:4]) == ("1803..1810", "1803", "1810")


@pytest.mark.parametrize("text", ["s.d.", "Sans date", "(?)", "n.d.", "date inconnue", "[s.d.]"])
def test_no_date_is_no_problem(text: str) -> None:
    assert years((text,), ";").remarks == ()


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


PIECES = st.lists(
    st.sampled_from(
        [
            "1858",
            "1860",
            "18",
            "19e",
            "siècle",
            "vers",
            "entre",
            "et",
            "ou",
            "-",
            ",",
            "(",
            ")",
            "avant",
            "av JC",
            "an",
            "IX",
            ".",
            "/",
            "12",
        ]
    ),
    max_size=7,
).map(" ".join)


@given(st.lists(st.one_of(st.text(max_size=40), PIECES), min_size=1, max_size=4))
def test_never_raises_and_nothing_disappears(values: list[str]) -> None:
    parsed = years(tuple(values), ";")
    found = parsed.value or []
    kept = " ; ".join(item["text"] for item in found)
    assert kept == " ; ".join(part.strip() for value in values for part in value.split(";") if part.strip()) or "(" in kept or "[" in kept
    assert {c for value in values for c in value if c.isalnum()} <= set(kept)
    reported = {text for _, text, _ in parsed.remarks}
    assert all(year_span(text) is None for text in reported)
    for item in found:
        assert ("span" in item) == ("begin" in item or "end" in item)
        assert item["text"] not in reported or set(item) == {"text"}


@given(st.text(alphabet="0123456789 -./,?()vers avnt", max_size=14))
def test_bounds_are_ordered(text: str) -> None:
    span = year_span(text)
    if span and span.begin is not None and span.end is not None:
        assert span.begin <= span.end


@pytest.mark.parametrize(
    ("name", "code", "share"),
    [
        ("joconde/joconde-extrait-2020.csv", "MILL", 0.997),
        ("merimee/mh-points-2026.csv", "DATE", 0.999),
        ("memoire/memoire-mh-1851-1914-ile-de-france.csv", "DATPV", 0.999),
    ],
)
def test_real_years_are_understood(shared: Path, name: str, code: str, share: float) -> None:
    values = []
    for reader in open_sources(shared / "data" / name, base=None, encoding=None, bases=load_bases()):
        values += [one.fields[code] for one in reader if isinstance(one, Notice) and code in one.fields]
    parsed = [years(one, ";") for one in values]
    count = sum(len(one.value or ()) for one in parsed)
    assert count > 1_000 and sum(len(one.remarks) for one in parsed) <= (1 - share) * count
