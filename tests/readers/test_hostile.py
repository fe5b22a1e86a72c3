"""Whatever the bytes, a file is read or refused with ReadError, and every row is accounted for (asserted by ``read``)."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pop_ld.errors import ReadError

few = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

_PIECES = ["REF", "TICO", "DENO", "PA00000001", ";", ",", "|", "\t", '"', '""', "\n", "\r\n", "\r", "//", "-\n"]
_PIECES += ["{", "}", "[", "]", ":", '"REF"', '{"REF":"PA2"', '"é', "\\", "\\u00e9", "\\ud800", "null", "1e5"]
_PIECES += ["\x00", "\x1a", "\ufeff", "\xed\xb3\xbf", "Ã©", "x" * 50]
_STARTS = ["", "REF;TICO\n", "REF\nx\n//\n", "[", '{"REF":"PA1"}\n', "REF|TICO\n", 'REF,"TICO"\n']


def _try(read, content, **options):
    try:
        read(content, **options)
    except ReadError as error:
        assert error.message


@few
@given(content=st.binary(max_size=300), base=st.sampled_from(["", "merimee"]), name=st.sampled_from(["a", "a.gz", "a.zip"]))
def test_any_bytes(read, content, base, name):
    _try(read, content, base=base, name=name)


@few
@given(pieces=st.lists(st.sampled_from(_PIECES), max_size=60), start=st.sampled_from(_STARTS))
def test_pieces_of_syntax(read, pieces, start):
    _try(read, start + "".join(pieces), base="merimee")


@few
@given(cut=st.integers(0, 400), junk=st.binary(max_size=5))
def test_damaged_archives(read, cut, junk):
    import gzip

    packed = gzip.compress(b"REF;TICO\n" + b"".join(b"PA%08d;%d\n" % (n, n * 7919 % 1000) for n in range(100)))
    _try(read, packed[:cut] + junk + packed[cut + len(junk) :], base="merimee")


_CELL = st.text(st.characters(exclude_characters="\r\x00\ud800", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)


@few
@given(rows=st.lists(st.lists(_CELL, min_size=3, max_size=3), max_size=20), delimiter=st.sampled_from(",;\t"))
def test_csv_written_is_csv_read(read, rows, delimiter):
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(["REF", "TICO", "DENO"])
    writer.writerows([f"PA{n:08}", *cells[1:]] for n, cells in enumerate(rows))
    reading = read(out.getvalue(), base="merimee")
    assert reading.refs == [f"PA{n:08}" for n in range(len(rows))]
    assert not [problem for problem in reading.problems if problem.kind != "mojibake"]
