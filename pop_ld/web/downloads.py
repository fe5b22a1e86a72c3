"""/dataset/<base>/dump/<file>: the files of a whole base, by name or the newest of a format; and how any file that is kept is served."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from pop_ld import downloads, iris
from pop_ld.bases import load_bases
from pop_ld.errors import NotFound
from pop_ld.formats.download_files import BY_NAME, LATEST, SHARED, SUMS, WHOLE, by_suffix
from pop_ld.web.respond import matches
from pop_ld.web.state import serving, site_of

DAY = "public, max-age=86400"
_NO_FILE = "no such file is kept"


def file(request: Request) -> Response:
    """GET /dataset/<base>/dump/<file>: whole or in ranges; ``latest.nt.gz`` leads to the newest, ``SHA256SUMS`` is of the newest release.

    Raises NotFound.
    """
    now, data = serving(request), Path(site_of(request).settings.data)
    base, wanted = request.path_params["base"], request.path_params["file"]
    if base not in (*load_bases(), WHOLE, SHARED):
        raise NotFound(_NO_FILE)
    if wanted.startswith(f"{LATEST}.") or wanted == SUMS:
        return _latest(data, now.release.name, base, wanted)
    found = next(((each, file) for each in downloads.kept(data) if (file := each.file(wanted)) and file.base == base), None)
    if found is None:
        raise NotFound(_NO_FILE)
    listing, told = found
    here = "/dataset" if base in (WHOLE, SHARED) else f"/dataset/{base}"
    path = data / downloads.FOLDER / listing.release / told.name
    return served(request, path, told.sha256, BY_NAME[told.format].packed, here, DAY)


def _latest(data: Path, release: str, base: str, wanted: str) -> Response:
    listing, form = downloads.newest(data, release), by_suffix(wanted.removeprefix(f"{LATEST}."))
    if listing and wanted == SUMS:
        text = (data / downloads.FOLDER / listing.release / SUMS).read_bytes()
        return Response(text, media_type="text/plain", headers={"Cache-Control": "no-cache"})
    found = listing.find(base, form.name) if listing and form else None
    if found is None:
        raise NotFound(_NO_FILE)
    return Response(status_code=302, headers={"Location": iris.download("", base, found.name), "Cache-Control": "no-cache"})


def served(request: Request, path: Path, sha256: str, media_type: str, described: str, caching: str) -> Response:
    """A file that a list names, whole or in ranges (RFC 9110 §14), its checksum as its strong ETag. Raises NotFound where it is gone."""
    if not path.is_file():
        raise NotFound(_NO_FILE)
    tag = f'"{sha256}"'
    headers = {"ETag": tag, "Cache-Control": caching, "Link": f'<{described}>; rel="describedby"'}
    if matches(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    return FileResponse(path, headers=headers, media_type=media_type, filename=path.name, stat_result=path.stat())
