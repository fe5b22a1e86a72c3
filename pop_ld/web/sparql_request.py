"""A request to /sparql as a query to run (SPARQL 1.1 Protocol §2.1), and as the key of its answer."""

from __future__ import annotations

import hashlib
import ipaddress
import math
import re
import secrets
from functools import cache, lru_cache
from urllib.parse import parse_qsl

from starlette.requests import Request

from pop_ld import store
from pop_ld.errors import PopError, QueryForbidden
from pop_ld.web.errors import BadRequest, QueryTooLong, UnsupportedMedia
from pop_ld.web.negotiation import weights
from pop_ld.web.state import site_of

Pairs = list[tuple[str, str]]
FORM, QUERY, UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
FORMATS = {
    "json": "application/sparql-results+json, application/ld+json;q=0.9",
    "xml": "application/sparql-results+xml, application/rdf+xml;q=0.9",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
}
"""Value of the parameter ``format`` -> the Accept header that it stands for: a link cannot send one."""
_OTHER_NAMES = {"turtle": "ttl", "n3": "ttl", "ntriples": "nt", "json-ld": "jsonld", "rdf+xml": "rdf"}
"""What SPARQLWrapper and others call them; some write a media type."""
_CODINGS = ("zstd", "gzip")
_CHANGING = re.compile(r"\b(?:rand|uuid|struuid|now|bnode)\b", re.IGNORECASE)
_NEW_NODES = re.compile(r"\bconstruct\b.*(?:_:|\[)", re.IGNORECASE | re.DOTALL)


async def parameters(request: Request) -> Pairs:
    """Name and value pairs of the three ways to send a query (§2.1.1 to §2.1.3)."""
    limit = site_of(request).settings.query_size
    refusal = QueryTooLong(f"the query is longer than {limit} bytes")
    in_address = form_pairs(request.scope.get("query_string", b""))
    if request.method != "POST":
        return in_address
    kind = request.headers.get("content-type", "").split(";", 1)[0].strip().lower()
    if kind == UPDATE:
        raise QueryForbidden("updates are not accepted here")
    if kind == FORM:
        return form_pairs(await body_of(request, 3 * limit + 10_000, refusal))  # a byte may be written as three: %XX
    if kind != QUERY:
        raise UnsupportedMedia(f"a query is sent as {FORM} or {QUERY}")
    try:
        return [("query", (await body_of(request, limit, refusal)).decode("utf-8")), *(pair for pair in in_address if pair[0] != "query")]
    except UnicodeDecodeError as error:
        raise BadRequest("the query is not UTF-8") from error


def query_request(request: Request, pairs: Pairs, wanted: str) -> store.QueryRequest:
    """The parameters as a query to run. Raises BadRequest, QueryForbidden, QueryTooLong."""
    settings = site_of(request).settings
    values = [value for name, value in pairs if name == "query"]
    if len(values) != 1:
        raise BadRequest("exactly one parameter query is needed")
    if len(values[0].encode("utf-8", "replace")) > settings.query_size:
        raise QueryTooLong(f"the query is longer than {settings.query_size} bytes")
    seconds = timeout_of(_one(pairs, "timeout"), settings.deadline)
    return store.QueryRequest(
        query=values[0],
        accept=accept_of(pairs, wanted),
        timeout=min(seconds, settings.deadline_max),
        default_graphs=_graphs(pairs, "default-graph-uri"),
        named_graphs=_graphs(pairs, "named-graph-uri"),
        coding=coding_of(request.headers.get("accept-encoding", "")),
        client=client_of(request),
    )


def accept_of(pairs: Pairs, wanted: str) -> str:
    """The Accept header, or what the parameter ``format`` says in its place. Raises BadRequest."""
    name = _one(pairs, "format").replace(" ", "+")  # a plus sign in an address is a space, and not all clients know
    name = _OTHER_NAMES.get(name, name)
    if "/" in name:
        return name
    if name and name not in FORMATS:
        raise BadRequest(f"format wants one of {', '.join(FORMATS)}")
    return FORMATS[name] if name else wanted


def timeout_of(text: str, default: float) -> float:
    """Seconds that a client asks for; "" and 0 mean the default. Raises BadRequest."""
    try:
        seconds = float(text or 0)
    except ValueError as error:
        raise BadRequest("timeout wants a number of seconds") from error
    if math.isnan(seconds) or seconds < 0:
        raise BadRequest("timeout wants a number of seconds")
    return seconds or default


def coding_of(header: str) -> str:
    """The content coding for an Accept-Encoding header (RFC 9110 §12.5.3): ours that it likes best, "" for none."""
    liked = dict(reversed(weights(header)))
    best = max(_CODINGS, key=lambda name: liked.get(name, 0.0))
    return best if liked.get(best, 0.0) > 0 else ""


def client_of(request: Request) -> str:
    """A name for the client that says nothing of its address and changes when the server restarts; an IPv6 /64 is one client."""
    return _name(request.client.host if request.client else "")


@lru_cache(maxsize=1000)
def _name(host: str) -> str:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        host = str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else host
    return hashlib.blake2b(host.encode(), digest_size=6, key=_secret()).hexdigest()


def answer_key(release: str, asked: store.QueryRequest) -> bytes | None:
    """The key under which an answer is kept and by which it is known again; None where it may differ from one time to the next."""
    if _CHANGING.search(asked.query) or _NEW_NODES.search(asked.query):
        return None
    parts = (release, asked.query, asked.accept, asked.coding, *asked.default_graphs, "", *asked.named_graphs)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).digest()[:16]


@cache
def _secret() -> bytes:
    return secrets.token_bytes(32)


def _one(pairs: Pairs, parameter: str) -> str:
    return next((value for name, value in pairs if name == parameter), "")


def _graphs(pairs: Pairs, parameter: str) -> tuple[str, ...]:
    return tuple(value for name, value in pairs if name == parameter)


def form_pairs(encoded: bytes) -> Pairs:
    """The parameters of a form or of an address's query. Raises BadRequest."""
    try:
        return parse_qsl(encoded.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=1000)
    except ValueError as error:
        raise BadRequest("the parameters are not percent-encoded UTF-8") from error


async def body_of(request: Request, limit: int, refusal: PopError) -> bytes:
    """The body, of at most ``limit`` bytes; raises ``refusal`` as soon as there are more."""
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > limit:
            raise refusal
    return bytes(received)
