"""IRIs: minted and read in one place."""

import pytest

from pop_ld import iris

SITE = iris.DEFAULT_SITE


@pytest.mark.parametrize(
    ("ref", "iri"),
    [
        ("000PE001028", "/id/mnr/000PE001028"),
        ("R 26 P", "/id/mnr/R%2026%20P"),
        ("rfr21", "/id/mnr/rfr21"),
        ("a/b#c?d%e", "/id/mnr/a%2Fb%23c%3Fd%25e"),
        ("é", "/id/mnr/%C3%A9"),
    ],
)
def test_notice(ref: str, iri: str) -> None:
    assert iris.notice(SITE, "mnr", ref) == SITE + iri
    assert iris.unkey(iri.rsplit("/", 1)[1]) == ref


def test_from_path_is_canonical_and_keeps_an_encoded_slash() -> None:
    assert iris.from_path(SITE, "/id/mnr/R%2026%20P") == SITE + "/id/mnr/R%2026%20P"
    assert iris.from_path(SITE, "/id/mnr/R 26 P") == SITE + "/id/mnr/R%2026%20P"
    assert iris.from_path(SITE, "/id/mnr/a%2Fb") == SITE + "/id/mnr/a%2Fb"
    assert iris.from_path(SITE, "/id/mnr/%e9") == SITE + "/id/mnr/%EF%BF%BD"


def test_local_addresses() -> None:
    assert iris.local(SITE, SITE + "/id/mnr/x") == "/id/mnr/x"
    assert iris.local(SITE, SITE) == "/"
    assert iris.local(SITE, "https://data.pop.culture.gouv.fr.example.org/x") == "https://data.pop.culture.gouv.fr.example.org/x"


def test_things_and_documents() -> None:
    thing = iris.notice(SITE, "mnr", "R 26 P")
    assert iris.thing_to_document(SITE, thing + "#production") == iris.document(SITE, "mnr", "R 26 P")
    assert iris.document_to_thing(SITE, iris.document(SITE, "mnr", "R 26 P")) == thing
    assert iris.is_thing(SITE, thing) and not iris.is_thing(SITE, thing + "#x") and not iris.is_thing(SITE, iris.document(SITE, "mnr", "x"))


def test_last_part() -> None:
    assert iris.last_part(SITE + "/id/agent/joconde/BRUNET_Am%C3%A9lie") == "BRUNET Amélie"
    assert iris.last_part("http://vocab.getty.edu/aat/300055644") == "300055644"
    assert iris.last_part(iris.ONTOLOGY + "DENO") == "DENO"
