"""Text search inside SPARQL: ``?notice pop:search "vierge enfant" ; pop:score ?score`` is answered by the release's search index.

The triples give way to ``VALUES`` with the notices that the index found, in the same place of the same group. What such a
triple cannot mean is an error with a sentence, never an empty answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from tree_sitter import Node

from pop_ld import iris
from pop_ld.errors import QueryFailed, QuerySyntaxError
from pop_ld.store.contract import Hit
from pop_ld.store.rewriting import names
from pop_ld.store.rewriting.tree import Edit, Tree, edited, parse

SEARCH, SCORE = iris.ONTOLOGY + "search", iris.ONTOLOGY + "score"
MOST_TEXTS = 10
"""Distinct texts that one query may search for."""
LONGEST_TEXT = 1_000
"""Characters of a text."""
MOST_HITS = 10_000
"""Notices that a text gives at most, best first; the caller asks the index for this many."""

FEW = 1_000
"""From so many hits on the engine may begin with a constant object or a class, and then reads a VALUES whole for each row: 14 s where
a sub-select of it, which is hashed, takes 0.3 s."""

_NAMED = re.compile(r"[:#](?:search|score)(?![\w-])")
_SPECIAL = (SEARCH, SCORE)
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*")
_ESCAPES = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_BETWEEN = ("filter", "comment", ".")
"""What may stand between two triples of one basic graph pattern (SPARQL 1.1 §5.1)."""


@dataclass(frozen=True, slots=True)
class _Property:
    """``pop:search`` or ``pop:score`` of a subject: the nodes, and the basic graph pattern that they are in."""

    iri: str
    node: Node
    triples: Node
    block: int
    subject: str
    objects: tuple[Node, ...]


def texts(query: str) -> tuple[str, ...]:
    """The texts that a query searches for, each once, in their order; () for most queries, after a look at the text alone.

    Raises QuerySyntaxError where ``pop:search`` or ``pop:score`` is used as it cannot be.
    """
    tree = parse(query) if _is_named(query) else None
    if tree is None:
        return ()  # most are in error, which the engine tells best; for the rest see refuse_unread
    found = tuple(dict.fromkeys(text for search in _searches(tree) for text in search.texts))
    if len(found) > MOST_TEXTS:
        raise QuerySyntaxError(f"the query searches for {len(found)} texts, and at most {MOST_TEXTS} are searched")
    return found


def refuse_unread(query: str) -> None:
    """For a query that the engine takes and that has no tree: raises QuerySyntaxError where it names ``pop:search``."""
    if _is_named(query):
        raise QuerySyntaxError("pop:search cannot be answered in this query: write letters instead of \\u escapes, and other prefixes")


def _is_named(query: str) -> bool:
    return bool(_NAMED.search(query)) and iris.ONTOLOGY in query


def rewritten(tree: Tree, hits: Mapping[str, Sequence[Hit]]) -> str | None:
    """The query with each search as ``VALUES``; None where it has none.

    ``hits`` gives what the index found for each of ``texts``. Raises QuerySyntaxError as ``texts`` does, QueryFailed where
    a text was not looked up.
    """
    if b"search" not in tree.text and b"score" not in tree.text:
        return None
    searches = list(_searches(tree))
    if not searches:
        return None
    starts: dict[int, list[str]] = {}
    for search in searches:
        starts.setdefault(search.start, []).extend(_values(search, text, hits) for text in search.texts)
    removed = [prop for search in searches for prop in search.properties]
    edits = {start: (start, end, text) for start, end, text in _removals(tree, removed)}
    for start, values in starts.items():
        _, end, rest = edits.get(start, (start, start, ""))
        edits[start] = (start, end, " ".join([*values, rest]))
    return edited(tree, edits.values())


@dataclass(frozen=True, slots=True)
class _Search:
    """One subject's search: where its ``VALUES`` goes, the variables as written, the texts, and the triples that it stands for."""

    start: int
    subject: str
    score: str
    texts: tuple[str, ...]
    properties: tuple[_Property, ...]


def _searches(tree: Tree) -> Iterator[_Search]:
    """Every search of the query, in its order."""
    found: dict[tuple[int, str], list[_Property]] = {}
    for prop in _properties(tree):
        found.setdefault((prop.block, prop.subject), []).append(prop)
    for (start, subject), properties in found.items():
        texts = tuple(dict.fromkeys(_text(tree, node) for prop in properties if prop.iri == SEARCH for node in prop.objects))
        scores = [node for prop in properties if prop.iri == SCORE for node in prop.objects]
        if not texts:
            _refuse(tree, properties[0].node, f"pop:score wants pop:search of {subject} beside it, among the same triples")
        if len(scores) > 1:
            _refuse(tree, scores[1], f"{subject} has one pop:score here, and so one variable")
        if scores and len(texts) > 1:
            _refuse(tree, scores[0], f"{subject} is searched by {len(texts)} texts here, so that pop:score is of none of them")
        if scores and (scores[0].type != "var" or _variable(tree, scores[0]) == subject):
            _refuse(tree, scores[0], "the object of pop:score is a variable of its own")
        yield _Search(start, subject, _variable(tree, scores[0]) if scores else "", texts, tuple(properties))


def _properties(tree: Tree) -> Iterator[_Property]:
    known = names.prefixes(tree)
    for node in tree.all_of("prefixed_name", "iri_reference"):
        iri = names.iri(tree, node, known)
        if iri in _SPECIAL and (found := _property(tree, node, iri)):
            yield found


def _property(tree: Tree, node: Node, iri: str) -> _Property | None:
    """The property whose predicate a name is; None where it is no predicate of a pattern: a thing to ask about, a value."""
    name = f"pop:{iri.removeprefix(iris.ONTOLOGY)}"
    path, parent = node, node.parent
    while parent and parent.type in ("path_element", "binary_path", "path_negated_property_set", "path_one_in_property_set"):
        path, parent = parent, parent.parent
    if parent is None or parent.type != "property" or parent.named_children[0] != path:
        return None
    above = list(_above(parent))
    kinds = [found.type for found in above]
    if "construct_template" in kinds or not {"group_graph_pattern", "triples_template"} & set(kinds):
        return None
    if path.start_byte != node.start_byte or path.end_byte != node.end_byte:
        _refuse(tree, path, f"{name} stands alone: it is no part of a property path")
    if "triples_template" in kinds:
        _refuse(tree, node, f"{name} wants the long form CONSTRUCT {{ … }} WHERE {{ … }}")
    if "graph_graph_pattern" in kinds:
        _refuse(tree, node, f"{name} is about the release as a whole: write it outside GRAPH")
    triples = above[kinds.index("triples_same_subject")]
    subject = triples.named_children[0]
    if subject.type != "var" or "blank_node_property_list" in kinds[: kinds.index("triples_same_subject")]:
        _refuse(tree, subject, f"the subject of {name} is a variable")
    objects = tuple(child for child in parent.named_children[1].named_children if child.type != "comment")
    return _Property(iri, parent, triples, _block(triples), _variable(tree, subject), objects)


def _above(node: Node) -> Iterator[Node]:
    """The nodes that hold this one, the nearest first."""
    above = node.parent
    while above:
        yield above
        above = above.parent


def _block(triples: Node) -> int:
    """The first byte of the basic graph pattern that these triples are in: a name for it, and where ``VALUES`` goes."""
    group = next(above for above in _above(triples) if above.type == "group_graph_pattern")
    first = triples.start_byte
    for part in reversed(list(_parts(group))):
        if part.start_byte >= triples.start_byte:
            continue
        if part.type == "triples_same_subject":
            first = part.start_byte
        elif part.type not in _BETWEEN:
            break
    return first


def _parts(group: Node) -> Iterator[Node]:
    """What a group holds, in order: the grammar puts filters and nested groups inside the block of the triples before them."""
    for child in group.children:
        yield from _parts(child) if child.type == "triples_block" else (child,)


def _variable(tree: Tree, node: Node) -> str:
    return "?" + tree.source(node)[1:]


def _text(tree: Tree, node: Node) -> str:
    """The text of a plain literal, or of one with a language."""
    if node.type != "rdf_literal" or any(child.type == "^^" for child in node.children):
        _refuse(tree, node, 'pop:search wants a text: "vierge enfant"')
    written = tree.source(node.named_children[0])
    quote = 3 if written[:3] in ('"""', "'''") else 1
    text = re.sub(r"\\(.)", lambda escape: _ESCAPES.get(escape[1], escape[0]), written[quote:-quote], flags=re.DOTALL)
    if not text.strip():
        _refuse(tree, node, "pop:search wants a text with a word in it")
    if len(text) > LONGEST_TEXT:
        _refuse(tree, node, f"the text of pop:search is longer than {LONGEST_TEXT:,} characters")
    return text


def _values(search: _Search, text: str, hits: Mapping[str, Sequence[Hit]]) -> str:
    if text not in hits:
        raise QueryFailed("the search index was not asked, so pop:search cannot be answered")
    found = hits[text][:MOST_HITS]
    for iri, _ in found:
        if not _IRI.fullmatch(iri):
            raise QueryFailed(f"the search index gave what is no IRI: {iri[:100]}")
    if search.score:
        rows = " ".join(f"(<{iri}> {score:.6f})" for iri, score in found)  # digits with a point are an xsd:decimal
        values = f"VALUES ({search.subject} {search.score}) {{ {rows} }}"
    else:
        values = f"VALUES {search.subject} {{ {' '.join(f'<{iri}>' for iri, _ in found)} }}"
    return values if len(found) < FEW else f"{{ SELECT * {{ {values} }} }}"


def _removals(tree: Tree, properties: Iterable[_Property]) -> Iterator[Edit]:
    """Triples written anew without these properties; nothing, and no full stop, where none is left."""
    gone: dict[int, list[_Property]] = {}
    for prop in properties:
        gone.setdefault(prop.triples.start_byte, []).append(prop)
    for start, taken in gone.items():
        triples = taken[0].triples
        subject, properties_of = triples.named_children[0], triples.named_children[-1]
        out = {prop.node.start_byte for prop in taken}
        kept = [tree.source(node) for node in properties_of.named_children if node.type == "property" and node.start_byte not in out]
        after = triples.next_sibling
        while after and after.type == "comment":
            after = after.next_sibling
        if kept:
            yield start, triples.end_byte, f"{tree.source(subject)} {' ; '.join(kept)}"
        else:
            yield start, triples.end_byte, " "
            if after and after.type == ".":
                yield after.start_byte, after.end_byte, " "


def _refuse(tree: Tree, node: Node, message: str) -> NoReturn:
    line, column = node.start_point
    before = tree.text.split(b"\n")[line][:column]
    raise QuerySyntaxError(message, line=line + 1, column=len(before.decode("utf-8", "replace")) + 1)
