"""The files that a release can be downloaded as: what each format is called, how it is packed, which standard it follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pop_ld import iris

_FILE_TYPE = "http://publications.europa.eu/resource/authority/file-type/"


@dataclass(frozen=True, slots=True)
class FileFormat:
    """``media_type`` is that of what is inside, ``packed`` that of the file (the same where nothing packs it).

    ``package`` tells an archive of several files from one compressed file; ``kind`` is the file type of the EU's list; ``conforms`` are
    IRIs of standards. ``whole`` says whether there is a file of all bases, ``shared`` whether one of what notices share.
    """

    name: str
    suffix: str
    media_type: str
    packed: str
    kind: str
    conforms: tuple[str, ...] = ()
    package: bool = False
    whole: bool = True
    shared: bool = True
    triples: bool = False

    def file(self, base: str, release: str) -> str:
        """Name of the file of a base: ``pop-joconde-2026-11-28.01.nt.gz``."""
        return f"pop-{base}-{release}.{self.suffix}"


_GZIP, _ZIP, _PARQUET = "application/gzip", "application/zip", "application/vnd.apache.parquet"
EDM_NAMESPACE = iris.EDM
FORMATS: tuple[FileFormat, ...] = (
    FileFormat("nt", "nt.gz", "application/n-triples", _GZIP, _FILE_TYPE + "RDF_N_TRIPLES", triples=True),
    FileFormat("ttl", "ttl.gz", "text/turtle", _GZIP, _FILE_TYPE + "RDF_TURTLE", triples=True),
    FileFormat("jsonl", "jsonl.gz", "application/ld+json", _GZIP, _FILE_TYPE + "JSON_LD"),
    FileFormat("edm", "edm.zip", "application/rdf+xml", _ZIP, _FILE_TYPE + "RDF_XML", (iris.EDM,), package=True, shared=False),
    FileFormat("edm-rdf", "edm.rdf.gz", "application/rdf+xml", _GZIP, _FILE_TYPE + "RDF_XML", (iris.EDM,), whole=False, shared=False),
    FileFormat("csv", "csv.gz", "text/csv", _GZIP, _FILE_TYPE + "CSV", ("https://www.rfc-editor.org/info/rfc4180",), shared=False),
    FileFormat(
        "parquet", "parquet", _PARQUET, _PARQUET, _FILE_TYPE + "PARQUET", ("https://parquet.apache.org/docs/file-format/",), shared=False
    ),
)
"""In the order of the pages."""

BY_NAME: Mapping[str, FileFormat] = {each.name: each for each in FORMATS}
LATEST = "latest"
"""Beginning of the stable names: ``latest.nt.gz`` leads to the newest file of that format."""
WHOLE, SHARED = "all", "shared"
"""What stands for a base in the name of the file of all of them, and of that of what notices share."""
SUMS = "SHA256SUMS"


def by_suffix(suffix: str) -> FileFormat | None:
    """The format of ``nt.gz``, ``edm.zip`` …; None of none."""
    return next((each for each in FORMATS if each.suffix == suffix), None)
