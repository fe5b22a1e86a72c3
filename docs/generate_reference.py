"""Writes docs/reference.md and ontologies/shortcuts.ttl from the code and the data files: commands, settings, bases, properties, rules."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from pop_ld import cli, iris, summary
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.fields import parser_names
from pop_ld.mapping import Shortcut, load_mapping, shortcuts
from pop_ld.validation import rules_of
from pop_ld.validation.rules import files


def text() -> str:
    """The whole page; the same on every machine."""
    return (
        "\n".join(
            [
                "# Reference",
                "",
                "Made by `make docs` from the code and the data files; do not edit.",
                *_commands(),
                *_settings(),
                *_bases(),
                *_shortcuts(),
                *_problems(),
                *_rules(),
            ]
        )
        + "\n"
    )


def _commands() -> Iterator[str]:
    yield from ("", "## Commands", "", "Exit codes: 0 done, 1 data problems that stop it, 2 usage.")
    top = cli.parser()
    groups = next(action for action in top._actions if isinstance(action, argparse._SubParsersAction))
    for name, command in groups.choices.items():
        command.formatter_class = lambda prog: argparse.HelpFormatter(prog, width=100)
        yield from ("", f"### `pop-ld {name}`", "", "```text", command.format_help().rstrip(), "```")


def _settings() -> Iterator[str]:
    yield from ("", "## Settings", "", "From `pop_ld.toml` (or the file that `POP_LD_CONFIG` names) and the environment, which wins.", "")
    yield from ("| name | variable | default | what |", "|---|---|---|---|")
    for field in fields(Settings):
        yield f"| `{field.name}` | `POP_LD_{field.name.upper()}` | `{field.default}` | {field.metadata['help']} |"


def _bases() -> Iterator[str]:
    yield from ("", "## Bases", "", f"Parsers that `fields.csv` may name: {', '.join(f'`{name}`' for name in parser_names())}.", "")
    yield from ("| base | fields | mapped | withheld | not yet, or with another reason | class |", "|---|---|---|---|---|---|")
    for base in load_bases().values():
        mapped = sum(bool(f.parser) and f.public for f in base.fields.values())
        rest = len(base.fields) - mapped - len(base.withheld)
        yield f"| {base.slug} | {len(base.fields)} | {mapped} | {len(base.withheld)} | {rest} | `pop:{base.cls}` |"


def _found() -> list[Shortcut]:
    return [s for slug, base in load_bases().items() for s in shortcuts(load_mapping(base.mapping_file), slug)]


def _short(name: str) -> str:
    """An IRI with the prefix of the ontology: ``crm:P2_has_type``."""
    prefix = max((p for p in _PREFIXES if name.startswith(p)), key=len)
    return f"{_PREFIXES[prefix]}:{name.removeprefix(prefix)}"


_PREFIXES = {
    iris.CRM: "crm",
    iris.LINKED_ART: "la",
    iris.CRM_EXTENSIONS + "crmsci/": "sci",
    iris.ONTOLOGY: "pop",
    iris.DCTERMS: "dcterms",
    iris.SCHEMA: "schema",
    iris.FOAF: "foaf",
    iris.SKOS: "skos",
    iris.RDFS: "rdfs",
    iris.EDM: "edm",
    "http://www.opengis.net/ont/geosparql#": "geo",
    iris.WGS84: "wgs",
}


def _shortcuts() -> Iterator[str]:
    yield from ("", "## One-hop properties and the CRM path that they shorten", "")
    yield from ("| property | bases | path |", "|---|---|---|")
    rows: dict[tuple[str, str], list[str]] = {}
    for found in _found():
        rows.setdefault((_short(found.name), _path(found)), []).append(found.base)
    for (name, path), bases in sorted(rows.items()):
        yield f"| `{name}` | {', '.join(bases)} | `{path.replace('|', chr(92) + '|')}` |"


def _path(found: Shortcut) -> str:
    """A SPARQL 1.1 property path (§9.1) with the prefixes of the ontology."""
    return "|".join("/".join(map(_short, path)) for path in found.paths)


def turtle() -> str:
    """ontologies/shortcuts.ttl: each shortcut, for engines that want to follow or to check the longer path."""
    prefixes = [f"@prefix {prefix}: <{name}> ." for name, prefix in sorted(_PREFIXES.items(), key=lambda pair: pair[1])]
    lines = ["# Made by `make docs` from the mappings; do not edit. pop:path is a SPARQL 1.1 property path.", *prefixes, ""]
    for found in _found():
        lines.append(f'[] a pop:Shortcut ; pop:base "{found.base}" ; pop:property {_short(found.name)} ; pop:path "{_path(found)}" .')
    return "\n".join(lines) + "\n"


def _problems() -> Iterator[str]:
    yield from (
        "",
        "## Problems",
        "",
        "What a report may say of a notice; none of them stops a load.",
        "",
        "| kind | message |",
        "|---|---|",
    )
    for kind, message in sorted(summary.texts("en")["problems"].items()):
        yield f"| `{kind}` | {str(message).replace('|', chr(92) + '|')} |"


def _rules() -> Iterator[str]:
    yield from (
        "",
        "## Rules",
        "",
        "What `pop-ld validate` and publication check; messages and sources are in `shapes/` and at `/shapes`.",
        "",
    )
    yield from ("| rule | field | severity | level | name |", "|---|---|---|---|---|")
    for name in files():
        for rule in rules_of(name):
            yield f"| `{rule.code}` | {'any' if rule.field == '*' else rule.field} | {rule.severity} | {rule.level} | {rule.names['en']} |"


if __name__ == "__main__":
    here = Path(__file__).parent
    (here / "reference.md").write_text(text(), encoding="utf-8")
    (here.parent / "ontologies" / "shortcuts.ttl").write_text(turtle(), encoding="utf-8")
