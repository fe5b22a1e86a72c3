"""Rights: what the producers' own words allow to say of a notice's data and of each of its images (FACTS h).

The decisions are the lines of ``mappings/rights.csv``, read from the top: the first that matches settles it. A ``field`` of ``*``
stands for every wording that ``mappings/rights-fields.csv`` names for that base, because one code means different things in
different bases (COPY is the notice's copyright in Joconde, the photograph's credit in Mémoire). The mapping keeps the wording.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple, TypeAlias

from pop_ld import resources
from pop_ld.errors import MappingError
from pop_ld.fields.folding import fold

ANY = "*"
FILE = "file"
"""What the table's ``field`` says where the name of the image's own file is meant."""

Values: TypeAlias = tuple[str, ...]


class Decision(NamedTuple):
    """``rights`` is the IRI of a statement of rightsstatements.org or of a Creative Commons tool, ``reason`` the key of its line."""

    rights: str
    reason: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of rights.csv; ``rights`` may hold ``{version}``, filled from the group of that name in ``pattern``.

    ``pattern`` is searched in the field's folded text (lower case, no accents).
    """

    what: str
    base: str
    field: str
    pattern: re.Pattern[str]
    rights: str
    key: str
    reason: str
    reason_fr: str
    example: str

    def concerns(self, what: str, base: str) -> bool:
        """Whether the line may settle ``what`` ("data" or "image") in that base."""
        return self.what in (what, ANY) and self.base in (base, ANY)


def data_rights(base: str, fields: Mapping[str, Values]) -> Decision:
    """Rights of a notice's data, from its COPY and its producer; never an open licence that the notice does not name itself."""
    return _decision("data", base, tuple([fields.get(code) for code in codes("data", base)]))


def image_rights(base: str, fields: Mapping[str, Values], file: str = "") -> Decision:
    """Rights of one image, from PHOT, DIFF, DROIT, COPY (Mémoire, Muséofile), DATA and LOCA3.

    ``file`` is the image's key or address as written: in MNR its name may claim a copyright ("…copyright_droits_reserves.jpg").
    """
    named = codes("image", base)
    return _decision("image", base, tuple([(file,) if code == FILE else fields.get(code) for code in named]))


@cache
def rules() -> tuple[Rule, ...]:
    """The decision table, in order. Raises MappingError with file and line of a fault."""
    file = resources.folder("mappings") / "rights.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        found = tuple(_rule(row, file, reader.line_num) for row in reader)
    for what in ("data", "image"):
        if not any(rule.what == what and rule.base == ANY and not rule.field for rule in found):
            raise MappingError(f"must end with a line of {what} without field, for notices that say nothing", file=str(file))
    return found


def _rule(row: Mapping[str, str], file: Path, line: int) -> Rule:
    try:
        return Rule(
            what=row["what"],
            base=row["base"],
            field=row["field"],
            pattern=re.compile(row["pattern"]),
            rights=row["rights"],
            key=row["key"],
            reason=row["reason"],
            reason_fr=row["reason_fr"],
            example=row["example"],
        )
    except (KeyError, TypeError, re.error) as error:
        raise MappingError(f"cannot be used: {error!r}", file=str(file), line=line) from error


@cache
def wordings(what: str, base: str) -> Values:
    """Codes of the fields whose text speaks of the rights of ``what`` in that base (rights-fields.csv)."""
    return tuple(row["field"] for row in resources.table("rights-fields.csv") if (row["what"], row["base"]) == (what, base))


@cache
def codes(what: str, base: str) -> Values:
    """Every field that the decision looks at, each once: the wordings, then those that lines of the table name themselves."""
    own = (rule.field for rule in _rules(what, base) if rule.field not in ("", ANY))
    return tuple(dict.fromkeys([*wordings(what, base), *own]))


@cache
def _rules(what: str, base: str) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules() if rule.concerns(what, base))


@lru_cache(maxsize=50_000)
def _decision(what: str, base: str, values: tuple[Values | None, ...]) -> Decision:
    texts = {code: _text(value) for code, value in zip(codes(what, base), values, strict=True) if value}
    texts[""] = ""  # what the last lines, which name no field, are searched in
    for rule in _rules(what, base):
        for code in wordings(what, base) if rule.field == ANY else (rule.field,):
            if code in texts and (found := rule.pattern.search(texts[code])):
                return Decision(rule.rights.format_map(found.groupdict()), rule.key)
    raise AssertionError("rules() requires a last line that always matches")


def _text(values: Values) -> str:
    """Folded, with line breaks told from spaces: ``#`` is one in POP's texts, a new line becomes ``;`` (FACTS b)."""
    return fold(" ; ".join(values).replace("\n", " ; "))
