"""Fixtures that every folder of tests may use."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

# A job in the background ignores SIGINT, and so would every process that the tests start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real notices beside the project; tests that need it are skipped where it is absent."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not (folder / "data").is_dir():
        pytest.skip("no folder ../shared with real notices beside the project")
    return folder
