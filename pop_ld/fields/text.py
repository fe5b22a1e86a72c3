"""Texts and lists: how one string holds several values (FACTS b), and what is kept of each as written."""

from __future__ import annotations

from pop_ld import iris
from pop_ld.fields.parsed import Item, Parsed, items

JOIN = " ; "
"""How POP's own export joins the values of a field (FACTS b)."""

_OPEN, _CLOSE = "([", ")]"


def split(value: str, separators: str) -> list[str]:
    """The values of one string, split at any of ``separators`` outside parentheses, trimmed, empties dropped.

    Where parentheses do not balance ("Pierredon Louis (architecte))") they cannot be trusted and are ignored.
    """
    for separator in separators:
        if separator in value:
            break
    else:
        stripped = value.strip()
        return [stripped] if stripped else []
    if "(" not in value and "[" not in value and ")" not in value and "]" not in value:
        return [part for part in map(str.strip, _split_anywhere(value, separators)) if part]
    return [part for part in map(str.strip, _split_outside(value, separators)) if part]


def _split_outside(value: str, separators: str) -> list[str]:
    """Split outside parentheses; anywhere where they do not balance."""
    parts, start, depth = [], 0, 0
    for i, c in enumerate(value):
        if c in separators:
            if depth == 0:
                parts.append(value[start:i])
                start = i + 1
        elif c in _OPEN:
            depth += 1
        elif c in _CLOSE:
            depth -= 1
            if depth < 0:
                break
    return [*parts, value[start:]] if depth == 0 else _split_anywhere(value, separators)


def _split_anywhere(value: str, separators: str) -> list[str]:
    for other in separators[1:]:
        value = value.replace(other, separators[0])
    return value.split(separators[0])


def split_all(values: tuple[str, ...], separators: str) -> list[str]:
    """The values of a field that may be an array, one string, or an array with "a ; b" in one element (FACTS b)."""
    return split(values[0], separators) if len(values) == 1 else [part for value in values for part in split(value, separators)]


def joined(values: tuple[str, ...]) -> str:
    """The field as one text, as written."""
    return values[0] if len(values) == 1 else JOIN.join(values)


def text(values: tuple[str, ...], separators: str) -> Parsed:
    """Scalar: the text as written."""
    return Parsed(joined(values))


def texts(values: tuple[str, ...], separators: str) -> Parsed:
    """List of {value}."""
    return items([{"value": part} for part in split_all(values, separators)])


def concepts(values: tuple[str, ...], separators: str) -> Parsed:
    """List of {label, concept}: one local concept for each spelling; repeats are dropped."""
    return items([concept(label) for label in dict.fromkeys(split_all(values, separators))])


def concept(label: str) -> Item:
    """A label and the ASCII key of its concept; one spelling, one key."""
    return {"label": label, "concept": iris.name_key(label)}


def inventory(values: tuple[str, ...], separators: str) -> Parsed:
    """List of {value, precision?}: "2001.4.12 ; 92 : Cat. Beyer" (Joconde INV, separator `` : `` for the precision)."""
    found: list[Item] = []
    for part in split_all(values, separators):
        value, mark, precision = part.partition(" : ")
        number = (
            {"value": value.strip(), "precision": precision.strip()} if mark and value.strip() and precision.strip() else {"value": part}
        )
        found.append(number)
    return items(found)
