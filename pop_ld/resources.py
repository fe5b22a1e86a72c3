"""Finds ontologies/ shapes/ mappings/ templates/, in a checkout or in the installed wheel."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any

from pop_ld.errors import UsageError


@cache
def folder(name: str) -> Path:
    """Path of a data folder; in a wheel they live under ``pop_ld/_data``.

    Raises UsageError where the installation lacks it.
    """
    here = Path(__file__).resolve().parent
    for candidate in (here.parent / name, here / "_data" / name):
        if candidate.is_dir():
            return candidate
    raise UsageError(f"data folder {name!r} is missing from this installation")


def table(name: str) -> list[dict[str, str]]:
    """The lines of ``mappings/<name>``, a small CSV that librarians keep; by column."""
    with (folder("mappings") / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def read_yaml(file: Path) -> Any:
    """The content of a YAML file. Raises ValueError with the place."""
    return yaml_text(file.read_text(encoding="utf-8"))


def yaml_text(text: str) -> Any:
    """The content of a YAML text, by libyaml where the installation has it (nine times faster). Raises ValueError with the place."""
    import yaml

    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error
