"""The quality of a release: its ledger brought up to date, counted by base, producer, field and rule, and said in DQV.

``quality.json`` beside the store has the counts and the totals of the releases before; the named graph ``{site}/graph/quality`` has one
``dqv:QualityMeasurement`` for each base, producer and rule (W3C Data Quality Vocabulary §4).
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cache
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pop_ld import iris
from pop_ld.dump import CHECKED, shards
from pop_ld.inspection import READING, Checked, read_line
from pop_ld.mapping.compiler import escape
from pop_ld.packed import reading_text
from pop_ld.processes import in_threads
from pop_ld.validation import SEVERITIES, Finding
from pop_ld.validation.ledger import FILE, Entry, LedgerWriter
from pop_ld.validation.rules import CORPUS, by_code, catalogue, rules_of, triples

if TYPE_CHECKING:
    from pop_ld.validation.fast import Constraint

SUMMARY = "quality.json"
SOUND = "none"
"""Value of the facet ``quality`` of a notice that no shape speaks of."""
HISTORY = 200
"""Releases whose totals are remembered."""

Select = Callable[[str], Iterable[tuple[str, str, str]]]
"""A query in; (focus node, path, value) of each solution out, as texts."""


def begin(folder: Path, before: Path | None, dump: Path | None, removed: Iterable[str], site: str) -> None:
    """Writes ``quality.sqlite`` into a folder: the ledger of the release ``before``, and what the dump's check found.

    ``removed`` are IRIs of notices. It needs no store, so any process may do it; about 50 µs a notice of the dump, and a copy of the
    former ledger.
    """
    with LedgerWriter(folder / FILE, before / FILE if before else None) as ledger:
        ledger.remove(_place(site, thing) for thing in removed)
        if dump:
            ledger.replace(_from_dump(dump))
            for checked in _remarks(dump):
                ledger.add(checked.base, checked.ref, map(_entry, checked.findings))


def complete(folder: Path, before: Path | None, select: Select, site: str, concerned: Collection[str] | None = None) -> dict[str, Any]:
    """Finds anew, in a ledger that was begun, what only all notices show; returns what ``quality.json`` is to hold.

    That is, of the notices ``concerned`` (IRIs, ``store.neighbours``); of all where None is given or the release before had other rules.
    """
    if not before or read(before).get("corpus") != corpus_key() or not (before / FILE).is_file():
        concerned = None
    with LedgerWriter(folder / FILE, None, begun=True) as ledger:
        ledger.forget((rule.code for rule in rules_of(CORPUS)), None if concerned is None else (_place(site, thing) for thing in concerned))
        for finding in corpus_findings(select, site, concerned):
            ledger.add(finding.base, finding.ref, [_entry(finding)])
        summary = _summary(ledger)
    return summary | {"history": _history(before), "corpus": corpus_key()}


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
        with reading_text(file) as lines:
            yield from map(read_line, lines)


def _from_dump(dump: Path) -> Iterator[tuple[str, str, str, list[Entry]]]:
    for checked in _lines(file for file in dump.glob(f"*{CHECKED}") if file.name != READING):
        if checked.is_notice:
            yield checked.base, checked.ref, checked.producer, list(map(_entry, checked.findings))


def documents(dump: Path) -> Iterator[dict[str, Any]]:
    """The search documents of a dump, each with the facet ``quality``: the worst severity of what the shapes say of the notice.

    "none" where they say nothing; absent where the dump was not validated. One shard's faulty notices are held at a time.
    """
    for name, found in shards(dump):
        file = dump / f"{name}{CHECKED}"
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


def corpus_findings(select: Select, site: str, concerned: Collection[str] | None = None) -> Iterator[Finding]:
    """The findings of shapes/corpus.ttl: a query a rule over the whole store (SHACL §5.3, set-based), or one for each notice concerned."""

    def asked(query: str) -> list[tuple[str, str, str]]:
        return list(select(query))

    for constraint in _constraints():
        rule = catalogue()[constraint.iri]
        found: Iterable[tuple[str, str, str]]
        if concerned is None:
            found = select(constraint.whole or constraint.query)
        else:
            found = chain.from_iterable(in_threads(asked, (_about(constraint.query, thing) for thing in sorted(concerned))))
        for focus, path, value in found:
            base, ref = _place(site, focus)
            field = iris.last_part(path).rpartition("-")[2] if path else rule.field
            shown = iris.unkey(value.rpartition("/")[2]) if value.startswith(f"{site}/id/") else value
            yield Finding(rule.code, rule.severity, base, ref, "", 0, field, value=shown)


@cache
def _constraints() -> tuple[Constraint, ...]:
    from pop_ld.validation.fast import sparql_constraints

    return tuple(sparql_constraints(list(triples(CORPUS))))


@cache
def corpus_key() -> str:
    """Changes with the rules that compare notices: what others found is not brought up to date, but found anew."""
    return sha256("\n".join(constraint.query for constraint in _constraints()).encode("utf-8")).hexdigest()[:16]


def _about(query: str, thing: str) -> str:
    """A rule's query about one notice: ``$this`` is bound before it begins (SHACL §5.3.1)."""
    return query.replace("SELECT $this", f"SELECT (<{thing}> AS ?this)", 1).replace("$this", f"<{thing}>")


def _place(site: str, thing: str) -> tuple[str, str]:
    """(base, REF) of a notice's IRI."""
    base, _, key = iris.path_of(site, thing).partition("/")
    return base, iris.unkey(key)


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
