"""Brings the lexicon of the former release up to date: only what its changed notices say is counted again, however many others there are.

The result suggests what one built anew does, with the same counts; only the spelling of a word that corrects others may be an older one.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Collection
from contextlib import closing
from pathlib import Path

from pop_ld.batches import in_batches
from pop_ld.databases import address, changing
from pop_ld.search import lexicon_builder as lexicons
from pop_ld.search.lexicon_builder import FACETS, FILE, KINDS, LAYOUT, NAMED, NAMED_BITS, NEIGHBOURS, Entry, Index

_LARGE = 20
"""A twentieth of the notices changed: from there on all are counted anew."""
MOST_TOUCHED = 200_000
"""Notices whose change is followed one by one, however many there are."""
_TOGETHER = 1_000
"""Notices that an index is asked about at once."""
Name = tuple[int, str]
"""Kind and key of an entry."""
Spelling = tuple[str, str]
"""Facet, "" of a title, and label."""


def bring_lexicon(folder: Path, index: Index, former: Path, former_index: Index, touched: Collection[str], whole: int) -> int:
    """Writes the lexicon into ``folder`` (absent or empty), upon that of the folder ``former``; returns how many things it can suggest.

    ``touched`` are the IRIs of all notices that came, changed or went since; ``whole`` says how many notices the release has. Where many
    changed, or the former lexicon is of another layout or absent, it is built anew. Raises StoreError.
    """
    if len(touched) > min(MOST_TOUCHED, whole // _LARGE) or not _can_be_changed(former / FILE):
        return lexicons.build_lexicon(folder, index)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(former / FILE, folder / FILE)
    with changing(folder / FILE, "lexicon") as database:
        _change(database, _differences(former_index, index, touched))
        (count,) = database.execute("SELECT count(*) FROM entries").fetchone()
    return int(count)


def _can_be_changed(file: Path) -> bool:
    if not file.is_file():
        return False
    try:
        with closing(sqlite3.connect(address(file), uri=True)) as connection:
            return bool(connection.execute("PRAGMA user_version").fetchone()[0] == LAYOUT)
    except sqlite3.Error:
        return False


def _differences(before: Index, after: Index, touched: Collection[str]) -> dict[Name, Counter[Spelling]]:
    """How many notices more, or fewer, have each spelling."""
    found: dict[Name, Counter[Spelling]] = defaultdict(Counter)
    for batch in in_batches(dict.fromkeys(touched), _TOGETHER):
        for index, sign in ((before, -1), (after, 1)):
            titles, facets = index.tell(batch, tuple(FACETS))
            for title in map(lexicons.title_of, titles):
                if key := lexicons.key_of(title):
                    found[0, key]["", title] += sign
            for facet, values in facets.items():
                for value, notices in values:
                    if key := lexicons.key_of(value):
                        found[KINDS.index(FACETS[facet]), key][facet, value] += sign * notices
    return found


def _change(database: sqlite3.Connection, differences: dict[Name, Counter[Spelling]]) -> None:
    gone: list[tuple[int, str]] = []
    came: list[tuple[int, Entry, str]] = []
    words: Counter[str] = Counter()
    written: dict[str, str] = {}
    for (kind, key), counts in differences.items():
        if not any(counts.values()):
            continue
        at, old = _entry(database, kind, key)
        spellings = _spellings(database, kind, key, old)
        for spelling, more in counts.items():
            spellings[spelling] += more
        new = lexicons.entry_of(kind, spellings)
        database.execute("DELETE FROM several WHERE kind = ? AND key = ?", (kind, key))
        if sum(count > 0 for count in spellings.values()) > 1:
            lexicons.keep_several(database, kind, key, spellings)
        if old == new:
            continue
        if old:
            gone.append((at, lexicons.indexed(key)))
            words.subtract(_weighed(old))
        if new:
            came.append((lexicons.place(kind, key, new.notices), new, lexicons.indexed(key)))
            words.update(_weighed(new))
            written.update(dict(lexicons.spelt(new.label)))
    _replace(database, sorted(gone), sorted(came))
    _rewrite(database, words, written)


def _entry(database: sqlite3.Connection, kind: int, key: str) -> tuple[int, Entry | None]:
    """An entry and its id; (0, None) where there is none."""
    name = lexicons.place(kind, key, 0) & (1 << NAMED_BITS) - 1
    query = f"SELECT id, kind, label, facet, count FROM entries WHERE {NAMED} BETWEEN ? AND ? AND kind = ?"
    for at, *row in database.execute(query, (name, name + NEIGHBOURS, kind)):
        if lexicons.key_of(row[1]) == key:
            return at, Entry(*row)
    return 0, None


def _spellings(database: sqlite3.Connection, kind: int, key: str, entry: Entry | None) -> Counter[Spelling]:
    rows = database.execute("SELECT facet, label, count FROM several WHERE kind = ? AND key = ?", (kind, key))
    found = Counter({(facet, label): count for facet, label, count in rows})
    return found or Counter({(entry.facet, entry.label): entry.notices} if entry else {})


def _weighed(entry: Entry) -> Counter[str]:
    counted: Counter[str] = Counter()
    for word, _ in lexicons.spelt(entry.label):
        counted[word] += entry.notices
    return counted


def _replace(database: sqlite3.Connection, gone: list[tuple[int, str]], came: list[tuple[int, Entry, str]]) -> None:
    """Takes entries out and puts others in, each in the order of ids, which the full-text table likes best."""
    database.executemany("INSERT INTO found(found, rowid, words) VALUES ('delete', ?, ?)", gone)
    database.executemany("DELETE FROM entries WHERE id = ?", [(at,) for at, _ in gone])
    for at, entry, text in came:
        while database.execute("SELECT 1 FROM entries WHERE id = ?", (at,)).fetchone():
            at += 1
        database.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?)", (at, *entry))
        database.execute("INSERT INTO found(rowid, words) VALUES (?, ?)", (at, text))


def _rewrite(database: sqlite3.Connection, words: Counter[str], written: dict[str, str]) -> None:
    changed = [(word, written.get(word, word), more) for word, more in words.items() if more]
    database.executemany(
        "INSERT INTO words VALUES (?, ?, ?) ON CONFLICT (word) DO UPDATE SET count = count + excluded.count", sorted(changed)
    )
    database.executemany("DELETE FROM words WHERE word = ? AND count <= 0", [(word,) for word, _, _ in changed])
