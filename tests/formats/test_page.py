"""What a notice's page shows, out of its triples alone."""

from pyoxigraph import Literal, NamedNode, Triple

from pop_ld import iris
from pop_ld.bases import get_base
from pop_ld.formats.graph import Graph, best_label
from pop_ld.formats.naming import Naming
from pop_ld.formats.page import LINKED, named_things, notice_page
from pop_ld.formats.sections import MOST

SITE = "https://data.example"
THING = iris.notice(SITE, "merimee", "PA09999999")
AGENT, HOME = f"{SITE}/id/agent/merimee/X", f"{SITE}/id/merimee/PA09999998"
NAMING = Naming(SITE, "fr", {AGENT: [Literal("Perrault, Anselme")]})


def triple(predicate: str, value: str | Literal) -> Triple:
    return Triple(NamedNode(THING), NamedNode(predicate), value if isinstance(value, Literal) else NamedNode(value))


GRAPH = Graph(
    [
        triple(iris.RDFS + "label", Literal("Église </script>", language="fr")),
        triple(iris.DCTERMS + "creator", AGENT),
        triple(iris.DCTERMS + "relation", HOME),
        triple(iris.SCHEMA + "image", "https://images.example/1.jpg"),
        triple(iris.SCHEMA + "image", "javascript:alert(1)"),
        triple(iris.ONTOLOGY + "HIST", Literal("bâtie#rebâtie", language="fr")),
        triple(iris.ONTOLOGY + "merimee-WEB", Literal("javascript:alert(1)")),
        triple(iris.WGS84 + "lat", Literal("47.83")),
        triple(iris.WGS84 + "long", Literal("-4.62")),
    ]
)


def test_a_notice_page() -> None:
    page = notice_page(THING, GRAPH, get_base("merimee"), NAMING, ["https://images.example"])
    assert (page.title, page.ref, page.point) == ("Église </script>", "PA09999999", "47,8300° N, 4,6200° O")
    assert [(row.label, [v.text for v in row.values]) for row in page.facts] == [("creator", ["Perrault, Anselme"])]
    assert [(image.url, image.shown) for image in page.images] == [("https://images.example/1.jpg", True)]
    assert not notice_page(THING, GRAPH, get_base("merimee"), NAMING).images[0].shown, "no host was allowed"
    assert [link.kind for row in page.links for link in row.values] == ["missing"], "a notice that is not in the release is no link"
    rows = {row.code: row.values for section in page.sections for row in section.rows}
    assert rows["HIST"][0].text == "bâtie#rebâtie"
    assert all(value.kind == "text" for value in rows.get("WEB", ()))


def test_a_mirrored_link_is_shown_by_the_field_that_says_it_alone() -> None:
    photo = f"{SITE}/id/memoire/MH09999991"
    mirrored = Graph(
        [triple(iris.ONTOLOGY + "MEMOIRE", photo), triple(iris.ONTOLOGY + "REFO", HOME), triple(iris.ONTOLOGY + "contient", HOME)]
    )
    page = notice_page(THING, mirrored, get_base("merimee"), NAMING)
    assert [(row.code, [link.text for link in row.values]) for row in page.links] == [("REFO", ["PA09999998"])]
    assert not any(row.code == "REFO" for section in page.sections for row in section.rows), "what is listed once is not said twice"


def test_what_is_many_is_bounded_and_counted() -> None:
    objects = [triple(iris.ONTOLOGY + "REFO", f"{SITE}/id/palissy/PM{n:08}") for n in range(2_225)]
    lost = [triple(iris.ONTOLOGY + "REFO-source", Literal(f"PM{n:08}")) for n in range(90)]
    base = get_base("merimee")
    page = notice_page(THING, Graph([*objects, *lost]), base, NAMING)
    (row,) = page.links
    assert (len(row.values), row.more) == (LINKED, 2_225 - LINKED)
    (left,) = [row for section in page.sections for row in section.rows if row.code == "REFO"]
    assert (len(left.values), left.more) == (MOST, 90 - MOST), "a reference that leads nowhere keeps its text"
    assert len(named_things(SITE, THING, Graph(objects), base)) <= LINKED


def test_the_authors_are_in_the_order_in_which_the_producer_wrote_them() -> None:
    names = {f"{SITE}/id/agent/merimee/{name}": [Literal(name)] for name in ("Zola", "Anonyme", "Morel")}
    texts = triple(iris.ONTOLOGY + "AUTR", Literal("Morel (architecte) ; Zola ; Anonyme"))
    graph = Graph([texts, *(triple(iris.DCTERMS + "creator", iri) for iri in names)])
    page = notice_page(THING, graph, get_base("merimee"), Naming(SITE, "fr", names))
    assert [value.text for value in page.facts[0].values] == ["Morel", "Zola", "Anonyme"]
    (row,) = [row for section in page.sections for row in section.rows if row.code == "AUTR"]
    assert [[(p.text, p.href) for p in (value.pieces or [value])] for value in row.values] == [
        [("Morel", "/id/agent/merimee/Morel"), (" (architecte)", "")],
        [("Zola", "/id/agent/merimee/Zola")],
        [("Anonyme", "/id/agent/merimee/Anonyme")],
    ]


def test_a_building_is_kept_by_no_administration() -> None:
    graph = Graph([triple(iris.CRM + "P50_has_current_keeper", f"{SITE}/id/agent/merimee/affectataire/minist%C3%A8re")])
    page = notice_page(THING, graph, get_base("merimee"), NAMING)
    assert not page.keepers and not page.facts


def test_a_label_in_the_readers_language_first() -> None:
    labels = [Literal("x"), Literal("toile", language="fr"), Literal("canvas", language="en")]
    assert (best_label(labels, "en"), best_label(labels, "de"), best_label(labels[:1], "fr")) == ("canvas", "toile", "x")
