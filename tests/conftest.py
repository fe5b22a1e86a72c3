"""Fixtures that every folder of tests may use."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

# A job in the background ignores SIGINT, and so would every process that the tests start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)


ALONE = (
    "following/test_balanced",
    "store/test_lanes",
    "store/test_query_deaths",
    "store/test_query_pool",
    "test_hostile_queries",
    "web/test_health",
    "web/test_server",
)
"""Tests of what happens in time: they say more on a machine that does nothing else, so make test runs them after the others."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    root = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(root) and item.path.relative_to(root).with_suffix("").as_posix() in ALONE:
            item.add_marker(pytest.mark.alone)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real notices beside the project; tests that need it are skipped where it is absent."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not (folder / "data").is_dir():
        pytest.skip("no folder ../shared with real notices beside the project")
    return folder
