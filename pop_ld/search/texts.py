"""The texts of documents as an index has them, each form of a text made once: domains, communes and authors repeat without end."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import NamedTuple

from pop_ld.search import words as french
from pop_ld.search.readings import readings
from pop_ld.search.schema import TITLE_BEGINS, TITLE_ENDS
from pop_ld.search.written import LONGEST_TEXT

LONGEST_KEY = 200
"""Characters of a value that its key keeps; what is longer goes on as a hash, so that it is still equal to itself alone."""
_LONGEST_REPEATED = 80
"""Characters; longer texts hardly come back."""
_TEXTS, _VALUES = 1 << 16, 1 << 16
"""Texts, and values of fields, that are remembered: some 40 MB each."""
_SIGNS_AND_WORDS = re.compile(r"""\w+|[^\w\s,.;:'’‘ʼ`"«»“”()\[\]/|_–—^$\ud800-\udfff-]""")


class Text(NamedTuple):
    """A text: its folded ``words``, the same ``joined`` by spaces, their ``stems``, and the stems of what they ``say`` besides."""

    words: list[str]
    joined: str
    stems: str
    say: str


class Value(NamedTuple):
    """A value of a field: what is indexed of it in ``field`` ("" where it has no word), ``strict`` and ``value`` (schema.py)."""

    field: str
    strict: str
    key: str


class _Texts(dict[str, Text]):
    """Text -> its forms, forgotten all at once when there are too many."""

    def __missing__(self, text: str) -> Text:
        if len(self) >= _TEXTS:
            self.clear()
        found = self[text] = _read(text)
        return found


class _Values(dict[tuple[str, str], Value]):
    """(code, text) -> what is indexed of it, likewise."""

    def __missing__(self, asked: tuple[str, str]) -> Value:
        if len(self) >= _VALUES:
            self.clear()
        found = self[asked] = _value(*asked, _KNOWN[asked[1]])
        return found


_KNOWN = _Texts()
_KNOWN_VALUES = _Values()


class Read(dict[str, Text]):
    """Text -> its forms, each text of a document read once: title, fields and facets repeat each other."""

    def __missing__(self, text: str) -> Text:
        found = self[text] = _KNOWN[text] if len(text) <= _LONGEST_REPEATED else _read(text)
        return found

    def value(self, code: str, text: str) -> Value:
        """What is indexed of a value of a field."""
        return _KNOWN_VALUES[code, text] if len(text) <= _LONGEST_REPEATED else _value(code, text, self[text])


def _read(text: str) -> Text:
    words = french.words(text[:LONGEST_TEXT])
    besides = [word for word in readings(words) if word]
    return Text(words, " ".join(words), " ".join(french.stems(words)), " ".join(french.stems(besides)))


def _value(code: str, text: str, read: Text) -> Value:
    mark = f" {code}:"
    field = mark[1:] + mark.join(read.words) if read.words else ""
    return Value(field, mark[1:] + mark.join((TITLE_BEGINS, *as_written(text), TITLE_ENDS)), value_key(code, read.joined))


def as_written(text: str) -> list[str]:
    """The words of a text with their case and accents, and its signs: but for the commas and hyphens that only part words."""
    return _SIGNS_AND_WORDS.findall(text[:LONGEST_TEXT])


def value_key(code: str, text: str) -> str:
    """The key of one value of a field: its text, or its beginning and a hash of the rest."""
    if len(text) <= LONGEST_KEY:
        return f"{code}:{text}"
    return f"{code}:{text[:LONGEST_KEY]}\x01{blake2b(text.encode('utf-8', 'replace'), digest_size=8).hexdigest()}"
