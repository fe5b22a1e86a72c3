"""What Europeana gets of a notice, and how it would rate it: the record or the reason why it is left out, tiers, patterns, what helps."""

from __future__ import annotations

from dataclasses import dataclass

from pop_ld.europeana import media, metadata, patterns
from pop_ld.europeana.media import LARGE, MEDIUM, SMALL, Media
from pop_ld.europeana.metadata import GROUPS, KINDS, TIERS, Metadata
from pop_ld.formats import edm_xml
from pop_ld.formats.edm import Record, record
from pop_ld.formats.edm_aggregation import data_rights, pictures
from pop_ld.formats.edm_context import AGENT, CONCEPT, PLACE, TIME
from pop_ld.formats.edm_rights import statement
from pop_ld.formats.source import Source

REASONS = ("rights_undetermined", "rights_missing", "rights_unknown", "untitled")
"""Why a notice may be left out; ``europeana_reason_{reason}`` of the interface texts says each."""

KIND_NAMES = {AGENT: "agent", CONCEPT: "concept", PLACE: "place", TIME: "time"}
RAISES = (
    "language",
    *(f"enabling_{group}" for group in GROUPS),
    *(f"{verb}_{KIND_NAMES[kind]}" for verb in ("name", "complete") for kind in KINDS),
    "image",
    "image_rights",
    "image_licence",
    "image_size",
)
"""What may raise a tier; ``europeana_raise_{key}`` of the interface texts says each. The order is that of the ledger's bits: only add."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One notice as it is delivered. Tiers of a notice that is left out are what they would be if Europeana took its rights.

    ``xml`` is the record, b"" where left out; ``reason`` one of REASONS, "" where delivered. ``media`` is the content tier 0 to 4,
    ``metadata`` the metadata tier ("A", "B", "C", "0" for none), ``classes`` three letters: language, enabling elements, contextual
    classes. ``patterns`` are problem patterns but for P1, which :class:`~pop_ld.europeana.TierWriter` finds by ``titles``; ``raises``
    are keys of RAISES.
    """

    xml: bytes
    reason: str
    media: int
    metadata: str
    classes: str
    patterns: tuple[str, ...]
    raises: tuple[str, ...]
    titles: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """A record with all that was found of it; ``record`` is the one that is delivered, or would be."""

    record: Record
    reason: str
    metadata: Metadata
    media: Media
    patterns: tuple[str, ...]
    raises: tuple[str, ...]
    unstated: int
    """Images whose rights keep them out."""


def assess(source: Source, pixels: int | None = None) -> Assessment:
    """How Europeana would rate a notice. ``pixels`` is the size of its images, else what mappings/edm-media.csv takes it to be.

    Raises ValueError for what is no notice.
    """
    reason, unstated = _rights(source)
    made = record(source, strict=not reason)
    if not reason and "dc:title" not in made.cho.says and "dc:description" not in made.cho.says:
        reason = "untitled"
    base = source.base.slug if source.base else ""
    about = metadata.classify(made)
    shown = media.classify(made, media.assumed_pixels(base) if pixels is None else pixels)
    raises = tuple(sorted((*_raise_metadata(about), *_raise_media(shown, unstated)), key=RAISES.index))
    return Assessment(made, reason, about, shown, patterns.found(made.cho), raises, unstated)


def deliver(source: Source) -> Delivery:
    """The record of a notice by the strict rules of a delivery, and its tiers. Raises ValueError for what is no notice."""
    found = assess(source)
    about = found.metadata
    return Delivery(
        b"" if found.reason else edm_xml.document(found.record.nodes),
        found.reason,
        found.media.tier,
        about.tier,
        about.language + about.enabling + about.context,
        found.patterns,
        found.raises,
        patterns.title_keys(found.record.cho),
    )


def _rights(source: Source) -> tuple[str, int]:
    """Why the rights of a notice keep it out, "" where they do not; and how many of its images theirs keep out.

    An image with acceptable rights is enough; without one those of the notice decide, and only its page is shown.
    """
    stated = [statement(image.rights) for image in pictures(source)]
    if any(each.delivered for each in stated):
        return "", sum(not each.delivered for each in stated)
    return statement(data_rights(source)).reason, len(stated)


def _raise_metadata(found: Metadata) -> list[str]:
    """What the classifiers that are the lowest lack."""
    tier, raises = found.tier, list[str]()
    if tier == TIERS[-1]:
        return raises
    if found.language == tier:
        raises.append("language")
    if found.enabling == tier:
        raises += [f"enabling_{group}" for group in GROUPS if group not in found.groups] or ["enabling_conceptual"]
    if found.context == tier:
        for kind in KINDS:
            if kind not in found.complete:
                raises.append(f"{'complete' if kind in found.incomplete else 'name'}_{KIND_NAMES[kind]}")
    return raises


def _raise_media(found: Media, unstated: int) -> list[str]:
    if found.tier == 4:
        return []
    if not found.images:
        return ["image_rights" if unstated else "image"]
    raises = ["image_rights"] if unstated else []
    if found.tier < found.before:
        raises.append("image_licence")
    elif found.before < 4:
        raises.append("image_size")
    return raises


__all__ = ["LARGE", "MEDIUM", "RAISES", "REASONS", "SMALL", "Assessment", "Delivery", "assess", "deliver"]
