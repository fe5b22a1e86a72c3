"""DPRO: dated protections."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop_ld.fields.protections import protections


def test_two_events() -> None:
    found = protections(("1995/08/30 : inscrit MH partiellement ; 1997/05/30 : classé MH",), ";").value
    assert [(i["label"], i["date"]) for i in found] == [("inscrit MH partiellement", "1995-08-30"), ("classé MH", "1997-05-30")]


@pytest.mark.parametrize(
    ("text", "label", "begin"),
    [
        ("1862 : classé MH", "classé MH", "1862-01-01T00:00:00Z"),
        ("1905/05/09\u00a0: classé au titre objet", "classé au titre objet", "1905-05-09T00:00:00Z"),
        ("1905/05/09:classé MH", "classé MH", "1905-05-09T00:00:00Z"),
        ("2001/1/2 inscrit au titre objet", "inscrit au titre objet", "2001-01-02T00:00:00Z"),
        ("classé au titre immeuble", "classé au titre immeuble", None),
    ],
)
def test_one_event(text: str, label: str, begin: str | None) -> None:
    (found,) = protections((text,), ";").value
    assert (found["label"], found.get("begin")) == (label, begin)


@pytest.mark.parametrize("text", ["1905-99-99 : classé", "peut-être", "1905/02/30 : inscrit MH"])
def test_a_date_that_is_none_is_kept_and_reported(text: str) -> None:
    parsed = protections((text,), ";")
    assert parsed.value == [{"text": text}]
    assert parsed.remarks[0][0] == "protection-not-understood"


@given(st.text(min_size=1, max_size=80))
def test_never_raises(text: str) -> None:
    protections((text,), ";")
