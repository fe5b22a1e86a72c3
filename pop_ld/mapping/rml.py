"""A mapping as RML Turtle, for other engines: ``pop-ld mapping export BASE --rml``."""

from __future__ import annotations

from pop_ld import iris
from pop_ld.mapping.yarrrml import Mapping, Rule, Template

_HEAD = """@prefix rr: <http://www.w3.org/ns/r2rml#> .
@prefix rml: <http://semweb.mmlab.be/ns/rml#> .
@prefix ql: <http://semweb.mmlab.be/ns/ql#> .
"""


def to_rml(mappings: list[Mapping], source: str) -> str:
    """RML triples maps over the JSON array of records in the file ``source`` (see records.expand).

    Languages are given by ``rr:language``: ``rml:languageMap`` is ignored by morph-kgc 2.10 (measured, ARCHITECTURE §5).
    """
    return _HEAD + "".join(_triples_map(mapping, source) for mapping in mappings)


def _triples_map(mapping: Mapping, source: str) -> str:
    iterator = f"$[*].{mapping.iterator}[*]" if mapping.iterator else "$[*]"
    rules = " ;\n".join(
        f"  rr:predicateObjectMap [ rr:predicate <{rule.predicate}> ; rr:objectMap [ {_object(rule)} ] ]" for rule in mapping.rules
    )
    return (
        f"\n<{iris.MAPPING}{mapping.name}> a rr:TriplesMap ;\n"
        f'  rml:logicalSource [ rml:source {_quote(source)} ; rml:referenceFormulation ql:JSONPath ; rml:iterator "{iterator}" ] ;\n'
        f"  rr:subjectMap [ {_term(mapping.subject)} ; rr:termType rr:IRI ] ;\n{rules} .\n"
    )


def _object(rule: Rule) -> str:
    if rule.kind == "iri":
        return f"{_term(rule.object)} ; rr:termType rr:IRI" if rule.object.fields else f"rr:constant <{rule.object.texts[0]}>"
    extra = f' ; rr:language "{rule.lang}"' if rule.lang else f" ; rr:datatype <{rule.datatype}>" if rule.datatype else ""
    return f"{_term(rule.object)} ; rr:termType rr:Literal{extra}"


def _term(template: Template) -> str:
    if not template.fields:
        return f"rr:template {_quote(template.texts[0])}"
    if template.texts == ("", "") and len(template.fields) == 1:
        return f"rml:reference {_quote(template.fields[0])}"
    text = "".join(
        t.replace("{", "\\{").replace("}", "\\}") + f
        for t, f in zip(template.texts, [*(f"{{{f}}}" for f in template.fields), ""], strict=True)
    )
    return f"rr:template {_quote(text)}"


def _quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
