"""Elements of LIDO 1.1 as plain nodes, the shapes that many of them share (concept, appellation, identifier …), and their XML.

No document model of a library stands between: a record of some kilobytes is written in one pass, and nothing but text is in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from pyoxigraph import Literal

from pop_ld import resources

NAMESPACE = "http://www.lido-schema.org"
SCHEMA = "http://www.lido-schema.org/schema/v1.1/lido-v1.1.xsd"
GML = "http://www.opengis.net/gml"
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class Node:
    """An element: its name without ``lido:``, its attributes as they are written, and texts and elements in order."""

    __slots__ = ("attributes", "content", "name")

    def __init__(self, name: str, text: str = "", attributes: Mapping[str, str] | None = None) -> None:
        self.name = name
        self.attributes = dict(attributes or {})
        self.content: list[Node | str] = [text] if text else []

    def add(self, name: str, text: str = "", attributes: Mapping[str, str] | None = None) -> Node:
        """Adds an element and returns it."""
        made = Node(name, text, attributes)
        self.content.append(made)
        return made

    def put(self, *nodes: Node | None) -> Node:
        """Adds elements that were made already, but those without content."""
        self.content += [node for node in nodes if node is not None and node.content]
        return self


def write(root: Node) -> bytes:
    """The element in UTF-8, its namespaces declared, without an XML declaration."""
    declared = {"xmlns:lido": NAMESPACE, "xmlns:gml": GML, "xmlns:xsi": _INSTANCE, "xsi:schemaLocation": f"{NAMESPACE} {SCHEMA}"}
    root.attributes = declared | root.attributes
    parts: list[str] = []
    _write(root, parts)
    return "".join(parts).encode("utf-8")


def _write(node: Node, parts: list[str]) -> None:
    name = node.name if ":" in node.name else f"lido:{node.name}"
    parts.append(f"<{name}")
    parts += [f" {key}={quoteattr(_clean(value))}" for key, value in node.attributes.items()]
    if not node.content:
        parts.append("/>")
        return
    parts.append(">")
    for piece in node.content:
        if isinstance(piece, Node):
            _write(piece, parts)
        else:
            parts.append(escape(_clean(piece), {"\r": "&#13;"}))
    parts.append(f"</{name}>")


def _clean(text: str) -> str:
    """A text without what XML 1.0 §2.2 cannot say: U+FFFD stands for it, as in the other XML of the site."""
    return _NO_XML.sub("\ufffd", text)


# What elements share --------------------------------------------------------------------------------------------------------


class Field(NamedTuple):
    """Where a value comes from: the code of a POP field, or "", and what the property is called in French and English."""

    code: str = ""
    fr: str = ""
    en: str = ""

    @property
    def attributes(self) -> dict[str, str]:
        """``encodinganalog`` and ``label`` of LIDO's textAttributesSet."""
        pairs = (("lido:encodinganalog", self.code), ("lido:label", self.fr))
        return {key: text for key, text in pairs if text}


def texts(node: Node, name: str, values: Iterable[Literal], field: Field = Field()) -> None:  # noqa: B008  # a tuple, never changed
    """One element of text for each value, in its language."""
    for value in values:
        if value.value.strip():
            node.add(name, value.value, {**_lang(value), **field.attributes})


def _lang(value: Literal) -> dict[str, str]:
    return {"xml:lang": value.language} if value.language else {}


def identifier(node: Node, name: str, text: str, *, uri: bool, source: str = "", label: str = "", pref: bool | None = None) -> None:
    """An element of identifierComplexType, whose type is one of LIDO's terms for kinds of identifiers."""
    attributes = {"lido:type": term("uri" if uri else "local").iri}
    if pref is not None:
        attributes["lido:pref"] = term("preferred" if pref else "alternative").iri
    more = (("lido:source", source), ("lido:label", label))
    node.add(name, text, {**attributes, **{key: said for key, said in more if said}})


def appellation(node: Node, name: str, values: Iterable[Literal], attributes: Mapping[str, str] | None = None) -> None:
    """An element of appellationComplexType with the values as names of one thing; nothing without one."""
    made = Node(name, "", attributes)
    for value in values:
        if value.value.strip():
            made.add("appellationValue", value.value, _lang(value))
    node.put(made)


class Idea(NamedTuple):
    """A concept as LIDO indexes it: the IRIs that name it, its terms, and the field that said it."""

    iris: tuple[str, ...]
    labels: tuple[Literal, ...]
    field: Field = Field()


def concept(node: Node, name: str, idea: Idea, attributes: Mapping[str, str] | None = None) -> None:
    """An element of conceptComplexType: conceptID for each IRI, a term for each label in its language."""
    made = Node(name, "", attributes)
    for iri in idea.iris:
        identifier(made, "conceptID", iri, uri=True)
    texts(made, "term", idea.labels, idea.field)
    node.put(made)


# LIDO's own terms -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Term:
    """A line of mappings/lido-terms.csv."""

    iri: str
    fr: str
    en: str

    @property
    def idea(self) -> Idea:
        return Idea((self.iri,) if self.iri else (), (Literal(self.fr, language="fr"), Literal(self.en, language="en")))


@cache
def _terms() -> tuple[dict[str, Term], dict[str, Term]]:
    rows = [(row["name"], Term(row["iri"], row["fr"], row["en"])) for row in resources.table("lido-terms.csv")]
    return {name: term for name, term in rows if name != "aat"}, {term.iri: term for name, term in rows if name == "aat"}


def term(name: str) -> Term:
    """A term of lido-terms.csv by its name. Raises KeyError."""
    return _terms()[0][name]


def known(iri: str) -> tuple[Literal, ...]:
    """The terms of a concept of the AAT that lido-terms.csv has; () of any other."""
    found = _terms()[1].get(iri)
    return found.idea.labels if found else ()
