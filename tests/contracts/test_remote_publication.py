"""A release brought into other people's stores: the same triples, changed with it, gone on with after a cut, and told when it fails."""

from __future__ import annotations

import gzip
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn
from misbehaving import Behaviour, misbehaving, says, sends
from pyoxigraph import DefaultGraph, NamedNode, RdfFormat, Store, Triple, parse
from remote_stores import running_fuseki, running_oxigraph

from pop_ld import cli, iris, pipeline, remote, store
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.errors import Busy, StoreError, StoreUnavailable
from pop_ld.store import canonical, difference, sparql_changes, sparql_publisher, sparql_sending
from pop_ld.store.changes import FILE
from pop_ld.store.folders import exclusive
from pop_ld.store.sparql_publisher import RemoteStore
from pop_ld.web.server import server_config

SITE = iris.DEFAULT_SITE
QUALITY = iris.quality_graph(SITE)
CHANGED = iris.notice(SITE, "mnr", "inventé-3")


@dataclass(frozen=True)
class Releases:
    """A data folder with two releases: the second changes a notice, adds one and takes one away."""

    data: Path
    names: tuple[str, str]

    def at(self, number: int) -> Path:
        """The folder, serving that release."""
        current = self.data / "current"
        current.unlink()
        current.symlink_to(Path("snapshots") / self.names[number])
        return self.data


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Releases:
    data = tmp_path_factory.mktemp("published")
    settings = Settings(data=str(data), feed=False)
    pipeline.load([f for base in ("mnr", "museo") for f in load_bases()[base].samples], data, settings, quiet=True)
    first = store.current(data)
    refs = [iris.unkey(e.rpartition("/")[2]) for e in sorted(things(first)) if "/id/mnr/" in e]
    changed = data / "changed.csv"
    changed.write_text(f"REF;TITR;DESC\n{refs[0]};Autre titre;\nMNR-neuf;Neuf;https://x.example/a/../b \\u0041 «é»\n", encoding="utf-8")
    pipeline.load([changed], data, settings, base="mnr", quiet=True)
    second = pipeline.remove("mnr", [refs[1]], data, settings, quiet=True)
    return Releases(data, (first.name, second.name))


@pytest.fixture
def releases(made: Releases, tmp_path: Path) -> Releases:
    """A copy that serves the first."""
    shutil.copytree(made.data, tmp_path / "data", symlinks=True, copy_function=os.link)
    copy = Releases(tmp_path / "data", made.names)
    copy.at(0)
    return copy


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, str]]:
    with running_oxigraph(empty=True) as url:
        yield {"oxigraph": url.removesuffix("/query")}


@pytest.fixture(scope="module")
def fuseki_server() -> Iterator[str]:
    with running_fuseki(empty=True) as url:
        yield url.removesuffix("/sparql")


@pytest.fixture(params=["oxigraph", "fuseki"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The service of a store that holds nothing."""
    found = request.getfixturevalue("fuseki_server") if request.param == "fuseki" else request.getfixturevalue("servers")["oxigraph"]
    update(found, "DROP ALL")
    yield found


@pytest.fixture
def oxigraph_url(servers: dict[str, str]) -> str:
    update(servers["oxigraph"], "DROP ALL")
    return servers["oxigraph"]


def update(url: str, text: str) -> None:
    assert httpx.post(f"{url}/update", data={"update": text}, trust_env=False).is_success


def asked(url: str) -> bool:
    """Whether the default graph holds anything."""
    answer = httpx.post(f"{url}/query", data={"query": "ASK { ?s ?p ?o }"}, headers={"Accept": "text/csv"}, trust_env=False)
    return answer.text.strip() == "true"


def things(release: store.Release) -> set[str]:
    quads = Store.read_only(str(release.path / "store")).quads_for_pattern(None, NamedNode(f"{iris.DCTERMS}identifier"), None, None)
    return {quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode) and "/id/" in quad.subject.value}


def here(release: store.Release) -> dict[str, set[str]]:
    """Graph -> its triples."""
    found: dict[str, set[str]] = {"": set()}
    for quad in Store.read_only(str(release.path / "store")):
        name = "" if isinstance(quad.graph_name, DefaultGraph) else str(quad.graph_name.value)
        found.setdefault(name, set()).add(str(quad.triple))
    return found


def there(url: str) -> dict[str, set[str]]:
    found = {}
    asked = httpx.post(f"{url}/sparql", data={"query": "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"}, headers={"Accept": "text/csv"})
    for graph in ["", *asked.text.split()[1:]]:
        pattern = f"GRAPH <{graph}> {{ ?s ?p ?o }}" if graph else "?s ?p ?o"
        query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {pattern} }}"
        answer = httpx.post(f"{url}/sparql", data={"query": query}, headers={"Accept": "application/n-triples"}, trust_env=False)
        found[graph] = {str(quad.triple) for quad in parse(answer.content, RdfFormat.N_TRIPLES)}
    return found


@contextmanager
def served(settings: Settings) -> Iterator[httpx.Client]:
    """The site, by a real server; gives a client of it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        server = uvicorn.Server(server_config(settings))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [free]}, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        with httpx.Client(base_url=f"http://127.0.0.1:{free.getsockname()[1]}", timeout=30, trust_env=False) as client:
            yield client
        server.should_exit = True
        thread.join(10)


def test_a_release_comes_whole_and_the_next_one_changes_it(url: str, releases: Releases) -> None:
    done = remote.bring(url, releases.data, Settings(), quiet=True)
    assert done.added == store.current(releases.data).manifest["triples"]
    assert there(url) == here(store.current(releases.data))
    assert (done := remote.bring(done.query, releases.data, Settings(), quiet=True)).added == done.removed == 0
    former = here(store.current(releases.data))[""]
    now = here(store.current(releases.at(1)))
    done = remote.bring(url, releases.data, Settings(), quiet=True)
    assert (done.added, done.removed) == (len(now[""] - former), len(former - now[""]))
    assert there(url) == now
    releases.at(0)  # rolled back: nothing noted leads from the second to the first
    remote.bring(url, releases.data, Settings(), quiet=True)
    assert there(url) == here(store.current(releases.data))


def test_a_cut_load_is_gone_on_with(oxigraph_url: str, releases: Releases, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    add_files = RemoteStore.add_files

    def cut(self: RemoteStore, paths: list[Path], advance: Callable[[int], None]) -> None:
        if len(sent) == 2:
            raise KeyboardInterrupt
        sent.extend(path.name for path in paths)
        add_files(self, paths, advance)

    monkeypatch.setattr(RemoteStore, "add_files", cut)
    with pytest.raises(KeyboardInterrupt):
        remote.bring(oxigraph_url, releases.data, Settings(), quiet=True)
    release = store.current(releases.data)
    with pytest.raises(StoreUnavailable, match="no release"):
        store.open_reader(release, Settings(store_url=f"{oxigraph_url}/sparql"))

    def go_on(self: RemoteStore, paths: list[Path], advance: Callable[[int], None]) -> None:
        sent.extend(path.name for path in paths)
        add_files(self, paths, advance)

    monkeypatch.setattr(RemoteStore, "add_files", go_on)
    releases.at(1)  # and meanwhile another release was published
    remote.bring(oxigraph_url, releases.data, Settings(), quiet=True)
    assert len(sent) == len(set(sent)) > 2, "what was there was not sent again"
    assert there(oxigraph_url) == here(store.current(releases.data))


def test_many_changes_go_in_several_requests_and_are_gone_on_with(
    oxigraph_url: str, releases: Releases, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote.bring(oxigraph_url, releases.data, Settings(), quiet=True)
    now = store.current(releases.at(1))
    monkeypatch.setattr(remote, "PIECE", 4_000)
    monkeypatch.setattr(remote, "UPDATE", 4_000)
    update_there, calls = RemoteStore.update, []

    def cut(self: RemoteStore, parts: list[bytes]) -> None:
        calls.append(len(parts))
        if len(calls) == 4:
            raise KeyboardInterrupt
        update_there(self, parts)

    monkeypatch.setattr(RemoteStore, "update", cut)
    with pytest.raises(KeyboardInterrupt):
        remote.bring(oxigraph_url, releases.data, Settings(), quiet=True)
    monkeypatch.setattr(RemoteStore, "update", update_there)
    assert QUALITY not in there(oxigraph_url), "it names no release between two"
    remote.bring(oxigraph_url, releases.data, Settings(), quiet=True)
    assert there(oxigraph_url) == here(now)


def test_from_the_store_where_the_dump_is_not_all(oxigraph_url: str, releases: Releases, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "PIECE", 100_000)
    release = store.current(releases.at(1))
    remote.bring(oxigraph_url, releases.data, Settings(), quiet=True)
    assert there(oxigraph_url) == here(release)
    assert [path.name for path in (releases.data / "remote").iterdir()] == ["lock"], "it leaves nothing"
    with exclusive(releases.data / "remote"), pytest.raises(Busy):
        remote.bring(oxigraph_url, releases.data, Settings(), quiet=True)


def test_killed_at_any_moment(oxigraph_url: str, releases: Releases) -> None:
    command = [sys.executable, "-m", "pop_ld", "publish", "--to", oxigraph_url, "--data", str(releases.data)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    while process.poll() is None and not asked(oxigraph_url):
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert there(oxigraph_url) == here(store.current(releases.data))


def test_a_store_that_holds_other_things_is_left_alone(oxigraph_url: str, releases: Releases) -> None:
    update(oxigraph_url, "INSERT DATA { <a:a> <a:b> <a:c> }")
    with pytest.raises(StoreError, match="--anew"):
        remote.bring(oxigraph_url, releases.data, Settings(), quiet=True)
    assert there(oxigraph_url) == {"": {"<a:a> <a:b> <a:c>"}}
    remote.bring(oxigraph_url, releases.data, Settings(), anew=True, quiet=True)
    assert there(oxigraph_url) == here(store.current(releases.data))


def test_an_object_that_an_update_cannot_name(url: str) -> None:
    """RFC 3986 §5.2.4: the IRIs of a query are resolved, those of N-Triples are not."""
    dots = Triple(NamedNode("a:s"), NamedNode("a:p"), NamedNode("http://x.example/a/../b"))
    other = Triple(NamedNode("a:s"), NamedNode("a:p"), NamedNode("http://x.example/b"))
    assert sparql_changes.exact(other) and not sparql_changes.exact(dots)
    with RemoteStore(url, Settings()) as held:
        held.add("", f"{dots} .\n{other} .\n".encode())
        assert there(url)[""] == {str(dots), str(other)}
        held.update([sparql_changes.deletion(dots)])
    assert there(url)[""] == {str(other)}


def test_packed_where_the_store_understands_it(url: str, releases: Releases, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sparql_publisher, "_local", lambda url: False)
    with RemoteStore(url, Settings()) as there_is:
        there_is.mark(sparql_publisher.Loading("r0", source="files"))
        assert there_is._packs
    update(url, "DROP ALL")
    remote.bring(url, releases.data, Settings(), quiet=True)
    assert there(url) == here(store.current(releases.data))


def test_numbers_are_sent_as_the_release_has_them(tmp_path: Path) -> None:
    """Blocks end anywhere; the engine is the judge."""
    numbers = ["2.10", "3.0", "10.0", "100", "-0.0", "0.50", "47.8290", "1.01", "-2.50", "20", "1." + "5" * 40 + "0"]
    lines = [f'<a:{n}> <a:v> "{number}"^^<{iris.XSD}decimal> .\n' for n, number in enumerate(numbers * 3_000)]
    lines.append(f'<a:text> <a:v> "2.10" .\n<a:text> <a:v> "3.0"^^<{iris.XSD}string> .\n')
    text = "".join(lines).encode()
    kept = Store()
    kept.load(text, RdfFormat.N_TRIPLES)
    sent = b"".join(canonical.blocks(io.BytesIO(text)))
    assert {str(quad.triple) for quad in parse(sent, RdfFormat.N_TRIPLES)} == {str(quad.triple) for quad in kept}


def test_a_release_that_is_no_longer_kept_is_no_ground_for_changes(oxigraph_url: str, releases: Releases) -> None:
    remote.bring(oxigraph_url, releases.data, Settings(), quiet=True)
    releases.at(1)
    shutil.rmtree(releases.data / "snapshots" / releases.names[0])
    with pytest.raises(StoreError, match="no longer keeps"):
        remote.bring(oxigraph_url, releases.data, Settings(), quiet=True)


@pytest.mark.parametrize(
    "damage", ["DELETE { ?s ?p ?o } WHERE { { SELECT * { ?s ?p ?o } LIMIT 1 } }", f"DROP GRAPH <{iris.void_graph(SITE)}>"]
)
def test_a_store_that_is_not_as_the_release_names_it_no_longer(
    oxigraph_url: str, releases: Releases, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    remote.bring(oxigraph_url, releases.data, Settings(), quiet=True)
    update(oxigraph_url, damage)
    assert cli.main(["publish", "--to", oxigraph_url, "--data", str(releases.data), "--quiet"]) == 1
    assert "expected" in capsys.readouterr().err
    assert QUALITY not in there(oxigraph_url)


FAULTS: list[tuple[Behaviour, str]] = [
    (says("401 Unauthorized", b"no", "text/plain"), "store_password"),
    (says("500 No", b"disk full", "text/plain"), "no SPARQL service"),
    (says("503 No", b"", "text/plain"), "busy"),
    (says("302 Found", b"", "text/plain", "Location: http://127.0.0.1:9/"), "not followed"),
    (says("200 OK", b"<html>", "text/html"), "no SPARQL service"),
    (sends(b""), "does not answer"),
    (sends(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"), "does not answer"),
]


@pytest.mark.parametrize(("behave", "words"), FAULTS)
def test_each_fault_is_told(
    behave: Behaviour, words: str, releases: Releases, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sparql_sending, "WAIT", 0.0)
    monkeypatch.setenv("POP_LD_STORE_USER", "pop")
    monkeypatch.setenv("POP_LD_STORE_PASSWORD", "s3cret")
    with misbehaving(behave) as server:
        assert cli.main(["publish", "--to", server.url, "--data", str(releases.data), "--quiet"]) == 1
    told = capsys.readouterr()
    assert words in told.err and "s3cret" not in told.err + told.out


def test_nobody_there_and_no_address(releases: Releases, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["publish", "--to", "http://127.0.0.1:9", "--data", str(releases.data)]) == 1
    for address in ("x", "ftp://x", "http://pop:s3cret@x/"):
        assert cli.main(["publish", "--to", address, "--data", str(releases.data)]) == 2
    assert cli.main(["publish", "--data", str(releases.data)]) == 2
    assert "s3cret" not in capsys.readouterr().err


def test_a_store_that_fails_in_the_middle_is_told_and_gone_on_with(
    oxigraph_url: str, releases: Releases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file holds no N-Triples, so the store refuses it."""
    kept = releases.data / "dumps" / releases.names[0]
    file = max(kept.glob("mnr-0*.nt.gz"))
    content = file.read_bytes()
    file.unlink()
    file.write_bytes(gzip.compress(b"no triple\n").ljust(len(content), b"\0"))  # gzip may be followed by zeros
    with pytest.raises(StoreError, match="failed at POST"):
        remote.bring(oxigraph_url, releases.data, Settings(), quiet=True)
    assert QUALITY not in there(oxigraph_url)
    file.write_bytes(content)
    remote.bring(oxigraph_url, releases.data, Settings(), quiet=True)
    assert there(oxigraph_url) == here(store.current(releases.data))


def test_the_site_on_it_says_the_same_and_503_once_it_is_gone(releases: Releases) -> None:
    release = store.current(releases.data)
    some = [*sorted(things(release))[::7], iris.dataset(SITE, "mnr")]
    paths = [iris.path_of(SITE, iri) for iri in some]
    settings = Settings(data=str(releases.data))
    with running_oxigraph(empty=True) as url:
        done = remote.bring(url, releases.data, Settings(), quiet=True)
        with (
            served(settings) as embedded,
            served(Settings(data=str(releases.data), store_url=done.query)) as far,
        ):
            for path in paths:
                for accept in ("application/ld+json", "text/html"):
                    ours, theirs = (site.get(f"/doc/{path}", headers={"Accept": accept}) for site in (embedded, far))
                    assert ours.status_code == theirs.status_code
                    if accept.endswith("json"):
                        assert json.loads(theirs.content) == json.loads(ours.content)
            query = {"query": f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{QUALITY}> {{ ?s ?p ?o }} }}"}
            assert far.get("/sparql", params=query).json()["results"] == embedded.get("/sparql", params=query).json()["results"]
            releases.at(1)
            assert far.get(f"/doc/{paths[0]}").headers.get("content-type"), "the former release still serves"
    with served(Settings(data=str(releases.data), store_url=done.query)) as gone:
        assert gone.get(f"/doc/{paths[0]}").status_code == 503
        assert gone.get("/sparql", params={"query": "ASK {}"}).status_code == 503


def test_changes_that_were_noted_are_those_that_a_look_at_everything_finds(releases: Releases) -> None:
    kept = store.releases(releases.data)
    before, now = kept[0], kept[-1]
    noted = set(difference.between(before, now, kept))
    assert all((release.path / FILE).is_file() for release in kept[1:])
    assert noted == set(difference.between(before, now, [before])) and len(noted) > 20
    assert {added for added, _ in noted} == {True, False}


def test_the_site_does_not_start_over_another_release(oxigraph_url: str, releases: Releases, capsys: pytest.CaptureFixture[str]) -> None:
    remote.bring(oxigraph_url, releases.data, Settings(), quiet=True)
    releases.at(1)
    assert cli.main(["serve", "--store", oxigraph_url, "--data", str(releases.data)]) == 1
    assert f"release/{releases.names[0]}, and the data folder" in capsys.readouterr().err


def test_the_query_address_of_a_service(oxigraph_url: str) -> None:
    assert remote.query_address(oxigraph_url, Settings()) == f"{oxigraph_url}/sparql"
    assert remote.query_address("http://nowhere.example/query", Settings()) == "http://nowhere.example/query"


def test_files_in_a_few_groups(tmp_path: Path) -> None:
    files = [tmp_path / f"{n}.nt" for n in range(9)]
    for n, file in enumerate(files):
        file.write_bytes(b"x" * (1 + n))
    for most in (1, 2, 4, 100):
        groups = remote._groups(files, most)
        assert [file for group in groups for file in group] == files and len(groups) <= most
    assert max(sum(file.stat().st_size for file in group) for group in remote._groups(files, 4)) < 21
    assert remote._groups(files, 0) == [[file] for file in files] and remote._groups([], 4) == []


def test_pieces_are_bounded_and_whole(releases: Releases) -> None:
    release, found = store.current(releases.data), []
    difference.pieces(release, "", 50_000, lambda piece, count: found.append((piece, count)))
    assert len(found) > 3 and all(piece.count(b"\n") == count and len(piece) < 100_000 for piece, count in found)
    assert {str(quad.triple) for quad in parse(b"".join(piece for piece, _ in found), RdfFormat.N_TRIPLES)} == here(release)[""]
