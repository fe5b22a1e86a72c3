"""Findings → what a page shows of them: plain values for the templates, the faulty part of each value apart, bounded in number."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

from pop_ld import thesauri
from pop_ld.bases import load_bases
from pop_ld.report import Report
from pop_ld.validation import SEVERITIES, Finding, Tally
from pop_ld.validation.words import Rules, message, place

MOST = 1_000
"""Findings that a page lists; the other formats have them all."""


def view(findings: Iterable[Finding], tally: Tally, rules: Rules, lang: str, most: int = MOST) -> dict[str, Any]:
    """The context of templates/findings.html: counts, what can be filtered by, and the first ``most`` findings."""
    listed = list(islice(findings, most))
    fields = Counter(finding.field for finding in listed if finding.field != "*")
    return {
        "notices": tally.notices.total(),
        "severities": tally.by_severity(),
        "total": sum(tally.by_severity().values()),
        "hidden": tally.hidden,
        "rules": [_rule(code, count, rules, lang) for code, count in sorted(tally.by_code().items(), key=lambda pair: (-pair[1], pair[0]))],
        "fields": sorted(fields.items()),
        "findings": [_finding(finding, rules, lang) for finding in listed],
        "shown_severities": [severity for severity in SEVERITIES if tally.by_severity()[severity]],
    }


def _rule(code: str, count: int, rules: Rules, lang: str) -> dict[str, Any]:
    rule = rules.get(code)
    return {
        "code": code,
        "count": count,
        "severity": rule.severity if rule else "",
        "name": rule.names[lang] if rule else "",
        "href": rule_page(rule.base, code) if rule and rule.base else "",
    }


def rule_page(name: str, code: str) -> str:
    """Where a rule can be read: its place on the page of its shapes."""
    return f"/shapes/{name}#{code}"


def _finding(finding: Finding, rules: Rules, lang: str) -> dict[str, Any]:
    rule = rules.get(finding.code)
    before, value, after = _around(finding)
    return {
        "place": place(finding, lang),
        "where": f"{finding.file}:{finding.line}" if finding.file else "",
        "ref": finding.ref,
        "field": finding.field,
        "code": finding.code,
        "severity": finding.severity,
        "message": message(finding, rules, lang),
        "before": before,
        "marked": _marked(value, rule.fault if rule else ""),
        "after": after,
        "suggestion": finding.suggestion,
        "example": rule.example if rule and not finding.suggestion else "",
        "href": rule_page(rule.base, finding.code) if rule and rule.base else "",
    }


def _around(finding: Finding) -> tuple[str, str, str]:
    """The field's text before the value, the value, and what follows."""
    if finding.text and finding.value in finding.text:
        before, _, after = finding.text.partition(finding.value)
        return before, finding.value, after
    return "", finding.value, ""


def _marked(value: str, fault: str) -> list[tuple[str, bool]]:
    """The value in pieces, each with whether it is faulty: all of it where no pattern finds the faulty part."""
    if not value:
        return []
    spans = [match.span() for match in re.finditer(fault, value)] if fault else []
    spans = [(start, end) for start, end in spans if end > start]
    if not spans:
        return [(value, True)]
    pieces, place = [], 0
    for start, end in spans:
        pieces += [(value[place:start], False), (value[start:end], True)]
        place = end
    return [(text, faulty) for text, faulty in [*pieces, (value[place:], False)] if text]


def unchecked(report: Report, data: Path) -> list[str]:
    """``DENO (T505)`` of each field of the bases read whose thesaurus is not installed."""
    installed, bases = thesauri.open_thesauri(data), load_bases()
    slugs = sorted({str(source["base"]) for source in report.sources if source.get("base") in bases})
    names = {
        f"{code} ({thesauri.scheme_name(found)})"
        for slug in slugs
        for code in bases[slug].fields
        if (found := bases[slug].thesaurus(code)) and not installed.holds(found)
    }
    return sorted(names)
