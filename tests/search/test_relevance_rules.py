"""The judged questions of bench/relevance: their rules can be read, and say what they seem to say."""

from __future__ import annotations

from collections import Counter

import pytest

from bench.relevance.judging import Judged, _rule, folded, notice, read

CHAPEL = notice(
    "merimee", "PA00000001", "Chapelle Saint-Éloi", {"DENO": ["chapelle", "oratoire"], "SCLE": ["16e siècle"], "INV": ["RF 2036 ; R. 3"]}
)


def test_there_are_enough_questions_of_every_kind_in_both_halves() -> None:
    judged = read()
    assert len(judged) >= 80
    assert len({one.ask for one in judged}) == len(judged)
    assert {"number", "known", "title", "typo", "person", "topical"} == {one.kind for one in judged}
    halves = Counter(one.held_out for one in judged)
    assert abs(halves[True] - halves[False]) <= 6
    assert all(rules and 1 <= grade <= 3 for one in judged for grade, rules in one.rules)


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ("DENO has chapelle", True),
        ("DENO has chapel", False),
        ("DENO|TICO is CHAPELLE", True),
        ("title is chapelle", False),
        ("title has saint eloi", True),
        ("DENO is abbaye / oratoire", True),
        ("SCLE has 16e siècle & DENO has oratoire", True),
        ("SCLE has 16e siècle & DENO has abbaye", False),
        ("not DENO has abbaye", True),
        ("INV begins rf2036 / RF 2036", True),
        ("INV begins R 3", False),
        ("* has oratoire", True),
        ("ref is PA00000001 & base is merimee", True),
        ("XXXX has chapelle", False),
    ],
)
def test_rules(rule: str, holds: bool) -> None:
    assert _rule(rule)(CHAPEL) is holds


def test_what_is_no_rule_is_said() -> None:
    with pytest.raises(ValueError, match="no rule"):
        _rule("DENO contains x")


def test_texts_are_folded_without_the_search_s_own_analysis() -> None:
    assert folded("L'Œuvre, Saint-ÉLOI ; n° 2") == " l oeuvre saint eloi n 2 "


def test_gain_and_success() -> None:
    one = Judged("topical", "x", False, [(3, _rule("title has a")), (1, _rule("title has b"))])
    for iri, title in (("1", "a"), ("2", "a b"), ("3", "b"), ("4", "c")):
        one.judge(iri, notice("merimee", iri, title, {}))
    assert one.grades == {"1": 3, "2": 3, "3": 1}
    assert one.gain(["2", "1", "3"]) == 1
    assert one.gain(["1", "3", "2"]) < 1
    assert one.gain(["4"]) == one.gain([]) == 0
    assert one.first(["2"]) and not one.first(["3", "1"]) and not one.first([])
