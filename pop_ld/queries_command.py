"""``pop-ld queries``: what runs on every web process of a data folder, and how to end one of it."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pop_ld.config import Settings
from pop_ld.errors import UsageError
from pop_ld.formats.words import say
from pop_ld.web import control
from pop_ld.web.control import Door

SHOWN = 100
"""Characters of a query in the list."""
_NAME = re.compile(r"(\d+):(\d+)", re.ASCII)
_UNITS = ("B", "kB", "MB", "GB")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """The exit code: 0 done; 1 no process serves, one does not answer, or no such query runs; 2 usage."""
    data = Path(settings.data)
    if args.action == "stop":
        return _stop(args.name, data, settings.lang)
    if args.name:
        raise UsageError(f"list wants no name, not {args.name!r}")
    return _list(data, settings.lang, as_json=args.json)


def _list(data: Path, lang: str, *, as_json: bool) -> int:
    found = control.doors(data)
    told = control.ask_all(found, {"do": "list"})
    pairs = list(zip(found, told, strict=True))
    if as_json:
        print(json.dumps(_as_json(pairs), ensure_ascii=False, indent=1))
    elif any(answer for _, answer in pairs):
        print("\n".join(_lines(pairs, lang)))
    if not pairs:
        print(f"pop-ld: {say(lang, 'running.no_process', data=data)}", file=sys.stderr)
    for door, answer in pairs:
        if answer is None:
            print(f"pop-ld: {say(lang, 'running.silent', process=door.pid)}", file=sys.stderr)
    return 0 if pairs and all(answer is not None for _, answer in pairs) else 1


def _stop(name: str, data: Path, lang: str) -> int:
    match = _NAME.fullmatch(name)
    if not match:
        raise UsageError(say(lang, "running.wanted", name=name))
    door = next((door for door in control.doors(data) if door.pid == int(match[1])), None)
    if door is None:
        print(f"pop-ld: {say(lang, 'running.unknown_process', process=match[1], data=data)}", file=sys.stderr)
        return 1
    answer = control.ask(door, {"do": "stop", "number": int(match[2])})
    if answer is None:
        print(f"pop-ld: {say(lang, 'running.silent', process=door.pid)}", file=sys.stderr)
        return 1
    if not answer.get("stopped"):
        print(f"pop-ld: {say(lang, 'running.unknown', name=name)}", file=sys.stderr)
        return 1
    print(say(lang, "running.stopped", name=name))
    return 0


def _as_json(pairs: list[tuple[Door, dict[str, Any] | None]]) -> list[dict[str, Any]]:
    """One object a process: ``answers`` false where it gave none in time, else its queries and how many wait."""
    return [{"process": door.pid, "worker": door.worker, "answers": answer is not None, **(answer or {})} for door, answer in pairs]


def _lines(pairs: list[tuple[Door, dict[str, Any] | None]], lang: str) -> Iterator[str]:
    """A line for each query, the one that has run the longest first; then how many wait."""
    rows = [(door.pid, query) for door, answer in pairs if answer for query in answer["queries"]]
    waiting = sum(answer["waiting"] for _, answer in pairs if answer)
    if not rows:
        yield say(lang, "running.none")
    else:
        columns = ("name", "seconds", "length", "sent", "client", "query")
        table = [[say(lang, f"running.column_{column}") for column in columns]]
        table += [_row(pid, query, lang) for pid, query in sorted(rows, key=lambda row: -row[1]["seconds"])]
        widths = [max(len(row[place]) for row in table) for place in range(len(columns) - 1)]
        for row in table:
            yield "  ".join([*(text.ljust(width) for text, width in zip(row, widths, strict=False)), row[-1]])
    yield say(lang, "running.waiting", n=waiting)


def _row(pid: int, query: dict[str, Any], lang: str) -> list[str]:
    length = say(lang, "running.long" if query["long"] else "running.short")
    return [
        f"{pid}:{query['number']}",
        _number(query["seconds"], lang),
        length,
        _size(query["sent"], lang),
        query["client"],
        _one_line(query["query"]),
    ]


def _one_line(query: str) -> str:
    """Its first characters; what a terminal would obey is left out."""
    text = "".join(letter if letter.isprintable() else " " for letter in query[: 10 * SHOWN])
    text = " ".join(text.split())
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def _number(value: float, lang: str) -> str:
    return f"{value:.1f}".replace(".", "," if lang == "fr" else ".")


def _size(count: float, lang: str) -> str:
    step = 0
    while count >= 1000 and step < len(_UNITS) - 1:
        count, step = count / 1000, step + 1
    shown = _number(count, lang) if step else f"{count:.0f}"
    return f"{shown} {_UNITS[step].replace('B', 'o') if lang == 'fr' else _UNITS[step]}"
