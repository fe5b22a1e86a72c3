"""Rows as an aligner has them, made from the real files beside the project: what to look for, and which notice it is, if any."""

from __future__ import annotations

import csv
import json
import random
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pop_ld.search.words import vocabulary, words

HELD_OUT = 0.2
"""Share of the works that are left out of the release, so that the rows about them have no right answer."""
POINTS = 12_000
"""Monuments of the file of 44,000 that are loaded."""
csv.field_size_limit(sys.maxsize)


@dataclass(frozen=True, slots=True)
class Work:
    """What the real files say of a thing, as plain texts, "" where nothing."""

    base: str
    ref: str
    title: str
    artist: str = ""
    inventory: str = ""
    museum: str = ""
    date: str = ""
    commune: str = ""
    insee: str = ""
    denomination: str = ""
    point: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """``ref`` is the right answer, "" for none; ``sure`` says whether the data given tell the thing from all others of the files."""

    kind: str
    base: str
    name: str
    properties: tuple[tuple[str, str], ...]
    ref: str
    sure: bool


# Real files -----------------------------------------------------------------------------------------------------------------


def _table(file: Path, delimiter: str = ",") -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, delimiter=delimiter)


def works(shared: Path) -> list[Work]:
    """Works of Joconde (both files), museums, and monuments with a commune or a point."""
    data = shared / "data"
    found = [
        Work("joconde", r["ID-notice"], r["Titre"] or r["Dénomination"], r["Auteur"], r["Numéro_de_l'objet"], r["Identifiant_Museofile"],
             r["Millésime"] or r["Période_de_création"].split(";")[0], denomination=r["Dénomination"])
        for r in _table(data / "joconde" / "joconde-extrait-2020.csv")
    ]  # fmt: skip
    found += [
        Work("joconde", r["Référence"], r["titre"], r["Auteurs"], "", r["Identifiant_Museofile"], r["anneecreation"])
        for r in _table(data / "joconde" / "joconde-694-works-2021.csv")
    ]
    found += [
        Work("museo", r["identifiant"], r["nom_officiel"] or "", commune=r["ville"] or "")
        for r in json.loads((data / "museo" / "museofile-2025.json").read_text(encoding="utf-8"))
    ]
    found += [
        Work(
            "merimee",
            r["identifiant"],
            r["nom"],
            commune=r["commune"],
            insee=r["insee"],
            denomination=r["appellation"],
            date=r["datation/0"],
        )
        for r in _table(data / "merimee" / "inventaire-pays-de-la-loire-tab.csv", "\t")
    ]
    with (data / "merimee" / "merimee-mh-285.jsonl").open(encoding="utf-8") as lines:
        found += [
            Work("merimee", r["REF"], r.get("TICO", ""), commune=r.get("COM", ""), denomination=r.get("DENO", ""))
            for r in map(json.loads, lines)
        ]
    points = list(_table(data / "merimee" / "mh-points-2026.csv"))[:POINTS]
    found += [Work("merimee", r["reference"], r["name"], point=f"{r['lat']},{r['lon']}") for r in points]
    return list({(one.base, one.ref): one for one in found if one.title and one.ref}.values())


def held_out(found: list[Work]) -> set[tuple[str, str]]:
    """(base, REF) of what is left out."""
    return {(one.base, one.ref) for one in found if random.Random(one.base + one.ref).random() < HELD_OUT}


def write_sources(shared: Path, folder: Path) -> list[Path]:
    """The real files without what is held out, to be loaded."""
    data, left = shared / "data", {ref for _, ref in held_out(works(shared))}
    made = []
    for name, column, delimiter in (
        ("joconde/joconde-extrait-2020.csv", "ID-notice", ","),
        ("joconde/joconde-694-works-2021.csv", "Référence", ","),
        ("merimee/inventaire-pays-de-la-loire-tab.csv", "identifiant", "\t"),
        ("merimee/mh-points-2026.csv", "reference", ","),
    ):
        rows = list(_table(data / name, delimiter))
        kept = [row for row in (rows[:POINTS] if "points" in name else rows) if row[column] not in left]
        made.append(folder / Path(name).name)
        with made[-1].open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
            writer.writeheader()
            writer.writerows(kept)
    made.append(folder / "merimee-mh-285.jsonl")
    lines = (data / "merimee" / "merimee-mh-285.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    made[-1].write_text("".join(line for line in lines if json.loads(line)["REF"] not in left), encoding="utf-8")
    made.append(folder / "museofile-2025.json")
    museums = json.loads((data / "museo" / "museofile-2025.json").read_text(encoding="utf-8"))
    made[-1].write_text(json.dumps([row for row in museums if row["identifiant"] not in left], ensure_ascii=False), encoding="utf-8")
    return made


# As others write them ----------------------------------------------------------------------------------------------------------


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def varied(title: str, chance: random.Random) -> str:
    """Another case, no accents, no article, other signs."""
    title = title.split(";")[0].split("#")[0].strip() or title
    ways: tuple[Callable[[str], str], ...] = (
        str.lower,
        str.title,
        _plain,
        lambda t: re.sub(r"^(?:le |la |les |l'|un |une )", "", t, flags=re.IGNORECASE),
        lambda t: re.sub(r"[,.:()]", " ", t),
        lambda t: t.replace("Saint", "St") if "Saint" in t else t.capitalize(),
    )
    for way in chance.sample(ways, 2):
        title = way(title)
    return " ".join(title.split())


def turned(title: str, chance: random.Random) -> str:
    """Its words in another order."""
    parts = varied(title, chance).split()
    cut = chance.randrange(len(parts)) if parts else 0
    return " ".join([*parts[cut:], *parts[:cut]])


def mistyped(title: str, chance: random.Random) -> str:
    """One letter of a long word missing, doubled, or two turned round."""
    text = varied(title, chance)
    long = list(re.finditer(r"[^\W\d_]{6,}", text))
    if not long:
        return text
    word = chance.choice(long)
    at = word.start() + chance.randrange(1, len(word[0]) - 2)
    return chance.choice(
        (text[:at] + text[at + 1 :], text[:at] + text[at] + text[at:], text[:at] + text[at + 1] + text[at] + text[at + 2 :])
    )


def artist(text: str, chance: random.Random) -> str:
    """ "NOM Prénom (rôle)" of the first artist as "Prénom Nom", "Nom, Prénom" or without accents."""
    name = re.sub(r"\s*\([^()]*\)", "", text.split(";")[0]).split(",")[0].strip()
    family = [word for word in name.split() if word.isupper()]
    given = [word for word in name.split() if not word.isupper()]
    if not family or not given:
        return name
    surname, forename = " ".join(family).title(), " ".join(given)
    return chance.choice((f"{forename} {surname}", f"{surname}, {forename}", _plain(f"{forename} {surname}"), f"{surname} {forename}"))


def renumbered(number: str, chance: random.Random) -> str:
    """Other signs between the parts of an inventory number, or a label before it."""
    first = re.split(r"[;#]", number)[0].strip()
    sign = chance.choice((".", "-", " ", "/"))
    return chance.choice(("", "", "Inv. ")) + re.sub(r"[ ./-]+", sign, first)


# Rows ----------------------------------------------------------------------------------------------------------------------------

Given = tuple[str, tuple[tuple[str, str], ...]]
KINDS: dict[str, tuple[str, Callable[[Work, random.Random], Given]]] = {
    "title, artist, number, date": (
        "joconde",
        lambda w, c: (varied(w.title, c), (("artist", artist(w.artist, c)), ("inventory", renumbered(w.inventory, c)), ("date", w.date))),
    ),
    "number, museum": ("joconde", lambda w, c: ("", (("inventory", renumbered(w.inventory, c)), ("museum", w.museum)))),
    "title, number": ("joconde", lambda w, c: (varied(w.title, c), (("inventory", renumbered(w.inventory, c)),))),
    "title, artist, museum": ("joconde", lambda w, c: (varied(w.title, c), (("artist", artist(w.artist, c)), ("museum", w.museum)))),
    "title, artist, date": ("joconde", lambda w, c: (varied(w.title, c), (("artist", artist(w.artist, c)), ("date", w.date)))),
    "mistyped title, artist, museum": (
        "joconde",
        lambda w, c: (mistyped(w.title, c), (("artist", artist(w.artist, c)), ("museum", w.museum))),
    ),
    "turned title, artist, museum": ("joconde", lambda w, c: (turned(w.title, c), (("artist", artist(w.artist, c)), ("museum", w.museum)))),
    "reference": ("joconde", lambda w, c: (w.ref, ())),
    "museum, town": ("museo", lambda w, c: (varied(w.title, c), (("commune", _plain(w.commune)),))),
    "mistyped museum, town": ("museo", lambda w, c: (mistyped(w.title, c), (("commune", w.commune),))),
    "monument, commune": ("merimee", lambda w, c: (varied(w.title, c), (("commune", w.commune), ("denomination", w.denomination)))),
    "monument, INSEE": ("merimee", lambda w, c: (varied(w.title, c), (("insee", w.insee),))),
    "monument, point": ("merimee", lambda w, c: (varied(w.title, c), (("coordinates", w.point),))),
}
_NEEDED = {"number": "inventory", "artist": "artist", "museum": "museum", "date": "date", "commune": "commune", "INSEE": "insee"}
_NEEDED |= {"point": "point", "town": "commune"}


def rows(shared: Path, count: int, seed: int = 8) -> list[Row]:
    """As many rows as there are at most, each work once a kind; of works left out of the release too, and with a number of nobody's."""
    chance = random.Random(seed)
    found = works(shared)
    left = held_out(found)
    alike = {kind: Counter(map(_identity(kind), found)) for kind in KINDS}
    by_kind = {
        kind: [w for w in found if w.base == base and all(getattr(w, name) for part, name in _NEEDED.items() if _wants(kind, base, part))]
        for kind, (base, _) in KINDS.items()
    }
    pairs = [(kind, work) for kind, kept in by_kind.items() for work in kept]
    chance.shuffle(pairs)
    by_turns = {kind: iter([work for name, work in pairs if name == kind]) for kind in KINDS}
    made: list[Row] = []
    while len(made) < count and by_turns:
        kind = chance.choice(list(by_turns))
        work = next(by_turns[kind], None)
        if work is None:
            del by_turns[kind]  # every work of this kind was asked for
            continue
        base, make = KINDS[kind]
        name, given = make(work, chance)
        ref = "" if (work.base, work.ref) in left else work.ref
        sure = bool(ref) and alike[kind][_identity(kind)(work)] == 1
        if "number" in kind and chance.random() < 0.1:
            given = tuple((key, value + "999" if key == "inventory" else value) for key, value in given)
            made.append(Row("altered number", base, name, given, "", False))
        else:
            made.append(Row(kind, base, name, tuple(pair for pair in given if pair[1]), ref, sure))
    return made


def _wants(kind: str, base: str, part: str) -> bool:
    return part in kind.replace("museum, town", "town").replace("mistyped museum", "mistyped") if base == "museo" else part in kind


def _identity(kind: str) -> Callable[[Work], tuple[object, ...]]:
    """What the data of a kind of row tell a work by, but for the way of writing."""

    def identity(work: Work) -> tuple[object, ...]:
        said = tuple(sorted(set(words(work.title.split(";")[0].split("#")[0])) - vocabulary().empty))
        found: list[object] = [work.base]
        if "number" not in kind or "title" in kind:
            found.append(said)
        for part, name in _NEEDED.items():
            if part in kind and (part != "museum" or work.base == "joconde"):
                text = re.sub(r"\s*\([^()]*\)", "", getattr(work, name).split(";")[0])
                found.append("".join(words(text)))
        return tuple(found) if "reference" not in kind else (work.base, work.ref)

    return identity
