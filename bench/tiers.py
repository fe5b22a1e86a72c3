"""Records for Europeana made, rated and validated over a whole data folder: ``python -m bench.tiers DATA [--edm DIR] [--jobs N]``.

Prints by base how many records are made a second of processor time, the tiers, and of each record whether Europeana's XSD and Schematron
(``../shared/vocab/edm``) take it: the delivered ones and, by the lenient rules of ``profile=edm``, every other. Exits with 1 where
one is refused.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from pop_ld import alignment, iris, processes, store
from pop_ld.config import Settings
from pop_ld.europeana import deliver
from pop_ld.formats import edm
from pop_ld.formats.source import Source
from pop_ld.validation.ledger import open_ledger

RUN = 500


@dataclass(frozen=True)
class Task:
    settings: Settings
    base: str
    after: str
    edm: str


@dataclass(frozen=True)
class Found:
    base: str
    notices: int
    seconds: float
    size: int
    tiers: Counter[tuple[str, int, bool]]
    raises: Counter[str]
    patterns: Counter[str]
    checked: int
    faults: list[str]


@lru_cache(maxsize=1)
def opened(settings: Settings) -> tuple[store.Release, store.ResourceReader, alignment.Links]:
    release = store.current(Path(settings.data))
    return release, store.open_reader(release, settings), alignment.open_links(release.path / alignment.FILE)


def rate(task: Task) -> Found:
    release, reader, links = opened(task.settings)
    site = str(release.manifest["site"])
    tiers, raises, patterns = Counter[tuple[str, int, bool]](), Counter[str](), Counter[str]()
    documents: list[tuple[str, bytes]] = []
    size = notices = 0
    seconds = 0.0
    for ref, _ in open_ledger(release.path).page(task.base, task.after, RUN):
        thing = iris.notice(site, task.base, ref)
        began = time.process_time()
        source = Source(site, thing, reader.describe(thing), reader, release.manifest, links)
        found = deliver(source)
        seconds += time.process_time() - began
        tiers[found.metadata, found.media, bool(found.xml)] += 1
        raises.update(found.raises)
        patterns.update(found.patterns)
        notices, size = notices + 1, size + len(found.xml)
        if task.edm:
            documents.append((thing, found.xml or edm.rdf_xml(source)))
    faults = list(check(documents, task.edm)) if task.edm else []
    return Found(task.base, notices, seconds, size, tiers, raises, patterns, len(documents), faults)


@lru_cache(maxsize=1)
def validators(folder: str) -> tuple[Any, Any, Any]:
    from lxml import etree
    from saxonche import PySaxonProcessor

    processor = PySaxonProcessor(license=False)
    sheet = processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=f"{folder}/schematron/schematron.xsl")
    return etree.XMLSchema(etree.parse(f"{folder}/xsd/EDM.xsd")), processor, sheet


def check(documents: list[tuple[str, bytes]], folder: str) -> Iterator[str]:
    from lxml import etree

    schema, processor, sheet = validators(folder)
    for thing, document in documents:
        if not schema.validate(etree.fromstring(document, etree.XMLParser(huge_tree=True))):
            yield f"{thing}: {schema.error_log.last_error}"
        report = sheet.transform_to_string(xdm_node=processor.parse_xml(xml_text=document.decode()))
        if "<svrl:failed-assert" in report:
            yield f"{thing}: {report.split('<svrl:failed-assert')[1][:300]}"


def tasks(settings: Settings, folder: str, bases: list[str]) -> Iterator[Task]:
    release = store.current(Path(settings.data))
    ledger = open_ledger(release.path)
    for base in bases or release.manifest["bases"]:
        after = ""
        while refs := ledger.page(base, after, RUN):
            yield Task(settings, base, after, folder)
            after = refs[-1][0]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--edm", default="", help="folder with xsd/EDM.xsd and schematron/schematron.xsl; without it nothing is validated")
    parser.add_argument("--base", action="append", default=[])
    parser.add_argument("--jobs", type=int, default=1)
    args = parser.parse_args()
    settings = replace(Settings(), data=str(args.data))
    by_base: dict[str, list[Found]] = {}
    for found in processes.each(rate, list(tasks(settings, args.edm, args.base)), args.jobs):
        by_base.setdefault(found.base, []).append(found)
    faults = 0
    for base, runs in by_base.items():
        notices, seconds = sum(r.notices for r in runs), sum(r.seconds for r in runs)
        tiers, raises, patterns = Counter[tuple[str, int, bool]](), Counter[str](), Counter[str]()
        for run in runs:
            tiers.update(run.tiers)
            raises.update(run.raises)
            patterns.update(run.patterns)
        delivered = sum(count for (_, _, out), count in tiers.items() if out)
        print(f"{base}: {notices} notices, {notices / max(seconds, 1e-9):,.0f} a second of processor time, {delivered} delivered")
        print("  tiers " + ", ".join(f"{m}{c}: {n}" for (m, c), n in sorted(_summed(tiers).items())))
        print(f"  raised by {dict(raises.most_common(6))}; patterns {dict(patterns.most_common())}")
        refused = [fault for run in runs for fault in run.faults]
        print(f"  validated {sum(run.checked for run in runs)}, refused {len(refused)}")
        print("".join(f"    {fault}\n" for fault in refused[:5]), end="")
        faults += len(refused)
    return 1 if faults else 0


def _summed(tiers: Counter[tuple[str, int, bool]]) -> Counter[tuple[str, int]]:
    made = Counter[tuple[str, int]]()
    for (metadata, media, _), count in tiers.items():
        made[metadata, media] += count
    return made


if __name__ == "__main__":
    raise SystemExit(main())
