"""What every parser gives back: a value for the Record and remarks on what it did not understand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

Item: TypeAlias = dict[str, str]
"""One object of a Record's list; shared between notices through a cache, so never changed once made."""

Remark: TypeAlias = tuple[str, str, str]
"""(kind, value, detail): becomes a Problem once the notice and the field are known."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """``value`` is a text, a list of Items, or None where the field gives nothing; never an empty list.

    ``whole`` says that nothing of the text is lost in the value: the text then need not be kept beside it.
    """

    value: Any
    remarks: tuple[Remark, ...] = ()
    whole: bool = False


def items(found: list[Item], remarks: list[Remark] | None = None) -> Parsed:
    """A Parsed of a list, None where it is empty."""
    return Parsed(found or None, tuple(remarks or ()))
