"""A site of monuments all over the country, enough of them for clusters."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from pop_ld import pipeline
from pop_ld.config import Settings

from .conftest import NAUGHTY, Running, serve

LOCATED = 700


def located_file(folder: Path) -> Path:
    """Monuments all over France, some overseas, some at one point, some without one; of all centuries, some without a date."""
    file = folder / "lieux.csv"
    rows = []
    for number in range(LOCATED):
        lat, long = 42.5 + number * 7 % 83 / 10, -1 + number * 11 % 79 / 10
        if number % 50 == 0:
            lat, long = -21.1 - number / 10_000, 55.5
        if number % 7 == 0:
            lat, long = 48.85, 2.35
        point = f"{lat:.4f};{long:.4f}" if number % 20 else ";"
        title = '"' + NAUGHTY.replace('"', '""') + f' {number}"' if number % 40 == 1 else f"Moulin {number}"
        rows.append(f"PA0990{number:04};{title};{1000 + number * 3 % 1020 if number % 9 else ''};{point}")
    file.write_text("REF;TICO;DATE;POP_COORDONNEES.lat;POP_COORDONNEES.lon\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def placed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = tmp_path_factory.mktemp("placed")
    settings = replace(Settings(), data=str(data))
    pipeline.load([located_file(tmp_path_factory.mktemp("files"))], data, settings, base="merimee", quiet=True)
    server, thread, root = serve(settings)
    with httpx.Client(follow_redirects=False, timeout=30) as client:
        yield Running(root, data, settings, client)
    server.should_exit = True
    thread.join(10)
