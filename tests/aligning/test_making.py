"""Files of links as their tools write them: what each line says, what is wrong with it and where; any bytes give an answer."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pop_ld import iris
from pop_ld.aligning.making import Given, links
from pop_ld.aligning.properties import named, properties
from pop_ld.aligning.rows import tables
from pop_ld.alignment import Link
from pop_ld.alignment.link import EXACT, LEXICAL, MANUAL, WIKIDATA
from pop_ld.errors import PopError, ReadError
from pop_ld.notices import Problem

SITE = "https://data.example"
ARK = "http://data.culture.fr/thesaurus/resource/ark:/67717/"


def read(file: Path, **more: object) -> tuple[list[tuple[int, Link]], list[Problem]]:
    """(line, link) of the good lines, and the problems."""
    given_ = Given(SITE, "https://pop.culture.gouv.fr", "wikidata", "2026-11-28", **more)  # type: ignore[arg-type]
    found = [made for table in tables(file) for made in links(table, given_)]
    return [m for m in found if not isinstance(m, Problem)], [m for m in found if isinstance(m, Problem)]


def written(folder: Path, text: str, name: str = "file.csv") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def pairs(found: list[tuple[int, Link]]) -> list[tuple[str, str]]:
    return [(iris.last_part(link.subject), link.qid) for _, link in found]


def test_results_of_sparql_in_csv_tsv_and_json_say_the_same(tmp_path: Path) -> None:
    csv = written(
        tmp_path, "item,ref\r\nhttp://www.wikidata.org/entity/Q12418,000PE025604\r\nhttp://www.wikidata.org/entity/Q5,M0162005384\r\n"
    )
    tsv = written(
        tmp_path,
        "?item\t?ref\n<http://www.wikidata.org/entity/Q12418>\t\"000PE025604\"\n<http://www.wikidata.org/entity/Q5>\t'M0162005384'\n".replace(
            "'", '"'
        ),
        "file.tsv",
    )
    bindings = [
        {"item": {"type": "uri", "value": WIKIDATA + qid}, "ref": {"type": "literal", "value": ref}}
        for qid, ref in (("Q12418", "000PE025604"), ("Q5", "M0162005384"))
    ]
    whole = written(tmp_path, json.dumps({"head": {"vars": ["item", "ref"]}, "results": {"bindings": bindings}}, indent=1), "file.json")
    plain = [{"item": WIKIDATA + "Q12418", "ref": "000PE025604"}, {"item": "Q5", "ref": "M0162005384"}]
    short = written(tmp_path, json.dumps(plain), "short.json")
    lines = written(tmp_path, "\n".join(map(json.dumps, plain)), "lines.jsonl")
    packed = tmp_path / "file.csv.gz"
    packed.write_bytes(gzip.compress(csv.read_bytes()))
    for file in (csv, tsv, whole, short, lines, packed):
        found, problems = read(file, property=named("P347"))
        assert pairs(found) == [("000PE025604", "Q12418"), ("M0162005384", "Q5")] and not problems, file.name
        assert found[0][1] == Link(f"{SITE}/id/joconde/000PE025604", WIKIDATA + "Q12418", "wikidata", "2026-11-28")


def test_the_property_is_that_of_the_column_of_the_line_or_of_the_option(tmp_path: Path) -> None:
    wide = "item,P380,wdt:P481,palissy\nQ1,PA00113862,,\nQ2,,PM89000482,\nQ3,PA00113863,PM89000483,\n"
    assert pairs(read(written(tmp_path, wide))[0]) == [
        ("PA00113862", "Q1"),
        ("PM89000482", "Q2"),
        ("PA00113863", "Q3"),
        ("PM89000483", "Q3"),
    ]
    long = "qid;property;value\nQ1;http://www.wikidata.org/prop/direct/P539;M5031\nQ2;mnr;R 26 P\nQ3;P4979;T69-12\nQ4;P31;X\n"
    found, problems = read(written(tmp_path, long))
    assert [link.subject for _, link in found] == [f"{SITE}/id/museo/M5031", f"{SITE}/id/mnr/R%2026%20P", f"{ARK}T69-12"]
    assert [(p.kind, p.line, p.value) for p in problems] == [("link-property", 5, "P31")]
    addresses = (
        f"item,ref\nQ1,{SITE}/doc/merimee/PA1\nQ2,https://pop.culture.gouv.fr/notice/joconde/000PE1?base=x\nQ3,{ARK}T505-1\nQ4,000PE\n"
    )
    found, problems = read(written(tmp_path, addresses))
    assert [link.subject for _, link in found] == [f"{SITE}/id/merimee/PA1", f"{SITE}/id/joconde/000PE1", f"{ARK}T505-1"]
    assert [p.kind for p in problems] == ["link-property"]


def test_each_wrong_line_is_told_with_its_place_and_stops_nothing(tmp_path: Path) -> None:
    text = (
        "item,P347,date,confidence,redirect\n"
        "Q1,000PE000001,2026-10-02T10:00:00Z,0.7,\n"
        "P31,000PE000002,,,\n"
        "Q3,not a ref,,,\n"
        "Q4,,,,\n"
        "\n"
        "Q5,000PE000005,yesterday,1.5,\n"
        "Q6,000PE000006,,,Q7\n"
        "Q8,000PE000008,,,,too,many\n"
        "Q9,000PE00\ufffd009,,,\n"
        "Q10,000PE000010,,,\n"
    )
    found, problems = read(written(tmp_path, text))
    assert pairs(found) == [("000PE000001", "Q1"), ("000PE000005", "Q5"), ("000PE000006", "Q7"), ("000PE000010", "Q10")]
    assert (found[0][1].date, found[0][1].confidence, found[1][1].date, found[1][1].confidence) == ("2026-10-02", 0.7, "2026-11-28", 1.0)
    assert [(p.kind, p.line) for p in problems] == [
        ("link-item", 3),
        ("link-value", 4),
        ("link-nothing", 5),
        ("link-date", 7),
        ("link-confidence", 7),
        ("link-redirect", 8),
        ("link-cells", 9),
        ("link-encoding", 10),
    ]
    assert all(p.file.endswith("file.csv") for p in problems)


def test_an_sssom_table_may_have_pop_on_either_side_and_says_predicate_grounds_and_day(tmp_path: Path) -> None:
    text = (
        "#curie_map:\n#  merimee: https://data.example/id/merimee/\n#  bnf: http://data.bnf.fr/ark:/12148/\n#mapping_date: 2026-05-01\n"
        "subject_id\tpredicate_id\tobject_id\tmapping_justification\tconfidence\tmapping_date\tpredicate_modifier\n"
        "merimee:PA1\tskos:exactMatch\twd:Q1\tsemapv:ManualMappingCuration\t0.9\t2026-06-01\t\n"
        "wikidata:Q2\tskos:broadMatch\tmerimee:PA2\tsemapv:LexicalMatching\t\t\t\n"
        "merimee:PA3\towl:sameAs\tbnf:cb1\thttps://w3id.org/semapv/vocab/UnspecifiedMatching\t\t\t\n"
        "merimee:PA4\tskos:exactMatch\twd:Q4\tsemapv:LexicalMatching\t\t\tNot\n"
        "merimee:PA5\trdfs:seeAlso\twd:Q5\tsemapv:LexicalMatching\t\t\t\n"
        "merimee:PA6\towl:differentFrom\twd:Q6\tsemapv:LexicalMatching\t\t\t\n"
        "bnf:cb2\tskos:exactMatch\twd:Q7\tsemapv:LexicalMatching\t\t\t\n"
        "merimee:PA8\tskos:closeMatch\tmerimee:PA9\tsemapv:LexicalMatching\t0.5\t\t\n"
    )
    found, problems = read(written(tmp_path, text, "links.sssom.tsv"))
    here = f"{SITE}/id/merimee/"
    assert [link for _, link in found] == [
        Link(here + "PA1", WIKIDATA + "Q1", "wikidata", "2026-06-01", 0.9, EXACT, MANUAL),
        Link(here + "PA2", WIKIDATA + "Q2", "wikidata", "2026-05-01", 1.0, iris.SKOS + "narrowMatch", LEXICAL),
        Link(here + "PA3", "http://data.bnf.fr/ark:/12148/cb1", "wikidata", "2026-05-01"),
        Link(here + "PA8", here + "PA9", "wikidata", "2026-05-01", 0.5, iris.SKOS + "closeMatch", LEXICAL),
    ]
    assert [(p.kind, p.line) for p in problems] == [
        ("link-negative", 9),
        ("link-prefix", 10),
        ("link-predicate", 11),
        ("link-stranger", 12),
    ]


def test_an_export_of_mixnmatch_tells_confirmed_matches_from_automatic_ones(tmp_path: Path) -> None:
    text = (
        "id\text_id\text_name\tq\tuser\ttimestamp\n"
        "1\tT505-1\tà panse\t42\t2\t20200501120000\n"
        "2\tT505-2\tcoupe\t43\t0\t20200501120000\n"
        "3\tT505-3\tpot\t\t\t\n"
        "4\tT505-4\tpot\t0\t2\t20200501120000\n"
        "5\tT505-5\tpot\t-1\t2\t20200501120000\n"
        "6\tno term\tpot\t44\t2\t20200501120000\n"
    )
    found, problems = read(written(tmp_path, text, "catalogue.tsv"), property=named("P7844"))
    assert [link for _, link in found] == [
        Link(ARK + "T505-1", WIKIDATA + "Q42", "wikidata", "2020-05-01", 1.0, EXACT, MANUAL),
        Link(ARK + "T505-2", WIKIDATA + "Q43", "wikidata", "2020-05-01", 0.5, iris.SKOS + "closeMatch", LEXICAL),
    ]
    assert [(p.kind, p.line) for p in problems] == [("link-value", 7)]
    entries = [{"ext_id": "T505-1", "q": 42, "user": {"x": 1}, "username": "Magnus"}, {"ext_id": "T505-2", "q": None}]
    found, problems = read(written(tmp_path, json.dumps(entries), "c.json"), property=named("P7844"))
    assert pairs(found) == [("T505-1", "Q42")] and not problems


def test_json_goes_on_after_what_is_no_object(tmp_path: Path) -> None:
    text = '[{"item":"Q1","P347":"000PE000001"},\n{"item":"Q2","P347":},\n{"item":"Q3","P347":"000PE000003"}, 5]'
    found, problems = read(written(tmp_path, text, "f.json"))
    assert pairs(found) == [("000PE000001", "Q1"), ("000PE000003", "Q3")]
    assert [(p.kind, p.line) for p in problems] == [("link-damaged", 2), ("link-damaged", 3)]


def test_json_of_any_length_is_read_a_part_at_a_time(tmp_path: Path) -> None:
    count = 30_000
    rows = [{"item": {"value": f"{WIKIDATA}Q{n + 1}"}, "P347": {"value": f"00{n:09d}"}} for n in range(count)]
    found, problems = read(written(tmp_path, json.dumps({"head": {}, "results": {"bindings": rows}}), "long.json"))
    assert len({link.subject for _, link in found}) == count and not problems


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "item\nQ1\n", "{}", "[]", '{"results":{}}'])
def test_a_file_of_something_else_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ReadError):
        read(written(tmp_path, text))


def test_every_property_knows_its_own_values_and_its_names() -> None:
    for name, each in properties().items():
        assert named(name) is each and named(f"wdt:{name}") is each and named(f"{name} (…)") is each
        assert each.label["fr"] and each.label["en"]
    assert named("P34") is None and named("") is None and named("px347") is None
    assert properties()["P380"].thing(SITE, "PA00113862") == f"{SITE}/id/merimee/PA00113862"


def test_the_refs_of_real_notices_look_like_the_values_of_their_properties(shared: Path) -> None:
    lines = (shared / "data/wikidata/joconde-ids-in-wikidata-2021.csv").read_text(encoding="utf-8").splitlines()[1:]
    joconde = properties()["P347"]
    wrong = [ref for line in lines if not joconde.thing(SITE, ref := line.split(",", 1)[0])]
    assert len(lines) > 15_000 and len(wrong) < 5


_CELLS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["Q1", "wd:Q2", WIKIDATA + "Q3", "000PE000001", "PA00113862", "T505-1", "2026-01-01", "0.5", '"', "\t", "#", "{", "["]),
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    header=st.lists(
        st.sampled_from(["item", "ref", "P347", "q", "ext_id", "subject_id", "object_id", "predicate_id", "date", "user", "x"]), max_size=5
    ),
    rows=st.lists(st.lists(_CELLS, max_size=6), max_size=6),
    delimiter=st.sampled_from(",;\t"),
    cut=st.integers(0, 400),
)
def test_any_text_gives_checked_links_and_problems_with_a_known_kind(
    tmp_path: Path, header: list[str], rows: list[list[str]], delimiter: str, cut: int
) -> None:
    from pop_ld.summary import message, texts

    lines = [delimiter.join(header), *(delimiter.join(row) for row in rows)]
    file = tmp_path / "any"
    file.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass")[:cut] if cut < 200 else "\n".join(lines).encode("utf-8", "replace"))
    try:
        found, problems = read(file, property=named("P347"))
    except PopError:
        return
    assert all(link.target and link.subject.startswith(("http://", "https://")) for _, link in found)
    for problem in problems:
        assert message(problem, "fr") and message(problem, "en") and problem.kind in texts("en")["align"]["kinds"] and problem.line > 0


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(st.binary(max_size=300), st.text(alphabet='{}[]",:\\ \n0Qitem', max_size=200).map(lambda text: text.encode())))
def test_any_bytes_give_an_answer(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "bytes"
    file.write_bytes(content)
    try:
        found, problems = read(file)
    except PopError:
        return
    assert all(0 <= link.confidence <= 1 for _, link in found) and all(problem.line > 0 for problem in problems)
