"""/following of a real site: to whom it is open, what it gives, and that no address leads out of what it lists."""

import hashlib
import http.client
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from pop_ld import store
from pop_ld.config import Settings
from pop_ld.errors import UsageError
from pop_ld.following import keeping
from pop_ld.following.listing import Lists
from pop_ld.following.parts import SNAPSHOTS
from tests.web.conftest import Running, serve

from .conftest import copied
from .test_following import files


@pytest.fixture(scope="module")
def served(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = copied(published, tmp_path_factory.mktemp("served") / "data")
    name = store.current_name(data)
    (data / "secret").write_text("secret")
    (data / "snapshots" / name / "astray").symlink_to(data / "secret")
    (data / "snapshots" / name / "aside").symlink_to(data / "writer")
    (data / "snapshots" / name / "store" / "LOCK").write_text("")
    settings = replace(Settings(), data=str(data))
    server, thread, root = serve(settings)
    with httpx.Client(timeout=60) as client:
        yield Running(root, data, settings, client)
    server.should_exit = True
    thread.join()


def raw(served: Running, path: str, **headers: str) -> tuple[int, bytes]:
    """The answer to an address as it is written, which httpx would tidy."""
    connection = http.client.HTTPConnection(urlsplit(served.root).netloc, timeout=30)
    connection.putrequest("GET", path, skip_host=False)
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_a_site_is_followed(served: Running, tmp_path: Path) -> None:
    keeping.follow(tmp_path / "data", served.root, quiet=True)
    mine, theirs = (files(data, "snapshots", "dumps") for data in (tmp_path / "data", served.data))
    links = {path for path in theirs if path.endswith(("/astray", "/LOCK")) or "/aside" in path}
    assert links and mine == {path: content for path, content in theirs.items() if path not in links}


def test_files_are_given_in_ranges_under_their_checksums(served: Running, tmp_path: Path) -> None:
    keeping.follow(tmp_path / "data", served.root, quiet=True)  # its files are listed from now on
    name = store.current_name(served.data)
    [told] = [f for f in served.get(f"/following/snapshots/{name}").json()["files"] if f["path"] == "manifest.json"]
    content = (served.data / "snapshots" / name / "manifest.json").read_bytes()
    assert (told["bytes"], told["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    whole = served.get(f"/following/snapshots/{name}/manifest.json")
    assert whole.content == content and whole.headers["etag"] == f'"{told["sha256"]}"' and "immutable" in whole.headers["cache-control"]
    part = served.get(f"/following/snapshots/{name}/manifest.json", **{"Range": "bytes=10-", "If-Range": whole.headers["etag"]})
    assert (part.status_code, part.content) == (206, content[10:])
    assert part.headers["content-range"] == f"bytes 10-{len(content) - 1}/{len(content)}"


@pytest.mark.parametrize(
    "path",
    [
        "snapshots/{name}/astray",
        "snapshots/{name}/aside/CURRENT",
        "snapshots/{name}/store/LOCK",
        "snapshots/{name}/../../secret",
        "snapshots/{name}/%2e%2e/%2e%2e/secret",
        "snapshots/{name}/..%2f..%2fsecret",
        "snapshots/{name}/..%252f..%252fsecret",
        "snapshots/{name}/store/../manifest.json",
        "snapshots/{name}//manifest.json",
        "snapshots/{name}/%2fetc%2fpasswd",
        "snapshots/{name}/..%5c..%5csecret",
        "snapshots/{name}/manifest.json%00",
        "snapshots/{name}/manifest.json/",
        "snapshots/{name}/",
        "snapshots/..%2f{name}/manifest.json",
        "snapshots/.{name}.tmp/manifest.json",
        "snapshots/..",
        "writer/all",
        "writer/all/CURRENT",
        "thesauri/all/../../secret",
        "feed/state.sqlite3",
        "../secret",
    ],
)
def test_no_address_leads_out_of_the_lists(served: Running, path: str) -> None:
    status, body = raw(served, "/following/" + path.format(name=store.current_name(served.data)))
    assert status == 404 and b"secret" not in body


def test_only_the_networks_of_the_setting_may_follow(served: Running) -> None:
    assert raw(served, "/following")[0] == 200
    for headers in ({"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=127.0.0.1"}, {"Via": "1.1 proxy"}):
        assert raw(served, "/following", **headers)[0] == 404, "what a proxy passes on may come from anywhere"
    server, thread, root = serve(replace(served.settings, followers="192.0.2.0/24"))
    assert {httpx.get(f"{root}{path}").status_code for path in ("/following", "/following/thesauri/all", "/following/a/b/c")} == {404}
    server.should_exit = True
    thread.join()
    with pytest.raises(UsageError, match="followers wants networks"):
        from pop_ld.config import checked

        checked(replace(Settings(), followers="everywhere"))


def test_files_are_read_once_for_all_releases_that_share_them(source: Path) -> None:
    lists = Lists(source)
    old, new = (release.name for release in store.releases(source))
    assert lists.get(SNAPSHOTS, old) is None, "they are being read"
    while lists.get(SNAPSHOTS, old) is None:
        assert lists._work
        lists._work.join()
    again = Lists(source)
    assert again.get(SNAPSHOTS, old) == lists.get(SNAPSHOTS, old), "another process finds them"
    made = again.get(SNAPSHOTS, old)
    shared = [p for p in (source / "snapshots" / new / "store").glob("*.sst") if (source / "snapshots" / old / "store" / p.name).exists()]
    assert made and shared and again._checksums
    assert all(again._checksums.known(path) == made[f"store/{path.name}"].sha256 for path in shared)
