"""Who may review on the operator's port with a browser: a session that begins with the port's token, and forms that no other site can send.

A browser sends no ``Authorization: Bearer`` by itself, so the token is asked for once and stands behind a cookie: an instant of expiry and
its signature with a key made of the token, HttpOnly and SameSite=Strict. What a form sends is taken only with the session's own second
signature in it, and never where the browser says that it came from elsewhere (Origin, Sec-Fetch-Site).
"""

from __future__ import annotations

import hashlib
import hmac
import time
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

COOKIE = "pop-ld-review"
LASTS = 8 * 3600
"""Seconds of a session."""
PATH = "/align"


def begin(answer: Response, token: str, *, secure: bool) -> None:
    """Puts a new session into the answer; ``secure`` where the port is reached by https."""
    until = str(int(time.time()) + LASTS)
    answer.set_cookie(COOKIE, f"{until}.{_signed(token, until)}", LASTS, path=PATH, secure=secure, httponly=True, samesite="strict")


def end(answer: Response) -> None:
    answer.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="strict")


def is_open(cookie: str, token: str) -> bool:
    """Whether a cookie is that of a session that has not ended."""
    until, _, signature = cookie.partition(".")
    if not (until.isascii() and until.isdecimal() and len(until) < 12 and signature.isascii()):
        return False
    return hmac.compare_digest(signature, _signed(token, until)) and time.time() < int(until)


def proof(cookie: str, token: str) -> str:
    """What the forms of a session carry."""
    return _signed(token, f"form {cookie}")


def is_own(request: Request, given: str, token: str) -> bool:
    """Whether a form is of the session that the request bears."""
    cookie = request.cookies.get(COOKIE, "")
    origin, site = request.headers.get("origin", ""), request.headers.get("sec-fetch-site", "")
    foreign = (origin and urlsplit(origin).netloc != request.headers.get("host", "")) or site in ("cross-site", "same-site")
    return not foreign and given.isascii() and is_open(cookie, token) and hmac.compare_digest(given, proof(cookie, token))


def _signed(token: str, text: str) -> str:
    return hmac.new(b"review " + token.encode(), text.encode(), hashlib.sha256).hexdigest()
