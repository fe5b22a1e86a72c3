"""A notice becomes a record: same notice, same record, whatever came before; nothing that its fields say together is invented."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.fields import RecordBuilder
from pop_ld.notices import Notice

BASES = load_bases()
BUILD = {slug: RecordBuilder(base, Settings(), BASES) for slug, base in BASES.items()}


def record(slug: str, **fields: str | list[str]) -> dict[str, object]:
    values = {code: tuple(value) if isinstance(value, list) else (value,) for code, value in fields.items()}
    return BUILD[slug](Notice(slug, "X1", {"REF": ("X1",), **values}))[0]


def items(made: dict[str, object], name: str) -> list[dict[str, str]]:
    found = made.get(name, [])
    assert isinstance(found, list)
    return found


def test_comments_go_with_values_only_where_there_are_as_many() -> None:
    paired = record("merimee", DATE="1187 ; 1325", JDAT="porte la date ; daté par source")
    assert [item["comment"] for item in items(paired, "DATE")] == ["porte la date", "daté par source"]
    unequal = record("merimee", DATE="1187 ; 1325", JDAT="porte la date ; daté par source ; daté par source")
    assert [item.get("comment") for item in items(unequal, "DATE")] == [None, None]
    assert unequal["JDAT"] == "porte la date ; daté par source ; daté par source", "kept as written"


def test_a_time_span_holds_years_before_periods_and_is_shared_by_its_bounds() -> None:
    dated = items(record("merimee", DATE="1858 ; 1861", SCLE="19e siècle"), "date")
    assert [(span["span"], span["label"]) for span in dated] == [("1858..1861", "1858 ; 1861 ; 19e siècle")]
    assert [span["span"] for span in items(record("merimee", SCLE="19e siècle"), "date")] == ["1801..1900"]
    assert "span" not in items(record("merimee", DATE="vers 1858"), "date")[0], "how far vers goes is unknown"


def test_a_role_types_the_work_of_one_and_parts_the_work_of_several() -> None:
    one = items(record("merimee", AUTR="Floutier, Henri-Jacques (architecte)"), "AUTR")
    assert one[0]["sole_role"] == "architecte" and "part_role" not in one[0]
    two = items(record("merimee", AUTR="Floutier, Henri-Jacques (architecte) ; Inventé, Jeanne (peintre)"), "AUTR")
    assert [item["part_role"] for item in two] == ["architecte", "peintre"]


@pytest.mark.parametrize(
    ("text", "kept"),
    [("BRUNET Amélie", False), ("BRUNET Amélie (peintre)", True), ("BRUNET Amélie ; SAUVAGEOT Lucien", False)],
)
def test_a_text_is_kept_beside_its_items_where_they_do_not_say_it_all(text: str, kept: bool) -> None:
    assert ("AUTR_text" in record("joconde", AUTR=text)) == kept


def test_a_day_is_kept_as_written_where_it_was_mended() -> None:
    assert "DMAJ_text" not in record("mnr", DMAJ="2014-05-28")
    assert record("mnr", DMAJ="2014-05/28")["DMAJ_text"] == "2014-05/28"


def test_a_concept_has_an_iri_a_label_and_a_scheme() -> None:
    (item,) = items(record("joconde", DENO="anneau (2)"), "DENO")
    local = f"{Settings().site}/id/concept/joconde/DENO"
    assert (item["concept"], item["pref"], item["scheme"], item["source"]) == (f"{local}/anneau", "anneau", local, "anneau (2)")
    (period,) = items(record("joconde", PERU="19e siècle"), "PERU")
    assert period["scheme"].endswith("/joconde/PERI"), "one list of periods serves three fields"


VALUES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=40).map(str.strip).filter(bool)


@pytest.mark.parametrize("slug", BASES)
@given(data=st.data())
def test_any_text_gives_the_same_record_warm_or_cold_and_nothing_raises(slug: str, data: st.DataObject) -> None:
    codes = [code for code, field in BASES[slug].fields.items() if field.public and field.parser and code != "REF"]
    chosen = data.draw(st.dictionaries(st.sampled_from(codes), st.lists(VALUES, min_size=1, max_size=2).map(tuple), max_size=6))
    notice = Notice(slug, "X1", chosen)
    warm = [BUILD[slug](notice) for _ in range(2)]
    cold = RecordBuilder(BASES[slug], Settings(), BASES)(notice)
    assert warm[0] == warm[1] == cold
    json.dumps(cold[0])
    said = json.dumps(cold[0], ensure_ascii=False)
    for code, values in chosen.items():
        if BASES[slug].fields[code].parser == "text":
            assert all(json.dumps(value, ensure_ascii=False)[1:-1] in said for value in values)
