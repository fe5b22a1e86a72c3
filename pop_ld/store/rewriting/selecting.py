"""The parts of a SELECT query outside its groups: what it selects, how it groups and orders, which rows of the order it wants."""

from __future__ import annotations

from dataclasses import dataclass

from tree_sitter import Node

from pop_ld.store.rewriting.blocks import term
from pop_ld.store.rewriting.tree import Tree


@dataclass(frozen=True, slots=True)
class Item:
    """What is selected: a variable as ``?x``, and the node of its expression in ``(expression AS ?x)``."""

    variable: str
    expression: Node | None = None


@dataclass(frozen=True, slots=True)
class OrderKey:
    """One key of ORDER BY: its expression as written; ``variable`` is ``?x`` where it is nothing but a variable, else ""."""

    node: Node
    text: str
    descending: bool
    variable: str


@dataclass(frozen=True, slots=True)
class Select:
    """A SELECT query: ``items`` is None for ``*``, ``limit`` is None where it has none, ``removed`` are the nodes of order and limits.

    ``kind`` is ``DISTINCT``, ``REDUCED`` or "". ``grouping`` are the variables of GROUP BY, None where it groups by more than variables.
    """

    tree: Tree
    clause: Node
    group: Node
    kind: str
    items: tuple[Item, ...] | None
    grouping: tuple[str, ...] | None
    having: bool
    keys: tuple[OrderKey, ...]
    limit: int | None
    offset: int
    removed: tuple[Node, ...]
    has_dataset: bool
    has_values: bool

    @property
    def is_grouped(self) -> bool:
        """Whether solutions are grouped, by GROUP BY or by an aggregate alone."""
        return self.grouping != () or any(
            item.expression and any(self.tree.find("aggregate", item.expression)) for item in self.items or ()
        )


def read(tree: Tree) -> Select | None:
    """The query's parts; None for another kind of query."""
    query = next((child for child in tree.root.children if child.type == "select_query"), None)
    if query is None:
        return None
    parts = {child.type: child for child in query.children}
    outside = {child.type for child in tree.root.children}
    modifiers = {child.type: child for child in parts["solution_modifier"].children} if "solution_modifier" in parts else {}
    clause, limits = parts["select_clause"], modifiers.get("limit_offset_clauses")
    words = {child.type for child in clause.children}
    numbers = {child.type: int(tree.source(child.named_children[-1])) for child in (limits.named_children if limits else ())}
    return Select(
        tree,
        clause,
        next(child for child in parts["where_clause"].children if child.type == "group_graph_pattern"),
        kind="DISTINCT" if "DISTINCT" in words else "REDUCED" if "REDUCED" in words else "",
        items=None if "*" in words else _items(tree, clause),
        grouping=_grouping(tree, modifiers.get("group_clause")),
        having="having_clause" in modifiers,
        keys=_keys(tree, modifiers["order_clause"]) if "order_clause" in modifiers else (),
        limit=numbers.get("limit_clause"),
        offset=numbers.get("offset_clause", 0),
        removed=tuple(modifiers[name] for name in ("order_clause", "limit_offset_clauses") if name in modifiers),
        has_dataset="dataset_clause" in parts,
        has_values="values_clause" in outside | parts.keys(),
    )


def _items(tree: Tree, clause: Node) -> tuple[Item, ...]:
    found: list[Item] = []
    expression: Node | None = None
    for child in clause.named_children:
        if child.type == "comment":
            continue
        if child.prev_sibling and child.prev_sibling.type == "(":
            expression = child
        elif child.type == "var":
            found.append(Item(term(tree, child), expression))
            expression = None
    return tuple(found)


def _grouping(tree: Tree, clause: Node | None) -> tuple[str, ...] | None:
    conditions = [child for child in clause.named_children if child.type != "comment"] if clause else []
    named = [condition.children[0] for condition in conditions if len(condition.children) == 1 and condition.children[0].type == "var"]
    return tuple(term(tree, node) for node in named) if len(named) == len(conditions) else None


def _keys(tree: Tree, clause: Node) -> tuple[OrderKey, ...]:
    found: list[OrderKey] = []
    for condition in (child for child in clause.named_children if child.type == "order_condition"):
        node = next(child for child in reversed(condition.children) if child.is_named and child.type != "comment")
        inside = node
        while inside.type == "bracketted_expression":
            inner = [child for child in inside.named_children if child.type != "comment"]
            if len(inner) != 1:
                break
            inside = inner[0]
        descending = condition.children[0].type == "DESC"
        found.append(OrderKey(node, tree.source(node), descending, term(tree, inside) if inside.type == "var" else ""))
    return tuple(found)
