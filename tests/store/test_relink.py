"""Links in the store: removal takes both directions, relinking makes them again, and a hub stays readable."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from store_samples import DCTERMS, POP, SITE, check, furnish, publish

from pop_ld.relations import link_name
from pop_ld.store import ResourceReader, Writer, open_reader
from pop_ld.store.counting import Links
from pop_ld.store.walk import HUB, SHOWN

MUSEUM, DOCUMENT = f"{SITE}/id/museo/M9991", f"{SITE}/doc/museo/M9991"


def work(number: int) -> str:
    return f"{SITE}/id/joconde/{number:011d}"


def notice(iri: str, *links: tuple[str, str]) -> bytes:
    lines = [f'<{iri}> <{DCTERMS}identifier> "x" .', *(f"<{iri}> <{POP}{name}> <{target}> ." for name, target in links)]
    return ("\n".join(lines) + "\n").encode()


def test_both_directions_go_with_the_notice_and_come_back_with_it(data: Path) -> None:
    with Writer(data, SITE) as writer:
        writer.insert(notice(work(1), ("museo", MUSEUM)))
        assert writer.relink([work(1)]) == [], "its own dump lists that it dangles"
        assert writer.unresolved(link_name(work(1), "MUSEO", "M9991")) == "dangling-reference"
        assert writer.count() == 3
        writer.insert(notice(MUSEUM))
        assert writer.relink([MUSEUM]) == []
        assert writer.unresolved(link_name(work(1), "MUSEO", "M9991")) == ""
        assert writer.count() == 4
        assert writer.remove([work(1)]) == 3
        assert writer.count() == 1
        writer.insert(notice(work(1), ("museo", MUSEUM)))
        writer.relink([work(1)])
        assert writer.remove([MUSEUM]) == 2
        assert writer.relink([MUSEUM]) == [(link_name(work(1), "MUSEO", "M9991"), "dangling-reference")]
        reader = open_reader(writer.snapshot("r0", {}, furnish, check))
    assert [str(o) for o in reader.objects(work(1), POP + "MUSEO")] == ['"M9991"']


def test_relinking_twice_or_what_is_no_notice_changes_nothing(data: Path) -> None:
    agent = f"{SITE}/id/agent/joconde/X"
    with Writer(data, SITE) as writer:
        writer.insert(notice(work(1), ("museo", MUSEUM), ("museo", agent)) + notice(MUSEUM))
        writer.relink([MUSEUM, work(1)])
        count = writer.count()
        assert writer.relink([MUSEUM, work(1), agent, MUSEUM + "#x", "not an IRI", "http://x/\ud800", f"{SITE}/id/museo/a/b"]) == []
        assert writer.count() == count
        for name in (link_name(work(2), "MUSEO", "M9991"), link_name(work(1), "NONE", "M9991"), link_name(agent, "MUSEO", "M9991")):
            assert writer.unresolved(name) == "", "no such reference"


def test_a_hub_shows_some_of_its_mirrored_links_and_is_removed_whole(data: Path) -> None:
    works = [work(n) for n in range(HUB + 1)]
    mirrored = "\n".join(f"<{MUSEUM}> <{POP}oeuvre> <{iri}> ." for iri in works)
    about = notice(MUSEUM) + f'<{MUSEUM}> <{POP}NOMOFF> "musée" .\n<{DOCUMENT}> <{DCTERMS}title> "notice" .\n'.encode()
    small = notice(work(0)) + b"\n".join(f'<{work(0)}> <{POP}F{n}> "x" .\n'.encode() for n in range(SHOWN + 1))
    with Writer(data, SITE) as writer:
        writer.insert(about + mirrored.encode() + b"\n" + small)
        reader = open_reader(writer.snapshot("r0", {}, furnish, check))
        found = reader.describe(MUSEUM)
        assert len(found) == 3 + SHOWN
        assert {"musée", "notice", "x"} <= {triple.object.value for triple in found}
        assert len(reader.describe(work(0))) == SHOWN + 2, "what a notice says of itself is shown whole"
        assert writer.remove([MUSEUM]) == 3 + len(works)
        assert writer.count() == SHOWN + 2


def test_a_hub_is_shown_alike_where_the_properties_of_the_store_are_known(data: Path) -> None:
    mirrored = "\n".join(f"<{MUSEUM}> <{POP}oeuvre> <{work(n)}> ." for n in range(HUB + 1))
    part = f'<{MUSEUM}> <{POP}NOMOFF> "musée" .\n<{MUSEUM}> <{POP}part> <{MUSEUM}#p> .\n<{MUSEUM}#p> <{POP}x> "y" .\n'
    shown = []
    with Writer(data, SITE) as writer:
        writer.insert(notice(MUSEUM) + (part + mirrored).encode())
        counts = writer.statistics(Links())

        def counted(folder: Path, reader: ResourceReader) -> dict[str, Any]:
            counts.save(folder)
            return furnish(folder, reader)

        for name, made in (("r0", furnish), ("r1", counted)):
            shown.append(set(open_reader(writer.snapshot(name, {}, made, check)).describe(MUSEUM)))
    assert shown[0] == shown[1]
    assert len(shown[0]) == 4 + SHOWN, "identifier, name, part, what is said of the part"


def test_incoming_links_leave_out_what_mirrors_the_thing_itself(data: Path) -> None:
    release = publish(
        data,
        "r0",
        notice(work(1), ("museo", MUSEUM)) + f"<{MUSEUM}> <{POP}oeuvre> <{work(1)}> .\n<{MUSEUM}> <{POP}near> <{work(1)}> .\n".encode(),
    )
    reader = open_reader(release)
    assert reader.incoming(work(1), 9) == [(POP + "near", MUSEUM)]
    assert reader.incoming(MUSEUM, 9) == [(POP + "museo", work(1))]
