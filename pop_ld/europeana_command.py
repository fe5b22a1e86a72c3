"""``pop-ld europeana``: the tiers of a release as a report, or of one notice as an explanation, before anything is delivered."""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from pop_ld import alignment, iris, store
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from pop_ld.errors import UsageError
from pop_ld.europeana import assess, measuring, open_tiers
from pop_ld.formats.source import Source
from pop_ld.formats.words import number, say
from pop_ld.web.europeana import summaries
from pop_ld.web.europeana_notice import explained

_COUNTED = ("metadata", "media", "reason", "raise", "pattern")


def run(args: argparse.Namespace, settings: Settings) -> int:
    """The exit code: 0 done; 1 ``check`` of a notice that is left out, or nothing there; 2 usage."""
    data = Path(settings.data)
    if not store.current_name(data):
        raise UsageError("no release was published yet")
    if args.base and args.base not in load_bases():
        raise UsageError(f"no base is called {args.base!r}; there are {', '.join(load_bases())}")
    if args.action == "check":
        return _check(args, settings)
    return _report(args, settings)


def _report(args: argparse.Namespace, settings: Settings) -> int:
    """The counts of the current release; where neither a dump nor a report found them yet, or with ``--again``, they are found first."""
    release = store.current(Path(settings.data))
    file = measuring.file_of(Path(settings.data), release.name)
    if args.again or not file.is_file():
        measuring.write(settings, jobs=args.jobs or os.cpu_count() or 1, quiet=args.quiet)
    wanted = [args.base] if args.base else list(release.manifest["bases"])
    _write(summaries(open_tiers(file), wanted), args.format, release.name, settings.lang)
    return 0


def _check(args: argparse.Namespace, settings: Settings) -> int:
    """One notice explained, or a base counted without a file being written."""
    if not args.ref:
        if not args.base:
            raise UsageError("check wants a REF, or --base to count a whole base")
        rated = measuring.measure(settings, [args.base], jobs=args.jobs or os.cpu_count() or 1, quiet=args.quiet)
        release = store.current(Path(settings.data))
        _write({args.base: _counted(rated)}, args.format, release.name, settings.lang)
        return 0
    source, base = _source(args.ref, args.base, settings)
    about = explained(source, assess(source), settings.lang, None)
    if args.format == "json":
        print(json.dumps({"iri": source.thing, "base": base, "ref": args.ref, **about}, ensure_ascii=False, indent=1))
    else:
        print("\n".join(_lines(about, settings.lang)))
    return 0 if about["delivered"] else 1


def _source(ref: str, base: str, settings: Settings) -> tuple[Source, str]:
    """The notice of a REF, in the base given or the first that has it. Raises UsageError where none has."""
    release = store.current(Path(settings.data))
    reader = store.open_reader(release, settings)
    site = str(release.manifest["site"])
    links = alignment.open_links(release.path / alignment.FILE)
    for slug in [base] if base else release.manifest["bases"]:
        thing = iris.notice(site, slug, ref)
        if triples := reader.describe(thing):
            return Source(site, thing, triples, reader, release.manifest, links), slug
    raise UsageError(f"release {release.name} has no notice {ref!r}{f' in {base}' if base else ''}")


def _counted(rated: Any) -> dict[str, Any]:
    counts: dict[str, Counter[str]] = {name: Counter() for name in _COUNTED}
    notices = delivered = 0
    for _, _, _, found in rated:
        notices, delivered = notices + 1, delivered + (not found.reason)
        counts["metadata"][found.metadata] += 1
        counts["media"][str(found.media)] += 1
        counts["reason"].update([found.reason] if found.reason else [])
        counts["raise"].update(found.raises)
        counts["pattern"].update(found.patterns)
    return {"notices": notices, "delivered": delivered, **{name: dict(sorted(found.items())) for name, found in counts.items()}}


def _write(bases: dict[str, dict[str, Any]], form: str, release: str, lang: str) -> None:
    if form == "json":
        print(json.dumps({"release": release, "bases": bases}, ensure_ascii=False, indent=1))
        return
    if form == "csv":
        out = csv.writer(sys.stdout)
        out.writerow(("base", "what", "key", "notices"))
        for base, about in bases.items():
            out.writerows((base, name, "", about[name]) for name in ("notices", "delivered"))
            out.writerows((base, what, key, count) for what in _COUNTED for key, count in about[what].items())
        return
    for base, about in bases.items():
        out = about["delivered"]
        state = say(lang, "ui.europeana_delivered", n=out) if out else say(lang, "ui.europeana_delivered_none")
        print(f"{base} : {number(about['notices'], lang)}. {state}")
        for what in ("metadata", "media"):
            tiers = "  ".join(f"{tier} {number(count, lang)}" for tier, count in about[what].items())
            print(f"  {say(lang, 'ui.europeana_metadata' if what == 'metadata' else 'ui.europeana_content')} : {tiers}")
        for what in ("reason", "raise", "pattern"):
            for key, count in about[what].items():
                print(f"  {number(count, lang):>9}  {f'{key} ' if what == 'pattern' else ''}{say(lang, f'ui.europeana_{what}_{key}')}")


def _lines(about: dict[str, Any], lang: str) -> list[str]:
    """An explanation as plain text."""
    made = [say(lang, "ui.europeana_notice_delivered" if about["delivered"] else "ui.europeana_notice_left_out")]
    made += _items([about["reason"]] if about["reason"] else [], lang)
    made.append(f"{say(lang, 'ui.europeana_metadata')} : {about['metadata']['tier']}")
    for part in about["metadata"]["classifiers"]:
        made.append(f"  {part['title']} : {part['tier']}. {part['said']}")
        made += _items(part["missing"] if part["tier"] != "C" else [], lang)
    content = about["content"]
    shown = say(lang, "ui.europeana_images", n=content["images"]) if content["images"] else say(lang, "ui.europeana_no_image")
    made.append(f"{say(lang, 'ui.europeana_content')} : {content['tier']}. {shown}")
    made += _items(content["missing"], lang)
    made += _items([{**item, "text": f"{item['key']} {item['text']}"} for item in about["patterns"]], lang)
    return made


def _items(items: list[dict[str, Any]], lang: str) -> list[str]:
    return [
        f"    - {item['text']}"
        + (f" {say(lang, 'ui.europeana_fields')} {', '.join(f['code'] for f in item['fields'])}" if item["fields"] else "")
        for item in items
    ]
