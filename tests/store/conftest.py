"""Fixtures of the store's tests; their helpers are in store_samples.py, which this file makes importable."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"
