"""One request to a store that takes writes, sent again where that can help, and what it means that it was not done."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import httpx

from pop_ld.errors import StoreError, StoreUnavailable
from pop_ld.store.sparql_client import ERROR_BYTES, failure, lost

TRIES = 5
WAIT = 1.0
"""Seconds before the second try; doubled before each that follows."""
MOST_BYTES = 64 << 20
"""Of an answer."""
_AGAIN = (408, 429, 502, 503, 504)


class Refused(StoreError):
    """The store answered, but did not do what it was told."""


def request(
    client: httpx.Client, method: str, url: str, body: Callable[[], bytes | Iterator[bytes]], headers: dict[str, str]
) -> tuple[httpx.Headers, bytes]:
    """Sends until it is done; head and body of the answer. What the connection lost, or a store that is busy, gets TRIES tries."""
    for number in range(1, TRIES + 1):
        last = number == TRIES
        try:
            with client.stream(method, url, content=body(), headers=headers) as response:
                if response.is_success:
                    return response.headers, _read(response, MOST_BYTES, whole=True)
                if last or response.status_code not in _AGAIN:
                    raise _refused(response, _read(response, ERROR_BYTES, whole=False), method, url)
        except httpx.ConnectError as error:
            raise _lost(error, url) from error  # nobody listens: told at once
        except httpx.HTTPError as error:
            if last:
                raise _lost(error, url) from error
        time.sleep(WAIT * 2 ** (number - 1))
    raise AssertionError("unreachable")


def _read(response: httpx.Response, most: int, *, whole: bool) -> bytes:
    """At most so many bytes of the body; StoreUnavailable where the whole is wanted and is longer."""
    received = bytearray()
    for block in response.iter_raw():
        received += block
        if len(received) > most:
            if whole:
                raise StoreUnavailable("the remote store's answer is too long")
            break
    return bytes(received[:most])


def _refused(response: httpx.Response, body: bytes, method: str, url: str) -> StoreError:
    """What it means that the store did not do as it was told."""
    status = response.status_code
    told = failure(status, response.headers.get("content-type", ""), body)
    if status in (401, 403, 407):
        return StoreUnavailable(told.message)
    if status in (404, 405, 501):
        return Refused(f"{shown(url)} answered {method} with {status}: it takes no such request, or the store is read-only")
    if status in _AGAIN:
        return StoreUnavailable(f"{shown(url)} is busy, or is not behind what answers for it ({status}): tried {TRIES} times")
    if 300 <= status < 400:
        return StoreUnavailable(f"{shown(url)} sends elsewhere ({status}), which is not followed: name the address itself")
    return Refused(f"{shown(url)} failed at {method} ({status}): {told.message}")


def _lost(error: httpx.HTTPError, url: str) -> StoreError:
    return StoreUnavailable(f"{shown(url)}: {lost(error, begun=False).message}")


def shown(url: str) -> str:
    """An address as messages show it: without user, password and query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"
