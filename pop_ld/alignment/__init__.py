"""Links between POP's things and those of others: kept by source, apart from what producers wrote, and read by release."""

from pop_ld.alignment.book import Book, Change, Conflicts
from pop_ld.alignment.link import Link, NotALink, checked
from pop_ld.alignment.links import FILE, Links, open_links
from pop_ld.alignment.suggestion import KINDS, Suggestion

__all__ = ["FILE", "KINDS", "Book", "Change", "Conflicts", "Link", "Links", "NotALink", "Suggestion", "checked", "open_links"]
