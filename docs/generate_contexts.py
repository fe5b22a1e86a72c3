"""Writes ontologies/contexts: the JSON-LD context of each profile, from the mappings, the ontology and mappings/json-ld.csv.

A file that is there already is never changed nor deleted: its name is the hash of its bytes, and documents that people keep refer to it.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pop_ld import iris, resources
from pop_ld.bases import load_bases
from pop_ld.formats import ontology
from pop_ld.formats.json_ld import folder
from pop_ld.formats.prefixes import PREFIXES
from pop_ld.formats.profiles import PROFILES

_KEYWORDS = {"id": "@id", "type": "@type"}
_BARE = ("dcterms", "rdfs", "skos", "foaf", "wgs", "crm", "schema")
"""Vocabularies whose properties have their local name for a term in the profile pop, unless an earlier one or pop: has it."""
_BY_LANGUAGE = (iris.RDFS + "label", iris.SKOS + "prefLabel", iris.SKOS + "altLabel")
_VOCABULARIES = {"pop": iris.ONTOLOGY, "schema": iris.SCHEMA, "edm": iris.EDM, "dc": iris.DCTERMS}


def contexts() -> dict[str, bytes]:
    """Profile -> the bytes of its context; the same on every machine."""
    return {name: _written(_pop() if name == "pop" else _listed(name)) for name in _VOCABULARIES if name in [p.name for p in PROFILES]}


def file_name(profile: str, content: bytes) -> str:
    return f"{profile}-{hashlib.sha256(content).hexdigest()[:12]}.jsonld"


def _written(terms: dict[str, Any]) -> bytes:
    lines = ",\n".join(f"  {json.dumps(term)}: {json.dumps(value, ensure_ascii=False)}" for term, value in terms.items())
    return f'{{\n "@context": {{\n{lines}\n }}\n}}\n'.encode()


def _head(profile: str) -> dict[str, Any]:
    return {"@vocab": _VOCABULARIES[profile], **_KEYWORDS, **PREFIXES}


def _term(short: str, kind: str, several: bool) -> dict[str, str]:
    """``kind``: "@id", "@map", "@fr" …, the IRI of a datatype, or "" for a plain string."""
    made = {"@id": short}
    if kind == "@map":
        return {**made, "@container": "@language"}
    if kind.startswith("@") and kind != "@id":
        made["@language"] = kind[1:]
    elif kind:
        made["@type"] = kind if kind == "@id" else _short(kind)
    return {**made, "@container": "@set"} if several or kind == "@id" else made


def _short(iri: str) -> str:
    prefix, space = next(((p, s) for p, s in PREFIXES.items() if iri.startswith(s)), ("", ""))
    return f"{prefix}:{iri.removeprefix(space)}" if prefix else iri


def _pop() -> dict[str, Any]:
    """Every property of the mappings and of the ontology, by what its values are."""
    kinds, lists = _kinds(), {code for base in load_bases().values() for code, field in base.fields.items() if field.type == "list"}
    own = {iri.removeprefix(iris.ONTOLOGY) for iri in kinds if iri.startswith(iris.ONTOLOGY)}
    taken, made = {*own, *_KEYWORDS, *PREFIXES}, _head("pop")
    for prefix in (*_BARE, *(name for name in sorted(PREFIXES) if name not in (*_BARE, "pop", "rdf"))):
        for iri in sorted(iri for iri in kinds if iri.startswith(PREFIXES[prefix]) and _short(iri).startswith(prefix + ":")):
            name = iri.removeprefix(PREFIXES[prefix])
            term = name if prefix in _BARE and name not in taken else _short(iri)
            taken.add(term)
            made[term] = _term(_short(iri), "@map" if iri in _BY_LANGUAGE else kinds[iri], False)
    made["isPrimaryTopicOf"] = {"@reverse": "foaf:primaryTopic"}
    for name in sorted(own):
        made[name] = _term(f"pop:{name}", kinds[iris.ONTOLOGY + name], name.rsplit("-", 1)[-1] in lists)
    return made


def _kinds() -> Mapping[str, str]:
    """Property -> the one kind of its values in every mapping; "" where they have several; of those in no mapping, the ontology's."""
    found: dict[str, set[str]] = defaultdict(set)
    for base in load_bases().values():
        mapping = resources.read_yaml(base.mapping_file)
        spaces = mapping["prefixes"]

        def whole(short: str, spaces: Mapping[str, str] = spaces) -> str:
            prefix, _, rest = short.partition(":")
            return spaces[prefix] + rest

        for rule in mapping["mappings"].values():
            for predicate, value, *more in rule["po"]:
                if predicate != "a":
                    kind = f"@{more[0].removesuffix('~lang')}" if more and more[0].endswith("~lang") else whole(more[0]) if more else ""
                    found[whole(predicate)].add("@id" if value.endswith("~iri") else kind)
    for triple in ontology.triples():
        name, value = getattr(triple.subject, "value", ""), getattr(triple.object, "value", "")
        if name.startswith(iris.ONTOLOGY) and name not in found and value.endswith("#ObjectProperty"):
            found[name].add("@id")
    for iri in (iris.SKOS + "inScheme", iris.SKOS + "exactMatch", iris.SKOS + "broader", iris.CRM + "P89_falls_within"):
        found[iri].add("@id")
    return {iri: next(iter(kinds)) if len(kinds) == 1 else "" for iri, kinds in found.items()}


def _listed(profile: str) -> dict[str, Any]:
    """What mappings/json-ld.csv says of a profile: ``kind`` as above, ``^`` before a property that is read backwards."""
    made = _head(profile)
    for line in resources.table("json-ld.csv"):
        if line["profile"] == profile:
            name = line["property"]
            back = {"@reverse": name[1:]} if name.startswith("^") else None
            made[line["term"]] = back or _term(name, line["kind"], line["several"] == "oui")
    return made


def write(target: Path) -> None:
    target.mkdir(exist_ok=True)
    lines = ["profile,file"]
    for profile, content in contexts().items():
        name = file_name(profile, content)
        (target / name).write_bytes(content)
        lines.append(f"{profile},{name}")
    (target / "current.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write(folder())
