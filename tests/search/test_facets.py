"""Values of facets: spelled once, of the right fields, and never of a withheld one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pop_ld import iris, pipeline
from pop_ld.bases import FED, FIELD_COLUMNS, load_base, load_bases
from pop_ld.config import Settings
from pop_ld.dump import documents
from pop_ld.errors import MappingError
from pop_ld.fields import RecordBuilder, Written
from pop_ld.notices import Notice
from pop_ld.producers import service_of
from pop_ld.quality import SOUND
from pop_ld.quality import documents as with_quality
from pop_ld.search.document import document
from pop_ld.search.facets import Facets, capital, commune, quiet
from pop_ld.search.question import FACETS
from pop_ld.validation.rules import SEVERITIES
from tests import dumps

SETTINGS = Settings()
SAMPLES = [sample for base in load_bases().values() for sample in base.samples]


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dump")
    pipeline.convert(SAMPLES, out, SETTINGS, jobs=1, quiet=True)
    return out


def facets(slug: str, **fields: str | tuple[str, ...]) -> dict[str, list[str]]:
    base = load_bases()[slug]
    notice = Notice(slug, "X1", {code: (value,) if isinstance(value, str) else value for code, value in fields.items()})
    record, _ = RecordBuilder(base, SETTINGS, load_bases())(notice)
    made = Facets(base)(record, Written(base)(notice), "")
    made.pop("rights")
    return made


@pytest.mark.parametrize(
    ("slug", "fields", "expected"),
    [
        ("joconde", {"DOMN": "peinture ; Peinture"}, {"domain": ["Peinture"]}),
        ("joconde", {"AUTR": "COROT Camille (peintre) ; anonyme"}, {"author": ["COROT Camille", "Anonyme"]}),
        ("palissy", {"AUTR": "Corot, Camille (peintre)", "ATEL": "Corot, Camille"}, {"author": ["COROT Camille"]}),
        ("merimee", {"AUTR": "Floutier Henri-Jacques (architecte)"}, {"author": ["Floutier Henri-Jacques"]}),
        ("joconde", {"DENO": "anneau (2)"}, {"type": ["Anneau"]}),
        ("joconde", {"MUSEO": "M5031"}, {"museum": ["M5031"]}),
        ("joconde", {"MANQUANT": "volé"}, {"missing": ["Volé"]}),
        ("joconde", {"REGION": "Bourgogne", "DPT": "Yonne", "VILLE_M": "Sens"}, "sens"),
        ("joconde", {"REGION": "Pays lointain", "DPT": "89 bis", "VILLE_M": "Ailleurs"}, "elsewhere"),
        ("merimee", {"COM": "Sens", "DPT_LETTRE": "Yonne"}, "sens"),
        ("merimee", {"INSEE": "89387"}, "code"),
        ("memoire", {"REG": "Bourgogne", "DPT": "89", "DPT_LETTRE": "Yonne"}, "code"),
        ("memoire", {"REG": "Bourgogne", "DPT": "89 ; 21"}, {"region": ["Bourgogne-Franche-Comté"], "department": ["Yonne", "Côte-d'Or"]}),
        ("merimee", {"PROT": "classé MH", "DPRO": "1905/05/09 : classé MH"}, {"protection": ["Classé MH"]}),
        ("autor", {"NOMPRENOM": "Dupont Jeanne", "FONC": "architecte"}, {"author": ["Dupont Jeanne"], "type": ["Architecte"]}),
    ],
)
def test_values(slug: str, fields: dict[str, str], expected: dict[str, list[str]] | str) -> None:
    places = {
        "sens": {"region": ["Bourgogne-Franche-Comté"], "department": ["Yonne"], "commune": ["Sens (89)"]},
        "elsewhere": {"region": ["Pays lointain"], "department": ["89 bis"], "commune": ["Ailleurs"]},
        "code": {"region": ["Bourgogne-Franche-Comté"], "department": ["Yonne"]},
    }
    assert facets(slug, **fields) == (places[expected] if isinstance(expected, str) else expected)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("MINE DE PLOMB", "Mine de plomb"),
        ("papier", "Papier"),
        ("PVC", "PVC"),
        ("XIXE SIECLE", "XIXE SIECLE"),
        ("ivoire, or", "Ivoire, or"),
    ],
)
def test_a_shouted_concept_is_written_as_others(written: str, shown: str) -> None:
    assert quiet(written) == shown


def test_spellings() -> None:
    assert [capital("œuvre"), capital("Œuvre"), capital(""), capital("19e siècle")] == ["Œuvre", "Œuvre", "", "19e siècle"]
    assert [commune("Sens", "89"), commune("Sens", "")] == ["Sens (89)", "Sens"]


def test_long_values_are_whole() -> None:
    assert facets("merimee", DOMN="a" * 3_000) == {"domain": ["A" + "a" * 2_999]}


def test_all_that_fields_feed_are_facets() -> None:
    assert set(FED) <= set(FACETS)
    for base in load_bases().values():
        for field in base.fields.values():
            assert field.public or not field.facet, f"{base.slug} {field.path} is withheld and feeds a facet"


def test_museums_are_one_kind_of_producer() -> None:
    assert {service_of("joconde", "X", {"MUSEO": ("M5031",)}), service_of("joconde", "X", {}), service_of("museo", "M5031", {})} == {
        "Musée"
    }
    assert service_of("memoire", "IVR01_0001", {}) == service_of("merimee", "IA09900001", {}) == "Inventaire"


def test_documents_hold_public_fields_as_written_and_no_other(dump: Path) -> None:
    """Every sample and, below, a notice that has all fields of its base filled."""
    seen = set()
    for found in documents(dump):
        base = load_bases()[found["base"]]
        assert set(found["fields"]) <= set(base.searched)
        assert found["fields"]["REF"] == [found["ref"]]
        assert set(found["facets"]) <= set(FACETS)
        seen |= set(found["facets"])
    assert seen >= {*FED, "producer", "rights"}


@pytest.mark.parametrize("slug", list(load_bases()))
def test_a_withheld_field_is_nowhere_in_a_document(slug: str) -> None:
    base = load_bases()[slug]
    assert base.withheld
    fields = {
        code: (f"SECRET-{code}" if code in base.withheld else f"1900 {code.lower()} ; deux",) for code in base.fields if code != "REF"
    }
    notice = Notice(slug, "X1", fields)
    record, _ = RecordBuilder(base, SETTINGS, load_bases())(notice)
    made = document(base, record, iris.notice(SETTINGS.site, slug, "X1"), (), {**Written(base)(notice), "HISTORIQUE": ["SECRET"]}, "")
    assert "SECRET" not in json.dumps(made)
    assert set(made["fields"]) == set(base.searched)


def test_quality_is_the_worst_that_the_shapes_say(dump: Path) -> None:
    worst = {}
    for file in dump.glob("*-*.checked.gz"):
        for line in dumps.text(file).splitlines():
            slug, ref, _, is_notice, findings = json.loads(line.split("\t", 1)[1])
            if is_notice:
                ranks = [SEVERITIES.index(text) for text in (part for finding in findings for part in finding) if text in SEVERITIES]
                worst[slug, ref] = SEVERITIES[min(ranks)] if ranks else SOUND
    found = {(each["base"], each["ref"]): each["facets"]["quality"] for each in with_quality(dump)}
    assert found == {notice: [severity] for notice, severity in worst.items()}
    assert len({*worst.values()}) > 1


def test_a_dump_that_was_not_checked_says_nothing_of_quality(tmp_path: Path) -> None:
    pipeline.convert(SAMPLES[:1], tmp_path, SETTINGS, jobs=1, validate=False, quiet=True)
    assert all("quality" not in each["facets"] for each in with_quality(tmp_path))


@pytest.mark.parametrize(("boost", "facet"), [("fort", ""), ("-1", ""), ("101", ""), ("", "couleur"), ("", "base")])
def test_a_wrong_boost_or_facet_is_refused_with_its_line(tmp_path: Path, boost: str, facet: str) -> None:
    folder = tmp_path / "essai"
    folder.mkdir()
    original = load_bases()["autor"].folder
    for name in ("base.yml", "unmapped.csv"):
        (folder / name).write_bytes((original / name).read_bytes())
    line = ",".join(["REF", "Référence", "Reference", "text", "oui", "oui", "oui", "", "", "", "hidden", "", "", boost, facet])
    (folder / "fields.csv").write_text(f"{','.join(FIELD_COLUMNS)}\n{line}\n", encoding="utf-8")
    with pytest.raises(MappingError, match="REF: boost is empty or 0 to 100") as error:
        load_base(folder)
    assert "fields.csv" in str(error.value)
