"""Links between POP's things and those of others: kept by source, apart from what producers wrote, and read by release."""

from pop_ld.alignment.book import FILE, Book, Links, open_links
from pop_ld.alignment.link import Link, NotALink

__all__ = ["FILE", "Book", "Link", "Links", "NotALink", "open_links"]
