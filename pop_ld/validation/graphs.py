"""A file of anyone's → its triples: Turtle, N-Triples, JSON-LD or RDF/XML, recognised by suffix or by how it begins, or ReadError.

The one place where a file is parsed, so that one rule holds of all: nothing that a file names is loaded, be it a JSON-LD context or an
entity of a DOCTYPE.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pyoxigraph import Quad, RdfFormat, parse

from pop_ld import iris
from pop_ld.errors import ReadError
from pop_ld.validation.rules import n_triples

GRAPHS = {
    ".ttl": RdfFormat.TURTLE,
    ".nt": RdfFormat.N_TRIPLES,
    ".jsonld": RdfFormat.JSON_LD,
    ".rdf": RdfFormat.RDF_XML,
    ".owl": RdfFormat.RDF_XML,
}
"""Suffix of a file -> its syntax."""
_SHARED = {".json": RdfFormat.JSON_LD, ".xml": RdfFormat.RDF_XML}
"""Suffixes that files of notices have too."""
HEAD = 4096
"""Bytes that tell the syntax of a file."""

_BOM = b"\xef\xbb\xbf"
_TURTLE = (b"@prefix", b"prefix ", b"@base", b"<http", b"_:")
_JSON = re.compile(rb"\{|\[\s*\{")
_XML = re.compile(rb"<(?:\?xml|rdf:RDF|!--|!DOCTYPE)")
_PROLOGUE = rb"(?:\s|<\?.*?\?>|<!--.*?-->)*+"  # possessive: else what follows a row of comments is sought in every part of the row
_RDF = re.compile(_PROLOGUE + rb"(?:<!DOCTYPE\s+|<)rdf:RDF\b", re.DOTALL)
_DOCTYPE = re.compile(_PROLOGUE + rb"<!DOCTYPE", re.DOTALL | re.IGNORECASE)


def graph_format(name: str, head: bytes) -> RdfFormat | None:
    """The RDF syntax of a file by its suffix, else by its first bytes; None for a file of notices."""
    suffix = Path(name).suffix.lower()
    if suffix in GRAPHS:
        return GRAPHS[suffix]
    begin = _begin(head)
    if begin.lower().startswith(_TURTLE):
        return RdfFormat.TURTLE
    if _RDF.match(begin):
        return RdfFormat.RDF_XML
    return RdfFormat.JSON_LD if begin.startswith((b"{", b"[")) and b'"@context"' in begin else None


def _any_format(name: str, head: bytes) -> RdfFormat:
    """The same of a file that holds a graph for sure, and no notices: what begins as neither JSON nor XML does is Turtle."""
    if found := _SHARED.get(Path(name).suffix.lower()) or graph_format(name, head):
        return found
    begin = _begin(head)
    return RdfFormat.RDF_XML if _XML.match(begin) else RdfFormat.JSON_LD if _JSON.match(begin) else RdfFormat.TURTLE


def _begin(head: bytes) -> bytes:
    return head.lstrip(_BOM + b" \t\r\n")


def read_graph(path: Path, name: str, format: RdfFormat) -> str:
    """N-Triples of a file, named graphs with the default one; ``name`` is its name in messages. Raises ReadError."""
    return n_triples(quad.triple for quad in read_quads(path, name, format))


def read_quads(path: Path, name: str, format: RdfFormat | None, *, base: str = iris.SHAPES, alone: bool = False) -> Iterator[Quad]:
    """What a file says, its syntax told by itself where none is given; ``alone``: named graphs are refused, blank nodes get new names.

    Raises ReadError with name and line, also for a remote JSON-LD context and for a DOCTYPE: none is loaded.
    """
    try:
        with path.open("rb") as content:
            head = content.peek(HEAD)
            format = format or _any_format(path.name, head)
            content.read(len(_BOM) if head.startswith(_BOM) else 0)
            source = content.read() if format == RdfFormat.RDF_XML else content
            if isinstance(source, bytes) and _DOCTYPE.match(source):
                raise ReadError("a DOCTYPE is refused: entities can name files and addresses, or grow without end", file=name)
            yield from parse(source, format, base_iri=base, without_named_graphs=alone, rename_blank_nodes=alone)
    except OSError as error:
        raise ReadError(f"cannot be read: {error.strerror or error}", file=name) from error
    except (SyntaxError, ValueError) as error:
        message = error.msg if isinstance(error, SyntaxError) else str(error)
        if "LoadDocumentCallback" in message:
            message = "a remote JSON-LD context is refused: nothing is loaded from the network; write the context in the document"
        raise ReadError(message, file=name, line=getattr(error, "lineno", 0) or 0) from error
