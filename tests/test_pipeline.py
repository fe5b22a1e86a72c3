"""The whole street on the made-up samples: convert, publish, replace, remove, crash."""

import gzip
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyoxigraph
import pytest

from pop_ld import dump as dumps_of
from pop_ld import iris, pipeline, search, store
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.errors import NotFound, ReadError, StoreError
from pop_ld.notices import Notice
from pop_ld.packed import reading
from pop_ld.report import read_report
from pop_ld.search.question import Criterion, Group, Question
from tests import dumps
from tests.test_expected import sample_notices

SETTINGS = Settings()
SITE = SETTINGS.site
SAMPLES = [sample for base in load_bases().values() for sample in base.samples]
SECRET = "SECRET-RETENU"


def load(files: list[Path], data: Path) -> store.Release:
    return pipeline.load(files, data, SETTINGS, quiet=True)[1]


def digest(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}


def one(tmp_path: Path, name: str = "un.jsonl", **fields: object) -> Path:
    file = tmp_path / name
    file.write_text(json.dumps({"REF": "MNR09991", "TITR": "Essai", **fields}) + "\n", encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dump")
    pipeline.convert(SAMPLES, out, SETTINGS, jobs=1, quiet=True)
    return out


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    load(SAMPLES, folder)
    return folder


# Convert


def test_same_input_same_bytes_whatever_the_processes(dump: Path, tmp_path: Path) -> None:
    pipeline.convert(SAMPLES, tmp_path, SETTINGS, jobs=2, quiet=True)
    assert digest(tmp_path) == digest(dump)


def test_nothing_is_lost(dump: Path) -> None:
    counts = read_report(dump)["notices"]
    assert counts["read"] == counts["converted"] + counts["merged"] + counts["rejected"]
    assert counts["converted"] >= 6 * len(load_bases())
    assert set(counts["by_base"]) == set(load_bases())


def test_the_report_counts_the_triples_of_the_dump(dump: Path) -> None:
    assert read_report(dump)["triples"]["total"] == len(dumps.lines(dump))
    for content in dumps.texts(dump).values():
        assert len(list(pyoxigraph.parse(content, format=pyoxigraph.RdfFormat.N_TRIPLES))) == content.count("\n")


def test_withheld_values_never_leave(dump: Path) -> None:
    assert any(SECRET in sample.read_text(encoding="utf-8", errors="replace") for sample in SAMPLES), "the samples plant some"
    for file in dump.iterdir():
        with reading(file) as content:
            assert SECRET.encode() not in content.read(), file.name


def test_parts_are_reached_from_their_notice(dump: Path) -> None:
    triples = list(dumps.triples(dump))
    subjects = {q.subject.value for q in triples}
    targets = {(q.subject.value.split("#")[0], q.object.value) for q in triples if isinstance(q.object, pyoxigraph.NamedNode)}
    parts = {s for s in subjects if s.startswith(f"{SITE}/id/") and "#" in s}
    assert parts
    assert {p for p in parts if (p.split("#")[0], p) not in targets} == set(), "never reached, so never removed"
    linked = {o for s, o in targets if o.startswith(f"{s}#")}
    assert linked - subjects == set(), "linked and empty"


def test_samples_are_linked_across_bases(dump: Path) -> None:
    triples = list(dumps.triples(dump))
    notices = {
        q.subject.value for q in triples if q.predicate.value == iris.DCTERMS + "identifier" and f"{SITE}/id/lieu/" not in q.subject.value
    }
    base_of = {n: n.removeprefix(f"{SITE}/id/").split("/")[0] for n in notices}
    pairs = {
        (base_of[s], base_of[o])
        for q in triples
        if isinstance(q.object, pyoxigraph.NamedNode)
        and (s := q.subject.value.split("#")[0]) in base_of
        and (o := q.object.value) in base_of
        and s != o
    }
    assert {("palissy", "merimee"), ("merimee", "palissy"), ("memoire", "merimee"), ("joconde", "museo"), ("mnr", "mnr")} <= pairs
    assert ("enluminures", "enluminures") in pairs and ("memoire", "autor") in pairs


def test_check_crm_finds_no_problem(dump: Path, shared: Path, tmp_path: Path) -> None:
    for name, content in dumps.texts(dump).items():
        (tmp_path / name.removesuffix(".gz")).write_text(content, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, shared / "model" / "check_crm.py", *tmp_path.glob("*.nt")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def test_the_site_moves_with_its_setting(tmp_path: Path) -> None:
    pipeline.convert([one(tmp_path)], tmp_path / "out", Settings(site="https://example.org/pop"), base="mnr", quiet=True)
    text = "\n".join(dumps.lines(tmp_path / "out"))
    assert "<https://example.org/pop/id/mnr/MNR09991>" in text
    assert SITE + "/id/" not in text and iris.ONTOLOGY in text


def test_the_later_file_wins_field_by_field_and_the_report_says_so(tmp_path: Path) -> None:
    first = one(tmp_path, "a.jsonl", DESC="avant", HIST="gardé")
    second = one(tmp_path, "b.jsonl", DESC="après")
    report = pipeline.convert([first, second], tmp_path / "out", SETTINGS, base="mnr", quiet=True)
    text = dumps.texts(tmp_path / "out")["mnr-000.nt.gz"]
    assert '"après"@fr' in text and '"gardé"@fr' in text and '"avant"@fr' not in text
    (merge,) = report.examples[("merged-ref", "mnr", "REF")]
    assert merge.detail == f"{first}:1 (DESC)" and merge.file == str(second)
    assert (report.read, report.converted.total(), report.merged) == (2, 1, 1)


def test_a_file_that_cannot_be_read_stops_no_other(tmp_path: Path) -> None:
    broken = tmp_path / "rien.json"
    broken.write_bytes(b"\x00\x01\x02")
    report = pipeline.convert([one(tmp_path), broken], tmp_path / "out", SETTINGS, base="mnr", quiet=True)
    assert report.converted == {"mnr": 1}


def test_no_readable_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReadError):
        pipeline.convert([tmp_path / "absent.csv"], tmp_path / "out", SETTINGS, quiet=True)


# Publish


def test_a_release_says_what_it_holds(data: Path) -> None:
    release = store.current(data)
    reader = store.open_reader(release)
    assert set(release.manifest["bases"]) == set(load_bases())
    for example in release.manifest["examples"]:
        assert reader.describe(example["iri"])
    assert search.open_search(release.path / "search").search("").total == release.manifest["notices"]
    assert (release.path / "void.ttl").is_file()
    kept = data / "dumps" / release.name
    assert {f.name for f in kept.iterdir()} >= {"report.json", "problems.jsonl", "removed.json", "mnr-000.nt.gz"}


def test_a_second_load_replaces_whole_notices_and_keeps_the_rest(data: Path, tmp_path: Path) -> None:
    before = store.current(data)
    load([one(tmp_path, DESC="première description", HIST="première histoire")], data)
    release = load([one(tmp_path, DESC="seconde description")], data)
    assert release.manifest["notices"] == before.manifest["notices"] + 1
    assert release.manifest["replaced"] == 1
    texts = {
        t.object.value
        for t in store.open_reader(release).describe(iris.notice(SITE, "mnr", "MNR09991"))
        if isinstance(t.object, pyoxigraph.Literal)
    }
    assert "seconde description" in texts
    assert not {"première description", "première histoire"} & texts, "the notice is replaced whole"
    assert search.open_search(release.path / "search").search("seconde description").total == 1
    assert search.open_search(release.path / "search").search("première description").total == 0


def test_a_removed_notice_leaves_a_tombstone_until_it_comes_back(data: Path, tmp_path: Path) -> None:
    load([one(tmp_path)], data)
    release = pipeline.remove("mnr", ["MNR09991"], data, SETTINGS, quiet=True)
    thing = iris.notice(SITE, "mnr", "MNR09991")
    reader = store.open_reader(release)
    assert reader.objects(iris.document(SITE, "mnr", "MNR09991"), iris.PROV + "invalidatedAtTime")
    assert not reader.objects(thing, iris.DCTERMS + "identifier")
    assert not search.open_search(release.path / "search").search("MNR09991").total
    release = load([one(tmp_path)], data)
    reader = store.open_reader(release)
    assert not reader.objects(iris.document(SITE, "mnr", "MNR09991"), iris.PROV + "invalidatedAtTime")
    assert reader.objects(thing, iris.DCTERMS + "identifier")


def test_the_only_notice_comes_back_after_its_removal(tmp_path: Path) -> None:
    data = tmp_path / "data"
    load([one(tmp_path)], data)
    assert pipeline.remove("mnr", ["MNR09991"], data, SETTINGS, quiet=True).manifest["notices"] == 0
    reader = store.open_reader(load([one(tmp_path)], data))
    assert not reader.objects(iris.document(SITE, "mnr", "MNR09991"), iris.PROV + "invalidatedAtTime")


def test_removing_what_is_not_there_changes_nothing(data: Path) -> None:
    before = store.current_name(data)
    with pytest.raises(NotFound, match="ABSENT"):
        pipeline.remove("mnr", ["ABSENT"], data, SETTINGS, quiet=True)
    assert store.current_name(data) == before


def test_after_a_roll_back_the_next_load_starts_from_what_serves(data: Path, tmp_path: Path) -> None:
    load([one(tmp_path, DESC="à oublier")], data)
    older = store.roll_back(data)
    release = load([one(tmp_path, REF="MNR09992")], data)
    assert release.manifest["notices"] == older.manifest["notices"] + 1
    assert not search.open_search(release.path / "search").search("à oublier").total


def test_an_unfinished_dump_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="report"):
        pipeline.publish(tmp_path, tmp_path / "data", SETTINGS, quiet=True)


def counted(release: store.Release, facet: str) -> dict[str, int]:
    return dict(search.open_search(release.path / "search").find(Question(), facets=(facet,)).facets[facet].values)


def test_the_index_follows_every_change_of_the_notices(tmp_path: Path) -> None:
    """Counts, facets, criteria and quality are those of the notices that the release holds, whatever came before."""
    data = tmp_path / "data"
    first = load([one(tmp_path, TITR="Vue", DOMN="peinture"), one(tmp_path, "deux.jsonl", REF="MNR09992", DOMN="dessin")], data)
    assert counted(first, "domain") == {"Dessin": 1, "Peinture": 1}
    assert sum(counted(first, "quality").values()) == 2
    second = load([one(tmp_path, TITR="Portrait", DOMN="Dessin")], data)
    assert counted(second, "domain") == {"Dessin": 2}
    index = search.open_search(second.path / "search")
    titled = [Question(criteria=Group("and", (Criterion("TITR", "equals", text),))) for text in ("vue", "portrait")]
    assert [index.find(question).total for question in titled] == [0, 1]
    assert index.find(Question(criteria=Group("and", (Criterion("REF", "begins", "MNR0999"),)))).total == 2
    third = pipeline.remove("mnr", ["MNR09991"], data, SETTINGS, quiet=True)
    assert counted(third, "domain") == {"Dessin": 1}
    assert counted(third, "base") == {slug: count for slug, count in third.manifest["bases"].items() if count} == {"mnr": 1}
    assert counted(first, "domain") == {"Dessin": 1, "Peinture": 1}, "a release never changes"


@pytest.mark.parametrize("version", ["analysis", "layout"])
def test_nothing_is_written_upon_a_release_whose_index_another_program_made(tmp_path: Path, version: str) -> None:
    data = tmp_path / "data"
    release = load([one(tmp_path)], data)
    marked = release.path / "search" / "pop_ld.json"
    marked.write_text(json.dumps({**json.loads(marked.read_text(encoding="utf-8")), version: 0}), encoding="utf-8")
    files = {path: path.stat().st_mtime_ns for path in data.rglob("*") if path.is_file() and "staging" not in path.parts}
    for change in (
        lambda: load([one(tmp_path, REF="MNR09993")], data),
        lambda: pipeline.remove("mnr", ["MNR09991"], data, SETTINGS, quiet=True),
    ):
        with pytest.raises(StoreError, match="by loading all files"):
            change()
    now = {path: path.stat().st_mtime_ns for path in data.rglob("*") if path.is_file() and "staging" not in path.parts}
    kept = {path: time_ for path, time_ in now.items() if path.name not in ("lock", "LOG", "LOCK") and "writer" not in path.parts}
    assert kept == {path: files[path] for path in kept}
    assert store.current_name(data) == release.name
    with store.Writer(data, SITE) as writer:
        assert writer.existing([iris.notice(SITE, "mnr", "MNR09991"), iris.notice(SITE, "mnr", "MNR09993")]) == {
            iris.notice(SITE, "mnr", "MNR09991")
        }


# Crashes


def notices_served(data: Path) -> int:
    release = store.current(data)
    reader = store.open_reader(release)
    found = sum(reader.count(iris.DCTERMS + "isPartOf", iris.dataset(SITE, slug)) for slug in load_bases())
    assert found == release.manifest["notices"] == search.open_search(release.path / "search").search("").total
    return found


@pytest.mark.parametrize(
    "moment", ["staging/.work", "writer.json", "dumps/.*.tmp", "snapshots/.*.tmp", "snapshots/.*.tmp/search", "snapshots/.*.tmp/void.ttl"]
)
@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGINT])
def test_a_load_killed_at_any_moment_leaves_the_former_release(tmp_path: Path, moment: str, sign: signal.Signals) -> None:
    data = tmp_path / "data"
    load([one(tmp_path)], data)
    before = notices_served(data)
    many = tmp_path / "beaucoup.jsonl"
    many.write_text(
        "".join(json.dumps({"REF": f"MNR{n:05d}", "TITR": f"Œuvre {n}", "AUTR": f"PEINTRE {n % 99}"}) + "\n" for n in range(1000)), "utf-8"
    )
    touched = (data / "writer.json").stat().st_mtime_ns
    process = subprocess.Popen(
        [sys.executable, "-m", "pop_ld", "load", many, "--data", data, "--base", "mnr", "--quiet"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while process.poll() is None and not (
        list(data.glob(moment)) and (moment != "writer.json" or (data / moment).stat().st_mtime_ns != touched)
    ):
        time.sleep(0.001)
    process.send_signal(sign)
    process.wait(30)
    assert notices_served(data) in (before, before + 1000)
    assert load([many], data).manifest["notices"] == before + 1000
    assert notices_served(data) == before + 1000
    leftovers = [p for folder in ("snapshots", "dumps") for p in (data / folder).glob(".*")]
    assert leftovers == []


def test_two_writers_do_not_meet(tmp_path: Path) -> None:
    with store.Writer(tmp_path, SITE):
        done = subprocess.run(
            [sys.executable, "-m", "pop_ld", "load", one(tmp_path), "--base", "mnr", "--data", tmp_path, "--quiet"],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert "another process writes" in done.stderr


def test_the_real_files_load_whole(tmp_path: Path, shared: Path) -> None:
    """Every real file in one command: in = out + merged + rejected, by base and in the store."""
    folder = shared / "data"
    groups = ("merimee/*", "palissy/*.jsonl", "joconde/*", "memoire/*", "museo/*", "mnr/*", "api/*")
    files = [f for pattern in groups for f in sorted(folder.glob(pattern))]
    report, release = pipeline.load(files, tmp_path, SETTINGS, quiet=True)
    assert report.read == 44_480 + 285 + 62 + 3 + 1_500 + 3_269 + 694 + 3_018 + 1_225 + 10 + 5
    assert report.read == report.converted.total() + report.merged + report.rejected
    assert report.rejected == 0
    assert not any("error" in source for source in report.sources)
    assert release.manifest["notices"] == report.converted.total() == notices_served(tmp_path)
    assert (tmp_path / "dumps" / release.name / "report.json").stat().st_size


def test_notices_are_plain_values() -> None:
    assert Notice("mnr", "A", {}).withheld == ()


# What the engine is given without a proof

HOSTILE = [
    'a b<c>"{}|\\^`%zz[#é',
    "http://x.org/%zz[#a#b {é}",
    "http://a@@b.fr:x/",
    "<script>",
    "\u202e\x00\x0b ",
    "1850 ; vers 1900 (?)",
    "MNR 1 ; joconde/é #%.jpg",
    "://",
]


@pytest.mark.parametrize("slug", load_bases())
def test_no_text_in_any_field_makes_an_iri_that_is_none(slug: str, tmp_path: Path) -> None:
    """The bulk loader takes the IRIs of our own dumps as they stand: here the engine proves each."""
    base = load_bases()[slug]
    ref = next(sample_notices(slug)).ref
    texts = [*HOSTILE, " ; ".join(HOSTILE)]
    rows = [{**dict.fromkeys(base.fields, text), "REF": f"{ref[:-2]}{number:02}"} for number, text in enumerate(texts)]
    file = tmp_path / "hostile.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    report = pipeline.convert([file], tmp_path / "out", SETTINGS, base=slug, quiet=True, jobs=1)
    assert report.converted.total() == len(rows)
    assert len(list(dumps.triples(tmp_path / "out"))) > 20 * len(rows)


def test_a_dump_with_a_file_more_or_less_is_another(dump: Path, tmp_path: Path) -> None:
    shutil.copytree(dump, tmp_path / "less")
    (tmp_path / "less" / "joconde-000.nt.gz").unlink()
    assert not dumps_of.untouched(tmp_path / "less")


def test_followers_are_told_of_files_as_they_are(dump: Path, tmp_path: Path) -> None:
    """Triples made by hand, and a file that was changed since its report was written."""
    made = tmp_path / "made"
    shutil.copytree(dump, made)
    (made / "more.nt").write_bytes(b'<urn:a> <urn:b> "c" .\n')
    changed = made / "links.nt.gz"
    changed.write_bytes(gzip.compress(gzip.decompress(changed.read_bytes()) + b'<urn:a> <urn:b> "d" .\n'))
    release = pipeline.publish(made, tmp_path / "data", SETTINGS, quiet=True)
    listed = {file["name"]: file["sha256"] for file in release.manifest["dump"]}
    for file in (made / "more.nt", changed):
        assert listed[file.name] == hashlib.sha256(file.read_bytes()).hexdigest()


def test_a_file_name_that_is_no_utf8_is_told_all_the_same(tmp_path: Path) -> None:
    """A zip made on an old system leaves such names: its problems are to be read in every report."""
    file = tmp_path / os.fsdecode(b"mus\xe9e.jsonl")
    try:
        file.write_text('{"REF": "00160000001", "TITR": "a"}\n{"TITR": "b"}\n', encoding="utf-8")
    except OSError:
        pytest.skip("this file system takes only names in UTF-8")
    report = pipeline.convert([file], tmp_path / "out", SETTINGS, base="joconde", quiet=True, jobs=1)
    assert report.converted["joconde"] == 1
    problems = [json.loads(line) for line in (tmp_path / "out" / "problems.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {problem["file"] for problem in problems if problem["line"] == 2} == {str(tmp_path / "mus\ufffde.jsonl")}


def test_a_dump_that_was_changed_is_proved_at_its_load(dump: Path, tmp_path: Path) -> None:
    """Triples that our converter did not write: made by hand, or changed since."""
    assert dumps_of.untouched(dump)
    for name in ("joconde-000.nt.gz", "more.nt"):
        changed = tmp_path / name
        shutil.copytree(dump, changed)
        file = changed / name
        before = gzip.decompress(file.read_bytes()) if file.exists() else b""
        after = before + b'<no iri> <http://example.org/p> "x" .\n'
        file.write_bytes(gzip.compress(after) if name.endswith("gz") else after)
        assert not dumps_of.untouched(changed)
        with pytest.raises(StoreError, match="Invalid IRI") as caught:
            pipeline.publish(changed, tmp_path / "data", SETTINGS, quiet=True)
        assert (caught.value.file, caught.value.line) == (str(file), after.count(b"\n"))
