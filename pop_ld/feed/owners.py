"""Which entity a triple belongs to: the subject without its ``#`` part, a document with the thing that it describes."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from zlib import crc32

from pop_ld import iris
from pop_ld.bases import load_bases

BUCKETS = 256
"""Parts in which entities are gone through: of 3.28 million notices each has some 70 MB of lines, which fit into memory."""


def owner(site: str, subject: str) -> str:
    """``{site}/doc/x#p`` and ``{site}/id/x#p`` -> ``{site}/id/x``; any other IRI without its fragment."""
    return iris.thing_of(site, subject.partition("#")[0])


def bucket(entity: str) -> int:
    """The part that an entity is in, whatever the machine."""
    return crc32(entity.encode("utf-8", "surrogatepass")) % BUCKETS


def digest(text: bytes) -> bytes:
    """Of the sorted N-Triples lines of an entity, joined; b"" where it has none."""
    return blake2b(text, digest_size=16).digest() if text else b""


def is_gone(site: str, entity: str, text: bytes) -> bool:
    """Whether an entity of these lines is no longer there: nothing is said of it, or that it was removed (its tombstone)."""
    line = f"\n<{iris.thing_to_document(site, entity)}> <{iris.PROV}invalidatedAtTime> ".encode()
    return not text or line in b"\n" + text


def base_of(site: str, entity: str) -> str:
    """The base of a notice; "" for what notices share, and for what is none of the site's."""
    slug, mark, rest = iris.path_of(site, entity).partition("/")
    return slug if mark and rest and slug in load_bases() and iris.is_thing(site, entity) else ""


def strays(site: str, entity: str, lines: Sequence[bytes], text: bytes) -> list[str]:
    """Subjects of an entity that none of its triples leads to: walking from the thing and its document would miss them."""
    known = {entity, iris.thing_to_document(site, entity)} if entity.startswith(f"{site}/id/") else {entity}
    subjects = {line[1 : line.index(b"> ")].decode() for line in lines} - known
    return sorted(subject for subject in subjects if f" <{subject}> .\n".encode() not in text)
