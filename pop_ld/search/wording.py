"""The words of a question as a query tree: what must be there, and what ranks it. The weights are mappings/search-weights.csv."""

from __future__ import annotations

from functools import cache

from pop_ld import resources
from pop_ld.search import words as french
from pop_ld.search.asked import Asked, Part
from pop_ld.search.nodes import All, Any, Best, Everything, Flat, Fuzzy, Node, Phrase, Prefix, Term, Weighted

REF_SCORE, NUMBER_SCORE, PART_SCORE = 100_000.0, 10_000.0, 50.0
"""The first two above any sum of word scores (a word gives less than 100), so that a REF comes first, then inventory numbers."""

LONGEST_NAME = 4
"""Words that may be a name: "Pablo Picasso", for which producers write PICASSO Pablo."""


@cache
def weights() -> dict[str, float]:
    """What each kind of match adds to a score, as a factor of its BM25; 0 leaves it out."""
    return {line["match"]: float(line["weight"]) for line in resources.table("search-weights.csv")}


def plan_words(asked: Asked) -> Node:
    """The tree of what someone typed; Everything where there is no word."""
    without = (*map(_anywhere, asked.excluded), *(_in_order("word", phrase) for phrase in asked.excluded_phrases))
    if not asked.order:
        return All((Everything(),), without=without) if without else Everything()
    must = [_part(part) for part in asked.parts] + [_phrase(phrase) for phrase in asked.phrases]
    query: Node = All(tuple(must), _together(asked), without)
    if not asked.whole:
        return query
    return Any((query, Flat(Term("ref", asked.whole), REF_SCORE), Flat(Term("number", asked.whole), NUMBER_SCORE)))


def _together(asked: Asked) -> tuple[Node, ...]:
    """What words are worth together: as a whole title, in the order in which they were typed, as a name that producers turn round."""
    known = french.vocabulary()
    typed = french.in_full(asked.order)
    said = tuple(word for word in typed if word not in known.empty)
    found: list[tuple[str, Node]] = [("title in order", Phrase("title", order)) for order in dict.fromkeys((typed, said)) if len(order) > 1]
    if whole := french.whole(typed):
        found.append(("title whole", Term("title", whole)))
    if 1 < len(said) <= LONGEST_NAME and known.things.isdisjoint(said) and all(map(str.isalpha, said)):
        found.append(("name in order", Phrase("word", (said[-1], *said[:-1]))))
    return tuple(Weighted(node, weights()[match]) for match, node in found if weights()[match])


def _part(part: Part) -> Node:
    if part.kind == "prefix":
        return All((Prefix("word", part.words[0]),), (Weighted(Prefix("title", part.words[0]), weights()["title begun"]),))
    if part.kind == "fuzzy":
        word = part.words[0]
        return All((Fuzzy("word", word, french.mistakes(word)),), _preferred(word, french.stems([word])[0]))
    nodes = [_word(word, reading) for word, reading in part.pairs()]
    words = nodes[0] if len(nodes) == 1 else All(tuple(nodes))
    return Best((words, Flat(Term("number", part.number), PART_SCORE))) if part.number else words


def _word(word: str, reading: str) -> Node:
    stem = french.stems([word])[0]
    if not reading:
        return All((Term("stem", stem),), _preferred(word, stem))
    read = french.stems([reading])[0]
    must = Best((Term("stem", stem), Term("stem", read))) if stem not in french.vocabulary().empty else Term("stem", read)
    return All((must,), _preferred(word, read))


def _preferred(word: str, stem: str) -> tuple[Node, ...]:
    """Where a word is worth more: the word itself, and in the fields by their boost (fields.csv)."""
    word = french.in_full((word,))[0]
    given = [("stem_top", stem), *((field, word) for field in ("word", "top", "high", "middle"))]
    return tuple(Weighted(Term(field, text), weights()[field]) for field, text in given if weights()[field])


def _anywhere(part: Part) -> Node:
    """What a part excludes."""
    if part.kind == "prefix":
        return Prefix("word", part.words[0])
    if part.kind == "fuzzy":
        return Fuzzy("word", part.words[0], french.mistakes(part.words[0]))
    nodes = tuple(Term("stem", stem) for stem in french.stems(list(part.words)))
    words = nodes[0] if len(nodes) == 1 else All(nodes)
    return Any((words, Term("number", part.number))) if part.number else words


def _phrase(phrase: tuple[str, ...]) -> Node:
    return All((_in_order("word", phrase),), (Weighted(_in_order("title", french.in_full(phrase)), weights()["phrase in title"]),))


def _in_order(field: str, words: tuple[str, ...]) -> Node:
    return Term(field, words[0]) if len(words) == 1 else Phrase(field, words)
