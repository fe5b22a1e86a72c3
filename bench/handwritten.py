"""Emission written by hand: the triples of plain notices of Mémoire by f-strings, as the limit of what Python makes of the same records.

It knows the fields that the notices of the large corpus have most; :func:`takes` says of which records it makes every triple. The measure
that uses it compares the two sets of triples, so that it can leave out nothing.
"""

from __future__ import annotations

from pop_ld import iris
from pop_ld.mapping.compiler import escape as esc
from pop_ld.notices import Record

_FIELDS = frozenset(
    [
        *("page", "rights", "key", "REF", "label", "place", "titre", "production", "date", "created"),
        *("NUMP", "REG", "DPT", "COM", "INSEE", "EDIF", "LEG", "AUTP", "TYPDOC", "COPY", "LBASE", "DATPV"),
    ]
)
_SITE = iris.DEFAULT_SITE
_ID, _DOC, _POP = f"<{_SITE}/id/", f"<{_SITE}/doc/memoire/", f"<{_SITE}/def/pop#"
_A, _LABEL, _CRM, _DC = f"<{iris.RDF}type>", f"<{iris.RDFS}label>", f"<{iris.CRM}", f"<{iris.DCTERMS}"
_XSD, _AAT, _SKOS = f"^^<{iris.XSD}", "<http://vocab.getty.edu/aat/", f"<{iris.SKOS}"
_YEAR = f'"^^<{iris.XSD}gYear> .\n'


def takes(record: Record) -> bool:
    """Whether every triple of the record is one that :func:`emit` writes: no other field, one plain author, one building, one place."""
    if not all(name.removesuffix("_text") in _FIELDS for name in record):
        return False
    authors, links, places = (record.get(name, ()) for name in ("AUTP", "LBASE", "place"))
    return (
        all("agent" in one and "after" not in one and "workshop" not in one for one in authors)
        and all("target" in one for one in links)
        and all("region_place" in one for one in places)
        and all("span" in one for one in record.get("date", ()))
        and len(record.get("NUMP", ())) < 2
    )


def emit(record: Record, shared: set[str], seen: set[str]) -> str:
    """The notice's lines; what it shares with others goes to ``shared`` where it is not in ``seen``."""
    key, get = record["key"], record.get
    n, d, shot = f"{_ID}memoire/{key}>", f"{_DOC}{key}>", f"{_ID}memoire/{key}#prise-de-vue>"
    out = [
        f"{n} {_A} {_CRM}E22_Human-Made_Object> .\n{n} {_A} {_POP}Photographie> .\n"
        f'{n} {_LABEL} "{esc(record["label"])}"@fr .\n{n} {_DC}identifier> "{esc(record["REF"])}" .\n'
        f"{n} <{iris.FOAF}page> <{record['page']}> .\n"
        f"{d} {_A} {_CRM}E31_Document> .\n{d} <{iris.FOAF}primaryTopic> {n} .\n"
        f"{d} {_DC}isPartOf> <{_SITE}/dataset/memoire> .\n{d} <{iris.EDM}rights> <{record['rights']}> .\n"
    ]
    if text := get("COPY"):
        out.append(f'{n} {_DC}rights> "{esc(text)}"@fr .\n')
    if text := get("AUTP_text"):
        out.append(f'{n} {_POP}AUTP> "{esc(text)}"@fr .\n')
    if text := get("EDIF"):
        out.append(f'{n} {_POP}EDIF> "{esc(text)}"@fr .\n')
    if text := get("DATPV_text"):
        out.append(f'{n} {_POP}DATPV> "{esc(text)}" .\n')
    if text := get("LEG"):
        title = f"{_ID}memoire/{key}#titre>"
        out.append(
            f'{n} {_POP}LEG> "{esc(text)}"@fr .\n{n} {_CRM}P1_is_identified_by> {title} .\n'
            f"{title} {_A} {_CRM}E33_E41_Linguistic_Appellation> .\n{title} {_CRM}P2_has_type> {_AAT}300404670> .\n"
            f'{title} {_CRM}P190_has_symbolic_content> "{esc(text)}"@fr .\n'
        )
    for one in get("NUMP", ()):
        number, text = f"{_ID}memoire/{key}#negatif-1>", esc(one["value"])
        out.append(
            f'{n} {_POP}memoire-NUMP> "{text}" .\n{n} {_CRM}P1_is_identified_by> {number} .\n'
            f"{number} {_A} {_CRM}E42_Identifier> .\n{number} {_CRM}P2_has_type> {_AAT}300404621> .\n"
            f'{number} {_CRM}P190_has_symbolic_content> "{text}" .\n'
        )
    if "production" in record:
        out.append(f"{n} {_CRM}P108i_was_produced_by> {shot} .\n{shot} {_A} {_CRM}E12_Production> .\n")
    for one in get("DATPV", ()):
        if year := one.get("year"):
            out.append(f'{n} {_DC}created> "{year}{_YEAR}')
    for one in get("date", ()):
        span = f"{_ID}temps/{one['span']}>"
        out.append(f"{shot} {_CRM}P4_has_time-span> {span} .\n")
        if span not in seen:
            seen.add(span)
            _span(span, one, shared)
    for one in get("AUTP", ()):
        agent = f"{_ID}agent/memoire/{one['agent']}>"
        out.append(f"{n} {_DC}creator> {agent} .\n{shot} {_CRM}P14_carried_out_by> {agent} .\n")
        if (known := agent + one["name"]) not in seen:
            seen.add(known)
            shared.add(f"{agent} {_A} {_CRM}E39_Actor> .\n")
            shared.add(f'{agent} {_LABEL} "{esc(one["name"])}" .\n')
    for code, tag in (("COM", "@fr"), ("INSEE", ""), ("DPT", ""), ("REG", "@fr")):
        for one in get(code, ()):
            out.append(f'{n} {_POP}{code}> "{esc(one["value"])}"{tag} .\n')
    for one in get("LBASE", ()):
        target = f"{_ID}{one['target_base']}/{one['target']}>"
        out.append(f"{n} {_POP}LBASE> {target} .\n{n} {_CRM}P62_depicts> {target} .\n{n} {_DC}subject> {target} .\n")
    for one in get("TYPDOC", ()):
        concept = f"<{one['concept']}>"
        out.append(f"{n} {_DC}type> {concept} .\n{n} {_CRM}P2_has_type> {concept} .\n")
        if concept not in seen:
            seen.add(concept)
            _concept(concept, one, shared)
    for one in get("place", ()):
        place = f"{_ID}lieu/{one['place']}>"
        out.append(f"{n} {_DC}spatial> {place} .\n")
        if (known := place + one["label"]) not in seen:
            seen.add(known)
            _place(place, one, shared)
    return "".join(out)


def _span(span: str, one: Record, shared: set[str]) -> None:
    shared.add(f"{span} {_A} {_CRM}E52_Time-Span> .\n")
    shared.add(f'{span} {_LABEL} "{esc(one["span_label"])}" .\n')
    for name, term in (("begin", "P82a_begin_of_the_begin"), ("end", "P82b_end_of_the_end")):
        if moment := one.get(name):
            shared.add(f'{span} {_CRM}{term}> "{moment}"{_XSD}dateTime> .\n')


def _concept(concept: str, one: Record, shared: set[str]) -> None:
    shared.add(f"{concept} {_A} {_CRM}E55_Type> .\n")
    shared.add(f"{concept} {_A} {_SKOS}Concept> .\n")
    shared.add(f"{concept} {_SKOS}inScheme> <{one['scheme']}> .\n")
    shared.add(f'{concept} {_SKOS}prefLabel> "{esc(one["pref"])}"@fr .\n')


def _place(place: str, one: Record, shared: set[str]) -> None:
    department, region = f"{_ID}lieu/{one['department_place']}>", f"{_ID}lieu/{one['region_place']}>"
    for thing, label in ((place, one["label"]), (department, one["department_label"]), (region, one["region_label"])):
        shared.add(f"{thing} {_A} {_CRM}E53_Place> .\n")
        shared.add(f'{thing} {_LABEL} "{esc(label)}"@fr .\n')
    if "insee" in one:
        shared.add(f'{place} {_DC}identifier> "{one["insee"]}" .\n')
    shared.add(f'{department} {_DC}identifier> "{one["department_code"]}" .\n')
    shared.add(f"{place} {_CRM}P89_falls_within> {department} .\n")
    shared.add(f"{department} {_CRM}P89_falls_within> {region} .\n")
