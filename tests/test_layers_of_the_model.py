"""The one-hop layer and the CRM layer agree: whatever a one-hop property says, the path that it shortens says too (MODEL.md §1)."""

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pytest

from docs.generate_reference import turtle
from pop_ld import pipeline
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.mapping import Shortcut, load_mapping, shortcuts
from tests import dumps

SHORTCUTS = [s for slug, base in load_bases().items() for s in shortcuts(load_mapping(base.mapping_file), slug)]
ROOT = Path(__file__).parent.parent


def graph(files: list[Path], folder: Path) -> pyoxigraph.Store:
    """The triples of a conversion."""
    pipeline.convert(files, folder, Settings(), validate=False, quiet=True)
    store = pyoxigraph.Store()
    store.bulk_extend(dumps.triples(folder))
    return store


def path(shortcut: Shortcut) -> str:
    return "|".join("/".join(f"<{step}>" for step in path) for path in shortcut.paths)


def disagreements(store: pyoxigraph.Store, shortcut: Shortcut) -> tuple[int, int]:
    """(triples of the one-hop property about notices of the base, those of them that the path does not say)."""
    of_base = f'FILTER(STRSTARTS(STR(?s), "{Settings().site}/id/{shortcut.base}/"))'
    said = f"?s <{shortcut.name}> ?o {of_base}"
    counts = []
    for pattern in (said, f"{said} FILTER NOT EXISTS {{ ?s {path(shortcut)} ?o }}"):
        solutions = store.query(f"SELECT (COUNT(*) AS ?n) {{ {pattern} }}")
        assert isinstance(solutions, pyoxigraph.QuerySolutions)
        counts.append(int(next(iter(solutions))[0].value))  # type: ignore[union-attr]
    return counts[0], counts[1]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> pyoxigraph.Store:
    return graph([file for base in load_bases().values() for file in base.samples], tmp_path_factory.mktemp("samples"))


@pytest.mark.parametrize("shortcut", SHORTCUTS, ids=lambda s: f"{s.base}-{s.name.rsplit('/')[-1]}")
def test_the_samples_agree(samples: pyoxigraph.Store, shortcut: Shortcut) -> None:
    said, unsaid = disagreements(samples, shortcut)
    assert said, "no sample shows it"
    assert not unsaid


def real_files(data: Path) -> Iterator[Path]:
    for slug in load_bases():
        yield from sorted(f for f in (data / slug).glob("*") if f.suffix in (".csv", ".json", ".jsonl"))


def test_all_real_data_agree(shared: Path, tmp_path: Path) -> None:
    store = graph(list(real_files(shared / "data")), tmp_path)
    found = {shortcut: disagreements(store, shortcut) for shortcut in SHORTCUTS}
    assert sum(said for said, _ in found.values()) > 50_000
    assert {shortcut: unsaid for shortcut, (_, unsaid) in found.items() if unsaid} == {}


def test_a_disagreement_is_seen(samples: pyoxigraph.Store) -> None:
    creator = next(s for s in SHORTCUTS if s.base == "joconde" and s.name.endswith("creator"))
    broken = creator._replace(paths=tuple(path[:-1] for path in creator.paths))
    assert disagreements(samples, broken)[1] > 0


def test_the_ontology_tells_the_paths() -> None:
    assert (ROOT / "ontologies" / "shortcuts.ttl").read_text(encoding="utf-8") == turtle(), "make docs"
