"""The properties of schema.org that fit works, places, agents and terms, each only where its definition has the type in its domain."""

from __future__ import annotations

from pop_ld import iris
from pop_ld.bases import load_bases
from pop_ld.formats.crosswalk import Image, provider
from pop_ld.formats.naming import notice_base
from pop_ld.formats.schema_draft import Draft, Tree, iso_dates, iso_spans
from pop_ld.formats.schema_types import AGENT_TYPE, agent_type
from pop_ld.formats.words import followable, plain

_AAT = "http://vocab.getty.edu/aat/"
_SIZES = {
    _AAT + "300055644": "height",
    _AAT + "300055647": "width",
    _AAT + "300072633": "depth",
    _AAT + "300055646": "depth",
}
_UNITS = {_AAT + "300379098": ("CMT", "cm"), _AAT + "300379099": ("MTR", "m"), _AAT + "300379097": ("MMT", "mm")}
"""AAT's unit -> UN/CEFACT's common code, which schema.org wants, and the sign."""

_SURNAME, _FORENAME = _AAT + "300404652", _AAT + "300404651"
_LICENCES = ("http://creativecommons.org/", "https://creativecommons.org/")
_WORKS = frozenset({"joconde", "mnr", "palissy", "memoire", "enluminures"})
_FACTS = (
    ("DENO", iris.DCTERMS + "type"),
    ("SCLE", iris.DCTERMS + "temporal"),
    ("AUTR", iris.DCTERMS + "creator"),
    ("PROT", iris.ONTOLOGY + "protection"),
    ("DATE", iris.DCTERMS + "date"),
)
"""What a building's notice says and schema.org has no property of a place for: POP's field and where it is said."""


def licence(rights: str) -> Tree:
    """A licence as one; another rights statement is information on use."""
    return {"license": rights} if rights.startswith(_LICENCES) else {"usageInfo": rights}


def publisher(draft: Draft) -> Tree:
    """Who publishes the descriptions: the publisher of the site's catalogue."""
    return {"@type": "Organization", "@id": iris.void(draft.source.site, "publisher"), "name": provider(draft.lang)}


def picture(draft: Draft, image: Image, title: str, *, first: bool) -> Tree:
    """An image with its credit and rights, as Google's licensable images want them; how to get a licence is said on the notice's page."""
    credits = [plain(text) for text in image.credits]
    made: Tree = {
        "@type": "ImageObject",
        "contentUrl": image.url,
        "caption": title,
        "creditText": credits,
        "copyrightNotice": [text for text in credits if "©" in text or "(c)" in text.lower()],
        "acquireLicensePage": draft.source.document,
        "isAccessibleForFree": True,
        **(licence(image.rights) if image.rights else {}),
    }
    return made | ({"representativeOfPage": True} if first else {})


# Works ----------------------------------------------------------------------------------------------------------------------


def work(draft: Draft, types: tuple[str, ...]) -> Tree:
    """schema.org's CreativeWork, and VisualArtwork where it is one."""
    graph, document = draft.graph, draft.source.document
    productions = draft.iris(iris.CRM + "P108i_was_produced_by")
    spans = [iri for part in productions for iri in graph.iris(part, iris.CRM + "P4_has_time-span")]
    places = [iri for part in productions for iri in graph.iris(part, iris.CRM + "P7_took_place_at")]
    materials = draft.words(iris.DCTERMS + "medium")
    modified = [text for of in ("modified", "issued") for text in graph.texts(document, iris.DCTERMS + of)]
    rights = next(iter(graph.iris(document, iris.EDM + "rights")), "")
    made: Tree = {
        "creator": _people(draft, draft.iris(iris.DCTERMS + "creator")),
        "contributor": _people(draft, draft.iris(iris.DCTERMS + "contributor")),
        "dateCreated": iso_dates(draft.texts(iris.DCTERMS + "created")),
        "temporalCoverage": iso_spans(text for _, text in draft.names(spans)),
        "material": materials,
        "about": _subjects(draft),
        "isPartOf": [*_works(draft, "isPartOf"), *_collections(draft)],
        "hasPart": _works(draft, "hasPart"),
        "locationCreated": [{"@type": "Place", "@id": iri, "name": text} for iri, text in draft.names(dict.fromkeys(places))],
        "inLanguage": draft.words(iris.DCTERMS + "language"),
        "sdPublisher": publisher(draft),
        "sdDatePublished": iso_dates(modified)[:1],
        "sdLicense": rights if rights.startswith(_LICENCES) else "",
    }
    if "Photograph" in types and "VisualArtwork" not in types:
        made["contentLocation"] = draft.nodes("Place", iris.DCTERMS + "spatial")
    if "VisualArtwork" in types:
        forms = draft.words(iris.DCTERMS + "type", iris.ONTOLOGY + "DENO", iris.ONTOLOGY + "CATE")
        made |= {"artform": list(dict.fromkeys(forms)), "artMedium": materials, **_sizes(draft)}
    return made


def _people(draft: Draft, agents: list[str]) -> list[Tree]:
    """Makers: a person or an organization where the agent's own triples tell, else a name without a type."""
    named = ((iri, text, agent_type(iri, draft.source.about(iri, *AGENT_TYPE))) for iri, text in draft.names(agents))
    return [{**({} if types == ("Thing",) else {"@type": list(types)}), "@id": iri, "name": text} for iri, text, types in named]


def _subjects(draft: Draft) -> list[Tree]:
    """What is depicted: concepts as terms, notices by their names alone (their own pages say what they are)."""
    named = draft.names(draft.iris(iris.DCTERMS + "subject", iris.CRM + "P62_depicts"))
    site = draft.source.site
    return [{**({} if notice_base(site, iri) else {"@type": "DefinedTerm"}), "@id": iri, "name": text} for iri, text in named]


def _works(draft: Draft, property: str) -> list[Tree]:
    """Wholes and parts that are works themselves: a building is none in schema.org."""
    found = [iri for iri in draft.iris(iris.DCTERMS + property) if notice_base(draft.source.site, iri) in _WORKS]
    return [{"@type": "CreativeWork", "@id": iri, "name": text} for iri, text in draft.names(found)]


def _collections(draft: Draft) -> list[Tree]:
    """The collection of the museum or library that keeps the work."""
    keepers = draft.names(draft.iris(iris.CRM + "P50_has_current_keeper"))
    return [{"@type": "Collection", "name": text, "url": iris.thing_to_document(draft.source.site, iri)} for iri, text in keepers]


def _sizes(draft: Draft) -> Tree:
    """Heights, widths and depths with their units; those of several parts of an object are several values."""
    graph, made = draft.graph, dict[str, list[Tree]]()
    for part in draft.iris(iris.CRM + "P43_has_dimension"):
        property = next((_SIZES[t] for t in graph.iris(part, iris.CRM + "P2_has_type") if t in _SIZES), "")
        unit = next((_UNITS[u] for u in graph.iris(part, iris.CRM + "P91_has_unit") if u in _UNITS), None)
        value = _number(graph.text(part, iris.CRM + "P90_has_value"))
        if property and unit and value is not None:
            made.setdefault(property, []).append({"@type": "QuantitativeValue", "value": value, "unitCode": unit[0], "unitText": unit[1]})
    return made


def _number(text: str) -> int | float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return int(value) if value.is_integer() else value


# Places ---------------------------------------------------------------------------------------------------------------------


def place(draft: Draft, *, museum: bool = False) -> Tree:
    """Where it is, and for a building what schema.org has no property for."""
    graph, thing = draft.graph, draft.thing
    within = draft.nodes("Place", iris.DCTERMS + "spatial", iris.CRM + "P89_falls_within")
    lat, long = (_number(graph.text(thing, iris.WGS84 + axis)) for axis in ("lat", "long"))
    made: Tree = {"containedInPlace": within}
    if lat is not None and long is not None:
        made["geo"] = {"@type": "GeoCoordinates", "latitude": lat, "longitude": long}
    if draft.source.base:
        made |= {"address": _address(draft, [node["name"] for node in within]), "additionalProperty": [] if museum else _facts(draft)}
    homepages = [url for url in draft.iris(iris.FOAF + "homepage") if followable(url) and not url.startswith("mailto:")]
    return made | ({"url": homepages[0]} if museum and homepages else {})


def _address(draft: Draft, communes: list[str]) -> Tree:
    """Mérimée's and Muséofile's addresses; every one of them is in France."""
    pop = iris.ONTOLOGY
    parts = [
        t
        for part in draft.iris(iris.CRM + "P76_has_contact_point")
        for t in draft.graph.texts(part, iris.CRM + "P190_has_symbolic_content")
    ]
    made: Tree = {
        "streetAddress": [*draft.texts(pop + "adresse"), *(plain(text).strip() for text in parts)][:1],
        "postalCode": draft.texts(pop + "CP_M")[:1],
        "addressLocality": communes[:1] or draft.texts(pop + "COM", pop + "VILLE_M")[:1],
        "addressRegion": draft.texts(pop + "REG", pop + "REGION")[:1],
    }
    return {"@type": "PostalAddress", **made, "addressCountry": "FR"} if any(made.values()) else {}


def _facts(draft: Draft) -> list[Tree]:
    assert draft.source.base is not None
    made = []
    for code, predicate in _FACTS:
        field = load_bases()[draft.source.base.slug].fields.get(code)
        texts = [*draft.words(predicate), *draft.texts(predicate)]
        if field and texts:
            label = (field.label_en if draft.lang == "en" else field.label) or code
            made.append({"@type": "PropertyValue", "propertyID": code, "name": label, "value": texts})
    return made


# Agents and terms -----------------------------------------------------------------------------------------------------------


def agent(draft: Draft, type: str) -> Tree:
    """A person's names, life and work; of a body and of what may be either no more than of any thing."""
    if type != "Person":
        return {}
    graph = draft.graph
    parts = [
        part
        for name in draft.iris(iris.CRM + "P1_is_identified_by")
        for part in (name, *graph.iris(name, iris.CRM + "P106_is_composed_of"))
    ]
    said = {
        kind: [plain(t) for part in parts if kind in graph.iris(part, iris.CRM + "P2_has_type") for t in graph.texts(part, _CONTENT)]
        for kind in (_SURNAME, _FORENAME)
    }
    return {
        "givenName": said[_FORENAME][:1],
        "familyName": said[_SURNAME][:1],
        "birthDate": iso_dates(draft.texts(iris.SCHEMA + "birthDate"))[:1],
        "deathDate": iso_dates(draft.texts(iris.SCHEMA + "deathDate"))[:1],
        "birthPlace": _event_places(draft, "P98i_was_born", "birthPlace"),
        "deathPlace": _event_places(draft, "P100i_died_in", "deathPlace"),
        "hasOccupation": [
            {"@type": "Occupation", "@id": iri, "name": text} for iri, text in draft.names(draft.iris(iris.ONTOLOGY + "FONC"))
        ],
        "sameAs": [url for url in _same(draft) if followable(url)],
    }


_CONTENT = iris.CRM + "P190_has_symbolic_content"


def _event_places(draft: Draft, event: str, property: str) -> list[Tree]:
    found = [iri for part in draft.iris(iris.CRM + event) for iri in draft.graph.iris(part, iris.CRM + "P7_took_place_at")]
    return [{"@type": "Place", "@id": iri, "name": text} for iri, text in draft.names([*draft.iris(iris.SCHEMA + property), *found])][:1]


def _same(draft: Draft) -> list[str]:
    """POP's page, what is the same elsewhere, and the Autor notice of an agent."""
    own = draft.iris(iris.FOAF + "page", iris.SKOS + "exactMatch", iris.OWL + "sameAs", iris.ONTOLOGY + "noticeAutor")
    return list(dict.fromkeys([*own, *draft.source.same]))


def term(draft: Draft) -> Tree:
    """A concept in its list, or a period by its ISO 8601 form."""
    schemes = draft.iris(iris.SKOS + "inScheme")
    names = dict(draft.names(schemes))
    codes = [*draft.texts(iris.SKOS + "notation"), *(iso_spans(draft.texts(iris.RDFS + "label")))]
    sets = [{"@type": "DefinedTermSet", "@id": iri, "name": names.get(iri) or iris.last_part(iri)} for iri in schemes]
    return {"inDefinedTermSet": sets, "termCode": codes[:1]}
