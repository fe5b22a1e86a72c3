"""Notices of an answer as aligners take them: QuickStatements (V1 and CSV), OpenRefine, Mix'n'match, SSSOM, and REF -> item.

Only what is the same by one item counts as linked; a notice that two items claim is left to people (``/align``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from pop_ld import iris
from pop_ld.alignment import Link
from pop_ld.alignment.link import EXACT
from pop_ld.formats import mixnmatch, openrefine, quickstatements, sssom
from pop_ld.formats.source import Source
from pop_ld.formats.wikidata import named, own_property
from pop_ld.search.contract import Hit
from pop_ld.web.errors import BadRequest
from pop_ld.web.listing_rows import csv_rows

if TYPE_CHECKING:
    from pop_ld.web.export_rows import Told

QIDS = ("base", "ref", "qid", "iri", "property", "source", "confidence", "date")
"""Columns of /search.qids.csv: a line for each item that a notice is linked with."""
_NUMBER = re.compile(r"\d{1,9}")
_FORMULA = re.compile(r"[=+\-@\t\r\n]")


def sure(links: Iterable[Link]) -> str:
    """The only item that is the same as a thing; "" where there is none, or several."""
    found = {link.qid for link in links if link.qid and link.predicate == EXACT}
    return next(iter(found)) if len(found) == 1 else ""


def _linked(told: Told, hits: Sequence[Hit]) -> Mapping[str, list[Link]]:
    return told.now.links.of_many([hit.iri for hit in hits])


# QuickStatements ------------------------------------------------------------------------------------------------------------


def _new(told: Told) -> bool:
    """Whether items are asked for that Wikidata has not (``create=yes``)."""
    return told.options.get("create") == "yes"


def _sources(told: Told, hits: Sequence[Hit], new: bool) -> list[tuple[Source, str, dict[str, str]]]:
    """Notices with their item, "" for a new one, and the items of what they name."""
    links = _linked(told, hits)
    found = [(told.now.source(hit.iri), sure(links.get(hit.iri, ()))) for hit in hits if _wanted(links.get(hit.iri, ()), new)]
    things = {source.thing: named(source) for source, _ in found}
    known = told.now.links.of_many([iri for some in things.values() for iri in some])
    items = {iri: qid for iri, some in known.items() if (qid := sure(some))}
    return [(source, qid, {iri: items[iri] for iri in things[source.thing] if iri in items}) for source, qid in found]


def _wanted(links: Sequence[Link], new: bool) -> bool:
    """Linked notices, and with ``new`` those that no link says to be an item already."""
    return bool(sure(links)) or (new and not any(link.qid for link in links))


def qs(told: Told, hits: Sequence[Hit], first: bool) -> bytes:
    """V1 commands, one a line."""
    lines = (line for source, qid, items in _sources(told, hits, _new(told)) for line in quickstatements.commands(source, qid, items))
    return "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")


def _table(told: Told) -> quickstatements.Table:
    """The columns of the CSV. Raises BadRequest where the answer is not of one base."""
    if len(told.bases) != 1:
        raise BadRequest("a CSV for QuickStatements has the same columns in every row: ask for one base (base=joconde)")
    return quickstatements.table(told.bases[0], told.options.get("properties", ""), _new(told))


def qs_csv_head(told: Told) -> bytes:
    """The first row, without a mark of UTF-8: the tool knows the file by its first three letters."""
    return "".join(csv_rows([quickstatements.head(_table(told))])).encode()


def qs_csv(told: Told, hits: Sequence[Hit], first: bool) -> bytes:
    """Rows of linked notices, or with ``create=yes`` of those alone that are new: a label would be set where an item has one."""
    table = _table(told)
    if not table.properties:
        return b""
    found = [(s, qid, items) for s, qid, items in _sources(told, hits, table.new) if (qid == "") == table.new]
    rows = [row for source, qid, items in found for row in quickstatements.rows(source, qid, items, table)]
    return "".join(csv_rows(rows)).encode("utf-8", "replace")


# Tables and catalogues ------------------------------------------------------------------------------------------------------


def openrefine_head(told: Told) -> bytes:
    return "".join(csv_rows([openrefine.head()])).encode()


def openrefine_csv(told: Told, hits: Sequence[Hit], first: bool) -> bytes:
    """A row a notice. OpenRefine reads cells as they are: nothing is put before a formula unless ``guard=yes`` asks for it."""
    links = _linked(told, hits)
    rows = []
    for hit in hits:
        found = (hit.point, hit.image, hit.iri, iris.thing_to_document(told.now.site, hit.iri))
        row = openrefine.row(hit.base, hit.ref, sure(links.get(hit.iri, ())), (hit.title, hit.summary), hit.fields, found)
        rows.append(tuple(map(_guard, row)) if told.options.get("guard") == "yes" else row)
    return "".join(csv_rows(rows)).encode("utf-8", "replace")


def _guard(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def catalogue(told: Told) -> int:
    """``catalog=``: the number of the catalogue of Mix'n'match that the file is for, 0 where none is named. Raises BadRequest."""
    text = told.options.get("catalog", "0")
    if not _NUMBER.fullmatch(text):
        raise BadRequest("catalog is the number of a catalogue of Mix'n'match")
    return int(text)


def mixnmatch_head(told: Told) -> bytes:
    catalogue(told)
    return b""


def mixnmatch_jsonl(told: Told, hits: Sequence[Hit], first: bool) -> bytes:
    """A MetaEntry a notice."""
    number, site = catalogue(told), told.now.site
    museums = {hit.iri: iris.notice(site, "museo", code) for hit in hits for code in hit.fields.get("MUSEO", ())[:1]}
    links = told.now.links.of_many([*(hit.iri for hit in hits), *museums.values()])
    entries = (
        mixnmatch.Entry(
            hit.base,
            hit.ref,
            hit.title,
            hit.summary,
            iris.thing_to_document(site, hit.iri),
            hit.point,
            sure(links.get(hit.iri, ())),
            sure(links.get(museums.get(hit.iri, ""), ())),
            hit.fields,
        )
        for hit in hits
    )
    return "".join(mixnmatch.line(entry, number) for entry in entries).encode("utf-8", "replace")


# Links ----------------------------------------------------------------------------------------------------------------------


def sssom_head(told: Told) -> bytes:
    day = str(told.now.release.manifest["created"])[:10]
    return sssom.head(told.now.site, told.address, told.now.release.name, day, "POP: links").encode("utf-8", "replace")


def sssom_tsv(told: Told, hits: Sequence[Hit], first: bool) -> bytes:
    """Every link of the notices, whatever it leads to."""
    links = _linked(told, hits)
    labels = {hit.iri: hit.title for hit in hits}
    return sssom.lines(told.now.site, (link for hit in hits for link in links.get(hit.iri, ())), labels).encode("utf-8", "replace")


def qids_head(told: Told) -> bytes:
    return "".join(csv_rows([QIDS])).encode()


def qids_csv(told: Told, hits: Sequence[Hit], first: bool) -> bytes:
    """A line for each item that a notice is linked with; a REF that begins like a formula is no REF, and has an apostrophe before it."""
    links = _linked(told, hits)
    rows = [
        (
            hit.base,
            _guard(hit.ref) if told.guarded else hit.ref,
            link.qid,
            hit.iri,
            own_property(hit.base),
            link.source,
            f"{link.confidence:g}",
            link.date,
        )
        for hit in hits
        for link in links.get(hit.iri, ())
        if link.qid and link.predicate == EXACT
    ]
    return "".join(csv_rows(rows)).encode("utf-8", "replace")
