"""Every real file is read whole: notices counted exactly, none rejected."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from pop_ld.bases import load_bases
from pop_ld.notices import Notice, Problem
from pop_ld.readers import open_sources

FILES = [
    ("merimee/mh-points-2026.csv", "merimee", 44_480, "csv", "utf-8", ","),
    ("merimee/merimee-mh-285.jsonl", "merimee", 285, "json", "utf-8", ""),
    ("merimee/inventaire-pays-de-la-loire-tab.csv", "merimee", 62, "csv", "utf-8", "\t"),
    ("merimee/mh-export-2013-cp1252.csv", "merimee", 3, "csv", "iso-8859-1", ";"),
    ("palissy/palissy-mh-1500.jsonl", "palissy", 1_500, "json", "utf-8", ""),
    ("joconde/joconde-extrait-2020.csv", "joconde", 3_269, "csv", "utf-8", ","),
    ("joconde/joconde-694-works-2021.csv", "joconde", 694, "csv", "utf-8", ","),
    ("memoire/memoire-mh-1851-1914-ile-de-france.csv", "memoire", 3_018, "csv", "utf-8", ";"),
    ("museo/museofile-2025.json", "museo", 1_225, "json", "utf-8", ""),
    ("mnr/mnr-10-rows.csv", "mnr", 10, "csv", "utf-8", ","),
    ("api/joconde-document.json", "joconde", 1, "json", "utf-8", ""),
    ("api/memoire-document.json", "memoire", 1, "json", "utf-8", ""),
    ("api/merimee-document.json", "merimee", 1, "json", "utf-8", ""),
    ("api/mnr-document.json", "mnr", 1, "json", "utf-8", ""),
    ("api/palissy-document.json", "palissy", 1, "json", "utf-8", ""),
    ("import-formats/GERTRUDE_xmlToMERIMEE_lexicovide.txt", "merimee", 13, "csv", "utf-8", "|"),
    ("import-formats/joconde-invalid-UTF-8.txt", "joconde", 1, "ajout", "utf-8", ""),
    ("import-formats/joconde-valid-ISO-8859-1.txt", "joconde", 3, "ajout", "iso-8859-1", ""),
    ("import-formats/joconde-valid-UTF-8-warnings.txt", "joconde", 1, "ajout", "utf-8", ""),
    ("import-formats/joconde-valid-UTF-8.txt", "joconde", 3, "ajout", "utf-8", ""),
    ("import-formats/mnr-valid-UTF-8.csv", "mnr", 1, "csv", "utf-8", ";"),
    ("import-formats/palissy-mh-valid-UTF-8.csv", "palissy", 3, "csv", "utf-8", "|"),
]
UNCLEAR = {"import-formats/joconde-invalid-UTF-8.txt"}
"""Two fields that several bases have, and a REF that fits any: the user has to say the base."""


@pytest.mark.parametrize(("name", "base", "count", "syntax", "encoding", "delimiter"), FILES)
def test_real_file(shared: Path, name: str, base: str, count: int, syntax: str, encoding: str, delimiter: str) -> None:
    bases = load_bases()
    settled = bases[base] if name in UNCLEAR else None
    [reader] = open_sources(shared / "data" / name, base=settled, encoding=None, bases=bases)
    assert (reader.source.syntax, reader.source.encoding, reader.source.delimiter) == (syntax, encoding, delimiter)
    found = list(reader)
    notices = [one for one in found if isinstance(one, Notice)]
    problems = [one for one in found if isinstance(one, Problem)]
    assert not [problem for problem in problems if problem.rejects]
    assert len(notices) == reader.read == count
    assert {notice.base for notice in notices} == {base}
    assert all(notice.fields["REF"][0] == notice.ref for notice in notices)
    unknown = {problem.field for problem in problems if problem.kind == "unknown-column"}
    assert not unknown or name.endswith("GERTRUDE_xmlToMERIMEE_lexicovide.txt")
    assert not {code for notice in notices for code in notice.fields} & bases[base].withheld


@pytest.mark.parametrize("name", ["palissy/palissy-mh-1500.jsonl", "joconde/joconde-extrait-2020.csv"])
def test_reading_leaves_time_for_the_rest(shared: Path, name: str) -> None:
    """Conversion is to do 8,000 notices/s a core; reading alone must stay far above (processor time, best of three)."""
    [reader] = open_sources(shared / "data" / name, base=None, encoding=None, bases=load_bases())

    def seconds() -> float:
        begin = time.process_time()
        for _ in reader:
            pass
        return time.process_time() - begin

    best = min(seconds() for _ in range(3))
    assert reader.read / best > 8_000
