"""mappings/dc.csv read: which triples of a thing give which element of Dublin Core, and of EDM, which builds on it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from pyoxigraph import Literal, NamedNode

from pop_ld import iris, resources
from pop_ld.errors import MappingError
from pop_ld.formats.graph import Graph, best_label
from pop_ld.formats.source import Source
from pop_ld.formats.words import followable
from pop_ld.producers import producer_of

_SPACES = {
    "crm": iris.CRM,
    "dc": iris.DC,
    "dcterms": iris.DCTERMS,
    "edm": iris.EDM,
    "ore": iris.ORE,
    "owl": iris.OWL,
    "pop": iris.ONTOLOGY,
    "rdaGr2": iris.RDA_GROUP2,
    "rdf": iris.RDF,
    "rdfs": iris.RDFS,
    "schema": iris.SCHEMA,
    "skos": iris.SKOS,
    "wgs84_pos": iris.WGS84,
}
_STEP = re.compile(r"([^\[]+)(?:\[(.+)\])?")


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of dc.csv: what ``path`` leads to, from the thing or its document, is ``element``, ``term`` and ``edm``.

    A step of a path is a property and the class that what it leads to must have, "" for any. ``element`` and ``term`` are IRIs of
    Dublin Core 1.1 and of DCMI terms, ``edm`` the CURIE of one of EDM's properties; "" where the line gives none.
    """

    of_document: bool
    path: tuple[tuple[str, str], ...]
    element: str
    term: str
    edm: str


@dataclass(frozen=True, slots=True)
class BaseRow:
    """A line of edm.csv: how Europeana sees a base. ``keeper``: whether the keeper of an object provides its notice."""

    cls: str = "ProvidedCHO"
    type: str = "IMAGE"
    dcmi: str = "PhysicalObject"
    keeper: bool = False
    kind: str = ""
    kind_en: str = ""
    concept: str = ""


@cache
def name(curie: str) -> str:
    """``dcterms:title`` -> its IRI. Raises KeyError for an unknown prefix."""
    prefix, _, local = curie.partition(":")
    return _SPACES[prefix] + local


def prefixes() -> dict[str, str]:
    """Prefix -> namespace of what this table and the profiles made from it may use."""
    return dict(_SPACES)


@cache
def rules(base: str) -> tuple[Rule, ...]:
    """The lines for a base ("" for what is no notice), in the table's order. Raises MappingError naming the line of a fault."""
    file = resources.folder("mappings") / "dc.csv"
    found: list[Rule] = []
    with file.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        for row in reader:
            try:
                if row["base"] in ("*", base):
                    found.append(_rule(row))
            except (KeyError, AttributeError, TypeError) as error:
                raise MappingError(f"bad line: {error!r}", file=str(file), line=reader.line_num) from error
    return tuple(found)


def _rule(row: dict[str, str]) -> Rule:
    steps = (_STEP.fullmatch(step) for step in row["property"].split("/"))
    path = tuple((name(step[1]), name(step[2]) if step[2] else "") for step in steps if step)
    element, term = (space + row[key] if row[key] else "" for space, key in ((iris.DC, "element"), (iris.DCTERMS, "term")))
    if row["edm"]:
        name(row["edm"])  # for the error of an unknown prefix
    return Rule(row["of"] == "document", path, element, term, row["edm"])


def values(source: Source, rule: Rule) -> list[Literal | NamedNode]:
    """What the rule finds, each once; no blank text, no address of mail."""
    found: list[Literal | NamedNode] = []
    starts = [source.document if rule.of_document else source.thing]
    for predicate, cls in rule.path:
        found = [v for start in starts for v in source.graph.values(start, predicate) if not cls or _is(source.graph, v, cls)]
        starts = [value.value for value in found if isinstance(value, NamedNode)]
    return [value for value in dict.fromkeys(found) if value.value.strip() and not value.value.startswith("mailto:")]


def _is(graph: Graph, value: Literal | NamedNode, cls: str) -> bool:
    return isinstance(value, NamedNode) and cls in graph.iris(value.value, iris.RDF + "type")


def crossed(source: Source) -> Iterator[tuple[Rule, Literal | NamedNode]]:
    """Every value that a rule finds, with its rule."""
    graph = source.graph
    known = {of_document: frozenset(graph.predicates(start)) for of_document, start in ((False, source.thing), (True, source.document))}
    for rule in rules(source.base.slug if source.base else ""):
        if rule.path[0][0] in known[rule.of_document]:
            for value in values(source, rule):
                yield rule, value


def labels_of(source: Source, found: Iterable[Literal | NamedNode]) -> dict[str, list[Literal]]:
    """Labels of those values that are things: IRI -> its labels, only of those that have any."""
    wanted = [value.value for value in found if isinstance(value, NamedNode) and iris.is_thing(source.site, value.value)]
    return {iri: list(labels) for iri, labels in source.labels(wanted).items()}


# Who provides ---------------------------------------------------------------------------------------------------------------


@cache
def base_row(base: str) -> BaseRow:
    """How Europeana sees the base; objects that are shown in images where edm.csv says nothing."""
    for row in resources.table("edm.csv"):
        if row["base"] == base:
            named = (row["class"], row["type"], row["dcmi"], row["keeper"] == "yes", row["kind"], row["kind_en"], row["concept"])
            return BaseRow(*named)
    return BaseRow()


@cache
def _providers() -> dict[str, tuple[str, str]]:
    return {row["producer"]: (row["name"], row["name_en"]) for row in resources.table("providers.csv")}


def provider(lang: str = "fr") -> str:
    """Who gives the whole of the data to others."""
    return _providers()["provider"][lang == "en"]


def data_provider(source: Source) -> Literal:
    """Who provides a notice: its museum or library where edm.csv says so, else the service that its REF names, else the ministry."""
    assert source.base is not None
    if base_row(source.base.slug).keeper:
        keepers = source.graph.iris(source.thing, iris.CRM + "P50_has_current_keeper")
        for labels in source.labels(keepers).values():
            if text := best_label(labels, "fr").strip():
                return Literal(text, language="fr")
    code = producer_of(source.base.slug, iris.unkey(source.thing.rsplit("/", 1)[-1]), _Fields(source))
    return Literal(_providers().get(code, _providers()[""])[0], language="fr")


class _Fields(dict[str, tuple[str, ...]]):
    """The texts of a notice by POP code, read from its triples when asked for: what ``producers`` reads from a record."""

    def __init__(self, source: Source) -> None:
        super().__init__()
        slug = source.base.slug if source.base else ""
        for code in ("MUSEO", "LOCA", "IDPROD", "EMET", "PRODUCTEUR"):
            found = [t for name in (code, f"{slug}-{code}") for t in source.graph.texts(source.thing, iris.ONTOLOGY + name)]
            if found:
                self[code] = tuple(found)


# Images ---------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Image:
    """An image of a notice: its address, the rights that the notice states for it ("" for none), its credit lines."""

    url: str
    rights: str
    credits: tuple[str, ...]


@cache
def _credit_fields(base: str) -> tuple[str, ...]:
    """Properties that hold credits of images, from rights-fields.csv; Mémoire's is dcterms:rights as well."""
    codes = [row["field"] for row in resources.table("rights-fields.csv") if row["what"] == "image" and row["base"] == base]
    return tuple(iris.ONTOLOGY + name for code in codes for name in (code, f"{base}-{code}"))


def images(source: Source, most: int) -> list[Image]:
    """The first ``most`` images that a page can show, in the notice's order."""
    slug = source.base.slug if source.base else ""
    fields = (*_credit_fields(slug), iris.DCTERMS + "rights")
    credits = tuple(dict.fromkeys(t for field in fields for t in source.graph.texts(source.thing, field) if t.strip()))
    urls = [url for url in source.graph.iris(source.thing, iris.SCHEMA + "image") if followable(url) and not url.startswith("mailto:")]
    return [Image(url, _image_rights(source.graph, url), credits) for url in urls[:most]]


def _image_rights(graph: Graph, url: str) -> str:
    parts = graph.subjects_of(iris.LINKED_ART + "digitally_shown_by", url)
    return next((rights for part in parts for rights in graph.iris(part, iris.EDM + "rights")), "")
