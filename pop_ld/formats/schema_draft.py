"""A schema.org description under way: names in one language, and its tree as JSON-LD or as triples."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from pop_ld import iris
from pop_ld.formats.graph import Graph, best_label
from pop_ld.formats.source import Source
from pop_ld.formats.words import plain

Tree = dict[str, Any]
"""A node of JSON-LD: ``@type``, ``@id`` and properties by their names in schema.org."""

MOST = 40
"""Most values of one property: a museum may have 100,000 works."""

URLS = frozenset(
    {
        *("url", "sameAs", "license", "acquireLicensePage", "usageInfo", "contentUrl", "sdLicense"),
        *("isBasedOn", "codeRepository", "thumbnailUrl"),
    }
)
"""Properties whose texts are addresses: they are IRIs in RDF, as in schema.org's own JSON-LD context."""

_ISO = re.compile(r"-?\d{4,}(?:-\d\d(?:-\d\d)?)?")
_SPAN = re.compile(rf"{_ISO.pattern}(?:/{_ISO.pattern})?")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]*")


@dataclass(frozen=True, slots=True)
class Draft:
    """Reads a source in the language of the reader."""

    source: Source
    lang: str

    @property
    def graph(self) -> Graph:
        return self.source.graph

    @property
    def thing(self) -> str:
        return self.source.thing

    def iris(self, *predicates: str) -> list[str]:
        """The first MOST things that the properties lead to, each once."""
        return list(dict.fromkeys(iri for predicate in predicates for iri in self.graph.iris(self.thing, predicate)))[:MOST]

    def names(self, things: Iterable[str]) -> list[tuple[str, str]]:
        """(IRI, name) of those things that have a name."""
        found = ((iri, plain(best_label(labels, self.lang)).strip()) for iri, labels in self.source.labels(things).items())
        return [(iri, text) for iri, text in found if text]

    def words(self, *predicates: str) -> list[str]:
        """The names that the properties lead to."""
        return [text for _, text in self.names(self.iris(*predicates))]

    def texts(self, *predicates: str) -> list[str]:
        """The texts of the properties, readable, each once."""
        found = (plain(text).strip() for predicate in predicates for text in self.graph.texts(self.thing, predicate))
        return [text for text in dict.fromkeys(found) if text][:MOST]

    def nodes(self, type: str, *predicates: str) -> list[Tree]:
        """The things that the properties lead to, as nodes of one type with a name."""
        return [{"@type": type, "@id": iri, "name": text} for iri, text in self.names(self.iris(*predicates))]


def iso_dates(texts: Iterable[str]) -> list[str]:
    """The days, months and years among the texts (ISO 8601), as schema.org's Date wants them."""
    return [text for text in texts if _ISO.fullmatch(text)]


def iso_spans(texts: Iterable[str]) -> list[str]:
    """The dates and the intervals ``1401/1500`` (ISO 8601) among the texts."""
    return [text for text in texts if _SPAN.fullmatch(text)]


def finished(tree: Tree, document: str) -> Tree:
    """The tree without empty values, single values out of their lists, every node with an IRI: a part of ``document`` where it has none.

    So the embedded JSON-LD and the triples speak of the same nodes, and same data give same bytes.
    """
    return _finished(tree, document, "")


def _finished(tree: Tree, document: str, path: str) -> Tree:
    made: Tree = {}
    for key, value in tree.items():
        values = [item for item in (value if isinstance(value, list | tuple) else [value]) if item not in ("", None, [], {})]
        where = f"{path}.{key}" if path else key
        nodes = [
            _finished(item, document, where if len(values) == 1 else f"{where}-{n}") if isinstance(item, dict) else item
            for n, item in enumerate(values, 1)
        ]
        if nodes:
            made[key] = nodes[0] if len(nodes) == 1 else nodes
    if path and "@id" not in made:
        made["@id"] = iris.part(document, path)
    return made


def expanded(tree: Tree) -> Iterator[Triple]:
    """The triples of a finished tree: what a JSON-LD processor reads with schema.org's context, in the https namespace."""
    subject = NamedNode(tree["@id"])
    for key, value in tree.items():
        values: Sequence[Any] = value if isinstance(value, list) else [value]
        if key == "@type":
            yield from (Triple(subject, NamedNode(iris.RDF + "type"), NamedNode(iris.SCHEMA + type)) for type in values)
        elif not key.startswith("@"):
            for item in values:
                yield Triple(subject, NamedNode(iris.SCHEMA + key), _term(key, item))
                if isinstance(item, dict):
                    yield from expanded(item)


def _term(key: str, value: Any) -> NamedNode | Literal:
    if isinstance(value, dict):
        return NamedNode(value["@id"])
    if isinstance(value, float):  # JSON-LD 1.1 API §8.6: a number with a fraction is an xsd:double in canonical form
        return Literal(_double(value), datatype=NamedNode(iris.XSD + "double"))
    if isinstance(value, str) and key in URLS and _ADDRESS.fullmatch(value):
        return NamedNode(value)
    return Literal(value)


def _double(value: float) -> str:
    """``145.5`` -> ``1.455E2``."""
    mantissa, exponent = f"{value:.15E}".split("E")
    whole, _, fraction = mantissa.partition(".")
    return f"{whole}.{fraction.rstrip('0') or '0'}E{int(exponent)}"
