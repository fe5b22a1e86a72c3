"""What is read of an update before it runs: which graphs it may change, and whether it loads."""

from __future__ import annotations

import pytest

from pop_ld.store import guard, updates
from pop_ld.store.rewriting.tree import parse


@pytest.mark.parametrize(
    ("text", "touched"),
    [
        ("INSERT DATA { GRAPH <x:g> { <x:a> <x:b> 1 } }", False),
        ("INSERT DATA { GRAPH <x:g> { <x:a> <x:b> 1 } <x:a> <x:b> 1 }", True),
        ("PREFIX x: <x:> DELETE DATA { x:a x:b 1 }", True),
        ("WITH <x:g> DELETE { ?s ?p ?o } INSERT { ?s ?p 2 } WHERE { ?s ?p ?o }", False),
        ("DELETE { ?s ?p ?o } INSERT { GRAPH <x:g> { ?s ?p 2 } } WHERE { ?s ?p ?o }", True),
        ("INSERT { GRAPH <x:g> { ?s ?p 2 } } WHERE { ?s ?p ?o }", False),
        ("DELETE WHERE { GRAPH ?g { ?s ?p ?o } }", False),
        ("DELETE WHERE { ?s ?p ?o }", True),
        ("CREATE GRAPH <x:g> ; DROP GRAPH <x:g> ; CLEAR NAMED", False),
        ("DROP NAMED ; CLEAR SILENT DEFAULT", True),
        ("drop all", True),
        ("COPY DEFAULT TO <x:g>", True),
        ("MOVE <x:g> TO <x:h> ; ADD GRAPH <x:h> TO <x:g>", False),
        ("LOAD <x:g>", True),
        ("LOAD <x:g> INTO GRAPH <x:h>", False),
    ],
)
def test_what_an_update_may_change(text: str, touched: bool) -> None:
    tree = parse(text)
    assert tree and updates._of_default_graph(tree) == touched


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { <x:load> <x:reload> 'LOAD <x:a>' . }",
        "INSERT DATA { <http://x/load> <x:b> 1 } # ; LOAD <x:a>",
        "PREFIX ex: <x:> INSERT DATA { ex:a ex:load 1 ; ex:loads 2 ; a ex:LOAD }",
        "INSERT DATA { <x:a> <x:b> '''x ;\nLOAD <x:a>''' }",
        "INSERT { ?load <x:b> 1 } WHERE { BIND(<x:a> AS ?load) }",
    ],
)
def test_the_word_alone_is_no_load(text: str) -> None:
    assert not guard.loads(text)
