"""A site as a source, over HTTP: no redirect is followed, nothing is taken from the environment, and nothing is believed unread.

``GET /following`` tells the state, ``/following/<kind>/<name>`` the files of a part (202 while the site still reads them), and
``/following/<kind>/<name>/<path>`` gives one, whole or from a byte on (RFC 9110 §14).
"""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

import httpx

from pop_ld.errors import StoreError, StoreUnavailable
from pop_ld.following.parts import File, Part, State, read_files, read_state

PLACES = 4
"""Files that are fetched at once."""
_CONNECT, _READ = 5.0, 30.0
_LARGEST = 256 << 20
"""Bytes of a list: some 120 for each file."""
_LISTED_WITHIN = 3600.0
"""Seconds that a source may take to read the files of a part."""
_SLOWEST = 2_000
"""Bytes a second; a connection that gives less over a minute is cut, and another goes on from there."""
_MINUTE = 60.0


class HttpSource:
    """The site at an address, without a slash at the end; usable by several threads."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._client = httpx.Client(
            follow_redirects=False,
            trust_env=False,
            verify=ssl.create_default_context(),  # the system's authorities, as an operator's own may be among them
            timeout=httpx.Timeout(_READ, connect=_CONNECT),
            limits=httpx.Limits(max_connections=PLACES + 1),
            headers={"Accept-Encoding": "identity", "User-Agent": "pop_ld-follow"},
        )

    def close(self) -> None:
        self._client.close()

    def state(self) -> State:
        return read_state(self._json("/following")[1])

    def files(self, part: Part) -> Sequence[File]:
        end = time.monotonic() + _LISTED_WITHIN
        pause = 0.2
        while True:
            status, said = self._json(f"/following/{part.key}")
            if status == 200:
                return read_files(said)
            if time.monotonic() > end:
                raise StoreUnavailable(f"the source has not read the files of {part.key} within an hour", file=self._root)
            time.sleep(pause)
            pause = min(pause * 1.5, 5.0)

    def blocks(self, part: Part, file: File, start: int) -> Iterator[bytes]:
        address = f"{self._root}/following/{part.key}/{quote(file.path)}"
        headers = {"Range": f"bytes={start}-", "If-Range": f'"{file.sha256}"'} if start else {}
        try:
            with self._client.stream("GET", address, headers=headers) as answer:
                self._check(answer.status_code, (206,) if start else (200,), address)
                span = f"bytes {start}-{file.bytes - 1}/{file.bytes}"
                if start and answer.headers.get("content-range", "") != span:
                    raise StoreError(
                        f"the source gives {answer.headers.get('content-range', '')[:60]!r} where {span!r} was asked", file=address
                    )
                yield from _steady(answer)
        except httpx.HTTPError as error:
            raise StoreUnavailable(f"the source does not answer: {error or type(error).__name__}", file=address) from error

    def _json(self, path: str) -> tuple[int, Any]:
        """(200 or 202, what was said)."""
        address = self._root + path
        try:
            with self._client.stream("GET", address, headers={"Accept": "application/json"}) as answer:
                self._check(answer.status_code, (200, 202), address)
                read = bytearray()
                for block in _steady(answer):
                    read += block
                    if len(read) > _LARGEST:
                        raise StoreError("the source has no end", file=address)
                return answer.status_code, json.loads(read)
        except httpx.HTTPError as error:
            raise StoreUnavailable(f"the source does not answer: {error or type(error).__name__}", file=address) from error
        except (ValueError, RecursionError) as error:
            raise StoreError(f"the source does not answer in JSON: {error}", file=address) from error

    def _check(self, status: int, wanted: Sequence[int], address: str) -> None:
        if status in wanted:
            return
        if status == 404:
            told = "the source has it no longer, or does not let this machine follow it (setting followers there)"
        elif 300 <= status < 400:
            told = f"the source leads elsewhere ({status}): name the address that it leads to"
        elif status == 200:
            told = "the source does not give a part of a file, which has changed there"
        else:
            told = f"the source answers {status}"
        raise StoreUnavailable(told, file=address)


def _steady(answer: httpx.Response) -> Iterator[bytes]:
    """The bytes of an answer as they come. Raises StoreUnavailable for one that only drips."""
    since, got = time.monotonic(), 0
    for block in answer.iter_raw():
        yield block
        got += len(block)
        if (now := time.monotonic()) - since > _MINUTE:
            if got < _SLOWEST * _MINUTE:
                raise StoreUnavailable(f"the source gives {got} bytes in a minute")
            since, got = now, 0
