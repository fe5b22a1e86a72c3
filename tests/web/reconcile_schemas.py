"""The JSON schemas of both versions of the reconciliation API, from the folder beside the project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7


class Schemas:
    """The schemas of a version; each refers to others by the names of their files."""

    def __init__(self, shared: Path, version: str) -> None:
        folder = shared / "vocab" / "reconciliation" / version
        self._files = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in folder.glob("*.json")}
        roots = {schema["$id"].rsplit("/", 1)[0] for schema in self._files.values()}
        named = [(f"{root}/{name}.json", schema) for name, schema in self._files.items() for root in roots]
        named.append(("http://swagger.io/v2/schema.json", self._files["openapi"]))
        self._registry: Registry[Any] = Registry().with_resources(
            (address, Resource.from_contents({**schema, "$schema": ""}, DRAFT7)) for address, schema in named
        )

    def faults(self, name: str, data: Any) -> list[str]:
        """What a schema finds wrong."""
        found = Draft7Validator(self._files[name], registry=self._registry).iter_errors(data)
        return [f"{'/'.join(map(str, fault.path))}: {fault.message[:200]}" for fault in found]
