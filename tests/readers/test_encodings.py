"""Encodings: detected, announced, overridable; damage reported by line."""

from __future__ import annotations

import pytest

from pop_ld.errors import ReadError, UsageError
from pop_ld.readers.text import CHUNK

TEXT = "REF;TICO;DENO\nPA00000001;Hôtel de Ville d'Évreux;église\n"


@pytest.mark.parametrize(
    ("codec", "announced"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("iso-8859-1", "iso-8859-1"), ("cp1252", "iso-8859-1"), ("utf-16", "utf-16")],
)
def test_detected(read, codec, announced):
    reading = read(TEXT.encode(codec))
    assert reading.reader.source.encoding == announced
    assert reading.notices[0].fields["TICO"] == ("Hôtel de Ville d'Évreux",)


def test_windows_1252_with_bytes_it_does_not_define(read):
    reading = read("REF;TICO\nPA00000001;L’œuvre…\nPA00000002;".encode("cp1252") + b"a\x81b\n")
    assert reading.reader.source.encoding == "windows-1252"
    assert [notice.fields["TICO"] for notice in reading.notices] == [("L’œuvre…",), ("a\x81b",)]


def test_ascii_then_one_accent_far_away(read):
    rows = "".join(f"PA{n:08};abc\n" for n in range(CHUNK // 10))
    assert read(("REF;TICO\n" + rows + "PA99999999;é\n").encode("latin-1")).notices[-1].fields["TICO"] == ("é",)


def test_some_bad_bytes_in_utf8(read):
    content = (
        "".join(f"PA{n:08};Évreux\n" for n in range(20))
        .encode()
        .replace(b"PA00000003;", b"PA00000003;\xe9\xff")
        .replace(b"PA00000007;", b"PA00000007;\xe9")
    )
    reading = read(b"REF;TICO\n" + content)
    assert reading.reader.source.encoding == "utf-8"
    assert reading.kinds == [("encoding", 5), ("encoding", 9)]
    assert reading.notices[3].fields["TICO"] == ("\ufffd\ufffdÉvreux",)
    assert len(reading.notices) == 20


def test_bad_bytes_in_json(read):
    lines = (
        "".join(f'{{"REF": "PA{n:08}", "TICO": "Évreux"}}\n' for n in range(9))
        .encode()
        .replace(b'PA00000004", "TICO": "', b'PA00000004", "TICO": "\xe9')
    )
    reading = read(lines)
    assert reading.kinds == [("encoding", 5)]
    assert reading.notices[4].fields["TICO"] == ("\ufffdÉvreux",)


def test_overridden(read):
    reading = read(TEXT.encode("cp1252").replace(b"'", b"\x92"), encoding="ISO-8859-1")
    assert reading.reader.source.encoding == "iso-8859-1"
    assert reading.notices[0].fields["TICO"] == ("Hôtel de Ville d\x92Évreux",)
    assert not reading.problems
    assert read(TEXT.encode("cp1252"), encoding="utf-8").kinds == [("encoding", 2)]
    assert read(TEXT.encode("mac_roman"), encoding="mac_roman").notices[0].fields["DENO"] == ("église",)


@pytest.mark.parametrize("name", ["klingon", "base64", "", "\x00"])
def test_unknown_encoding(read, name):
    if name:
        with pytest.raises(UsageError):
            read(TEXT, encoding=name)
    else:
        assert read(TEXT, encoding=name).refs == ["PA00000001"]


@pytest.mark.parametrize(
    "content", [b"", b"\xef\xbb\xbf", b" \n ", b"\x00" * 100, b"%PDF-1.4 \x00\x00\x00\x00", b"<?xml version='1.0'?><a/>", b"<html>"]
)
def test_what_is_no_text_of_notices(read, content):
    with pytest.raises(ReadError):
        read(content)
