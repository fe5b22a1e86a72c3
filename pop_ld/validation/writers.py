"""Findings → a report as text, CSV, JSON, Turtle or SARIF, line by line: what has been written need not be kept."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from pyoxigraph import Literal, NamedNode

from pop_ld import __version__, iris
from pop_ld.validation.findings import Finding, Tally
from pop_ld.validation.known import guarded
from pop_ld.validation.words import Rules, flat, message, say, sentence, visible

COLUMNS = ("file", "line", "base", "ref", "field", "occurrence", "value", "code", "severity", "message", "suggestion", "producer")
SHOWN = 20
"""Findings of one rule that the text lists; the other formats have them all."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a writer needs beside the findings. ``most`` findings of a rule are listed by the text, 0 for all."""

    tally: Tally
    rules: Rules
    lang: str
    most: int = SHOWN


Writer = Callable[[Iterable[Finding], Shown], Iterator[str]]


def text(findings: Iterable[Finding], shown: Shown) -> Iterator[str]:
    """A sentence a finding, then what was left out, the counts by rule and the sum."""
    words, told = say(shown.lang), Counter[str]()
    for finding in findings:
        told[finding.code] += 1
        if not shown.most or told[finding.code] <= shown.most:
            where = f"{visible(finding.file)}:{finding.line}: " if finding.file else ""
            severity = words["severities"][finding.severity]
            yield f"{where}{sentence(finding, shown.rules, shown.lang)} [{severity} {flat(finding.code)}]\n"
    codes = shown.tally.by_code()
    if codes:
        yield "\n"
    for code, count in sorted(codes.items(), key=lambda pair: (-pair[1], pair[0])):
        rule = shown.rules.get(code)
        more = words["more"].format(n=shown.most) if shown.most and count > shown.most else ""
        yield f"{count:>8}  {flat(code):<18} {flat(rule.names[shown.lang]) if rule else ''}{more}\n"
    yield total(shown.tally, shown.lang) + "\n"


def total(tally: Tally, lang: str) -> str:
    """One sentence: notices, findings by severity, findings hidden."""
    words, counts = say(lang), tally.by_severity()
    text = words["total"].format(notices=tally.notices.total(), **counts)
    return str(text) + (" " + words["hidden"].format(n=tally.hidden) if tally.hidden else "")


def row(finding: Finding, rules: Rules, lang: str) -> dict[str, Any]:
    """A finding by the names of COLUMNS."""
    found = {name: getattr(finding, name) for name in COLUMNS if name != "message"}
    return {name: found[name] if name != "message" else message(finding, rules, lang) for name in COLUMNS}


def csv_report(findings: Iterable[Finding], shown: Shown) -> Iterator[str]:
    """RFC 4180, with a header; no cell that a spreadsheet would run."""
    yield _csv_line(COLUMNS)
    for finding in findings:
        yield _csv_line([guarded(cell) if isinstance(cell, str) else cell for cell in row(finding, shown.rules, shown.lang).values()])


def _csv_line(cells: Iterable[Any]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def json_report(findings: Iterable[Finding], shown: Shown) -> Iterator[str]:
    """``{conforms, notices, severities, codes, hidden, results: […]}``; ``conforms`` as SHACL has it: no result at all."""
    tally = shown.tally
    head = {
        "conforms": not tally.results,
        "notices": tally.notices.total(),
        "severities": tally.by_severity(),
        "codes": tally.by_code(),
        "hidden": tally.hidden,
    }
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "results": ['
    comma = ""
    for finding in findings:
        content = {**row(finding, shown.rules, shown.lang), **({"text": finding.text} if finding.text else {})}
        yield f"{comma}\n{json.dumps(content, ensure_ascii=False)}"
        comma = ","
    yield "\n]}\n"


def turtle(findings: Iterable[Finding], shown: Shown) -> Iterator[str]:
    """A sh:ValidationReport (SHACL §3.6), each result with the field, the occurrence and the place in the file."""
    yield f"@prefix sh: <{iris.SHACL}> .\n@prefix pop: <{iris.ONTOLOGY}> .\n\n"
    yield f"[] a sh:ValidationReport ;\n  sh:conforms {'false' if shown.tally.results else 'true'}"
    for finding in findings:
        yield " ;\n  sh:result [\n    " + " ;\n    ".join(_statements(finding, shown)) + " ]"
    yield " .\n"


def _statements(finding: Finding, shown: Shown) -> Iterator[str]:
    rule = shown.rules.get(finding.code)
    yield f"a sh:ValidationResult ; sh:resultSeverity sh:{finding.severity}"
    yield f"pop:code {Literal(finding.code)} ; pop:champ {Literal(finding.field)} ; pop:occurrence {finding.occurrence}"
    if finding.focus and not finding.focus.startswith(("_:", '"')):
        yield f"sh:focusNode {NamedNode(finding.focus)}"
    if rule and rule.path:
        yield f"sh:resultPath {NamedNode(rule.path)}"
    if finding.value:
        yield f"sh:value {Literal(finding.value)}"
    if finding.component:
        # SHACL's own come by their local names, a component of others by its IRI.
        yield f"sh:sourceConstraintComponent {NamedNode(finding.component) if ':' in finding.component else f'sh:{finding.component}'}"
    if rule and ":" in rule.iri:
        yield f"sh:sourceShape {NamedNode(rule.iri)}"
    if rule:
        yield "sh:resultMessage " + ", ".join(str(Literal(text, language=lang)) for lang, text in sorted(rule.messages.items()))
    if finding.file:
        yield f"pop:fichier {Literal(finding.file)} ; pop:ligne {finding.line}"
    if finding.suggestion:
        yield f"pop:suggestion {Literal(finding.suggestion)}"


# SARIF 2.1.0 -----------------------------------------------------------------------------------------------------------------

_LEVELS = {"Violation": "error", "Warning": "warning", "Info": "note"}


def sarif(findings: Iterable[Finding], shown: Shown) -> Iterator[str]:
    """SARIF 2.1.0 (OASIS), which editors and forges show beside the lines of the file."""
    rules = [_sarif_rule(shown.rules[code], shown.lang) for code in sorted(shown.tally.by_code()) if code in shown.rules]
    driver = {"name": "pop-ld validate", "version": __version__, "informationUri": iris.DEFAULT_SITE, "rules": rules}
    yield '{"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [{"tool": '
    yield json.dumps({"driver": driver}, ensure_ascii=False) + ', "columnKind": "unicodeCodePoints", "results": ['
    comma = ""
    for finding in findings:
        yield f"{comma}\n{json.dumps(_sarif_result(finding, shown), ensure_ascii=False)}"
        comma = ","
    yield "\n]}]}\n"


def _sarif_rule(rule: Any, lang: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": rule.code,
        "shortDescription": {"text": rule.names[lang]},
        "fullDescription": {"text": rule.messages[lang]},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }
    return {**made, "helpUri": rule.source} if rule.source else made


def _sarif_result(finding: Finding, shown: Shown) -> dict[str, Any]:
    made: dict[str, Any] = {
        "ruleId": finding.code,
        "level": _LEVELS[finding.severity],
        "message": {"text": sentence(finding, shown.rules, shown.lang)},
        "partialFingerprints": {"finding/v1": " ".join(map(quote, finding.key))},
        "properties": {name: getattr(finding, name) for name in ("base", "ref", "field", "occurrence", "value", "suggestion")},
    }
    if finding.file:
        uri = ("file://" if finding.file.startswith("/") else "") + quote(finding.file)
        place: dict[str, Any] = {"artifactLocation": {"uri": uri}, "region": {"startLine": max(finding.line, 1)}}
        made["locations"] = [{"physicalLocation": place}]
    return made


WRITERS: Mapping[str, Writer] = {"text": text, "csv": csv_report, "json": json_report, "turtle": turtle, "sarif": sarif}
"""Format -> its writer; ``html`` is made by the site's templates."""
