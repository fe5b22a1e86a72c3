"""The criteria of an advanced search as a query tree: what each of POP's sixteen operators looks up.

A criterion holds of a notice where it holds of one text of its field, parted as fields.csv says; ``lacks``, ``differs`` and ``absent``
hold wherever ``contains``, ``equals`` and ``exists`` do not. Texts are compared by their folded words (words.py), with ``!`` as written.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from pop_ld.bases import load_bases
from pop_ld.search import words as french
from pop_ld.search.comparing import kind_of, spans
from pop_ld.search.nodes import All, Any, AnyTerm, Everything, Flat, Node, Nothing, Phrase, Prefix, Sorted, Term, Wildcard
from pop_ld.search.question import Criterion, Group
from pop_ld.search.schema import FACET_FIELDS, TITLE_BEGINS, TITLE_ENDS
from pop_ld.search.texts import LONGEST_KEY, as_written, value_key

_OPPOSITES = {"lacks": "contains", "differs": "equals", "absent": "exists"}
_BASE = FACET_FIELDS["base"]


def plan_group(group: Group) -> Node:
    """The tree of a group; an empty one asks nothing, wherever it stands."""
    return _group(group) or Everything()


def _group(group: Group) -> Node | None:
    found = [_group(part) if isinstance(part, Group) else plan_criterion(part) for part in group.parts]
    parts = tuple(part for part in found if part is not None)
    if not parts:
        return None
    return All(parts) if group.joined == "and" else Any(parts)


def plan_criterion(criterion: Criterion) -> Node:
    """The tree of one criterion, within its base where it names one."""
    name = criterion.operator.removesuffix("!")
    strict = name != criterion.operator
    if name in _OPPOSITES:
        node: Node = All((Everything(),), without=(_plain(criterion, _OPPOSITES[name], strict),))
    else:
        node = _plain(criterion, name, strict)
    return All((Flat(Term(_BASE, criterion.base), 0.0), node)) if criterion.base else node


def _plain(criterion: Criterion, name: str, strict: bool) -> Node:
    code, value = criterion.code, criterion.value
    filled = Term("has", code)
    if name == "exists":
        return filled
    if name not in _LOOK_UPS:
        return _compared(criterion)
    if not value.strip():
        return Nothing() if name == "equals" else filled  # every text holds the empty one, and none is it
    if "*" in value:
        return _like(code, name, value, strict) if value.strip(" *") else filled
    return _LOOK_UPS[name](code, value, strict)


def _contains(code: str, value: str, strict: bool) -> Node:
    """The words in order, the last of which may be a beginning."""
    folded = [] if strict else french.words(value)
    return _phrase("field", code, folded, True) if folded else _phrase("strict", code, as_written(value), True)


def _equals(code: str, value: str, strict: bool) -> Node:
    if not strict and (folded := french.words(value)):
        return Term("value", value_key(code, " ".join(folded)))
    written = as_written(value)
    return _phrase("strict", code, [TITLE_BEGINS, *written, TITLE_ENDS], False) if written else Nothing()


def _begins(code: str, value: str, strict: bool) -> Node:
    if not strict and (folded := french.words(value)):
        start = Prefix("value", f"{code}:{' '.join(folded)[:LONGEST_KEY]}")
        return start if len(" ".join(folded)) <= LONGEST_KEY else All((start, _phrase("field", code, folded, True)))
    written = as_written(value)
    return _phrase("strict", code, [TITLE_BEGINS, *written], True) if written else Nothing()


def _phrase(field: str, code: str, words: list[str], open: bool) -> Node:
    tokens = tuple(f"{code}:{word}" for word in words)
    if len(tokens) < 2:
        return Prefix(field, tokens[0]) if tokens else Nothing()
    return Phrase(field, tokens, open=open)


_LOOK_UPS: dict[str, Callable[[str, str, bool], Node]] = {"contains": _contains, "equals": _equals, "begins": _begins}


def _like(code: str, name: str, value: str, strict: bool) -> Node:
    """``*`` stands for any letters: within one word, else within the first LONGEST_KEY characters of a value.

    As written are then the words in which there is a ``*``, and those beside them, each by itself.
    """
    written = value.strip().split("*")
    pieces = [" ".join(french.words(piece)) for piece in written]
    one = len(value.split()) == 1 and not any(" " in piece for piece in pieces)
    strictly = tuple(Wildcard("strict", f"{code}:{word}") for word in value.split() if strict and word.replace("*", "").isalnum())
    if name == "contains" and one:
        return Wildcard("strict", f"{code}:{value.strip()}*") if strictly else Wildcard("field", f"{code}:{'*'.join(pieces)}*")
    before, after = ("*" if name == "contains" else ""), ("" if name == "equals" else "*")
    folded = Wildcard("value", f"{code}:{before}{'*'.join(map(_spaced, written, pieces))}{after}")
    return All((folded, *strictly[:-1], *(strictly[-1:] if name == "equals" else ()))) if strictly else folded


def _spaced(piece: str, made: str) -> str:
    """The spaces at the ends of a piece part words: they stay, once."""
    if not made:
        return " " if piece and piece.isspace() else ""
    return " " * piece[:1].isspace() + made + " " * piece[-1:].isspace()


# Comparisons ------------------------------------------------------------------------------------------------------------


@cache
def _read(code: str) -> dict[bool, tuple[str, ...]]:
    """Whether values of the field of that code are read as dates or numbers (comparing.py) -> the bases where they are, or are not."""
    found: dict[bool, tuple[str, ...]] = {}
    for slug, base in load_bases().items():
        if code in base.searched:
            read = bool(kind_of(base.searched[code]))
            found[read] = (*found.get(read, ()), slug)
    return found


def _compared(criterion: Criterion) -> Node:
    """``>= <= > <`` as dates and numbers where field and value are read so, else by letters; where bases differ, each by its own."""
    kinds = {read: slugs for read, slugs in _read(criterion.code).items() if criterion.base in ("", *slugs)}
    if len(kinds) < 2:
        return _compare(criterion, next(iter(kinds), False))
    return Any(tuple(All((Flat(AnyTerm(_BASE, slugs), 0.0), _compare(criterion, read))) for read, slugs in kinds.items()))


def _compare(criterion: Criterion, read: bool) -> Node:
    read_as = tuple(_range(criterion, "compare", *span) for span in (spans(criterion.value) if read else ()))
    if read_as:
        return Any(read_as) if len(read_as) > 1 else read_as[0]
    folded = " ".join(french.words(criterion.value))
    return _range(criterion, "value", folded, folded) if folded else Nothing()


def _range(criterion: Criterion, field: str, first: str, last: str) -> Node:
    """Terms of one kind beyond the first or the last that a value means; the mark of the kind is part of all of them."""
    mark = first[:1] if field == "compare" else ""
    prefix, first, last = f"{criterion.code}:{mark}", first[len(mark) :], last[len(mark) :]
    included = criterion.operator.endswith("=")
    if criterion.operator.startswith(">"):
        return Sorted(field, prefix, low=first if included else last, low_included=included)
    return Sorted(field, prefix, high=last if included else first, high_included=included)
