"""The IRIs of a query's names: what a prefixed name, a written IRI or ``a`` stands for."""

from __future__ import annotations

from collections.abc import Mapping

from tree_sitter import Node

from pop_ld import iris
from pop_ld.store.rewriting.tree import Tree

TYPE = iris.RDF + "type"


def prefixes(tree: Tree) -> dict[str, str]:
    """Prefix without its colon -> namespace. A prefix whose namespace is a relative IRI is left out, the last of two wins."""
    found: dict[str, str] = {}
    for declaration in tree.all_of("prefix_declaration"):
        *_, name, namespace = declaration.named_children
        prefix, iri = tree.source(name).removesuffix(":"), _written(tree, namespace)
        found.pop(prefix, None)
        if iri:
            found[prefix] = iri
    return found


def iri(tree: Tree, node: Node, known: Mapping[str, str]) -> str:
    """The absolute IRI of a node; "" where it is none, or where it takes more than its prefix to know (BASE, an escape)."""
    if node.type == "iri_reference":
        return _written(tree, node)
    if node.type == "a":
        return TYPE
    if node.type != "prefixed_name":
        return ""
    prefix, _, local = tree.source(node).partition(":")
    return known[prefix] + local if prefix in known and "\\" not in local else ""


def _written(tree: Tree, node: Node) -> str:
    """The IRI between ``<`` and ``>``, where it is absolute (RFC 3986 §4.3: it has a scheme)."""
    text = tree.source(node)[1:-1]
    scheme = text.partition(":")[0]
    return text if ":" in text and scheme[:1].isalpha() and scheme.isascii() and scheme.replace("+", "").replace("-", "").isalnum() else ""
