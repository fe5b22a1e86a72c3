"""What a property is called from the side of the thing that it points at: mappings/relation-names.csv, then the labels of fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from pop_ld import iris, resources
from pop_ld.bases import load_bases
from pop_ld.formats.naming import path_parts

_PREFIXES = {"pop": iris.ONTOLOGY, "crm": iris.CRM, "dcterms": iris.DCTERMS}


@dataclass(frozen=True, slots=True)
class Relation:
    """A property by which notices point at things of one kind; its place among them is that in the file.

    ``kind`` is the first part of the thing's address (a slug of a base, agent, concept, lieu, temps), "" for any. Where ``unless`` is said
    by as many notices, this one repeats it.
    """

    iri: str
    kind: str
    unless: str
    fr: str
    en: str


@cache
def relations() -> Mapping[str, tuple[Relation, ...]]:
    """Property -> its lines of the file."""
    found: dict[str, tuple[Relation, ...]] = {}
    for row in resources.table("relation-names.csv"):
        made = Relation(_iri(row["relation"]), row["target"], _iri(row["unless"]), row["fr"], row["en"])
        found[made.iri] = (*found.get(made.iri, ()), made)
    return found


@cache
def _order() -> Mapping[str, int]:
    return {iri: number for number, iri in enumerate(relations())}


def _iri(curie: str) -> str:
    prefix, _, name = curie.partition(":")
    return _PREFIXES[prefix] + name if curie else ""


def short_name(relation: str) -> str:
    """A property as an address names it: ``REFA``, ``P14_carried_out_by``; one thing has no two that are called alike."""
    return relation.replace("#", "/").rsplit("/", 1)[-1]


def kind_of(site: str, thing: str) -> str:
    """The first part of a thing's address: ``{site}/id/agent/joconde/x`` -> "agent"; "concept" for an IRI of elsewhere."""
    return next(iter(path_parts(site, thing)), "concept")


def relation_name(relation: str, kind: str, lang: str) -> str:
    """The heading of a list of the notices that point at a thing of that kind; "" where no words are known for it."""
    for line in relations().get(relation, ()):
        if line.kind in ("", kind):
            return line.en if lang == "en" else line.fr
    return _field_label(relation, lang) if kind == "concept" else ""


def telling(counts: Iterable[tuple[str, int]], kind: str, lang: str) -> list[tuple[str, int]]:
    """Of (property, count) those that have words, in the order of the file, most first; what only repeats another is left out."""
    known = dict(counts)
    kept = []
    for relation, count in known.items():
        line = next((line for line in relations().get(relation, ()) if line.kind in ("", kind)), None)
        if relation_name(relation, kind, lang) and not (line and line.unless and known.get(line.unless, 0) >= count):
            kept.append((relation, count))
    last = len(_order())
    return sorted(kept, key=lambda found: (_order().get(found[0], last), -found[1], found[0]))


@cache
def _field_label(relation: str, lang: str) -> str:
    """``pop:DENO``, ``pop:mnr-TECH`` -> the label of the field, of the first base that has it."""
    name = relation.removeprefix(iris.ONTOLOGY)
    if name == relation:
        return ""
    slug, _, code = name.rpartition("-")
    for base in load_bases().values():
        if slug in ("", base.slug) and (field := base.fields.get(code)):
            return (field.label_en if lang == "en" else field.label) or field.label
    return ""
