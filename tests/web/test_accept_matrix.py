"""Every crossing of resource, method, Accept, Accept-Profile and query that accept_matrix.yml lists, over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from pop_ld.formats.profiles import BY_NAME
from tests.web.conftest import Running

TABLE = yaml.safe_load((Path(__file__).parent / "accept_matrix.yml").read_text(encoding="utf-8"))
RESOURCES: dict[str, Any] = TABLE["resources"]
CASES = {
    name: [case for group in resource.get("use", ()) for case in TABLE["groups"][group]] + resource.get("cases", [])
    for name, resource in RESOURCES.items()
}
LONGEST_HEADERS = 4096
"""Bytes that a proxy takes for all headers of an answer where nobody told it otherwise (nginx, proxy_buffer_size)."""


def test_the_table_is_as_large_as_was_promised() -> None:
    assert len(RESOURCES) >= 20 and sum(map(len, CASES.values())) >= 150


@pytest.mark.parametrize("name", RESOURCES)
def test_resource(running: Running, name: str) -> None:
    path, wrong = RESOURCES[name]["path"], []
    for case in CASES[name]:
        found, expected = _ask(running, path, case), _expected(path, case)
        if differing := {key: (found.get(key), value) for key, value in expected.items() if found.get(key) != value}:
            wrong.append((case, differing))
    assert not wrong, "\n".join(f"{case}: {differing}" for case, differing in wrong)


def _ask(running: Running, path: str, case: dict[str, Any]) -> dict[str, Any]:
    headers = {name: case[key] for key, name in (("a", "Accept"), ("p", "Accept-Profile")) if key in case}
    request = running.client.build_request(
        case.get("m", "GET"), running.root + path + case.get("x", "") + f"?{case.get('q', '')}".rstrip("?")
    )
    if "a" not in case:
        del request.headers["Accept"]
    request.headers.update(headers)
    answer = running.client.send(request)
    given = answer.headers
    assert sum(len(name) + len(value) + 4 for name, value in given.items()) < LONGEST_HEADERS
    if answer.status_code in (200, 303, 404, 406, 410):
        assert {"Accept", "Accept-Language"} <= {part.strip() for part in given["vary"].split(",")}, case
        assert given["access-control-allow-origin"] == "*"
    if answer.status_code == 406:
        assert case.get("m") == "HEAD" or "text/turtle" in answer.text, "the list of what there is"
    if case.get("m") == "HEAD":
        assert answer.content == b""
    return {
        "status": answer.status_code,
        "type": given.get("content-type"),
        "content-location": given.get("content-location"),
        "profile": given.get("content-profile"),
        "location": given.get("location"),
        "allow": sorted(part.strip() for part in given.get("allow", "").split(",")),
    }


def _expected(path: str, case: dict[str, Any]) -> dict[str, Any]:
    if "is" in case:
        media_type, rest, profile = TABLE["representations"][case["is"]]
        named = f"<{BY_NAME[profile].iri}>" if profile else None
        return {"status": 200, "type": media_type, "content-location": path + rest, "profile": named, "location": None}
    expected = {key: value for key, value in case.items() if key in ("status", "type", "location", "allow")}
    return {**expected, **({"profile": f"<{BY_NAME[case['profile']].iri}>"} if "profile" in case else {})}
