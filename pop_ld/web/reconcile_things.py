"""Things of the reconciliation service for people: what each is called, a line about it, its preview; those that begin with a text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pop_ld import iris
from pop_ld.bases import load_bases
from pop_ld.errors import NotFound
from pop_ld.formats.words import one_line, say
from pop_ld.reconciliation.extending import Known, look_up
from pop_ld.reconciliation.identifiers import id_of
from pop_ld.reconciliation.notices import described
from pop_ld.reconciliation.tables import THINGS, properties
from pop_ld.reconciliation.things import Thing
from pop_ld.search import words as french
from pop_ld.search.contract import Hit
from pop_ld.search.question import Question
from pop_ld.web.reconcile_said import Said, property_name, type_name
from pop_ld.web.state import Serving

_SHOWN = ("artist", "date", "denomination", "technique", "museum", "insee", "inventory", "ref")
"""General properties that a preview shows, in order."""
_FIRST = 5
"""Agents, concepts and places before the notices, where any type is suggested."""
_LONGEST = 160
_RANKED = 60
"""Notices that are put in order by how their titles begin."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One thing for people; ``lines`` are (name of a property, value)."""

    id: str
    iri: str
    href: str
    name: str
    about: str
    kind: str
    image: str
    lines: Sequence[tuple[str, str]]


def found(now: Serving, name: str, lang: str) -> Shown:
    """The thing of an identifier. Raises NotFound."""
    known = look_up(now.reconciler, [name])[name] if name else Known("")
    if known.notice:
        return _notice(now.site, known.notice, lang)
    if known.thing:
        thing = known.thing
        text = about(thing, now.site, lang)
        return Shown(id_of(now.site, thing.iri), thing.iri, _href(now.site, thing.iri), thing.label, text, thing.kind, "", ())
    raise NotFound("nothing has this identifier in the release that serves")


def _href(site: str, iri: str) -> str:
    return iris.local(site, iris.page_of(site, iri))


def _notice(site: str, hit: Hit, lang: str) -> Shown:
    lines = []
    for name in _SHOWN:
        texts = [text for code in properties()[name].codes.get(hit.base, ()) for text in hit.fields.get(code, ())]
        if texts:
            text = one_line(" ; ".join(dict.fromkeys(texts)))
            lines.append((property_name(name, lang), text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"))
    return Shown(id_of(site, hit.iri), hit.iri, _href(site, hit.iri), hit.title, hit.summary, hit.base, hit.image, lines)


def about(thing: Thing, site: str, lang: str) -> str:
    """A line that tells a thing from others of its name: life dates, field, INSEE code, base, how many notices."""
    base = load_bases().get(thing.base(site))
    field = base.fields.get(thing.field(site)) if base else None
    label = (field.label if lang == "fr" else field.label_en or field.label) if field else thing.field(site)
    life = f"{thing.birth or '?'}–{thing.death or '?'}" if thing.birth or thing.death else ""
    code = f"INSEE {thing.insee}" if thing.insee else thing.department if thing.kind == "place" else ""
    short = base.short.get(lang, base.slug) if base else ""
    return " · ".join(filter(None, (life, label, code, short, say(lang, "ui.notices", n=thing.notices))))


def suggested(now: Serving, prefix: str, type_id: str, offset: int, limit: int, lang: str) -> list[Said]:
    """Things whose identifier a text is, then those with words that begin with its words, those of one type alone where it is given."""
    exact = [known for known in look_up(now.reconciler, [prefix]).values() if known.notice or known.thing] if prefix else []
    kinds = [type_id] if type_id in THINGS else [] if type_id else list(THINGS)
    things = now.reconciler.things.begun(prefix, kinds, offset + limit if type_id in THINGS else _FIRST)
    lines = [_known(now.site, known, lang) for known in exact] + [_thing(now.site, thing, lang) for thing in things]
    if type_id not in THINGS:
        room = offset + limit - len(lines)
        lines += [_hit(now.site, hit, lang) for hit in _begun(now, prefix, type_id, room)] if room > 0 else []
    unique = {line["id"]: line for line in lines}
    return list(unique.values())[offset : offset + limit]


def _begun(now: Serving, prefix: str, type_id: str, limit: int) -> list[Hit]:
    typed = " ".join(french.words(prefix)[:16])
    question = Question(f"{typed}*" if typed else "")
    if type_id in load_bases():
        question = question.choosing("base", [type_id])
    found = now.search.find(question, limit=max(limit, _RANKED)).hits
    return sorted(found, key=lambda hit: _far(typed, hit.title))[:limit] if typed else found[:limit]


def _far(typed: str, title: str) -> int:
    """0 where a title begins with what is typed, but for its article; 1 where it has that, 2 elsewhere."""
    words = " ".join(french.words(title))
    return 0 if words.partition(" ")[2].startswith(typed) or words.startswith(typed) else 1 if typed in words else 2


def _known(site: str, known: Known, lang: str) -> Said:
    if known.notice:
        return _hit(site, known.notice, lang)
    assert known.thing
    return _thing(site, known.thing, lang)


def _hit(site: str, hit: Hit, lang: str) -> Said:
    return _line(id_of(site, hit.iri), hit.title, described(hit), hit.base, lang)


def _thing(site: str, thing: Thing, lang: str) -> Said:
    return _line(id_of(site, thing.iri), thing.label, about(thing, site, lang), thing.kind, lang)


def _line(name: str, label: str, description: str, kind: str, lang: str) -> dict[str, Any]:
    return {"id": name, "name": label or name, "description": description, "notable": [{"id": kind, "name": type_name(kind, lang)}]}
