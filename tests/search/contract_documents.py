"""The notices of the search contract, made up: few words on many of them, so that equal ranks and long runs are the rule."""

from __future__ import annotations

from collections.abc import Iterable

from pop_ld.search.question import Box, Criterion, Group, Question
from tests.search.oracle import SITE, Document, document

LONG = "atelier " * 60 + "de Villeneuve"
"""A value of more than 256 characters, after which POP itself loses it."""
BASES = ("joconde", "memoire", "merimee", "palissy")


def _made() -> Iterable[Document]:
    """240 notices: 40 titles, most of them on several; years, points and days of change on some; facets of one, many and long values."""
    for n in range(240):
        base = BASES[n % 7 % 4]
        title = f"Pont {n % 20}" if n % 3 else f"Église paroissiale Saint-{'Éloi' if n % 2 else 'Martin'} de la ville {n % 20}"
        facets: dict[str, list[str]] = {
            "author": [f"Auteur {n % 31:02}", f"Duval, Émile {n % 3}"] if n % 5 else [],
            "domain": ["peinture", "dessin"] if n % 2 else ["peinture", "peinture"],
            "technique": [LONG] if n % 8 == 0 else [f"huile sur toile n° {n}"],
            "region": [["Occitanie", "Grand Est", "Bretagne"][n % 3]],
        }
        yield document(
            f"{base[:2].upper()}{n * 7919 % 240:04}",
            title,
            base,
            text=f"mot{n % 12} arche" if n % 4 else "arches de pierre",
            places=[["Ville-sur-Ôise", "Aups", "Zell"][n % 3]] if n % 6 else [],
            year=f"{[-52, 0, 1, 1100, 1650, 1801, 1900, 1999][n % 8]}" if n % 9 else "",
            end=f"{[-52, 99, 1, 1199, 1650, 1900, 1950, 1999][n % 8]}" if n % 9 else "",
            point=f"{41 + n % 10 + n / 1000} {(n % 15) - 4 + n / 1000}" if n % 4 else "",
            changed=f"20{n % 20 + 10}-01-{n % 28 + 1:02}" if n % 10 else "",
            image="https://images.example/i.jpg" if n % 3 == 0 else "",
            facets={name: values for name, values in facets.items() if values},
            fields={"AUTR": [f"Duval, Émile {n % 3}"], "TICO": [title, f"Vue {n}"]} if n % 5 else {"DESC": ["Près de l'arche."]},
        )


FAR = [
    document("PM10000001", "Récif à l'est", point="-15.5 179.9"),
    document("PM10000002", "Récif à l'ouest", point="-15.5 -179.9"),
    document("PM10000003", "Pôle", point="89.5 10"),
]
DOCUMENTS = [*_made(), *FAR]
FILTERED = Question().choosing("base", ["merimee", "palissy"]).choosing("region", ["Occitanie", "Bretagne"])
QUESTIONS = [
    Question(),
    Question("pont"),
    Question("église saint"),
    Question("arche mot3"),
    Question("rien de tel"),
    FILTERED,
    Question("pont", FILTERED.filters),
    Question(filters=(("technique", (LONG,)),)),
    Question().choosing("image", ["oui"]).choosing("located", ["non"]),
    Question().choosing("century", ["19", "-"]),
    Question().choosing("author", ["personne"]),
    Question(years=(1150, 1850)),
    Question(years=(None, 0)),
    Question("pont", years=(1900, None)),
    Question(box=Box(-2, 43, 4, 47.5)),
    Question(box=Box(179, -20, -179, 0)),
    Question(iris=(FAR[0]["iri"], DOCUMENTS[3]["iri"], f"{SITE}/palissy/absent")),
    Question(criteria=Group("and", (Criterion("AUTR", "contains", "duval emile 1"), Criterion("TICO", "contains", "pon")))),
    Question(criteria=Group("or", (Criterion("TICO", "equals", "vue 17"), Criterion("TICO", "equals!", "Vue 18")))),
    Question(criteria=Group("and", (Criterion("TICO", "begins", "eglise par"), Criterion("AUTR", "differs", "duval émile 2")))),
    Question(criteria=Group("or", (Criterion("AUTR", "absent"), Criterion("DESC", "exists", "", "palissy")))),
    Question("pont", criteria=Group("and", (Criterion("TICO", "lacks!", "Vue 1"), Criterion("AUTR", "exists")))),
    Question(criteria=Group("and", (Criterion("TICO", "contains!", "vue"),))),
]
