"""A notice's triples in, the sections of its base out: each field that it has, as POP orders them, its values with links in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pyoxigraph import Literal, NamedNode

from pop_ld import iris
from pop_ld.bases import Base, Field, load_bases
from pop_ld.formats.graph import Graph
from pop_ld.formats.naming import Naming, Value
from pop_ld.formats.pieces import Linker
from pop_ld.relations import link_fields, mirrors

_UNSHOWN = ("", "hidden", "image")
MOST = 24
"""Most values of one field that a page shows: a cathedral may refer to hundreds of objects."""
_OF_IMAGES = "images-carousel"
"""The section that POP has first; what it says stands beside the images already, so here it is last."""
_OF_DOCUMENT = {"DMIS": iris.DCTERMS + "issued", "DMAJ": iris.DCTERMS + "modified"}
"""Fields that speak of the notice, not of the thing."""


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled line of values; ``code`` is the POP code of a field, or "" for a key fact; ``more`` counts the values left out."""

    code: str
    label: str
    values: Sequence[Value]
    description: str = ""
    more: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    label: str
    rows: Sequence[Row]


class Notes:
    """Values of a notice by POP code: ``pop:CODE``, ``pop:<base>-CODE``, their ``-source`` (as written), or what base.yml names."""

    def __init__(self, base: Base, thing: str, document: str, graph: Graph) -> None:
        self._found: dict[str, list[Literal | NamedNode]] = {}
        for subject in (thing, document):
            for predicate in graph.predicates(subject):
                if predicate.startswith(iris.ONTOLOGY):
                    self._found.setdefault(predicate.removeprefix(iris.ONTOLOGY).lower(), []).extend(graph.values(subject, predicate))
        for code, predicate in base.one_hop.items():
            self._found.setdefault(code.lower(), []).extend(graph.values(thing, predicate))
        for code, predicate in _OF_DOCUMENT.items():
            self._found.setdefault(code.lower(), []).extend(graph.values(document, predicate))
        self._slug = base.slug

    def of(self, code: str) -> list[Literal | NamedNode]:
        return self.under(_names(self._slug, code))

    def text(self, codes: Iterable[str]) -> str:
        """All that the producer wrote in some fields, in this order."""
        return " ; ".join(value.value for code in codes for value in self.of(code) if isinstance(value, Literal))

    def under(self, names: Iterable[str]) -> list[Literal | NamedNode]:
        return [value for name in names if name in self._found for value in self._found[name]]


@lru_cache(maxsize=4000)
def _names(slug: str, code: str) -> tuple[str, ...]:
    code = code.lower()
    return code, f"{slug}-{code}", f"{code}-source", f"{slug}-{code}-source"


@lru_cache(maxsize=40)
def _layout(slug: str, lang: str) -> Sequence[tuple[str, str, Sequence[tuple[Field, str, tuple[str, ...]]]]]:
    """(key, label, fields) of each section in one language; of each field its label and the names of its properties."""
    base = load_bases()[slug]
    linking = {field.field for field in link_fields().get(base.slug, ())} - {"MUSEO"}
    made = []
    for key, label in sorted(base.sections.items(), key=lambda pair: pair[0] == _OF_IMAGES):
        fields = [f for f in base.fields.values() if f.section == key and f.public and f.parser not in _UNSHOWN]
        rows = [(f, field_label(f, lang), _names(base.slug, f.path)[2 if f.path in linking else 0 :]) for f in fields]
        made.append((key, label.get(lang, key), rows))
    return made


def sections(base: Base, notes: Notes, naming: Naming, graph: Graph) -> list[Section]:
    """The sections with the fields that the notice has; of one that leads to notices only what leads nowhere: the page lists them."""
    linker = Linker(naming, base, [iri for iri in graph.objects(mirrors()) if iri in naming.labels])
    made = []
    for key, label, fields in _layout(base.slug, naming.lang):
        rows = []
        for field, name, names in fields:
            if found := notes.under(names):
                values = linker.values(field, found)
                rows.append(Row(field.path, name, values[:MOST], field.description, max(len(values) - MOST, 0)))
        if kept := [row for row in rows if row.values]:
            made.append(Section(key, label, kept))
    return made


def field_label(field: Field, lang: str) -> str:
    return (field.label_en if lang == "en" else field.label) or field.label or field.path
