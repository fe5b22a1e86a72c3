"""Which field and which rule of the mapping made each triple about a thing: its notice is read and converted once more, traced."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from pop_ld import iris, relations, resources, sightings, store, summary
from pop_ld.bases import Base, load_bases
from pop_ld.config import Settings
from pop_ld.errors import NotFound, UsageError
from pop_ld.fields import RecordBuilder
from pop_ld.mapping import compile_mapping, load_mapping
from pop_ld.notices import Notice
from pop_ld.replay import Cause, Explained, plain, replay
from pop_ld.sightings import Found, SourceFile
from pop_ld.thesauri import open_thesauri

_CUT = 300
"""Characters of a value that a line shows."""
_NUMBER = re.compile(r"[+-]?\d+\.\d+")


@dataclass(frozen=True, slots=True)
class Explanation:
    """``shared``: the thing is made by many notices, and ``found`` is one of them. ``release`` is "" where none was looked at."""

    iri: str
    base: Base
    site: str
    found: Found
    shared: bool
    triples: tuple[Explained, ...]
    release: str


def explain(
    iri: str, settings: Settings, data: Path, *, predicate: str = "", files: Sequence[SourceFile] = (), quiet: bool = False
) -> Explanation:
    """Every triple whose subject is ``iri``: a notice, a part of it, its document, or what notices share.

    ``predicate`` (an IRI, a curie or a local name) keeps those of one property. The notice comes from ``files``, else from the sources of
    the releases under ``data``. Raises UsageError, NotFound, ReadError.
    """
    release = store.current(data) if store.current_name(data) else None
    settings = replace(settings, site=release.manifest["site"]) if release else settings
    iri = _expanded(settings.site, iri)
    slug, ref = notice_of(settings.site, iri)
    wanted = (lambda notice: notice.base == slug and notice.ref == ref) if ref else _maker(iri, slug, settings)
    if files:
        found = sightings.find(files, wanted, only_first=not ref, quiet=quiet)
        if found is None:
            raise NotFound(f"{iri} is in none of these files: {', '.join(str(file.path) for file in files)}")
    else:
        thing = iris.notice(settings.site, slug, ref) if ref else iri
        found = sightings.find_in_releases(data, thing, wanted, only_first=not ref, quiet=quiet)
    base = load_bases()[found.notice.base]
    triples = replay(base, settings, found.notice, iri)
    if release:
        triples += _not_made_again(release, iri, {(t.predicate, comparable(t.value)) for t in triples})
    kept = tuple(t for t in triples if not predicate or names(base, settings.site, predicate, t.predicate))
    return Explanation(iri, base, settings.site, found, not ref, kept, release.name if release else "")


def _expanded(site: str, iri: str) -> str:
    """The IRI of ``id:joconde/X``; an absolute IRI stays. Raises UsageError."""
    prefix, _, rest = iri.partition(":")
    if prefix in iris.SITE_PREFIXES:
        return site + iris.SITE_PREFIXES[prefix] + rest
    if "://" not in iri:
        raise UsageError(f"{iri!r} is no IRI; for example {site}/id/joconde/000PE001028")
    return iri


def notice_of(site: str, iri: str) -> tuple[str, str]:
    """(base, REF) of a notice's IRI, of its document's or of a part's; (base or "", "") where notices share the thing."""
    thing = iri.partition("#")[0]
    path = iris.path_of(site, iris.thing_of(site, thing))
    parts = path.split("/")
    if len(parts) == 2 and parts[0] in load_bases():
        return parts[0], iris.unkey(parts[1])
    return (parts[1] if len(parts) > 2 and parts[1] in load_bases() else ""), ""


def _maker(iri: str, slug: str, settings: Settings) -> sightings.Wanted:
    """Whether a notice (of the base, where it is known) makes a triple about a shared thing."""
    start = f"<{iri}> "

    @cache
    def converter(base: str) -> Callable[[Notice], bool]:
        build = RecordBuilder(load_bases()[base], settings, load_bases(), open_thesauri(Path(settings.data)))
        convert = compile_mapping(load_mapping(load_bases()[base].mapping_file, settings.site), base, settings.site)

        def makes(notice: Notice) -> bool:
            shared: set[str] = set()
            convert(build(notice)[0], [], shared, {})
            return any(line.startswith(start) for line in shared)

        return makes

    return lambda notice: slug in ("", notice.base) and converter(notice.base)(notice)


# What is in the release and no rule made -------------------------------------------------------------------------------


def _not_made_again(release: store.Release, iri: str, made: set[tuple[str, str]]) -> tuple[Explained, ...]:
    site = release.manifest["site"]
    thing = iri.partition("#")[0]
    thing = iris.thing_of(site, thing)
    found = []
    for triple in store.open_reader(release).describe(thing):
        if str(triple.subject) == f"<{iri}>":
            predicate, value = str(triple.predicate)[1:-1], str(triple.object)
            if (predicate, comparable(value)) not in made:
                found.append(Explained(predicate, value))
    return tuple(found)


def comparable(value: str) -> str:
    """What is the same in a dump and in a store, which writes numbers its own way: ``47.8290`` and ``47.829``."""
    text = plain(value)
    return f"{float(text):.12g}" if value[-1] == ">" and _NUMBER.fullmatch(text) else text


# In words --------------------------------------------------------------------------------------------------------------


def prefixes(base: Base, site: str) -> dict[str, str]:
    """Prefix -> namespace, as the base's mapping writes them, the site's own moved to ``site``."""
    written: dict[str, str] = resources.read_yaml(base.mapping_file)["prefixes"]
    return {**written, "rdf": iris.RDF, **{name: site + path for name, path in iris.SITE_PREFIXES.items()}}


def short(known: dict[str, str], iri: str) -> str:
    """The IRI with the longest prefix that it has, or in angle brackets."""
    fitting = [(len(namespace), prefix) for prefix, namespace in known.items() if iri.startswith(namespace) and iri != namespace]
    if not fitting:
        return f"<{iri}>"
    length, prefix = max(fitting)
    return f"{prefix}:{iri[length:]}"


def names(base: Base, site: str, name: str, predicate: str) -> bool:
    """Whether ``name`` is that predicate: its IRI, its curie, ``a``, or its last part alone."""
    known = prefixes(base, site)
    return name in (predicate, short(known, predicate), re.split("[#/]", predicate)[-1]) or (name == "a" and predicate == iris.RDF + "type")


def lines(explanation: Explanation, lang: str) -> Iterator[str]:
    """The explanation in French or English: the notice, then each triple with its rules and the fields' values as written."""
    say = summary.texts(lang)["explain"]
    notice, places = explanation.found.notice, [f"{n.file}:{n.line}" for n in explanation.found.sightings]
    head = say["shared" if explanation.shared else "notice"]
    yield head.format(iri=explanation.iri, ref=notice.ref, base=notice.base, place=", ".join(places))
    if not explanation.triples:
        yield say["none"]
    known = prefixes(explanation.base, explanation.site)
    for triple in explanation.triples:
        value = triple.value
        yield f"{short(known, triple.predicate)} → {short(known, value[1:-1]) if value[0] == '<' else _cut(value)}"
        for cause in triple.causes:
            yield from (f"  {line}" for line in _cause_lines(explanation, cause, say, lang))
        if not triple.causes:
            yield "  " + _elsewhere(explanation, triple, say)


def _cause_lines(explanation: Explanation, cause: Cause, say: dict[str, str], lang: str) -> Iterator[str]:
    base, found = explanation.base, explanation.found
    file = f"{base.folder.parent.name}/{base.slug}/{base.mapping_file.name}"
    for code in cause.codes:
        field, origin = base.fields.get(code), found.origins.get(code, found.notice)
        values = found.notice.fields.get(code, (found.notice.ref,) if code == "REF" else ())
        place = f" ({origin.file}:{origin.line})" if len(found.sightings) > 1 else ""
        label = (field.label if lang == "fr" else field.label_en) if field else code
        parser = field.parser if field and field.parser else "-"
        yield say["field"].format(code=code, label=label, parser=parser, values=" | ".join(map(_cut, values))) + place
    if not cause.codes:
        yield say["constant"]
    yield say["rule"].format(mapping=cause.mapping, file=file, line=cause.line, text=cause.rule)


def _elsewhere(explanation: Explanation, triple: Explained, say: dict[str, str]) -> str:
    """Why the release has a triple that no rule made: a link between two notices, a link that leads nowhere, or other sources."""
    other = notice_of(explanation.site, triple.value.strip("<>"))
    own = notice_of(explanation.site, explanation.iri)
    for link in relations.link_fields().get(other[0], ()):
        if link.inverse == triple.predicate and own[0] in link.targets:
            return say["inverse"].format(field=link.field, ref=other[1], base=other[0])
    for link in relations.link_fields().get(own[0], ()):
        if triple.predicate == link.relation:
            return say["relation"].format(field=link.field)
        if triple.predicate == link.literal:
            return say["dangling"].format(field=link.field)
    if triple.predicate in relations.derived_properties():
        return say["derived"]
    if triple.predicate in relations.agent_properties():
        return say["agent"]
    return say["elsewhere"].format(release=explanation.release)


def _cut(text: str) -> str:
    return text if len(text) <= _CUT else text[:_CUT] + "…"
