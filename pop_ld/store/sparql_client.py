"""How a remote store is spoken to over SPARQL 1.1 Protocol: what is sent, which answers count, and what its failures mean.

An endpoint may send its error in the middle of a body that then ends as if it were whole (Oxigraph and Fuseki both do), so the end of
each format is looked at too.
"""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx
from pyoxigraph import QueryResultsFormat, RdfFormat

from pop_ld.config import Settings
from pop_ld.errors import Busy, NotAcceptable, PopError, QueryFailed, QuerySyntaxError, QueryTimeout, StoreUnavailable
from pop_ld.store import results
from pop_ld.store.results import Format

CONNECT_SECONDS = 5.0
ERROR_BYTES = 8 << 10
"""Bytes read of an answer that is an error."""
TAIL = 512
"""Last bytes of an answer by which :func:`cut` judges."""
_MESSAGE_LIMIT = 500
_PLACE = re.compile(r"(?:\berror at|\bline)\s+(\d+)(?:(?::|,\s*column)\s*(\d+))?", re.IGNORECASE)
"""Oxigraph: ``error at 2:9``. Jena and RDF4J: ``line 2, column 8``."""
_TIMED_OUT = re.compile(r"timed?.?out|cancelled|deadline", re.IGNORECASE)
_ENDS: dict[Format, tuple[bytes, ...]] = {
    QueryResultsFormat.JSON: (b"}",),
    QueryResultsFormat.XML: (b"</sparql>",),
    RdfFormat.JSON_LD: (b"}", b"]"),
    RdfFormat.RDF_XML: (b":RDF>", b"</RDF>", b"/>"),
    RdfFormat.N_TRIPLES: (b".",),
    RdfFormat.TURTLE: (b".", b">"),  # prefixes alone may end in an IRI
}
_GRAPHS_MAY_BE_EMPTY = (RdfFormat.N_TRIPLES, RdfFormat.TURTLE)


def client_options(settings: Settings) -> dict[str, Any]:
    """Arguments of an HTTP client that asks ``settings.store_url``, takes nothing from the environment, and follows no redirect."""
    user = (settings.store_user, settings.store_password) if settings.store_user else None
    return {
        "auth": user,
        "follow_redirects": False,
        "trust_env": False,
        "verify": _authorities(),  # the system's authorities, as an operator's own may be among them
        "headers": {"Accept-Encoding": "identity", "User-Agent": "pop_ld"},
    }


@cache
def _authorities() -> ssl.SSLContext:
    """Read once: it takes some 20 ms."""
    return ssl.create_default_context()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a client accepts, as asked of a remote store: a format for solutions and one for a graph, since the query says which.

    ``names`` maps each of them to the media type that the client knows it by.
    """

    names: dict[Format, str]

    @property
    def accept(self) -> str:
        """The Accept header to send."""
        return ", ".join(map(results.media_type, self.names))

    def name_of(self, content_type: str) -> str:
        """The media type to answer with. Raises NotAcceptable where the answer is of the other kind, QueryFailed where it is none."""
        form = format_of(content_type)
        if form in self.names:
            return self.names[form]
        raise self.unanswered(form) if form else QueryFailed(f"the remote store answered {content_type[:100]!r}, which is no SPARQL result")

    def unanswered(self, form: Format | None = None) -> PopError:
        """What it means that none of these formats came back (HTTP 406, or ``form`` all the same)."""
        kinds = {kind for kind in (results.SOLUTIONS, results.GRAPHS) for name in self.names if name in kind}
        missing = [kind for kind in (results.SOLUTIONS, results.GRAPHS) if kind not in kinds]
        if not missing or (form and form not in missing[0]):
            return QueryFailed(f"the remote store cannot write any of {self.accept}")
        return not_acceptable(missing[0])


def wanted(accept: str) -> Wanted:
    """Translates a client's Accept header. Raises NotAcceptable where it admits neither solutions nor a graph of ours."""
    found = [chosen for kind in (results.SOLUTIONS, results.GRAPHS) if (chosen := results.choose(accept, kind))]
    if not found:
        raise not_acceptable((*results.SOLUTIONS, *results.GRAPHS))
    return Wanted(dict(found))


def not_acceptable(forms: tuple[Format, ...]) -> NotAcceptable:
    """None of these formats is accepted."""
    return NotAcceptable("no format of ours is accepted", offers=tuple(map(results.media_type, forms)))


def format_of(content_type: str) -> Format | None:
    """The format that a Content-Type names, where it is UTF-8; general names such as ``application/json`` are of solutions."""
    charset = re.search(r"charset\s*=\s*\"?([^\s;\"]+)", content_type, re.IGNORECASE)
    if charset and charset[1].lower() not in ("utf-8", "utf8", "us-ascii"):
        return None
    name = content_type.split(";")[0].strip().lower()
    if name == "text/plain":  # an old name of N-Triples, and what errors are sent as
        return None
    return QueryResultsFormat.from_media_type(name) or RdfFormat.from_media_type(name)


def head_failure(response: httpx.Response) -> PopError | None:
    """What is wrong with an answer of status 200 before its body: its end could not be told from a cut, or it came coded."""
    if response.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        return QueryFailed("the remote store sent a content coding that was not asked for")
    if "content-length" not in response.headers and "chunked" not in response.headers.get("transfer-encoding", "").lower():
        return QueryFailed("the remote store does not say where its answer ends")
    return None


def failure(status: int, content_type: str, body: bytes) -> PopError:
    """What an answer of any status but 200 means; ``body`` is its first ERROR_BYTES."""
    text = "" if "html" in content_type.lower() else _clean(body)
    if status == 400 or "custom function" in text:
        place = _PLACE.search(text)
        line, column = (int(place[1]), int(place[2] or 0)) if place else (0, 0)
        return QuerySyntaxError(text or "the remote store refused the query", line=line, column=column)
    if status in (408, 504) or (status >= 500 and _TIMED_OUT.search(text)):
        return QueryTimeout("the remote store stopped the query: it ran for longer than that store allows")
    if status in (429, 503):
        return Busy("the remote store is busy")
    if status in (413, 414, 431):
        return QueryFailed("the remote store refused the query for its length")
    if status in (500, 502):
        return QueryFailed(f"the remote store failed ({status}): {text}")
    if status in (401, 403, 407):
        return StoreUnavailable(f"the remote store refuses us ({status}): look at store_user and store_password")
    return StoreUnavailable(f"the remote store answered {status}: store_url is perhaps no SPARQL endpoint")


def lost(error: httpx.HTTPError | httpx.StreamError, begun: bool) -> PopError:
    """What a failure of the connection means; ``begun`` once the answer's head was here."""
    if begun:
        return QueryFailed(f"the remote store cut its answer: {error or type(error).__name__}")
    return StoreUnavailable(f"the remote store does not answer: {error or type(error).__name__}")


def cut(form: Format, tail: bytes, size: int) -> PopError | None:
    """Whether an answer of ``size`` bytes that ended in ``tail`` was whole, by the look of its end; what failed where it was not."""
    end = tail.rstrip(b" \t\r\n")
    if form in (QueryResultsFormat.CSV, QueryResultsFormat.TSV):
        boolean = size == len(tail) and end.lower() in (b"true", b"false")
        whole = (tail.endswith(b"\n") or boolean) and not end.endswith(b"##")  # Fuseki's mark of an incomplete result
    else:
        whole = end.endswith(_ENDS[form]) or (not size and form in _GRAPHS_MAY_BE_EMPTY)
    if whole:
        return None
    if _TIMED_OUT.search(end[-200:].decode("utf-8", "replace")):
        return QueryTimeout("the remote store stopped the query in the middle of its answer")
    return QueryFailed("the remote store's answer ends in the middle")


def _clean(body: bytes) -> str:
    """A message as one line, without control characters, of bounded length."""
    text = body.decode("utf-8", "replace")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:_MESSAGE_LIMIT]
