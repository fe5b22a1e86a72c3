"""OAI-PMH 2.0 as XML: the envelope of every answer, and what each verb puts into it (openarchives.org, protocol version 2002-06-14)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree

from pop_ld import iris
from pop_ld.formats.words import say

OAI = "http://www.openarchives.org/OAI/2.0/"
_SCHEMA = OAI + "OAI-PMH.xsd"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
_LOCATION = f"{{{XSI}}}schemaLocation"
_IDENTIFIER, _IDENTIFIER_SCHEMA = OAI + "oai-identifier", OAI + "oai-identifier.xsd"
_RIGHTS, _MANIFEST = OAI + "rights/", "rightsManifest.xsd"
OAI_DC, OAI_DC_SCHEMA = OAI + "oai_dc/", OAI + "oai_dc.xsd"
_DOMAIN = re.compile(r"[a-zA-Z][a-zA-Z0-9\-]*(\.[a-zA-Z][a-zA-Z0-9\-]*)+")
MEDIA_TYPE = "text/xml"
NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Prefix:
    """A metadata format as ListMetadataFormats tells of it."""

    name: str
    schema: str
    namespace: str


PREFIXES: Mapping[str, Prefix] = {
    prefix.name: prefix
    for prefix in (
        Prefix("oai_dc", OAI_DC_SCHEMA, OAI_DC),
        Prefix("edm", "http://www.europeana.eu/schemas/edm/EDM.xsd", iris.EDM),
        Prefix("lido", "http://lido-schema.org/schema/v1.1/lido-v1.1.xsd", "http://www.lido-schema.org"),
        Prefix("rdf", OAI + "rdf.xsd", iris.RDF),
    )
}
"""The metadata formats by their prefixes, in the order of ListMetadataFormats."""


@dataclass(frozen=True, slots=True)
class Header:
    """What OAI-PMH says of a record before its metadata; ``datestamp`` is a moment in UTC, ``deleted`` in the format that was asked for."""

    identifier: str
    datestamp: str
    sets: Sequence[str]
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """An error or exception condition (OAI-PMH §3.6): its code and a sentence."""

    code: str
    text: str


def text(value: str) -> str:
    """A text as XML 1.0 §2.2 can write it: what it cannot becomes U+FFFD."""
    return NO_XML.sub("\ufffd", value)


def host(site: str) -> str:
    """The name of the repository in its identifiers: the host of the site."""
    return urlsplit(site).hostname or "localhost"


def identifier(site: str, key: str) -> str:
    """``joconde/000PE000001`` -> ``oai:data.pop.culture.gouv.fr:joconde/000PE000001``."""
    return f"oai:{host(site)}:{key}"


def key_of(site: str, identifier: str) -> str:
    """The inverse, "" for an identifier of another repository."""
    mark = f"oai:{host(site)}:"
    return identifier.removeprefix(mark) if identifier.startswith(mark) else ""


# The envelope -----------------------------------------------------------------------------------------------------------


def envelope(site: str, moment: str, asked: Mapping[str, str], content: Iterable[etree._Element]) -> bytes:
    """A whole answer, in UTF-8; ``asked`` are the arguments that the request is said to have had, none where they were faulty."""
    root = etree.Element(_name("OAI-PMH"), nsmap={None: OAI, "xsi": XSI})
    root.set(_LOCATION, f"{OAI} {_SCHEMA}")
    _add(root, "responseDate", moment)
    request = _add(root, "request", iris.oai(site))
    for name, value in asked.items():
        request.set(name, value)
    root.extend(content)
    made: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return made + b"\n"


def faults(found: Iterable[Fault]) -> list[etree._Element]:
    """The ``error`` elements."""
    made = []
    for fault in found:
        element = etree.Element(_name("error"), code=fault.code)
        element.text = text(fault.text)
        made.append(element)
    return made


def _name(local: str) -> str:
    return f"{{{OAI}}}{local}"


def _add(parent: etree._Element, local: str, value: str = "") -> etree._Element:
    child = etree.SubElement(parent, _name(local))
    if value:
        child.text = text(value)
    return child


# What the repository says of itself -------------------------------------------------------------------------------------


def identify(site: str, contact: str, earliest: str, sample: str) -> etree._Element:
    """Identify: deleted records stay known for ever, moments are of seconds; ``sample`` is the key of any record."""
    made = etree.Element(_name("Identify"))
    repository = host(site)
    for name, value in (
        ("repositoryName", say("fr", "ui.site_data_name")),
        ("baseURL", iris.oai(site)),
        ("protocolVersion", "2.0"),
        ("adminEmail", contact or f"postmaster@{repository if '.' in repository else 'localhost.localdomain'}"),
        ("earliestDatestamp", earliest),
        ("deletedRecord", "persistent"),
        ("granularity", "YYYY-MM-DDThh:mm:ssZ"),
        ("compression", "gzip"),
    ):
        _add(made, name, value)
    if _DOMAIN.fullmatch(repository):
        scheme = etree.SubElement(_add(made, "description"), f"{{{_IDENTIFIER}}}oai-identifier", nsmap={None: _IDENTIFIER})
        scheme.set(_LOCATION, f"{_IDENTIFIER} {_IDENTIFIER_SCHEMA}")
        parts = (
            ("scheme", "oai"),
            ("repositoryIdentifier", repository),
            ("delimiter", ":"),
            ("sampleIdentifier", identifier(site, sample)),
        )
        for name, value in parts:
            etree.SubElement(scheme, f"{{{_IDENTIFIER}}}{name}").text = value
    manifest = etree.SubElement(_add(made, "description"), f"{{{_RIGHTS}}}rightsManifest", nsmap={None: _RIGHTS})
    manifest.set("appliesTo", OAI + "entity#metadata")
    manifest.set(_LOCATION, f"{_RIGHTS} {_RIGHTS.removesuffix('rights/')}{_MANIFEST}")
    rights = etree.SubElement(manifest, f"{{{_RIGHTS}}}rights")
    etree.SubElement(rights, f"{{{_RIGHTS}}}rightsReference", ref=iris.rights_page(site))
    return made


def metadata_formats(offered: Iterable[str]) -> etree._Element:
    """ListMetadataFormats."""
    made = etree.Element(_name("ListMetadataFormats"))
    for prefix in map(PREFIXES.__getitem__, offered):
        one = _add(made, "metadataFormat")
        for name, value in (("metadataPrefix", prefix.name), ("schema", prefix.schema), ("metadataNamespace", prefix.namespace)):
            _add(one, name, value)
    return made


def sets(listed: Iterable[tuple[str, str, Mapping[str, str]]]) -> etree._Element:
    """ListSets: (setSpec, name, description by language) of each."""
    made = etree.Element(_name("ListSets"))
    for spec, name, described in listed:
        one = _add(made, "set")
        _add(one, "setSpec", spec)
        _add(one, "setName", name)
        record = dublin_core([("description", words, lang) for lang, words in described.items()])
        _add(one, "setDescription").append(record)
    return made


# Records ----------------------------------------------------------------------------------------------------------------


def dublin_core(pairs: Iterable[tuple[str, str, str]]) -> etree._Element:
    """``oai_dc:dc`` of (element, text, language or ""), in the order given."""
    made = etree.Element(f"{{{OAI_DC}}}dc", nsmap={"oai_dc": OAI_DC, "dc": iris.DC, "xsi": XSI})
    made.set(_LOCATION, f"{OAI_DC} {OAI_DC_SCHEMA}")
    for name, value, lang in pairs:
        one = etree.SubElement(made, f"{{{iris.DC}}}{name}")
        one.text = text(value)
        if lang:
            one.set("{http://www.w3.org/XML/1998/namespace}lang", lang)
    return made


def header(about: Header) -> etree._Element:
    """The ``header`` of a record."""
    made = etree.Element(_name("header"))
    if about.deleted:
        made.set("status", "deleted")
    _add(made, "identifier", about.identifier)
    _add(made, "datestamp", about.datestamp)
    for spec in about.sets:
        _add(made, "setSpec", spec)
    return made


def record(about: Header, metadata: etree._Element | None, rights: str = "") -> etree._Element:
    """A ``record``: header and metadata, and the statement of the rights in the data; of a deleted one the header alone."""
    made = etree.Element(_name("record"))
    made.append(header(about))
    if metadata is not None:
        _add(made, "metadata").append(metadata)
        if rights:
            held = etree.SubElement(_add(made, "about"), f"{{{_RIGHTS}}}rights", nsmap={None: _RIGHTS})
            held.set(_LOCATION, f"{_RIGHTS} {OAI}rights.xsd")
            etree.SubElement(held, f"{{{_RIGHTS}}}rightsReference", ref=iris.uri(rights))
    return made


def size(element: etree._Element) -> int:
    """Bytes that an element takes, about."""
    return len(etree.tostring(element))


def listed(verb: str, content: Iterable[etree._Element], *, token: str, cursor: int, total: int) -> etree._Element:
    """ListIdentifiers, ListRecords or GetRecord; where a list has several parts each tells its place, and the last has an empty token."""
    made = etree.Element(_name(verb))
    made.extend(content)
    if token or cursor:
        end = _add(made, "resumptionToken", token)
        end.set("completeListSize", str(total))
        end.set("cursor", str(cursor))
    return made
