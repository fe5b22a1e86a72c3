"""Search documents: what of a record can be found, and what stays out."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from pop_ld.bases import Base, Field
from pop_ld.search.document import LONGEST_SUMMARY, document
from pop_ld.search.entry import entry

_PARSERS = {
    "REF": "hidden",
    "ETAT": "concept",
    "DENO": "concept",
    "DOMN": "concept",
    "TICO": "text",
    "AUTR": "person",
    "SCLD": "period",
    "SCLE": "period",
    "DPRO": "protection",
    "DIMS": "dimension",
    "NINV": "inventory",
    "DESC": "text",
    "COM": "texts",
    "RENV": "reference:palissy,merimee",
    "LIENS": "url",
    "WEB": "text",
    "DMAJ": "date",
    "IMG": "image",
    "NOTE": "text",
    "MUSEO": "",
}


def _base(withheld: str = "NOTE") -> Base:
    sections = {"designation": {"fr": "Désignation"}, "autre": {"fr": "Autre"}}
    fields = {
        code: Field(
            path=code,
            label=code,
            label_en=code,
            type="text",
            required=False,
            opendata=True,
            public=code != withheld,
            description="",
            thesaurus="",
            separator=";",
            parser=parser,
            section="designation" if code in ("DENO", "DOMN", "TICO") else "autre",
            labels={},
            facet={"DENO": "type", "DOMN": "domain", "AUTR": "author", "SCLE": "period", "DPRO": "protection"}.get(code, ""),
        )
        for code, parser in _PARSERS.items()
    }
    return Base(
        slug="palissy",
        folder=Path("none"),
        name={},
        short={},
        description={},
        aliases=(),
        cls="ObjetMobilier",
        ref=re.compile("^PM"),
        label=("{TICO}", "{DENO}, {COM}", "{REF}"),
        point=(),
        commune={},
        timespans={"date": {"years": (), "periods": ("SCLE",)}},
        parts={},
        polygon=(),
        paired={},
        lives=(),
        schemes={},
        one_hop={},
        sections=sections,
        empty_values=frozenset(),
        fields=fields,
        unmapped={},
        apart=frozenset(),
    )


def _record(**more: Any) -> dict[str, Any]:
    return {
        "key": "PM1",
        "REF": "PM1",
        "label": "Calice aux pampres",
        "page": "https://pop.example/notice/palissy/PM1",
        "TICO": "Calice aux pampres",
        "ETAT": [{"label": "bon état", "concept": "bon"}],
        "DENO": [{"label": "calice", "concept": "calice"}],
        "DOMN": [{"label": "orfèvrerie", "concept": "orf"}],
        "DENO_text": "calice",
        "AUTR": [{"text": "Lenoir, Paul (orfèvre)", "name": "Lenoir, Paul", "agent": "x", "role": "orfèvre"}],
        "AUTR_text": "Lenoir, Paul (orfèvre)",
        "SCLD": [{"label": "19e siècle", "concept": "19"}],
        "SCLE": [{"label": "17e siècle", "concept": "17"}],
        "DPRO": [{"text": "1910/02/03 : classé au titre objet", "label": "classé au titre objet"}, {"text": "obscur"}],
        "DPRO_text": "1910/02/03 : classé au titre objet ; obscur",
        "DIMS_text": "h = 27 ; pied : d = 14",
        "NINV": [{"value": "OA 12", "precision": "ancien numéro"}],
        "NINV_text": "OA 12 (ancien numéro)",
        "DESC": "Coupe godronnée.",
        "COM": [{"value": "Villeneuve"}],
        "COM_text": "Villeneuve",
        "place": [{"place": "insee-00001", "label": "Villeneuve", "insee": "00001"}],
        "RENV_text": "PA00000001",
        "LIENS": [{"text": "http://liens.example/a", "url": "http://liens.example/a"}],
        "LIENS_text": "http://liens.example/a",
        "WEB": "https://web.example/b",
        "DMAJ": "2001-02-03",
        "DMAJ_text": "2001-02-03",
        "IMG": [{"text": "hors ligne"}, {"text": "b.jpg", "url": "https://images.example/b.jpg"}],
        "IMG_text": "hors ligne ; b.jpg",
        **more,
    }


WRITTEN = {
    "REF": ["PM1"],
    "DENO": ["calice"],
    "DPRO": ["1910/02/03 : classé au titre objet", "obscur"],
    "MUSEO": ["M1"],
    "NOTE": ["secret"],
}


def test_document() -> None:
    assert document(
        _base(), _record(rights="https://rights.example/a"), "https://site.example/id/palissy/PM1", (), WRITTEN, "Inventaire"
    ) == {
        "iri": "https://site.example/id/palissy/PM1",
        "base": "palissy",
        "ref": "PM1",
        "title": "Calice aux pampres",
        "summary": "orfèvrerie · 17e siècle · Villeneuve",
        "image": "https://images.example/b.jpg",
        "places": ["Villeneuve"],
        "numbers": ["OA 12"],
        "links": [],
        "year": "",
        "end": "",
        "point": "",
        "changed": "2001-02-03",
        "fields": {"REF": ["PM1"], "DENO": ["calice"], "DPRO": ["1910/02/03 : classé au titre objet", "obscur"]},
        "facets": {
            "domain": ["Orfèvrerie"],
            "type": ["Calice"],
            "author": ["Lenoir, Paul"],
            "period": ["17e siècle"],
            "protection": ["Classé au titre objet"],
            "commune": ["Villeneuve"],
            "producer": ["Inventaire"],
            "rights": ["https://rights.example/a"],
        },
        "compare": {"DMAJ": ["d5020010203"]},
    }


def test_what_a_notice_points_at_when_and_where() -> None:
    """Each link once, none to itself; a commune stands in its department and region; the year is the first of the time-span."""
    site, of = "https://site.example/id", "https://property.example/"
    places = [{"place": "insee-89387", "label": "Sens", "department_place": "departement-89", "region_place": "region-B"}]
    record = _record(place=places, date=[{"end": "-0052-12-31T23:59:59Z"}], lat="48.2", long="3.28")
    told = [f"{of}in {site}/lieu/insee-89387", f"{of}by {site}/agent/x", f"{of}by {site}/agent/x", f"{of}see {site}/palissy/PM1"]
    made = document(_base(), record, f"{site}/palissy/PM1", told)
    assert made["links"] == [*told[:2], f"{of}in {site}/lieu/departement-89", f"{of}in {site}/lieu/region-B"]
    assert (made["year"], made["end"], made["point"]) == ("-0052", "-0052", "48.2 3.28")


def test_a_dating_has_a_first_and_a_last_year() -> None:
    record = _record(date=[{"label": "sans bornes"}, {"begin": "1801-01-01T00:00:00Z", "end": "1900-12-31T23:59:59Z"}])
    made = document(_base(), record, "x")
    assert (made["year"], made["end"]) == ("1801", "1900")


def test_a_withheld_field_stays_out_whatever_the_record_holds() -> None:
    made = document(_base(withheld="DESC"), _record(), "x", (), {"DESC": ["Coupe godronnée."]})
    assert "godronnée" not in json.dumps(made, ensure_ascii=False)


def test_a_bare_record() -> None:
    made = document(_base(), {"key": "PM2", "REF": "PM2", "label": "PM2"}, "x")
    assert made["title"] == "PM2"
    assert made["summary"] == made["image"] == made["changed"] == ""
    assert made["places"] == made["numbers"] == []
    assert made["facets"] == made["fields"] == made["compare"] == {}


def test_a_date_stands_in_for_the_period() -> None:
    record = _record(date=[{"label": "vers 1650"}])
    del record["SCLE"], record["SCLD"]
    assert document(_base(), record, "x")["summary"] == "orfèvrerie · vers 1650 · Villeneuve"


def test_summaries_are_short_and_nothing_else_is_cut() -> None:
    prose, values = "mot " * 5_000, [f"valeur {n}" for n in range(500)]
    made = document(_base(), _record(place=[{"label": "très loin " * 50}]), "x", (), {"DESC": [prose], "COM": values})
    assert len(made["summary"]) <= LONGEST_SUMMARY
    assert made["fields"] == {"DESC": [prose], "COM": values}
    held = entry(made)
    assert held["field"][0].count("DESC:mot") == 5_000
    assert len(held["value"]) == 501
