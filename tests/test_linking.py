"""Links in both directions: whatever the order of loads, replacements and removals, the store is what one load of the same gives."""

import csv
import json
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import pyoxigraph
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pop_ld import iris, linking, pipeline, store, summary
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.mapping import load_mapping
from pop_ld.notices import Problem
from pop_ld.relations import LinkField, derived_properties, link_fields
from pop_ld.report import read_report
from pop_ld.resources import folder
from tests import dumps

SETTINGS = Settings()
SITE = SETTINGS.site
POP = iris.ONTOLOGY
Place: TypeAlias = tuple[str, str]
Notices: TypeAlias = Mapping[Place, Mapping[str, Sequence[str]]]

CHURCH, OTHER_CHURCH, ALTAR = ("merimee", "PA09999991"), ("merimee", "PA09999992"), ("palissy", "PM09999991")
PHOTO, OTHER_PHOTO, PERSON = ("memoire", "MH09999991"), ("memoire", "MH09999992"), ("autor", "OR00999991")
LABEL, NAMESAKE = ("merimee", "ACR0999991"), ("autor", "ACR0999991")
"""Two notices whose REF has the shape of both bases: the LBASE of a photograph cannot tell them apart."""
MUSEUM, WORK, CODEX, PAINTING = ("museo", "M9991"), ("joconde", "000PE999991"), ("enluminures", "D-999991"), ("enluminures", "D-999992")

FIELDS: Mapping[str, Mapping[str, Sequence[Place]]] = {
    "merimee": {"REFO": [ALTAR], "RENV": [CHURCH, ALTAR], "REFP": [OTHER_CHURCH], "REFE": [CHURCH], "REFJOC": [WORK]},
    "palissy": {"REFA": [CHURCH, OTHER_CHURCH], "RENV": [CHURCH, ALTAR], "REFE": [CHURCH]},
    "memoire": {"LBASE": [CHURCH, ALTAR, LABEL, PERSON], "RENV": [OTHER_PHOTO], "LAUTP": [PERSON, NAMESAKE]},
    "autor": {"LBASE": [CHURCH, PHOTO, LABEL]},
    "museo": {"REFMER": [CHURCH]},
    "joconde": {"MUSEO": [MUSEUM], "REFMER": [CHURCH]},
    "enluminures": {"REFC": [CODEX], "REFDE": [PAINTING], "RENV": [PAINTING]},
}
"""What a made-up notice of each base may refer to."""
PLACES = (CHURCH, OTHER_CHURCH, ALTAR, PHOTO, OTHER_PHOTO, PERSON, LABEL, NAMESAKE, MUSEUM, WORK, CODEX, PAINTING)


def thing(place: Place) -> str:
    return iris.notice(SITE, *place)


def source(notices: Notices, path: Path) -> Path:
    """A file of notices of several bases, each of which says its own."""
    rows = [{"BASE": base, "REF": ref, **fields} for (base, ref), fields in notices.items()]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def convert(notices: Notices, out: Path) -> Path:
    pipeline.convert([source(notices, out.with_suffix(".jsonl"))], out, SETTINGS, jobs=1, quiet=True)
    return out


def links(out: Path) -> set[tuple[str, str, str]]:
    """links.nt.gz as (base/REF of the subject, name of the property, base/REF of the object or text)."""
    quads = pyoxigraph.parse(dumps.text(out / "links.nt.gz"), format=pyoxigraph.RdfFormat.N_TRIPLES)
    return {(short(q.subject.value), q.predicate.value.removeprefix(POP), short(q.object.value)) for q in quads}


def short(text: str) -> str:
    return text.removeprefix(f"{SITE}/id/")


def dangling(release_or_dump: Path) -> list[tuple[str, str]]:
    """(name of the reference, kind) in dangling.jsonl."""
    lines = map(json.loads, (release_or_dump / "dangling.jsonl").read_text(encoding="utf-8").splitlines())
    return [(line["link"], line["kind"]) for line in lines]


# A dump ------------------------------------------------------------------------------------------------------------------


def test_a_link_goes_both_ways_across_bases(tmp_path: Path) -> None:
    out = convert(
        {
            CHURCH: {"TICO": ["Église"], "REFO": [ALTAR[1]]},
            ALTAR: {"TICO": ["Autel"]},
            PHOTO: {"LEG": ["La nef"], "LBASE": [CHURCH[1], PERSON[1]]},
            PERSON: {"NOM": ["Perrault"]},
            WORK: {"TITR": ["Vue"], "MUSEO": [MUSEUM[1]]},
            MUSEUM: {"NOMOFF": ["musée"]},
        },
        tmp_path / "out",
    )
    assert links(out) == {
        ("merimee/PA09999991", "contient", "palissy/PM09999991"),
        ("palissy/PM09999991", "conserveDans", "merimee/PA09999991"),
        ("merimee/PA09999991", "MEMOIRE", "memoire/MH09999991"),
        ("autor/OR00999991", "MEMOIRE", "memoire/MH09999991"),
        ("museo/M9991", "oeuvre", "joconde/000PE999991"),
    }
    assert dangling(out) == []


def test_a_reference_to_no_notice_is_reported_and_keeps_link_and_literal(tmp_path: Path) -> None:
    out = convert({PHOTO: {"LBASE": [CHURCH[1], "9946"]}, WORK: {"MUSEO": [MUSEUM[1]]}}, tmp_path / "out")
    assert links(out) == {("memoire/MH09999991", "LBASE-source", CHURCH[1]), ("joconde/000PE999991", "MUSEO", MUSEUM[1])}
    assert f"<{thing(PHOTO)}> <{POP}LBASE> <{thing(CHURCH)}> ." in dumps.text(out / "memoire-000.nt.gz")
    problems = [json.loads(line) for line in (out / "problems.jsonl").read_text(encoding="utf-8").splitlines()]
    (found,) = [p for p in problems if p["kind"] == "dangling-reference" and p["base"] == "memoire"]
    assert found["file"].endswith("out.jsonl") and found["line"] == 1
    assert (found["ref"], found["field"], found["value"], found["detail"]) == (PHOTO[1], "LBASE", CHURCH[1], "merimee")
    assert read_report(out)["problems"]["by_field"]["memoire.LBASE"] == {"dangling-reference": 1, "reference-not-understood": 1}
    assert read_report(out)["problems"]["by_field"]["joconde.MUSEO"] == {"dangling-reference": 1}


@pytest.mark.parametrize(
    ("there", "leads", "kind"),
    [
        ((LABEL,), LABEL, ""),
        ((NAMESAKE,), NAMESAKE, ""),
        ((), LABEL, "dangling-reference"),
        ((LABEL, NAMESAKE), None, "ambiguous-reference"),
    ],
)
def test_a_reference_that_fits_two_bases(tmp_path: Path, there: tuple[Place, ...], leads: Place | None, kind: str) -> None:
    out = convert({PHOTO: {"LBASE": [LABEL[1]]}, **{place: {"OBS": ["x"]} for place in there}}, tmp_path / "out")
    text = "\n".join(dumps.lines(out))
    for place in (LABEL, NAMESAKE):
        for predicate in (POP + "LBASE", iris.CRM + "P62_depicts", iris.DCTERMS + "subject"):
            assert (f"<{thing(PHOTO)}> <{predicate}> <{thing(place)}> ." in text) == (place == leads)
        assert (f"<{thing(place)}> <{POP}MEMOIRE> <{thing(PHOTO)}> ." in text) == (place == leads and not kind)
    assert (f'<{thing(PHOTO)}> <{POP}LBASE-source> "{LABEL[1]}" .' in text) == bool(kind)
    assert [found for _, found in dangling(out)] == ([kind] if kind else [])


def test_messages_say_what_to_do() -> None:
    for lang in ("fr", "en"):
        for kind in ("ambiguous-reference", "dangling-reference"):
            said = summary.message(Problem(kind, field="LBASE", value="ACR1", detail="merimee, autor"), lang)
            assert all(part in said for part in ("LBASE", "ACR1", "merimee, autor")) and "{" not in said


# Dump after dump ---------------------------------------------------------------------------------------------------------


class Site:
    """A writer that dumps are loaded into as publication does it, without its snapshots; shared things are left out."""

    def __init__(self, writer: store.Writer, work: Path) -> None:
        self.writer, self.work, self.steps = writer, work, 0
        self.list: Path | None = None

    def load(self, notices: Notices) -> None:
        out = convert(notices, self.next())
        things = [thing(place) for place in notices]
        self.writer.remove(things)
        for name, content in dumps.texts(out).items():
            if not name.endswith("-shared.nt.gz"):
                self.writer.insert(content.encode())
        self.note(self.writer.relink(things), out, things)

    def remove(self, place: Place) -> None:
        self.writer.remove([thing(place)])
        self.note(self.writer.relink([thing(place)]), None, [thing(place)])

    def note(self, fresh: list[tuple[str, str]], out: Path | None, changed: list[str]) -> None:
        release = self.next()
        release.mkdir()
        count = linking.write_release_list(release, self.list, out, fresh, self.writer.unresolved, changed)
        self.list = release
        assert count == len(dangling(release))

    def next(self) -> Path:
        self.steps += 1
        return self.work / str(self.steps)

    def triples(self, work: Path) -> set[str]:
        release = self.writer.snapshot(work.name, {}, lambda *_: {}, lambda *_: None)
        content = pyoxigraph.Store.read_only(str(release.path / "store"))
        return {str(quad.triple) for quad in content}


def outcome(steps: Sequence[Notices | Place]) -> tuple[set[str], list[tuple[str, str]]]:
    """The triples and the list of unresolved references after loads (notices) and removals (a place)."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        with store.Writer(work / "data", SITE) as writer:
            site = Site(writer, work)
            for step in steps:
                site.load(step) if isinstance(step, Mapping) else site.remove(step)
            return site.triples(work), dangling(site.list) if site.list else []


def final(steps: Sequence[Notices | Place]) -> Notices:
    """The notices that are there at the end."""
    held: dict[Place, Mapping[str, Sequence[str]]] = {}
    for step in steps:
        if isinstance(step, Mapping):
            held.update(step)
        else:
            held.pop(step, None)
    return held


def notice_of(place: Place) -> st.SearchStrategy[Mapping[str, Sequence[str]]]:
    fields = {code: st.lists(st.sampled_from([ref for _, ref in to]), unique=True) for code, to in FIELDS[place[0]].items()}
    fields["MUSEO"] = st.sampled_from([[], [MUSEUM[1]]]) if place[0] == "joconde" else st.just([])
    return st.fixed_dictionaries(fields).map(lambda found: {"OBS": ["x"], **{code: refs for code, refs in found.items() if refs}})


def batches() -> st.SearchStrategy[Notices]:
    places = st.lists(st.sampled_from(PLACES), min_size=1, max_size=8, unique=True)
    return places.flatmap(lambda found: st.fixed_dictionaries({place: notice_of(place) for place in found}))


@settings(max_examples=25, deadline=None)
@given(st.lists(batches() | st.sampled_from(PLACES), min_size=2, max_size=4).filter(lambda steps: bool(final(steps))))
def test_any_order_gives_what_one_load_gives(steps: list[Notices | Place]) -> None:
    assert outcome(steps) == outcome([final(steps)])


@pytest.mark.parametrize(
    "steps",
    [
        [{PHOTO: {"LBASE": [LABEL[1]]}}, {LABEL: {"OBS": ["x"]}}, {NAMESAKE: {"OBS": ["x"]}}],
        [{PHOTO: {"LBASE": [LABEL[1]]}, LABEL: {"OBS": ["x"]}, NAMESAKE: {"OBS": ["x"]}}, LABEL],
        [{PHOTO: {"LBASE": [LABEL[1]]}, NAMESAKE: {"OBS": ["x"]}}, NAMESAKE, {LABEL: {"OBS": ["x"]}}],
        [{CHURCH: {"REFO": [ALTAR[1]]}, ALTAR: {"REFA": [CHURCH[1]]}}, {ALTAR: {"OBS": ["x"]}}],
        [{CHURCH: {"REFO": [ALTAR[1]]}, ALTAR: {"REFA": [CHURCH[1]]}}, {CHURCH: {"OBS": ["x"]}}, {ALTAR: {"OBS": ["x"]}}],
        [{CHURCH: {"REFO": [ALTAR[1]], "RENV": [CHURCH[1]]}, ALTAR: {"RENV": [CHURCH[1]]}}, ALTAR],
        [{WORK: {"MUSEO": [MUSEUM[1]]}}, {MUSEUM: {"OBS": ["x"]}}, MUSEUM],
    ],
)
def test_orders_that_went_wrong_or_might(steps: list[Notices | Place]) -> None:
    assert outcome(steps) == outcome([final(steps)])


def test_both_sides_say_it_and_one_takes_it_back(tmp_path: Path) -> None:
    triples, _ = outcome([{CHURCH: {"REFO": [ALTAR[1]]}, ALTAR: {"REFA": [CHURCH[1]]}}, {ALTAR: {"OBS": ["x"]}}])
    assert f"<{thing(ALTAR)}> <{POP}conserveDans> <{thing(CHURCH)}>" in triples, "the church still says so"
    assert f"<{thing(ALTAR)}> <{POP}REFA> <{thing(CHURCH)}>" not in triples, "the altar does not"


# Releases ----------------------------------------------------------------------------------------------------------------


def release_of(notices: Notices, data: Path, path: Path) -> store.Release:
    return pipeline.load([source(notices, path)], data, SETTINGS, quiet=True)[1]


def test_a_release_lists_what_dangles(tmp_path: Path) -> None:
    data, first, second = tmp_path / "data", tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    release = release_of({PHOTO: {"LBASE": [CHURCH[1], ALTAR[1]]}, ALTAR: {"REFA": [CHURCH[1]]}}, data, first)
    assert release.manifest["dangling"] == 2
    assert dangling(release.path) == [
        (f"{thing(PHOTO)} LBASE {CHURCH[1]}", "dangling-reference"),
        (f"{thing(ALTAR)} REFA {CHURCH[1]}", "dangling-reference"),
    ]
    release = release_of({CHURCH: {"REFP": [OTHER_CHURCH[1]]}}, data, second)
    assert dangling(release.path) == [(f"{thing(CHURCH)} REFP {OTHER_CHURCH[1]}", "dangling-reference")]
    reader = store.open_reader(release)
    assert not reader.objects(thing(PHOTO), POP + "LBASE-source")
    assert [str(o.value) for o in reader.objects(thing(CHURCH), POP + "MEMOIRE")] == [thing(PHOTO)]
    assert dict(reader.incoming(thing(CHURCH), 9))[POP + "LBASE"] == thing(PHOTO)
    assert POP + "contient" not in dict(reader.incoming(thing(ALTAR), 9)), "that only mirrors the altar's own link"
    release = pipeline.remove("merimee", [CHURCH[1]], data, SETTINGS, quiet=True)
    assert release.manifest["dangling"] == 2
    listed = [json.loads(line) for line in (release.path / "dangling.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {(p["base"], p["ref"], p["field"], p["value"], p["detail"]) for p in listed} == {
        (*PHOTO, "LBASE", CHURCH[1], "merimee, palissy, autor"),
        (*ALTAR, "REFA", CHURCH[1], "merimee"),
    }
    reader = store.open_reader(release)
    assert {o.value for o in reader.objects(thing(PHOTO), POP + "LBASE")} == {thing(ALTAR), thing(CHURCH)}
    assert [o.value for o in reader.objects(thing(PHOTO), POP + "LBASE-source")] == [CHURCH[1]]
    assert not reader.objects(thing(CHURCH), POP + "MEMOIRE")


# The table ---------------------------------------------------------------------------------------------------------------


def test_links_csv_has_every_link_field_of_fields_csv() -> None:
    wanted = {
        (slug, field.path): tuple(field.parser.partition(":")[2].split(",")) if field.parser != "museum" else ("museo",)
        for slug, base in load_bases().items()
        for field in base.fields.values()
        if field.public and (field.parser == "museum" or field.parser.startswith("reference:"))
    }
    assert {(f.base, f.field): f.targets for group in link_fields().values() for f in group} == wanted


def test_links_csv_says_what_the_mappings_write() -> None:
    for slug, base in load_bases().items():
        mappings = load_mapping(base.mapping_file)
        for field in link_fields()[slug]:
            rules = [rule for m in mappings if m.iterator == field.field for rule in m.rules]
            leads = {rule.predicate for rule in rules if {"target", "museum"} & set(rule.object.fields)}
            assert field.property in leads, f"{slug} {field.field}"
            wanted = leads - {field.property} if len(field.targets) > 1 else set()
            assert set(field.also) == wanted, f"{slug} {field.field}: what the link stage writes where a REF fits several bases"
            assert field.literal in {rule.predicate for m in mappings for rule in m.rules}, f"{slug} {field.field}"


def test_derived_properties_are_written_by_no_mapping() -> None:
    written = {rule.predicate for base in load_bases().values() for m in load_mapping(base.mapping_file) for rule in m.rules}
    assert not derived_properties() & written


def test_the_ontology_knows_derived_properties_and_their_inverses() -> None:
    path = str(folder("ontologies") / "pop.ttl")
    quads = list(pyoxigraph.parse(path=path, format=pyoxigraph.RdfFormat.TURTLE))
    types = {(q.subject.value, q.object.value) for q in quads if q.predicate.value == iris.RDF + "type"}
    inverses = {(q.subject.value, q.object.value) for q in quads if q.predicate.value == "http://www.w3.org/2002/07/owl#inverseOf"}
    inverses |= {(b, a) for a, b in inverses}
    inverses |= {(a, a) for a, kind in types if kind.endswith("#SymmetricProperty")}
    labels = Counter(q.subject.value for q in quads if q.predicate.value == iris.RDFS + "label")
    for group in link_fields().values():
        for field in group:
            assert (field.inverse, field.relation or field.property) in inverses, field
    assert all(labels[name] == 2 for name in derived_properties())


def test_a_property_means_one_thing_whatever_the_base() -> None:
    with (folder("mappings") / "links.csv").open(encoding="utf-8", newline="") as lines:
        meanings = {(row["property"], row["inverse"], row["relation"]) for row in csv.DictReader(lines)}
    assert len({name for name, _, _ in meanings}) == len(meanings)


SEVERAL = [field for group in link_fields().values() for field in group if len(field.targets) > 1 and field.relation]


@given(st.data(), st.sampled_from(SEVERAL))
def test_a_field_whose_links_another_field_mirrors_has_no_ref_that_fits_two_bases(data: st.DataObject, field: LinkField) -> None:
    """Or else what follows from one side would be taken back with what the other side says: give such a field no ``relation``."""
    shape = load_bases()[data.draw(st.sampled_from(field.targets))].ref
    ref = data.draw(st.from_regex(shape, fullmatch=True))
    assert len(field.fitting(ref)) == 1
