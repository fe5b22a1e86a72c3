"""Files of a whole release: each base in every format, made from the release's own store, listed with checksums, served as they are."""

from pop_ld.downloads.lists import FOLDER, LISTED, File, Listing, kept, listing, newest, prune
from pop_ld.downloads.making import available, make, wanted

__all__ = ["FOLDER", "LISTED", "File", "Listing", "available", "kept", "listing", "make", "newest", "prune", "wanted"]
