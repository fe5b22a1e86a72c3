"""Which representation of a thing a request wants (RFC 9110 §12, W3C Content Negotiation by Profile), and the links between them.

The rules, strongest first:

1. The suffix of the address fixes the format, or the profile; ``Accept`` is not asked again.
2. ``?_profile=`` (tokens or IRIs, the best first) fixes the profile, and ``?_mediatype=`` stands for ``Accept`` ("Order of Precedence": the
   query comes before headers). A profile that the thing has not is 406 with the list of those it has: the address names what is not there.
3. ``Accept-Profile`` orders what ``Accept`` allows: a listed profile in a format that the client likes less comes before a profile that it
   does not list ("Hypertext Transfer Protocol Headers"). Where no listed profile is left, the default is answered and Content-Profile says
   so: the header is a preference.
   ``q=0`` shuts a profile out.
4. ``Accept``: the most specific range decides, the ``profile`` parameter of a range being more specific than none (RFC 6906); a profile
   that we do not know is no condition. ``q=0`` shuts out; nothing left is 406.
5. The server's order: a page, then the triples as they are, then other profiles.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pop_ld import iris
from pop_ld.errors import NotAcceptable
from pop_ld.formats import BY_NAME, Format
from pop_ld.formats.profiles import PROFILES, Profile
from pop_ld.formats.writing import Representation
from pop_ld.web.negotiation import Range, accept, profile_weights, ranges

VARY = "Accept, Accept-Profile, Accept-Language, Accept-Datetime"
LONGEST_LINKS = 2800
"""Bytes of a Link header, so that all headers stay below the 4 kB that nginx takes from behind it. ``?_profile=all`` has the whole list."""
_KNOWN = {profile.iri.split("://", 1)[-1].rstrip("/#"): profile for profile in PROFILES}
_TOKENS = {profile.name: profile for profile in PROFILES}


def choose(request: Request, offers: Sequence[Representation], suffix: str) -> Representation:
    """The representation to answer with, by the rules above; ``suffix`` is that of the address, "" for none. Raises NotAcceptable."""
    left = [offer for offer in offers if suffix in ("", offer.format.suffix, offer.profile.suffix)]
    profiles = _by_profile(request, left)
    media = _by_media(request, left, suffix)
    best = max(range(len(left)), key=lambda n: (profiles[n] >= 0 and media[n] > 0, profiles[n], media[n], -n), default=-1)
    if best < 0 or profiles[best] < 0 or media[best] <= 0:
        raise NotAcceptable(
            "no representation that the client accepts",
            offers=dict.fromkeys(offer.format.media_type for offer in offers),
            profiles=listed(offers),
        )
    return left[best]


def _by_profile(request: Request, offers: Sequence[Representation]) -> list[float]:
    """How much each is wanted for its profile: 0 for one that was not asked for, less for one that may not be answered."""
    if (wanted := request.query_params.get("_profile")) is not None:
        order = [profile_of(name) for name in wanted.split(",")]
        ranks = {profile: len(order) - n for n, profile in reversed(list(enumerate(order))) if profile}
        return [ranks.get(offer.profile, -1) - (0.0 if offer.conforms else 0.5) for offer in offers]
    named = profile_weights(", ".join(request.headers.getlist("accept-profile")))
    weights = {profile: q for iri, q in reversed(list(named.items())) if (profile := profile_of(iri))}
    return [(weights.get(offer.profile, 0.0) or (-1.0 if offer.profile in weights else 0.0)) if offer.conforms else 0.0 for offer in offers]


def profile_of(name: str) -> Profile | None:
    """A profile by its token or its IRI, in angle brackets or without; ``http`` or ``https`` and a last ``/`` or ``#`` do not count."""
    text = name.strip().removeprefix("<").removesuffix(">")
    return _TOKENS.get(text) or (_KNOWN.get(text.split("://", 1)[-1].rstrip("/#")) if "://" in text else None)


def asked_profile(request: Request) -> Profile | None:
    """The profile that a request asks for first, whether or not the thing has it."""
    if (wanted := request.query_params.get("_profile")) is not None:
        return next((found for name in wanted.split(",") if (found := profile_of(name))), None)
    named = profile_weights(", ".join(request.headers.getlist("accept-profile")))
    return next((found for iri in sorted(named, key=lambda iri: -named[iri]) if named[iri] > 0 and (found := profile_of(iri))), None)


def format_of(request: Request, formats: Sequence[Format], suffix: str = "") -> Format:
    """The format of a description that has one profile alone, by suffix, ``?_mediatype=`` and Accept. Raises NotAcceptable."""
    offers = [Representation(PROFILES[0], format) for format in formats if suffix in ("", format.suffix)]
    found = _by_media(request, offers, suffix)
    best = max(range(len(offers)), key=lambda n: (found[n], -n))
    if found[best] <= 0:
        raise NotAcceptable("no representation that the client accepts", offers=[format.media_type for format in formats])
    return offers[best].format


def _by_media(request: Request, offers: Sequence[Representation], suffix: str) -> list[float]:
    """How much each is wanted for its media type: all the same where the suffix fixes it, or leaves nothing that the client names."""
    if suffix and all(offer.format.suffix == suffix for offer in offers):
        return [1.0] * len(offers)
    header = wanted_types(request)
    found = [quality(header, offer) for offer in offers]
    return [1.0] * len(offers) if suffix and not any(found) else found


def wanted_types(request: Request) -> str:
    """``?_mediatype=`` (media types or names of formats, the best first), else Accept. A ``+`` that was not escaped came as a space."""
    if (asked := request.query_params.get("_mediatype")) is None:
        return accept(request)
    names = [BY_NAME[name].media_type if name in BY_NAME else name.replace(" ", "+") for name in map(str.strip, asked.split(","))]
    return ", ".join(name if "q=" in name else f"{name};q={max(1000 - n, 1) / 1000}" for n, name in enumerate(names) if name) or "-/-"


def quality(header: str, offer: Representation) -> float:
    """How much a client wants a media type in a profile; an empty header wants everything (RFC 9110 §12.5.1)."""
    return _quality(header, offer.format.name, offer.conforms) if header.strip() else 1.0


@lru_cache(maxsize=2000)
def _quality(header: str, name: str, conforms: str) -> float:
    """Remembered: browsers send few headers, and each is held against some forty representations."""
    fits = [(_closeness(each, BY_NAME[name], conforms), each.quality) for each in ranges(header)]
    closest = max((fit for fit, _ in fits), default=0)
    return next(q for fit, q in fits if fit == closest) if closest else 0.0


def _closeness(wanted: Range, format: Format, conforms: str) -> int:
    """How specifically a range matches, 0 where it does not; of a range written twice the first counts."""
    named = [found for iri in wanted.parameters.get("profile", "").split() if (found := profile_of(iri))]
    if named and conforms not in [profile.iri for profile in named]:
        return 0
    if wanted.name == format.media_type:
        return 5 if named else 4
    if wanted.name in format.aliases:
        return 3
    return 2 if wanted.name == format.media_type.split("/", 1)[0] + "/*" else int(wanted.name in ("*/*", "*"))


# What there is -------------------------------------------------------------------------------------------------------------


def listed(offers: Sequence[Representation]) -> list[dict[str, object]]:
    """The profiles of a thing as JSON has them (W3C, "list profiles")."""
    found: dict[Profile, list[str]] = {}
    for offer in offers:
        found.setdefault(offer.profile, []).append(offer.format.media_type)
    return [{"token": profile.name, "uri": profile.iri, "media_types": types} for profile, types in found.items()]


def wants_list(request: Request) -> bool:
    """``?_profile=all`` asks which profiles there are (W3C, "list profiles")."""
    return request.query_params.get("_profile") == "all"


def list_of(document: str, offers: Sequence[Representation], links: str) -> Response:
    """The answer to it, with the address of each representation."""
    where = [{"href": o.address(document), "type": o.format.media_type, "profile": o.conforms} for o in offers]
    body = {"resource": document, "profiles": listed(offers), "representations": where}
    return JSONResponse(body, headers={"Link": links, "Vary": VARY, "Cache-Control": "public, no-cache"})


def links(first: Sequence[str], here: str, offers: Sequence[Representation], chosen: Representation | None) -> str:
    """RFC 8288: ``first``, then the representation itself, each token of a profile, and the other representations as far as there is room.

    The preferred format of every profile comes before the other formats.
    """
    profiles = list(dict.fromkeys(offer.profile for offer in offers))
    tokens = [f'<{iris.PROFILE}>; rel="type"; token="{p.name}"; anchor="{p.iri}"' for p in profiles]
    own = [*first, _link(chosen, here, "self"), *_conforming(chosen)] if chosen else list(first)
    rest = [offer for offer in offers if offer != chosen]
    rest.sort(key=lambda offer: offer.profile is not PROFILES[0] and offer.format.name != offer.profile.formats[0])
    made, size = [], 0
    for link in [*own, *tokens, *(_link(offer, here, "alternate") for offer in rest)]:
        size += len(link) + 2
        if size <= LONGEST_LINKS or link in own:
            made.append(link)
    return ", ".join(made)


def _link(offer: Representation, here: str, relation: str) -> str:
    profile = f'; profile="{offer.conforms}"' if offer.conforms else ""
    return f'<{offer.address(here)}>; rel="{relation}"; type="{offer.format.media_type}"{profile}'


def _conforming(chosen: Representation) -> list[str]:
    return [f'<{chosen.conforms}>; rel="profile"'] if chosen.conforms else []
