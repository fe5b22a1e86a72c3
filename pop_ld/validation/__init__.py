"""N-Triples and shapes → results and reports: two engines, one catalogue of rules, and what a producer reads of them."""

from typing import TYPE_CHECKING, Any

from pop_ld.validation.findings import Finding, Tally
from pop_ld.validation.results import Engine, Result
from pop_ld.validation.rules import SEVERITIES, Rule, catalogue, rules_of

if TYPE_CHECKING:
    from pop_ld.validation.standard import validate_paths

__all__ = ["SEVERITIES", "Engine", "Finding", "Result", "Rule", "Tally", "catalogue", "rules_of", "validate_paths"]


def __getattr__(name: str) -> Any:
    """validate_paths is imported when it is asked for: rdflib and pySHACL take half a second to load."""
    if name == "validate_paths":
        from pop_ld.validation.standard import validate_paths

        return validate_paths
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
