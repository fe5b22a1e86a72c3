"""The link fields of every base, from mappings/links.csv: where each leads, and the properties that say it in both directions.

Two kinds of properties never mix. What a notice says of itself is written by its mapping (``property``, ``also``). What follows from
a link whose two notices are here is derived (``inverse``, ``relation``): no mapping writes it, so it can be taken back and made again.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from pop_ld import iris, resources
from pop_ld.bases import load_bases
from pop_ld.errors import MappingError

_PREFIXES = {"pop": iris.ONTOLOGY, "crm": iris.CRM, "dcterms": iris.DCTERMS}
AGENT_NOTICE = iris.ONTOLOGY + "noticeAutor"
"""Agent -> the Autor notice about the same person."""
NOTICE_AGENT = iris.ONTOLOGY + "agent"
"""Its inverse."""
NAME_KEY = iris.ONTOLOGY + "cleNom"
"""Agent or Autor notice -> the key by which names are compared (``fields.names.same_key``)."""


@dataclass(frozen=True, slots=True)
class LinkField:
    """One line of links.csv, properties as IRIs.

    source ``property`` target is what the notice says; where both notices are here, target ``inverse`` source, and source ``relation``
    target where another field may say the same from the other side ("" where none does). ``literal`` keeps the REF of a reference that
    leads nowhere. ``targets`` are bases, in the order in which the shapes of their REFs are tried; where there are several, ``also`` are
    the properties that the mapping writes beside ``property``, for the link stage to write where a REF fits more than one of them.
    """

    base: str
    field: str
    targets: tuple[str, ...]
    property: str
    also: tuple[str, ...]
    inverse: str
    relation: str
    literal: str

    def fitting(self, ref: str) -> tuple[str, ...]:
        """The bases whose REFs have the shape of this one."""
        return tuple(slug for slug in self.targets if load_bases()[slug].ref.match(ref))

    def candidates(self, base: str, ref: str) -> tuple[str, ...]:
        """The bases in which ``ref`` may be, where the mapping chose ``base``: all that it fits, else that one."""
        fitting = self.fitting(ref)
        return fitting if base in fitting else (base,)

    def derived(self, source: str, target: str) -> list[tuple[str, str, str]]:
        """The triples (subject, predicate, object) that follow from a link of ``source`` to ``target``, all IRIs."""
        mirror = [(target, self.inverse, source)]
        return [*mirror, (source, self.relation, target)] if self.relation else mirror


@cache
def link_fields() -> Mapping[str, tuple[LinkField, ...]]:
    """Slug of a base -> its link fields. Raises MappingError naming the line of a fault."""
    file = resources.folder("mappings") / "links.csv"
    found: dict[str, tuple[LinkField, ...]] = dict.fromkeys(load_bases(), ())
    with file.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        for row in reader:
            try:
                found[row["base"]] += (_link_field(row),)
            except (KeyError, TypeError, AttributeError) as error:
                raise MappingError(f"bad line: {error!r}", file=str(file), line=reader.line_num) from error
    return found


def _link_field(row: dict[str, str]) -> LinkField:
    names = {name: _iri(row[name]) for name in ("property", "inverse", "relation", "literal")}
    also = tuple(map(_iri, row["also"].split()))
    return LinkField(row["base"], row["field"], tuple(row["targets"].split()), also=also, **names)


def _iri(curie: str) -> str:
    prefix, _, name = curie.partition(":")
    return _PREFIXES[prefix] + name if curie else ""


@cache
def derived_properties() -> frozenset[str]:
    """The properties that only follow from links: between notices, and between agents and the notices of Autor."""
    fields = [field for group in link_fields().values() for field in group]
    between = {name for field in fields for name in (field.inverse, field.relation) if name}
    return frozenset(between | {AGENT_NOTICE, NOTICE_AGENT})


def agent_properties() -> frozenset[str]:
    """What the agent stage writes to tell who may be whom: the key of a name, years of birth and death."""
    return frozenset({NAME_KEY, iris.SCHEMA + "birthDate", iris.SCHEMA + "deathDate"})


@cache
def mirrors() -> frozenset[str]:
    """The derived properties between notices: a page that shows the links themselves has shown them."""
    return derived_properties() - {AGENT_NOTICE, NOTICE_AGENT}


@cache
def fields_to(base: str) -> tuple[LinkField, ...]:
    """The link fields that may lead to a notice of that base."""
    return tuple(field for group in link_fields().values() for field in group if base in field.targets)


def link_name(source: str, field: str, target: str) -> str:
    """Names a reference among all: IRI of its notice, code of the field, key of the REF that it writes."""
    return f"{source} {field} {target}"


def read_link_name(name: str) -> tuple[str, str, str]:
    """The three parts of :func:`link_name`; none of them holds a space."""
    source, field, target = name.split(" ")
    return source, field, target
