"""Every triple says its fields and its rule; what a release has beside is said to come from elsewhere."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from pop_ld import cli, iris, pipeline, store
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.errors import NotFound, UsageError
from pop_ld.explain import Explanation, comparable, explain, lines, notice_of, short
from pop_ld.replay import sources
from pop_ld.sightings import SourceFile, found_in, notices
from tests import dumps

BASES = load_bases()
SETTINGS = Settings()
SITE = SETTINGS.site
SAMPLES = [file for base in BASES.values() for file in base.samples]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("explain") / "data"
    pipeline.load(SAMPLES, folder, SETTINGS, quiet=True)
    return folder


def ask(iri: str, data: Path = Path("nowhere"), predicate: str = "", files: list[Path] | None = None) -> Explanation:
    given = [SourceFile(file) for file in files or []]
    return explain(iri, SETTINGS, data, predicate=predicate, files=given, quiet=True)


def causes(explanation: Explanation, predicate: str) -> set[tuple[str, ...]]:
    """The fields of each rule that made a triple of that property (its local name)."""
    return {c.codes for t in explanation.triples for c in t.causes if re.split("[#/]", t.predicate)[-1] == predicate}


# Every triple ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", BASES)
def test_every_triple_of_a_release_is_explained(slug: str, data: Path) -> None:
    first = next(n for n in notices(SourceFile(BASES[slug].samples[0])))
    thing = iris.notice(SITE, slug, first.ref)
    quads = store.open_reader(store.current(data)).describe(thing)
    for subject in sorted({str(triple.subject)[1:-1] for triple in quads}):
        found = ask(subject, data)
        kept = {(str(t.predicate)[1:-1], comparable(str(t.object))) for t in quads if str(t.subject) == f"<{subject}>"}
        assert {(t.predicate, comparable(t.value)) for t in found.triples} == kept
        for triple in found.triples:
            for cause in triple.causes:
                assert cause.line > 0 and cause.rule.startswith("[")
                assert set(cause.codes) <= {*found.found.notice.fields, "REF"}
        said = "\n".join(lines(found, "en"))
        assert "no rule makes it again" not in said


@pytest.mark.parametrize("slug", BASES)
def test_a_field_that_a_rule_names_is_said_and_none_that_it_does_not(slug: str) -> None:
    """``[pop:HIST, $(HIST)]`` comes from HIST and from nothing else."""
    for file in BASES[slug].samples[:1]:
        first = next(notices(SourceFile(file)))
        found = ask(iris.notice(SITE, slug, first.ref), files=[file])
        named = 0
        for triple in found.triples:
            for cause in triple.causes:
                code = re.search(r"\$\(([A-Z0-9]+)(?:_text)?\)", cause.rule)
                if code and code[1] in first.fields:
                    assert cause.codes == (code[1],)
                    named += 1
        assert named >= 3


NOTICES = [
    {"REF": "PA09900077", "TICO": "Halle", "DENO": ["halle"], "COM": ["Val-sur-Ource"], "INSEE": ["21999"], "DPT_LETTRE": ["Côte-d'Or"]},
    {"REF": "PA09900077", "TICO": "Halle au blé", "DATE": ["1858"], "SCLE": ["3e quart 19e siècle"], "HIST": "Bâtie en 1858."},
]


@pytest.fixture
def two_files(tmp_path: Path) -> list[Path]:
    files = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    for file, notice in zip(files, NOTICES, strict=True):
        file.write_text(json.dumps(notice, ensure_ascii=False) + "\n", encoding="utf-8")
    return files


def test_derived_triples_say_their_fields(two_files: list[Path]) -> None:
    found = ask(f"{SITE}/id/merimee/PA09900077", files=two_files)
    assert causes(found, "label") == {("TICO",)}
    assert causes(found, "identifier") == causes(found, "page") == {("REF",)}
    assert causes(found, "created") == {("DATE",)}
    assert () in causes(found, "type")
    place = {code for codes in causes(found, "spatial") | causes(found, "P53_has_former_or_current_location") for code in codes}
    assert place and place <= {"COM", "INSEE", "DPT_LETTRE"}
    production = ask(f"{SITE}/id/merimee/PA09900077#production", files=two_files)
    assert causes(production, "type") == {("DATE", "SCLE")}, "each of them alone makes the part"


def test_a_merged_notice_is_explained_as_it_was_converted(two_files: list[Path], tmp_path: Path) -> None:
    pipeline.convert(two_files, tmp_path / "dump", SETTINGS, jobs=1, quiet=True)
    thing = f"{SITE}/id/merimee/PA09900077"
    dumped = {line for line in dumps.lines(tmp_path / "dump") if line.startswith(f"<{thing}> ")}
    found = ask(thing, files=two_files)
    assert {f"<{thing}> <{t.predicate}> {t.value} ." for t in found.triples} == dumped
    said = "\n".join(lines(found, "fr"))
    assert f"Halle au blé ({two_files[1]}:1)" in said and f"{two_files[0]}:1, {two_files[1]}:1" in said
    assert found.found.origins["COM"].file == str(two_files[0])


def test_the_later_sighting_wins_field_by_field(two_files: list[Path]) -> None:
    found = found_in([n for file in two_files for n in notices(SourceFile(file))])
    assert found.notice.fields["TICO"] == ("Halle au blé",) and found.notice.fields["COM"] == ("Val-sur-Ource",)


def test_sources_are_what_the_triple_cannot_do_without() -> None:
    """A pure example: object "x" needs A; "y" is given by A and by B; "z" by anything; the rule numbers are 0, 1, 2."""

    class Rule:
        class object:
            fields = ("key",)

    class Origin:
        rule = Rule

    def made(fields):
        found = {("z", 2): Origin}
        if "A" in fields:
            found["x", 0] = Origin
        if "A" in fields or "B" in fields:
            found["y", 1] = Origin
        return found

    got = {value: codes for (value, _), codes in sources({"A": ("1",), "B": ("2",), "C": ("3",)}, made)}
    assert got == {"x": ("A",), "y": ("A", "B"), "z": ("REF",)}


# What to ask and where it is looked for -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["rdfs:label", iris.RDFS + "label", "label"])
def test_a_property_is_named_in_three_ways(name: str, two_files: list[Path]) -> None:
    (triple,) = ask("id:merimee/PA09900077", predicate=name, files=two_files).triples
    assert triple.value == '"Halle au blé"@fr'


def test_a_means_type(two_files: list[Path]) -> None:
    assert {t.predicate for t in ask("id:merimee/PA09900077", predicate="a", files=two_files).triples} == {iris.RDF + "type"}


@pytest.mark.parametrize(
    ("iri", "expected"),
    [
        (f"{SITE}/id/mnr/R%2026%20P", ("mnr", "R 26 P")),
        (f"{SITE}/id/mnr/R%2026%20P#production", ("mnr", "R 26 P")),
        (f"{SITE}/doc/mnr/R%2026%20P", ("mnr", "R 26 P")),
        (f"{SITE}/id/agent/joconde/BRUNET_Am%C3%A9lie", ("joconde", "")),
        (f"{SITE}/id/temps/1858", ("", "")),
        ("http://data.culture.fr/thesaurus/resource/ark:/67717/T505-1", ("", "")),
    ],
)
def test_notice_of(iri: str, expected: tuple[str, str]) -> None:
    assert notice_of(SITE, iri) == expected


def test_what_notices_share_is_explained_by_one_of_them(data: Path) -> None:
    reader = store.open_reader(store.current(data))
    agent = f"{SITE}/id/agent/joconde/BRUNET_Am%C3%A9lie"
    assert reader.contains(agent)
    found = ask(agent, data)
    assert found.shared and causes(found, "label") == {("AUTR",)}
    assert "commun à plusieurs notices" in next(lines(found, "fr"))


def test_the_inverse_of_a_link_comes_from_the_link_stage(data: Path) -> None:
    said = "\n".join(lines(ask(f"{SITE}/id/merimee/IA09900001", data), "en"))
    assert re.search(r"id:palissy/IM09900001\n  link stage: the inverse of the field REFA of notice IM09900001 \(palissy\)", said)
    alone = "\n".join(lines(ask(f"{SITE}/id/merimee/IA09900001", files=list(BASES["merimee"].samples)), "en"))
    assert "link stage" not in alone


def test_a_source_that_is_gone_is_named(tmp_path: Path, two_files: list[Path]) -> None:
    pipeline.load(two_files, tmp_path / "data", SETTINGS, quiet=True)
    thing = f"{SITE}/id/merimee/PA09900077"
    assert ask(thing, tmp_path / "data").triples
    two_files[0].rename(tmp_path / "moved.jsonl")
    with pytest.raises(NotFound, match=re.escape(str(two_files[0]))):
        ask(thing, tmp_path / "data")
    assert ask(thing, tmp_path / "data", files=[tmp_path / "moved.jsonl", two_files[1]]).triples


def test_the_latest_release_that_carries_a_notice_explains_it(tmp_path: Path, two_files: list[Path]) -> None:
    folder = tmp_path / "data"
    pipeline.load(two_files, folder, SETTINGS, quiet=True)
    newer = tmp_path / "c.jsonl"
    newer.write_text(json.dumps({"REF": "PA09900077", "TICO": "Marché"}) + "\n", encoding="utf-8")
    pipeline.load([newer], folder, SETTINGS, quiet=True)
    thing = f"{SITE}/id/merimee/PA09900077"
    found = ask(thing, folder)
    assert [n.file for n in found.found.sightings] == [str(newer)], "a load replaces a notice whole"
    pipeline.remove("merimee", ["PA09900077"], folder, SETTINGS, quiet=True)
    with pytest.raises(NotFound, match="removed by release"):
        ask(thing, folder)


def test_a_base_that_the_user_settled_is_used_again(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("REF;TITR\nZZ 1;Un\n", encoding="utf-8")
    pipeline.load([file], tmp_path / "data", SETTINGS, base="mnr", quiet=True)
    assert causes(ask(f"{SITE}/id/mnr/ZZ%201", tmp_path / "data"), "label") == {("TITR",)}


def test_what_cannot_be_asked(two_files: list[Path], data: Path) -> None:
    with pytest.raises(UsageError, match="no IRI"):
        ask("PA09900077", files=two_files)
    with pytest.raises(NotFound, match="in none of these files"):
        ask("id:merimee/PA09900078", files=two_files)
    with pytest.raises(NotFound, match="in no source"):
        ask("id:merimee/PA09900078", data)


def test_short_takes_the_longest_prefix() -> None:
    known = {"id": f"{SITE}/id/", "agent": f"{SITE}/id/agent/"}
    assert short(known, f"{SITE}/id/agent/mnr/x") == "agent:mnr/x"
    assert short(known, f"{SITE}/id/mnr/x") == "id:mnr/x"
    assert short(known, "urn:x") == "<urn:x>"


def test_the_command(two_files: list[Path], capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    files = [str(file) for file in two_files]
    nowhere = str(tmp_path / "none")
    assert cli.main(["explain", "id:merimee/PA09900077", "label", "--file", *files, "--data", nowhere, "--quiet"]) == 0
    said = capsys.readouterr().out
    assert 'rdfs:label → "Halle au blé"@fr' in said
    assert re.search(r"champ TICO \(.+\), analyseur text : Halle au blé", said)
    assert re.search(r"règle notice, mappings/merimee/mapping\.yarrrml\.yml:\d+ : \[rdfs:label, \$\(label\), fr~lang\]", said)
    assert cli.main(["explain", "id:merimee/PA09900077", "--file", *files, "--data", nowhere, "--lang", "en", "--quiet"]) == 0
    assert "no field: the same for every notice of the base" in capsys.readouterr().out
    assert cli.main(["explain", "id:merimee/PA0", "--file", *files, "--quiet"]) == 1
    assert cli.main(["explain", "nothing", "--file", *files, "--quiet"]) == 2
    assert cli.main(["explain", "id:merimee/PA0", "--file", nowhere, "--quiet"]) == 2
