"""The book of links: what goes in comes out, the surest first; a copy is read only; what is no link is refused whole."""

from pathlib import Path

import pytest

from pop_ld.alignment import Book, Link, NotALink, open_links
from pop_ld.alignment.link import EXACT, WIKIDATA
from pop_ld.errors import StoreUnavailable

HERE = "https://data.example/id/joconde/"


def link(number: int, item: int, source: str = "wikidata", confidence: float = 1.0, date: str = "2026-11-28") -> Link:
    return Link(f"{HERE}{number:05d}", f"{WIKIDATA}Q{item}", source, date, confidence)


def test_links_come_back_the_surest_first(tmp_path: Path) -> None:
    book = Book(tmp_path / "book")
    assert book.add([link(1, 7, confidence=0.4), link(1, 8, confidence=0.9), link(2, 9)]) == 3
    assert [found.qid for found in book.of(f"{HERE}00001")] == ["Q8", "Q7"]
    assert book.of_many([f"{HERE}00002", f"{HERE}00003"]) == {f"{HERE}00002": [link(2, 9)]}
    assert book.to(f"{WIKIDATA}Q9") == [link(2, 9)]


def test_the_same_link_of_a_source_is_brought_up_to_date_and_of_another_is_another(tmp_path: Path) -> None:
    book = Book(tmp_path / "book")
    book.add([link(1, 7), link(1, 7, source="mixnmatch")])
    book.add([link(1, 7, date="2026-12-01")])
    assert sorted((found.source, found.date) for found in book.of(f"{HERE}00001")) == [
        ("mixnmatch", "2026-11-28"),
        ("wikidata", "2026-12-01"),
    ]
    assert book.sources() == {"mixnmatch": (1, "2026-11-28"), "wikidata": (1, "2026-12-01")}
    assert book.forget("mixnmatch") == 1 and list(book.sources()) == ["wikidata"]


def test_a_scan_meets_every_link_once(tmp_path: Path) -> None:
    book = Book(tmp_path / "book")
    links = [link(number, number + copy + 1) for number in range(900) for copy in range(3)]
    book.add([*links, link(5, 1, source="mixnmatch"), Link("https://data.example/id/museo/M1", f"{WIKIDATA}Q1", "wikidata", "2026-11-28")])
    assert set(book.scan(beginning=HERE, source="wikidata")) == set(links)
    assert [found.source for found in book.scan(source="mixnmatch")] == ["mixnmatch"]
    assert len(list(book.scan())) == len(links) + 2


def test_a_copy_holds_the_same_and_does_not_follow(tmp_path: Path) -> None:
    book = Book(tmp_path / "book")
    book.add([link(1, 7)])
    book.copy(tmp_path / "copy")
    book.add([link(2, 8)])
    assert list(open_links(tmp_path / "copy").scan()) == [link(1, 7)]


def test_without_a_file_there_are_no_links_and_a_broken_one_is_told(tmp_path: Path) -> None:
    assert list(open_links(tmp_path / "none").scan()) == [] == open_links(tmp_path / "none").of("x")
    (tmp_path / "broken").write_text("no database")
    with pytest.raises(StoreUnavailable):
        open_links(tmp_path / "broken")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (Link("no iri", f"{WIKIDATA}Q1", "wikidata", "2026-11-28"), "subject"),
        (Link(f"{HERE}1", 'https://x.example/"', "wikidata", "2026-11-28"), "target"),
        (Link(f"{HERE}1", f"{WIKIDATA}Q1", "Wiki data", "2026-11-28"), "source"),
        (Link(f"{HERE}1", f"{WIKIDATA}Q1", "wikidata", "yesterday"), "date"),
        (Link(f"{HERE}1", f"{WIKIDATA}Q1", "wikidata", "2026-11-28", 1.5), "confidence"),
        (Link(f"{HERE}1", f"{WIKIDATA}Q1", "wikidata", "2026-11-28", predicate=EXACT + "s"), "predicate"),
    ],
)
def test_what_is_no_link_is_refused_and_nothing_is_added(tmp_path: Path, wrong: Link, said: str) -> None:
    book = Book(tmp_path / "book")
    with pytest.raises(NotALink, match=said):
        book.add([link(1, 7), wrong])
    assert list(book.scan()) == []
