"""The end of a conversion in words: what was read, converted and rejected, and the problems, in French or English."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from pop_ld import resources
from pop_ld.notices import Problem
from pop_ld.report import Report


@cache
def texts(lang: str) -> dict[str, Any]:
    """templates/i18n/<lang>.yml, and what the files of templates/i18n/<lang>/ add to its sections, one file for a kind of pages.

    Raises ValueError where two of the files have the same key: one would silently hide the other.
    """
    root = resources.folder("templates") / "i18n"
    found: dict[str, Any] = resources.read_yaml(root / f"{lang}.yml")
    for file in sorted((root / lang).glob("*.yml")):
        for section, added in (resources.read_yaml(file) or {}).items():
            known = found.setdefault(section, {})
            if added is None:
                continue  # a section of which nothing is said yet
            if twice := known.keys() & added.keys():
                raise ValueError(f"{file.name}: {section} has {', '.join(sorted(twice))} already")
            known.update(added)
    return found


def message(problem: Problem, lang: str) -> str:
    """A Problem in words, for its producer."""
    said = (
        texts(lang)["problems"].get(f"{problem.kind}-alone" if not problem.detail else problem.kind)
        or texts(lang)["problems"][problem.kind]
    )
    return str(said).format(**{name: getattr(problem, name) for name in Problem.__slots__})


def lines(report: Report, lang: str) -> Iterator[str]:
    """What was detected, the counts, then each kind of problem by field with an example."""
    say = texts(lang)["report"]
    for source in report.sources:
        if "error" in source:
            yield say["unreadable"].format(**source)
        else:
            yield say["source" if source.get("delimiter") else "document"].format(
                **{**source, "delimiter": _visible(source.get("delimiter", ""))}
            )
        for column, about in source.get("unmapped", {}).items():
            yield "  " + say["unmapped"].format(
                column=column, cells=about["cells"], reason=about["reason_fr" if lang == "fr" else "reason"]
            )
    kept = {"converted": report.converted.total(), "triples": report.triples.total()}
    yield say["counts"].format(read=report.read, merged=report.merged, rejected=report.rejected, **kept)
    if report.validation:
        yield say["validation"].format(**report.validation["severities"])
    for (base, code), found, missed in report.strangers():
        yield from _labels(report, base, code, found, missed, say)
    for key, count in sorted(report.problems.items(), key=lambda pair: (-pair[1], pair[0])):
        example = report.examples[key][0]
        where, place = f"{key[1]} {key[2]}".strip() or "-", f"{example.file}:{example.line}" if example.file else "-"
        yield say["problem"].format(count=count, where=where, place=place, message=message(example, lang))


def _labels(report: Report, base: str, code: str, found: int, missed: list[tuple[str, int]], say: dict[str, str]) -> Iterator[str]:
    """How many labels of a field its thesaurus knows, and the most frequent that it does not, with what is nearest."""
    looked = found + sum(count for _, count in missed)
    yield say["concepts"].format(where=f"{base} {code}", found=found, looked=looked)
    for label, count in missed[:3]:
        near = report.candidates.get((base, code, label), ())
        yield "  " + say["stranger" if near else "stranger-alone"].format(label=label, count=count, near=", ".join(near))


def _visible(delimiter: str) -> str:
    return "tab" if delimiter == "\t" else delimiter
