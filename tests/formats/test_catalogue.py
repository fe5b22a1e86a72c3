"""The catalogue's own data: every base has its line, every service its texts; what is switched off or not set is not told."""

from __future__ import annotations

from pyoxigraph import NamedNode

from pop_ld import iris, resources
from pop_ld.bases import load_bases
from pop_ld.formats import catalogue, catalogue_files
from pop_ld.formats.download_files import BY_NAME, FORMATS, WHOLE, by_suffix

SITE = "https://pop.example"
MANIFEST = {"name": "2026-11-28.01", "created": "2026-11-28T10:00:00Z", "notices": 12, "bases": {"mnr": 7, "joconde": 5}, "examples": []}


def test_every_base_has_a_line_with_keywords_and_rights_in_both_languages() -> None:
    assert {row["base"] for row in resources.table("catalogue.csv")} == {WHOLE, *load_bases()}
    for row in resources.table("catalogue.csv"):
        assert row["licence"] in ("", *catalogue_files.LICENCES)
        assert all(row[name] for name in ("keywords", "keywords_en", "rights", "rights_en")), row["base"]
        assert len(row["keywords"].split("|")) == len(row["keywords_en"].split("|"))


def test_a_service_that_is_switched_off_is_not_offered() -> None:
    every = catalogue.catalogue(SITE, MANIFEST, None, "")
    some = catalogue.catalogue(SITE, MANIFEST, None, "", ["feed"])
    feed = NamedNode(iris.service(SITE, "feed"))
    assert [t for t in every if feed in (t.subject, t.object)] and not [t for t in some if feed in (t.subject, t.object)]


def test_without_a_contact_nobody_is_named() -> None:
    contact = NamedNode(iris.DCAT + "contactPoint")
    assert not [t for t in catalogue.catalogue(SITE, MANIFEST, None, "") if t.predicate == contact]
    assert len({t.subject for t in catalogue.catalogue(SITE, MANIFEST, None, "pop@data.example") if t.predicate == contact}) > 3


def test_formats_are_told_apart_by_their_suffix() -> None:
    assert {form.suffix: by_suffix(form.suffix) for form in FORMATS} == {form.suffix: form for form in FORMATS}
    assert by_suffix("gz") is None and BY_NAME["edm"].file("mnr", "2026-11-28.01") == "pop-mnr-2026-11-28.01.edm.zip"
