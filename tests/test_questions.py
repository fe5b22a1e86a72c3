"""The competency questions of ontologies/examples/, run: on the samples with a known answer, and on the real files.

An answer is known because the sources of the samples say it (``WHY``): ``python -m tests.test_questions`` writes the answers anew, and
its diff is to be read against those sources.
"""

import csv
import io
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pyoxigraph
import pytest

from pop_ld import iris, pipeline
from pop_ld.bases import load_bases
from pop_ld.config import Settings
from tests import dumps

ROOT = Path(__file__).parent.parent
EXPECTED = Path(__file__).parent / "expected" / "questions"
SHACL = "http://www.w3.org/ns/shacl#"
SITE = Settings().site
LONGEST = 12
"""Lines of a query, prefixes apart, beyond which the model is too hard to ask."""

WHY = {
    1: "PA09900021 alone: 1889 classé, Yonne; PA09900022 was classé in 1926, and the others of the 1860s are of the Côte-d'Or",
    2: "PA09900021 is 0.48 km from the point, PA09900022 3 km; PA09900023 says Yonne but lies far to the east",
    3: "12e PA09900001 and 7, 13e 22, 16e 8, 17e 23, 18e 3 and 5, 19e 2 and 21, 20e 6; 4 is Gallo-Roman, 9 and IA are not protected",
    4: "REFA of PM09900001 to 4, PM09900006 and, second of two, IM09900002; three denominations and two centuries for PM09900003",
    5: "LBASE of MH09900001, 2, 3 and 5; MH09900007 has no image; 2 is by the brothers and by Lucien; 'Sauvageot (frères)' is a name",
    6: "M9001000001 (dated 'avant'), 201 and 301, and MNR09901; what is after her is not hers, and Palissy's 'Brunet Amélie' has no key",
    7: "M9001000301 is 232 cm high, 302 is 190; 201 is 2.10 m high but 'sur toile', in brackets",
    8: "M9001000201 (1884) was deposited twice, 301 (1888) once",
    9: "M9001: six of peinture, four of dessin, one of each other domain",
    10: "MURS calcaire and TOIT tuile plate: PA09900001 and IA09900001; PA09900021 has zinc",
    11: "MANQUANT or DEPL of PM09900002, 5, 7 and IM09900003; of M9001000202, M9003000021; LOCA of 103; LOCA and DEPO of M9002000031",
    12: "NUMS of rfr21 and MNR09902; MARQ of rfr21 and AEG09901; K 1234 of MNR09903 says no place",
    13: "SUJET Annonciation: D-990002 on f. 022v of ms. 0099, D-990006 on f. 1 of E 99",
    14: "M9001000002, 201, 202 and 301: PERI '4e quart 19e siècle' and rivière in REPR",
    15: "PA09900021, of 1861; its second author is its contractor, and PA09900022 names none",
    16: "legs, 1907: M9001000001, 201 (1909 is its entry) and 301; 302 is of 1909",
    17: "DECV with fouilles: M9002000014, and M9002000031 with its finder and its inventor",
    18: "(d'après) of BRUNET Amélie: M9001000002, M9001000202, MNR09902 and rfr21",
    19: "every DENO of Joconde; 'painting' is of made-up.trig",
    20: "DMAJ of 2022 and later; of Muséofile those of 2025; MNR09999 is of made-up.trig, MNR09998 was removed before",
    21: "eleven works of M9001; two heights, two widths (with and without frame) for 09900014134; authors and widths of 000PE990001",
    22: "PA09900021 and M9001000301 are matched in made-up.trig; PA09900022 is matched elsewhere",
    23: "ARK of AW09900001 and 4, ISNI of 4; works of AW09900002, AW09900003 and AC09900001, linked by name and forename",
    24: "TECH of Joconde: peinture à l'huile in M9001000001, 101, 201, 301 and 302; the match of toile is of made-up.trig",
    25: "RENV of IA09900001 and 2 (also of PA09900001), of IA09900004 and of PA09900006",
    26: "M9001000001 (two images) and 301: PAUT tells the dates of BRUNET Amélie, M9001 its coordinates",
    27: "DENO of Joconde: tableau in M9001000001, 101, 201, 301, 302; no thesaurus is installed, so no value has a concept of one",
    28: "INSEE of Mérimée, Palissy and Mémoire; PA09900006 and 8 lie in two communes",
    29: "M9001000301 and 302, both 907.1.30; M9001000101 is 'SN'",
    30: "every notice of Mérimée",
    31: "eleven works of M9001 but M9001000001 and 301, which have all; 101 has an APPL and no TITR",
    32: "REFA PA09900098, REFO PM09900099, REFP PA09900099, REFC INI-CM999999, RENV MNR99998, REFJOC 09990000001 twice, REFMER four",
    33: "M9001000103: its DENO is 'Non renseigné'",
    34: "DMAJ of every notice that has one; 2011-02-30 of OAR09902 is no day",
    35: "credits missing in MNR09901, M9001000301 and three of Enluminures; rights not told by the four credits of the CSV of Mémoire",
    36: "PA09900023: Yonne, 47.0211 5.9032",
    37: "M9001000302, of 2091",
    38: "DENO of Joconde but tableau (5) and fragment (3)",
    39: "notices of the sample files, each REF once; images of IMG, VIDEO, PHOTO",
    40: "made-up.trig: two measures of one rule and producer make three; a measure without producer stays apart",
}
"""Number of a question -> why its answer on the samples is what tests/expected/questions/NN.csv says."""

ORDERED = {2, 6}
"""Questions whose answer has an order that is part of it."""

TWINS = {
    1: ("monument", "nom", "commune", "debut"),
    3: ("region", "siecle", "edifices"),
    4: ("objet", "nom", "protection"),  # crm:P2 says more kinds of types than pop:DENO
    5: ("photo", "photographe", "credit", "image"),  # the date is a text on one side, bounds on the other
    6: ("oeuvre", "titre"),
    8: ("oeuvre", "titre", "musee", "depositaire"),
    10: ("edifice", "nom"),
    13: ("decor", "manuscrit", "titre", "folio", "date"),  # library and shelfmark in one text, or the library alone
    14: ("oeuvre", "titre"),
    16: ("oeuvre", "titre", "musee"),
    17: ("objet", "nom", "methode", "lieu", "decouvreur"),
    18: ("oeuvre", "titre", "artiste"),
}
"""Question -> the variables that its one-hop query and its CRM path must agree on, on the samples."""

PARTIAL_TWINS = {12: ("oeuvre", "titre")}
"""Question -> the variables of which the CRM path finds a part only: no number is read in the text of MARQ."""

REAL = set(WHY) - {3, 10, 12, 13, 23, 25, 26, 36, 37, 40}
"""Questions that the real files can answer: they carry no REG, roof, number, manuscript, Autor, RENV, image of Joconde, report; no
notice of theirs is outside the windows of question 36 or of the future."""


class Example(NamedTuple):
    """One sh:SPARQLExecutable: ``texts`` are its literals by property and language."""

    iri: str
    file: Path
    query: str
    texts: dict[tuple[str, str], list[str]]

    @property
    def name(self) -> str:
        return iris.last_part(self.iri)

    @property
    def number(self) -> int:
        return int(self.name[:2])


def examples() -> Iterator[Example]:
    """Every query of ontologies/examples, in order of name."""
    for file in sorted((ROOT / "ontologies" / "examples").glob("*.ttl")):
        triples = list(pyoxigraph.parse(path=str(file), format=pyoxigraph.RdfFormat.TURTLE))
        for subject in sorted({str(t.subject.value) for t in triples if not isinstance(t.subject, pyoxigraph.Triple)}):
            texts: dict[tuple[str, str], list[str]] = {}
            for triple in triples:
                if triple.subject == pyoxigraph.NamedNode(subject) and not isinstance(triple.object, pyoxigraph.Triple):
                    lang = getattr(triple.object, "language", None) or ""
                    texts.setdefault((triple.predicate.value, lang), []).append(triple.object.value)
            yield Example(subject, file, texts[SHACL + "select", ""][0].strip(), texts)


EXAMPLES = {example.name: example for example in examples()}
QUESTIONS = [example for example in EXAMPLES.values() if not example.name.endswith("-crm")]


def graph(files: list[Path], folder: Path) -> pyoxigraph.Store:
    """The triples of a conversion."""
    pipeline.convert(files, folder, Settings(), jobs=1, validate=False, quiet=True)
    store = pyoxigraph.Store()
    store.bulk_extend(dumps.triples(folder))
    return store


def of_samples(folder: Path) -> pyoxigraph.Store:
    store = graph([file for base in load_bases().values() for file in base.samples], folder)
    store.load(path=str(EXPECTED / "made-up.trig"), format=pyoxigraph.RdfFormat.TRIG)
    return store


def answer(store: pyoxigraph.Store, example: Example) -> list[list[str]]:
    """The solutions as SPARQL 1.1 CSV gives them, the names of variables first; sorted where the question asks for no order."""
    solutions = store.query(example.query)
    assert isinstance(solutions, pyoxigraph.QuerySolutions)
    text = solutions.serialize(format=pyoxigraph.QueryResultsFormat.CSV)
    assert text is not None
    head, *rows = csv.reader(io.StringIO(text.decode("utf-8")))
    return [head, *(rows if example.number in ORDERED else sorted(rows))]


def told(rows: list[list[str]], variables: tuple[str, ...]) -> set[tuple[str, ...]]:
    """What an answer says of some of its variables."""
    places = [rows[0].index(name) for name in variables]
    return {tuple(row[place] for place in places) for row in rows[1:]}


def twin(example: Example) -> Example:
    return EXAMPLES[f"{example.name}-crm"]


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> pyoxigraph.Store:
    return of_samples(tmp_path_factory.mktemp("samples"))


def test_every_question_is_asked() -> None:
    assert [example.number for example in QUESTIONS] == list(range(1, 41)) == sorted(WHY)
    assert {e.number for e in EXAMPLES.values() if e.name.endswith("-crm")} == TWINS.keys() | PARTIAL_TWINS.keys()


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
def test_an_example_is_complete_and_short(example: Example) -> None:
    texts = example.texts
    assert example.iri.startswith(f"{SITE}/def/examples/{example.file.stem}")
    assert {SHACL + "SPARQLExecutable", SHACL + "SPARQLSelectExecutable"} <= set(texts[iris.RDF + "type", ""])
    for name in (iris.DCTERMS + "title", iris.RDFS + "comment"):
        assert len(texts[name, "fr"]) == len(texts[name, "en"]) == 1
    assert texts[iris.SCHEMA + "target", ""] == [f"{SITE}/sparql"]
    assert texts[iris.SCHEMA + "keywords", "fr"]
    lines = [line for line in example.query.splitlines() if not line.startswith("PREFIX")]
    assert len(lines) <= LONGEST
    body = "\n".join(lines)
    declared = re.findall(r"^PREFIX (\w+): <", example.query, re.MULTILINE)
    assert [prefix for prefix in declared if f"{prefix}:" not in body] == [], "declared and not used"


@pytest.mark.parametrize("example", QUESTIONS, ids=lambda e: e.name)
def test_the_samples_answer(samples: pyoxigraph.Store, example: Example) -> None:
    with (EXPECTED / f"{example.number:02d}.csv").open(encoding="utf-8", newline="") as file:
        expected = list(csv.reader(file))
    assert len(expected) > 1
    assert answer(samples, example) == expected, WHY[example.number]


@pytest.mark.parametrize("number", TWINS)
def test_the_crm_path_gives_the_same_answer(samples: pyoxigraph.Store, number: int) -> None:
    example = QUESTIONS[number - 1]
    said = told(answer(samples, example), TWINS[number])
    assert said == told(answer(samples, twin(example)), TWINS[number])
    assert said


@pytest.mark.parametrize("number", PARTIAL_TWINS)
def test_the_crm_path_gives_a_part_of_the_answer(samples: pyoxigraph.Store, number: int) -> None:
    example = QUESTIONS[number - 1]
    part = told(answer(samples, twin(example)), PARTIAL_TWINS[number])
    assert part and part < told(answer(samples, example), PARTIAL_TWINS[number])


def test_the_numbers_of_question_12_are_told_apart(samples: pyoxigraph.Store) -> None:
    found = told(answer(samples, EXAMPLES["12-mnr-former-numbers-crm"]), ("oeuvre", "numero"))
    assert {(iris.last_part(work), number) for work, number in found} == {
        ("rfr21", "5123"),
        ("rfr21", "1411"),
        ("MNR09902", "7 701/2"),
        ("MNR09902", "1414"),
    }


def test_the_real_files_answer(shared: Path, tmp_path: Path) -> None:
    files = [f for slug in load_bases() for f in sorted((shared / "data" / slug).glob("*")) if f.suffix in (".csv", ".json", ".jsonl")]
    store = graph(files, tmp_path)
    counts = {name: len(answer(store, example)) - 1 for name, example in EXAMPLES.items()}
    for name, count in counts.items():
        print(f"{count:7} {name}")
    assert {e.name for e in QUESTIONS if e.number in REAL and not counts[e.name]} == set()


def test_the_how_to_lists_every_question() -> None:
    text = (ROOT / "docs" / "how-to" / "ask.md").read_text(encoding="utf-8")
    for example in QUESTIONS:
        (title,) = example.texts[iris.DCTERMS + "title", "en"]
        assert f"[{title}](../../ontologies/examples/{example.file.name})" in text


@pytest.mark.skipif(not shutil.which("awk"), reason="no awk")
def test_the_command_of_the_how_to_takes_the_query_out_of_its_file() -> None:
    text = (ROOT / "docs" / "how-to" / "ask.md").read_text(encoding="utf-8")
    found = re.search(r"^(awk .*?) \|", text, re.MULTILINE)
    assert found
    done = subprocess.run(["sh", "-c", found[1]], cwd=ROOT, capture_output=True, text=True, check=True)
    name = re.search(r"examples/([\w-]+)\.ttl", found[1])
    assert name and done.stdout.strip() == EXAMPLES[name[1]].query


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as work:
        asked = of_samples(Path(work))
    for one in QUESTIONS:
        with (EXPECTED / f"{one.number:02d}.csv").open("w", encoding="utf-8", newline="") as out:
            csv.writer(out, lineterminator="\n").writerows(answer(asked, one))
