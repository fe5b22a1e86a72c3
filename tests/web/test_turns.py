"""Pages are made in turn, and over a remote store several at once."""

import asyncio
import time

import pytest
from starlette.requests import Request
from starlette.responses import Response

from pop_ld.config import Settings
from pop_ld.web.turns import REMOTE, Turns


@pytest.mark.parametrize(
    ("settings", "path", "most"),
    [
        (Settings(), "/search", 1),
        (Settings(store_url="http://store.example/sparql"), "/linked", REMOTE),
        (Settings(search_url="http://search.example"), "/search.json", REMOTE),
        (Settings(search_url="http://search.example"), "/linked", 1),
    ],
)
def test_as_many_at_once_as_there_are_places(settings: Settings, path: str, most: int) -> None:
    now, seen, loops = [0], [0], [0]

    def endpoint(request: Request) -> Response:
        now[0] += 1
        seen[0] = max(seen[0], now[0])
        time.sleep(0.02)
        now[0] -= 1
        if request.scope["path"] == "/fails":
            raise ValueError("this page")
        return Response("made")

    async def run() -> list[object]:
        answer = Turns(settings)(endpoint, path)
        asked = [answer(Request({"type": "http", "path": "/fails" if n == 3 else "/"})) for n in range(8)]
        task = asyncio.gather(*asked, return_exceptions=True)  # type: ignore[arg-type]
        while not task.done():
            loops[0] += 1
            await asyncio.sleep(0.001)
        return list(task.result())

    made = asyncio.run(run())
    assert [isinstance(each, ValueError) for each in made] == [n == 3 for n in range(8)], "a failure gives its place back"
    assert seen[0] == 1 if most == 1 else 1 < seen[0] <= most
    assert loops[0] > 5, "the loop goes on meanwhile"


def test_what_awaits_itself_is_left_as_it_is() -> None:
    async def endpoint(request: Request) -> Response:
        return Response()

    assert Turns(Settings())(endpoint) is endpoint
