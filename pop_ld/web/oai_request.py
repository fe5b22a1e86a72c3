"""The arguments of an OAI-PMH request, read as the protocol wants them; lists go on by tokens that hold all that they need."""

from __future__ import annotations

import re
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pop_ld.formats.oai import PREFIXES, Fault

LIST_RECORDS, LIST_IDENTIFIERS = "ListRecords", "ListIdentifiers"
_TOKEN = "resumptionToken"
_SELECTIVE = ({"metadataPrefix"}, {"from", "until", "set"}, _TOKEN)
_VERBS: Mapping[str, tuple[set[str], set[str], str]] = {
    "Identify": (set(), set(), ""),
    "ListMetadataFormats": (set(), {"identifier"}, ""),
    "ListSets": (set(), set(), _TOKEN),
    "GetRecord": ({"identifier", "metadataPrefix"}, set(), ""),
    LIST_IDENTIFIERS: _SELECTIVE,
    LIST_RECORDS: _SELECTIVE,
}
"""Verb -> its required arguments, its optional ones, and the one that excludes all others (OAI-PMH §4)."""
_NAME = r"[A-Za-z0-9\-_.!~*'()]+"
_FORMS = {
    "metadataPrefix": re.compile(_NAME),
    "set": re.compile(rf"{_NAME}(?::{_NAME})*"),
    "identifier": re.compile(r"[a-z][a-z0-9+.\-]*:(?:[!#$&-;=?-Z_a-z~]|%[0-9A-Fa-f]{2})+"),
}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SECOND = re.compile(_DAY.pattern + r"T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_LONGEST = 2_000
"""Characters of an argument."""


class Refused(Exception):
    """A request that OAI-PMH answers with an error; ``asked`` are the arguments that the answer repeats."""

    def __init__(self, code: str, text: str, asked: Mapping[str, str] | None = None) -> None:
        super().__init__(text)
        self.fault = Fault(code, text)
        self.asked = dict(asked or {})


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that is well-formed. ``since`` and ``until`` are moments, both inclusive, "" for none; ``after`` is the last key that a
    list gave and ``cursor`` how many records it gave; ``given`` are the arguments that began it, ``arguments`` those that the answer
    repeats.
    """

    verb: str
    prefix: str = ""
    identifier: str = ""
    set: str = ""
    since: str = ""
    until: str = ""
    after: str = ""
    cursor: int = 0
    given: Mapping[str, str] = field(default_factory=dict)
    arguments: Mapping[str, str] = field(default_factory=dict)


def read(pairs: Sequence[tuple[str, str]]) -> Asked:
    """The request that these pairs make. Raises Refused: badVerb, badArgument, badResumptionToken, cannotDisseminateFormat."""
    verbs = [value for name, value in pairs if name == "verb"]
    if len(verbs) != 1 or verbs[0] not in _VERBS:
        said = "the verb is missing" if not verbs else "the verb is repeated" if len(verbs) > 1 else "there is no such verb"
        raise Refused("badVerb", f"{said}; the verbs are {', '.join(_VERBS)}")
    verb, given = verbs[0], {name: value for name, value in pairs if name != "verb"}
    required, optional, exclusive = _VERBS[verb]
    known = required | optional | ({exclusive} - {""})
    if strangers := sorted(given.keys() - known):
        raise Refused("badArgument", f"{verb} has no argument {strangers[0][:60]!r}")
    if repeated := [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]:
        raise Refused("badArgument", f"the argument {repeated[0]} is repeated")
    if exclusive in given:
        if len(given) > 1:
            raise Refused("badArgument", f"{exclusive} is an exclusive argument")
        return _resumed(verb, given[exclusive])
    if missing := sorted(required - given.keys()):
        raise Refused("badArgument", f"{verb} wants the argument {missing[0]}")
    return _checked(verb, given)


def _checked(verb: str, given: Mapping[str, str]) -> Asked:
    """Arguments by name, each of the form that it must have."""
    for name, form in _FORMS.items():
        if name in given and (len(given[name]) > _LONGEST or not form.fullmatch(given[name])):
            raise Refused("badArgument", f"the value of {name} has not the form of one")
    since, until = _span(given.get("from"), given.get("until"))
    arguments = {"verb": verb, **given}
    prefix = given.get("metadataPrefix", "")
    if prefix and prefix not in PREFIXES:
        raise Refused("cannotDisseminateFormat", f"the formats are {', '.join(PREFIXES)}", arguments)
    return Asked(verb, prefix, given.get("identifier", ""), given.get("set", ""), since, until, given=given, arguments=arguments)


def _span(start: str | None, end: str | None) -> tuple[str, str]:
    """Both as moments, "" where there is none; a day as ``until`` includes the whole of it."""
    if start is not None and end is not None and bool(_DAY.fullmatch(start)) != bool(_DAY.fullmatch(end)):
        raise Refused("badArgument", "from and until have different granularities")
    since, until = _moment("from", start, "T00:00:00Z"), _moment("until", end, "T23:59:59Z")
    if since and until and since > until:
        raise Refused("badArgument", "from is later than until")
    return since, until


def _moment(name: str, value: str | None, rest: str) -> str:
    if value is None:
        return ""
    if _DAY.fullmatch(value) or _SECOND.fullmatch(value):
        full = value if "T" in value else value + rest
        try:
            if datetime.strptime(full, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC):
                return full
        except ValueError:
            pass
    raise Refused("badArgument", f"the value of {name} is no date of the form YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ")


# Tokens -----------------------------------------------------------------------------------------------------------------


def token(asked: Asked, after: str, cursor: int) -> str:
    """What goes on with a list after a key: nothing of it is remembered here, so it holds after a restart and over another release.

    A harvester could write one itself: it asks for nothing that arguments could not ask for. The checksum tells one that was damaged.
    """
    parts = (asked.verb, asked.prefix, *(asked.given.get(name, "") for name in ("set", "from", "until")), str(cursor), after)
    text = "\n".join(parts).encode("ascii")
    return urlsafe_b64encode(zlib.crc32(text).to_bytes(4, "big") + text).rstrip(b"=").decode()


def _resumed(verb: str, token: str) -> Asked:
    arguments = {"verb": verb}
    if re.fullmatch(r"[A-Za-z0-9_\-]{1,4000}", token):
        arguments[_TOKEN] = token
    try:
        packed = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
        if zlib.crc32(packed[4:]).to_bytes(4, "big") != packed[:4] or token.rstrip("=") != token:
            raise ValueError("damaged")
        of, prefix, chosen, start, end, cursor, after = packed[4:].decode("ascii").split("\n")
        if of != verb or not after or len(cursor) > 12:
            raise ValueError("of another list")
        given = {name: value for name, value in (("metadataPrefix", prefix), ("set", chosen), ("from", start), ("until", end)) if value}
        found = _checked(verb, given)
        return Asked(verb, found.prefix, "", found.set, found.since, found.until, after, _natural(cursor), given, arguments)
    except (ValueError, Refused) as error:
        raise Refused("badResumptionToken", "the token is none that this repository gave for such a list", arguments) from error


def _natural(text: str) -> int:
    if not text.isdecimal() or not text.isascii():
        raise ValueError(text)
    return int(text)
