"""Brings a remote SPARQL store to the release that a data folder serves: all of it the first time, then what differs.

The graph of quality names the release that a store holds. It goes first and comes last, so nobody takes a half-written state for a release.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import accumulate, groupby
from pathlib import Path
from urllib.parse import urlsplit

from pop_ld import dump as dumps
from pop_ld import iris, packed, store
from pop_ld.config import Settings, checked
from pop_ld.errors import CheckFailed, StoreError
from pop_ld.progress import stage
from pop_ld.store import difference, sparql_changes
from pop_ld.store.contract import Release
from pop_ld.store.folders import exclusive
from pop_ld.store.sparql_publisher import PIECE, QUERY_ENDS, UPDATE, Loading, RemoteStore, loading_graph
from pop_ld.store.sparql_reader import RemoteReader
from pop_ld.store.statistics import Statistics
from pop_ld.store.statistics import load as load_statistics

FROM_FILES, FROM_STORE = "files", "store"
"""Where the triples come from: the files of the release's kept dump, where they are all of it, or the release's own store."""
FOLDER = "remote"
"""In the data folder: the lock of who brings a remote store up to date, and what it works with."""
REQUESTS = 4
"""Requests that load a store which is slow and large by their number; what is cut begins again with the last of them."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What was done: the release, the address that queries go to, triples added to and taken from the default graph."""

    release: str
    query: str
    added: int = 0
    removed: int = 0


def bring(to: str, data: Path, settings: Settings, *, anew: bool = False, quiet: bool = False) -> Brought:
    """The remote store below ``to`` then holds the current release of ``data``, and is checked to hold it.

    What a publication that was cut left is gone on with. A store that holds anything else is changed only where ``anew`` says so, which
    empties it first. Raises StoreUnavailable, StoreError, CheckFailed; the store then names no release that it does not hold.
    """
    release = store.current(data)
    kept = {kept.name: kept for kept in store.releases(data)}
    settings = checked(replace(settings, site=str(release.manifest["site"]), store_url=to))
    with exclusive(data / FOLDER), RemoteStore(to, settings) as there:
        held = _held(there, settings.site)
        done = Brought(release.name, there.service.query)
        cut = there.loading()
        if anew:
            there.drop_all()
            held, cut = "", None
        if cut and held != cut.release:
            target = _kept(kept, cut.release)
            done = _change(there, _kept(kept, cut.former), target, kept, quiet) if cut.former else _load(there, target, data, cut, quiet)
            _see(there, target, settings, quiet)
            held = target.name
        if not held:
            if not anew and not there.empty():
                raise StoreError("the remote store holds triples, but names no release of this site: name an empty store, or say --anew")
            done = _load(there, release, data, None, quiet)
        elif held != release.name:
            done = _change(there, _kept(kept, held), release, kept, quiet)
        _see(there, release, settings, quiet)
        there.drop(loading_graph(settings.site))
        return done


def query_address(to: str, settings: Settings) -> str:
    """The address that queries go to, below the one of a service; asked for where it does not show. Raises UsageError, StoreUnavailable."""
    address = checked(replace(settings, store_url=to)).store_url
    if address.rstrip("/").endswith(QUERY_ENDS):
        return address
    with RemoteStore(address, settings, writes=False) as there:
        return there.service.query


def _held(there: RemoteStore, site: str) -> str:
    """The name of the release that the store says it holds, "" for none."""
    found = there.held()
    if len(found) > 1:
        raise StoreError(f"the remote store names {len(found)} releases: say --anew")
    return found[0].removeprefix(iris.release(site, "")) if found else ""


def _kept(kept: dict[str, Release], name: str) -> Release:
    if name not in kept:
        raise StoreError(f"the remote store holds release {name}, which the data folder no longer keeps: load all of it with --anew")
    return kept[name]


# All of it -----------------------------------------------------------------------------------------------------------------


def _load(there: RemoteStore, release: Release, data: Path, cut: Loading | None, quiet: bool) -> Brought:
    """Loads every graph but that of quality, checks them, then puts that too; ``cut`` says which pieces are there already."""
    files = _whole_dump(release, data)
    with ExitStack() as stack:
        source = FROM_FILES if files else FROM_STORE
        if not files:
            folder = dumps.fresh(data / FOLDER / "work")
            stack.callback(shutil.rmtree, folder)
            files = _written(release, folder, quiet)
        loading = Loading(release.name, source=source, done=cut.done if cut and cut.source == source else 0)
        there.mark(loading)
        with stage(f"load into {_host(there)}", "bytes", sum(file.stat().st_size for file in files), quiet=quiet) as bar:
            for number, group in enumerate(_groups(files, 0 if there.by_file else REQUESTS), 1):
                if number > loading.done:
                    there.add_files(group, bar.advance)
                    there.mark(replace(loading, done=number))
                else:
                    bar.advance(sum(file.stat().st_size for file in group))
    quality = _quality(release)
    for graph in _statistics(release).graphs:
        if graph != quality:
            _put_graph(there, release, graph)
    _see_sizes(there, release, without=quality)
    _put_graph(there, release, quality)
    return Brought(release.name, there.service.query, added=_statistics(release).triples)


def _whole_dump(release: Release, data: Path) -> list[Path]:
    """The files of the release's kept dump where the release is made of that dump alone; [] else."""
    folder = data / "dumps" / release.name
    listed = {about["name"]: about["bytes"] for about in release.manifest.get("dump", ())}
    files = dumps.triple_files(folder)
    whole = not release.manifest.get("previous") and files and all(listed.get(file.name) == file.stat().st_size for file in files)
    return files if whole and len(files) == sum(1 for name in listed if name.endswith((dumps.TRIPLES, ".nt"))) else []


def _written(release: Release, folder: Path, quiet: bool) -> list[Path]:
    """The triples of the release's store as files, the same whenever they are written."""
    files: list[Path] = []
    with stage("write", "triples", _statistics(release).triples, quiet=quiet) as bar:

        def take(piece: bytes, triples: int) -> None:
            files.append(folder / f"{len(files):06}{dumps.TRIPLES}")
            with packed.writing(files[-1]) as file:
                file.write(piece)
            bar.advance(triples)

        difference.pieces(release, "", PIECE, take)
    return files


def _groups(files: Sequence[Path], most: int) -> list[list[Path]]:
    """The files in their order, in at most ``most`` groups of about one size; each by itself where that is 0."""
    if not most:
        return [[file] for file in files]
    share = sum(file.stat().st_size for file in files) / most or 1.0
    starts = accumulate((file.stat().st_size for file in files), initial=0)
    of = [min(int(start / share), most - 1) for start in starts]
    return [[file for file, _ in group] for _, group in groupby(zip(files, of, strict=False), key=lambda pair: pair[1])]


def _put_graph(there: RemoteStore, release: Release, graph: str) -> None:
    """A named graph, in the place of what has its name."""
    fresh = True

    def take(piece: bytes, triples: int) -> None:
        nonlocal fresh
        (there.put if fresh else there.add)(graph, piece)
        fresh = False

    difference.pieces(release, graph, PIECE, take)


# What differs --------------------------------------------------------------------------------------------------------------


def _change(there: RemoteStore, before: Release, now: Release, kept: dict[str, Release], quiet: bool) -> Brought:
    """One request where it is not too long: readers see the one release, then the other. Else several, and no release between them."""
    counted = {True: 0, False: 0}
    with stage(f"change {_host(there)}", "triples", quiet=quiet) as bar:

        def told(added: bool, triples: int) -> None:
            counted[added] += triples
            bar.advance(triples)

        held: list[bytes] = []
        several = False
        for operation in _operations(there, before, now, kept, told):
            if held and sum(map(len, held)) + len(operation) > UPDATE:
                if not several:
                    there.mark(Loading(now.name, before.name))
                    there.drop(_quality(now))
                several = True
                there.update(held)
                held = []
            held.append(operation)
        there.update(held)
    return Brought(now.name, there.service.query, counted[True], counted[False])


def _operations(
    there: RemoteStore, before: Release, now: Release, kept: dict[str, Release], told: Callable[[bool, int], None]
) -> Iterator[bytes]:
    """Operations of SPARQL Update, at most about a quarter of PIECE each, the graph of quality last."""
    lines: dict[bool, list[str]] = {False: [], True: []}
    length = {False: 0, True: 0}
    for added, triple in difference.between(before, now, list(kept.values())):
        line = f"{triple} ."
        if not sparql_changes.exact(triple):
            if added:
                there.add("", f"{line}\n".encode())
            else:
                yield sparql_changes.deletion(triple)
            told(added, 1)
            continue
        lines[added].append(line)
        length[added] += len(line)
        if length[added] > PIECE // 4:
            told(added, len(lines[added]))
            yield sparql_changes.data(added, lines[added])
            lines[added], length[added] = [], 0
    for added, rest in lines.items():
        if rest:
            told(added, len(rest))
            yield sparql_changes.data(added, rest)
    graphs = {**_statistics(before).graphs, **_statistics(now).graphs}
    for graph in sorted(graphs, key=lambda graph: (graph == _quality(now), graph)):
        yield from _graph_operations(there, before, now, graph)


def _graph_operations(there: RemoteStore, before: Release, now: Release, graph: str) -> Iterator[bytes]:
    """Operations that replace a named graph, where it is another than before."""
    if difference.digest(before, graph) == difference.digest(now, graph):
        return
    if difference.has_dots(now, graph):
        _put_graph(there, now, graph)
        return
    yield sparql_changes.drop(graph)
    made: list[bytes] = []
    difference.pieces(now, graph, PIECE // 4, lambda piece, _: made.append(sparql_changes.into_graph(graph, piece)))
    yield from made


# Whether it holds it -------------------------------------------------------------------------------------------------------


def _see(there: RemoteStore, release: Release, settings: Settings, quiet: bool) -> None:
    """Raises CheckFailed where the store is not as the release is: sizes, notices of each base, and what pages show.

    A store that was found wrong no longer names a release, so that no site takes it for one.
    """
    site, bases = str(release.manifest["site"]), release.manifest["bases"]
    try:
        with stage("check", "bases", len(bases), quiet=quiet) as bar:
            _see_sizes(there, release)
            for base, expected in bases.items():
                found = there.count(f"?d <{iris.DCTERMS}isPartOf> <{iris.dataset(site, base)}>")
                if found != expected:
                    raise CheckFailed(f"the remote store holds {found:,} notices of {base}, {expected:,} expected")
                bar.advance()
            here, remote = store.open_reader(release), RemoteReader(release, replace(settings, store_url=there.service.query))
            remote.check()
            for example in release.manifest["examples"]:
                if set(map(str, remote.describe(example["iri"]))) != set(map(str, here.describe(example["iri"]))):
                    raise CheckFailed(f"the remote store does not say of {example['iri']} what the release says")
    except CheckFailed:
        there.drop(_quality(release))
        raise


def _see_sizes(there: RemoteStore, release: Release, *, without: str = "") -> None:
    """Triples of the default graph and of each named graph, but one that is not there yet; graphs that are nobody's are no fault."""
    expected = _statistics(release)
    found = there.count("?s ?p ?o")
    if found != expected.triples:
        raise CheckFailed(f"the default graph of the remote store holds {found:,} triples, {expected.triples:,} expected")
    sizes = there.graphs()
    for graph, size in expected.graphs.items():
        if graph != without and sizes.get(graph, 0) != size:
            raise CheckFailed(f"graph {graph} of the remote store holds {sizes.get(graph, 0):,} triples, {size:,} expected")


def _statistics(release: Release) -> Statistics:
    found = load_statistics(release.path)
    if found is None:
        raise StoreError("the release has no statistics to check a copy by: publish anew", file=str(release.path))
    return found


def _quality(release: Release) -> str:
    return iris.quality_graph(str(release.manifest["site"]))


def _host(there: RemoteStore) -> str:
    return urlsplit(there.service.query).netloc
