"""Representations that a notice has beside its graph, each at an address of its own: citations for reference managers, LIDO."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pop_ld.formats import Format, citation, lido
from pop_ld.formats.source import Source


@dataclass(frozen=True, slots=True)
class Extra:
    """``make(source, lang)`` gives the bytes of one notice (``source.base`` is set), in UTF-8; ``format.suffix`` may hold a dot.

    ``offered`` says whether a notice has it; ``cites`` whether it is a citation, which pages list apart.
    """

    format: Format
    make: Callable[[Source, str], bytes]
    cites: bool = True
    offered: Callable[[Source], bool] = lambda source: True


EXTRAS = (
    Extra(Format("bib", "application/x-bibtex", "bib", "BibTeX"), citation.bibtex),
    Extra(Format("csl", "application/vnd.citationstyles.csl+json", "csl.json", "CSL-JSON"), citation.csl_json),
    Extra(Format("ris", "application/x-research-info-systems", "ris", "RIS"), citation.ris),
    Extra(Format("lido", "application/xml", "lido.xml", "LIDO 1.1"), lambda source, lang: lido.document(source), False, lido.offered),
)
"""Reached by suffix alone; a longer suffix is to be tried before a shorter one (``csl.json`` before ``json``)."""

BY_SUFFIX = {extra.format.suffix: extra for extra in EXTRAS}
