"""The quality of a release: its ledger brought up to date, counted by base, producer, field and rule, and said in DQV.

``quality.json`` beside the store has the counts and the totals of the releases before; the named graph ``{site}/graph/quality`` has one
``dqv:QualityMeasurement`` for each base, producer and rule (W3C Data Quality Vocabulary §4).
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from pop_ld import iris
from pop_ld.dump import shards
from pop_ld.inspection import READING, Checked, read_line
from pop_ld.mapping.compiler import escape
from pop_ld.validation import SEVERITIES, Finding
from pop_ld.validation.ledger import FILE, Entry, LedgerWriter
from pop_ld.validation.rules import CORPUS, by_code, rules_of

SUMMARY = "quality.json"
SOUND = "none"
"""Value of the facet ``quality`` of a notice that no shape speaks of."""
HISTORY = 200
"""Releases whose totals are remembered."""

Select = Callable[[str], Iterable[tuple[str, str, str]]]
"""A query in; (focus node, path, value) of each solution out, as texts."""


def build(
    folder: Path, before: Path | None, dump: Path | None, removed: Iterable[tuple[str, str]], select: Select, site: str
) -> dict[str, Any]:
    """Writes ``quality.sqlite`` and ``quality.json`` into a folder; returns what the latter holds.

    It starts from the ledger of the release ``before``, takes in what the dump's check found, and finds anew what only all notices show.
    """
    with LedgerWriter(folder / FILE, before / FILE if before else None) as ledger:
        ledger.remove(removed)
        if dump:
            ledger.replace(_from_dump(dump))
            for checked in _remarks(dump):
                ledger.add(checked.base, checked.ref, map(_entry, checked.findings))
        ledger.forget(rule.code for rule in rules_of(CORPUS))
        for finding in corpus_findings(select, site):
            ledger.add(finding.base, finding.ref, [_entry(finding)])
        summary = _summary(ledger)
    summary["history"] = _history(before)
    return summary


def save(folder: Path, summary: dict[str, Any], release: str, created: str) -> None:
    """Writes ``quality.json``, the totals of this release at the end of the history."""
    now = {"release": release, "created": created, **{key: summary[key] for key in ("notices", "severities")}}
    now["bases"] = {slug: about["severities"] for slug, about in summary["bases"].items()}
    summary = {"release": release, "created": created, **summary, "history": [*summary["history"], now][-HISTORY:]}
    (folder / SUMMARY).write_text(json.dumps(summary, ensure_ascii=False) + "\n", encoding="utf-8")


def read(release: Path) -> dict[str, Any]:
    """The content of quality.json of a release, {} where it has none."""
    file = release / SUMMARY
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return found


def _history(before: Path | None) -> list[dict[str, Any]]:
    return list(read(before).get("history", [])) if before else []


def _lines(files: Iterable[Path]) -> Iterator[Checked]:
    for file in sorted(files):
        with file.open(encoding="utf-8", newline="\n") as lines:
            yield from map(read_line, lines)


def _from_dump(dump: Path) -> Iterator[tuple[str, str, str, list[Entry]]]:
    for checked in _lines(file for file in dump.glob("*.checked") if file.name != READING):
        if checked.is_notice:
            yield checked.base, checked.ref, checked.producer, list(map(_entry, checked.findings))


def documents(dump: Path) -> Iterator[dict[str, Any]]:
    """The search documents of a dump, each with the facet ``quality``: the worst severity of what the shapes say of the notice.

    "none" where they say nothing; absent where the dump was not validated. One shard's faulty notices are held at a time.
    """
    for name, found in shards(dump):
        file = dump / f"{name}.checked"
        if not file.is_file():
            yield from found
            continue
        worst = {
            checked.ref: min((finding.severity for finding in checked.findings), key=SEVERITIES.index)
            for checked in _lines([file])
            if checked.is_notice and checked.findings
        }
        for document in found:
            yield {**document, "facets": {**document["facets"], "quality": [worst.get(document["ref"], SOUND)]}}


def _remarks(dump: Path) -> Iterator[Checked]:
    """What the readers remarked of notices that were kept."""
    return (checked for checked in _lines(dump.glob(READING)) if checked.ref)


def _entry(finding: Finding) -> Entry:
    rank = SEVERITIES.index(finding.severity)
    return Entry(finding.code, rank, finding.field, finding.occurrence, finding.value, finding.suggestion)


# Rules that only all notices together break --------------------------------------------------------------------------------


def corpus_findings(select: Select, site: str) -> Iterator[Finding]:
    """The findings of shapes/corpus.ttl: one query a rule over the whole store (SHACL §5.3, set-based)."""
    from pop_ld.validation.fast import sparql_constraints
    from pop_ld.validation.rules import catalogue, triples

    for constraint in sparql_constraints(list(triples(CORPUS))):
        rule = catalogue()[constraint.iri]
        for focus, path, value in select(constraint.query):
            base, _, key = iris.path_of(site, focus).partition("/")
            field = iris.last_part(path).rpartition("-")[2] if path else rule.field
            shown = iris.unkey(value.rpartition("/")[2]) if value.startswith(f"{site}/id/") else value
            yield Finding(rule.code, rule.severity, base, iris.unkey(key), "", 0, field, value=shown)


# Counts --------------------------------------------------------------------------------------------------------------------


def _summary(ledger: LedgerWriter) -> dict[str, Any]:
    bases: dict[str, dict[str, Any]] = defaultdict(lambda: {"notices": 0, "faulty": 0, "severities": _zero(), "rules": {}, "fields": {}})
    producers: dict[tuple[str, str], dict[str, Any]] = {}
    for base, producer, notices, faulty in ledger.notices():
        bases[base]["notices"] += notices
        bases[base]["faulty"] += faulty
        producers[base, producer] = {"notices": notices, "faulty": faulty, "severities": _zero(), "rules": {}}
    for base, producer, code, rank, field, count in ledger.counts():
        for about in (bases[base], producers[base, producer]):
            about["severities"][SEVERITIES[rank]] += count
            about["rules"][code] = about["rules"].get(code, 0) + count
        fields = bases[base]["fields"]
        fields[field] = fields.get(field, 0) + count
    total = Counter[str]()
    for about in bases.values():
        total.update(about["severities"])
    return {
        "notices": sum(about["notices"] for about in bases.values()),
        "severities": {severity: total[severity] for severity in SEVERITIES},
        "bases": dict(bases),
        "producers": [{"base": base, "producer": producer, **about} for (base, producer), about in producers.items()],
    }


def _zero() -> dict[str, int]:
    return dict.fromkeys(SEVERITIES, 0)


def measurements(summary: dict[str, Any], site: str, release: str, created: str) -> Iterator[str]:
    """The summary as N-Triples: a dqv:QualityMeasurement for each base, producer and rule, a dqv:Metric for each rule."""
    graph, codes = iris.quality_graph(site), set()
    yield f"<{graph}> <{iris.DCTERMS}isVersionOf> <{iris.release(site, release)}> .\n"
    for number, about in enumerate(summary["producers"]):
        for code, count in about["rules"].items():
            rule = by_code().get(code)
            if rule:
                codes.add(code)
                subject = f"<{graph}/{release}/{number}/{code}>"
                yield f"{subject} <{iris.RDF}type> <{iris.DQV}QualityMeasurement> .\n"
                yield f"{subject} <{iris.DQV}isMeasurementOf> <{rule.iri}> .\n"
                yield f"{subject} <{iris.DQV}computedOn> <{iris.dataset(site, about['base'])}> .\n"
                yield f'{subject} <{iris.DQV}value> "{count}"^^<{iris.XSD}integer> .\n'
                yield f'{subject} <{iris.ONTOLOGY}champ> "{rule.field}" .\n'
                yield f'{subject} <{iris.PROV}generatedAtTime> "{created}"^^<{iris.XSD}dateTime> .\n'
                if about["producer"]:
                    yield f'{subject} <{iris.ONTOLOGY}producteur> "{escape(about["producer"])}" .\n'
    for code in sorted(codes):
        yield from _metric(code)


def _metric(code: str) -> Iterator[str]:
    rule = by_code()[code]
    yield f"<{rule.iri}> <{iris.RDF}type> <{iris.DQV}Metric> .\n"
    yield f"<{rule.iri}> <{iris.SHACL}severity> <{iris.SHACL}{rule.severity}> .\n"
    yield f'<{rule.iri}> <{iris.ONTOLOGY}code> "{code}" .\n'
    for lang, name in sorted(rule.names.items()):
        yield f'<{rule.iri}> <{iris.SKOS}definition> "{escape(name)}"@{lang} .\n'
