"""What a notice's page shows, out of its triples alone."""

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from pop_ld import iris
from pop_ld.bases import get_base
from pop_ld.formats.graph import Graph, best_label
from pop_ld.formats.naming import Naming
from pop_ld.formats.page import INCOMING, Incoming, incoming, notice_page
from pop_ld.formats.schema_org import jsonld
from pop_ld.formats.thing_page import thing_page

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
    into = incoming(SITE, [("p", THING.replace("999999", "1") + "#production")], 250)
    page = notice_page(THING, GRAPH, get_base("merimee"), NAMING, into)
    assert (page.title, page.ref, page.point) == ("Église </script>", "PA09999999", "47,8300° N, 4,6200° O")
    assert [(row.label, [v.text for v in row.values]) for row in page.facts] == [("creator", ["Perrault, Anselme"])]
    assert page.images == ["https://images.example/1.jpg"]
    assert [link.kind for link in page.links] == ["missing"], "a notice that is not in the release is no link"
    rows = {row.code: row.values for section in page.sections for row in section.rows}
    assert rows["HIST"][0].text == "bâtie#rebâtie"
    assert all(value.kind == "text" for value in rows.get("WEB", ()))


def test_links_from_others_are_things_once_and_bounded() -> None:
    pairs = [("p", f"{SITE}/id/mnr/{n // 2}#part-{n}") for n in range(200)] + [("p", f"{SITE}/doc/mnr/0")]
    found = incoming(SITE, pairs, 250)
    assert len(found.things) == INCOMING and found.more
    assert found.things[0] == f"{SITE}/id/mnr/0"
    assert not incoming(SITE, pairs[:4], 250).more


def test_a_mirrored_link_is_shown_once_among_the_incoming() -> None:
    photo = f"{SITE}/id/memoire/MH09999991"
    mirrored = Graph(
        [triple(iris.ONTOLOGY + "MEMOIRE", photo), triple(iris.ONTOLOGY + "REFO", HOME), triple(iris.ONTOLOGY + "contient", HOME)]
    )
    page = notice_page(THING, mirrored, get_base("merimee"), NAMING, incoming(SITE, [(iris.ONTOLOGY + "LBASE", photo)], 250))
    assert [link.text for link in page.links] == ["PA09999998"]
    assert [link.text for link in page.incoming] == ["MH09999991"]


def test_schema_org_keeps_to_the_properties_of_its_type() -> None:
    data = jsonld(THING, GRAPH, NAMING)
    assert data["@type"] == "LandmarksOrHistoricalBuildings" and data["@id"] == THING
    assert data["geo"]["latitude"] == "47.83" and "creator" not in data


def test_a_label_in_the_readers_language_first() -> None:
    labels = [Literal("x"), Literal("toile", language="fr"), Literal("canvas", language="en")]
    assert (best_label(labels, "en"), best_label(labels, "de"), best_label(labels[:1], "fr")) == ("canvas", "toile", "x")


@pytest.mark.parametrize(("lang", "labels"), [("fr", ["Au plus tôt", "Au plus tard"]), ("en", ["Not before", "Not after"])])
def test_a_time_span_says_its_bounds_in_words_and_in_order(lang: str, labels: list[str]) -> None:
    span = f"{SITE}/id/temps/1841"
    day = NamedNode(iris.XSD + "dateTime")
    graph = Graph(
        [
            Triple(NamedNode(span), NamedNode(iris.CRM + "P82b_end_of_the_end"), Literal("1841-12-31T23:59:59Z", datatype=day)),
            Triple(NamedNode(span), NamedNode(iris.CRM + "P82a_begin_of_the_begin"), Literal("1841-01-01T00:00:00Z", datatype=day)),
        ]
    )
    page = thing_page(span, graph, Naming(SITE, lang, {}), Incoming((), False))
    assert (page.kind, [row.label for row in page.rows]) == ("time", labels)
