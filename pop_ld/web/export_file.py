"""A search of the current release as one of its exports, in a file: ``pop-ld align export`` does what /search.{format} does."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl

from pop_ld.config import Settings
from pop_ld.errors import UsageError
from pop_ld.formats.words import LANGUAGES
from pop_ld.search.address import query_string, read
from pop_ld.web.errors import BadRequest
from pop_ld.web.export_rows import FORMS, Told, known_fields, pieces
from pop_ld.web.search_export import OPTIONS, PREFIX, looked_up
from pop_ld.web.state import Current

ALIGNED = tuple(name for name, form in FORMS.items() if form.for_aligners)
"""Formats for aligners."""


def write(settings: Settings, name: str, query: str, file: Path) -> tuple[int, int]:
    """Writes the file, whole or not at all; returns how many notices there were and how many bytes it has.

    ``query`` is that of an address: ``base=joconde&q=saint&create=yes``. Raises UsageError, NoRelease, StoreUnavailable.
    """
    form = FORMS[name]
    pairs = parse_qsl(query, keep_blank_values=True)
    question = form.asked(read(pairs)[0])
    options = {key: value for key, value in pairs if key in OPTIONS}
    now = Current(settings).get()
    total, bases = looked_up(now, question)
    address = f"{now.site}{PREFIX}{name}?{query_string(question)}".rstrip("?")
    fields = known_fields(dict(pairs).get("fields", ""), bases)
    lang = settings.lang if settings.lang in LANGUAGES else LANGUAGES[0]
    told = Told(now, lang, fields, options.get("guard") != "no", options, question.chosen("base") or tuple(bases), address)
    part = file.with_name(f"{file.name}.part")
    try:
        with part.open("wb") as out:
            for piece in pieces(form, told, now.search.scan(question, full=form.full)):
                out.write(piece)
        part.replace(file)
    except BadRequest as error:
        raise UsageError(str(error)) from error
    except OSError as error:
        raise UsageError(error.strerror or "cannot be written", file=str(file)) from error
    finally:
        part.unlink(missing_ok=True)
    return total, file.stat().st_size
