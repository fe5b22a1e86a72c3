"""Notice → its texts as written, field by field, parted at the separators at which the parsers part them: what search keeps of it."""

from __future__ import annotations

from pop_ld.bases import Base
from pop_ld.fields.text import split_all
from pop_ld.notices import Notice


class Written:
    """Compiled once for a base; a call gives {CODE: [texts]} of a notice, searched fields alone (Base.searched), REF among them."""

    def __init__(self, base: Base) -> None:
        # Plain text is one text whatever it holds: its separator, if any, is that of its lines.
        self._separators = {code: "" if field.parser == "text" else field.separator for code, field in base.searched.items()}

    def __call__(self, notice: Notice) -> dict[str, list[str]]:
        separators = self._separators
        found = {"REF": [notice.ref]}
        for code, values in notice.fields.items():
            if code in separators and code != "REF" and (texts := split_all(values, separators[code])):
                found[code] = texts
        return found
