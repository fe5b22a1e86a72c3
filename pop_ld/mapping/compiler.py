"""Compiles a mapping to one Python function: a Record in, N-Triples out.

A mapping whose subject is the notice, a part of it (``#…``) or its document writes to the notice's lines. Any other subject is a
shared entity (agent, concept, time-span): it is written once for each distinct set of values, apart from the notices.

What a list gives depends on its items and, through the notice's key alone, on the notice. So it is rendered with a placeholder for
the key, and kept where the list is one that many records share: most of a notice's lines are then joined, not made.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection
from typing import Any, Protocol

from pop_ld import iris
from pop_ld.errors import MappingError
from pop_ld.mapping.yarrrml import Mapping, Rule, Template
from pop_ld.notices import Record, Shared


class Converter(Protocol):
    """(record, texts to extend, shared lines to extend, memory of one run) -> lines: appends one text, the notice's lines, none twice.

    The memory holds what was shared before and what shared lists gave; a dict of its own for each set of shared lines. ``links`` gets, for
    the search index, ``property thing`` of each line that leads from the notice to another thing: some of them twice.
    """

    def __call__(
        self, record: Record, out: list[str], shared: set[str], seen: dict[Any, Any], links: list[str] | None = None, /
    ) -> int: ...


_ADDRESSES = frozenset(
    (
        *(iris.FOAF + name for name in ("page", "homepage")),
        *(iris.SKOS + name for name in ("exactMatch", "closeMatch")),
        iris.RDFS + "seeAlso",
        iris.SCHEMA + "image",
        iris.LINKED_ART + "digitally_shown_by",
        iris.EDM + "rights",
    )
)
"""Properties of a notice that lead to no thing: pages, images, licences, the same thing elsewhere."""

_KEY = "\0"
"""Stands for the notice's key in what is kept; no value holds it, for readers remove control characters."""

_SPECIAL = re.compile('["\\\\\n\r]').search


def escape(text: str) -> str:
    """A text inside an N-Triples STRING_LITERAL_QUOTE (N-Triples §2.4: the quote, the backslash, LF and CR are escaped)."""
    if not _SPECIAL(text):
        return text
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")


def compile_mapping(mappings: list[Mapping], base: str, site: str = iris.DEFAULT_SITE) -> Converter:
    """The converter of a base. Pure: same record, same lines in the same order."""
    namespace: dict[str, Any] = {"esc": escape, "render": _render}
    exec(compile(source(mappings, base, site), f"<mapping of {base}>", "exec"), namespace)
    converter: Converter = namespace["convert"]
    return converter


def _render(place: int, items: list[dict[str, str]], of_list: Callable[..., Any], shared: set[str], seen: dict[Any, Any]) -> Any:
    """(text of a list, its lines, lines that another list may give too); kept with the list itself, so that its id() stays its own."""
    made = of_list(items, shared, seen)
    if type(items) is Shared:
        seen[place] = (*made, items)
    return made


def source(mappings: list[Mapping], base: str, site: str = iris.DEFAULT_SITE) -> str:
    """The Python text of the converter, for reading and for tests: a function for each list, then ``convert``."""
    own = (f"{site}/id/{base}/", f"{site}/doc/{base}/")
    writer = _Writer(own, _may_repeat(mappings, own))
    iterators = [i for i in dict.fromkeys(mapping.iterator for mapping in mappings) if i]
    lines = []
    for number, iterator in enumerate(iterators):
        lines += [f"def list_{number}(items, shared, seen):  # {iterator}", *_OPEN, "    for rank, i in enumerate(items, 1):"]
        lines += ["        " + line for line in writer.body(mappings, iterator)]
        lines += ["    own = dict.fromkeys(own)", "    return ''.join(own), len(own), loose, links"]
    lines += [f"LISTS = ({''.join(f'list_{n}, ' for n in range(len(iterators)))})", f"NAMES = {tuple(iterators)!r}"]
    lines += ["ORDER = {name: number for number, name in enumerate(NAMES)}"]
    lines += ["def convert(r, out, shared, seen, into=None, order=ORDER, names=NAMES, lists=LISTS):", *_OPEN, "    get = r.get"]
    lines += ["    " + line for line in writer.body(mappings, "")]
    return "\n".join([*lines, *_CLOSE]) + "\n"


_OPEN = (
    f"    key = {_KEY!r}",
    "    own = []",
    "    loose = []",
    "    links = []",
    "    add = own.append",
    "    spare = loose.append",
    "    link = links.append",
)


_CLOSE = (
    "    count = len(own)",
    "    for number in sorted([order[name] for name in r if name in order]):",  # a record fills few of the lists, in any order
    "        v = r[names[number]]",
    "        place = id(v) * len(names) + number",  # one list may stand under two names
    "        t = seen.get(place) or render(place, v, lists[number], shared, seen)",
    "        add(t[0])",
    "        count += t[1]",
    "        loose += t[2]",
    "        links += t[3]",
    "    loose = dict.fromkeys(loose)",
    "    own.extend(loose)",
    f"    out.append(''.join(own).replace({_KEY!r}, r['key']))",
    "    if into is not None:",
    "        into += links",
    "    return count + len(loose)",
)


def _may_repeat(mappings: list[Mapping], own: Collection[str]) -> set[tuple[str, str]]:
    """(subject, predicate) that rules of several lists write, or several rules of the notice: their lines may be the same."""
    rules: dict[tuple[str, str], list[tuple[str, Rule]]] = defaultdict(list)
    for mapping in mappings:
        for rule in mapping.rules:
            rules[str(mapping.subject), rule.predicate].append((mapping.iterator, rule))
    return {place for place, found in rules.items() if len({i or n for n, (i, _) in enumerate(found)}) > 1 and not _distinct(found)}


def _distinct(found: list[tuple[str, Rule]]) -> bool:
    """Whether all objects are constants, none of them twice."""
    return not any(rule.object.fields for _, rule in found) and len({rule.object.texts for _, rule in found}) == len(found)


class _Writer:
    """Writes the code of mappings; ``loose`` are the (subject, predicate) whose lines are compared before they are written."""

    def __init__(self, own: tuple[str, str], loose: set[tuple[str, str]]) -> None:
        self.own = own
        self.things = own[0].rsplit("/", 2)[0] + "/"
        self.loose = loose

    def body(self, mappings: list[Mapping], iterator: str) -> list[str]:
        """The code of all mappings of one list, or of the notice itself (``""``)."""
        lines: list[str] = []
        for number, mapping in enumerate(mappings):
            if mapping.iterator == iterator:
                is_own = mapping.subject.texts[0] in self.own and mapping.subject.fields[:1] == ("key",)
                lines += self._own(mapping) if is_own else _shared_body(number, mapping, bool(iterator))
        return lines

    def _own(self, mapping: Mapping) -> list[str]:
        """Subject once; then one line a rule, behind a test for the fields that may be absent."""
        nested = bool(mapping.iterator)
        guard, indent = _guard(mapping.subject, nested)

        def sink(rule: Rule) -> str:
            return "spare" if (str(mapping.subject), rule.predicate) in self.loose else "add"

        lines = [*guard, f"{indent}s = {_iri(mapping.subject, nested)}", *_rules(mapping, nested, sink, indent)]
        return lines + self._links(mapping, nested, indent)

    def _links(self, mapping: Mapping, nested: bool, indent: str) -> list[str]:
        """What tells of the lines that lead from the notice to another thing: no part or document of its own, no constant, no page."""
        lines = []
        for rule in mapping.rules:
            target = rule.object
            if rule.kind != "iri" or not target.fields or rule.predicate in _ADDRESSES:
                continue
            begins = target.texts[0]
            if begins and (not begins.startswith(self.things) or (begins in self.own and target.fields[0] == "key")):
                continue
            tested = _absent(target, nested)
            call = f"link({_string(_Text(rule.predicate + ' '), *_whole(_pieces(target, nested)))})"
            lines.append(f"{indent}if {_present(tested, nested)}: {call}" if tested else indent + call)
        return lines


def _whole(pieces: list[str]) -> list[str]:
    """The pieces of an IRI up to its fragment: the thing itself."""
    for number, piece in enumerate(pieces):
        if isinstance(piece, _Text) and "#" in piece:
            return [*pieces[:number], _Text(piece.partition("#")[0])]
    return pieces


def _rules(mapping: Mapping, nested: bool, sink: Callable[[Rule], str], indent: str) -> list[str]:
    """A call of the rule's ``sink`` for each: first those that always apply, then each other behind a test for its fields."""
    calls = [(_absent(rule.object, nested), f"{sink(rule)}({_string(*_triple(rule, nested))})") for rule in mapping.rules]
    lines = [indent + call for tested, call in calls if not tested]
    return lines + [f"{indent}if {_present(tested, nested)}: {call}" for tested, call in calls if tested]


def _shared_body(number: int, mapping: Mapping, nested: bool) -> list[str]:
    used = sorted({f for t in (mapping.subject, *(rule.object for rule in mapping.rules)) for f in t.fields})
    if "key" in used or (nested and "rank" in used):
        raise MappingError("what notices share depends on no notice: neither key nor rank may be in it", rule=mapping.name)
    values = ", ".join(_get(f, nested) for f in used)
    guard, indent = _guard(mapping.subject, nested)
    lines = [
        *guard,
        f"{indent}q = ({number}, {values})",
        f"{indent}if q not in seen:",
        f"{indent}    seen[q] = True",
        f"{indent}    s = {_iri(mapping.subject, nested)}",
    ]
    return lines + _rules(mapping, nested, lambda rule: "shared.add", indent + "    ")


def _guard(template: Template, nested: bool) -> tuple[list[str], str]:
    tested = _absent(template, nested)
    return ([f"if {_present(tested, nested)}:"], "    ") if tested else ([], "")


def _absent(template: Template, nested: bool) -> list[str]:
    """The references that may be absent: all but the notice's own key and REF, its label and page, and the item's rank."""
    always = {"key", "rank"} if nested else {"key", "REF", "label", "page", "rights"}
    return [f for f in dict.fromkeys(template.fields) if f not in always]


def _get(field: str, nested: bool) -> str:
    return f"i.get({field!r})" if nested else f"get({field!r})"


def _present(fields: list[str], nested: bool) -> str:
    holder = "i" if nested else "r"
    return " and ".join(f"{f!r} in {holder}" for f in fields)


def _value(field: str, nested: bool) -> str:
    if field == "key" or (field == "rank" and nested):
        return field
    return f"""{"i" if nested else "r"}["{field}"]"""


class _Text(str):
    """Literal text among pieces of code."""

    __slots__ = ()


def _pieces(template: Template, nested: bool, wrap: str = "{}") -> list[str]:
    """The template as literal texts and expressions in turn."""
    pieces: list[str] = []
    for text, field in zip(template.texts, (*template.fields, ""), strict=True):
        pieces.append(_Text(text))
        if field:
            value = _value(field, nested)
            pieces.append(value if value == "rank" else wrap.format(value))  # a number needs no escape
    return pieces


def _string(*pieces: str) -> str:
    """One f-string of literal texts and expressions: the fastest way Python joins them (measured: 1.4 times ``+``)."""
    return "f'" + "".join(_inside(p) if isinstance(p, _Text) else "{" + p + "}" for p in pieces) + "'"


def _inside(text: str) -> str:
    """A text inside a single-quoted f-string."""
    return text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r").replace("{", "{{").replace("}", "}}")


def _iri(template: Template, nested: bool) -> str:
    return _string(_Text("<"), *_pieces(template, nested), _Text(">"))


def _triple(rule: Rule, nested: bool) -> list[str]:
    """The pieces of one N-Triples line; the subject is in ``s``."""
    head = f" <{rule.predicate}> "
    if rule.kind == "iri":
        return ["s", _Text(head + "<"), *_pieces(rule.object, nested), _Text("> .\n")]
    tail = f"@{rule.lang}" if rule.lang else f"^^<{rule.datatype}>" if rule.datatype else ""
    constant = [_Text(escape(rule.object.texts[0]))]
    text = _pieces(rule.object, nested, "esc({})") if rule.object.fields else constant
    return ["s", _Text(head + '"'), *text, _Text(f'"{tail} .\n')]
