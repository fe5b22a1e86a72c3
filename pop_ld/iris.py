"""Mints and reads every IRI and URL of the site; nobody else concatenates one.

``{site}/id/{base}/{REF}`` a thing, ``{site}/doc/{base}/{REF}`` its document, ``#…`` its parts. REF is percent-encoded
(RFC 3986 §2.3: all but unreserved characters), its case kept. The ontology's namespace never moves with the site.
"""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote, unquote

DEFAULT_SITE = "https://data.pop.culture.gouv.fr"
ONTOLOGY = "https://data.pop.culture.gouv.fr/def/pop#"
"""Namespace of ``pop:``; fixed whatever the site."""

SHAPES = "https://data.pop.culture.gouv.fr/shapes/"
"""Root of the IRIs of the shapes, ``{SHAPES}{base}#{CODE}``; fixed whatever the site."""

FIELD = "https://data.pop.culture.gouv.fr/def/champ#"
"""Namespace ``champ:`` of a notice as its fields: ``champ:INV`` an occurrence of INV as written."""

WHOLE_FIELD = "https://data.pop.culture.gouv.fr/def/texte#"
"""Namespace ``texte:``: ``texte:STAT`` the whole text of STAT, its occurrences joined."""

REMARK = "https://data.pop.culture.gouv.fr/def/constat#"
"""Namespace ``constat:``: ``constat:MILL.year-not-understood`` a text of MILL that its parser did not understand."""

MAPPING = "https://data.pop.culture.gouv.fr/def/mapping#"
"""Namespace of the triples maps of an exported mapping."""

CRM = "http://www.cidoc-crm.org/cidoc-crm/"
CRM_EXTENSIONS = "http://www.cidoc-crm.org/extensions/"
LINKED_ART = "https://linked.art/ns/terms/"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
XSD = "http://www.w3.org/2001/XMLSchema#"
DCTERMS = "http://purl.org/dc/terms/"
DC = "http://purl.org/dc/elements/1.1/"
DCMITYPE = "http://purl.org/dc/dcmitype/"
FOAF = "http://xmlns.com/foaf/0.1/"
PROV = "http://www.w3.org/ns/prov#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
SCHEMA = "https://schema.org/"
WGS84 = "http://www.w3.org/2003/01/geo/wgs84_pos#"
EDM = "http://www.europeana.eu/schemas/edm/"
ORE = "http://www.openarchives.org/ore/terms/"
OWL = "http://www.w3.org/2002/07/owl#"
RDA_GROUP2 = "http://rdvocab.info/ElementsGr2/"
SHACL = "http://www.w3.org/ns/shacl#"
DQV = "http://www.w3.org/ns/dqv#"
VOID = "http://rdfs.org/ns/void#"
DCAT = "http://www.w3.org/ns/dcat#"
SERVICE = "http://www.w3.org/ns/sparql-service-description#"
FORMATS = "http://www.w3.org/ns/formats/"
PROFILE = "http://www.w3.org/ns/dx/prof/Profile"
JSON_LD_CONTEXT = "http://www.w3.org/ns/json-ld#context"
SPDX = "http://spdx.org/rdf/terms#"
ADMS = "http://www.w3.org/ns/adms#"
VCARD = "http://www.w3.org/2006/vcard/ns#"
SSSOM = "https://w3id.org/sssom/"
SEMAPV = "https://w3id.org/semapv/vocab/"
GEO_FUNCTION = "http://www.opengis.net/def/function/geosparql/"
LDES = "https://w3id.org/ldes#"
TREE = "https://w3id.org/tree#"
ACTIVITY = "https://www.w3.org/ns/activitystreams#"

SITE_PREFIXES = {
    "id": "/id/",
    "doc": "/doc/",
    "agent": "/id/agent/",
    "concept": "/id/concept/",
    "lieu": "/id/lieu/",
    "temps": "/id/temps/",
    "dataset": "/dataset/",
}
"""Prefixes of a mapping that follow the configured site: prefix -> path on it."""


def key(text: str) -> str:
    """The ASCII key of a text for use inside an IRI: ``R 26 P`` -> ``R%2026%20P`` (UTF-8, RFC 3986 unreserved kept)."""
    return text if text.isascii() and text.isalnum() else quote(text, safe="~")


@lru_cache(maxsize=100_000)
def name_key(text: str) -> str:
    """Like :func:`key` with spaces as ``_`` (a written ``_`` becomes ``%5F``): readable and still one-to-one."""
    return quote(text.replace("_", "\0"), safe="~ ").replace("%00", "%5F").replace(" ", "_")


def unkey(text: str) -> str:
    """The text that a key stands for; the inverse of :func:`key`."""
    return unquote(text)


def notice(site: str, base: str, ref: str) -> str:
    """IRI of a notice's thing: ``{site}/id/{base}/{REF}``."""
    return f"{site}/id/{base}/{key(ref)}"


def document(site: str, base: str, ref: str) -> str:
    """IRI of a notice's document: ``{site}/doc/{base}/{REF}``."""
    return f"{site}/doc/{base}/{key(ref)}"


def dataset(site: str, base: str) -> str:
    """IRI of a base as a dataset."""
    return f"{site}/dataset/{base}"


def thesaurus_graph(site: str, name: str) -> str:
    """IRI of the named graph that holds an installed thesaurus."""
    return f"{site}/graph/thesaurus/{key(name)}"


def quality_graph(site: str) -> str:
    """IRI of the named graph of quality measurements."""
    return f"{site}/graph/quality"


def links_graph(site: str, source: str) -> str:
    """IRI of the named graph of the links that a source gave: ``{site}/graph/links/{source}``."""
    return f"{site}/graph/links/{key(source)}"


def void_graph(site: str) -> str:
    """IRI of the named graph that describes the release: VoID, DCAT, the service."""
    return f"{site}/graph/void"


def examples_graph(site: str) -> str:
    """IRI of the named graph of the example queries."""
    return f"{site}/graph/examples"


def new_graph(site: str, name: str) -> str:
    """IRI of a named graph that an operator adds without naming it."""
    return f"{site}/graph/annotation/{key(name)}"


def void(site: str, part: str = "") -> str:
    """IRI of the VoID document, or of one of the ``#`` parts that it describes."""
    return f"{site}/void#{part}" if part else f"{site}/void"


def sparql(site: str, part: str = "") -> str:
    """IRI of the SPARQL endpoint, or of a ``#`` part of its description."""
    return f"{site}/sparql#{part}" if part else f"{site}/sparql"


def release(site: str, name: str) -> str:
    """IRI of a release."""
    return f"{site}/release/{name}"


def dump(site: str, release: str, file: str) -> str:
    """Address of a file that a release brought."""
    return f"{site}/release/{release}/dump/{key(file)}"


def catalogue(site: str) -> str:
    """Address of the catalogue of datasets."""
    return f"{site}/dataset"


def download(site: str, base: str, file: str) -> str:
    """Address of a file of a whole base: ``base`` is a base, "all" or "shared"."""
    return f"{site}/dataset/{base}/dump/{key(file)}"


def service(site: str, name: str) -> str:
    """Address of one of the site's services, by the name that its path has."""
    return f"{site}/{name}"


def feed(site: str, part: str = "") -> str:
    """Address of the first page of the event stream, or IRI of a ``#`` part of it: ``stream`` is the stream itself."""
    return f"{site}/feed#{part}" if part else f"{site}/feed"


def feed_page(site: str, batch: str, number: int, part: str = "") -> str:
    """Address of a page of the event stream, or IRI of a ``#`` part of it."""
    return f"{site}/feed/{batch}/{number}#{part}" if part else f"{site}/feed/{batch}/{number}"


def version(site: str, batch: str, number: int, entity: str) -> str:
    """IRI of what an entity became with a batch, on that page of it: ``…#joconde/REF``, or the whole IRI of what is not the site's."""
    return f"{feed_page(site, batch, number)}#{uri(entity.removeprefix(f'{site}/id/')).replace('#', '%23')}"


def activities(site: str, name: str, page: str = "") -> str:
    """Address of a list of activities, or of a page of it (``{batch}/{number}``)."""
    return f"{site}/activity/{name}/{page}" if page else f"{site}/activity/{name}"


def memento(site: str, release: str, thing: str) -> str:
    """Address of the document of a thing as it was in a release."""
    return f"{site}/release/{release}/doc/" + thing.split("#", 1)[0].removeprefix(f"{site}/id/")


def timemap(site: str, kind: str, thing: str) -> str:
    """Address of the TimeMap of a thing's document; ``kind`` is ``link`` or ``json``."""
    return f"{site}/timemap/{kind}/doc/" + thing.split("#", 1)[0].removeprefix(f"{site}/id/")


def oai(site: str) -> str:
    """Address of the OAI-PMH service, its base URL."""
    return f"{site}/oai"


def rights_page(site: str) -> str:
    """Address of the page that says which rights there are in the data."""
    return f"{site}/legal"


def department(site: str, code: str) -> str:
    """IRI of a department as a place, by its INSEE code."""
    return f"{site}/id/lieu/departement-{code}"


def term_page(site: str, name: str) -> str:
    """Address of the page of a class or property of ``pop:``, whose IRI is ``{ONTOLOGY}{name}``."""
    return f"{site}/def/pop/{key(name)}"


def is_thing(site: str, iri: str) -> bool:
    """Whether the IRI is a thing of the site, which has a page: ``{site}/id/…`` without a fragment."""
    return iri.startswith(f"{site}/id/") and "#" not in iri


def path_of(site: str, thing: str) -> str:
    """``base/KEY`` of a notice, ``agent/…`` of an agent: what comes after ``{site}/id/``; an IRI that is none of the site's as it is."""
    return thing.removeprefix(f"{site}/id/")


def thing_to_document(site: str, iri: str) -> str:
    """``{site}/id/x`` -> ``{site}/doc/x`` (fragment dropped)."""
    return f"{site}/doc/" + iri.split("#", 1)[0].removeprefix(f"{site}/id/")


def concept_page(site: str, iri: str) -> str:
    """Address of our page of a concept that has its IRI elsewhere: a term of an installed thesaurus."""
    return f"{site}/concept?iri={quote(iri, safe=':/')}"


def page_of(site: str, iri: str) -> str:
    """Address of the page of a thing: its document, or ours of a concept of elsewhere."""
    return thing_to_document(site, iri) if is_thing(site, iri) else concept_page(site, iri)


def uri(iri: str) -> str:
    """The IRI as a URI, for headers and for what takes ASCII alone (RFC 3987 §3.1); what is escaped already stays."""
    return quote(iri, safe="!#$%&'()*+,/:;=?@[]~")


def document_to_thing(site: str, iri: str) -> str:
    """``{site}/doc/x`` -> ``{site}/id/x``."""
    return f"{site}/id/" + iri.removeprefix(f"{site}/doc/")


def thing_of(site: str, iri: str) -> str:
    """The thing that a document is about; any other IRI as it is."""
    return document_to_thing(site, iri) if iri.startswith(f"{site}/doc/") else iri


def part(iri: str, name: str) -> str:
    """IRI of a part of a thing or document: ``{iri}#{name}``; ``name`` is an ASCII key."""
    return f"{iri}#{name}"


def local(site: str, iri: str) -> str:
    """The address to follow from a page: the path alone for IRIs of the site, so that links work on any host."""
    if iri == site:
        return "/"
    return iri.removeprefix(site) if iri.startswith(site + "/") else iri


def from_path(site: str, path: str) -> str:
    """IRI for a request's raw path, its escapes made canonical: ``/id/mnr/R 26 P`` -> ``{site}/id/mnr/R%2026%20P``."""
    return site + "/".join(quote(unquote(part), safe="~") for part in path.split("/"))


def last_part(iri: str) -> str:
    """What is shown for an IRI without a label: its last segment or fragment, decoded."""
    return unquote(iri.rstrip("/#").replace("#", "/").rsplit("/", 1)[-1]).replace("_", " ")


def pop_page(pop: str, base: str, ref_key: str) -> str:
    """POP's own page of a notice: ``{pop}/notice/{base}/{REF}``, from the key of its REF."""
    return f"{pop}/notice/{base}/{ref_key}"
