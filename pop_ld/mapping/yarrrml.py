"""Loads and checks a mapping.yarrrml.yml, YARRRML in the documented profile (ARCHITECTURE §5).

Allowed: ``prefixes``; ``sources`` ``[file~jsonpath, iterator]`` with iterators ``$[*]`` and ``$[*].FIELD[*]``; mappings with
``sources`` (one name), ``s`` (one template) and ``po`` lists ``[p, o]``, ``[p, o, lang~lang]``, ``[p, o, datatype]``, where an
object is a constant, ``$(FIELD)`` or a template, ``~iri`` where it is an IRI. No functions, conditions or joins.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as Dict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pop_ld import iris, resources
from pop_ld.errors import MappingError

_ITERATOR = re.compile(r"^\$\[\*\](?:\.([A-Za-z0-9_.-]+)\[\*\])?$")
_REFERENCE = re.compile(r"\$\(([A-Za-z0-9_.-]+)\)")
_TOP = frozenset({"prefixes", "sources", "mappings"})


@dataclass(frozen=True, slots=True)
class Template:
    """Literal text and references in turn: ``texts[0] $(fields[0]) texts[1] …``; constant where ``fields`` is empty."""

    texts: tuple[str, ...]
    fields: tuple[str, ...]

    def __str__(self) -> str:
        return "".join(t + f for t, f in zip(self.texts, [*(f"{{{f}}}" for f in self.fields), ""], strict=True))


@dataclass(frozen=True, slots=True)
class Rule:
    """One ``po`` line: predicate IRI and object; ``kind`` is iri or literal, with ``lang`` or ``datatype`` (an IRI)."""

    predicate: str
    object: Template
    kind: str
    lang: str = ""
    datatype: str = ""


@dataclass(frozen=True, slots=True)
class Mapping:
    """One entry of ``mappings``: where it iterates ("" = the notices themselves), its subject and its rules."""

    name: str
    iterator: str
    subject: Template
    rules: tuple[Rule, ...]


def load_mapping(file: Path, site: str = iris.DEFAULT_SITE) -> list[Mapping]:
    """The mappings of a file in order, prefixes expanded, the site's own moved to ``site``.

    Raises MappingError naming file and rule for anything outside the profile.
    """
    try:
        data = resources.read_yaml(file)
    except (OSError, ValueError) as error:
        raise MappingError(str(error), file=str(file)) from error
    if not isinstance(data, dict) or set(data) - _TOP or not all(isinstance(data.get(k), dict) for k in _TOP):
        raise MappingError(f"must hold exactly {', '.join(sorted(_TOP))}", file=str(file))
    loader = _Loader(file, _prefixes(data["prefixes"], site), data["sources"])
    return [loader.mapping(name, entry) for name, entry in data["mappings"].items()]


def _prefixes(prefixes: dict[str, str], site: str) -> dict[str, str]:
    moved = {name: site + path for name, path in iris.SITE_PREFIXES.items() if name in prefixes}
    return {**prefixes, "rdf": iris.RDF, **moved}


@dataclass(frozen=True)
class _Loader:
    file: Path
    prefixes: Dict[str, str]
    sources: Dict[str, Any]

    def fail(self, rule: str, why: str) -> MappingError:
        return MappingError(why, file=str(self.file), rule=rule)

    def mapping(self, name: str, entry: Any) -> Mapping:
        if not isinstance(entry, dict) or set(entry) != {"sources", "s", "po"}:
            raise self.fail(name, "a mapping has exactly sources, s and po")
        subject = self.template(name, entry["s"], iri=True)
        return Mapping(name, self.iterator(name, entry["sources"]), subject, tuple(self.rule(name, po) for po in entry["po"]))

    def iterator(self, name: str, source: Any) -> str:
        found = self.sources.get(source) if isinstance(source, str) else None
        if not isinstance(found, list) or len(found) != 2 or not str(found[0]).endswith("~jsonpath"):
            raise self.fail(name, f"source {source!r} is not one [file~jsonpath, iterator]")
        match = _ITERATOR.match(found[1])
        if not match:
            raise self.fail(name, f"iterator {found[1]!r} is neither $[*] nor $[*].FIELD[*]")
        return match[1] or ""

    def rule(self, name: str, po: Any) -> Rule:
        if not isinstance(po, list) or not 2 <= len(po) <= 3 or not all(isinstance(x, (str, int, float)) for x in po):
            raise self.fail(name, f"{po!r} is not [p, o] or [p, o, lang or datatype]")
        predicate = iris.RDF + "type" if po[0] == "a" else self.constant(name, po[0])
        value, extra = str(po[1]), str(po[2]) if len(po) == 3 else ""
        is_iri = value.endswith("~iri") or po[0] == "a" or (not extra and self.is_curie(value))
        if is_iri and extra:
            raise self.fail(name, f"an IRI takes no language or datatype: {po!r}")
        target = self.template(name, value.removesuffix("~iri"), iri=is_iri)
        lang = extra.removesuffix("~lang") if extra.endswith("~lang") else ""
        datatype = self.constant(name, extra) if extra and not lang else ""
        return Rule(predicate, target, "iri" if is_iri else "literal", lang, datatype)

    def is_curie(self, value: str) -> bool:
        prefix, mark, _ = value.partition(":")
        return bool(mark) and prefix in self.prefixes

    def constant(self, name: str, value: str) -> str:
        expanded = self.expand(name, value)
        if "$(" in expanded:
            raise self.fail(name, f"{value!r} must be constant")
        return expanded

    def expand(self, name: str, value: str) -> str:
        if value.startswith(("http://", "https://", "$(")):
            return value
        prefix, mark, rest = value.partition(":")
        if not mark or prefix not in self.prefixes:
            raise self.fail(name, f"unknown prefix in {value!r}")
        return self.prefixes[prefix] + rest

    def template(self, name: str, value: str, *, iri: bool) -> Template:
        expanded = self.expand(name, value) if iri else value
        parts = _REFERENCE.split(expanded)
        if any("$" in text or (iri and re.search(r'[\s<>"{}|\\^`]', text)) for text in parts[::2]):
            raise self.fail(name, f"{value!r} is not a template of the profile")
        return Template(tuple(parts[::2]), tuple(parts[1::2]))
