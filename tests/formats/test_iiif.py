"""IIIF manifests: the models made from the schema of Presentation 3, what the specification says beyond it, hostile texts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pyoxigraph import Literal, NamedNode, Triple

from pop_ld import iris
from pop_ld.bases import load_bases
from pop_ld.errors import NotFound
from pop_ld.formats import iiif
from pop_ld.formats.images import images
from pop_ld.formats.source import Source
from pop_ld.formats.words import LANGUAGES
from tests.formats.conftest import HOSTILE, Released

BASES = tuple(load_bases())
HTML_LIKE = re.compile(r"^\s*<.*>\s*$", re.DOTALL)


def with_images(released: Released, most: int = 10**6) -> list[Source]:
    return [source for source in released.sources(BASES, most) if iiif.offered(source)]


def pairs(tree: Any, key: str) -> Iterator[Any]:
    """Values of a key anywhere in a manifest."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            if name == key:
                yield value
            yield from pairs(value, key)
    elif isinstance(tree, list):
        for inner in tree:
            yield from pairs(inner, key)


SCHEMA = Draft202012Validator(json.loads((Path(__file__).parent / "iiif-manifest.schema.json").read_text(encoding="utf-8")))


def faults(manifest: dict[str, Any]) -> list[str]:
    """What our closed schema, and the models that iiif-prezi3 makes from the official one, say against a manifest."""
    read = json.loads(json.dumps(manifest))
    found = [f"{error.json_path}: {error.message[:200]}" for error in SCHEMA.iter_errors(read)]
    prezi = pytest.importorskip("iiif_prezi3")
    try:
        prezi.Manifest(**read)
    except ValueError as error:
        found.append(str(error))
    return found


def test_the_checks_refuse_what_is_wrong(samples: Released) -> None:
    manifest = iiif.document(with_images(samples)[0])
    assert not faults(manifest)
    canvas = manifest["items"][0]
    for wrong in (
        {"label": "x"},
        {"rights": "https://creativecommons.org/licenses/by/4.0/"},
        {"metadata": [{"label": "x"}]},
        {"items": []},
        {"items": [{**canvas, "height": 0}]},
        {"items": [{**canvas, "id": f"{canvas['id']}#1"}]},
        {"homepage": [{"id": "javascript:x", "type": "Text", "label": {"fr": ["x"]}}]},
        {"note": "x"},
    ):
        assert faults({**manifest, **wrong}), wrong


def test_every_sample_with_images_has_a_valid_manifest(samples: Released) -> None:
    found = with_images(samples)
    assert len({source.base.slug for source in found if source.base}) >= 5
    for source in found:
        assert not faults(iiif.document(source))


def test_real_notices_with_images_have_valid_manifests(real: Released) -> None:
    found = with_images(real)
    assert len(found) > 300
    for source in found:
        assert not faults(iiif.document(source))


def test_what_the_specification_asks_for_beyond_the_schema(samples: Released) -> None:
    for source in with_images(samples):
        made = iiif.document(source)
        assert made["id"] == f"{source.document}.manifest.json"
        urls = [canvas["items"][0]["items"][0]["body"]["id"] for canvas in made["items"]]
        assert len(urls) == len(set(urls)) and set(urls) <= set(source.graph.iris(source.thing, iris.SCHEMA + "image"))
        for canvas in made["items"]:
            assert "#" not in canvas["id"] and canvas["items"][0]["items"][0]["target"] == canvas["id"]
            assert canvas["height"] > 0 and canvas["width"] > 0
            body = canvas["items"][0]["items"][0]["body"]
            assert "width" not in body and body.get("format", "image/").startswith("image/")
        named = [node["id"] for canvas in made["items"] for node in (canvas, canvas["items"][0], canvas["items"][0]["items"][0])]
        assert len(named) == len(set(named))
        assert all(re.match(r"^http://(creativecommons|rightsstatements)\.org/", value) for value in pairs(made, "rights"))
        assert all(set(line["label"]) == set(LANGUAGES) for line in [*made["metadata"], made["requiredStatement"]])
        assert made["requiredStatement"]["value"]["fr"] and made["provider"] and made["homepage"] and made["thumbnail"]


def test_images_keep_their_rank_and_their_own_rights(samples: Released) -> None:
    source = next(source for source in with_images(samples) if len(images(source.thing, source.graph)) > 1)
    for rank, image in enumerate(images(source.thing, source.graph), 1):
        part = f"{source.thing}#image-{rank}"
        assert image.part == part and source.graph.iris(part, iris.LINKED_ART + "digitally_shown_by") == [image.url]
        assert [image.rights] == source.graph.iris(part, iris.EDM + "rights")


def made_up(samples: Released, *urls: str, rights: str = "") -> Source:
    """A notice whose images are those addresses."""
    thing = f"{samples.release.manifest['site']}/id/mnr/X"
    triples = [Triple(NamedNode(thing), NamedNode(iris.SCHEMA + "image"), NamedNode(url)) for url in urls]
    triples.append(Triple(NamedNode(thing), NamedNode(iris.RDFS + "label"), Literal("X", language="fr")))
    for rank, url in enumerate(urls, 1):
        part = NamedNode(f"{thing}#image-{rank}")
        triples.append(Triple(NamedNode(thing), NamedNode(iris.CRM + "P138i_has_representation"), part))
        triples.append(Triple(part, NamedNode(iris.LINKED_ART + "digitally_shown_by"), NamedNode(url)))
        if rights:
            triples.append(Triple(part, NamedNode(iris.EDM + "rights"), NamedNode(rights)))
    return Source(samples.release.manifest["site"], thing, triples, samples.reader, samples.release.manifest)


def test_a_notice_without_an_image_has_no_manifest(samples: Released) -> None:
    for source in (made_up(samples), made_up(samples, "javascript:alert(1)", "mailto:x@poste.example", "https://x.example/film.mp4")):
        assert not iiif.offered(source)
        with pytest.raises(NotFound, match="no image"):
            iiif.document(source)


def test_a_file_without_a_known_ending_is_an_image_of_no_said_format(samples: Released) -> None:
    made = iiif.document(made_up(samples, "https://x.example/image?id=12", "https://x.example/a.TIF", "https://x.example/é.png"))
    bodies = [canvas["items"][0]["items"][0]["body"] for canvas in made["items"]]
    assert [body.get("format") for body in bodies] == [None, "image/tiff", "image/png"] and bodies[2]["id"].endswith("/%C3%A9.png")
    assert not faults(made)


def test_rights_are_given_in_the_form_that_iiif_allows_or_not_at_all(samples: Released) -> None:
    https, other = "https://creativecommons.org/licenses/by/4.0/", "https://www.etalab.gouv.fr/licence-ouverte-open-licence"
    assert iiif.document(made_up(samples, "https://x.example/a.jpg", rights=https))["rights"] == https.replace("https", "http")
    made = iiif.document(made_up(samples, "https://x.example/a.jpg", rights=other))
    assert "rights" not in made and "rights" not in made["items"][0] and made["requiredStatement"]["value"]["fr"]


def test_no_value_can_be_taken_for_html_that_we_did_not_write(samples: Released) -> None:
    """§4.4.1: what begins with ``<`` and ends with ``>`` is HTML, allowed in some values and in no label."""
    plain = with_images(samples)[0]
    label = Triple(NamedNode(plain.thing), NamedNode(iris.DCTERMS + "rights"), Literal(HOSTILE[0]))
    title = Triple(NamedNode(plain.thing), NamedNode(iris.RDFS + "label"), Literal(HOSTILE[0], language="fr"))
    kept = [triple for triple in plain.triples if triple.predicate.value != iris.RDFS + "label"]
    made = iiif.document(Source(plain.site, plain.thing, [label, title, *kept], samples.reader, plain.manifest))
    assert not faults(made)
    assert HOSTILE[0] in made["label"]["fr"][0] and not HTML_LIKE.match(made["label"]["fr"][0])
    credit = next(text for text in made["requiredStatement"]["value"]["fr"] if "alert" in text)
    assert credit.startswith("<span>&lt;script&gt;") and "<script" not in credit and "<img" not in credit
    for text in (text for value in pairs(made, "label") for texts in value.values() for text in texts):
        assert not HTML_LIKE.match(text)


def test_hostile_notices_have_valid_manifests_or_none(samples: Released) -> None:
    for source in (samples.source(iri) for base in BASES for iri in samples.things[base] if "/ZZ" in iri):
        if iiif.offered(source):
            assert not faults(iiif.document(source))
