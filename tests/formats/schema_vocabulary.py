"""schema.org's own definitions, read from the sources of the package pydantic2-schemaorg: which properties a type has, and their ranges."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

_TEXTS = frozenset({"Text", "URL", "Date", "DateTime", "Time", "CssSelectorType", "PronounceableText", "XPathType"})
_NUMBERS = frozenset({"Number", "Integer", "Float", "Text"})


@dataclass(frozen=True)
class Definition:
    """A type: the types above it, and its own properties with what each may be."""

    parents: tuple[str, ...]
    properties: dict[str, frozenset[str]]


def folder() -> Path | None:
    """Where the definitions are; None where the package is not installed."""
    spec = find_spec("pydantic2_schemaorg")
    return Path(next(iter(spec.submodule_search_locations))) if spec and spec.submodule_search_locations else None


@cache
def definition(type: str) -> Definition | None:
    """None for a name that is no type of schema.org."""
    file = (folder() or Path("/")) / f"{type}.py"
    if not type.isidentifier() or type == "SchemaOrgBase" or not file.is_file():
        return None
    cls = next(node for node in ast.parse(file.read_text(encoding="utf-8")).body if isinstance(node, ast.ClassDef))
    fields = {node.target.id: node.annotation for node in cls.body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)}
    ranges = {
        name: frozenset(leaf.value for leaf in ast.walk(annotation) if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str))
        for name, annotation in fields.items()
    }
    return Definition(tuple(ast.unparse(base) for base in cls.bases), ranges)


@cache
def above(type: str) -> frozenset[str]:
    """A type and all types above it."""
    found = definition(type)
    return frozenset({type}).union(*(above(parent) for parent in found.parents)) if found else frozenset()


def ranges(types: list[str], property: str) -> frozenset[str]:
    """What the property may be on a node of these types; empty where none of them has it."""
    return frozenset().union(
        *(d.properties.get(property, frozenset()) for type in types for over in above(type) if (d := definition(over)) is not None)
    )


def faults(node: Any, where: str = "") -> Iterator[str]:
    """What a tree of JSON-LD says that schema.org's definitions do not allow."""
    types = [node["@type"]] if isinstance(node.get("@type", ["Thing"]), str) else node.get("@type", ["Thing"])
    yield from (f"{where}: no type {type}" for type in types if definition(type) is None)
    for key, value in node.items():
        if key.startswith("@"):
            continue
        allowed = ranges(types, key)
        if not allowed:
            yield f"{where}: {'/'.join(types)} has no {key}"
        for item in value if isinstance(value, list) else [value]:
            if allowed and not _fits(item, allowed):
                yield f"{where}.{key}: {item!r:.80} is none of {', '.join(sorted(allowed))}"
            if isinstance(item, dict):
                yield from faults(item, f"{where}.{key}")


def _fits(value: Any, allowed: frozenset[str]) -> bool:
    if isinstance(value, dict):
        types = [value["@type"]] if isinstance(value.get("@type"), str) else value.get("@type", [])
        return not types or any(above(type) & allowed for type in types)
    if isinstance(value, bool):
        return "Boolean" in allowed
    return bool(allowed & (_NUMBERS if isinstance(value, int | float) else _TEXTS))
