"""Settings: one frozen object from the defaults below, pop_ld.toml and POP_LD_* variables, in that order."""

from __future__ import annotations

import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pop_ld import iris
from pop_ld.errors import UsageError

_INDEX_PREFIX = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_SWITCH = {"true": True, "1": True, "yes": True, "on": True, "false": False, "0": False, "no": False, "off": False}
_CHOICES = {"give_way": ("idle", "nice", "no"), "search_engine": ("elasticsearch", "opensearch"), "lang": ("fr", "en")}


def _setting(default: Any, help_text: str) -> Any:
    return field(default=default, metadata={"help": help_text})


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting with its default; the help line feeds ``pop-ld --help`` and the reference."""

    site: str = _setting(iris.DEFAULT_SITE, "root of the IRIs, without a final slash")
    pop: str = _setting("https://pop.culture.gouv.fr", "POP's public site, for foaf:page")
    images: str = _setting("https://pop-perf-assets.s3.gra.io.cloud.ovh.net/", "prefix of POP's image keys")
    show_images: bool = _setting(
        True, "whether pages show images, which readers' browsers then fetch from their hosts; else only links to them"
    )
    image_hosts: str = _setting(
        "http://www.culture.gouv.fr https://www.culture.gouv.fr", "origins of images beside that of images, with spaces or commas between"
    )
    map_tiles: str = _setting("", "address of map tiles with {z} {x} {y}; empty draws maps over outlines that the site itself has")
    map_credit: str = _setting("", "credit of those tiles, a text")
    contact: str = _setting(
        "pop@data.example", "e-mail address that receives the reports of errors, questions and requests about rights; empty shows none"
    )
    data: str = _setting("data", "folder of the store, its releases and dumps")
    lang: str = _setting("fr", "language of messages: fr or en")
    deadline: float = _setting(30.0, "seconds a SPARQL query may take by default")
    deadline_max: float = _setting(60.0, "seconds a client may ask for with the timeout parameter")
    query_memory: int = _setting(2048, "MiB of memory a SPARQL worker may take")
    query_workers: int = _setting(4, "SPARQL queries that run at once while they are short")
    query_long: int = _setting(2, "SPARQL queries that run on beside them once they have taken 0.3 s; 0 tells none apart")
    query_queue: int = _setting(32, "SPARQL queries that may wait for a worker")
    query_size: int = _setting(1_000_000, "bytes a SPARQL query may have")
    result_size: int = _setting(1024, "MiB that the answer to a SPARQL query may have")
    result_cache: int = _setting(256, "MiB of answers kept on disk for all web workers; 0 keeps none")
    page_cache: int = _setting(64, "MiB of pages that each web process keeps in memory; 0 keeps none")
    read_ahead: float = _setting(
        0.8, "part of the machine's free memory into which serve has the files of a release read before they are asked for; 0 for none"
    )
    give_way: str = _setting(
        "idle",
        "what load, convert, merge, publish and remove, while their data folder is served, take of cores that others want too: "
        "idle nothing, nice a tenth, no their part",
    )
    client_seconds: float = _setting(120.0, "seconds of query time that a client may use up at once")
    client_rate: float = _setting(1.0, "seconds of query time that a client gets back each second; 0 sets no limit")
    service_allow: str = _setting("", "SPARQL endpoints that SERVICE and LOAD may reach, with spaces or commas between")
    web_workers: int = _setting(1, "processes that answer requests")
    query_log: str = _setting("", "file that gets a line of JSON for each SPARQL query; empty keeps none")
    query_log_text: bool = _setting(True, "whether that line holds the query itself, or its hash alone")
    metrics: str = _setting(
        "127.0.0.0/8 ::1", "networks that may read /metrics, with spaces or commas between; all for everybody, empty for nobody"
    )
    followers: str = _setting(
        "127.0.0.0/8 ::1",
        "networks of the machines that may follow the releases, with spaces or commas between; all for everybody, empty for nobody",
    )
    check_size: int = _setting(20_000_000, "bytes of a file that /validate takes")
    check_deadline: float = _setting(120.0, "seconds that a check of /validate may take")
    check_memory: int = _setting(2048, "MiB of memory a check of /validate may take")
    check_workers: int = _setting(2, "checks of /validate that run at once")
    check_queue: int = _setting(8, "checks of /validate that may wait")
    store_url: str = _setting("", "SPARQL 1.1 query endpoint of a store that holds the release; empty uses the one of the data folder")
    store_user: str = _setting("", "user of that endpoint (HTTP Basic)")
    store_password: str = field(default="", repr=False, metadata={"help": "password of that endpoint; give it by its variable"})
    search_url: str = _setting(
        "", "address of an Elasticsearch or OpenSearch, several with spaces between; empty searches in the data folder's own index"
    )
    search_engine: str = _setting("elasticsearch", "what it is: elasticsearch or opensearch")
    search_user: str = _setting("", "user there (HTTP Basic)")
    search_password: str = field(default="", repr=False, metadata={"help": "password there; give it by its variable"})
    search_ca: str = _setting("", "file of the certificates that sign its own; empty trusts those that the system trusts")
    search_prefix: str = _setting("pop_ld", "beginning of the names of its indices, and the alias of the current one")
    search_shards: int = _setting(1, "shards of an index there; facets are exact and cheap with one")
    search_replicas: int = _setting(0, "copies of each shard beside the first")
    search_timeout: float = _setting(10.0, "seconds that a search there may take")
    operator_token: str = field(
        default="", repr=False, metadata={"help": "bearer token that requests to pop-ld operate show; give it by its variable"}
    )
    publisher: str = _setting("", "who publishes the site, in the legal notice; empty says that it is to be named")
    host: str = _setting("", "who hosts the site, with an address, in the legal notice; empty says that it is to be named")
    feed: bool = _setting(True, "whether each release writes what it changes into the change feed")
    feed_days: int = _setting(0, "days that the pages of the change feed are kept; 0 keeps them for ever")
    downloads: str = _setting(
        "", "formats of the files that each publication makes of a release (nt ttl jsonl edm edm-rdf csv parquet), all, or none where empty"
    )
    keep_releases: int = _setting(3, "releases that publish keeps, the current one among them")


def allowed_services(settings: Settings) -> tuple[str, ...]:
    """The IRIs of ``service_allow``."""
    return tuple(settings.service_allow.replace(",", " ").split())


def image_origins(settings: Settings) -> tuple[str, ...]:
    """The origins (``https://host``) whose images a page may show; () where it shows none: for pages and for their CSP img-src."""
    if not settings.show_images:
        return ()
    addresses = [settings.images, *settings.image_hosts.replace(",", " ").split()]
    return tuple(dict.fromkeys(origin for address in addresses if (origin := origin_of(address))))


def tile_origin(settings: Settings) -> str:
    """The origin of the map tiles for CSP img-src, "" where there are none; ``{s}`` becomes ``*``."""
    return origin_of(settings.map_tiles.replace("{s}", "*"))


def origin_of(address: str) -> str:
    """``https://host:1/x`` -> ``https://host:1``; "" for what is no http(s) address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    sound = parts.scheme in ("http", "https") and parts.netloc and not set(parts.netloc) & set(" ;,'\"@")
    return f"{parts.scheme}://{parts.netloc}" if sound else ""


def networks(text: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    """The networks of a setting like ``metrics``. Raises ValueError for what is none."""
    names = "0.0.0.0/0 ::/0" if text.strip() == "all" else text.replace(",", " ")
    return tuple(map(ipaddress.ip_network, names.split()))


_TOLD = (
    *("site", "pop", "images", "show_images", "image_hosts", "map_tiles", "map_credit", "contact", "publisher", "host", "lang", "feed"),
    *("deadline", "deadline_max", "query_memory", "query_size", "result_size", "service_allow"),
    *("check_size", "check_deadline", "check_memory"),
)


def told(settings: Settings) -> str:
    """The settings that pages tell of, for their tags: the folders and places of a machine, or of one process of several, are none."""
    return " ".join([*(f"{name}={getattr(settings, name)!r}" for name in _TOLD), f"logged={bool(settings.query_log)}"])


def load_settings(environ: Mapping[str, str] | None = None, path: Path | None = None) -> Settings:
    """Settings from ``path`` (default ``pop_ld.toml`` here, where it exists) and the environment, which wins.

    Raises UsageError for an unknown name or a value of the wrong kind.
    """
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    named = path or (Path(environ["POP_LD_CONFIG"]) if "POP_LD_CONFIG" in environ else None)
    file = named or Path("pop_ld.toml")
    if named or file.is_file():
        try:
            values = tomllib.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise UsageError(str(error), file=str(file)) from error
    known = [f.name for f in fields(Settings)]
    for name in values:
        if name not in known:
            raise UsageError(f"unknown setting {name!r}; known: {', '.join(known)}", file=str(file))
    for name in known:
        if (text := environ.get(f"POP_LD_{name.upper()}")) is not None:
            values[name] = text
    return checked(replace(Settings(), **values))


def checked(settings: Settings) -> Settings:
    """The settings with every value checked and made canonical. Raises UsageError."""
    return Settings(**{f.name: _check(f.name, getattr(settings, f.name), type(f.default)) for f in fields(Settings)})


def _check(name: str, value: Any, kind: type) -> Any:
    try:
        value = _SWITCH[str(value).lower()] if kind is bool else kind(value)
    except (TypeError, ValueError, KeyError) as error:
        raise UsageError(f"setting {name} wants a {kind.__name__}, not {value!r}") from error
    if name in ("metrics", "followers"):
        try:
            networks(value)
        except ValueError as error:
            raise UsageError(f"setting {name} wants networks, all or nothing: {error}") from error
    if name in ("site", "pop"):
        value = value.rstrip("/")
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.netloc or any(c in value for c in ' <>"{}|\\^`?#'):
            raise UsageError(f"setting {name} wants an http(s) address without query or fragment, not {value!r}")
    if name == "read_ahead" and not 0 <= value <= 1:
        raise UsageError(f"setting read_ahead wants a part of the memory, 0 to 1, not {value!r}")
    if name == "store_url" and value and not _is_endpoint(value):
        raise UsageError("setting store_url wants an http(s) address; user and password have settings of their own")
    if name == "search_url" and not all(map(_is_endpoint, value.replace(",", " ").split())):
        raise UsageError("setting search_url wants http(s) addresses; user and password have settings of their own")
    if name == "search_prefix" and not _INDEX_PREFIX.fullmatch(value):
        raise UsageError(f"setting search_prefix wants small letters, digits, - and _, beginning with a letter or digit, not {value!r}")
    if name == "search_timeout" and not 0 < value <= 600:
        raise UsageError(f"setting search_timeout wants seconds, more than 0 and at most 600, not {value!r}")
    if (name == "search_shards" and value < 1) or (name == "search_replicas" and value < 0):
        raise UsageError(f"setting {name} cannot be {value!r}")
    if name == "contact" and value and not _is_mail(value):
        raise UsageError(f"setting contact wants an e-mail address, not {value!r}")
    if value not in _CHOICES.get(name, (value,)):
        *others, last = _CHOICES[name]
        raise UsageError(f"setting {name} wants {', '.join(others)} or {last}, not {value!r}")
    return value


def _is_mail(address: str) -> bool:
    """Whether it is one plain e-mail address, without a name, a comment or quotes."""
    local, mark, domain = address.partition("@")
    odd = set(" \"'<>(),:;?&#%\\") & set(address)
    return bool(mark and local and domain) and address.isascii() and address.isprintable() and not odd and "@" not in domain


def _is_endpoint(address: str) -> bool:
    """Whether it is an http(s) address with a host, without credentials and fragment."""
    try:
        parts = urlsplit(address)
        named = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return named and parts.username is None and not parts.fragment and address.isprintable() and " " not in address
