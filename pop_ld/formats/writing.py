"""A thing in one profile and one format: the bytes of every representation but the pages, which ``web`` makes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pyoxigraph import Triple

from pop_ld import resources
from pop_ld.formats import BY_NAME as FORMATS_BY_NAME
from pop_ld.formats import HTML, Format, link_graph
from pop_ld.formats.json_ld import context, folder, json_ld
from pop_ld.formats.prefixes import PREFIXES
from pop_ld.formats.profiles import PROFILES, Profile
from pop_ld.formats.rdf import rdf
from pop_ld.formats.source import Source

_JSON = ("jsonld", "json")


@dataclass(frozen=True, slots=True)
class Representation:
    """What a thing is offered in. A page says less than its triples, so that it conforms to no profile."""

    profile: Profile
    format: Format

    @property
    def conforms(self) -> str:
        """IRI of the profile that the bytes follow; "" for a page."""
        return "" if self.format is HTML else self.profile.iri

    @property
    def media_type(self) -> str:
        """As Content-Type says it: JSON-LD of another vocabulary names its profile (JSON-LD 1.1 §C; IIIF Presentation 3 §6)."""
        named = self.format.name == "jsonld" and self.profile is not PROFILES[0]
        return f'{self.format.media_type};profile="{self.profile.iri}"' if named else self.format.media_type

    def address(self, document: str) -> str:
        """Where it alone is found: a suffix of its profile's own, or a format's with ``?_profile=``."""
        if self.profile is PROFILES[0]:
            return f"{document}.{self.format.suffix}"
        if self.profile.suffix and self.format.name == self.profile.formats[0]:
            return f"{document}.{self.profile.suffix}"
        return f"{document}.{self.format.suffix}?_profile={self.profile.name}"


def offered(source: Source) -> Sequence[Representation]:
    """What the thing is offered in, the server's preference first: the formats of the default profile, then those of each other.

    A profile whose module has ``offered(source)`` may refuse a thing, such as one without an image.
    """
    kept = [profile for profile in PROFILES if _takes(profile, source)]
    return [Representation(profile, FORMATS_BY_NAME[name]) for profile in kept for name in profile.formats]


def _takes(profile: Profile, source: Source) -> bool:
    if not profile.module:
        return True
    module = _module(profile.module)
    refuses = getattr(module, "offered", None)
    return module is not None and (refuses is None or bool(refuses(source)))


@cache
def _module(name: str) -> Any:
    """A module of ``pop_ld.formats``, imported when it is first needed; None where the installation has none that makes a profile."""
    full = f"pop_ld.formats.{name}"
    module = import_module(full) if find_spec(full) else None
    return module if hasattr(module, "triples") or hasattr(module, "document") else None


def triples(profile: Profile, source: Source) -> Sequence[Triple]:
    """The thing's triples in the vocabulary of a profile that has ``triples(source)``; in the default one, its links elsewhere too."""
    if not profile.module:
        return [*source.triples, *link_graph.triples(source)]
    found: Sequence[Triple] = _module(profile.module).triples(source)
    return found


def write(chosen: Representation, source: Source) -> bytes:
    """The bytes of a representation that is no page: same release, same bytes. A module's ``rdf_xml(source)`` comes before our own RDF/XML.

    ``json`` is the JSON-LD itself under the name that tools without RDF know (see ``context_link``). TriG has the triples in its default
    graph, as every other syntax: nothing is said of the graph that the document would be.
    """
    module = _module(chosen.profile.module) if chosen.profile.module else None
    if module is not None and hasattr(module, "document"):
        return json.dumps(module.document(source), ensure_ascii=False, indent=2).encode("utf-8")
    if chosen.format.name == "rdf" and module is not None and hasattr(module, "rdf_xml"):
        return bytes(module.rdf_xml(source))
    said = triples(chosen.profile, source)
    if chosen.format.name in _JSON:
        return json_ld(source.thing, said, context(chosen.profile.name))
    return rdf(chosen.format, said, PREFIXES)


def context_link(chosen: Representation) -> str:
    """The context by which plain JSON is JSON-LD (JSON-LD 1.1 §6.1); "" for any other format, and where the document names another's."""
    found = context(chosen.profile.name) if chosen.format.name == "json" else None
    return found.address if found else ""


@cache
def state() -> str:
    """Changes with what writes representations: part of their ETags, so that a new version never passes for the old bytes."""
    digest = hashlib.sha256((folder() / "current.csv").read_bytes())
    for path in [*sorted(Path(__file__).parent.rglob("*.py")), *sorted(resources.folder("mappings").glob("*.csv"))]:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]
