"""A notice as one LIDO 1.1 record (ICOM CIDOC), for OAI-PMH, museums' aggregators and downloads: every value that the notice has.

Which property goes where is in mappings/lido.csv, LIDO's own terms in lido-terms.csv. LIDO describes objects and works: the notices of
museums (Muséofile) and of persons (Autor) have no record of their own, and are the actors of those of the other bases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pyoxigraph import Literal, NamedNode

from pop_ld import iris
from pop_ld.formats.crosswalk import base_row
from pop_ld.formats.lido_events import gather
from pop_ld.formats.lido_identification import dimensions, inscriptions, repository, titles
from pop_ld.formats.lido_record import administration
from pop_ld.formats.lido_rules import Said, sorted_out
from pop_ld.formats.lido_things import Things, indexed
from pop_ld.formats.lido_xml import Idea, Node, concept, identifier, term, texts, write
from pop_ld.formats.source import Source

RELATED = 200
"""Most related works of one record: a cathedral has thousands of photographs, which name it themselves."""

Slots = Mapping[str, Sequence[Said]]


def offered(source: Source) -> bool:
    """Whether the thing is an object that LIDO describes: the notices of six bases."""
    return source.base is not None and base_row(source.base.slug).cls == "ProvidedCHO" and bool(source.triples)


def lido(source: Source) -> bytes:
    """The ``lido:lido`` element in UTF-8, its namespaces declared, without an XML declaration; b"" for what is no object."""
    if not offered(source):
        return b""
    assert source.base is not None
    things, slots = Things(source), sorted_out(source)
    root = Node("lido", "", {"lido:relatedencoding": f"POP, {source.base.short['fr']}"})
    identifier(root, "lidoRecID", source.document, uri=True, source="POP")
    published = [said.value.value for said in slots.get("published", ())]
    for iri in dict.fromkeys((source.thing, *things.matches(source.thing), *published)):
        identifier(root, "objectPublishedID", iri, uri=True, pref=iri == source.thing)
    concept(root, "category", term("category").idea)
    described = root.add("descriptiveMetadata", "", {"xml:lang": "fr"})
    described.put(_classification(things, slots), _identification(things, slots))
    described.put(Node("eventWrap").put(*gather(things, slots)), _relations(things, slots))
    root.put(administration(things, slots))
    return write(root)


def document(source: Source) -> bytes:
    """The record as a file of its own."""
    made = lido(source)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + made + b"\n" if made else b""


# What it is -----------------------------------------------------------------------------------------------------------------


def _classification(things: Things, slots: Slots) -> Node:
    made = Node("objectClassificationWrap")
    kinds = made.add("objectWorkTypeWrap")
    for said in slots.get("worktype", ()):
        if isinstance(said.value, NamedNode):
            concept(kinds, "objectWorkType", things.idea(said.value.value, said.field))
        else:
            concept(kinds, "objectWorkType", Idea((), (said.value,), said.field))
    if not kinds.content:
        concept(kinds, "objectWorkType", _of_base(things.source))
    classes = Node("classificationWrap")
    for said in slots.get("classification", ()):
        indexed(things, classes, "classification", said.value.value, said.field)
    return made.put(classes)


def _of_base(source: Source) -> Idea:
    """What the base is of, for a notice that does not say what its object is."""
    assert source.base is not None
    row = base_row(source.base.slug)
    pairs = ((row.kind or source.base.name["fr"], "fr"), (row.kind_en or source.base.name["en"], "en"))
    return Idea((row.concept,) if row.concept else (), tuple(Literal(text, language=lang) for text, lang in pairs))


def _identification(things: Things, slots: Slots) -> Node:
    title, ids, precisions = titles(things, slots)
    made = Node("objectIdentificationWrap").put(title, inscriptions(things, slots), repository(things, slots, ids))
    states = Node("displayStateEditionWrap")
    for said in slots.get("state", ()):
        texts(states, "displayState", _texts(things, said), said.field)
    notes = Node("objectDescriptionWrap")
    for said in (*slots.get("note", ()), *precisions, *_credits_without_image(things, slots)):
        for text in _texts(things, said):
            note = notes.add("objectDescriptionSet")
            texts(note, "descriptiveNoteValue", [text], said.field)
    notes.content = [note for note in notes.content if isinstance(note, Node) and note.content]
    return made.put(states, notes, dimensions(things, slots))


def _texts(things: Things, said: Said) -> list[Literal]:
    """A value as texts: itself, all that a part says, or the name of a thing."""
    if isinstance(said.value, Literal):
        return [said.value]
    if things.is_part(said.value.value):
        return list(dict.fromkeys(things.said_by(said.value.value)))
    return list(things.labels(said.value.value))


def _credits_without_image(things: Things, slots: Slots) -> Sequence[Said]:
    return () if things.source.graph.iris(things.source.thing, iris.SCHEMA + "image") else slots.get("credit", ())


# What it is related to ------------------------------------------------------------------------------------------------------


def _relations(things: Things, slots: Slots) -> Node:
    subjects, works = Node("subjectWrap"), Node("relatedWorksWrap")
    for said in slots.get("subject-text", ()):
        texts(subjects.add("subjectSet"), "displaySubject", _texts(things, said), said.field)
    subjects.put(_subjects(things, slots.get("subject", ())))
    for said in slots.get("bibliography", ()):
        work = works.add("relatedWorkSet")
        texts(work, "displayRelatedWork", _texts(things, said), said.field)
        concept(work, "relatedWorkRelType", _relation(said))
    for said in slots.get("related", ())[:RELATED]:
        work = works.add("relatedWorkSet")
        if isinstance(said.value, Literal) or things.is_part(said.value.value):
            texts(work, "displayRelatedWork", _texts(things, said), said.field)
        else:
            things.object(work.add("relatedWork"), said.value.value)
        concept(work, "relatedWorkRelType", _relation(said))
    return Node("objectRelationWrap").put(subjects, works)


def _relation(said: Said) -> Idea:
    return Idea((), (Literal(said.field.fr, language="fr"), Literal(said.field.en, language="en")))


def _subjects(things: Things, found: Sequence[Said]) -> Node:
    """One subject set: concepts, then actors, places and objects, as the schema orders them."""
    groups: dict[str, list[Node]] = {"subjectConcept": [], "subjectActor": [], "subjectPlace": [], "subjectObject": []}
    for said in found:
        holder, iri = Node("x"), said.value.value
        kind = "" if isinstance(said.value, Literal) else things.kind(iri)
        if isinstance(said.value, Literal):
            concept(holder, "subjectConcept", Idea((), (said.value,), said.field))
        elif things.is_part(iri):
            texts(holder.add("subjectObject"), "displayObject", list(dict.fromkeys(things.said_by(iri))), said.field)
        elif kind in ("agent", "autor", "museo"):
            things.actor(holder.add("subjectActor"), iri)
        elif kind == "lieu":
            things.place(holder.add("subjectPlace"), "place", iri)
        elif kind in ("", "concept", "temps"):
            concept(holder, "subjectConcept", things.idea(iri, said.field))
        else:
            things.object(holder.add("subjectObject"), iri)
        for node in holder.content:
            if isinstance(node, Node) and node.content:
                groups[node.name].append(node)
    made = Node("subjectSet")
    return made.put(Node("subject").put(*(node for group in groups.values() for node in group)))
