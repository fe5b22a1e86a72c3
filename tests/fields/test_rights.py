"""Rights of data and of images: every line of the decision table, real wordings, and that nothing is open by default."""

import csv
import re
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pop_ld import resources
from pop_ld.bases import load_bases
from pop_ld.errors import MappingError
from pop_ld.fields import rights
from pop_ld.fields.rights import ANY, FILE, Decision, Rule, codes, data_rights, image_rights, rules, wordings

INC = "http://rightsstatements.org/vocab/InC/1.0/"
UND = "http://rightsstatements.org/vocab/UND/1.0/"
PDM = "http://creativecommons.org/publicdomain/mark/1.0/"
CC0 = "http://creativecommons.org/publicdomain/zero/1.0/"
LICENCES = {
    f"http://creativecommons.org/licenses/{name}/{version}/"
    for name in ("by", "by-sa", "by-nd", "by-nc", "by-nc-sa", "by-nc-nd")
    for version in ("1.0", "2.0", "2.5", "3.0", "4.0")
}
ACCEPTED = {INC, UND, PDM, CC0} | LICENCES
OPEN = ACCEPTED - {INC, UND}
BASES = sorted(load_bases())
WORDINGS = [(what, base, code) for what in ("data", "image") for base in BASES for code in wordings(what, base)]


def decide(what: str, base: str, field: str, *values: str) -> Decision:
    """The decision where that field alone is filled, or the image's file has that name."""
    fields = {field: values} if field and field != FILE else {}
    return data_rights(base, fields) if what == "data" else image_rights(base, fields, values[0] if field == FILE else "")


def places(rule: Rule) -> list[tuple[str, str, str]]:
    """Every (what, base, field) that a line of the table is about."""
    kinds = [kind for kind in ("data", "image") if rule.what in (kind, ANY)]
    bases = [base for base in BASES if rule.base in (base, ANY)]
    if rule.field == ANY:
        return [place for place in WORDINGS if place[0] in kinds and place[1] in bases]
    return [(kind, base, rule.field) for kind in kinds for base in bases]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: f"{rule.what}-{rule.key}")
def test_the_example_of_each_line_is_settled_by_that_line_wherever_it_counts(rule: Rule) -> None:
    found = places(rule)
    assert found
    for what, base, field in found:
        assert decide(what, base, field, rule.example).reason == rule.key, (what, base, field)


def test_the_table_is_well_formed() -> None:
    for rule in rules():
        assert rule.what in ("data", "image", ANY)
        assert rule.base == ANY or rule.base in BASES
        assert rule.rights.format(version="4.0") in ACCEPTED
        assert rule.reason and rule.reason_fr and re.fullmatch(r"[a-z0-9-]+", rule.key)
        for what, base, field in places(rule):
            if field not in ("", FILE):
                known = [load_bases()[b].fields.get(field) for b in (BASES if rule.base == ANY else [base])]
                assert any(f is not None and f.public for f in known), (what, rule.key)
    for what in ("data", "image"):
        keys = [rule.key for rule in rules() if rule.what in (what, ANY)]
        assert len(keys) == len(set(keys))
        last = [rule for rule in rules() if rule.what in (what, ANY)][-1]
        assert (last.base, last.field, last.pattern.pattern, last.rights) == (ANY, "", "", UND)


def test_the_table_of_fields_names_public_fields_of_known_bases() -> None:
    with (resources.folder("mappings") / "rights-fields.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert sorted((row["what"], row["base"], row["field"]) for row in rows) == sorted(WORDINGS)
    for row in rows:
        assert load_bases()[row["base"]].fields[row["field"]].public and row["meaning"] and row["meaning_fr"]


@pytest.mark.parametrize(
    ("base", "field", "text", "reason", "iri"),
    [
        # Real wordings (FACTS h, SAMPLES, the files of shared/data).
        ("joconde", "PHOT", "© Gérard Blot#Réunion des musées nationaux - utilisation soumise à autorisation", "permission-needed", INC),
        ("joconde", "PHOT", "© Nicolas Porte", "copyright-claimed", INC),
        ("joconde", "PHOT", "Cliché Anonyme", "no-right-stated", UND),
        ("memoire", "COPY", "© C. Richard", "copyright-claimed", INC),
        (
            "memoire",
            "COPY",
            "© Ministère de la Culture (France), Médiathèque du patrimoine et de la photographie, diffusion GrandPalaisRmn Photo",
            "copyright-claimed",
            INC,
        ),
        ("memoire", "COPY", "Ministère de la Culture (France) - Médiathèque … - diffusion RMN", "agency-credit", UND),
        ("memoire", "DIFF", "communication libre, reproduction soumise à autorisation", "permission-needed", INC),
        ("memoire", "DIFF", "communication libre, reproduction interdite", "reproduction-forbidden", INC),
        ("memoire", "DIFF", "Domaine public", "public-domain", PDM),
        ("mnr", "PHOT", "© Réunion des musées nationaux Grand Palais.\n© Besançon, musée des beaux-arts", "copyright-claimed", INC),
        ("joconde", "PHOT", "RMN-Grand Palais", "agency-credit", UND),
        # Made up.
        ("joconde", "PHOT", "TOUS DROITS DE REPRODUCTION ET DE REPRÉSENTATION RÉSERVÉS", "rights-reserved", INC),
        ("joconde", "PHOT", "L. Arnoult, D.R.", "rights-reserved", INC),
        ("joconde", "PHOT", "Dr Arnoult", "no-right-stated", UND),
        ("joconde", "PHOT", "droits d\u0092auteur réservés", "rights-reserved", INC),
        ("joconde", "PHOT", "L. Arnoult, réserves du musée", "no-right-stated", UND),
        ("joconde", "PHOT", "© L. Arnoult#Domaine public", "copyright-claimed", INC),
        ("joconde", "PHOT", "L. Arnoult#Domaine public", "public-domain", PDM),
        ("joconde", "PHOT", "L. Arnoult\nDomaine public.", "public-domain", PDM),
        ("joconde", "PHOT", "photographie tombée dans le domaine public", "public-domain", PDM),
        ("joconde", "PHOT", "occupation du domaine public", "public-domain-unclear", UND),
        ("joconde", "PHOT", "n'est pas dans le domaine public", "public-domain-unclear", UND),
        ("joconde", "PHOT", "CC BY-SA 4.0 - reproduction soumise à autorisation", "permission-needed", INC),
        ("joconde", "PHOT", "CC\u2011BY\u2011SA\u20114.0", "cc-by-sa", "http://creativecommons.org/licenses/by-sa/4.0/"),
        ("joconde", "PHOT", "© X, licence CC BY 2.0", "cc-by", "http://creativecommons.org/licenses/by/2.0/"),
        ("joconde", "PHOT", "CC BY-SA 3.0 FR", "cc-unclear", UND),
        ("joconde", "PHOT", "https://creativecommons.org/licenses/by/3.0/fr/", "cc-unclear", UND),
        ("joconde", "PHOT", "https://creativecommons.org/licenses/by/3.0/deed.fr", "cc-by", "http://creativecommons.org/licenses/by/3.0/"),
        ("joconde", "PHOT", "Creative Commons", "cc-unclear", UND),
        ("joconde", "PHOT", "photographie sans copyright", "no-right-stated", UND),
        ("museo", "COPY", "© Ville de Val-sur-Ource", "copyright-claimed", INC),
        ("enluminures", "DROIT", "libre de droits", "free-of-rights", UND),
    ],
)
def test_wordings_of_images(base: str, field: str, text: str, reason: str, iri: str) -> None:
    assert decide("image", base, field, text) == (iri, reason)


@pytest.mark.parametrize(
    ("base", "text", "iri"),
    [
        ("joconde", "© Musée du Louvre, © Direction des Musées de France, 1999", INC),
        ("merimee", "© Monuments historiques, 1992", INC),
        ("merimee", "(c) Région Pays de la Loire - Inventaire général;(c) Pays du Perche sarthois", INC),
        ("palissy", "(c) Centre des monuments nationaux", INC),
        ("palissy", "c", UND),
        ("enluminures", "© Institut de recherche et d'histoire des textes - CNRS", INC),
        ("autor", "Médiathèque inventée", UND),
    ],
)
def test_wordings_of_notices(base: str, text: str, iri: str) -> None:
    assert data_rights(base, {"COPY": (text,)}).rights == iri


def test_a_work_in_copyright_wins_over_the_licence_of_its_photograph() -> None:
    fields = {"PHOT": ("CC BY 4.0",), "DATA": ("Artiste sous droits",)}
    assert image_rights("joconde", fields) == (INC, "artist-in-copyright")
    assert image_rights("joconde", {**fields, "DATA": ("non",)}).reason == "cc-by"


def test_a_work_in_the_public_domain_does_not_free_its_photograph() -> None:
    assert image_rights("joconde", {"LOCA3": ("2003",), "PHOT": ("© L. Arnoult",)}).rights == INC
    assert image_rights("joconde", {"LOCA3": ("2003",), "PHOT": ("L. Arnoult",)}).rights == UND
    assert image_rights("joconde", {"LOCA3": ("2045/01/01",), "PHOT": ("CC0",)}).rights == INC


def test_the_notice_and_the_photograph_have_rights_of_their_own() -> None:
    joconde = {"COPY": ("© Musée Inventé",), "PHOT": ("Domaine public",)}
    assert (data_rights("joconde", joconde).rights, image_rights("joconde", joconde).rights) == (INC, PDM)
    memoire = {"COPY": ("© L. Arnoult",)}
    assert (data_rights("memoire", memoire).rights, image_rights("memoire", memoire).rights) == (UND, INC)


def test_two_fields_that_disagree_are_settled_for_the_restriction() -> None:
    fields = {"COPY": ("CC BY 4.0",), "DIFF": ("reproduction interdite",)}
    assert image_rights("memoire", fields).rights == INC
    assert image_rights("memoire", {"COPY": ("© L. Arnoult",), "DIFF": ("Domaine public",)}).rights == INC


def test_the_name_of_the_file_counts_in_mnr_alone() -> None:
    name = "mnr/AEG00001/ER01-vue2-copyright_droits_reserves.jpg"
    assert image_rights("mnr", {}, name) == (INC, "file-rights-reserved")
    assert image_rights("mnr", {}, "mnr/AEG00001/vue.jpg") == (UND, "nothing-said")
    assert image_rights("joconde", {}, name) == (UND, "nothing-said")


def test_each_value_of_a_field_counts() -> None:
    assert data_rights("merimee", {"COPY": ("Inventaire général", "(c) Région Inventée")}).rights == INC


@pytest.mark.parametrize("base", BASES)
def test_no_producer_and_no_base_opens_anything_by_itself(base: str) -> None:
    for producer in ("MUSEE", "Monuments Historiques", "État", "Inventaire", "INV", "MPP", "MNR", "Enluminures", "AUTRE"):
        assert data_rights(base, {"PRODUCTEUR": (producer,)}).rights == UND
        assert image_rights(base, {"PRODUCTEUR": (producer,)}).rights == UND


_NAMES = [
    "©",
    "(c)",
    "CC",
    "BY",
    "SA",
    "NC",
    "ND",
    "0",
    "3.0",
    "4.0",
    "FR",
    "domaine public",
    "Licence Ouverte",
    "{version}",
    "2003",
    "2045",
]
_REST = [
    "libre",
    "de",
    "droits",
    "réservés",
    "non",
    "sans",
    "soumise à autorisation",
    "reproduction",
    "interdite",
    "#",
    ";",
    "\n",
    "/",
    "-",
]
_WORDS = st.sampled_from(_NAMES + _REST)
_TEXTS = st.text(max_size=60) | st.lists(_WORDS, max_size=8).map(" ".join)


@given(st.sampled_from(WORDINGS), st.lists(_TEXTS.filter(str.strip), min_size=1, max_size=3), _TEXTS)
@example(("image", "mnr", "PHOT"), ["{version}"], "{}")
def test_any_text_gives_an_accepted_iri_and_opens_only_where_it_says_so(place: tuple[str, str, str], values: list[str], other: str) -> None:
    what, base, field = place
    fields = {code: (other,) for code in codes(what, base) if code != FILE and other.strip()} | {field: tuple(values)}
    found = data_rights(base, fields) if what == "data" else image_rights(base, fields, other)
    assert found.rights in ACCEPTED
    if found.rights in OPEN:
        said = rights._text(tuple(text for value in fields.values() for text in value))
        assert re.search(r"domaine public|public domain|\bcc\b|\bcc\W?(?:by|0)|creative ?commons|/licenses/|/publicdomain/", said)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("image,*,*,[,x,k,r,r,e", "rights.csv:2"),
        ("image,*,*", "rights.csv:2"),
        ("image,*,,,x,k,r,r,", "line of data without field"),
    ],
)
def test_a_faulty_table_is_refused_with_its_place(lines: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "rights.csv").write_text(f"what,base,field,pattern,rights,key,reason,reason_fr,example\n{lines}\n", encoding="utf-8")
    monkeypatch.setattr(resources, "folder", lambda name: tmp_path)
    with pytest.raises(MappingError, match=re.escape(told)):
        rights.rules.__wrapped__()


def test_the_real_credits_of_memoire_are_settled_and_quickly(shared: Path) -> None:
    with (shared / "data/memoire/memoire-mh-1851-1914-ile-de-france.csv").open(encoding="utf-8", newline="") as lines:
        found = [row["copy"] for row in csv.DictReader(lines, delimiter=";")]
    started = time.perf_counter()
    decisions = {image_rights("memoire", {"COPY": (credit,)}) for credit in found}
    assert time.perf_counter() - started < 30e-6 * len(found)
    assert len(found) > 3000 and decisions == {(UND, "agency-credit")}
