"""Shapes → the quickest Engine that this installation has for them."""

from __future__ import annotations

from importlib.util import find_spec

from pop_ld.validation.results import Engine
from pop_ld.validation.rules import Shapes


def is_fast() -> bool:
    """Whether rudof is installed: it has no build for every system, and a compiler is never asked for."""
    return find_spec("pyrudof") is not None


def best_engine(shapes: Shapes) -> Engine:
    """For the project's own shapes, which both engines read alike. Raises ShapeError."""
    if is_fast():
        from pop_ld.validation.fast import FastEngine

        return FastEngine(shapes)
    from pop_ld.validation.reference import ReferenceEngine

    return ReferenceEngine(shapes)
