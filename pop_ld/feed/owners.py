"""Which entity a triple belongs to: the subject without its ``#`` part, a document with the thing that it describes."""

from __future__ import annotations

from bisect import bisect_left
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


def says(lines: Sequence[bytes], subject: str, predicate: str) -> bool:
    """Whether one of the sorted lines has that subject and predicate."""
    start = f"<{subject}> <{predicate}> ".encode()
    at = bisect_left(lines, start)
    return at < len(lines) and lines[at].startswith(start)


def is_gone(site: str, entity: str, lines: Sequence[bytes]) -> bool:
    """Whether an entity of these sorted lines is no longer there: nothing is said of it, or that it was removed (its tombstone)."""
    return not lines or says(lines, iris.thing_to_document(site, entity), iris.PROV + "invalidatedAtTime")


def base_of(site: str, entity: str) -> str:
    """The base of a notice; "" for what notices share, and for what is none of the site's."""
    slug, mark, rest = iris.path_of(site, entity).partition("/")
    return slug if mark and rest and slug in load_bases() and iris.is_thing(site, entity) else ""


def strays(site: str, entity: str, lines: Sequence[bytes], text: bytes) -> list[str]:
    """Subjects of an entity that none of its triples leads to: walking from the thing and its document would miss them.

    ``lines`` are sorted, ``text`` is all of them joined.
    """
    parts: dict[bytes, list[bytes]] = {}
    at = 0
    while at < len(lines):
        subject = lines[at][: lines[at].index(b"> ")]
        whole, mark, part = subject.partition(b"#")
        if mark:
            parts.setdefault(whole, []).append(part)
        at = bisect_left(lines, subject + b"?", at)  # behind all that begin with the subject and ">"
    found = []
    for whole, names in parts.items():
        objects = {piece[: piece.find(b"> .\n")] for piece in text.split(b" %s#" % whole)}  # of a part's IRI the rest of its line
        found += [f"{whole[1:].decode()}#{name.decode()}" for name in names if name not in objects]
    return sorted(found)
