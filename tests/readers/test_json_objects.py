"""JSON: array, lines and document; numbers, nesting, damage."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from pop_ld.readers.text import CHUNK

OBJECTS = [{"REF": f"PA{n:08}", "TICO": f"Château n° {n}", "DENO": ["château", "jardin"]} for n in range(1, 8)]
REFS = [one["REF"] for one in OBJECTS]


def _lines(objects: list[dict]) -> str:
    return "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in objects)


@pytest.mark.parametrize(
    "text",
    [
        _lines(OBJECTS),
        _lines(OBJECTS).replace("\n", "\r\n"),
        "\n\n" + _lines(OBJECTS).rstrip(),
        json.dumps(OBJECTS),
        json.dumps(OBJECTS, indent=1, ensure_ascii=False),
        "\ufeff" + json.dumps(OBJECTS, separators=(",", ":")),
        json.dumps(OBJECTS)[:-1] + ",]",
        "".join(map(json.dumps, OBJECTS)),
    ],
)
def test_array_and_lines_by_one_reader(read, text):
    reading = read(text)
    assert reading.reader.source.syntax == "json"
    assert reading.refs == REFS
    assert all(notice.fields["DENO"] == ("château", "jardin") for notice in reading.notices)
    assert not reading.problems


def test_line_numbers(read):
    assert [notice.line for notice in read(_lines(OBJECTS)).notices] == [1, 2, 3, 4, 5, 6, 7]
    assert [notice.line for notice in read(json.dumps(OBJECTS, indent=1)).notices] == [2 + 8 * n for n in range(7)]


def test_a_document_with_every_kind_of_value(read):
    document = """{"REF": " PA00000001 ", "TICO": null, "DENO": [""], "AUTR": ["  ", "Perret", null, "Perret"],
      "INSEE": 76540, "DATE": [1400, 1.50],
      "POP_COORDONNEES": {"lat": 49.490, "lon": -0.1}, "CADA": true, "MEMOIRE": [{"ref": "AP1", "marq": 1, "copy": "©"}, {}],
      "HISTORIQUE": [{"nom": "Jeanne", "mail": "a@b.example"}], "CONTACT": "", "x": {"y": {"z": [NaN, "w"]}}}"""
    [notice] = (reading := read(document)).notices
    assert dict(notice.fields) == {
        "REF": ("PA00000001",),
        "AUTR": ("Perret", "Perret"),
        "INSEE": ("76540",),
        "DATE": ("1400", "1.50"),
        "POP_COORDONNEES.lat": ("49.490",),
        "POP_COORDONNEES.lon": ("-0.1",),
        "CADA": ("true",),
        "MEMOIRE": ('{"ref": "AP1", "marq": 1, "copy": "©"}',),
    }
    assert notice.withheld == ("HISTORIQUE",)
    assert "a@b.example" not in repr(reading)
    assert reading.reader.unmapped == {"x/y/z": 1}


def test_label_keys_of_nested_objects(read):
    [notice] = read('[{"identifiant": "PA00000001", "coordonnees": {"lon": 1.5, "lat": 48}}]').notices
    assert notice.fields["POP_COORDONNEES.lon"] == ("1.5",)


DAMAGES = {
    "quote lost": lambda text: text.replace('"TICO": "Château n° 3', '"TICO": Château n° 3'),
    "quote added": lambda text: text.replace("Château n° 3", 'Château "n° 3'),
    "brace lost": lambda text: text.replace('"REF": "PA00000003"', '"REF": "PA00000003"}'[:-1] + " {"),
    "cut in a value": lambda text: text.replace('n° 3", "DENO": ["château", "jardin"]}', "n"),
    "garbage": lambda text: text.replace('"TICO": "Château n° 3"', "\\x00 @@ ]]"),
    "colon lost": lambda text: text.replace('"TICO": "Château n° 3"', '"TICO" "Château n° 3"'),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize(
    "write", [_lines, lambda o: json.dumps(o, ensure_ascii=False), lambda o: "[" + ",\n".join(_lines(o).split("\n")[:-1]) + "]"]
)
def test_damage_costs_one_object(read, write, damage):
    text = write(OBJECTS)
    damaged = DAMAGES[damage](text)
    assert damaged != text
    reading = read(damaged)
    assert reading.refs == [ref for ref in REFS if ref != "PA00000003"]
    [problem] = reading.problems
    assert (problem.kind, problem.ref, problem.rejects) == ("malformed-row", "PA00000003", True)
    assert problem.line == (3 if text.count("\n") > 3 else 1)


def test_damage_in_an_indented_array_with_nested_objects(read):
    objects = [{"POP": 1, "REF": ref, "MEMOIRE": [{"ref": "AP1"}, {"ref": "AP2"}]} for ref in REFS]
    text = json.dumps(objects, indent=2).replace('"PA00000003",', '"PA00000003"', 1)
    reading = read(text)
    assert reading.refs == [ref for ref in REFS if ref != "PA00000003"]
    assert len(reading.problems) == 1 + 1  # the object, and the unknown column POP


def test_damage_in_the_first_object(read):
    text = _lines(OBJECTS).replace('"PA00000001"', "PA00000001", 1)
    assert read(text).refs == REFS[1:]


def test_a_torn_line_followed_by_an_object(read):
    whole = _lines(OBJECTS)
    torn = whole.replace(', "DENO": ["château", "jardin"]}\n{"REF": "PA00000004"', ', "DE{"REF": "PA00000004"')
    assert read(torn).refs == [ref for ref in REFS if ref != "PA00000003"]


@pytest.mark.parametrize("cut", [1, 5, 30, 70])
def test_a_truncated_file(read, cut):
    reading = read(json.dumps(OBJECTS, ensure_ascii=False)[: -1 - cut])
    assert reading.refs == REFS[:-1]
    assert [problem.kind for problem in reading.problems] == ["malformed-row"]


def test_what_is_no_object(read):
    reading = read(
        '{"REF": "PA00000001"}\nnull\n"texte"\n12\n{"REF": "PA00000002"}\nceci n\'est pas du JSON\n{"REF": "PA00000003"}\n', base="merimee"
    )
    assert reading.refs == REFS[:3]
    assert reading.kinds == [("malformed-row", line) for line in (2, 3, 4, 6)]


def _nested(levels: int) -> str:
    return '{"REF": "PA00000009", "x": ' + "[" * levels + '"y"' + "]" * levels + "}"


@pytest.mark.parametrize("nest", ['{"a":' * 100_000, '{"REF": "PA00000009", "x": ' + "[" * 100_000, *map(_nested, (200, 600, 5_000))])
def test_nesting_beyond_measure(read, nest):
    reading = read(_lines(OBJECTS[:2]) + nest + "\n" + _lines(OBJECTS[2:]))
    assert reading.refs == REFS
    assert {problem.kind for problem in reading.problems} == {"malformed-row"}


def test_nesting_within_measure_and_many_lists(read):
    objects = [{"REF": "PA00000009", "x": [["y"]] * 300}]
    reading = read(_lines(OBJECTS[:2]) + _nested(150).replace("09", "08") + "\n" + _lines(objects) + _lines(OBJECTS[2:]))
    assert reading.refs == [*REFS[:2], "PA00000008", "PA00000009", *REFS[2:]]


def test_huge_numbers(read):
    [notice] = read('{"REF": "PA00000001", "INSEE": ' + "9" * 10_000 + ', "DATE": 1e999}', base="merimee").notices
    assert notice.fields["INSEE"] == ("9" * 10_000,)
    assert notice.fields["DATE"] == ("1e999",)


def test_objects_across_chunks(read):
    objects = [{"REF": f"PA{n:08}", "TICO": "é" * size} for n, size in enumerate([10, CHUNK, 7, 3 * CHUNK, CHUNK // 2, 1, CHUNK - 40])]
    for text in (_lines(objects), json.dumps(objects), json.dumps(objects, indent=1, ensure_ascii=False)):
        reading = read(text)
        assert reading.refs == [one["REF"] for one in objects]
        assert [len(notice.fields["TICO"][0]) for notice in reading.notices] == [len(one["TICO"]) for one in objects]


def test_damage_across_chunks(read):
    objects = [{"REF": f"PA{n:08}", "TICO": "x" * (CHUNK // 3)} for n in range(12)]
    reading = read(json.dumps(objects).replace('"PA00000005"', "PA00000005"))
    assert reading.refs == [f"PA{n:08}" for n in range(12) if n != 5]


def test_work_grows_as_the_file(read):
    """A long stretch of damage, and one object of many chunks, are read in about linear time (seconds, not hours)."""
    many = "".join(f'{{"REF": "PA{n:08}", "TICO": }}\n' for n in range(20_000))
    assert len(read(many, base="merimee").problems) == 20_000
    assert read('{"REF": "PA00000001", "TICO": "' + "x" * (20 * CHUNK) + '"}').refs == ["PA00000001"]


def test_lines_are_counted_across_chunks(read):
    reading = read("".join(f'{{"REF": "PA{n:08}", "TICO": "{"x" * 100}"}}\n\n' for n in range(6000)))
    assert [notice.line for notice in reading.notices] == [1 + 2 * n for n in range(6000)]
    assert all(a.line < b.line for a, b in pairwise(reading.notices))
