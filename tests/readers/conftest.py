"""Three small bases and a way to read bytes by them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from pop_ld.bases import FIELD_COLUMNS, Base, load_base
from pop_ld.notices import Notice, Problem
from pop_ld.readers import SourceReader, open_sources


@dataclass(frozen=True)
class Reading:
    """Everything one file gave."""

    reader: SourceReader
    notices: list[Notice]
    problems: list[Problem]

    @property
    def refs(self) -> list[str]:
        return [notice.ref for notice in self.notices]

    @property
    def kinds(self) -> list[tuple[str, int]]:
        return [(problem.kind, problem.line) for problem in self.problems]


Read = Callable[..., Reading]

_COMMON = {"REF": "Référence|identifiant|ID-notice", "BASE": "", "DENO": "Dénomination", "TICO": "Titre courant|nom", "AUTR": "Auteur"}
_BASES = {
    "merimee": (
        "^(PA|IA|EA)[0-9A-Z]{4,12}$",
        "Patrimoine architectural (Mérimée)",
        {"INSEE": "", "DATE": "datation", "CADA": "", "POP_COORDONNEES.lat": "coordonnees/lat", "POP_COORDONNEES.lon": "coordonnees/lon"},
    ),
    "palissy": ("^(PM|IM|EM)[0-9A-Z]{4,12}$", "Patrimoine mobilier (Palissy)", {"CATE": "", "DIMS": "hauteur=h. {} cm", "INSEE2": ""}),
    "joconde": ("^[0-9A-Z]{11,12}$", "Collections des musées de France (Joconde)", {"INV": "", "COOR": "", "DESC": "", "MUSEO": ""}),
}
_WITHHELD = {"CONTACT", "HISTORIQUE", "INSEE2", "COOR"}


def _write_base(folder: Path, slug: str, ref: str, alias: str, fields: Mapping[str, str]) -> Base:
    folder.mkdir()
    lines = [",".join(FIELD_COLUMNS)]
    for code, labels in {**_COMMON, "MEMOIRE": "", "CONTACT": "", "HISTORIQUE": "", **fields}.items():
        public = "non" if code in _WITHHELD and not (slug == "merimee" and code == "COOR") else "oui"
        lines.append(f"{code},,,text,non,oui,{public},,,,,,{labels},,")
    (folder / "fields.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "unmapped.csv").write_text("field,kind,reason,reason_fr\nlist_date,technical,corrupt,corrompu\n", encoding="utf-8")
    (folder / "base.yml").write_text(
        f"slug: {slug}\nname: {{fr: '{alias}', en: x{slug}}}\nshort: {{fr: {slug}, en: {slug}}}\ndescription: {{fr: x, en: x}}\n"
        f"aliases: ['{alias}']\nclass: X\n"
        f"ref: '{ref}'\nlabel: ['{{REF}}']\nempty_values: ['Non renseigné']\n",
        encoding="utf-8",
    )
    return load_base(folder)


@pytest.fixture(scope="session")
def bases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Base]:
    root = tmp_path_factory.mktemp("mappings")
    return {slug: _write_base(root / slug, slug, *rest) for slug, rest in _BASES.items()}


@pytest.fixture
def read(bases: dict[str, Base], tmp_path: Path) -> Read:
    """``read(content, base="merimee", encoding=None, name="file")``: one file of text (as UTF-8) or bytes, read whole."""

    def read(content: str | bytes, *, base: str = "", encoding: str | None = None, name: str = "file") -> Reading:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        [reader] = open_sources(path, base=bases[base] if base else None, encoding=encoding, bases=bases)
        found = list(reader)
        notices = [one for one in found if isinstance(one, Notice)]
        problems = [one for one in found if isinstance(one, Problem)]
        assert reader.read == len(notices) + sum(problem.rejects for problem in problems)
        return Reading(reader, notices, problems)

    return read
