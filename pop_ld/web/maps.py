"""What static/map.js needs of every map beside the places: the tiles, where an operator chose some, and its words."""

from __future__ import annotations

from typing import Any

from pop_ld.config import Settings, tile_origin
from pop_ld.formats.words import say

_WORDS = ("map_land", "map_plus", "map_minus")


def frame(settings: Settings, lang: str) -> dict[str, Any]:
    """``tiles`` is None where the outlines of the site itself are drawn."""
    tiles = {"url": settings.map_tiles, "credit": settings.map_credit} if tile_origin(settings) else None
    return {"tiles": tiles, "words": {name: say(lang, f"ui.{name}") for name in _WORDS}}
