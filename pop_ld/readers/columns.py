"""The headers of one file as one base understands them."""

from __future__ import annotations

import difflib
from typing import NamedTuple

from pop_ld.bases import Base, fold_header
from pop_ld.readers.rows import CONTROLS, CUT, SURROGATES


class Column(NamedTuple):
    """A header and the field it stands for (``code`` is empty where it is none); ``known`` also says it of columns listed as no field."""

    header: str
    code: str
    withheld: bool
    template: str
    known: bool


class Columns(dict[str, Column]):
    """Header → Column, resolved at first sight; nested JSON keys come joined with ``/``.

    ``plain`` maps the headers met so far onto the code of a public field taken as written. ``empty`` are the texts that mean
    "nothing" in this base, the longest of ``longest_empty`` characters.
    """

    def __init__(self, base: Base) -> None:
        super().__init__()
        self.base = base
        self.plain: dict[str, str] = {}
        self.empty = base.empty_values
        self.longest_empty = max(map(len, base.empty_values), default=0)
        self._withheld = base.withheld

    def __missing__(self, header: str) -> Column:
        folded = fold_header(header)
        code, template = self.base.column(header) or ("", "{}")
        withheld = code in self._withheld
        known = bool(code) or folded in self.base.known_columns
        shown = SURROGATES.sub("\ufffd", CONTROLS.sub("", header))[:CUT]
        column = self[header] = Column(shown, code, withheld, template, known)
        if code and not withheld and template == "{}":
            self.plain[header] = code
        return column

    def closest(self, header: str) -> str:
        """The known label nearest in spelling, or ``""``."""
        labels = {fold_header(label): label for field in self.base.fields.values() for label in (*field.labels, field.path)}
        near = difflib.get_close_matches(fold_header(header), labels, 1, 0.7)
        return labels[near[0]] if near else ""
