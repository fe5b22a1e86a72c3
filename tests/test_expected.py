"""Golden records and triples: the samples of each base give exactly what tests/expected holds. `make golden` writes it anew."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from pop_ld import pipeline, readers
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.fields import RecordBuilder
from pop_ld.notices import Notice
from tests import dumps

EXPECTED = Path(__file__).parent / "expected"


def triples(slug: str, folder: Path) -> str:
    """Every triple of a base's samples, sorted: a diff shows what a change of mapping or parser does."""
    pipeline.convert(list(load_bases()[slug].samples), folder, Settings(), jobs=1, quiet=True)
    return "\n".join(sorted(dumps.lines(folder))) + "\n"


def records(slug: str) -> str:
    """A JSON line for each notice of a base's samples, by REF and file: its record and what there is to say of it."""
    build = RecordBuilder(load_bases()[slug], Settings(), load_bases())
    lines = []
    for notice in sorted(sample_notices(slug), key=lambda n: (n.ref, n.file)):
        record, problems = build(notice)
        said = [{name: value for name, value in asdict(p).items() if name in ("kind", "field", "value", "detail")} for p in problems]
        lines.append(json.dumps({"file": Path(notice.file).name, "record": record, "problems": said}, ensure_ascii=False, sort_keys=True))
    return "\n".join(lines) + "\n"


def sample_notices(slug: str) -> Iterator[Notice]:
    for file in load_bases()[slug].samples:
        for source in readers.open_sources(file, base=load_bases()[slug], encoding=None, bases=load_bases()):
            yield from (found for found in source if isinstance(found, Notice))


@pytest.mark.parametrize("slug", load_bases())
def test_expected(slug: str, tmp_path: Path) -> None:
    assert triples(slug, tmp_path).split("\n") == (EXPECTED / f"{slug}.nt").read_text(encoding="utf-8").split("\n")


@pytest.mark.parametrize("slug", load_bases())
def test_expected_records(slug: str) -> None:
    made = records(slug).splitlines()
    assert made == (EXPECTED / f"{slug}.jsonl").read_text(encoding="utf-8").splitlines()
    assert len({json.loads(line)["record"]["REF"] for line in made}) >= 10


if __name__ == "__main__":
    import tempfile

    for name in load_bases():
        with tempfile.TemporaryDirectory() as work:
            (EXPECTED / f"{name}.nt").write_text(triples(name, Path(work)), encoding="utf-8")
            (EXPECTED / f"{name}.jsonl").write_text(records(name), encoding="utf-8")
