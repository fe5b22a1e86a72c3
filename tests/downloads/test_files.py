"""Each file of a release read back by an independent reader: together they are the store, and all formats say the same."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import rdflib
from pyoxigraph import NamedNode

from pop_ld import downloads, europeana, iris, store
from pop_ld.downloads import table
from pop_ld.formats.download_files import BY_NAME, SUMS
from pop_ld.formats.json_ld import context
from pop_ld.formats.source import Source
from tests.downloads.conftest import Made
from tests.rdf_readers import Triples, from_oxigraph, from_pyld, from_rdflib, term_of


def read(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes())


def parts(made: Made) -> list[str]:
    return [*made.bases, "shared"]


def test_the_files_of_bases_and_of_what_they_share_are_the_default_graph_and_no_triple_is_in_two(made: Made) -> None:
    expected = {term_of(quad.triple) for quad in made.graph()}
    lines = Counter(line for part in parts(made) for line in read(made.path(part, "nt")).splitlines())
    assert max(lines.values()) == 1 and len(lines) == len(expected)
    assert from_oxigraph(b"\n".join(lines)) == expected
    assert read(made.path("all", "nt")) == b"".join(read(made.path(part, "nt")) for part in parts(made))


def test_a_base_has_its_notices_in_the_order_of_their_keys_and_nothing_else(made: Made) -> None:
    for base in made.bases:
        start = f"<{made.release.manifest['site']}"
        found = [line.split(" ", 1)[0] for line in read(made.path(base, "nt")).decode().splitlines()]
        keys = [re.sub(r"[#>].*", "", subject.removeprefix(start)).split("/", 3) for subject in found]
        assert {(kind, slug) for _, kind, slug, _ in keys} <= {("id", base), ("doc", base)}
        order = list(dict.fromkeys(key for *_, key in keys))
        assert order == sorted(order), base


def test_turtle_says_the_same_to_another_reader(made: Made) -> None:
    for part in parts(made):
        assert from_rdflib(read(made.path(part, "ttl")), "ttl") == from_oxigraph(read(made.path(part, "nt"))), part


def test_each_line_of_json_ld_stands_alone_and_all_say_the_same(made: Made) -> None:
    site, known = str(made.release.manifest["site"]), context("pop")
    assert known is not None
    for part in ("mnr", "joconde", "shared"):
        found: Triples = set()
        for line in read(made.path(part, "jsonl")).splitlines():
            tree = json.loads(line)
            assert tree.get("@context", "") in ("", f"{site}{known.address}"), "an address that can be looked up from anywhere"
            tree = {**tree, "@context": known.address} if "@context" in tree else tree
            found |= from_pyld(json.dumps(tree).encode())
        assert {normal(t) for t in found} == {normal(t) for t in from_oxigraph(read(made.path(part, "nt")))}, part


def normal(triple: Any) -> Any:
    """Doubles as numbers (see ``rdf_readers.doubles_by_value``)."""
    subject, predicate, value = triple
    return (subject, predicate, float(value[0])) if isinstance(value, tuple) and value[2] == iris.XSD + "double" else triple


def cells(text: str) -> list[str]:
    """The values of a cell by the documented rule: ``|`` between them, ``\\`` before one inside."""
    found, now, characters = list[str](), "", iter(text)
    for character in characters:
        if character == "\\":
            now += next(characters)
        elif character == "|":
            found, now = [*found, now], ""
        else:
            now += character
    return [*found, now] if text else []


def test_a_table_has_every_notice_and_every_value_of_its_one_hop_properties(made: Made) -> None:
    for base in made.bases:
        rows = list(csv.DictReader(io.StringIO(read(made.path(base, "csv")).decode("utf-8"), newline="")))
        graph = from_oxigraph(read(made.path(base, "nt")))
        assert len(rows) == made.release.manifest["bases"][base]
        assert [row["iri"].rsplit("/", 1)[1] for row in rows] == sorted(row["iri"].rsplit("/", 1)[1] for row in rows)
        for row in rows:
            said: dict[str, set[str]] = {}
            for subject, predicate, value in graph:
                if subject == row["iri"]:
                    said.setdefault(predicate, set()).add(value[0] if isinstance(value, tuple) else value)
            assert {row["ref"]} == said[iris.DCTERMS + "identifier"] and row["base"] == base
            for column in table.columns(base):
                assert cells(row[column.name]) == sorted(said.get(column.property, ())), (row["iri"], column.name)


def test_columns_are_the_one_hop_properties_of_the_mapping() -> None:
    names = {column.name: column for column in table.columns("joconde")}
    assert {"rdfs:label", "dcterms:creator", "dcterms:medium", "crm:P62_depicts", "pop:DENO", "pop:INV", "schema:image"} <= names.keys()
    assert not [name for name in names if name.startswith(("crm:", "la:")) and name != "crm:P62_depicts"]
    assert names["dcterms:created"].datatype == "gYear" and names["pop:DENO"].datatype == ""


def test_cells_can_hold_what_separates_them() -> None:
    for values in ([], ["a"], ["a|b", "c\\", "\\|"], ["|"], ["\\\\|"], ["a", "b"]):
        assert cells(table.join(values)) == values
    assert table.csv_lines([['a"b', "c\nd", "e,f"]]) == b'"a""b","c\nd","e,f"\r\n'


def test_the_table_of_all_bases_holds_their_tables(made: Made) -> None:
    whole = list(csv.DictReader(io.StringIO(read(made.path("all", "csv")).decode("utf-8"), newline="")))
    each = [row for base in made.bases for row in csv.DictReader(io.StringIO(read(made.path(base, "csv")).decode("utf-8"), newline=""))]
    assert len(whole) == len(each) == made.release.manifest["notices"]
    for row, own in zip(whole, each, strict=True):
        assert {name: value for name, value in row.items() if value} == {name: value for name, value in own.items() if value}


def test_parquet_has_the_same_rows_with_types(made: Made) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    for part in ("all", *made.bases):
        rows = list(csv.DictReader(io.StringIO(read(made.path(part, "csv")).decode("utf-8"), newline="")))
        found = parquet.read_table(made.path(part, "parquet"))
        assert found.num_rows == len(rows) and found.column_names == list(rows[0])
        for line, row in zip(found.to_pylist(), rows, strict=True):
            for name, value in line.items():
                texts = [value] if name in table.FIRST else [str(each) for each in value]
                if found.schema.field(name).type in (STRING(), LIST()):
                    assert texts == cells(row[name]) or texts == [row[name]], name
                else:
                    assert len(texts) == len(cells(row[name])), name
    schema = parquet.read_schema(made.path("merimee", "parquet"))
    types = {name: str(schema.field(name).type) for name in ("dcterms:created", "wgs:lat", "pop:dateProtection", "pop:debutProtection")}
    assert [kind.split(": ")[1].rstrip(">") for kind in types.values()] == ["int32", "double", "date32[day]", "timestamp[ms]"], types
    assert schema.field("dcterms:created").metadata == {b"property": (iris.DCTERMS + "created").encode()}
    lines = parquet.read_table(made.path("merimee", "parquet")).to_pylist()
    years = {year for line in lines for year in line["dcterms:created"]}
    assert years and all(isinstance(year, int) for year in years)


def STRING() -> Any:
    return pytest.importorskip("pyarrow").string()


def LIST() -> Any:
    pa = pytest.importorskip("pyarrow")
    return pa.list_(pa.string())


def test_edm_has_a_valid_document_for_each_notice_that_can_be_delivered(made: Made, shared: Path) -> None:
    etree = pytest.importorskip("lxml.etree")
    schema = etree.XMLSchema(etree.parse(str(shared / "vocab" / "edm" / "xsd" / "EDM.xsd")))
    names = list[str]()
    for base in made.bases:
        with zipfile.ZipFile(made.path(base, "edm")) as records:
            assert records.testzip() is None
            for name in records.namelist():
                assert schema.validate(etree.fromstring(records.read(name))), (name, schema.error_log.last_error)
            names += records.namelist()
            assert records.namelist() == sorted(records.namelist())
    with zipfile.ZipFile(made.path("all", "edm")) as whole:
        assert whole.testzip() is None and whole.namelist() == names and len(names) == len(set(names)) > 20


def test_edm_is_what_is_delivered_and_the_tiers_are_of_every_notice(made: Made) -> None:
    site, reader = str(made.release.manifest["site"]), store.open_reader(made.release)
    tiers = europeana.open_tiers(made.data / downloads.FOLDER / made.release.name / europeana.FILE)
    assert sum(line[-1] for line in tiers.matrix()) == made.release.manifest["notices"]
    with zipfile.ZipFile(made.path("all", "edm")) as records:
        found = {name: records.read(name) for name in records.namelist()}
    for base in made.bases:
        rows = list(csv.DictReader(io.StringIO(read(made.path(base, "csv")).decode("utf-8"), newline="")))
        for row in rows:
            wanted = europeana.deliver(Source(site, row["iri"], reader.describe(row["iri"]), reader, made.release.manifest))
            name = row["iri"].removeprefix(f"{site}/id/") + ".xml"
            assert found.get(name, b"") == wanted.xml, name
            line = tiers.get(base, row["ref"])
            assert line is not None and (line.metadata, line.reason) == (wanted.metadata, wanted.reason)


def test_one_document_holds_the_records_of_a_base(made: Made) -> None:
    cho = rdflib.URIRef(iris.EDM + "ProvidedCHO")
    for base in made.bases:
        graph = rdflib.Graph().parse(data=read(made.path(base, "edm-rdf")), format="xml")
        file = made.listing.find(base, "edm")
        assert file is not None
        with zipfile.ZipFile(made.path(base, "edm")) as records:
            one = rdflib.Graph()
            for name in records.namelist():
                one.parse(data=records.read(name), format="xml")
        assert len(set(graph.subjects(rdflib.RDF.type, cho))) == file.records
        assert set(graph) == set(one)


def test_the_list_is_true_and_so_are_the_checksums(made: Made) -> None:
    folder = made.data / downloads.FOLDER / made.release.name
    sums = dict(line.split("  ")[::-1] for line in (folder / SUMS).read_text().splitlines())
    assert {file.name for file in made.listing.files} == sums.keys()
    for file in made.listing.files:
        content = (folder / file.name).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (file.bytes, file.sha256) and sums[file.name] == file.sha256
        assert file.name == BY_NAME[file.format].file(file.base, made.release.name)
    notices = {base: made.release.manifest["bases"][base] for base in made.bases}
    assert {file.base: file.records for file in made.listing.files if file.format == "csv"} == {
        **notices,
        "all": made.release.manifest["notices"],
    }


def test_a_tombstone_is_in_the_graph_and_in_no_table(made: Made) -> None:
    document = iris.document(str(made.release.manifest["site"]), "mnr", "rfr21")
    assert NamedNode(document) in {quad.subject for quad in made.graph()}
    assert f"<{document}>".encode() in read(made.path("mnr", "nt")) and b"\r\nmnr,rfr21," not in read(made.path("mnr", "csv"))
