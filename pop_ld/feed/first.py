"""Makes the first batch of a feed from the files of a dump: what the walk over the store would say, at a fifth of its cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from pop_ld import dump as dumps
from pop_ld import spool
from pop_ld.bases import load_bases
from pop_ld.feed import batches
from pop_ld.feed.batches import FOLDER
from pop_ld.feed.build import fresh, recover
from pop_ld.feed.pages import joined
from pop_ld.feed.parts import STRIDE, PartTask, Unordered, write_part
from pop_ld.feed.scattering import ScatterTask, Targets, scatter, targets_in
from pop_ld.feed.state import CHANGES, Changed, State, in_order
from pop_ld.processes import each

_GROUPS = 8
"""Groups of files whose lines are laid out at once."""
_PER_BUCKET = 1 << 20
"""Packed bytes of a dump's other files for each bucket of them, which is read into memory."""
_BUCKETS = 256


def is_empty(data: Path) -> bool:
    """Whether the feed has told nothing yet; the caller holds the writers' lock."""
    recover(data)
    with closing(State(data / FOLDER)) as state:
        return state.is_empty


def prepare_first(dump: Path, data: Path, site: str, name: str, created: str, jobs: int, advance: Callable[[int], None]) -> Path:
    """Writes the batch of release ``name`` as :func:`prepare` does, where the feed is empty and the release holds what ``dump`` holds.

    No store is asked. Same dump, same bytes, whatever the number of processes, ``jobs``; each needs some 100 MB, and what the links of
    one shard's notices take. ``advance`` gets the number of versions written, part by part. Besides its pages the folder needs, until the
    batch is made, some 250 bytes a version.
    Raises Unordered for a dump that no conversion of this program wrote.
    """
    recover(data)
    files = dumps.triple_files(dump)
    if plain := [file.name for file in files if not file.name.endswith(dumps.TRIPLES)]:
        raise Unordered(plain[0])
    return _prepared(fresh(data, name), files, _shards(files), site, name, batches.after(data, created), jobs, advance)


def _shards(files: Sequence[Path]) -> dict[str, list[Path]]:
    """Base -> its shards in their order. Raises Unordered where one is missing."""
    found: dict[str, list[Path]] = {}
    for file in sorted(files):
        base, _, number = file.name.removesuffix(dumps.TRIPLES).rpartition("-")
        if base in load_bases() and number.isdecimal():
            if file.name != spool.shard_name(base, len(found.setdefault(base, []))) + dumps.TRIPLES:
                raise Unordered(file.name)
            found[base].append(file)
    for those in found.values():
        if spool.PARTS % len(those):
            raise Unordered(those[-1].name)
    return found


def _prepared(
    work: Path,
    files: Sequence[Path],
    shards: dict[str, list[Path]],
    site: str,
    name: str,
    created: str,
    jobs: int,
    advance: Callable[[int], None],
) -> Path:
    own = {file for those in shards.values() for file in those}
    others = [file for file in files if file not in own]
    size = sum(file.stat().st_size for file in others)
    targets = Targets(site, {base: len(those) for base, those in shards.items()}, min(_BUCKETS, 1 << (size // _PER_BUCKET).bit_length()))
    folder = work / "scattered"
    folder.mkdir()
    groups = [group for n in range(_GROUPS) if (group := others[n::_GROUPS])]
    few = size < 8 * _PER_BUCKET  # laid out sooner than processes start
    for _ in each(scatter, [ScatterTask(n, group, folder, targets) for n, group in enumerate(groups)], 1 if few else jobs):
        pass
    known = {
        spool.shard_name(base, n): (file, base, n, len(those)) for base, those in sorted(shards.items()) for n, file in enumerate(those)
    }
    ordered = [*known, *sorted(targets_in(folder) - known.keys())]
    tasks = [
        PartTask(n, target, folder, work, site, name, created, n == len(ordered) - 1, *known.get(target, ()))
        for n, target in enumerate(ordered)
    ]
    parts = []
    for part in each(write_part, tasks, jobs):
        advance(part.versions)
        parts.append(part)
    folder.rmdir()
    _finish(work, tasks, parts)
    return work


def _finish(work: Path, tasks: list[PartTask], parts: list[batches.Batch]) -> None:
    """Puts the parts together: what the batch says of itself, and one file of what it changes in the state."""
    made = joined(work, parts, STRIDE)
    changed = Changed(work / CHANGES)
    for rows in in_order([task.rows for task in tasks]):
        changed.add_rows(rows)
    changed.close(made.name, made.release)
    for task in tasks:
        task.rows.unlink()
    batches.write_about(work, made)
