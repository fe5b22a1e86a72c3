"""Notice → Record: pure parsers for text, dates, people, places, dimensions, concepts and links."""

from pop_ld.fields.record import RecordBuilder
from pop_ld.fields.registry import parser_names
from pop_ld.fields.written import Written

__all__ = ["RecordBuilder", "Written", "parser_names"]
