"""Agents of all bases and the notices of Autor: one rule, the same in a dump and in a store, whatever the order of loads."""

import itertools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyoxigraph
import pytest

from pop_ld import agents, iris, pipeline, store
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.namesakes import Life, candidates
from pop_ld.relations import AGENT_NOTICE, NAME_KEY, NOTICE_AGENT
from tests import dumps

SETTINGS = Settings()
SITE = SETTINGS.site
Row = Mapping[str, Sequence[str] | str]


def life(births: str = "", deaths: str = "") -> Life:
    return Life(frozenset(births.split()), frozenset(deaths.split()))


@pytest.mark.parametrize(
    ("agent", "notices", "chosen"),
    [
        (life(), {}, []),
        (life(), {"a": life()}, ["a"]),
        (life(), {"a": life("1861", "1932")}, ["a"]),
        (life("1861"), {"a": life("", "1932")}, ["a"]),
        (life("1861"), {"a": life("1861", "1932")}, ["a"]),
        (life("1862"), {"a": life("1861", "1932")}, []),
        (life("1861", "1933"), {"a": life("1861", "1932")}, []),
        (life("1861 1900"), {"a": life()}, []),
        (life(), {"a": life(), "b": life()}, ["a", "b"]),
        (life("1861"), {"a": life("1861"), "b": life("1900")}, ["a"]),
        (life("1861"), {"a": life("1861"), "b": life()}, ["a"]),
        (life("1861"), {"a": life("1861"), "b": life("1861")}, ["a", "b"]),
        (life("1861"), {"a": life(), "b": life("1900")}, []),
        (life("1861"), {"a": life("1900"), "b": life("1901")}, []),
    ],
)
def test_which_notice_an_agent_may_be(agent: Life, notices: dict[str, Life], chosen: list[str]) -> None:
    assert candidates(agent, notices) == chosen


PHOTO: Row = {"BASE": "memoire", "REF": "MH09999991", "AUTP": ["Sauvageot, Lucien"]}
DATED: Row = {"BASE": "memoire", "REF": "MH09999992", "AUTP": ["Sauvageot, Lucien Marie (1861-1932)"]}
ELDER: Row = {"BASE": "autor", "REF": "OR00999991", "NOM": "SAUVAGEOT", "PREN": "Lucien", "DNAISS": "1861"}
YOUNGER: Row = {"BASE": "autor", "REF": "OR00999992", "NOM": "Sauvageot", "PREN": "Lucien", "DNAISS": "1900"}
SURNAME: Row = {"BASE": "autor", "REF": "OR00999993", "NOM": "Sauvageot"}
LONG: Row = {"BASE": "autor", "REF": "OR00999994", "NOM": "Sauvageot", "PREN": "Lucien Marie", "DNAISS": "1861", "DMORT": "1932"}


def source(rows: Sequence[Row], path: Path) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def agent(key: str) -> str:
    return f"{SITE}/id/agent/memoire/{key}"


def links(path: Path) -> set[tuple[str, str]]:
    """(agent, REF of the Autor notice) of each link, which must be there in both directions."""
    content = pyoxigraph.Store.read_only(str(path)) if path.is_dir() else pyoxigraph.Store()
    if path.is_file():
        content.load(dumps.text(path), format=pyoxigraph.RdfFormat.N_TRIPLES)
    found = {(q.subject.value, q.object.value) for q in content.quads_for_pattern(None, pyoxigraph.NamedNode(AGENT_NOTICE), None)}
    back = {(q.object.value, q.subject.value) for q in content.quads_for_pattern(None, pyoxigraph.NamedNode(NOTICE_AGENT), None)}
    assert found == back
    return {(one, other.rsplit("/", 1)[1]) for one, other in found}


def test_a_dump_links_agents_and_counts_what_it_cannot_choose(tmp_path: Path) -> None:
    file = source([PHOTO, DATED, ELDER, YOUNGER, SURNAME, LONG], tmp_path / "a.jsonl")
    report = pipeline.convert([file], tmp_path / "out", SETTINGS, jobs=1, quiet=True)
    assert links(tmp_path / "out" / "agents.nt.gz") == {(agent("Sauvageot%2C_Lucien_Marie"), "OR00999994")}
    (problem,) = report.examples["ambiguous-agent", "memoire", ""]
    assert (problem.value, problem.detail) == ("Sauvageot, Lucien", "OR00999991, OR00999992")
    assert agents.names_in(tmp_path / "out") == {"sauvageot_lucien", "sauvageot_lucien_marie"}
    assert f"OR00999993> <{NAME_KEY}>" not in dumps.text(tmp_path / "out" / "agents.nt.gz"), "a surname says too little"


@pytest.mark.parametrize("order", list(itertools.permutations(([PHOTO], [ELDER, LONG], [DATED, YOUNGER]))))
def test_any_order_of_loads_and_removals(tmp_path: Path, order: Sequence[Sequence[Row]]) -> None:
    data = tmp_path / "data"
    for rows in order:
        release = pipeline.load([source(rows, tmp_path / "a.jsonl")], data, SETTINGS, quiet=True)[1]
    long = (agent("Sauvageot%2C_Lucien_Marie"), "OR00999994")
    assert links(release.path / "store") == {long}
    release = pipeline.remove("autor", ["OR00999992"], data, SETTINGS, quiet=True)
    assert links(release.path / "store") == {long, (agent("Sauvageot%2C_Lucien"), "OR00999991")}
    renamed = source([{**ELDER, "PREN": "Ludovic"}], tmp_path / "a.jsonl")
    release = pipeline.load([renamed], data, SETTINGS, quiet=True)[1]
    assert links(release.path / "store") == {long}
    reader = store.open_reader(release)
    assert reader.incoming(iris.notice(SITE, "autor", "OR00999994"), 9) == [(AGENT_NOTICE, long[0])], "its page names the agent"


def test_agents_are_those_that_the_mappings_make() -> None:
    assert ("AUTP", "agent") in agents.agent_fields("memoire") and ("AUTR", "after") in agents.agent_fields("joconde")
    for slug in load_bases():
        assert all(part in ("agent", "after") for _, part in agents.agent_fields(slug))
