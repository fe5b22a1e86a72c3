"""The data files of every base: complete, consistent, and with samples."""

import re
from pathlib import Path

import pyoxigraph
import pytest

from pop_ld import iris, readers
from pop_ld.bases import Base, fold_header, load_bases
from pop_ld.fields import parser_names
from pop_ld.mapping import Mapping, load_mapping
from pop_ld.notices import Notice

BASES = load_bases()
POP_FIELDS = {"joconde": 96, "merimee": 134, "palissy": 132, "memoire": 134, "mnr": 61, "museo": 89, "enluminures": 59, "autor": 55}
"""Fields of each base in POP's own model (760 in all)."""


@pytest.fixture(params=list(BASES), scope="module")
def base(request: pytest.FixtureRequest) -> Base:
    return BASES[request.param]


def mappings(base: Base) -> list[Mapping]:
    return load_mapping(base.mapping_file)


def test_the_eight_bases_have_all_their_fields() -> None:
    assert {slug: len(base.fields) for slug, base in BASES.items()} == POP_FIELDS


def test_every_field_is_mapped_or_withheld_or_unmapped_with_a_reason(base: Base) -> None:
    for field in base.fields.values():
        states = [bool(field.parser) and field.public, not field.public, field.path in base.unmapped and field.public]
        assert sum(states) == 1, (
            f"{base.slug} {field.path}: parser {field.parser!r}, public {field.public}, unmapped {field.path in base.unmapped}"
        )
    assert all(english and french for english, french in base.unmapped.values())


def test_parsers_exist(base: Base) -> None:
    for field in base.fields.values():
        name, _, argument = field.parser.partition(":")
        assert not name or name in parser_names(), f"{base.slug} {field.path}"
        assert all(slug in BASES for slug in argument.split(",") if slug)


def test_fields_have_labels_in_two_languages(base: Base) -> None:
    for field in base.fields.values():
        assert field.label and field.label_en, f"{base.slug} {field.path}"


def test_what_fields_csv_parses_the_mapping_uses(base: Base) -> None:
    used = {m.iterator for m in mappings(base)} | {f for m in mappings(base) for r in m.rules for f in r.object.fields}
    derived = {*base.point, *base.commune.values()}
    for field in base.fields.values():
        if field.parser not in ("", "hidden") and field.public:
            assert {field.path, f"{field.path}_text"} & used or field.path in derived, (
                f"{base.slug} {field.path} is parsed and never mapped"
            )


def test_the_mapping_uses_only_what_a_record_has(base: Base) -> None:
    codes = {f.path for f in base.fields.values() if f.parser and f.public}
    derived = {"key", "REF", "label", "page", "rights", "lat", "long", "wkt", "polygon", "created"}
    scalars = derived | codes | {f"{code}_text" for code in codes}
    lists = codes | {"place"} | set(base.timespans) | set(base.parts)
    for mapping in mappings(base):
        assert not mapping.iterator or mapping.iterator in lists, f"{base.slug} {mapping.name}"
        if not mapping.iterator:
            assert {f for rule in mapping.rules for f in rule.object.fields} <= scalars, f"{base.slug} {mapping.name}"


def test_a_mapped_field_has_its_one_hop_property(base: Base) -> None:
    predicates = {rule.predicate for mapping in mappings(base) for rule in mapping.rules}
    for field in base.fields.values():
        if field.parser not in ("", "hidden") and field.public and field.path not in ("REF", "DMAJ", "DMIS"):
            wanted = {f"{iris.ONTOLOGY}{field.path}", f"{iris.ONTOLOGY}{base.slug}-{field.path}"}
            assert (wanted | {base.one_hop.get(field.path)}) & predicates, f"{base.slug} {field.path}"


def test_every_notice_has_what_users_rely_on(base: Base) -> None:
    notice = next(m for m in mappings(base) if not m.iterator and "/id/" in m.subject.texts[0] and m.subject.texts[-1] == "")
    predicates = {rule.predicate: str(rule.object) for rule in notice.rules if rule.predicate != iris.RDF + "type"}
    assert predicates[iris.DCTERMS + "identifier"] == "{REF}"
    assert predicates[iris.RDFS + "label"] == "{label}"
    assert predicates[iris.FOAF + "page"] == "{page}"
    assert any(str(rule.object) == iris.ONTOLOGY + base.cls for rule in notice.rules)


def test_subjects_are_own_or_shared(base: Base) -> None:
    for mapping in mappings(base):
        start = mapping.subject.texts[0]
        own = start.startswith((f"{iris.DEFAULT_SITE}/id/{base.slug}/", f"{iris.DEFAULT_SITE}/doc/{base.slug}/"))
        shared = start.startswith(tuple(iris.DEFAULT_SITE + path for path in ("/id/agent/", "/id/concept/", "/id/lieu/", "/id/temps/")))
        assert own or shared or str(mapping.subject) == "{concept}", f"{base.slug} {mapping.name}: {mapping.subject}"


def test_headers_do_not_clash(base: Base) -> None:
    for field in base.fields.values():
        for header in field.labels:
            found = base.column(header)
            assert found and found[0] == field.path, f"{base.slug}: {header!r} is {found} and {field.path}"
            assert not field.public or field.path == found[0]
    assert base.column("HISTORIQUE") is None or "HISTORIQUE" in base.withheld


def test_samples(base: Base) -> None:
    found = [n for f in base.samples for s in readers.open_sources(f, base=None, encoding=None, bases=BASES) for n in s]
    notices = [n for n in found if isinstance(n, Notice)]
    assert len(notices) >= 6
    assert {n.base for n in notices} == {base.slug}, "the base of every sample file is guessed"


def terms(path: Path) -> set[str]:
    quads = pyoxigraph.parse(path=str(path), format=pyoxigraph.RdfFormat.TURTLE)
    return {
        str(q.subject.value) for q in quads if isinstance(q.subject, pyoxigraph.NamedNode) and q.subject.value.startswith(iris.ONTOLOGY)
    }


def test_the_ontology_defines_every_term_used(base: Base) -> None:
    defined = terms(Path(__file__).parent.parent / "ontologies" / "pop.ttl")
    used = {rule.predicate for m in mappings(base) for rule in m.rules} | {str(rule.object) for m in mappings(base) for rule in m.rules}
    assert {term for term in used if term.startswith(iris.ONTOLOGY)} <= defined


def test_the_ontology_speaks_two_languages() -> None:
    quads = list(pyoxigraph.parse(path=str(Path(__file__).parent.parent / "ontologies" / "pop.ttl"), format=pyoxigraph.RdfFormat.TURTLE))
    labels: dict[str, set[str | None]] = {}
    for quad in quads:
        if quad.predicate.value == iris.RDFS + "label" and isinstance(quad.object, pyoxigraph.Literal):
            labels.setdefault(str(quad.subject), set()).add(quad.object.language)
    defined = {str(q.subject) for q in quads if str(q.subject).startswith(f"<{iris.ONTOLOGY}") and str(q.subject) != f"<{iris.ONTOLOGY}>"}
    for term in defined:
        assert labels.get(term) == {"fr", "en"}, term


@pytest.mark.parametrize(
    ("header", "folded"),
    [
        ("Numéro_de_l'objet", "numero_de_l_objet"),
        ("datation/0", "datation"),
        ("\ufeffREF", "ref"),
        ("POP_COORDONNEES.lat", "pop_coordonnees_lat"),
    ],
)
def test_fold_header(header: str, folded: str) -> None:
    assert fold_header(header) == folded


def test_periods_csv_is_ordered_and_unique() -> None:
    rows = (Path(__file__).parent.parent / "mappings" / "periods.csv").read_text(encoding="utf-8").splitlines()[1:]
    names = [re.split(",", row)[0].casefold() for row in rows]
    assert len(set(names)) == len(names)
    for row in rows:
        _, begin, end = row.split(",")
        assert not (begin and end) or int(begin) < int(end), row
