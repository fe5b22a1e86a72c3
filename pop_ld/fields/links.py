"""Links: references to other notices, web addresses and images."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import quote, unquote, urlsplit

from pop_ld import iris
from pop_ld.fields.parsed import Item, Parsed, Remark, items
from pop_ld.fields.text import joined, split_all

_NOTICE = re.compile(r"/notice/(?P<base>[a-z]+)/(?P<ref>[^/?#\s]+)/?$")
_ANCHOR = re.compile(r"<a\s[^>]*href\s*=\s*[\"']?([^\"'>\s]+)[^>]*>", re.IGNORECASE)
_PLAIN = re.compile(r"^https?://[a-z0-9.-]+\.[a-z]+(?:/(?:[A-Za-z0-9._~/?&=:+,;@!*-]|%[0-9A-Fa-f]{2})*)?$")
"""Most addresses: nothing to mend."""
_BARE = re.compile(r"^/?(?:www\.[a-z0-9-]|(?:[a-z0-9-]+\.)+[a-z]{2,10}(?:/|$))", re.IGNORECASE)
"""A host without its scheme: "www.x.fr", "musee.lorient.bzh/", "/www.x.fr" (FACTS j10)."""
_SAFE = "!#$%&'()*+,/:;=?@[]~-._"
_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
"""A percent sign that begins no escape: "50%.jpg"."""


def references(targets: Mapping[str, re.Pattern[str]]) -> Callable[[tuple[str, ...], str], Parsed]:
    """A parser for links to notices of the given bases: slug -> shape of its REF, tried in that order.

    Gives {target_base, target} for a REF or for the address of a POP page, else {unresolved}, reported. A REF whose shape fits several
    bases gives {bases, target}, slugs with spaces between: which one is meant is seen when all notices are known (``linking``).
    """

    def parse(values: tuple[str, ...], separators: str) -> Parsed:
        found: list[Item] = []
        remarks: list[Remark] = []
        for part in dict.fromkeys(split_all(values, separators or ";")):
            item = _reference(part, targets)
            if "unresolved" in item:
                remarks.append(("reference-not-understood", part, ", ".join(targets)))
            found.append(item)
        return items(found, remarks)

    return parse


def _reference(text: str, targets: Mapping[str, re.Pattern[str]]) -> Item:
    address = _NOTICE.search(text)
    if address and address["base"] not in targets:
        return {"unresolved": text}
    ref = unquote(address["ref"]) if address else text
    fitting = [base for base, shape in targets.items() if shape.match(ref)]
    if address and address["base"] not in fitting:
        fitting = [address["base"]]
    if len(fitting) > 1:
        return {"bases": " ".join(fitting), "target": iris.key(ref)}
    return {"target_base": fitting[0], "target": iris.key(ref)} if fitting else {"unresolved": text}


def museum(values: tuple[str, ...], separators: str) -> Parsed:
    """List of {museum}: keys of Muséofile REFs ("M5031"); anything else is reported and kept in CODE_text."""
    parts = split_all(values, separators or ";")
    remarks = [("museum-not-understood", part, "") for part in parts if not re.match(r"^M\d{4,5}$", part)]
    return items([{"museum": iris.key(part)} for part in parts if re.match(r"^M\d{4,5}$", part)], remarks)


def web_address(text: str) -> str | None:
    """An http(s) IRI, percent-encoded where a character may not stand in one (RFC 3987), or None.

    Takes the address out of an HTML anchor, adds a missing scheme to "www.…" (FACTS j10); never javascript: or a file path.
    """
    if _PLAIN.match(text):
        return text
    anchor = _ANCHOR.search(text)
    address = (anchor.group(1) if anchor else text).strip()
    if _BARE.match(address):
        address = address.lstrip("/")
        address = "http://" + address
    if not re.match(r"^https?://[^\s/]", address, re.IGNORECASE):
        return None
    head, mark, fragment = _quoted(address, _SAFE).partition("#")
    address = head + mark + fragment.replace("#", "%23")
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port  # a port that is no number raises
    except ValueError:
        return None
    return address if host and "%" not in host and "@" not in parts.netloc else None  # a user is an e-mail address more often than not


def _quoted(text: str, safe: str) -> str:
    """Percent-encoded, what is encoded already kept: a stray percent sign or bracket makes it no IRI (RFC 3987)."""
    return quote(_PERCENT.sub("%25", text), safe=safe).replace("[", "%5B").replace("]", "%5D")


def urls(values: tuple[str, ...], separators: str) -> Parsed:
    """List of {text, url?}; joins addresses that an old migration split at the colon: ["http", "//www.x"] (FACTS b)."""
    parts = _mended([part for value in values for part in ([value] if "//" in value or "<" in value else split_all((value,), separators))])
    found: list[Item] = []
    remarks: list[Remark] = []
    for part in parts:
        url = web_address(part)
        if url is None:
            remarks.append(("url-not-understood", part, ""))
        found.append({"text": part, **({"url": url} if url else {})})
    return items(found, remarks)


def _mended(parts: list[str]) -> list[str]:
    mended: list[str] = []
    for part in parts:
        if mended and mended[-1].casefold() in ("http", "https") and part.startswith("//"):
            mended[-1] = f"{mended[-1]}:{part}"
        else:
            mended.append(part)
    return mended


def images(prefix: str) -> Callable[[tuple[str, ...], str], Parsed]:
    """A parser for images: keys "joconde/000PE001028/96de11977.jpg" get POP's prefix, addresses stay (FACTS h)."""

    def parse(values: tuple[str, ...], separators: str) -> Parsed:
        found: list[Item] = []
        remarks: list[Remark] = []
        for part in dict.fromkeys(split_all(values, separators)):
            url = web_address(part) if "//" in part else prefix + _quoted(part.lstrip("/"), _SAFE.replace("#", "").replace("?", ""))
            if url is None:
                remarks.append(("image-not-understood", part, ""))
            found.append({"text": part, **({"url": url} if url else {})})
        return items(found, remarks)

    return parse


def number(values: tuple[str, ...], separators: str) -> Parsed:
    """Scalar xsd:decimal, a decimal comma allowed."""
    text = joined(values)
    value = text.replace(",", ".").replace(" ", "").replace("\u00a0", "")
    if re.match(r"^-?\d+(?:\.\d+)?$", value):
        return Parsed(value)
    return Parsed(None, (("number-not-understood", text, ""),))
