"""Golden triples: the samples of each base give exactly tests/expected/<base>.nt. `make golden` writes them anew."""

from pathlib import Path

import pytest

from pop_ld import pipeline
from pop_ld.bases import load_bases
from pop_ld.config import Settings

EXPECTED = Path(__file__).parent / "expected"


def triples(slug: str, folder: Path) -> str:
    """Every triple of a base's samples, sorted: a diff shows what a change of mapping or parser does."""
    pipeline.convert(list(load_bases()[slug].samples), folder, Settings(), jobs=1, quiet=True)
    lines = [line for file in folder.glob("*.nt") for line in file.read_text(encoding="utf-8").split("\n") if line]
    return "\n".join(sorted(lines)) + "\n"


@pytest.mark.parametrize("slug", load_bases())
def test_expected(slug: str, tmp_path: Path) -> None:
    assert triples(slug, tmp_path).split("\n") == (EXPECTED / f"{slug}.nt").read_text(encoding="utf-8").split("\n")


if __name__ == "__main__":
    import tempfile

    for name in load_bases():
        with tempfile.TemporaryDirectory() as work:
            (EXPECTED / f"{name}.nt").write_text(triples(name, Path(work)), encoding="utf-8")
