"""The files of a release in DCAT-AP 3: a distribution each, with its media type, its checksum, its licence and rights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from pyoxigraph import Literal, NamedNode, Triple

from pop_ld import iris
from pop_ld.bases import load_bases
from pop_ld.formats import words
from pop_ld.formats.download_files import BY_NAME, SHARED, WHOLE, FileFormat
from pop_ld.formats.rdf import about

_A, _DCAT, _T = iris.RDF + "type", iris.DCAT, iris.DCTERMS
_IANA = "//www.iana.org/assignments/media-types/"
CRM_SITE = "https://cidoc-crm.org/"
STATUS = "http://publications.europa.eu/resource/authority/distribution-status/COMPLETED"
SHA256 = iris.SPDX + "checksumAlgorithm_sha256"
LICENCES = {
    "etalab-2.0": ("https://www.etalab.gouv.fr/licence-ouverte-open-licence", "Licence Ouverte / Open Licence version 2.0"),
}
"""Name in mappings/catalogue.csv -> (IRI, title as data.gouv.fr knows it)."""


class File(Protocol):
    """A file that can be downloaded (``downloads.File`` is one)."""

    @property
    def name(self) -> str: ...
    @property
    def format(self) -> str: ...
    @property
    def base(self) -> str: ...
    @property
    def bytes(self) -> int: ...
    @property
    def sha256(self) -> str: ...
    @property
    def records(self) -> int: ...


class Files(Protocol):
    """The files of a release; those of a base by :meth:`of`."""

    @property
    def release(self) -> str: ...
    @property
    def created(self) -> str: ...
    def of(self, base: str) -> Sequence[File]: ...


def dumps(site: str, files: Files | None) -> list[Triple]:
    """VoID §3.3: the files of triples of the whole and of each base."""
    owners = {WHOLE: iris.void(site, "dataset"), **{slug: iris.dataset(site, slug) for slug in load_bases()}}
    listed = [(owner, file) for base, owner in owners.items() for file in (files.of(base) if files else ()) if BY_NAME[file.format].triples]
    return [t for owner, f in listed for t in about(owner, [(iris.VOID + "dataDump", NamedNode(iris.download(site, f.base, f.name)))])]


def file_triples(site: str, owner: str, rights: str, known: Mapping[str, str], file: File, created: str) -> list[Triple]:
    """DCAT 3 §6.8 and VoID §3.3. The licence is that of the base; what notices share has none of its own."""
    form, address = BY_NAME[file.format], iris.download(site, file.base, file.name)
    iri, checksum = iris.part(iris.catalogue(site), iris.key(file.name)), iris.part(iris.catalogue(site), f"{iris.key(file.name)}.sha256")
    when = Literal(created, datatype=NamedNode(iris.XSD + "dateTime"))
    size = Literal(str(file.bytes), datatype=NamedNode(iris.XSD + "nonNegativeInteger"))
    dump = [(iris.VOID + "dataDump", NamedNode(address))] if form.triples else []
    return [
        *about(owner, [(_DCAT + "distribution", NamedNode(iri)), *dump]),
        *about(iri, [(_A, NamedNode(_DCAT + "Distribution")), *_file_texts(file, form), (_T + "identifier", file.name)]),
        *about(iri, [(_DCAT + name, NamedNode(address)) for name in ("accessURL", "downloadURL")]),
        *about(iri, [(_DCAT + "byteSize", size), (_T + "issued", when), (_T + "modified", when)]),
        *about(iri, [(_T + "rights", NamedNode(rights)), (iris.ADMS + "status", NamedNode(STATUS))]),
        *_media(iri, form),
        *licence_of(iri, known),
        *about(iri, [(_T + "conformsTo", NamedNode(name)) for name in _conforms(form)]),
        *about(iri, [(iris.SPDX + "checksum", NamedNode(checksum))]),
        *about(checksum, [(_A, NamedNode(iris.SPDX + "Checksum")), (iris.SPDX + "algorithm", NamedNode(SHA256))]),
        *about(checksum, [(iris.SPDX + "checksumValue", Literal(file.sha256, datatype=NamedNode(iris.XSD + "hexBinary")))]),
    ]


def _file_texts(file: File, form: FileFormat) -> list[tuple[str, Literal]]:
    found = []
    for lang in ("fr", "en"):
        title = words.say(lang, f"ui.downloads_title_{file.base if file.base in (WHOLE, SHARED) else 'base'}", format=label(form, lang))
        name = load_bases()[file.base].short[lang] if file.base in load_bases() else ""
        found.append((_T + "title", Literal(f"{name}{title}", language=lang)))
        said = words.say(lang, f"ui.downloads_about_{form.name.replace('-', '_')}")
        found.append((_T + "description", Literal(said, language=lang)))
    return found


def label(form: FileFormat, lang: str) -> str:
    """The name of a format as pages and titles say it."""
    return words.say(lang, f"ui.downloads_format_{form.name.replace('-', '_')}")


def _conforms(form: FileFormat) -> tuple[str, ...]:
    return (*form.conforms, *((CRM_SITE, iris.ONTOLOGY.rstrip("#")) if form.triples or form.name == "jsonl" else ()))


def _media(iri: str, form: FileFormat) -> list[Triple]:
    """Media types by the IRIs of IANA: https as udata and DCAT have them, but http for EDM, as Europeana's reader wants them.

    Each has its name as a label, which udata takes before it looks at the IRI.
    """
    start = ("http:" if iris.EDM in form.conforms else "https:") + _IANA
    pack = "" if form.packed == form.media_type else "packageFormat" if form.package else "compressFormat"
    types = [("mediaType", form.media_type), *([(pack, form.packed)] if pack else [])]
    found = about(iri, [*((_DCAT + name, NamedNode(start + value)) for name, value in types), (_T + "format", NamedNode(form.kind))])
    found += about(form.kind, [(_A, NamedNode(_T + "MediaTypeOrExtent"))])
    for _, value in types:
        found += about(start + value, [(_A, NamedNode(_T + "MediaType")), (iris.RDFS + "label", value)])
    return found


def licence_of(iri: str, known: Mapping[str, str]) -> list[Triple]:
    """The licence of a base, or of a file of it, where it has one."""
    if known.get("licence", "") not in LICENCES:
        return []
    licence, label = LICENCES[known["licence"]]
    made: list[tuple[str, str | int | NamedNode | Literal]] = [
        (_A, NamedNode(_T + "LicenseDocument")),
        (iris.RDFS + "label", label),
        (_T + "title", label),
    ]
    return [*about(iri, [(_T + "license", NamedNode(licence))]), *about(licence, made)]
