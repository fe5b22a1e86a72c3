"""How far two texts say the same: what is to be alike, what is to be told apart."""

from __future__ import annotations

from pop_ld.reconciliation import comparing, persons


def test_names_are_alike_whatever_their_case_accents_articles_order() -> None:
    for asked, text in (
        ("l'escalier daru au louvre", "L'Escalier Daru, au Louvre"),
        ("Eglise St-Martin", "Église Saint-Martin"),
        ("louvre au daru escalier", "L'Escalier Daru, au Louvre"),
        ("La Loge", "Loge"),
        ("Bois de l'étoile", "VUE PRISE A CHARBONNIERE ; BOIS DE L'ETOILE"),
        ("Le poete voyagur", "Le Poète voyageur"),
    ):
        assert (comparing.name(asked, [text]) or 0) >= 0.9, (asked, text)


def test_names_that_differ_in_a_word_or_a_figure_are_told_apart() -> None:
    for asked, text in (
        ("Pilier de droite, face antérieure", "Pilier de gauche, face antérieure"),
        ("Portrait de Louis 14", "Portrait de Louis 15"),
        ("Portrait", "Portrait de Fontenelle"),
        ("Vue de Rome", "Vue de Naples"),
    ):
        assert (comparing.name(asked, [text]) or 0) < 0.86, (asked, text)
    assert comparing.name("Hôtel de ville", ["Hôtel de ville (ancien)"]) == 0.89
    assert comparing.name("", ["Portrait"]) is None and comparing.name("Portrait", []) is None


def test_persons_in_any_order() -> None:
    for asked in ("Eugène Delacroix", "DELACROIX Eugène", "Delacroix, Eugène", "Delacroix Eugene (1798-1863)"):
        assert persons.person(asked, ["DELACROIX Eugène"]) == 1.0, asked
    initial, alone = (persons.person(asked, ["DELACROIX Eugène"]) or 0 for asked in ("E. Delacroix", "Delacroix"))
    assert 0.8 <= initial < 0.9 and 0.7 <= alone < initial
    assert (persons.person("Rubens", ["RUBENS Peter Paul (d'après)"]) or 0) < alone, "a copy after an artist is not by the artist"
    assert (persons.person("Auguste Delacroix", ["DELACROIX Eugène"]) or 0) < 0.5
    assert persons.person("Hyacinthe Rigaud", ["RIGAUD Hyacinthe (dit), RIGAU Y ROS Hyacinthe"]) == 1.0
    assert (persons.person("anonyme", ["anonyme"]) or 0) < 0.85


def test_numbers_whatever_their_signs() -> None:
    for asked, text in (
        ("876-3-105", "876 3 105"),
        ("Inv. 822.1.10", "822.1.10"),
        ("INV-M-194", "INV.M.194"),
        ("n° 12", "12 (autre numéro)"),
    ):
        assert comparing.number(asked, [text]) == 1.0, (asked, text)
    for asked, text in (("822.1.11", "822.1.10"), ("1988 6 3 (01)", "1988 6 3 (02)"), ("RF 29520, recto", "RF 29520, verso")):
        assert comparing.number(asked, [text]) == 0.0, (asked, text)
    assert comparing.number("sans numéro", ["822.1.10"]) is None


def test_dates_museums_places_points() -> None:
    assert comparing.date("1863", ["1863 avant"]) == 1.0 and comparing.date("1798", ["4e quart 19e siècle"]) == 0.0
    assert comparing.date("XIXe siècle", ["1850"]) == 1.0 and comparing.date("hier", ["1850"]) is None
    assert comparing.museum("m0476", ["M0476", "Montpellier", "musée Fabre"]) == 1.0
    assert comparing.museum("M0477", ["M0476", "Montpellier", "musée Fabre"]) == 0.0
    assert comparing.museum("Musée Fabre, Montpellier", ["M0476", "Montpellier", "musée Fabre"]) == 1.0
    assert comparing.place("St Denis", ["Saint-Denis"]) == 1.0 and (comparing.place("Sens", ["Sens-Beaujeu"]) or 0) < 0.9
    assert comparing.place("Paris", ["Paris 4e arrondissement"]) == 0.9
    assert comparing.code("01004", ["1004"]) == 1.0 and comparing.department("Yonne", ["89"]) == 1.0
    assert comparing.point("45.7600,4.8400", ["45.76002 4.84"]) == 1.0 and comparing.point("Point(4.84 45.76)", ["45.76 4.84"]) == 1.0
    assert comparing.point("45.76,4.84", ["46.76 4.84"]) == 0.0 and comparing.point("ici", ["46.76 4.84"]) is None
