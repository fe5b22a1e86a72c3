"""A lexicon brought up to date is the one that would have been built anew."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from pop_ld.search import build, lexicon_builder, lexicon_update, open_embedded
from pop_ld.search.lexicon import open_lexicon
from pop_ld.search.lexicon_builder import FILE, build_lexicon
from pop_ld.search.lexicon_update import bring_lexicon
from pop_ld.search.tantivy_reader import TantivySearch
from tests.search.oracle import document

TITLES = [
    "Église Saint-Martin",
    "Eglise saint martin",
    "ÉGLISE SAINT-MARTIN",
    "Maison",
    "maison",
    'Dit "Le Chat"',
    "Vue",
    "x" * 300,
    "Croix de chemin",
]
VALUES = {
    "author": ["HUGO Victor", "Hugo, Victor", "LENOIR Paul"],
    "commune": ["Tours (37)", "Sens (89)"],
    "domain": ["Peinture", "sculpture"],
    "technique": ["peinture", "Sculpture", "huile"],
}


def notice(number: int, chance: random.Random) -> dict[str, Any]:
    facets = {facet: chance.sample(values, chance.randint(0, 2)) for facet, values in VALUES.items()}
    return document(
        f"PM{number:08}", chance.choice([*TITLES, f"Vue n° {number}"]), facets={name: some for name, some in facets.items() if some}
    )


def content(folder: Path) -> dict[str, list[Any]]:
    """What a lexicon holds, but for the spellings of words; each entry with what finds it."""
    with sqlite3.connect(folder / FILE) as database:
        entries = database.execute("SELECT id, kind, label, facet, count FROM entries ORDER BY id").fetchall()
        found = [
            (row, database.execute("SELECT count(*) FROM found WHERE found MATCH ?", (f'"{word}"',)).fetchone()[0])
            for row in entries
            for word in lexicon_builder.key_of(row[2]).split()
        ]
        several = database.execute("SELECT * FROM several ORDER BY kind, key, facet, label").fetchall()
        return {
            "entries": entries,
            "found": found,
            "several": several,
            "words": database.execute("SELECT word, count FROM words").fetchall(),
        }


def indexed(folder: Path, documents: list[dict[str, Any]], before: Path | None = None, removed: tuple[str, ...] = ()) -> TantivySearch:
    build(folder, iter(documents), before=before, removed=removed)
    return open_embedded(folder)


def test_after_many_changes_it_is_the_one_built_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexicon_update, "_TOGETHER", 7)
    chance = random.Random(9)
    held = {made["iri"]: made for made in (notice(number, chance) for number in range(900))}
    former, index = tmp_path / "0", indexed(tmp_path / "0" / "search", list(held.values()))
    build_lexicon(former / "lexicon", index)
    for step in range(1, 5):
        now = tmp_path / str(step)
        removed = tuple(chance.sample(sorted(held), 12))
        changed = [notice(chance.randrange(900 + 20 * step), chance) for _ in range(30)]
        changed = list({made["iri"]: made for made in changed if made["iri"] not in removed}.values())
        after = indexed(now / "search", changed, former / "search", removed)
        held = {iri: made for iri, made in held.items() if iri not in removed} | {made["iri"]: made for made in changed}
        touched = [*removed, *(made["iri"] for made in changed)]
        count = bring_lexicon(now / "lexicon", after, former / "lexicon", index, touched, len(held))
        again = build_lexicon(now / "again", indexed(now / "anew", list(held.values())))
        assert count == again
        assert content(now / "lexicon") == content(now / "again")
        former, index = now, after
    assert open_lexicon(former / "lexicon").suggest("hugo")[0].count > 0


def test_names_with_one_checksum_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexicon_builder, "crc32", lambda text: 5)
    first = [document(f"PM{number:08}", f"titre {number:02}") for number in range(60)]
    index = indexed(tmp_path / "search", first)
    build_lexicon(tmp_path / "lexicon", index)
    changed = [document("PM00000007", "titre 99")]
    after = indexed(tmp_path / "after", changed, tmp_path / "search", (first[20]["iri"],))
    bring_lexicon(tmp_path / "brought", after, tmp_path / "lexicon", index, [first[20]["iri"], changed[0]["iri"]], 59)
    labels = {label for _, _, label, _, _ in content(tmp_path / "brought")["entries"]}
    assert labels == {*(f"titre {number:02}" for number in range(60) if number not in (7, 20)), "titre 99"}


def test_what_cannot_be_built_upon_is_built_anew(tmp_path: Path) -> None:
    made = [document(f"PM{number:08}", "Maison") for number in range(3)]
    index = indexed(tmp_path / "search", made)
    assert bring_lexicon(tmp_path / "absent", index, tmp_path / "nowhere", index, [], 3) == 1
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / FILE).write_bytes(b"no database at all, and longer than its header of a hundred bytes" * 9)
    assert bring_lexicon(tmp_path / "mended", index, tmp_path / "broken", index, [], 3) == 1
    assert bring_lexicon(tmp_path / "same", index, tmp_path / "mended", index, [], 3) == 1, "nothing changed"
    assert content(tmp_path / "same") == content(tmp_path / "absent") == content(tmp_path / "mended")
