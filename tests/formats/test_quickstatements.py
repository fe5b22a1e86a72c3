"""Statements for Wikidata: values that are read back as they are or not made, commands of every notice by the tool's own grammar."""

from __future__ import annotations

import csv
import io
import random
import re
from collections import Counter
from collections.abc import Iterator

import pytest

from pop_ld import iris, resources
from pop_ld.bases import load_bases
from pop_ld.formats import quickstatements as qs
from pop_ld.formats.source import Source
from pop_ld.formats.wikidata import base_item, identifier_pattern, named, own_property, rules, statements
from pop_ld.formats.wikidata_values import LONGEST_LABEL, LONGEST_STRING, coordinates, day, item, moment, quantity, string, text_of
from tests.formats import published_grammars as published
from tests.formats.conftest import HOSTILE, Released

_PIECES = (
    "\t",
    "\n",
    "\r\n",
    '"',
    '""',
    "|",
    "||",
    "/*x*/",
    "Q1",
    "LAST",
    "\x00",
    "\x85",
    "\u2028",
    "\ufffe",
    "\ud800",
    " ",
    "é",
    "=",
    "@1/2",
    "\\",
    "x" * 700,
)


def hostile_texts() -> Iterator[str]:
    yield from HOSTILE
    chance = random.Random(8)
    for _ in range(3000):
        yield "".join(chance.choice(_PIECES) for _ in range(chance.randrange(1, 7)))


def test_a_string_is_read_back_as_it_is_or_not_written() -> None:
    written = 0
    for text in hostile_texts():
        said = string(text)
        if said is None:
            continue
        written += 1
        assert published.value(said.text) == ("string", text)
        assert len(text) <= LONGEST_STRING
        row = f'Q1\tP217\t{said.text}\tS854\t"https://x.example"\n'
        assert published.v1(row)[0].value == ("string", text)
    assert written > 300
    assert string("") is None and string(" x") is None and string("a\tb") is None and string("x" * 1501) is None


def test_a_label_is_one_line_of_at_most_250_characters() -> None:
    for text in hostile_texts():
        made = text_of(text)
        assert len(made) <= LONGEST_LABEL
        if made:
            assert published.v1(f'LAST\tLfr\t"{made}"\n')[0].value == ("string", made)
    assert text_of("a" * 300) == "a" * 249 + "…" and text_of(" \t\n") == ""


@pytest.mark.parametrize(
    "begin,end,text,bounds",
    [
        ("1903-10-15T00:00:00Z", "1903-10-15T23:59:59Z", "+1903-10-15T00:00:00Z/11", ()),
        ("1884-01-01T00:00:00Z", "1884-12-31T23:59:59Z", "+1884-00-00T00:00:00Z/9", ()),
        ("1880-01-01T00:00:00Z", "1889-12-31T23:59:59Z", "+1880-00-00T00:00:00Z/8", ()),
        ("1801-01-01T00:00:00Z", "1900-12-31T23:59:59Z", "+1801-00-00T00:00:00Z/7", ()),
        ("1826-01-01T00:00:00Z", "1850-12-31T23:59:59Z", "+1801-00-00T00:00:00Z/7", ("+1826-00-00T00:00:00Z/9", "+1850-00-00T00:00:00Z/9")),
        ("1401-01-01T00:00:00Z", "1500-12-31T23:59:59Z", "+1401-00-00T00:00:00Z/7/J", ()),
        ("1582-01-01T00:00:00Z", "1582-12-31T23:59:59Z", "+1582-00-00T00:00:00Z/9/J", ()),
        ("0000-01-01T00:00:00Z", "0000-12-31T23:59:59Z", "-0001-00-00T00:00:00Z/9/J", ()),
        ("-0499-01-01T00:00:00Z", "-0499-12-31T23:59:59Z", "-0500-00-00T00:00:00Z/9/J", ()),
        ("1890-01-01T00:00:00Z", "1910-12-31T23:59:59Z", None, ()),
        ("-0099-01-01T00:00:00Z", "0000-12-31T23:59:59Z", None, ()),
        ("", "1863-12-31T23:59:59Z", None, ()),
        ("1900-01-01T00:00:00Z", "1800-12-31T23:59:59Z", None, ()),
        ("x", "y", None, ()),
    ],
)
def test_a_span_is_a_time_of_its_precision_in_its_calendar(begin: str, end: str, text: str | None, bounds: tuple[str, ...]) -> None:
    made, around = moment(begin, end)
    assert (made.text if made else None) == text
    assert tuple(value.text for value in around) == bounds
    for value in (*([made] if made else []), *around):
        assert published.value(value.text)[0] == "time"


def test_numbers_and_places_are_plain_decimals() -> None:
    assert [quantity(n, "Q174728") for n in ("", "x", "0", "-5", "NaN", "1e40", "Infinity")] == [None] * 7
    assert published.value(str(quantity("18.50", "Q174728").text)) == ("quantity", "18.5", "Q174728")  # type: ignore[union-attr]
    assert published.value(str(quantity("1E+2", "Q11573").text)) == ("quantity", "100", "Q11573")  # type: ignore[union-attr]
    assert quantity("5", "") is None
    assert published.value(str(coordinates("48.85661499999", "-0.0000001").text))[0] == "place"  # type: ignore[union-attr]
    assert [coordinates(*pair) for pair in (("91", "0"), ("0", "181"), ("", ""), ("NaN", "0"))] == [None] * 4
    assert day("1903-13-40") is None and day("hier") is None
    with pytest.raises(ValueError):
        item("Q0")


# Notices --------------------------------------------------------------------------------------------------------------------


def numbered(things: list[str]) -> dict[str, str]:
    """An invented item for each thing."""
    return {thing: f"Q{900_000_000 + n}" for n, thing in enumerate(things)}


def notices(released: Released, most: int = 10**6) -> Iterator[Source]:
    yield from released.sources([base for base in load_bases() if base in released.things], most)


def held(source: Source, commands: list[published.Command]) -> None:
    """What every statement must have: a known property, the value's kind, references to the base, the notice and the day."""
    assert source.base is not None
    slug = source.base.slug
    stated = [("P248", ("item", base_item(slug)))] if base_item(slug) else []
    for command in commands:
        if command.what == "statement":
            assert command.name in {rule.property for rule in rules(slug)} | {"P31"}
            assert list(command.sources[: len(stated)]) == stated
            assert command.sources[len(stated)] == ("P854", ("string", source.document))
            assert command.sources[len(stated) + 1][0] == "P813" and len(command.sources) == len(stated) + 2


def test_every_sample_and_hostile_notice_makes_commands_that_the_tool_reads(samples: Released) -> None:
    count: Counter[str] = Counter()
    for source in notices(samples):
        items = numbered(named(source))
        for qid in ("Q42", ""):
            text = "".join(f"{line}\n" for line in qs.commands(source, qid, items))
            commands = published.v1(text)
            held(source, commands)
            count.update(command.name for command in commands if command.what == "statement")
            assert not qid or all(command.subject == "Q42" for command in commands)
            if not qid and commands:
                assert commands[0].what == "create" and commands[1].what == "label" and all(c.subject == "LAST" for c in commands[1:])
    assert {
        "P347",
        "P380",
        "P481",
        "P539",
        "P10039",
        "P217",
        "P195",
        "P170",
        "P571",
        "P2048",
        "P186",
        "P625",
        "P1435",
        "P31",
    } <= count.keys()


def test_real_notices_make_commands_that_the_tool_reads(real: Released) -> None:
    for source in notices(real, 120):
        items = numbered(named(source))
        held(source, published.v1("".join(f"{line}\n" for line in qs.commands(source, "Q42", items))))


def test_an_identifier_that_is_none_is_not_told(samples: Released) -> None:
    for source in notices(samples):
        assert source.base is not None
        ref = iris.unkey(source.thing.rsplit("/", 1)[-1])
        pattern = identifier_pattern(own_property(source.base.slug))
        told = [s.value.plain for s in statements(source, {}) if pattern and s.property == own_property(source.base.slug)]
        assert told == ([ref] if pattern and pattern.fullmatch(ref) else [])


def test_without_items_nothing_is_said_of_persons_museums_or_materials(samples: Released) -> None:
    for source in notices(samples):
        assert not {"P170", "P84", "P186", "P180", "P131", "P276"} & {s.property for s in statements(source, {})}


def test_an_inventory_number_has_the_collection_that_gave_it(samples: Released) -> None:
    found = 0
    for source in samples.sources(("joconde", "mnr")):
        for statement in statements(source, numbered(named(source))):
            if statement.property == "P217":
                found += 1
                assert [prop for prop, _ in statement.qualifiers] == ["P195"]
                assert statement.value.plain.casefold() not in ("sn", "s.n.", "sans numéro")
    assert found > 10


def test_a_protection_is_a_designation_with_its_day(samples: Released) -> None:
    told = [s for source in samples.sources(("merimee",)) for s in statements(source, {}) if s.property == "P1435"]
    assert {s.value.plain for s in told} == {"Q10387684", "Q10387575"}
    assert any(prop == "P580" and value.text.endswith("/11") for s in told for prop, value in s.qualifiers)


# CSV ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("asked", ["", "P217", "P347,P2048,P2049", "P625", "P1435", "P571", "nonsense,P99999999"])
@pytest.mark.parametrize("new", [False, True])
def test_the_csv_has_no_empty_cell_and_says_what_v1_says(samples: Released, asked: str, new: bool) -> None:
    for base in load_bases():
        table = qs.table(base, asked, new)
        for source in samples.sources((base,)):
            items = numbered(named(source))
            rows = qs.rows(source, "" if new else "Q42", items, table)
            text = io.StringIO(newline="")
            csv.writer(text).writerows([qs.head(table), *rows])
            commands = published.qs_csv(text.getvalue())
            held(source, commands)
            said = {(c.name, c.value, c.qualifiers) for c in published.v1("".join(f"{x}\n" for x in qs.commands(source, "Q42", items)))}
            assert {(c.name, c.value, c.qualifiers) for c in commands if c.what == "statement"} <= said
            assert len(rows) <= qs.MOST_ROWS


# The tables -----------------------------------------------------------------------------------------------------------------


def test_every_line_of_the_tables_is_read_and_says_where_it_is_known_from() -> None:
    for base in load_bases():
        assert rules(base)
    for row in resources.table("wikidata-items.csv"):
        assert (
            re.fullmatch(r"Q[1-9]\d*", row["item"])
            and row["fr"]
            and row["verified"]
            and row["use"] in ("base", "unit", "designation", "type")
        )
    assert {row["base"] for row in resources.table("wikidata.csv")} <= {*load_bases(), "*"}
    assert own_property("joconde") == "P347" and own_property("nowhere") == ""
