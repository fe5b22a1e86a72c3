"""A Finding in words, as a good colleague would write it; in the reader's language, never in the engine's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pop_ld.summary import texts
from pop_ld.validation.findings import Finding
from pop_ld.validation.rules import Rule, by_code

Rules = Mapping[str, Rule]
"""Rules by code."""


def say(lang: str) -> dict[str, Any]:
    """The texts of validation in templates/i18n."""
    found: dict[str, Any] = texts(lang)["validation"]
    return found


def rules_with(foreign: Mapping[str, Rule]) -> Rules:
    """The rules by code, with those of a producer's own shapes (by IRI) beside them."""
    return {**{rule.code: rule for rule in foreign.values()}, **by_code()}


def message(finding: Finding, rules: Rules, lang: str) -> str:
    """What the rule expects, and how to mend it."""
    rule = rules.get(finding.code)
    return rule.messages[lang] if rule else say(lang)["unknown_rule"].format(code=finding.code)


def place(finding: Finding, lang: str) -> str:
    """``Notice PM89000482, champ DPRO, valeur 2``."""
    key, field = "place" if finding.ref else "place_file", "" if finding.field == "*" else finding.field
    if not finding.ref and field and not finding.value and finding.component:  # of a shape: what readers remark upon has none
        return str(say(lang)["no_column"].format(field=field))
    parts = [say(lang)[key].format(ref=finding.ref)] if finding.ref or not field else []
    if field:
        parts.append(say(lang)["field"].format(field=field))
    if finding.occurrence > 1:
        parts.append(say(lang)["occurrence"].format(n=finding.occurrence))
    text = ", ".join(parts)
    return text[:1].upper() + text[1:]


def sentence(finding: Finding, rules: Rules, lang: str) -> str:
    """``Notice PM89000482, champ DPRO : « 1905-99-99 ». Une date de protection s'écrit AAAA/MM/JJ … Peut-être « 1905/09/09 »."""
    words = say(lang)
    value = words["value"].format(value=flat(finding.value)) if finding.value else words["no_value"]
    if finding.text and finding.value not in finding.text:  # no field's text around the value, but more about it
        value = words["value_and_more"].format(value=flat(finding.value), more=flat(finding.text))
    suggestion = " " + words["suggestion"].format(suggestion=flat(finding.suggestion)) if finding.suggestion else ""
    return flat(f"{place(finding, lang)}{value} {message(finding, rules, lang)}{suggestion}")


def flat(text: str) -> str:
    """On one line, without what would move a terminal's cursor."""
    return visible(" ".join(text.split()))


def visible(text: str) -> str:
    """Without what would move a terminal's cursor, blanks as they are."""
    return text if text.isprintable() else "".join(c if c.isprintable() else "�" for c in text)
