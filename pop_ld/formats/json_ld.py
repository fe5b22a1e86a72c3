"""Triples in, JSON-LD 1.1 out: a tree that people can read, under a context of our own that never changes.

The contexts are the files of ``ontologies/contexts``, named by the hash of their bytes and served at ``/context/<name>``; the document
refers to its context by path, so that it is fetched from where the document was, whatever the host. ``python -m docs.generate_contexts``
makes them. Whatever a context cannot say without a doubt is written without one, in full.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from pop_ld import iris, resources
from pop_ld.errors import NotFound

_TYPE = iris.RDF + "type"
_LABEL = iris.RDFS + "label"
_STRING, _INTEGER, _BOOLEAN = iris.XSD + "string", iris.XSD + "integer", iris.XSD + "boolean"
_LOCAL = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_CANONICAL = re.compile(r"0|-?[1-9][0-9]{0,14}")
"""Integers that every JSON reader keeps exactly, written as xsd:integer's canonical form."""
_DEEPEST = 40
"""Levels of nesting; what lies deeper stands beside the thing."""


@dataclass(frozen=True, slots=True)
class Context:
    """``kinds`` says how a term's plain strings are meant: "@id", "@none" (a string), "@map" (by language), "@fr" or a datatype's IRI.

    Values of the terms in ``sets`` are always in an array, those of the others where there are several.
    """

    name: str
    terms: Mapping[str, Any]
    vocabulary: str
    prefixes: Mapping[str, str]
    properties: Mapping[str, str]
    reverse: Mapping[str, str]
    kinds: Mapping[str, str]
    sets: frozenset[str]

    @property
    def address(self) -> str:
        return f"/context/{self.name}"

    def compact(self, iri: str) -> str:
        """A property, class or datatype by the vocabulary or a prefix; the IRI itself where neither reads back for certain."""
        rest = iri.removeprefix(self.vocabulary) if self.vocabulary else iri
        if rest != iri and rest not in self.terms and _LOCAL.fullmatch(rest):
            return rest
        for prefix, space in self.prefixes.items():
            if iri.startswith(space) and _LOCAL.fullmatch(iri.removeprefix(space)):
                return f"{prefix}:{iri.removeprefix(space)}"
        return iri

    def doubtful(self, iri: str) -> bool:
        """Whether a processor would take the scheme of an IRI for a prefix (JSON-LD 1.1 API §5.2.2)."""
        scheme, _, rest = iri.partition(":")
        return scheme in self.terms and not rest.startswith("//")


_BARE = Context("", {}, "", {}, {}, {}, {}, frozenset())
"""No context at all: every name in full."""


def folder() -> Path:
    return resources.folder("ontologies") / "contexts"


@cache
def context(profile: str) -> Context | None:
    """The context that documents of a profile use now (``current.csv``); None where it has none."""
    names = dict(line.split(",") for line in (folder() / "current.csv").read_text(encoding="utf-8").split()[1:])
    return read_context(names[profile]) if profile in names else None


def context_file(name: str) -> bytes:
    """The bytes of a context, present or former. Raises NotFound."""
    if not re.fullmatch(r"[a-z-]+-[0-9a-f]{12}\.jsonld", name) or not (folder() / name).is_file():
        raise NotFound(f"no context is called {name[:60]!r}")
    return (folder() / name).read_bytes()


def read_context(name: str) -> Context:
    """One of our contexts: plain prefixes, terms with one coercion at most, terms of an inverse."""
    terms = json.loads(context_file(name))["@context"]
    prefixes = {term: value for term, value in terms.items() if isinstance(value, str) and ":" in value and not term.startswith("@")}
    vocabulary = terms.get("@vocab", "")

    def whole(text: str) -> str:
        prefix, _, rest = text.partition(":")
        return prefixes[prefix] + rest if prefix in prefixes else text

    properties, reverse, kinds = {}, {}, {}
    sets = frozenset(term for term, value in terms.items() if isinstance(value, dict) and value.get("@container") == "@set")
    for term, value in terms.items():
        if isinstance(value, dict) and "@reverse" in value:
            reverse[whole(value["@reverse"])] = term
        elif isinstance(value, dict):
            properties[whole(value["@id"])] = term
            language = f"@{value['@language']}" if "@language" in value else ""
            kinds[term] = "@map" if value.get("@container") == "@language" else language or whole(value.get("@type", "@none"))
    return Context(name, terms, vocabulary, prefixes, properties, reverse, kinds, sets)


def json_ld(root: str, triples: Iterable[Triple], context: Context | None) -> bytes:
    """The triples as one tree from ``root`` down, each other subject once, where it is first pointed at; same triples, same bytes.

    Subjects that nothing leads to stand beside it in ``@graph``. Every triple reads back exactly, by any processor.
    """
    return json.dumps(json_tree(root, triples, context), ensure_ascii=False, indent=2).encode("utf-8")


def json_tree(root: str, triples: Iterable[Triple], context: Context | None, *, blank: str = "b") -> dict[str, Any]:
    """The same before it is written; ``blank`` begins the labels of blank nodes, which one file of several trees must keep apart."""
    kept = sorted(set(triples), key=str)
    if context is None or any(context.doubtful(name) for triple in kept for name in _names(triple)):
        context = _BARE
    tree = _Tree(kept, context, blank).whole(root)
    return {"@context": context.address, **tree} if context.name else tree


def _names(triple: Triple) -> Iterable[str]:
    """Every IRI of a triple."""
    for term in (triple.subject, triple.predicate, triple.object):
        if isinstance(term, NamedNode):
            yield term.value
        elif isinstance(term, Literal):
            yield term.datatype.value


class _Tree:
    def __init__(self, triples: Sequence[Triple], context: Context, blank: str) -> None:
        self._context = context
        self._prefix = blank
        self._id, self._type = ("id", "type") if context.name else ("@id", "@type")
        self._blank: dict[str, str] = {}
        self._about: dict[str, dict[str, list[Any]]] = {}
        for triple in triples:
            self._about.setdefault(self._name(triple.subject), {}).setdefault(triple.predicate.value, []).append(triple.object)
        self._done: set[str] = set()

    def whole(self, root: str) -> dict[str, Any]:
        first = [self._node(root, 0, rooted=True)] if root in self._about else []
        rest = [self._node(name, 0) for name in self._about if name not in self._done]
        nodes = [*first, *rest]
        return nodes[0] if len(nodes) == 1 else {"@graph": nodes}

    def _name(self, term: Any) -> str:
        if isinstance(term, BlankNode):
            return self._blank.setdefault(term.value, f"_:{self._prefix}{len(self._blank)}")
        return str(term.value)

    def _node(self, name: str, depth: int, *, rooted: bool = False) -> dict[str, Any]:
        """A subject with all that is said of it; its label first, then by property."""
        self._done.add(name)
        about, made = self._about[name], {self._id: name}
        classes = about.get(_TYPE, [])
        if classes and all(isinstance(each, NamedNode) for each in classes):
            made[self._type] = _one([self._context.compact(each.value) for each in classes])
        else:
            classes = []
        found: dict[str, list[Any]] = {}
        for predicate in sorted(about, key=lambda iri: iri != _LABEL):
            if not (predicate == _TYPE and classes):
                for value in about[predicate]:
                    self._say(found, predicate, value, depth)
        if rooted:
            self._inverse(found, name, depth)
        return {**made, **{key: self._many(key, values) for key, values in found.items()}}

    def _many(self, key: str, values: list[Any]) -> Any:
        if self._context.kinds.get(key) == "@map":
            return _by_language(values)
        return values if key in self._context.sets else _one(values)

    def _inverse(self, found: dict[str, list[Any]], name: str, depth: int) -> None:
        """What points at the root by a property that the context reads backwards stands in it, and says so there alone."""
        root = NamedNode(name)
        for predicate, term in self._context.reverse.items():
            for other, about in self._about.items():
                if other not in self._done and root in about.get(predicate, []):
                    about[predicate].remove(root)
                    if not about[predicate]:
                        del about[predicate]
                    found.setdefault(term, []).append(self._node(other, depth + 1))

    def _say(self, found: dict[str, list[Any]], predicate: str, value: Any, depth: int) -> None:
        term = self._context.properties.get(predicate) or self._context.compact(predicate)
        kind = self._context.kinds.get(term, "@none")
        if kind == "@map" and not getattr(value, "language", None):
            term, kind = self._long(predicate), "@none"
        said = self._literal(value, kind) if isinstance(value, Literal) else self._thing(self._name(value), kind, depth)
        found.setdefault(term, []).append(said)

    def _long(self, predicate: str) -> str:
        """Another name of a property whose term takes texts by language alone."""
        name = next((p for p, space in self._context.prefixes.items() if predicate.startswith(space)), "")
        return f"{name}:{predicate.removeprefix(self._context.prefixes[name])}" if name else predicate

    def _thing(self, name: str, kind: str, depth: int) -> Any:
        if name in self._about and name not in self._done and depth < _DEEPEST:
            return self._node(name, depth + 1)
        return name if kind == "@id" else {self._id: name}

    def _literal(self, value: Literal, kind: str) -> Any:
        text, language, datatype = value.value, value.language, value.datatype.value
        if language:
            return text if kind == f"@{language}" else (language, text) if kind == "@map" else {"@value": text, "@language": language}
        if datatype == kind or (datatype == _STRING and kind == "@none"):
            return text
        if kind == "@none" and datatype == _INTEGER and _CANONICAL.fullmatch(text):
            return int(text)
        if kind == "@none" and datatype == _BOOLEAN and text in ("true", "false"):
            return text == "true"
        return {"@value": text} if datatype == _STRING else {"@value": text, "@type": self._context.compact(datatype)}


def _one(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def _by_language(values: list[tuple[str, str]]) -> dict[str, Any]:
    found: dict[str, list[str]] = {}
    for language, text in values:
        found.setdefault(language, []).append(text)
    return {language: _one(texts) for language, texts in found.items()}
