"""Question in, query tree out: what each part of a question means, once for every engine."""

from __future__ import annotations

from pop_ld.search.areas import plan_box, plan_circle
from pop_ld.search.asked import read_query
from pop_ld.search.criteria import plan_group
from pop_ld.search.nodes import All, AnyTerm, Between, Flat, Node
from pop_ld.search.question import Question
from pop_ld.search.schema import FACET_FIELDS
from pop_ld.search.wording import plan_words


def plan(question: Question, *, without: str = "") -> Node:
    """The tree of a question; ``without`` names a facet whose own filter is left out, so that its other values can be counted."""
    filters: list[Node] = [AnyTerm(FACET_FIELDS[name], values) for name, values in question.filters if name != without]
    if question.criteria:
        filters.append(plan_group(question.criteria))
    first, last = question.years
    if first is not None:
        filters.append(Between("end", low=first))
    if last is not None:
        filters.append(Between("begin", high=last))
    if question.box:
        filters.append(plan_box(question.box))
    if question.around:
        filters.append(plan_circle(question.around))
    if question.iris:
        filters.append(AnyTerm("iri", question.iris))
    words = plan_words(read_query(question.words))
    if not filters:
        return words
    return All((words, *(Flat(node, 0.0) for node in filters)))


def asks_words(question: Question) -> bool:
    """Whether there is a word to rank by."""
    return bool(read_query(question.words).order)
