"""A small made-up thesaurus, in the shapes in which thesauri come."""

from __future__ import annotations

from pathlib import Path

import pytest

ARK = "http://data.culture.fr/thesaurus/resource/ark:/67717/"

TURTLE = f"""@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix t: <{ARK}> .
t:T505 a skos:ConceptScheme ; skos:prefLabel "Dénominations"@fr .
t:T505-1 a skos:Concept ; skos:inScheme t:T505 ; skos:prefLabel "porte-ciseaux"@fr, "scissors case"@en ; skos:altLabel "étui à ciseaux"@fr ;
  skos:exactMatch <http://www.wikidata.org/entity/Q1> .
t:T505-2 a skos:Concept ; skos:inScheme t:T505 ; skos:prefLabel "élément d'ensemble"@fr ; skos:hiddenLabel "element d ens."@fr .
t:T505-3 a skos:Concept ; skos:inScheme t:T505 ; skos:prefLabel "tableau"@fr ; skos:altLabel "peinture de chevalet"@fr .
t:T505-4 a skos:Concept ; skos:inScheme t:T505 ; skos:prefLabel "coin"@fr ; skos:altLabel "matrice"@fr .
t:T505-5 a skos:Concept ; skos:inScheme t:T505 ; skos:prefLabel "pièce"@fr ; skos:altLabel "coin"@en, "Coin"@fr .
t:T505-6 a skos:Concept ; skos:inScheme t:T505 ; skos:prefLabel "moule"@fr ; skos:altLabel "matrice"@fr .
t:T505-7 a skos:Concept ; skos:inScheme t:T505 ; skos:prefLabel "pâté"@fr .
t:T505-8 a skos:Concept ; skos:inScheme t:T505 ; skos:prefLabel "pate"@fr .
t:T505-9 a skos:Concept ; skos:inScheme t:T505 ; skos:prefLabel "Vannes"@fr .
t:T505-10 a skos:Concept ; skos:inScheme t:T505 ; skos:prefLabel "œil-de-bœuf"@fr .
t:T505-11 a skos:Concept ; skos:inScheme t:T505 ; skos:prefLabel "ancien terme"@fr ; owl:deprecated true .
t:0ddfb700-1 a skos:Concept ; skos:inScheme t:T505 ; skos:prefLabel "3e siècle av JC"@fr ; skos:broader t:T505-3 .
t:T505-13 a skos:Concept ; skos:inScheme t:T505 ; skos:prefLabel "bride"@en .
"""


@pytest.fixture
def turtle(tmp_path: Path) -> Path:
    """One scheme, T505."""
    file = tmp_path / "deno.ttl"
    file.write_text(TURTLE, encoding="utf-8")
    return file
