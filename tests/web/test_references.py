"""/ref finds the base of a reference; the addresses of POP and Mistral lead to ours."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from pop_ld import pipeline
from tests.web.conftest import Running, serve


def test_a_reference_finds_its_base(running: Running) -> None:
    for asked, found in {
        "PA09900001": "/doc/merimee/PA09900001",
        "pa-0990 0001": "/doc/merimee/PA09900001",
        "R%2026%20P": "/doc/mnr/R%2026%20P",
        "MNR/2": "/doc/mnr/MNR%2F2",
        "MNR%2F2": "/doc/mnr/MNR%2F2",
        "rfr21": "/doc/mnr/rfr21",
        "M9001": "/doc/museo/M9001",
    }.items():
        answer = running.get(f"/ref/{asked}", "*/*")
        assert (answer.status_code, answer.headers.get("location")) == (303, found), asked
    assert running.get("/doc/mnr/rfr21").status_code == 410, "the removed one is found, and then says that it is gone"


@pytest.mark.parametrize("text", ["", "x", "%00", "%ff", "%22", "é" * 3000, "-", "%0d%0aX:%20y", "*"])
def test_a_reference_that_nobody_has_is_not_found(running: Running, text: str) -> None:
    assert running.get(f"/ref/{text}", "*/*").status_code == 404


OLD = {
    "/notice/merimee/PA09900001": "/doc/merimee/PA09900001",
    "/notice/mnr/R%2026%20P": "/doc/mnr/R%2026%20P",
    "/notice/mnr/MNR%2F2": "/doc/mnr/MNR%2F2",
    "/notice/mnr/MNR/2": "/doc/mnr/MNR%2F2",
    "/museo/M9001": "/doc/museo/M9001",
    "/merimee/PA09900001": "/doc/merimee/PA09900001",
    "/public/mistral/mersri_fr?ACTION=CHERCHER&FIELD_1=REF&VALUE_1=PA09900001": "/doc/merimee/PA09900001",
    "/public/mistral/merimee_fr?ACTION=CHERCHER&field_1=ref&value_1=pa09900001": "/doc/merimee/PA09900001",
    "/public/mistral/museo_fr?ACTION=CHERCHER&FIELD_98=REF&VALUE_98=M9001": "/doc/museo/M9001",
    "/public/mistral/palissy_fr?ACTION=RETROUVER&REQ=%28%28PM09900001%29%20%3aREF%20%29": "/doc/palissy/PM09900001",
    "/public/mistral/joconde_fr?FIELD_1=AUTR&VALUE_1=x&FIELD_2=REF&VALUE_2=M9001000001": "/doc/joconde/M9001000001",
}


def test_old_addresses_lead_to_ours(running: Running) -> None:
    for old, new in OLD.items():
        answer = running.get(old, "*/*")
        assert (answer.status_code, answer.headers.get("location")) == (301, new), old
        assert running.client.head(running.root + old).headers.get("location") == new
        assert running.get(new).status_code == 200


@pytest.mark.parametrize(
    "old",
    [
        *("/notice/merimee/absent", "/notice/nobase/PA09900001", "/notice/joconde/PA09900001", "/notice/merimee/", "/museo/%00"),
        *(
            "/public/mistral/mersri_fr",
            "/public/mistral/mersri_fr?FIELD_1=REF",
            "/public/mistral/mersri_fr?FIELD_1=AUTR&VALUE_1=PA09900001",
        ),
        *("/public/mistral/unknown_fr?FIELD_1=REF&VALUE_1=PA09900001", "/public/mistral/joconde_fr?FIELD_1=REF&VALUE_1=%0d%0aX:y"),
        "/public/mistral/joconde_fr?REQ=" + "(" * 5000,
        "/public/mistral/joconde_fr?REQ=((" + "+" * 5000,
    ],
)
def test_an_old_address_of_nothing_is_not_found(running: Running, old: str) -> None:
    assert running.get(old, "*/*").status_code == 404


def test_a_reference_of_several_bases_is_a_choice(running: Running, tmp_path: Path) -> None:
    """A REF is unique inside its base alone (FACTS a)."""
    file = tmp_path / "deux.csv"
    file.write_text("REF;TITR\nDEUX1;Vase\n", encoding="utf-8")
    data = tmp_path / "data"
    settings = replace(running.settings, data=str(data))
    for base in ("mnr", "enluminures"):
        pipeline.load([file], data, settings, base=base, quiet=True)
    server, thread, root = serve(settings)
    try:
        with httpx.Client() as client:
            choice = client.get(f"{root}/ref/DEUX1", headers={"Accept": "application/json"})
            assert choice.status_code == 300
            assert {line["href"] for line in choice.json()["choices"]} == {"/doc/mnr/DEUX1", "/doc/enluminures/DEUX1"}
            page = client.get(f"{root}/ref/DEUX1", headers={"Accept": "text/html"})
            assert page.status_code == 300 and 'href="/doc/mnr/DEUX1"' in page.text and 'href="/doc/enluminures/DEUX1"' in page.text
    finally:
        server.should_exit = True
        thread.join(10)
