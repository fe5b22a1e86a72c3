"""Of which notices the rules that compare notices (shapes/corpus.ttl) may say something else, once some quads changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store, Variable

from pop_ld import iris
from pop_ld.batches import in_batches
from pop_ld.relations import link_fields
from pop_ld.store.changes import compared
from pop_ld.store.relink import is_notice
from pop_ld.store.walk import DEFAULT_GRAPH

MOST = 50_000
"""Notices from which on all are looked at: each costs three queries about it (0.5 ms), all together 40 µs each."""
_IDENTIFIER = NamedNode(iris.DCTERMS + "identifier")
_NUMBER, _MUSEUM, _PART = (NamedNode(iris.ONTOLOGY + name) for name in ("INV", "museo", "REFP"))


def concerned(store: Store, before: Path, quads: Iterable[Quad] | None) -> set[str] | None:
    """IRIs of the notices concerned by ``quads``, which may differ between a store and the store in ``before``; None for all.

    They are those that were brought anew or differ; those that link to a notice that came or went; those of one inventory number and museum
    with another, before or now; and those that are parts, over others, of one whose parts changed.
    """
    if quads is None:
        return None
    known = [q for q in quads if q.graph_name == DEFAULT_GRAPH and isinstance(q.subject, NamedNode) and _speaks(q.predicate)]
    changed, _ = compared(known, Store.read_only(str(before)), store)
    subjects = {q.subject for q in changed} | {q.subject for q in known if q.predicate == _IDENTIFIER}  # these were brought anew
    found = {node.value for node in subjects if isinstance(node, NamedNode) and is_notice(store, node)}
    for others in (_linking(store, changed), _of_one_number(store, changed), _upwards(store, changed)):
        for other in others:  # only notices bear such properties
            found.add(other)
            if len(found) > MOST:
                return None
    return found if len(found) <= MOST else None


@cache
def _speaks(predicate: NamedNode) -> bool:
    return predicate == _IDENTIFIER or predicate.value.startswith(iris.ONTOLOGY)


def _linking(store: Store, changed: Collection[Quad]) -> Iterator[str]:
    """Notices with a link to one that came or went."""
    properties = {NamedNode(field.property) for group in link_fields().values() for field in group} | {_MUSEUM}
    for quad in changed:
        if quad.predicate == _IDENTIFIER:
            for predicate in properties:
                yield from _subjects(store, predicate, quad.subject)


def _of_one_number(store: Store, changed: Collection[Quad]) -> Iterator[str]:
    """Notices with an inventory number and a museum that another had or has now."""
    pairs: set[tuple[str, str]] = set()
    by_subject: dict[object, list[Quad]] = defaultdict(list)
    for quad in changed:
        if quad.predicate in (_NUMBER, _MUSEUM):
            by_subject[quad.subject].append(quad)
    for subject, said in by_subject.items():
        said += [q for p in (_NUMBER, _MUSEUM) for q in store.quads_for_pattern(subject, p, None, DEFAULT_GRAPH)]  # type: ignore[arg-type]
        numbers, museums = ({q.object for q in said if q.predicate == p} for p in (_NUMBER, _MUSEUM))
        pairs |= {(str(n), str(m)) for n in numbers if isinstance(n, Literal) for m in museums if isinstance(m, NamedNode)}
    for batch in in_batches(sorted(pairs), 500):
        rows = " ".join(f"({number} {museum})" for number, museum in batch)
        query = f"SELECT DISTINCT ?this {{ VALUES (?number ?museum) {{ {rows} }} ?this {_NUMBER} ?number ; {_MUSEUM} ?museum }}"
        solutions = store.query(query)
        for row in solutions if isinstance(solutions, QuerySolutions) else ():
            if isinstance(this := row[Variable("this")], NamedNode):
                yield this.value


def _upwards(store: Store, changed: Collection[Quad]) -> Iterator[str]:
    """What leads, over any number of references to a whole, to a notice with other such references."""
    todo = [quad.subject for quad in changed if quad.predicate == _PART]
    seen = set(todo)
    while todo:
        for source in _subjects(store, _PART, todo.pop()):
            yield source
            if (node := NamedNode(source)) not in seen:
                seen.add(node)
                todo.append(node)


def _subjects(store: Store, predicate: NamedNode, target: object) -> Iterator[str]:
    for quad in store.quads_for_pattern(None, predicate, target, DEFAULT_GRAPH):  # type: ignore[arg-type]
        if isinstance(quad.subject, NamedNode):
            yield quad.subject.value
