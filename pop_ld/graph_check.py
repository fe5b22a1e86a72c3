"""A graph of anyone's → findings: against what the shapes of every base ask of published graphs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pop_ld import iris
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.validation import Engine, Finding, Result, Tally, catalogue
from pop_ld.validation.fast import FastEngine
from pop_ld.validation.foreign import ForeignShapes
from pop_ld.validation.rules import COMMON, files, triples


def check_graph(text: str, name: str, settings: Settings, foreign: ForeignShapes | None) -> tuple[Tally, list[Finding]]:
    """The findings of a graph in N-Triples, held in memory; ``name`` is that of its file. Raises ShapeError."""
    shapes = tuple(triple for file in (COMMON, *load_bases()) if file in files() for triple in triples(file))
    engines: list[Engine] = [FastEngine(shapes), *([foreign.engine] if foreign else [])]
    results = dict.fromkeys(result for engine in engines for result in engine(text))
    findings = sorted(_findings(results, name, settings.site, foreign), key=lambda f: (f.base, f.ref, f.code, f.value))
    tally = Tally()
    for thing in {line.rsplit(" ", 2)[1][1:-1] for line in text.split("\n") if f"<{iris.FOAF}primaryTopic>" in line}:
        tally.notices[_notice(thing, settings.site)[0], ""] += 1
    tally.note(findings)
    return tally, findings


def _notice(iri: str, site: str) -> tuple[str, str]:
    """(base, REF) of a notice's thing, part or document; ("", "") for any other IRI."""
    for head in (f"{site}/id/", f"{site}/doc/"):
        if iri.startswith(head):
            base, _, key = iri.removeprefix(head).partition("#")[0].partition("/")
            return (base, iris.unkey(key)) if base in load_bases() and key else ("", "")
    return "", ""


def _findings(results: dict[Result, None], name: str, site: str, foreign: ForeignShapes | None) -> Iterator[Finding]:
    rules = {**catalogue(), **(foreign.rules if foreign else {})}
    for result in results:
        rule = rules.get(result.shape) or (foreign.rule(result) if foreign else None)
        if rule:
            base, ref = _notice(result.focus, site)
            value = result.text if result.text != result.focus else "" if ref else result.focus
            found = Finding(rule.code, rule.severity, base, ref, name, 0, rule.field, value=value[:200])
            yield replace(found, focus=result.focus, component=result.component)
