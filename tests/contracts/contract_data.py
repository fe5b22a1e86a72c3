"""What every store of the contract tests holds: the golden triples of the samples, made-up hard cases, and a named graph."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, Store

from pop_ld import iris
from pop_ld.iris import DEFAULT_SITE as SITE
from pop_ld.iris import FOAF, RDFS, SKOS
from pop_ld.relations import mirrors
from pop_ld.store import Release, Writer

EXPECTED = Path(__file__).parents[1] / "expected"
NAME = "r0"
QUALITY = iris.quality_graph(SITE)
HARD = f"{SITE}/id/mnr/HARD"
"""A thing with parts five deep, two documents, blank nodes, many labels, and links to itself from everywhere."""
MUSEUM = f"{SITE}/id/museo/HUB"
"""A hub: more triples than ``walk.HUB``, most of them mirrored links."""
BROAD, NARROW = "http://thesaurus.example/ark:/1/T1-1", "http://thesaurus.example/ark:/1/T1-2"
"""Concepts of a thesaurus, the second below the first."""
TEXT = "Église\t« 1 »\n\"<&>,;' 中 \U0001f3db"


def default_graph() -> bytes:
    """The default graph as N-Triples."""
    golden = [file.read_bytes() for file in sorted(EXPECTED.glob("*.nt"))]
    return b"".join([*golden, *(f"{line} .\n".encode() for line in (*_hard(), *_museum()))])


NAMED = 6
"""Triples of the named graph."""


def quality_graph() -> bytes:
    """The named graph as N-Triples: the release that it is of, and two concepts that have their IRIs elsewhere."""
    lines = [
        f"<{QUALITY}> <{iris.DCTERMS}isVersionOf> <{iris.release(SITE, NAME)}>",
        f'<{QUALITY}> <{RDFS}label> "q"',
        f'<{BROAD}> <{SKOS}prefLabel> "peinture"@fr',
        f'<{NARROW}> <{RDFS}label> "tableau"@fr',
        f'<{NARROW}> <{SKOS}prefLabel> "painting"@en',
        f"<{NARROW}> <{SKOS}broader> <{BROAD}>",
    ]
    return "".join(f"{line} .\n" for line in lines).encode()


def every_iri_of(release: Release) -> list[str]:
    """Every subject and every object that is an IRI, but the works of the hub and the hub itself."""
    quads = list(Store.read_only(str(release.path / "store")).quads_for_pattern(None, None, None, DefaultGraph()))
    found = {term.value for quad in quads for term in (quad.subject, quad.object) if isinstance(term, NamedNode)}
    return sorted(iri for iri in found if not iri.startswith(f"{SITE}/id/joconde/W") and iri != MUSEUM)


def _hard() -> Iterator[str]:
    document, other = f"{SITE}/doc/mnr/HARD", f"{SITE}/doc/autre/HARD"
    steps = [HARD, *(f"{HARD}#{number}" for number in range(1, 6))]
    for one, next_one in pairwise(steps):
        yield f"<{one}> <a:part> <{next_one}>"
        yield f'<{next_one}> <{RDFS}label> "partie"@fr'
    escaped = TEXT.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    yield f'<{HARD}> <{RDFS}label> "{escaped}"@fr'
    yield f"<{HARD}> <a:part> <{HARD}#nothing-is-said-of-it>"
    yield f'<{HARD}> <a:says> "{HARD}#1"'
    yield f'<{HARD}> <a:says> "1850"^^<{iris.XSD}gYear>'
    yield f"<{HARD}> <a:near> _:b1"
    yield f"_:b1 <a:near> <{HARD}>"
    for about in (document, other):
        yield f"<{about}> <{FOAF}primaryTopic> <{HARD}>"
        yield f"<{about}> <a:part> <{about}#1>"
        yield f"<{about}#1> <a:about> <{HARD}>"
    yield f"<a:elsewhere> <{FOAF}primaryTopic> <{HARD}>"
    yield f"<{HARD}#2> <a:whole> <{HARD}>"
    yield f"<{HARD}> <a:self> <{HARD}>"
    yield f"<{SITE}/id/mnr/OTHER> <a:near> <{HARD}>"
    yield f"<{SITE}/id/mnr/OTHER#part> <a:near> <{HARD}>"
    yield f"<{SITE}/id/mnr/OTHER> <{min(mirrors())}> <{HARD}>"
    for number in range(70):
        yield f'<{SITE}/id/concept/many> <{SKOS}prefLabel> "mot {number}"@fr'
        yield f'<{SITE}/id/concept/many> <{RDFS}label> "word {number}"@en'
    yield f"<{SITE}/id/concept/many> <{RDFS}label> <a:no-literal>"


def _museum() -> Iterator[str]:
    for number in range(5_500):
        yield f"<{MUSEUM}> <{min(mirrors())}> <{SITE}/id/joconde/W{number}>"
        yield f"<{SITE}/id/joconde/W{number}> <a:location> <{MUSEUM}>"
    yield f"<{MUSEUM}> <a:part> <{MUSEUM}#place>"
    yield f'<{MUSEUM}#place> <{RDFS}label> "lieu"@fr'
    yield f"<{SITE}/doc/museo/HUB> <{FOAF}primaryTopic> <{MUSEUM}>"
    yield f'<{MUSEUM}> <{RDFS}label> "Musée"@fr'


def publish(data: Path) -> Release:
    """The release, in a data folder of its own."""
    graph = data.with_name("graph.nt")
    graph.write_bytes(quality_graph())
    with Writer(data, SITE) as writer:
        writer.insert(default_graph())
        writer.replace_graph(QUALITY, graph)
        return writer.snapshot(NAME, {"by": "test"}, lambda folder, reader: {}, lambda release, reader: None)
