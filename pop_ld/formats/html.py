"""A template and its values in, an HTML page out: Jinja2 with everything escaped and nothing undefined."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pop_ld import resources
from pop_ld.bases import load_bases
from pop_ld.formats import words


def render(template: str, lang: str, **context: Any) -> str:
    """The page in ``lang`` (fr or en). ``t(key, **values)`` in a template gives interface texts of templates/i18n."""
    return (
        _environment()
        .get_template(template)
        .render(
            lang=lang,
            t=lambda key, **values: words.say(lang, f"ui.{key}", **values),
            n=lambda value: words.number(value, lang),
            date=lambda iso: words.date_words(iso, lang),
            rights=lambda iri: words.rights(iri, lang),
            **context,
        )
    )


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(resources.folder("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # what a page is made of is part of its ETag, which is taken once
    )
    made.filters.update(
        rich=words.rich,
        inline=words.inline,
        highlighted=words.highlighted,
        plain=words.plain,
        script=script,
        one_line=words.one_line,
        broken=words.broken,
    )
    made.globals.update(followable=words.followable, hue=hue, assets=fingerprint(), base_name=base_name)
    return made


def prepare() -> None:
    """Compiles every template, so that no reader waits for it."""
    for name in _environment().list_templates(extensions=["html"]):
        _environment().get_template(name)


def script(data: Any) -> Markup:
    """JSON for a ``<script>`` data block: ``<``, ``>`` and ``&`` as ``\\u`` escapes, so that no text can end the block."""
    text = json.dumps(data, ensure_ascii=False)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def hue(slug: str) -> int:
    """Which of the six chip colours a base has; colour never tells alone what the chip's text says."""
    order = list(load_bases())
    return order.index(slug) % 6 if slug in order else 0


def base_name(slug: str, lang: str, *, short: bool = False) -> str:
    """A base's name in ``lang``; the slug itself for one that is not configured."""
    base = load_bases().get(slug)
    return (base.short if short else base.name).get(lang, slug) if base else slug


@cache
def fingerprint() -> str:
    """Changes with any template, text or style: part of ETags and of the addresses of static files."""
    digest = hashlib.sha256()
    root = resources.folder("templates")
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:12]
