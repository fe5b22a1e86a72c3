"""What is installed, in words: one line a scheme, in French or English."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pop_ld import summary
from pop_ld.thesauri.installed import Installed


def lines(schemes: Sequence[Installed], lang: str) -> Iterator[str]:
    """A line a scheme, and one for each file that holds concepts of none."""
    say = summary.texts(lang)["thesauri"]
    if not schemes:
        yield say["none"]
    for scheme in schemes:
        yield say["scheme"].format(
            name=scheme.name, label=scheme.label, concepts=scheme.concepts, labels=scheme.labels, source=scheme.source
        )
    for source, strays in {scheme.source: scheme.strays for scheme in schemes}.items():
        if strays:
            yield say["strays"].format(count=strays, source=source)


def removed(name: str, lang: str) -> str:
    """That a scheme was taken out."""
    return str(summary.texts(lang)["thesauri"]["removed"]).format(name=name)
