"""The catalogue of datasets in DCAT-AP 3: the whole, each base, their files and the services, as catalogues of open data harvest it.

What a librarian decides (licence, rights, keywords) is in mappings/catalogue.csv, the services are in mappings/services.csv. Two readers
are minded: udata (data.gouv.fr), which takes every ``dcat:Dataset`` for one of its own, so that releases are none here; and Europeana's
reader of linked data, which takes files of EDM by their ``dcterms:conformsTo`` and knows few media types, by their http IRIs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from pop_ld import iris, resources
from pop_ld.bases import load_bases
from pop_ld.formats import descriptions
from pop_ld.formats.catalogue_files import CRM_SITE, SHA256, STATUS, Files, file_triples, licence_of
from pop_ld.formats.descriptions import fr_en
from pop_ld.formats.download_files import BY_NAME, SHARED, WHOLE
from pop_ld.formats.rdf import about

_A, _DCAT, _T = iris.RDF + "type", iris.DCAT, iris.DCTERMS
_EU = "http://publications.europa.eu/resource/authority/"
_THEME, _THEMES = _EU + "data-theme/EDUC", _EU + "data-theme"
_STATUSES = _EU + "distribution-status"
_FREQUENCY, _FRANCE, _PUBLIC = _EU + "frequency/IRREG", _EU + "country/FRA", _EU + "access-right/PUBLIC"
_AUTHORITY = "http://purl.org/adms/publishertype/NationalAuthority"
_STANDARDS = {CRM_SITE: "CIDOC CRM", iris.EDM: "Europeana Data Model"}
_NOTES = {
    _THEME: ("Éducation, culture et sport", "Education, culture and sport", _THEMES),
    STATUS: ("achevé", "completed", _STATUSES),
    _AUTHORITY: ("autorité nationale", "National authority", "http://purl.org/adms/publishertype/1.0"),
}


def catalogue(site: str, manifest: dict[str, Any], files: Files | None, contact: str, without: Sequence[str] = ()) -> list[Triple]:
    """The whole catalogue; ``contact`` is an e-mail address, "" for none, ``without`` names services that are not run."""
    home, whole = iris.void(site, "catalogue"), iris.void(site, "dataset")
    said = fr_en(
        _T + "description",
        "Les bases patrimoniales de la Plateforme ouverte du patrimoine (POP) en données liées : un jeu de données par base, l'ensemble, "
        "leurs fichiers et les services qui les interrogent.",
        "The heritage databases of the Plateforme ouverte du patrimoine (POP) as linked data: a dataset for each base, the whole, their "
        "files and the services that query them.",
    )
    bases = [NamedNode(iris.dataset(site, slug)) for slug in manifest["bases"]]
    return [
        *about(home, [(_A, NamedNode(_DCAT + "Catalog")), *fr_en(_T + "title", "Données liées de POP", "POP linked data"), *said]),
        *about(home, [*descriptions.common(site, manifest), (_T + "identifier", home), (_T + "spatial", NamedNode(_FRANCE))]),
        *about(home, [(iris.FOAF + "homepage", NamedNode(iris.catalogue(site))), (_DCAT + "themeTaxonomy", NamedNode(_THEMES))]),
        *about(home, [(_DCAT + "dataset", iri) for iri in (NamedNode(whole), *bases)]),
        *about(home, [(_DCAT + "service", NamedNode(iris.service(site, row["path"]))) for row in services(without)]),
        *about(iris.catalogue(site), [(_A, NamedNode(iris.FOAF + "Document"))]),
        *dataset(site, WHOLE, manifest, files, contact, without),
        *(triple for slug in manifest["bases"] for triple in dataset(site, slug, manifest, files, contact)),
        *(triple for row in services(without) for triple in _service(site, row, manifest, contact)),
    ]


def dataset(site: str, base: str, manifest: dict[str, Any], files: Files | None, contact: str, without: Sequence[str] = ()) -> list[Triple]:
    """A base, or all of them, with its files: what its own address says. ``base`` is "all" for all."""
    known = row_of(base)
    if base == WHOLE:
        iri, page = iris.void(site, "dataset"), iris.catalogue(site)
        found = [*descriptions.all_data(site, manifest), *_ways(site, without)]
        found = [t for t in found if t.predicate.value not in (_DCAT + "landingPage", _T + "rights")]
    else:
        iri, page = iris.dataset(site, base), iris.dataset(site, base)
        found = [*descriptions.dataset(site, load_bases()[base], manifest), *about(iri, [(_DCAT + "version", manifest["name"])])]
    rights = iris.part(iris.catalogue(site), f"rights-{base}")
    listed = [
        file for each in ((WHOLE, SHARED) if base == WHOLE else (base,)) for file in (files.of(each) if files else ()) if file.records
    ]
    return [
        *found,
        *about(iri, [(_DCAT + "theme", NamedNode(_THEME)), (_T + "spatial", NamedNode(_FRANCE)), (_T + "rights", NamedNode(rights))]),
        *about(iri, [(_T + "accrualPeriodicity", NamedNode(_FREQUENCY)), (_T + "accessRights", NamedNode(_PUBLIC))]),
        *about(iri, [(_T + "conformsTo", NamedNode(name)) for name in (CRM_SITE, iris.ONTOLOGY.rstrip("#"))]),
        *about(iri, [(_DCAT + "landingPage", NamedNode(page)), *_keywords(known), *_contact(site, contact)]),
        *about(page, [(_A, NamedNode(iris.FOAF + "Document"))]),
        *about(iri, [(_T + "provenance", NamedNode(iris.part(iris.catalogue(site), "provenance")))]),
        *about(rights, [(_A, NamedNode(_T + "RightsStatement")), *_label(known.get("rights", ""), known.get("rights_en", ""))]),
        *licence_of(iri, known),
        *(triple for file in listed for triple in file_triples(site, iri, rights, known, file, files.created if files else "")),
        *_notes(site, contact),
    ]


def _keywords(known: Mapping[str, str]) -> list[tuple[str, Literal]]:
    return [
        (_DCAT + "keyword", Literal(word, language=lang))
        for column, lang in (("keywords", "fr"), ("keywords_en", "en"))
        for word in known.get(column, "").split("|")
        if word
    ]


def _label(fr: str, en: str) -> list[tuple[str, Literal]]:
    return fr_en(iris.RDFS + "label", fr, en) if fr else []


def _contact(site: str, contact: str) -> list[tuple[str, NamedNode]]:
    return [(_DCAT + "contactPoint", NamedNode(iris.part(iris.catalogue(site), "contact")))] if contact else []


# Services ----------------------------------------------------------------------------------------------------------------------


def row_of(base: str) -> Mapping[str, str]:
    """What mappings/catalogue.csv says of a base, or of "all"; nothing of what it does not name."""
    return _rows().get(base, {})


def services(without: Sequence[str] = ()) -> list[Mapping[str, str]]:
    """The lines of mappings/services.csv, but those of some names."""
    return [row for row in resources.table("services.csv") if row["name"] not in without]


@cache
def _rows() -> Mapping[str, Mapping[str, str]]:
    return {row["base"]: row for row in resources.table("catalogue.csv")}


def _service(site: str, row: Mapping[str, str], manifest: dict[str, Any], contact: str) -> list[Triple]:
    iri = iris.service(site, row["path"])
    texts = [*fr_en(_T + "title", row["title"], row["title_en"]), *fr_en(_T + "description", row["description"], row["description_en"])]
    served = [NamedNode(iris.void(site, "dataset")), *(NamedNode(iris.dataset(site, slug)) for slug in manifest["bases"])]
    return [
        *about(iri, [(_A, NamedNode(_DCAT + "DataService")), *texts, (_T + "identifier", iri), *_contact(site, contact)]),
        *about(iri, [(_DCAT + "endpointURL", NamedNode(iri)), (_DCAT + "endpointDescription", NamedNode(iri))]),
        *about(iri, [(_T + "conformsTo", NamedNode(row["standard"])), (_T + "accessRights", NamedNode(_PUBLIC))]),
        *about(iri, [(_DCAT + "theme", NamedNode(_THEME)), (_T + "publisher", NamedNode(iris.void(site, "publisher")))]),
        *about(iri, [(_DCAT + "servesDataset", each) for each in served]),
        *about(row["standard"], [(_A, NamedNode(_T + "Standard")), (_T + "title", row["standard_name"])]),
    ]


def _ways(site: str, without: Sequence[str]) -> list[Triple]:
    """How to get the whole without a file: each service, and the files of each release, which form a chain."""
    whole, found = iris.void(site, "dataset"), list[Triple]()
    ways = [(row["name"], row["path"], row["title"], row["title_en"]) for row in services(without) if row["distribution"]]
    chain = ("releases", "releases", "Fichiers de chaque version", "Files of each release")
    for name, path, fr, en in (*ways, chain):
        iri, address = iris.void(site, f"distribution-{name}"), NamedNode(iris.service(site, path))
        found += about(whole, [(_DCAT + "distribution", NamedNode(iri))])
        found += about(iri, [(_A, NamedNode(_DCAT + "Distribution")), (_DCAT + "accessURL", address), *fr_en(_T + "title", fr, en)])
        found += about(iri, [(_T + "rights", NamedNode(iris.part(iris.catalogue(site), f"rights-{WHOLE}")))])
        if name != chain[0]:
            found += about(iri, [(_DCAT + "accessService", address)])
            found += about(address.value, [(_A, NamedNode(_DCAT + "DataService"))])
    return found


# What is referred to -----------------------------------------------------------------------------------------------------------


def _notes(site: str, contact: str) -> list[Triple]:
    """What of other vocabularies is pointed at, with its class, as DCAT-AP wants it; who publishes, whom to write to, where from."""
    here, person, publisher = iris.catalogue(site), iris.part(iris.catalogue(site), "contact"), iris.void(site, "publisher")
    provenance = fr_en(
        iris.RDFS + "label",
        "Notices écrites par les musées, les services et les bibliothèques qui alimentent POP, converties sans correction du fond.",
        "Notices written by the museums, services and libraries that feed POP, converted without correcting what they say.",
    )
    names = fr_en(iris.VCARD + "fn", "POP, données liées", "POP linked data")[:1]
    mail = [(iris.VCARD + "hasEmail", NamedNode(f"mailto:{contact}"))] if contact else []
    kinds = ((_FREQUENCY, "Frequency"), (_FRANCE, "Location"), (_PUBLIC, "RightsStatement"))
    return [
        *(triple for name, kind in kinds for triple in about(name, [(_A, NamedNode(_T + kind))])),
        *(triple for name in descriptions.LANGUAGES for triple in about(name, [(_A, NamedNode(_T + "LinguisticSystem"))])),
        *_concepts(),
        *about(SHA256, [(_A, NamedNode(iris.SPDX + "ChecksumAlgorithm"))]),
        *(t for name, title in _standards() for t in about(name, [(_A, NamedNode(_T + "Standard")), (_T + "title", title)])),
        *about(iris.part(here, "provenance"), [(_A, NamedNode(_T + "ProvenanceStatement")), *provenance]),
        *(about(person, [(_A, NamedNode(iris.VCARD + kind)) for kind in ("Kind", "Organization")]) if contact else ()),
        *(about(person, [*names, *mail]) if contact else ()),
        *about(publisher, [(_A, NamedNode(iris.FOAF + kind)) for kind in ("Agent", "Organization")]),
        *about(publisher, fr_en(iris.FOAF + "name", "Ministère de la Culture", "French Ministry of Culture")),
        *about(publisher, [(_T + "type", NamedNode(_AUTHORITY))]),
    ]


def _concepts() -> Iterable[Triple]:
    for iri, (fr, en, scheme) in _NOTES.items():
        kind = [(_A, NamedNode(iris.SKOS + "Concept")), (iris.SKOS + "inScheme", NamedNode(scheme))]
        yield from about(iri, [*kind, *fr_en(iris.SKOS + "prefLabel", fr, en)])
        yield from about(scheme, [(_A, NamedNode(iris.SKOS + "ConceptScheme")), (_T + "title", iris.last_part(scheme))])


def _standards() -> Iterable[tuple[str, str]]:
    yield iris.ONTOLOGY.rstrip("#"), "POP"
    yield from _STANDARDS.items()
    for form in BY_NAME.values():
        yield from ((name, form.media_type) for name in form.conforms if name not in _STANDARDS)
