"""Reads SKOS files without the network: Turtle, N-Triples, RDF/XML or JSON-LD, Opentheso's export among them.

A file may hold several schemes. A concept belongs to the scheme that it names and, where that one is not numbered as the
Ministry's are (``ark:/67717/T505``), to the number that most concepts of that scheme bear in their own ark: Opentheso says
``?idt=th294`` of T51, and newer concepts of any scheme have arks without a number.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse, serialize

from pop_ld import iris
from pop_ld.errors import ReadError
from pop_ld.thesauri.scheme import Concept, Scheme, scheme_name

_SYNTAXES = {
    ".ttl": RdfFormat.TURTLE,
    ".nt": RdfFormat.N_TRIPLES,
    ".rdf": RdfFormat.RDF_XML,
    ".xml": RdfFormat.RDF_XML,
    ".owl": RdfFormat.RDF_XML,
    ".jsonld": RdfFormat.JSON_LD,
    ".json": RdfFormat.JSON_LD,
}
_MATCHES = ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")
_NUMBERED = re.compile(r"(.*\bark:/\d+/(T\d+))(-.+)?")
"""(IRI of a scheme of the Ministry, its number), also from the IRI of one of its concepts, which has a third part."""

_Facts = dict[str, dict[str, list[NamedNode | BlankNode | Literal]]]
"""IRI -> local name of a property -> its values; only of the properties that are read here."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file holds: (scheme, its triples as sorted N-Triples) by name, and how many concepts no scheme claims."""

    schemes: tuple[tuple[Scheme, bytes], ...]
    strays: int


def read_skos(file: Path) -> Reading:
    """Every scheme of a SKOS file. Raises ReadError, with file and line, where it does not parse or holds no labelled concept."""
    triples = _parse(file)
    facts = _facts(triples)
    members, strays = _members(facts)
    if not members:
        raise ReadError(
            f"{strays} concepts, but no scheme that they belong to" if strays else "no skos:Concept in this file", file=str(file)
        )
    shares = _shares(triples, {name: {scheme, *concepts} for name, (scheme, concepts) in members.items()})
    schemes = [(_scheme(name, *members[name], facts), _n_triples(shares[name])) for name in sorted(members)]
    if not any(scheme.concepts for scheme, _ in schemes):
        raise ReadError("no concept of this file has a preferred label to resolve by", file=str(file))
    return Reading(tuple(schemes), strays)


def _parse(file: Path) -> list[Triple]:
    try:
        data = file.read_bytes().removeprefix(codecs.BOM_UTF8)
        syntax = _SYNTAXES.get(file.suffix.lower()) or _sniffed(data)
        if syntax == RdfFormat.RDF_XML and b"<!DOCTYPE" in data:
            raise ReadError("a document type (DOCTYPE) is refused: entities could make a small file huge", file=str(file))
        return [quad.triple for quad in parse(data, syntax)]
    except SyntaxError as error:
        raise ReadError(f"not {syntax.name}: {error.msg}", file=str(file), line=error.lineno or 0) from error
    except OSError as error:
        raise ReadError(error.strerror or str(error), file=str(file)) from error


def _sniffed(data: bytes) -> RdfFormat:
    """The syntax of a file whose name does not say: Turtle, which N-Triples are too, unless it looks like JSON or XML."""
    start = data[:200].lstrip()
    if start.startswith((b"{", b"[")):
        return RdfFormat.JSON_LD
    return RdfFormat.RDF_XML if start.startswith((b"<?xml", b"<rdf:", b"<!")) else RdfFormat.TURTLE


def _facts(triples: Iterable[Triple]) -> _Facts:
    facts: _Facts = defaultdict(lambda: defaultdict(list))
    for subject, predicate, value in triples:
        name = _local(predicate.value)
        if name and isinstance(subject, NamedNode) and not isinstance(value, Triple):
            facts[subject.value][name].append(value)
    return facts


def _local(predicate: str) -> str:
    """``prefLabel``, ``type``, ``deprecated`` …; "" for a property that is not read."""
    if predicate.startswith(iris.SKOS):
        return predicate.removeprefix(iris.SKOS)
    if predicate == iris.RDF + "type":
        return "type"
    if predicate == iris.RDFS + "label" or predicate.endswith(("/title", "owl#deprecated")):
        return re.split("[/#]", predicate)[-1]
    return ""


def _members(facts: _Facts) -> tuple[dict[str, tuple[str, list[str]]], int]:
    """Name of each scheme -> (its IRI, the IRIs of its concepts), and how many concepts have none."""
    claims = _claims(facts)
    declared = [iri for iri, said in facts.items() if _is(said, "ConceptScheme")]
    unnumbered: dict[str, list[str]] = defaultdict(list)
    members: dict[str, tuple[str, list[str]]] = {}
    strays = 0
    for concept, schemes in claims.items():
        numbered = [scheme for scheme in schemes if _is_numbered(scheme)]
        own = _NUMBERED.fullmatch(concept)
        if not schemes:
            schemes = [own[1]] if own else declared if len(declared) == 1 else []
            numbered = schemes if own else []
            strays += not schemes
        for scheme in numbered:
            members.setdefault(scheme_name(scheme), (scheme, []))[1].append(concept)
        for scheme in schemes if not numbered else ():
            unnumbered[scheme].append(concept)
    for scheme, concepts in unnumbered.items():
        members.setdefault(_number(concepts) or scheme_name(scheme), (scheme, []))[1].extend(concepts)
    return members, strays


def _claims(facts: _Facts) -> dict[str, list[str]]:
    """Concept -> the schemes that it names, or that name it as a top concept."""
    claims = {iri: _iris(said, "inScheme", "topConceptOf") for iri, said in facts.items() if _is(said, "Concept")}
    for scheme, said in facts.items():
        for concept in _iris(said, "hasTopConcept"):
            if scheme not in claims.get(concept, [scheme]):
                claims[concept].append(scheme)
    return claims


def _is_numbered(scheme: str) -> bool:
    found = _NUMBERED.fullmatch(scheme)
    return bool(found and not found[3])


def _number(concepts: Sequence[str]) -> str:
    """The number that more than half of the concepts whose ark has one bear, "" where none does."""
    numbers = Counter(found[2] for concept in concepts if (found := _NUMBERED.fullmatch(concept)))
    [(number, count)] = numbers.most_common(1) or [("", 0)]
    return number if 2 * count > numbers.total() else ""


def _scheme(name: str, iri: str, concepts: list[str], facts: _Facts) -> Scheme:
    said = facts.get(iri, {})
    label = _preferred(said.get("prefLabel") or said.get("title") or said.get("label") or [])
    made = (_concept(concept, facts[concept]) for concept in sorted(set(concepts)))
    return Scheme(name, iri, label or name, tuple(c for c in made if c is not None))


def _concept(iri: str, said: dict[str, list[NamedNode | BlankNode | Literal]]) -> Concept | None:
    """None where it has no label or is deprecated: its triples stay, but no notice is to be tied to it."""
    pref = _preferred(said.get("prefLabel", []))
    if not pref or any(value.value in ("true", "1") for value in said.get("deprecated", ())):
        return None
    others = [text for text in _french(said.get("prefLabel", [])) + _french(said.get("altLabel", [])) if text != pref]
    matches = tuple((name, match) for name in _MATCHES for match in _iris(said, name))
    return Concept(iri, pref, tuple(dict.fromkeys(others)), tuple(_french(said.get("hiddenLabel", []))), matches)


def _preferred(values: Iterable[NamedNode | BlankNode | Literal]) -> str:
    """The label in French, else without a language, else in the first language by code."""
    literals = [value for value in values if isinstance(value, Literal) and value.value.strip()]
    ranked = sorted(literals, key=lambda text: (not _is_french(text), text.language or "", text.value))
    return " ".join(ranked[0].value.split()) if ranked else ""


def _french(values: Iterable[NamedNode | BlankNode | Literal]) -> list[str]:
    """Labels in French or without a language, sorted: French notices write no others, and ``coin`` is another thing in English."""
    kept = [value for value in values if isinstance(value, Literal) and (_is_french(value) or not value.language)]
    return sorted({text for value in kept if (text := " ".join(value.value.split()))})


def _is_french(text: Literal) -> bool:
    return bool(text.language) and str(text.language).lower().split("-")[0] == "fr"


def _is(said: dict[str, list[NamedNode | BlankNode | Literal]], kind: str) -> bool:
    return iris.SKOS + kind in _iris(said, "type")


def _iris(said: dict[str, list[NamedNode | BlankNode | Literal]], *names: str) -> list[str]:
    return list(dict.fromkeys(value.value for name in names for value in said.get(name, ()) if isinstance(value, NamedNode)))


def _shares(triples: list[Triple], owned: dict[str, set[str]]) -> dict[str, list[Triple]]:
    """The triples of each scheme: about it, its concepts and whatever is tied to them; what is tied to none goes to the first."""
    names = sorted(owned)
    if len(names) == 1:
        return {names[0]: triples}
    owners: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for name in names:
        for iri in owned[name]:
            owners[f"<{iri}>"] += (name,)
    loose = [triple for triple in triples if str(triple.subject) not in owners]
    _adopt(triples, {str(triple.subject) for triple in loose}, owners)
    shares: dict[str, list[Triple]] = {name: [] for name in names}
    for triple in triples:
        for name in owners.get(str(triple.subject), names[:1]):
            shares[name].append(triple)
    return shares


def _adopt(triples: list[Triple], orphans: set[str], owners: dict[str, tuple[str, ...]]) -> None:
    """Gives each orphan the owners of the first thing that it points to or that points to it, until none can be given any."""
    links = [(str(t.subject), str(t.object)) for t in triples if not isinstance(t.object, Literal)]
    links = [(one, other) for one, other in links if one in orphans or other in orphans]
    while True:
        before = len(owners)
        for one, other in links:
            for orphan, parent in ((one, other), (other, one)):
                if orphan in orphans and orphan not in owners and parent in owners:
                    owners[orphan] = owners[parent]
        if len(owners) == before:
            return


def _n_triples(triples: Iterable[Triple]) -> bytes:
    """One sorted line for each triple, so that the same thesaurus gives the same file."""
    lines = serialize(triples, format=RdfFormat.N_TRIPLES)
    return b"".join(sorted(set(lines.splitlines(keepends=True)))) if lines else b""
