"""The QueryService over a remote SPARQL 1.1 endpoint: the same guard, places, budgets and formats as over our own workers."""

from __future__ import annotations

import httpx

from pop_ld import iris
from pop_ld.config import Settings, allowed_services
from pop_ld.errors import QueryFailed, QueryForbidden, QuerySyntaxError, QueryTimeout
from pop_ld.store import guard
from pop_ld.store.budgets import Budgets
from pop_ld.store.contract import QueryRequest, Release
from pop_ld.store.queueing import Places
from pop_ld.store.rewriting import searching
from pop_ld.store.rewriting.tree import parse
from pop_ld.store.sparql_answer import RemoteAnswer
from pop_ld.store.sparql_client import client_options, wanted
from pop_ld.store.walk import node
from pop_ld.store.workers import LONGEST_WAIT


class RemoteService:
    """Asks ``settings.store_url``, ``query_workers`` queries at once; use it from one event loop.

    The remote store holds one release: ``release`` is not sent. What a client may use up, wait for and receive is as with QueryPool.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client = httpx.AsyncClient(**client_options(settings), limits=httpx.Limits(max_connections=None))
        self._places = Places(settings.query_workers, settings.query_queue)
        self._budgets = Budgets(settings.client_seconds, settings.client_rate)
        self._services = allowed_services(settings)
        self._closed = False
        self.running: dict[int, RemoteAnswer] = {}

    @property
    def waiting(self) -> int:
        """Queries that wait for their turn."""
        return self._places.waiting

    @property
    def workers(self) -> tuple[int, int]:
        """None: the remote store runs the queries."""
        return 0, 0

    async def answer(self, release: Release, request: QueryRequest) -> RemoteAnswer:
        """Sends the query and returns its answer once it is whole or its first 256 KiB are here; without content coding.

        Raises QueryError and its kinds, NotAcceptable, TooManyRequests, Busy, and StoreUnavailable where the remote store cannot be asked.
        What is forbidden, or cannot be sent as it is, raises before anything is sent.
        """
        if self._closed:
            raise QueryFailed("the remote store is no longer asked")
        self._budgets.check(request.client)
        self._check(request)
        formats = wanted(request.accept)
        text, unread = _with_hits(request)

        def accepted() -> None:
            if unread:
                searching.refuse_unread(request.query)

        await self._places.wait(request.client, min(request.timeout, LONGEST_WAIT))
        answer = RemoteAnswer(
            self._client,
            self._settings.store_url,
            request,
            formats,
            text=text,
            limit=self._settings.result_size << 20,
            accepted=accepted,
            returned=self._take_back,
        )
        self.running[answer.number] = answer
        try:
            await answer.begin()
        except BaseException:
            await answer.aclose()
            raise
        return answer

    def stop(self, number: int) -> bool:
        """Ends a running query on behalf of the operator; False where none has the number."""
        answer = self.running.get(number)
        if answer:
            answer.stop(QueryTimeout("the query was stopped by the operator"))
        return answer is not None

    async def aclose(self) -> None:
        """Ends what runs and closes every connection."""
        self._closed = True
        for answer in tuple(self.running.values()):
            await answer.aclose()
        await self._client.aclose()

    def _check(self, request: QueryRequest) -> None:
        """Refuses what our own endpoint refuses; SPARQL 1.1 Protocol wants absolute IRIs for graphs."""
        if guard.calls_service(request.query, self._services):
            raise QueryForbidden("SERVICE is not allowed on this endpoint")
        if update := guard.update_keyword(request.query):
            raise QueryForbidden(f"{update} is an update, and this endpoint answers queries only")
        try:
            request.query.encode()
        except UnicodeEncodeError as error:
            raise QuerySyntaxError(str(error)) from None
        if any(node(graph) is None for graph in (*request.default_graphs, *request.named_graphs)):
            raise QuerySyntaxError("a graph of the dataset is no absolute IRI")

    def _take_back(self, answer: RemoteAnswer) -> None:
        del self.running[answer.number]
        self._places.give_back(answer.request.client)
        self._budgets.spend(answer.request.client, answer.seconds)


def _with_hits(request: QueryRequest) -> tuple[str, bool]:
    """The text to send, with what the search index found in the place of each ``pop:search``; True where it could not be read for that."""
    if iris.ONTOLOGY not in request.query or "search" not in request.query:
        return request.query, False
    tree = parse(request.query)
    if tree is None:
        return request.query, True
    return searching.rewritten(tree, request.hits) or request.query, False
