"""ISNI: only numbers whose check character is right become identifiers; every text is kept."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop_ld.fields.identifiers import isni
from pop_ld.fields.text import split


@pytest.mark.parametrize(
    "text",
    [
        "0000 0099 9999 9914",
        "0000009999999914",
        "0000-0099-9999-9914",
        "https://isni.org/isni/0000009999999914",
        "ISNI 0000 0099 9999 9914",
    ],
)
def test_spellings_of_one_number(text: str) -> None:
    assert isni((text,), "").value == [{"text": text, "isni": "0000009999999914"}]


def test_the_check_character_may_be_an_x() -> None:
    assert isni(("0000 0099 9999 999x",), "").value == [{"text": "0000 0099 9999 999x", "isni": "000000999999999X"}]


@pytest.mark.parametrize("text", ["non", "Non", "oui"])
def test_no_number_is_no_fault(text: str) -> None:
    parsed = isni((text,), "")
    assert parsed.value == [{"text": text}] and not parsed.remarks


@pytest.mark.parametrize("text", ["0000 0099 9999 9915", "0000 0099 9999", "à vérifier", "١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦"])
def test_what_is_no_isni_is_kept_and_reported(text: str) -> None:
    parsed = isni((text,), "")
    assert parsed.value == [{"text": text}] and parsed.remarks == (("isni-not-understood", text, ""),)


@given(st.lists(st.text(max_size=30) | st.from_regex(re.compile(r"(\d{4}[ -]?){3}\d{3}[\dX]", re.ASCII), fullmatch=True), max_size=4))
def test_never_raises_and_loses_nothing(values: list[str]) -> None:
    parsed = isni(tuple(values), ";")
    found = parsed.value or []
    assert [item["text"] for item in found] == [part for value in values for part in split(value, ";")], (
        "nothing is lost, and no parenthesis is cut"
    )
    assert all(re.fullmatch(r"[0-9]{15}[0-9X]", item["isni"]) for item in found if "isni" in item)
    plain = {item["text"] for item in found if "isni" not in item and item["text"].casefold() not in ("non", "oui")}
    assert {value for _, value, _ in parsed.remarks} == plain
