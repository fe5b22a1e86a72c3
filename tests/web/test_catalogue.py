"""/dataset: valid DCAT-AP, read as data.gouv.fr and Europeana read it, its files served whole, in ranges and by stable names."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pyshacl
import pytest
from rdflib import DCTERMS, FOAF, RDF, RDFS, Graph, Literal, Namespace, URIRef

from pop_ld import downloads, iris, store
from pop_ld.formats.download_files import BY_NAME
from tests.web.conftest import Running

DCAT, VCARD, SPDX, VOID, SH = Namespace(iris.DCAT), Namespace(iris.VCARD), Namespace(iris.SPDX), Namespace(iris.VOID), Namespace(iris.SHACL)


@pytest.fixture(scope="module")
def listing(running: Running) -> downloads.Listing:
    return downloads.make(running.data, ["nt", "csv", "edm", "edm-rdf"], quiet=True)


@pytest.fixture(scope="module")
def catalogue(running: Running, listing: downloads.Listing) -> Graph:
    """As udata gets it: by its suffix, which tells the syntax."""
    answer = running.get("/dataset.ttl", "*/*")
    assert answer.headers["content-type"].startswith("text/turtle")
    return Graph().parse(data=answer.content, format="turtle")


def local(running: Running, address: object) -> str:
    assert str(address).startswith(running.site), address
    return str(address).removeprefix(running.site)


def test_it_conforms_to_dcat_ap(catalogue: Graph, shared: Path) -> None:
    """DCAT-AP 3.0.1 by its own shapes, mended as in tests/formats/test_descriptions.py."""
    shapes = Graph().parse(shared / "vocab" / "dcat-ap" / "dcat-ap-3.0.1-SHACL.ttl")
    for shape in set(shapes.objects(None, SH.property)):
        if (shape, SH.path, None) in shapes:
            shapes.add((shape, RDF.type, SH.PropertyShape))
        else:
            shapes.remove((None, SH.property, shape))
    conforms, _, report = pyshacl.validate(catalogue, shacl_graph=shapes)
    assert conforms, report
    broken = Graph()
    for triple in catalogue:
        if triple[1] != SPDX.checksumValue:
            broken.add(triple)
    assert not pyshacl.validate(broken, shacl_graph=shapes)[0], "the shapes check nothing"


def told(graph: Graph) -> set[tuple[str, ...]]:
    """Its triples, moments in one spelling: rdflib's setting for that changes while pyshacl works."""
    found = set()
    for s, p, o in graph:
        kind = (str(getattr(o, "datatype", "")), str(getattr(o, "language", "")))
        found.add((s.n3(), p.n3(), str(o).replace("+00:00", "Z"), *kind))
    return found


def test_every_syntax_says_the_same_and_the_page_lists_every_file(running: Running, catalogue: Graph, listing: downloads.Listing) -> None:
    for suffix, syntax in (("rdf", "xml"), ("nt", "nt"), ("jsonld", "json-ld")):
        assert told(Graph().parse(data=running.get(f"/dataset.{suffix}", "*/*").content, format=syntax)) == told(catalogue), suffix
    assert told(Graph().parse(data=running.get("/dataset", "application/rdf+xml").content, format="xml")) == told(catalogue)
    page = running.get("/dataset?lang=en").text
    for file in listing.files:
        assert (f'href="/dataset/{file.base}/dump/{file.name}"' in page) == bool(file.records), file.name
    data = json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[0])
    assert {f["name"] for f in data["distribution"] if "sha256" in f} >= {f.name for f in listing.of("all") if f.records}
    assert data["@type"] == "Dataset" and data["url"]


# As udata reads it ---------------------------------------------------------------------------------------------------------------

FREQUENCIES = {"DAILY", "WEEKLY", "MONTHLY", "QUARTERLY", "ANNUAL", "IRREG", "UNKNOWN"}


def value(graph: Graph, node: Any, prop: Any, *, label: bool = False) -> str:
    """udata's ``rdf_value``: one value; of a thing its rdfs:label where that is asked for, else its IRI."""
    found = graph.value(node, prop)
    named = graph.value(found, RDFS.label) if label and found is not None and not isinstance(found, Literal) else None
    return "" if found is None else str(named or found)


def harvested(graph: Graph) -> list[dict[str, Any]]:
    """What udata makes of each ``dcat:Dataset`` of a page (udata/harvest/backends/dcat.py, udata/core/dataset/rdf.py)."""
    found = []
    for node in graph.subjects(RDF.type, DCAT.Dataset):
        contact = graph.value(node, DCAT.contactPoint)
        one: dict[str, Any] = {
            "id": value(graph, node, DCTERMS.identifier),
            "title": value(graph, node, DCTERMS.title),
            "description": value(graph, node, DCTERMS.description),
            "frequency": value(graph, node, DCTERMS.accrualPeriodicity),
            "tags": {str(word) for word in graph.objects(node, DCAT.keyword)},
            "licence": value(graph, node, DCTERMS.license, label=True),
            "page": value(graph, node, DCAT.landingPage),
            "modified": graph.value(node, DCTERMS.modified),
            "temporal": graph.value(node, DCTERMS.temporal),
            "mail": value(graph, contact, VCARD.hasEmail).replace("mailto:", ""),
            "resources": [],
        }
        for way in graph.objects(node, DCAT.distribution):
            checksum = graph.value(way, SPDX.checksum)
            one["resources"].append(
                {
                    "url": value(graph, way, DCAT.downloadURL) or value(graph, way, DCAT.accessURL),
                    "title": value(graph, way, DCTERMS.title),
                    "mime": value(graph, way, DCAT.mediaType, label=True),
                    "format": value(graph, way, DCTERMS.format, label=True).rsplit("/", 1)[-1].lower(),
                    "size": graph.value(way, DCAT.byteSize),
                    "algorithm": graph.value(checksum, SPDX.algorithm),
                    "sum": value(graph, checksum, SPDX.checksumValue),
                    "type": "api" if graph.value(way, DCAT.accessService) else "main",
                }
            )
        found.append(one)
    return found


def test_udata_takes_the_whole_and_each_base_with_their_files(running: Running, catalogue: Graph, listing: downloads.Listing) -> None:
    bases = store.current(running.data).manifest["bases"]
    found = {one["id"]: one for one in harvested(catalogue)}
    assert found.keys() == {iris.void(running.site, "dataset"), *(iris.dataset(running.site, base) for base in bases)}, "releases are none"
    for one in found.values():
        assert one["title"] and one["description"] and one["tags"] and one["mail"] == running.settings.contact
        assert one["frequency"].rsplit("/", 1)[-1] in FREQUENCIES and one["modified"].toPython().tzinfo
        assert not isinstance(one["temporal"], URIRef), "udata would fetch it"
        assert running.get(local(running, one["page"])).status_code == 200
        for way in one["resources"]:
            assert way["url"] and way["title"], way
            if way["type"] == "main" and way["size"] is not None:
                assert way["algorithm"] == SPDX.checksumAlgorithm_sha256 and len(way["sum"]) == 64
                assert "://" not in way["mime"], "a name, not an IRI"
    files = {way["url"] for way in found[iris.dataset(running.site, "joconde")]["resources"]}
    assert files == {iris.download(running.site, "joconde", file.name) for file in listing.of("joconde") if file.records}
    assert found[iris.dataset(running.site, "joconde")]["licence"] == "Licence Ouverte / Open Licence version 2.0"
    assert found[iris.dataset(running.site, "memoire")]["licence"] == "", "its notices state their own"
    services = [node for node in catalogue.subjects(RDF.type, DCAT.DataService) if (None, DCAT.accessService, node) not in catalogue]
    assert services and all(value(catalogue, node, DCAT.endpointURL) and value(catalogue, node, DCTERMS.identifier) for node in services)


def test_every_address_of_the_catalogue_answers(running: Running, catalogue: Graph) -> None:
    addresses = {
        str(found)
        for prop in (DCAT.downloadURL, DCAT.accessURL, DCAT.landingPage, DCAT.endpointURL, DCAT.endpointDescription, FOAF.homepage)
        for found in catalogue.objects(None, prop)
    }
    asked = {address: running.client.head(running.root + local(running, address)).status_code for address in addresses}
    assert len(asked) > 30 and {status for status in asked.values() if status not in (200, 400)} == set(), asked
    assert {local(running, address) for address, status in asked.items() if status == 400} <= {"/oai"}, "OAI-PMH wants a verb"


# As Europeana reads it -----------------------------------------------------------------------------------------------------------

TYPES = {"application/zip", "application/gzip", "application/x-tar", "application/rdf+xml", "text/turtle", "application/n-triples"}


def mime(graph: Graph, way: Any, prop: Any) -> str:
    """metis-ld-aggregation's MimeType: a name, an IRI of the EU's list, or IANA's with http; an exception for any other."""
    text = str(graph.value(way, prop) or "")
    name = text.removeprefix("http://www.iana.org/assignments/media-types/")
    assert not text or name in TYPES, text
    return name


def test_europeana_gets_the_records_of_a_base_from_its_address(running: Running, listing: downloads.Listing) -> None:
    for base in ("palissy", "joconde"):
        dataset = URIRef(iris.dataset(running.site, base))
        graph = Graph().parse(data=running.get(f"/dataset/{base}", "application/rdf+xml").content, format="xml")
        ways = [way for way in graph.objects(dataset, DCAT.distribution) if (way, DCTERMS.conformsTo, URIRef(iris.EDM)) in graph]
        file = listing.find(base, "edm")
        assert len(ways) == 2 and file is not None and file.records
        for way in ways:
            assert mime(graph, way, DCAT.mediaType) == "application/rdf+xml"
            (address,) = graph.objects(way, DCAT.downloadURL)
            content = running.get(local(running, address), "*/*").content
            pack, package = mime(graph, way, DCAT.compressFormat), mime(graph, way, DCAT.packageFormat)
            if package == "application/zip":
                with zipfile.ZipFile(io.BytesIO(content)) as records:
                    documents = [records.read(name) for name in records.namelist()]
            else:
                assert pack == "application/gzip" and not package
                documents = [gzip.decompress(content)]
            said = Graph()
            for document in documents:
                said.parse(data=document, format="xml")
            records_ = set(said.subjects(RDF.type, URIRef(iris.EDM + "ProvidedCHO")))
            assert records_ == set(said.objects(None, URIRef(iris.EDM + "aggregatedCHO"))) and len(records_) == file.records


# The files -----------------------------------------------------------------------------------------------------------------------


def test_files_are_served_with_type_checksum_and_ranges(running: Running, listing: downloads.Listing) -> None:
    for file in listing.files:
        path = f"/dataset/{file.base}/dump/{file.name}"
        answer = running.get(path, "*/*")
        assert (len(answer.content), hashlib.sha256(answer.content).hexdigest()) == (file.bytes, file.sha256)
        assert answer.headers["content-type"] == BY_NAME[file.format].packed and "content-encoding" not in answer.headers
        assert answer.headers["etag"] == f'"{file.sha256}"' and file.name in answer.headers["content-disposition"]
    part = running.get(path, "*/*", Range="bytes=5-9")
    assert part.status_code == 206 and part.content == answer.content[5:10]
    assert running.get(path, "*/*", **{"If-None-Match": answer.headers["etag"]}).status_code == 304
    assert running.get(path, "*/*", Range=f"bytes={file.bytes}-").status_code == 416


def test_a_stable_name_leads_to_the_newest_file(running: Running, listing: downloads.Listing) -> None:
    for base, format in (("all", "nt"), ("mnr", "csv"), ("palissy", "edm"), ("palissy", "edm-rdf"), ("shared", "nt")):
        file, form = listing.find(base, format), BY_NAME[format]
        assert file is not None
        answer = running.get(f"/dataset/{base}/dump/latest.{form.suffix}", "*/*")
        assert (answer.status_code, answer.headers["location"]) == (302, f"/dataset/{base}/dump/{file.name}")
    sums = running.get("/dataset/all/dump/SHA256SUMS", "*/*").text.splitlines()
    assert sorted(sums) == sorted(f"{file.sha256}  {file.name}" for file in listing.files)
    assert running.get("/dataset/all").headers["location"] == "/dataset"


def test_no_other_file_is_served(running: Running, listing: downloads.Listing) -> None:
    name = listing.of("mnr")[0].name
    for base, file in (
        ("mnr", "downloads.json"),
        ("mnr", "europeana.sqlite3"),
        ("joconde", name),
        ("..", name),
        ("mnr", "..%2Fdownloads.json"),
        ("mnr", "%00"),
        ("mnr", "latest."),
        ("mnr", "latest.exe"),
        ("mnr", "latest.parquet"),
        ("nul", "SHA256SUMS"),
        ("mnr", "%ff%fe" + "x" * 5_000),
    ):
        assert running.get(f"/dataset/{base}/dump/{file}").status_code == 404, (base, file)
    for path in ("/dataset.exe", "/dataset.", "/dataset.%00", "/dataset.ttl.ttl"):
        assert running.get(path).status_code == 404, path


def test_void_names_the_dumps(running: Running, listing: downloads.Listing) -> None:
    graph = Graph().parse(data=running.get("/void.ttl", "*/*").content, format="turtle")
    whole = {str(found) for found in graph.objects(URIRef(iris.void(running.site, "dataset")), VOID.dataDump)}
    assert whole == {iris.download(running.site, "all", file.name) for file in listing.of("all") if file.format == "nt"}
    base = {str(found) for found in graph.objects(URIRef(iris.dataset(running.site, "mnr")), VOID.dataDump)}
    assert base == {iris.download(running.site, "mnr", file.name) for file in listing.of("mnr") if file.format == "nt"}
    assert running.get("/.well-known/void").headers["location"] == "/void"


def test_new_files_are_told_while_the_same_release_serves(running: Running, listing: downloads.Listing) -> None:
    before = running.get("/dataset.ttl", "*/*")
    assert running.get("/dataset.ttl", "*/*", **{"If-None-Match": before.headers["etag"]}).status_code == 304
    more = downloads.make(running.data, ["ttl"], ["museo"], quiet=True)
    file = more.find("museo", "ttl")
    after = running.get("/dataset.ttl", "*/*", **{"If-None-Match": before.headers["etag"]})
    assert file is not None and after.status_code == 200 and file.name in after.text and file.name not in before.text
    assert file.name in running.get("/dataset/museo").text
