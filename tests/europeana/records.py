"""Records of EDM made by hand: an object with pairs of (CURIE, value), the things it names, its images."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode

from pop_ld.formats.edm import Record
from pop_ld.formats.edm_node import Node, Pair, Value, node

X = "http://x.example/"
OBJECT = X + "object"
OPEN, RESTRICTED, CLOSED = (
    "http://creativecommons.org/publicdomain/mark/1.0/",
    "http://creativecommons.org/licenses/by-nc/4.0/",
    "http://rightsstatements.org/vocab/InC/1.0/",
)


def value(text: str) -> Value:
    """``<name>`` is a thing, ``text@fr`` a text in French, anything else a text without a language."""
    if text.startswith("<"):
        return NamedNode(X + text[1:-1])
    words, at, lang = text.rpartition("@")
    return Literal(words, language=lang) if at and len(lang) == 2 else Literal(text)


def pairs(*given: str) -> list[Pair]:
    """``dc:title=Calice@fr`` …"""
    return [(curie, value(text)) for curie, _, text in (each.partition("=") for each in given)]


def thing(name: str, cls: str, *given: str) -> Node:
    return node(X + name, cls, pairs(*given))


def record(*given: str, entities: tuple[Node, ...] = (), images: tuple[tuple[str, str], ...] = (), kind: str = "IMAGE") -> Record:
    """``images`` are (address, rights); the first is shown, the others are views."""
    cho = node(OBJECT, "edm:ProvidedCHO", [*pairs(*given), ("edm:type", Literal(kind))])
    resources = [node(url, "edm:WebResource", [("edm:rights", NamedNode(rights))]) for url, rights in images]
    shown: list[Pair] = [("edm:isShownBy" if not n else "edm:hasView", NamedNode(url)) for n, (url, _) in enumerate(images)]
    page = node(X + "page", "edm:WebResource", [("dc:format", Literal("text/html"))])
    aggregation = node(X + "aggregation", "ore:Aggregation", [("edm:isShownAt", NamedNode(X + "page")), *shown])
    return Record(cho, aggregation, (page, *resources), entities)
