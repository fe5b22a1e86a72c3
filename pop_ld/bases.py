"""Base: one heritage base, loaded from mappings/<base>/ (base.yml, fields.csv, unmapped.csv, mapping, samples)."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from pop_ld import resources
from pop_ld.errors import MappingError, UsageError

_COLUMNS = "path,label,label_en,type,required,opendata,public,description,thesaurus,separator,parser,section,labels,boost,facet"
FIELD_COLUMNS = tuple(_COLUMNS.split(","))
_TYPES = ("text", "list", "number", "object")
FED = ("domain", "type", "author", "period", "region", "department", "commune", "technique", "protection", "museum", "missing")
"""Facets of search that the values of a field may feed; all others are made of the notice as a whole (pop_ld/search/facets.py)."""
_BOOST = re.compile(r"(?:\d{1,2}(?:\.\d+)?|100)?")


@dataclass(frozen=True, slots=True)
class Field:
    """One line of fields.csv. ``labels`` maps each further header it answers to onto a template (``{}`` = the cell).

    ``boost`` is what a word of the field weighs in a search (FACTS g): 1 where the cell is empty, 0 where words do not look into it.
    ``facet`` is one of FED, or "".
    """

    path: str
    label: str
    label_en: str
    type: str
    required: bool
    opendata: bool
    public: bool
    description: str
    thesaurus: str
    separator: str
    parser: str
    section: str
    labels: Mapping[str, str]
    boost: float = 1.0
    facet: str = ""


@dataclass(frozen=True)
class Base:
    """One of POP's databases; every attribute comes from its folder, so a librarian adds one without Python."""

    slug: str
    folder: Path
    name: Mapping[str, str]
    short: Mapping[str, str]
    description: Mapping[str, str]
    """What the base holds, in a sentence or two, in French and English."""
    aliases: tuple[str, ...]
    cls: str
    ref: re.Pattern[str]
    label: tuple[str, ...]
    point: tuple[str, ...]
    """Fields of the latitude, the longitude and, where the base has them, of the coordinates as written and of their system."""
    polygon: tuple[str, ...]
    """Fields of POP's polygon, of the outline as written and of its system; or nothing."""
    commune: Mapping[str, str]
    timespans: Mapping[str, Mapping[str, tuple[str, ...]]]
    parts: Mapping[str, tuple[str, ...]]
    paired: Mapping[str, str]
    """Field -> field that comments it value by value."""
    lives: tuple[str, ...]
    """(field of authors, field of their births and deaths), where the second can be joined to the first; or nothing."""
    schemes: Mapping[str, str]
    """Field -> field whose concepts it shares, where they are not its own."""
    one_hop: Mapping[str, str]
    """Field -> the property, of another vocabulary, that alone says it: no property ``pop:CODE`` says it a second time."""
    sections: Mapping[str, Mapping[str, str]]
    empty_values: frozenset[str]
    fields: Mapping[str, Field]
    unmapped: Mapping[str, tuple[str, str]]
    """Field or column that is not mapped -> why, in English and in French."""
    apart: frozenset[str]
    """Those of them that hold nothing a producer wrote of the thing: POP's machinery, copies of other fields, additions of others."""

    def thesaurus(self, code: str) -> str:
        """IRI of the thesaurus of a field, or of the field whose concepts it shares; "" where it has none."""
        return self.fields[code].thesaurus or self.fields[self.schemes.get(code, code)].thesaurus

    @property
    def mapping_file(self) -> Path:
        return self.folder / "mapping.yarrrml.yml"

    @property
    def samples(self) -> tuple[Path, ...]:
        """The made-up sample files, in name order."""
        return tuple(sorted(p for p in (self.folder / "samples").iterdir() if p.is_file())) if (self.folder / "samples").is_dir() else ()

    @cached_property
    def withheld(self) -> frozenset[str]:
        """Codes whose values never leave the reader (FACTS h: non-public, staff, masked places)."""
        return frozenset(f.path for f in self.fields.values() if not f.public)

    @cached_property
    def searched(self) -> Mapping[str, Field]:
        """Public fields that the search index holds: REF, those that are mapped, and others that have a boost or feed a facet."""
        mapped = {code for code, field in self.fields.items() if field.parser not in ("", "hidden") or code == "REF"}
        weighed = {code for code, field in self.fields.items() if field.facet or field.boost > 1}
        return {code: field for code, field in self.fields.items() if field.public and code in mapped | weighed}

    @cached_property
    def headers(self) -> Mapping[str, tuple[str, str]]:
        """Folded header -> (code, template): what a column of a source file may be called; labels before folded codes."""
        found: dict[str, tuple[str, str]] = {}
        for field in self.fields.values():
            for header, template in field.labels.items():
                found.setdefault(fold_header(header), (field.path, template))
        for field in self.fields.values():
            found.setdefault(fold_header(field.path), (field.path, "{}"))
        return found

    def column(self, header: str) -> tuple[str, str] | None:
        """(code, template) of a source column, or None.

        What is written exactly goes before what only folds to it: ``HISTORIQUE`` is the withheld log of the staff while
        ``Historique`` is the exports' label of HIST, and ``genre`` may be a stranger's column beside the label "Genre".
        """
        if header in self.fields:
            return header, "{}"
        if header in self._labels:
            return self._labels[header]
        return None if header in self.unmapped else self.headers.get(fold_header(header))

    @cached_property
    def _labels(self) -> Mapping[str, tuple[str, str]]:
        return {header: (f.path, template) for f in self.fields.values() for header, template in f.labels.items()}

    @cached_property
    def known_columns(self) -> Mapping[str, tuple[str, str]]:
        """Folded header -> reason, for columns of real files that are no field of POP (unmapped.csv)."""
        return {fold_header(name): reason for name, reason in self.unmapped.items() if name not in self.fields}


def fold_header(text: str) -> str:
    """A header without case, accents, punctuation and rank: ``Numéro_de_l'objet`` and ``numero de l objet`` are one.

    A code keeps its dot and hyphen as ``_``, so ``POP_COORDONNEES.lat`` is ``pop_coordonnees_lat``.
    """
    text = re.sub(r"/\d+$", "", text.strip().lstrip("\ufeff"))
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_")


@cache
def load_bases() -> Mapping[str, Base]:
    """Every base by slug, in the order of their slugs. Raises MappingError naming file and line of a fault."""
    root = resources.folder("mappings")
    return {path.parent.name: load_base(path.parent) for path in sorted(root.glob("*/base.yml"))}


def get_base(slug: str) -> Base:
    """The base of that slug; UsageError, listing the known ones, where there is none."""
    bases = load_bases()
    if slug not in bases:
        raise UsageError(f"unknown base {slug!r}; known: {', '.join(bases)}")
    return bases[slug]


def load_base(folder: Path) -> Base:
    """Reads one folder of mappings/. Raises MappingError."""
    file = folder / "base.yml"
    try:
        data: dict[str, Any] = resources.read_yaml(file)
        sections = data.get("sections", {})
        unmapped = _load_unmapped(folder / "unmapped.csv")
        return Base(
            slug=data["slug"],
            folder=folder,
            name=data["name"],
            short=data["short"],
            description=data["description"],
            aliases=tuple(data.get("aliases", ())),
            cls=data["class"],
            ref=re.compile(data["ref"]),
            label=tuple(data["label"]),
            point=tuple(data.get("point", ())),
            polygon=tuple(data.get("polygon", ())),
            commune=data.get("commune", {}),
            timespans={k: {kind: tuple(codes) for kind, codes in v.items()} for k, v in data.get("timespans", {}).items()},
            parts={k: tuple(v) for k, v in data.get("parts", {}).items()},
            paired=data.get("paired", {}),
            lives=tuple(data.get("lives", ())),
            schemes=data.get("schemes", {}),
            one_hop=data.get("one_hop", {}),
            sections=sections,
            empty_values=frozenset(data.get("empty_values", ())),
            fields=_load_fields(folder / "fields.csv", sections),
            unmapped={name: (english, french) for name, _, english, french in unmapped},
            apart=frozenset(name for name, kind, *_ in unmapped if kind in ("technical", "copy", "third-party")),
        )
    except (OSError, KeyError, TypeError, AttributeError, re.error, ValueError) as error:
        raise MappingError(f"cannot be used: {error!r}", file=str(file)) from error


def _load_fields(file: Path, sections: Mapping[str, Any]) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    with file.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        if tuple(reader.fieldnames or ()) != FIELD_COLUMNS:
            raise MappingError(f"header must be {','.join(FIELD_COLUMNS)}", file=str(file), line=1)
        for row in reader:
            if None in row or None in row.values() or row["type"] not in _TYPES or row["path"] in fields:
                raise MappingError(f"bad or repeated field {row['path']!r}", file=str(file), line=reader.line_num)
            if row["section"] and row["section"] not in sections:
                raise MappingError(f"unknown section {row['section']!r} of {row['path']}", file=str(file), line=reader.line_num)
            if row["facet"] not in ("", *FED) or not _BOOST.fullmatch(row["boost"]):
                allowed = f"boost is empty or 0 to 100, facet is empty or one of {', '.join(FED)}"
                raise MappingError(f"{row['path']}: {allowed}", file=str(file), line=reader.line_num)
            fields[row["path"]] = _field(row)
    return fields


def _field(row: dict[str, str]) -> Field:
    labels = {}
    for entry in filter(None, row["labels"].split("|")):
        header, _, template = entry.partition("=")
        labels[header] = template or "{}"
    values: dict[str, Any] = {**row, "labels": labels}
    values["boost"] = float(row["boost"] or 1)
    for name in ("required", "opendata", "public"):
        values[name] = row[name] == "oui"
    return Field(**values)


UNMAPPED_KINDS = ("withheld", "technical", "copy", "third-party", "unused")


def _load_unmapped(file: Path) -> list[tuple[str, str, str, str]]:
    """(field or column, kind, why in English, in French) of each line."""
    found = []
    with file.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        for row in reader:
            if row.get("kind") not in UNMAPPED_KINDS:
                raise MappingError(f"kind must be one of {', '.join(UNMAPPED_KINDS)}", file=str(file), line=reader.line_num)
            found.append((row["field"], row["kind"], row["reason"], row["reason_fr"]))
    return found
