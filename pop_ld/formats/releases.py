"""A release's manifest in, what is said of the release out: DCAT 3 and VoID triples with its files, and their checksums in SPDX."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from pop_ld import iris
from pop_ld.formats.rdf import about

_A = iris.RDF + "type"
_MEDIA = "https://www.iana.org/assignments/media-types/"
_KIND = "http://publications.europa.eu/resource/authority/file-type/RDF_N_TRIPLES"
_SHA256 = iris.SPDX + "checksumAlgorithm_sha256"
_NAMED = (
    *((f"{_MEDIA}application/{name}", iris.DCTERMS + "MediaType") for name in ("json", "n-triples", "gzip")),
    (_KIND, iris.DCTERMS + "MediaTypeOrExtent"),
    (_SHA256, iris.SPDX + "ChecksumAlgorithm"),
)
"""What of other vocabularies the files point at, with its class, as DCAT-AP 3 wants it."""
_LANGUAGES = ("fr", "en")
_TITLE = {"fr": "POP, version {name}", "en": "POP, release {name}"}
_SAID = {
    "fr": "Les notices de POP en RDF, version {name}. Ses fichiers sont ce qu'elle apporte à la version précédente.",
    "en": "The notices of POP as RDF, release {name}. Its files are what it brings to the release before.",
}
_FILE = {"fr": "{file} : N-Triples, gzip", "en": "{file}: N-Triples, gzip"}
_REMOVED = {"fr": "{file} : adresses des notices retirées, JSON", "en": "{file}: addresses of the notices taken out, JSON"}


def release(site: str, manifest: Mapping[str, Any]) -> list[Triple]:
    """The release, when it was made, how large it is, the one before, and its files where its manifest lists them."""
    iri, former, files = iris.release(site, manifest["name"]), manifest.get("previous"), manifest.get("dump", ())
    found = [
        *_version(site, manifest),
        *about(iri, [(_A, NamedNode(iris.DCAT + "Dataset")), (iris.DCTERMS + "identifier", iri)]),
        *about(iri, [*_texts("title", _TITLE, name=manifest["name"]), *_texts("description", _SAID, name=manifest["name"])]),
        *about(iri, [(iris.DCAT + "distribution", NamedNode(_distribution(iri, file["name"]))) for file in files]),
        *(triple for file in files for triple in _of_file(site, manifest["name"], file)),
        *(triple for name, kind in _NAMED for triple in about(name, [(_A, NamedNode(kind))]) if files),
    ]
    if former:
        found += _version(site, former)
        found += about(iri, [(iris.DCAT + "previousVersion", NamedNode(iris.release(site, former["name"])))])
    return found


def _version(site: str, manifest: Mapping[str, Any]) -> list[Triple]:
    """One release: when, and how large."""
    iri, when = iris.release(site, manifest["name"]), Literal(manifest["created"], datatype=NamedNode(iris.XSD + "dateTime"))
    sizes = [(iris.VOID + name, int(manifest[key])) for name, key in (("triples", "triples"), ("entities", "notices")) if key in manifest]
    return [
        *about(iri, [(_A, NamedNode(iris.VOID + "Dataset")), (iris.DCTERMS + "created", when), (iris.DCAT + "version", manifest["name"])]),
        *about(iri, sizes),
        *about(iri, [(iris.DCAT + "isVersionOf", NamedNode(iris.void(site, "dataset")))]),
    ]


def _of_file(site: str, name: str, file: Mapping[str, Any]) -> list[Triple]:
    """DCAT 3 §6.8 and VoID §3.3; the checksum by DCAT 3 §6.8.21."""
    iri = _distribution(iris.release(site, name), file["name"])
    address, checksum = NamedNode(iris.dump(site, name, file["name"])), f"{iri}.sha256"
    triples = file["name"].endswith(".nt.gz")
    size = Literal(str(file["bytes"]), datatype=NamedNode(iris.XSD + "nonNegativeInteger"))
    value = Literal(file["sha256"], datatype=NamedNode(iris.XSD + "hexBinary"))
    found = [
        *about(iri, [(_A, NamedNode(iris.DCAT + "Distribution")), *_texts("title", _FILE if triples else _REMOVED, file=file["name"])]),
        *about(iri, [(iris.DCAT + "accessURL", address), (iris.DCAT + "downloadURL", address), (iris.DCAT + "byteSize", size)]),
        *about(iri, [(iris.SPDX + "checksum", NamedNode(checksum))]),
        *about(checksum, [(_A, NamedNode(iris.SPDX + "Checksum")), (iris.SPDX + "checksumValue", value)]),
        *about(checksum, [(iris.SPDX + "algorithm", NamedNode(_SHA256))]),
    ]
    if not triples:
        return [*found, *about(iri, [(iris.DCAT + "mediaType", NamedNode(f"{_MEDIA}application/json"))])]
    return [
        *found,
        *about(iris.release(site, name), [(iris.VOID + "dataDump", address)]),
        *about(iri, [(iris.DCAT + "mediaType", NamedNode(f"{_MEDIA}application/n-triples")), (iris.DCTERMS + "format", NamedNode(_KIND))]),
        *about(iri, [(iris.DCAT + "compressFormat", NamedNode(f"{_MEDIA}application/gzip"))]),
    ]


def _distribution(release: str, file: str) -> str:
    return f"{release}#{iris.key(file)}"


def _texts(term: str, texts: Mapping[str, str], **values: str) -> Iterable[tuple[str, Literal]]:
    return [(iris.DCTERMS + term, Literal(texts[lang].format(**values), language=lang)) for lang in _LANGUAGES]
