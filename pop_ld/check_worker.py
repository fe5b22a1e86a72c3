"""A check that may go wrong, ``python -m pop_ld.check_worker``: one upload, bounded in memory, processor time and disk, without network.

The task is JSON on standard input; the answer is JSON on standard output: ``{"format", "conforms", "sources", "missing"}`` and, in the
task's folder, ``report.<format>``; or ``{"error", "message", "line"}``. The parent kills it at its deadline and removes the folder.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from pop_ld import pipeline
from pop_ld.config import Settings, load_settings
from pop_ld.errors import PopError
from pop_ld.graph_check import check_graph
from pop_ld.report import Report
from pop_ld.report_view import unchecked, view
from pop_ld.store import sandbox
from pop_ld.validation import Finding, Tally
from pop_ld.validation.foreign import ForeignShapes, read_shapes
from pop_ld.validation.graphs import HEAD, graph_format, read_graph
from pop_ld.validation.words import rules_with
from pop_ld.validation.writers import WRITERS, Shown

DISK = 2 << 30
"""Bytes that one file of the worker may have: what a bomb unpacks to ends here."""


def main() -> None:
    """Reads the task, checks, answers. Never raises: what went wrong is the answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    task: dict[str, Any] = json.loads(sys.stdin.buffer.read())
    sandbox.die_with_parent()
    sandbox.die_first()
    sandbox.forbid_sockets()
    sandbox.limit_memory(task["memory"])
    resource.setrlimit(resource.RLIMIT_FSIZE, (DISK, DISK))
    resource.setrlimit(resource.RLIMIT_CPU, (task["seconds"], task["seconds"] + 5))
    try:
        answer = _check(task)
    except PopError as error:
        answer = {"error": type(error).__name__, "message": error.message, "line": error.line}
    except MemoryError:
        answer = {"error": "MemoryError", "message": "", "line": 0}
    except (RecursionError, OSError) as error:
        answer = {"error": "ReadError", "message": f"cannot be read: {error}", "line": 0}
    print(json.dumps(answer), flush=True)


def _check(task: dict[str, Any]) -> dict[str, Any]:
    folder, settings = Path(task["folder"]), load_settings()
    settings = replace(settings, data=task["data"], site=task["site"], lang=task["lang"])
    upload = folder / "sent" / task["name"]
    foreign = read_shapes(folder / "sent" / task["shapes"]) if task["shapes"] else None
    with upload.open("rb") as content:
        format = graph_format(task["name"], content.read(HEAD))
    if format:
        tally, found = check_graph(read_graph(upload, task["name"], format), task["name"], settings, foreign)
        report, findings = Report(), iter(found)
    else:
        given = {"base": task["base"], "encoding": task["encoding"], "foreign": foreign, "jobs": 1, "quiet": True}
        report, tally, lines = pipeline.validate([upload], folder / "work", settings, **given)
        findings = (_named(finding, upload, task["name"]) for checked in lines for finding in checked.findings)
    _write(folder, task["format"], findings, tally, foreign, settings)
    sources = [{**source, "path": task["name"]} for source in report.sources]
    missing = [] if format else unchecked(report, Path(settings.data))
    return {"format": task["format"], "conforms": not tally.results, "sources": sources, "missing": missing}


def _named(finding: Finding, upload: Path, name: str) -> Finding:
    """With the name that the client gave, not the path of its copy."""
    return replace(finding, file=finding.file.replace(str(upload), name), value=finding.value.replace(str(upload), name))


def _write(folder: Path, format: str, findings: Iterable[Finding], tally: Tally, foreign: ForeignShapes | None, settings: Settings) -> None:
    rules = rules_with(foreign.rules if foreign else {})
    with (folder / f"report.{format}").open("w", encoding="utf-8", newline="") as out:
        if format == "html":
            json.dump(view(findings, tally, rules, settings.lang), out, ensure_ascii=False)
        else:
            out.writelines(WRITERS[format](findings, Shown(tally, rules, settings.lang, 0)))


if __name__ == "__main__":
    main()
