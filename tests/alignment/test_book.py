"""The book of links: what goes in comes out, the surest first; a copy is read only; what is no link is refused whole."""

from pathlib import Path

import pytest

from pop_ld.alignment import Book, Change, Link, NotALink, Suggestion, open_links
from pop_ld.alignment.link import EXACT, MANUAL, WIKIDATA
from pop_ld.errors import StoreUnavailable

HERE = "https://data.example/id/joconde/"


def link(number: int, item: int, source: str = "wikidata", confidence: float = 1.0, date: str = "2026-11-28") -> Link:
    return Link(f"{HERE}{number:05d}", f"{WIKIDATA}Q{item}", source, date, confidence)


def test_links_come_back_the_surest_first(tmp_path: Path) -> None:
    book = Book(tmp_path / "book")
    assert book.add([link(1, 7, confidence=0.4), link(1, 8, confidence=0.9), link(2, 9)]) == Change(3, 0, 3, 0, 0)
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


def test_a_change_tells_what_it_did_and_a_whole_source_forgets_what_is_gone(tmp_path: Path) -> None:
    book = Book(tmp_path / "book")
    assert book.add([link(1, 7), link(2, 8), link(2, 8), link(3, 9)], whole="wikidata") == Change(4, 1, 3, 0, 0)
    book.add([link(9, 9, source="mixnmatch")])
    before = book.revision
    assert book.add([link(1, 7), link(2, 8, date="2026-12-01"), link(4, 1)], whole="wikidata") == Change(3, 0, 1, 1, 1)
    assert book.revision != before
    assert [found.subject[-1] for found in book.scan("wikidata")] == ["1", "2", "4"] and book.sources()["mixnmatch"][0] == 1


def test_what_is_not_one_to_one_is_told(tmp_path: Path) -> None:
    book = Book(tmp_path / "book")
    museum = Link("https://data.example/id/museo/M1", f"{WIKIDATA}Q7", "wikidata", "2026-11-28")
    book.add([link(1, 7), link(1, 8), link(2, 7), link(3, 9), museum])
    found = book.conflicts("wikidata")
    assert found.things == [(f"{HERE}00001", 2)] and found.targets == [(f"{WIKIDATA}Q7", 2)]
    assert (found.thing_count, found.target_count) == (1, 1)
    assert book.conflicts("wikidata", 0).things == [] and book.conflicts("nobody").thing_count == 0


def suggestion(number: int, item: int, kind: str = "notice", score: float = 0.5) -> Suggestion:
    reasons = (("reason_title", "Bords de Seine"), ("reason_year", "1872"))
    return Suggestion(kind, f"{HERE}{number:05d}", f"{WIKIDATA}Q{item}", EXACT, score, reasons, "Bords de Seine", "The Seine", "2026-11-28")


def test_an_accepted_suggestion_is_a_link_of_the_house_and_a_rejected_one_never_comes_again(tmp_path: Path) -> None:
    book = Book(tmp_path / "book")
    assert book.suggest([suggestion(1, 7, score=0.5), suggestion(2, 8, score=0.9), suggestion(3, 9, "agent")]) == 3
    assert book.suggest([suggestion(1, 7)]) == 0
    assert book.suggested() == {"agent": 1, "notice": 2}
    second, first = book.suggestions("notice")
    assert (second.qid, first.qid, first.reasons[0]) == ("Q8", "Q7", ("reason_title", "Bords de Seine"))
    assert [found.subject for found in book.decide([first.number], "accepted", "2026-12-01")] == [first.subject]
    assert [found.subject for found in book.decide([second.number, first.number, 999], "rejected", "2026-12-01")] == [second.subject]
    assert list(book.scan()) == [Link(f"{HERE}00001", f"{WIKIDATA}Q7", "pop", "2026-12-01", 1.0, EXACT, MANUAL)]
    assert book.suggest([suggestion(1, 7), suggestion(2, 8), suggestion(3, 9, "agent")]) == 0
    assert book.decisions() == {"accepted": 1, "rejected": 1}
    assert book.take_back(second.subject, second.target) and not book.take_back(second.subject, second.target)
    assert book.suggest([suggestion(2, 8)]) == 1
    with pytest.raises(ValueError, match="perhaps"):
        book.decide([1], "perhaps", "2026-12-01")


def test_suggestions_of_a_kind_made_afresh_take_the_place_of_the_former_ones(tmp_path: Path) -> None:
    book = Book(tmp_path / "book")
    book.suggest([suggestion(1, 7), suggestion(2, 8), suggestion(3, 9, "agent")])
    assert book.suggest([suggestion(2, 8), suggestion(4, 1)], afresh="notice") == 0
    assert {found.subject[-1] for found in book.suggestions()} == {"2", "3", "4"}


def test_two_notices_of_one_thing_are_linked_in_both_directions(tmp_path: Path) -> None:
    book = Book(tmp_path / "book")
    book.suggest([Suggestion("duplicate", f"{HERE}1", f"{HERE}2", EXACT, 0.9, (), date="2026-11-28")])
    book.decide([book.number_of(f"{HERE}1", f"{HERE}2")], "accepted", "2026-12-01")
    assert [(found.subject[-1], found.target[-1]) for found in book.scan()] == [("1", "2"), ("2", "1")]
    assert book.take_back(f"{HERE}1", f"{HERE}2") and not list(book.scan())


def test_a_link_that_is_added_is_no_longer_suggested(tmp_path: Path) -> None:
    book = Book(tmp_path / "book")
    book.suggest([suggestion(1, 7)])
    book.add([link(1, 7)])
    assert book.suggestions() == [] and book.suggest([suggestion(1, 7)]) == 0


def test_a_number_never_means_another_suggestion(tmp_path: Path) -> None:
    """A page that was loaded before a new search must not decide what it did not show."""
    book = Book(tmp_path / "book")
    book.suggest([suggestion(1, 7), suggestion(2, 8)], afresh="notice")
    old = {each.number for each in book.suggestions()}
    book.suggest([suggestion(3, 9), suggestion(2, 8)], afresh="notice")
    assert not old & {each.number for each in book.suggestions()}
    assert book.decide(sorted(old), "accepted", "2026-12-01") == [] and not list(book.scan())
