"""Reads a group whose joins may be put in any order: triple patterns, ``VALUES`` before them, and filters, nothing else first.

Left alone is whatever another order could change or is not read for certain: blank nodes (their scope is the basic graph
pattern), paths that may have length zero or repeat, triple terms, ``UNDEF``, nested groups, ``GRAPH``, and triples after an
``OPTIONAL``, a ``BIND`` or a ``MINUS``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tree_sitter import Node

from pop_ld.store.rewriting import names
from pop_ld.store.rewriting.tree import Tree

_TERMS = frozenset(["var", "iri_reference", "prefixed_name", "rdf_literal", "integer", "decimal", "double", "boolean_literal"])
_AFTER = frozenset(["optional_graph_pattern", "bind", "minus_graph_pattern"])
"""What may follow the block: it takes the block's solutions as they are, in whatever order they were joined."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One triple pattern: ``?x`` for a variable, otherwise the term as written.

    ``properties`` are the IRIs of its predicate, several for a path ``a|b``; ``kind`` is the class IRI of ``a pop:Edifice``, else "".
    """

    subject: str
    properties: tuple[str, ...]
    object: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """What is joined as one: a triple pattern as written, whose path may be several hops, or a ``VALUES`` (no hops, ``rows`` rows).

    A ``VALUES`` alone in a sub-select is ``hashed``: the engine does not read it again for each row that it is joined to.
    """

    text: str
    hops: tuple[Hop, ...]
    variables: frozenset[str]
    rows: int = 0
    hashed: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """The joins of a group: the units as written, the parts of the text that they take, and the variables of each filter.

    Full stops are among the parts.
    """

    units: tuple[Unit, ...]
    places: tuple[Node, ...]
    filters: tuple[frozenset[str], ...]


def read(tree: Tree, group: Node, known: Mapping[str, str]) -> Block | None:
    """The joins of a group; None where they are left alone."""
    units: list[Unit] = []
    places: list[Node] = []
    filters: list[frozenset[str]] = []
    over = False
    for part in parts(group):
        if part.type in ("comment", "{", "}"):
            continue
        if part.type == "filter":
            filters.append(frozenset(term(tree, node) for node in tree.find("var", part)))
        elif part.type == ".":
            places.append(part)
        elif part.type in _AFTER:
            over = True
        elif over:
            return None
        else:
            found = _triples(tree, part, known) if part.type == "triples_same_subject" else _data(tree, part)
            if not found:
                return None
            units += found
            places.append(part)
    return Block(tuple(units), tuple(places), tuple(filters)) if units else None


def parts(group: Node) -> Iterator[Node]:
    """What a group holds, in order: the grammar puts filters and nested groups inside the block of the triples before them."""
    for child in group.children:
        yield from parts(child) if child.type == "triples_block" else (child,)


def _triples(tree: Tree, triples: Node, known: Mapping[str, str]) -> list[Unit]:
    """The patterns of one subject; [] where one of them is left alone, as are blank nodes, collections and triple terms."""
    named = [child for child in triples.named_children if child.type != "comment"]
    if len(named) != 2 or named[0].type not in _TERMS:
        return []
    units: list[Unit] = []
    for prop in named[1].named_children:
        if prop.type != "property":
            return []
        path, objects = (child for child in prop.named_children if child.type != "comment")
        for node in objects.named_children:
            unit = _unit(tree, named[0], path, node, known) if node.type in _TERMS else None
            if unit is None:
                return []
            units.append(unit)
    return units


def _unit(tree: Tree, subject: Node, path: Node, object: Node, known: Mapping[str, str]) -> Unit | None:
    text = f"{tree.source(subject)} {tree.source(path)} {tree.source(object)}"
    start, end = term(tree, subject), term(tree, object)
    steps = _steps(tree, path, known)
    if not steps:
        return None
    hops: list[Hop] = []
    for number, (properties, inverse) in enumerate(steps):
        left = start if number == 0 else f"?{path.start_byte} {number}"  # no variable of a query has a space in its name
        right = end if number == len(steps) - 1 else f"?{path.start_byte} {number + 1}"
        left, right = (right, left) if inverse else (left, right)
        kind = names.iri(tree, object, known) if properties == (names.TYPE,) and right == end else ""
        hops.append(Hop(left, properties, right, kind))
    return Unit(text, tuple(hops), frozenset(name for name in (start, end) if name[0] == "?"))


def term(tree: Tree, node: Node) -> str:
    """A variable as ``?x``, any other term as written."""
    text = tree.source(node)
    return "?" + text[1:] if node.type == "var" else text


Step = tuple[tuple[str, ...], bool]
"""(IRIs of the properties, whether it is walked against their direction)."""


def _steps(tree: Tree, path: Node, known: Mapping[str, str]) -> list[Step]:
    """A path of properties, ``^``, ``/`` and, alone in its parentheses, ``|``; [] for any other."""
    children = [child for child in path.children if child.type not in ("comment", "(", ")")]
    if path.type == "path_element":
        turned = children[0].type == "path_inverse"
        if len(children) != 1 + turned:
            return []  # it repeats, or is negated
        steps = _steps(tree, children[-1], known)
        return [(properties, not inverse) for properties, inverse in reversed(steps)] if turned else steps
    if path.type != "binary_path":
        iri = names.iri(tree, path, known)
        return [((iri,), False)] if iri else []
    nested = [child.children[1].type for child in children[::2] if child.type == "binary_path"]
    operators = {child.type for child in children[1::2]} | set(nested)  # a / b | c is one tree or the other: only parentheses say
    inside = [_steps(tree, child, known) for child in children[::2]]
    if not all(inside) or len(operators) != 1:
        return []
    return [step for steps in inside for step in steps] if operators == {"/"} else _either(inside)


def _either(branches: list[list[Step]]) -> list[Step]:
    if any(len(branch) != 1 or branch[0][1] for branch in branches):
        return []
    return [(tuple(iri for branch in branches for iri in branch[0][0]), False)]


def _data(tree: Tree, data: Node) -> list[Unit]:
    """A ``VALUES``, perhaps as ``{ SELECT * { VALUES … } }``; [] for another part, or where a value is UNDEF."""
    part, data = data, _selected(data)
    if data.type != "inline_data" or any(child.type == "UNDEF" for child in data.named_children[-1].children):
        return []
    block = data.named_children[-1]
    opened = next(number for number, child in enumerate(block.children) if child.type == "{")
    variables = [term(tree, child) for child in block.children[:opened] if child.type == "var"]
    values = [child for child in block.children[opened:] if child.is_named and child.type != "comment"]
    if not variables or any(child.type not in _TERMS for child in values):
        return []
    return [Unit(tree.source(part), (), frozenset(variables), len(values) // len(variables), hashed=part != data)]


def _selected(part: Node) -> Node:
    """What a sub-select of everything selects from, where it is one thing; the part itself otherwise."""
    inside = part
    for kind in ("group_or_union_graph_pattern", "group_graph_pattern", "sub_select"):
        if inside.type != kind:
            return part
        if kind != "sub_select":
            inside = inside.named_children[0] if inside.named_child_count == 1 else part
    clause, *rest = inside.named_children
    if [child.type for child in clause.children] != ["SELECT", "*"] or [child.type for child in rest] != ["where_clause"]:
        return part
    group = rest[0].named_children[0]
    return group.named_children[0] if group.named_child_count == 1 else part
