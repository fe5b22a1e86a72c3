"""SKOS files go in, labels as producers write them come out as concepts of the thesaurus that ``fields.csv`` names.

``add`` installs schemes in a data folder, ``open_thesauri`` resolves labels from there, ``graphs`` gives their triples to publish.
"""

from pop_ld.thesauri.installed import Installed, add, graphs, installed, remove, state
from pop_ld.thesauri.lines import lines, removed
from pop_ld.thesauri.resolve import Resolved, Resolver, Thesauri, open_thesauri
from pop_ld.thesauri.scheme import Concept, Scheme, scheme_name

__all__ = [
    "Concept",
    "Installed",
    "Resolved",
    "Resolver",
    "Scheme",
    "Thesauri",
    "add",
    "graphs",
    "installed",
    "lines",
    "open_thesauri",
    "remove",
    "removed",
    "scheme_name",
    "state",
]
