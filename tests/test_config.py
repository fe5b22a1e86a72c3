"""Settings from defaults, file and environment."""

from dataclasses import fields, replace
from pathlib import Path

import pytest

from pop_ld.config import Settings, image_origins, load_settings, origin_of, tile_origin
from pop_ld.errors import UsageError


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "pop_ld.toml"
    file.write_text('site = "https://example.org/"\ndeadline = 12\n')
    settings = load_settings({"POP_LD_DEADLINE": "7.5"}, file)
    assert (settings.site, settings.deadline, settings.lang) == ("https://example.org", 7.5, "fr")


@pytest.mark.parametrize(
    ("environ", "why"),
    [
        ({"POP_LD_DEADLINE": "soon"}, "deadline wants a float"),
        ({"POP_LD_SITE": "ftp://x"}, "http"),
        ({"POP_LD_SITE": "https://x/<y>"}, "http"),
        ({"POP_LD_LANG": "de"}, "fr or en"),
        ({"POP_LD_METRICS": "127.0.0.0/8 here"}, "metrics wants networks"),
        ({"POP_LD_QUERY_LOG_TEXT": "perhaps"}, "query_log_text wants a bool"),
        ({"POP_LD_SEARCH_URL": "http://one.example:9200 two.example"}, "search_url wants http"),
        ({"POP_LD_SEARCH_URL": "https://user:secret@one.example"}, "search_url wants http"),
        ({"POP_LD_SEARCH_ENGINE": "solr"}, "elasticsearch or opensearch"),
        ({"POP_LD_SEARCH_PREFIX": "Pop*"}, "search_prefix wants"),
        ({"POP_LD_SEARCH_TIMEOUT": "0"}, "search_timeout wants"),
        ({"POP_LD_READ_AHEAD": "80"}, "read_ahead wants a part"),
        ({"POP_LD_GIVE_WAY": "yes"}, "give_way wants idle, nice or no"),
        ({"POP_LD_SEARCH_SHARDS": "0"}, "search_shards cannot be"),
    ],
)
def test_bad_values_are_refused(environ: dict[str, str], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        load_settings(environ)


@pytest.mark.parametrize(("text", "value"), [("true", True), ("False", False), ("0", False), ("on", True)])
def test_a_switch_is_read_from_the_environment(text: str, value: bool) -> None:
    assert load_settings({"POP_LD_QUERY_LOG_TEXT": text}).query_log_text is value


def test_unknown_names_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "pop_ld.toml"
    file.write_text("sites = 1\n")
    with pytest.raises(UsageError, match="unknown setting 'sites'"):
        load_settings({}, file)


def test_every_setting_has_a_help_line() -> None:
    assert all(f.metadata["help"] for f in fields(Settings))


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://images.example:8443/a/b", "https://images.example:8443"),
        ("javascript:alert(1)", ""),
        ("https://a.example; script-src *", ""),
        ("https://a@b.example/", ""),
        ("http://[::1", ""),
        ("", ""),
    ],
)
def test_an_origin_holds_nothing_that_a_policy_would_read(address: str, origin: str) -> None:
    assert origin_of(address) == origin


def test_pages_load_images_of_named_hosts_alone() -> None:
    settings = replace(
        Settings(), images="https://images.example/keys/", image_hosts="http://a.example/x, ftp://b.example https://images.example"
    )
    assert image_origins(settings) == ("https://images.example", "http://a.example")
    assert image_origins(replace(settings, show_images=False)) == ()
    assert tile_origin(replace(settings, map_tiles="https://{s}.tiles.example/{z}/{x}/{y}.png")) == "https://*.tiles.example"
    assert tile_origin(settings) == ""
