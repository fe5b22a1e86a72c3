"""Questions of any kind, for properties that hold of all of them."""

from __future__ import annotations

from hypothesis import strategies as st

from pop_ld.search.question import FACETS, OPERATORS, ORDERS, Box, Circle, Criterion, Group, Question

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
CODES = st.sampled_from(["AUTR", "DENO", "POP_COORDONNEES.lat", "2D", "LOCA2"])
CRITERIA = st.builds(Criterion, CODES, st.sampled_from(OPERATORS), TEXT, st.sampled_from(["", "joconde", "merimee"]))
GROUPS = st.recursive(
    st.builds(Group, st.sampled_from(["and", "or"]), st.lists(CRITERIA, max_size=3).map(tuple)),
    lambda inner: st.builds(Group, st.sampled_from(["and", "or"]), st.lists(inner | CRITERIA, max_size=3).map(tuple)),
    max_leaves=6,
)
LAT, LONG = st.floats(-90, 90), st.floats(-180, 180)
YEAR = st.none() | st.integers(-2_000_000, 2_000_000)
BOXES = st.builds(lambda west, east, lats: Box(west, min(lats), east, max(lats)), LONG, LONG, st.tuples(LAT, LAT))
QUESTIONS = st.builds(
    Question,
    words=TEXT,
    filters=st.lists(st.tuples(st.sampled_from(FACETS), st.lists(TEXT, max_size=3).map(tuple)), max_size=4).map(tuple),
    criteria=st.none() | GROUPS,
    years=st.tuples(YEAR, YEAR),
    box=st.none() | BOXES,
    around=st.none() | st.builds(Circle, LAT, LONG, st.floats(0, 1000, exclude_min=True)),
    order=st.sampled_from(ORDERS),
    iris=st.lists(TEXT, max_size=3).map(tuple),
)
