"""/releases: those that are kept, as page, JSON or Atom feed; /release/<name>: one of them, with the files that it brought."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from pop_ld import dump as dumps
from pop_ld import iris, store
from pop_ld.errors import NotFound
from pop_ld.formats import BY_SUFFIX, BY_TYPE, FORMATS, atom, dataset_jsonld, releases
from pop_ld.formats.rdf import rdf
from pop_ld.validation import SEVERITIES
from pop_ld.web.datasets import counted, either
from pop_ld.web.downloads import served
from pop_ld.web.negotiation import accept, choose, language
from pop_ld.web.quality import measured
from pop_ld.web.respond import cached, html
from pop_ld.web.state import serving, site_of

_KEYS = ("name", "created", "notices", "triples", "bases", "changes")


def index(request: Request) -> Response:
    """GET /releases[.atom|.json]: newest first, those of which only the dump is left among them. Raises NotFound, NotAcceptable."""
    now = serving(request)
    data = Path(site_of(request).settings.data)
    offers = {"html": "text/html", "json": "application/json", "atom": atom.MEDIA_TYPE}
    suffix = request.path_params.get("suffix", "")
    if suffix and suffix not in offers:
        raise NotFound("the list of releases has no such format")
    media_type = offers[suffix] if suffix else choose(accept(request), list(offers.values()))
    lang = language(request) if media_type != "application/json" else ""
    lines = _lines(data, now.release.name)
    state = " ".join([now.release.name, *(f"{line['name']}:{line['kept']}" for line in lines)])

    def make() -> bytes:
        if media_type == "text/html":
            return html(request, "releases.html", lang, listed=lines, canonical=f"{now.site}/releases", size=size_text)
        if media_type == atom.MEDIA_TYPE:
            return atom.feed(now.site, lines, lang)
        return _json({"current": now.release.name, "releases": [_for_programs(now.site, line) for line in lines]})

    feed = f'</releases.atom>; rel="alternate"; type="{atom.MEDIA_TYPE}"'
    made = cached(request, make, media_type, state, lang=lang, headers={"Link": feed})
    request.scope["state"]["keep"] = False  # releases come and go without another one serving
    return made


def one(request: Request) -> Response:
    """GET /release/<name>[.suffix]: a release that is kept, or of which the dump is. Raises NotFound, NotAcceptable."""
    now = serving(request)
    data, name = Path(site_of(request).settings.data), request.path_params["name"]
    known = {line["name"]: line for line in _lines(data, now.release.name)}
    stem, _, suffix = name.rpartition(".")
    if name not in known and stem in known and suffix in BY_SUFFIX:
        name, format = stem, BY_SUFFIX[suffix]
    else:
        format = BY_TYPE[choose(accept(request), [f.media_type for f in FORMATS])]
    if name not in known:
        raise NotFound("no such release is kept")
    line = known[name]
    manifest = {**line["manifest"], "name": name, "dump": line["files"]}

    def represent() -> bytes:
        if format.name == "json":
            return _json(_for_programs(now.site, line))
        return rdf(format, releases.release(now.site, manifest))

    def page(lang: str) -> bytes:
        found = {release.name: release for release in store.releases(data)}.get(name)
        context: dict[str, Any] = {"line": line, "formats": FORMATS, "size": size_text, "severities": SEVERITIES}
        context["quality"] = measured(found.path) if found else {}
        context["counts"] = counted(found) if found else None
        context["later"] = next((one["name"] for one in known.values() if one["previous"] == name), "")
        data_of = dataset_jsonld.release(now.site, manifest, lang) if line["kept"] else None
        return html(request, "release.html", lang, canonical=iris.release(now.site, name), data=data_of, **context)

    made = either(request, format, f"{now.release.name} {line['kept']} {known.keys()}", represent, page, f"/release/{name}")
    request.scope["state"]["keep"] = False
    return made


def dump(request: Request) -> Response:
    """GET /release/<name>/dump/<file>: a file that the release's list names, whole or in ranges (RFC 9110 §14). Raises NotFound."""
    data = Path(site_of(request).settings.data)
    name, wanted = request.path_params["name"], request.path_params["file"]
    about = next((about for about in _dumps(data) if about["release"] == name), None)
    file = next((file for file in about["files"] if file["name"] == wanted), None) if about else None
    path = data / "dumps" / name / wanted
    if file is None:
        raise NotFound("no such file is kept")
    kind = "application/gzip" if wanted.endswith(".gz") else "application/json"
    return served(request, path, file["sha256"], kind, f"/release/{name}", "public, max-age=31536000, immutable")


def _dumps(data: Path) -> Sequence[dict[str, Any]]:
    folder = data / "dumps"
    return _read_dumps(data, folder.stat().st_mtime_ns) if folder.is_dir() else ()


@lru_cache(maxsize=2)
def _read_dumps(data: Path, _changed: int) -> Sequence[dict[str, Any]]:
    """A dump comes by a rename into the folder and never changes there."""
    return dumps.kept(data)


def _lines(data: Path, current: str) -> list[dict[str, Any]]:
    """Every release that is kept whole or as a dump, newest first; ``kept`` says whether its store is."""
    found = {
        about["release"]: {
            **dict.fromkeys(_KEYS),
            "name": about["release"],
            "created": about["created"],
            "previous": about["previous"],
            "files": about["files"],
            "manifest": {"created": about["created"]},
            "kept": False,
            "current": False,
        }
        for about in _dumps(data)
    }
    for release in store.releases(data):
        manifest = release.manifest
        line = {key: manifest.get(key) for key in _KEYS}
        former = manifest.get("previous", {}).get("name", "")
        files = found[release.name]["files"] if release.name in found else []
        about = {"name": release.name, "previous": former, "files": files, "manifest": manifest}
        found[release.name] = {**line, **about, "kept": True, "current": release.name == current}
    return sorted(found.values(), key=lambda line: (line["created"] or "", line["name"]), reverse=True)


def _for_programs(site: str, line: Mapping[str, Any]) -> dict[str, Any]:
    files = [{**file, "url": iris.dump(site, line["name"], file["name"])} for file in line["files"]]
    return {"iri": iris.release(site, line["name"]), **{k: line[k] for k in (*_KEYS, "previous", "current", "kept")}, "files": files}


def _json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode("utf-8")


@lru_cache(maxsize=1000)
def size_text(octets: int, lang: str) -> str:
    """1234567 -> ``1,2 Mo``, in English ``1.2 MB``."""
    value, unit = float(octets), 0
    while value >= 1000 and unit < 4:
        value, unit = value / 1000, unit + 1
    shown = f"{value:.0f}" if unit == 0 or value >= 100 else f"{value:.1f}"
    units = ("octets", "ko", "Mo", "Go", "To") if lang == "fr" else ("bytes", "kB", "MB", "GB", "TB")
    return f"{shown.replace('.', ',') if lang == 'fr' else shown}\u00a0{units[unit]}"
