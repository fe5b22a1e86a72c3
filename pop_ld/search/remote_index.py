"""The indices of a cluster: their names and settings, the alias of the one that serves, and which ones are left to remove."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from urllib.parse import quote

from pop_ld.config import Settings
from pop_ld.errors import SearchUnavailable, StoreError
from pop_ld.search.contract import DEEPEST
from pop_ld.search.remote_client import Cluster, Refused, cluster
from pop_ld.search.schema import BAGS, FACET_FIELDS, INTEGERS, KEYS, LAYOUT, REALS, STORED, TEXT_ORDERS, TOKENS
from pop_ld.search.words import ANALYSIS

_META = "pop_ld"
K1, B = 1.2, 0.75
"""BM25's parameters, as the embedded engine has them."""
_SLOW = 300.0
"""Seconds for what an engine does to a whole index."""


def index_name(settings: Settings, release: str) -> str:
    """The index of a release; engines want small letters."""
    return f"{settings.search_prefix}-{release.lower()}"


def body(settings: Settings, release: str, similarity: str = "BM25") -> dict[str, Any]:
    """Settings and mappings of a new index; ``_meta`` tells whose it is, and that it is not complete yet."""
    return {
        "settings": {
            "index": {
                "similarity": {f"of_{name}": {"type": similarity, "k1": K1, "b": B} for name in (*TOKENS, *BAGS)},
                "number_of_shards": settings.search_shards,
                "number_of_replicas": 0,
                "refresh_interval": "-1",
                "max_result_window": 2 * DEEPEST,
            }
        },
        "mappings": {"dynamic": False, "_source": {"includes": list(STORED)}, "_meta": meta(settings, release), "properties": properties()},
    }


def meta(settings: Settings, release: str, **more: Any) -> dict[str, Any]:
    """What an index says of itself."""
    about = {"release": release, "site": settings.site, "complete": False, "shards": settings.search_shards}
    return {_META: {"layout": LAYOUT, "analysis": ANALYSIS, **about, **more}}


def properties() -> dict[str, Any]:
    """The fields of schema.py as engines declare them: words are split at spaces alone, for entry.py made them."""
    keyword: dict[str, Any] = {"type": "keyword"}
    text: dict[str, Any] = {"type": "text", "analyzer": "whitespace"}
    found: dict[str, Any] = {name: {"type": "object", "enabled": False} for name in STORED}
    found |= {name: {**keyword, "doc_values": False} for name in KEYS}
    found |= dict.fromkeys(FACET_FIELDS.values(), keyword)
    found |= {name: {**keyword, "index": False} for name in TEXT_ORDERS}
    found |= {name: {**text, "similarity": f"of_{name}", "position_increment_gap": 1} for name in TOKENS}
    found |= {name: {**text, "similarity": f"of_{name}", "index_options": "freqs"} for name in BAGS}
    found |= {name: {"type": "long"} for name in INTEGERS}
    found |= {name: {"type": "double"} for name in (*REALS, "tie")}
    return found


def create(asked: Cluster, settings: Settings, release: str) -> str:
    """An empty index for a release, where one of that name was left by a publication that was cut instead of it."""
    name = _free_name(asked, settings, release)
    asked.ask("PUT", path(name), body(settings, release, _similarity(asked, settings)), seconds=_SLOW)
    return name


def _similarity(asked: Cluster, settings: Settings) -> str:
    """The BM25 that is as the embedded engine's: with the factor k1 + 1, which OpenSearch leaves out since its version 3."""
    if settings.search_engine == "elasticsearch":
        return "BM25"
    version = str(asked.ask("GET", "/").get("version", {}).get("number", ""))
    return "LegacyBM25" if version.partition(".")[0].isdecimal() and int(version.partition(".")[0]) >= 3 else "BM25"


def _free_name(asked: Cluster, settings: Settings, release: str) -> str:
    """The name of a new index, free: what a publication that was cut left there goes. Raises StoreError for what is somebody else's."""
    name = index_name(settings, release)
    try:
        mappings = asked.ask("GET", path(name, "_mapping"))
    except Refused as error:
        if error.status == 404:
            return name
        raise
    if _about(mappings).get(name, {}).get("site") != settings.site or name in _serving(asked, settings):
        raise StoreError(f"the search cluster has an index {name!r} that is in use: set another search_prefix, or delete the index")
    delete(asked, [name])
    return name


def can_clone(asked: Cluster, before: str) -> bool:
    """Whether there is such an index, complete and of this program's layout."""
    about = about_index(asked, before)
    return bool(about.get("complete")) and (about["layout"], about["analysis"]) == (LAYOUT, ANALYSIS)


def clone(asked: Cluster, settings: Settings, before: str, release: str) -> tuple[str, dict[str, float]]:
    """The index of a release as that of the one before, which it shares its files with, and its boosts."""
    about = about_index(asked, before)
    name = _free_name(asked, settings, release)
    kept = {"index.number_of_replicas": 0, "index.refresh_interval": "-1", "index.blocks.write": None}
    asked.ask("POST", path(before, "_clone", name), {"settings": kept}, parameters={"timeout": "5m"}, seconds=_SLOW)
    asked.ask("GET", path("_cluster", "health", name), parameters={"wait_for_status": "yellow", "timeout": "5m"}, seconds=_SLOW)
    asked.ask("PUT", path(name, "_mapping"), {"_meta": meta(settings, release, shards=about["shards"])})
    return name, about["boosts"]


def tune(asked: Cluster, name: str, shares: Mapping[str, float]) -> dict[str, float]:
    """Makes BM25 reckon with the mean lengths that the embedded engine has, whose mean is over notices without a word in a field too.

    ``shares`` are field -> how many times that the mean here is. Lucene has no such mean to set; but k1 (1 - b + b l/m) is what counts of a
    length l, so that other k1 and b say the same of another m. They also move the factor k1 + 1: what is returned brings it back.
    """
    if not shares:
        return {}
    wanted = {field: (K1 * (1 - B), K1 * B * share) for field, share in shares.items()}
    similarity = {f"of_{field}": {"k1": fixed + length, "b": length / (fixed + length)} for field, (fixed, length) in wanted.items()}
    asked.ask("POST", path(name, "_flush"), seconds=_SLOW)
    asked.ask("POST", path(name, "_close"), seconds=_SLOW)  # only a closed index lets its similarities be set
    asked.ask("PUT", path(name, "_settings"), {"index": {"similarity": similarity}}, seconds=_SLOW)
    asked.ask("POST", path(name, "_open"), seconds=_SLOW)
    asked.ask("GET", path("_cluster", "health", name), parameters={"wait_for_status": "yellow", "timeout": "5m"}, seconds=_SLOW)
    return {field: (K1 + 1) / (fixed + length + 1) for field, (fixed, length) in wanted.items()}


def complete(asked: Cluster, settings: Settings, name: str, release: str, boosts: Mapping[str, float], *, cloned: bool) -> int:
    """Makes an index ready to be searched, and never changed again; returns how many notices it has."""
    asked.ask("POST", path(name, "_refresh"), seconds=_SLOW)
    merge = {"only_expunge_deletes": "true"} if cloned else {"max_num_segments": "8"}
    try:
        asked.ask("POST", path(name, "_forcemerge"), parameters=merge, seconds=_SLOW)
    except Refused as error:
        if error.status:
            raise  # without an answer in time it goes on merging by itself
    asked.ask("POST", path(name, "_refresh"), seconds=_SLOW)
    count = int(asked.ask("GET", path(name, "_count"))["count"])
    shards = about_index(asked, name)["shards"]
    about = meta(settings, release, complete=True, notices=count, boosts=dict(boosts), shards=shards)
    asked.ask("PUT", path(name, "_mapping"), {"_meta": about})
    asked.ask("PUT", path(name, "_settings"), {"index": {"blocks.write": True, "number_of_replicas": settings.search_replicas}})
    return count


def about_index(asked: Cluster, name: str) -> dict[str, Any]:
    """What an index says of itself, {} where there is none of that name. Raises SearchUnavailable."""
    try:
        return _about(asked.ask("GET", path(name, "_mapping"), parameters={"filter_path": "*.mappings._meta"})).get(name, {})
    except Refused as error:
        if error.status == 404:
            return {}
        raise


def serve(settings: Settings, name: str) -> None:
    """Points the alias, which other programs may ask, at an index, in one step. The pages ask the index of their release by its name."""
    asked = cluster(settings)
    others = [index for index in _serving(asked, settings) if index != name]
    actions: list[dict[str, Any]] = [{"remove": {"index": index, "alias": settings.search_prefix}} for index in others]
    actions.append({"add": {"index": name, "alias": settings.search_prefix}})
    asked.ask("POST", path("_aliases"), {"actions": actions})


def _serving(asked: Cluster, settings: Settings) -> list[str]:
    """The indices that the alias names."""
    try:
        return list(asked.ask("GET", path("_alias", settings.search_prefix)))
    except Refused as error:
        if error.status == 404:
            return []
        raise


def prune(settings: Settings, releases: Collection[str]) -> list[str]:
    """Removes the indices of this site's releases that are not among ``releases``, and nobody else's; returns their names."""
    asked = cluster(settings)
    known = _about(asked.ask("GET", path(f"{settings.search_prefix}-*", "_mapping"), parameters={"filter_path": "*.mappings._meta"}))
    ours = {name: about for name, about in known.items() if about.get("site") == settings.site and about.get("release")}
    doomed = sorted(n for n, about in ours.items() if about["release"] not in releases and n == index_name(settings, about["release"]))
    delete(asked, doomed)
    return doomed


def delete(asked: Cluster, names: Iterable[str]) -> None:
    """Removes indices; one that is not there is no fault."""
    for name in names:
        try:
            asked.ask("DELETE", path(name), seconds=_SLOW)
        except Refused as error:
            if error.status != 404:
                raise


def check(asked: Cluster, name: str) -> dict[str, Any]:
    """What an index says of itself where it can be searched by this program. Raises SearchUnavailable."""
    about = about_index(asked, name)
    if not about.get("complete"):
        raise SearchUnavailable(f"the search cluster has no complete index {name!r}")
    if (about["layout"], about["analysis"]) != (LAYOUT, ANALYSIS):
        raise SearchUnavailable(f"search index {name!r} was made by another version of this program: load all files anew")
    return about


def path(*parts: str) -> str:
    """The path of an address."""
    return "/" + "/".join(quote(part, safe="*,") for part in parts)


def _about(mappings: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        name: found["mappings"]["_meta"].get(_META, {}) for name, found in mappings.items() if "_meta" in (found or {}).get("mappings", {})
    }
