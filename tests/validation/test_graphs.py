"""Which files are graphs, by suffix and by content, and what is read of them: never what they name elsewhere."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat

from pop_ld.errors import ReadError
from pop_ld.validation.graphs import GRAPHS, HEAD, graph_format, read_graph, read_quads

TURTLE, N_TRIPLES, JSON_LD, RDF_XML = RdfFormat.TURTLE, RdfFormat.N_TRIPLES, RdfFormat.JSON_LD, RdfFormat.RDF_XML
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
XML = f'<rdf:RDF xmlns:rdf="{RDF}" xmlns="http://e.org/"><rdf:Description rdf:about="http://e.org/a"><p>x</p></rdf:Description></rdf:RDF>'
LINE = '<http://e.org/a> <http://e.org/p> "x" .\n'
BOM = "\ufeff"
DOCTYPE = '<!DOCTYPE rdf:RDF [<!ENTITY e SYSTEM "file:///etc/hostname">]>'


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


# Formats -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "format"),
    [("a.ttl", TURTLE), ("A.TTL", TURTLE), ("a.nt", N_TRIPLES), ("a.jsonld", JSON_LD), ("a.rdf", RDF_XML), ("a.owl", RDF_XML)],
)
def test_the_suffix_tells(name: str, format: RdfFormat) -> None:
    assert graph_format(name, b"whatever") == format == GRAPHS[Path(name).suffix.lower()]


@pytest.mark.parametrize("bom", ["", BOM])
@pytest.mark.parametrize("name", ["a", "a.txt", "a.json", "a.xml", "a.csv"])
@pytest.mark.parametrize(
    ("content", "format"),
    [
        ("@prefix ex: <http://e.org/> .", TURTLE),
        ("\n PREFIX ex: <http://e.org/>", TURTLE),
        ("@base <http://e.org/> .", TURTLE),
        (LINE, TURTLE),
        ("_:b " + LINE, TURTLE),
        ('{"@context": {}, "@id": "http://e.org/a"}', JSON_LD),
        ('[{"@context": {}}]', JSON_LD),
        (XML, RDF_XML),
        (f'<?xml version="1.0"?>\n<!-- a --><!-- b -->\n{XML}', RDF_XML),
        (f'<?xml version="1.0"?>{DOCTYPE}{XML}', RDF_XML),
        ("", None),
        ("REF;TICO\nPA00000001;Moulin", None),
        ('{"REF": "PA00000001"}', None),
        ('[{"REF": "PA00000001"}]', None),
        ('<?xml version="1.0"?><notices xmlns:rdf="x"/>', None),
        ("<!-- <rdf:RDF> --><notices/>", None),
        ("<rdf:RDFS/>", None),
    ],
)
def test_else_the_content_tells(bom: str, name: str, content: str, format: RdfFormat | None) -> None:
    assert graph_format(name, (bom + content).encode()[:HEAD]) == format


# Reading -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bom", ["", BOM])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.ttl", "@prefix : <http://e.org/> . :a :p 'x' ."),
        ("a.nt", LINE),
        ("a.jsonld", '{"@context": {"@vocab": "http://e.org/"}, "@id": "http://e.org/a", "p": "x"}'),
        ("a.rdf", XML),
    ],
)
def test_each_syntax_gives_the_same_triples(bom: str, name: str, content: str, tmp_path: Path) -> None:
    file = write(tmp_path, name, bom + content)
    assert read_graph(file, name, GRAPHS[file.suffix]) == LINE
    assert [str(quad.triple) + " .\n" for quad in read_quads(file, name, None)] == [LINE]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", '{"@id": "http://e.org/a", "http://e.org/p": "x"}'),
        ("a", '[ {"@id": "http://e.org/a", "http://e.org/p": "x"}]'),
        ("a.xml", XML),
        ("a", "<!-- x -->" + XML),
        ("a", f'<?xml version="1.0"?><a:b xmlns:a="http://e.org/" xmlns:rdf="{RDF}" rdf:about="http://e.org/a"><a:p>x</a:p></a:b>'),
        ("a", "# x\n" + LINE),
    ],
)
def test_a_file_that_is_no_notices_for_sure_tells_its_syntax(name: str, content: str, tmp_path: Path) -> None:
    assert LINE in [str(quad.triple) + " .\n" for quad in read_quads(write(tmp_path, name, content), name, None)]


def test_lexical_forms_and_names_of_blank_nodes_stay(tmp_path: Path) -> None:
    file = write(tmp_path, "a.ttl", '_:b <http://e.org/p> "01"^^<http://www.w3.org/2001/XMLSchema#integer> .')
    assert read_graph(file, "a", TURTLE) == file.read_text(encoding="utf-8") + "\n"
    (alone,) = read_quads(file, "a", None, alone=True)
    assert str(alone.subject) != "_:b"


def test_relative_addresses_are_taken_from_the_base(tmp_path: Path) -> None:
    (quad,) = read_quads(write(tmp_path, "a.ttl", "<#a> <#b> <#c> ."), "a", None, base="http://e.org/x")
    assert quad.subject.value == "http://e.org/x#a"


def test_named_graphs_are_merged_or_refused(tmp_path: Path) -> None:
    file = write(tmp_path, "a.jsonld", '{"@id": "http://e.org/g", "@graph": [{"@id": "http://e.org/a", "http://e.org/p": "x"}]}')
    assert read_graph(file, "a", JSON_LD) == LINE
    with pytest.raises(ReadError, match="graph"):
        list(read_quads(file, "a", None, alone=True))


# Refusals ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "words", "line"),
    [
        ("a.ttl", LINE + LINE + "nothing .", "nothing", 3),
        ("a.nt", LINE + "nothing", "subject", 2),
        ("a.jsonld", '{"@context": "http://127.0.0.1:9/c", "@id": "http://e.org/a", "p": 1}', "a remote JSON-LD context is refused", 0),
        ("a.rdf", f'<?xml version="1.0"?>{DOCTYPE}{XML}', "a DOCTYPE is refused", 0),
        ("a.rdf", f"{BOM}<!--{'x' * 2 * HEAD}-->\n<!doctype x><x/>", "a DOCTYPE is refused", 0),
    ],
)
def test_what_cannot_be_read(name: str, content: str, words: str, line: int, tmp_path: Path) -> None:
    """The message has the name that the caller gave, and the line."""
    file = write(tmp_path, name, content)
    with pytest.raises(ReadError) as caught:
        read_graph(file, "sent", GRAPHS[file.suffix])
    assert words in caught.value.message
    assert (caught.value.file, caught.value.line) == ("sent", line)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_bytes(b'<http://e.org/a> <http://e.org/p> "\xff" .')
    with pytest.raises(ReadError, match="UTF-8"):
        read_graph(tmp_path / "a.ttl", "a.ttl", TURTLE)


def test_an_absent_file(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"^sent: cannot be read: No such file or directory$"):
        read_graph(tmp_path / "absent.ttl", "sent", TURTLE)


def test_a_row_of_comments_is_read_in_no_time(tmp_path: Path) -> None:
    """A pattern that tries again what it has passed would double its time with each comment."""
    comments, start = "<!-- x -->" * 300, time.monotonic()
    assert read_graph(write(tmp_path, "a.rdf", comments + XML), "a", RDF_XML) == LINE
    assert graph_format("a", (comments + "<x/>").encode()) is None
    assert time.monotonic() - start < 5
