"""A trace says what the converter says, triple by triple, and where each rule is written."""

from typing import Any

import pytest

from pop_ld import readers
from pop_ld.bases import Base, load_bases
from pop_ld.config import Settings
from pop_ld.fields import RecordBuilder
from pop_ld.mapping import compile_mapping, load_mapping
from pop_ld.mapping.trace import compile_trace, rule_lines, rule_origins
from pop_ld.notices import Notice, Record

BASES = load_bases()
SETTINGS = Settings(site="http://example.org")


@pytest.fixture(params=list(BASES), scope="module")
def base(request: pytest.FixtureRequest) -> Base:
    return BASES[request.param]


def records(base: Base) -> list[Record]:
    build = RecordBuilder(base, SETTINGS, BASES)
    found = [n for f in base.samples for s in readers.open_sources(f, base=base, encoding=None, bases=BASES) for n in s]
    return [build(n)[0] for n in found if isinstance(n, Notice)]


def test_a_trace_has_the_lines_of_the_converter_and_no_other(base: Base) -> None:
    mappings = load_mapping(base.mapping_file, SETTINGS.site)
    trace = compile_trace(mappings, base.slug, SETTINGS.site)
    convert = compile_mapping(mappings, base.slug, SETTINGS.site)
    for record in records(base):
        texts: list[str] = []
        shared: set[str] = set()
        seen: dict[Any, Any] = {}
        convert(record, texts, shared, seen)
        assert {t.line for t in trace(record)} == {line + "\n" for line in "".join(texts).split("\n") if line} | shared


def test_a_traced_triple_is_one_that_its_rule_can_make(base: Base) -> None:
    trace = compile_trace(load_mapping(base.mapping_file, SETTINGS.site), base.slug, SETTINGS.site)
    for record in records(base):
        for traced in trace(record):
            rule = traced.origin.rule
            start, end = rule.object.texts[0], rule.object.texts[-1]
            assert traced.value.startswith(("<" if rule.kind == "iri" else '"') + start)
            assert traced.value.endswith(
                end + ">" if rule.kind == "iri" else f"@{rule.lang}" if rule.lang else '"' if not rule.datatype else ">"
            )
            assert set(traced.origin.keys) - {"label"} <= set(record)


def test_every_rule_has_its_line(base: Base) -> None:
    written = base.mapping_file.read_text(encoding="utf-8").split("\n")
    places = rule_lines(base.mapping_file)
    for origin in rule_origins(load_mapping(base.mapping_file)):
        line = written[places[origin.mapping.name][origin.position] - 1]
        local = origin.rule.predicate.rsplit("#", 1)[-1].rsplit("/", 1)[-1]
        assert f":{local}," in line or (local == "type" and "[a," in line), line
        for name in origin.rule.object.fields:
            assert f"$({name})" in line
