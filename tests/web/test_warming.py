"""Pages made before readers ask."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from pop_ld.config import Settings
from pop_ld.formats import html
from pop_ld.web.app import create_app
from pop_ld.web.warming import warm

from .conftest import Running


def test_every_template_is_compiled_and_nothing_is_kept_or_counted(running: Running, caplog: pytest.LogCaptureFixture) -> None:
    environment = html._environment()
    assert environment.cache is not None
    environment.cache.clear()
    app = create_app(running.settings)
    with caplog.at_level(logging.INFO):
        warm(app)
    assert len(environment.cache) >= len([name for name in environment.list_templates() if name.endswith(".html")])
    assert not caplog.records


def test_without_a_release_it_says_so_and_goes_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        warm(create_app(replace(Settings(), data=str(tmp_path))))
    assert "no release was published" in caplog.text
