"""/validate: each way to send and to answer, hostile uploads, and nothing kept."""

from __future__ import annotations

import gzip
import io
import json
import socket
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import rdflib

from tests.web.conftest import NAUGHTY, Running, serve

WRONG = "REF;TICO;DENO;PROT;DPRO;INSEE;DPT\nPA09900001;Moulin des Aubes;moulin;inscrit MH;1905-99-99 : inscrit MH;999;21\n"
TURTLE = """@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix wgs: <http://www.w3.org/2003/01/geo/wgs84_pos#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<https://data.pop.culture.gouv.fr/doc/merimee/PA09900001> foaf:primaryTopic <https://data.pop.culture.gouv.fr/id/merimee/PA09900001> .
<https://data.pop.culture.gouv.fr/id/merimee/PA09900001> wgs:lat "10.5"^^xsd:decimal ; wgs:long "20.5"^^xsd:decimal .
"""


def send(running: Running, content: bytes | str, accept: str = "application/json", kind: str = "text/csv", **query: str) -> httpx.Response:
    """A body that is the file itself."""
    headers = {"Accept": accept, "Content-Type": kind}
    body = content.encode() if isinstance(content, str) else content
    return running.client.post(running.root + "/validate", params={"base": "merimee", **query}, content=body, headers=headers, timeout=60)


def codes(answer: httpx.Response) -> set[str]:
    return {result["code"] for result in answer.json()["results"]}


@pytest.fixture(autouse=True)
def nothing_is_kept() -> Iterator[None]:
    """Whatever was sent and whatever became of it, no file of it stays."""
    before = set(Path(tempfile.gettempdir()).glob("pop-ld-check-*"))
    yield
    deadline = time.monotonic() + 5
    while (left := set(Path(tempfile.gettempdir()).glob("pop-ld-check-*")) - before) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not left


# Sent and answered


def test_the_form(running: Running) -> None:
    page = running.get("/validate")
    assert page.status_code == 200
    assert 'enctype="multipart/form-data"' in page.text
    assert running.get("/validate?lang=en").text.count("Validate notices") >= 1


def test_a_file_in_each_format(running: Running) -> None:
    answer = send(running, WRONG)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    (protection,) = [r for r in answer.json()["results"] if r["field"] == "DPRO"]
    assert protection["line"] == 2
    assert protection["ref"] == "PA09900001"
    assert protection["value"] == "1905-99-99 : inscrit MH"
    assert "AAAA/MM/JJ" in protection["message"]
    assert "YYYY/MM/DD" in next(r for r in send(running, WRONG, lang="en").json()["results"] if r["field"] == "DPRO")["message"]
    assert send(running, WRONG, "text/csv").text.splitlines()[0].startswith("file,line,base,ref,field")
    graph = rdflib.Graph().parse(data=send(running, WRONG, "text/turtle").text, format="turtle")
    assert len(list(graph.objects(None, rdflib.SH.result))) == len(answer.json()["results"])
    assert send(running, WRONG, "application/sarif+json").json()["version"] == "2.1.0"
    assert send(running, WRONG, "image/png").status_code == 406
    assert send(running, WRONG, format="rtf").status_code == 400


def test_a_form_with_a_file_and_with_a_text(running: Running) -> None:
    address, accept = running.root + "/validate", {"Accept": "text/html"}
    by_file = running.client.post(address, files={"file": ("moulins.csv", WRONG)}, data={"base": "merimee"}, headers=accept, timeout=60)
    assert by_file.status_code == 200
    assert "Notice PA09900001, champ DPRO" in by_file.text
    assert "<mark>1905-99-99 : inscrit MH</mark>" in by_file.text
    assert "moulins.csv:2" in by_file.text
    pasted = running.client.post(address, data={"text": WRONG, "format": "json"}, headers=accept, timeout=60)
    assert codes(pasted) == codes(send(running, WRONG))
    nothing = running.client.post(address, data={"text": ""}, headers=accept)
    assert nothing.status_code == 400
    assert 'role="alert"' in nothing.text


def test_right_notices_break_no_rule_of_a_graph(running: Running) -> None:
    answer = send(running, TURTLE.replace("10.5", "48.2").replace("20.5", "3.3"), kind="text/turtle")
    assert {r["code"] for r in answer.json()["results"]} <= {"STR-ID-01", "STR-NOM-01", "STR-TYPE-01", "STR-BASE-01", "STR-DROITS-01"}
    found = [r for r in send(running, TURTLE, kind="text/turtle").json()["results"] if r["code"] == "GRA-POINT-01"]
    assert [(r["base"], r["ref"]) for r in found] == [("merimee", "PA09900001")]


def test_shapes_of_ones_own(running: Running) -> None:
    own = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix champ: <https://data.pop.culture.gouv.fr/def/champ#> .
    <urn:own:titre> a sh:NodeShape ; sh:targetClass champ:Notice ;
      sh:property [ sh:path champ:TICO ; sh:pattern "^Forge" ; sh:message "Une forge."@fr ] ."""
    files = {"file": ("a.csv", WRONG), "shapes": ("own.ttl", own)}
    answer = running.client.post(running.root + "/validate", files=files, data={"base": "merimee", "format": "json"}, timeout=60)
    (found,) = [r for r in answer.json()["results"] if r["field"] == "TICO"]
    assert found["message"] == "Une forge."
    assert found["value"] == "Moulin des Aubes"


def test_what_is_written_is_escaped(running: Running) -> None:
    content = "REF;TICO;DPRO\n" + f'PA09900001;Moulin;"{NAUGHTY.replace(chr(34), chr(34) * 2)}"\n'
    page = send(running, content, "text/html", name=NAUGHTY + ".csv").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page


# Hostile


@pytest.fixture(scope="module")
def limited(running: Running) -> Iterator[Running]:
    """The same data behind tighter limits."""
    settings = replace(running.settings, check_size=200_000, check_deadline=6.0, check_memory=700, check_workers=1, check_queue=1)
    server, thread, root = serve(settings)
    with httpx.Client(timeout=60) as client:
        yield Running(root, running.data, settings, client)
    server.should_exit = True
    thread.join(10)


def test_too_large_is_413_however_it_is_sent(limited: Running) -> None:
    big = "REF;TICO\n" + "PA09900001;Moulin\n" * 20_000
    assert send(limited, big).status_code == 413
    form = limited.client.post(limited.root + "/validate", files={"file": ("a.csv", big)}, headers={"Accept": "application/json"})
    assert form.status_code == 413
    huge = limited.client.post(limited.root + "/validate", data={"text": big * 5}, headers={"Accept": "application/json"})
    assert huge.status_code in (400, 413)


def test_a_kind_that_is_none_is_415(running: Running) -> None:
    assert send(running, b"\x89PNG", kind="image/png").status_code == 415


def bomb(size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file, file.open("notices.csv", "w", force_zip64=True) as member:
        member.write(b"REF;TICO\n")
        for _ in range(size >> 20):
            member.write(b"a" * (1 << 20))
    return out.getvalue()


HOSTILE = {
    "xml bomb": (b'<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><r>&b;</r>', "application/octet-stream"),
    "rdf with a doctype": (b'<!DOCTYPE rdf:RDF [<!ENTITY x SYSTEM "file:///etc/passwd">]><rdf:RDF>&x;</rdf:RDF>', "text/turtle"),
    "remote context": (b'{"@context": "http://127.0.0.1:9/context", "@id": "urn:a", "urn:b": "c"}', "application/ld+json"),
    "zip bomb": (bomb(150 << 20), "application/zip"),
    "gzip of nothing": (gzip.compress(b""), "application/gzip"),
    "broken gzip": (gzip.compress(b"REF;TICO\n" * 1000)[:60], "application/gzip"),
    "nul bytes": (b"\x00" * 5000, "text/csv"),
    "wrong encoding": ("REF;TICO\nPA09900001;Moulin\n".encode("utf-16"), "text/csv"),
    "deep json": (b"[" * 100_000, "application/json"),
    "deep objects": (b'[{"REF": ' + b'{"a":' * 50_000, "application/json"),
    "deep turtle": (b"<urn:a> <urn:b> " + b"(" * 60_000, "text/turtle"),
    "no notice": (b"hello", "text/plain"),
    "empty": (b"", "text/csv"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_or_reported_in_time(limited: Running, name: str) -> None:
    content, kind = HOSTILE[name]
    start = time.monotonic()
    answer = send(limited, content, kind=kind)
    assert time.monotonic() - start < 10
    assert answer.status_code in (200, 413, 422, 504), answer.text
    if answer.status_code == 200:
        assert not answer.json()["conforms"] or answer.json()["notices"] == 0
    else:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"]
        assert "/tmp/" not in answer.json()["detail"]


def test_millions_of_columns_end_in_time(running: Running) -> None:
    header = ";".join(["REF", *("c" for _ in range(5_000_000))])
    start = time.monotonic()
    answer = send(running, f"{header}\nPA09900001;x\n")
    assert time.monotonic() - start < 60
    assert answer.status_code in (200, 422, 504)


def test_a_shape_that_recurses_is_refused(running: Running) -> None:
    own = """@prefix sh: <http://www.w3.org/ns/shacl#> .
    <urn:own:a> a sh:NodeShape ; sh:targetNode <urn:x> ; sh:node <urn:own:b> . <urn:own:b> a sh:NodeShape ; sh:not <urn:own:a> ."""
    files = {"file": ("a.csv", WRONG), "shapes": ("own.ttl", own)}
    accept = {"Accept": "application/json"}
    answer = running.client.post(running.root + "/validate", files=files, data={"base": "merimee"}, headers=accept, timeout=60)
    assert answer.status_code == 422
    assert "urn:own:" in answer.json()["detail"]


def test_no_connection_leaves(running: Running) -> None:
    """Neither a context, nor a SERVICE in a shape, nor an import reaches an address that the client chose."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(0.5)
        there = f"http://127.0.0.1:{listening.getsockname()[1]}/x"
        send(running, json.dumps({"@context": there, "@id": "urn:a", "urn:b": "c"}), kind="application/ld+json")
        own = f"""@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
        <urn:own> a owl:Ontology ; owl:imports <{there}> .
        <urn:own:a> a sh:NodeShape ; sh:targetSubjectsOf <https://data.pop.culture.gouv.fr/def/champ#REF> ;
          sh:sparql [ sh:select "SELECT $this WHERE {{ $this ?p ?o . SERVICE <{there}> {{ ?a ?b ?c }} }}" ] ."""
        files = {"file": ("a.csv", WRONG), "shapes": ("own.ttl", own)}
        running.client.post(running.root + "/validate", files=files, data={"base": "merimee"}, timeout=60)
        with pytest.raises(TimeoutError):
            listening.accept()


def test_too_many_at_once_are_told_to_wait(limited: Running) -> None:
    slow = "REF;TICO;HIST\n" + "".join(f"PA{n:08d};Moulin;{'x' * 20}\n" for n in range(4_000))
    answers: list[int] = []

    def ask() -> None:
        with httpx.Client(timeout=60) as client:
            headers = {"Accept": "application/json", "Content-Type": "text/csv"}
            answer = client.post(limited.root + "/validate", params={"base": "merimee"}, content=slow.encode(), headers=headers)
            answers.append(answer.status_code)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(answers) <= {200, 503, 504}
    assert answers.count(503) >= 1
    assert answers.count(200) >= 1


def test_a_check_past_its_deadline_is_504_and_the_next_goes_on(running: Running) -> None:
    settings = replace(running.settings, check_deadline=1.5, check_workers=1)
    server, thread, root = serve(settings)
    slow = "REF;TICO;HIST\n" + "".join(f"PA{n:08d};Moulin;{'x' * 20}\n" for n in range(60_000))
    with httpx.Client(timeout=60) as client:
        hurried = Running(root, running.data, settings, client)
        start = time.monotonic()
        answer = send(hurried, slow)
        assert time.monotonic() - start < 6
        assert answer.status_code == 504
        assert "1.5" in answer.json()["detail"]
    server.should_exit = True
    thread.join(10)
