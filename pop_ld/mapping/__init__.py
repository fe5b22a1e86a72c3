"""Record → N-Triples: loads a base's YARRRML, compiles it to Python, exports it as RML."""

from pop_ld.mapping.compiler import Converter, compile_mapping
from pop_ld.mapping.records import expand
from pop_ld.mapping.rml import to_rml
from pop_ld.mapping.shortcuts import Shortcut, shortcuts
from pop_ld.mapping.yarrrml import Mapping, Rule, Template, load_mapping

__all__ = ["Converter", "Mapping", "Rule", "Shortcut", "Template", "compile_mapping", "expand", "load_mapping", "shortcuts", "to_rml"]
