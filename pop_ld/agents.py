"""Agents of all bases and the notices of Autor in one dump: shards note names and years, then each agent finds its notice or not.

Agents are shared, so they are far fewer than notices: all of them fit in memory at once.
"""

from __future__ import annotations

import json
import marshal
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from functools import cache
from pathlib import Path

from pop_ld import iris
from pop_ld.bases import get_base
from pop_ld.dump import AGENTS
from pop_ld.fields.names import same_key
from pop_ld.mapping import load_mapping
from pop_ld.namesakes import Life, candidates
from pop_ld.notices import Problem, Record
from pop_ld.packed import reading_text, writing_text
from pop_ld.relations import AGENT_NOTICE, NAME_KEY, NOTICE_AGENT
from pop_ld.report import Report

_AUTOR = "autor"


class AgentNotes:
    """The agents that the notices of one shard name, or the persons of Autor: (key of the IRI, key of the name, births, deaths)."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._fields = agent_fields(base)
        self._found: set[tuple[str, str, str, str]] = set()

    def add(self, record: Record) -> None:
        """Notes the agents of one notice whose names have a forename."""
        if self._base == _AUTOR:
            self._add_person(record)
            return
        for field, part in self._fields:
            for item in record.get(field, ()):
                if "same" in item and part in item:
                    self._found.add((item[part], item["same"], item.get("birth", ""), item.get("death", "")))

    def _add_person(self, record: Record) -> None:
        if name := same_key(record.get("NOM", ""), record.get("PREN", "")):
            years = [" ".join(item["year"] for item in record.get(code, ()) if "year" in item) for code in ("DNAISS", "DMORT")]
            self._found.add((record["key"], name, *years))

    def save(self, path: Path) -> None:
        path.write_bytes(marshal.dumps((self._base, sorted(self._found))))


@cache
def agent_fields(base: str) -> tuple[tuple[str, str], ...]:
    """(field, part of its items) for each part that the base's mapping makes the key of an agent."""
    start = f"{iris.DEFAULT_SITE}{iris.SITE_PREFIXES['agent']}{base}/"
    found = {
        (mapping.iterator, mapping.subject.fields[0])
        for mapping in load_mapping(get_base(base).mapping_file)
        if mapping.subject.texts == (start, "") and mapping.subject.fields[0] in ("agent", "after")
    }
    return tuple(sorted(found))


def join(work: Path, site: str) -> Report:
    """Writes ``agents.nt.gz`` (names, years and links, sorted) and its problems, from the notes of all shards in ``work``."""
    lives: dict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    names: dict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for path in sorted(work.glob("*.agents")):
        base, found = marshal.loads(path.read_bytes())
        place = f"{site}/id/{base}/" if base == _AUTOR else f"{site}{iris.SITE_PREFIXES['agent']}{base}/"
        for key, name, births, deaths in found:
            lives[place + key][0].update(births.split())
            lives[place + key][1].update(deaths.split())
            names[name][base == _AUTOR].add(place + key)
    known = {thing: Life(frozenset(births), frozenset(deaths)) for thing, (births, deaths) in lives.items()}
    lines: set[str] = set()
    problems: list[Problem] = []
    for name, (agents, notices) in sorted(names.items()):
        lines.update(f'<{thing}> <{NAME_KEY}> "{name}" .\n' for thing in agents | notices)
        lines.update(line for agent in agents for line in _years(agent, known[agent]))
        for agent in sorted(agents):
            chosen = candidates(known[agent], {notice: known[notice] for notice in notices})
            if len(chosen) == 1:
                lines.update((f"<{agent}> <{AGENT_NOTICE}> <{chosen[0]}> .\n", f"<{chosen[0]}> <{NOTICE_AGENT}> <{agent}> .\n"))
            elif chosen:
                problems.append(_problem(agent, chosen))
    return _write(work, lines, problems)


def _years(agent: str, life: Life) -> Iterator[str]:
    for name, years in (("birthDate", life.births), ("deathDate", life.deaths)):
        yield from (f'<{agent}> <{iris.SCHEMA}{name}> "{year}"^^<{iris.XSD}gYear> .\n' for year in years)


def _problem(agent: str, chosen: list[str]) -> Problem:
    base, name = agent.rsplit("/", 2)[1:]
    return Problem("ambiguous-agent", base=base, value=iris.last_part(name)[:200], detail=", ".join(map(iris.last_part, chosen)))


def _write(work: Path, lines: Iterable[str], problems: list[Problem]) -> Report:
    report = Report()
    ordered = sorted(lines)
    with writing_text(work / AGENTS) as file:
        file.writelines(ordered)
    text = "".join(json.dumps(asdict(problem), ensure_ascii=False) + "\n" for problem in problems)
    (work / "agents.problems.jsonl").write_text(text, encoding="utf-8")
    report.triples["links"] += len(ordered)
    report.note(problems)
    return report


def names_in(dump: Path) -> set[str]:
    """The keys of names in a dump's ``agents.nt.gz``."""
    mark = f'> <{NAME_KEY}> "'
    with reading_text(dump / AGENTS) as lines:
        return {line.partition(mark)[2].partition('"')[0] for line in lines if mark in line}
