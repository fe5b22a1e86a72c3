"""One way to ask Elasticsearch or OpenSearch, through their own clients, and a circuit breaker: a dead cluster costs nobody a wait."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from threading import Lock
from typing import Any

from pop_ld.config import Settings
from pop_ld.errors import SearchUnavailable, UsageError

TRIES = 3
"""Failures in a row after which nothing is asked for a while."""
PAUSES = (2.0, 5.0, 10.0, 30.0)
"""Seconds of that while, the first time, the next …; then one request tries whether the cluster is back."""
CONNECTIONS = 40
"""As many as a web process has threads."""
_JSON = "application/json"
_LINES = "application/x-ndjson"
_DOWN = (502, 503, 504)

Send = Callable[[str, str, dict[str, str], "bytes | None", float], Any]


class Refused(SearchUnavailable):
    """The cluster answered, but not with what was asked for: ``status`` of HTTP, 0 where there was no answer; ``kind`` of its error."""

    def __init__(self, message: str, status: int = 0, kind: str = "") -> None:
        super().__init__(f"search cluster: {message}")
        self.status = status
        self.kind = kind


class Cluster:
    """Requests to one cluster; safe to share between threads."""

    def __init__(self, settings: Settings) -> None:
        self._send = _elasticsearch(settings) if settings.search_engine == "elasticsearch" else _opensearch(settings)
        self._timeout = settings.search_timeout
        self._failed = 0
        self._closed_until = 0.0
        self._lock = Lock()

    def ask(
        self, method: str, path: str, body: Any = None, *, parameters: Mapping[str, str] | None = None, seconds: float = 0.0
    ) -> dict[str, Any]:
        """The answer, JSON; ``body`` is JSON too, or bytes of lines of it. Raises Refused, within ``seconds`` or the setting."""
        self._pass()
        content = body if isinstance(body, bytes) or body is None else dumps(body)
        try:
            answer = self._send(method, path, dict(parameters or {}), content, seconds or self._timeout)
        except Refused as error:
            self._note(error.status and error.status not in _DOWN)
            raise
        self._note(True)
        return answer if isinstance(answer, dict) else {"answer": answer}

    def _pass(self) -> None:
        with self._lock:
            if self._failed < TRIES:
                return
            now = time.monotonic()
            if now < self._closed_until:
                raise Refused("it did not answer; it is asked again in a few seconds")
            self._closed_until = now + self._timeout  # this request tries; the others wait for what comes of it

    def _note(self, answered: object) -> None:
        with self._lock:
            self._failed = 0 if answered else self._failed + 1
            if self._failed >= TRIES:
                self._closed_until = time.monotonic() + PAUSES[min(self._failed - TRIES, len(PAUSES) - 1)]


@lru_cache(8)
def cluster(settings: Settings) -> Cluster:
    """The cluster of some settings, the same for all who ask in a process. Raises UsageError where its client is not installed."""
    return Cluster(settings)


def dumps(value: Any) -> bytes:
    """JSON in UTF-8; halves of surrogate pairs become ``?``."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _elasticsearch(settings: Settings) -> Send:
    try:
        import elastic_transport
        import elasticsearch
    except ImportError as error:
        raise UsageError("search_engine elasticsearch needs its client: pip install pop_ld[elasticsearch]") from error
    hosts = _hosts(settings)
    options: dict[str, Any] = {"ca_certs": settings.search_ca} if settings.search_ca else {}
    if settings.search_user:
        options["basic_auth"] = (settings.search_user, settings.search_password)
    client = elasticsearch.Elasticsearch(hosts, max_retries=0, retry_on_timeout=False, connections_per_node=CONNECTIONS, **options)

    def send(method: str, path: str, parameters: dict[str, str], body: bytes | None, seconds: float) -> Any:
        headers = {"accept": _JSON} | ({"content-type": _LINES if path.endswith("_bulk") else _JSON} if body is not None else {})
        try:
            asked = client.options(request_timeout=seconds)
            return asked.perform_request(method, path, params=parameters, headers=headers, body=body).body
        except elasticsearch.ApiError as error:
            raise _refused(error.status_code, error.body) from error
        except elasticsearch.UnsupportedProductError as error:
            raise Refused(f"what answers is not Elasticsearch ({error})", 400) from error
        except elastic_transport.TransportError as error:
            raise Refused(f"no answer: {type(error).__name__}") from error

    return send


def _opensearch(settings: Settings) -> Send:
    try:
        import opensearchpy
    except ImportError as error:
        raise UsageError("search_engine opensearch needs its client: pip install pop_ld[opensearch]") from error
    options: dict[str, Any] = {"ca_certs": settings.search_ca} if settings.search_ca else {}
    if settings.search_user:
        options["http_auth"] = (settings.search_user, settings.search_password)
    client = opensearchpy.OpenSearch(hosts=_hosts(settings), max_retries=0, retry_on_timeout=False, pool_maxsize=CONNECTIONS, **options)

    def send(method: str, path: str, parameters: dict[str, str], body: bytes | None, seconds: float) -> Any:
        headers = {"content-type": _LINES if path.endswith("_bulk") else _JSON}
        asked: dict[str, Any] = {**parameters, "request_timeout": seconds}
        try:
            return client.transport.perform_request(method, path, params=asked, body=body, headers=headers)
        except opensearchpy.exceptions.TransportError as error:
            if not isinstance(error.status_code, int):
                raise Refused(f"no answer: {type(error).__name__}") from error
            raise _refused(error.status_code, error.info) from error
        except opensearchpy.exceptions.OpenSearchException as error:
            raise Refused(f"no answer: {type(error).__name__}") from error

    return send


def _refused(status: int, body: Any) -> Refused:
    error = body.get("error") if isinstance(body, dict) else None
    kind = str(error.get("type", "")) if isinstance(error, dict) else ""
    causes = (error.get("root_cause") or [error]) if isinstance(error, dict) else []
    reason = str(causes[0].get("reason", "")) if causes and isinstance(causes[0], dict) else ""
    return Refused(f"{status} {kind} {reason[:300]}".strip(), status, kind)


def _hosts(settings: Settings) -> list[str]:
    return settings.search_url.replace(",", " ").split()
