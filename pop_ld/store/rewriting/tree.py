"""A query read into a syntax tree with byte offsets (tree-sitter, 0.07 ms), and edits of its text.

The grammar is not the engine's: it misreads a few valid queries, and some texts that the engine refuses it takes. A tree with
an error is therefore none, and whoever edits a text leaves alone what it does not know for certain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from tree_sitter import Language, Node, Parser, Query, QueryCursor
from tree_sitter_language_pack import get_language

Edit = tuple[int, int, str]
"""(first byte, byte after the last, text that comes in their place)."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A query without syntax error: its UTF-8 text, and the root of its tree."""

    text: bytes
    root: Node

    def source(self, node: Node) -> str:
        """The text of a node."""
        return self.text[node.start_byte : node.end_byte].decode()

    def find(self, kind: str, under: Node | None = None) -> Iterator[Node]:
        """Every node of a kind, in the order of the text."""
        waiting = [under or self.root]
        while waiting:
            node = waiting.pop()
            if node.type == kind:
                yield node
            waiting.extend(reversed(node.children))

    def all_of(self, *kinds: str) -> list[Node]:
        """Every named node of these kinds, in the order of the text, those around before those inside: found outside Python."""
        found = QueryCursor(_kinds(kinds)).captures(self.root).get("node", [])
        return sorted(found, key=lambda node: (node.start_byte, -node.end_byte))


def parse(query: str) -> Tree | None:
    """The query's tree; None where it has an error or a missing token, or is written with codepoint escapes (SPARQL 1.1 §19.2)."""
    if "\\u" in query or "\\U" in query:
        return None
    text = query.encode("utf-8", "surrogatepass")
    root = _parser().parse(text).root_node
    return None if root.has_error else Tree(text, root)


def edited(tree: Tree, edits: Iterable[Edit]) -> str:
    """The text with each part replaced; the parts must not overlap."""
    pieces, last = [], 0
    for start, end, text in sorted(edits):
        pieces += [tree.text[last:start], text.encode()]
        last = end
    return b"".join([*pieces, tree.text[last:]]).decode()


@cache
def _parser() -> Parser:
    return Parser(_language())


@cache
def _kinds(kinds: tuple[str, ...]) -> Query:
    return Query(_language(), f"[{' '.join(f'({kind})' for kind in kinds)}] @node")


@cache
def _language() -> Language:
    return get_language("sparql")
