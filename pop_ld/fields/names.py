"""Names of persons: family and given names where their order is certain, unnamed makers, and a key that compares names across bases.

The words are those of mappings/people.csv: ``kind,word``.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import takewhile

from pop_ld import iris
from pop_ld.fields.folding import fold, rows

_WORD = re.compile(r"[^\W_]+|&")
_ROMAN = re.compile(r"[ivx]+(?:er|e)?")
_ANONYM = "anonym"


@cache
def words(kind: str) -> frozenset[str]:
    """The folded words of one kind in mappings/people.csv.

    ``after``, ``workshop``, ``doubt``, ``role`` say how a person stands to the work; ``or`` joins two readings of one maker;
    ``anonymous`` names nobody; ``particle``, ``article``, ``title`` belong to a name; a name with a word of ``whole`` is not one
    person's family and given name.
    """
    return frozenset(rows("people.csv", kind))


@lru_cache(maxsize=1_000)
def tokens(name: str) -> tuple[str, ...]:
    """The words of a name without case, accents and punctuation: "Jean-Baptiste d'ANGERS" -> jean baptiste d angers."""
    return tuple(_WORD.findall(fold(name).replace("œ", "oe").replace("æ", "ae")))


def same_key(family: str, given: str) -> str:
    """An ASCII key equal for names that are written alike but for case, accents, punctuation and the place of the particle.

    "DYCK Antoon van", "VAN DYCK Antoon" -> ``dyck_antoon_van``. "" where there is no family name or no forename in full: a surname
    alone or with initials says too little. Equal keys make a candidate, refused where birth or death years contradict each other.
    """
    first, rest = tokens(family), tokens(given)
    moved = list(takewhile(words("particle").__contains__, first))
    first = first[len(moved) :]
    forenames = [word for word in rest if len(word) > 1 and word not in words("particle") and not _ROMAN.fullmatch(word)]
    return iris.name_key(" ".join([*first, *rest, *moved])) if first and forenames else ""


def split_name(name: str) -> tuple[str, str]:
    """(family, all that follows) where the order is certain, else ("", "").

    Certain are a family name in capitals before a forename that is not ("DIAZ DE LA PENA Narcisse") and one comma
    ("Floutier, Henri-Jacques"). "Verne Jules" is left alone: "Alfred Cayer" stands in the same field.
    """
    family, rest = _at_comma(name) if "," in name else _after_capitals(name)
    if not rest or not words("whole").isdisjoint(tokens(name)):
        return "", ""
    return family, rest


def given_part(rest: str) -> str:
    """The forenames at the head of what follows a family name: "Antoon van" -> Antoon, "Antoine Jean baron" -> Antoine Jean."""
    return " ".join(takewhile(_is_forename, rest.split()))


def is_anonymous(name: str) -> bool:
    """Whether the text names nobody: "anonyme", "auteur inconnu", "manufacture indéterminée", "anonyme femme"."""
    found = tokens(name)
    if not found:
        return False
    unknown = words("anonymous")
    return found[0].startswith(_ANONYM) or found[-1] in unknown or " ".join(found[-2:]) in unknown


def leads_with_capitals(name: str) -> bool:
    """Whether the name opens with a family name in capitals, as Joconde writes one."""
    first = next(iter(name.split()), "")
    return _capitals(first) and sum(map(str.isalpha, first)) > 1


def is_group(role: str) -> bool:
    """Whether the role says that the maker is no person: "manufacture", "population"."""
    found = tokens(role)
    return bool(found) and found[0] in words("whole")


def _at_comma(name: str) -> tuple[str, str]:
    family, _, rest = (part.strip() for part in name.partition(","))
    whole = bool(family) and "," not in rest and rest[:1].isupper() and not any(map(str.isdigit, name))
    return (family, rest) if whole else ("", "")


def _after_capitals(name: str) -> tuple[str, str]:
    parts = name.split()
    family = list(takewhile(_capitals, parts))
    rest = parts[len(family) :]
    if not family or not rest or not rest[0][0].isupper():
        return "", ""
    joined = " ".join(family)
    full = any(len(word) > 1 and word not in words("particle") and word not in words("article") for word in tokens(joined))
    return (joined, " ".join(rest)) if full else ("", "")


def _capitals(word: str) -> bool:
    return word.isupper() and word not in ("&", "-")


def _is_forename(word: str) -> bool:
    folded = fold(word)
    return word[:1].isupper() and folded not in words("particle") and folded not in words("title")
