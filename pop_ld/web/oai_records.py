"""Records of the ledger as OAI-PMH gives them: of each metadata format the notices that it can say, parts of lists bounded in bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pop_ld import europeana
from pop_ld.formats import lido, oai, oai_metadata
from pop_ld.formats.source import Source
from pop_ld.harvest import Record
from pop_ld.web.oai_request import LIST_IDENTIFIERS, Asked, Refused, token
from pop_ld.web.state import Serving

RECORDS = 100
"""Records of a part of a list; headers alone come HEADERS at once."""
HEADERS = 1_000
LARGEST = 2 << 20
"""Bytes of metadata after which a part ends before it has its number."""
_STEP = 5
"""Records that are made in one turn."""

Element = Any
"""An element of lxml, which is at home in ``formats``."""


@dataclass(frozen=True, slots=True)
class _Maker:
    """How a format says a notice: XML, or b"" and None for a notice that it has no record of. ``all`` says every notice."""

    make: Callable[[Source], Element | None]
    all: bool = True


def _edm(source: Source) -> Element | None:
    """What Europeana gets. A notice that it may not have (rights, no address …) is a deleted record: a harvester that has it drops it."""
    xml = europeana.deliver(source).xml
    return oai_metadata.parsed(xml) if xml else None


def _lido(source: Source) -> Element | None:
    xml = lido.lido(source)
    return oai_metadata.parsed(xml) if xml else None


_MAKERS: Mapping[str, _Maker] = {
    "oai_dc": _Maker(oai_metadata.oai_dc),
    "edm": _Maker(_edm, all=False),
    "lido": _Maker(_lido, all=False),
    "rdf": _Maker(oai_metadata.rdf_xml),
}


def offered(now: Serving, key: str) -> list[str]:
    """The formats in which a record is to be had: "" for all there are. Raises Refused where it is unknown, or gone."""
    if not key:
        return list(oai.PREFIXES)
    record = now.harvest.get(key)
    if record is None:
        raise Refused("idDoesNotExist", "no record has this identifier")
    if record.gone:
        raise Refused("noMetadataFormats", "the record was deleted")
    source = _source(now, record)
    return [name for name, maker in _MAKERS.items() if maker.all or maker.make(source) is not None]


def one(now: Serving, asked: Asked) -> Element:
    """GetRecord. Raises Refused where there is no such record."""
    record = now.harvest.get(oai.key_of(now.site, asked.identifier))
    if record is None:
        raise Refused("idDoesNotExist", "no record has this identifier", asked.arguments)
    made, _ = _record(now, record, asked.prefix)
    return oai.listed(asked.verb, [made], token="", cursor=0, total=1)


def part(now: Serving, asked: Asked, done: Callable[[Element], None]) -> Iterator[bytes]:
    """A part of a list, given to ``done`` once it is made; yields after each step of the work. Raises Refused where it is empty."""
    chosen = now.harvest.chosen(asked.set) if asked.set else {}
    if chosen is None:
        raise Refused("noRecordsMatch", "there is no such set", asked.arguments)
    span = {"since": asked.since, "until": asked.until, **chosen}
    most = HEADERS if asked.verb == LIST_IDENTIFIERS and _MAKERS[asked.prefix].all else RECORDS
    records = now.harvest.page(asked.after, most + 1, **span)
    if not records:
        raise Refused("noRecordsMatch", "no record is in this set and span of time", asked.arguments)
    made: list[Element] = []
    size = 0
    for record in records[:most]:
        element, length = _element(now, asked, record)
        made.append(element)
        size += length
        if size >= LARGEST:
            break
        if not len(made) % _STEP:
            yield b""
    more = len(made) < len(records)
    following = token(asked, records[len(made) - 1].key, asked.cursor + len(made)) if more else ""
    done(oai.listed(asked.verb, made, token=following, cursor=asked.cursor, total=now.harvest.count(**span)))


def _element(now: Serving, asked: Asked, record: Record) -> tuple[Element, int]:
    """A record, or its header where identifiers are listed, and the bytes that it may take."""
    if asked.verb != LIST_IDENTIFIERS:
        return _record(now, record, asked.prefix)
    maker = _MAKERS[asked.prefix]
    deleted = record.gone or (not maker.all and maker.make(_source(now, record)) is None)
    return oai.header(_header(now, record, deleted)), 0


def _record(now: Serving, record: Record, prefix: str) -> tuple[Element, int]:
    source = None if record.gone else _source(now, record)
    metadata = _MAKERS[prefix].make(source) if source else None
    rights = oai_metadata.rights_of(source) if source and metadata is not None else ""
    made = oai.record(_header(now, record, metadata is None), metadata, rights)
    return made, oai.size(made)


def _header(now: Serving, record: Record, deleted: bool) -> oai.Header:
    return oai.Header(oai.identifier(now.site, record.key), record.changed, now.harvest.specs_of(record), deleted)


def _source(now: Serving, record: Record) -> Source:
    return now.source(f"{now.site}/id/{record.key}")
