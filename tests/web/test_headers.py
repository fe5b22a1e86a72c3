"""What every answer carries."""

from dataclasses import replace

import pytest

from pop_ld.config import Settings
from pop_ld.web.headers import policy

from .conftest import Running


def images(settings: Settings) -> list[str]:
    return dict(part.strip().partition(" ")[::2] for part in policy(settings).split(";"))["img-src"].split()


def test_images_come_from_the_hosts_of_the_settings_alone() -> None:
    settings = replace(Settings(), images="https://images.example/keys/", image_hosts="http://old.example, https://www.example:8443/x")
    assert images(settings) == ["'self'", "data:", "https://images.example", "http://old.example", "https://www.example:8443"]
    assert images(replace(settings, show_images=False)) == ["'self'", "data:"]
    tiles = replace(settings, show_images=False, map_tiles="https://{s}.tiles.example/{z}/{x}/{y}.png")
    assert images(tiles) == ["'self'", "data:", "https://*.tiles.example"]


@pytest.mark.parametrize("hostile", ["https://x.example;script-src", "javascript:alert(1)", "*", "https:", "https://a'b", "data:x"])
def test_no_setting_widens_the_policy(hostile: str) -> None:
    safe = policy(replace(Settings(), images="", image_hosts=""))
    assert policy(replace(Settings(), images="", image_hosts=hostile, map_tiles=hostile)) in (
        safe,
        safe.replace("data:;", "data: https://x.example;"),
    )


@pytest.mark.parametrize("path", ["/", "/nowhere", "/static/style.css", "/sparql?query=x", "/doc/mnr/nowhere"])
def test_every_answer_has_the_policy_and_cors(running: Running, path: str) -> None:
    answer = running.get(path)
    assert answer.headers["content-security-policy"] == policy(running.settings)
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["access-control-allow-origin"] == "*" and answer.headers["x-content-type-options"] == "nosniff"
