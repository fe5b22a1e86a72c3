"""Terms as texts, their order, and which regular expressions are read alike everywhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode

from pop_ld import iris
from pop_ld.mapping.compiler import escape
from pop_ld.validation.rules import files, triples
from pop_ld.validation.terms import at_most, below, pattern, plain, shown, text_of, written

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=9)
TAILS = st.sampled_from(["", "@fr", f"^^<{iris.XSD}decimal>", f"^^<{iris.XSD}string>"])


@given(text=TEXTS, tail=TAILS)
def test_a_term_is_read_in_one_way(text: str, tail: str) -> None:
    """As the mapping writes it, and as the engine does."""
    literal = Literal(text, language="fr") if tail == "@fr" else Literal(text, datatype=NamedNode(tail[3:-1])) if tail else Literal(text)
    assert plain(f'"{escape(text)}"{tail}') == plain(str(literal)) == written(literal)
    assert text_of(written(literal)) == text


def test_escapes_of_n_triples_are_read() -> None:
    assert plain(r'"\u0041\U0001F600\t\\n\""@fr') == '"A😀\t\\n""@fr'


def test_iris_and_blank_nodes() -> None:
    assert plain("<urn:x>") == "<urn:x>"
    assert text_of("<urn:x>") == shown("<urn:x>") == "urn:x"
    assert text_of("_:b") is None


NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-1000, max_value=1000, places=3)


@given(one=NUMBERS, other=NUMBERS)
def test_numbers_are_in_order(one: object, other: object) -> None:
    left, right = (f'"{value}"^^<{iris.XSD}decimal>' for value in (one, other))
    assert at_most(left, right) == (one <= other)  # type: ignore[operator]
    assert below(left, right) == (one < other)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("left", "right", "is_so"),
    [
        ('"1850-01-01T00:00:00Z"^^<{x}dateTime>', '"1850-12-31T23:59:59Z"^^<{x}dateTime>', True),
        ('"1851-01-01T00:00:00Z"^^<{x}dateTime>', '"1850-12-31T23:59:59Z"^^<{x}dateTime>', False),
        ('"-0050-01-01T00:00:00Z"^^<{x}dateTime>', '"-0100-01-01T00:00:00Z"^^<{x}dateTime>', False),
        ('"-0100-01-01T00:00:00Z"^^<{x}dateTime>', '"-0050-01-01T00:00:00Z"^^<{x}dateTime>', True),
        ('"12000-01-01T00:00:00Z"^^<{x}dateTime>', '"2000-01-01T00:00:00Z"^^<{x}dateTime>', False),
        ('"1850-02-30T00:00:00Z"^^<{x}dateTime>', '"1850-12-31T23:59:59Z"^^<{x}dateTime>', False),
        ('"1"^^<{x}integer>', '"1.5"^^<{x}decimal>', True),
        ('"two"^^<{x}decimal>', '"3"^^<{x}decimal>', False),
        ('"a"', '"b"', True),
        ('"a"@fr', '"b"', False),
        ("<urn:a>", "<urn:b>", False),
        ("_:a", "_:b", False),
    ],
)
def test_order_is_sparqls(left: str, right: str, is_so: bool) -> None:
    """What cannot be compared is not in order."""
    assert at_most(left.format(x=iris.XSD), right.format(x=iris.XSD)) is is_so


SAFE = ["^a$", "a|b", "[^;,/| ]+[.](jpe?g|png)", "(a|b){2,3}", "[0-9]{4}", r"\.\[x\]", "[a-z-]", r"[\]a]", "[&a]", ""]
UNSAFE = ["a+?", r"\d", r"\p{L}", "(?i)a", "a**", "a*+", "a{2}{3}", "[a&&b]", "[[a]]", "[a--b]", "a{", "(", "[b-a]", r"\bx", "a{,3}", "a)"]


@pytest.mark.parametrize("text", SAFE)
def test_a_pattern_that_all_read_alike_is_taken(text: str) -> None:
    assert pattern(text, "") is not None
    assert pattern(text, "i") is not None
    assert pattern(text, "m") is None


@pytest.mark.parametrize("text", UNSAFE)
def test_others_are_left_to_an_engine(text: str) -> None:
    assert pattern(text, "") is None


def test_the_end_is_the_end_of_the_text() -> None:
    found = pattern("^(a$|[$]b\\$)", "")
    assert found
    assert found.search("a")
    assert not found.search("a\n")
    assert found.search("$b$\n")


PIECES = ["a", " ", "1", "a ", "1 ", "a,", "; ", ", ", "a.jpg;", "(", ") (", "-", "1x", "1 x "]
HOSTILE = [piece * (100_000 // len(piece)) + "\x01" for piece in PIECES]
"""What every pattern may take much of, and then an end that none takes."""


def test_no_pattern_of_the_rules_takes_long_on_a_hostile_text() -> None:
    """Python's engine walks back: a pattern whose cost grows faster than the text would never end here."""
    said = [t for name in files() for t in triples(name) if t.predicate.value == iris.SHACL + "pattern"]
    assert len(said) > 60
    for triple in said:
        found = pattern(triple.object.value, "i")
        assert found is not None, triple.object.value
        for text in HOSTILE:
            found.search(text)
