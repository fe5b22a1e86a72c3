"""A release without a dump is rated whole: by one process and by two, the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pop_ld.config import Settings
from pop_ld.errors import UsageError
from pop_ld.europeana import deliver, measuring, open_tiers
from tests.formats.conftest import Released


def test_every_notice_once_and_as_it_is_delivered(rated: Released) -> None:
    settings = replace(Settings(), data=str(rated.release.path.parent.parent))
    one = list(measuring.measure(settings, quiet=True))
    assert one == list(measuring.measure(settings, jobs=2, quiet=True))
    assert len(one) == rated.release.manifest["notices"]
    assert [(base, ref) for base, ref, _, _ in one] == sorted((base, ref) for base, ref, _, _ in one)
    for base, ref, _, found in one[::9]:
        thing = next(
            thing for thing in rated.things[base] if rated.source(thing).graph.text(thing, "http://purl.org/dc/terms/identifier") == ref
        )
        assert replace(deliver(rated.source(thing)), xml=b"") == found
    assert {base for base, *_ in measuring.measure(settings, ["mnr"], quiet=True)} == {"mnr"}


def test_the_file_lies_with_the_downloads(rated: Released) -> None:
    settings = replace(Settings(), data=str(rated.release.path.parent.parent))
    file = measuring.write(settings, quiet=True)
    assert file == Path(settings.data) / "downloads" / rated.release.name / "europeana.sqlite3"
    tiers = open_tiers(file)
    assert sum(row[4] for row in tiers.matrix()) == rated.release.manifest["notices"]
    line = tiers.get("memoire", "EUR00000001")
    assert line and "P1" in line.patterns, "five photographs have one title"


def test_nothing_published_is_a_fault_of_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no release"):
        list(measuring.measure(replace(Settings(), data=str(tmp_path))))
