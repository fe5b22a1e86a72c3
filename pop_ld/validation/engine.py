"""Shapes → the quickest Engine that this installation has for them."""

from __future__ import annotations

from pop_ld.validation.fast import FastEngine
from pop_ld.validation.results import Engine
from pop_ld.validation.rules import Shapes


def best_engine(shapes: Shapes) -> Engine:
    """For the project's own shapes, which all engines read alike. Raises ShapeError.

    rudof, which reads what is beyond those that are compiled, has no build for every system, and a compiler is never asked for.
    """
    try:
        return FastEngine(shapes)
    except ImportError:
        from pop_ld.validation.reference import ReferenceEngine

        return ReferenceEngine(shapes)
