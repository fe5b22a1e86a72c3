"""The prefixes that representations of things may use, by the names that their vocabularies recommend."""

from __future__ import annotations

from pop_ld import iris
from pop_ld.formats.rdf import prefixes

PREFIXES = {
    **prefixes(),
    "dc": iris.DC,
    "dcmitype": iris.DCMITYPE,
    "edm": iris.EDM,
    "ore": iris.ORE,
    "rdaGr2": iris.RDA_GROUP2,
    "geo": "http://www.opengis.net/ont/geosparql#",
    "la": iris.LINKED_ART,
    "sci": iris.CRM_EXTENSIONS + "crmsci/",
    "dig": iris.CRM_EXTENSIONS + "crmdig/",
    "owl": iris.OWL,
    "sssom": iris.SSSOM,
    "semapv": iris.SEMAPV,
    "aat": "http://vocab.getty.edu/aat/",
}
"""Prefix -> namespace; those of the site's descriptions and a few more."""
