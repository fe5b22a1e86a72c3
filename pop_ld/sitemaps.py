"""The store of a release in, its sitemaps out: gzipped files of at most 50,000 addresses, and the list of them, beside the store.

They are written once, at publication, so that no request ever walks through the notices. The files of a base or a kind of thing that a
release did not touch are those of the release before (hard links); those of one of which it touched few are made from the former ones, at
a sixth of the cost.
"""

from __future__ import annotations

import heapq
import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import chain, groupby
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeAlias

from pop_ld import iris
from pop_ld.bases import load_bases
from pop_ld.batches import in_batches
from pop_ld.formats import sitemap
from pop_ld.packed import packed as compressed
from pop_ld.packed import reading
from pop_ld.store import Release

FOLDER = "sitemaps"
_LIST = "list.json"
_THINGS = {
    "agent": [iris.CRM + name for name in ("E39_Actor", "E21_Person", "E74_Group")],
    "lieu": [iris.CRM + "E53_Place"],
    "concept": [iris.SKOS + "Concept"],
}
"""What notices share and has a page: first part of its path -> its classes."""

Select = Callable[[str], Iterable[tuple[str, str, str]]]
"""A query in; (this, path, value) of each solution out, as texts."""


Objects = Callable[[str, str], Iterable[Any]]
"""(subject, predicate) in, its objects out, as terms."""
News: TypeAlias = dict[str, dict[str, str | None]]
"""Base or kind of thing -> address of a page -> its date or ""; None of one that is gone."""


class Listed(NamedTuple):
    """A file ``name`` (``merimee-1.xml``, on disk with ``.gz``) of ``part``, a base or a kind of thing; ``changed`` in ISO 8601."""

    name: str
    part: str
    addresses: int
    changed: str


def write(
    folder: Path,
    select: Select,
    manifest: dict[str, Any],
    before: Release | None,
    advance: Callable[[int], None] = lambda _: None,
    *,
    news: News | None = None,
) -> list[Listed]:
    """Writes the sitemaps of a release into ``folder`` and returns the list of them; ``select`` asks its store.

    A notice's date is its dcterms:modified, nothing where it has none. ``news`` is what :func:`news_of` tells of what may be new, changed
    or gone since ``before``; None where that is not known.
    """
    folder.mkdir()
    changes, known = manifest.get("changes"), {}
    if before and changes is not None:
        for part, files in groupby(listed(before.path), key=lambda file: file.part):
            known[part] = [(file, packed(before.path, file.name)) for file in files]
    found: list[Listed] = []
    changed = [slug for slug in manifest["bases"] if slug not in known or slug in (changes or ())]
    changed += [kind for kind in _THINGS if news is None or kind not in known or kind in news]
    for part in {*manifest["bases"], *_THINGS}.difference(changed):
        for file, path in known[part]:
            os.link(path, _packed(folder, file.name))
            found.append(file)
    whole = [part for part in changed if news is None or part not in known]
    with _Dates(folder, manifest["site"], [part for part in whole if part not in _THINGS], select) as dates:
        for part in changed:
            if news is not None and part not in whole:
                pages = _merged(chain.from_iterable(_read(path) for _, path in known[part]), news.get(part, {}))
            elif part in _THINGS:
                pages = ((address, "") for address in sorted(_things(select, manifest["site"], part)))
            else:
                pages = dates.notices(part)
            found += _files(folder, part, pages, manifest["created"])
            advance(1)
    order = [*load_bases(), *_THINGS]
    found.sort(key=lambda file: (order.index(file.part), len(file.name), file.name))
    (folder / _LIST).write_text(json.dumps([file._asdict() for file in found]), encoding="utf-8")
    return found


def listed(release: Path) -> Sequence[Listed]:
    """The sitemaps of a release; () of one that was published before there were any."""
    try:
        read = json.loads((release / FOLDER / _LIST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ()
    return [Listed(**line) for line in read]


def packed(release: Path, name: str) -> Path:
    """Where a file of :func:`listed` is, gzipped."""
    return _packed(release / FOLDER, name)


def _packed(folder: Path, name: str) -> Path:
    return folder / f"{name}.gz"


def _read(path: Path) -> list[tuple[str, str]]:
    """(address, date) of a file of a release."""
    with reading(path) as content:
        return sitemap.addresses(content.read())


def news_of(notices: Iterable[str], subjects: Iterable[str], site: str, objects: Objects) -> News:
    """What there is now of some notices, and of what notices share among some ``subjects``, by IRI; ``objects`` asks the release's store.

    A kind of thing of which no subject is one is not in it.
    """
    found: News = defaultdict(dict)
    for thing in notices:
        slug, document = iris.path_of(site, thing).partition("/")[0], iris.thing_to_document(site, thing)
        there = any(getattr(term, "value", "") == iris.dataset(site, slug) for term in objects(document, iris.DCTERMS + "isPartOf"))
        dates = (str(getattr(term, "value", ""))[:10] for term in objects(document, iris.DCTERMS + "modified"))
        found[slug][document] = max(dates, default="") if there else None
    for thing in subjects:
        kind, mark, _ = iris.path_of(site, thing).partition("/")
        if mark and kind in _THINGS and iris.is_thing(site, thing):
            there = any(getattr(term, "value", "") in _THINGS[kind] for term in objects(thing, iris.RDF + "type"))
            found[kind][iris.thing_to_document(site, thing)] = "" if there else None
    return found


def _merged(former: Iterable[tuple[str, str]], news: Mapping[str, str | None]) -> Iterator[tuple[str, str]]:
    """The former addresses but for those that there is news of, and these, in order."""
    fresh = sorted((address, date) for address, date in news.items() if date is not None)
    return heapq.merge((line for line in former if line[0] not in news), fresh)


def _files(folder: Path, part: str, addresses: Iterable[tuple[str, str]], changed: str) -> Iterator[Listed]:
    for number, lines in enumerate(in_batches(addresses, sitemap.MOST), 1):
        name = f"{part}-{number}.xml"
        _packed(folder, name).write_bytes(compressed(b"".join(sitemap.urlset(lines))))
        yield Listed(name, part, len(lines), changed)


def _things(select: Select, site: str, kind: str) -> set[str]:
    """Addresses of the pages of a kind of thing."""
    values, start = " ".join(f"<{name}>" for name in _THINGS[kind]), f"{site}/id/{kind}/"
    query = f'SELECT ?this {{ VALUES ?class {{ {values} }} ?this a ?class FILTER(STRSTARTS(STR(?this), "{start}")) }}'
    return {iris.thing_to_document(site, iri) for iri, _, _ in select(query) if iris.is_thing(site, iri)}


class _Dates:
    """The documents of each base with their dates, one base in memory at a time: a join in the engine takes five times as long."""

    def __init__(self, folder: Path, site: str, bases: Sequence[str], select: Select) -> None:
        self._site = site
        self._select = select
        self._stack = ExitStack()
        self._files: dict[str, IO[str]] = {}
        for slug in bases:
            file = self._stack.enter_context((folder / f".{slug}.dates").open("w+", encoding="utf-8", newline="\n"))
            (folder / f".{slug}.dates").unlink()  # it lasts as long as it is open
            self._files[slug] = file

    def __enter__(self) -> _Dates:
        start = f"{self._site}/doc/"
        if self._files:
            for document, _, date in self._select(f"SELECT ?this ?value {{ ?this <{iris.DCTERMS}modified> ?value }}"):
                slug, _, key = document.removeprefix(start).partition("/")
                if slug in self._files and document.startswith(start):
                    self._files[slug].write(f"{key}\t{date[:10]}\n")
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def notices(self, slug: str) -> Iterator[tuple[str, str]]:
        """(address, date or "") of each notice of a base, by REF."""
        start = f"{self._site}/doc/{slug}/"
        query = f"SELECT ?this {{ ?this <{iris.DCTERMS}isPartOf> <{iris.dataset(self._site, slug)}> }}"
        lines = [f"{document.removeprefix(start)}\t\n" for document, _, _ in self._select(query) if document.startswith(start)]
        self._files[slug].seek(0)
        lines += self._files[slug]
        lines.sort()
        for key, group in groupby(lines, key=lambda line: line.partition("\t")[0]):
            dates = [line.partition("\t")[2].strip() for line in group]
            if not dates[0]:  # the line of the notice itself sorts first; a date of what is no notice has none
                yield start + key, dates[-1]
