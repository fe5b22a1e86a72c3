"""Writes docs/reference.md from the code and the data files: commands, settings, parsers, bases, problems."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from pop_ld import cli, summary
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.fields import parser_names


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
                *_problems(),
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


if __name__ == "__main__":
    Path(__file__).with_name("reference.md").write_text(text(), encoding="utf-8")
