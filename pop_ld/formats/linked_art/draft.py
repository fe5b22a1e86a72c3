"""A Linked Art document in the making: references whose labels are looked up at the end, names, statements, time-spans."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from pyoxigraph import Literal

from pop_ld import iris
from pop_ld.formats.graph import Graph, best_label
from pop_ld.formats.linked_art import terms
from pop_ld.formats.naming import path_parts
from pop_ld.formats.source import Source

Node: TypeAlias = dict[str, Any]

LABELLED = 400
"""Most things whose labels one document looks up; the others are called by the last part of their IRI."""

CLASSES = {
    iris.CRM + "E21_Person": "Person",
    iris.CRM + "E74_Group": "Group",
    iris.CRM + "E53_Place": "Place",
    iris.CRM + "E78_Curated_Holding": "Set",
    iris.CRM + "E57_Material": "Material",
    iris.CRM + "E56_Language": "Language",
    iris.CRM + "E33_Linguistic_Object": "LinguisticObject",
    iris.CRM + "E34_Inscription": "LinguisticObject",
    iris.CRM + "E31_Document": "LinguisticObject",
    iris.CRM + "E36_Visual_Item": "VisualItem",
    iris.CRM + "E22_Human-Made_Object": "HumanMadeObject",
    iris.CRM + "E24_Physical_Human-Made_Thing": "HumanMadeObject",
    iris.CRM + "E25_Human-Made_Feature": "HumanMadeObject",
    iris.CRM + "E71_Human-Made_Thing": "HumanMadeObject",
    iris.CRM + "E55_Type": "Type",
    iris.SKOS + "Concept": "Type",
}
"""Class of the CRM -> Linked Art's name for it, the narrowest first. Linked Art has no record of a feature or of an actor of no kind."""

_TEXTS = (iris.XSD + "string", iris.RDF + "langString", terms.GEO + "wktLiteral")


class Draft:
    """Makes the parts of one document. ``seen`` holds every IRI that the document names, so that nothing is said twice or forgotten."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.graph = source.graph
        self.thing = source.thing
        self.seen: set[str] = {source.thing}
        self._unlabelled: list[Node] = []

    def kind(self, iri: str) -> str:
        """Linked Art's type of a thing that is pointed at: by its triples here, by its IRI, or (an agent) by its own description."""
        own = self.graph.iris(iri, iris.RDF + "type")
        root = (path_parts(self.source.site, iri) or [""])[0]
        if own or root in ("agent", "autor"):
            return class_of(iri, self.graph if own else self.source.about(iri, iris.RDF + "type", iris.RDFS + "label"))
        if root in ("concept", "temps", "") or iri.startswith(iris.ONTOLOGY):
            return "Type"
        return {"lieu": "Place", "museo": "Group"}.get(root, "HumanMadeObject")

    def ref(self, iri: str, kind: str = "") -> Node:
        """``{id, type, _label}``; ``kind`` where the property settles it."""
        self.seen.add(iri)
        kind = kind or self.kind(iri)
        made: Node = {"id": iri, "type": kind, "_label": terms.label(iri) or self._own_label(iri)}
        if not made["_label"]:
            self._unlabelled.append(made)
        return made

    def refs(self, subject: str, predicate: str, kind: str = "", but: str = "") -> list[Node]:
        """References to the values of a property, in order; those whose IRI holds ``but`` left out."""
        return [self.ref(iri, kind) for iri in self.graph.iris(subject, predicate) if not but or but not in iri]

    def actors(self, subject: str, predicate: str) -> list[Node]:
        return [self.ref(iri, self.actor_kind(iri)) for iri in self.graph.iris(subject, predicate)]

    def actor_kind(self, iri: str) -> str:
        kind = self.kind(iri)
        return kind if kind in ("Person", "Group") else "Group"

    def term(self, role: str) -> Node:
        """A reference to the term that mappings/linked-art.csv gives a role."""
        return self.ref(terms.table("role")[role], "Type")

    def finish(self, made: Node) -> Node:
        """The document without its empty properties, its labels looked up all at once."""
        found = self.source.labels([node["id"] for node in self._unlabelled][:LABELLED])
        for node in self._unlabelled:
            node["_label"] = best_label(found.get(node["id"], ()), "fr") or self._named_by_kind(node["id"]) or iris.last_part(node["id"])
        return compact(made)

    def _own_label(self, iri: str) -> str:
        """The label of a part ("#"), which its notice's triples hold."""
        return best_label(self.literals(iri, iris.RDFS + "label"), "fr")

    def _named_by_kind(self, iri: str) -> str:
        """A part without a label is called by its kind: "propriété de la commune"."""
        kinds = self.graph.iris(iri, iris.CRM + "P2_has_type") if "#" in iri else []
        found = self.source.labels(kinds)
        return " ; ".join(best_label(found[kind], "fr") for kind in kinds if kind in found)

    def literals(self, subject: str, predicate: str) -> list[Literal]:
        return [value for value in self.graph.values(subject, predicate) if isinstance(value, Literal)]

    def language(self, literal: Literal) -> list[Node]:
        found = terms.table("language").get(literal.language or "")
        return [self.ref(found, "Language")] if found else []

    def name(self, literal: Literal, kinds: Iterable[str], parts: Sequence[Node] = ()) -> Node:
        """A Name (E33_E41) of the kinds given as IRIs."""
        named: Node = {"type": "Name", "content": literal.value, "classified_as": [self.ref(kind, "Type") for kind in kinds]}
        return compact({**named, "language": self.language(literal), "part": list(parts)})

    def identifier(self, text: str, kinds: Iterable[str], notes: Sequence[Node] = ()) -> Node:
        """An Identifier (E42) of the kinds given as IRIs."""
        classified = [self.ref(kind, "Type") for kind in kinds]
        return compact({"type": "Identifier", "content": text, "classified_as": classified, "referred_to_by": list(notes)})

    def statement(self, literal: Literal, kinds: Sequence[str], label: str = "") -> Node:
        """A text about the thing (E33), of kinds that are themselves "brief text", as Linked Art tells statements from other texts."""
        classified = [{**self.ref(kind, "Type"), "classified_as": [self.term("brief-text")]} for kind in kinds]
        said: Node = {"type": "LinguisticObject", "_label": label or terms.label(kinds[0]) or iris.last_part(kinds[0])}
        return compact({**said, "content": literal.value, "classified_as": classified, "language": self.language(literal)})

    def notes(self, part: str, predicates: Sequence[str] = (iris.CRM + "P3_has_note", iris.ONTOLOGY + "precision")) -> list[Node]:
        return [self.statement(text, [predicate]) for predicate in predicates for text in self.literals(part, predicate)]

    def texts(self, predicate: str) -> list[Literal]:
        """The thing's texts under a property; years and numbers, which only repeat a text as a value, are none."""
        return [value for value in self.literals(self.thing, predicate) if value.datatype.value in _TEXTS and value.value]

    def timespan(self, subject: str) -> Node:
        """TimeSpan of what happened: of several, from the first beginning to the last end; {} where there is none."""
        spans = self.graph.iris(subject, iris.CRM + "P4_has_time-span")
        self.seen.update(spans)
        return self._span([(iri, self.source.about(iri)) for iri in spans])

    def _span(self, spans: Sequence[tuple[str, Graph]]) -> Node:
        if not spans:
            return {}
        label = " ; ".join(graph.text(iri, iris.RDFS + "label") or iris.last_part(iri) for iri, graph in spans)
        begin = sorted(t for iri, graph in spans for t in graph.texts(iri, iris.CRM + "P82a_begin_of_the_begin"))
        end = sorted(t for iri, graph in spans for t in graph.texts(iri, iris.CRM + "P82b_end_of_the_end"))
        said: Node = {"type": "TimeSpan", "_label": label, "identified_by": [{"type": "Name", "content": label}]}
        return compact({**said, "begin_of_the_begin": begin[0] if begin else "", "end_of_the_end": end[-1] if end else ""})


def class_of(iri: str, graph: Graph) -> str:
    """Linked Art's type of a thing, by its classes.

    Of an actor whose kind POP does not tell (E39 alone): a name in a language is an organisation's; any other is taken as a person's,
    which the fields of authors hold unless their words say otherwise.
    """
    classes = graph.iris(iri, iris.RDF + "type")
    for name, kind in CLASSES.items():
        if name in classes:
            return kind
    if iris.CRM + "E39_Actor" not in classes:
        return "Type"
    labels = [value for value in graph.values(iri, iris.RDFS + "label") if isinstance(value, Literal)]
    return "Group" if "#" in iri or any(label.language for label in labels) else "Person"


def compact(node: Node) -> Node:
    """A node without its empty properties."""
    return {key: value for key, value in node.items() if value not in ("", [], {}, None)}
