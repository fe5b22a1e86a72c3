"""SPARQL 1.1 Update on the writer's store: what is refused, how the protocol's dataset gets into the text, one transaction each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pyoxigraph import NamedNode, Store, Triple
from tree_sitter import Node

from pop_ld.errors import QueryError, QueryFailed, QueryForbidden
from pop_ld.store import guard, syntax
from pop_ld.store.rewriting.tree import Edit, Tree, edited, parse
from pop_ld.store.snapshots import Writer

_DATA = ("insert_data", "delete_data", "delete_where", "delete_clause", "insert_clause")
_OF_NAMED = ("prologue", "create", ";")


def update(
    writer: Writer, text: str, base: str, *, using: Sequence[str] = (), using_named: Sequence[str] = (), allowed: Sequence[str] = ()
) -> None:
    """Runs all operations of an update, or none of them; ``base`` is what its relative IRIs are resolved against.

    ``using`` and ``using_named`` are the graphs of the protocol (SPARQL 1.1 Protocol §2.2.3), absolute IRIs. Raises QuerySyntaxError;
    QueryForbidden for LOAD and SERVICE unless of an IRI of ``allowed``; QueryFailed where an operation fails (a graph to create is there
    already); QueryError where the text says its own dataset too.
    """
    if guard.loads(text, allowed):
        raise QueryForbidden("LOAD is allowed for the addresses of the setting service_allow alone")
    if guard.calls_service(text, allowed):
        raise QueryForbidden("SERVICE is allowed for the addresses of the setting service_allow alone")
    tree = parse(text) or parse(text.rstrip().removesuffix(";"))  # the grammar here knows no semicolon after the last
    if tree and (edits := _hoisted(tree)):
        text = edited(tree, edits)
        tree = parse(text)
    if using or using_named:
        text = _with_dataset(text, tree, base, using, using_named)
    _run(writer, text, base, of_default_graph=tree is None or _of_default_graph(tree))


def replace_graph(writer: Writer, graph: str, triples: Iterable[Triple]) -> None:
    """Makes the graph hold these triples alone; "" is the default graph. Raises QueryFailed, changing nothing."""
    clear = f"DROP SILENT GRAPH {NamedNode(graph)} ; CREATE GRAPH {NamedNode(graph)}" if graph else "DROP DEFAULT"
    _run(writer, f"{clear} ; {_insert(graph, triples)}", of_default_graph=not graph)


def add_to_graph(writer: Writer, graph: str, triples: Iterable[Triple]) -> None:
    """Adds the triples to the graph, which is made where it is not there; "" is the default graph. Raises QueryFailed."""
    create = f"CREATE SILENT GRAPH {NamedNode(graph)} ; " if graph else ""
    _run(writer, create + _insert(graph, triples), of_default_graph=not graph)


def drop_graph(writer: Writer, graph: str) -> None:
    """Deletes the graph; "" empties the default graph."""
    _run(writer, f"DROP GRAPH {NamedNode(graph)}" if graph else "DROP DEFAULT", of_default_graph=not graph)


def _insert(graph: str, triples: Iterable[Triple]) -> str:
    """N-Triples are SPARQL, and the engine writes terms in it: nothing of a client's text is pasted."""
    data = " .\n".join(map(str, triples))
    return f"INSERT DATA {{ GRAPH {NamedNode(graph)} {{ {data} }} }}" if graph else f"INSERT DATA {{ {data} }}"


def _run(writer: Writer, text: str, base: str | None = None, *, of_default_graph: bool) -> None:
    try:
        writer.apply(lambda store: store.update(text, base_iri=base), of_default_graph=of_default_graph)
    except (SyntaxError, UnicodeEncodeError) as error:
        raise syntax.error(str(error), text) from None
    except (RuntimeError, OSError, ValueError) as error:  # OSError: an allowed address did not answer
        raise QueryFailed(f"the update failed, and nothing of it was done: {error}") from None


# Prologues between operations ----------------------------------------------------------------------------------------------


def _hoisted(tree: Tree) -> list[Edit]:
    """Moves the prefixes declared between operations to the beginning: the engine refuses them there (grammar rule 29 allows them).

    None is moved where a prefix would change its meaning, or a BASE is declared again.
    """
    found = [node for node in tree.root.children if node.type == "prologue"]
    late = [node for node in found if node.start_byte and node.prev_sibling is not None]
    declared: dict[str, str] = {}
    for node in found:
        for declaration in node.children:
            if declaration.type != "prefix_declaration":
                if node in late:
                    return []
                continue
            name, iri = (tree.source(child) for child in declaration.children[1:3])
            if declared.setdefault(name, iri) != iri:
                return []
    if not late:
        return []
    start = found[0].end_byte if found[0] not in late else 0
    hoisted = "".join(f"\nPREFIX {name} {iri}" for name, iri in declared.items())
    return [(start, start, hoisted + "\n"), *((node.start_byte, node.end_byte, "") for node in late)]


# The dataset of the protocol -----------------------------------------------------------------------------------------------


def _with_dataset(text: str, tree: Tree | None, base: str, using: Sequence[str], using_named: Sequence[str]) -> str:
    """The text with USING clauses in each operation that has a pattern: the protocol says that they count as such."""
    if tree is None:
        try:
            Store().update(text, base_iri=base)
        except (SyntaxError, UnicodeEncodeError) as error:
            raise syntax.error(str(error), text) from None
        except (RuntimeError, OSError, ValueError):
            pass
        raise QueryError("the parameters using-graph-uri cannot be put into this update: write its USING clauses yourself")
    try:
        clauses = [*(f"USING {NamedNode(iri)}" for iri in using), *(f"USING NAMED {NamedNode(iri)}" for iri in using_named)]
    except ValueError as error:
        raise QueryError(f"a graph of the dataset is no absolute IRI: {error}") from None
    return edited(tree, [edit for node in tree.all_of("modify", "delete_where") for edit in _clauses(tree, node, " ".join(clauses))])


def _clauses(tree: Tree, node: Node, clauses: str) -> Iterator[Edit]:
    kinds = {child.type: child for child in node.children}
    if node.type == "delete_where":  # it has no USING: what it deletes is its pattern too
        pattern = tree.source(kinds["quads"])
        yield node.start_byte, kinds["quads"].start_byte, f"DELETE {pattern} {clauses} WHERE "
        return
    if "WITH" in kinds or "using_clause" in kinds:
        raise QueryError("the dataset is given twice: by using-graph-uri or using-named-graph-uri, and by USING or WITH")
    yield kinds["WHERE"].start_byte, kinds["WHERE"].start_byte, f" {clauses} "


# What an update can change -------------------------------------------------------------------------------------------------


def _of_default_graph(tree: Tree) -> bool:
    """Whether an operation may change the default graph; what is not known for certain may."""
    return any(_changes_default(tree, node) for node in tree.root.children)


def _changes_default(tree: Tree, node: Node) -> bool:
    kinds = {child.type for child in node.children}
    if node.type in _OF_NAMED:
        return False
    if node.type == "modify":
        return "WITH" not in kinds and any(_changes_default(tree, child) for child in node.children if child.type in _DATA)
    if node.type in _DATA:
        return any(child.type == "triples_template" for quads in node.children if quads.type == "quads" for child in quads.children)
    if node.type in ("clear", "drop"):
        return any(tree.source(child).upper() in ("DEFAULT", "ALL") for child in node.children if child.type == "graph_ref_all")
    if node.type == "load":
        return "graph_ref" not in kinds
    if node.type in ("add", "copy", "move"):
        return any(tree.source(child).upper() == "DEFAULT" for child in node.children if child.type == "graph_or_default")
    return True
