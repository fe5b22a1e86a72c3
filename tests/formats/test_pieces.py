"""A field's text as readers see it: parts that link, long texts by their beginning, nothing lost."""

from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode

from pop_ld.bases import get_base
from pop_ld.formats.naming import Naming, Value
from pop_ld.formats.pieces import LONG, Linker, apart, in_order, linked, long_text

SITE = "https://data.example"


def candidates(*labels: str) -> list[tuple[str, Value]]:
    return [(label.lower(), Value("link", label, f"/id/x/{label}")) for label in labels]


def shown(value: Value) -> list[tuple[str, str]]:
    return [(piece.text, piece.href) for piece in (value.pieces or (value,))]


def test_a_word_inside_a_word_is_no_mention() -> None:
    assert shown(linked("pontife sur un pont", candidates("pont"))) == [("pontife sur un ", ""), ("pont", "/id/x/pont")]
    assert linked("pontife", candidates("pont")) == Value("text", "pontife")


def test_the_longest_name_wins_and_each_is_linked_once() -> None:
    found = linked("Paris (Notre-Dame de Paris), Paris", candidates("Notre-Dame de Paris", "Paris"))
    assert shown(found) == [
        ("Paris", "/id/x/Paris"),
        (" (", ""),
        ("Notre-Dame de Paris", "/id/x/Notre-Dame de Paris"),
        ("), Paris", ""),
    ]


def test_a_whole_text_only_where_it_is_whole() -> None:
    assert linked("Dijon, musée", candidates("Dijon"), whole=True).kind == "text"
    assert linked("Dijon", candidates("Dijon"), whole=True) == Value("link", "Dijon", "/id/x/Dijon")


def test_a_case_that_changes_the_length_is_left_alone() -> None:
    assert linked("İstanbul", candidates("stanbul")).kind == "text"


@given(st.text(alphabet="ab (;,é", max_size=40), st.lists(st.text(alphabet="abé ", min_size=1, max_size=5), max_size=4))
def test_linking_loses_no_character(text: str, labels: list[str]) -> None:
    assert "".join(piece for piece, _ in shown(linked(text, candidates(*labels)))) == text


def test_semicolons_inside_parentheses_do_not_part() -> None:
    assert apart("a (b ; c) ; d ;; e)") == ["a (b ; c)", "d", "e)"]


@given(st.text(alphabet="aé. #£\n", min_size=LONG + 1, max_size=LONG * 3))
def test_a_long_text_keeps_its_words(text: str) -> None:
    found = long_text(text)
    kept = "".join((found.text, *(piece.text for piece in found.pieces)))
    assert "".join(kept.split()) == "".join(text.replace("#", " ").replace("£", " ").split())


def test_a_long_text_is_cut_at_a_sentence() -> None:
    found = long_text("Une phrase de trente lettres. " * 60)
    assert found.kind == "long" and len(found.text) <= LONG and found.text.endswith("lettres.")


def test_labels_in_the_order_of_the_text() -> None:
    assert in_order(["b", "z", "a"], "A puis B") == ["a", "b", "z"]


def test_links_that_no_text_holds_are_shown_beside_it() -> None:
    base, told, other = get_base("joconde"), f"{SITE}/id/concept/joconde/REPR/pont", f"{SITE}/id/concept/joconde/REPR/ville"
    naming = Naming(SITE, "fr", {told: [Literal("pont")], other: [Literal("ville")]})
    linker = Linker(naming, base, [told, other])
    values = linker.values(base.fields["REPR"], [Literal("paysage (pont)"), NamedNode(told), NamedNode(other)])
    assert [shown(value) for value in values] == [
        [("paysage (", ""), ("pont", "/id/concept/joconde/REPR/pont"), (")", "")],
        [("ville", "/id/concept/joconde/REPR/ville")],
    ]


def test_a_date_of_protection_is_in_words() -> None:
    base = get_base("merimee")
    (value,) = Linker(Naming(SITE, "fr", {}), base, []).values(base.fields["DPRO"], [Literal("1926/12/27 : inscrit MH")])
    assert value.text == "27 décembre 1926 : inscrit MH"
