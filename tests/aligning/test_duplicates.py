"""Notices of one thing are found where names and places say so, and not where a street, a part or another commune speaks against it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pop_ld import search
from pop_ld.aligning.duplicates import duplicates
from pop_ld.aligning.naming import name_of
from pop_ld.alignment import Suggestion

SITE = "https://data.example"


def notice(base: str, ref: str, title: str, point: str = "", **fields: str) -> dict[str, object]:
    """A search document as a conversion writes it, with the fields that the comparison reads."""
    texts = {code: value.split(" ; ") for code, value in fields.items()}
    return {
        "iri": f"{SITE}/id/{base}/{ref}",
        "base": base,
        "ref": ref,
        "title": title,
        "summary": "",
        "image": "",
        "places": texts.get("COM", []),
        "numbers": [],
        "links": [],
        "year": "",
        "end": "",
        "point": point,
        "changed": "",
        "fields": {"REF": [ref], "TICO": [title], **texts},
        "facets": {},
        "compare": {},
    }


def found(tmp_path: Path, notices: list[dict[str, object]], base: str = "merimee") -> list[Suggestion]:
    search.build(tmp_path / "search", notices)  # type: ignore[arg-type]
    index = search.open_search(tmp_path / "search")
    made = list(duplicates(index, base, tmp_path, "2026-11-28"))
    assert not list(tmp_path.glob("duplicates-*"))
    return made


def pairs(made: list[Suggestion]) -> list[tuple[str, str]]:
    return [(each.subject.rsplit("/", 1)[1], each.target.rsplit("/", 1)[1]) for each in made]


def test_a_building_in_both_series_is_found_by_name_and_commune(tmp_path: Path) -> None:
    made = found(
        tmp_path,
        [
            notice("merimee", "PA00000001", "Eglise Saint-Martin", COM="Sens", DPT_LETTRE="Yonne", CADA="1987 AB 12", SCLE="12e siècle"),
            notice(
                "merimee",
                "IA00000001",
                "Église paroissiale Saint-Martin, Sens",
                COM="Sens",
                DPT_LETTRE="Yonne",
                CADA="AB 12, 13",
                SCLE="12e siècle",
            ),
            notice("merimee", "PA00000002", "Eglise Saint-Martin", COM="Sens", DPT_LETTRE="Loire"),
            notice("merimee", "IA00000003", "Chapelle Saint-Martin", COM="Sens", DPT_LETTRE="Yonne"),
            notice("merimee", "IA00000004", "Presbytère Saint-Martin", COM="Sens", DPT_LETTRE="Yonne"),
        ],
    )
    assert pairs(made) == [("IA00000001", "PA00000001")]
    (one,) = made
    reasons = dict(one.reasons)
    assert (
        {"title", "commune", "parcel", "date", "series"} <= reasons.keys()
        and reasons["series"] == "IA + PA"
        and reasons["parcel"] == "AB 12"
    )
    assert one.predicate.endswith("closeMatch") and 0.8 < one.score < 1 and one.date == "2026-11-28"


def test_two_notices_of_one_series_need_nearly_one_point(tmp_path: Path) -> None:
    made = found(
        tmp_path,
        [
            notice("merimee", "PA00000001", "Pont de la Bellassière", "45.0 4.0"),
            notice("merimee", "PA00000002", "Pont de la Bellassière (également sur commune de X)", "45.0003 4.0"),
            notice("merimee", "PA00000003", "Château de Rauzan", "46.0 4.0"),
            notice("merimee", "PA00000004", "Château de Rauzan", "46.003 4.0"),
            notice("merimee", "PA00000005", "Hôtel Berbisey", COM="Dijon", DPT_LETTRE="Côte-d'Or"),
            notice("merimee", "PA00000006", "Hôtel Berbisey", COM="Dijon", DPT_LETTRE="Côte-d'Or"),
        ],
    )
    assert pairs(made) == [("PA00000001", "PA00000002")]
    assert dict(made[0].reasons)["distance"] == "33"


def test_a_name_that_a_third_notice_near_by_has_tells_nothing(tmp_path: Path) -> None:
    street = [notice("merimee", f"PA0000000{n}", "Immeuble, en bordure du Palais-Royal", f"48.86{n} 2.33") for n in range(4)]
    assert found(tmp_path, street) == []


def test_generic_titles_parts_and_crowded_points_are_no_duplicates(tmp_path: Path) -> None:
    generic = [
        notice("merimee", f"PA0000001{n}", title, "45.0 4.0")
        for n, title in enumerate(("Maison", "Maison", "Vieille maison", "Vieille maison"))
    ]
    parts = [
        notice("merimee", "PA00000021", "Château de Vincennes", "48.84 2.43"),
        notice("merimee", "PA00000022", "Abords du château de Vincennes", "48.84 2.43"),
        notice("merimee", "PA00000023", "Maison dite Relais Henri IV", "47.1 2.4"),
        notice("merimee", "PA00000024", "Maison attenante à la maison dite Relais Henri IV", "47.1 2.4"),
    ]
    crowded = [
        notice("merimee", f"PA0000003{n}", title, "44.0 0.0") for n, title in enumerate(("Moulin Rouge", "Moulin Rouge", "A", "B", "C"))
    ]
    assert found(tmp_path, [*generic, *parts, *crowded]) == []


def test_a_notice_that_names_its_fellow_of_the_other_series_is_believed(tmp_path: Path) -> None:
    made = found(
        tmp_path,
        [
            notice("merimee", "IA00000001", "ensemble fortifié", RENV="PA00000001 ; PA00000009 ; IA00000002 ; voir PM00000001"),
            notice("merimee", "IA00000002", "maison"),
            notice("merimee", "PA00000001", "Remparts", RENV="IA00000001"),
        ],
    )
    assert set(pairs(made)) == {("IA00000001", "PA00000001")} and dict(made[0].reasons)["reference"] == "PA00000001"
    assert (made[0].label, made[0].target_label) == ("ensemble fortifié", "Remparts")


def test_dates_that_exclude_each_other_speak_against_it(tmp_path: Path) -> None:
    both = {"COM": "Sens", "DPT_LETTRE": "Yonne"}
    assert not found(
        tmp_path,
        [
            notice("merimee", "PA00000001", "Manoir de Kerazan", SCLE="15e siècle", **both),
            notice("merimee", "IA00000001", "manoir de Kerazan", SCLE="19e siècle", **both),
        ],
    )


def test_objects_are_found_between_the_series_alone(tmp_path: Path) -> None:
    both = {"COM": "Nantua", "DPT_LETTRE": "Ain"}
    made = found(
        tmp_path,
        [
            notice("palissy", "PM01000388", "Tableau : Saint Sébastien soigné par Irène", **both),
            notice("palissy", "IM01000001", "tableau : Saint Sébastien soigné par Irène", **both),
            notice("palissy", "PM01000389", "Calice du trésor de Nantua", **both),
            notice("palissy", "PM01000390", "Calice du trésor de Nantua", **both),
        ],
        "palissy",
    )
    assert pairs(made) == [("IM01000001", "PM01000388")]


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("Eglise Saint-Martin (ancienne)", "eglise martin saint"),
        ("Ancienne église Saint-Martin", "eglise martin saint"),
        ("Maison", ""),
        ("Maison du 16e siècle", ""),
        ("Immeuble, 3 rue Victor-Hugo", "immeuble 3 hugo victor"),
        ("", ""),
        ("((((", ""),
    ],
)
def test_what_of_a_title_names_one_thing(title: str, key: str) -> None:
    assert name_of(title, ()).key == key
